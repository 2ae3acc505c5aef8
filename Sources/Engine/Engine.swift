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
    public var limits = CollectionLimitValues()
    /// 1...65536.
    public var databaseCount = 16
    /// A power of two, 1...64; nil chooses by the memory limit.
    public var shardCount: Int?
    /// Seed of the key hash. A server passes a random number, so that nobody can prepare keys that collide.
    public var hashSeed: UInt64 = 0x5EED
    /// Asks the system for huge pages under the keyspace: fewer address translations, but memory comes and goes in
    /// pieces of 2 MiB, and some of each is not used.
    public var usesHugePages = false
    /// A snapshot's walk holds no shard while it hands over a collection that takes more bytes: some hundred microseconds
    /// are long enough to wait for.
    public var lockedWalkSizeMax = 128 << 10

    public init() {}
}

public enum EngineCounter: Int, CaseIterable, Sendable {
    /// Reads that found, or did not find, a live item.
    case hits, misses
    /// Items dropped because their time had run out, by a request or by the background.
    case expired
    /// Of those, dropped because a request asked for them.
    case expiredOnAccess
    /// Of all expired, never read.
    case expiredUnfetched
    case evicted
    /// Of those, never read since they were stored.
    case evictedUnfetched
    /// Of those, read more than once.
    case evictedActive
    /// Items that ended, evicted or expired, because a write needed their room and could not wait for the background.
    case endedForRoom
    /// Values stored, by any verb; not those changed where they lie, keeping their size.
    case itemsStored
    /// Pages emptied into others, and the items moved for it.
    case pagesCompacted, itemsMoved
    /// Items that a walk in the background looked at for their expiry, and dropped because of it.
    case expiryChecked, expiryReclaimed
    /// Changes that requests made: `ChangeKind`s but the last two, an item of a flushed database, an exchange. Never
    /// reset.
    case changes
    /// Items of a snapshot that were handed over because they were about to change.
    case handedOver
}

/// When pages are emptied into their fellows so that their memory can serve another size of item.
public enum CompactionPolicy: UInt8, Sendable {
    /// When a write needs memory that is there, but in slots of other sizes.
    case onDemand = 0
    /// And in the background, when an eighth of a shard's pages is air.
    case background = 1
    /// And in the background whenever a page can be emptied at all.
    case eager = 2
}

/// What the keyspace holds, in bytes.
public struct MemoryUse: Sendable {
    /// 0 is no limit.
    public var limit = 0
    /// Everything that counts against the limit: pages, indexes, large values, and what is held beside them.
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
    /// Pages that no size class has, kept for the next one that needs some. They do not count against the limit.
    public var sparePageCount = 0

    public init() {}
}

/// The keyspace. Owns all memory; threads work on it through handles, which must not outlive it.
@safe
public final class Engine: @unchecked Sendable {
    // The state is reached by pointer, so that handles are trivial: no reference counting on the request path. It is
    // guarded by the shards' locks and by atomics.
    private let state: UnsafeMutablePointer<EngineState>
    /// One a handle, for as long as the engine lives.
    private let journalMarks = Mutex<[JournalMarkPlace]>([])
    public let counters = CounterBoard<EngineCounter>()

    public init(_ options: EngineOptions) {
        unsafe state = .allocate(capacity: 1)
        unsafe state.initialize(to: EngineState(options, pool: EngineState.makePool(options), idleCounters: counters.makeRow()))
    }

    deinit {
        unsafe state.pointee.destroy()
        journalMarks.withLock { marks in for mark in marks { unsafe mark.pointer.deallocate() } }
        unsafe state.deinitialize(count: 1)
        unsafe state.deallocate()
    }

    /// A handle for one thread.
    public func makeHandle() -> EngineHandle {
        let mark = JournalMarkPlace()
        journalMarks.withLock { $0.append(mark) }
        return unsafe EngineHandle(state: state, counters: counters.makeRow(), journalMark: mark.pointer)
    }

    /// A handle for another thread that has a part in what `handle` is at: replays or not, tells the journal or not.
    public func makeHandle(like handle: EngineHandle) -> EngineHandle {
        var other = makeHandle()
        other.isReplaying = handle.isReplaying
        other.isUnjournaled = handle.isUnjournaled
        other.mayOvershoot = handle.mayOvershoot
        other.now = handle.now
        other.reason.code = handle.reason.code
        return other
    }

    var statePlace: UnsafeMutablePointer<EngineState> { unsafe state }

    /// Bytes, 0 is none. A lower limit is reached by evicting in the background and at the next writes.
    public var memoryLimit: Int {
        get { unsafe state.pointee.pool.pointee.budget.limit.load(ordering: .relaxed) }
        set {
            unsafe state.pointee.pool.pointee.budget.limit.store(max(0, newValue), ordering: .relaxed)
            memorySlack = min(memorySlack, newValue / 8)
        }
    }

    /// Bytes of the limit that items may not have, because the process holds them without the account knowing: holes
    /// between index segments, say. Whoever watches the process sets it, from 0 to an eighth of the limit.
    public var memorySlack: Int {
        get { unsafe state.pointee.pool.pointee.budget.slack.load(ordering: .relaxed) }
        set {
            let slack = min(max(0, newValue), memoryLimit / 8)
            unsafe state.pointee.pool.pointee.budget.slack.store(slack, ordering: .relaxed)
        }
    }

