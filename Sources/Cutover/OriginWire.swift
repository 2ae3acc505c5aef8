// What is said to the old server for one key, and how its answer is read, in either language.

import Base
import Engine

/// What the old server answered for a key.
enum OriginAnswer: ~Escapable {
    case missing
    /// A string with all that memcached tells of it.
    case string(RawSpan, MemcachedFacts)
    /// A DUMP payload, and how many milliseconds are left; nil is no end.
    case payload(RawSpan, timeLeft: Int64?)
    /// It has something to say about this key, but does not give it.
    case refused(String)
    /// What came is no answer, or one that ends all: nothing more can be learned on this connection.
    case broken(String)
    /// More bytes are wanted: so many in all from the answer's start, or 0 if that is not known.
    case incomplete(needed: Int)
}

struct MemcachedFacts {
    var flags: UInt32 = 0
    /// nil is no end.
    var secondsLeft: Int64?
    var cas: UInt64 = 0
    var isStale = false
}

/// One direction's writing and the other's reading. Nothing is kept from one call to the next.
struct OriginWire: Sendable {
    let language: OriginAddress.Language

    // MARK: Asking

    /// - Parameter database: the one that the connection is at; changed as it goes.
    func append(_ key: UndecidedKey, at database: inout DatabaseIndex, to output: inout OutputBuffer) -> Int {
        switch language {
        case .memcached:
            appendMetaGet(key.bytes.span.rawBytes, to: &output)
            return 0
        case .redis:
            var selections = 0
            if database != key.database {
                database = key.database
                append(["SELECT", "\(key.database.rawValue)"], to: &output)
                selections = 1
            }
            append(["PTTL"], key.bytes.span.rawBytes, to: &output)
            append(["DUMP"], key.bytes.span.rawBytes, to: &output)
            return selections
        }
    }

    private func appendMetaGet(_ key: RawSpan, to output: inout OutputBuffer) {
        output.append("mg ")
        let isText = (0..<key.byteCount).allSatisfy { key[$0] > 32 && key[$0] != 127 }
        if isText {
            output.append(key)
            output.append(" v f t c\r\n")
        } else {
            output.append(base64: key)
            output.append(" b v f t c\r\n")
        }
    }

    /// A request of words.
    func append(_ words: [String], _ last: RawSpan? = nil, to output: inout OutputBuffer) {
        output.appendLine("*", words.count + (last == nil ? 0 : 1))
        for word in words {
            output.appendLine("$", word.utf8.count)
            output.append(word)
            output.append("\r\n")
        }
        guard let last else { return }
        output.appendLine("$", last.byteCount)
        output.append(last)
        output.append("\r\n")
    }

    // MARK: Reading

    /// Reads the answer that begins at `offset`, which then is behind it, unless it is incomplete.
    @_lifetime(copy input)
    func read(_ input: RawSpan, at offset: inout Int) -> OriginAnswer {
        switch language {
        case .memcached: readMetaGet(input, at: &offset)
        case .redis: readDump(input, at: &offset)
        }
    }

    /// `VA size f… t… c…` and the block, or `EN`.
    @_lifetime(copy input)
    private func readMetaGet(_ input: RawSpan, at offset: inout Int) -> OriginAnswer {
        guard let line = Self.line(input, from: offset) else { return Self.unfinished(input, from: offset) }
        let text = input.slice(line.start, line.end)
        if text.equals("EN") {
            offset = line.next
            return .missing
        }
        guard text.byteCount > 3, text.slice(0, 3).equals("VA ") else {
            if text.byteCount > 12, text.slice(0, 12).equals("SERVER_ERROR") {
                offset = line.next
                return .refused(text.copiedText())
            }
            if text.equals("ERROR") { return .broken("it knows no meta commands: memcached 1.6 or newer is wanted") }
            return .broken("it answers: \(text.slice(0, min(80, text.byteCount)).copiedText())")
        }
        let words = text.slice(3, text.byteCount)
        var facts = MemcachedFacts()
        var size: Int?
        var start = 0
        while start < words.byteCount {
            let end = words.firstIndex(of: 32, from: start) ?? words.byteCount
            let word = words.slice(start, end)
            start = end + 1
            if size == nil {
                size = word.unsignedDecimal().flatMap { Int(exactly: $0) }
                if size == nil { break }
                continue
            }
            guard word.byteCount > 0 else { continue }
            let number = word.slice(1, word.byteCount)
            switch word[0] {
            case UInt8(ascii: "f"): facts.flags = UInt32(truncatingIfNeeded: number.unsignedDecimal() ?? 0)
            case UInt8(ascii: "t"): facts.secondsLeft = number.unsignedDecimal().map { Int64(clamping: $0) }
            case UInt8(ascii: "c"): facts.cas = number.unsignedDecimal() ?? 0
            case UInt8(ascii: "X"): facts.isStale = true
            default: break
            }
        }
        guard let size, size <= CutoverLimits.valueSizeMax else { return .broken("it answers a strange size") }
        let end = line.next + size + 2
        guard end <= input.byteCount else { return .incomplete(needed: end - offset) }
        guard input[end - 2] == 13 && input[end - 1] == 10 else { return .broken("a block that does not end") }
        offset = end
        return .string(input.slice(line.next, end - 2), facts)
    }

