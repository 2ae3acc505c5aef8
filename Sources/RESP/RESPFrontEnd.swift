// The RESP door: makes a session for each connection and holds what sessions share.

public import Base
public import Engine
public import Transport
import Synchronization

/// One RESP front-end over one engine. Shared by all its listeners and workers.
public final class RESPFrontEnd: Sendable {
    let engine: Engine
    let control: any ServerControl
    let clients = ClientRegistry()
    let watchedKeys: WatchedKeys
    let parkedClients = ParkedClients()
    let waitedKeys: WaitedKeys
    let migrationTargets = MigrationTargets()
    let transfers = SnapshotTransfers()
    let channels = Channels()
    let notifier: KeyNotifier
    let keyEvents: ChangeSubscription
    let hasSettledEvents = Atomic<Bool>(true)
    let tracking: Tracking
    let outputLimiter: OutputLimiter
    let scriptCache = ScriptCache()
    let functions = FunctionRegistry()
    let counters = CounterBoard<RESPCounter>()
    let rates = RateMeter()
    let access = AccessDirectory()
    let commandNames: CommandNames
    let metering: Metering
    let pause = ClientPause()
    /// Bytes that the keyspace took at most, as far as `tick` saw, and when the front-end was made.
    let memoryPeak = Atomic<Int>(0)
    let memoryAtStart: Int
    let evictedClientCount = Atomic<Int>(0)

    private let settings: Mutex<RESPSettings>
    let workers = Mutex<[Int: WorkerContext]>([:])
    /// For `Replay`, made with the first.
    let replayContext = Mutex<WorkerContext?>(nil)

    /// Read once a batch by every session; follows `settings`.
    let bulkSizeMax: Atomic<Int>
    let requestSizeMax: Atomic<Int>
    let hyperLogLogSparseSizeMax: Atomic<Int>
    let clientMemoryMax: Atomic<Int>

    /// Whether requests meet a gate: the data is still being loaded, nothing may be written, or another server's keys
    /// are taken over. Each session looks when it is made, and once a batch whether it has changed.
    let isGated = Atomic<Bool>(false)
    private let gate = Atomic<UInt8>(RESPGate.open.rawValue)
    /// Scripts that have run for longer than `scriptTimeMax`.
    let busyScripts = Atomic<Int>(0)
    /// Functions among them.
    let busyFunctions = Atomic<Int>(0)
    let pauseListeners = Mutex<[@Sendable (PausedCommands) -> Void]>([])
    let busyListeners = Mutex<[@Sendable (Bool) -> Void]>([])
    /// The server is to end: a busy script that has written nothing ends itself.
    let isEnding = Atomic<Bool>(false)
    let scriptTimeMax: Atomic<Int64>
    let originState = Mutex<(any KeyOrigin)?>(nil)
    /// 40 hexadecimal digits that name the history of this server's data; nobody follows it yet.
    let replicationID = Spinning(RESPFrontEnd.makeReplicationID())

    public init(engine: Engine, settings: RESPSettings, control: any ServerControl) {
        self.engine = engine
        self.control = control
        watchedKeys = WatchedKeys(engine)
        waitedKeys = WaitedKeys(engine)
        notifier = KeyNotifier(engine, channels)
        keyEvents = engine.addChangeListener(notifier, to: [])
        tracking = Tracking(engine, keysMax: settings.trackedKeysMax)
        self.settings = Mutex(settings)
        commandNames = settings.commandNames
        outputLimiter = OutputLimiter(settings.outputLimits)
        metering = Metering(settings.metering)
        memoryAtStart = engine.memory().used
        bulkSizeMax = Atomic(settings.bulkSizeMax)
        requestSizeMax = Atomic(settings.requestSizeMax)
        hyperLogLogSparseSizeMax = Atomic(settings.hyperLogLogSparseSizeMax)
        clientMemoryMax = Atomic(settings.clientMemoryMax)
        scriptTimeMax = Atomic(settings.scriptMilliseconds)
        access.take(settings)
        notify(of: settings.keyEvents)
        if let password = settings.password { _ = access.setDefault(password: password) }
    }

    /// A session for a new connection. Called on any thread; the session is then used by the connection's worker only.
    public func makeSession(_ connection: Connection) -> any Session {
        makeSession(.connection(connection), worker: connection.worker.index)
    }

