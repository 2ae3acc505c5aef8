// The engine as its owner sees it: made once, asked for handles, told limits, asked what it holds.

public import Base
import Synchronization

/// What an engine is made with.
public struct EngineOptions: Sendable {
    /// Bytes that the keyspace may hold, everything counted; 0 is no limit.
    public var memoryLimit = 0
    public var evictionPolicy = EvictionPolicy.noEviction
    /// Items looked at for each eviction, 1...64. More is nearer to the true order and slower.
    public var evictionSamples = 5
    /// 1...65536.
    public var databaseCount = 16
    /// A power of two, 1...64; nil chooses by the memory limit.
    public var shardCount: Int?
    /// Seed of the key hash. A server passes a random number, so that nobody can prepare keys that collide.
    public var hashSeed: UInt64 = 0x5EED

    public init() {}
}

public enum EngineCounter: Int, CaseIterable, Sendable {
    /// Reads that found, or did not find, a live item.
    case hits, misses
    /// Items dropped because their time had run out, by a request or by the background.
    case expired
    /// Of those, never read.
    case expiredUnfetched
    case evicted
    /// Of those, never read since they were stored.
    case evictedUnfetched
    /// Values stored, by any verb.
    case itemsStored
    /// Pages emptied into others, and the items moved for it.
    case pagesCompacted, itemsMoved
}

/// What the keyspace holds, in bytes.
public struct MemoryUse: Sendable {
    /// 0 is no limit.
    public var limit = 0
    /// Everything that counts against the limit: pages, indexes, large values.
    public var used = 0
    /// In slots that hold an item, and in large values.
    public var items = 0
    /// What live items asked for, before rounding to slots.
    public var requested = 0
    public var index = 0
    /// In free slots of the pages held.
    public var freeSlots = 0
    public var pageCount = 0
    public var pageSize = 0

    public init() {}
}

/// One size class, summed over shards.
public struct SizeClassUse: Sendable {
    /// From 1. The last one stands for large values, which have no slots: its `slotSize` is 0.
    public var classIndex = 0
    public var slotSize = 0
    public var slotsPerPage = 0
    public var pageCount = 0
    public var usedSlots = 0
    public var freeSlots = 0
    public var evicted = 0
    public var evictedUnfetched = 0
    public var expiredUnfetched = 0
    public var reclaimed = 0
    public var outOfMemory = 0

    public init() {}
}

/// The keyspace. Owns all memory; threads work on it through handles, which must not outlive it.
@safe
public final class Engine: @unchecked Sendable {
    // The state is reached by pointer, so that handles are trivial: no reference counting on the request path. It is
    // guarded by the shards' locks and by atomics.
    private let state: UnsafeMutablePointer<EngineState>
    public let counters = CounterBoard<EngineCounter>()

    public init(_ options: EngineOptions) {
        unsafe state = .allocate(capacity: 1)
        unsafe state.initialize(to: EngineState(options, pool: EngineState.makePool(options)))
    }

    deinit {
        unsafe state.pointee.destroy()
        unsafe state.deinitialize(count: 1)
        unsafe state.deallocate()
    }

    /// A handle for one thread.
    public func makeHandle() -> EngineHandle {
        unsafe EngineHandle(state: state, counters: counters.makeRow())
    }

    /// Bytes, 0 is none. A lower limit is reached by evicting in the background and at the next writes.
    public var memoryLimit: Int {
        get { unsafe state.pointee.pool.pointee.budget.limit.load(ordering: .relaxed) }
        set { unsafe state.pointee.pool.pointee.budget.limit.store(max(0, newValue), ordering: .relaxed) }
    }

    public var evictionPolicy: EvictionPolicy {
        get { unsafe EvictionPolicy(code: state.pointee.policy.load(ordering: .relaxed)) }
        set { unsafe state.pointee.policy.store(newValue.code, ordering: .relaxed) }
    }

    public var evictionSamples: Int {
        get { unsafe state.pointee.samples.load(ordering: .relaxed) }
        set { unsafe state.pointee.samples.store(min(max(1, newValue), 64), ordering: .relaxed) }
    }

    public var databaseCount: Int { unsafe state.pointee.databaseCount }
    public var shardCount: Int { unsafe state.pointee.shardCount }

    /// Items with a large value, outside pages.
    public var largeValueCount: Int { eachShard(0) { total, shard in total += shard.sharedCount } }

    /// Follows the keyspace with `listener`; nil stops. Takes effect between two mutations.
    public func setChangeListener(_ listener: (any ChangeListener)?) {
        unsafe state.pointee.setListener(listener)
    }

    public func memory() -> MemoryUse {
        var use = MemoryUse()
        use.limit = memoryLimit
        use.used = unsafe state.pointee.pool.pointee.budget.used.load(ordering: .relaxed)
        use.pageSize = unsafe state.pointee.pool.pointee.pageSize
        return eachShard(use) { use, shard in
            use.pageCount += shard.arena.pageCount
            use.freeSlots += shard.arena.freeSize
            use.requested += shard.requestedSize
            use.items += shard.arena.usedSize + shard.sharedSize
            for database in 0..<shard.databaseCount { use.index += unsafe shard.tables[database].size }
        }
    }

    /// All size classes that have pages, and large values if there are any.
    public func sizeClasses() -> [SizeClassUse] {
        let classes = unsafe state.pointee.sizeClasses
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
            for index in 0..<classes.count {
                let state = unsafe shard.arena.classes[index]
                rows[index].pageCount += state.pageCount
                rows[index].usedSlots += state.usedSlots
                rows[index].freeSlots += state.freeSlots
                rows[index].evicted += state.evicted
                rows[index].evictedUnfetched += state.evictedUnfetched
                rows[index].expiredUnfetched += state.expiredUnfetched
                rows[index].reclaimed += state.reclaimed
                rows[index].outOfMemory += state.outOfMemory
            }
            rows[classes.count].usedSlots += shard.sharedCount
        }
        return rows.filter { $0.pageCount > 0 || ($0.slotSize == 0 && $0.usedSlots > 0) }
    }

    /// Folds `body` over all shards, each under its lock.
    private func eachShard<R>(_ start: R, _ body: (inout R, inout Shard) -> Void) -> R {
        var result = start
        for index in 0..<shardCount {
            let shard = unsafe state.pointee.shards[index]
            unsafe shard.lock.pointee.lock()
            unsafe body(&result, &shard.body.pointee)
            unsafe shard.lock.pointee.unlock()
        }
        return result
    }

    /// Calls `fail` with a sentence for each broken invariant of tables, arena and accounts. For tests: nobody may use
    /// the engine meanwhile.
    public func checkInvariants(fail: (String) -> Void) {
        unsafe state.pointee.checkInvariants(fail: fail)
    }
}
