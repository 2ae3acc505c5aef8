// The rows of ACL.

extension CommandSpec {
    static let acl = CommandSpec(
        "acl", arity: -2, [], .server, since: "6.0.0", complexity: "Depends on the subcommand.",
        "Holds the commands about users and their permissions.", subcommands: AccessSubcommand.allCases.map(\.spec))
}

/// What ACL can do.
enum AccessSubcommand: Int, Subcommand {
    case cat, deluser, dryrun, genpass, getuser, help, list, load, log, save, setuser, users, whoami

    private static let admin: CommandSpec.Flags = [.admin, .noScript, .whileLoading, .whileStale]
    private static let open: CommandSpec.Flags = [.noScript, .whileLoading, .whileStale]

    var spec: CommandSpec {
        switch self {
        case .cat:
            CommandSpec(
                "cat", arity: -2, Self.open, .server, since: "6.0.0", complexity: "O(1)",
                "Lists the access categories, or the commands of one.", syntax: "[category]")
        case .deluser:
            CommandSpec(
                "deluser", arity: -3, Self.admin, .server, since: "6.0.0", complexity: "O(N), N being the connections",
                "Deletes users and closes their connections.", syntax: "username...",
                tips: ["request_policy:all_nodes", "response_policy:all_succeeded"])
        case .dryrun:
            CommandSpec(
                "dryrun", arity: -4, Self.admin, .server, since: "7.0.0",
                "Tells whether a user might run a command, without running it.", syntax: "username command [arg...]")
        case .genpass:
            CommandSpec(
                "genpass", arity: -2, Self.open, .server, since: "6.0.0",
                "Makes a password of 256 bits, or as many as are asked for.", syntax: "[bits:integer]")
        case .getuser:
            CommandSpec(
                "getuser", arity: 3, Self.admin, .server, since: "6.0.0", complexity: "O(N), N being the rules",
                "Tells the rules of a user.", syntax: "username")
        case .help:
            CommandSpec(
                "help", arity: 2, [.whileLoading, .whileStale], .server, since: "6.0.0", "Prints this help.")
        case .list:
            CommandSpec(
                "list", arity: 2, Self.admin, .server, since: "6.0.0", complexity: "O(N), N being the users",
                "Tells the rules of all users, as lines of a file.")
        case .load:
            CommandSpec(
                "load", arity: 2, Self.admin, .server, since: "6.0.0", complexity: "O(N), N being the users",
                "Reads the users again from the ACL file, all or none.")
        case .log:
            CommandSpec(
                "log", arity: -2, Self.admin, .server, since: "6.0.0", complexity: "O(N), N being the entries shown",
                "Tells what was refused lately, or forgets it.", syntax: "[count:integer|RESET]")
        case .save:
            CommandSpec(
                "save", arity: 2, Self.admin, .server, since: "6.0.0", complexity: "O(N), N being the users",
                "Writes the users to the ACL file.",
                tips: ["request_policy:all_nodes", "response_policy:all_succeeded"])
        case .setuser:
            CommandSpec(
                "setuser", arity: -3, Self.admin, .server, since: "6.0.0", complexity: "O(N), N being the rules",
                "Makes a user or changes one.", syntax: "username [rule...]",
                tips: ["request_policy:all_nodes", "response_policy:all_succeeded"])
        case .users:
            CommandSpec(
                "users", arity: 2, Self.admin, .server, since: "6.0.0", complexity: "O(N), N being the users",
                "Lists the names of all users.")
        case .whoami:
            CommandSpec(
                "whoami", arity: 2, Self.open, .server, since: "6.0.0", "Tells the user of this connection.")
        }
    }
}
