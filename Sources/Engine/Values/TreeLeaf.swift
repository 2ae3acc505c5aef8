// The leaf of a packed tree: a run of entries in the middle of its block, with room on both sides.

/// Where a leaf's run of entries lies. Offsets are in bytes from the block's start.
///
///      0       2     4       6          8          10      start           end     capacity
///     +-------+-----+-------+----------+----------+- - - -+----------------+- - - -+
///     | start | end | count | capacity | farCount |       | packed entries |       |
///     +-------+-----+-------+----------+----------+- - - -+----------------+- - - -+
///
/// Room in front is what makes a queue cheap at both ends: a pop moves a bound, a push writes outside the run.
@safe
struct TreeLeaf: Equatable {
    static let headerSize = 10

    let block: Address
    @inline(__always) init(_ block: Address) { self.block = block }

    var start: Int {
        @inline(__always) get { Int(block.load16(0)) }
        @inline(__always) nonmutating set { block.store16(UInt16(truncatingIfNeeded: newValue), 0) }
    }
    var end: Int {
        @inline(__always) get { Int(block.load16(2)) }
        @inline(__always) nonmutating set { block.store16(UInt16(truncatingIfNeeded: newValue), 2) }
    }
    var count: Int {
        @inline(__always) get { Int(block.load16(4)) }
        @inline(__always) nonmutating set { block.store16(UInt16(truncatingIfNeeded: newValue), 4) }
    }
    var capacity: Int {
        @inline(__always) get { Int(block.load16(6)) }
        @inline(__always) nonmutating set { block.store16(UInt16(truncatingIfNeeded: newValue), 6) }
    }
    /// Entries whose content lies in a block of its own. A leaf that has none is dropped unread.
    var farCount: Int {
        @inline(__always) get { Int(block.load16(8)) }
        @inline(__always) nonmutating set { block.store16(UInt16(truncatingIfNeeded: newValue), 8) }
    }

    @inline(__always) var used: Int { end &- start }
    @inline(__always) var slack: Int { capacity &- Self.headerSize &- used }
    @inline(__always) var first: Address { block + start }
    @inline(__always) var limit: Address { block + end }

    @inline(__always)
    func reset(capacity: Int) {
        start = Self.headerSize
        end = Self.headerSize
        count = 0
        self.capacity = capacity
        farCount = 0
    }

    /// Brings the lines of a usual leaf near, all at once: a search goes through half of them, one after the other.
    @inline(__always)
    func prefetch() {
        for line in 0..<16 { (block + line &* 64).prefetch() }
    }

    /// The start of the entry at `index`, or the run's end; reads from the nearer side.
    @inline(__always)
    func place(of index: Int) -> Address {
        let count = count
        if index &+ index <= count {
            var place = first
            for _ in 0..<index { place = Packed.entry(at: place).end }
            return place
        }
        var place = limit
        for _ in index..<count { place = Packed.entry(before: place).start }
        return place
    }

    /// The far entries among those from `place` to `end`.
    func countFar(from place: Address, to end: Address) -> Int {
        if farCount == 0 { return 0 }
        var far = 0
        var place = place
        while place != end {
            let entry = Packed.entry(at: place)
            if entry.isFar { far &+= 1 }
            place = entry.end
        }
        return far
    }

    /// Makes the run `size` bytes longer at `place` if the block has room for it, moving the shorter part.
    /// - Returns: where the new bytes lie, nil if the block is too small.
    @inline(__always)
    func openGap(at place: Address, _ size: Int) -> Address? {
        let before = Int(bitPattern: place.bits &- first.bits)
        let after = used &- before
        let front = start &- Self.headerSize
        let back = capacity &- end
        if front >= size, before < after || back < size {
            (first + -size).move(from: first, count: before)
            start = start &- size
            return place + -size
        }
        if back >= size {
            (place + size).move(from: place, count: after)
            end = end &+ size
            return place
        }
        return front &+ back >= size ? openGapFromBothSides(before, after, size) : nil
    }

    /// As `openGap`, where only both rooms together suffice. What remains goes to the side where the run grows.
    private func openGapFromBothSides(_ before: Int, _ after: Int, _ size: Int) -> Address {
        let newStart = before == 0 ? capacity &- used &- size : Self.headerSize
        let oldFirst = first
        let gap = block + newStart + before
        if before == 0 {
            (gap + size).move(from: oldFirst, count: after)
        } else {
            // The front part goes down first: what follows it is then free to go either way.
            (block + newStart).move(from: oldFirst, count: before)
            (gap + size).move(from: oldFirst + before, count: after)
        }
        start = newStart
        end = newStart &+ before &+ size &+ after
        return gap
    }

    /// Cuts `size` bytes at `place` out of the run, moving the shorter part.
    /// - Returns: where what followed them lies now.
    @inline(__always)
    func closeGap(at place: Address, _ size: Int) -> Address {
        let before = Int(bitPattern: place.bits &- first.bits)
        let after = used &- before &- size
        if before < after {
            (first + size).move(from: first, count: before)
            start = start &+ size
            return place + size
        }
        place.move(from: place + size, count: after)
        end = end &- size
        return place
    }
}
