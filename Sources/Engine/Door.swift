// TEMPORARY: the signatures of the engine's verbs, until their files arrive.
public import Base

public struct EngineOptions: Sendable {
    public var memoryLimit = 0            // bytes; 0 is none
    public var evictionPolicy = EvictionPolicy.noEviction
    public var evictionSamples = 5
    public var databaseCount = 16
    public var shardCount: Int?           // power of two, 1...64; nil chooses by the limit
    public var hashSeed: UInt64 = 0x5EED  // the server passes a random one
    public init() {}
}

public enum EngineCounter: Int, CaseIterable, Sendable {
    /// Reads that found / did not find a live item (get, fetch; not look).
    case hits, misses
    /// Items dropped because their time ran out: by a request, and by the background.
    case expired
    case evicted
    /// Evicted although never read; evicted although read since stored.
    case evictedUnfetched
    case expiredUnfetched
    /// Stores of any mode that made or replaced an item, since start.
    case itemsStored
    case pagesCompacted, itemsMoved
}

/// Row of `Engine.memory`.
public struct MemoryUse: Sendable {
    public var limit = 0          // bytes, 0 none
    public var used = 0           // all that counts against the limit
    public var items = 0          // bytes in live item slots and shared blocks
    public var index = 0          // hash tables
    public var freeSlots = 0      // bytes in free slots of pages held
    public var pageCount = 0, pageSize = 0
    public init() {}
}

/// One size class summed over shards, for `stats items` / `stats slabs`.
public struct SizeClassUse: Sendable {
    public var classIndex = 0     // 1 based; the last one, `slotSize` 0, are shared (large) values
    public var slotSize = 0, pageCount = 0, slotsPerPage = 0, usedSlots = 0, freeSlots = 0
    public var bytesRequested = 0
    public var evicted = 0, evictedUnfetched = 0, outOfMemory = 0, expiredUnfetched = 0, reclaimed = 0
    public init() {}
}

public final class Engine: Sendable {
    public init(_ options: EngineOptions) { fatalError() }
    public let counters = CounterBoard<EngineCounter>()
    /// One for each thread that uses the engine.
    public func makeHandle() -> EngineHandle { fatalError() }
    public var memoryLimit: Int { get { fatalError() } set { fatalError() } }
    public var evictionPolicy: EvictionPolicy { get { fatalError() } set { fatalError() } }
    public var evictionSamples: Int { get { fatalError() } set { fatalError() } }
    public var databaseCount: Int { fatalError() }
    public var shardCount: Int { fatalError() }
    public func memory() -> MemoryUse { fatalError() }
    public func sizeClasses() -> [SizeClassUse] { fatalError() }
    /// Sets the one listener; nil stops. Takes all shards.
    public func setChangeListener(_ listener: (any ChangeListener)?) { fatalError() }
}

/// A set of shards, for sections. Built with `EngineHandle.shards`/`insert`.
public struct ShardSet: Sendable, Equatable {
    var mask: UInt64 = 0
    public init() {}
    public static let all = ShardSet()
}

/// The engine as one thread uses it: its clock, its counters, the shards it holds. Trivial to copy; keep one.
@safe
public struct EngineHandle {
    /// The time that verbs go by. Set it once per wake-up.
    public var now = Milliseconds(0)
    public let counters: Counters<EngineCounter>

    public func hash(_ bytes: RawSpan) -> KeyHash { fatalError() }
    /// Convenience: hash and wrap.
    @_lifetime(copy bytes)
    public func key(_ bytes: RawSpan, in database: DatabaseIndex) -> Key { fatalError() }

    // Prefetching a batch: first all buckets, then all items, then execute.
    public func prefetchBucket(_ hash: KeyHash, in database: DatabaseIndex) { fatalError() }
    public func prefetchItem(_ hash: KeyHash, in database: DatabaseIndex) { fatalError() }

    // MARK: Reading
    /// Reads a string. `body` is called once, on a hit, under the lock.
    public mutating func get(_ key: Key, wantsCAS: Bool = false, leavesAccess: Bool = false, _ body: (borrowing ItemView) -> Void) -> ReadOutcome { fatalError() }
    /// Shows a live item of any kind; counts and bumps nothing. TYPE, TTL, OBJECT, EXISTS, me.
    public mutating func look(_ key: Key, _ body: (borrowing ItemView) -> Void) -> Bool { fatalError() }
    /// EXISTS/TOUCH: is there a live item of any kind; `touches` renews its access time. Counts hits and misses.
    public mutating func exists(_ key: Key, touches: Bool = false) -> Bool { fatalError() }
    /// Meta get, gat, GETEX: reads and changes in one step. `body` on hit and on created.
    public mutating func fetch(_ key: Key, _ options: FetchOptions, _ body: (borrowing ItemView, FetchNotes) -> Void) -> FetchOutcome { fatalError() }

