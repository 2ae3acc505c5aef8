// Random requests on streams. IDs are given, so that both servers have the same.
//
// Left out: trims that need not be exact, which are a matter of how entries are laid out, as are two rows of XINFO
// STREAM; idle times; rows that XINFO CONSUMERS has since Redis 7.2; last IDs below what was deleted: 7.2 refuses them;
// and which consumers there are: since 7.2 one that asks for something is made, whether there is something or not.

extension RESPDrawer {
    private mutating func streamKey() -> String { drawer.oneIn(15) ? drawer.word("k0", "l0", "nokey") : stream() }

    private mutating func stream() -> String { drawer.word("x0", "x1") }

    private mutating func group() -> String { drawer.word("g", "g", "h", drawer.oneIn(6) ? "nogroup" : "g") }

    private mutating func consumer() -> String { drawer.word("c", "d", "", String(repeating: "c", count: 300)) }

    private mutating func newID() -> String {
        drawer.oneIn(8)
            ? drawer.word("0-0", "0-*", "x", "5-x", "-", "+", "", "1-1-1", " 3", "007-1")
            : drawer.oneIn(2) ? "39-*" : "\(drawer.below(40))-" + (drawer.oneIn(2) ? "*" : "\(drawer.below(4))")
    }

    private mutating func id() -> String {
        drawer.oneIn(12)
            ? drawer.word("x", "-", "+", "", "18446744073709551615-18446744073709551615", "1-x")
            : "\(drawer.below(4) == 0 ? drawer.below(40) : 39)-\(drawer.below(30))"
    }

    private mutating func bound() -> String {
        drawer.word("-", "+", "(\(drawer.below(40))", "\(drawer.below(40))", id(), "(" + id())
    }

    private mutating func pairs() -> [String] {
        switch drawer.below(8) {
        case 0: ["f\(drawer.below(30))", drawer.word("", "1", "\u{0}\u{ff}\r\n")]
        case 1: ["big", String(repeating: "v", count: drawer.pick([254, 255, 1000, 3000]))]
        case 2: ["odd"]
        case 3: ["a", "1", "a", "2", "", ""]
        default: drawer.pick([["temperature", "\(drawer.below(40))", "humidity", "5"], ["x", "\(drawer.below(9))"]])
        }
    }

    private mutating func trim() -> [String] {
        drawer.pick([
            ["MAXLEN", "\(drawer.below(30))"], ["MAXLEN", "=", "\(drawer.below(30))"], ["MINID", id()],
            ["MINID", "=", "\(drawer.below(20))"], ["MAXLEN", "-1"], ["MAXLEN", "x"], ["MAXLEN", "~", "100000"],
            ["MAXLEN", "5", "LIMIT", "2"], ["LIMIT", "3"], ["MAXLEN", "1", "MINID", "1"], ["LIMIT", "0"],
            ["MAXLEN", "~", "100000", "LIMIT", "5"], ["MINID", "~", "0-1"], ["MAXLEN", "~", "5", "LIMIT", "-1"],
        ])
    }

    /// XINFO GROUPS without the numbers of consumers.
    static func withoutConsumers(_ reply: [UInt8]) -> [[UInt8]] {
        let lines = reply.split(separator: 10).map(Array.init)
        return lines.indices.filter { $0 == 0 || lines[$0 - 1] != bytes("consumers\r") }.map { lines[$0] }
    }

    mutating func streams() -> [String] {
        switch drawer.below(26) {
        case 0...5: ["XADD", stream(), newID()] + pairs()
        case 6: ["XADD", streamKey()] + drawer.pick([["NOMKSTREAM"], trim(), ["foo"]]) + [newID()] + pairs()
        case 7: ["XTRIM", streamKey()] + trim()
        case 8: [drawer.word("XLEN", "TYPE", "GET"), streamKey()]
        case 9: ["XRANGE", streamKey(), bound(), bound()] + count()
        case 10: ["XREVRANGE", streamKey(), bound(), bound()] + count()
        case 11: ["XDEL", streamKey(), id(), id(), id()]
        case 12:
            ["XSETID", streamKey(), drawer.word("x", "39-600", "39-700")]
                + drawer.pick([[], [], ["ENTRIESADDED", "5"], ["ENTRIESADDED", "-1"], ["foo"], ["MAXDELETEDID", "40"]])
        case 13: ["XREAD"] + count() + drawer.pick([["STREAMS"], ["BLOCK", "x", "STREAMS"], ["foo"]]) + [stream(), id()]
        case 14: ["XREAD", "STREAMS", stream(), streamKey(), id(), drawer.word("0", "$", ">")]
        case 15:
            ["XGROUP", drawer.word("CREATE", "create"), streamKey(), group(), drawer.word("0", "$", id())]
                + drawer.pick([[], ["MKSTREAM"], ["MKSTREAM"], ["ENTRIESREAD", "3"], ["ENTRIESREAD", "x"], ["foo"]])
        case 16:
            drawer.oneIn(8)
                ? ["XGROUP", "DESTROY", streamKey(), group()]
                : ["XGROUP", "SETID", streamKey(), group(), drawer.word("0", "$", "x", "\(drawer.below(40))")]
                    + drawer.pick([[], ["ENTRIESREAD", "2"], ["ENTRIESREAD", "-2"]])
        case 17:
            drawer.oneIn(2)
                ? ["XGROUP", "CREATECONSUMER", streamKey(), group(), drawer.word("e", "f")]
                : ["XGROUP", "DELCONSUMER", streamKey(), group(), consumer()]
        case 18, 19:
            ["XREADGROUP", "GROUP", group(), consumer()] + count() + drawer.pick([[], [], ["NOACK"], ["foo"]])
                + ["STREAMS", streamKey(), drawer.word(">", ">", ">", "0", "$", id())]
        case 20: ["XACK", streamKey(), group(), id(), id()]
        case 21:
            drawer.oneIn(2)
                ? ["XPENDING", streamKey(), group()]
                : ["XPENDING", streamKey(), group(), bound(), bound(), drawer.word("0", "x")]
        case 22, 23:
            ["XCLAIM", streamKey(), group(), consumer(), drawer.word("0", "0", "1000000000", "x", "-1")]
                + [id(), id()]
                + drawer.pick([
                    [], ["JUSTID"], ["FORCE"], ["FORCE", "JUSTID", "RETRYCOUNT", "5"], ["IDLE", "x"], ["LASTID", id()],
                    ["IDLE", "1000000"], ["TIME", "1"], ["TIME"], ["foo"], ["RETRYCOUNT", "9223372036854775807"],
                ])
        case 24:
            ["XAUTOCLAIM", streamKey(), group(), consumer(), drawer.word("0", "0", "1000000000", "x"), bound()]
                + drawer.pick([[], ["JUSTID"], ["COUNT", "2"], ["COUNT", "0"], ["COUNT", "1", "JUSTID"], ["foo"]])
        default: drawer.oneIn(12) ? ["DEL", stream()] : ["XINFO", drawer.word("GROUPS", "GROUPS", "foo"), streamKey()]
        }
    }

    private mutating func count() -> [String] {
        drawer.pick([[], [], ["COUNT", "2"], ["COUNT", "0"], ["COUNT", "-1"], ["COUNT", "x"], ["COUNT", "1000"]])
    }
}
