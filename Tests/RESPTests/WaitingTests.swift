// Commands that wait: parked, woken by others and by time, gone in between.

import Base
import Engine
import Testing

@testable import RESP

@Suite("Waiting")
struct WaitingTests {
    @Test("a waiting command is woken when its time is up, and what came behind it is served then")
    func deadline() {
        let fixture = Fixture()
        let client = fixture.connect()
        #expect(client.ask("WAIT", "1", "100") == "" && client.isWaiting)
        #expect(client.ask("PING") == "")
        func tick(_ milliseconds: Int64) {
            client.now = Milliseconds(Fixture.start.rawValue + milliseconds)
            fixture.frontEnd.tick(now: client.now)
        }
        tick(99)
        #expect(client.wake() == "" && client.isWaiting)
        tick(100)
        #expect(client.wake() == ":0\r\n+PONG\r\n" && !client.isWaiting)
        // A wake-up that comes late does no harm.
        #expect(client.wake() == "" && !client.isWaiting)
        #expect(client.ask("PING") == "+PONG\r\n")
    }

    @Test("WAITAOF waits for replicas' logs until its time is up")
    func logs() {
        let fixture = Fixture()
        let client = fixture.connect()
        #expect(client.ask("WAITAOF", "0", "1", "100") == "" && client.isWaiting)
        client.now = Milliseconds(Fixture.start.rawValue + 100)
        fixture.frontEnd.tick(now: client.now)
        #expect(client.wake() == "*2\r\n:0\r\n:0\r\n" && !client.isWaiting)
    }

    @Test("CLIENT UNBLOCK ends another client's waiting, as a timeout or with an error, once")
    func unblock() {
        let fixture = Fixture()
        let client = fixture.connect()
        let other = fixture.connect()
        #expect(other.ask("CLIENT", "UNBLOCK", "7") == ":0\r\n")
        client.ask("WAIT", "1", "0")
        client.ask("PING")
        #expect(other.ask("CLIENT", "LIST", "ID", "7").contains(" flags=b "))
        #expect(other.ask("INFO", "clients").contains("blocked_clients:1\r\n"))
        #expect(other.ask("CLIENT", "UNBLOCK", "7") == ":1\r\n")
        #expect(other.ask("CLIENT", "UNBLOCK", "7", "ERROR") == ":0\r\n")
        #expect(client.wake() == ":0\r\n+PONG\r\n")
        client.ask("WAIT", "1", "0")
        #expect(other.ask("CLIENT", "UNBLOCK", "7", "error") == ":1\r\n")
        #expect(client.wake() == "-UNBLOCKED client unblocked via CLIENT UNBLOCK\r\n")
        #expect(other.ask("CLIENT", "LIST", "ID", "7").contains(" flags=N "))
        #expect(fixture.frontEnd.parkedClients.count == 0)
    }

    @Test("a waiting client that goes is waited for no longer")
    func closing() {
        let fixture = Fixture()
        let client = fixture.connect()
        client.ask("WAIT", "1", "50")
        #expect(fixture.frontEnd.parkedClients.count == 1)
        client.session.connectionClosed()
        #expect(fixture.frontEnd.parkedClients.count == 0)
        fixture.frontEnd.tick(now: Milliseconds(Fixture.start.rawValue + 1000))
        #expect(fixture.connect().ask("CLIENT", "UNBLOCK", "7") == ":0\r\n")
    }
}
