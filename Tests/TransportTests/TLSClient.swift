// A blocking TLS client for these tests, over a TestClient's socket or one end of a relay.

import Base
import COpenSSL
import Glibc
import Synchronization

@testable import Transport

/// The files that Tests/Certificates/make made.
enum TestCertificates {
    static func path(_ name: String) -> String {
        // This file is Tests/TransportTests/TLSClient.swift.
        let parts = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(2)
        return parts.joined(separator: "/") + "/Certificates/" + name
    }

    static func server(_ name: String = "server", _ change: (inout TLSOptions) -> Void = { _ in }) -> TLSOptions {
        var options = TLSOptions()
        options.certificateFile = path(name + ".crt")
        options.keyFile = path(name + ".key")
        change(&options)
        return options
    }

    /// - Parameter certificate: the name of the client's own, nil for none.
    static func client(
        _ certificate: String? = nil, _ change: (inout TLSOptions) -> Void = { _ in }
    ) throws(TLSError) -> TLSContext {
        var options = TLSOptions()
        options.authorityFile = path("authority.crt")
        options.verification = .required
        if let certificate {
            options.certificateFile = path(certificate + ".crt")
            options.keyFile = path(certificate + ".key")
        }
        change(&options)
        return try TLSContext(.client, options)
    }
}

/// Speaks frames, as TestClient does.
final class TLSClient {
    let socket: Int32
    let stream: TLSStream
    /// Kept open as long as this is.
    private let owner: AnyObject

    struct Failure: Error {}

    /// Shakes hands. Under TLS 1.3 this may succeed although the server refuses the client: the first read tells.
    init(
        socket: Int32, owner: AnyObject, _ context: TLSContext, continuing session: TLSSession? = nil
    ) throws {
        self.socket = socket
        self.owner = owner
        stream = context.makeStream(fd: socket, verification: nil, host: nil)!
        if let session { unsafe SSL_set_session(stream.pointer, session.pointer) }
        guard case .done = stream.handshake() else { throw Failure() }
    }

    convenience init(
        _ client: TestClient, _ context: TLSContext, continuing session: TLSSession? = nil
    ) throws {
        try self.init(socket: client.fd, owner: client, context, continuing: session)
    }

    /// False if the peer is gone.
    @discardableResult
    func send(_ bytes: [UInt8]) -> Bool {
        var sent = 0
        while sent < bytes.count {
            guard case .done(let size) = write(bytes[sent...]) else { return false }
            sent += size
        }
        return true
    }

    /// Up to `count` bytes, fewer only at the end of the stream.
    func receive(_ count: Int) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        var received = 0
        while received < count {
            let outcome = unsafe bytes.withUnsafeMutableBytes { buffer in
                unsafe stream.read(buffer.baseAddress! + received, count - received)
            }
            guard case .done(let size) = outcome else { break }
            received += size
        }
        return Array(bytes[..<received])
    }

    /// Sends what the socket takes without waiting. Returns how much that was; go on with `exchange`.
    func sendSome(_ bytes: ArraySlice<UInt8>) -> Int {
        setBlocking(false)
        defer { setBlocking(true) }
        var sent = 0
        while sent < bytes.count, case .done(let size) = write(bytes.dropFirst(sent)) { sent += size }
        return sent
    }

    /// Sends and reads at the same time, until all is sent and `count` bytes have come or nothing moves for 20 seconds.
    func exchange(_ bytes: ArraySlice<UInt8>, receiving count: Int) -> [UInt8] {
        setBlocking(false)
        defer { setBlocking(true) }
        var rest = bytes
        var received = [UInt8](repeating: 0, count: count)
        var receivedCount = 0
        while !rest.isEmpty || receivedCount < count {
            var moved = false
            if !rest.isEmpty, case .done(let size) = write(rest) {
                rest = rest.dropFirst(size)
                moved = true
            }
            if receivedCount < count {
                let outcome = unsafe received.withUnsafeMutableBytes { buffer in
                    unsafe stream.read(buffer.baseAddress! + receivedCount, count - receivedCount)
                }
                if case .done(let size) = outcome {
                    receivedCount += size
                    moved = true
                }
            }
            if moved { continue }
            let events = Int16(POLLIN | (rest.isEmpty ? 0 : POLLOUT))
            var waiting = pollfd(fd: socket, events: events, revents: 0)
            if unsafe poll(&waiting, 1, 20_000) <= 0 { break }
        }
        return Array(received[..<receivedCount])
    }

    private func write(_ bytes: ArraySlice<UInt8>) -> TLSOutcome {
        unsafe bytes.withUnsafeBytes { unsafe stream.write($0) }
    }

    private func setBlocking(_ blocks: Bool) { _ = fcntl(socket, F_SETFL, blocks ? 0 : O_NONBLOCK) }

    /// Whether the next thing that comes is the peer's orderly end.
    func endsInOrder() -> Bool {
        var byte: UInt8 = 0
        let outcome = unsafe withUnsafeMutableBytes(of: &byte) { unsafe stream.read($0.baseAddress!, 1) }
        if case .ended = outcome { return true }
        return false
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

    /// Says that nothing more comes, and goes on reading.
    func finishSending() {
        _ = stream.sendFarewell()
        _ = shutdown(socket, 1)
    }
}

