// The rows of the commands on strings.

extension CommandSpec {
    static let get = CommandSpec(
        "get", arity: 2, [.read, .fast], .string, .string, keys: .one("RO access"), since: "1.0.0",
        "Returns the string stored at a key.", syntax: "key")

    static let set = CommandSpec(
        "set", arity: -3, [.write, .deniedWhenFull], .string, .string,
        keys: .one("RW access update variable_flags"), since: "1.0.0",
        "Stores a string at a key, whatever was there before.",
        syntax: "key value [NX|XX] [GET] [EX seconds|PX milliseconds|EXAT unix-time-seconds|PXAT "
            + "unix-time-milliseconds|KEEPTTL]")

    static let setnx = CommandSpec(
        "setnx", arity: 3, [.write, .deniedWhenFull, .fast], .string, .string, keys: .one("OW insert"),
        since: "1.0.0", "Stores a string if the key holds nothing.", syntax: "key value")

    static let setex = CommandSpec(
        "setex", arity: 4, [.write, .deniedWhenFull], .string, .string, keys: .one("OW update"),
        since: "2.0.0", "Stores a string that lives for so many seconds.", syntax: "key seconds value")

    static let psetex = CommandSpec(
        "psetex", arity: 4, [.write, .deniedWhenFull], .string, .string, keys: .one("OW update"),
        since: "2.6.0", "Stores a string that lives for so many milliseconds.",
        syntax: "key milliseconds value")

    static let getset = CommandSpec(
        "getset", arity: 3, [.write, .deniedWhenFull, .fast], .string, .string,
        keys: .one("RW access update"), since: "1.0.0",
        "Stores a string and returns the one before it.", syntax: "key value")

    static let getdel = CommandSpec(
        "getdel", arity: 2, [.write, .fast], .string, .string, keys: .one("RW access delete"),
        since: "6.2.0", "Returns a string and deletes it.", syntax: "key")

    static let getex = CommandSpec(
        "getex", arity: -2, [.write, .fast], .string, .string, keys: .one("RW access update"),
        since: "6.2.0", "Returns a string and changes when it expires.",
        syntax: "key [EX seconds|PX milliseconds|EXAT unix-time-seconds|PXAT "
            + "unix-time-milliseconds|PERSIST]")

    static let mget = CommandSpec(
        "mget", arity: -2, [.read, .fast], .string, .string, keys: .all("RO access"), since: "1.0.0",
        complexity: "O(N), N being the number of keys",
        "Returns the strings of several keys, read at one moment.", syntax: "key...",
        tips: ["request_policy:multi_shard"])

    static let mset = CommandSpec(
        "mset", arity: -3, [.write, .deniedWhenFull], .string, .string,
        keys: .all("OW update", step: 2), since: "1.0.1",
        complexity: "O(N), N being the number of keys", "Stores several strings at one moment.",
        syntax: "(key value)...", tips: ["request_policy:multi_shard", "response_policy:all_succeeded"])

    static let msetnx = CommandSpec(
        "msetnx", arity: -3, [.write, .deniedWhenFull], .string, .string,
        keys: .all("OW insert", step: 2), since: "1.0.1",
        complexity: "O(N), N being the number of keys",
        "Stores several strings, or none if any of the keys holds something.", syntax: "(key value)...",
        tips: ["request_policy:multi_shard", "response_policy:agg_min"])

    static let append = CommandSpec(
        "append", arity: 3, [.write, .deniedWhenFull, .fast], .string, .string, keys: .one("RW insert"),
        since: "2.0.0", complexity: "O(N), N being the length of the result",
        "Adds bytes behind a string, creating it if need be.", syntax: "key value")

    static let strlen = CommandSpec(
        "strlen", arity: 2, [.read, .fast], .string, .string, keys: .one("RO"), since: "2.2.0",
        "Returns the length of a string in bytes.", syntax: "key")

    static let getrange = CommandSpec(
        "getrange", arity: 4, .read, .string, .string, keys: .one("RO access"), since: "2.4.0",
        complexity: "O(N), N being the length of the part",
        "Returns part of a string, both ends included.", syntax: "key start:integer end:integer")

    static let substr = CommandSpec(
        "substr", arity: 4, .read, .string, .string, keys: .one("RO access"), since: "1.0.0",
        complexity: "O(N), N being the length of the part",
        "Returns part of a string; the old name of GETRANGE.", syntax: "key start:integer end:integer")

    static let setrange = CommandSpec(
        "setrange", arity: 4, [.write, .deniedWhenFull], .string, .string, keys: .one("RW update"),
        since: "2.2.0", complexity: "O(N), N being the length of the result",
        "Writes over part of a string, padding with zero bytes.", syntax: "key offset:integer value")

    static let incr = CommandSpec(
        "incr", arity: 2, [.write, .deniedWhenFull, .fast], .string, .string,
        keys: .one("RW access update"), since: "1.0.0",
        "Adds 1 to a number; a missing one counts as 0.", syntax: "key")

    static let decr = CommandSpec(
        "decr", arity: 2, [.write, .deniedWhenFull, .fast], .string, .string,
        keys: .one("RW access update"), since: "1.0.0",
        "Takes 1 from a number; a missing one counts as 0.", syntax: "key")

    static let incrby = CommandSpec(
        "incrby", arity: 3, [.write, .deniedWhenFull, .fast], .string, .string,
        keys: .one("RW access update"), since: "1.0.0",
        "Adds an integer to a number; a missing one counts as 0.", syntax: "key increment:integer")

    static let decrby = CommandSpec(
        "decrby", arity: 3, [.write, .deniedWhenFull, .fast], .string, .string,
        keys: .one("RW access update"), since: "1.0.0",
        "Takes an integer from a number; a missing one counts as 0.", syntax: "key decrement:integer")

    static let incrbyfloat = CommandSpec(
        "incrbyfloat", arity: 3, [.write, .deniedWhenFull, .fast], .string, .string,
        keys: .one("RW access update"), since: "2.6.0",
        "Adds a decimal fraction to a number; a missing one counts as 0.",
        syntax: "key increment:double")

    static let lcs = CommandSpec(
        "lcs", arity: -3, .read, .string, .string, keys: .pair("RO access"), since: "7.0.0",
        complexity: "O(N*M), N and M being the lengths of the strings",
        "Finds the longest common subsequence of two strings.",
        syntax: "key1:key key2:key [LEN] [IDX] [MINMATCHLEN min-match-len:integer] [WITHMATCHLEN]")
}
