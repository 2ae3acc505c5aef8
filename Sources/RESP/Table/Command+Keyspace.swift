// The rows of the commands on keys whatever they hold, and on databases.

extension CommandSpec {
    static let del = CommandSpec(
        "del", arity: -2, .write, .generic, .keyspace, keys: .all("RM delete"), since: "1.0.0",
        complexity: "O(N), N being the number of keys", "Deletes keys.", syntax: "key...",
        tips: ["request_policy:multi_shard", "response_policy:agg_sum"])

    static let unlink = CommandSpec(
        "unlink", arity: -2, [.write, .fast], .generic, .keyspace, keys: .all("RM delete"),
        since: "4.0.0", complexity: "O(N), N being the number of keys",
        "Deletes keys; here the same as DEL.", syntax: "key...",
        tips: ["request_policy:multi_shard", "response_policy:agg_sum"])

    static let exists = CommandSpec(
        "exists", arity: -2, [.read, .fast], .generic, .keyspace, keys: .all("RO"), since: "1.0.0",
        complexity: "O(N), N being the number of keys", "Counts which of the keys hold something.",
        syntax: "key...", tips: ["request_policy:multi_shard", "response_policy:agg_sum"])

    static let type = CommandSpec(
        "type", arity: 2, [.read, .fast], .generic, .keyspace, keys: .one("RO"), since: "1.0.0",
        "Tells the type of the value at a key.", syntax: "key")

    static let touch = CommandSpec(
        "touch", arity: -2, [.read, .fast], .generic, .keyspace, keys: .all("RO"), since: "3.2.1",
        complexity: "O(N), N being the number of keys",
        "Renews the access time of keys and counts those that hold something.", syntax: "key...",
        tips: ["request_policy:multi_shard", "response_policy:agg_sum"])

    static let expire = CommandSpec(
        "expire", arity: -3, [.write, .fast], .generic, .keyspace, keys: .one("RW update"),
        since: "1.0.0", "Lets a key expire after so many seconds.", syntax: "key seconds [NX|XX|GT|LT]")

    static let pexpire = CommandSpec(
        "pexpire", arity: -3, [.write, .fast], .generic, .keyspace, keys: .one("RW update"),
        since: "2.6.0", "Lets a key expire after so many milliseconds.",
        syntax: "key milliseconds [NX|XX|GT|LT]")

    static let expireat = CommandSpec(
        "expireat", arity: -3, [.write, .fast], .generic, .keyspace, keys: .one("RW update"),
        since: "1.2.0", "Lets a key expire at a Unix time in seconds.",
        syntax: "key unix-time-seconds [NX|XX|GT|LT]")

    static let pexpireat = CommandSpec(
        "pexpireat", arity: -3, [.write, .fast], .generic, .keyspace, keys: .one("RW update"),
        since: "2.6.0", "Lets a key expire at a Unix time in milliseconds.",
        syntax: "key unix-time-milliseconds [NX|XX|GT|LT]")

    static let ttl = CommandSpec(
        "ttl", arity: 2, [.read, .fast], .generic, .keyspace, keys: .one("RO access"), since: "1.0.0",
        "Tells how many seconds a key has left.", syntax: "key", tips: ["nondeterministic_output"])

    static let pttl = CommandSpec(
        "pttl", arity: 2, [.read, .fast], .generic, .keyspace, keys: .one("RO access"), since: "2.6.0",
        "Tells how many milliseconds a key has left.", syntax: "key", tips: ["nondeterministic_output"])

    static let expiretime = CommandSpec(
        "expiretime", arity: 2, [.read, .fast], .generic, .keyspace, keys: .one("RO access"),
        since: "7.0.0", "Tells the Unix time in seconds at which a key expires.", syntax: "key")

    static let pexpiretime = CommandSpec(
        "pexpiretime", arity: 2, [.read, .fast], .generic, .keyspace, keys: .one("RO access"),
        since: "7.0.0", "Tells the Unix time in milliseconds at which a key expires.", syntax: "key")

    static let persist = CommandSpec(
        "persist", arity: 2, [.write, .fast], .generic, .keyspace, keys: .one("RW update"),
        since: "2.2.0", "Lets a key live for ever.", syntax: "key")

    static let rename = CommandSpec(
        "rename", arity: 3, .write, .generic, .keyspace, keys: .two("RW access delete", "OW update"),
        since: "1.0.0", "Gives a value another key, dropping what that one held.",
        syntax: "key newkey:key")

    static let renamenx = CommandSpec(
        "renamenx", arity: 3, [.write, .fast], .generic, .keyspace,
        keys: .two("RW access delete", "OW insert"), since: "1.0.0",
        "Gives a value another key if that one holds nothing.", syntax: "key newkey:key")

    static let copy = CommandSpec(
        "copy", arity: -3, [.write, .deniedWhenFull], .generic, .keyspace,
        keys: .two("RO access", "OW update"), since: "6.2.0",
        complexity: "O(N), N being the size of the value", "Copies a value to another key.",
        syntax: "source:key destination:key [DB destination-db:integer] [REPLACE]")

