// A reactor on a thread of its own, and blocking clients for it.

import Base
import COpenSSL  // It has timeval too, and either may be meant.
import Glibc
import Synchronization
import Testing

@testable import Transport

/// An echo server; `finish()` stops it and waits.
final class TestServer: Sendable {
    let workers: Workers
    let listener: Listener
    let journal = Journal()
    private let thread = Mutex<Thread?>(nil)

    init(
        on address: ListenAddress = .tcp(host: "127.0.0.1", port: 0), workerCount: Int = 2,
        _ echo: EchoOptions = EchoOptions(), tls: ListenerTLS? = nil, starts: Bool = true,
        configure: (inout TransportOptions) -> Void = { _ in }
    ) throws {
        var options = TransportOptions(workerCount: workerCount)
        configure(&options)
        workers = try Workers(options)
        let journal = journal
        listener = try workers.listen(on: address, refusal: "go away\r\n", tls: tls) { connection in
            EchoSession(connection, echo, journal)
        }
        if starts { start() }
    }

    func start() {
        let workers = workers
        thread.withLock { thread in
            do { thread = try Thread(name: "test-accept") { workers.run() } } catch { fatalError("\(error)") }
        }
    }

    func finish() {
        workers.stop()
        waitForEnd()
    }

    /// Somebody else stops it.
    func waitForEnd() {
        thread.withLock { $0?.join() }
        // Connection, listener, its closure, journal: a ring that would keep all of them.
        journal.connections.withLock { $0 = [] }
    }

    func connect(_ host: String = "127.0.0.1") throws -> TestClient {
        try TestClient(.tcp(host: host, port: listener.port))
    }

    /// The server's view of the only, or latest, connection, once it is there.
    func connection() -> Connection {
        waitUntil { self.journal.connections.withLock { !$0.isEmpty } }
        return journal.connections.withLock { $0.last! }
    }

    var openCount: Int { workers.connectionCount }
}

/// Gives the processor away until `condition` holds; a failed test after 20 seconds.
func waitUntil(_ condition: () -> Bool, _ location: SourceLocation = #_sourceLocation) {
    let start = monotonicNanoseconds()
    while !condition() {
        if monotonicNanoseconds() - start > 60_000_000_000 {
            Issue.record("waited in vain", sourceLocation: location)
            return
        }
        usleep(100)
    }
}

/// A blocking client that gives up after 60 seconds.
final class TestClient: Sendable {
    let fd: Int32
    private let isClosed = Atomic<Bool>(false)

    init(_ address: ListenAddress) throws {
        let target: Sockets.Resolved
        switch address {
        case .tcp(let host, let port):
            target = try Sockets.resolve(host: host, port: port, toListen: false)[0]
        case .unix(let path, _):
            target = try Sockets.resolve(path: path)
        }
        fd = try Sockets.connect(target, for: address.description)
        _ = fcntl(fd, F_SETFL, 0)
        var limit = timeval(tv_sec: 60, tv_usec: 0)
        unsafe setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        unsafe setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    }

    deinit { close() }

    func close() {
        if !isClosed.exchange(true, ordering: .relaxed) { _ = Glibc.close(fd) }
    }

    /// Closes with a reset instead of an orderly end.
    func reset() {
        var linger = linger(l_onoff: 1, l_linger: 0)
        unsafe setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout<linger>.size))
        close()
    }

    func finishSending() { _ = shutdown(fd, 1) }

    /// False if the peer is gone.
    @discardableResult
    func send(_ bytes: [UInt8]) -> Bool {
        var sent = 0
        while sent < bytes.count {
            let size = unsafe bytes.withUnsafeBytes { buffer in
                unsafe Glibc.send(
                    fd, buffer.baseAddress! + sent, bytes.count - sent, Int32(MSG_NOSIGNAL))
            }
            if size <= 0 { return false }
            sent += size
        }
        return true
    }

    /// Up to `count` bytes, fewer only at the end of the stream.
    func receive(_ count: Int) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        var received = 0
        while received < count {
            let size = unsafe bytes.withUnsafeMutableBytes { buffer in
                unsafe read(fd, buffer.baseAddress! + received, count - received)
            }
            if size <= 0 { break }
            received += size
        }
        return Array(bytes[..<received])
    }

    /// Everything until the peer closes.
    func receiveAll() -> [UInt8] {
        var all: [UInt8] = []
        while true {
            let more = receive(65536)
            all += more
            if more.count < 65536 { return all }
        }
    }

    /// One frame's payload; nil at the end of the stream.
    func receiveFrame() -> [UInt8]? {
        let head = receive(4)
        if head.count < 4 { return nil }
        let size = head.reduce(0) { $0 << 8 | Int($1) }
        let payload = receive(size)
        return payload.count == size ? payload : nil
    }

    func receiveText() -> String? { receiveFrame().map { String(decoding: $0, as: UTF8.self) } }
}
