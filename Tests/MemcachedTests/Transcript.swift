// Conversations as text, replayed whole, in one piece, and cut at every byte.
//
//     > set k 0 0 1       sent, CR LF behind it; \r \n \0 \\ and \x80 as usual
//     >- abc              sent without CR LF
//     <- abc              expected without CR LF
//     < STORED            expected, CR LF behind it; {cas} is a number: any at first, the same one afterwards
//     > cas k 0 0 1 {cas} the number is put in
//     ! closed            the server has closed
//     @ 30                thirty seconds pass
//     # a remark

import Base
import Engine
import Testing

@testable import Memcached

struct Transcript {
    enum Step {
        case send(String)
        case expect(String)
        case closed
        case pass(seconds: Int64)
    }

    let steps: [Step]

    init(_ text: String) {
        var steps: [Step] = []
        for line in text.split(separator: "\n") {
            let rest = String(line.dropFirst(2))
            switch line.prefix(2) {
            case "> ": steps.append(.send(Self.unescape(rest) + "\r\n"))
            case ">": steps.append(.send("\r\n"))
            case ">-": steps.append(.send(Self.unescape(String(line.dropFirst(3)))))
            case "< ": steps.append(.expect(Self.unescape(rest) + "\r\n"))
            case "<": steps.append(.expect("\r\n"))
            case "<-": steps.append(.expect(Self.unescape(String(line.dropFirst(3)))))
            case "! ": steps.append(.closed)
            case "@ ": steps.append(.pass(seconds: Int64(rest)!))
            case "# ": continue
            default: preconditionFailure("not a transcript's line: \(line)")
            }
        }
        self.steps = steps
    }

    private static func unescape(_ text: String) -> String {
        text.replacing("\\r", with: "\r").replacing("\\n", with: "\n").replacing("\\0", with: "\0")
    }

    /// Whether replies depend neither on the time between requests nor on numbers from earlier replies.
    var isOnePiece: Bool {
        steps.allSatisfy { step in
            switch step {
            case .send(let text): !text.contains("{")
            case .expect, .closed: true
            case .pass: false
            }
        }
    }

    var byteCount: Int {
        steps.reduce(0) { sum, step in if case .send(let text) = step { sum + text.utf8.count } else { sum } }
    }

    /// How what is sent is cut into reads.
    enum Cut {
        case never
        /// Everything before the first reply is looked at.
        case onePiece
        case everyByte
        case at(Int)
    }

    func play(_ client: TestClient, cut: Cut, sourceLocation: SourceLocation) {
        var names: [String: String] = [:]
        if case .onePiece = cut {
            client.send(steps.map { if case .send(let text) = $0 { text } else { "" } }.joined())
        }
        var sent = 0
        var replies = ""
        for (index, step) in steps.enumerated() {
            switch step {
            case .pass(let seconds): client.now.rawValue += seconds * 1000
            case .closed: #expect(client.isClosed, "step \(index)", sourceLocation: sourceLocation)
            case .send(let text):
                let text = Self.fill(text, names)
                switch cut {
                case .never: client.send(text)
                case .onePiece: break
                case .everyByte: client.send(text, piecesOf: 1)
                case .at(let place):
                    let bytes = Array(text.utf8)
                    let here = min(max(0, place - sent), bytes.count)
                    client.send(Array(bytes[..<here]))
                    client.send(Array(bytes[here...]))
                    sent += bytes.count
                }
            case .expect(let pattern):
                replies += client.takeReplies()
                guard let rest = Self.match(pattern, &names, replies) else {
                    Issue.record(
                        "step \(index), cut \(cut): \(pattern.debugDescription) not in \(replies.debugDescription)",
                        sourceLocation: sourceLocation)
                    return
                }
                replies = String(rest)
            }
        }
        replies += client.takeReplies()
        #expect(replies == "", "after the last step, cut \(cut)", sourceLocation: sourceLocation)
    }

    private static func fill(_ text: String, _ names: [String: String]) -> String {
        names.reduce(text) { $0.replacing("{\($1.key)}", with: $1.value) }
    }

    /// What follows the match of `pattern` at the start of `text`; nil if it does not match.
    private static func match(
        _ pattern: String, _ names: inout [String: String], _ text: String
    ) -> Substring? {
        var rest = text.unicodeScalars[...]
        var wanted = pattern.unicodeScalars[...]
        while let scalar = wanted.popFirst() {
            if scalar == "{", let end = wanted.firstIndex(of: "}") {
                let name = String(String.UnicodeScalarView(wanted[..<end]))
                wanted = wanted[wanted.index(after: end)...]
                let digits = rest.prefix { ("0"..."9").contains($0) }
                rest = rest.dropFirst(digits.count)
                let number = String(String.UnicodeScalarView(digits))
                if number.isEmpty || names[name, default: number] != number { return nil }
                names[name] = number
            } else if rest.popFirst() != scalar {
                return nil
            }
        }
        return Substring(rest)
    }
}

/// Plays `text` in every way, each time against empty databases.
/// - Parameter cuts: false plays it as it stands alone, where it matters what arrives together.
func check(
    _ text: String, _ settings: MemcachedSettings = MemcachedSettings(), cuts: Bool = true,
    sourceLocation: SourceLocation = #_sourceLocation
) {
    let transcript = Transcript(text)
    let server = TestServer(settings)
    func play(_ cut: Transcript.Cut, honoursNeed: Bool = false) {
        var handle = server.engine.makeHandle()
        handle.now = TestClient.start
        handle.flushAll()
        let client = server.connect()
        client.honoursNeed = honoursNeed
        transcript.play(client, cut: cut, sourceLocation: sourceLocation)
    }
    play(.never)
    // Onlookers must change nothing.
    server.frontEnd.setVerbosity(3)
    let watcher = server.frontEnd.addWatcher([.fetchers, .mutations, .deletions], wake: {})
    play(.never)
    if cuts { play(.everyByte) }
    server.frontEnd.setVerbosity(0)
    if let watcher { server.frontEnd.removeWatcher(watcher) }
    if !cuts { return }
    play(.everyByte)
    play(.everyByte, honoursNeed: true)
    if transcript.isOnePiece { play(.onePiece) }
    for place in 0..<transcript.byteCount { play(.at(place)) }
}
