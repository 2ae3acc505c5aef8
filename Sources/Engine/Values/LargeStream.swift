// A stream: entries in the order of their IDs, and the groups that read them.

import Base

@safe
struct LargeStream: LargeCollection {
    var header = StructureHeader(kind: .stream, encoding: .stream)
    private(set) var entries = PackedTree<StreamOrder>()
    private(set) var names = StreamNames()
    /// Of the last entry that ever was, or what it was set to.
    var lastID = StreamID.zero
    /// The greatest of those taken out one by one; zero if there is none.
    var maxDeletedID = StreamID.zero
    /// Entries that ever were, or what that was set to.
    var addedCount: Int64 = 0
    /// nil while there is no group.
    private var groupsPlace: UnsafeMutablePointer<StreamGroups>?

    var count: Int { entries.count }

    var heapSize: Int {
        let groupsSize = unsafe groupsPlace.map { unsafe MemoryLayout<StreamGroups>.size &+ $0.pointee.heapSize }
        return entries.heap.size &+ names.heap.size &+ (groupsSize ?? 0)
    }

    // MARK: Groups

    var groups: UnsafeMutablePointer<StreamGroups>? { unsafe groupsPlace }

    mutating func makeGroups() -> UnsafeMutablePointer<StreamGroups> {
        if let groups = unsafe groupsPlace { return unsafe groups }
        let groups = UnsafeMutablePointer<StreamGroups>.allocate(capacity: 1)
        unsafe groups.initialize(to: StreamGroups())
        unsafe groupsPlace = groups
        return unsafe groups
    }

    // MARK: Looking

    @inline(__always)
    func lowerBound(_ id: StreamID) -> TreeCursor {
        entries.lowerBound(id.milliseconds) { PackedID.read($0, at: 0).id < id }
    }

    /// Where the entries from one ID to another, both included, stand.
    func positions(_ first: StreamID, _ last: StreamID) -> Range<Int> {
        guard first <= last, count > 0 else { return 0..<0 }
        let lower = first == .zero ? 0 : entries.position(of: lowerBound(first))
        let upper = last.next.map { entries.position(of: lowerBound($0)) } ?? count
        return lower..<max(lower, upper)
    }

    func find(_ id: StreamID) -> TreeCursor? {
        let cursor = lowerBound(id)
        guard !cursor.isAtEnd && PackedID.read(cursor.entry.bytes, at: 0).id == id else { return nil }
        return cursor
    }

    /// Of the first entry that is there; nil if there is none.
    var firstID: StreamID? { entries.isEmpty ? nil : PackedID.read(entries.firstEntry.bytes, at: 0).id }
    var topID: StreamID? { entries.isEmpty ? nil : PackedID.read(entries.lastEntry.bytes, at: 0).id }

    // MARK: Changing

    /// Adds an entry, whose ID must be above all.
    /// - Parameter parts: shows names and values in turn, the same each time.
    mutating func append(_ id: StreamID, pairCount: Int, parts: ((RawSpan) -> Void) -> Void) {
        var namesSize = 0
        var valuesSize = 0
        var isName = true
        parts { part in
            let size = SizedBytes.size(of: part.byteCount)
            if isName { namesSize &+= size } else { valuesSize &+= size }
            isName.toggle()
        }
        let number = names.take(pairCount: pairCount, size: namesSize, parts: parts)
        let idSize = PackedID.size(of: id)
        let ownNamesSize = number > 0 ? 0 : namesSize &+ (pairCount < 255 ? 1 : 5)
        entries.pushLast(idSize &+ 1 &+ ownNamesSize &+ valuesSize) { start in
            PackedID.write(id, at: start)
            var place = start + idSize
            place.store8(UInt8(truncatingIfNeeded: number), 0)
            place = place + 1
            if number == 0 { SizedBytes.writeSize(pairCount, at: &place) }
            var isName = true
            parts { part in
                if number == 0 || !isName { SizedBytes.write(part, at: &place) }
                isName.toggle()
            }
        }
        lastID = id
        addedCount &+= 1
    }

    private mutating func forget(_ element: RawSpan) {
        let number = StreamEntry.namesNumber(of: element)
        if number > 0 { names.release(number) }
    }

    mutating func remove(_ id: StreamID) -> Bool {
        guard var cursor = find(id) else { return false }
        forget(cursor.entry.bytes)
        entries.remove(at: &cursor)
        maxDeletedID = max(maxDeletedID, id)
        return true
    }

    mutating func removeFirst(_ amount: Int) {
        guard amount > 0 else { return }
        var cursor = entries.start()
        for _ in 0..<amount {
            forget(cursor.entry.bytes)
            cursor.moveForward()
        }
        if amount == 1 { entries.popFirst() } else { entries.removeRange(0..<amount) }
    }

    // MARK: As a whole

    func clone(_ hasher: Hasher64) -> LargeStream {
        var copy = LargeStream()
        copy.lastID = lastID
        copy.maxDeletedID = maxDeletedID
        copy.addedCount = addedCount
        copy.names = names.clone()
        var cursor = entries.start()
        while !cursor.isAtEnd {
            let entry = cursor.entry
            copy.entries.pushLast(entry.count) { $0.copy(from: entry.content, count: entry.count) }
            cursor.moveForward()
        }
        if let groups = unsafe groupsPlace {
            let copied = unsafe copy.makeGroups()
            unsafe groups.pointee.copy(into: &copied.pointee)
        }
        return copy
    }

    mutating func free(blocks: Int) -> Bool {
        if entries.destroySlice(blocks) { return false }
        names.destroy()
        if let groups = unsafe groupsPlace {
            guard unsafe groups.pointee.free(blocks: blocks) else { return false }
            unsafe groups.deinitialize(count: 1)
            unsafe groups.deallocate()
            unsafe groupsPlace = nil
        }
        return true
    }

    func checkInvariants(_ hasher: Hasher64, fail: (String) -> Void) {
        entries.checkInvariants(fail: fail)
        var users: [Int: Int] = [:]
        var cursor = entries.start()
        while !cursor.isAtEnd {
            let number = StreamEntry.namesNumber(of: cursor.entry.bytes)
            if number > 0 { users[number, default: 0] += 1 }
            cursor.moveForward()
        }
        names.checkInvariants(users: users, fail: fail)
        if let top = topID, top > lastID { fail("an entry above the last ID") }
        if let groups = unsafe groupsPlace { unsafe groups.pointee.checkInvariants(fail: fail) }
    }
}
