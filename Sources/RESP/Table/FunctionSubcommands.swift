// The rows of FUNCTION's subcommands.

/// What FUNCTION can do.
enum FunctionSubcommand: Int, Subcommand {
    case flush, kill, stats, dump, delete, load, list, help, restore

    private static var changes: CommandSpec.Flags { [.noScript, .write] }
    private static var forAll: [String] { ["request_policy:all_shards", "response_policy:all_succeeded"] }

    var spec: CommandSpec {
        switch self {
        case .flush:
            CommandSpec(
                "flush", arity: -2, Self.changes, .scripting, .scripting, since: "7.0.0",
                complexity: "O(N), N being the number of functions", "Deletes all libraries.", syntax: "[ASYNC|SYNC]",
                tips: Self.forAll)
        case .kill:
            CommandSpec(
                "kill", arity: 2, [.noScript, .whileBusy], .scripting, .scripting, since: "7.0.0",
                "Ends the functions that are running, unless they have written.",
                tips: ["request_policy:all_shards", "response_policy:one_succeeded"])
        case .stats:
            CommandSpec(
                "stats", arity: 2, [.noScript, .whileBusy], .scripting, .scripting, since: "7.0.0",
                "Tells which function is running, and how many there are.",
                tips: ["nondeterministic_output", "request_policy:all_shards", "response_policy:special"])
        case .dump:
            CommandSpec(
                "dump", arity: 2, .noScript, .scripting, .scripting, since: "7.0.0",
                complexity: "O(N), N being the number of functions", "Returns all libraries as bytes.")
        case .delete:
            CommandSpec(
                "delete", arity: 3, Self.changes, .scripting, .scripting, since: "7.0.0",
                "Deletes a library and its functions.", syntax: "library-name", tips: Self.forAll)
        case .load:
            CommandSpec(
                "load", arity: -3, Self.changes.union(.deniedWhenFull), .scripting, .scripting, since: "7.0.0",
                complexity: "O(1), without the time that the library takes", "Makes a library of functions.",
                syntax: "[REPLACE] function-code", tips: Self.forAll)
        case .list:
            CommandSpec(
                "list", arity: -2, .noScript, .scripting, .scripting, since: "7.0.0",
                complexity: "O(N), N being the number of functions", "Describes libraries and their functions.",
                syntax: "[LIBRARYNAME library-name-pattern] [WITHCODE]", tips: ["nondeterministic_output_order"])
        case .help:
            CommandSpec(
                "help", arity: 2, [.whileLoading, .whileStale], .scripting, .scripting, since: "7.0.0",
                "Prints this help.")
        case .restore:
            CommandSpec(
                "restore", arity: -3, Self.changes.union(.deniedWhenFull), .scripting, .scripting, since: "7.0.0",
                complexity: "O(N), N being the number of functions in the payload",
                "Makes the libraries of a payload that FUNCTION DUMP returned.",
                syntax: "serialized-value [FLUSH|APPEND|REPLACE]", tips: Self.forAll)
        }
    }
}
