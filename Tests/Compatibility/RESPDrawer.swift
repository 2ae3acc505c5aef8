// Random requests in RESP: every command on keys and strings, right and wrong in all the ways that have an error of
// their own.
//
// Left out, for a reason each: OBJECT REFCOUNT (Redis shares small integers and says 2147483647; Duet shares none and
// says 1), OBJECT IDLETIME and MEMORY USAGE (a matter of the moment and of the allocator), KEYS, SCAN and RANDOMKEY
// where they tell an order, HELP, INFO, COMMAND and HELLO without argument (texts and lists of what is here), commands
// that Duet does not have yet.

struct RESPDrawer {
    var drawer: Drawer
    private let start: Int

    init(seed: UInt64, start: Int) {
        drawer = Drawer(seed: seed)
        self.start = start
    }

    mutating func key() -> String { drawer.word("k0", "k1", "k2", "k3", "k\u{0}\u{ff}\r\n", "") }

    mutating func value() -> String {
        drawer.pick([
            "", "x", "5", "41", "007", "99", "hello", " 3", "-1", "+5", "3.0", "1e3", "9223372036854775807",
            "-9223372036854775808", "9223372036854775808", String(repeating: "v", count: 300),
            String(repeating: "w", count: 44), String(repeating: "w", count: 45), String(repeating: "z", count: 20_000),
            "\u{0}\u{1}\u{ff}", "inf", "nan", "0x10", "1.5 ", "-0",
        ])
    }

    mutating func number() -> String {
        drawer.word(
            "0", "1", "-1", "5", "-3", "x", "", "9223372036854775807", "-9223372036854775808", "9223372036854775808",
            "1.5", "+1", " 1", "007", "-0", "100")
    }

    /// Far apart and hardly ever twice the same, so that a moment between the servers decides nothing.
    private mutating func seconds() -> String {
        drawer.word(
            "0", "-1", "x", "9223372036854775807", "9223372036854775", "\(2000 + drawer.below(1 << 20))",
            "\(2000 + drawer.below(1 << 20))", "1.5", "")
    }

    private mutating func milliseconds() -> String {
        drawer.word(
            "0", "-1", "x", "9223372036854775807", "\(2_000_000 + 1000 * drawer.below(1 << 20))",
            "\(2_000_000 + 1000 * drawer.below(1 << 20))")
    }

    private mutating func database() -> String { drawer.word("0", "1", "2", "15", "16", "-1", "x", "9999999999") }

    private mutating func setOptions() -> [String] {
        var options: [String] = []
        for _ in 0..<drawer.pick([0, 0, 1, 1, 1, 2, 3]) {
            options += drawer.pick([
                ["NX"], ["XX"], ["GET"], ["EX", seconds()], ["PX", milliseconds()], ["EXAT", "\(start + 100_000)"],
                ["PXAT", "\((start + 5000) * 1000)"], ["KEEPTTL"], ["EX"], ["foo"], ["nx"], ["ex", "1000"], ["PERSIST"],
            ])
        }
        return options
    }

    mutating func next() -> [String] {
        switch drawer.below(10) {
        case 0: strings()
        case 1: lists()
        case 2: drawer.oneIn(2) ? bits() : hyperLogLogs()
        case 3: hashes()
        case 4: drawer.oneIn(4) ? sorting() : sets()
        case 5: drawer.oneIn(4) ? places() : sortedSets()
        case 6: drawer.oneIn(3) ? ["GET", key()] : ["SET", key(), value()] + setOptions()
        case 7: keys()
        case 8: streams()
        default: drawer.oneIn(3) ? wrong() : strings()
        }
    }

    private mutating func strings() -> [String] {
        switch drawer.below(14) {
        case 0: ["MGET", key(), key(), key()]
        case 1: [drawer.word("MSET", "MSETNX"), key(), value(), key(), value()]
        case 2: [drawer.word("INCR", "DECR", "incr"), key()]
        case 3: [drawer.word("INCRBY", "DECRBY"), key(), number()]
        case 4:
            [
                "INCRBYFLOAT", key(),
                drawer.word(
                    "0.1", "1e2", "-2.5", "abc", "inf", "nan", "1e400", "3.0", "-0", "0", "", "1e-20", "5e17", " 1",
                    "0x1", "100000000000000000000", "1.123456789012345678"),
            ]
        case 5: ["APPEND", key(), value()]
        case 6: ["STRLEN", key()]
        case 7: [drawer.word("GETRANGE", "SUBSTR"), key(), number(), number()]
        case 8:
            [
                "SETRANGE", key(), drawer.word("0", "1", "3", "20", "-1", "x", "536870912", "9223372036854775807"),
                value(),
            ]
        case 9:
            ["GETEX", key()]
                + drawer.pick([
                    [], ["PERSIST"], ["EX", seconds()], ["EXAT", "\(start + 100_000)"], ["PERSIST", "EX", "10"], ["EX"],
                    ["KEEPTTL"], ["NX"], ["PX", "x"], ["GET"], ["PERSIST", "PERSIST"], ["EX", "10", "EX", "20000"],
                ])
        case 10: [drawer.word("SETNX", "GETSET"), key(), value()]
        case 11: ["SETEX", key(), seconds(), value()]
        case 12: ["PSETEX", key(), milliseconds(), value()]
        default: ["OBJECT", drawer.word("ENCODING", "ENCODING", "FREQ", "foo"), key()]
        }
    }

