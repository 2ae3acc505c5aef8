// A conversation as text, and the ways of holding it: at once, cut in two at every byte, byte by byte.

import Base
import Testing

@testable import RESP

/// `> words` is a request, quoted as in redis-cli; `>> text` raw bytes; `< line` a line of the reply; `@ n` lets n
/// milliseconds pass; `% words` is another client's request, whose reply does not matter; `! closed` says that the
/// connection is over. \xHH and \r \n \\ stand for bytes.
struct Transcript: CustomTestStringConvertible {
    let title: String
    let text: String
    /// Whether DEBUG may be used.
    let debugs: Bool

    init(_ title: String, _ text: String, debugs: Bool = false) {
        self.title = title
        self.text = text
        self.debugs = debugs
    }

    var testDescription: String { title }

    /// What is sent at one moment, and what must come back.
    struct Turn {
        var at: Int64 = 0
        /// What the other client says first.
        var other: [UInt8] = []
        var sent: [UInt8] = []
        var expected: [UInt8] = []
        var endsClosed = false
    }

    /// Turns are only parted by time and by the other client: everything else is one pipeline.
    func turns() -> [Turn] {
        var turns = [Turn()]
        for line in text.split(separator: "\n", omittingEmptySubsequences: true) {
            let last = turns.count - 1
            if line.hasPrefix("@ ") {
                turns.append(Turn(at: turns[last].at + Int64(line.dropFirst(2))!))
            } else if line.hasPrefix("% ") {
                turns.append(Turn(at: turns[last].at, other: Conversation.request(Self.words(line.dropFirst(2)))))
            } else if line.hasPrefix(">> ") {
                turns[last].sent += Self.bytes(line.dropFirst(3))
            } else if line.hasPrefix("> ") {
                turns[last].sent += Conversation.request(Self.words(line.dropFirst(2)))
            } else if line.hasPrefix("<") {
                turns[last].expected += Self.bytes(line.dropFirst(2)) + [13, 10]
            } else if line == "! closed" {
                turns[last].endsClosed = true
            } else {
                Issue.record("\(title): what is this? \(line)")
            }
        }
        return turns
    }

    /// The first words of all requests, in lower case, with the second ones behind a bar.
    func commands() -> Set<String> {
        var found: Set<String> = []
        for line in text.split(separator: "\n") where line.hasPrefix("> ") {
            let words = Self.words(line.dropFirst(2)).map { String(decoding: $0, as: UTF8.self).lowercased() }
            found.insert(words[0])
            if words.count > 1 { found.insert("\(words[0])|\(words[1])") }
        }
        return found
    }

    private static func words(_ line: Substring) -> [[UInt8]] {
        var bytes = OutputBuffer(capacity: 64)
        bytes.append(String(line))
        guard let parsed = InlineRequest(bytes.span) else {
            Issue.record("unbalanced quotes: \(line)")
            return []
        }
        let all = parsed.span.copiedBytes()
        return parsed.words.map { Array(all[Int($0.offset)..<Int($0.offset) + Int($0.size)]) }
    }

    private static func bytes(_ text: Substring) -> [UInt8] {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "\\"), let letter = rest.popFirst() else {
                bytes.append(byte)
                continue
            }
            switch letter {
            case UInt8(ascii: "x"):
                bytes.append(UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)!)
                rest = rest.dropFirst(2)
            case UInt8(ascii: "r"): bytes.append(13)
            case UInt8(ascii: "n"): bytes.append(10)
            default: bytes.append(letter)
            }
        }
        return bytes
    }

    // MARK: Holding it

    /// The transcript in one piece, then with the cut before every byte, then byte by byte.
    func check(_ fixture: Fixture) {
        hold(fixture, "whole") { [$0] }
        let size = turns().map(\.sent.count).max() ?? 0
        for cut in 1..<max(2, size) {
            guard hold(fixture, "cut at \(cut)", { [$0.prefix(cut), $0.dropFirst(cut)].map(Array.init) }) else { return }
        }
        hold(fixture, "byte by byte") { $0.map { [$0] } }
    }

    @discardableResult
    private func hold(_ fixture: Fixture, _ how: String, _ pieces: ([UInt8]) -> [[UInt8]]) -> Bool {
        fixture.connect(id: 1).ask("FLUSHALL")
        fixture.connect(id: 1).ask("FUNCTION", "FLUSH")
        let conversation = fixture.connect(id: 7)
        let other = fixture.connect(id: 8)
        for turn in turns() {
            conversation.now = Milliseconds(Fixture.start.rawValue + turn.at)
            other.now = conversation.now
            let before = conversation.replies.count
            other.send(turn.other)
            conversation.listen()
            for piece in pieces(turn.sent) { conversation.send(piece) }
            let got = Array(conversation.replies[before...])
            guard got == turn.expected else {
                let same = zip(got, turn.expected).prefix { $0 == $1 }.count
                let from = max(0, same - 60)
                Issue.record(
                    """
                    \(title), \(how): replies differ at byte \(same)
                    got:      \(Self.show(got.dropFirst(from).prefix(160)))
                    expected: \(Self.show(turn.expected.dropFirst(from).prefix(160)))
                    """)
                return false
            }
            guard conversation.isClosed == turn.endsClosed else {
                Issue.record("\(title), \(how): closed is \(conversation.isClosed)")
                return false
            }
        }
        conversation.session.connectionClosed()
        other.session.connectionClosed()
        return true
    }

    static func show(_ bytes: some Sequence<UInt8>) -> String {
        bytes.map { byte in
            switch byte {
            case 13: "\\r"
            case 10: "\\n"
            case 32..<127: String(UnicodeScalar(byte))
            default: "\\x" + String(byte, radix: 16)
            }
        }.joined()
    }
}
