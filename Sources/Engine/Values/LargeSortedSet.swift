// A sorted set too large for its item: a tree in order, and an index by member.

import Base

struct LargeSortedSet: LargeCollection {
    var header: StructureHeader
    private(set) var tree = PackedTree<ScoreOrder>()
    private var index = PackedTable<ScoreIndex>()

    init(encoding: CollectionEncoding) { header = StructureHeader(kind: .sortedSet, encoding: encoding) }

    var heapSize: Int { tree.heap.size &+ index.size }

    // MARK: Looking

    /// Where a member stands.
    @inline(__always)
    func find(_ member: RawSpan, _ hasher: Hasher64) -> TreeCursor? {
        findBoth(member, ScoreIndex.hash(member, hasher))?.cursor
    }

    @inline(__always)
    private func findBoth(_ member: RawSpan, _ hash: KeyHash) -> (entry: TableEntry, cursor: TreeCursor)? {
        var found: TreeCursor?
        let entry = index.find(hash) { candidate in
            guard ScoreIndex.isOf(hash, candidate) else { return false }
            let place = SortableScore.place(ScoreIndex.sortable(candidate))
            let cursor = lowerBound(place, member)
            // Half a hash may be another member's.
            guard !cursor.isAtEnd else { return false }
            let element = ScoredMember(cursor.entry.bytes)
            guard element.place == place && element.member.equals(member) else { return false }
            found = cursor
            return true
        }
        guard let entry, let found else { return nil }
        return (entry, found)
    }

    @inline(__always)
    private func lowerBound(_ place: UInt64, _ member: RawSpan) -> TreeCursor {
        tree.lowerBound(place) { BytesOrder.compare(ScoredMember($0).member, member) < 0 }
    }

    // MARK: Changing

    /// Gives `member` a score, wherever it stood before.
    /// - Parameter decide: is asked for the new score, given the old one; nil leaves all as it is.
    mutating func put(_ member: RawSpan, _ hasher: Hasher64, decide: (_ old: UInt64?) -> UInt64?) {
        let hash = ScoreIndex.hash(member, hasher)
        if let (entry, found) = findBoth(member, hash) {
            guard let sortable = decide(ScoredMember(found.entry.bytes).sortable) else { return }
            entry.content.store64(sortable, 4)
            var cursor = found
            if keepsPlace(cursor, sortable, member) {
                // Same bytes but for the score.
                cursor.entry.content.store64(sortable.byteSwapped, 0)
            } else {
                tree.remove(at: &cursor)
                insert(sortable, member)
            }
        } else if let sortable = decide(nil) {
            ScoreIndex.write(hash, sortable, at: index.insert(hash, byteCount: ScoreIndex.size, hasher))
            insert(sortable, member)
        }
    }

    /// Adds an element that belongs behind all others.
    mutating func append(_ element: RawSpan, _ hasher: Hasher64) {
        let scored = ScoredMember(element)
        let hash = ScoreIndex.hash(scored.member, hasher)
        ScoreIndex.write(hash, scored.sortable, at: index.insert(hash, byteCount: ScoreIndex.size, hasher))
        tree.pushLast(element.byteCount) { $0.write(element) }
    }

    private mutating func insert(_ sortable: UInt64, _ member: RawSpan) {
        let place = SortableScore.place(sortable)
        let size = ScoredMember.size(member)
        if tree.isEmpty || ScoredMember(tree.lastEntry.bytes).isBefore(place, member) {
            tree.pushLast(size) { ScoredMember.write(sortable, member, at: $0) }
        } else {
            tree.insert(at: lowerBound(place, member), size) { ScoredMember.write(sortable, member, at: $0) }
        }
    }

    /// Whether an element with another score would stand between the same two others of one leaf.
    private func keepsPlace(_ cursor: TreeCursor, _ sortable: UInt64, _ member: RawSpan) -> Bool {
        guard cursor.index > 0 && cursor.index &+ 1 < cursor.leaf.count else { return false }
        let place = SortableScore.place(sortable)
        let previous = ScoredMember(Packed.entry(before: cursor.place).bytes)
        let next = ScoredMember(Packed.entry(at: cursor.entry.end).bytes)
        return previous.isBefore(place, member) && !next.isBefore(place, member)
    }

