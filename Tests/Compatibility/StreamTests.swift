// Random command streams, answered by Duet and by the real server, byte for byte.

import Base
import Glibc
import Testing

/// Draws requests over a few keys, so that they meet each other's effects.
private struct Drawer {
    var random: SplitMix64

    mutating func pick(_ choices: [String]) -> String { choices[random.next(below: choices.count)] }
    mutating func key() -> String { "k\(random.next(below: 6))" }
    mutating func number() -> String { pick(["0", "1", "7", "10", "99", "18446744073709551615"]) }

    mutating func value() -> String {
        pick(["", "x", "5", "41", "007", "99", "hello", " 3", "-1", String(repeating: "v", count: 300)])
    }

    // memcached 1.6.18 and 1.6.45, which Duet follows, answer some wrong lines differently: those are left out. CAS
    // numbers are each server's own: nothing here shows one.
    mutating func memcached() -> String {
        let noreply = pick(["", "", "", " noreply"])
        switch random.next(below: 15) {
        case 0...3:
            let value = value()
            let verb = pick(["set", "set", "add", "replace", "append", "prepend"])
            return "\(verb) \(key()) \(pick(["0", "5", "4294967295"])) \(pick(["0", "1000", "-1"])) \(value.utf8.count)"
                + "\(noreply)\r\n\(value)\r\n"
        case 4, 5: return "get \(key()) \(key()) \(key())\r\n"
        case 6: return "\(pick(["incr", "decr"])) \(key()) \(number())\(noreply)\r\n"
        case 7: return "delete \(key())\(noreply)\r\n"
        case 8: return "touch \(key()) \(pick(["0", "1000"]))\r\n"
        case 9: return "gat \(pick(["0", "1000"])) \(key())\r\n"
        case 10, 11: return "mg \(key()) \(pick(["v", "f v", "s v k", "k q v Oabc", "s f", "q v", "v N30 f"]))\r\n"
        case 12:
            let value = value()
            let flags = pick(["T0", "F7", "ME", "MA", "MP", "MR", "MS k", "q", "Ox k"])
            return "ms \(key()) \(value.utf8.count) \(flags)\r\n\(value)\r\n"
        case 13: return "md \(key()) \(pick(["", "q", "k Oz"]))\r\n"
        default: return "ma \(key()) \(pick(["v", "v D7", "MD v", "N0 J13 v", "q"]))\r\n"
        }
    }

    // OBJECT ENCODING is left out: Redis calls a whole number that INCRBYFLOAT made embstr, Duet int.
    mutating func resp() -> [String] {
        let words =
            switch random.next(below: 27) {
            case 0...3:
                ["SET", key(), value()]
                    + [[], ["NX"], ["XX"], ["GET"], ["EX", "1000"], ["KEEPTTL"], ["NX", "XX"]][random.next(below: 7)]
            case 4...6: ["GET", key()]
            case 7: ["MGET", key(), key(), key()]
            case 8: ["MSET", key(), value(), key(), value()]
            case 9: [pick(["INCR", "DECR"]), key()]
            case 10: [pick(["INCRBY", "DECRBY"]), key(), pick(["5", "-3", "x", "9223372036854775807"])]
            case 11: ["INCRBYFLOAT", key(), pick(["0.1", "1e2", "-2.5", "abc"])]
            case 12: ["APPEND", key(), value()]
            case 13: ["STRLEN", key()]
            case 14: ["GETRANGE", key(), pick(["0", "1", "-3"]), pick(["-1", "2", "100"])]
            case 15: ["SETRANGE", key(), pick(["0", "3", "20", "-1"]), value()]
            case 16: ["DEL", key(), key()]
            case 17: ["EXISTS", key(), key()]
            case 18: ["EXPIRE", key(), pick(["1000", "0", "x"])] + [[], ["NX"], ["XX"]][random.next(below: 3)]
            // Far apart, so that a millisecond between the servers decides nothing.
            case 25: ["EXPIRE", key(), "\(1000 + random.next(below: 1 << 20))", pick(["GT", "LT"])]
            case 19: [pick(["TTL", "PERSIST", "TYPE", "GETDEL", "UNLINK", "TOUCH"]), key()]
            case 20: [pick(["RENAME", "RENAMENX"]), key(), key()]
            case 21: ["COPY", key(), key()] + [[], ["REPLACE"]][random.next(below: 2)]
            case 22: ["GETEX", key()] + [[], ["PERSIST"], ["EX", "1000"]][random.next(below: 3)]
            case 23: [pick(["SETNX", "GETSET", "MSETNX"]), key(), value()]
            default: [pick(["DBSIZE", "GET", "NOSUCH", "PING", "SET"])]
            }
        return words
    }
}

