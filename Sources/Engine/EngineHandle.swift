// The engine as one thread uses it. Verbs are in Verbs/, one file a family.

public import Base
import Synchronization

/// A set of shards, for sections.
public struct ShardSet: Sendable, Equatable {
    var mask: UInt64

    public init() { mask = 0 }

    private init(mask: UInt64) { self.mask = mask }

    public static let all = ShardSet(mask: .max)

    func contains(_ index: Int) -> Bool { mask >> UInt64(index) & 1 == 1 }
    mutating func insert(_ index: Int) { mask |= 1 << UInt64(index) }
}

/// A thread's access to the keyspace: its clock, its counters, the shards it holds.
///
/// Trivial to copy, but keep one per thread: the shards held are part of it. Must not outlive its `Engine`.
@safe
public struct EngineHandle: @unchecked Sendable {
    // What the pointers lead to is guarded by the shards' locks and by atomics; the rest is this thread's own.
    let state: UnsafeMutablePointer<EngineState>
    // Copies of what never changes, to spare a load on each request.
    private let shards: UnsafeMutablePointer<ShardReference>
    let hasher: Hasher64
    // The handle stays under 128 bytes: what is longer is copied by calls.
    private let shardShift: UInt8

    public let counters: Counters<EngineCounter>

    /// Shards that an enclosing section holds: verbs inside do not lock them again.
    private(set) var held: UInt64 = 0
    private(set) var access: AccessPolicy
    var random: SplitMix64

    /// A verb that finds no room goes over the memory limit instead of answering `.outOfMemory`: for the later parts of
    /// a request whose first part found room, so that it is done whole or not at all. Set it inside a section and put
    /// it back there as it was.
    public var mayOvershoot = false
    /// `prepare` agrees to what it found no room for.
    var isOvershooting = false

    /// Where this thread's input may be kept instead of copied. Owned by whoever reads it.
    public var offeredInput: OfferedInput?

    /// The journal is not told of what this handle changes: it knows already, or is about to be begun anew.
    public var isUnjournaled: Bool {
        get { unsafe journalMark.pointee.isUnjournaled }
        nonmutating set { unsafe journalMark.pointee.isUnjournaled = newValue }
    }
    /// What this handle does is read from a journal: no time runs out, nothing is evicted, the memory limit may be
    /// overshot, the journal is told nothing. See `Engine.isReplaying`.
    public var isReplaying: Bool {
        get { unsafe journalMark.pointee.isReplaying }
        set {
            unsafe journalMark.pointee.isReplaying = newValue
            isUnjournaled = newValue
            mayOvershoot = newValue
            startTurn()
        }
    }
    let journalMark: UnsafeMutablePointer<JournalMark>

    /// Where to write what this thread is at.
    public var reason: ReasonMark { unsafe ReasonMark(mark: journalMark) }

    /// What this handle reads and changes does not count as used: eviction goes by what others do.
    public var leavesAccess = false {
        didSet { startTurn() }
    }

    /// The time that verbs go by. Set it once per wake-up.
    public var now: Milliseconds {
        didSet { startTurn() }
    }
    /// Items whose time is up to here have run out.
    @inline(__always)
    var expiryTime: Milliseconds { unsafe journalMark.pointee.expiryTime }

    init(
        state: UnsafeMutablePointer<EngineState>, counters: Counters<EngineCounter>,
        journalMark: UnsafeMutablePointer<JournalMark>
    ) {
        unsafe self.state = state
        unsafe self.journalMark = journalMark
        unsafe shards = state.pointee.shards
        hasher = unsafe state.pointee.hasher
        shardShift = UInt8(64 - (unsafe state.pointee.shardBits))
        self.counters = counters
        now = Milliseconds(0)
        access = AccessPolicy(isLFU: false, now: now)
        random = SplitMix64(seed: UInt64(UInt(bitPattern: state)))
    }

