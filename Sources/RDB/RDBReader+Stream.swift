// Streams, in the three versions of their encoding. Source: Redis 7.2 rdb.c, rdbLoadObject; t_stream.c,
// streamValidateListpackIntegrity.

import Base
import Engine

/// What the entries of one listpack have in common.
private struct NodeFront {
    let first: StreamID
    /// Entries that follow, and how many of them are there no more.
    let count: Int
    let deletedCount: Int
    var names: [PackedElement] = []
}

/// An entry that a group delivered, before it is known to whom.
private struct Undelivered {
    let id: StreamID
    let deliveredAt: Int64
    let deliveryCount: UInt64
}

extension RDBReader {
    mutating func readStream(_ type: ValueType, _ draft: inout ValueDraft) throws(RDBFault) {
        draft.editStream { $0.create() }
        for _ in 0..<(try elementCount(sizeMin: 2, mayBeNone: true)) { try readNode(&draft) }
        let count = try length()
        let lastID = try id()
        var addedCount = Int64(count)
        var maxDeletedID = StreamID.zero
        if type != .stream {
            // The first ID, which the entries tell.
            _ = try id()
            maxDeletedID = try id()
            guard let added = Int64(exactly: try integer()) else { throw .corrupt }
            addedCount = added
        }
        let isSound = draft.editStream { stream in
            let isSound = stream.count == count && stream.lastID <= lastID
            if isSound { stream.set(lastID: lastID, addedCount: addedCount, maxDeletedID: maxDeletedID) }
            return isSound
        }
        guard isSound else { throw .corrupt }
        for _ in 0..<(try elementCount(sizeMin: 6, mayBeNone: true)) { try readGroup(type, &draft) }
    }

    private mutating func id() throws(RDBFault) -> StreamID {
        let milliseconds = try integer()
        return StreamID(milliseconds, try integer())
    }

    /// Two numbers of eight bytes, the highest first.
    private mutating func wholeID() throws(RDBFault) -> StreamID {
        let milliseconds = try number(bytes: 8).byteSwapped
        return StreamID(milliseconds, try number(bytes: 8).byteSwapped)
    }

    // MARK: Entries

    private mutating func readNode(_ draft: inout ValueDraft) throws(RDBFault) {
        let key = try string()
        guard bytes(key).byteCount == 16 else { throw .corrupt }
        let first = StreamID(bytes(key).word(at: 0).byteSwapped, bytes(key).word(at: 8).byteSwapped)
        let text = try string()
        var run = try PackedReader(bytes(text), .listpack)
        let front = try Self.front(of: &run, first)
        var deletedCount = 0
        var parts: [PackedElement] = []
        for _ in 0..<front.count {
            if try !Self.readEntry(&run, front, &parts, &draft) { deletedCount += 1 }
        }
        guard try run.next() == nil, deletedCount == front.deletedCount else { throw .corrupt }
        forgetStrings()
    }

    /// | entries | deleted ones | names | name | ... | 0 |
    private static func front(of run: inout PackedReader, _ first: StreamID) throws(RDBFault) -> NodeFront {
        let liveCount = try run.expectCount()
        let deletedCount = try run.expectCount()
        let nameCount = try run.expectCount()
        var front = NodeFront(first: first, count: liveCount + deletedCount, deletedCount: deletedCount)
        for _ in 0..<nameCount { front.names.append(try run.expectNext()) }
        guard try run.expectNumber() == 0 else { throw .corrupt }
        return front
    }

    /// | flags | milliseconds and sequence after the first ID | pairs | name | value | ... | elements before this |,
    /// or without pairs and names. False of one that is deleted.
    private static func readEntry(
        _ run: inout PackedReader, _ front: NodeFront, _ parts: inout [PackedElement], _ draft: inout ValueDraft
    ) throws(RDBFault) -> Bool {
        let flags = try run.expectNumber()
        let milliseconds = UInt64(bitPattern: try run.expectNumber())
        let sequence = UInt64(bitPattern: try run.expectNumber())
        let sharesNames = flags & StreamFlag.sharesNames != 0
        let pairCount = sharesNames ? front.names.count : try run.expectCount()
        parts.removeAll(keepingCapacity: true)
        for index in 0..<pairCount {
            parts.append(sharesNames ? front.names[index] : try run.expectNext())
            parts.append(try run.expectNext())
        }
        let elementCount = sharesNames ? pairCount + 3 : pairCount * 2 + 4
        guard try run.expectNumber() == elementCount, pairCount > 0 else { throw .corrupt }
        if flags & StreamFlag.deleted != 0 { return false }
        let id = StreamID(front.first.milliseconds &+ milliseconds, front.first.sequence &+ sequence)
        let isBehind = draft.editStream { stream in
            guard id > stream.lastID else { return false }
            stream.append(id, pairCount: pairCount) { visit in
                for part in parts { run.show(part, visit) }
            }
            return true
        }
        guard isBehind else { throw .corrupt }
        return true
    }

