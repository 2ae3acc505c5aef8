// What must hold of a table between any two calls, in words. For tests.

import Base

extension HashTable {
    /// Calls `fail` with a sentence for each broken invariant.
    /// - Parameter epoch: the shard's.
    func checkInvariants(hasher: Hasher64, shard: Int, epoch: Item.Fields, fail: (String) -> Void) {
        var items = 0
        var expiring = 0
        var bytes = hasSegments ? directoryCount * 8 : 0
        var index = 0
        while index < directoryCount {
            let entry = entry(index)
            let segmentDepth = Self.segmentDepth(entry)
            if segmentDepth > depth { fail("segment \(index) is deeper than the directory") }
            let span = 1 << (depth - segmentDepth)
            if index % span != 0 { fail("segment \(index) does not begin on its own boundary") }
            for alias in index..<(index + span) where self.entry(alias) != entry {
                fail("directory entry \(alias) differs from \(index), which shares its segment")
            }
            let count = Self.bucketCount(entry)
            bytes += count * Bucket.size
            let found = checkSegment(entry, index: index, hasher: hasher, shard: shard, epoch: epoch, fail: fail)
            items += found.items
            expiring += found.expiring
            index += span
        }
        if items != itemCount { fail("counted \(items) items, the table says \(itemCount)") }
        if expiring != expiringCount { fail("counted \(expiring) items with expiry, the table says \(expiringCount)") }
        if bytes != size { fail("counted \(bytes) bytes, the table says \(size)") }
    }

    private func checkSegment(
        _ entry: UInt64, index: Int, hasher: Hasher64, shard: Int, epoch: Item.Fields, fail: (String) -> Void
    ) -> (items: Int, expiring: Int) {
        let count = Self.bucketCount(entry)
        let segmentDepth = Self.segmentDepth(entry)
        var overflowed = [Int](repeating: 0, count: count)
        var items = 0
        var expiring = 0
        for bucketIndex in 0..<count {
            let bucket = Self.bucket(Self.address(entry), bucketIndex)
            for slotIndex in 0..<Bucket.slotCount where bucket.tag(slotIndex) != 0 {
                let item = SlotPosition(bucket: bucket, index: slotIndex).item
                if item.isFree { fail("a slot points at free memory") }
                items += 1
                if item.fields.contains(.expiry) { expiring += 1 }
                let hash = hasher.hash(item.key)
                let order = order(hash)
                if item.isOfOther(epoch), origin < 0 || order < walkedTo { fail("an item was left in the old epoch") }
                if shardBits > 0 && Int(hash.rawValue >> UInt64(64 - shardBits)) != shard {
                    fail("an item lies in another shard than its hash says")
                }
                if directoryIndex(order) >> (depth - segmentDepth) != index >> (depth - segmentDepth) {
                    fail("an item lies in another segment than its hash says")
                }
                let place = Self.place(order, depth: segmentDepth)
                if UInt16(truncatingIfNeeded: bucket.slot(slotIndex) >> 48) != place { fail("a slot's place is wrong") }
                if bucket.tag(slotIndex) != Self.tag(hash) { fail("a slot's tag is wrong") }
                let home = Self.bucketIndex(place: place, of: count)
                let distance = (bucketIndex - home + count) % count
                if distance >= Self.window { fail("an item lies \(distance) buckets from home") }
                if distance > 0 { overflowed[home] += 1 }
            }
        }
        for bucketIndex in 0..<count {
            let bucket = Self.bucket(Self.address(entry), bucketIndex)
            if Int(bucket.overflowed) != overflowed[bucketIndex] {
                fail("bucket \(bucketIndex) counts \(bucket.overflowed) items elsewhere, there are \(overflowed[bucketIndex])")
            }
        }
        return (items, expiring)
    }
}
