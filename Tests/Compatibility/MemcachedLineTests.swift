// Lines and blocks that are wrong, odd or at a limit, one connection each, beside memcached 1.6.18: alike, or different
// for a reason.

import Server
import Testing

@Suite("Single lines beside memcached", .serialized, .enabled(if: Peer.memcached != nil, "apt-get install memcached"))
struct MemcachedLineTests {
    /// Why Duet differs from 1.6.18.
    enum Reason: String {
        case release = "1.6.45 does so"
        case inStep = "the block is skipped, so that the stream stays in step, as in 1.6.45"
        case sooner = "the error is sent before the block has come, memcached sends it afterwards"
        case wholeNumbers = "a minus sign is never part of a counter"
        case binary = "a key is binary or it is not: an append or incr does not change that"
    }

    struct Line: Sendable, CustomTestStringConvertible {
        let text: String
        var theirs = ""
        var ours = ""
        var reason: Reason?

        init(_ text: String) { self.text = text }

        init(_ text: String, theirs: String, ours: String, _ reason: Reason) {
            self.init(text)
            self.theirs = theirs
            self.ours = ours
            self.reason = reason
        }

        var testDescription: String { String(text.prefix(60)).debugDescription }
    }

    private func normal(_ reply: [UInt8]) -> String {
        var text = String.UnicodeScalarView()
        for byte in reply { text.append(Unicode.Scalar(byte)) }
        return String(text).replacing("VERSION 1.6.18", with: "VERSION 1.6.45")
    }

    private func play(_ lines: [Line], _ memcached: [String] = [], _ duet: Duet) throws {
        let peer = try Peer.quietMemcached(memcached)
        defer { duet.finish() }
        for line in lines {
            for path in [peer.socketPath, duet.memcachedPath] {
                _ = try Wire.burst(unix: path, [bytes("delete k\r\ndelete a\r\ndelete \u{1}\r\n")])
            }
            let theirs = normal(try Wire.burst(unix: peer.socketPath, [bytes(line.text)]))
            let ours = normal(try Wire.burst(unix: duet.memcachedPath, [bytes(line.text)]))
            if line.reason == nil {
                #expect(ours == theirs, "\(line.testDescription)")
            } else {
                #expect(theirs == line.theirs && ours == line.ours, "\(line.testDescription): \(theirs) \(ours)")
            }
        }
    }

    @Test("lines that both servers take, or refuse in the same words")
    func alike() throws { try play(MemcachedLines.alike, [], Duet()) }

    @Test("lines that are answered otherwise, and why")
    func different() throws { try play(MemcachedLines.different, [], Duet()) }

    @Test("keys, values and lines at their limits", arguments: [1 << 20, 1 << 19])
    func limits(itemSizeMax: Int) throws {
        // A value, its key and memcached's own header must fit -I together.
        var lines: [Line] = []
        for key in ["k", String(repeating: "k", count: 250)] {
            for flags in [0, 7] {
                for missing in [0, 59, 60, 61, 63, 64] {
                    let size = itemSizeMax - missing - (key.utf8.count - 1)
                    let value = String(repeating: "v", count: size)
                    let end = "\r\n\(value)\r\nmg \(key) s f\r\n"
                    lines.append(Line("set \(key) 0 0 1\r\nx\r\nset \(key) \(flags) 0 \(size)" + end))
                    lines.append(Line("ms \(key) 1\r\nx\r\nms \(key) \(size) ME F\(flags)" + end))
                }
            }
        }
        let largest = String(repeating: "v", count: itemSizeMax - 60)
        lines.append(Line("set k 0 0 \(itemSizeMax - 60)\r\n\(largest)\r\nappend k 0 0 1\r\nx\r\nmg k s\r\n"))
        let tooLarge = String(repeating: "v", count: 1 << 20)
        lines.append(Line("set k 0 0 1\r\nx\r\nset k 0 0 1048576 noreply\r\n\(tooLarge)\r\nget k\r\n"))
        try play(lines, ["-I", "\(itemSizeMax)"], Duet { $0.itemSizeMax = itemSizeMax })
    }
}
