// A take-over as its server sees it: begun once, asked by front-ends through `KeyOrigin`, over when it says so.

public import Base
public import Engine
import Synchronization
public import Transport

/// What a take-over is begun with.
public struct CutoverOptions: Sendable {
    /// What a memcached's keys become part of. Redis' databases keep their numbers.
    public var database = DatabaseIndex.first
    /// What a request waits at most.
    public var timeoutMilliseconds = 200
    /// Items that the sweep brings in a second; 0 is no limit.
    public var sweepRate = 10_000
    /// Whether items of memcached have a CAS number here.
    public var isCASEnabled = true
    /// The largest string of a memcached that is taken, in bytes.
    public var stringSizeMax = 1 << 20
    /// Who must have signed the old server's certificate, a PEM file; anybody may if empty.
    public var authorityFile = ""

    public init() {}
}

/// Who is told what happens. Any thread of the take-over's own, holding nothing.
public struct CutoverNotes: Sendable {
    let warning: @Sendable (String) -> Void
    let ended: @Sendable (Cutover, CutoverEnd) -> Void

    public init(
        warning: @escaping @Sendable (String) -> Void, ended: @escaping @Sendable (Cutover, CutoverEnd) -> Void
    ) {
        self.warning = warning
        self.ended = ended
    }
}

/// Why a take-over is over.
public enum CutoverEnd: UInt8, Sendable {
    /// The sweep is through: the old server is needed no more.
    case complete = 1
    /// Somebody said so, or the server stops.
    case stopped
    /// Everything that the old server has was flushed away here.
    case flushed
    /// The database was exchanged for another, whose keys are not the old server's.
    case swapped
    /// The set of decided keys would take too much memory.
    case tooManyKeys
}

/// The keyspace of another server, taken over while this one serves. Any thread.
public final class Cutover: KeyOrigin {
    public let origin: OriginAddress
    let engine: Engine
    let workers: Workers
    let options: CutoverOptions
    let notes: CutoverNotes
    let wire: OriginWire
    let tls: TLSContext?

    let tombstones = Tombstones()
    let fetches = FetchTable()
    let breaker = Breaker()
    let counts = CutoverCounts()
    let sides: [WorkerSide]
    let sweepState = Monitor(SweepState())

    private let timeout: Atomic<Int>
    private let rate: Atomic<Int>
    private let end = Atomic<UInt8>(0)
    /// Redis' databases of which nothing comes any more.
    private let closedDatabases = Spinning<Set<Int32>>([])
    private let hasClosedDatabases = Atomic<Bool>(false)
    /// What is to be logged by a thread that holds nothing.
    let pendingNotes = Monitor<[String]>([])
    /// Whether a link that was lost has been told of.
    let isLossKnown = Atomic<Bool>(false)
    /// Changed when a link is lost or the take-over ends, to hurry those who sleep.
    let alarm = Monitor(0)
    /// Old CAS numbers are kept if none was given away here before.
    let keepsCAS: Bool

    /// Asks the old server nothing yet. Throws what is wrong with the options.
    public static func make(
        _ origin: OriginAddress, _ options: CutoverOptions, engine: Engine, workers: Workers, notes: CutoverNotes
    ) throws(CutoverFault) -> Cutover {
        let tls = try OriginPeer.tls(for: origin, authorityFile: options.authorityFile)
        return Cutover(origin, options, tls, engine: engine, workers: workers, notes: notes)
    }

    // Swift 6.3.1 does not compile a throwing one of a class with Atomics in release.
    private init(
        _ origin: OriginAddress, _ options: CutoverOptions, _ tls: TLSContext?, engine: Engine, workers: Workers,
        notes: CutoverNotes
    ) {
        self.origin = origin
        self.options = options
        self.engine = engine
        self.workers = workers
        self.notes = notes
        let sizeMax = origin.language == .memcached ? options.stringSizeMax : CutoverLimits.valueSizeMax
        wire = OriginWire(language: origin.language, valueSizeMax: sizeMax)
        self.tls = tls
        timeout = Atomic(options.timeoutMilliseconds)
        rate = Atomic(options.sweepRate)
        sides = workers.workers.map { WorkerSide(index: $0.index, engine: engine.makeHandle()) }
        keepsCAS = engine.counters.total(.itemsStored) == 0
    }

    // MARK: Its life

    /// Asks the old server whether it is there and what is wanted. Waits for the answer, a second at most a step.
    public func probe() throws(CutoverFault) {
        var peer = try OriginPeer.open(origin, tls, wire, timeoutMilliseconds: CutoverLimits.connectMilliseconds)
        try peer.probe()
    }

    /// From here on what goes from the keyspace is remembered. Front-ends may ask afterwards.
    public func prepare() {
        var handle = engine.makeHandle()
        handle.raiseCAS(above: CutoverLimits.casBase)
        follow()
        connectMissing()
    }

