// DEBUG DIGEST and DIGEST-VALUE, beside redis-server's: the same data has the same sums.

import Glibc
import Server
import Testing

@Suite("Digests of data", .serialized)
struct DigestTests {
    private static let databases = 0..<4
    /// What would empty everything or change what replies look like.
    private static let left: Set<String> = ["FLUSHALL", "FLUSHDB", "RESET", "HELLO", "AUTH", "CLIENT", "SELECT"]

    /// Of each type and encoding, with and without expiry.
    private static func examples() -> [[String]] {
        let many = (0..<700).map { "element \($0)" }
        let scores = [
            "0", "-0", "1", "-1.5", "0.1", "3.0000000000000004", "1e17", "1e16", "99999999999999999", "1e-7",
            "1.7976931348623157e308", "5e-324", "inf", "-inf", "123456789012345678", "0.30000000000000004",
        ]
        return [
            ["SET", "int", "-12"], ["SET", "embstr", "v", "EX", "100000"],
            ["SET", "raw", String(repeating: "r", count: 99)],
            ["SET", "large", String(repeating: "0123456789", count: 10_000)], ["SET", "", ""],
            ["APPEND", "appended", "12"], ["SETBIT", "bits", "70", "1"], ["PFADD", "log", "a", "b", "c"],
            ["RPUSH", "few", "a", "1", "", "-300"], ["RPUSH", "long"] + many,
            ["RPUSH", "wide", String(repeating: "x", count: 100_000), "y"],
            ["SADD", "numbers", "3", "-1", "70000"], ["SADD", "words", "a", "3", ""], ["SADD", "many"] + many,
            ["HSET", "hash", "f", "v", "n", "-7"], ["HSET", "table"] + many.flatMap { [$0, "of \($0)"] },
            ["HSET", "broad", "f", String(repeating: "x", count: 100)],
            ["ZADD", "scores"] + scores.enumerated().flatMap { [$0.element, "m\($0.offset)"] },
            ["ZADD", "skiplist", "2", String(repeating: "x", count: 100)]
                + scores.enumerated().flatMap { [$0.element, "m\($0.offset)"] },
            ["ZADD", "ranks"] + many.enumerated().flatMap { ["\($0.offset).1", $0.element] },
            ["XADD", "stream", "1-1", "f", "v"], ["XADD", "stream", "2-0", "f", "v", "g", "w"],
            ["XADD", "stream", "2-9", "g", "w"], ["XDEL", "stream", "2-0"],
            ["XADD", "emptied", "1-1", "f", "v"], ["XTRIM", "emptied", "MAXLEN", "0"],
            ["XADD", "high", "18446744073709551615-3", "f", "v"],
            ["PEXPIRE", "scores", "100000000"], ["PEXPIRE", "stream", "100000000"], ["PEXPIRE", "many", "100000000"],
        ]
    }

    @Test("DEBUG DIGEST and DIGEST-VALUE tell what redis-server tells", .enabled(if: Peer.redis != nil))
    func same() throws {
        let peer = try Peer(Peer.redis!) { socket, folder in
            [
                "--port", "0", "--unixsocket", socket, "--save", "", "--dir", folder, "--enable-debug-command", "yes",
            ]
        }
        let duet = try Duet { $0.debugAccess = .all }
        defer { duet.finish() }
        let (ours, theirs) = (try RESPSide(unix: duet.respPath), try RESPSide(unix: peer.socketPath))
        try expectSame(ours, theirs, "nothing")
        let first = Self.examples().filter { $0[0] != "PEXPIRE" }
        for request in Self.examples() {
            #expect(shown(try ours.ask(request)) == shown(try theirs.ask(request)), "\(request)")
        }
        for key in Set(first.map { $0[1] }) { try expectSame(ours, theirs, key, ["DEBUG", "DIGEST-VALUE", key]) }
        try expectSame(ours, theirs, "examples")
        for _ in 0..<2 {
            let seed = UInt64.random(in: 0 ... .max)
            print("digests seed \(seed)")
            var drawer = RESPDrawer(seed: seed, start: Glibc.time(nil))
            for database in Self.databases {
                for side in [ours, theirs] { _ = try side.ask(["SELECT", "\(database)"]) }
                for round in 1...1500 {
                    let request = drawer.next()
                    if Self.left.contains(request[0].uppercased()) { continue }
                    for side in [ours, theirs] { _ = try side.ask(request) }
                    guard round % 100 == 0 else { continue }
                    try expectSame(ours, theirs, "seed \(seed), \(database), \(round)")
                }
                let keys = RESPSide.bulks(try theirs.ask(["KEYS", "*"]))
                try expectSame(ours, theirs, "seed \(seed)", ["DEBUG", "DIGEST-VALUE"] + keys + ["no such key"])
            }
        }
    }

    private func expectSame(
        _ ours: RESPSide, _ theirs: RESPSide, _ place: String, _ request: [String] = ["DEBUG", "DIGEST"]
    ) throws {
        let (our, their) = (shown(try ours.ask(request)), shown(try theirs.ask(request)))
        #expect(our == their, "\(place)")
        // Where: there is no need to go on.
        if our != their { throw Difference(text: try difference(ours, theirs)) }
    }

    private struct Difference: Error { let text: String }

    /// The keys whose values differ, or that only one has.
    private func difference(_ ours: RESPSide, _ theirs: RESPSide) throws -> String {
        var lines: [String] = []
        for database in 0..<16 {
            for side in [ours, theirs] { _ = try side.ask(["SELECT", "\(database)"]) }
            let keys = try [ours, theirs].map { Set(RESPSide.bulks(try $0.ask(["KEYS", "*"]))) }
            for key in keys[0].union(keys[1]) {
                let all = try [ours, theirs].map { side in
                    try [["DEBUG", "DIGEST-VALUE", key], ["TYPE", key], ["PTTL", key], ["DUMP", key]].map {
                        shown(try side.ask($0))
                    }
                }
                if all[0][0] != all[1][0] { lines.append("\(database) \(key.debugDescription): \(all)") }
            }
        }
        return lines.joined(separator: "\n")
    }
}
