// When snapshots are made: asked for, by save points, at the end. One at a time.

public import Base
public import Engine
import Synchronization

/// What became of the wish for a snapshot.
public enum SaveStart: Sendable, Equatable {
    case started
    /// One is under way.
    case busy
    /// No thread to do it: the reason.
    case failed(String)
}

/// The snapshots of one engine. Any thread.
public final class Snapshots: Sendable {
    struct State {
        var settings: SnapshotSettings
        var status = SnapshotStatus()
        var job: SnapshotJob?
        var progress = SnapshotProgress()
        /// Changes of the engine that the last good file has.
        var savedChanges = 0
        var lastTriedAt = Milliseconds(0)
        var exports = SnapshotExports()
        /// The append log makes a snapshot for itself.
        var isReserved = false

        /// Whether a snapshot may begin.
        var isFree: Bool { job == nil && !isReserved && !isClosed }
        var isClosed = false
    }

    let engine: Engine
    let disk: any Disk
    let log: PersistenceLog
    let libraries: LibraryDoor
    let state: Monitor<State>

    public init(
        _ engine: Engine, _ settings: SnapshotSettings, _ libraries: LibraryDoor = .none, log: PersistenceLog,
        disk: any Disk = SystemDisk()
    ) {
        self.engine = engine
        self.libraries = libraries
        self.disk = disk
        self.log = log
        var state = State(settings: settings)
        state.status.lastSaveAt = Milliseconds.readClock()
        self.state = Monitor(state)
    }

    // MARK: Settings and facts

    /// Takes effect with the next snapshot.
    public func change(_ body: (inout SnapshotSettings) -> Void) { state.look { body(&$0.settings) } }

    public var settings: SnapshotSettings { state.look { $0.settings } }

    public var status: SnapshotStatus {
        let changes = engine.counters.total(.changes)
        return state.look { state in
            var status = state.status
            status.isRunning = state.job != nil
            status.changesSinceLastSave = max(0, changes - state.savedChanges)
            status.itemsDone = state.progress.items.load(ordering: .relaxed)
            status.itemsExpected = state.progress.expected.load(ordering: .relaxed)
            return status
        }
    }

    /// Whether save points are set and the last snapshot failed: writes are then to be refused, for their owner
    /// believes that they are kept. Source: redis.conf `stop-writes-on-bgsave-error`.
    public var isFailing: Bool {
        state.look { !$0.settings.savePoints.isEmpty && !$0.status.lastSucceeded }
    }

    // MARK: Saving

    /// Begins a snapshot on a thread of its own.
    /// - Parameter completion: called once if it started, with nil or the reason of its failure.
    /// Source: Redis BGSAVE.
    public func start(completion: @escaping @Sendable (String?) -> Void = { _ in }) -> SaveStart {
        let made = state.change { state in state.isFree ? prepare(&state) : nil }
        guard let job = made else { return .busy }
        log.notice("Background saving started")
        do throws(SystemError) {
            try Thread.start(name: "snapshot", stepsAside: true) { [self] in completion(work(job)) }
            return .started
        } catch {
            finish(Milliseconds.readClock(), nil, "no thread: \(error.reason)")
            return .failed(error.reason)
        }
    }

    /// Makes a snapshot and waits for it, also for one that is under way before. Not on a worker.
    /// - Returns: nil, or why there is none.
    public func saveAndWait() -> String? {
        let job = state.wait { state in state.job == nil && !state.isReserved ? prepare(&state) : nil }
        return work(job)
    }

    /// Saves, empties and loads all databases, on a thread of its own, as one change for everybody else.
    /// - Parameter completion: as with `start`.
    /// Source: Redis DEBUG RELOAD.
    public func startReload(
        saves: Bool, flushes: Bool, completion: @escaping @Sendable (String?) -> Void
    ) -> SaveStart {
        let made = state.change { state in state.isFree ? prepare(&state) : nil }
        guard let job = made else { return .busy }
        do throws(SystemError) {
            try Thread.start(name: "reload") { [self] in
                var handle = engine.makeHandle()
                completion(handle.section(.all) { reload(job, saves: saves, flushes: flushes, &$0) })
            }
            return .started
        } catch {
            finish(Milliseconds.readClock(), nil, "no thread: \(error.reason)")
            return .failed(error.reason)
        }
    }

    private func reload(_ job: SnapshotJob, saves: Bool, flushes: Bool, _ handle: inout EngineHandle) -> String? {
        if saves {
            if let failure = work(job, &handle) { return failure }
        } else {
            state.change { $0.job = nil }
        }
        if flushes { handle.flushAll() }
        do throws(LoadFailure) {
            let isThere = try load(&handle, dropsLibraries: flushes, { _ in })
            guard isThere else { return "there is no file \(settings.path)" }
            return nil
        } catch {
            log.warning(error.description)
            return error.description
        }
    }

    /// Keeps snapshots away, for one that somebody else makes. False if one is under way.
    func reserve() -> Bool {
        state.change { state in
            guard state.isFree else { return false }
            state.isReserved = true
            return true
        }
    }

    func unreserve() { state.change { $0.isReserved = false } }