/// Carries bytes between a client and a server, a few at a time, and can stop after so many.
final class Relay: Sendable {
    /// The client's end.
    let socket: Int32
    private let inner: Int32
    private let server: TestClient
    private let step: Int
    private let left: Atomic<Int>
    private let thread = Mutex<Thread?>(nil)

    /// - Parameter step: bytes of the client's that reach the server at once.
    /// - Parameter stopsAfter: the client's bytes that reach the server at all.
    init(_ server: TestClient, step: Int, stopsAfter: Int = .max) throws {
        var ends: [Int32] = [0, 0]
        unsafe _ = socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &ends)
        socket = ends[0]
        inner = ends[1]
        self.server = server
        self.step = step
        left = Atomic(stopsAfter)
        var limit = timeval(tv_sec: 20, tv_usec: 0)
        unsafe setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        Sockets.set(server.fd, Int32(IPPROTO_TCP), TCP_NODELAY, 1)
        let made = try Thread(name: "test-relay") { [self] in run() }
        thread.withLock { $0 = made }
    }

    /// Ends it and waits; its thread holds it until then.
    func finish() {
        _ = shutdown(socket, 2)
        thread.withLock { $0?.join() }
    }

    deinit {
        close(socket)
        close(inner)
    }

    private func run() {
        var buffer = [UInt8](repeating: 0, count: 65536)
        var polled = [
            pollfd(fd: inner, events: Int16(POLLIN), revents: 0),
            pollfd(fd: server.fd, events: Int16(POLLIN), revents: 0),
        ]
        while unsafe poll(&polled, 2, 20_000) > 0 {
            if polled[0].revents != 0 {
                let size = unsafe read(inner, &buffer, min(step, left.load(ordering: .relaxed)))
                if size <= 0 { break }
                left.subtract(size, ordering: .relaxed)
                server.send(Array(buffer[..<size]))
            }
            if polled[1].revents != 0 {
                let size = unsafe read(server.fd, &buffer, buffer.count)
                if size <= 0 { break }
                var sent = 0
                while sent < size {
                    let more = unsafe buffer.withUnsafeBytes {
                        unsafe Glibc.send(inner, $0.baseAddress! + sent, size - sent, Int32(MSG_NOSIGNAL))
                    }
                    if more <= 0 { break }
                    sent += more
                }
            }
        }
        _ = shutdown(inner, 2)
        server.close()
    }
}

/// A session that outlives its connection.
@safe
final class TLSSession {
    fileprivate let pointer: OpaquePointer
    fileprivate init(_ pointer: OpaquePointer) { unsafe self.pointer = pointer }
    deinit { unsafe SSL_SESSION_free(pointer) }
}

// What only these tests ask of a stream.
extension TLSStream {
    /// The session, to be continued by another connection.
    func copySession() -> TLSSession? { unsafe SSL_get1_session(pointer).map { unsafe TLSSession($0) } }

    /// One line for the subject of the peer's certificate.
    var peerName: String? {
        guard let certificate = unsafe SSL_get1_peer_certificate(pointer) else { return nil }
        defer { unsafe X509_free(certificate) }
        guard let text = unsafe X509_NAME_oneline(X509_get_subject_name(certificate), nil, 0) else { return nil }
        defer { unsafe duet_tls_free(text) }
        return unsafe String(cString: text)
    }

    var cipherName: String { unsafe String(cString: SSL_CIPHER_get_name(SSL_get_current_cipher(pointer))) }

    /// Asks for a new handshake on a connection of TLS 1.2.
    func renegotiates() -> Bool {
        // SSL_OP_NO_RENEGOTIATION, which our own client has too.
        unsafe SSL_clear_options(pointer, 1 << 30)
        guard unsafe SSL_renegotiate(pointer) == 1 else { return true }
        if case .done = handshake() { return true }
        return false
    }
}
