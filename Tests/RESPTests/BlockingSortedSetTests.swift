// Commands that wait for sorted sets, and for lists beside them: who is served, when, in which order, and by what.

import Base
import Engine
import Testing

@testable import RESP

@Suite("Waiting for sorted sets")
struct BlockingSortedSetTests {
    private func triple(_ key: String, _ member: String, _ score: String) -> String {
        "*3\r\n$1\r\n\(key)\r\n$\(member.utf8.count)\r\n\(member)\r\n$\(score.utf8.count)\r\n\(score)\r\n"
    }

    @Test("who waits is served before whoever adds hears of it, in order of arrival")
    func order() {
        let fixture = Fixture()
        let clients = (0..<4).map { _ in fixture.connect() }
        let adder = fixture.connect()
        for (client, command) in zip(clients, ["BZPOPMIN", "BZPOPMAX", "BZPOPMIN", "BZPOPMIN"]) {
            #expect(client.ask(command, "z", "0") == "" && client.isWaiting)
        }
        #expect(adder.ask("ZADD", "z", "1", "a", "2", "b", "3", "c") == ":3\r\n")
        #expect(adder.ask("EXISTS", "z") == ":0\r\n")
        #expect(clients[0].wake() == triple("z", "a", "1"))
        #expect(clients[1].wake() == triple("z", "c", "3"))
        #expect(clients[2].wake() == triple("z", "b", "2"))
        #expect(clients[3].wake() == "" && clients[3].isWaiting)
        // One that comes later waits behind, though there would be something if it were alone.
        #expect(clients[0].ask("BZPOPMAX", "x", "z", "0") == "")
        adder.ask("ZINCRBY", "z", "1.5", "d")
        #expect(clients[3].wake() == triple("z", "d", "1.5"))
        adder.ask("ZADD", "z", "-inf", "e")
        #expect(clients[0].wake() == triple("z", "e", "-inf"))
        fixture.frontEnd.tick(now: Fixture.start)
        #expect(fixture.frontEnd.waitedKeys.isEmpty && fixture.frontEnd.parkedClients.count == 0)
    }

