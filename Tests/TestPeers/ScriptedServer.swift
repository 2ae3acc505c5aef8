// A server that says what it was told to say, and remembers what it heard.

import Base
import Glibc
import Synchronization

/// Listens on a unix socket for one client. For each request that it hears it says the next of its replies; after the
/// last one it closes.
public final class ScriptedServer: Sendable {
    public let path: String
    private let listening: Int32
    private let heard = Monitor<(requests: [[String]], isOver: Bool)>(([], false))

    public init(_ replies: [String]) throws {
        (path, listening) = listenOnUnixSocket("scripted")
        let (door, log) = (listening, heard)
        try Thread.start(name: "scripted") {
            let fd = accept(door, nil, nil)
            Self.serve(fd, replies) { request in log.change { $0.requests.append(request) } }
            close(fd)
            log.change { $0.isOver = true }
        }
    }

    deinit {
        close(listening)
        unsafe _ = unlink(path)
    }

    /// What it heard, when its conversation is over.
    public var requests: [[String]] { heard.wait { $0.isOver ? $0.requests : nil } }

    private static func serve(_ fd: Int32, _ replies: [String], _ hear: ([String]) -> Void) {
        var input: [UInt8] = []
        var left = replies[...]
        var piece = [UInt8](repeating: 0, count: 65536)
        while !left.isEmpty {
            while let request = next(&input) {
                hear(request)
                guard let reply = left.popFirst() else { return }
                let bytes = reply.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) }
                unsafe _ = bytes.withUnsafeBytes { unsafe send(fd, $0.baseAddress!, $0.count, Int32(MSG_NOSIGNAL)) }
            }
            if left.isEmpty { return }
            let count = unsafe read(fd, &piece, piece.count)
            if count <= 0 { return }
            input += piece.prefix(count)
        }
    }

    /// Takes a whole request from the front.
    private static func next(_ input: inout [UInt8]) -> [String]? {
        var rest = input[...]
        func line() -> Int? {
            guard let end = rest.firstIndex(of: 10) else { return nil }
            defer { rest = rest[(end + 1)...] }
            return Int(String(decoding: rest[rest.startIndex + 1..<end - 1], as: UTF8.self))
        }
        guard let count = line() else { return nil }
        var words: [String] = []
        for _ in 0..<count {
            guard let size = line(), rest.count >= size + 2 else { return nil }
            words.append(String(String.UnicodeScalarView(rest.prefix(size).map { Unicode.Scalar($0) })))
            rest = rest.dropFirst(size + 2)
        }
        input = Array(rest)
        return words
    }
}

/// A socket that listens, in a place of its own.
func listenOnUnixSocket(_ name: String) -> (path: String, descriptor: Int32) {
    let path = "/tmp/duet-\(name)-\(getpid())-\(UInt32.random(in: 0 ... .max))"
    let listening = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: Array(path.utf8)) }
    // SAFETY: a sockaddr_un may be read as the sockaddr that it begins with.
    let bound = unsafe withUnsafePointer(to: &address) { place in
        unsafe place.withMemoryRebound(to: sockaddr.self, capacity: 1) {
            unsafe bind(listening, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
        }
    }
    precondition(bound == 0 && listen(listening, 4) == 0)
    return (path, listening)
}
