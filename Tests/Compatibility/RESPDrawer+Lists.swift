// Random requests on lists.
//
// Left out: the encodings of lists, which Redis named anew in 7.2 (so lists have keys of their own, that OBJECT
// ENCODING does not see), the lowest number as a rank or a count, which 7.2 refuses, and commands that would wait.

extension RESPDrawer {
    private mutating func listKey() -> String { drawer.word("l0", "l1", "l2", "l3") }

    private mutating func readListKey() -> String { drawer.oneIn(12) ? key() : listKey() }

    private mutating func element() -> String {
        drawer.pick([
            "a", "b", "c", "", "\u{0}\u{ff}", "\(drawer.below(30))", "-1",
            String(repeating: "e", count: drawer.pick([63, 64, 252, 253, 1024, 1025, 9000])),
        ])
    }

    private mutating func elements() -> [String] { (0..<drawer.pick([1, 1, 2, 3, 100])).map { _ in element() } }

    private mutating func place() -> String {
        drawer.oneIn(10) ? drawer.word("x", "", "9223372036854775807", "-9223372036854775808", "1.5")
            : "\(drawer.below(drawer.pick([4, 40, 400])) - drawer.below(20))"
    }

    private mutating func side() -> String { drawer.word("LEFT", "RIGHT", "left", "right", "LEFT", "RIGHT", "foo") }

    mutating func lists() -> [String] {
        switch drawer.below(18) {
        case 0...3: [drawer.word("LPUSH", "RPUSH"), listKey()] + elements()
        case 4: [drawer.word("LPUSHX", "RPUSHX"), readListKey()] + elements()
        case 5: [drawer.word("LPOP", "RPOP"), readListKey()]
        case 6: [drawer.word("LPOP", "RPOP"), readListKey(), drawer.word("0", "1", "3", "50", "-1", "x")]
        case 7: [drawer.word("LLEN", "TYPE", "EXISTS", "GET", "HGETALL"), readListKey()]
        case 8: ["LRANGE", readListKey(), place(), place()]
        case 9: ["LINDEX", readListKey(), place()]
        case 10: ["LSET", readListKey(), place(), element()]
        case 11: ["LINSERT", readListKey(), drawer.word("BEFORE", "AFTER", "after", "foo"), element(), element()]
        case 12: ["LREM", readListKey(), drawer.word("0", "1", "2", "-1", "-2", "x", "100"), element()]
        case 13: ["LTRIM", readListKey(), place(), drawer.oneIn(2) ? "-1" : place()]
        case 14:
            ["LPOS", readListKey(), element()]
                + (0..<drawer.below(3)).flatMap { _ in
                    drawer.pick([
                        ["RANK", drawer.word("1", "2", "-1", "-3", "0", "x")],
                        ["COUNT", drawer.word("0", "1", "2", "-1", "x")],
                        ["MAXLEN", drawer.word("0", "1", "20", "-1")], ["foo"], ["RANK"],
                    ])
                }
        case 15:
            drawer.oneIn(3)
                ? ["RPOPLPUSH", readListKey(), readListKey()]
                : ["LMOVE", readListKey(), readListKey(), side(), side()]
        case 16:
            ["LMPOP", drawer.word("2", "2", "1", "3", "0", "x"), readListKey(), readListKey(), side()]
                + drawer.pick([[], ["COUNT", "2"], ["COUNT", "50"], ["COUNT", "0"], ["COUNT"], ["foo", "1"]])
        default:
            drawer.pick([
                ["DEL", listKey()], ["RENAME", listKey(), listKey()], ["COPY", listKey(), listKey(), "REPLACE"],
                ["EXPIRE", listKey(), "1000"], ["PERSIST", listKey()],
            ])
        }
    }
}
