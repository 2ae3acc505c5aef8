// The rows of what CLIENT can do.

/// What CLIENT can do.
enum ClientSubcommand: Int, Subcommand {
    case id, getname, setname, setinfo, info, list, kill, unblock, pause, unpause, reply, noEvict, noTouch, getredir
    case trackinginfo, tracking, caching, help

    private static let flags: CommandSpec.Flags = [.noScript, .whileLoading, .whileStale]

    var spec: CommandSpec {
        switch self {
        case .id:
            CommandSpec(
                "id", arity: 2, [.noScript, .whileLoading, .whileStale], .connection, .connection,
                since: "5.0.0", "Returns the number of this connection.")
        case .getname:
            CommandSpec(
                "getname", arity: 2, [.noScript, .whileLoading, .whileStale], .connection, .connection,
                since: "2.6.9", "Returns the name of this connection.")
        case .setname:
            CommandSpec(
                "setname", arity: 3, [.noScript, .whileLoading, .whileStale], .connection, .connection,
                since: "2.6.9", "Gives this connection a name.", syntax: "connection-name")
        case .setinfo:
            CommandSpec(
                "setinfo", arity: 4, [.noScript, .whileLoading, .whileStale], .connection, .connection,
                since: "7.2.0", "Remembers which library the client uses, and its version.",
                syntax: "(LIB-NAME libname|LIB-VER libver)")
        case .info:
            CommandSpec(
                "info", arity: 2, [.noScript, .whileLoading, .whileStale], .connection, .connection,
                since: "6.2.0", "Describes this connection.", tips: ["nondeterministic_output"])
        case .list:
            CommandSpec(
                "list", arity: -2, [.admin, .noScript, .whileLoading, .whileStale], .connection,
                .connection, since: "2.4.0", complexity: "O(N), N being the number of connections",
                "Describes connections.",
                syntax: "[TYPE normal-master-replica-pubsub] [ID client-id:integer...]",
                tips: ["nondeterministic_output"])
        case .kill:
            CommandSpec(
                "kill", arity: -3, [.admin, .noScript, .whileLoading, .whileStale], .connection,
                .connection, since: "2.4.0", complexity: "O(N), N being the number of connections",
                "Closes connections.",
                syntax: "ip:port [ID client-id:integer] [TYPE normal-master-replica-pubsub] [USER "
                    + "username] [ADDR ip:port] [LADDR ip:port] [SKIPME yes-no]")
        case .unblock:
            CommandSpec(
                "unblock", arity: -3, [.admin, .noScript, .whileLoading, .whileStale], .connection,
                .connection, since: "5.0.0", "Ends another client's waiting.",
                syntax: "client-id:integer [TIMEOUT|ERROR]")
        case .pause:
            CommandSpec(
                "pause", arity: -3, [.admin, .noScript, .whileLoading, .whileStale], .connection, .connection,
                since: "3.0.0", "Holds clients up for a while, all or those that write.",
                syntax: "timeout:integer [WRITE|ALL]")
        case .unpause:
            CommandSpec(
                "unpause", arity: 2, [.admin, .noScript, .whileLoading, .whileStale], .connection, .connection,
                since: "6.2.0", complexity: "O(N), N being the number of clients that wait", "Ends a pause.")
        case .reply:
            CommandSpec(
                "reply", arity: 3, Self.flags, .connection, .connection, since: "3.2.0",
                "Says whether this connection wants replies.", syntax: "(ON|OFF|SKIP)")
        case .noEvict:
            CommandSpec(
                "no-evict", arity: 3, [.admin, .noScript, .whileLoading, .whileStale], .connection, .connection,
                since: "7.0.0", "Spares this connection when clients hold too much memory.", syntax: "(ON|OFF)")
        case .noTouch:
            CommandSpec(
                "no-touch", arity: 3, Self.flags, .connection, .connection, since: "7.2.0",
                "Has what this connection does count as no use of keys.", syntax: "(ON|OFF)")
        case .getredir:
            CommandSpec(
                "getredir", arity: 2, Self.flags, .connection, .connection, since: "6.0.0",
                "Returns who is told of changes instead of this connection: 0 nobody, -1 if tracking is off.")
        case .trackinginfo:
            CommandSpec(
                "trackinginfo", arity: 2, Self.flags, .connection, .connection, since: "6.2.0",
                "Tells what this connection is told of changes.")
        case .tracking:
            CommandSpec(
                "tracking", arity: -3, Self.flags, .connection, .connection, since: "6.0.0",
                complexity: "O(1), or O(N) with PREFIX, N being the number of all clients' prefixes",
                "Has this connection told when keys change that it read, or that begin with a prefix.",
                syntax: "(ON|OFF) [REDIRECT client-id:integer] [PREFIX prefix...] [BCAST] [OPTIN] [OPTOUT] [NOLOOP]")
        case .caching:
            CommandSpec(
                "caching", arity: 3, Self.flags, .connection, .connection, since: "6.0.0",
                "Says whether to remember what the next command or transaction reads.", syntax: "(YES|NO)")
        case .help:
            CommandSpec(
                "help", arity: 2, [.whileLoading, .whileStale], .connection, .connection,
                since: "5.0.0", "Prints this help.")
        }
    }
}
