// The rows of the commands on HyperLogLogs.

extension CommandSpec {
    static let pfadd = CommandSpec(
        "pfadd", arity: -2, [.write, .deniedWhenFull, .fast], .hyperloglog, .hyperloglog, keys: .one("RW insert"),
        since: "2.8.9", complexity: "O(1) an element",
        "Shows elements to a HyperLogLog, creating it if need be.", syntax: "key [element...]")

    static let pfcount = CommandSpec(
        "pfcount", arity: -2, .read, .hyperloglog, .hyperloglog, keys: .all("RW access"), since: "2.8.9",
        complexity: "O(N), N being the number of keys",
        "Estimates how many different elements one or several HyperLogLogs saw.", syntax: "key...")

    static let pfmerge = CommandSpec(
        "pfmerge", arity: -2, [.write, .deniedWhenFull], .hyperloglog, .hyperloglog,
        keys: .target("RW access insert", sources: "RO access"), since: "2.8.9",
        complexity: "O(N), N being the number of keys", "Merges HyperLogLogs into one.",
        syntax: "destkey:key [sourcekey:key...]")

    static let pfdebug = CommandSpec(
        "pfdebug", arity: 3, [.write, .deniedWhenFull, .admin], .hyperloglog, .hyperloglog,
        keys: .one("RW access", at: 2), since: "2.8.9", complexity: "O(1)",
        "Shows how a HyperLogLog is kept, or makes it dense.", syntax: "subcommand key")
}
