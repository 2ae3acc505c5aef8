// TLS: handshakes and their failures, every size in both directions, the ways a conversation ends.

import Base
import Glibc
import Synchronization
import Testing

@testable import Transport

/// An echo server whose only listener speaks TLS.
func makeTLSServer(
    _ options: TLSOptions = TestCertificates.server(), verification: PeerVerification? = nil,
    echo: EchoOptions = EchoOptions(), workerCount: Int = 2,
    configure: (inout TransportOptions) -> Void = { _ in }
) throws -> (server: TestServer, source: TLSSource) {
    let source = TLSSource(try TLSContext(.server, options))
    let server = try TestServer(
        workerCount: workerCount, echo, tls: ListenerTLS(source, verification: verification),
        configure: configure)
    return (server, source)
}

@Suite("TLS")
struct TLSTests {
    private func count(_ counter: TransportCounter, _ server: TestServer) -> Int {
        server.workers.counters.total(counter)
    }

    @Test("both versions serve, and the counts are those of the plaintext", arguments: [TLSVersion.v1_2, .v1_3])
    func versions(version: TLSVersion) throws {
        let (server, _) = try makeTLSServer()
        defer { server.finish() }
        let client = try TLSClient(server.connect(), TestCertificates.client { $0.versions = [version] })
        client.send(TestPattern.frames("one", "two"))
        #expect(client.receiveText() == "one")
        #expect(client.receiveText() == "two")
        #expect(server.connection().bytesRead == 14)
        waitUntil { server.connection().bytesWritten == 14 }
        #expect(count(.tlsSessions, server) == 1 && count(.tlsHandshakeErrors, server) == 0)
    }

