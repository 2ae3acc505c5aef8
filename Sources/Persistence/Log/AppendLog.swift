// The append log: on and off while serving, its files, its rewriting.

import Base
public import Engine
import Synchronization

/// What became of the wish for a rewrite.
public enum RewriteStart: Sendable, Equatable {
    case started
    /// A snapshot is being made: the rewrite begins when that is done.
    case scheduled
    /// A rewrite is under way.
    case busy
    /// Nobody can begin it: the reason.
    case failed(String)
}

/// The append log of one engine. Any thread.
public final class AppendLog: Sendable {
    struct State {
        var settings: LogSettings
        var isOn = false
        var manifest = LogManifest()
        /// What the manifest has on the disk is whole: it begins with a base.
        var hasBase = false
        /// The number of the last base that was begun: where the manifest could not be written, nobody knows which one
        /// the disk has, and so which base it names. That one stays what it is.
        var lastBase = 0
        /// Bases that came to have their names, but not to be in a manifest as far as anybody knows.
        var doubtfulBases: [String] = []
        /// Of the files that the manifest has, but for the one that grows.
        var settledSize = 0
        var baseSize = 0
        var isScheduled = false
        var rewrite: Rewrite?
        var progress = SnapshotProgress()
        var lastSeconds: Int?
        var lastSucceeded = true
        var lastTriedAt = Milliseconds(0)
        var rewritesDone = 0
        var writer: LogWriter?
        var thread: Thread?
        /// Of the log that was on before: places only rise.
        var lastPlace: UInt64 = 0
        var isClosed = false
    }

    struct Rewrite {
        var startedAt: Milliseconds
        var job: SnapshotJob?
        /// Nobody wants it any more.
        var isCancelled = false
    }

    let engine: Engine
    let snapshots: Snapshots
    let disk: any Disk
    let log: PersistenceLog
    let state: Monitor<State>
    private let release: @Sendable (UInt64) -> Void

    /// - Parameter snapshots: of the same engine; one of both works at a time.
    /// - Parameter release: told up to which place in the journal replies may leave (`EngineHandle.takeJournalPlace`).
    public init(
        _ engine: Engine, _ settings: LogSettings, _ snapshots: Snapshots, log: PersistenceLog,
        disk: any Disk = SystemDisk(), release: @escaping @Sendable (UInt64) -> Void
    ) {
        self.engine = engine
        self.snapshots = snapshots
        self.disk = disk
        self.log = log
        self.release = release
        state = Monitor(State(settings: settings))
    }

    // MARK: Settings and facts

    /// Changes settings while the log may be on: how to sync and when to rewrite take effect at once.
    public func change(_ body: (inout LogSettings) -> Void) {
        let (writer, settings) = state.look { state in
            body(&state.settings)
            return (state.writer, state.settings)
        }
        writer?.change(settings.policy, hasTimestamps: settings.hasTimestamps)
    }

    public var settings: LogSettings { state.look { $0.settings } }

    public var isOn: Bool { state.look { $0.isOn } }

    public var status: LogStatus {
        state.look { state in
            var status = LogStatus()
            status.isOn = state.isOn
            status.isRewriting = state.rewrite != nil
            status.isRewriteScheduled = state.isScheduled
            status.rewriteStartedAt = state.rewrite?.startedAt ?? Milliseconds(0)
            status.lastRewriteSeconds = state.lastSeconds
            status.lastRewriteSucceeded = state.lastSucceeded
            status.rewritesDone = state.rewritesDone
            status.baseSize = state.baseSize
            guard let writer = state.writer else { return status }
            let facts = writer.facts
            switch writer.trouble {
            case .write(let reason), .sync(let reason, _): status.trouble = reason
            case nil: break
            }
            status.size = state.settledSize + facts.size
            status.delayedSyncs = facts.delayedSyncs
            status.backlog = writer.queue.backlog
            return status
        }
    }

    /// Whether the log is on and cannot be written: writes are to be refused, for nobody could keep them.
    public var isFailing: Bool {
        state.look { $0.isOn && ($0.writer?.trouble != nil || (!$0.hasBase && !$0.lastSucceeded)) }
    }

    /// The place behind all that was appended, and up to where it is on the disk; nil if the log is off.
    public var places: (end: UInt64, synced: UInt64)? {
        state.look { $0.isOn ? $0.writer : nil }.map { ($0.queue.end, $0.syncedPlace) }
    }

    /// Has `body` called once so much is on the disk, by any thread, with a sync for it if none is due; never, if the
    /// log is turned off before.
    public func whenSynced(through place: UInt64, _ body: @escaping @Sendable () -> Void) {
        state.look { $0.writer }?.whenSynced(through: place, body)
    }

