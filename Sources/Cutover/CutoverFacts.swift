// What is told of a take-over: counts as it goes, and what INFO and stats show.

import Base
import Synchronization

/// Counted by whatever thread.
final class CutoverCounts: Sendable {
    /// Keys that requests waited for, and that came.
    let fetched = Atomic<Int>(0)
    /// Keys that the old server does not have either.
    let missing = Atomic<Int>(0)
    /// Came, and were decided meanwhile.
    let decided = Atomic<Int>(0)
    /// Not waited for any longer.
    let timeouts = Atomic<Int>(0)
    /// Not asked for: no connection, or an open breaker.
    let unreachable = Atomic<Int>(0)
    let unstored = Atomic<Int>(0)
    let refused = Atomic<Int>(0)
    let swept = Atomic<Int>(0)
    /// Connections to the old server that ended unasked.
    let lostLinks = Atomic<Int>(0)
}

/// Where the sweep stands.
struct SweepState: Sendable {
    enum Stage: String, Sendable {
        case waiting, listing, done
        /// The old server does not list its keys.
        case impossible
    }

    var stage = Stage.waiting
    /// Keys that the old server has told of, in this round.
    var listed = 0
    /// Rounds begun, also anew after the old server went away.
    var rounds = 0
}

/// Rows of INFO and stats.
public struct CutoverFacts: Sendable {
    public var rows: [(name: String, value: String)] = []
}

extension Cutover {
    /// In a few words, for the log.
    public var summary: String {
        let (fetched, swept) = (counts.fetched.load(ordering: .relaxed), counts.swept.load(ordering: .relaxed))
        let unstored = counts.unstored.load(ordering: .relaxed)
        let refused = counts.refused.load(ordering: .relaxed)
        var text = "\(fetched) items came when asked for, \(swept) by themselves"
        if unstored > 0 { text += ", \(unstored) found no room" }
        if refused > 0 { text += ", \(refused) could not be had" }
        return text
    }

    /// What INFO and `stats` show: names that begin with `migrate_`.
    public func facts() -> CutoverFacts {
        let sweep = sweepState.look { $0 }
        let links = isOver ? 0 : sides.count(where: { $0.isLinked })
        func value(_ count: borrowing Atomic<Int>) -> String { "\(count.load(ordering: .relaxed))" }
        return CutoverFacts(rows: [
            ("migrate_from", origin.description),
            ("migrate_status", endReason?.word ?? (links == 0 ? "unreachable" : breaker.isOpen ? "silent" : "running")),
            ("migrate_connections", "\(links)"),
            ("migrate_pending", "\(fetches.count)"),
            ("migrate_fetched", value(counts.fetched)),
            ("migrate_missing", value(counts.missing)),
            ("migrate_timeouts", value(counts.timeouts)),
            ("migrate_unreachable", value(counts.unreachable)),
            ("migrate_decided", value(counts.decided)),
            ("migrate_unstored", value(counts.unstored)),
            ("migrate_refused", value(counts.refused)),
            ("migrate_lost_connections", value(counts.lostLinks)),
            ("migrate_sweep", sweep.stage.rawValue),
            ("migrate_sweep_rounds", "\(sweep.rounds)"),
            ("migrate_listed", "\(sweep.listed)"),
            ("migrate_swept", value(counts.swept)),
            ("migrate_tombstones", "\(tombstones.count)"),
            ("migrate_tombstone_bytes", "\(tombstones.size)"),
        ])
    }
}

extension CutoverEnd {
    /// As `migrate_status` tells it.
    public var word: String {
        switch self {
        case .complete: "done"
        case .stopped: "stopped"
        case .flushed: "flushed"
        case .swapped: "swapped"
        case .tooManyKeys: "given_up"
        }
    }
}