private func bulk(_ words: [String]) -> [UInt8] {
    var text = "*\(words.count)\r\n"
    for word in words { text += "$\(word.utf8.count)\r\n\(word)\r\n" }
    return Array(text.utf8)
}

@Suite("Beside the real servers", .serialized)
struct StreamTests {
    /// More than the usual few with `DUET_SEEDS=100 swift test --filter Compatibility`.
    private var seeds: Range<UInt64> {
        let wanted = unsafe getenv("DUET_SEEDS").flatMap { unsafe UInt64(String(cString: $0)) }
        return 1..<(1 + (wanted ?? 4))
    }

    private func text(_ bytes: [UInt8]) -> String {
        String(decoding: bytes.prefix(400), as: UTF8.self).debugDescription
    }

    @Test(
        "memcached's text commands are answered as memcached answers them",
        .enabled(if: Peer.memcached != nil, "apt-get install memcached"))
    func memcachedStreams() throws {
        // Its background threads hold an item now and then, and an incr then makes a new one without padding: not here.
        let peer = try Peer(Peer.memcached!) { socket, _ in
            ["-s", socket, "-U", "0", "-t", "1", "-u", "root", "-o", "no_lru_maintainer,no_lru_crawler"]
        }
        let duet = try Duet()
        defer { duet.finish() }
        let theirs = try Wire(unix: peer.socketPath)
        let ours = try Wire(unix: duet.memcachedPath)
        for seed in seeds {
            print("memcached stream seed \(seed)")
            var drawer = Drawer(random: SplitMix64(seed: seed))
            var trace: [String] = []
            for key in 0..<6 {
                for wire in [theirs, ours] {
                    _ = try wire.ask(Array("delete k\(key)\r\n".utf8), ending: "mn\r\n", "MN\r\n")
                }
            }
            for _ in 0..<1500 {
                let request = drawer.memcached()
                trace.append(request)
                let expected = try theirs.ask(Array(request.utf8), ending: "mn\r\n", "MN\r\n")
                let reply = try ours.ask(Array(request.utf8), ending: "mn\r\n", "MN\r\n")
                if reply == expected { continue }
                Issue.record("seed \(seed), after \(trace.suffix(6)): \(text(reply)), memcached \(text(expected))")
                return
            }
        }
    }

    @Test(
        "Redis' commands are answered as redis-server answers them, in RESP2 and RESP3",
        .enabled(if: Peer.redis != nil, "apt-get install redis-server"), arguments: [2, 3])
    func redisStreams(_ version: Int) throws {
        let peer = try Peer(Peer.redis!) { socket, folder in
            ["--port", "0", "--unixsocket", socket, "--save", "", "--dir", folder]
        }
        let duet = try Duet()
        defer { duet.finish() }
        let theirs = try Wire(unix: peer.socketPath)
        let ours = try Wire(unix: duet.respPath)
        let probe = "*2\r\n$4\r\nECHO\r\n$8\r\n<marker>\r\n"
        let marker = "$8\r\n<marker>\r\n"
        for wire in [theirs, ours] { _ = try wire.ask(bulk(["HELLO", "\(version)"]), ending: probe, marker) }
        for seed in seeds {
            print("RESP\(version) stream seed \(seed)")
            var drawer = Drawer(random: SplitMix64(seed: seed))
            var trace: [[String]] = []
            for wire in [theirs, ours] { _ = try wire.ask(bulk(["FLUSHALL"]), ending: probe, marker) }
            for _ in 0..<1500 {
                let request = drawer.resp()
                trace.append(request)
                let expected = try theirs.ask(bulk(request), ending: probe, marker)
                let reply = try ours.ask(bulk(request), ending: probe, marker)
                if reply == expected { continue }
                Issue.record("seed \(seed), after \(trace.suffix(6)): \(text(reply)), redis-server \(text(expected))")
                return
            }
        }
    }
}
