// The rows of the commands on lists.

extension CommandSpec {
    static let blmove = CommandSpec(
        "blmove", arity: 6, [.write, .deniedWhenFull, .noScript, .blocking], .list, .list,
        keys: .two("RW access delete", "RW insert"), since: "6.2.0",
        "As LMOVE; waits for an element if there is none.",
        syntax: "source:key destination:key (LEFT|RIGHT) (LEFT|RIGHT) timeout:double")

    static let blmpop = CommandSpec(
        "blmpop", arity: -5, [.write, .blocking, .movableKeys], .list, .list,
        keys: .counted("RW access delete", at: 2), since: "7.0.0",
        complexity: "O(N+M), N being the number of keys and M that of the elements returned",
        "As LMPOP; waits for an element if there is none.",
        syntax: "timeout:double numkeys:integer key... (LEFT|RIGHT) [COUNT count:integer]")

    static let blpop = CommandSpec(
        "blpop", arity: -3, [.write, .noScript, .blocking], .list, .list,
        keys: .all("RW access delete", to: -2), since: "2.0.0",
        complexity: "O(N), N being the number of keys",
        "Removes and returns the first element of the first list that has one; waits if none has.",
        syntax: "key... timeout:double")

    static let brpop = CommandSpec(
        "brpop", arity: -3, [.write, .noScript, .blocking], .list, .list,
        keys: .all("RW access delete", to: -2), since: "2.0.0",
        complexity: "O(N), N being the number of keys",
        "Removes and returns the last element of the first list that has one; waits if none has.",
        syntax: "key... timeout:double")

    static let brpoplpush = CommandSpec(
        "brpoplpush", arity: 4, [.write, .deniedWhenFull, .noScript, .blocking], .list, .list,
        keys: .two("RW access delete", "RW insert"), since: "2.2.0",
        "As RPOPLPUSH; waits for an element if there is none.",
        syntax: "source:key destination:key timeout:double")

    static let lindex = CommandSpec(
        "lindex", arity: 3, .read, .list, .list,
        keys: .one("RO access"), since: "1.0.0",
        complexity: "O(log N), N being the number of elements; O(1) at both ends",
        "Returns the element at a position of a list.",
        syntax: "key index:integer")

    static let linsert = CommandSpec(
        "linsert", arity: 5, [.write, .deniedWhenFull], .list, .list,
        keys: .one("RW insert"), since: "2.2.0",
        complexity: "O(N), N being the number of elements before the one that is looked for",
        "Adds an element before or after another one.",
        syntax: "key (BEFORE|AFTER) pivot element")

    static let llen = CommandSpec(
        "llen", arity: 2, [.read, .fast], .list, .list,
        keys: .one("RO"), since: "1.0.0",
        "Returns the number of elements of a list.",
        syntax: "key")

    static let lmove = CommandSpec(
        "lmove", arity: 5, [.write, .deniedWhenFull], .list, .list,
        keys: .two("RW access delete", "RW insert"), since: "6.2.0",
        "Takes an element from one end of a list to one end of another, and returns it.",
        syntax: "source:key destination:key (LEFT|RIGHT) (LEFT|RIGHT)")

    static let lmpop = CommandSpec(
        "lmpop", arity: -4, [.write, .movableKeys], .list, .list,
        keys: .counted("RW access delete"), since: "7.0.0",
        complexity: "O(N+M), N being the number of keys and M that of the elements returned",
        "Removes and returns elements of the first list that has some.",
        syntax: "numkeys:integer key... (LEFT|RIGHT) [COUNT count:integer]")

    static let lpop = CommandSpec(
        "lpop", arity: -2, [.write, .fast], .list, .list,
        keys: .one("RW access delete"), since: "1.0.0",
        complexity: "O(N), N being the number of elements returned",
        "Removes and returns the first elements of a list; a list without elements is gone.",
        syntax: "key [count:integer]")

    static let lpos = CommandSpec(
        "lpos", arity: -3, .read, .list, .list,
        keys: .one("RO access"), since: "6.0.6",
        complexity: "O(N), N being the number of elements looked at",
        "Returns the positions of an element in a list.",
        syntax: "key element [RANK rank:integer] [COUNT num-matches:integer] [MAXLEN len:integer]")

    static let lpush = CommandSpec(
        "lpush", arity: -3, [.write, .deniedWhenFull, .fast], .list, .list,
        keys: .one("RW insert"), since: "1.0.0",
        complexity: "O(1) for each element",
        "Adds elements before the first of a list, creating it if need be.",
        syntax: "key element...")

    static let lpushx = CommandSpec(
        "lpushx", arity: -3, [.write, .deniedWhenFull, .fast], .list, .list,
        keys: .one("RW insert"), since: "2.2.0",
        complexity: "O(1) for each element",
        "Adds elements before the first of a list that exists.",
        syntax: "key element...")

    static let lrange = CommandSpec(
        "lrange", arity: 4, .read, .list, .list,
        keys: .one("RO access"), since: "1.0.0",
        complexity: "O(log N + M), N being the number of elements and M that of those returned",
        "Returns the elements at a range of positions.",
        syntax: "key start:integer stop:integer")

    static let lrem = CommandSpec(
        "lrem", arity: 4, .write, .list, .list,
        keys: .one("RW delete"), since: "1.0.0",
        complexity: "O(N), N being the number of elements",
        "Removes elements that are equal to one given.",
        syntax: "key count:integer element")

    static let lset = CommandSpec(
        "lset", arity: 4, [.write, .deniedWhenFull], .list, .list,
        keys: .one("RW update"), since: "1.0.0",
        complexity: "O(log N), N being the number of elements",
        "Puts an element in the place of another one.",
        syntax: "key index:integer element")

    static let ltrim = CommandSpec(
        "ltrim", arity: 4, .write, .list, .list,
        keys: .one("RW delete"), since: "1.0.0",
        complexity: "O(N), N being the number of elements removed",
        "Removes all elements but those at a range of positions.",
        syntax: "key start:integer stop:integer")

    static let rpop = CommandSpec(
        "rpop", arity: -2, [.write, .fast], .list, .list,
        keys: .one("RW access delete"), since: "1.0.0",
        complexity: "O(N), N being the number of elements returned",
        "Removes and returns the last elements of a list; a list without elements is gone.",
        syntax: "key [count:integer]")

    static let rpoplpush = CommandSpec(
        "rpoplpush", arity: 3, [.write, .deniedWhenFull], .list, .list,
        keys: .two("RW access delete", "RW insert"), since: "1.2.0",
        "Takes the last element of a list to the front of another, and returns it.",
        syntax: "source:key destination:key")

    static let rpush = CommandSpec(
        "rpush", arity: -3, [.write, .deniedWhenFull, .fast], .list, .list,
        keys: .one("RW insert"), since: "1.0.0",
        complexity: "O(1) for each element",
        "Adds elements behind the last of a list, creating it if need be.",
        syntax: "key element...")

    static let rpushx = CommandSpec(
        "rpushx", arity: -3, [.write, .deniedWhenFull, .fast], .list, .list,
        keys: .one("RW insert"), since: "2.2.0",
        complexity: "O(1) for each element",
        "Adds elements behind the last of a list that exists.",
        syntax: "key element...")
}
