// The rows of the commands that tell what was noted of others.

extension CommandSpec {
    static let slowlog = CommandSpec(
        "slowlog", arity: -2, [], .server, since: "2.2.12", complexity: "Depends on the subcommand.",
        "Holds the commands about slow commands.", subcommands: SlowLogSubcommand.allCases.map(\.spec))

    static let latency = CommandSpec(
        "latency", arity: -2, [], .server, since: "2.8.13", complexity: "Depends on the subcommand.",
        "Holds the commands about how long things take.", subcommands: LatencySubcommand.allCases.map(\.spec))

    static let monitor = CommandSpec(
        "monitor", arity: 1, [.admin, .noScript, .whileLoading, .whileStale], .server, since: "1.0.0",
        "Shows every command that is served, until RESET or the end.")
}

/// What SLOWLOG can do.
enum SlowLogSubcommand: Int, Subcommand {
    case get, len, reset, help

    var spec: CommandSpec {
        switch self {
        case .get:
            CommandSpec(
                "get", arity: -2, [.admin, .whileLoading, .whileStale], .server, since: "2.2.12",
                complexity: "O(N), N being the number of entries returned",
                "Returns the slow log's entries, the newest first, 10 if no count is given.", syntax: "[count:integer]",
                tips: ["request_policy:all_nodes", "nondeterministic_output"])
        case .len:
            CommandSpec(
                "len", arity: 2, [.admin, .whileLoading, .whileStale], .server, since: "2.2.12",
                "Counts the slow log's entries.",
                tips: ["request_policy:all_nodes", "response_policy:agg_sum", "nondeterministic_output"])
        case .reset:
            CommandSpec(
                "reset", arity: 2, [.admin, .whileLoading, .whileStale], .server, since: "2.2.12",
                complexity: "O(N), N being the number of entries", "Empties the slow log.",
                tips: ["request_policy:all_nodes", "response_policy:all_succeeded"])
        case .help:
            CommandSpec(
                "help", arity: 2, [.whileLoading, .whileStale], .server, since: "6.2.0", "Prints this help.")
        }
    }
}

/// What LATENCY can do.
enum LatencySubcommand: Int, Subcommand {
    case doctor, graph, histogram, history, latest, reset, help

    private static let flags: CommandSpec.Flags = [.admin, .noScript, .whileLoading, .whileStale]
    private static let tips = ["nondeterministic_output", "request_policy:all_nodes", "response_policy:special"]

    var spec: CommandSpec {
        switch self {
        case .doctor:
            CommandSpec(
                "doctor", arity: 2, Self.flags, .server, since: "2.8.13",
                "Says what the samples of events mean, in words.", tips: Self.tips)
        case .graph:
            CommandSpec(
                "graph", arity: 3, Self.flags, .server, since: "2.8.13", "Draws the samples of an event.",
                syntax: "event", tips: Self.tips)
        case .histogram:
            CommandSpec(
                "histogram", arity: -2, Self.flags, .server, since: "7.0.0",
                complexity: "O(N), N being the number of commands asked for",
                "Returns how long commands took, added up by powers of two.", syntax: "[command...]", tips: Self.tips)
        case .history:
            CommandSpec(
                "history", arity: 3, Self.flags, .server, since: "2.8.13", "Returns the samples of an event.",
                syntax: "event", tips: Self.tips)
        case .latest:
            CommandSpec(
                "latest", arity: 2, Self.flags, .server, since: "2.8.13", "Returns the last sample of each event.",
                tips: Self.tips)
        case .reset:
            CommandSpec(
                "reset", arity: -2, Self.flags, .server, since: "2.8.13",
                "Forgets the samples of events, of all if none is named.", syntax: "[event...]",
                tips: ["request_policy:all_nodes", "response_policy:agg_sum"])
        case .help:
            CommandSpec(
                "help", arity: 2, [.whileLoading, .whileStale], .server, since: "2.8.13", "Prints this help.")
        }
    }
}

/// What MEMORY can do.
enum MemorySubcommand: Int, Subcommand {
    case usage, stats, doctor, purge, mallocStats, help

    var spec: CommandSpec {
        switch self {
        case .usage:
            CommandSpec(
                "usage", arity: -3, .read, .server, keys: .one("RO", at: 2), since: "4.0.0",
                "Estimates the bytes that a key takes.", syntax: "key [SAMPLES count:integer]")
        case .stats:
            CommandSpec(
                "stats", arity: 2, [], .server, since: "4.0.0", "Tells what holds memory.",
                tips: ["nondeterministic_output", "request_policy:all_shards", "response_policy:special"])
        case .doctor:
            CommandSpec(
                "doctor", arity: 2, [], .server, since: "4.0.0", "Says what is wrong with memory, in words.",
                tips: ["nondeterministic_output", "request_policy:all_shards", "response_policy:special"])
        case .purge:
            CommandSpec(
                "purge", arity: 2, [], .server, since: "4.0.0", complexity: "Depends on how much there is to give back",
                "Has the allocator give the system what it has free.",
                tips: ["request_policy:all_shards", "response_policy:all_succeeded"])
        case .mallocStats:
            CommandSpec(
                "malloc-stats", arity: 2, [], .server, since: "4.0.0", "Tells what the allocator says of itself.",
                tips: ["nondeterministic_output", "request_policy:all_shards", "response_policy:special"])
        case .help:
            CommandSpec(
                "help", arity: 2, [.whileLoading, .whileStale], .server, since: "4.0.0",
                "Prints this help.")
        }
    }
}
