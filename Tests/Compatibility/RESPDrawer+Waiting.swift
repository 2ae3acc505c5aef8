// Random requests that might wait, for transactions, in which nothing waits.

extension RESPDrawer {
    private mutating func list() -> String { drawer.word("l0", "l1", "l2", "k0", "nokey") }

    private mutating func sortedSet() -> String { drawer.word("z0", "z1", "z2", "k0", "nokey") }

    private mutating func timeout() -> String { drawer.word("0", "0", "0.5", "10", "x", "-1") }

    mutating func waiting() -> [String] {
        switch drawer.below(6) {
        case 0: [drawer.word("BLPOP", "BRPOP"), list(), list(), timeout()]
        case 1:
            drawer.oneIn(2)
                ? ["BLMOVE", list(), list(), drawer.word("LEFT", "RIGHT", "foo"), "LEFT", timeout()]
                : ["BRPOPLPUSH", list(), list(), timeout()]
        case 2: ["BLMPOP", timeout(), drawer.word("2", "1", "0"), list(), list(), drawer.word("LEFT", "RIGHT")]
        case 3: [drawer.word("BZPOPMIN", "BZPOPMAX"), sortedSet(), sortedSet(), timeout()]
        case 4:
            drawer.oneIn(2)
                ? ["XREAD", "BLOCK", timeout(), "STREAMS", "x0", drawer.word("0", "$", "39-1")]
                : ["XREADGROUP", "GROUP", "g", "c", "BLOCK", timeout(), "STREAMS", "x0", drawer.word(">", "0")]
        default:
            ["BZMPOP", timeout(), drawer.word("2", "2", "1", "x"), sortedSet(), sortedSet(), drawer.word("MIN", "MAX")]
                + drawer.pick([[], ["COUNT", "2"], ["COUNT", "0"], ["foo"]])
        }
    }
}
