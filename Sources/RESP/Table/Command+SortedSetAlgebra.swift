// The rows of the commands on several sorted sets.

extension CommandSpec {
    static let bzmpop = CommandSpec(
        "bzmpop", arity: -5, [.write, .blocking, .movableKeys], .sortedSet, .sortedSet,
        keys: .counted("RW access delete", at: 2), since: "7.0.0",
        complexity:
            "O(K)+O(M*log(N)), K being the number of keys, N the members of the "
            + "sorted set and M how many are taken",
        "As ZMPOP; waits for a member if there is none.",
        syntax: "timeout:double numkeys:integer key... (MIN|MAX) [COUNT count:integer]")

    static let bzpopmax = CommandSpec(
        "bzpopmax", arity: -3, [.write, .noScript, .blocking, .fast], .sortedSet, .sortedSet,
        keys: .all("RW access delete", to: -2), since: "5.0.0",
        complexity: "O(log(N)), N being the number of members",
        "Takes the highest member out of the first sorted set that has any; waits if none has.",
        syntax: "key... timeout:double")

    static let bzpopmin = CommandSpec(
        "bzpopmin", arity: -3, [.write, .noScript, .blocking, .fast], .sortedSet, .sortedSet,
        keys: .all("RW access delete", to: -2), since: "5.0.0",
        complexity: "O(log(N)), N being the number of members",
        "Takes the lowest member out of the first sorted set that has any; waits if none has.",
        syntax: "key... timeout:double")

    static let zdiff = CommandSpec(
        "zdiff", arity: -3, [.read, .movableKeys], .sortedSet, .sortedSet,
        keys: .counted("RO access"), since: "6.2.0",
        complexity:
            "O(L+(N-K)*log(N)) at worst, L being all members, N the size of the "
            + "first set and K that of the result",
        "Returns what is in a sorted set and in none of the others.",
        syntax: "numkeys:integer key... [WITHSCORES]")

    static let zdiffstore = CommandSpec(
        "zdiffstore", arity: -4, [.write, .deniedWhenFull, .movableKeys], .sortedSet, .sortedSet,
        keys: .target("OW update", countedSources: "RO access"), since: "6.2.0",
        complexity:
            "O(L+(N-K)*log(N)) at worst, L being all members, N the size of the "
            + "first set and K that of the result",
        "Stores what is in a sorted set and in none of the others.",
        syntax: "destination:key numkeys:integer key...")

    static let zinter = CommandSpec(
        "zinter", arity: -3, [.read, .movableKeys], .sortedSet, .sortedSet,
        keys: .counted("RO access"), since: "6.2.0",
        complexity:
            "O(N*K)+O(M*log(M)) at worst, N being the size of the smallest set, K "
            + "the number of sets and M the size of the result",
        "Returns what is in all of several sorted sets.",
        syntax: "numkeys:integer key... [(WEIGHTS weight:integer)...] [AGGREGATE SUM|MIN|MAX] [WITHSCORES]")

    static let zintercard = CommandSpec(
        "zintercard", arity: -3, [.read, .movableKeys], .sortedSet, .sortedSet,
        keys: .counted("RO access"), since: "7.0.0",
        complexity: "O(N*K) at worst, N being the size of the smallest set and K the number of sets",
        "Returns how much is in all of several sorted sets.",
        syntax: "numkeys:integer key... [LIMIT limit:integer]")

    static let zinterstore = CommandSpec(
        "zinterstore", arity: -4, [.write, .deniedWhenFull, .movableKeys], .sortedSet, .sortedSet,
        keys: .target("OW update", countedSources: "RO access"), since: "2.0.0",
        complexity:
            "O(N*K)+O(M*log(M)) at worst, N being the size of the smallest set, K "
            + "the number of sets and M the size of the result",
        "Stores what is in all of several sorted sets.",
        syntax: "destination:key numkeys:integer key... [(WEIGHTS weight:integer)...] [AGGREGATE SUM|MIN|MAX]")

    static let zmpop = CommandSpec(
        "zmpop", arity: -4, [.write, .movableKeys], .sortedSet, .sortedSet,
        keys: .counted("RW access delete"), since: "7.0.0",
        complexity:
            "O(K)+O(M*log(N)), K being the number of keys, N the members of the "
            + "sorted set and M how many are taken",
        "Takes the lowest or highest members out of the first sorted set that has any.",
        syntax: "numkeys:integer key... (MIN|MAX) [COUNT count:integer]")

    static let zrangestore = CommandSpec(
        "zrangestore", arity: -5, [.write, .deniedWhenFull], .sortedSet, .sortedSet,
        keys: .two("OW update", "RO access"), since: "6.2.0",
        complexity: "O(log(N)+M), N being the number of members and M how many are stored",
        "Stores the members within a range of another sorted set.",
        syntax: "dst:key src:key min max [BYSCORE|BYLEX] [REV] [LIMIT offset:integer count:integer]")

    static let zunion = CommandSpec(
        "zunion", arity: -3, [.read, .movableKeys], .sortedSet, .sortedSet,
        keys: .counted("RO access"), since: "6.2.0",
        complexity: "O(N)+O(M*log(M)), N being the members of all sets together and M those of the result",
        "Returns what is in any of several sorted sets.",
        syntax: "numkeys:integer key... [(WEIGHTS weight:integer)...] [AGGREGATE SUM|MIN|MAX] [WITHSCORES]")

    static let zunionstore = CommandSpec(
        "zunionstore", arity: -4, [.write, .deniedWhenFull, .movableKeys], .sortedSet, .sortedSet,
        keys: .target("OW update", countedSources: "RO access"), since: "2.0.0",
        complexity: "O(N)+O(M*log(M)), N being the members of all sets together and M those of the result",
        "Stores what is in any of several sorted sets.",
        syntax: "destination:key numkeys:integer key... [(WEIGHTS weight:integer)...] [AGGREGATE SUM|MIN|MAX]")
}