    /// What PTTL and DUMP answer.
    @_lifetime(copy input)
    private func readDump(_ input: RawSpan, at offset: inout Int) -> OriginAnswer {
        guard let first = Self.line(input, from: offset) else { return Self.unfinished(input, from: offset) }
        guard let second = Self.line(input, from: first.next) else { return Self.unfinished(input, from: first.next) }
        let (time, size) = (input.slice(first.start, first.end), input.slice(second.start, second.end))
        guard time.byteCount > 1, size.byteCount > 1 else { return .broken("it answers an empty line") }
        for text in [time.copiedText(), size.copiedText()] where text.hasPrefix("-") {
            if text.hasPrefix("-LOADING") || text.hasPrefix("-BUSY") {
                offset = second.next
                return .refused(String(text.dropFirst()))
            }
            return .broken("it answers: \(text.dropFirst().prefix(80))")
        }
        guard time[0] == UInt8(ascii: ":"), size[0] == UInt8(ascii: "$"),
            let left = time.slice(1, time.byteCount).canonicalSignedDecimal()
        else { return .broken("it answers: \(time.slice(0, min(80, time.byteCount)).copiedText())") }
        if size.equals("$-1") {
            offset = second.next
            return .missing
        }
        guard let number = size.slice(1, size.byteCount).unsignedDecimal(), number <= UInt64(CutoverLimits.valueSizeMax)
        else { return .broken("it answers a strange size") }
        let end = second.next + Int(number) + 2
        guard end <= input.byteCount else { return .incomplete(needed: end - offset) }
        offset = end
        return .payload(input.slice(second.next, end - 2), timeLeft: left < 0 ? nil : left)
    }

    /// A status line of a login or a SELECT: nil if it is not complete, "" if all is well, else what is wrong.
    func readStatus(_ input: RawSpan, at offset: inout Int) -> String? {
        guard let line = Self.line(input, from: offset) else {
            return input.byteCount - offset > CutoverLimits.lineSizeMax ? "a line without end" : nil
        }
        offset = line.next
        let text = input.slice(line.start, line.end)
        if text.equals("+OK") || text.equals("STORED") { return "" }
        return text.slice(0, min(80, text.byteCount)).copiedText()
    }

    private static func line(_ input: RawSpan, from offset: Int) -> (start: Int, end: Int, next: Int)? {
        guard offset < input.byteCount, let feed = input.firstIndex(of: 10, from: offset) else { return nil }
        let end = feed > offset && input[feed - 1] == 13 ? feed - 1 : feed
        return (offset, end, feed + 1)
    }

    @_lifetime(immortal)
    private static func unfinished(_ input: RawSpan, from offset: Int) -> OriginAnswer {
        if input.byteCount - offset > CutoverLimits.lineSizeMax { return .broken("a line without end") }
        return .incomplete(needed: 0)
    }

    // MARK: Logging in

    /// Appends what logs in; returns how many status lines will answer.
    func appendLogin(_ origin: OriginAddress, to output: inout OutputBuffer) -> Int {
        guard let password = origin.password else { return 0 }
        switch language {
        case .memcached:
            // Source: memcached doc/protocol.txt, "Authentication".
            let text = "\(origin.username ?? "") \(password)"
            output.append("set login 0 0 \(text.utf8.count)\r\n\(text)\r\n")
        case .redis:
            append(["AUTH"] + (origin.username.map { [$0] } ?? []) + [password], to: &output)
        }
        return 1
    }
}