    @Test("a version that is not allowed is refused, a hole between others too")
    func refusedVersions() throws {
        let (server, _) = try makeTLSServer(TestCertificates.server { $0.versions = [.v1_3] })
        defer { server.finish() }
        #expect(throws: TLSClient.Failure.self) {
            try TLSClient(server.connect(), TestCertificates.client { $0.versions = [.v1_2] })
        }
        waitUntil { count(.tlsHandshakeErrors, server) == 1 && server.openCount == 0 }
        _ = try TLSClient(server.connect(), TestCertificates.client())
        #expect(throws: TLSError.versions) { try TLSContext(.server, TestCertificates.server { $0.versions = [] }) }
    }

    @Test("requests cut at every byte of the ciphertext are served the same", arguments: [TLSVersion.v1_2, .v1_3])
    func everyByte(version: TLSVersion) throws {
        let (server, _) = try makeTLSServer()
        defer { server.finish() }
        let relay = try Relay(server.connect(), step: 1)
        defer { relay.finish() }
        let client = try TLSClient(
            socket: relay.socket, owner: relay, TestCertificates.client { $0.versions = [version] })
        client.send(TestPattern.frames("first", "second"))
        client.send(TestPattern.frames("third"))
        for text in ["first", "second", "third"] { #expect(client.receiveText() == text) }
    }

    @Test("a client that stops at any byte of handshake or request leaves nothing behind")
    func stopsAnywhere() throws {
        let (server, _) = try makeTLSServer()
        defer { server.finish() }
        let context = try TestCertificates.client()
        for end in stride(from: 0, to: 700, by: 13) {
            let relay = try Relay(server.connect(), step: 4096, stopsAfter: end)
            defer { relay.finish() }
            if let client = try? TLSClient(socket: relay.socket, owner: relay, context) {
                client.send(TestPattern.frames("request"))
                _ = client.receiveFrame()
            }
        }
        waitUntil { server.openCount == 0 }
        let client = try TLSClient(server.connect(), context)
        client.send(TestPattern.frames("still here"))
        #expect(client.receiveText() == "still here")
    }

    @Test("frames of a size are written as one record or many, behind each other, shared or copied")
    func sizes() throws {
        let (server, _) = try makeTLSServer(echo: EchoOptions(sharedSizeMin: 16384))
        defer { server.finish() }
        let client = try TLSClient(server.connect(), TestCertificates.client())
        for size in [0, 1, 16379, 16380, 16381, 16384, 16385, 65536, 131_072, 1_000_000, 3_000_000] {
            let payload = TestPattern.bytes(count: size, seed: UInt64(size))
            client.send(TestPattern.frame(payload))
            #expect(client.receiveFrame() == payload)
        }
        // Together: several in one read, and a reply of several pieces in one record.
        let payloads = (0..<300).map { TestPattern.bytes(count: $0 * 97, seed: UInt64($0)) }
        let stream = payloads.flatMap { TestPattern.frame($0) }
        #expect(client.exchange(stream[...], receiving: stream.count) == stream)
    }

    @Test("a batch that is cut short goes on without a further event of the socket", arguments: [1, 3])
    func bounded(batchMax: Int) throws {
        let (server, _) = try makeTLSServer(echo: EchoOptions(batchMax: batchMax))
        defer { server.finish() }
        let client = try TLSClient(server.connect(), TestCertificates.client())
        client.send((0..<5000).flatMap { TestPattern.frames("frame \($0)") })
        for index in 0..<5000 { #expect(client.receiveText() == "frame \(index)") }
    }

    @Test("a reader that stops is no longer read, and gets everything when it reads on")
    func slowReader() throws {
        let (server, _) = try makeTLSServer(echo: EchoOptions(sharedSizeMin: 50_000), workerCount: 1)
        defer { server.finish() }
        let client = try TLSClient(server.connect(), TestCertificates.client())
        let sizes = (0..<400).map { 60_000 - $0 % 2 * 20_000 }
        let requests = sizes.flatMap { TestPattern.frames("big \($0)") }
        client.send(requests)
        let connection = server.connection()
        waitUntil { connection.unsentByteCount > Limits.unsentSizeMax }
        // Others are served meanwhile.
        let other = try TLSClient(server.connect(), TestCertificates.client())
        other.send(TestPattern.frames("hello"))
        #expect(other.receiveText() == "hello")
        let payloads = [40_000, 60_000].map { TestPattern.bytes(count: $0, seed: UInt64($0)) }
        for size in sizes { #expect(client.receiveFrame() == payloads[size / 60_000]) }
        waitUntil { connection.unsentByteCount == 0 }
    }

    @Test("bytes that are no TLS are refused at once and counted", arguments: ["get a\r\n", "*1\r\n$4\r\nPING\r\n"])
    func plainBytes(text: String) throws {
        let (server, _) = try makeTLSServer()
        defer { server.finish() }
        let client = try server.connect()
        client.send(Array(text.utf8))
        // At most an alert comes back.
        #expect(client.receiveAll().count <= 7)
        client.close()
        waitUntil { count(.tlsHandshakeErrors, server) == 1 && server.openCount == 0 }
        #expect(server.journal.opened.load(ordering: .relaxed) == 0)
        waitUntil { server.journal.closed.load(ordering: .relaxed) == 1 }
    }

    @Test("random bytes in place of a handshake, or after it, end that connection alone")
    func garbage() throws {
        let seed = UInt64.random(in: 0 ... .max)
        print("TLS garbage: seed \(seed)")
        var random = SplitMix64(seed: seed)
        let (server, _) = try makeTLSServer()
        defer { server.finish() }
        let context = try TestCertificates.client()
        for round in 0..<60 {
            var bytes = TestPattern.bytes(count: Int(random.next() % 3000) + 1, seed: random.next())
            // Half of them look like a handshake's record.
            if round % 2 == 0 { bytes.replaceSubrange(0..<min(3, bytes.count), with: [22, 3, 1].prefix(bytes.count)) }
            let client = try server.connect()
            if round % 3 == 0 { _ = try TLSClient(client, context) }
            client.send(bytes)
            client.finishSending()
            _ = client.receiveAll()
        }
        waitUntil { server.openCount == 0 }
        let last = try TLSClient(server.connect(), context)
        last.send(TestPattern.frames("well"))
        #expect(last.receiveText() == "well")
        #expect(count(.tlsProtocolErrors, server) > 0)
    }

    @Test("a handshake that takes too long is given up")
    func lateHandshake() throws {
        let (server, _) = try makeTLSServer(workerCount: 1)
        defer { server.finish() }
        let client = try server.connect()
        client.send([22, 3, 1])
        _ = server.connection()
        let worker = server.workers.workers[0]
        let late = Milliseconds(Milliseconds.readClock().rawValue + TransportLimits.handshakeMilliseconds)
        worker.post { worker.tick(now: late) }
        #expect(client.receiveAll().isEmpty)
        waitUntil { server.openCount == 0 }
        #expect(count(.tlsHandshakeErrors, server) == 1)
    }

    @Test("many clients at once all shake hands")
    func storm() throws {
        let (server, _) = try makeTLSServer(workerCount: 1)
        defer { server.finish() }
        let context = try TestCertificates.client()
        let served = Tally()
        let threads = try (0..<8).map { index in
            try Thread(name: "test-storm") {
                for _ in 0..<12 {
                    guard let client = try? TLSClient(server.connect(), context) else { continue }
                    client.send(TestPattern.frames("x"))
                    if client.receiveText() == "x" { served.count.add(1, ordering: .relaxed) }
                }
            }
        }
        for thread in threads { thread.join() }
        #expect(served.count.load(ordering: .relaxed) == 96)
    }
}

private final class Tally: Sendable {
    let count = Atomic<Int>(0)
}
