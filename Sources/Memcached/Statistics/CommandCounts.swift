// The counters of `stats`, for those who want numbers and not rows.

import Base

/// How often a command came to an outcome.
public struct CommandCount: Sendable {
    /// As memcached's `stats` names it.
    public let command: String
    /// `hit` or `miss`, of cas also `badval`; of storage commands `received` counts all.
    public let outcome: String
    /// Since the start or the last `stats reset`.
    public let count: Int
}

extension MemcachedFrontEnd {
    /// Source: memcached doc/protocol.txt, "General-purpose statistics".
    public var commandCounts: [CommandCount] {
        func count(_ command: String, _ outcome: String, _ counter: MemcachedCounter) -> CommandCount {
            CommandCount(command: command, outcome: outcome, count: counters.total(counter))
        }
        func count(_ command: String, _ outcome: String, _ counter: ClassCounter) -> CommandCount {
            CommandCount(command: command, outcome: outcome, count: classCounters.total(counter))
        }
        return [
            count("get", "hit", .getHits), count("get", "miss", .getMisses),
            count("set", "received", .cmdSet), count("set", "too_large", .storeTooLarge),
            count("set", "no_memory", .storeNoMemory),
            count("cas", "hit", .casHits), count("cas", "miss", .casMisses), count("cas", "badval", .casBadValue),
            count("delete", "hit", .deleteHits), count("delete", "miss", .deleteMisses),
            count("incr", "hit", .incrHits), count("incr", "miss", .incrMisses),
            count("decr", "hit", .decrHits), count("decr", "miss", .decrMisses),
            count("touch", "hit", .touchHits), count("touch", "miss", .touchMisses),
            count("flush", "done", .cmdFlush), count("meta", "done", .cmdMeta),
            count("auth", "tried", .authCommands), count("auth", "failed", .authErrors),
        ]
    }

    /// Lines that watchers did not get because they read too slowly.
    public var droppedLineCount: Int { hub.counts.dropped }
}