    // MARK: Groups

    private mutating func readGroup(_ type: ValueType, _ draft: inout ValueDraft) throws(RDBFault) {
        let name = try string()
        let lastID = try id()
        var entriesRead: Int64?
        if type == .stream {
            entriesRead = draft.editStream { $0.addedCount(upTo: lastID) }
        } else {
            let count = Int64(bitPattern: try integer())
            entriesRead = count < 0 ? nil : count
        }
        guard let group = Self.group(bytes(name), lastID, entriesRead, &draft) else { throw .corrupt }
        let delivered = try undelivered()
        var assignedCount = 0
        for _ in 0..<(try elementCount(sizeMin: 10, mayBeNone: true)) {
            assignedCount += try readConsumer(of: group, type, delivered, &draft)
        }
        guard assignedCount == delivered.count else { throw .corrupt }
        forgetStrings()
    }

    /// What a group has pending, in the order of IDs.
    private mutating func undelivered() throws(RDBFault) -> [Undelivered] {
        var entries: [Undelivered] = []
        for _ in 0..<(try elementCount(sizeMin: 25, mayBeNone: true)) {
            let id = try wholeID()
            guard id > entries.last?.id ?? .zero else { throw .corrupt }
            let deliveredAt = Int64(bitPattern: try number(bytes: 8))
            entries.append(Undelivered(id: id, deliveredAt: deliveredAt, deliveryCount: try integer()))
        }
        return entries
    }

    /// Returns how many entries the consumer has pending.
    private mutating func readConsumer(
        of group: StreamGroup, _ type: ValueType, _ delivered: [Undelivered], _ draft: inout ValueDraft
    ) throws(RDBFault) -> Int {
        let name = try string()
        let seenAt = Int64(bitPattern: try number(bytes: 8))
        // What was not written is guessed as Redis does.
        let activeAt = type == .stream3 ? Int64(bitPattern: try number(bytes: 8)) : seenAt
        guard let consumer = Self.consumer(bytes(name), of: group, &draft) else { throw .corrupt }
        let count = try elementCount(sizeMin: 16, mayBeNone: true)
        for _ in 0..<count {
            let id = try wholeID()
            guard let entry = Self.find(id, in: delivered) else { throw .corrupt }
            let isFree = draft.editStream { stream in
                guard stream.pending(id, of: group) == nil else { return false }
                stream.claim(
                    id, for: consumer, of: group, deliveredAt: entry.deliveredAt, deliveryCount: entry.deliveryCount)
                return true
            }
            guard isFree else { throw .corrupt }
        }
        draft.editStream { $0.set(consumer, seenAt: seenAt, activeAt: activeAt < 0 ? nil : activeAt) }
        return count
    }

    /// A new group; nil if there is one of this name.
    private static func group(
        _ name: RawSpan, _ lastID: StreamID, _ entriesRead: Int64?, _ draft: inout ValueDraft
    ) -> StreamGroup? {
        draft.editStream { stream in
            stream.createGroup(name, lastID: lastID, entriesRead: entriesRead) ? stream.group(name) : nil
        }
    }

    /// A new consumer; nil if there is one of this name.
    private static func consumer(
        _ name: RawSpan, of group: StreamGroup, _ draft: inout ValueDraft
    ) -> StreamConsumer? {
        draft.editStream { stream in
            stream.consumer(name, of: group) == nil ? stream.createConsumer(name, of: group) : nil
        }
    }

    private static func find(_ id: StreamID, in entries: [Undelivered]) -> Undelivered? {
        var lower = 0
        var upper = entries.count
        while lower < upper {
            let middle = (lower + upper) / 2
            if entries[middle].id < id { lower = middle + 1 } else { upper = middle }
        }
        return lower < entries.count && entries[lower].id == id ? entries[lower] : nil
    }
}

extension PackedReader {
    /// The next element, which must be a number.
    fileprivate mutating func expectNumber() throws(RDBFault) -> Int64 {
        guard case .number(let number) = try expectNext() else { throw .corrupt }
        return number
    }

    /// The next element, which must be a number of elements that there is room for.
    fileprivate mutating func expectCount() throws(RDBFault) -> Int {
        let number = try expectNumber()
        guard number >= 0 && number <= bytes.byteCount else { throw .corrupt }
        return Int(number)
    }
}
