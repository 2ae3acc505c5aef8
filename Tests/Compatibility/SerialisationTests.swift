// Values that one server dumps and the other restores.

import Glibc
import Testing

@Suite("Values between servers", .serialized)
struct SerialisationTests {
    /// Commands that would lead away from the one database whose keys are compared, or empty it.
    private static let kept: Set<String> = [
        "SELECT", "SWAPDB", "MOVE", "FLUSHALL", "FLUSHDB", "RESET", "HELLO", "AUTH", "CLIENT",
    ]

    @Test("what DUMP says RESTORE takes at the other server and brings back whole", .enabled(if: Peer.redis != nil))
    func roundTrips() throws {
        let peer = try Peer.emptyRedis()
        let duet = try Duet()
        defer { duet.finish() }
        let theirs = try RESPSide(unix: peer.socketPath)
        let ours = try RESPSide(unix: duet.respPath)
        for seed: UInt64 in 1...4 {
            print("dumps seed \(seed)")
            try theirs.reset(2)
            try ours.reset(2)
            var drawer = RESPDrawer(seed: seed, start: Glibc.time(nil))
            for _ in 0..<2000 {
                let request = drawer.next()
                if Self.kept.contains(request[0].uppercased()) { continue }
                _ = try theirs.ask(request)
                _ = try ours.ask(request)
            }
            for (from, to) in [(theirs, ours), (ours, theirs)] {
                let keys = RESPSide.bulks(try from.ask(["KEYS", "*"]))
                #expect(!keys.isEmpty, "seed \(seed)")
                for key in keys { try carry(key, from, to, "seed \(seed), \(from === ours ? "to" : "from") Redis") }
            }
        }
    }

    /// Has `to` restore what `from` dumps, and `from` what `to` then dumps.
    private func carry(_ key: String, _ from: RESPSide, _ to: RESPSide, _ context: String) throws {
        guard let payload = RESPSide.bulks(try from.ask(["DUMP", key])).first else {
            Issue.record("\(context): no dump of \(key.debugDescription)")
            return
        }
        let taken = try to.ask(["RESTORE", "carried", "0", payload, "REPLACE"])
        guard taken == bytes("+OK\r\n"), let back = RESPSide.bulks(try to.ask(["DUMP", "carried"])).first else {
            Issue.record("\(context): \(shown(taken)) for \(key.debugDescription), \(payload.debugDescription)")
            return
        }
        let returned = try from.ask(["RESTORE", "carried", "0", back, "REPLACE"])
        #expect(returned == bytes("+OK\r\n"), "\(context), \(key.debugDescription)")
        let before = try content(from, key)
        let after = try content(from, "carried")
        #expect(after == before, "\(context), \(key.debugDescription): \(payload.debugDescription)")
        _ = try from.ask(["DEL", "carried"])
        _ = try to.ask(["DEL", "carried"])
    }

    /// All that a value holds, its strings sorted where they have no order.
    private func content(_ side: RESPSide, _ key: String) throws -> [String] {
        let type = shown(try side.ask(["TYPE", key]))
        switch type {
        case #""+string\r\n""#: return [type] + RESPSide.bulks(try side.ask(["GET", key]))
        case #""+list\r\n""#: return [type] + RESPSide.bulks(try side.ask(["LRANGE", key, "0", "-1"]))
        case #""+set\r\n""#: return [type] + RESPSide.bulks(try side.ask(["SMEMBERS", key])).sorted()
        case #""+zset\r\n""#: return [type] + RESPSide.bulks(try side.ask(["ZRANGE", key, "0", "-1", "WITHSCORES"]))
        case #""+hash\r\n""#:
            let strings = RESPSide.bulks(try side.ask(["HGETALL", key]))
            return [type]
                + stride(from: 0, to: strings.count, by: 2).map { strings[$0] + " = " + strings[$0 + 1] }.sorted()
        case #""+stream\r\n""#:
            let groups = try side.ask(["XINFO", "GROUPS", key])
            return [type] + RESPSide.bulks(try side.ask(["XRANGE", key, "-", "+"])) + [shown(groups)]
        default:
            Issue.record("a value of type \(type)")
            return []
        }
    }

    @Test("a value whose bytes leave no choice has the same ones", .enabled(if: Peer.redis != nil))
    func sameBytes() throws {
        let peer = try Peer.emptyRedis()
        let duet = try Duet()
        defer { duet.finish() }
        let sides = [try RESPSide(unix: peer.socketPath), try RESPSide(unix: duet.respPath)]
        for side in sides { _ = try side.ask(["CONFIG", "SET", "list-max-listpack-size", "3"]) }
        // Compressed bytes differ from run to run, so these are too short, or made of digits that say nothing twice.
        let requests: [[String]] =
            ["", "x", "12", "-129", "99999", "2147483648", "-99999999999999", "007", "abcdefghijklmnopqrst"].map {
                ["SET", "k", $0]
            } + [
                ["SET", "k", String(String.UnicodeScalarView((0..<200).map { Unicode.Scalar(UInt8($0)) }))],
                ["RPUSH", "k", "a", "-1", "300"], ["RPUSH", "k", "-70000", "9000000", "80000000000", ""],
                ["RPUSH", "k", "a", "b", "c", "1", "2"], ["SADD", "k", "3", "-2", "1"],
                ["SADD", "k", "3", "-2", "40000"],
                ["SADD", "k", "x"], ["HSET", "k", "f", "v", "n", "-12", "", "w"],
                ["ZADD", "k", "1", "a", "-2", "b", "inf", "c", "-inf", "d", "123456789", "e"],
                ["ZADD", "k", "3", String((0..<70).map { Character(Unicode.Scalar(UInt8($0 + 40))) }), "0.1", "b"],
            ]
        for request in requests {
            var replies: [[UInt8]] = []
            for side in sides {
                _ = try side.ask(["DEL", "k"])
                _ = try side.ask(request)
                replies.append(try side.ask(["DUMP", "k"]))
            }
            let told = request.map { String($0.prefix(20)) }.prefix(6)
            #expect(replies[0] == replies[1], "\(told): \(shown(replies[1])), redis-server \(shown(replies[0]))")
        }
    }
}