    /// Looks whether a file can be made where a snapshot would be. Nil if so, else the reason.
    public func whySavingWouldFail() -> String? {
        let path = Self.temporary(settings) + ".try"
        do throws(SystemError) {
            disk.close(try disk.create(path))
            disk.remove(path)
            return nil
        } catch {
            return "\(path): \(error.reason)"
        }
    }

    private func prepare(_ state: inout State) -> SnapshotJob {
        let progress = SnapshotProgress()
        let path = Self.temporary(state.settings)
        let job = SnapshotJob(engine, disk, path: path, state.settings, libraries, progress)
        state.progress = progress
        state.job = job
        state.status.startedAt = Milliseconds.readClock()
        state.lastTriedAt = state.status.startedAt
        return job
    }

    /// Beside the file, so that one can take the other's place.
    static func temporary(_ settings: SnapshotSettings, suffix: String = "rdb") -> String {
        let name = "temp-\(System.processID).\(suffix)"
        return settings.folder.isEmpty ? name : settings.folder + "/" + name
    }

    private func work(_ job: SnapshotJob) -> String? {
        var handle = engine.makeHandle()
        return work(job, &handle)
    }

    private func work(_ job: SnapshotJob, _ handle: inout EngineHandle) -> String? {
        let start = Milliseconds.readClock()
        let settings = self.settings
        // Changes from here on are not in the file; some before its moment may be counted again, never too few.
        let changes = engine.counters.total(.changes)
        do throws(SnapshotFailure) {
            let result = try job.run(&handle)
            try install(settings)
            finish(start, changes, nil)
            log.notice("DB saved on disk: \(result.itemCount) keys, \(result.size) bytes")
            return nil
        } catch {
            disk.remove(Self.temporary(settings))
            finish(start, nil, error.reason)
            log.warning("Background saving error: \(error.reason)")
            return error.reason
        }
    }

    private func install(_ settings: SnapshotSettings) throws(SnapshotFailure) {
        do throws(SystemError) {
            try disk.rename(Self.temporary(settings), to: settings.path)
        } catch {
            throw SnapshotFailure(
                reason: "Error moving temp DB file on the final destination \(settings.path): \(error.reason)")
        }
    }

    private func finish(_ start: Milliseconds, _ changes: Int?, _ failure: String?) {
        let now = Milliseconds.readClock()
        state.change { state in
            state.job = nil
            state.status.lastSucceeded = failure == nil
            state.status.lastSeconds = Int((now.rawValue - start.rawValue) / 1000)
            guard let changes else { return }
            state.savedChanges = changes
            state.status.lastSaveAt = now
            state.status.savesDone += 1
        }
    }

    // MARK: Beside

    /// Begins what a save point asks for. About ten times a second.
    /// Source: Redis serverCron.
    public func tick(now: Milliseconds) {
        let changes = engine.counters.total(.changes)
        let due: SavePoint? = state.look { state in
            if state.job != nil || state.isClosed { return nil }
            let fresh = changes - state.savedChanges
            let elapsed = now.rawValue - state.status.lastSaveAt.rawValue
            let mayTry = state.status.lastSucceeded
                || now.rawValue - state.lastTriedAt.rawValue > PersistenceLimits.retryMilliseconds
            return state.settings.savePoints.first { point in
                fresh >= point.changes && elapsed > Int64(point.seconds) * 1000 && mayTry
            }
        }
        guard let point = due else { return }
        log.notice("\(point.changes) changes in \(point.seconds) seconds. Saving...")
        _ = start()
    }

    /// Ends what is under way and begins nothing more by itself; `saveAndWait` may still be called.
    public func close() {
        state.change { state in
            state.isClosed = true
            state.job?.cancel()
        }
        state.wait { state in state.job == nil ? () : nil }
    }

    // MARK: Loading

    /// Loads the file, if there is one, into the engine. See `SnapshotLoader`.
    /// - Returns: false if there is no file.
    public func load(_ progress: @escaping @Sendable (LoadProgress) -> Void = { _ in }) throws(LoadFailure) -> Bool {
        var handle = engine.makeHandle()
        return try load(&handle, dropsLibraries: false, progress)
    }

    private func load(
        _ handle: inout EngineHandle, dropsLibraries: Bool, _ progress: (LoadProgress) -> Void
    ) throws(LoadFailure) -> Bool {
        let settings = self.settings
        handle.reason.code = ReasonMark.noNews
        guard let result = try SnapshotLoader.load(settings.path, into: engine, &handle, progress) else { return false }
        if let reason = libraries.take(result.libraries, dropsLibraries, &handle) {
            throw LoadFailure(
                description: "Can't load the libraries of functions in the RDB file \(settings.path): \(reason)")
        }
        let changes = engine.counters.total(.changes)
        state.change { state in
            state.savedChanges = changes
            state.status.loaded = result
        }
        log.notice(
            "DB loaded from disk: \(result.secondsText) seconds, \(result.keysLoaded) keys, "
                + "\(result.keysExpired) expired")
        if result.keysWithoutRoom > 0 { log.warning("\(result.keysWithoutRoom) keys were left out: no memory") }
        return true
    }
}