    // MARK: Writing
    /// `before` is shown the live item that was there (a string if `requiresString`), replaced or not;
    /// `after` the item that was stored.
    public mutating func store(_ key: Key, _ value: RawSpan, _ options: StoreOptions,
        before: (borrowing ItemView) -> Void = { _ in }, after: (borrowing ItemView) -> Void = { _ in }) -> StoreOutcome { fatalError() }
    /// As store, with a value already in a block of its own; takes over one hold if stored, else the caller keeps it.
    public mutating func store(_ key: Key, shared: SharedBytes, _ options: StoreOptions,
        before: (borrowing ItemView) -> Void = { _ in }, after: (borrowing ItemView) -> Void = { _ in }) -> StoreOutcome { fatalError() }
    /// Append/prepend. `.stored`, `.notStored` (missing and not createsMissing), `.exists`, `.tooLarge`, ...
    public mutating func extend(_ key: Key, with bytes: RawSpan, _ options: ExtendOptions,
        after: (borrowing ItemView) -> Void = { _ in }) -> StoreOutcome { fatalError() }
    /// SETRANGE: zero-fills up to `offset`, creates what is missing unless `bytes` is empty. `after` also on an unchanged item.
    public mutating func overwrite(_ key: Key, at offset: Int, with bytes: RawSpan, sizeMax: Int,
        after: (borrowing ItemView) -> Void = { _ in }) -> StoreOutcome { fatalError() }
    public mutating func add(_ key: Key, _ options: AddOptions, after: (borrowing ItemView) -> Void = { _ in }) -> AddOutcome { fatalError() }
    /// INCRBYFLOAT and its like: `body` is shown the present text (empty span if missing) and writes the new text; false refuses.
    /// Keeps expiry and flags, renews CAS. Outcome `.stored`, `.notStored` when refused, `.otherKind`, `.outOfMemory`.
    public mutating func rewrite(_ key: Key, _ body: (_ old: RawSpan?, _ new: inout OutputBuffer) -> Bool) -> StoreOutcome { fatalError() }

    // MARK: Expiry, deletion
    /// `at` 0 removes the expiry (PERSIST).
    public mutating func expire(_ key: Key, at: Milliseconds, _ condition: ExpireCondition = .always, after: (borrowing ItemView) -> Void = { _ in }) -> ExpireOutcome { fatalError() }
    public mutating func delete(_ key: Key, expectedCAS: UInt64? = nil) -> DeleteOutcome { fatalError() }
    /// GETDEL: shows and removes a string.
    public mutating func take(_ key: Key, _ body: (borrowing ItemView) -> Void) -> ReadOutcome { fatalError() }
    public mutating func invalidate(_ key: Key, _ options: InvalidateOptions, after: (borrowing ItemView) -> Void = { _ in }) -> DeleteOutcome { fatalError() }

    // MARK: Between keys and databases
    /// RENAME, MOVE: value, expiry, flags and CAS move along. `.notFound` without source, `.notStored` if the target exists and `!replaces`.
    public mutating func rename(_ source: Key, to target: Key, replaces: Bool) -> StoreOutcome { fatalError() }
    /// COPY.
    public mutating func copy(_ source: Key, to target: Key, replaces: Bool) -> StoreOutcome { fatalError() }
    public func itemCount(in database: DatabaseIndex) -> Int { fatalError() }
    public func expiringCount(in database: DatabaseIndex) -> Int { fatalError() }
    public mutating func flush(_ database: DatabaseIndex) { fatalError() }
    public mutating func flushAll() { fatalError() }
    /// memcached's delayed flush_all: everything in `database` goes when `at` has come; replaces an earlier mark.
    public mutating func scheduleFlush(_ database: DatabaseIndex, at: Milliseconds) { fatalError() }
    public mutating func swap(_ a: DatabaseIndex, _ b: DatabaseIndex) { fatalError() }
    /// One step of SCAN: shows at least `count` live items if there are so many, returns the next cursor, 0 at the end.
    public mutating func scan(_ database: DatabaseIndex, from cursor: UInt64, count: Int, _ body: (borrowing ItemView) -> Void) -> UInt64 { fatalError() }
    public mutating func randomItem(in database: DatabaseIndex, _ body: (borrowing ItemView) -> Void) -> Bool { fatalError() }

    // MARK: Several keys at once
    /// Adds the shard of `hash` to `set`.
    public func insert(_ hash: KeyHash, into set: inout ShardSet) { fatalError() }
    /// Holds the shards of `set`, taken in ascending order, while `body` runs verbs on the handle it is given. Nothing
    /// from outside comes between. Verbs inside may only touch keys of `set` (or all, with `.all`). Not nested.
    public mutating func section<R>(_ set: ShardSet, _ body: (inout EngineHandle) -> R) -> R { fatalError() }

    // MARK: Background
    /// A slice of background work (active expiry, compaction, scheduled flush), bounded to about `microseconds`.
    /// Each worker calls it from a timer, about ten times a second.
    public mutating func maintain(microseconds: Int) { fatalError() }
}

struct AccessPolicy { 
    func idleMilliseconds(_ a: UInt32, now: Milliseconds) -> Int64 { fatalError() }
    func frequency(_ a: UInt32, now: Milliseconds) -> UInt8? { fatalError() }
}
enum SizeClasses { static func slotSize(for: Int) -> Int { fatalError() } }
enum HashTable { static var bytesPerItem: Int { 12 } }
