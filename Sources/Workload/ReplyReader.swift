// Replies by their frames alone: where one ends, and whether it was a hit. Values are skipped, not copied.

internal import Base

/// What a request expects as its answer.
enum RequestKind: UInt8 {
    case read, write, fill, login
}

/// How a reply came out.
enum ReplyOutcome: Equatable {
    /// Complete; `hits` of the keys asked for were there, 0 for a write.
    case answered(hits: Int)
    /// Complete, and the server said no: `ReplyReader.errorText`.
    case refused
    /// The input ends within the reply; what was read lies before `offset`.
    case incomplete
    /// No reply of this protocol: `ReplyReader.errorText`. Where the next one begins is unknown.
    case nonsense
}

/// Reads the replies of one connection, in order. Input may be cut anywhere: a line waits until it is
/// whole, a value's bytes are skipped as they come, so that nothing is kept however large it is.
///
///     memcached  VALUE k flags N\r\n value \r\n … END\r\n     or one line: STORED, SERVER_ERROR …
///     meta       VA N flags\r\n value \r\n                   or EN, HD flags: one of these for each key
///     resp       $N\r\n value \r\n                           or $-1, _, +OK, -ERR …; *K\r\n and K of these
struct ReplyReader {
    /// A longer line is no reply of any server.
    static let lineSizeMax = 8192

    private let wireProtocol: WireProtocol

    /// Bytes of a value and its line end still to skip.
    private var skipCount = 0

    // The present reply: whether its first line was read, parts (values or lines) still to come, hits, a
    // refusal.
    private var isWithin = false
    private var partsLeft = 0
    private var hits = 0
    private var isRefused = false

    /// The line behind the last `.refused` or `.nonsense`.
    private(set) var errorText = ""

    init(_ wireProtocol: WireProtocol) {
        self.wireProtocol = wireProtocol
    }

    /// Reads on in the reply to the oldest unanswered request.
    /// - Parameter offset: where to read on; on return, where reading stopped.
    /// - Parameter keyCount: keys of the request, 1 for writes.
    @inline(__always)
    mutating func read(
        _ input: RawSpan, at offset: inout Int, _ kind: RequestKind, keyCount: Int
    ) -> ReplyOutcome {
        switch wireProtocol {
        case .memcached: readMemcached(input, &offset, kind)
        case .meta: kind == .login ? readMemcached(input, &offset, kind) : readMeta(input, &offset, keyCount)
        case .resp: readRESP(input, &offset, isArray: kind == .read && keyCount > 1)
        }
    }

    private mutating func readMemcached(
        _ input: RawSpan, _ offset: inout Int, _ kind: RequestKind
    ) -> ReplyOutcome {
        while skip(input, &offset) {
            let start = offset
            guard let end = Self.takeLine(input, &offset) else { return waiting(input, start) }
            if kind != .read {
                return finishLine(input, start, end, isRight: input.slice(start, end).equals("STORED"))
            }
            guard end &- start > 5 && input[start] == UInt8(ascii: "V") else {
                return finishLine(input, start, end, isRight: input.slice(start, end).equals("END"))
            }
            guard let size = Self.number(input, start, end, field: 3) else {
                return nonsense(input, start, end)
            }
            skipCount = size &+ 2
            hits &+= 1
        }
        return .incomplete
    }

    private mutating func readMeta(_ input: RawSpan, _ offset: inout Int, _ keyCount: Int) -> ReplyOutcome {
        if !isWithin {
            isWithin = true
            partsLeft = keyCount
        }
        while skip(input, &offset) {
            let start = offset
            if partsLeft == 0 { return finish() }
            guard let end = Self.takeLine(input, &offset) else { return waiting(input, start) }
            guard
                end &- start == 2 || end &- start > 2 && input[start &+ 2] == 32
                    || isError(input.slice(start, end))
            else { return nonsense(input, start, end) }
            partsLeft &-= 1
            switch (input[start], input[start &+ 1]) {
            case (UInt8(ascii: "V"), UInt8(ascii: "A")):
                guard let size = Self.number(input, start, end, field: 1) else {
                    return nonsense(input, start, end)
                }
                skipCount = size &+ 2
                hits &+= 1
            case (UInt8(ascii: "H"), UInt8(ascii: "D")), (UInt8(ascii: "E"), UInt8(ascii: "N")): break
            default: refuse(input, start, end)
            }
        }
        return .incomplete
    }