    /// Takes a member out. False if it is not there.
    mutating func remove(_ member: RawSpan, _ hasher: Hasher64) -> Bool {
        guard let (entry, found) = findBoth(member, ScoreIndex.hash(member, hasher)) else { return false }
        var cursor = found
        index.remove(entry)
        tree.remove(at: &cursor)
        return true
    }

    /// Takes the elements at some positions out.
    mutating func removeRange(_ positions: Range<Int>, _ hasher: Hasher64) {
        guard !positions.isEmpty else { return }
        var cursor = tree.cursor(at: positions.lowerBound)
        for _ in positions {
            forget(cursor.entry.bytes, hasher)
            cursor.moveForward()
        }
        if positions.count == 1 && positions.lowerBound == 0 {
            tree.popFirst()
        } else if positions.count == 1 && positions.upperBound == tree.count {
            tree.popLast()
        } else {
            tree.removeRange(positions)
        }
    }

    /// Takes an element's score out of the index.
    private mutating func forget(_ element: RawSpan, _ hasher: Hasher64) {
        let element = ScoredMember(element)
        let hash = ScoreIndex.hash(element.member, hasher)
        let sortable = element.sortable
        // Of two with the same half of a hash and the same score either will do: they are the same bytes.
        let entry = index.find(hash) { ScoreIndex.isOf(hash, $0) && ScoreIndex.sortable($0) == sortable }
        if let entry { index.remove(entry) }
    }

    // MARK: Scan

    /// How many elements a call of `scan` may go through for each that it shows.
    private static var scanEffort: Int { 64 }

    /// As `PackedTable.scan`: the index says whose turn it is, the tree has their names. They are found by their
    /// scores; where many have the same, a call goes through all of those and shows more of them
    /// than others do, so that
    /// all calls together go through them some `scanEffort` times, however many there are.
    func scan(_ cursor: UInt64, _ hasher: Hasher64, _ visit: (RawSpan) -> Void) -> UInt64 {
        var places: Set<UInt64> = []
        var shownCount = 0
        var visitedCount = 0
        var next = cursor
        repeat {
            next = index.scan(next, hasher) { element in
                shownCount &+= 1
                let place = SortableScore.place(ScoreIndex.sortable(element))
                if places.insert(place).inserted {
                    let first = tree.position(of: tree.lowerBound(place) { _ in false })
                    visitedCount &+= tree.position(of: tree.lowerBound(place) { _ in true }) &- first
                }
            }
        } while next != 0 && visitedCount > shownCount * Self.scanEffort
        let from = PackedTable<ScoreIndex>.reversed(cursor)
        let to = PackedTable<ScoreIndex>.reversed(next)
        for place in places {
            var cursor = tree.lowerBound(place) { _ in false }
            while !cursor.isAtEnd {
                let element = ScoredMember(cursor.entry.bytes)
                if element.place != place { break }
                let hash = PackedTable<ScoreIndex>.reversed(ScoreIndex.hash(element.member, hasher).rawValue)
                if hash >= from && (next == 0 || hash < to) { visit(cursor.entry.bytes) }
                cursor.moveForward()
            }
        }
        return next
    }

    // MARK: As a whole

    func clone(_ hasher: Hasher64) -> LargeSortedSet {
        var copy = LargeSortedSet(encoding: header.encoding)
        var cursor = tree.start()
        while !cursor.isAtEnd {
            copy.append(cursor.entry.bytes, hasher)
            cursor.moveForward()
        }
        return copy
    }

    mutating func free(blocks: Int) -> Bool {
        if index.destroySlice(blocks) { return false }
        return !tree.destroySlice(blocks)
    }

    func checkInvariants(_ hasher: Hasher64, fail: (String) -> Void) {
        tree.checkInvariants(fail: fail)
        index.checkInvariants(hasher, fail: fail)
        if tree.count != index.count { fail("\(tree.count) elements in order, \(index.count) in the index") }
        var cursor = tree.start()
        while !cursor.isAtEnd {
            let element = ScoredMember(cursor.entry.bytes)
            if find(element.member, hasher) == nil { fail("a member that the index does not know") }
            cursor.moveForward()
        }
    }
}
