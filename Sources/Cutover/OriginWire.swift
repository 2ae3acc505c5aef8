// What is said to the old server for one key, and how its answer is read, in either language.

import Base
import Engine
import Migration

/// What the old server answered for a key.
enum OriginAnswer: ~Escapable {
    case missing
    /// A string with all that memcached tells of it.
    case string(RawSpan, MetaItem)
    /// A DUMP payload, and how many milliseconds are left; nil is no end.
    case payload(RawSpan, timeLeft: Int64?)
    /// It has something to say about this key, but does not give it.
    case refused(String)
    /// More than is taken, so it is not waited for: these bytes and a line's end follow, to be passed over.
    case oversized(Int)
    /// What came is no answer, or one that ends all: nothing more can be learned on this connection.
    case broken(String)
    /// More bytes are wanted: so many in all from the answer's start, or 0 if that is not known.
    case incomplete(needed: Int)
}

/// One direction's writing and the other's reading. Nothing is kept from one call to the next.
struct OriginWire: Sendable {
    let language: OriginAddress.Language
    /// Bytes of a string, or of a payload.
    var valueSizeMax = CutoverLimits.valueSizeMax

    // MARK: Asking

    /// - Parameter database: the one that the connection is at; changed as it goes.
    func append(_ key: UndecidedKey, at database: inout DatabaseIndex, to output: inout OutputBuffer) -> Int {
        switch language {
        case .memcached:
            MetaItem.appendGet(key.bytes.span.rawBytes, to: &output)
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

    /// Reads the answer about `key` that begins at `offset`, which then is behind it, unless it is incomplete.
    @_lifetime(copy input)
    func read(_ input: RawSpan, at offset: inout Int, of key: UndecidedKey) -> OriginAnswer {
        switch language {
        case .memcached: readMetaGet(input, at: &offset, of: key)
        case .redis: readDump(input, at: &offset)
        }
    }

    @_lifetime(copy input)
    private func readMetaGet(_ input: RawSpan, at offset: inout Int, of key: UndecidedKey) -> OriginAnswer {
        guard let line = Self.line(input, from: offset) else { return Self.unfinished(input, from: offset) }
        let text = input.slice(line.start, line.end)
        switch MetaItem.read(text, of: key.bytes.span.rawBytes) {
        case .missing:
            offset = line.next
            return .missing
        case .strange:
            if text.starts(with: "SERVER_ERROR") {
                offset = line.next
                return .refused(Self.shown(text))
            }
            if text.equals("ERROR") { return .broken("it knows no meta commands: memcached 1.6 or newer is wanted") }
            return .broken("it answers \(Self.shown(text))")
        case .found(let item, let size):
            if size > valueSizeMax {
                offset = line.next
                return .oversized(size)
            }
            let end = line.next + size + 2
            guard end <= input.byteCount else { return .incomplete(needed: end - offset) }
            guard Self.isLineEnd(input, end) else { return .broken("it sends a block that does not end") }
            offset = end
            return .string(input.slice(line.next, end - 2), item)
        }
    }

    /// What PTTL and DUMP answer. Redis does not tell of which key.
    @_lifetime(copy input)
    private func readDump(_ input: RawSpan, at offset: inout Int) -> OriginAnswer {
        guard let first = Self.line(input, from: offset) else { return Self.unfinished(input, from: offset) }
        guard let second = Self.line(input, from: first.next) else { return Self.unfinished(input, from: first.next) }
        let (time, size) = (input.slice(first.start, first.end), input.slice(second.start, second.end))
        var count: Int?
        if size.starts(with: "$") && !size.equals("$-1") {
            guard let number = size.slice(1, size.byteCount).unsignedDecimal(), number <= 1 << 40 else {
                return .broken("it answers \(Self.shown(size))")
            }
            count = Int(number)
        } else if !size.equals("$-1") && !size.starts(with: "-") {
            return .broken("it answers \(Self.shown(size))")
        }
        if let count, count > valueSizeMax {
            offset = second.next
            return .oversized(count)
        }
        let end = second.next + (count.map { $0 + 2 } ?? 0)
        guard end <= input.byteCount else { return .incomplete(needed: end - offset) }
        if count != nil && !Self.isLineEnd(input, end) { return .broken("it sends a block that does not end") }
        if time.starts(with: "-") || size.starts(with: "-") {
            let text = time.starts(with: "-") ? time : size
            let (isBusy, isForbidden) = (
                text.starts(with: "-LOADING") || text.starts(with: "-BUSY"), text.starts(with: "-NOPERM")
            )
            guard isBusy || isForbidden else { return .broken("it answers \(Self.shown(text))") }
            offset = end
            return .refused(Self.shown(text))
        }
        guard time.starts(with: ":"), let left = time.slice(1, time.byteCount).canonicalSignedDecimal(), left >= -2
        else { return .broken("it answers \(Self.shown(time))") }
        offset = end
        // One that came between the two is not asked for its time: it was not there when it was looked for.
        guard count != nil, left != -2 else { return .missing }
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

    /// The beginning of what it says, in quotes, on one line.
    static func shown(_ text: RawSpan) -> String {
        text.slice(0, min(80, text.byteCount)).copiedText().debugDescription
    }

    private static func isLineEnd(_ input: RawSpan, _ end: Int) -> Bool { input[end - 2] == 13 && input[end - 1] == 10 }

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
