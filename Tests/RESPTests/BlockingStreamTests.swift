// Commands that wait for streams: who is served, by what, and when waiting is over.

import Base
import Engine
import Testing

@testable import RESP

@Suite("Waiting for streams")
struct BlockingStreamTests {
    private func entry(_ id: String, _ field: String, _ value: String) -> String {
        "*2\r\n" + bulk(id) + "*2\r\n" + bulk(field) + bulk(value)
    }

    private func bulk(_ text: String) -> String { "$\(text.utf8.count)\r\n\(text)\r\n" }

    private func stream(_ key: String, _ entries: String...) -> String {
        "*2\r\n" + bulk(key) + "*\(entries.count)\r\n" + entries.joined()
    }

    private func reply(_ key: String, _ entry: String) -> String { "*1\r\n" + stream(key, entry) }

    private func expectNobody(_ fixture: Fixture) {
        #expect(fixture.frontEnd.waitedKeys.isEmpty && fixture.frontEnd.parkedClients.count == 0)
    }

    @Test("one entry serves all who read without a group, each from its own place and in its own version")
    func readers() {
        let fixture = Fixture()
        let clients = (0..<4).map { _ in fixture.connect() }
        let other = fixture.connect()
        other.ask("XADD", "s", "5-1", "a", "b")
        clients[1].ask("HELLO", "3")
        #expect(clients[0].ask("XREAD", "BLOCK", "0", "STREAMS", "s", "$") == "")
        #expect(clients[1].ask("XREAD", "BLOCK", "0", "STREAMS", "t", "s", "0", "5-1") == "")
        #expect(clients[2].ask("XREAD", "BLOCK", "0", "COUNT", "1", "STREAMS", "s", "7-0") == "")
        #expect(clients[3].ask("XREAD", "BLOCK", "0", "STREAMS", "s", "5") == reply("s", entry("5-1", "a", "b")))
        other.ask("XADD", "s", "6-1", "c", "d")
        #expect(clients[0].wake() == reply("s", entry("6-1", "c", "d")))
        #expect(clients[1].wake() == "%1\r\n" + bulk("s") + "*1\r\n" + entry("6-1", "c", "d"))
        #expect(clients[2].wake() == "" && clients[2].isWaiting)
        other.ask("XADD", "s", "7-0", "e", "f")
        #expect(clients[2].wake() == "" && clients[2].isWaiting)
        for words in [["MULTI"], ["XADD", "s", "8-0", "g", "h"], ["XADD", "s", "9-0", "i", "j"], ["EXEC"]] {
            other.ask(words)
        }
        #expect(clients[2].wake() == reply("s", entry("8-0", "g", "h")))
        expectNobody(fixture)
    }

    @Test("all streams that have something by then are in the reply, and any way of making one serves")
    func ways() {
        let fixture = Fixture()
        let client = fixture.connect()
        let other = fixture.connect()
        #expect(client.ask("XREAD", "BLOCK", "0", "STREAMS", "s", "t", "0", "0") == "")
        for words in [["MULTI"], ["XADD", "t", "1-1", "a", "b"], ["XADD", "s", "2-2", "c", "d"], ["EXEC"]] {
            other.ask(words)
        }
        let both = stream("s", entry("2-2", "c", "d")) + stream("t", entry("1-1", "a", "b"))
        #expect(client.wake() == "*2\r\n" + both)
        other.ask("FLUSHALL")
        for way in [["RENAME", "x", "s"], ["COPY", "x", "s"]] {
            other.ask("XADD", "x", "1-1", "a", "b")
            #expect(client.ask("XREAD", "BLOCK", "0", "STREAMS", "s", "0") == "")
            // No entries, no answer.
            other.ask("XGROUP", "CREATE", "s", "g", "0", "MKSTREAM")
            #expect(client.wake() == "" && client.isWaiting)
            other.ask("DEL", "s")
            other.ask("SET", "s", "v")
            #expect(client.wake() == "" && client.isWaiting)
            other.ask("DEL", "s")
            other.ask(way)
            #expect(client.wake() == reply("s", entry("1-1", "a", "b")))
            other.ask("FLUSHALL")
        }
        expectNobody(fixture)
    }

