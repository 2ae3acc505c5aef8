// Which requests wait for keys of another server, and how they go on.

import Engine
import TestPeers
import Testing

@testable import RESP

@Suite("Keys that are elsewhere")
struct OriginGateTests {
    private func start() -> (Fixture, TestOrigin, Conversation) {
        let fixture = Fixture()
        let origin = TestOrigin(["a": "1", "b": "2", "n": "10"])
        fixture.frontEnd.keyOrigin = origin
        return (fixture, origin, fixture.connect())
    }

    @Test(
        "a command asks for all keys that the table tells, a plain overwrite for none",
        arguments: [
            ("GET a", "a", "$1|1|"), ("MGET a zz b", "a zz b", "*3|$1|1|$-1|$1|2|"), ("SET a x NX", "a", "$-1|"),
            ("SET a x GET", "a", "$1|1|"), ("SET a x KEEPTTL", "a", "+OK|"), ("GETDEL a", "a", "$1|1|"),
            ("DEL a b zz", "a b zz", ":2|"), ("INCR n", "n", ":11|"), ("APPEND a x", "a", ":2|"),
            ("RENAME a c", "a c", "+OK|"), ("SETNX a x", "a", ":0|"), ("MSETNX c 1 a 2", "c a", ":0|"),
            ("EXPIRE a 10", "a", ":1|"), ("TYPE a", "a", "+string|"), ("OBJECT ENCODING a", "a", "$3|int|"),
            ("BITOP AND c a b", "c a b", ":1|"), ("ZUNION 2 zz zy", "zz zy", "*0|"), ("LPUSH l x", "l", ":1|"),
            ("SORT zz STORE zd", "zz zd", ":0|"), ("BLPOP zz zy 1", "zz zy", nil),
            ("XREAD STREAMS zz 0", "zz", "*-1|"), ("COPY a c", "a c", ":1|"),
            ("SET a x", "", "+OK|"), ("SET a x EX 10", "", "+OK|"), ("MSET a 1 b 2", "", "+OK|"),
            ("SETEX a 10 x", "", "+OK|"), ("PING", "", "+PONG|"), ("DBSIZE", "", ":0|"),
            ("GET", "", "-ERR wrong number of arguments for 'get' command|"),
        ])
    func commands(line: String, keys: String, reply: String?) {
        for isInline in [false, true] {
            let (fixture, origin, client) = start()
            let words = line.split(separator: " ").map { Array($0.utf8) }
            client.send(isInline ? Array((line + "\r\n").utf8) : Conversation.request(words))
            #expect(origin.takeAsked() == (keys.isEmpty ? [] : [keys]))
            #expect(client.isWaiting == !keys.isEmpty)
            if client.isWaiting {
                #expect(client.replies.isEmpty && client.wake() == "" && client.isWaiting)
                origin.deliver(fixture.engine)
                client.wake()
            }
            guard let reply else { continue }
            #expect(String(decoding: client.replies, as: UTF8.self) == reply.replacing("|", with: "\r\n"))
        }
    }

    @Test("a pipeline waits once for the keys of a batch, and what stands before is served")
    func pipeline() {
        let (fixture, origin, client) = start()
        let requests = ["SET c 3", "GET c", "GET a", "INCR n", "SET b 7", "GET b", "GET zz"]
        client.send(requests.flatMap { Conversation.request($0.split(separator: " ").map { Array($0.utf8) }) })
        #expect(origin.takeAsked() == ["c a n b zz"])
        #expect(String(decoding: client.replies, as: UTF8.self) == "+OK\r\n")
        origin.deliver(fixture.engine)
        #expect(client.wake() == "$1\r\n3\r\n$1\r\n1\r\n:11\r\n+OK\r\n$1\r\n7\r\n$-1\r\n")
        #expect(client.ask("GET", "a") == "$1\r\n1\r\n")
    }

    @Test("MULTI fetches as it queues, and EXEC waits for nothing")
    func transaction() {
        let (fixture, origin, client) = start()
        client.ask("MULTI")
        #expect(client.ask("INCR", "n") == "" && origin.takeAsked() == ["n"])
        origin.deliver(fixture.engine)
        #expect(client.wake() == "+QUEUED\r\n")
        #expect(client.ask("EXEC") == "*1\r\n:11\r\n")
        #expect(client.ask("WATCH", "a") == "" && origin.takeAsked() == ["a"])
        origin.deliver(fixture.engine)
        #expect(client.wake() == "+OK\r\n")
    }

    @Test("what does not come in time is missing; what a write names then does not come later", arguments: [true, false])
    func late(isThere: Bool) {
        let (fixture, origin, client) = start()
        origin.isThere = isThere
        client.ask("GET", "a")
        if isThere { origin.deliver(fixture.engine, inTime: false) }
        client.wake()
        client.ask("DEL", "b")
        if isThere { origin.deliver(fixture.engine, inTime: false) }
        client.wake()
        #expect(String(decoding: client.replies, as: UTF8.self) == "$-1\r\n:0\r\n")
        #expect(!origin.isExcluded("a") && origin.isExcluded("b"))
    }

    @Test("nobody waits who has not authenticated, while it loads, or when it is over; saving's gate stands beside it")
    func gates() {
        var settings = RESPSettings()
        settings.password = Array("secret".utf8)
        let fixture = Fixture(EngineOptions(), settings)
        let origin = TestOrigin(["a": "1"])
        fixture.frontEnd.keyOrigin = origin
        let client = fixture.connect()
        #expect(client.ask("GET", "a").hasPrefix("-NOAUTH") && origin.takeAsked() == [])
        client.ask("AUTH", "secret")
        fixture.frontEnd.gateState = .loading
        #expect(client.ask("GET", "a").hasPrefix("-LOADING"))
        fixture.frontEnd.gateState = .open
        client.ask("GET", "a")
        #expect(origin.takeAsked() == ["a"])
        fixture.frontEnd.keyOrigin = nil
        origin.deliver(fixture.engine, inTime: false)
        #expect(client.wake() == "$-1\r\n" && client.ask("GET", "a") == "$-1\r\n")
    }
}
