// The append log as settings, doors and the beginning of the process' life ask for it.

import Base
import Persistence
import RESP
import Synchronization

extension Control {
    func startRewriting() -> RewritingStart {
        switch appendLog.rewrite() {
        case .started: .started
        case .scheduled: .scheduled
        case .busy: .busy
        case .failed(let reason): .failed(reason)
        }
    }

    func logPlaces() -> (end: UInt64, synced: UInt64)? { appendLog.places }

    func whenLogSynced(through place: UInt64, _ body: @escaping @Sendable () -> Void) {
        appendLog.whenSynced(through: place, body)
    }

    var appendLogFacts: AppendLogFacts {
        let status = appendLog.status
        var facts = AppendLogFacts()
        facts.isOn = status.isOn
        facts.isRewriting = status.isRewriting
        facts.isRewriteScheduled = status.isRewriteScheduled
        facts.rewriteStartedAt = status.rewriteStartedAt
        facts.lastRewriteSeconds = status.lastRewriteSeconds
        facts.lastRewriteSucceeded = status.lastRewriteSucceeded
        facts.rewritesDone = status.rewritesDone
        facts.canWrite = status.trouble == nil
        facts.size = status.size
        facts.baseSize = status.baseSize
        facts.backlog = status.backlog
        facts.delayedSyncs = status.delayedSyncs
        return facts
    }

    /// CONFIG SET appendonly and its settings.
    func applyLog(_ new: Configuration, over old: Configuration) -> ConfigurationRefusal? {
        if new.logSettings != old.logSettings { appendLog.change { $0 = new.logSettings } }
        guard new.isLogged != old.isLogged else { return nil }
        let reason = new.isLogged ? appendLog.turnOn(atOnce: false) : appendLog.startTurningOff()
        guard let reason else { return nil }
        log.warning("CONFIG SET appendonly failed: \(reason)")
        return ConfigurationRefusal(name: "appendonly", reason: .invalid(reason))
    }

    func reloadLog(completion: @escaping @Sendable (String?) -> Void) -> SaveStart {
        guard let frontEnd = state.withLock({ $0.respFrontEnd }) else { return .failed("nobody can read it") }
        return appendLog.startReload(
            { ReplayClient(frontEnd.makeReplay(through: $0)) }, { $0.replay.end() }, completion: completion)
    }

    /// - Returns: false if there is no log.
    func loadLog() throws(LoadFailure) -> Bool {
        guard let frontEnd = state.withLock({ $0.respFrontEnd }) else { return false }
        var client = ReplayClient(frontEnd.makeReplay())
        defer { client.replay.end() }
        return try appendLog.load(&client) { [self] in tellProgress($0) }
    }
}

/// The RESP door's replay, as the log asks for it.
struct ReplayClient: LogReplay {
    let replay: Replay
    private var now = Milliseconds.readClock()
    private var count = 0

    init(_ replay: Replay) { self.replay = replay }

    mutating func perform(_ command: RawSpan) -> ReplayOutcome {
        count += 1
        if count & 255 == 0 { now = Milliseconds.readClock() }
        switch replay.perform(command, now: now) {
        case .done: return .done
        case .refused(let reason): return .refused(reason)
        case .unknown: return .unknown
        }
    }
}

extension Configuration {
    var logSettings: LogSettings {
        var settings = appendLog
        if settings.folder.isEmpty { settings.folder = directory }
        return settings
    }
}
