// Taking over another server's keys: begun by a setting, ended by itself or a setting, told of in log, INFO and stats.

import Base
import Cutover
import Engine
import Memcached
import RESP
import Synchronization

/// The take-over under way, and what was told of the last one. Its lock is held for a few instructions.
struct MigrationState {
    var cutover: Cutover?
    var lastRows: [(name: String, value: String)] = []
    /// An old server is being asked whether it is what is wanted: one at a time.
    var isAsking = false
    /// The server stops: nothing begins any more.
    var isOver = false
}

extension Control {
    // MARK: At start

    /// After the data was loaded and before clients are let in. An old server that is not there is waited for: what
    /// depends on this server shall not fail because the other one does.
    func beginMigrationAtStart() {
        let settings = self.settings
        guard !settings.migrateFrom.isEmpty else { return }
        if engine.memory().items > 0 {
            // What had gone before the restart would come back.
            state.withLock { $0.settings.migrateFrom = "" }
            return log.warning(
                "Migration: not begun, since data was loaded: keys that were deleted before the restart would come "
                    + "back from the old server. CONFIG SET migrate-from begins it all the same.")
        }
        do throws(CutoverFault) {
            let cutover = try makeCutover(settings)
            do throws(CutoverFault) {
                try cutover.probe()
            } catch {
                // Whoever mistyped the password should see it now, not find out that nothing came.
                if error.isFinal { throw error }
                log.warning("Migration: \(error). Trying again; what is not here is a miss meanwhile.")
            }
            begin(cutover)
        } catch {
            state.withLock { $0.settings.migrateFrom = "" }
            log.warning("Migration: not begun: \(error). CONFIG SET migrate-from begins it.")
        }
    }

    /// When all connections are closed: nothing comes any more that a last snapshot would not have.
    func endMigration() {
        let cutover = migration.withLock { migration in
            migration.isOver = true
            return migration.cutover
        }
        cutover?.stopAndSettle()
    }

    // MARK: While serving

    /// CONFIG SET migrate-from. The old server is asked before anything is changed, by a thread of its own, since it
    /// may take seconds to answer, or not to.
    func setMigration(
        _ entry: ConfigurationEntry, among entries: [ConfigurationEntry],
        completion: (@Sendable (ConfigurationRefusal?) -> Void)?
    ) -> ConfigurationOutcome {
        func refuse(_ reason: String) -> ConfigurationOutcome {
            .refused(ConfigurationRefusal(name: entry.name, reason: .invalid(reason)))
        }
        guard let completion else { return refuse("it takes all shards, so not inside a transaction") }
        var settings = self.settings
        for entry in entries {
            if let refusal = Self.write(entry, into: &settings) { return .refused(refusal) }
        }
        let mayAsk = migration.withLock { migration in
            if migration.isAsking { return false }
            migration.isAsking = !settings.migrateFrom.isEmpty
            return true
        }
        guard mayAsk else { return refuse("an old server is being asked just now") }
        if settings.migrateFrom.isEmpty {
            if let refusal = setSettings(entries) { return .refused(refusal) }
            migration.withLock { $0.cutover }?.stop()
            return .done
        }
        do throws(SystemError) {
            try Thread.start(name: "cutover-probe") { [settings] in
                let refusal = self.askAndBegin(entry, among: entries, settings)
                self.migration.withLock { $0.isAsking = false }
                completion(refusal)
            }
            return .begun
        } catch {
            migration.withLock { $0.isAsking = false }
            return refuse("no thread to ask it: \(error.reason)")
        }
    }

    /// Takes as long as the old server.
    /// - Parameter settings: as they will be.
    private func askAndBegin(
        _ entry: ConfigurationEntry, among entries: [ConfigurationEntry], _ settings: Configuration
    ) -> ConfigurationRefusal? {
        do throws(CutoverFault) {
            let cutover = try makeCutover(settings)
            try cutover.probe()
            if let refusal = setSettings(entries) { return refusal }
            // Without the lock: it takes shards, whose holders may ask us something.
            begin(cutover)
            return nil
        } catch {
            return ConfigurationRefusal(name: entry.name, reason: .invalid(error.description))
        }
    }

    /// New settings for the one under way.
    func tuneMigration(_ settings: Configuration) {
        guard let cutover = migration.withLock({ $0.cutover }) else { return }
        cutover.timeoutMilliseconds = settings.migrateTimeoutMilliseconds
        cutover.sweepRate = settings.migrateRate
    }

    private func makeCutover(_ settings: Configuration) throws(CutoverFault) -> Cutover {
        // The directive has judged it.
        guard let origin = OriginAddress(settings.migrateFrom) else { preconditionFailure("not an address") }
        var options = CutoverOptions()
        options.database = DatabaseIndex(settings.memcachedDatabase)
        options.timeoutMilliseconds = settings.migrateTimeoutMilliseconds
        options.sweepRate = settings.migrateRate
        options.stringSizeMax = settings.itemSizeMax
        options.isCASEnabled = settings.isCASEnabled
        options.authorityFile = settings.tls.authorityFile
        let log = log
        let notes = CutoverNotes(warning: { log.warning($0) }) { [weak self] cutover, end in
            self?.migrationEnded(cutover, end)
        }
        return try Cutover.make(origin, options, engine: engine, workers: workers, notes: notes)
    }

    private func begin(_ cutover: Cutover) {
        let (mayBegin, last) = migration.withLock { migration in
            let last = migration.cutover
            if !migration.isOver { migration.cutover = cutover }
            return (!migration.isOver, last)
        }
        guard mayBegin else { return }
        last?.stop()
        cutover.prepare()
        let doors = state.withLock { ($0.memcachedFrontEnd, $0.respFrontEnd) }
        doors.0?.keyOrigin = cutover
        doors.1?.keyOrigin = cutover
        log.notice("Migration: begun from \(cutover.origin): what is not here yet comes from there.")
        do throws(SystemError) {
            try cutover.run()
        } catch {
            // What has no clock would not end by itself.
            cutover.stop()
            migrationEnded(cutover, .stopped)
            log.warning("Migration: given up: no thread for it: \(error.reason)")
        }
    }

    private func migrationEnded(_ cutover: Cutover, _ end: CutoverEnd) {
        let rows = cutover.facts().rows
        let isPresent = migration.withLock { migration in
            migration.lastRows = rows
            guard migration.cutover === cutover else { return false }
            migration.cutover = nil
            return true
        }
        // Another one may have taken its place.
        guard isPresent else { return }
        let doors = state.withLock { state in
            state.settings.migrateFrom = ""
            if !state.changed.contains("migrate-from") { state.changed.append("migrate-from") }
            return (state.memcachedFrontEnd, state.respFrontEnd)
        }
        doors.0?.keyOrigin = nil
        doors.1?.keyOrigin = nil
        log.notice("Migration: \(end.sentence(cutover.origin)) (\(cutover.summary))")
    }

    var migrationRows: [(name: String, value: String)] {
        let (cutover, last) = migration.withLock { ($0.cutover, $0.lastRows) }
        return cutover?.facts().rows ?? last
    }
}

extension CutoverEnd {
    fileprivate func sentence(_ origin: OriginAddress) -> String {
        switch self {
        case .complete: "done: all keys of \(origin) are here, and it is needed no more"
        case .stopped: "stopped: nothing comes from \(origin) any more"
        case .flushed: "over: everything that \(origin) has was flushed away here"
        case .swapped: "over: the database was exchanged for another"
        case .tooManyKeys: "given up: too many keys went from here to remember them; what did not come is a miss"
        }
    }
}