    static let move = CommandSpec(
        "move", arity: 3, [.write, .fast], .generic, .keyspace, keys: .one("RW access update"),
        since: "1.0.0", "Moves a key to another database.", syntax: "key db:integer")

    static let dump = CommandSpec(
        "dump", arity: 2, .read, .generic, .keyspace, keys: .one("RO access"), since: "2.6.0",
        complexity: "O(N), N being the size of the value", "Returns a value as bytes that RESTORE takes.",
        syntax: "key", tips: ["nondeterministic_output"])

    static let restore = CommandSpec(
        "restore", arity: -4, [.write, .deniedWhenFull], .generic, [.keyspace, .dangerous],
        keys: .one("OW update"), since: "2.6.0",
        complexity: "O(N), N being the size of the value; O(N*log(N)) for sorted sets",
        "Makes a key of bytes that DUMP returned.",
        syntax: "key ttl:integer serialized-value [REPLACE] [ABSTTL] "
            + "[IDLETIME seconds:integer] [FREQ frequency:integer]")

    static let migrate = CommandSpec(
        "migrate", arity: -6, [.write, .movableKeys], .generic, [.keyspace, .dangerous],
        keys: .one("RW access delete", at: 3, or: Keys.Option("KEYS", sizes: ["AUTH": 1, "AUTH2": 2], from: 6)),
        since: "2.6.0", complexity: "O(N), N being the size of the values",
        "Moves keys to another server, or copies them there.",
        syntax: "host port:integer (key|\"\") destination-db:integer timeout:integer [COPY] [REPLACE] "
            + "[AUTH password|AUTH2 (username password)] [KEYS key...]",
        tips: ["nondeterministic_output"])

    static let keys = CommandSpec(
        "keys", arity: 2, .read, .generic, [.keyspace, .dangerous], since: "1.0.0",
        complexity: "O(N), N being the number of keys in the database",
        "Returns all keys that match a pattern.", syntax: "pattern",
        tips: ["request_policy:all_shards", "nondeterministic_output_order"])

    static let scan = CommandSpec(
        "scan", arity: -2, .read, .generic, .keyspace, since: "2.8.0",
        complexity: "O(1) a call, O(N) for the whole database", "Returns keys step by step.",
        syntax: "cursor:integer [MATCH pattern] [COUNT count:integer] [TYPE type]",
        tips: ["nondeterministic_output", "request_policy:special"])

    static let randomkey = CommandSpec(
        "randomkey", arity: 1, .read, .generic, .keyspace, since: "1.0.0", "Returns any key.",
        tips: ["request_policy:all_shards", "nondeterministic_output"])

    static let dbsize = CommandSpec(
        "dbsize", arity: 1, [.read, .fast], .server, .keyspace, since: "1.0.0",
        "Counts the keys of the database.",
        tips: ["request_policy:all_shards", "response_policy:agg_sum"])

    static let flushdb = CommandSpec(
        "flushdb", arity: -1, .write, .server, [.keyspace, .dangerous], since: "1.0.0",
        complexity: "O(N), N being the number of keys", "Empties the database.", syntax: "[ASYNC|SYNC]",
        tips: ["request_policy:all_shards", "response_policy:all_succeeded"])

    static let flushall = CommandSpec(
        "flushall", arity: -1, .write, .server, [.keyspace, .dangerous], since: "1.0.0",
        complexity: "O(N), N being the number of keys", "Empties all databases.",
        syntax: "[ASYNC|SYNC]", tips: ["request_policy:all_shards", "response_policy:all_succeeded"])

    static let swapdb = CommandSpec(
        "swapdb", arity: 3, [.write, .fast], .server, [.keyspace, .dangerous], since: "4.0.0",
        "Exchanges two databases.", syntax: "index1:integer index2:integer")

    static let object = CommandSpec(
        "object", arity: -2, [], .generic, since: "2.2.3", complexity: "Depends on the subcommand.",
        "Holds the commands that look at how a value is kept.",
        subcommands: ObjectSubcommand.allCases.map(\.spec))

    static let sort = CommandSpec(
        "sort", arity: -2, [.write, .deniedWhenFull, .movableKeys], .generic,
        [.set, .sortedSet, .list, .dangerous], keys: .sorted(stores: true), since: "1.0.0",
        complexity:
            "O(N+M*log(M)), N being the number of elements and M how many are returned; O(N) where "
            + "they are not sorted",
        "Returns or stores the elements of a list, set or sorted set in order.",
        syntax:
            "key [BY pattern] [LIMIT offset:integer count:integer] [(GET pattern)...] [ASC|DESC] "
            + "[ALPHA] [STORE destination:key]")

    static let sortRO = CommandSpec(
        "sort_ro", arity: -2, [.read, .movableKeys], .generic,
        [.set, .sortedSet, .list, .dangerous], keys: .sorted(stores: false), since: "7.0.0",
        complexity:
            "O(N+M*log(M)), N being the number of elements and M how many are returned; O(N) where "
            + "they are not sorted",
        "Returns the elements of a list, set or sorted set in order.",
        syntax: "key [BY pattern] [LIMIT offset:integer count:integer] [(GET pattern)...] [ASC|DESC] [ALPHA]")
}
