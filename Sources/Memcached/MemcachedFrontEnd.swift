// The room's door: one front-end for each memcached listener's settings, one session for each connection.

import Base
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
    private let workers = Mutex<[Int: WorkerParts]>([:])

    public init(engine: Engine, settings: MemcachedSettings, control: any MemcachedControl) {
        precondition(settings.itemSizeMax >= 1024 && settings.itemSizeMax <= 1 << 30)
        self.engine = engine
        self.settings = settings
        self.control = control
        classCounters = CounterGrid(subjectCount: engine.sizeClassCount)
        prefixes = PrefixStatistics(delimiter: settings.prefixDelimiter, isOn: settings.isDetailEnabled)
    }

    /// The server's side of one connection. Any thread; the session then belongs to the connection's worker.
    /// - Parameter offered: what the connection's listener speaks; nil is what the settings say.
    public func makeSession(_ connection: Connection, protocol offered: MemcachedProtocol? = nil) -> any Session {
        makeSession(workerIndex: connection.worker.index, connectionID: connection.id, protocol: offered)
    }

    /// One engine handle and one row of counters for each worker, copied into its sessions.
    func makeSession(
        workerIndex: Int, connectionID: UInt64 = 0, protocol offered: MemcachedProtocol? = nil
    ) -> MemcachedSession {
        let parts = workers.withLock { workers in
            if let parts = workers[workerIndex] { return parts }
            let parts = WorkerParts(
                engine: engine.makeHandle(), counters: counters.makeRow(), classCounters: classCounters.makeRows(),
                batch: Batch(), keys: KeyChunk())
            workers[workerIndex] = parts
            return parts
        }
        return MemcachedSession(
            frontEnd: self, parts, connectionID: connectionID, offers: offered ?? settings.offeredProtocol)
    }
}

/// What a worker's sessions have copies of.
struct WorkerParts: Sendable {
    let engine: EngineHandle
    let counters: Counters<MemcachedCounter>
    let classCounters: GridCounters<ClassCounter>
    let batch: Batch
    let keys: KeyChunk
}
