// Connections that the next MIGRATE will probably want again: a key at a time is how many move a keyspace, and each
// closed connection keeps a port busy for a minute. Source: Redis migrateGetSocket.

import Base
import Synchronization

final class MigrationTargets: Sendable {
    private struct Kept {
        let target: MigrationTarget
        let usedAt: Milliseconds
    }

    /// The one used last at the end. The lock is for a few instructions: whoever has it wants no shard.
    private let kept = Mutex<[Kept]>([])

    /// A connection to that server by that login, where all replies were read; nil if there is none that still stands.
    func take(_ name: MigrationTarget.Name, timeout: Int64) -> MigrationTarget? {
        while true {
            let found = kept.withLock { kept in
                kept.lastIndex { $0.target.name == name }.map { kept.remove(at: $0).target }
            }
            guard var target = found else { return nil }
            if target.begin(timeout: timeout) { return target }
        }
    }

    func keep(_ target: MigrationTarget, now: Milliseconds) {
        kept.withLock { kept in
            if kept.count == RESPLimits.migrationTargetsKept { kept.removeFirst() }
            kept.append(Kept(target: target, usedAt: now))
        }
    }

    /// Closes what nobody has used for a while. A few times a second.
    func tick(now: Milliseconds) {
        kept.withLock { kept in
            if kept.isEmpty { return }
            kept.removeAll { now.rawValue &- $0.usedAt.rawValue > RESPLimits.migrationTargetMilliseconds }
        }
    }

    var count: Int { kept.withLock { $0.count } }
}
