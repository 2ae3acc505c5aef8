// How connections end: by the client, by the session, by time, by the limit, by stop().

import Base
import Glibc
import Synchronization
import Testing

@testable import Transport

@Suite("Ends", .serialized)
struct EndTests {
    /// A unix socket's buffers do not grow: a reader that stops is noticed soon.
    private static var socket: ListenAddress { .unix(path: "/tmp/duet-ends-\(getpid()).sock", mode: 0o700) }

    private func expectOneClose(_ server: TestServer) {
        waitUntil { server.journal.closed.load(ordering: .relaxed) == 1 && server.openCount == 0 }
        #expect(server.workers.connections().isEmpty)
    }

    @Test("a peer that drops mid-request is forgotten, once", arguments: [false, true])
    func dropMidRequest(resets: Bool) throws {
        let server = try TestServer()
        let client = try server.connect()
        client.send(Array(TestPattern.frames("never finished").dropLast(3)))
        let connection = server.connection()
        waitUntil { connection.bytesRead > 0 }
        if resets { client.reset() } else { client.close() }
        expectOneClose(server)
        server.finish()
        #expect(server.journal.closed.load(ordering: .relaxed) == 1)
    }

    @Test("a peer that drops with replies unsent is forgotten, once")
    func dropWithUnsent() throws {
        let server = try TestServer(on: Self.socket)
        let client = try TestClient(Self.socket)
        for _ in 0..<100 { client.send(TestPattern.frames("big 100000")) }
        let connection = server.connection()
        waitUntil { connection.unsentByteCount > Limits.unsentSizeMax }
        client.reset()
        expectOneClose(server)
        server.finish()
    }