    /// Begins the sweep, and all that may end it; after `prepare`, and once front-ends know it.
    public func run() throws(SystemError) {
        try Thread.start(name: "cutover-clock") { self.runClock() }
        try Thread.start(name: "cutover-links") { self.runConnector() }
        try Thread.start(name: "cutover-sweep") { Sweep(self).run() }
    }

    func follow() {
        let kinds = ChangeKinds(.deleted).union(ChangeKinds(.expired)).union([.evicted, .databases])
        engine.addChangeListener(self, to: kinds)
    }

    /// Nothing comes from the old server any more, from now on. Waits for nobody.
    public func stop() { finish(.stopped) }

    /// As `stop`; and what is about to be put in its place is there once this returns. Not while holding shards.
    public func stopAndSettle() {
        stop()
        var handle = engine.makeHandle()
        handle.section(.all) { _ in }
    }

    /// The first reason counts. Any thread, also under shards.
    func finish(_ reason: CutoverEnd) {
        _ = end.compareExchange(expected: 0, desired: reason.rawValue, ordering: .acquiringAndReleasing)
    }

    public var isOver: Bool { end.load(ordering: .acquiring) != 0 }
    public var endReason: CutoverEnd? { CutoverEnd(rawValue: end.load(ordering: .acquiring)) }

    /// What a request waits at most, from the next one on.
    public var timeoutMilliseconds: Int {
        get { timeout.load(ordering: .relaxed) }
        set { timeout.store(newValue, ordering: .relaxed) }
    }

    /// Items that the sweep brings in a second; 0 is no limit.
    public var sweepRate: Int {
        get { rate.load(ordering: .relaxed) }
        set { rate.store(newValue, ordering: .relaxed) }
    }

    // MARK: What front-ends ask

    public func mayHave(_ key: Key, _ engine: inout EngineHandle) -> Bool {
        let mark = Self.mark(key.hash, key.database)
        if isOver || !covers(key) || tombstones.contains(mark) { return false }
        if engine.look(key, tellsMiss: false, { _ in }) { return false }
        // The look may have ended it just now.
        return !tombstones.contains(mark)
    }

    public func fetch(_ keys: [UndecidedKey], worker: Int, completion: @escaping @Sendable () -> Void) -> Bool {
        let now = Self.monotonicMilliseconds()
        let side = sides[worker]
        guard !keys.isEmpty, !isOver, side.isReachable, breaker.mayTry(at: now) else {
            counts.unreachable.wrappingAdd(keys.count, ordering: .relaxed)
            return false
        }
        let waiter = Waiter(keyCount: keys.count, completion: completion)
        let deadline = now + Int64(timeoutMilliseconds)
        var orders: [FetchOrder] = []
        for key in keys {
            let mark = Self.mark(key.hash, key.database)
            if let serial = fetches.join(mark, waiter, until: deadline) {
                orders.append(FetchOrder(key: key, mark: mark, serial: serial, sentAt: now))
            }
        }
        // A link that was lost just now: whoever waits goes on at once.
        if !orders.isEmpty && !side.send(orders) {
            for order in orders { fetches.finish(order.mark, order.serial) }
        }
        return true
    }

    public func exclude(_ key: Key) {
        if covers(key) { remember(key.hash, key.database) }
    }

    // MARK: What is decided

    /// Tells keys of different databases apart.
    static func mark(_ hash: KeyHash, _ database: DatabaseIndex) -> UInt64 {
        hash.rawValue &+ UInt64(truncatingIfNeeded: database.rawValue) &* 0x9E37_79B9_7F4A_7C15
    }

    func remember(_ hash: KeyHash, _ database: DatabaseIndex) {
        tombstones.insert(Self.mark(hash, database))
        if tombstones.size > CutoverLimits.tombstoneSizeMax { finish(.tooManyKeys) }
    }

    /// Whether the old server could have such a key.
    func covers(_ key: Key) -> Bool {
        switch origin.language {
        case .memcached:
            let size = key.bytes.byteCount
            return key.database == options.database && size > 0 && size <= CutoverLimits.memcachedKeySizeMax
        case .redis: return covers(key.database)
        }
    }

    func covers(_ database: DatabaseIndex) -> Bool {
        if origin.language == .memcached { return database == options.database }
        guard hasClosedDatabases.load(ordering: .acquiring) else { return true }
        return closedDatabases.withLock { !$0.contains(database.rawValue) }
    }

    /// All absent keys of it are decided.
    func close(_ database: DatabaseIndex, because: String) {
        _ = closedDatabases.withLock { $0.insert(database.rawValue) }
        hasClosedDatabases.store(true, ordering: .releasing)
        let note = "Migration: nothing more comes of database \(database.rawValue), which was \(because)."
        pendingNotes.look { $0.append(note) }
    }

    static func monotonicMilliseconds() -> Int64 { Int64(monotonicNanoseconds() / 1_000_000) }
}
