// Short ways of reading and writing values in tests.

import Base
import Engine

@testable import RDB

/// An engine of one shard with one key, `k`.
struct Shelf: ~Copyable {
    let engine: Engine
    var handle: EngineHandle
    private static let name = Array("k".utf8)

    init() {
        var options = EngineOptions()
        options.shardCount = 1
        options.databaseCount = 1
        options.hashSeed = 7
        engine = Engine(options)
        handle = engine.makeHandle()
        handle.now = Milliseconds(1_000_000)
    }

    /// Reads a value, its type byte in front, and stores it.
    mutating func load(_ bytes: [UInt8], sizeMax: Int = .max) throws(RDBFault) {
        var reader = RDBReader(unsafe bytes.span.bytes, sizeMax: sizeMax)
        let draft = try reader.value(for: handle)
        put(draft)
    }

    /// As `load`, and all bytes must be used.
    mutating func loadWhole(_ bytes: [UInt8]) throws(RDBFault) -> Bool {
        var reader = RDBReader(unsafe bytes.span.bytes, sizeMax: .max)
        let draft = try reader.value(for: handle)
        put(draft)
        return reader.rest == 0
    }

    mutating func put(_ draft: consuming ValueDraft) {
        let key = handle.key(unsafe Self.name.span.bytes, in: .first)
        let outcome = handle.store(key, draft, StoreOptions())
        precondition(outcome == .stored)
    }

    /// The value as bytes, its type byte in front.
    mutating func save(compresses: Bool = true) -> [UInt8] {
        var encoder = ValueEncoder(compresses: compresses)
        var output = OutputBuffer(capacity: 64)
        let key = handle.key(unsafe Self.name.span.bytes, in: .first)
        guard encoder.append(key, of: &handle, to: &output) else { return [] }
        return output.span.copiedBytes()
    }

    /// The value in a line, what has no order sorted.
    mutating func content() -> String {
        var content = ""
        _ = handle.look(handle.key(unsafe Self.name.span.bytes, in: .first)) { content = Self.content(of: $0) }
        return content
    }

    static func content(of item: borrowing ItemView) -> String {
        var parts: [String] = []
        switch item.kind {
        case .string: return "string " + shown(item.value)
        case .list:
            item.showCollection(as: ListValue.self) { $0.forEach(in: 0..<$0.count) { parts.append(shown($0)) } }
            return "list " + parts.joined(separator: "|")
        case .set:
            item.showCollection(as: SetValue.self) { $0.forEach { parts.append(shown($0)) } }
            return "set " + parts.sorted().joined(separator: "|")
        case .hash:
            item.showCollection(as: HashValue.self) { $0.forEach { parts.append(shown($0) + "=" + shown($1)) } }
            return "hash " + parts.sorted().joined(separator: "|")
        case .sortedSet:
            item.showCollection(as: SortedSetValue.self) { set in
                set.forEach(0..<set.count) { parts.append(shown($0) + "=" + shown(DoubleText($1).span)) }
            }
            return "zset " + parts.joined(separator: "|")
        case .stream:
            item.showCollection(as: StreamValue.self) { parts = Self.parts(of: $0) }
            return "stream " + parts.joined(separator: "|")
        }
    }

    /// Its numbers; entries; each group with its consumers and what these have pending.
    private static func parts(of stream: borrowing StreamValue) -> [String] {
        var parts = ["\(text(stream.lastID)) \(stream.addedCount) \(text(stream.maxDeletedID))"]
        stream.forEach(0..<stream.count) { entry in
            var words = [text(entry.id)]
            entry.forEachPart { words.append(shown($0)) }
            parts.append(words.joined(separator: " "))
        }
        stream.forEachGroup { group in
            parts.append("group \(shown(group.name)) \(text(group.lastID)) \(group.entriesRead ?? -1)")
            stream.forEachConsumer(of: group) { consumer in
                var words = ["consumer \(shown(consumer.name)) \(consumer.seenAt)"]
                let positions = stream.ownPositions(of: consumer, from: .zero, through: .max)
                stream.forEachOwn(positions, of: consumer, group) { entry in
                    words.append("\(text(entry.id)) \(entry.deliveredAt) \(entry.deliveryCount)")
                    return true
                }
                parts.append(words.joined(separator: " "))
            }
        }
        return parts
    }

    private static func text(_ id: StreamID) -> String { "\(id.milliseconds)-\(id.sequence)" }
}

/// A text of printable characters; many of the same as `c*n`.
func shown(_ bytes: RawSpan) -> String {
    let bytes = bytes.copiedBytes()
    if bytes.count > 8, bytes.allSatisfy({ $0 == bytes[0] }) {
        return "\(Character(Unicode.Scalar(bytes[0])))*\(bytes.count)"
    }
    return String(decoding: bytes, as: UTF8.self)
}

/// The bytes of a text of hexadecimal digits.
func bytes(hex: String) -> [UInt8] {
    let digits = Array(hex)
    return stride(from: 0, to: digits.count, by: 2).map { UInt8(String(digits[$0...$0 + 1]), radix: 16)! }
}