    @inline(__always)
    private mutating func startTurn() {
        let policy = EvictionPolicy(code: unsafe state.pointee.policy.load(ordering: .relaxed))
        access = AccessPolicy(
            isLFU: policy.isLFU, now: now, leavesAccess: leavesAccess,
            frequency: FrequencyTuning(code: unsafe state.pointee.frequencyTuning.load(ordering: .relaxed)))
        unsafe journalMark.pointee.expiryTime = isReplaying ? Milliseconds(0) : now
        if unsafe state.pointee.earliestFlush.load(ordering: .relaxed) <= now.rawValue { runScheduledFlushes() }
        if unsafe state.pointee.writersWait.load(ordering: .relaxed) { waitForSnapshot() }
    }

    // MARK: Keys

    /// The hash of a key. Compute it while parsing, then prefetch.
    @inline(__always)
    public func hash(_ bytes: RawSpan) -> KeyHash { hasher.hash(bytes) }

    /// A key with its hash.
    @inline(__always)
    @_lifetime(copy bytes)
    public func key(_ bytes: RawSpan, in database: DatabaseIndex) -> Key {
        Key(bytes, hash: hasher.hash(bytes), in: database)
    }

    /// Starts loading what a verb on `hash` will look at first. For a batch: all buckets, then all items, then execute.
    @inline(__always)
    public func prefetchBucket(_ hash: KeyHash, in database: DatabaseIndex) {
        unsafe peek(hash) { shard in unsafe shard.pointee.tables[Int(database.rawValue)].prefetchBucket(hash) }
    }

    /// Starts loading the item that a verb on `hash` will probably find. Call it when the bucket has had time to
    /// arrive.
    @inline(__always)
    public func prefetchItem(_ hash: KeyHash, in database: DatabaseIndex) {
        unsafe peek(hash) { shard in unsafe shard.pointee.tables[Int(database.rawValue)].prefetchItem(hash) }
    }

    /// A look at a shard that may as well be skipped: one that somebody else holds is not worth waiting for. The
    /// lock is
    /// needed because a segment may be freed.
    @inline(__always)
    private func peek(_ hash: KeyHash, _ body: (UnsafeMutablePointer<Shard>) -> Void) {
        let index = shardIndex(hash)
        let shard = unsafe shards[index]
        if held != 0 && held &>> UInt64(index) & 1 == 1 { return unsafe body(shard.body) }
        guard unsafe shard.lock.pointee.tryLock() else { return }
        unsafe body(shard.body)
        unsafe shard.lock.pointee.unlock()
    }

    // MARK: Shards

    @inline(__always)
    private func shardIndex(_ hash: KeyHash) -> Int {
        // Two shifts: with one shard the distance is 64.
        Int(truncatingIfNeeded: (hash.rawValue &>> 1) &>> UInt64(shardShift &- 1))
    }

    var shardCount: Int { unsafe state.pointee.shardCount }

    func shard(at index: Int) -> ShardReference { unsafe shards[index] }

    /// Runs `body` with the shard of `hash` locked.
    @inline(__always)
    mutating func locked<R>(_ hash: KeyHash, _ body: (inout EngineHandle, UnsafeMutablePointer<Shard>) -> R) -> R {
        let index = shardIndex(hash)
        let shard = unsafe shards[index]
        if held != 0 && held &>> UInt64(index) & 1 == 1 { return unsafe body(&self, shard.body) }
        assert(held == 0, "a key outside the section: its shard might be waited for by whom we wait for")
        unsafe shard.lock.pointee.lockPatiently()
        let result = unsafe body(&self, shard.body)
        unsafe shard.lock.pointee.unlock()
        return result
    }

