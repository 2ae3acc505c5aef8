// UDP: the frame header, what is dropped, and how much one datagram can make the server say.

import Base
import Engine
import Testing
import Transport

@testable import Memcached

/// A worker's datagram session, and what it answers without a socket.
private struct DatagramPeer {
    let session: MemcachedDatagramSession

    init(_ server: TestServer) { session = MemcachedDatagramSession(server.frontEnd, workerIndex: 0) }

    /// The reply to one datagram, its headers apart; nil if it was dropped.
    func ask(_ datagram: [UInt8]) -> String? {
        var output = OutputBuffer(capacity: 64)
        session.receive(unsafe datagram.span.bytes, &output, now: TestClient.start)
        guard !output.isEmpty else { return nil }
        var bytes: [UInt8] = []
        let copied = output.span.copiedBytes()
        var offset = 0
        for splice in output.splices {
            bytes += copied[offset..<splice.offset]
            bytes += unsafe [UInt8](UnsafeRawBufferPointer(splice.value.bytes))
            offset = splice.offset
        }
        return String(decoding: bytes + copied[offset...], as: UTF8.self)
    }

    func ask(_ text: String, id: UInt16 = 7, sequence: UInt16 = 0, total: UInt16 = 1, reserved: UInt16 = 0) -> String? {
        let header = [id, sequence, total, reserved].flatMap { [UInt8($0 >> 8), UInt8($0 & 255)] }
        return ask(header + Array(text.utf8))
    }
}

@Suite("UDP")
struct DatagramTests {
    private let server = TestServer()
    private let stored = "set a 0 0 5\r\nhello\r\n"
    private let shown = "VALUE a 0 5\r\nhello\r\nEND\r\n"

    @Test("a datagram is answered like a connection's first bytes, several requests in order")
    func requests() {
        let peer = DatagramPeer(server)
        #expect(peer.ask(stored) == "STORED\r\n")
        #expect(peer.ask("get a\r\n") == shown)
        #expect(peer.ask("get a b a\r\n") == "VALUE a 0 5\r\nhello\r\nVALUE a 0 5\r\nhello\r\nEND\r\n")
        #expect(peer.ask("get a\r\nset n 0 0 1\r\n1\r\nincr n 5\r\n") == shown + "STORED\r\n6\r\n")
        #expect(peer.ask("mg a v\r\nmg none v q\r\nmn\r\n") == "VA 5\r\nhello\r\nMN\r\n")
        #expect(peer.ask("set a 0 0 1 noreply\r\nx\r\n") == nil)
        #expect(peer.ask("version\r\nquit\r\nget a\r\n") == "VERSION 1.6.45\r\n")
        #expect(peer.ask("get / HTTP/1.1\r\nfoo / HTTP/1.1\r\n")?.hasPrefix("END") == true)
    }

    @Test("a datagram that begins with 0x80 is binary, whatever the last one was")
    func binary() {
        let peer = DatagramPeer(server)
        let version: [UInt8] = [0, 7, 0, 0, 0, 1, 0, 0, 0x80, 0x0B] + [UInt8](repeating: 0, count: 22)
        #expect(peer.ask(version)?.hasSuffix("1.6.45") == true)
        #expect(peer.ask("get none\r\n") == "END\r\n")
        #expect(peer.ask(Array(version.prefix(20))) == nil)
        #expect(peer.ask(version)?.hasSuffix("1.6.45") == true)
    }

    @Test("the reply's header carries the request's id, the sequence and the total")
    func header() {
        let peer = DatagramPeer(server)
        #expect(peer.ask(stored, id: 0xABCD) != nil)
        #expect(peer.session.header(ofDatagram: 0, of: 1) == 0xABCD_0000_0001_0000)
        #expect(peer.session.header(ofDatagram: 258, of: 300) == 0xABCD_0102_012C_0000)
        #expect(peer.session.header(ofDatagram: 65534, of: 65535) == 0xABCD_FFFE_FFFF_0000)
    }