    private mutating func readRESP(_ input: RawSpan, _ offset: inout Int, isArray: Bool) -> ReplyOutcome {
        while skip(input, &offset) {
            let start = offset
            if isWithin && partsLeft == 0 { return finish() }
            guard let end = Self.takeLine(input, &offset) else { return waiting(input, start) }
            guard end > start else { return nonsense(input, start, end) }
            let mark = input[start]
            if !isWithin {
                isWithin = true
                partsLeft = 1
                if isArray && mark == UInt8(ascii: "*") {
                    guard let count = Self.number(input, start &+ 1, end, field: 0) else {
                        return nonsense(input, start, end)
                    }
                    partsLeft = count
                    continue
                }
            }
            partsLeft &-= 1
            switch mark {
            case UInt8(ascii: "$"):
                if input[start &+ 1] == UInt8(ascii: "-") { continue }
                guard let size = Self.number(input, start &+ 1, end, field: 0) else {
                    return nonsense(input, start, end)
                }
                skipCount = size &+ 2
                hits &+= 1
            case UInt8(ascii: "+"), UInt8(ascii: "_"), UInt8(ascii: ":"): continue
            case UInt8(ascii: "-"): refuse(input, start, end)
            default: return nonsense(input, start, end)
            }
        }
        return .incomplete
    }
}

// Steps that the three languages share.
extension ReplyReader {
    /// Skips what is left of a value; false if the input ends before it does.
    @inline(__always)
    private mutating func skip(_ input: RawSpan, _ offset: inout Int) -> Bool {
        let count = min(skipCount, input.byteCount &- offset)
        offset &+= count
        skipCount &-= count
        return skipCount == 0
    }

    /// Where the line at `offset` ends, its line end apart; moves `offset` behind it. Nil, and nothing
    /// moved, if its end is not there yet.
    @inline(__always)
    private static func takeLine(_ input: RawSpan, _ offset: inout Int) -> Int? {
        guard let feed = input.firstIndex(of: 10, from: offset) else { return nil }
        let end = feed > offset && input[feed &- 1] == 13 ? feed &- 1 : feed
        offset = feed &+ 1
        return end
    }

    private mutating func waiting(_ input: RawSpan, _ start: Int) -> ReplyOutcome {
        if input.byteCount &- start <= Self.lineSizeMax { return .incomplete }
        return nonsense(input, start, start &+ 80)
    }

    @inline(__always)
    private mutating func finish() -> ReplyOutcome {
        let outcome = isRefused ? ReplyOutcome.refused : .answered(hits: hits)
        isWithin = false
        isRefused = false
        hits = 0
        return outcome
    }

    /// memcached: a reply ends with this line, the right one or an error.
    @inline(__always)
    private mutating func finishLine(_ input: RawSpan, _ start: Int, _ end: Int, isRight: Bool)
        -> ReplyOutcome
    {
        if !isRight {
            refuse(input, start, end)
            if !isError(input.slice(start, end)) { return nonsense(input, start, end) }
        }
        return finish()
    }

    @inline(never)
    private mutating func refuse(_ input: RawSpan, _ start: Int, _ end: Int) {
        isRefused = true
        errorText = input.slice(start, min(end, start &+ 200)).copiedText()
    }

    @inline(never)
    private mutating func nonsense(_ input: RawSpan, _ start: Int, _ end: Int) -> ReplyOutcome {
        errorText = input.slice(start, min(end, start &+ 200)).copiedText()
        return .nonsense
    }

    /// Whether `line` is one of the ways in which memcached says no.
    private func isError(_ line: RawSpan) -> Bool {
        func starts(_ text: StaticString) -> Bool {
            line.byteCount >= text.utf8CodeUnitCount && line.slice(0, text.utf8CodeUnitCount).equals(text)
        }
        return starts("ERROR") || starts("CLIENT_ERROR") || starts("SERVER_ERROR")
            || line.equals("NOT_STORED")
            || line.equals("NS")
    }

    /// The decimal number in the `field`th word of a line, words parted by single spaces; nil if there is
    /// none.
    @inline(__always)
    private static func number(_ input: RawSpan, _ start: Int, _ end: Int, field: Int) -> Int? {
        var offset = start
        for _ in 0..<field {
            while offset < end && input[offset] != 32 { offset &+= 1 }
            offset &+= 1
        }
        var value = 0
        let first = offset
        while offset < end, input[offset] &- 48 <= 9 {
            value = value &* 10 &+ Int(input[offset] &- 48)
            offset &+= 1
        }
        let isWhole = offset > first && offset &- first <= 18 && (offset == end || input[offset] == 32)
        return isWhole ? value : nil
    }
}