    // MARK: On and off

    /// Turns the log on. What the keyspace has becomes its base, in the background; `always` holds replies to writes
    /// until that stands.
    /// - Parameter atOnce: what changes after the call is told to the log. Not from within a section of the engine, and
    ///   so not for a client: for one it is told from a moment soon after.
    /// - Returns: nil, or why it stays off. Source: Redis CONFIG SET appendonly yes.
    public func turnOn(atOnce: Bool) -> String? {
        let settings = self.settings
        if state.look({ $0.writer != nil }) { return "it is on, or is being turned off: try again" }
        let manifest: LogManifest?
        do throws(LoadFailure) {
            // Of a log that was on before: its files stay what they are until the new base stands.
            manifest = try readManifest(settings)
        } catch {
            return error.description
        }
        do throws(SystemError) {
            try disk.makeFolder(settings.logFolder)
            let writer = try startWriter(settings)
            state.change { state in
                state.manifest = manifest ?? LogManifest()
                state.isOn = true
                state.writer = writer
                state.isScheduled = true
            }
            if atOnce { engine.setJournal(writer.queue) }
        } catch {
            return "\(error.call): \(error.reason)"
        }
        tick(now: Milliseconds.readClock())
        return nil
    }

    private func startWriter(_ settings: LogSettings) throws(SystemError) -> LogWriter {
        let queue = LogQueue(from: state.look { $0.lastPlace })
        let writer = LogWriter(
            queue, settings.policy, hasTimestamps: settings.hasTimestamps, log: log, release: release)
        let thread = try Thread(name: "log") { writer.run() }
        state.look { $0.thread = thread }
        return writer
    }

    /// Goes on with the files of a manifest that was loaded: from now on each change is told to a new increment.
    func resume(_ manifest: LogManifest, size: Int) throws(SystemError) {
        let settings = self.settings
        let writer = try startWriter(settings)
        var manifest = manifest
        let name = manifest.addIncrement(settings.fileName)
        writer.add(try LogFile(settings.path(name), disk), number: 0)
        try save(manifest, settings)
        state.change { state in
            state.isOn = true
            state.writer = writer
            state.manifest = manifest
            state.hasBase = true
            state.settledSize = size
            state.baseSize = size
        }
        writer.baseStands(file: 0, from: writer.queue.end)
        engine.setJournal(writer.queue)
    }

    /// Turns the log off, on a thread of its own: what was written stays, and is not read at the next start unless the
    /// log is on then.
    /// - Returns: nil, or why it stays on. Source: Redis CONFIG SET appendonly no.
    public func startTurningOff() -> String? {
        do throws(SystemError) {
            try Thread.start(name: "log-off") { [self] in
                engine.setJournal(nil)
                stopWriter()
                log.notice("The append only file is off.")
            }
            return nil
        } catch {
            return error.reason
        }
    }

    private func stopWriter() {
        let (writer, thread) = state.change { state in
            state.rewrite?.isCancelled = true
            state.rewrite?.job?.cancel()
            state.isScheduled = false
            let parts = (state.writer, state.thread)
            state.isOn = false
            state.thread = nil
            return parts
        }
        state.wait { $0.rewrite == nil ? () : nil }
        guard let writer else { return }
        writer.close()
        thread?.join()
        writer.queue.close()
        // Who waited for it waits for nothing now.
        let end = writer.queue.end
        release(end)
        state.change { state in
            state.lastPlace = end
            state.writer = nil
            state.hasBase = false
        }
    }

    /// Writes what there is, a first base included, and ends. When nothing changes the keyspace any more.
    public func close() {
        finishFirstBase()
        state.change { $0.isClosed = true }
        stopWriter()
    }

    /// Writes what has been told so far, and no more. The keyspace may be held by somebody meanwhile.
    public func closeAtOnce() {
        let (writer, thread) = state.change { state in
            state.isClosed = true
            let parts = (state.writer, state.thread)
            state.thread = nil
            return parts
        }
        writer?.close()
        thread?.join()
    }

    // MARK: The manifest

    /// Writes the manifest, in the place of the one that is there.
    func save(_ manifest: LogManifest, _ settings: LogSettings) throws(SystemError) {
        let name = LogNames.manifest(settings.fileName)
        let temporary = settings.path("temp-" + name)
        let descriptor = try disk.create(temporary)
        do throws(SystemError) {
            try disk.write(Array(manifest.text.utf8).span.rawBytes, to: descriptor)
            try disk.sync(descriptor)
        } catch {
            disk.close(descriptor)
            throw error
        }
        disk.close(descriptor)
        try disk.rename(temporary, to: settings.path(name))
    }
}
