// MIGRATE: what arrives, what stays, and peers that do not do as a server should.

import Base
import Engine
import Synchronization
import Testing

@testable import RESP
@testable import Transport

@Suite("Migration", .serialized)
struct MigrationTests {
    private let reading = "-IOERR error or timeout reading to target instance\r\n"
    private let writing = "-IOERR error or timeout writing to target instance\r\n"
    private let connecting = "-IOERR error or timeout connecting to the client\r\n"

    /// Sends key `k`, whose value is "v" unless it has one.
    private func migrate(_ client: Conversation, _ port: UInt16, timeout: Int = 60, _ more: String...) -> String {
        client.ask("SET", "k", "v", "NX")
        return client.ask(["MIGRATE", "127.0.0.1", "\(port)", "k", "0", "\(timeout)"] + more)
    }

    // MARK: To a server

    private static let values: [(name: String, requests: [[String]])] = [
        ("string", [["SET", "string", "a value"]]), ("number", [["SET", "number", "-12"]]), ("empty", [["SET", "empty", ""]]),
        ("large", [["SET", "large", String(repeating: "0123456789", count: 100_000)]]),
        ("list", [["RPUSH", "list", "a", "b", "1", ""]]),
        ("hash", [["HSET", "hash", "f", "v", "n", "2"]]),
        ("set", [["SADD", "set", "x", "y"]]), ("numbers", [["SADD", "numbers", "3", "1", "2"]]),
        ("zset", [["ZADD", "zset", "1.5", "a", "-inf", "b"]]),
        (
            "stream",
            [
                ["XADD", "stream", "1-1", "f", "v"], ["XADD", "stream", "2-1", "f", "w", "g", "x"],
                ["XGROUP", "CREATE", "stream", "readers", "0"],
                ["XREADGROUP", "GROUP", "readers", "me", "COUNT", "1", "STREAMS", "stream", ">"],
            ]
        ),
        ("big", [["RPUSH", "big"] + (0..<3000).map { "element \($0)" }]),
    ]

    private func dump(_ client: Conversation, _ name: String) -> [UInt8] {
        let before = client.replies.count
        client.ask("DUMP", name)
        return Array(client.replies[before...])
    }

    @Test("every type arrives as it was, at once or one by one, and is gone here")
    func everyType() throws {
        let target = try ServedFixture()
        defer { target.finish() }
        let source = Fixture().connect()
        let names = Self.values.map(\.name)
        for request in Self.values.flatMap(\.requests) { source.ask(request) }
        let dumps = names.map { dump(source, $0) }
        let all = ["MIGRATE", "127.0.0.1", "\(target.port)", "", "3", "5000"]
        #expect(source.ask(all + ["COPY", "KEYS"] + names) == "+OK\r\n")
        target.client.ask("SELECT", "3")
        #expect(names.map { dump(target.client, $0) } == dumps)
        #expect(names.map { dump(source, $0) } == dumps)
        // What is there already is refused, and what is not goes.
        target.client.ask("DEL", "list", "hash")
        let busy = "-ERR Target instance replied with error: BUSYKEY Target key name already exists.\r\n"
        #expect(source.ask(all + ["KEYS", "none"] + names) == busy)
        #expect(source.ask(["EXISTS"] + names) == ":\(names.count - 2)\r\n")
        #expect(source.ask(all + ["REPLACE", "KEYS"] + names) == "+OK\r\n")
        #expect(source.ask("DBSIZE") == ":0\r\n")
        #expect(names.map { dump(target.client, $0) } == dumps)
        #expect(source.ask(all + ["KEYS"] + names) == "+NOKEY\r\n")
    }

    @Test("many keys go in several batches")
    func batches() throws {
        let target = try ServedFixture()
        defer { target.finish() }
        let source = Fixture().connect()
        let names = (0..<2 * RESPLimits.migrationBatchCountMax + 5).map { "key \($0)" }
        for name in names { source.ask("SET", name, "value of \(name)") }
        target.client.ask("SET", names[1500], "before")
        let reply = source.ask(["MIGRATE", "127.0.0.1", "\(target.port)", "", "0", "5000", "KEYS"] + names)
        #expect(reply == "-ERR Target instance replied with error: BUSYKEY Target key name already exists.\r\n")
        #expect(source.ask("KEYS", "*") == "*1\r\n$8\r\n\(names[1500])\r\n")
        #expect(target.client.ask("DBSIZE") == ":\(names.count)\r\n")
        #expect(target.client.ask("GET", names[2049]) == "$17\r\nvalue of key 2049\r\n")
    }

