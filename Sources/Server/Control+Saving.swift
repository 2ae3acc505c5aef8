// Snapshots as the doors and the process' life ask for them.

import Base
import Engine
import Memcached
import Persistence
import RESP
import Synchronization
import Transport

extension Control {
    func startSaving(completion: @escaping @Sendable (String?) -> Void) -> SavingStart {
        switch snapshots.start(completion: completion) {
        case .started: .started
        case .busy: .busy
        case .failed(let reason): .failed(reason)
        }
    }

    func startExport(of parts: SnapshotParts, completion: @escaping @Sendable (RESP.SnapshotExport) -> Void) {
        @Sendable func pass(_ export: Persistence.SnapshotExport) {
            switch export {
            case .file(let file): completion(.file(file))
            case .failed(let reason): completion(.failed(reason))
            }
        }
        switch parts {
        case .everything: snapshots.export(completion: pass)
        case .functions: snapshots.exportWithoutItems(hasLibraries: true, completion: pass)
        case .nothing: snapshots.exportWithoutItems(hasLibraries: false, completion: pass)
        }
    }

    func startReload(_ order: ReloadOrder, completion: @escaping @Sendable (String?) -> Void) -> SavingStart {
        switch order.isOfLog
            ? reloadLog(completion: completion)
            : snapshots.startReload(saves: order.saves, flushes: order.flushes, completion: completion)
        {
        case .started: .started
        case .busy: .busy
        case .failed(let reason): .failed(reason)
        }
    }

    func allowsDebug(_ connection: Connection?) -> Bool {
        switch settings.debugAccess {
        case .none: false
        case .local: connection?.isLocal ?? true
        case .all: true
        }
    }

    func saving() -> SavingFacts {
        let status = snapshots.status
        var facts = SavingFacts()
        state.withLock { state in
            guard let loading = state.loading else { return }
            facts.isLoading = true
            facts.loadingStartedAt = loading.startedAt
            facts.loadingTotalBytes = loading.progress.bytesTotal
            facts.loadingLoadedBytes = loading.progress.bytesDone
        }
        facts.lastSaveAt = status.lastSaveAt
        facts.isSaving = status.isRunning
        facts.savingStartedAt = status.startedAt
        facts.keysDone = status.itemsDone
        facts.keysTotal = status.itemsExpected
        facts.changesSinceLastSave = status.changesSinceLastSave
        facts.lastSucceeded = status.lastSucceeded
        facts.lastSeconds = status.lastSeconds
        facts.savesDone = status.savesDone
        facts.keysLoaded = status.loaded.keysLoaded
        facts.keysExpiredAtLoad = status.loaded.keysExpired
        facts.appendLog = appendLogFacts
        return facts
    }

    /// About ten times a second: save points, and the gate that their failure closes.
    func tickSaving(now: Milliseconds) {
        let (isLoading, stopsWrites, memcached, resp) = state.withLock { state in
            (
                state.loading != nil, state.settings.stopsWritesOnSaveError, state.memcachedFrontEnd,
                state.respFrontEnd
            )
        }
        if isLoading { return }
        snapshots.tick(now: now)
        appendLog.tick(now: now)
        let cannotSave = stopsWrites && snapshots.isFailing
        let cannotLog = appendLog.isFailing
        memcached?.isReadOnly = cannotSave || cannotLog
        resp?.gateState = cannotLog ? .logFails : cannotSave ? .readOnly : .open
    }

    // MARK: The beginning

    /// Loads what the disk has, on a thread of its own, while the reactor runs: RESP clients are told LOADING, those of
    /// the memcached door are let in when it is done.
    /// - Parameter done: called on that thread, with nil or the reason for not starting.
    func startLoading(_ done: @escaping @Sendable (LoadFailure?) -> Void) {
        let (frontEnd, memcached) = state.withLock { state in
            state.loading = (startedAt: Milliseconds.readClock(), progress: LoadProgress())
            return (state.respFrontEnd, state.memcachedFrontEnd)
        }
        frontEnd?.gateState = .loading
        memcached?.isLoading = true
        do throws(SystemError) {
            try Thread.start(name: "load") { [self] in
                let failure = load()
                if failure == nil { beginMigrationAtStart() }
                // The gate first: who is let in then finds the data.
                state.withLock { $0.loading = nil }
                if failure == nil {
                    frontEnd?.gateState = .open
                    memcached?.isLoading = false
                }
                done(failure)
            }
        } catch {
            done(LoadFailure(description: "no thread to load with: \(error.reason)"))
        }
    }

    private func load() -> LoadFailure? {
        do throws(LoadFailure) {
            let settings = self.settings
            if settings.isLogged, try loadLog() { return nil }
            if settings.loadsSnapshot { _ = try snapshots.load { [self] in tellProgress($0) } }
            // There is no log yet: what was loaded, or nothing, is what it begins with.
            if settings.isLogged, let reason = appendLog.turnOn(atOnce: true) {
                return LoadFailure(description: "Can't open the append only file: \(reason)")
            }
            return nil
        } catch {
            return error
        }
    }

    func tellProgress(_ progress: LoadProgress) {
        state.withLock { $0.loading?.progress = progress }
        let share = progress.bytesDone * 100 / max(1, progress.bytesTotal)
        log.notice("Loading: \(share) % of \(progress.bytesTotal) bytes, \(progress.keysDone) keys")
    }

    // MARK: The end

    /// SHUTDOWN: what can be seen to fail is refused before anything stops.
    func shutdown(_ order: ShutdownOrder) -> String? {
        let saves = order.saves ?? !settings.savePoints.isEmpty
        if saves && !order.isForced, let reason = snapshots.whySavingWouldFail() {
            log.warning("Error trying to save the DB, can't exit: \(reason)")
            return "Errors trying to SHUTDOWN. Check logs."
        }
        state.withLock { state in
            state.savesAtEnd = saves
            state.isEndForced = order.isForced
        }
        log.warning("User requested shutdown...")
        if !saves { endAtOnce() }
        stop()
        return nil
    }

    /// When all connections are closed and nothing changes any more: the last snapshot, if one is wanted. A disk that
    /// refuses it is asked again until it does not, or until a signal says that the data may go.
    func finishSaving() {
        appendLog.close()
        snapshots.close()
        let (saves, isForced) = state.withLock { state in
            (state.savesAtEnd ?? !state.settings.savePoints.isEmpty, state.isEndForced)
        }
        guard saves else { return }
        log.notice("Saving the final RDB snapshot before exiting.")
        while let reason = snapshots.saveAndWait() {
            if isForced { return log.warning("Exiting without saving, as SHUTDOWN FORCE asks: \(reason)") }
            log.warning("Error trying to save the DB, trying again each second; SIGKILL ends without: \(reason)")
            System.sleep(milliseconds: 1000)
        }
    }
}

extension Configuration {
    var snapshotSettings: SnapshotSettings {
        var settings = SnapshotSettings()
        settings.take(from: self)
        return settings
    }
}

extension SnapshotSettings {
    /// Takes over what snapshots have to know of `settings`.
    mutating func take(from settings: Configuration) {
        fileName = settings.snapshotFile
        folder = settings.directory
        savePoints = settings.savePoints
        compresses = settings.compressesSnapshots
        hasChecksum = settings.checksumsSnapshots
        facts = [("redis-ver", Version.redis), ("redis-bits", "64"), ("duet-ver", Version.number)]
    }
}
