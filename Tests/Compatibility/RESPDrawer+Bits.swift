// Random requests on bits and on HyperLogLogs.
//
// Left out: wrong arguments of BITCOUNT and BITPOS (Redis 7.0 looks at them only if there is a string, 7.2 and Duet
// before), offsets that make strings of hundreds of megabytes, damage to HyperLogLogs behind their beginning (Redis
// keeps what it changed before it saw it).

extension RESPDrawer {
    private mutating func bitOffset() -> String {
        drawer.oneIn(6)
            ? drawer.word("-1", "x", "4294967296", "", "9223372036854775807", "1.5")
            : "\(drawer.below(drawer.pick([8, 64, 500, 200_000])))"
    }

    private mutating func index() -> String {
        drawer.oneIn(8)
            ? drawer.word("9223372036854775807", "-9223372036854775808", "100000", "-100000")
            : "\(drawer.below(400) - 200)"
    }

    private mutating func unit() -> [String] { drawer.pick([[], ["BYTE"], ["BIT"], ["bit"]]) }

    mutating func bits() -> [String] {
        switch drawer.below(8) {
        case 0, 1: return ["SETBIT", key(), bitOffset(), drawer.word("0", "1", "1", "0", "2", "x", "-1")]
        case 2: return ["GETBIT", key(), bitOffset()]
        case 3: return ["BITCOUNT", key()] + (drawer.oneIn(4) ? [] : [index(), index()] + unit())
        case 4:
            let ends = drawer.pick([0, 1, 2])
            return ["BITPOS", key(), drawer.word("0", "1", "1", "0", "2", "x")] + (0..<ends).map { _ in index() }
                + (ends == 2 ? unit() : [])
        case 5:
            return [drawer.word("BITOP", "bitop"), drawer.word("AND", "OR", "XOR", "NOT", "not", "NAND", ""), key()]
                + (0..<drawer.pick([1, 1, 2, 3])).map { _ in key() }
        case 6:
            return [drawer.word("BITFIELD", "BITFIELD", "BITFIELD_RO"), key()]
                + (0..<drawer.below(5)).flatMap { _ in fieldOperation() }
        default:
            if drawer.oneIn(2) {
                return ["SET", subsequenceKey(), drawer.word("ohmytext", "mynewtext", "", "aaaa", "abab")]
            }
            return ["LCS", subsequenceKey(), subsequenceKey()]
                + (0..<drawer.below(3)).flatMap { _ in
                    drawer.pick([
                        ["IDX"], ["LEN"], ["WITHMATCHLEN"], ["MINMATCHLEN", drawer.word("0", "2", "-1", "x")],
                        ["MINMATCHLEN"], ["foo"],
                    ])
                }
        }
    }

    private mutating func subsequenceKey() -> String { drawer.word("l0", "l1", "l2") }

    private mutating func fieldOperation() -> [String] {
        let type =
            drawer.oneIn(10)
            ? drawer.word("u64", "i65", "i0", "x8", "", "i", "u", "u08", "i-1")
            : drawer.oneIn(2) ? "u\(1 + drawer.below(63))" : "i\(1 + drawer.below(64))"
        let offset = drawer.oneIn(3) ? "#\(drawer.below(50))" : drawer.oneIn(20) ? bitOffset() : "\(drawer.below(500))"
        let operand = drawer.oneIn(4) ? number() : "\(drawer.below(1 << 20) - 1 << 19)"
        switch drawer.below(4) {
        case 0: return ["GET", type, offset]
        case 1: return ["SET", type, offset, operand]
        case 2: return ["incrby", type, offset, operand]
        default:
            return ["OVERFLOW", drawer.word("WRAP", "SAT", "FAIL", "sat", "fail", "wrap", "foo")]
                + (drawer.oneIn(8) ? ["foo"] : ["INCRBY", type, offset, operand])
        }
    }

    private mutating func sketchKey() -> String { drawer.word("h0", "h1", "h2", "h3") }

    private mutating func elements() -> [String] {
        (0..<drawer.pick([0, 1, 1, 3, 100])).map { _ in "e\(drawer.below(5000))" }
    }

    mutating func hyperLogLogs() -> [String] {
        switch drawer.below(9) {
        case 0, 1, 2: return ["PFADD", sketchKey()] + elements()
        case 3: return ["PFCOUNT", sketchKey()]
        case 4: return ["PFCOUNT", sketchKey(), drawer.oneIn(8) ? key() : sketchKey(), sketchKey()]
        case 5: return ["PFMERGE", sketchKey()] + (0..<drawer.below(3)).map { _ in sketchKey() }
        case 6: return ["PFMERGE", sketchKey(), drawer.oneIn(4) ? key() : sketchKey()]
        case 7: return ["GET", sketchKey()]
        default:
            let header = "HYLL\u{1}" + String(repeating: "\u{0}", count: 10)
            return drawer.pick([
                ["PFDEBUG", drawer.word("ENCODING", "DECODE", "TODENSE", "GETREG", "foo"), sketchKey()],
                ["PFADD", key(), "a"],
                ["SET", sketchKey(), drawer.word("foo", header, header + "\u{80}\u{80}", header + "\u{80}\u{0}")],
                ["DEL", sketchKey()], ["CONFIG", "GET", "hll-sparse-max-bytes"],
                ["EXPIRE", sketchKey(), "1000"], ["TTL", sketchKey()],
            ])
        }
    }
}