    @Test("only a request in one datagram is served; sequence and reserved bytes do not matter then")
    func headers() {
        let peer = DatagramPeer(server)
        for total: UInt16 in [0, 2, 257, 256, 65535] {
            #expect(peer.ask("get a\r\n", total: total) == nil, "\(total)")
            #expect(peer.ask(stored, total: total) == nil, "\(total)")
        }
        #expect(peer.ask("get a\r\n") == "END\r\n")
        #expect(peer.ask("get a\r\n", sequence: 5, reserved: 9) == "END\r\n")
        for size in 0...8 { #expect(peer.ask(Array([0, 7, 0, 0, 0, 1, 0, 0].prefix(size))) == nil) }
    }

    @Test("a datagram cut at any byte never leaves anything behind for the next one")
    func cuts() {
        let peer = DatagramPeer(server)
        let requests = stored + "get a\r\nmg a s v\r\ngets b\r\n"
        let bytes = [0, 7, 0, 0, 0, 1, 0, 0] + Array(requests.utf8)
        let whole = peer.ask(bytes) ?? ""
        for size in 0..<bytes.count {
            #expect(whole.hasPrefix(peer.ask(Array(bytes.prefix(size))) ?? ""), "\(size)")
            #expect(peer.ask("get none\r\n") == "END\r\n", "after \(size) bytes")
        }
    }

    @Test("random bytes never stop the server, and are never answered with more than they are due")
    func random() {
        let peer = DatagramPeer(server)
        let seed = UInt64.random(in: 0 ... .max)
        print("datagram seed \(seed)")
        var random = SplitMix64(seed: seed)
        let words = ["get ", "set ", "a ", "b", "0 ", "5", "\r\n", "\n", "mg ", "\u{0}", " v", "gat ", "hello", "ms "]
        for _ in 0..<3000 {
            var bytes: [UInt8] = [0, 7, 0, 0, 0, random.next(below: 8) == 0 ? 2 : 1, 0, 0]
            for _ in 0..<random.next(below: 20) { bytes += Array(words[random.next(below: words.count)].utf8) }
            if random.next(below: 4) == 0 { bytes[random.next(below: bytes.count)] = UInt8(random.next(below: 256)) }
            _ = peer.ask(bytes)
        }
        #expect(peer.ask("get none\r\n") == "END\r\n")
    }

    @Test("a datagram full of requests for a large value gets one batch of replies and no more")
    func amplification() {
        let peer = DatagramPeer(server)
        let size = 60_000
        #expect(peer.ask("set big 0 0 \(size)\r\n" + String(repeating: "x", count: size) + "\r\n") == "STORED\r\n")
        let one = peer.ask("get big\r\n")!.utf8.count
        // 1,500 requests that would make 90 MB.
        let many = peer.ask(String(repeating: "get big\r\n", count: 1500))!
        #expect(many.utf8.count <= Limits.outputSoftSize + one)
        #expect(many.utf8.count % one == 0, "every reply is whole")
    }

    @Test("a get whose reply is over the bound is refused as a whole")
    func largeGet() {
        let peer = DatagramPeer(server)
        let size = 60_000
        _ = peer.ask("set big 0 0 \(size)\r\n" + String(repeating: "x", count: size) + "\r\n")
        let reply = peer.ask("version\r\nget" + String(repeating: " big", count: 1000) + "\r\n")
        #expect(reply == "SERVER_ERROR out of memory writing get response\r\n")
        #expect(peer.ask("get none\r\n") == "END\r\n")
    }

    @Test("-R bounds a connection's share of a turn, not a datagram's requests")
    func requestsPerEvent() {
        var settings = MemcachedSettings()
        settings.requestsPerEvent = 2
        let server = TestServer(settings)
        let text = String(repeating: "get a\r\n", count: 5)
        #expect(DatagramPeer(server).ask(text) == String(repeating: "END\r\n", count: 5))
        let client = server.connect()
        #expect(client.ask(text) == String(repeating: "END\r\n", count: 5))
        #expect(client.yieldCount == 2)
        // Wrong lines, long gets and blocks count as requests too.
        #expect(client.ask("x y\r\nfoo\r\nget a b\r\nset a 0 0 1\r\nx\r\n") == "ERROR\r\nERROR\r\nEND\r\nSTORED\r\n")
        #expect(client.yieldCount == 3)
    }
}
