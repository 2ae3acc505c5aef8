// What all handles share. Reached by pointer; see Engine for its owner.

import Base
import Synchronization

/// Shards, pages and the settings that may change while serving.
@safe
struct EngineState: ~Copyable {
    let hasher: Hasher64
    let shardBits: Int
    let databaseCount: Int
    let sizeClasses: SizeClasses
    let pool: UnsafeMutablePointer<PagePool>
    let shards: UnsafeMutablePointer<ShardReference>

    let policy: Atomic<UInt8>
    let samples: Atomic<Int>
    /// Whether LRU counts how often an item was read, not only when last.
    let weighsUse = Atomic<Bool>(true)
    let frequencyTuning = Atomic<UInt64>(FrequencyTuning().code)
    let collectionLimits: CollectionLimits
    let loneElementSize = Atomic<Int>(CollectionLimits.loneElementSize)
    let compaction = Atomic<UInt8>(CompactionPolicy.background.rawValue)
    /// The next shard that background work looks at.
    let nextMaintained = Atomic<Int>(0)
    let walksForExpiry = Atomic<Bool>(true)

    /// Read under any shard's lock, written under all.
    private(set) var subscriptions: [ChangeSubscription] = []
    /// As the subscriptions. Unretained, so that a call counts no references; `journals` holds it.
    private(set) var journal: Unmanaged<Journal>?
    /// All that there ever were: a thread may be about to `hurry` one that was taken away just now.
    private var journals: [Journal] = []
    let isReplaying = Atomic<Bool>(false)
    /// Of handles that only look.
    let idleMark: UnsafeMutablePointer<JournalMark>
    /// What any of them wants to hear of; all changes if there is a journal.
    private let heard = Atomic<UInt16>(0)
    /// As above, without the journal.
    private let listenedTo = Atomic<UInt16>(0)

    /// Who is handed the items of the running snapshot; nil if there is none, or if it is abandoned. Read under any
    /// shard's lock, written under all.
    var snapshotSink: (any SnapshotSink)?
    /// As the sink.
    var snapshot = SnapshotState()
    let writersWait = Atomic<Bool>(false)
    let lockedWalkSizeMax: Int
    /// For handles that only look; nothing is counted there.
    let idleCounters: Counters<EngineCounter>

    /// Scheduled flushes by database, in milliseconds; `earliestFlush` spares looking.
    let scheduledFlushes = Mutex<[Int32: Int64]>([:])
    let earliestFlush = Atomic<Int64>(Int64.max)

    static let shardCountMax = 64

    var shardCount: Int { 1 << shardBits }

    var loneElementSizeInForce: Int { loneElementSize.load(ordering: .relaxed) }

    /// A shard of a small limit must still hold many pages: one shard for each 16 MiB, 64 from 1 GiB on.
    static func defaultShardCount(memoryLimit: Int) -> Int {
        guard memoryLimit > 0 else { return shardCountMax }
        var count = 1
        while count < shardCountMax && count * 2 * (16 << 20) <= memoryLimit { count *= 2 }
        return count
    }

    static func makePool(_ options: EngineOptions) -> UnsafeMutablePointer<PagePool> {
        // Each class of each shard may hold most of a page in free slots: small pages while a shard has few.
        let isSmall = options.memoryLimit > 0 && options.memoryLimit < 4 << 30
        let pool = UnsafeMutablePointer<PagePool>.allocate(capacity: 1)
        unsafe pool.initialize(to: PagePool(pageSize: isSmall ? 32 << 10 : 64 << 10, huge: options.usesHugePages))
        unsafe pool.pointee.budget.limit.store(options.memoryLimit, ordering: .relaxed)
        return unsafe pool
    }

