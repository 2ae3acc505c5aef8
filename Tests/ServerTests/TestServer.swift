// An assembled server in this process, and blocking clients for its doors.

import Base
import COpenSSL
import Glibc
import Synchronization
@testable import Server
@testable import Transport

/// Serves on ports that the system chooses; `finish()` stops it and waits.
final class TestServer: Sendable {
    let assembly: Assembly
    private let thread: Mutex<pthread_t?>

    init(_ change: (inout Configuration) -> Void = { _ in }) throws {
        var settings = Configuration()
        settings.memcachedPort = -1
        settings.respPort = -1
        settings.memcachedBind = ["127.0.0.1"]
        settings.respBind = ["127.0.0.1"]
        settings.workerCount = 2
        change(&settings)
        let assembly = try Assembly(settings, log: Log(style: .redis, level: .nothing))
        self.assembly = assembly
        var thread = pthread_t()
        // SAFETY: the box is retained here and taken back by the thread.
        let box = unsafe Unmanaged.passRetained(assembly).toOpaque()
        let failure = unsafe pthread_create(&thread, nil, runAssembly, box)
        precondition(failure == 0)
        self.thread = Mutex(thread)
    }

    func finish() {
        assembly.stop()
        thread.withLock { thread in
            if let thread { _ = pthread_join(thread, nil) }
            thread = nil
        }
    }

    func memcached(receiveSize: Int32? = nil) throws -> TestClient {
        try TestClient(port: assembly.memcachedListeners[0].port, receiveSize: receiveSize)
    }
    func resp() throws -> TestClient { try TestClient(port: assembly.respListeners[0].port) }
}

/// Sends text, reads lines; gives up after 20 seconds.
final class TestClient {
    private let fd: Int32
    private var stream: TLSStream?

    struct Failure: Error {}

    /// - Parameter receiveSize: of the socket's receive buffer; nil leaves it to the system.
    /// - Parameter tls: shakes hands as this; nil stays plain.
    /// - Parameter host: the last number of 127.0.0.x.
    init(port: UInt16, receiveSize: Int32? = nil, tls: TLSContext? = nil, host: UInt32 = 1) throws {
        fd = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        if var receiveSize {
            unsafe setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &receiveSize, socklen_t(MemoryLayout<Int32>.size))
        }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = (0x7F00_0000 + host).bigEndian
        // SAFETY: a sockaddr_in may be read as the sockaddr that it begins with.
        let result = unsafe withUnsafePointer(to: &address) { place in
            unsafe place.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe connect(fd, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard result == 0 else { throw Failure() }
        limitWaiting()
        guard let tls else { return }
        stream = tls.makeStream(fd: fd, verification: nil, host: nil)
        guard case .done? = stream?.handshake() else { throw Failure() }
    }

    /// - Parameter path: of a unix socket, at most 107 bytes.
    init(path: String) throws {
        fd = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        // SAFETY: the path is shorter than the field, which was zeroed.
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: Array(path.utf8)) }
        let result = unsafe withUnsafePointer(to: &address) { place in
            unsafe place.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe connect(fd, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard result == 0 else { throw Failure() }
        limitWaiting()
    }

    private func limitWaiting() {
        var limit = timeval(tv_sec: 20, tv_usec: 0)
        unsafe setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    }

    deinit { close(fd) }

    func send(_ text: String) {
        guard let stream else { return Files.write(text, to: fd) }
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            guard case .done(let size) = unsafe rest.withUnsafeBytes({ unsafe stream.write($0) }) else { return }
            rest = rest.dropFirst(size)
        }
    }

    func send(_ bytes: [UInt8]) { unsafe _ = bytes.withUnsafeBytes { unsafe write(fd, $0.baseAddress!, $0.count) } }

    /// The next `count` bytes; fewer if the peer closed.
    func bytes(_ count: Int) -> [UInt8] { (0..<count).compactMap { _ in readByte() } }

    /// The name in the server's certificate.
    var peerName: String? { stream?.peerName }

    // One byte at a time: replies are short here, and nothing behind a line may be taken.
    private func readByte() -> UInt8? {
        var byte: UInt8 = 0
        guard let stream else { return unsafe read(fd, &byte, 1) == 1 ? byte : nil }
        guard case .done = unsafe withUnsafeMutableBytes(of: &byte, { unsafe stream.read($0.baseAddress!, 1) })
        else { return nil }
        return byte
    }

    /// A line without its end; what came so far if the peer closed.
    func line() -> String {
        var bytes: [UInt8] = []
        while let byte = readByte(), byte != 10 {
            if byte != 13 { bytes.append(byte) }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// What comes next, up to and with `end`, which nothing may follow; what came so far if the peer closed.
    func text(until end: String) -> String {
        var bytes: [UInt8] = []
        let last = Array(end.utf8)
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while !(bytes.count >= last.count && bytes.suffix(last.count).elementsEqual(last)) {
            let size = unsafe chunk.withUnsafeMutableBytes { unsafe read(fd, $0.baseAddress!, $0.count) }
            if size <= 0 { break }
            bytes += chunk[..<size]
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    var isClosedByPeer: Bool { readByte() == nil }

    /// Sends a line and reads `count` lines.
    func ask(_ text: String, lines count: Int = 1) -> [String] {
        send(text + "\r\n")
        return (0..<count).map { _ in line() }
    }

    /// Sends a line and reads lines up to and with `last`; gives up after 1000.
    func ask(_ text: String, until last: String) -> [String] {
        send(text + "\r\n")
        var lines: [String] = []
        while lines.last != last && lines.count < 1000 { lines.append(line()) }
        return lines
    }
}

private func runAssembly(_ box: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    let assembly = unsafe Unmanaged<Assembly>.fromOpaque(box!).takeRetainedValue()
    do { try assembly.run() } catch { fatalError("\(error)") }
    return nil
}

extension TLSStream {
    /// The common name in the peer's certificate.
    fileprivate var peerName: String? {
        guard let certificate = unsafe SSL_get1_peer_certificate(pointer) else { return nil }
        defer { unsafe X509_free(certificate) }
        guard let text = unsafe X509_NAME_oneline(X509_get_subject_name(certificate), nil, 0) else { return nil }
        defer { unsafe duet_tls_free(text) }
        // `/CN=name`.
        return unsafe String(String(cString: text).dropFirst(4))
    }
}
