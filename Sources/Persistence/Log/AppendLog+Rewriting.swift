// Writing the log anew: a snapshot of one moment as its base, and an increment that begins at that moment.

public import Base
import Engine

extension AppendLog {
    /// Begins a rewrite, now or after the snapshot that is being made.
    /// Source: Redis BGREWRITEAOF.
    public func rewrite() -> RewriteStart {
        let before: RewriteStart? = state.change { state in
            if !state.isOn { return .failed("the append log is off") }
            if state.rewrite != nil { return .busy }
            state.isScheduled = true
            return nil
        }
        if let before { return before }
        return startScheduled() ?? .scheduled
    }

    /// About ten times a second: rewrites that wait for a snapshot to end, that a log has grown too long for, or that
    /// a failed sync needs.
    public func tick(now: Milliseconds) {
        let growth: Int? = state.look { state in
            guard state.isOn && state.rewrite == nil && !state.isClosed else { return nil }
            if state.isScheduled { return 0 }
            let mayTry =
                state.lastSucceeded || now.rawValue - state.lastTriedAt.rawValue > PersistenceLimits.retryMilliseconds
            guard mayTry, let writer = state.writer else { return nil }
            if !state.hasBase { return 0 }
            if case .sync = writer.trouble { return 0 }
            let size = state.settledSize + writer.facts.size
            guard state.settings.rewritePercentage > 0 && size > state.settings.rewriteSizeMin else { return nil }
            let growth = (size - state.baseSize) * 100 / max(1, state.baseSize)
            return growth >= state.settings.rewritePercentage ? growth : nil
        }
        guard let growth else { return }
        if growth > 0 { log.notice("Starting automatic rewriting of AOF on \(growth)% growth") }
        state.change { $0.isScheduled = true }
        _ = startScheduled()
    }

    /// - Returns: nil if it has to wait.
    private func startScheduled() -> RewriteStart? {
        guard snapshots.reserve() else { return nil }
        let now = Milliseconds.readClock()
        let isMine = state.change { state in
            guard state.isScheduled && state.isOn && state.rewrite == nil && !state.isClosed else { return false }
            state.isScheduled = false
            state.rewrite = Rewrite(startedAt: now)
            state.lastTriedAt = now
            return true
        }
        guard isMine else {
            snapshots.unreserve()
            return .busy
        }
        do throws(SystemError) {
            try Thread.start(name: "rewrite", stepsAside: true) { [self] in
                let failure = makeBase()
                finish(failure)
            }
            log.notice("Background append only file rewriting started")
            return .started
        } catch {
            finish("no thread: \(error.reason)")
            return .failed(error.reason)
        }
    }

    /// Without a base the log is nothing: an end just after it was turned on waits for it, unless it fails.
    func finishFirstBase() {
        while true {
            let (isWanted, isUnderWay, isScheduled) = state.look { state in
                (state.isOn && !state.hasBase, state.rewrite != nil, state.isScheduled)
            }
            guard isWanted && (isUnderWay || isScheduled) else { return }
            if !isUnderWay { _ = startScheduled() }
            System.sleep(milliseconds: 2)
        }
    }

    private func finish(_ failure: String?) {
        snapshots.unreserve()
        let now = Milliseconds.readClock()
        if let failure {
            log.warning("Background AOF rewrite terminated with error: \(failure)")
        } else {
            log.notice("Background AOF rewrite finished successfully")
        }
        state.change { state in
            let startedAt = state.rewrite?.startedAt ?? now
            state.lastSeconds = Int((now.rawValue - startedAt.rawValue) / 1000)
            state.lastSucceeded = failure == nil
            state.rewritesDone += 1
            state.rewrite = nil
        }
    }

    /// On a thread of its own.
    /// - Returns: nil, or why there is no new base.
    private func makeBase() -> String? {
        let (settings, before, writer, isFirst) = state.look { ($0.settings, $0.manifest, $0.writer, !$0.hasBase) }
        guard let writer else { return "the append log was turned off" }
        var manifest = before
        let increment = manifest.addIncrement(settings.fileName)
        let number = writer.queue.nextFile
        let temporary = settings.path("temp-rewriteaof-bg-\(System.processID).aof")
        var place: UInt64?
        do throws(SystemError) {
            writer.add(try LogFile(settings.path(increment), disk), number: number)
            // Whoever starts before there is a new base reads the old one and all increments.
            if !isFirst { try save(manifest, settings) }
            state.change { $0.manifest = manifest }
            // What is told before the first base's moment is in that base: replies wait for it, and nobody writes it.
            if isFirst { engine.setJournal(writer.queue) }
            let result: SnapshotResult
            do throws(SnapshotFailure) {
                result = try writeBase(temporary, settings) { _ in place = writer.queue.startFile() }
            } catch {
                throw SystemError(call: error.reason, code: 0)
            }
            let old = manifest.startBase(
                settings.fileName, isSnapshot: settings.hasSnapshotBase, above: state.look { $0.lastBase },
                keeping: increment)
            let base = manifest.base!
            let doubtful = state.change { state in
                state.lastBase = base.sequence
                defer { state.doubtfulBases.append(base.name) }
                return state.doubtfulBases
            }
            try disk.rename(temporary, to: settings.path(base.name))
            try save(manifest, settings)
            state.change { state in
                state.manifest = manifest
                state.doubtfulBases = []
                state.hasBase = true
                state.settledSize = result.size
                state.baseSize = result.size + writer.facts.size
            }
            writer.baseStands(file: number, from: place!)
            forget(old + doubtful, settings)
            return nil
        } catch {
            disk.remove(temporary)
            // Nothing is written to the new increment if its moment has not come.
            if place == nil {
                writer.removeFile(number)
                state.change { $0.manifest = before }
                removeIncrement(increment, isFirst ? nil : before, settings)
            }
            return error.code == 0 ? error.call : "\(error.call): \(error.reason)"
        }
    }

    /// Removes an increment that came to nothing.
    /// - Parameter before: the manifest without it, if one with it may be on the disk: as long as that may be so, the
    ///   file must be there. The next rewrite begins it anew.
    private func removeIncrement(_ name: String, _ before: LogManifest?, _ settings: LogSettings) {
        do throws(SystemError) {
            if let before { try save(before, settings) }
            disk.remove(settings.path(name))
        } catch {
            log.warning("The manifest of the AOF could not be written anew: \(error.call): \(error.reason)")
        }
    }

    /// - Parameter path: of the file until it is whole.
    private func writeBase(
        _ path: String, _ settings: LogSettings, atMoment: (inout EngineHandle) -> Void
    ) throws(SnapshotFailure) -> SnapshotResult {
        let progress = SnapshotProgress()
        let form = settings.hasSnapshotBase ? SnapshotForm.base : .commands
        let job = SnapshotJob(engine, disk, path: path, snapshots.settings, snapshots.libraries, progress, form)
        let isWanted = state.change { state in
            state.rewrite?.job = job
            state.progress = progress
            return state.rewrite?.isCancelled == false
        }
        guard isWanted else { throw SnapshotFailure(reason: "cancelled") }
        var handle = engine.makeHandle()
        return try job.run(&handle, atMoment: atMoment)
    }

    /// Removes files that the log needs no more. One that stays behind is removed at the next start.
    private func forget(_ names: [String], _ settings: LogSettings) {
        for name in names { disk.remove(settings.path(name)) }
        let manifest = state.change { state in
            state.manifest.forgetHistory()
            return state.manifest
        }
        do throws(SystemError) {
            try save(manifest, settings)
        } catch {
            log.warning("The manifest of the AOF could not be written anew: \(error.call): \(error.reason)")
        }
    }
}
