// The rows of the commands on one sorted set.

extension CommandSpec {
    static let zadd = CommandSpec(
        "zadd", arity: -4, [.write, .deniedWhenFull, .fast], .sortedSet, .sortedSet,
        keys: .one("RW update"), since: "1.2.0",
        complexity: "O(log(N)) for each member, N being the number of members",
        "Gives members of a sorted set a score, adding those that are new.",
        syntax: "key [NX|XX] [GT|LT] [CH] [INCR] (score:double member)...")

    static let zcard = CommandSpec(
        "zcard", arity: 2, [.read, .fast], .sortedSet, .sortedSet,
        keys: .one("RO"), since: "1.2.0",
        "Returns the number of members of a sorted set.",
        syntax: "key")

    static let zcount = CommandSpec(
        "zcount", arity: 4, [.read, .fast], .sortedSet, .sortedSet,
        keys: .one("RO access"), since: "2.0.0",
        complexity: "O(log(N)), N being the number of members",
        "Counts the members with scores within a range.",
        syntax: "key min:double max:double")

    static let zincrby = CommandSpec(
        "zincrby", arity: 4, [.write, .deniedWhenFull, .fast], .sortedSet, .sortedSet,
        keys: .one("RW access update"), since: "1.2.0",
        complexity: "O(log(N)), N being the number of members",
        "Adds to the score of a member.",
        syntax: "key increment:integer member")

    static let zlexcount = CommandSpec(
        "zlexcount", arity: 4, [.read, .fast], .sortedSet, .sortedSet,
        keys: .one("RO access"), since: "2.8.9",
        complexity: "O(log(N)), N being the number of members",
        "Counts the members within a range of their own bytes.",
        syntax: "key min max")

    static let zmscore = CommandSpec(
        "zmscore", arity: -3, [.read, .fast], .sortedSet, .sortedSet,
        keys: .one("RO access"), since: "6.2.0",
        complexity: "O(N), N being the number of members named",
        "Returns the scores of several members.",
        syntax: "key member...")

    static let zpopmax = CommandSpec(
        "zpopmax", arity: -2, [.write, .fast], .sortedSet, .sortedSet,
        keys: .one("RW access delete"), since: "5.0.0",
        complexity: "O(log(N)*M), N being the number of members and M how many are taken",
        "Takes the members with the highest scores out and returns them.",
        syntax: "key [count:integer]")

    static let zpopmin = CommandSpec(
        "zpopmin", arity: -2, [.write, .fast], .sortedSet, .sortedSet,
        keys: .one("RW access delete"), since: "5.0.0",
        complexity: "O(log(N)*M), N being the number of members and M how many are taken",
        "Takes the members with the lowest scores out and returns them.",
        syntax: "key [count:integer]")

    static let zrandmember = CommandSpec(
        "zrandmember", arity: -2, .read, .sortedSet, .sortedSet,
        keys: .one("RO access"), since: "6.2.0",
        complexity: "O(N), N being the number of members returned",
        "Returns members chosen at random.",
        syntax: "key [count:integer [WITHSCORES]]",
        tips: ["nondeterministic_output"])

    static let zrange = CommandSpec(
        "zrange", arity: -4, .read, .sortedSet, .sortedSet,
        keys: .one("RO access"), since: "1.2.0",
        complexity: "O(log(N)+M), N being the number of members and M how many are returned",
        "Returns the members within a range of positions, scores or names.",
        syntax: "key start stop [BYSCORE|BYLEX] [REV] [LIMIT offset:integer count:integer] [WITHSCORES]")

    static let zrangebylex = CommandSpec(
        "zrangebylex", arity: -4, .read, .sortedSet, .sortedSet,
        keys: .one("RO access"), since: "2.8.9",
        complexity: "O(log(N)+M), N being the number of members and M how many are returned",
        "Returns the members within a range of their own bytes.",
        syntax: "key min max [LIMIT offset:integer count:integer]")

    static let zrangebyscore = CommandSpec(
        "zrangebyscore", arity: -4, .read, .sortedSet, .sortedSet,
        keys: .one("RO access"), since: "1.0.5",
        complexity: "O(log(N)+M), N being the number of members and M how many are returned",
        "Returns the members with scores within a range.",
        syntax: "key min:double max:double [WITHSCORES] [LIMIT offset:integer count:integer]")

