// The rows of the commands that run scripts and functions.

extension CommandSpec {
    private static func runs(
        _ name: String, reads: Bool, since: String, _ summary: String, _ what: String
    ) -> CommandSpec {
        let flags: Flags = [.noScript, .whileStale, .skipsMonitor, .mayHaveNoKeys, .movableKeys]
        return CommandSpec(
            name, arity: -3, reads ? flags.union(.read) : flags, .scripting, .scripting,
            keys: .counted(reads ? "RO access" : "RW access update", at: 2), since: since,
            complexity: "That of what is executed.", summary,
            syntax: "\(what) numkeys:integer [key...] [arg...]")
    }

    static let eval = runs("eval", reads: false, since: "2.6.0", "Executes a script.", "script")
    static let evalRO = runs(
        "eval_ro", reads: true, since: "7.0.0", "Executes a script that may not write.", "script")
    static let evalsha = runs(
        "evalsha", reads: false, since: "2.6.0", "Executes the script of the cache that has this digest.", "sha1")
    static let evalshaRO = runs(
        "evalsha_ro", reads: true, since: "7.0.0",
        "Executes the script of the cache that has this digest; it may not write.", "sha1")

    static let fcall = runs(
        "fcall", reads: false, since: "7.0.0", "Calls a function of a library.", "function")
    static let fcallRO = runs(
        "fcall_ro", reads: true, since: "7.0.0", "Calls a function of a library that may not write.", "function")
    static let function = CommandSpec(
        "function", arity: -2, [], .scripting, since: "7.0.0", complexity: "Depends on subcommand.",
        "What concerns libraries of functions.", subcommands: FunctionSubcommand.allCases.map(\.spec))

    static let script = CommandSpec(
        "script", arity: -2, [], .scripting, since: "2.6.0", complexity: "Depends on subcommand.",
        "What concerns the cache of scripts.", subcommands: ScriptSubcommand.allCases.map(\.spec))
}

/// What SCRIPT can do.
enum ScriptSubcommand: Int, Subcommand {
    case flush, kill, load, debug, exists, help

    var spec: CommandSpec {
        switch self {
        case .flush:
            CommandSpec(
                "flush", arity: -2, .noScript, .scripting, .scripting, since: "2.6.0",
                complexity: "O(N), N being the number of scripts", "Empties the cache of scripts.",
                syntax: "[ASYNC|SYNC]", tips: ["request_policy:all_nodes", "response_policy:all_succeeded"])
        case .kill:
            CommandSpec(
                "kill", arity: 2, [.noScript, .whileBusy], .scripting, .scripting, since: "2.6.0",
                "Ends the scripts that are running, unless they have written.",
                tips: ["request_policy:all_shards", "response_policy:one_succeeded"])
        case .load:
            CommandSpec(
                "load", arity: 3, [.noScript, .whileStale], .scripting, .scripting, since: "2.6.0",
                complexity: "O(N), N being the length of the script", "Puts a script into the cache.",
                syntax: "script", tips: ["request_policy:all_nodes", "response_policy:all_succeeded"])
        case .debug:
            CommandSpec(
                "debug", arity: 3, .noScript, .scripting, .scripting, since: "3.2.0",
                "Not there: scripts can not be run step by step.", syntax: "(YES|SYNC|NO)")
        case .exists:
            CommandSpec(
                "exists", arity: -3, .noScript, .scripting, .scripting, since: "2.6.0",
                complexity: "O(N), N being the number of scripts", "Tells whether the cache has scripts.",
                syntax: "sha1...", tips: ["request_policy:all_shards", "response_policy:agg_logical_and"])
        case .help:
            CommandSpec(
                "help", arity: 2, [.whileLoading, .whileStale], .scripting, .scripting, since: "5.0.0",
                "Prints this help.")
        }
    }
}
