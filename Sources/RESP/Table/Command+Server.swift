// The rows of the commands on the connection and the server.

extension CommandSpec {
    static let hello = CommandSpec(
        "hello", arity: -1, .always, .connection, .connection, since: "6.0.0",
        "Begins a conversation: protocol version, authentication, name.",
        syntax: "[protover:integer [AUTH username password] [SETNAME clientname]]")

    static let ping = CommandSpec(
        "ping", arity: -1, .fast, .connection, .connection, since: "1.0.0",
        "Answers PONG, or the message.", syntax: "[message]",
        tips: ["request_policy:all_shards", "response_policy:all_succeeded"])

    static let echo = CommandSpec(
        "echo", arity: 2, [.whileLoading, .whileStale, .fast], .connection, .connection, since: "1.0.0",
        "Answers the message.", syntax: "message")

    static let quit = CommandSpec(
        "quit", arity: -1, .always, .connection, .connection, since: "1.0.0", "Ends the conversation.")

    static let reset = CommandSpec(
        "reset", arity: 1, .always, .connection, .connection, since: "6.2.0",
        "Puts the connection back to how it began.")

    static let select = CommandSpec(
        "select", arity: 2, [.whileLoading, .whileStale, .fast], .connection, .connection,
        since: "1.0.0", "Chooses the database of this connection.", syntax: "index:integer")

    static let auth = CommandSpec(
        "auth", arity: -2, .always, .connection, .connection, since: "1.0.0",
        "Authenticates the connection.", syntax: "[username] password")

    static let client = CommandSpec(
        "client", arity: -2, [], .connection, since: "2.4.0", complexity: "Depends on the subcommand.",
        "Holds the commands about connections.", subcommands: ClientSubcommand.allCases.map(\.spec))

    static let wait = CommandSpec(
        "wait", arity: 3, .blocking, .generic, .connection, since: "3.0.0",
        "Waits for replicas to have what was written; here there are none.",
        syntax: "numreplicas:integer timeout:integer",
        tips: ["request_policy:all_shards", "response_policy:agg_min"])

    static let waitaof = CommandSpec(
        "waitaof", arity: 4, [.noScript, .blocking], .generic, .connection, since: "7.2.0",
        "Waits for append logs to be on disk with what was written; here there are none.",
        syntax: "numlocal:integer numreplicas:integer timeout:integer",
        tips: ["request_policy:all_shards", "response_policy:agg_min"])

    static let info = CommandSpec(
        "info", arity: -1, [.whileLoading, .whileStale], .server, .dangerous, since: "1.0.0",
        "Tells what the server is and what it went through.", syntax: "[section...]",
        tips: ["nondeterministic_output", "request_policy:all_shards", "response_policy:special"])

    static let config = CommandSpec(
        "config", arity: -2, [], .server, since: "2.0.0", complexity: "Depends on the subcommand.",
        "Holds the commands about settings.", subcommands: ConfigSubcommand.allCases.map(\.spec))

    static let command = CommandSpec(
        "command", arity: -1, [.whileLoading, .whileStale], .server, .connection, since: "2.8.13",
        complexity: "O(N), N being the number of commands", "Describes the commands of this server.",
        tips: ["nondeterministic_output_order"], subcommands: CommandSubcommand.allCases.map(\.spec))

    static let time = CommandSpec(
        "time", arity: 1, [.whileLoading, .whileStale, .fast], .server, since: "2.6.0",
        "Tells the Unix time in seconds and microseconds.", tips: ["nondeterministic_output"])

    static let memory = CommandSpec(
        "memory", arity: -2, [], .server, since: "4.0.0", complexity: "Depends on the subcommand.",
        "Holds the commands about memory.", subcommands: MemorySubcommand.allCases.map(\.spec))

    static let lolwut = CommandSpec(
        "lolwut", arity: -1, [.read, .fast], .server, since: "5.0.0",
        "Draws a picture, and tells the server's version.", syntax: "[VERSION version:integer]")

    static let role = CommandSpec(
        "role", arity: 1, [.admin, .noScript, .whileLoading, .whileStale, .fast], .server,
        since: "2.8.12", "Tells the part this server has in replication.")

    static let module = CommandSpec(
        "module", arity: -2, [], .server, since: "4.0.0", complexity: "Depends on the subcommand.",
        "Holds the commands about modules.", subcommands: ModuleSubcommand.allCases.map(\.spec))

    static let shutdown = CommandSpec(
        "shutdown", arity: -1,
        [.admin, .noScript, .whileLoading, .whileStale, .noTransaction, .whileBusy], .server,
        since: "1.0.0", complexity: "O(N) if it saves, N being the number of keys", "Stops the server.",
        syntax: "[NOSAVE|SAVE] [NOW] [FORCE] [ABORT]")

    static let save = CommandSpec(
        "save", arity: 1, [.admin, .noScript, .notWhileReplacing, .noTransaction], .server, since: "1.0.0",
        complexity: "O(N), N being the number of keys in all databases", "Saves all databases and waits for it.")

    static let bgrewriteaof = CommandSpec(
        "bgrewriteaof", arity: 1, [.admin, .noScript, .notWhileReplacing], .server, since: "1.0.0",
        "Asynchronously rewrites the append-only file to disk.")
    static let bgsave = CommandSpec(
        "bgsave", arity: -1, [.admin, .noScript, .notWhileReplacing], .server, since: "1.0.0",
        "Begins to save all databases.", syntax: "[SCHEDULE]")

    static let lastsave = CommandSpec(
        "lastsave", arity: 1, [.admin, .whileLoading, .whileStale, .fast], .server, since: "1.0.0",
        "Tells when all databases were last saved, in seconds since 1970.", tips: ["nondeterministic_output"])

    static let debug = CommandSpec(
        "debug", arity: -2, [.admin, .noScript, .whileLoading, .whileStale], .server, since: "1.0.0",
        complexity: "Depends on the subcommand.", "Holds the commands for tests and for finding faults.")

    static let sync = CommandSpec(
        "sync", arity: 1, [.admin, .noScript, .notWhileReplacing, .noTransaction], .server, since: "1.0.0",
        complexity: "O(N), N being the number of keys in all databases",
        "Sends a snapshot of all databases, as a file of RDB format, and closes the connection.")

    static let replconf = CommandSpec(
        "replconf", arity: -1, [.admin, .noScript, .whileLoading, .whileStale, .whileBusy], .server, since: "3.0.0",
        "Tells what a client wants of SYNC. Only `rdb-only 1` and `capa` are agreed to.",
        syntax: "[(option value)...]")
}