    /// Counts `size` more bytes (or fewer, if negative) that somebody around the keyspace holds because of it: items may
    /// not have them. Any thread, also under shards.
    public func countMemoryBeside(_ size: Int) {
        unsafe state.pointee.pool.pointee.budget.beside.wrappingAdd(size, ordering: .relaxed)
    }

    public var evictionPolicy: EvictionPolicy {
        get { unsafe EvictionPolicy(code: state.pointee.policy.load(ordering: .relaxed)) }
        set { unsafe state.pointee.policy.store(newValue.code, ordering: .relaxed) }
    }

    public var frequencyTuning: FrequencyTuning {
        get { unsafe FrequencyTuning(code: state.pointee.frequencyTuning.load(ordering: .relaxed)) }
        set { unsafe state.pointee.frequencyTuning.store(newValue.code, ordering: .relaxed) }
    }

    public var evictionSamples: Int {
        get { unsafe state.pointee.samples.load(ordering: .relaxed) }
        set { unsafe state.pointee.samples.store(min(max(1, newValue), 64), ordering: .relaxed) }
    }

    /// Whether the LRU policies let what was read more often stay longer; false ranks by the last access alone.
    public var weighsUse: Bool {
        get { unsafe state.pointee.weighsUse.load(ordering: .relaxed) }
        set { unsafe state.pointee.weighsUse.store(newValue, ordering: .relaxed) }
    }

    public var compactionPolicy: CompactionPolicy {
        get { CompactionPolicy(rawValue: unsafe state.pointee.compaction.load(ordering: .relaxed)) ?? .background }
        set { unsafe state.pointee.compaction.store(newValue.rawValue, ordering: .relaxed) }
    }

    /// Whether the background drops items whose time has run out. If not, they go when somebody asks for them, when
    /// room is made, and by `EngineHandle.reclaimExpired`.
    public var isExpiryWalkEnabled: Bool {
        get { unsafe state.pointee.walksForExpiry.load(ordering: .relaxed) }
        set { unsafe state.pointee.walksForExpiry.store(newValue, ordering: .relaxed) }
    }

    public var databaseCount: Int { unsafe state.pointee.databaseCount }
    public var shardCount: Int { unsafe state.pointee.shardCount }

    /// Has `listener` hear of `kinds` of changes from now on, between two mutations.
    @discardableResult
    public func addChangeListener(
        _ listener: any ChangeListener, to kinds: ChangeKinds = .all
    ) -> ChangeSubscription {
        let subscription = ChangeSubscription(listener, kinds)
        unsafe EngineState.changeSubscriptions(of: state) { $0.append(subscription) }
        return subscription
    }

    /// Has a listener hear of other kinds from now on. Any thread, also one that holds shards. What nobody wants to hear
    /// any more is kept from being told by `settleChangeKinds`.
    public func follow(_ kinds: ChangeKinds, _ subscription: ChangeSubscription) {
        subscription.kinds = kinds
        unsafe state.pointee.hear(kinds)
    }

    /// Saves the cost of telling what nobody wants to hear any more. Not while holding shards.
    public func settleChangeKinds() { unsafe EngineState.changeSubscriptions(of: state) { _ in } }

    public func removeChangeListener(_ listener: any ChangeListener) {
        unsafe EngineState.changeSubscriptions(of: state) { $0.removeAll { $0.listener === listener } }
    }

    public func memory() -> MemoryUse {
        eachShard(memoryOfPool) { use, shard in shard.add(to: &use) }
    }

    /// As `memory()`, for a thread that may be in a section of `handle`. Shards that others hold are then left out,
    /// unless it is a section of all.
    public func memory(through handle: inout EngineHandle) -> MemoryUse {
        handle.eachShard(memoryOfPool) { use, shard in shard.add(to: &use) }
    }

    private var memoryOfPool: MemoryUse {
        var use = MemoryUse()
        use.limit = memoryLimit
        use.used = unsafe state.pointee.pool.pointee.budget.used.load(ordering: .relaxed)
        use.used += unsafe state.pointee.pool.pointee.budget.beside.load(ordering: .relaxed)
        use.pageSize = unsafe state.pointee.pool.pointee.pageSize
        use.sparePageCount = unsafe state.pointee.pool.pointee.sparePageCount
        return use
    }

    var collectionLimits: CollectionLimits { unsafe state.pointee.collectionLimits }
    var sizeClassTable: SizeClasses { unsafe state.pointee.sizeClasses }

    /// Folds `body` over all shards, each under its lock.
    func eachShard<R>(_ start: R, _ body: (inout R, inout Shard) -> Void) -> R {
        var result = start
        for index in 0..<shardCount {
            let shard = unsafe state.pointee.shards[index]
            unsafe shard.lock.pointee.lockPatiently()
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

extension Shard {
    func add(to use: inout MemoryUse) {
        use.pageCount += arena.pageCount
        use.freeSlots += arena.freeSize
        for index in 0...arena.sizeClasses.count { use.requested += unsafe arena.classes[index].requestedSize }
        use.items += arena.usedSize + sharedSize + structureSize
        for database in 0..<databaseCount { use.index += unsafe tables[database].size }
    }
}