    /// What DUMP says of a string, a hash, a set and a sorted set; the string with a byte changed; nonsense. No list,
    /// whose encoding got another name in 7.2.
    private static let payloads = [
        "\u{0}\u{5}hello\u{a}\u{0}cr\u{df}ve4 \u{a}",
        "\u{10}\u{d}\u{d}\u{0}\u{0}\u{0}\u{2}\u{0}\u{81}f\u{2}\u{81}v\u{2}\u{ff}\u{a}\u{0} \u{f1}=D#T\u{8}\u{9d}",
        "\u{b}\u{c}\u{2}\u{0}\u{0}\u{0}\u{2}\u{0}\u{0}\u{0}\u{1}\u{0}\u{2}\u{0}\u{a}\u{0}oy8\u{b1}4\u{eb} .",
        "\u{11}\u{c}\u{c}\u{0}\u{0}\u{0}\u{2}\u{0}\u{81}a\u{2}\u{1}\u{1}\u{ff}\u{a}\u{0}"
            + "\u{a8}\u{5}\u{ce}\u{b8}\u{d7}\u{a9}3\u{2}",
        "\u{0}\u{5}hallo\u{a}\u{0}cr\u{df}ve4 \u{a}", "nonsense", "",
    ]

    private mutating func keys() -> [String] {
        switch drawer.below(14) {
        case 0, 1: [drawer.word("DEL", "UNLINK", "EXISTS", "TOUCH"), key(), key()]
        case 2:
            ["EXPIRE", key(), seconds()]
                + drawer.pick([
                    [], ["NX"], ["XX"], ["GT"], ["LT"], ["NX", "XX"], ["GT", "LT"], ["XX", "GT"], ["foo\r\n"], ["nx"],
                    [String(repeating: "x", count: 200)],
                ])
        case 3: ["PEXPIRE", key(), milliseconds()] + drawer.pick([[], [], ["GT"], ["LT"], ["XX", "LT"]])
        case 4:
            ["EXPIREAT", key(), drawer.word("\(start + 100_000)", "0", "-1", "x", "9223372036854775807", "1")]
                + drawer.pick([[], ["NX"], ["XX"]])
        case 5:
            ["PEXPIREAT", key(), drawer.word("\(start + 100_000)000", "0", "-1", "x", "9223372036854775807", "1")]
        case 6: [drawer.word("TTL", "PERSIST", "TYPE", "GETDEL", "EXPIRETIME"), key()]
        case 7: [drawer.word("RENAME", "RENAMENX"), key(), key()]
        case 8:
            ["COPY", key(), key()]
                + drawer.pick([
                    [], ["REPLACE"], ["DB", database()], ["DB", "1", "REPLACE"], ["REPLACE", "REPLACE"], ["DB"],
                    ["foo"],
                ])
        case 9: ["MOVE", key(), database()]
        case 10: ["SWAPDB", database(), database()]
        case 11: ["SELECT", database()]
        case 12:
            [
                "RESTORE", key(), drawer.word("0", "0", "0", "-1", "x", "\(2_000_000 + 1000 * drawer.below(1 << 20))"),
                drawer.pick(Self.payloads),
            ]
                + drawer.pick([
                    [], ["REPLACE"], ["REPLACE"], ["REPLACE", "ABSTTL"], ["IDLETIME", "1"], ["FREQ", "7"],
                    ["FREQ", "256"], ["IDLETIME", "-1"], ["IDLETIME", "x"], ["FREQ", "1", "IDLETIME", "1"], ["foo"],
                ])
        default: ["DBSIZE"]
        }
    }

    private mutating func wrong() -> [String] {
        switch drawer.below(4) {
        case 0:
            return ["SCAN", drawer.word("x", "-", "1x", "0 ", "18446744073709551616", "99999999999999999999")]
        case 1:
            return ["SCAN", "0"]
                + drawer.pick([
                    ["COUNT", "0"], ["COUNT", "x"], ["COUNT"], ["MATCH"], ["foo", "1"], ["COUNT", "-1"],
                    ["TYPE", "nosuch", "COUNT", "1000"], ["MATCH", "zz", "COUNT", "1000"],
                ])
        case 2:
            let command = drawer.word(
                "PING", "ECHO", "GET", "SET", "NOSUCH", "nosuch\r\nx", "MSET", "MGET", "DEL", "COPY", "", "SELECT",
                "FLUSHALL", "FLUSHDB", "EXPIRE", "OBJECT", "SWAPDB", "KEYS", "CLIENT", "CONFIG")
            let argument = drawer.word("a", "k0", String(repeating: "x", count: 200), "\r\n")
            return [command] + (0..<drawer.below(4)).map { _ in argument }
        default:
            return drawer.pick([
                ["PING"], ["PING", "hi"], ["PING", "a", "b"], ["ECHO", "\u{0}"], ["HELLO", "4"], ["HELLO", "x"],
                ["HELLO", "2", "foo"], ["HELLO", "3", "SETNAME", "a b"], ["CLIENT", "GETNAME"],
                ["CLIENT", "SETNAME", "x y"], ["CLIENT", "SETNAME", "ok"], ["CLIENT", "foo"],
                ["CONFIG", "GET", "nosuch"],
                ["CONFIG", "foo"], ["CONFIG", "SET", "nosuch", "1"], ["COMMAND", "COUNT", "x"],
                ["COMMAND", "GETKEYS", "GET", "a"], ["COMMAND", "GETKEYS", "MSET", "a", "b", "c", "d"], ["AUTH", "x"],
                ["AUTH", "a", "b"], ["FLUSHALL", "x"], ["FLUSHALL", "SYNC"], ["FLUSHDB", "ASYNC"],
                ["CLIENT", "KILL", "x"], ["CLIENT", "ID", "x"], ["MEMORY", "USAGE"], ["MEMORY", "foo"], ["RESET", "x"],
                ["TIME", "x"], ["ROLE", "x"], ["SHUTDOWN", "x"], ["MODULE", "LIST"], ["CLUSTER", "INFO"], ["OBJECT"],
                ["KEYS", "nothing*"],
            ])
        }
    }
}