    @Test("a group's entries go to those who wait in order of arrival, one consumer each time")
    func groups() {
        let fixture = Fixture()
        let clients = (0..<3).map { _ in fixture.connect() }
        let other = fixture.connect()
        other.ask("XGROUP", "CREATE", "s", "g", "0", "MKSTREAM")
        for (index, client) in clients.enumerated() {
            let words = ["XREADGROUP", "GROUP", "g", "c\(index)", "COUNT", "1", "BLOCK", "0", "STREAMS", "s", ">"]
            #expect(client.ask(words) == "")
        }
        #expect(other.ask("XADD", "s", "1-1", "a", "b") == bulk("1-1"))
        #expect(other.ask("XPENDING", "s", "g", "-", "+", "9") == "*1\r\n*4\r\n" + bulk("1-1") + bulk("c0") + ":0\r\n:1\r\n")
        #expect(clients[0].wake() == reply("s", entry("1-1", "a", "b")))
        #expect(clients[1].wake() == "" && clients[1].isWaiting)
        for words in [["MULTI"], ["XADD", "s", "2-1", "c", "d"], ["XADD", "s", "3-1", "e", "f"], ["EXEC"]] {
            other.ask(words)
        }
        #expect(clients[1].wake() == reply("s", entry("2-1", "c", "d")))
        #expect(clients[2].wake() == reply("s", entry("3-1", "e", "f")))
        #expect(clients[0].ask("XREADGROUP", "GROUP", "g", "c0", "BLOCK", "0", "STREAMS", "s", "0").contains("1-1"))
        // What another consumer leaves pending brings nothing to those who wait for new entries.
        #expect(clients[0].ask("XREADGROUP", "GROUP", "g", "c0", "BLOCK", "0", "STREAMS", "s", ">") == "")
        other.ask("XACK", "s", "g", "1-1")
        other.ask("XDEL", "s", "3-1")
        #expect(clients[0].wake() == "" && clients[0].isWaiting)
        other.ask("XGROUP", "SETID", "s", "g", "1-1")
        #expect(clients[0].wake() == reply("s", entry("2-1", "c", "d")))
        expectNobody(fixture)
    }

    @Test("a group that goes, with its stream or without, ends the waiting with an error")
    func losses() {
        let gone = "-NOGROUP No such key 's' or consumer group 'g' in XREADGROUP with GROUP option\r\n"
        let wrong = "-WRONGTYPE Operation against a key holding the wrong kind of value\r\n"
        let ways: [([[String]], String)] = [
            ([["DEL", "s"]], gone), ([["UNLINK", "s"]], gone), ([["XGROUP", "DESTROY", "s", "g"]], gone),
            ([["SET", "s", "v"]], wrong), ([["RENAME", "s", "t"]], gone), ([["FLUSHALL"]], gone), ([["FLUSHDB"]], gone),
            ([["MOVE", "s", "1"]], gone), ([["SWAPDB", "0", "1"]], gone), ([["EXPIRE", "s", "-1"]], gone),
            ([["XADD", "t", "1-1", "a", "b"], ["COPY", "t", "s", "REPLACE"]], gone),
            ([["SADD", "t", "m"], ["RENAME", "t", "s"]], wrong),
            ([["MULTI"], ["DEL", "s"], ["LPUSH", "s", "x"], ["EXEC"]], wrong),
        ]
        for (way, error) in ways {
            let fixture = Fixture()
            let client = fixture.connect()
            let other = fixture.connect()
            other.ask("XGROUP", "CREATE", "s", "g", "0", "MKSTREAM")
            #expect(client.ask("XREADGROUP", "GROUP", "g", "c", "BLOCK", "0", "STREAMS", "s", ">") == "")
            for words in way { other.ask(words) }
            #expect(client.wake() == error, "\(way)")
            expectNobody(fixture)
        }
    }

    @Test("a stream that comes back with its group before the client looks is waited for as before")
    func comesBack() {
        let fixture = Fixture()
        let client = fixture.connect()
        let other = fixture.connect()
        other.ask("XGROUP", "CREATE", "s", "g", "0", "MKSTREAM")
        #expect(client.ask("XREADGROUP", "GROUP", "g", "c", "BLOCK", "500", "STREAMS", "s", ">") == "")
        other.ask("DEL", "s")
        other.ask("XGROUP", "CREATE", "s", "g", "0", "MKSTREAM")
        #expect(client.wake() == "" && client.isWaiting)
        client.now = Milliseconds(Fixture.start.rawValue + 500)
        fixture.frontEnd.tick(now: client.now)
        #expect(client.wake() == "*-1\r\n")
        expectNobody(fixture)
    }