    static let zrank = CommandSpec(
        "zrank", arity: -3, [.read, .fast], .sortedSet, .sortedSet,
        keys: .one("RO access"), since: "2.0.0",
        complexity: "O(log(N)), N being the number of members",
        "Returns the position of a member, the lowest score's being 0.",
        syntax: "key member [WITHSCORE]")

    static let zrem = CommandSpec(
        "zrem", arity: -3, [.write, .fast], .sortedSet, .sortedSet,
        keys: .one("RW delete"), since: "1.2.0",
        complexity: "O(M*log(N)), N being the number of members and M how many are named",
        "Takes members out of a sorted set; one without members is gone.",
        syntax: "key member...")

    static let zremrangebylex = CommandSpec(
        "zremrangebylex", arity: 4, .write, .sortedSet, .sortedSet,
        keys: .one("RW delete"), since: "2.8.9",
        complexity: "O(log(N)+M), N being the number of members and M how many are removed",
        "Removes the members within a range of their own bytes.",
        syntax: "key min max")

    static let zremrangebyrank = CommandSpec(
        "zremrangebyrank", arity: 4, .write, .sortedSet, .sortedSet,
        keys: .one("RW delete"), since: "2.0.0",
        complexity: "O(log(N)+M), N being the number of members and M how many are removed",
        "Removes the members within a range of positions.",
        syntax: "key start:integer stop:integer")

    static let zremrangebyscore = CommandSpec(
        "zremrangebyscore", arity: 4, .write, .sortedSet, .sortedSet,
        keys: .one("RW delete"), since: "1.2.0",
        complexity: "O(log(N)+M), N being the number of members and M how many are removed",
        "Removes the members with scores within a range.",
        syntax: "key min:double max:double")

    static let zrevrange = CommandSpec(
        "zrevrange", arity: -4, .read, .sortedSet, .sortedSet,
        keys: .one("RO access"), since: "1.2.0",
        complexity: "O(log(N)+M), N being the number of members and M how many are returned",
        "Returns the members within a range of positions, the highest score first.",
        syntax: "key start:integer stop:integer [WITHSCORES]")

    static let zrevrangebylex = CommandSpec(
        "zrevrangebylex", arity: -4, .read, .sortedSet, .sortedSet,
        keys: .one("RO access"), since: "2.8.9",
        complexity: "O(log(N)+M), N being the number of members and M how many are returned",
        "Returns the members within a range of their own bytes, the last first.",
        syntax: "key max min [LIMIT offset:integer count:integer]")

    static let zrevrangebyscore = CommandSpec(
        "zrevrangebyscore", arity: -4, .read, .sortedSet, .sortedSet,
        keys: .one("RO access"), since: "2.2.0",
        complexity: "O(log(N)+M), N being the number of members and M how many are returned",
        "Returns the members with scores within a range, the highest first.",
        syntax: "key max:double min:double [WITHSCORES] [LIMIT offset:integer count:integer]")

    static let zrevrank = CommandSpec(
        "zrevrank", arity: -3, [.read, .fast], .sortedSet, .sortedSet,
        keys: .one("RO access"), since: "2.0.0",
        complexity: "O(log(N)), N being the number of members",
        "Returns the position of a member, the highest score's being 0.",
        syntax: "key member [WITHSCORE]")

    static let zscan = CommandSpec(
        "zscan", arity: -3, .read, .sortedSet, .sortedSet,
        keys: .one("RO access"), since: "2.8.0",
        complexity: "O(1) for every call, O(N) for the whole sorted set, N being its size",
        "Returns some members of a sorted set with their scores, and where to go on.",
        syntax: "key cursor:integer [MATCH pattern:pattern] [COUNT count:integer]",
        tips: ["nondeterministic_output"])

    static let zscore = CommandSpec(
        "zscore", arity: 3, [.read, .fast], .sortedSet, .sortedSet,
        keys: .one("RO access"), since: "1.2.0",
        "Returns the score of a member.",
        syntax: "key member")
}
