// The binary protocol for tests: requests as bytes, replies as a line of text each.

import Engine
import Testing

@testable import Memcached

/// The bytes of one request.
struct Ask {
    let bytes: [UInt8]

    init(
        _ opcode: BinaryOpcode, _ key: String = "", extras: [UInt8] = [], _ value: [UInt8] = [], cas: UInt64 = 0
    ) {
        self.init(operation: opcode.rawValue, key, extras: extras, value, cas: cas)
    }

    init(
        operation: UInt8, _ key: String = "", extras: [UInt8] = [], _ value: [UInt8] = [], cas: UInt64 = 0,
        bodySize: Int? = nil, magic: UInt8 = 0x80
    ) {
        let key = Array(key.utf8)
        let size = bodySize ?? extras.count + key.count + value.count
        bytes =
            [magic, operation] + Self.big(UInt16(key.count)) + [UInt8(extras.count), 0, 0, 0]
            + Self.big(UInt32(size)) + [0xDE, 0xAD, 0xBE, 0xEF] + Self.big(cas) + extras + key + value
    }

    static func big<N: FixedWidthInteger>(_ number: N) -> [UInt8] {
        (0..<N.bitWidth / 8).reversed().map { UInt8(truncatingIfNeeded: number >> N($0 * 8)) }
    }

    /// set, add, replace and their quiet forms.
    static func store(
        _ opcode: BinaryOpcode, _ key: String, _ value: String, flags: UInt32 = 0, exptime: UInt32 = 0,
        cas: UInt64 = 0
    ) -> Ask {
        Ask(opcode, key, extras: big(flags) + big(exptime), Array(value.utf8), cas: cas)
    }

    static func extend(_ opcode: BinaryOpcode, _ key: String, _ value: String, cas: UInt64 = 0) -> Ask {
        Ask(opcode, key, Array(value.utf8), cas: cas)
    }

    /// touch and gat and their relatives.
    static func touch(_ opcode: BinaryOpcode, _ key: String, exptime: UInt32) -> Ask {
        Ask(opcode, key, extras: big(exptime))
    }

    static func count(
        _ opcode: BinaryOpcode, _ key: String, _ delta: UInt64, initial: UInt64 = 0, exptime: UInt32 = 0,
        cas: UInt64 = 0
    ) -> Ask {
        Ask(opcode, key, extras: big(delta) + big(initial) + big(exptime), cas: cas)
    }

    static func plain(_ message: String, opcode: BinaryOpcode = .saslStart, mechanism: String = "PLAIN") -> Ask {
        Ask(opcode, mechanism, Array(message.replacing("|", with: "\0").utf8))
    }
}

/// One reply, taken apart.
struct Answer {
    let opcode: UInt8
    let status: UInt16
    let opaque: [UInt8]
    let cas: UInt64
    let extras: [UInt8]
    let key: String
    let value: [UInt8]

    /// As in `getK success cas flags 5 key k = v`; 8 bytes of a counting command are shown as a number.
    var text: String {
        let name = BinaryOpcode(rawValue: opcode).map { "\($0)" } ?? String(opcode, radix: 16)
        var text = name + " " + (BinaryStatus(rawValue: status).map { "\($0)" } ?? "status \(status)")
        if cas != 0 { text += " cas" }
        if !extras.isEmpty { text += " flags \(Self.number(extras[...]))" }
        if !key.isEmpty { text += " key \(key)" }
        let isNumber = name.contains("crement") && status == 0
        if !value.isEmpty {
            text += " = " + (isNumber ? "\(Self.number(value[...]))" : String(decoding: value, as: UTF8.self))
        }
        return text
    }

    static func number(_ bytes: ArraySlice<UInt8>) -> UInt64 { bytes.reduce(0) { $0 << 8 | UInt64($1) } }

    /// The replies in `bytes`, which hold nothing else.
    static func all(in bytes: [UInt8]) -> [Answer] {
        var answers: [Answer] = []
        var rest = bytes[...]
        while !rest.isEmpty {
            let start = rest.startIndex
            let head = { (from: Int, to: Int) in number(rest[(start + from)..<(start + to)]) }
            guard rest.count >= 24, rest[start] == 0x81, rest.count >= 24 + Int(head(8, 12)) else {
                Issue.record("not a reply: \(rest)")
                return answers
            }
            let extrasEnd = start + 24 + Int(head(4, 5))
            let keyEnd = extrasEnd + Int(head(2, 4))
            let end = start + 24 + Int(head(8, 12))
            answers.append(
                Answer(
                    opcode: rest[start + 1], status: UInt16(head(6, 8)),
                    opaque: Array(rest[(start + 12)..<(start + 16)]), cas: head(16, 24),
                    extras: Array(rest[(start + 24)..<extrasEnd]),
                    key: String(decoding: rest[extrasEnd..<keyEnd], as: UTF8.self),
                    value: Array(rest[keyEnd..<end])))
            rest = rest[end...]
        }
        return answers
    }
}

extension TestClient {
    /// Sends requests in one piece and takes apart what comes back.
    func ask(_ asks: Ask...) -> [Answer] {
        send(asks.flatMap(\.bytes))
        return Answer.all(in: takeBytes())
    }
}

/// Plays requests with the replies that each should bring, in one piece, in small ones, and cut at every byte; each
/// time against an empty keyspace.
/// - Parameter closes: whether the connection is closed after the last one.
func converse(
    _ steps: [(ask: Ask, replies: [String])], _ settings: MemcachedSettings = MemcachedSettings(),
    closes: Bool = false, sourceLocation: SourceLocation = #_sourceLocation
) {
    let server = TestServer(settings)
    let all = steps.flatMap(\.ask.bytes)
    let expected = steps.flatMap(\.replies)
    func play(_ name: String, honoursNeed: Bool = false, _ send: (TestClient) -> Void) {
        var handle = server.engine.makeHandle()
        handle.now = TestClient.start
        handle.flushAll()
        let client = server.connect()
        client.honoursNeed = honoursNeed
        send(client)
        let answers = Answer.all(in: client.takeBytes())
        #expect(answers.map(\.text) == expected, "\(name)", sourceLocation: sourceLocation)
        #expect(answers.allSatisfy { $0.opaque == [0xDE, 0xAD, 0xBE, 0xEF] }, sourceLocation: sourceLocation)
        #expect(client.isClosed == closes, "\(name)", sourceLocation: sourceLocation)
    }
    for step in [Int.max, 1, 24, 33] {
        play("pieces of \(step)") { $0.send(all, piecesOf: step) }
        play("pieces of \(step), as needed", honoursNeed: true) { $0.send(all, piecesOf: step) }
    }
    // Onlookers must change nothing.
    server.frontEnd.setVerbosity(3)
    let watcher = server.frontEnd.addWatcher([.fetchers, .mutations, .deletions], wake: {})
    for step in [Int.max, 33] { play("observed, pieces of \(step)") { $0.send(all, piecesOf: step) } }
    server.frontEnd.setVerbosity(0)
    if let watcher { server.frontEnd.removeWatcher(watcher) }
    for place in 0..<min(all.count, 2000) {
        play("cut at \(place)") { client in
            client.send(Array(all[..<place]))
            client.send(Array(all[place...]))
        }
    }
}
