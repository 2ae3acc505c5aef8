// A server that knows what to say to each line.

import Base
import Glibc

/// Listens on a unix socket for any number of clients.
public final class LineServer: Sendable {
    public let path: String
    private let listening: Int32

    /// What to say to a line, in so many pieces, and whether to close then.
    public struct Answer: Sendable {
        let pieces: [[UInt8]]
        let closes: Bool

        public init(pieces: [[UInt8]], closes: Bool = false) {
            self.pieces = pieces
            self.closes = closes
        }

        public init(_ text: String, closes: Bool = false) { self.init(pieces: [Array(text.utf8)], closes: closes) }
    }

    /// It answers a line by the first of its rules whose beginning the line has; after an empty answer it closes.
    public convenience init(_ rules: [(beginning: String, answer: String)]) throws {
        try self.init { line in
            let answer = rules.first { line.hasPrefix($0.beginning) }?.answer ?? "ERROR\r\n"
            return Answer(answer, closes: answer.isEmpty)
        }
    }

    public init(_ answer: @escaping @Sendable (String) -> Answer) throws {
        (path, listening) = listenOnUnixSocket("lines")
        let door = listening
        try Thread.start(name: "lines") {
            while true {
                let fd = accept(door, nil, nil)
                guard fd >= 0 else { return }
                try? Thread.start(name: "line") {
                    Self.serve(fd, answer)
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

    private static func serve(_ fd: Int32, _ answer: (String) -> Answer) {
        var input: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 65536)
        while true {
            while let end = input.firstIndex(of: 10) {
                let line = String(decoding: input[..<end], as: UTF8.self)
                input = Array(input[(end + 1)...])
                let answer = answer(line)
                for bytes in answer.pieces where !bytes.isEmpty {
                    unsafe _ = bytes.withUnsafeBytes { unsafe send(fd, $0.baseAddress!, $0.count, Int32(MSG_NOSIGNAL)) }
                }
                if answer.closes { return }
            }
            let count = unsafe read(fd, &piece, piece.count)
            if count <= 0 { return }
            input += piece.prefix(count)
        }
    }
}