    /// Runs `body` with the shard at `index` locked. False if it is held by somebody else while this thread holds
    /// others:
    /// waiting could then be for ever.
    mutating func lockedIfSafe(at index: Int, _ body: (inout EngineHandle, UnsafeMutablePointer<Shard>) -> Void) -> Bool {
        let shard = unsafe shards[index]
        if held &>> UInt64(index) & 1 == 1 {
            unsafe body(&self, shard.body)
            return true
        }
        if held == 0 {
            unsafe shard.lock.pointee.lockPatiently()
        } else if unsafe !shard.lock.pointee.tryLock() {
            return false
        }
        unsafe body(&self, shard.body)
        unsafe shard.lock.pointee.unlock()
        return true
    }

    /// Folds `body` over the shards, each locked, those left out that cannot safely be waited for.
    mutating func eachShard<R>(_ start: R, _ body: (inout R, inout Shard) -> Void) -> R {
        var result = start
        for index in 0..<shardCount {
            _ = unsafe lockedIfSafe(at: index) { _, shard in unsafe body(&result, &shard.pointee) }
        }
        return result
    }

    // MARK: Sections

    /// Whether an enclosing section holds shards: another thread may then have to wait for this one.
    public var isInSection: Bool { held != 0 }

    /// Adds the shard of `hash` to `set`.
    public func insert(_ hash: KeyHash, into set: inout ShardSet) {
        set.mask |= 1 << UInt64(shardIndex(hash))
    }

    /// Holds the shards of `set`, taken in ascending order, while `body` runs verbs on the handle it is given:
    /// nothing from
    /// outside comes between. Verbs inside may touch only keys whose hashes are in `set`. A section inside
    /// a section must find its shards held already.
    public mutating func section<R>(_ set: ShardSet, _ body: (inout EngineHandle) -> R) -> R {
        let count = shardCount
        let wanted = count == 64 ? set.mask : set.mask & ((1 << UInt64(count)) - 1)
        let missing = wanted & ~held
        precondition(held == 0 || missing == 0, "a section inside a section that does not hold its shards")
        let heldBefore = held
        var rest = missing
        while rest != 0 {
            unsafe shards[rest.trailingZeroBitCount].lock.pointee.lockPatiently()
            rest &= rest - 1
        }
        held = heldBefore | wanted
        let result = body(&self)
        if heldBefore == 0, unsafe journalMark.pointee.isUnitOpen { endJournalUnit() }
        // What `tryHolding` took is given back too.
        rest = held & ~heldBefore
        held = heldBefore
        while rest != 0 {
            unsafe shards[rest.trailingZeroBitCount].lock.pointee.unlock()
            rest &= rest - 1
        }
        return result
    }

    /// Whether the section holds the shard of `hash`.
    @inline(__always)
    public func holds(_ hash: KeyHash) -> Bool { held &>> UInt64(shardIndex(hash)) & 1 == 1 }

    public var holdsAll: Bool { held.nonzeroBitCount == shardCount }

    /// Takes the shard of `hash` into the innermost section, unless somebody else keeps it for longer than a verb takes:
    /// he might wait for one of ours. Call it inside a section, which gives the shard back.
    public mutating func tryHolding(_ hash: KeyHash) -> Bool { tryHolding(at: shardIndex(hash)) }

    /// As above, of all shards. Those that it got are held even if it is false.
    public mutating func tryHoldingAll() -> Bool {
        for index in 0..<shardCount where !tryHolding(at: index) { return false }
        return true
    }

    private mutating func tryHolding(at index: Int) -> Bool {
        if held &>> UInt64(index) & 1 == 1 { return true }
        var spins = 0
        while unsafe !shards[index].lock.pointee.tryLock() {
            if spins > Self.spinsForShardMax { return false }
            SpinLock.pause(&spins)
        }
        held |= 1 << UInt64(index)
        return true
    }

    /// A verb holds its shard for less than some hundred turns of a spinning thread.
    private static var spinsForShardMax: Int { 10_000 }

    // MARK: Shared by verbs

