// What needs no engine: the parser, the table, the patterns, the notation of arguments.

import Base
import Testing

@testable import RESP

/// `text` as bytes that can be borrowed.
private func bytes(_ text: some Sequence<UInt8>) -> OutputBuffer {
    var buffer = OutputBuffer(capacity: 64)
    for byte in text { buffer.append(byte) }
    return buffer
}

private func matches(_ pattern: String, _ text: String, ignoresCase: Bool = false) -> Bool {
    let pattern = bytes(pattern.utf8)
    let text = bytes(text.utf8)
    return Glob(pattern.span, ignoresCase: ignoresCase).matches(text.span)
}

@Suite("Patterns")
struct GlobTests {
    @Test("stars, question marks, sets and escapes match as in Redis")
    func matching() {
        for (pattern, text) in [
            ("*", "anything"), ("", ""), ("*", ""), ("a*", "a"), ("h?llo", "hello"), ("h*llo", "heeeello"),
            ("h[ae]llo", "hallo"), ("h[^e]llo", "hbllo"), ("h[a-b]llo", "hbllo"), ("h[b-a]llo", "hallo"),
            ("*a*b*c*", "xxaxxbxxcxx"), ("a\\*b", "a*b"), ("[\\]]", "]"), ("[abc", "b"), ("a**b", "ab"), ("[^]", "x"),
            ("\\", "\\"), ("*a", "aaaa"), ("??", "ab"),
        ] { #expect(matches(pattern, text), "\(pattern) should match \(text)") }
        for (pattern, text) in [
            ("a", ""), ("", "a"), ("h?llo", "hllo"), ("h[ae]llo", "hillo"), ("h[^e]llo", "hello"), ("a\\*b", "aab"),
            ("*b", "a"), ("A", "a"), ("?", ""), ("a*b", "abc"), ("[]", "a"), ("[^a]", ""), ("[a-]", "-"),
        ] { #expect(!matches(pattern, text), "\(pattern) should not match \(text)") }
        #expect(matches("MAX*", "maxmemory", ignoresCase: true))
        #expect(matches("[A-C]x", "bX", ignoresCase: true))
    }

    @Test("a pattern of stars over a long text ends soon")
    func pathological() {
        let pattern = String(repeating: "a*", count: 2000) + "b"
        #expect(!matches(pattern, String(repeating: "a", count: 100_000)))
    }
}

@Suite("Command table")
struct CommandTableTests {
    private func row(_ name: String) -> CommandRow {
        let short = bytes(name.utf8)
        let long = bytes((name + "................").utf8)
        let a = CommandTable.row(short.span, at: 0, size: name.utf8.count)
        let b = CommandTable.row(long.span, at: 0, size: name.utf8.count)
        #expect(a.command == b.command)
        return a
    }

    @Test("every command is found by its name in any case, and by nothing else")
    func lookup() {
        for command in Command.allCases {
            let name = command.spec.name
            #expect(row(name).command == command)
            #expect(row(name.uppercased()).command == command)
            #expect(row(name.prefix(1).uppercased() + name.dropFirst()).command == command)
            #expect(row(name + "x").command == nil || Command.allCases.contains { $0.spec.name == name + "x" })
            #expect(row(String(name.dropLast())).command?.spec.name != name)
            #expect(Int(row(name).arity) == command.spec.arity)
        }
        #expect(row("").command == nil)
        #expect(row("ge\u{14}").command == nil)
        #expect(row("incrbyfloatincrbyfloat").command == nil)
    }

    @Test("the common rows are those of the table")
    func commonRows() {
        for (row, name) in [(CommandRow.get, "get"), (CommandRow.set, "set")] {
            let listed = self.row(name)
            #expect(row.command == listed.command && row.arity == listed.arity)
            #expect(row.hasKey == listed.hasKey && row.endsBatch == listed.endsBatch)
        }
    }

    @Test("names are unique, lower case, and every row says what it is")
    func rows() {
        let specs = CommandTable.specs
        #expect(Set(specs.map(\.name)).count == specs.count)
        for spec in specs + specs.flatMap(\.subcommands) {
            #expect(spec.name == spec.name.lowercased())
            #expect(spec.summary.hasSuffix("."))
            #expect(spec.arity != 0)
            #expect(spec.keys.first == 0 || !spec.keys.ranges.isEmpty)
            #expect(!(spec.flags.contains(.read) && spec.flags.contains(.write)))
            _ = ArgumentSyntax.parse(spec.syntax)
        }
    }

    @Test("the notation of arguments reads as the tree it stands for")
    func syntax() {
        let parsed = ArgumentSyntax.parse("key [NX|XX] [EX seconds|KEEPTTL] (a b:integer)... [MATCH pattern]")
        #expect(parsed.map(\.name) == ["key", "options", "options", "a_b", "pattern"])
        #expect(parsed.map(\.kind) == [.key, .oneof, .oneof, .block, .pattern])
        #expect(parsed.map(\.isOptional) == [false, true, true, false, true])
        #expect(parsed[3].isMultiple && parsed[3].parts.map(\.kind) == [.string, .integer])
        #expect(parsed[2].parts[0].token == "EX" && parsed[2].parts[0].kind == .integer)
        #expect(parsed[2].parts[1].kind == .pureToken && parsed[4].token == "MATCH")
    }
}

@Suite("Parser")
struct ParserTests {
    private let limits = RequestLimits(bulkSizeMax: 512 << 20, isAuthenticated: true)

    /// The arguments of all requests at the front of `text`, and how it ended.
    private func parse(_ text: [UInt8]) -> (requests: [[[UInt8]]], end: Int, bytesNeeded: Int) {
        let input = bytes(text)
        let slots = Scratch<ArgumentSlot>(capacity: 2)
        defer { slots.deallocate() }
        var parser = RequestParser(slots)
        var requests: [[[UInt8]]] = []
        while case .request = parser.next(input.span, limits) {
            let queued = parser.request
            requests.append(
                (0..<Int(queued.count)).map { index in
                    let slot = slots[Int(queued.firstSlot) + index]
                    return Array(text[Int(slot.offset)..<Int(slot.offset) + Int(slot.size)])
                })
        }
        return (requests, parser.offset, parser.bytesNeeded)
    }

    @Test("requests come out as they went in, however long their arguments")
    func roundTrip() {
        var generator = SplitMix64(seed: 1)
        for _ in 0..<300 {
            var sent: [[[UInt8]]] = []
            for _ in 0..<generator.next(below: 6) + 1 {
                let name: [UInt8] = [Array("GET".utf8), Array("set".utf8), Array("MGET".utf8)][generator.next(below: 3)]
                var request = [name]
                for _ in 0..<generator.next(below: 4) {
                    let sizes = [0, 1, 9, 10, 99, 100, 999, 1000, 1001]
                    let size = sizes[generator.next(below: sizes.count)]
                    request.append((0..<size).map { _ in UInt8(truncatingIfNeeded: generator.next()) })
                }
                sent.append(request)
            }
            let text = sent.flatMap { Conversation.request($0) }
            let parsed = parse(text)
            #expect(parsed.requests == sent)
            #expect(parsed.end == text.count)
        }
    }

    @Test("an incomplete argument tells how many bytes its request needs at least")
    func bytesNeeded() {
        let parsed = parse(Array("*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$100000\r\nabc".utf8))
        #expect(parsed.requests.isEmpty)
        #expect(parsed.bytesNeeded == 4 + 9 + 7 + 9 + 100_000 + 2)
        #expect(parse(Array("*2147483647\r\n$536870912\r\n".utf8)).bytesNeeded == 13 + 12 + 536_870_912 + 2)
    }

    @Test("every prefix of a request is incomplete, none is an error")
    func prefixes() {
        let text = Conversation.request([Array("SET".utf8), Array("key".utf8), Array("value".utf8)])
        for count in 1..<text.count { #expect(parse(Array(text.prefix(count))).requests.isEmpty) }
        #expect(parse(text).requests.count == 1)
    }
}

@Suite("Float text")
struct FloatTextTests {
    private func value(_ text: String) -> WideFloat? {
        let text = bytes(text.utf8)
        return text.span.wideFloat()
    }

    private func text(_ value: WideFloat) -> String {
        var buffer = OutputBuffer(capacity: 64)
        buffer.append(plain: value)
        return buffer.span.copiedText()
    }

    @Test("numbers read as strtold reads them, and nothing else reads")
    func reading() {
        #expect(value("1.5") == 1.5)
        #expect(value("0x10") == 16)
        #expect(value("-inf") == -WideFloat.infinity)
        for wrong in ["", " 1", "1 ", "nan", "abc", "1e99999", "1\u{0}", "1,5"] { #expect(value(wrong) == nil) }
    }

    @Test("numbers are written without exponent and trailing zeros")
    func writing() {
        #expect(text(10.5) == "10.5")
        #expect(text(5200) == "5200")
        #expect(text(-0.0) == "0")
        #expect(text(1e17) == "100000000000000000")
        #expect(text(WideFloat.greatestFiniteMagnitude).count > 300)
    }
}
