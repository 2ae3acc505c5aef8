// Which requests wait for keys of another server, and how they go on.

import Engine
import TestPeers
import Testing

@testable import Memcached

@Suite("Keys that are elsewhere")
struct OriginGateTests {
    private func start() -> (TestServer, TestOrigin, TestClient) {
        let server = TestServer()
        let origin = TestOrigin(["a": "1", "b": "2", "n": "10"])
        server.frontEnd.keyOrigin = origin
        return (server, origin, server.connect())
    }

    @Test(
        "a request that goes by the absence of a key asks for it first, a plain overwrite does not",
        arguments: [
            ("get a", "a", "VALUE a 0 1|1|END|"), ("gets a zz b", "a zz b", nil), ("gat 10 a b", "a b", nil),
            ("mg a v", "a", "VA 1|1|"), ("mg YQ== b v", "a", "VA 1|1|"), ("md a q", "a", ""), ("ma n", "n", "HD|"),
            ("me a", "a", nil), ("delete a", "a", "DELETED|"), ("incr n 5", "n", "15|"), ("decr n 1", "n", "9|"),
            ("touch a 10", "a", "TOUCHED|"), ("add a 0 0 1|x", "a", "NOT_STORED|"),
            ("replace a 0 0 1|x", "a", "STORED|"), ("append a 0 0 1|x", "a", "STORED|"),
            ("prepend a 0 0 1|x", "a", "STORED|"), ("cas a 0 0 1 99|x", "a", "EXISTS|"),
            ("ms a 1 ME|x", "a", "NS|"), ("ms a 1 C99|x", "a", "EX|"), ("ms a 1 MA|x", "a", "HD|"),
            ("set a 0 0 1|x", "", "STORED|"), ("ms a 1|x", "", "HD|"), ("ms a 1 MS T10|x", "", "HD|"),
            ("mn", "", "MN|"), ("version", "", "VERSION 1.6.45|"), ("get", "", "CLIENT_ERROR bad command line format|"),
        ])
    func verbs(line: String, keys: String, reply: String?) {
        func lines(_ text: String) -> String { text.replacing("|", with: "\r\n") }
        let (server, origin, client) = start()
        let now = client.ask(lines(line + "|"))
        #expect(origin.takeAsked() == (keys.isEmpty ? [] : [keys]))
        #expect(client.isWaiting == !keys.isEmpty)
        var replies = now
        if client.isWaiting {
            #expect(now == "" && client.wake() == "")
            origin.deliver(server.engine)
            replies = client.wake()
        }
        if let reply { #expect(replies == lines(reply)) }
        // All is decided now.
        client.send(lines(line + "|"))
        #expect(origin.takeAsked() == [] && !client.isWaiting)
    }

    @Test("a pipeline waits once for all its keys, in order, however its bytes come", arguments: [1, 5, Int.max])
    func pipeline(pieces: Int) {
        let (server, origin, client) = start()
        let requests = "set c 0 0 1\r\n3\r\nget a\r\nincr n 1\r\nset b 0 0 1\r\n7\r\nget b zz\r\nmn\r\n"
        client.send(requests, piecesOf: pieces)
        if pieces == Int.max { #expect(origin.takeAsked() == ["a n b zz"]) }
        var replies = client.takeReplies()
        for _ in 0..<4 where client.isWaiting {
            origin.deliver(server.engine)
            replies += client.wake()
        }
        #expect(
            replies
                == "STORED\r\nVALUE a 0 1\r\n1\r\nEND\r\n11\r\nSTORED\r\nVALUE b 0 1\r\n7\r\nEND\r\nMN\r\n")
    }

    @Test("what does not come in time is a miss, and what is deleted then does not come", arguments: [true, false])
    func late(isThere: Bool) {
        let (server, origin, client) = start()
        origin.isThere = isThere
        client.send("get a\r\ndelete b\r\nmd n\r\n")
        if isThere { origin.deliver(server.engine, inTime: false) }
        #expect((isThere ? client.wake() : client.takeReplies()) == "END\r\nNOT_FOUND\r\nNF\r\n")
        #expect(!origin.isExcluded("a") && origin.isExcluded("b") && origin.isExcluded("n"))
    }

    @Test("a set that is refused for its size leaves no older value behind")
    func refused() {
        var settings = MemcachedSettings()
        settings.itemSizeMax = 2048
        let server = TestServer(settings)
        let origin = TestOrigin(["a": "1"])
        server.frontEnd.keyOrigin = origin
        let client = server.connect()
        let value = String(repeating: "x", count: 4000)
        #expect(client.ask("set a 0 0 4000\r\n\(value)\r\n").hasPrefix("SERVER_ERROR object too large"))
        #expect(origin.isExcluded("a"))
    }

    @Test("binary requests wait too, quiet ones as one batch, and only a set without CAS does not")
    func binary() {
        let (server, origin, client) = start()
        client.send(
            Ask.store(.setQ, "c", "3").bytes + Ask(.getKQ, "a").bytes + Ask(.getKQ, "zz").bytes
                + Ask.store(.add, "b", "9").bytes + Ask.store(.set, "n", "9", cas: 77).bytes + Ask(.noop).bytes)
        #expect(origin.takeAsked() == ["a zz b n"] && client.isWaiting)
        origin.deliver(server.engine)
        #expect(client.wake().utf8.count > 4 * 24 && !client.isWaiting)
        client.send(Ask(.delete, "q").bytes)
        #expect(origin.takeAsked() == ["q"])
        origin.deliver(server.engine, inTime: false)
        _ = client.wake()
        #expect(origin.isExcluded("q"))
    }

    @Test("when it is over nobody waits, and a new one is noticed")
    func over() {
        let (server, origin, client) = start()
        #expect(client.ask("set x 0 0 1\r\n1\r\n") == "STORED\r\n")
        server.frontEnd.keyOrigin = nil
        #expect(client.ask("get a\r\n") == "END\r\n" && origin.takeAsked() == [])
        let other = TestOrigin([:])
        server.frontEnd.keyOrigin = other
        client.send("get a\r\n")
        #expect(other.takeAsked() == ["a"] && client.isWaiting)
        server.frontEnd.keyOrigin = nil
        other.deliver(server.engine, inTime: false)
        #expect(client.wake() == "END\r\n")
    }
}
