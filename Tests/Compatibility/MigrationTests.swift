// Keys that move between Duet and the real server.

import Glibc
import Server
import Testing

@Suite("Migration between servers", .serialized)
struct MigrationTests {
    /// What is compared at the other side, and where what is there looks the same whoever holds it.
    private static let values: [(name: String, make: [[String]], look: [String])] = [
        ("string", [["SET", "string", "a value"]], ["GET"]),
        ("number", [["SET", "number", "-12"]], ["GET"]),
        ("large", [["SET", "large", String(repeating: "0123456789", count: 100_000)]], ["STRLEN"]),
        ("list", [["RPUSH", "list", "a", "b", "1", ""]], ["LRANGE", "0", "-1"]),
        ("long", [["RPUSH", "long"] + (0..<3000).map { "element \($0)" }], ["LRANGE", "0", "-1"]),
        ("hash", [["HSET", "hash", "f", "v", "n", "2"]], ["HGETALL"]),
        ("numbers", [["SADD", "numbers", "3", "1", "2"]], ["SMISMEMBER", "1", "2", "3", "4"]),
        ("set", [["SADD", "set", "x", "y"]], ["SMISMEMBER", "x", "y", "z"]),
        ("zset", [["ZADD", "zset", "1.5", "a", "-inf", "b"]], ["ZRANGE", "0", "-1", "WITHSCORES"]),
        (
            "stream", [["XADD", "stream", "1-1", "f", "v"], ["XADD", "stream", "2-1", "f", "w", "g", "x"]],
            ["XRANGE", "-", "+"]
        ),
        (
            "groups",
            [
                ["XADD", "groups", "1-1", "f", "v"], ["XADD", "groups", "2-1", "f", "w"],
                ["XGROUP", "CREATE", "groups", "readers", "0"],
                ["XREADGROUP", "GROUP", "readers", "me", "COUNT", "1", "STREAMS", "groups", ">"],
            ], ["XPENDING", "readers"]
        ),
        ("timed", [["SET", "timed", "v"], ["EXPIRE", "timed", "1000"]], ["TTL"]),
    ]

    private static let names = values.map(\.name)

    private func look(_ side: RESPSide) throws -> [String] {
        try Self.values.map { shown(try side.ask([$0.look[0], $0.name] + $0.look.dropFirst())) }
    }

    /// A port that the real server is told to open: another process may have the first that comes to mind.
    private func open(_ redis: RESPSide) throws -> String {
        while true {
            let port = "\(Int.random(in: 20_000..<32_000))"
            if try redis.ask(["CONFIG", "SET", "port", port]) == bytes("+OK\r\n") { return port }
        }
    }

    private func migrate(_ side: RESPSide, _ port: String, _ more: [String]) throws -> String {
        shown(try side.ask(["MIGRATE", "127.0.0.1", port, "", "0", "5000"] + more + ["KEYS"] + Self.names))
    }

    @Test("every type moves from one to the other and back", .enabled(if: Peer.redis != nil))
    func bothWays() throws {
        let peer = try Peer.emptyRedis()
        let duet = try Duet { $0.respPort = -1 }
        defer { duet.finish() }
        let theirs = try RESPSide(unix: peer.socketPath)
        let ours = try RESPSide(unix: duet.respPath)
        let theirPort = try open(theirs)
        let ourPort = RESPSide.bulks(try ours.ask(["CONFIG", "GET", "port"]))[1]
        for (from, to, port) in [(theirs, ours, ourPort), (ours, theirs, theirPort)] {
            _ = try from.ask(["FLUSHALL"])
            _ = try to.ask(["FLUSHALL"])
            for request in Self.values.flatMap(\.make) { _ = try from.ask(request) }
            let before = try look(from)
            #expect(try migrate(from, port, ["COPY"]) == shown(bytes("+OK\r\n")))
            #expect(try look(to) == before)
            #expect(try look(from) == before)
            _ = try to.ask(["DEL", "list"])
            let busy = "-ERR Target instance replied with error: BUSYKEY Target key name already exists.\r\n"
            #expect(try migrate(from, port, []) == shown(bytes(busy)))
            #expect(try from.ask(["EXISTS"] + Self.names) == bytes(":\(Self.names.count - 1)\r\n"))
            #expect(try migrate(from, port, ["REPLACE"]) == shown(bytes("+OK\r\n")))
            #expect(try from.ask(["DBSIZE"]) == bytes(":0\r\n"))
            #expect(try look(to) == before)
            #expect(try migrate(from, port, []) == shown(bytes("+NOKEY\r\n")))
        }
    }

    @Test("a login is wanted, refused and made as between real servers", .enabled(if: Peer.redis != nil))
    func logins() throws {
        let peer = try Peer.emptyRedis()
        let target = try Peer.emptyRedis()
        let duet = try Duet()
        defer { duet.finish() }
        let theirs = try RESPSide(unix: peer.socketPath)
        let ours = try RESPSide(unix: duet.respPath)
        let there = try RESPSide(unix: target.socketPath)
        let port = try open(there)
        for request in [["CONFIG", "SET", "requirepass", "sesame"], ["AUTH", "sesame"]] { _ = try there.ask(request) }
        // Those who may come in last: the real server keeps their connection for those who may not.
        for more in [
            [], ["AUTH", "wrong"], ["AUTH2", "default", "wrong"], ["AUTH2", "nobody", "sesame"], ["AUTH"],
            ["AUTH2", "x"], ["KEYS", "k"], ["FOO"], ["AUTH", "sesame"], ["COPY", "AUTH2", "default", "sesame"],
            ["REPLACE", "AUTH2", "default", "sesame"],
        ] {
            for database in ["0", "3", "16", "x"] {
                var replies: [String] = []
                for side in [theirs, ours] {
                    _ = try there.ask(["FLUSHALL"])
                    _ = try side.ask(["SET", "k", "v"])
                    let reply = try side.ask(["MIGRATE", "127.0.0.1", port, "k", database, "5000"] + more)
                    replies.append(shown(reply) + shown(try side.ask(["EXISTS", "k"])))
                }
                #expect(replies[0] == replies[1], "\(database) \(more)")
            }
        }
    }
}
