// Random requests in memcached's text protocol: all commands with all their arguments, right and slightly wrong.
//
// Left out on purpose, because 1.6.18 answers otherwise than 1.6.45, which Duet follows (MemcachedLineTests has them
// one by one): wrong counts of arguments, E, x, N with ms, binary keys where 1.6.18 forgets that they are binary.
// Left out because memcached's answer is an accident: counting in a value of blanks (it reads on behind the item), a
// flush in the future after one in the past (what was flushed comes back until then), T with ma (lost when the number
// grows), a minus sign in a value (a number above 2^63 is refused if one happens to lie behind its item).

/// One request, with the key whose CAS numbers `{1}` (the last one seen), `{2}` … stand for.
struct MemcachedRequest: CustomStringConvertible {
    let text: String
    let key: String

    var description: String { String(text.prefix(120)).debugDescription }
}

struct MemcachedDrawer {
    private var drawer: Drawer
    /// When the run began, for absolute times.
    private let start: Int

    init(seed: UInt64, start: Int) {
        drawer = Drawer(seed: seed)
        self.start = start
    }

    static let keys = (0..<4).map { "k\($0)" } + binaryKeys
    /// In base64: these are met only as such.
    private static let binaryKeys = ["Ymsx", "AAEC", "//79"]

    private mutating func key() -> String { drawer.pick(Array(Self.keys.prefix(4))) }

    private mutating func value() -> String {
        drawer.pick([
            "", "x", "5", "41", "007", "99", "hello", " 3", "+5", "5 6", "9 ", "1.5", "\u{0}\u{ff}", "a\r\nb",
            "18446744073709551615", "18446744073709551616", "99999999999999999999", "000000000000000000000000000001",
            String(repeating: "v", count: 300), String(repeating: "w", count: 5000),
            String(repeating: "z", count: 20_000),
        ])
    }

    /// Forever, soon over, 30 days, one second more (long past), and absolute times on both sides of now.
    private mutating func exptime() -> String {
        drawer.word(
            "0", "0", "0", "1000", "+1000", "-1", "2592000", "2592001", "\(start + 100_000)", "\(start - 1000)",
            "2147483647", "-2147483648")
    }

    private mutating func clientFlags() -> String { drawer.word("0", "0", "5", "4294967295", "+7") }
    private mutating func noreply() -> String { drawer.word("", "", "", " noreply") }

    private mutating func delta() -> String {
        drawer.word("0", "1", "7", "10", "99", "18446744073709551615", "x", "-1", "18446744073709551616", "+3", "1x")
    }

    mutating func next() -> MemcachedRequest {
        let key = key()
        switch drawer.below(23) {
        case 0...3:
            let verb = drawer.word("set", "set", "add", "replace", "append", "prepend")
            let value = value()
            let line = "\(verb) \(key) \(clientFlags()) \(exptime()) \(bytes(value).count)\(noreply())\r\n"
            return MemcachedRequest(text: "\(line)\(value)\r\n", key: key)
        case 4:
            let value = value()
            let number = drawer.word("{1}", "{1}", "{1}", "{2}", "0", "18446744073709551615", "1")
            let line = "cas \(key) \(clientFlags()) \(exptime()) \(bytes(value).count) \(number)\(noreply())\r\n"
            return MemcachedRequest(text: "\(line)\(value)\r\n", key: key)
        case 5, 6: return line("\(drawer.word("get", "get", "gets")) \(key) \(self.key())", key)
        case 7: return line("gets \(key)", key)
        case 8: return line("\(drawer.word("incr", "decr")) \(key) \(delta())\(noreply())", key)
        case 9: return line("delete \(key)\(drawer.word("", "", " 0"))\(noreply())", key)
        case 10: return line("touch \(key) \(exptime())\(noreply())", key)
        case 11: return line("\(drawer.word("gat", "gats")) \(exptime()) \(key)", key)
        case 12:
            guard drawer.oneIn(4) else {
                return line(drawer.word("verbosity 0", "verbosity 1 noreply", "verbosity x"), key)
            }
            return line(drawer.word("flush_all", "flush_all 0", "flush_all -1 noreply", "flush_all noreply"), key)
        default: return meta(key)
        }
    }

    private func line(_ text: String, _ key: String) -> MemcachedRequest {
        MemcachedRequest(text: text + "\r\n", key: key)
    }

    private mutating func meta(_ plainKey: String) -> MemcachedRequest {
        let isBinary = drawer.oneIn(6)
        let key = isBinary ? drawer.pick(Self.binaryKeys) : plainKey
        let suffix = isBinary ? " b" : ""
        switch drawer.below(10) {
        case 0...3:
            var choices = ["v", "v", "f", "s", "q", "t", "c", "h", "l", "u", "P", "Lx", "T", "O", "R"]
            if !isBinary { choices += ["N", "k"] }
            return line("mg \(key)\(flags(choices))\(suffix)", key)
        case 4...6:
            let value = value()
            var choices = ["c", "k", "q", "O", "T", "F", "M", "C", "C", "I", "L", "Px"]
            if isBinary { choices.removeAll { $0 == "M" } }
            let line = "ms \(key) \(bytes(value).count)\(flags(choices))\(suffix)\r\n"
            return MemcachedRequest(text: "\(line)\(value)\r\n", key: key)
        case 7: return line("md \(key)\(flags(["I", "q", "k", "O", "T", "C"]))\(suffix)", key)
        case 8 where drawer.oneIn(3) && !isBinary: return line("me \(key)", key)
        default:
            var choices = ["v", "v", "t", "c", "k", "q", "O", "C", "D"]
            if !isBinary { choices += ["N", "J", "M"] }
            return line("ma \(key)\(flags(choices))\(suffix)", key)
        }
    }

    /// Some of `choices`, each at most once but for one time in a hundred, and seldom one that is wrong.
    private mutating func flags(_ choices: [String]) -> String {
        var found: [String] = []
        for _ in 0..<drawer.pick([0, 1, 1, 2, 2, 3, 4, 6]) {
            let flag = drawer.pick(choices)
            if found.contains(where: { $0.first == flag.first }) && !drawer.oneIn(100) { continue }
            found.append(token(flag))
        }
        if drawer.oneIn(40) { found.append(drawer.word("S", "Tx", "T", "Cx", "Z", "X", "W", "a", "MXY")) }
        return found.map { " " + $0 }.joined()
    }

    private mutating func token(_ flag: String) -> String {
        switch flag {
        case "T": "T" + exptime()
        case "N": "N" + drawer.word("0", "1000", "5000", "100")
        case "R": "R" + drawer.word("0", "30", "500", "7000", "-1")
        case "O": "O" + drawer.word("abc", "", String(repeating: "1", count: 31))
        case "F": "F" + clientFlags()
        case "C": "C" + drawer.word("{1}", "{1}", "{2}", "0", "18446744073709551615")
        case "D": "D" + drawer.word("0", "7", "18446744073709551615", "x", "-1")
        case "J": "J" + drawer.word("0", "13", "18446744073709551615", "x")
        case "M": "M" + drawer.word("E", "A", "P", "R", "S", "e", "a", "p", "r", "s", "I", "D", "+", "-", "i", "d", "X")
        default: flag
        }
    }
}
