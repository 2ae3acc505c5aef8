// TLS: sessions that are continued, client certificates, reloads, and how conversations end.

import Base
import Glibc
import Synchronization
import Testing

@testable import Transport

@Suite("TLS ends and identities")
struct TLSEndTests {
    // MARK: Ends

    @Test("a client that finishes sending gets all its replies and an orderly end", arguments: [Int.max, 1])
    func halfClose(batchMax: Int) throws {
        let (server, _) = try makeTLSServer(echo: EchoOptions(batchMax: batchMax))
        defer { server.finish() }
        let client = try TLSClient(server.connect(), TestCertificates.client())
        client.send((0..<100).flatMap { TestPattern.frames("big \(20_000 + $0)") } + [0, 0])
        client.finishSending()
        for index in 0..<100 { #expect(client.receiveFrame()?.count == 20_000 + index) }
        #expect(client.endsInOrder())
    }

    @Test("a session's close sends its last reply and an orderly end, also to a client that is still sending")
    func closeAfterReply() throws {
        let (server, _) = try makeTLSServer()
        defer { server.finish() }
        let client = try TLSClient(server.connect(), TestCertificates.client())
        client.send(TestPattern.frames("close", "too late"))
        client.send([UInt8](repeating: 7, count: 300_000))
        #expect(client.receiveText() == "close")
        #expect(client.endsInOrder())
    }

    @Test("a client that is gone without a farewell is forgotten, once", arguments: [false, true])
    func drop(resets: Bool) throws {
        let (server, _) = try makeTLSServer()
        defer { server.finish() }
        let socket = try server.connect()
        let client = try TLSClient(socket, TestCertificates.client())
        client.send(Array(TestPattern.frames("never finished").dropLast(3)))
        let connection = server.connection()
        waitUntil { connection.bytesRead > 0 }
        if resets { socket.reset() } else { socket.close() }
        waitUntil { server.journal.closed.load(ordering: .relaxed) == 1 && server.openCount == 0 }
    }

    @Test("a waiting session is woken, also with requests behind it")
    func waiting() throws {
        let (server, _) = try makeTLSServer()
        defer { server.finish() }
        let client = try TLSClient(server.connect(), TestCertificates.client())
        client.send(TestPattern.frames("wait", "after"))
        waitUntil { server.journal.served.withLock { $0.count } == 1 }
        server.connection().wake()
        #expect(client.receiveText() == "woken")
        #expect(client.receiveText() == "after")
    }

    @Test("stop answers what has arrived and closes those who are idle or in a handshake")
    func stop() throws {
        let (server, _) = try makeTLSServer()
        let client = try TLSClient(server.connect(), TestCertificates.client())
        client.send(TestPattern.frames("big 3000000"))
        let idle = try TLSClient(server.connect(), TestCertificates.client())
        let silent = try server.connect()
        waitUntil { server.openCount == 3 && server.journal.served.withLock { $0.count } == 1 }
        server.workers.stop()
        #expect(client.receiveFrame()?.count == 3_000_000)
        #expect(idle.endsInOrder())
        #expect(silent.receiveAll().isEmpty)
        server.finish()
    }

    @Test("one connection too many is closed without a word")
    func limit() throws {
        let (server, _) = try makeTLSServer { $0.connectionCountMax = 1 }
        defer { server.finish() }
        let client = try TLSClient(server.connect(), TestCertificates.client())
        client.send(TestPattern.frames("x"))
        #expect(client.receiveText() == "x")
        #expect(try server.connect().receiveAll().isEmpty)
        #expect(server.workers.counters.total(.rejected) == 1)
    }

    // MARK: Outbound

    @Test("an outbound connection shakes hands before it speaks")
    func outbound() throws {
        let (server, _) = try makeTLSServer()
        defer { server.finish() }
        let replies = Replies()
        try server.workers.connect(
            to: .tcp(host: "127.0.0.1", port: server.listener.port), onWorker: 0, tls: TestCertificates.client()
        ) { _ in AskingSession(replies) }
        waitUntil { replies.texts.withLock { $0.count } == 1 }
        #expect(replies.texts.withLock { $0 } == [TestPattern.frames("question")])
    }

    @Test("a server that the client does not trust hears nothing from it")
    func untrusted() throws {
        let failure = FailureNote()
        let (server, _) = try makeTLSServer { options in
            options.onTLSFailure = { connection, reason in
                if connection.listener == nil { failure.reason.withLock { $0 = reason } }
            }
        }
        defer { server.finish() }
        let client = try TestCertificates.client { $0.authorityFile = TestCertificates.path("stranger.crt") }
        let replies = Replies()
        try server.workers.connect(
            to: .tcp(host: "127.0.0.1", port: server.listener.port), onWorker: 0, tls: client
        ) { _ in AskingSession(replies) }
        waitUntil { failure.reason.withLock { !$0.isEmpty } }
        #expect(failure.reason.withLock { $0.hasPrefix("certificate verify failed: ") })
        #expect(replies.texts.withLock { $0.isEmpty })
    }

    // MARK: Client certificates

    /// What a client with such a certificate comes to.
    private static let verdicts: [(PeerVerification, String?, Bool)] = [
        (.none, nil, true), (.none, "client", true), (.none, "stranger-client", true),
        (.optional, nil, true), (.optional, "client", true), (.optional, "stranger-client", false),
        (.required, nil, false), (.required, "client", true), (.required, "stranger-client", false),
    ]

    @Test("client certificates are asked for and verified as told", arguments: [TLSVersion.v1_2, .v1_3])
    func clientCertificates(version: TLSVersion) throws {
        for overrides in [false, true] {
            for (verification, certificate, isServed) in Self.verdicts {
                let options = TestCertificates.server {
                    $0.verification = overrides ? .none : verification
                    $0.authorityFile = TestCertificates.path("authority.crt")
                }
                let (server, _) = try makeTLSServer(options, verification: overrides ? verification : nil)
                defer { server.finish() }
                let context = try TestCertificates.client(certificate) { $0.versions = [version] }
                var reply: String?
                if let client = try? TLSClient(server.connect(), context) {
                    client.send(TestPattern.frames("hello"))
                    reply = client.receiveText()
                }
                #expect((reply == "hello") == isServed, "\(verification) \(certificate ?? "none")")
                if !isServed { waitUntil { server.workers.counters.total(.tlsHandshakeErrors) == 1 } }
            }
        }
    }

    // MARK: Sessions

    /// Two connections of one client that keeps its session; returns how many were continued.
    private func connectTwice(_ server: TestServer, _ version: TLSVersion) throws -> Int {
        let context = try TestCertificates.client { $0.versions = [version] }
        let first = try TLSClient(server.connect(), context)
        first.send(TestPattern.frames("a"))
        #expect(first.receiveText() == "a")
        let session = first.stream.copySession()
        first.finishSending()
        let second = try TLSClient(server.connect(), context, continuing: session)
        second.send(TestPattern.frames("b"))
        #expect(second.receiveText() == "b")
        return second.stream.isResumed ? 1 : 0
    }

    @Test("a client continues its session, by ticket or from the cache", arguments: [TLSVersion.v1_2, .v1_3])
    func resumption(version: TLSVersion) throws {
        for countMax in [0, 100] {
            let (server, _) = try makeTLSServer(TestCertificates.server { $0.sessionCountMax = countMax })
            defer { server.finish() }
            #expect(try connectTwice(server, version) == 1)
            #expect(server.workers.counters.total(.tlsSessions) == 1)
            #expect(server.workers.counters.total(.tlsResumptions) == 1)
        }
    }

    @Test("no session is continued where that is turned off", arguments: [TLSVersion.v1_2, .v1_3])
    func noResumption(version: TLSVersion) throws {
        let (server, _) = try makeTLSServer(TestCertificates.server { $0.resumesSessions = false })
        defer { server.finish() }
        #expect(try connectTwice(server, version) == 0)
    }

    @Test("a session that began without a certificate opens no listener that requires one")
    func sessionsStayWhereTheyBegan() throws {
        let options = TestCertificates.server { $0.authorityFile = TestCertificates.path("authority.crt") }
        let source = TLSSource(try TLSContext(.server, options))
        let open = try TestServer(tls: ListenerTLS(source, verification: PeerVerification.none))
        defer { open.finish() }
        let closed = try TestServer(tls: ListenerTLS(source, verification: .required))
        defer { closed.finish() }
        for version in [TLSVersion.v1_2, .v1_3] {
            let context = try TestCertificates.client { $0.versions = [version] }
            let first = try TLSClient(open.connect(), context)
            first.send(TestPattern.frames("a"))
            #expect(first.receiveText() == "a")
            let session = first.stream.copySession()
            let second = try? TLSClient(closed.connect(), context, continuing: session)
            second?.send(TestPattern.frames("b"))
            #expect(second?.receiveText() == nil)
        }
    }

    // MARK: Reload

    @Test("a reload holds for new connections, and those that live go on")
    func reload() throws {
        let (server, source) = try makeTLSServer()
        defer { server.finish() }
        let context = try TestCertificates.client()
        let old = try TLSClient(server.connect(), context)
        old.send(TestPattern.frames("before"))
        #expect(old.receiveText() == "before")
        #expect(old.stream.peerName == "/CN=server")
        source.context = try TLSContext(.server, TestCertificates.server("server2"))
        let new = try TLSClient(server.connect(), context)
        #expect(new.stream.peerName == "/CN=server2")
        old.send(TestPattern.frames("after"))
        #expect(old.receiveText() == "after")
        new.send(TestPattern.frames("new"))
        #expect(new.receiveText() == "new")
    }
}

private final class FailureNote: Sendable {
    let reason = Mutex("")
}