    func makeSession(_ peer: ClientPeer, worker index: Int) -> RESPSession {
        let context = workers.withLock { contexts in
            if let known = contexts[index] { return known }
            let listening = Listening(peer.connection?.worker, self)
            let made = WorkerContext(self, listening)
            contexts[index] = made
            return made
        }
        let record = ClientRecord(peer, context.listening.invalidations)
        clients.add(record)
        return RESPSession(self, context, record)
    }

    /// Changes settings while serving: CONFIG SET of the directives that `RESPSettings` names. Any thread.
    /// Connections that are authenticated stay so.
    public func change(_ body: (inout RESPSettings) -> Void) {
        let (old, changed) = settings.withLock { settings in
            let old = settings
            body(&settings)
            return (old, settings)
        }
        bulkSizeMax.store(changed.bulkSizeMax, ordering: .relaxed)
        requestSizeMax.store(changed.requestSizeMax, ordering: .relaxed)
        hyperLogLogSparseSizeMax.store(changed.hyperLogLogSparseSizeMax, ordering: .relaxed)
        outputLimiter.change(changed.outputLimits)
        tracking.limit(keys: changed.trackedKeysMax)
        scriptTimeMax.store(changed.scriptMilliseconds, ordering: .relaxed)
        access.take(changed)
        notify(of: changed.keyEvents)
        if changed.password != old.password {
            announce(AccessDirectory.Change(changed: [access.setDefault(password: changed.password)]), by: nil)
        }
        clientMemoryMax.store(changed.clientMemoryMax, ordering: .relaxed)
        metering.change(to: changed.metering)
    }

    /// What requests meet before they are served. Any thread.
    public var gateState: RESPGate {
        get { RESPGate(rawValue: gate.load(ordering: .relaxed)) ?? .open }
        set {
            originState.withLock { origin in
                gate.store(newValue.rawValue, ordering: .relaxed)
                judgeGate(origin != nil)
            }
        }
    }

    /// Where keys may be that are not here; nil is nowhere. Any thread.
    public var keyOrigin: (any KeyOrigin)? {
        get { originState.withLock { $0 } }
        set {
            originState.withLock { origin in
                origin = newValue
                judgeGate(newValue != nil)
            }
        }
    }

    func judgeGate(_ hasOrigin: Bool) {
        let isClosed = gateState != .open || hasOrigin || pause.kind != .none || isBusy
        isGated.store(isClosed, ordering: .relaxed)
    }

    /// Holds clients up, or lets them go on. Source: Redis CLIENT PAUSE, CLIENT UNPAUSE.
    func setPause(_ kind: ClientPause.Kind, until end: Milliseconds) {
        originState.withLock { origin in
            kind == .none ? pause.end() : pause.begin(kind, until: end)
            judgeGate(origin != nil)
            tellOfPause()
        }
    }

    /// Begins another history. Source: Redis changeReplicationId.
    func changeReplicationID() { replicationID.withLock { $0 = Self.makeReplicationID() } }

    private static func makeReplicationID() -> String {
        let numbers = [System.randomNumber(), System.randomNumber(), System.randomNumber()]
        return SHA1Digest(of: Array(numbers.map { String($0) }.joined(separator: " ").utf8).span.rawBytes).hexadecimal
    }

    /// A copy of the present settings.
    public var currentSettings: RESPSettings { settings.withLock { $0 } }

    /// Samples the rates that INFO tells, wakes clients whose waiting has lasted long enough, closes connections to
    /// other servers that nobody uses, cuts off clients that leave too much unread, tells those who wait for a
    /// snapshot that it is being made, and stops following the engine when nobody watches keys or waits for them any
    /// more. Call it about ten times a second, from one thread.
    public func tick(now: Milliseconds) {
        watchedKeys.tick()
        waitedKeys.tick()
        settleKeyEvents()
        tracking.tick()
        parkedClients.tick(now: now)
        if pause.tick(now: now) {
            originState.withLock { origin in
                judgeGate(origin != nil)
                tellOfPause()
            }
        }
        evictClients()
        let used = engine.memory().used
        if used > memoryPeak.load(ordering: .relaxed) { memoryPeak.store(used, ordering: .relaxed) }
        migrationTargets.tick(now: now)
        transfers.tick(now: now)
        let hasSubscribers = ChannelKind.allCases.contains { channels.count($0) > 0 }
        outputLimiter.tick(clients, hasSubscribers: hasSubscribers, now: now)
        let facts = control.serverFacts()
        rates.sample(
            RateMeter.Totals(
                commands: counters.total(.commands), bytesIn: facts.networkBytesIn ?? 0,
                bytesOut: facts.networkBytesOut ?? 0), now: now)
    }