    @Test("what is left of a key's time goes with it")
    func expiry() throws {
        let target = try ServedFixture()
        defer { target.finish() }
        let source = Fixture().connect()
        source.ask("SET", "k", "v", "PX", "100000")
        #expect(migrate(source, target.port, timeout: 5000) == "+OK\r\n")
        target.client.now = Milliseconds.readClock()
        let left = Int(target.client.ask("PTTL", "k").dropFirst().dropLast(2)) ?? 0
        #expect((1...100_000).contains(left))
    }

    @Test("a key whose time runs out while the connection is made stays behind")
    func expiredOnTheWay() throws {
        let peer = try StubPeer([.hear("SELECT"), .pause(milliseconds: 30), .say(Array("+OK\r\n".utf8)), .ignore])
        defer { peer.finish() }
        let fixture = Fixture()
        let source = fixture.connect()
        source.ask("SET", "k", "v", "PX", "20")
        #expect(migrate(source, peer.port, timeout: 5000) == "+NOKEY\r\n")
        fixture.frontEnd.tick(now: Milliseconds(Fixture.start.rawValue + 20_000))
    }

    @Test("a login is made where the server wants one")
    func login() throws {
        var settings = RESPSettings()
        settings.password = Array("sesame".utf8)
        let target = try ServedFixture(settings)
        defer { target.finish() }
        let source = Fixture().connect()
        let refused = "-ERR Target instance replied with error: "
        let wrong = refused + "WRONGPASS invalid username-password pair or user is disabled.\r\n"
        #expect(migrate(source, target.port, timeout: 5000) == refused + "NOAUTH Authentication required.\r\n")
        #expect(migrate(source, target.port, timeout: 5000, "AUTH", "open") == wrong)
        #expect(migrate(source, target.port, timeout: 5000, "AUTH2", "nobody", "sesame") == wrong)
        #expect(migrate(source, target.port, timeout: 5000, "AUTH", "sesame", "COPY") == "+OK\r\n")
        #expect(migrate(source, target.port, timeout: 5000, "AUTH2", "default", "sesame", "REPLACE") == "+OK\r\n")
        #expect(source.ask("EXISTS", "k") == ":0\r\n")
        #expect(target.client.ask("GET", "k") == "$1\r\nv\r\n")
        // Connections that are kept are another login's.
        #expect(migrate(source, target.port, timeout: 5000) == refused + "NOAUTH Authentication required.\r\n")
    }

    @Test("to a database that is not there nothing goes, nor to another one")
    func noSuchDatabase() throws {
        let target = try ServedFixture()
        defer { target.finish() }
        let source = Fixture().connect()
        source.ask("SET", "k", "v")
        for database in ["99", "-1"] {
            let reply = source.ask("MIGRATE", "127.0.0.1", "\(target.port)", "k", database, "5000")
            #expect(reply == "-ERR Target instance replied with error: ERR DB index is out of range\r\n")
        }
        #expect(target.client.ask("DBSIZE") == ":0\r\n")
        #expect(source.ask("EXISTS", "k") == ":1\r\n")
    }

    @Test("inside a transaction it is one command among others")
    func transaction() throws {
        let target = try ServedFixture()
        defer { target.finish() }
        let source = Fixture().connect()
        source.ask("MULTI")
        source.ask("SET", "k", "inside")
        source.ask("MIGRATE", "127.0.0.1", "\(target.port)", "k", "0", "5000")
        source.ask("EXISTS", "k")
        #expect(source.ask("EXEC") == "*3\r\n+OK\r\n+OK\r\n:0\r\n")
        #expect(target.client.ask("GET", "k") == "$6\r\ninside\r\n")
    }

    @Test("a key that is watched and goes has changed")
    func watched() throws {
        let target = try ServedFixture()
        defer { target.finish() }
        let fixture = Fixture()
        let (source, watcher) = (fixture.connect(), fixture.connect())
        source.ask("SET", "k", "v")
        watcher.ask("WATCH", "k")
        #expect(migrate(source, target.port, timeout: 5000) == "+OK\r\n")
        watcher.ask("MULTI")
        #expect(watcher.ask("EXEC") == "*-1\r\n")
    }

    // MARK: To oneself

    @Test("to oneself it ends with its time, and the server goes on")
    func toOneself() throws {
        for workerCount in [1, 2] {
            let server = try ServedFixture(workerCount: workerCount)
            defer { server.finish() }
            // Through the door: the connection is dealt to the worker that waits for it, or to another.
            let link = try PeerLink.connect(host: "127.0.0.1", port: server.port, timeoutMilliseconds: 5000)
            func ask(_ words: String...) throws -> String {
                let request = Conversation.request(words.map { Array($0.utf8) })
                try link.send(request.span.rawBytes, timeoutMilliseconds: 5000)
                return try link.receiveLine(timeoutMilliseconds: 5000) { $0.copiedText() } + "\r\n"
            }
            #expect(try ask("SET", "k", "v") == "+OK\r\n")
            #expect(try ask("MIGRATE", "127.0.0.1", "\(server.port)", "k", "1", "50") == reading)
            #expect(try ask("EXISTS", "k") == ":1\r\n")
            // By hand, so that a worker is free to accept and has to wait for the shard.
            #expect(migrate(server.client, server.port, timeout: 50) == reading)
            #expect(server.client.ask("EXISTS", "k") == ":1\r\n")
            #expect(try ask("EXISTS", "k") == ":1\r\n")
        }
    }