    init(
        _ options: EngineOptions, pool: UnsafeMutablePointer<PagePool>, idleCounters: Counters<EngineCounter>
    ) {
        self.idleCounters = idleCounters
        let count = options.shardCount ?? Self.defaultShardCount(memoryLimit: options.memoryLimit)
        precondition(count.nonzeroBitCount == 1 && count <= Self.shardCountMax, "1...64 shards, a power of two")
        precondition(options.databaseCount >= 1 && options.databaseCount <= 65536, "1...65536 databases")
        unsafe idleMark = .allocate(capacity: 1)
        unsafe idleMark.initialize(to: JournalMark())
        hasher = Hasher64(seed: options.hashSeed)
        shardBits = count.trailingZeroBitCount
        databaseCount = options.databaseCount
        lockedWalkSizeMax = options.lockedWalkSizeMax
        sizeClasses = SizeClasses(pageSize: unsafe pool.pointee.pageSize)
        unsafe self.pool = pool
        policy = Atomic(options.evictionPolicy.code)
        samples = Atomic(options.evictionSamples)
        collectionLimits = CollectionLimits(options.limits)
        unsafe shards = .allocate(capacity: count)
        var seeds = SplitMix64(seed: options.hashSeed)
        for index in 0..<count {
            let arena = unsafe Arena(sizeClasses: sizeClasses, pool: UnsafePointer(pool))
            let shard = Shard(
                index: index, arena: arena, databaseCount: databaseCount, shardBits: shardBits, seed: seeds.next())
            unsafe (shards + index).initialize(to: ShardReference.make(shard))
        }
    }

    /// Frees everything. The owner calls it once, when no handle is in use any more.
    mutating func destroy() {
        for index in 0..<shardCount {
            let shard = unsafe shards[index]
            unsafe shard.body.pointee.releaseSharedValues()
            shard.destroy()
        }
        unsafe shards.deallocate()
        unsafe idleMark.deallocate()
        sizeClasses.destroy()
        collectionLimits.destroy()
        unsafe pool.deinitialize(count: 1)
        unsafe pool.deallocate()
    }

    // What follows takes a pointer: others read fields that never change meanwhile, so no access may be to all of them.

    static func changeSubscriptions(
        of state: UnsafeMutablePointer<EngineState>, _ change: (inout [ChangeSubscription]) -> Void
    ) {
        let (shards, count) = unsafe (state.pointee.shards, state.pointee.shardCount)
        for index in 0..<count { unsafe shards[index].lock.pointee.lockPatiently() }
        unsafe change(&state.pointee.subscriptions)
        unsafe noteHeardKinds(of: state)
        for index in 0..<count { unsafe shards[index].lock.pointee.unlock() }
    }

    private static func noteHeardKinds(of state: UnsafeMutablePointer<EngineState>) {
        while true {
            let kinds = unsafe wantedKinds(of: state)
            let all = unsafe state.pointee.journal == nil ? kinds : kinds.union(.all)
            unsafe state.pointee.listenedTo.store(kinds.rawValue, ordering: .sequentiallyConsistent)
            unsafe state.pointee.heard.store(all.rawValue, ordering: .sequentiallyConsistent)
            // Who asked for more meanwhile did not wait for the shards.
            if unsafe wantedKinds(of: state) == kinds { return }
        }
    }

    private static func wantedKinds(of state: UnsafeMutablePointer<EngineState>) -> ChangeKinds {
        unsafe state.pointee.subscriptions.reduce(ChangeKinds()) { $0.union($1.kinds) }
    }

    @inline(__always)
    func isHeard(_ kinds: ChangeKinds) -> Bool { heard.load(ordering: .relaxed) & kinds.rawValue != 0 }

    /// Has more kinds told. Any thread, whatever it holds.
    func hear(_ kinds: ChangeKinds) {
        listenedTo.bitwiseOr(kinds.rawValue, ordering: .sequentiallyConsistent)
        heard.bitwiseOr(kinds.rawValue, ordering: .sequentiallyConsistent)
    }

