// A server that knows what to say to each line.

import Base
import Glibc

/// Listens on a unix socket for one client after the other, and two at a time. It answers a line by the first of its
/// rules whose beginning the line has; after an empty answer it closes.
final class LineServer: Sendable {
    let path: String
    private let listening: Int32

    init(_ rules: [(beginning: String, answer: String)]) throws {
        (path, listening) = listenOnUnixSocket("lines")
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