    // MARK: To nobody

    @Test("where nobody listens is an error, and so is what is no name or port")
    func nobody() throws {
        let source = Fixture().connect()
        let peer = try StubPeer([])
        peer.finish()
        #expect(migrate(source, peer.port) == writing)
        for port in ["x", "70000", "-1", ""] {
            #expect(source.ask("MIGRATE", "127.0.0.1", port, "k", "0", "60").hasPrefix("-IOERR error or timeout "))
        }
        #expect(source.ask("MIGRATE", "", "7000", "k", "0", "60") == connecting)
        #expect(source.ask("EXISTS", "k") == ":1\r\n")
    }

    @Test("a peer that is silent, closes or says what no server says leaves the key")
    func strangers() throws {
        let ok = Array("+OK\r\n".utf8)
        func said(_ text: String) -> StubPeer.Step { .say(Array(text.utf8)) }
        let scripts: [(String, [StubPeer.Step], replies: [String])] = [
            ("silent", [.ignore], [reading]),
            ("closes at once", [], [reading, writing]),
            ("resets at once", [.reset], [reading, writing]),
            ("closes unselected", [.hear("SELECT")], [reading]),
            ("silent when selected", [.hear("SELECT"), .say(ok), .ignore], [reading]),
            ("closes when selected", [.hear("SELECT"), .say(ok)], [reading, writing]),
            ("closes at the value", [.hear("SELECT"), .say(ok), .hear("RESTORE")], [reading]),
            ("resets at the value", [.hear("SELECT"), .say(ok), .hear("RESTORE"), .reset], [reading]),
            ("half a reply", [.hear("SELECT"), .say(ok), .hear("RESTORE"), said("+OK")], [reading]),
            ("half a reply, then silent", [.hear("SELECT"), .say(ok), .hear("RESTORE"), said("+O"), .ignore], [reading]),
            ("half an error", [.hear("SELECT"), said("-ERR no")], [reading]),
            ("a web server", [.hear("SELECT"), said("HTTP/1.1 400 Bad Request\r\nServer: x\r\n\r\n")], [reading]),
            ("memcached", [.hear("SELECT"), said("ERROR\r\nERROR\r\n")], [reading]),
            ("a number", [.hear("SELECT"), .say(ok), .hear("RESTORE"), said(":1\r\n")], [reading]),
            ("another status", [.hear("SELECT"), .say(ok), .hear("RESTORE"), said("+OKAY\r\n")], [reading]),
            ("nothing", [.hear("SELECT"), said("\r\n")], [reading]),
            ("NULs", [.hear("SELECT"), .say([0, 0, 10, 0])], [reading]),
            ("no end", [.hear("SELECT"), .say([UInt8](repeating: 43, count: 100_000)), .ignore], [reading]),
            ("a long error", [.hear("SELECT"), said("-" + String(repeating: "x", count: 5000) + "\r\n")], [reading]),
            (
                "an error", [.hear("SELECT"), said("-ERR no\r\n+OK\r\n")],
                ["-ERR Target instance replied with error: ERR no\r\n"]
            ),
            (
                "an odd error", [.hear("SELECT"), .say(ok), .hear("RESTORE"), said("-bad\ttab \r.\0 nul\n")],
                ["-ERR Target instance replied with error: bad\ttab  .\r\n"]
            ),
            ("an empty error", [.hear("SELECT"), said("-\r\n")], ["-ERR Target instance replied with error: \r\n"]),
        ]
        for (name, script, replies) in scripts {
            let peer = try StubPeer(script)
            let source = Fixture().connect()
            let reply = migrate(source, peer.port)
            #expect(replies.contains(reply), "\(name): \(reply)")
            #expect(source.ask("GET", "k") == "$1\r\nv\r\n", "\(name)")
            peer.finish()
        }
    }

    @Test("a peer that takes nothing is given up")
    func fullPeer() throws {
        let peer = try StubPeer([.hear("SELECT"), .say(Array("+OK\r\n".utf8)), .ignore])
        defer { peer.finish() }
        let source = Fixture().connect()
        // Not to be compressed, and more than sockets hold.
        var random = SplitMix64(seed: 1)
        var noise = OutputBuffer(capacity: 6 << 20)
        while noise.count < 6 << 20 { noise.append(word: random.next()) }
        source.send(Conversation.request([Array("SET".utf8), Array("k".utf8), noise.span.copiedBytes()]))
        #expect(migrate(source, peer.port) == writing)
        #expect(source.ask("EXISTS", "k") == ":1\r\n")
    }

