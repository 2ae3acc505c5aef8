// The rows of XGROUP and XINFO.

/// What XGROUP can do.
enum XGroupSubcommand: Int, Subcommand {
    case create, createconsumer, delconsumer, destroy, setid, help

    var spec: CommandSpec {
        switch self {
        case .create:
            CommandSpec(
                "create", arity: -5, [.write, .deniedWhenFull], .stream, .stream, keys: .one("RW insert", at: 2),
                since: "5.0.0", "Makes a group that reads what comes behind an ID, or behind the last one.",
                syntax: "key groupname (id|$) [MKSTREAM] [ENTRIESREAD entries-read:integer]")
        case .createconsumer:
            CommandSpec(
                "createconsumer", arity: 5, [.write, .deniedWhenFull], .stream, .stream,
                keys: .one("RW insert", at: 2), since: "6.2.0", "Makes a consumer of a group.",
                syntax: "key groupname consumername")
        case .delconsumer:
            CommandSpec(
                "delconsumer", arity: 5, .write, .stream, .stream, keys: .one("RW delete", at: 2), since: "5.0.0",
                complexity: "O(N), N being the number of entries that it has pending",
                "Ends a consumer and returns how many entries it had pending.",
                syntax: "key groupname consumername")
        case .destroy:
            CommandSpec(
                "destroy", arity: 4, .write, .stream, .stream, keys: .one("RW delete", at: 2), since: "5.0.0",
                complexity: "O(N), N being the number of entries that it has pending", "Ends a group.",
                syntax: "key groupname")
        case .setid:
            CommandSpec(
                "setid", arity: -5, .write, .stream, .stream, keys: .one("RW update", at: 2), since: "5.0.0",
                "Says what a group has read last.",
                syntax: "key groupname (id|$) [ENTRIESREAD entries-read:integer]")
        case .help:
            CommandSpec(
                "help", arity: 2, [.whileLoading, .whileStale], .stream, .stream, since: "5.0.0",
                "Prints this help.")
        }
    }
}

/// What XINFO can do.
enum XInfoSubcommand: Int, Subcommand {
    case stream, groups, consumers, help

    var spec: CommandSpec {
        switch self {
        case .stream:
            CommandSpec(
                "stream", arity: -3, .read, .stream, .stream, keys: .one("RO access", at: 2), since: "5.0.0",
                complexity: "O(N), N being the number of the stream's blocks",
                "Describes a stream, with FULL its entries and groups too.",
                syntax: "key [FULL [COUNT count:integer]]")
        case .groups:
            CommandSpec(
                "groups", arity: 3, .read, .stream, .stream, keys: .one("RO access", at: 2), since: "5.0.0",
                "Describes the groups of a stream.", syntax: "key")
        case .consumers:
            CommandSpec(
                "consumers", arity: 4, .read, .stream, .stream, keys: .one("RO access", at: 2), since: "5.0.0",
                "Describes the consumers of a group.", syntax: "key groupname", tips: ["nondeterministic_output"])
        case .help:
            CommandSpec(
                "help", arity: 2, [.whileLoading, .whileStale], .stream, .stream, since: "5.0.0",
                "Prints this help.")
        }
    }
}