    @inline(__always)
    @_lifetime(immortal)
    func view(_ item: Item) -> ItemView {
        unsafe ItemView(item, now: now, access: access, state: state)
    }

    /// Where steps are noted: nil if nobody wants to hear of them.
    @inline(__always)
    func stepNotes(_ shard: UnsafeMutablePointer<Shard>) -> StepNotes? {
        guard let buffer = unsafe shard.pointee.steps, !isUnjournaled else { return nil }
        return unsafe StepNotes(buffer)
    }

    var evictionContext: EvictionContext {
        let isReplaying = unsafe isReplaying || state.pointee.isReplaying.load(ordering: .relaxed)
        let policy = isReplaying ? .noEviction : EvictionPolicy(code: unsafe state.pointee.policy.load(ordering: .relaxed))
        return unsafe EvictionContext(
            hasher: hasher, ranking: EvictionRanking(
                policy: policy, access: access, weighsUse: state.pointee.weighsUse.load(ordering: .relaxed)),
            samples: state.pointee.samples.load(ordering: .relaxed), counters: counters, now: now, state: state,
            held: held, isUnjournaled: isUnjournaled, journalMark: journalMark)
    }

    /// Finds the live item of `key`; one whose time has run out is removed and counted.
    @inline(__always)
    func findLive(_ key: Key, _ shard: UnsafeMutablePointer<Shard>) -> SlotPosition? {
        guard let position = unsafe shard.pointee.tables[Int(key.database.rawValue)].find(key.hash, key.bytes) else {
            return nil
        }
        if position.item.isExpired(at: expiryTime) {
            unsafe removeAskedFor(key, position, shard)
            return nil
        }
        return position
    }

    /// Removes an expired item that a request asked for.
    @inline(never)
    func removeAskedFor(_ key: Key, _ position: SlotPosition, _ shard: UnsafeMutablePointer<Shard>) {
        counters.add(.expiredOnAccess)
        unsafe removeExpired(key.hash, key.database, position, shard)
    }

    @inline(never)
    func removeExpired(
        _ hash: KeyHash, _ database: DatabaseIndex, _ position: SlotPosition, _ shard: UnsafeMutablePointer<Shard>
    ) {
        let item = position.item
        counters.add(.expired)
        let classIndex = unsafe shard.pointee.arena.classIndex(of: item)
        if !item.marks.contains(.fetched) {
            counters.add(.expiredUnfetched)
            unsafe shard.pointee.arena.classes[classIndex].ends.expiredUnfetched += 1
        }
        unsafe shard.pointee.arena.classes[classIndex].ends.reclaimed += 1
        unsafe end(.expired, hash, database, position, shard)
    }

    /// Tells of an item's end, and frees it.
    @inline(__always)
    func end(
        _ kind: ChangeKind, _ hash: KeyHash, _ database: DatabaseIndex, _ position: SlotPosition,
        _ shard: UnsafeMutablePointer<Shard>, _ manner: ChangeManner = .plain
    ) {
        unsafe preserve(position.item, database, shard)
        unsafe tell(kind, database, position.item, shard, manner)
        unsafe shard.pointee.remove(hash, position, from: table(shard, database))
    }

    /// Records that a reader had the item.
    @inline(__always)
    mutating func touch(_ item: Item) {
        access.touch(item, random: &random)
        let marks = item.marks
        if !marks.isSuperset(of: [.fetched, .active]) {
            item.marks = marks.union(marks.contains(.fetched) ? .active : .fetched)
        }
    }

    @inline(__always)
    func table(_ shard: UnsafeMutablePointer<Shard>, _ database: DatabaseIndex) -> UnsafeMutablePointer<HashTable> {
        precondition(database.rawValue >= 0 && database.rawValue < (unsafe shard.pointee.databaseCount))
        return unsafe shard.pointee.tables + Int(database.rawValue)
    }

    func rehash(_ item: Item) -> KeyHash { hasher.hash(item.key) }
}
