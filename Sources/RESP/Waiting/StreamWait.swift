// What a client waits for in streams: XREAD and XREADGROUP with BLOCK.

import Base
import Engine

/// Entries behind IDs, or new ones for a group's consumer. What the command does it does anew, with all its keys, when
/// one of them has something: as in Redis 7.2.
struct StreamWait: Sendable {
    /// As `StreamReader`, kept.
    struct Reader: Sendable {
        var group: [UInt8]
        var consumer: [UInt8]
        var isAcknowledged: Bool
    }

    let keys: [WatchedKey]
    /// One for each key; all are `StreamReading.newEntries` if there is a reader.
    let ids: [StreamID]
    let countMax: Int
    let version: ProtocolVersion
    let reader: Reader?

    private enum Standing { case served, idle, otherKind, noGroup }

    /// Whether a key has something, or can have nothing any more for a group. In a section of all keys.
    func isReady(_ engine: inout EngineHandle) -> Bool {
        for index in keys.indices {
            switch standing(index, &engine) {
            case .served: return true
            case .otherKind, .noGroup: if reader != nil { return true }
            case .idle: break
            }
        }
        return false
    }

    private func standing(_ index: Int, _ engine: inout EngineHandle) -> Standing {
        let key = keys[index]
        let bytes = key.bytes
        var standing = reader == nil ? Standing.idle : .noGroup
        let place = Key(bytes.span.rawBytes, hash: key.hash, in: key.database)
        let outcome = engine.read(place, as: StreamValue.self) { stream in
            var last = ids[index]
            if let reader {
                let name = reader.group
                guard let group = stream.group(name.span.rawBytes) else { return }
                last = group.lastID
            }
            standing = stream.topID.map { $0 > last } ?? false ? .served : .idle
        }
        if case .otherKind = outcome { return .otherKind }
        return standing
    }

    /// Writes the reply: what all keys have, or why that can be nothing any more. In a section of all keys.
    func perform(_ engine: inout EngineHandle, _ reply: inout OutputBuffer) {
        for index in keys.indices {
            switch standing(index, &engine) {
            case .served, .idle: break
            case .otherKind:
                return reply.append("-WRONGTYPE Operation against a key holding the wrong kind of value\r\n")
            case .noGroup:
                let key = keys[index].bytes
                let group = reader?.group ?? []
                reply.appendNoGroup(key.span.rawBytes, group.span.rawBytes)
                return reply.append(" in XREADGROUP with GROUP option\r\n")
            }
        }
        var found = OutputBuffer(capacity: 256)
        var count = 0
        for index in keys.indices where serve(index, &engine, &found) { count += 1 }
        reply.appendStreamCount(count, version)
        reply.append(found.span)
    }

    private func serve(_ index: Int, _ engine: inout EngineHandle, _ output: inout OutputBuffer) -> Bool {
        let key = keys[index]
        let bytes = key.bytes
        let place = Key(bytes.span.rawBytes, hash: key.hash, in: key.database)
        guard let reader else {
            return StreamReading.read(place, after: ids[index], countMax: countMax, version, &engine, &output)
        }
        let (group, consumer) = (reader.group, reader.consumer)
        let person = StreamReader(
            group: group.span.rawBytes, consumer: consumer.span.rawBytes, isAcknowledged: reader.isAcknowledged)
        return StreamReading.deliver(
            place, to: person, after: ids[index], countMax: countMax, version, &engine, &output)
    }
}

/// What a key was seen to hold while those are served who wait for it, so that not all of them are asked in vain.
struct SeenKey {
    private let kind: ValueKind
    private var idleGroups: [[UInt8]] = []
    private var idleFrom = StreamID.max

    init(_ kind: ValueKind) { self.kind = kind }

    func isOf(_ kind: ValueKind) -> Bool { self.kind == kind }

    /// It has nothing for an operation.
    mutating func noteIdle(_ operation: KeyOperation) {
        guard case .readStreams(let wait) = operation, wait.keys.count == 1 else { return }
        if let reader = wait.reader {
            idleGroups.append(reader.group)
        } else {
            idleFrom = min(idleFrom, wait.ids[0])
        }
    }

    func mayServe(_ operation: KeyOperation) -> Bool {
        guard operation.kind == kind else { return false }
        guard case .readStreams(let wait) = operation, wait.keys.count == 1 else { return true }
        if let reader = wait.reader { return !idleGroups.contains(reader.group) }
        return wait.ids[0] < idleFrom
    }
}
