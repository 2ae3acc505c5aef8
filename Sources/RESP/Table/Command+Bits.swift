// The rows of the commands on bits.

extension CommandSpec {
    static let setbit = CommandSpec(
        "setbit", arity: 4, [.write, .deniedWhenFull], .bitmap, .bitmap, keys: .one("RW access update"),
        since: "2.2.0", "Sets or clears a bit of a string and returns what it was.",
        syntax: "key offset:integer value:integer")

    static let getbit = CommandSpec(
        "getbit", arity: 3, [.read, .fast], .bitmap, .bitmap, keys: .one("RO access"), since: "2.2.0",
        "Returns a bit of a string.", syntax: "key offset:integer")

    static let bitcount = CommandSpec(
        "bitcount", arity: -2, .read, .bitmap, .bitmap, keys: .one("RO access"), since: "2.6.0",
        complexity: "O(N), N being the length of the part", "Counts the bits of a string that are set.",
        syntax: "key [start:integer end:integer [BYTE|BIT]]")

    static let bitpos = CommandSpec(
        "bitpos", arity: -3, .read, .bitmap, .bitmap, keys: .one("RO access"), since: "2.8.7",
        complexity: "O(N), N being the length of the part", "Finds the first bit that is set or clear.",
        syntax: "key bit:integer [start:integer [end:integer [BYTE|BIT]]]")

    static let bitop = CommandSpec(
        "bitop", arity: -4, [.write, .deniedWhenFull], .bitmap, .bitmap,
        keys: .target("OW update", at: 2, sources: "RO access"), since: "2.6.0",
        complexity: "O(N), N being the length of the longest string",
        "Combines strings bit by bit and stores the result.",
        syntax: "(AND|OR|XOR|NOT) destkey:key key...")

    static let bitfield = CommandSpec(
        "bitfield", arity: -2, [.write, .deniedWhenFull], .bitmap, .bitmap,
        keys: .one("RW access update variable_flags"), since: "3.2.0", complexity: "O(1) an operation",
        "Reads, sets and adds to numbers of any width among the bits of a string.",
        syntax: "key [GET (encoding offset:integer)|([OVERFLOW (WRAP|SAT|FAIL)] "
            + "(SET (encoding offset:integer value:integer)|INCRBY (encoding offset:integer increment:integer)))]...")

    static let bitfieldRO = CommandSpec(
        "bitfield_ro", arity: -2, [.read, .fast], .bitmap, .bitmap, keys: .one("RO access"), since: "6.0.0",
        complexity: "O(1) an operation", "Reads numbers of any width among the bits of a string.",
        syntax: "key [GET (encoding offset:integer)]...")
}