    @Test("time ends the waiting, and in a transaction there is none")
    func timeouts() {
        let fixture = Fixture()
        let client = fixture.connect()
        client.ask("XGROUP", "CREATE", "s", "g", "0", "MKSTREAM")
        for (version, null) in [("2", "*-1\r\n"), ("3", "_\r\n")] {
            client.ask("HELLO", version)
            for words in [
                ["XREAD", "BLOCK", "250", "STREAMS", "s", "$"],
                ["XREADGROUP", "GROUP", "g", "c", "BLOCK", "250", "STREAMS", "s", ">"],
            ] {
                client.now = Fixture.start
                #expect(client.ask(words) == "")
                client.now = Milliseconds(Fixture.start.rawValue + 249)
                fixture.frontEnd.tick(now: client.now)
                #expect(client.wake() == "" && client.isWaiting)
                client.now = Milliseconds(Fixture.start.rawValue + 250)
                fixture.frontEnd.tick(now: client.now)
                #expect(client.wake() == null, "\(words)")
                client.ask("MULTI")
                client.ask(words)
                #expect(client.ask("EXEC") == "*1\r\n" + null)
            }
        }
        client.ask("HELLO", "2")
        #expect(client.ask("XREAD", "BLOCK", "x", "STREAMS", "s", "0").hasPrefix("-ERR timeout is not an integer"))
        #expect(client.ask("XREAD", "BLOCK", "-1", "STREAMS", "s", "0") == "-ERR timeout is negative\r\n")
        #expect(client.ask("XREAD", "BLOCK", "9223372036854775807", "STREAMS", "s", "0") == "-ERR timeout is out of range\r\n")
        expectNobody(fixture)
    }

    @Test("of entries that threads add and consumers wait for, none is lost and none comes twice")
    func threads() async {
        let fixture = Fixture()
        let frontEnd = fixture.frontEnd
        fixture.connect().ask("XGROUP", "CREATE", "s", "g", "0", "MKSTREAM")
        let count = 1000
        let taken = await withTaskGroup(of: [String].self) { group in
            for thread in 0..<3 {
                group.addTask { await Self.consume(frontEnd, thread, count * 2 / 3) }
            }
            for thread in 0..<2 {
                group.addTask {
                    let client = Self.connect(frontEnd, 10 + thread)
                    for _ in 0..<count { client.ask("XADD", "s", "*", "a", "b") }
                    client.session.connectionClosed()
                    return []
                }
            }
            return await group.reduce(into: [String]()) { $0 += $1 }
        }
        #expect(taken.count == Set(taken).count && taken.count >= count * 2 / 3 * 3)
        expectNobody(fixture)
    }

    private static func connect(_ frontEnd: RESPFrontEnd, _ thread: Int) -> Conversation {
        let peer = ClientPeer.conversation(
            id: UInt64(100 + thread), address: "127.0.0.1:\(50000 + thread)", openedAt: Fixture.start)
        return Conversation(frontEnd.makeSession(peer, worker: thread))
    }

    /// IDs of at least `count` entries, acknowledged.
    private static func consume(_ frontEnd: RESPFrontEnd, _ thread: Int, _ count: Int) async -> [String] {
        let client = connect(frontEnd, thread)
        var taken: [String] = []
        while taken.count < count {
            var reply = client.ask(
                "XREADGROUP", "GROUP", "g", "c\(thread)", "COUNT", "1", "BLOCK", "0", "STREAMS", "s", ">")
            while client.isWaiting {
                await Task.yield()
                reply = client.wake()
            }
            let ids = reply.split(separator: "\r\n").filter { $0.contains("-") && !$0.hasPrefix("-") }.map(String.init)
            taken += ids
            for id in ids { client.ask("XACK", "s", "g", id) }
        }
        client.session.connectionClosed()
        return taken
    }
}