    /// Under all shards' locks.
    static func setJournal(_ journal: Journal?, of state: UnsafeMutablePointer<EngineState>) {
        if let journal, unsafe !state.pointee.journals.contains(where: { $0 === journal }) {
            unsafe state.pointee.journals.append(journal)
        }
        unsafe state.pointee.journal = journal.map { unsafe Unmanaged.passUnretained($0) }
        unsafe noteHeardKinds(of: state)
        for index in 0..<(unsafe state.pointee.shardCount) {
            unsafe state.pointee.shards[index].body.pointee.takesSteps = journal != nil
        }
    }

    /// Tells who wants to hear of it. Under the shard's lock.
    borrowing func tell(
        _ kind: ChangeKind, _ database: DatabaseIndex, _ item: borrowing ItemView, _ reason: ChangeReason
    ) {
        if listenedTo.load(ordering: .relaxed) & ChangeKinds(kind).rawValue == 0 { return }
        for subscription in subscriptions where subscription.kinds.contains(ChangeKinds(kind)) {
            subscription.listener.keyspaceChanged(kind, database: database, item: item, reason)
        }
    }

    borrowing func tellCreated(_ database: DatabaseIndex, _ item: borrowing ItemView, _ reason: ChangeReason) {
        for subscription in subscriptions where subscription.kinds.contains(.creations) {
            subscription.listener.itemCreated(database: database, item: item, reason)
        }
    }

    borrowing func tellMissed(_ key: Key, _ reason: ChangeReason) {
        for subscription in subscriptions where subscription.kinds.contains(.misses) {
            subscription.listener.keyMissed(key, reason)
        }
    }

    /// Tells of a change to whole databases. Under all shards' locks.
    borrowing func tellOfDatabases(_ body: (any ChangeListener) -> Void) {
        for subscription in subscriptions where subscription.kinds.contains(.databases) { body(subscription.listener) }
    }

    /// Hands an item of the old epoch to the snapshot as it is, and takes it into the present one. Under its shard's
    /// lock.
    /// - Parameter table: the item's, whatever its number is by now.
    borrowing func handOver(_ item: Item, in table: HashTable, _ view: borrowing ItemView) {
        precondition(table.origin >= 0, "an item of the old epoch where the snapshot expects none")
        item.changeEpoch()
        if let structure = item.structure, structure.isWalked(snapshot.number) { return }
        snapshotSink?.append(view, in: DatabaseIndex(Int(table.origin)))
    }

    borrowing func checkInvariants(fail: (String) -> Void) {
        var used = 0
        for index in 0..<shardCount {
            let shard = unsafe shards[index].body
            var items = 0
            for database in 0..<databaseCount {
                let table = unsafe shard.pointee.tables[database]
                let epoch = unsafe shard.pointee.epoch
                table.checkInvariants(hasher: hasher, shard: index, epoch: epoch) {
                    fail("shard \(index), database \(database): \($0)")
                }
                if !snapshot.isUnderWay && table.origin >= 0 { fail("the snapshot left database \(database) unwalked") }
                used += table.size
                items += table.itemCount
            }
            for table in unsafe shard.pointee.graveyard {
                used += table.size
                items += table.itemCount
            }
            for table in unsafe shard.pointee.emptied { used += table.size }
            let arena = unsafe shard.pointee.arena
            arena.checkInvariants { fail("shard \(index): \($0)") }
            unsafe shard.pointee.checkHistogram { fail("shard \(index): \($0)") }
            if arena.usedSlotCount != items { fail("shard \(index): \(arena.usedSlotCount) slots for \(items) items") }
            used += arena.pageCount * arena.pageSize + (unsafe shard.pointee.sharedSize)
            used += unsafe shard.pointee.checkStructures(hasher) { fail("shard \(index): \($0)") }
        }
        let counted = unsafe pool.pointee.budget.used.load(ordering: .relaxed)
        if used != counted { fail("the account says \(counted) bytes, there are \(used)") }
    }
}