    @Test("keys that were acknowledged go, whatever happens then")
    func partly() throws {
        let ok = Array("+OK\r\n".utf8)
        for end in ["", "-", "+OK", "x\r\n"] {
            let peer = try StubPeer([.hear("SELECT"), .say(ok), .hear("\r\nc\r\n"), .say(ok + Array(end.utf8))])
            let source = Fixture().connect()
            source.ask("MSET", "a", "1", "b", "2", "c", "3")
            let reply = source.ask("MIGRATE", "127.0.0.1", "\(peer.port)", "", "0", "60", "KEYS", "a", "b", "c")
            #expect(reply == reading, "\(end)")
            #expect(source.ask("EXISTS", "a", "b", "c") == ":2\r\n")
            peer.finish()
        }
        // An error counts more than what ends the conversation after it.
        let peer = try StubPeer([.hear("SELECT"), .say(ok), .hear("\r\nc\r\n"), .say(Array("-no\r\n+OK\r\n".utf8))])
        defer { peer.finish() }
        let source = Fixture().connect()
        source.ask("MSET", "a", "1", "b", "2", "c", "3")
        let reply = source.ask("MIGRATE", "127.0.0.1", "\(peer.port)", "", "0", "60", "KEYS", "a", "b", "c")
        #expect(reply == "-ERR Target instance replied with error: no\r\n")
        #expect(source.ask("MGET", "a", "b", "c") == "*3\r\n$1\r\n1\r\n$-1\r\n$1\r\n3\r\n")
    }

    @Test("replies that come byte for byte are replies")
    func slowly() throws {
        let ok = Array("+OK\r\n".utf8)
        let peer = try StubPeer([
            .hear("SELECT"), .sayByteForByte(ok), .hear("RESTORE"), .sayByteForByte(Array("-no\r\n".utf8)),
            .hear("RESTORE"), .sayByteForByte(ok),
        ])
        defer { peer.finish() }
        let source = Fixture().connect()
        #expect(migrate(source, peer.port, timeout: 5000) == "-ERR Target instance replied with error: no\r\n")
        #expect(migrate(source, peer.port, timeout: 5000) == "+OK\r\n")
    }

    // MARK: Connections

    @Test("a connection serves the next keys too, until nobody has used it for a while or the peer closes it")
    func keptConnections() throws {
        let ok = Array("+OK\r\n".utf8)
        let peer = try StubPeer([
            .hear("SELECT"), .say(ok), .hear("RESTORE"), .say(ok), .hear("RESTORE"), .say(ok), .hear("SELECT"),
            .say(ok), .hear("RESTORE"), .say(ok),
        ])
        let fixture = Fixture()
        let source = fixture.connect()
        let kept = fixture.frontEnd.migrationTargets
        #expect(migrate(source, peer.port, timeout: 5000) == "+OK\r\n")
        #expect(migrate(source, peer.port, timeout: 5000) == "+OK\r\n")
        source.ask("SET", "k", "v")
        #expect(source.ask("MIGRATE", "127.0.0.1", "\(peer.port)", "k", "1", "5000") == "+OK\r\n")
        #expect(peer.connectionCount == 1)
        // The script is at its end: when the peer has closed, another connection is made.
        let name = MigrationTarget.Name(host: "127.0.0.1", port: peer.port)
        while let target = kept.take(name, timeout: 5000) { kept.keep(target, now: source.now) }
        #expect(migrate(source, peer.port, timeout: 5000) == "+OK\r\n")
        #expect(peer.connectionCount == 2)
        #expect(kept.count == 1)
        fixture.frontEnd.tick(now: Milliseconds(source.now.rawValue + 10_000))
        #expect(kept.count == 1)
        fixture.frontEnd.tick(now: Milliseconds(source.now.rawValue + 10_001))
        #expect(kept.count == 0)
        peer.finish()
    }

    @Test("no more connections are kept than there may be")
    func keptAtMost() throws {
        let target = try ServedFixture()
        defer { target.finish() }
        let kept = MigrationTargets()
        for index in 0...RESPLimits.migrationTargetsKept {
            var name = MigrationTarget.Name(host: "127.0.0.1", port: target.port)
            name.username = Array("\(index)".utf8)
            kept.keep(try MigrationTarget(name, timeout: 5000), now: Fixture.start)
        }
        #expect(kept.count == RESPLimits.migrationTargetsKept)
        var first = MigrationTarget.Name(host: "127.0.0.1", port: target.port)
        first.username = Array("0".utf8)
        #expect(kept.take(first, timeout: 5000) == nil)
    }
}