    @Test("a client that finishes sending gets all its replies", arguments: [Int.max, 1])
    func halfClose(batchMax: Int) throws {
        let server = try TestServer(EchoOptions(batchMax: batchMax))
        defer { server.finish() }
        let client = try server.connect()
        var stream: [UInt8] = []
        for index in 0..<200 { stream += TestPattern.frames("big \(20_000 + index)") }
        client.send(stream + [0, 0])
        client.finishSending()
        for index in 0..<200 { #expect(client.receiveFrame()?.count == 20_000 + index) }
        #expect(client.receiveFrame() == nil)
        client.close()
        expectOneClose(server)
    }

    @Test("a session's close sends its last reply, also to a client that is still sending")
    func closeAfterReply() throws {
        let server = try TestServer()
        defer { server.finish() }
        let client = try server.connect()
        client.send(TestPattern.frames("close", "too late"))
        client.send([UInt8](repeating: 7, count: 300_000))
        #expect(client.receiveText() == "close")
        #expect(client.receiveFrame() == nil)
        client.close()
        expectOneClose(server)
    }

    @Test("a session's abort closes at once")
    func abort() throws {
        let server = try TestServer()
        defer { server.finish() }
        let client = try server.connect()
        client.send(TestPattern.frames("abort"))
        #expect(client.receiveFrame() == nil)
        expectOneClose(server)
    }

    @Test("Connection.close() from another thread ends the connection")
    func closeFromOutside() throws {
        let server = try TestServer()
        defer { server.finish() }
        let client = try server.connect()
        let connection = server.connection()
        connection.close()
        #expect(client.receiveFrame() == nil)
        client.close()
        expectOneClose(server)
        connection.close()
        connection.wake()
    }

    @Test("idle connections are closed, busy ones and waiting ones are not")
    func idleKick() throws {
        let server = try TestServer(workerCount: 1)
        defer { server.finish() }
        server.workers.idleTimeoutSeconds = 60
        let idle = try server.connect()
        idle.send(TestPattern.frames("x"))
        #expect(idle.receiveText() == "x")
        let waiting = try server.connect()
        waiting.send(TestPattern.frames("wait"))
        waitUntil { server.journal.served.withLock { $0.count } == 2 }
        let worker = server.workers.workers[0]
        let now = Milliseconds.readClock()
        worker.post { worker.tick(now: Milliseconds(now.rawValue + 50_000)) }
        idle.send(TestPattern.frames("y"))
        #expect(idle.receiveText() == "y")
        worker.post { worker.tick(now: Milliseconds(now.rawValue + 61_000 + 20_000)) }
        #expect(idle.receiveFrame() == nil)
        #expect(server.workers.counters.total(.idleKicks) == 1)
        waitUntil { server.openCount == 1 }
    }

    @Test("over the limit a connection reads the refusal, under it again it is served")
    func connectionLimit() throws {
        let server = try TestServer { $0.connectionCountMax = 2 }
        defer { server.finish() }
        let first = try server.connect()
        let second = try server.connect()
        for client in [first, second] {
            client.send(TestPattern.frames("in"))
            #expect(client.receiveText() == "in")
        }
        let third = try server.connect()
        #expect(third.receiveAll() == [UInt8]("go away\r\n".utf8))
        #expect(server.workers.counters.total(.rejected) == 1)
        server.workers.connectionCountMax = 3
        let fourth = try server.connect()
        fourth.send(TestPattern.frames("in"))
        #expect(fourth.receiveText() == "in")
        first.close()
        waitUntil { server.openCount == 2 }
        #expect(server.workers.counters.total(.accepted) == 3)
    }

    @Test("a waiting session is not given input until it is woken")
    func waitAndWake() throws {
        let server = try TestServer()
        defer { server.finish() }
        let client = try server.connect()
        client.send(TestPattern.frames("wait"))
        let connection = server.connection()
        waitUntil { server.journal.served.withLock { $0.count } == 1 }
        client.send(TestPattern.frames("after"))
        waitUntil { connection.pendingByteCount == 9 }
        connection.wake()
        #expect(client.receiveText() == "woken")
        #expect(client.receiveText() == "after")
    }

    @Test("wakes from many threads arrive, and a storm of them is few messages")
    func wakeStorm() throws {
        let server = try TestServer()
        defer { server.finish() }
        let client = try server.connect()
        let connection = server.connection()
        connection.wake()
        #expect(client.receiveText() == "woken")
        try withThreads(4) { _ in for _ in 0..<1000 { connection.wake() } }
        #expect(client.receiveText() == "woken")
    }

    @Test("a waiting session whose peer is gone is closed, unless it owes a reply", arguments: [false, true])
    func waitingPeerEnds(owesReply: Bool) throws {
        let server = try TestServer(EchoOptions(owesReply: owesReply))
        defer { server.finish() }
        let client = try server.connect()
        client.send(TestPattern.frames("wait"))
        client.finishSending()
        let connection = server.connection()
        if owesReply {
            waitUntil { server.journal.served.withLock { $0.count } == 1 }
            connection.wake()
            #expect(client.receiveText() == "woken")
        }
        #expect(client.receiveFrame() == nil)
        client.close()
        expectOneClose(server)
    }

    @Test("stop() answers what was sent and owed, then returns")
    func stopInFlight() throws {
        // The grace is for clients that do not read; a busy machine may take longer than the default over this.
        let server = try TestServer(EchoOptions(batchMax: 3)) { $0.stopGraceMilliseconds = 60_000 }
        var clients: [TestClient] = []
        var stream: [UInt8] = []
        for index in 0..<50 { stream += TestPattern.frames("big \(10_000 + index)") }
        for _ in 0..<8 {
            let client = try server.connect()
            client.send(stream)
            clients.append(client)
        }
        let idle = try server.connect()
        waitUntil { server.journal.opened.load(ordering: .relaxed) == 9 }
        server.workers.stop()
        for client in clients {
            for index in 0..<50 { #expect(client.receiveFrame()?.count == 10_000 + index) }
            #expect(client.receiveFrame() == nil)
            client.close()
        }
        #expect(idle.receiveFrame() == nil)
        server.finish()
        #expect(server.journal.closed.load(ordering: .relaxed) == 9)
        #expect(server.openCount == 0)
    }

    @Test("stop() does not wait longer than its grace for a client that does not read")
    func stopGrace() throws {
        let server = try TestServer(on: Self.socket) { $0.stopGraceMilliseconds = 50 }
        let client = try TestClient(Self.socket)
        for _ in 0..<100 { client.send(TestPattern.frames("big 100000")) }
        let connection = server.connection()
        waitUntil { connection.unsentByteCount > Limits.unsentSizeMax }
        server.finish()
        #expect(server.journal.closed.load(ordering: .relaxed) == 1)
    }

    @Test("stop() before run() makes run() return")
    func stopBeforeRun() throws {
        let server = try TestServer(starts: false)
        server.workers.stop()
        server.start()
        server.finish()
        #expect(!server.workers.workers[0].post {})
    }
}
