// Visiting a table in the order of hashes, whatever its segments do in between: SCAN, expiry, freeing.

import Base

/// The items of one home bucket: at most what its window holds.
struct HomeItems {
    static let capacity = HashTable.window * Bucket.slotCount
    private var slots = InlineArray<42, UInt64>(repeating: 0)
    private(set) var count = 0

    mutating func append(_ slot: UInt64) {
        slots[count] = slot
        count += 1
    }

    mutating func removeAll() { count = 0 }

    subscript(index: Int) -> Item { Item(HashTable.address(slots[index])) }
}

extension HashTable {
    /// Collects the items whose home bucket contains `position`, an order.
    ///
    /// Positions are hash prefixes. An item keeps its order for life, and a step returns all items from `position`
    /// up to
    /// the next position, so whoever walks from 0 to the end meets every item that was there throughout: SCAN's
    /// guarantee, across growth, splits and merges.
    /// - Returns: the next position, or nil at the end of the table.
    func collectHome(at position: UInt64, into items: inout HomeItems) -> UInt64? {
        items.removeAll()
        guard hasSegments else { return nil }
        let entry = entry(directoryIndex(position))
        let segmentDepth = Self.segmentDepth(entry)
        let count = Self.bucketCount(entry)
        let segment = Self.address(entry)
        let home = Self.bucketIndex(place: Self.place(position, depth: segmentDepth), of: count)
        let steps = Self.bucket(segment, home).overflowed == 0 ? 1 : min(Self.window, count)
        for step in 0..<steps {
            let bucket = Self.bucket(segment, (home + step) % count)
            var occupied = bucket.occupied
            while occupied != 0 {
                let slot = bucket.slot(occupied.trailingZeroBitCount >> 3)
                let place = UInt16(truncatingIfNeeded: slot >> 48)
                if Self.bucketIndex(place: place, of: count) == home { items.append(slot) }
                occupied &= occupied - 1
            }
        }
        return nextPosition(after: position, depth: segmentDepth, bucketCount: count, home: home)
    }

    private func nextPosition(after position: UInt64, depth: Int, bucketCount: Int, home: Int) -> UInt64? {
        let prefix = depth == 0 ? 0 : position >> UInt64(64 - depth)
        if home + 1 < bucketCount {
            // The first place of the next bucket.
            let place = UInt64(((home + 1) << 16) + bucketCount - 1) / UInt64(bucketCount)
            let base = depth == 0 ? 0 : prefix << UInt64(64 - depth)
            return base | place << UInt64(48 - depth)
        }
        if prefix + 1 == UInt64(1) << UInt64(depth) { return nil }
        return (prefix + 1) << UInt64(64 - depth)
    }

    /// The bucket that `order` falls into: what sampling looks at.
    @inline(__always)
    func bucket(at order: UInt64) -> Bucket? {
        guard hasSegments else { return nil }
        let entry = entry(directoryIndex(order))
        let count = Self.bucketCount(entry)
        let place = Self.place(order, depth: Self.segmentDepth(entry))
        return Self.bucket(Self.address(entry), Self.bucketIndex(place: place, of: count))
    }

    /// Gives back index memory that deletions left idle: shrinks the segment at `position`, or merges it with its
    /// other half, if it is less than a quarter full.
    /// - Returns: by how many bytes the table grew (negative: shrank).
    mutating func shrinkSegment(at position: UInt64) -> Int {
        guard hasSegments else { return 0 }
        let sizeBefore = size
        let entry = entry(directoryIndex(position))
        let count = Self.bucketCount(entry)
        let held = occupiedCount(entry)
        if held * 4 >= count * Bucket.slotCount { return 0 }
        if mergeSegment(at: position, held: held) { return size - sizeBefore }
        // Half full leaves room for what comes next.
        let wanted = max(Int(Self.bucketCounts[0]), (held * 2 + Bucket.slotCount - 1) / Bucket.slotCount)
        let target = Self.nextBucketCount(wanted - 1)
        if target < count { _ = resizeSegment(position, to: target) }
        return size - sizeBefore
    }

    func occupiedCount(_ entry: UInt64) -> Int {
        let segment = Self.address(entry)
        var held = 0
        for index in 0..<Self.bucketCount(entry) { held += Self.bucket(segment, index).occupied.nonzeroBitCount }
        return held
    }
}
