// What a shard counts of its items' sizes, as they come, change and go. Under the shard's lock.

import Base

extension Shard {
    /// Counts an item of `size` bytes that now lies in a slot of this class.
    @inline(__always)
    mutating func countItem(_ size: Int, inClass classIndex: Int) {
        unsafe arena.classes[classIndex].requestedSize &+= size
        if histogram.isOn { histogram.add(1, size: size) }
    }

    @inline(__always)
    mutating func uncountItem(_ size: Int, inClass classIndex: Int) {
        unsafe arena.classes[classIndex].requestedSize &-= size
        if histogram.isOn { histogram.add(-1, size: size) }
    }

    /// Counts that an item has another size in the same slot.
    @inline(__always)
    mutating func recountItem(from old: Int, to new: Int, inClass classIndex: Int) {
        if old == new { return }
        uncountItem(old, inClass: classIndex)
        countItem(new, inClass: classIndex)
    }

    /// Counts a block, of a large value or a long key, that an item now holds. The budget has counted it already.
    mutating func holdShared(_ shared: SharedBytes) {
        sharedSize += shared.footprint
        sharedCount += 1
        unsafe arena.classes[arena.sizeClasses.count].requestedSize += shared.byteCount
    }

    /// Lets go of a block that an item held.
    mutating func releaseShared(_ shared: SharedBytes) {
        let footprint = shared.footprint
        sharedSize -= footprint
        sharedCount -= 1
        unsafe arena.classes[arena.sizeClasses.count].requestedSize -= shared.byteCount
        unsafe arena.pool.pointee.budget.adjust(by: -footprint)
        shared.release()
    }

    /// Counts a large collection that an item now owns. The budget has counted it already.
    mutating func countStructure(size: Int) {
        structureSize += size
        structureCount += 1
    }

    mutating func uncountStructure(size: Int) {
        structureSize -= size
        structureCount -= 1
    }

    /// Counts `item`, whose own bytes are counted, as a large one with this value.
    mutating func holdValue(_ shared: SharedBytes, of item: Item) {
        holdShared(shared)
        moveLarge(item, by: 1, valueSize: shared.byteCount)
    }

    /// Takes back what `holdValue` did, and lets go of the value.
    mutating func releaseValue(_ shared: SharedBytes, of item: Item) {
        moveLarge(item, by: -1, valueSize: shared.byteCount)
        releaseShared(shared)
    }

    private mutating func moveLarge(_ item: Item, by amount: Int, valueSize: Int) {
        let size = item.size
        unsafe arena.classes[arena.sizeClasses.classIndex(for: size)].largeItems += amount
        if histogram.isOn {
            histogram.add(-amount, size: size)
            histogram.add(amount, size: size + valueSize)
        }
    }

    /// Counts that the block of `item`'s value grew.
    mutating func countGrowth(of item: Item, from old: Int, to new: Int, footprint growth: Int) {
        sharedSize += growth
        unsafe arena.classes[arena.sizeClasses.count].requestedSize += new - old
        if histogram.isOn {
            histogram.add(-1, size: item.size + old)
            histogram.add(1, size: item.size + new)
        }
    }

    /// Begins or ends counting sizes; what is there already is counted first.
    mutating func setTracksSizes(_ flag: Bool) {
        guard flag != histogram.isOn else { return }
        guard flag else { return histogram.turnOff() }
        var counted = histogram
        counted.turnOn()
        countSizes(into: &counted)
        histogram = counted
    }

    private func countSizes(into histogram: inout SizeHistogram) {
        for classIndex in 0..<arena.sizeClasses.count {
            arena.eachItem(ofClass: classIndex) { histogram.add(1, size: $0.size + ($0.shared?.byteCount ?? 0)) }
        }
    }

    func checkHistogram(fail: (String) -> Void) {
        guard histogram.isOn else { return }
        var fresh = SizeHistogram(slotSizeMax: arena.sizeClasses.slotSizeMax)
        fresh.turnOn()
        countSizes(into: &fresh)
        var present: [Int: Int] = [:]
        var wanted: [Int: Int] = [:]
        histogram.add(to: &present)
        fresh.add(to: &wanted)
        fresh.turnOff()
        if present != wanted { fail("items are miscounted by size: \(present), there are \(wanted)") }
    }
}
