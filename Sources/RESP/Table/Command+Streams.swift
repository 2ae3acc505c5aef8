// The rows of the commands on streams.

extension CommandSpec {
    static let xack = CommandSpec(
        "xack", arity: -4, [.write, .fast], .stream, .stream,
        keys: .one("RW update"), since: "5.0.0",
        complexity: "O(log(N)) for each ID, N being the number of entries pending",
        "Says that a group's consumer is done with entries.",
        syntax: "key group id...")

    static let xadd = CommandSpec(
        "xadd", arity: -5, [.write, .deniedWhenFull, .fast], .stream, .stream,
        keys: .one("RW update"), since: "5.0.0",
        complexity: "O(1), and O(N) for the N entries that go",
        "Adds an entry at the end of a stream, which is created if there is none.",
        syntax: "key [NOMKSTREAM] [(MAXLEN|MINID) [=|~] threshold [LIMIT count:integer]] (*|id) (field value)...",
        tips: ["nondeterministic_output"])

    static let xautoclaim = CommandSpec(
        "xautoclaim", arity: -6, [.write, .fast], .stream, .stream,
        keys: .one("RW delete"), since: "6.2.0",
        complexity: "O(N), N being the number of pending entries looked at",
        "Gives a consumer what has been pending for others too long, some at a time.",
        syntax: "key group consumer min-idle-time start [COUNT count:integer] [JUSTID]",
        tips: ["nondeterministic_output"])

    static let xclaim = CommandSpec(
        "xclaim", arity: -6, [.write, .fast], .stream, .stream,
        keys: .one("RW update"), since: "5.0.0",
        complexity: "O(log(N)) for each ID, N being the number of entries pending",
        "Gives a consumer pending entries of others.",
        syntax: "key group consumer min-idle-time id... [IDLE ms:integer] "
            + "[TIME unix-time-milliseconds:unix-time] [RETRYCOUNT count:integer] [FORCE] [JUSTID] [LASTID lastid]",
        tips: ["nondeterministic_output"])

    static let xdel = CommandSpec(
        "xdel", arity: -3, [.write, .fast], .stream, .stream,
        keys: .one("RW delete"), since: "5.0.0",
        complexity: "O(log(N)) for each ID, N being the number of entries",
        "Takes entries out of a stream and returns how many were there.",
        syntax: "key id...")

    static let xgroup = CommandSpec(
        "xgroup", arity: -2, [], .stream, since: "5.0.0", complexity: "It depends on the subcommand",
        "Makes and ends groups of consumers.", subcommands: XGroupSubcommand.allCases.map(\.spec))

    static let xinfo = CommandSpec(
        "xinfo", arity: -2, [], .stream, since: "5.0.0", complexity: "It depends on the subcommand",
        "Describes streams, their groups and consumers.", subcommands: XInfoSubcommand.allCases.map(\.spec))

    static let xlen = CommandSpec(
        "xlen", arity: 2, [.read, .fast], .stream, .stream,
        keys: .one("RO"), since: "5.0.0",
        "Returns the number of entries of a stream.",
        syntax: "key")

    static let xpending = CommandSpec(
        "xpending", arity: -3, .read, .stream, .stream,
        keys: .one("RO access"), since: "5.0.0",
        complexity: "O(N), N being the number of entries looked at, or of consumers without a range",
        "Tells what a group's consumers have not acknowledged.",
        syntax: "key group [[IDLE min-idle-time:integer] start end count:integer [consumer]]",
        tips: ["nondeterministic_output"])

    static let xrange = CommandSpec(
        "xrange", arity: -4, .read, .stream, .stream,
        keys: .one("RO access"), since: "5.0.0",
        complexity: "O(log(N)+M), N being the number of entries and M how many are returned",
        "Returns the entries within a range of IDs.",
        syntax: "key start end [COUNT count:integer]")

    static let xread = CommandSpec(
        "xread", arity: -4, [.read, .blocking, .movableKeys], .stream, .stream,
        keys: .behindStreams(from: 1), since: "5.0.0",
        complexity: "O(log(N)+M) for each stream, N being the number of its entries and M how many are returned",
        "Returns entries of streams behind the IDs given, and waits for some if asked to.",
        syntax: "[COUNT count:integer] [BLOCK milliseconds] STREAMS key... id...")

    static let xreadgroup = CommandSpec(
        "xreadgroup", arity: -7, [.write, .blocking, .movableKeys], .stream, .stream,
        keys: .behindStreams(from: 4), since: "5.0.0",
        complexity: "O(M*log(N)) for each stream, N being the number of entries pending and M how many are returned",
        "Returns entries for a consumer of a group: new ones, or what it has not acknowledged.",
        syntax: "GROUP group consumer [COUNT count:integer] [BLOCK milliseconds] [NOACK] STREAMS key... id...")

    static let xrevrange = CommandSpec(
        "xrevrange", arity: -4, .read, .stream, .stream,
        keys: .one("RO access"), since: "5.0.0",
        complexity: "O(log(N)+M), N being the number of entries and M how many are returned",
        "Returns the entries within a range of IDs, the last first.",
        syntax: "key end start [COUNT count:integer]")

    static let xsetid = CommandSpec(
        "xsetid", arity: -3, [.write, .deniedWhenFull, .fast], .stream, .stream,
        keys: .one("RW update"), since: "5.0.0",
        "Says what the last ID of a stream was.",
        syntax: "key last-id [ENTRIESADDED entries-added:integer] [MAXDELETEDID max-deleted-id]")

    static let xtrim = CommandSpec(
        "xtrim", arity: -4, .write, .stream, .stream,
        keys: .one("RW delete"), since: "5.0.0",
        complexity: "O(N), N being the number of entries that go",
        "Takes the first entries out of a stream, up to a length or an ID.",
        syntax: "key (MAXLEN|MINID) [=|~] threshold [LIMIT count:integer]",
        tips: ["nondeterministic_output"])
}

extension CommandSpec.Keys {
    /// The first half of what stands behind the word STREAMS.
    fileprivate static func behindStreams(from place: Int) -> CommandSpec.Keys {
        CommandSpec.Keys(ranges: [
            CommandSpec.KeyRange(
                "RO access", start: .keyword("STREAMS", from: place), extent: .range(last: -1, step: 1, limit: 2))
        ])
    }
}
