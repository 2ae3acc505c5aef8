// A server that knows what to say to each line.

import Base
import Glibc

/// Listens on a unix socket for one client after the other, and two at a time. It answers a line by the first of its
/// rules whose beginning the line has; after an empty answer it closes.
final class LineServer: Sendable {
    let path: String
    private let listening: Int32

    init(_ rules: [(beginning: String, answer: String)]) throws {
        path = "/tmp/duet-lines-\(getpid())-\(UInt32.random(in: 0 ... .max))"
        listening = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
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
        let door = listening
        try Thread.start(name: "lines") {
            while true {
                let fd = accept(door, nil, nil)
                guard fd >= 0 else { return }
                try? Thread.start(name: "line") {
                    Self.serve(fd, rules)
                    close(fd)
                }
            }
        }
    }

    deinit {
        _ = shutdown(listening, Int32(SHUT_RDWR))
        close(listening)
        unsafe _ = unlink(path)
    }

    private static func serve(_ fd: Int32, _ rules: [(beginning: String, answer: String)]) {
        var input: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 65536)
        while true {
            while let end = input.firstIndex(of: 10) {
                let line = String(decoding: input[..<end], as: UTF8.self)
                input = Array(input[(end + 1)...])
                let answer = rules.first { line.hasPrefix($0.beginning) }?.answer ?? "ERROR\r\n"
                if answer.isEmpty { return }
                let bytes = Array(answer.utf8)
                unsafe _ = bytes.withUnsafeBytes { unsafe send(fd, $0.baseAddress!, $0.count, Int32(MSG_NOSIGNAL)) }
            }
            let count = unsafe read(fd, &piece, piece.count)
            if count <= 0 { return }
            input += piece.prefix(count)
        }
    }
}
