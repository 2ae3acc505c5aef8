// The rows of the commands on hashes.

extension CommandSpec {
static let hdel = CommandSpec(
        "hdel", arity: -3, [.write, .fast], .hash, .hash,
        keys: .one("RW delete"), since: "2.0.0",
        complexity: "O(N), N being the number of fields named",
        "Takes fields out of a hash; a hash without fields is gone.",
        syntax: "key field...")

    static let hexists = CommandSpec(
        "hexists", arity: 3, [.read, .fast], .hash, .hash,
        keys: .one("RO"), since: "2.0.0",
        "Tells whether a hash has a field.",
        syntax: "key field")

    static let hget = CommandSpec(
        "hget", arity: 3, [.read, .fast], .hash, .hash,
        keys: .one("RO access"), since: "2.0.0",
        "Returns the value of a field.",
        syntax: "key field")

    static let hgetall = CommandSpec(
        "hgetall", arity: 2, .read, .hash, .hash,
        keys: .one("RO access"), since: "2.0.0",
        complexity: "O(N), N being the size of the hash",
        "Returns all fields of a hash with their values.",
        syntax: "key",
        tips: ["nondeterministic_output_order"])

    static let hincrby = CommandSpec(
        "hincrby", arity: 4, [.write, .deniedWhenFull, .fast], .hash, .hash,
        keys: .one("RW access update"), since: "2.0.0",
        "Adds a whole number to the value of a field, which is 0 if it is missing.",
        syntax: "key field increment:integer")

    static let hincrbyfloat = CommandSpec(
        "hincrbyfloat", arity: 4, [.write, .deniedWhenFull, .fast], .hash, .hash,
        keys: .one("RW access update"), since: "2.6.0",
        "Adds a number with a fraction to the value of a field, which is 0 if it is missing.",
        syntax: "key field increment:double")

    static let hkeys = CommandSpec(
        "hkeys", arity: 2, .read, .hash, .hash,
        keys: .one("RO access"), since: "2.0.0",
        complexity: "O(N), N being the size of the hash",
        "Returns the fields of a hash.",
        syntax: "key",
        tips: ["nondeterministic_output_order"])

    static let hlen = CommandSpec(
        "hlen", arity: 2, [.read, .fast], .hash, .hash,
        keys: .one("RO"), since: "2.0.0",
        "Returns the number of fields of a hash.",
        syntax: "key")

    static let hmget = CommandSpec(
        "hmget", arity: -3, [.read, .fast], .hash, .hash,
        keys: .one("RO access"), since: "2.0.0",
        complexity: "O(N), N being the number of fields named",
        "Returns the values of several fields.",
        syntax: "key field...")

    static let hmset = CommandSpec(
        "hmset", arity: -4, [.write, .deniedWhenFull, .fast], .hash, .hash,
        keys: .one("RW update"), since: "2.0.0",
        complexity: "O(N), N being the number of fields named",
        "Gives several fields a value; HSET does as much.",
        syntax: "key (field value)...")

    static let hrandfield = CommandSpec(
        "hrandfield", arity: -2, .read, .hash, .hash,
        keys: .one("RO access"), since: "6.2.0",
        complexity: "O(N), N being the number of fields returned",
        "Returns fields chosen at random.",
        syntax: "key [count:integer [WITHVALUES]]",
        tips: ["nondeterministic_output"])

    static let hscan = CommandSpec(
        "hscan", arity: -3, .read, .hash, .hash,
        keys: .one("RO access"), since: "2.8.0",
        complexity: "O(1) for every call, O(N) for the whole hash, N being its size",
        "Returns some fields of a hash with their values, and where to go on.",
        syntax: "key cursor:integer [MATCH pattern:pattern] [COUNT count:integer]",
        tips: ["nondeterministic_output"])

    static let hset = CommandSpec(
        "hset", arity: -4, [.write, .deniedWhenFull, .fast], .hash, .hash,
        keys: .one("RW update"), since: "2.0.0",
        complexity: "O(1) for each field",
        "Gives fields a value, creating the hash if need be.",
        syntax: "key (field value)...")

    static let hsetnx = CommandSpec(
        "hsetnx", arity: 4, [.write, .deniedWhenFull, .fast], .hash, .hash,
        keys: .one("RW insert"), since: "2.0.0",
        "Gives a field a value if it has none.",
        syntax: "key field value")

    static let hstrlen = CommandSpec(
        "hstrlen", arity: 3, [.read, .fast], .hash, .hash,
        keys: .one("RO"), since: "3.2.0",
        "Returns the length of the value of a field.",
        syntax: "key field")

    static let hvals = CommandSpec(
        "hvals", arity: 2, .read, .hash, .hash,
        keys: .one("RO access"), since: "2.0.0",
        complexity: "O(N), N being the size of the hash",
        "Returns the values of a hash.",
        syntax: "key",
        tips: ["nondeterministic_output_order"])
}
