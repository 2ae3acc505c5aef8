// Commands that wait for lists: who is served, when, in which order, and by what.

import Base
import Engine
import Testing

@testable import RESP

@Suite("Waiting for lists")
struct BlockingListTests {
    private func pair(_ key: String, _ element: String) -> String {
        "*2\r\n$\(key.utf8.count)\r\n\(key)\r\n$\(element.utf8.count)\r\n\(element)\r\n"
    }

    @Test("who waits is served before whoever pushes hears of it, in order of arrival")
    func order() {
        let fixture = Fixture()
        let clients = (0..<4).map { _ in fixture.connect() }
        let pusher = fixture.connect()
        for client in clients { #expect(client.ask("BLPOP", "l", "0") == "" && client.isWaiting) }
        #expect(pusher.ask("RPUSH", "l", "a", "b") == ":2\r\n")
        #expect(pusher.ask("EXISTS", "l") == ":0\r\n")
        #expect(clients[0].wake() == pair("l", "a"))
        #expect(clients[1].wake() == pair("l", "b"))
        #expect(clients[2].wake() == "" && clients[2].isWaiting)
        pusher.ask("LPUSH", "l", "c", "d", "e")
        #expect(clients[2].wake() == pair("l", "e"))
        #expect(clients[3].wake() == pair("l", "d"))
        #expect(pusher.ask("LRANGE", "l", "0", "-1") == "*1\r\n$1\r\nc\r\n")
        fixture.frontEnd.tick(now: Fixture.start)
        #expect(fixture.frontEnd.waitedKeys.isEmpty && fixture.frontEnd.parkedClients.count == 0)
    }

    @Test("each command takes and replies in its own way")
    func replies() {
        let fixture = Fixture()
        let pusher = fixture.connect()
        func waiting(_ words: String...) -> Conversation {
            let client = fixture.connect()
            #expect(client.ask(words) == "")
            return client
        }
        let right = waiting("BRPOP", "x", "l", "0")
        pusher.ask("RPUSH", "l", "a", "b")
        #expect(right.wake() == pair("l", "b"))
        pusher.ask("DEL", "l")
        let many = waiting("BLMPOP", "0", "2", "x", "l", "RIGHT", "COUNT", "2")
        pusher.ask("RPUSH", "l", "a", "b", "c")
        #expect(many.wake() == "*2\r\n$1\r\nl\r\n*2\r\n$1\r\nc\r\n$1\r\nb\r\n")
        pusher.ask("DEL", "l")
        let moving = waiting("BLMOVE", "l", "t", "LEFT", "LEFT", "0")
        pusher.ask("RPUSH", "l", "a")
        #expect(moving.wake() == "$1\r\na\r\n")
        let old = waiting("BRPOPLPUSH", "l", "t", "0")
        pusher.ask("RPUSH", "l", "b")
        #expect(old.wake() == "$1\r\nb\r\n")
        #expect(pusher.ask("LRANGE", "t", "0", "-1") == "*2\r\n$1\r\nb\r\n$1\r\na\r\n")
        pusher.ask("SET", "s", "v")
        let refused = waiting("BLMOVE", "l", "s", "LEFT", "LEFT", "0")
        let next = waiting("BLPOP", "l", "0")
        pusher.ask("RPUSH", "l", "c")
        #expect(refused.wake() == "-WRONGTYPE Operation against a key holding the wrong kind of value\r\n")
        #expect(next.wake() == pair("l", "c"))
    }

    @Test("lists that are moved from key to key wake one after the other")
    func chain() {
        let fixture = Fixture()
        let clients = (0..<3).map { _ in fixture.connect() }
        let pusher = fixture.connect()
        clients[0].ask("BLMOVE", "a", "b", "RIGHT", "LEFT", "0")
        clients[1].ask("BLMOVE", "b", "c", "LEFT", "RIGHT", "0")
        clients[2].ask("BLMOVE", "c", "c", "LEFT", "RIGHT", "0")
        #expect(pusher.ask("RPUSH", "a", "x") == ":1\r\n")
        #expect(pusher.ask("EXISTS", "a", "b", "c") == ":1\r\n")
        for client in clients { #expect(client.wake() == "$1\r\nx\r\n") }
        #expect(pusher.ask("LRANGE", "c", "0", "-1") == "*1\r\n$1\r\nx\r\n")
    }

    @Test("a key becomes a list in many ways, and each wakes")
    func ways() {
        let ways: [(prepare: [[String]], [String])] = [
            ([["RPUSH", "o", "e"]], ["RENAME", "o", "l"]),
            ([["RPUSH", "o", "e"]], ["RENAMENX", "o", "l"]),
            ([["RPUSH", "o", "e"]], ["COPY", "o", "l"]),
            ([["RPUSH", "o", "e"]], ["LMOVE", "o", "l", "LEFT", "LEFT"]),
            ([["RPUSH", "o", "e"]], ["RPOPLPUSH", "o", "l"]),
            ([["SELECT", "1"], ["RPUSH", "l", "e"]], ["MOVE", "l", "0"]),
            ([["SELECT", "1"], ["RPUSH", "l", "e"]], ["SWAPDB", "0", "1"]),
            ([["SELECT", "1"], ["RPUSH", "l", "e"]], ["COPY", "l", "l", "DB", "0"]),
            ([["MULTI"], ["LPUSH", "l", "d"], ["LPUSH", "l", "e"]], ["EXEC"]),
        ]
        for (prepare, way) in ways {
            let fixture = Fixture()
            let client = fixture.connect()
            let other = fixture.connect()
            for words in prepare.dropLast(prepare.first == ["MULTI"] ? 3 : 0) { other.ask(words) }
            #expect(client.ask("BLPOP", "x", "l", "0") == "")
            if prepare.first == ["MULTI"] { for words in prepare { other.ask(words) } }
            #expect(client.wake() == "", "\(way)")
            other.ask(way)
            #expect(client.wake() == pair("l", "e"), "\(way)")
        }
    }

    @Test("what is no list any more when a transaction ends wakes nobody, and another kind never does")
    func otherKinds() {
        let fixture = Fixture()
        let client = fixture.connect()
        let other = fixture.connect()
        client.ask("BLPOP", "l", "0")
        for words in [["MULTI"], ["LPUSH", "l", "a"], ["DEL", "l"], ["SET", "l", "v"], ["EXEC"]] { other.ask(words) }
        #expect(client.wake() == "" && client.isWaiting)
        for words in [["DEL", "l"], ["SADD", "l", "m"], ["DEL", "l"], ["HSET", "l", "f", "v"], ["DEL", "l"]] {
            other.ask(words)
        }
        #expect(client.wake() == "" && client.isWaiting)
        other.ask("SELECT", "1")
        other.ask("RPUSH", "l", "elsewhere")
        #expect(client.wake() == "" && client.isWaiting)
        other.ask("SELECT", "0")
        other.ask("RPUSH", "l", "b")
        #expect(client.wake() == pair("l", "b"))
    }

    @Test("time ends the waiting to the millisecond, in the words of each version")
    func timeouts() {
        let fixture = Fixture()
        for (version, null) in [("2", "*-1\r\n"), ("3", "_\r\n")] {
            let client = fixture.connect()
            client.ask("HELLO", version)
            for words in [
                ["BLPOP", "l", "0.25"], ["BRPOP", "a", "l", "0.2499"], ["BLMOVE", "l", "t", "LEFT", "LEFT", "0.25"],
                ["BRPOPLPUSH", "l", "t", "0.25"], ["BLMPOP", "0.25", "1", "l", "LEFT"],
            ] {
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

    @Test("who gives up, is unblocked or goes away leaves its place to the next, and takes nothing")
    func leaving() {
        let fixture = Fixture()
        let clients = (0..<4).map { _ in fixture.connect() }
        let other = fixture.connect()
        for client in clients { client.ask("BLPOP", "l", "0") }
        // Ids ascend from 7.
        #expect(other.ask("CLIENT", "UNBLOCK", "7") == ":1\r\n")
        #expect(other.ask("CLIENT", "UNBLOCK", "8", "ERROR") == ":1\r\n")
        clients[2].session.connectionClosed()
        other.ask("RPUSH", "l", "a")
        #expect(clients[0].wake() == "*-1\r\n")
        #expect(clients[1].wake() == "-UNBLOCKED client unblocked via CLIENT UNBLOCK\r\n")
        #expect(clients[3].wake() == pair("l", "a"))
        // One that was served cannot be unblocked any more, even before its worker hears of it.
        clients[0].ask("BLPOP", "l", "0")
        other.ask("RPUSH", "l", "b")
        #expect(other.ask("CLIENT", "UNBLOCK", "7") == ":0\r\n")
        #expect(clients[0].wake() == pair("l", "b"))
        #expect(fixture.frontEnd.waitedKeys.isEmpty && fixture.frontEnd.parkedClients.count == 0)
    }

    @Test("what comes behind a waiting command is served when it is, and a pipeline serves others in between")
    func pipelines() {
        let fixture = Fixture()
        let client = fixture.connect()
        let other = fixture.connect()
        client.ask("BLPOP", "l", "0")
        client.ask("PING")
        func request(_ words: String...) -> [UInt8] { Conversation.request(words.map { Array($0.utf8) }) }
        let pushes = request("RPUSH", "l", "a") + request("LLEN", "l") + request("RPUSH", "l", "b")
        other.send(pushes + request("LPOP", "l"))
        #expect(String(decoding: other.replies, as: UTF8.self) == ":1\r\n:0\r\n:1\r\n$1\r\nb\r\n")
        #expect(client.wake() == pair("l", "a") + "+PONG\r\n")
        // One that waits for a key of its own pipeline's end brings it itself to nobody.
        client.send(request("RPUSH", "l", "c") + request("BLPOP", "l", "0") + request("BLPOP", "l", "0"))
        #expect(client.isWaiting)
        other.ask("RPUSH", "l", "d")
        #expect(client.wake() == pair("l", "d"))
    }

    @Test("of thousands of elements that many threads push and wait for, none is lost and none comes twice")
    func threads() async {
        let fixture = Fixture()
        let frontEnd = fixture.frontEnd
        let count = 2000
        let taken = await withTaskGroup(of: [String].self) { group in
            for thread in 0..<4 {
                group.addTask { await Self.pop(frontEnd, thread, count / 2) }
            }
            for thread in 0..<2 {
                group.addTask {
                    Self.push(frontEnd, 4 + thread, count)
                    return []
                }
            }
            return await group.reduce(into: [String]()) { $0 += $1 }
        }
        #expect(taken.count == 2 * count && Set(taken).count == 2 * count)
        let client = fixture.connect()
        #expect(client.ask("DBSIZE") == ":0\r\n")
        #expect(frontEnd.waitedKeys.isEmpty && frontEnd.parkedClients.count == 0)
    }

    private static func connect(_ frontEnd: RESPFrontEnd, _ thread: Int) -> Conversation {
        let peer = ClientPeer.conversation(
            id: UInt64(100 + thread), address: "127.0.0.1:\(50000 + thread)", openedAt: Fixture.start)
        return Conversation(frontEnd.makeSession(peer, worker: thread))
    }

    private static func push(_ frontEnd: RESPFrontEnd, _ thread: Int, _ count: Int) {
        let client = connect(frontEnd, thread)
        for number in 0..<count {
            let key = number % 2 == 0 ? "first" : "second"
            client.ask(number % 3 == 0 ? "LPUSH" : "RPUSH", key, "\(thread)-\(number)")
        }
        client.session.connectionClosed()
    }

    /// Pops and moves as it comes, waiting whenever there is nothing.
    private static func pop(_ frontEnd: RESPFrontEnd, _ thread: Int, _ count: Int) async -> [String] {
        let client = connect(frontEnd, thread)
        var random = SplitMix64(seed: UInt64(thread))
        var taken: [String] = []
        while taken.count < count {
            let keys = random.next(below: 2) == 0 ? ["first", "second", "third"] : ["third", "second", "first"]
            let isMove = random.next(below: 4) == 0
            var reply =
                isMove
                ? client.ask("LMOVE", keys[1], "third", "LEFT", "RIGHT")
                : client.ask([random.next(below: 2) == 0 ? "BLPOP" : "BRPOP"] + keys + ["0"])
            while client.isWaiting {
                await Task.yield()
                reply = client.wake()
            }
            if !isMove { taken.append(String(reply.split(separator: "\r\n").last!)) }
        }
        client.session.connectionClosed()
        return taken
    }
}
