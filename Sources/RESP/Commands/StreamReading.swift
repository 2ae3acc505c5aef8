// What XREAD and XREADGROUP do to one key, at once or for a client that has waited.

import Base
import Engine

/// Who reads in a group, and how.
struct StreamReader: ~Escapable {
    let group: RawSpan
    let consumer: RawSpan
    /// Entries do not become pending.
    let isAcknowledged: Bool

    @_lifetime(copy group, copy consumer)
    init(group: RawSpan, consumer: RawSpan, isAcknowledged: Bool) {
        self.group = group
        self.consumer = consumer
        self.isAcknowledged = isAcknowledged
    }
}

enum StreamReading {
    /// What stands for "new entries" in a group. Source: Redis xreadCommand.
    static var newEntries: StreamID { .max }

    /// Writes the key with its entries behind an ID, up to `countMax`. False, and nothing is written, if there are
    /// none.
    static func read(
        _ key: Key, after id: StreamID, countMax: Int, _ version: ProtocolVersion, _ engine: inout EngineHandle,
        _ output: inout OutputBuffer
    ) -> Bool {
        var isServed = false
        _ = engine.read(key, as: StreamValue.self) { stream in
            guard let first = id.next, let top = stream.topID, top > id else { return }
            let positions = stream.positions(from: first, through: .max).prefix(countMax)
            isServed = true
            output.appendStreamHead(key.bytes, positions.count, version)
            stream.forEach(positions) { output.appendEntry($0) }
        }
        return isServed
    }

    /// As `read`, for a consumer of a group: delivers new entries, or again what it has pending behind an ID, even if
    /// that is nothing. The group must be there.
    static func deliver(
        _ key: Key, to reader: StreamReader, after id: StreamID, countMax: Int, _ version: ProtocolVersion,
        _ engine: inout EngineHandle, _ output: inout OutputBuffer
    ) -> Bool {
        var isServed = false
        let isAcknowledged = reader.isAcknowledged
        let reason = engine.reason
        let before = reason.code
        defer { reason.code = before }
        reason.occasion = .quiet
        _ = engine.edit(key, as: StreamValue.self, creates: false) { stream in
            guard let group = stream.group(reader.group) else { return }
            reason.note(reader.consumer, of: group, stream)
            let consumer = stream.seenConsumer(reader.consumer, of: group)
            if id != newEntries {
                let all = stream.ownPositions(of: consumer, from: id.next ?? .max, through: .max)
                let positions = all.prefix(countMax)
                isServed = true
                output.appendStreamHead(key.bytes, positions.count, version)
                stream.deliverAgain(
                    positions, to: consumer, of: group, { output.appendEntry($0) },
                    gone: { output.appendGoneEntry($0, version) })
            } else if let top = stream.topID, let first = group.lastID.next, top >= first {
                let positions = stream.positions(from: first, through: .max).prefix(countMax)
                isServed = true
                output.appendStreamHead(key.bytes, positions.count, version)
                stream.deliver(positions, to: consumer, of: group, isAcknowledged: isAcknowledged) {
                    output.appendEntry($0)
                }
            }
        }
        return isServed
    }
}

extension ReasonMark {
    /// Has it told if a consumer is about to come to be.
    func note(_ consumer: RawSpan, of group: StreamGroup, _ stream: borrowing StreamValue) {
        if stream.consumer(consumer, of: group) == nil { add(.groupCreateconsumer) }
    }
}

extension OutputBuffer {
    /// A key and the header of its entries; the key of a map in version 3.
    mutating func appendStreamHead(_ key: RawSpan, _ count: Int, _ version: ProtocolVersion) {
        if version == .two { appendArray(2) }
        appendBulk(key)
        appendArray(count)
    }

    /// A pending entry that is not in the stream any more.
    mutating func appendGoneEntry(_ id: StreamID, _ version: ProtocolVersion) {
        appendArray(2)
        appendStreamID(id)
        appendNullArray(version)
    }
}
