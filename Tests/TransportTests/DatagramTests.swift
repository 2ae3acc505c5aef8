// Datagrams: one in, its reply out in datagrams of 1400 bytes, in order, whole.

import Base
import Glibc
import Testing

@testable import Transport

/// Answers a number in decimal with so many bytes of a pattern, an uneven part of them as a shared value.
private final class NumberSession: DatagramSession {
    func receive(_ datagram: RawSpan, _ output: inout OutputBuffer, now: Milliseconds) {
        guard datagram.byteCount > 0, let number = Int(datagram.copiedText()) else { return }
        let bytes = NumberSession.pattern(number)
        let start = number / 3
        let end = min(number, start + 20_001)
        let (head, tail) = (Array(bytes[..<start]), Array(bytes[end...]))
        output.append(unsafe head.span.bytes)
        if end > start, let value = SharedBytes(byteCount: end - start) {
            unsafe value.bytes.copyBytes(from: bytes[start..<end])
            output.append(shared: value)
        }
        output.append(unsafe tail.span.bytes)
    }

    func header(ofDatagram index: Int, of count: Int) -> UInt64 { UInt64(index) << 32 | UInt64(count) }

    static func pattern(_ size: Int) -> [UInt8] { (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) } }
}

/// A connected datagram socket that gives up after 60 seconds.
private final class DatagramClient {
    let fd: Int32

    init(_ host: String, _ port: UInt16) throws {
        let target = try Sockets.resolve(host: host, port: port, toListen: false)[0]
        fd = socket(target.family, 2, 0)  // SOCK_DGRAM, which Glibc's module hides here.
        limitWaiting()
        let result = unsafe target.withAddress { unsafe Glibc.connect(fd, $0, $1) }
        try #require(result == 0)
    }

    /// - Parameter fd: becomes this object's.
    init(fd: Int32) {
        self.fd = fd
        limitWaiting()
    }

    private func limitWaiting() {
        var limit = timeval(tv_sec: 60, tv_usec: 0)
        unsafe setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    }

    deinit { _ = close(fd) }

    func send(_ text: String) {
        let bytes = Array(text.utf8)
        unsafe _ = Glibc.send(fd, bytes, bytes.count, 0)
    }

    func receive() -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: 65536)
        let size = unsafe recv(fd, &bytes, 65536, 0)
        return Array(bytes.prefix(max(0, size)))
    }

    /// The payloads of a whole reply in order, once its datagrams have been looked at.
    func receiveReply() -> [UInt8] {
        var payload: [UInt8] = []
        var index: UInt32 = 0
        while true {
            let datagram = receive()
            guard datagram.count > 8 && datagram.count <= 1400 else { return [] }
            let found = datagram[0..<4].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
            let count = datagram[4..<8].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
            guard found == index else {
                Issue.record("datagram \(found) of \(count) where \(index) was due")
                return []
            }
            payload += datagram[8...]
            index += 1
            if index == count { return payload }
            #expect(datagram.count == 1400)
        }
    }
}

@Suite("Datagrams", .serialized)
struct DatagramTests {
    private func withServer(host: String, _ body: (DatagramListener) throws -> Void) throws {
        let server = try TestServer(starts: false)
        let listener = try server.workers.receiveDatagrams(host: host, port: 0) { _ in NumberSession() }
        server.start()
        defer { server.finish() }
        try body(listener)
    }

    @Test("a reply of any size arrives whole, in datagrams of at most 1400 bytes, each with its header")
    func sizes() throws {
        try withServer(host: "127.0.0.1") { listener in
            #expect(listener.port != 0 && listener.ports.count == 2)
            #expect(listener.ports.allSatisfy { $0.localAddress == "127.0.0.1:\(listener.port)" })
            let client = try DatagramClient("127.0.0.1", listener.port)
            for size in [1, 1391, 1392, 1393, 2784, 2785, 20_000, 100_000] {
                client.send("\(size)")
                #expect(client.receiveReply() == NumberSession.pattern(size), "\(size)")
            }
        }
    }

    @Test("what a session does not answer is dropped, and the next request is served")
    func silence() throws {
        try withServer(host: "127.0.0.1") { listener in
            let client = try DatagramClient("127.0.0.1", listener.port)
            for dropped in ["", "no number", "0"] { client.send(dropped) }
            client.send("5")
            #expect(client.receiveReply() == NumberSession.pattern(5))
        }
    }

    @Test("a reply larger than the socket's buffer waits for room, and later requests for it")
    func waiting() throws {
        // A pair of local sockets: unlike UDP on loopback it makes its sender wait, and it drops nothing.
        var ends: [Int32] = [0, 0]
        try #require(unsafe socketpair(AF_UNIX, 2, 0, &ends) == 0)
        let client = DatagramClient(fd: ends[1])
        _ = fcntl(ends[0], F_SETFL, O_NONBLOCK)
        let server = try TestServer(workerCount: 1, starts: false)
        let worker = server.workers.workers[0]
        let port = DatagramPort(fd: ends[0], workerIndex: 0)
        worker.post { [unowned worker] in worker.adopt(port, NumberSession()) }
        server.start()
        defer { server.finish() }
        for _ in 0..<3 { client.send("1000000") }
        for _ in 0..<3 { #expect(client.receiveReply() == NumberSession.pattern(1_000_000)) }
    }

    @Test("`*` takes datagrams of every family on one port, and IPv6 reads as it is written")
    func families() throws {
        try withServer(host: "*") { listener in
            let client = try DatagramClient("127.0.0.1", listener.port)
            client.send("7")
            #expect(client.receiveReply() == NumberSession.pattern(7))
            guard let other = try? DatagramClient("::1", listener.port) else { return }
            other.send("9")
            #expect(other.receiveReply() == NumberSession.pattern(9))
            #expect(listener.ports.contains { $0.localAddress == "[::]:\(listener.port)" })
        }
    }

    @Test("a port that somebody has is refused")
    func inUse() throws {
        try withServer(host: "127.0.0.1") { listener in
            let second = try Workers(TransportOptions(workerCount: 1))
            #expect(throws: TransportError.system(
                call: "bind", address: "127.0.0.1:\(listener.port)", errno: EADDRINUSE)
            ) {
                _ = try second.receiveDatagrams(host: "127.0.0.1", port: listener.port) { _ in NumberSession() }
            }
        }
    }
}
