// Random requests on sorted sets.
//
// Left out: scores that Redis 7.0 prints with 17 digits and 7.2 with fewer, choices at random, WITHSCORE of ZRANK, and
// ranges of members where scores differ, which have no meaning: these have keys of their own.

extension RESPDrawer {
    private mutating func target() -> String { drawer.word("z0", "z1", "z2") }

    private mutating func sortedKey() -> String { drawer.oneIn(12) ? drawer.word("k0", "s0", "s1", "nokey") : target() }

    private mutating func score() -> String {
        drawer.oneIn(3)
            ? drawer.word("1", "1.5", "-2.25", "inf", "-inf", "+inf", "0", "-0", "1e3", "0x10", ".5", "5.", "3.0")
            : "\(drawer.below(40))"
    }

    private mutating func anyScore() -> String {
        drawer.oneIn(8) ? drawer.word("x", "", " 1", "nan", "1e400", "1 ") : score()
    }

    private mutating func member() -> String {
        drawer.pick([
            "a", "b", "", "\u{0}\u{ff}", "m\(drawer.below(300))", "\(drawer.below(20))",
            String(repeating: "m", count: drawer.pick([64, 65, 244, 245, 2000])),
        ])
    }

    private mutating func bound() -> String {
        drawer.oneIn(6) ? drawer.word("x", "", "(", "((1", "(x", "nan") : (drawer.oneIn(3) ? "(" : "") + score()
    }

    private mutating func memberBound() -> String {
        drawer.word("-", "+", "[", "(", "[m1", "(m2", "[m\(drawer.below(300))", "(\(drawer.below(20))", "x", "", "-x")
    }

    private mutating func position() -> String {
        drawer.word(
            "0", "-1", "1", "5", "-3", "\(drawer.below(200))", "-\(drawer.below(200))", "x", "9223372036854775807")
    }

    private mutating func limit() -> [String] {
        drawer.pick([
            [], [], ["LIMIT", "0", "5"], ["LIMIT", "3", "-1"], ["LIMIT", "-1", "5"], ["LIMIT", "2", "0"],
            ["LIMIT", "1"],
            ["LIMIT", "x", "1"],
        ])
    }

    private mutating func withScores() -> [String] { drawer.pick([[], ["WITHSCORES"], ["withscores"], ["foo"]]) }

    mutating func sortedSets() -> [String] {
        switch drawer.below(24) {
        case 0...3:
            ["ZADD", target()]
                + drawer.pick([
                    [], [], [], ["NX"], ["XX"], ["GT"], ["LT", "CH"], ["XX", "GT", "CH"], ["NX", "XX"], ["GT", "LT"],
                    ["CH"],
                ])
                + (0..<drawer.pick([1, 1, 2, 3, 30])).flatMap { _ in [score(), member()] }
        case 4: ["ZADD", sortedKey()] + drawer.pick([[], ["INCR"], ["NX", "INCR"], ["foo"]]) + [anyScore(), member()]
        case 5: ["ZINCRBY", sortedKey(), anyScore(), member()]
        case 6: ["ZREM", sortedKey(), member(), member(), member()]
        case 7: [drawer.word("ZSCORE", "ZRANK", "ZREVRANK"), sortedKey(), member()]
        case 8: ["ZMSCORE", sortedKey(), member(), member(), member()]
        case 9: [drawer.word("ZCARD", "TYPE", "GET", "DEL", "ZPOPMIN", "ZPOPMAX"), sortedKey()]
        case 10: ["ZCOUNT", sortedKey(), bound(), bound()]
        case 11: [drawer.word("ZRANGE", "ZREVRANGE"), sortedKey(), position(), position()] + withScores()
        case 12: ["ZRANGE", sortedKey(), position(), position(), "REV"] + withScores()
        case 13:
            [drawer.word("ZRANGEBYSCORE", "ZREVRANGEBYSCORE"), sortedKey(), bound(), bound()] + limit() + withScores()
        case 14:
            ["ZRANGE", sortedKey(), bound(), bound(), "BYSCORE"] + drawer.pick([[], ["REV"]]) + limit() + withScores()
        case 15: ["ZADD", "lex"] + (0..<drawer.pick([1, 5])).flatMap { _ in ["0", member()] }
        case 16:
            [drawer.word("ZRANGEBYLEX", "ZREVRANGEBYLEX", "ZLEXCOUNT"), "lex", memberBound(), memberBound()]
                + drawer.pick([[], limit()])
        case 17:
            drawer.oneIn(3)
                ? ["ZREMRANGEBYLEX", "lex", memberBound(), memberBound()]
                : ["ZRANGE", "lex", memberBound(), memberBound(), "BYLEX"] + drawer.pick([[], ["REV"]]) + limit()
        case 18: [drawer.word("ZPOPMIN", "ZPOPMAX"), sortedKey(), drawer.word("1", "2", "0", "-1", "x", "5")]
        case 19:
            ["ZMPOP", drawer.word("2", "2", "1", "0", "x", "5"), sortedKey(), sortedKey()]
                + [drawer.word("MIN", "max", "foo")] + drawer.pick([[], ["COUNT", "2"], ["COUNT", "0"], ["COUNT"]])
        case 20:
            drawer.oneIn(2)
                ? ["ZREMRANGEBYRANK", sortedKey(), drawer.word("0", "-3", "5"), drawer.word("0", "-2", "7", "x")]
                : ["ZREMRANGEBYSCORE", sortedKey(), drawer.word("5", "(7", "x"), drawer.word("6", "(9")]
        case 21:
            ["ZRANGESTORE", target(), sortedKey()]
                + drawer.pick([
                    [position(), position()], [position(), position(), "REV"], [bound(), bound(), "BYSCORE"] + limit(),
                    [position(), position(), "WITHSCORES"],
                ])
        case 22:
            [drawer.word("ZUNION", "ZINTER", "ZDIFF"), drawer.word("2", "2", "2", "1", "0", "x", "3"), sortedKey()]
                + [sortedKey()] + combination() + withScores()
        default:
            drawer.oneIn(3)
                ? ["ZINTERCARD", "2", sortedKey(), sortedKey()] + drawer.pick([[], ["LIMIT", "2"], ["LIMIT", "-1"]])
                : [drawer.word("ZUNIONSTORE", "ZINTERSTORE", "ZDIFFSTORE"), target(), "2", sortedKey(), sortedKey()]
                    + combination()
        }
    }

    private mutating func combination() -> [String] {
        drawer.pick([
            [], [], ["WEIGHTS", "2", "0.5"], ["WEIGHTS", "1"], ["WEIGHTS", "x", "1"], ["AGGREGATE", "MAX"],
            ["AGGREGATE", "min", "WEIGHTS", "3", "-1"], ["AGGREGATE", "foo"], ["AGGREGATE"],
        ])
    }
}
