// What the engine tells of its size classes: how much lies in each, what became of it, how old it is.

public import Base

/// One size class, summed over shards.
public struct SizeClassUse: Sendable {
    /// From 1. The last one stands for items with a large value, which lies outside the pages: its `slotSize` is 0.
    public var classIndex = 0
    public var slotSize = 0
    public var slotsPerPage = 0
    public var pageCount = 0
    /// Items of this class. An item with a large value counts there, though it takes a slot here.
    public var itemCount = 0
    public var usedSlots = 0
    public var freeSlots = 0
    /// What the items asked for, before rounding to slots.
    public var requested = 0

    // Since the counters were reset:
    public var evicted = 0
    public var evictedUnfetched = 0
    /// Evicted although they had an expiry.
    public var evictedExpiring = 0
    /// Evicted although they had been read more than once.
    public var evictedActive = 0
    /// For how long the one that was evicted last had not been used. The largest over shards.
    public var lastEvictedIdleMilliseconds: Int64 = 0
    public var expiredUnfetched = 0
    /// Expired and dropped, by whomever.
    public var reclaimed = 0
    /// Of those, by the background.
    public var reclaimedByWalk = 0
    public var outOfMemory = 0

    public init() {}

    mutating func add(_ ends: ItemEnds) {
        evicted += ends.evicted
        evictedUnfetched += ends.evictedUnfetched
        evictedExpiring += ends.evictedExpiring
        evictedActive += ends.evictedActive
        lastEvictedIdleMilliseconds = max(lastEvictedIdleMilliseconds, ends.lastEvictedIdleMilliseconds)
        expiredUnfetched += ends.expiredUnfetched
        reclaimed += ends.reclaimed
        reclaimedByWalk += ends.reclaimedByWalk
        outOfMemory += ends.outOfMemory
    }
}

/// Some items of one class, by how often they were read: the grades that LRU weighs them by.
public struct SizeClassSample: Sendable {
    public struct Grade: Sendable {
        public var count = 0
        /// Of the one that was not used for the longest time.
        public var idleMillisecondsMax: Int64 = 0

        mutating func add(_ idle: Int64) {
            count += 1
            idleMillisecondsMax = max(idleMillisecondsMax, idle)
        }

        mutating func add(_ other: Grade) {
            count += other.count
            idleMillisecondsMax = max(idleMillisecondsMax, other.idleMillisecondsMax)
        }
    }

    public var neverRead = Grade()
    public var readOnce = Grade()
    public var readAgain = Grade()

    public var count: Int { neverRead.count + readOnce.count + readAgain.count }

    mutating func add(_ item: Item, _ idle: Int64) {
        if item.marks.contains(.active) {
            readAgain.add(idle)
        } else if item.marks.contains(.fetched) {
            readOnce.add(idle)
        } else {
            neverRead.add(idle)
        }
    }

    mutating func add(_ other: SizeClassSample) {
        neverRead.add(other.neverRead)
        readOnce.add(other.readOnce)
        readAgain.add(other.readAgain)
    }

    public var idleMillisecondsMax: Int64 {
        max(neverRead.idleMillisecondsMax, readOnce.idleMillisecondsMax, readAgain.idleMillisecondsMax)
    }
}

extension Engine {
    /// Classes that an item may be counted in: `SizeClassUse.classIndex` is 1 ... this.
    public var sizeClassCount: Int { sizeClassTable.count + 1 }

    /// The size classes that have pages, and the one of large values if there are any; or really all.
    public func sizeClasses(withEmpty: Bool = false) -> [SizeClassUse] {
        let classes = sizeClassTable
        var rows = (0...classes.count).map { index in
            var row = SizeClassUse()
            row.classIndex = index + 1
            if index < classes.count {
                row.slotSize = classes.slotSize(index)
                row.slotsPerPage = classes.slotsPerPage(index)
            }
            return row
        }
        rows = eachShard(rows) { rows, shard in
            for index in 0...classes.count {
                let state = unsafe shard.arena.classes[index]
                rows[index].pageCount += state.pageCount
                rows[index].usedSlots += state.usedSlots
                rows[index].freeSlots += state.freeSlots
                rows[index].requested += state.requestedSize
                rows[index].itemCount += state.usedSlots - state.largeItems
                rows[classes.count].itemCount += state.largeItems
                rows[index].add(state.ends)
            }
        }
        return withEmpty ? rows : rows.filter { $0.pageCount > 0 || $0.itemCount > 0 }
    }