    /// Bytes held by all workers' interpreters of scripts, and of functions.
    var interpreterSizes: (scripts: Int, functions: Int) {
        workers.withLock { contexts in
            contexts.values.reduce((0, 0)) { sums, context in
                let functions = context.scripts.functions.memorySize.load(ordering: .relaxed)
                return (sums.0 + context.scripts.memorySize.load(ordering: .relaxed), sums.1 + functions)
            }
        }
    }

    /// A function that runs for some while, on any worker.
    func runningFunction() -> RunningFunction? {
        workers.withLock { contexts in
            contexts.values.lazy.compactMap { context in context.scripts.shown.withLock { $0 } }.first
        }
    }

    /// Connections that speak RESP now.
    public var connectionCount: Int { clients.count }
    /// Of those, in the middle of a command that waits. Source: Redis INFO `blocked_clients`.
    public var waitingCount: Int { parkedClients.count }
    /// Commands since the start or CONFIG RESETSTAT, refused ones included, and error replies.
    public var commandCount: Int { counters.total(.commands) }
    public var errorCount: Int { counters.total(.errors) }

    /// How long commands took, by name, those that were called: seconds in all, and how many took no longer than each
    /// of `limits`, seconds that ascend. Empty with `latency-tracking no`.
    public func commandTimes(upTo limits: [Double]) -> [(command: String, seconds: Double, counts: [Int], total: Int)] {
        let ticks = TickClock.perMicrosecond * 1e6
        return CallSubject.named.compactMap { subject, name in
            let histogram = metering.board.histogram(of: subject)
            let total = histogram.total
            guard total > 0 else { return nil }
            let seconds = Double(metering.board.totals(of: subject).ticks) / ticks
            return (name, seconds, histogram.cumulated(upTo: limits.map { $0 * ticks }), total)
        }
    }
}

/// What requests meet before they are served.
public enum RESPGate: UInt8, Sendable {
    case open
    /// The data is being loaded: only what needs none is served. Source: Redis "LOADING".
    case loading
    /// The disk fails, and saving is wanted: nothing may be written. Source: Redis "MISCONF".
    case readOnly
    /// The same of the append log.
    case logFails
}

/// What the RESP room counts.
enum RESPCounter: Int, CaseIterable, Sendable {
    /// Commands executed, refused ones included.
    case commands
    /// Error replies.
    case errors
}

/// What the sessions of one worker share. Made once, used by that worker's thread only, kept to the front-end's end.
final class WorkerContext: @unchecked Sendable {
    // Sendable because nothing here is ever mutated: sessions take copies of these trivial handles, and sessions of
    // one worker run on its thread only.
    let engine: EngineHandle
    let counters: Counters<RESPCounter>
    let listening: Listening
    let scripts: WorkerScripts
    let calls: CallMeter
    let errors: ErrorCounts
    let slots = Scratch<ArgumentSlot>(capacity: RESPLimits.slotCountKept)
    let queue = Scratch<QueuedRequest>(capacity: RESPLimits.batchCountMax)
    let hashes = Scratch<UInt64>(capacity: RESPLimits.slotCountKept)

    init(_ frontEnd: RESPFrontEnd, _ listening: Listening) {
        engine = frontEnd.engine.makeHandle()
        counters = frontEnd.counters.makeRow()
        self.listening = listening
        scripts = WorkerScripts(frontEnd.scriptCache, frontEnd.functions)
        calls = frontEnd.metering.board.makeMeter()
        errors = frontEnd.metering.makeErrorCounts()
    }

    deinit {
        slots.deallocate()
        queue.deallocate()
        hashes.deallocate()
    }
}
