// The rows of the commands on sets.

extension CommandSpec {
static let sadd = CommandSpec(
        "sadd", arity: -3, [.write, .deniedWhenFull, .fast], .set, .set,
        keys: .one("RW insert"), since: "1.0.0",
        complexity: "O(1) for each member",
        "Adds members to a set, creating it if need be.",
        syntax: "key member...")

    static let scard = CommandSpec(
        "scard", arity: 2, [.read, .fast], .set, .set,
        keys: .one("RO"), since: "1.0.0",
        "Returns the number of members of a set.",
        syntax: "key")

    static let sdiff = CommandSpec(
        "sdiff", arity: -2, .read, .set, .set,
        keys: .all("RO access"), since: "1.0.0",
        complexity: "O(N), N being the number of members in all sets",
        "Returns what is in a set and in none of the others.",
        syntax: "key...",
        tips: ["nondeterministic_output_order"])

    static let sdiffstore = CommandSpec(
        "sdiffstore", arity: -3, [.write, .deniedWhenFull], .set, .set,
        keys: .target("OW update", sources: "RO access"), since: "1.0.0",
        complexity: "O(N), N being the number of members in all sets",
        "Stores what is in a set and in none of the others.",
        syntax: "destination:key key...")

    static let sinter = CommandSpec(
        "sinter", arity: -2, .read, .set, .set,
        keys: .all("RO access"), since: "1.0.0",
        complexity: "O(N*M) at worst, N being the size of the smallest set and M the number of sets",
        "Returns what is in all of several sets.",
        syntax: "key...",
        tips: ["nondeterministic_output_order"])

    static let sintercard = CommandSpec(
        "sintercard", arity: -3, [.read, .movableKeys], .set, .set,
        keys: .counted("RO access"), since: "7.0.0",
        complexity: "O(N*M) at worst, N being the size of the smallest set and M the number of sets",
        "Returns how much is in all of several sets.",
        syntax: "numkeys:integer key... [LIMIT limit:integer]")

    static let sinterstore = CommandSpec(
        "sinterstore", arity: -3, [.write, .deniedWhenFull], .set, .set,
        keys: .target("OW update", sources: "RO access"), since: "1.0.0",
        complexity: "O(N*M) at worst, N being the size of the smallest set and M the number of sets",
        "Stores what is in all of several sets.",
        syntax: "destination:key key...")

    static let sismember = CommandSpec(
        "sismember", arity: 3, [.read, .fast], .set, .set,
        keys: .one("RO"), since: "1.0.0",
        "Tells whether a set has a member.",
        syntax: "key member")

    static let smembers = CommandSpec(
        "smembers", arity: 2, .read, .set, .set,
        keys: .one("RO access"), since: "1.0.0",
        complexity: "O(N), N being the size of the set",
        "Returns the members of a set.",
        syntax: "key",
        tips: ["nondeterministic_output_order"])

    static let smismember = CommandSpec(
        "smismember", arity: -3, [.read, .fast], .set, .set,
        keys: .one("RO access"), since: "6.2.0",
        complexity: "O(N), N being the number of members named",
        "Tells of several members whether a set has them.",
        syntax: "key member...")

    static let smove = CommandSpec(
        "smove", arity: 4, [.write, .fast], .set, .set,
        keys: .two("RW access delete", "RW insert"), since: "1.0.0",
        "Moves a member from one set to another.",
        syntax: "source:key destination:key member")

    static let spop = CommandSpec(
        "spop", arity: -2, [.write, .fast], .set, .set,
        keys: .one("RW access delete"), since: "1.0.0",
        complexity: "O(N), N being the number of members returned",
        "Takes members chosen at random out of a set and returns them.",
        syntax: "key [count:integer]",
        tips: ["nondeterministic_output"])

    static let srandmember = CommandSpec(
        "srandmember", arity: -2, .read, .set, .set,
        keys: .one("RO access"), since: "1.0.0",
        complexity: "O(N), N being the number of members returned",
        "Returns members chosen at random.",
        syntax: "key [count:integer]",
        tips: ["nondeterministic_output"])

    static let srem = CommandSpec(
        "srem", arity: -3, [.write, .fast], .set, .set,
        keys: .one("RW delete"), since: "1.0.0",
        complexity: "O(N), N being the number of members named",
        "Takes members out of a set; a set without members is gone.",
        syntax: "key member...")

    static let sscan = CommandSpec(
        "sscan", arity: -3, .read, .set, .set,
        keys: .one("RO access"), since: "2.8.0",
        complexity: "O(1) for every call, O(N) for the whole set, N being its size",
        "Returns some members of a set, and where to go on.",
        syntax: "key cursor:integer [MATCH pattern:pattern] [COUNT count:integer]",
        tips: ["nondeterministic_output"])

    static let sunion = CommandSpec(
        "sunion", arity: -2, .read, .set, .set,
        keys: .all("RO access"), since: "1.0.0",
        complexity: "O(N), N being the number of members in all sets",
        "Returns what is in any of several sets.",
        syntax: "key...",
        tips: ["nondeterministic_output_order"])

    static let sunionstore = CommandSpec(
        "sunionstore", arity: -3, [.write, .deniedWhenFull], .set, .set,
        keys: .target("OW update", sources: "RO access"), since: "1.0.0",
        complexity: "O(N), N being the number of members in all sets",
        "Stores what is in any of several sets.",
        syntax: "destination:key key...")
}