    /// Looks at up to `countMax` items of each class, or at all if there are no more: `[SizeClassUse.classIndex - 1]`.
    /// A shard is held for its part of one class at a time: some tens of nanoseconds an item.
    public func sampleSizeClasses(_ countMax: Int, now: Milliseconds) -> [SizeClassSample] {
        let classes = sizeClassTable
        let access = AccessPolicy(isLFU: evictionPolicy.isLFU, now: now, frequency: frequencyTuning)
        let countInShard = max(1, countMax / shardCount)
        var samples = [SizeClassSample](repeating: SizeClassSample(), count: classes.count + 1)
        for index in 0..<classes.count {
            let (own, large) = eachShard((SizeClassSample(), SizeClassSample())) { pair, shard in
                shard.arena.sample(countInShard, ofClass: index, &shard.random) { item in
                    let idle = access.idleMilliseconds(item.access, now: now)
                    if item.fields.contains(.shared) { pair.1.add(item, idle) } else { pair.0.add(item, idle) }
                }
            }
            samples[index] = own
            samples[classes.count].add(large)
        }
        return samples
    }

    /// Counts items by size from now on, those that are there included. Costs an addition at each store and end.
    /// Turning it on looks at every item, a shard at a time.
    public var tracksItemSizes: Bool {
        get { eachShard(false) { flag, shard in flag = shard.histogram.isOn } }
        set { eachShard(()) { _, shard in shard.setTracksSizes(newValue) } }
    }

    /// How many items there are up to each multiple of 32 bytes, ascending, those of none left out. The size is what
    /// the item takes before rounding to slots. Empty unless `tracksItemSizes`.
    public func itemSizes() -> [(size: Int, count: Int)] {
        let totals = eachShard([Int: Int]()) { totals, shard in shard.histogram.add(to: &totals) }
        return totals.filter { $0.value > 0 }.sorted { $0.key < $1.key }.map { (size: $0.key, count: $0.value) }
    }

    /// Sets the counters to 0 but `changes`, those of the size classes too.
    public func resetCounters() {
        counters.reset(except: .changes)
        eachShard(()) { _, shard in shard.arena.resetEnds() }
    }

    /// As `resetCounters()`, for a thread that may be in a section of `handle`; see `memory(through:)`.
    public func resetCounters(through handle: inout EngineHandle) {
        counters.reset(except: .changes)
        handle.eachShard(()) { _, shard in shard.arena.resetEnds() }
    }
}

extension Arena {
    fileprivate func resetEnds() {
        for index in 0...sizeClasses.count { unsafe classes[index].ends = ItemEnds() }
    }

    /// Shows items of one class: all if there are up to `countMax`, else the first ones met in a few pages, begun at a
    /// random one and at random slots.
    fileprivate func sample(_ countMax: Int, ofClass classIndex: Int, _ random: inout SplitMix64, _ body: (Item) -> Void) {
        let state = unsafe classes[classIndex]
        guard state.usedSlots > 0 else { return }
        let showsAll = state.usedSlots <= countMax
        // Following links costs a cache miss each: the start is among the first pages only.
        var skipped = showsAll ? 0 : random.next(below: min(state.pageCount, 16))
        var left = countMax
        let countInPage = showsAll ? countMax : max(1, countMax / 4)
        eachPage(ofClass: classIndex) { page in
            if skipped > 0 {
                skipped -= 1
                return true
            }
            let start = showsAll || page.bump == 0 ? 0 : random.next(below: page.bump)
            var leftInPage = min(left, countInPage)
            for step in 0..<page.bump where leftInPage > 0 {
                let item = Item(page.slot((start + step) % page.bump))
                if item.isFree { continue }
                body(item)
                leftInPage -= 1
                left -= 1
            }
            return left > 0
        }
    }
}
