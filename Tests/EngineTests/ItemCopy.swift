// Items copied out of the engine, to be compared: as a walk shows them, or as a snapshot hands them over.

import Base
import Engine
import Synchronization
import Testing

/// Where an item is.
struct ItemPlace: Hashable {
    var database: Int
    var key: [UInt8]

    init(_ database: Int, _ key: [UInt8]) {
        self.database = database
        self.key = key
    }

    init(_ database: Int, _ key: String) { self.init(database, Array(key.utf8)) }
}

/// Everything of an item that a snapshot must keep.
struct ItemCopy: Equatable {
    /// A string's bytes; or a collection's elements, in an order that does not depend on how they lie.
    var parts: [[UInt8]]
    /// The block of a large string instead, held.
    private var block: SharedBytes?
    var kind: ValueKind
    var encoding: CollectionEncoding?
    var flags: UInt32
    var cas: UInt64
    var expiry: Int64
    var isStale: Bool
    var hasWinner: Bool

    /// - Parameter holds: does not copy a large string but holds its block, until `letGo`.
    init(_ item: borrowing ItemView, holds: Bool) {
        kind = item.kind
        flags = item.flags
        cas = item.cas
        expiry = item.expiry.rawValue
        isStale = item.isStale
        hasWinner = item.hasWinner
        parts = []
        if kind != .string { encoding = item.encoding }
        if holds, let shared = item.shared {
            shared.retain()
            block = shared
        } else {
            parts = Self.parts(of: item)
        }
    }

    /// Takes the bytes of a block that was held.
    mutating func letGo() {
        guard let block else { return }
        parts = [unsafe Array(block.bytes)]
        block.release()
        self.block = nil
    }

    private static func parts(of item: borrowing ItemView) -> [[UInt8]] {
        var parts: [[UInt8]] = []
        switch item.kind {
        case .string: return [item.value.copiedBytes()]
        case .list:
            item.showCollection(as: ListValue.self) { list in
                list.forEach(in: 0..<list.count) { parts.append($0.copiedBytes()) }
            }
        case .set:
            item.showCollection(as: SetValue.self) { set in set.forEach { parts.append($0.copiedBytes()) } }
            parts.sort { $0.lexicographicallyPrecedes($1) }
        case .hash:
            item.showCollection(as: HashValue.self) { hash in
                hash.forEach { field, value in parts.append(field.copiedBytes() + [0, 255, 0] + value.copiedBytes()) }
            }
            parts.sort { $0.lexicographicallyPrecedes($1) }
        case .sortedSet:
            item.showCollection(as: SortedSetValue.self) { set in
                set.forEach(0..<set.count) { member, score in
                    parts.append(member.copiedBytes() + Array("=\(score)".utf8))
                }
            }
        case .stream: item.showCollection(as: StreamValue.self) { stream in parts = Self.parts(of: stream) }
        }
        return parts
    }

    private static func parts(of stream: borrowing StreamValue) -> [[UInt8]] {
        var parts = [Array("\(stream.lastID) \(stream.maxDeletedID) \(stream.addedCount)".utf8)]
        stream.forEach(0..<stream.count) { entry in
            parts.append(Array("\(entry.id)".utf8))
            entry.forEachPart { parts.append($0.copiedBytes()) }
        }
        stream.forEachGroup { group in
            parts.append(group.name.copiedBytes() + Array(" \(group.lastID) \(group.entriesRead ?? -1)".utf8))
            stream.forEachConsumer(of: group) { consumer in
                let activeAt = consumer.activeAt ?? -1
                parts.append(
                    consumer.name.copiedBytes() + Array(" \(consumer.seenAt) \(activeAt) \(consumer.pendingCount)".utf8))
            }
            stream.forEachPending(stream.pendingPositions(of: group, from: .zero, through: .max)) { entry in
                parts.append(
                    entry.consumer.name.copiedBytes()
                        + Array(" \(entry.id) \(entry.deliveredAt) \(entry.deliveryCount)".utf8))
                return true
            }
        }
        return parts
    }
}

/// Copies of all live items.
func copyAll(_ handle: inout EngineHandle, databases: Int) -> [ItemPlace: ItemCopy] {
    var copies: [ItemPlace: ItemCopy] = [:]
    for database in 0..<databases {
        var cursor: UInt64 = 0
        repeat {
            cursor = handle.scan(DatabaseIndex(database), from: cursor, count: 1000) { item in
                copies[ItemPlace(database, item.key.copiedBytes())] = ItemCopy(item, holds: false)
            }
        } while cursor != 0
    }
    return copies
}

/// Keeps what a snapshot hands over: large strings by their blocks, which nobody may change any more.
final class CopyingSink: SnapshotSink {
    private let copies = Mutex<[(place: ItemPlace, item: ItemCopy)]>([])

    func append(_ item: borrowing ItemView, in database: DatabaseIndex) {
        let place = ItemPlace(Int(database.rawValue), item.key.copiedBytes())
        let copy = ItemCopy(item, holds: true)
        copies.withLock { $0.append((place, copy)) }
    }

    func waitForRoom() {}

    var count: Int { copies.withLock { $0.count } }

    /// Everything that was handed over, each item once, but what had expired at `moment`.
    func take(at moment: Milliseconds, _ context: String) -> [ItemPlace: ItemCopy] {
        let taken = copies.withLock { copies in
            let taken = copies
            copies = []
            return taken
        }
        var result: [ItemPlace: ItemCopy] = [:]
        for (place, item) in taken {
            var item = item
            item.letGo()
            if item.expiry != 0 && item.expiry <= moment.rawValue { continue }
            if result.updateValue(item, forKey: place) != nil { Issue.record("\(context): \(place) came twice") }
        }
        return result
    }
}

/// Records where two states differ.
func expectSame(_ found: [ItemPlace: ItemCopy], _ expected: [ItemPlace: ItemCopy], _ context: String) {
    if found == expected { return }
    for (place, item) in expected where found[place] != item {
        let name = String(decoding: place.key.prefix(20), as: UTF8.self)
        let what = found[place].map { "\($0)".prefix(300) } ?? "nothing"
        Issue.record("\(context): \(name) in \(place.database) is \(what), not \("\(item)".prefix(300))")
        return
    }
    for place in found.keys where expected[place] == nil {
        let name = String(decoding: place.key.prefix(20), as: UTF8.self)
        Issue.record("\(context): \(name) in \(place.database) was not there")
        return
    }
}
