// Background work in small slices: what nobody waits for and everybody would miss.

import Base
import Synchronization

extension EngineHandle {
    /// Works for about `microseconds`: frees flushed databases, drops items whose time has run out, gives sparse pages
    /// and sparse index segments back, evicts down to a lowered limit. Workers call it from a timer, each about ten
    /// times
    /// a second; they take turns over the shards. No shard is held for longer than a few tens of microseconds at a
    /// time.
    public mutating func maintain(microseconds: Int) {
        if unsafe state.pointee.isReplaying.load(ordering: .relaxed) { return }
        let end = monotonicNanoseconds() + UInt64(microseconds) * 1000
        while unsafe state.pointee.pool.pointee.releaseRetired() {
            if monotonicNanoseconds() >= end { return }
        }
        var visited = 0
        while visited < shardCount {
            let index = unsafe state.pointee.nextMaintained.wrappingAdd(1, ordering: .relaxed).oldValue
            var isDone = false
            while !isDone {
                let held = unsafe lockedIfSafe(at: index & (shardCount - 1)) { handle, shard in
                    isDone = unsafe handle.maintainSlice(shard)
                }
                if monotonicNanoseconds() >= end { return }
                if !held { break }
            }
            visited += 1
        }
    }

    /// - Returns: whether the shard has nothing urgent left in this round.
    private mutating func maintainSlice(_ shard: UnsafeMutablePointer<Shard>) -> Bool {
        if unsafe shard.pointee.freeRetired(blocks: Structure.sliceSize) { return false }
        let context = evictionContext
        for _ in 0..<8 where unsafe shard.pointee.buryOne(context) { continue }
        if unsafe !(shard.pointee.graveyard.isEmpty && shard.pointee.emptied.isEmpty) { return false }
        if unsafe state.pointee.pool.pointee.budget.isOver {
            var didWork = false
            for _ in 0..<16 {
                let moved = unsafe shard.pointee.evacuatePage(hasher: hasher)
                if moved > 0 {
                    counters.add(.pagesCompacted)
                    counters.add(.itemsMoved, moved)
                    didWork = true
                    break
                }
                if unsafe !shard.pointee.evictOne(sparing: nil, context) { break }
                didWork = true
            }
            return !didWork
        }
        if unsafe isWorthCompacting(shard.pointee.arena) {
            let moved = unsafe shard.pointee.evacuatePage(hasher: hasher)
            if moved > 0 {
                counters.add(.pagesCompacted)
                counters.add(.itemsMoved, moved)
                return false
            }
        }
        return unsafe walkSlice(shard)
    }

    /// Whether so much of a shard's pages is air that a sparse one is worth its copying.
    private func isWorthCompacting(_ arena: Arena) -> Bool {
        switch CompactionPolicy(rawValue: unsafe state.pointee.compaction.load(ordering: .relaxed)) {
        case .onDemand, nil: false
        case .background: arena.freeSize * 8 > arena.pageCount * arena.pageSize
        case .eager: true
        }
    }

    /// Looks at the next buckets of a shard for expired items, and at each segment's end for idle index memory.
    /// - Returns: whether few of them had expired.
    private mutating func walkSlice(_ shard: UnsafeMutablePointer<Shard>) -> Bool {
        let dropsExpired = unsafe state.pointee.walksForExpiry.load(ordering: .relaxed)
        var walk = unsafe shard.pointee.walk
        if walk.database >= (unsafe shard.pointee.databaseCount) { walk = WalkState() }
        let table = unsafe shard.pointee.tables + walk.database
        var seen = 0
        var expired = 0
        var next: UInt64? = nil
        if unsafe table.pointee.hasSegments {
            var items = HomeItems()
            next = walk.position
            var steps = 0
            while let at = next, steps < 32 {
                steps += 1
                next = unsafe table.pointee.collectHome(at: at, into: &items)
                if unsafe dropsExpired && table.pointee.expiringCount > 0 {
                    for index in 0..<items.count where items[index].fields.contains(.expiry) {
                        seen += 1
                        if !items[index].isExpired(at: now) { continue }
                        expired += 1
                        unsafe reclaimWalked(items[index], DatabaseIndex(walk.database), shard)
                    }
                }
                if unsafe table.pointee.isLastBucket(at) {
                    let growth = unsafe table.pointee.shrinkSegment(at: at)
                    if growth != 0 { unsafe state.pointee.pool.pointee.budget.adjust(by: growth) }
                }
            }
        }
        if let next {
            walk.position = next
        } else {
            walk.database += 1
            walk.position = 0
        }
        unsafe shard.pointee.walk = walk
        if seen > 0 { counters.add(.expiryChecked, seen) }
        return expired * 4 <= seen
    }

    /// Removes an item that a walk found expired, and counts it as the walk's.
    mutating func reclaimWalked(_ item: Item, _ database: DatabaseIndex, _ shard: UnsafeMutablePointer<Shard>) {
        let classIndex = unsafe shard.pointee.arena.classIndex(of: item)
        unsafe shard.pointee.arena.classes[classIndex].ends.reclaimedByWalk += 1
        counters.add(.expiryReclaimed)
        let hash = rehash(item)
        let position = unsafe table(shard, database).pointee.find(hash, at: item)!
        unsafe removeExpired(hash, database, position, shard)
    }
}

extension HashTable {
    /// Whether `position` lies in the last bucket of its segment.
    func isLastBucket(_ position: UInt64) -> Bool {
        let entry = entry(directoryIndex(position))
        let count = Self.bucketCount(entry)
        let place = Self.place(position, depth: Self.segmentDepth(entry))
        return Self.bucketIndex(place: place, of: count) == count - 1
    }
}