    @Test("each command replies in its own way, and in the version of the client that waits")
    func replies() {
        let fixture = Fixture()
        let adder = fixture.connect()
        for (version, score, null) in [("2", "$3\r\n1.5", "*-1\r\n"), ("3", ",1.5", "_\r\n")] {
            let client = fixture.connect()
            client.ask("HELLO", version)
            #expect(client.ask("BZPOPMIN", "x", "z", "0") == "")
            adder.ask("ZADD", "z", "1.5", "a")
            #expect(client.wake() == "*3\r\n$1\r\nz\r\n$1\r\na\r\n\(score)\r\n")
            #expect(client.ask("BZMPOP", "0", "2", "x", "z", "MAX", "COUNT", "2") == "")
            adder.ask("ZADD", "z", "1.5", "a", "1.5", "b", "1", "c")
            #expect(
                client.wake()
                    == "*2\r\n$1\r\nz\r\n*2\r\n*2\r\n$1\r\nb\r\n\(score)\r\n*2\r\n$1\r\na\r\n\(score)\r\n")
            adder.ask("DEL", "z")
            for words in [["BZPOPMAX", "z", "0.25"], ["BZMPOP", "0.2499", "1", "z", "MIN"]] {
                client.now = Fixture.start
                #expect(client.ask(words) == "")
                client.now = Milliseconds(Fixture.start.rawValue + 249)
                fixture.frontEnd.tick(now: client.now)
                #expect(client.wake() == "" && client.isWaiting)
                client.now = Milliseconds(Fixture.start.rawValue + 250)
                fixture.frontEnd.tick(now: client.now)
                #expect(client.wake() == null, "\(words)")
            }
        }
        #expect(fixture.frontEnd.waitedKeys.isEmpty)
    }

    @Test("a key becomes a sorted set in many ways, and each wakes")
    func ways() {
        let made = ["ZADD", "o", "1", "e"]
        let ways: [(prepare: [[String]], [String])] = [
            ([], ["ZINCRBY", "z", "1", "e"]),
            ([], ["ZADD", "z", "NX", "1", "e"]),
            ([], ["ZADD", "z", "INCR", "1", "e"]),
            ([made], ["RENAME", "o", "z"]),
            ([made], ["RENAMENX", "o", "z"]),
            ([made], ["COPY", "o", "z"]),
            ([made], ["ZUNIONSTORE", "z", "1", "o"]),
            ([made], ["ZINTERSTORE", "z", "1", "o"]),
            ([made], ["ZDIFFSTORE", "z", "1", "o"]),
            ([made], ["ZRANGESTORE", "z", "o", "0", "-1"]),
            ([["SELECT", "1"], ["ZADD", "z", "1", "e"]], ["MOVE", "z", "0"]),
            ([["SELECT", "1"], ["ZADD", "z", "1", "e"]], ["SWAPDB", "0", "1"]),
            ([["MULTI"], ["ZADD", "z", "0", "d"], ["ZREM", "z", "d"], ["ZADD", "z", "1", "e"]], ["EXEC"]),
        ]
        for (prepare, way) in ways {
            let fixture = Fixture()
            let client = fixture.connect()
            let other = fixture.connect()
            #expect(client.ask("BZPOPMIN", "x", "z", "0") == "")
            for words in prepare { other.ask(words) }
            #expect(client.wake() == "", "\(way)")
            other.ask(way)
            #expect(client.wake() == triple("z", "e", "1"), "\(way)")
        }
    }

    @Test("who waits for another kind is passed over, and keeps its place")
    func kinds() {
        let fixture = Fixture()
        let clients = (0..<4).map { _ in fixture.connect() }
        let other = fixture.connect()
        clients[0].ask("BLPOP", "k", "0")
        clients[1].ask("BZPOPMIN", "k", "0")
        clients[2].ask("BLMOVE", "k", "t", "LEFT", "LEFT", "0")
        other.ask("ZADD", "k", "1", "a", "2", "b")
        #expect(clients[0].wake() == "" && clients[2].wake() == "")
        #expect(clients[1].wake() == triple("k", "a", "1"))
        // Nobody waits for the sorted set that is left.
        #expect(clients[3].ask("BZPOPMIN", "k", "0") == triple("k", "b", "2"))
        clients[3].ask("BZPOPMIN", "k", "0")
        other.ask("RPUSH", "k", "x", "y")
        #expect(clients[0].wake() == "*2\r\n$1\r\nk\r\n$1\r\nx\r\n")
        #expect(clients[2].wake() == "$1\r\ny\r\n")
        #expect(clients[3].wake() == "" && clients[3].isWaiting)
        for words in [["SADD", "k", "m"], ["DEL", "k"], ["SET", "k", "v"], ["DEL", "k"], ["HSET", "k", "f", "v"]] {
            other.ask(words)
        }
        #expect(clients[3].wake() == "" && clients[3].isWaiting)
        #expect(other.ask("BZPOPMIN", "k", "0").hasPrefix("-WRONGTYPE"))
        other.ask("DEL", "k")
        #expect(other.ask("CLIENT", "UNBLOCK", "10", "ERROR") == ":1\r\n")
        #expect(clients[3].wake() == "-UNBLOCKED client unblocked via CLIENT UNBLOCK\r\n")
        #expect(fixture.frontEnd.waitedKeys.isEmpty && fixture.frontEnd.parkedClients.count == 0)
    }

    @Test("of many members that threads add and wait for, none is lost and none comes twice")
    func threads() async {
        let fixture = Fixture()
        let frontEnd = fixture.frontEnd
        let count = 1000
        let taken = await withTaskGroup(of: [String].self) { group in
            for thread in 0..<2 {
                group.addTask { await Self.pop(frontEnd, thread, count) }
            }
            for thread in 2..<4 {
                group.addTask {
                    let client = Self.connect(frontEnd, thread)
                    for number in 0..<count {
                        client.ask("ZADD", number % 2 == 0 ? "first" : "second", "\(number)", "\(thread)-\(number)")
                    }
                    client.session.connectionClosed()
                    return []
                }
            }
            return await group.reduce(into: [String]()) { $0 += $1 }
        }
        #expect(taken.count == 2 * count && Set(taken).count == 2 * count)
        #expect(fixture.connect().ask("DBSIZE") == ":0\r\n")
        #expect(frontEnd.waitedKeys.isEmpty && frontEnd.parkedClients.count == 0)
    }

    private static func connect(_ frontEnd: RESPFrontEnd, _ thread: Int) -> Conversation {
        let peer = ClientPeer.conversation(
            id: UInt64(100 + thread), address: "127.0.0.1:\(50000 + thread)", openedAt: Fixture.start)
        return Conversation(frontEnd.makeSession(peer, worker: thread))
    }

    private static func pop(_ frontEnd: RESPFrontEnd, _ thread: Int, _ count: Int) async -> [String] {
        let client = connect(frontEnd, thread)
        var taken: [String] = []
        while taken.count < count {
            let keys = taken.count % 2 == 0 ? ["first", "second"] : ["second", "first"]
            var reply = client.ask([taken.count % 3 == 0 ? "BZPOPMAX" : "BZPOPMIN"] + keys + ["0"])
            while client.isWaiting {
                await Task.yield()
                reply = client.wake()
            }
            taken.append(String(reply.split(separator: "\r\n")[4]))
        }
        client.session.connectionClosed()
        return taken
    }
}
