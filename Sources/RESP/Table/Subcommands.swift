// The rows of subcommands. Each set is an enum, so that its dispatch is complete or does not compile.

/// A set of subcommands; raw values are positions in the container's `spec.subcommands`.
protocol Subcommand: RawRepresentable, CaseIterable where RawValue == Int {
    var spec: CommandSpec { get }
}

/// What CONFIG can do.
enum ConfigSubcommand: Int, Subcommand {
    case get, set, resetstat, rewrite, help

    var spec: CommandSpec {
        switch self {
        case .get:
            CommandSpec(
                "get", arity: -3, [.admin, .noScript, .whileLoading, .whileStale], .server,
                since: "2.0.0", complexity: "O(N), N being the number of settings",
                "Returns the settings that match the patterns.", syntax: "parameter...")
        case .set:
            CommandSpec(
                "set", arity: -4, [.admin, .noScript, .whileLoading, .whileStale], .server,
                since: "2.0.0", complexity: "O(N), N being the number of settings given",
                "Changes settings, all or none.", syntax: "(parameter value)...",
                tips: ["request_policy:all_nodes", "response_policy:all_succeeded"])
        case .resetstat:
            CommandSpec(
                "resetstat", arity: 2, [.admin, .noScript, .whileLoading, .whileStale], .server,
                since: "2.0.0", "Sets the counters of INFO back to 0.")
        case .rewrite:
            CommandSpec(
                "rewrite", arity: 2, [.admin, .noScript, .whileLoading, .whileStale], .server,
                since: "2.8.0", "Writes the present settings to the configuration file.")
        case .help:
            CommandSpec(
                "help", arity: 2, [.whileLoading, .whileStale], .server, since: "5.0.0",
                "Prints this help.")
        }
    }
}

/// What COMMAND can do.
enum CommandSubcommand: Int, Subcommand {
    case count, docs, info, list, getkeys, getkeysandflags, help

    var spec: CommandSpec {
        switch self {
        case .count:
            CommandSpec(
                "count", arity: 2, [.whileLoading, .whileStale], .server, .connection, since: "2.8.13",
                "Counts the commands.")
        case .docs:
            CommandSpec(
                "docs", arity: -2, [.whileLoading, .whileStale], .server, .connection, since: "7.0.0",
                complexity: "O(N), N being the number of commands asked for",
                "Returns the documentation of commands.", syntax: "[command-name...]",
                tips: ["nondeterministic_output_order"])
        case .info:
            CommandSpec(
                "info", arity: -2, [.whileLoading, .whileStale], .server, .connection, since: "2.8.13",
                complexity: "O(N), N being the number of commands asked for",
                "Returns what a client needs to know of commands.", syntax: "[command-name...]",
                tips: ["nondeterministic_output_order"])
        case .list:
            CommandSpec(
                "list", arity: -2, [.whileLoading, .whileStale], .server, .connection, since: "7.0.0",
                complexity: "O(N), N being the number of commands", "Returns the names of commands.",
                syntax: "[FILTERBY (MODULE module-name|ACLCAT category|PATTERN pattern)]",
                tips: ["nondeterministic_output_order"])
        case .getkeys:
            CommandSpec(
                "getkeys", arity: -3, [.whileLoading, .whileStale], .server, .connection,
                since: "2.8.13", complexity: "O(N), N being the number of arguments",
                "Returns the keys of a full command.", syntax: "command [arg...]")
        case .getkeysandflags:
            CommandSpec(
                "getkeysandflags", arity: -3, [.whileLoading, .whileStale], .server, .connection,
                since: "7.0.0", complexity: "O(N), N being the number of arguments",
                "Returns the keys of a full command and what is done to them.",
                syntax: "command [arg...]")
        case .help:
            CommandSpec(
                "help", arity: 2, [.whileLoading, .whileStale], .server, .connection, since: "5.0.0",
                "Prints this help.")
        }
    }
}

/// What OBJECT can do.
enum ObjectSubcommand: Int, Subcommand {
    case encoding, freq, idletime, refcount, help

    var spec: CommandSpec {
        switch self {
        case .encoding:
            CommandSpec(
                "encoding", arity: 3, .read, .generic, .keyspace, keys: .one("RO", at: 2),
                since: "2.2.3", "Tells how a value is kept.", syntax: "key",
                tips: ["nondeterministic_output"])
        case .freq:
            CommandSpec(
                "freq", arity: 3, .read, .generic, .keyspace, keys: .one("RO", at: 2), since: "4.0.0",
                "Tells how often a key was used of late, as a logarithm.", syntax: "key",
                tips: ["nondeterministic_output"])
        case .idletime:
            CommandSpec(
                "idletime", arity: 3, .read, .generic, .keyspace, keys: .one("RO", at: 2),
                since: "2.2.3", "Tells how many seconds a key was not used.", syntax: "key",
                tips: ["nondeterministic_output"])
        case .refcount:
            CommandSpec(
                "refcount", arity: 3, .read, .generic, .keyspace, keys: .one("RO", at: 2),
                since: "2.2.3", "Tells how many names a value has.", syntax: "key",
                tips: ["nondeterministic_output"])
        case .help:
            CommandSpec(
                "help", arity: 2, [.whileLoading, .whileStale], .generic, .keyspace, since: "6.2.0",
                "Prints this help.")
        }
    }
}

/// What MODULE can do.
enum ModuleSubcommand: Int, Subcommand {
    case list, load, loadex, unload, help

    private static let changing: CommandSpec.Flags = [.admin, .noScript, .notWhileReplacing]

    var spec: CommandSpec {
        switch self {
        case .list:
            CommandSpec(
                "list", arity: 2, [.admin, .noScript], .server, since: "4.0.0",
                "Returns the loaded modules: none.", tips: ["nondeterministic_output_order"])
        case .load:
            CommandSpec(
                "load", arity: -3, Self.changing, .server, since: "4.0.0", "Loads a module: always refused.",
                syntax: "path [arg...]")
        case .loadex:
            CommandSpec(
                "loadex", arity: -3, Self.changing, .server, since: "7.0.0", "Loads a module: always refused.",
                syntax: "path [(CONFIG name value)...] [ARGS arg...]")
        case .unload:
            CommandSpec(
                "unload", arity: 3, Self.changing, .server, since: "4.0.0", "Unloads a module: always refused.",
                syntax: "name")
        case .help:
            CommandSpec(
                "help", arity: 2, [.whileLoading, .whileStale], .server, since: "5.0.0",
                "Prints this help.")
        }
    }
}
