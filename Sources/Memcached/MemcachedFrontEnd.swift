// The room's door: one front-end for each memcached listener's settings, one session for each connection.

public import Base
public import Engine
import Synchronization
public import Transport

/// The memcached protocols, text and binary, over an engine. Shared by all workers.
///
/// Source: the behaviour of memcached 1.6.45; its `version` is what clients are told.
public final class MemcachedFrontEnd: Sendable {
    /// What `version` and `stats` answer: the release whose behaviour is copied.
    public static let emulatedVersion: StaticString = "1.6.45"

    let engine: Engine
    let settings: MemcachedSettings
    let control: any MemcachedControl
    let counters = CounterBoard<MemcachedCounter>()
    let classCounters: CounterGrid<ClassCounter>
    let prefixes: PrefixStatistics
    /// The row `oldest`: when items stored last before it were flushed, in memcached's seconds; 0 is never.
    let oldestLive = Atomic<Int>(0)
    let crawler: Crawler
    let hub: WatchHub
    /// What keeps requests from simply being served: see `Detours`.
    let detours = Atomic<UInt64>(Detours.none)
    let originState = Mutex<(origin: (any KeyOrigin)?, generation: UInt64)>((nil, 0))
    let pause = Mutex(PauseState())
    let dropsDatagrams = Atomic<Bool>(false)
    let evictionWatch = Mutex<EvictionWatch?>(nil)
    let startedAt = Milliseconds.readClock()
    private let workers = Mutex<[Int: WorkerParts]>([:])

    public init(engine: Engine, settings: MemcachedSettings, control: any MemcachedControl) {
        precondition(settings.itemSizeMax >= 1024 && settings.itemSizeMax <= 1 << 30)
        self.engine = engine
        self.settings = settings
        self.control = control
        classCounters = CounterGrid(subjectCount: engine.sizeClassCount)
        prefixes = PrefixStatistics(delimiter: settings.prefixDelimiter, isOn: settings.isDetailEnabled)
        crawler = Crawler(engine, settings)
        hub = WatchHub(settings)
    }

    /// Work that no client waits for. Call it about ten times a second, from one thread.
    public func tick(now: Milliseconds) {
        if let report = crawler.slice(now: now) { tellWatchers(of: report) }
        // What happened on other threads than the workers' own, such as evictions for the other door.
        hub.signal()
    }

    /// 0 says nothing, 2 logs what clients say and are told, 3 also what was found (`MemcachedControl.logTraffic`).
    /// Any thread, any time.
    public func setVerbosity(_ level: Int) { hub.setVerbosity(level) }

    private func tellWatchers(of report: Crawler.Report) {
        for (classIndex, count) in report.counts {
            hub.write(.sysevents, type: "lru_crawler", in: hub.commonLog) { line in
                line.append(" crawler=")
                line.append(decimal: classIndex)
                // One queue a class, of which every item is looked at; no run is planned.
                line.append(" lru=cold low_mark=0 next_reclaims=0 since_run=")
                line.append(decimal: report.secondsSinceLast)
                line.append(" next_run=0 elapsed=")
                line.append(decimal: report.seconds)
                line.append(" examined=")
                line.append(decimal: count.examined)
                line.append(" reclaimed=")
                line.append(decimal: count.reclaimed)
            }
        }
    }

    /// The server's side of one connection. Any thread; the session then belongs to the connection's worker.
    /// - Parameter offered: what the connection's listener speaks; nil is what the settings say.
    public func makeSession(_ connection: Connection, protocol offered: MemcachedProtocol? = nil) -> any Session {
        makeSession(
            workerIndex: connection.worker.index, connectionID: connection.id, connection, protocol: offered)
    }

    /// The server's side of one worker's share of a UDP port. On the worker's thread.
    public func makeDatagramSession(_ worker: Worker) -> any DatagramSession {
        MemcachedDatagramSession(self, workerIndex: worker.index)
    }

    /// One engine handle and one row of counters for each worker, copied into its sessions.
    func makeSession(
        workerIndex: Int, connectionID: UInt64 = 0, _ connection: Connection? = nil,
        protocol offered: MemcachedProtocol? = nil
    ) -> MemcachedSession {
        let parts = workers.withLock { workers in
            if let parts = workers[workerIndex] { return parts }
            let parts = WorkerParts(
                engine: engine.makeHandle(), counters: counters.makeRow(), classCounters: classCounters.makeRows(),
                batch: Batch(), keys: KeyChunk(), log: hub.makeLog())
            workers[workerIndex] = parts
            return parts
        }
        return MemcachedSession(
            frontEnd: self, parts, connectionID: connectionID, connection, offers: offered ?? settings.offeredProtocol)
    }
}

/// What a worker's sessions have copies of.
struct WorkerParts: Sendable {
    let engine: EngineHandle
    let counters: Counters<MemcachedCounter>
    let classCounters: GridCounters<ClassCounter>
    let batch: Batch
    let keys: KeyChunk
    let log: WorkerLog
}
