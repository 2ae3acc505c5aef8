// Pauses, and what clients said about themselves.

import Base
import Engine
import Synchronization
import Testing

@testable import RESP

@Suite("Client states")
struct ClientStateTests {
    @Test("a pause of writes holds up what may change something, in order, until its time is up")
    func pausedWrites() {
        let fixture = Fixture()
        let admin = fixture.connect()
        let client = fixture.connect()
        #expect(admin.ask("CLIENT", "PAUSE", "1000", "WRITE") == "+OK\r\n")
        #expect(client.ask("GET", "k") == "$-1\r\n")
        #expect(client.ask("SET", "k", "v") == "" && client.isWaiting)
        #expect(client.ask("GET", "k") == "")
        // Woken for nothing.
        #expect(client.wake() == "" && client.isWaiting)
        fixture.frontEnd.tick(now: Milliseconds(Fixture.start.rawValue + 999))
        #expect(client.wake() == "")
        fixture.frontEnd.tick(now: Milliseconds(Fixture.start.rawValue + 1000))
        #expect(client.wake() == "+OK\r\n$1\r\nv\r\n")
        #expect(client.ask("SET", "k", "w") == "+OK\r\n")
    }

    @Test("a pause of all holds up everything; a batch is served up to the request that has to wait")
    func pausedAll() {
        let fixture = Fixture()
        let admin = fixture.connect()
        let client = fixture.connect()
        let line = fixture.connect()
        client.ask("MULTI")
        client.ask("SET", "k", "v")
        admin.ask("CLIENT", "PAUSE", "500", "WRITE")
        #expect(client.ask("EXEC") == "")
        client.send(Conversation.request([Array("PING".utf8)]))
        line.send(Array("get k\r\nset k w\r\nget k\r\n".utf8))
        #expect(String(decoding: line.replies, as: UTF8.self) == "$-1\r\n")
        // It becomes stricter and longer, not shorter.
        admin.ask("CLIENT", "PAUSE", "1")
        #expect(admin.ask("PING") == "")
        fixture.frontEnd.tick(now: Milliseconds(Fixture.start.rawValue + 400))
        #expect(admin.wake() == "")
        fixture.frontEnd.tick(now: Milliseconds(Fixture.start.rawValue + 500))
        #expect(admin.wake() == "+PONG\r\n")
        #expect(client.wake() == "*1\r\n+OK\r\n+PONG\r\n")
        #expect(line.wake() == "+OK\r\n$1\r\nw\r\n")
    }

    @Test("UNPAUSE lets everybody go on, and who left meanwhile is forgotten")
    func unpaused() {
        let fixture = Fixture()
        let admin = fixture.connect()
        let client = fixture.connect()
        let leaver = fixture.connect()
        admin.ask("CLIENT", "PAUSE", "100000", "WRITE")
        client.ask("PFCOUNT", "h")
        leaver.ask("DEL", "k")
        leaver.session.connectionClosed()
        #expect(admin.ask("CLIENT", "UNPAUSE") == "+OK\r\n")
        #expect(client.wake() == ":0\r\n")
    }

    @Test("CLIENT LIST tells who is kept and who leaves no trace; RESET ends both")
    func flags() {
        let client = Fixture().connect()
        client.ask("CLIENT", "NO-EVICT", "ON")
        client.ask("CLIENT", "NO-TOUCH", "ON")
        #expect(client.ask("CLIENT", "INFO").contains("flags=eT "))
        client.ask("CLIENT", "REPLY", "OFF")
        #expect(client.ask("RESET") == "+RESET\r\n")
        #expect(client.ask("CLIENT", "INFO").contains("flags=N "))
    }

    @Test("with NO-TOUCH on, only TOUCH counts as use")
    func noTouch() {
        let client = Fixture().connect()
        client.ask("SET", "k", "v")
        client.ask("CLIENT", "NO-TOUCH", "ON")
        client.now = Milliseconds(client.now.rawValue + 100_000)
        client.ask("GET", "k")
        client.ask("APPEND", "k", "w")
        #expect(client.ask("OBJECT", "IDLETIME", "k") != ":0\r\n")
        client.ask("TOUCH", "k")
        #expect(client.ask("OBJECT", "IDLETIME", "k") == ":0\r\n")
        client.now = Milliseconds(client.now.rawValue + 100_000)
        client.ask("GET", "k")
        #expect(client.ask("OBJECT", "IDLETIME", "k") != ":0\r\n")
        client.ask("CLIENT", "NO-TOUCH", "OFF")
        client.ask("GET", "k")
        #expect(client.ask("OBJECT", "IDLETIME", "k") == ":0\r\n")
    }
}
