// Command lines are tokens with blanks between them: finding them, and reading numbers in them.

import Base

/// Where a token lies in the input.
struct Token {
    var start: Int
    var end: Int

    @inline(__always)
    init(_ start: Int, _ end: Int) {
        self.start = start
        self.end = end
    }

    var count: Int { @inline(__always) get { end &- start } }
}

/// Walks the tokens of one line. Only the blank separates; runs of blanks are one.
struct TokenCursor {
    private(set) var offset: Int
    let end: Int

    /// - Parameter end: where the line's text ends, its terminator excluded.
    @inline(__always)
    init(from offset: Int, to end: Int) {
        self.offset = offset
        self.end = end
    }

    /// The next token, or nil at the line's end.
    @inline(__always)
    mutating func next(_ input: RawSpan) -> Token? {
        while offset < end && input[offset] == 32 { offset &+= 1 }
        guard offset < end else { return nil }
        let start = offset
        offset = input.firstBlank(from: start, to: end)
        return Token(start, offset)
    }

    /// Whether there is another token.
    func hasMore(_ input: RawSpan) -> Bool {
        var rest = self
        return rest.next(input) != nil
    }

    /// The last of the tokens that are left, or nil if none is.
    mutating func last(_ input: RawSpan) -> Token? {
        var found: Token?
        while let token = next(input) { found = token }
        return found
    }
}

extension RawSpan {
    private static var ones: UInt64 { 0x0101_0101_0101_0101 }
    private static var highs: UInt64 { 0x8080_8080_8080_8080 }

    /// The offset of the first blank at or after `start`, or `end`.
    @inline(__always)
    func firstBlank(from start: Int, to end: Int) -> Int {
        var offset = start
        while offset &+ 8 <= byteCount && offset < end {
            // A byte of `difference` is zero where the input has a blank; the lowest flagged one is exact.
            let difference = word(at: offset) ^ 0x2020_2020_2020_2020
            let flagged = (difference &- Self.ones) & ~difference & Self.highs
            if flagged != 0 { return min(end, offset &+ flagged.trailingZeroBitCount >> 3) }
            offset &+= 8
        }
        while offset < end && self[offset] != 32 { offset &+= 1 }
        return min(offset, end)
    }

    /// The offset of the first byte that is a blank or a control byte, or the span's end.
    @inline(__always)
    func firstBlankOrControl(from start: Int) -> Int {
        var offset = start
        while offset &+ 8 <= byteCount {
            let bytes = word(at: offset)
            let flagged = (bytes &- 0x2121_2121_2121_2121) & ~bytes & Self.highs
            if flagged != 0 { return offset &+ flagged.trailingZeroBitCount >> 3 }
            offset &+= 8
        }
        while offset < byteCount && self[offset] > 32 { offset &+= 1 }
        return offset
    }

    @inline(__always)
    @_lifetime(copy self)
    func slice(_ token: Token) -> RawSpan { slice(token.start, token.end) }

    @inline(__always)
    func holds(_ text: StaticString, at token: Token) -> Bool { slice(token).equals(text) }

    /// `token` as strtoull reads it, whole: digits, perhaps after a plus sign; nil otherwise or beyond 2^64
    /// - 1.
    @inline(__always)
    func unsigned(_ token: Token) -> UInt64? {
        var offset = token.start
        if offset < token.end && self[offset] == UInt8(ascii: "+") { offset &+= 1 }
        guard offset < token.end else { return nil }
        var value: UInt64 = 0
        // Eighteen digits cannot overflow.
        let safeEnd = min(token.end, offset &+ 18)
        while offset < safeEnd {
            let digit = self[offset] &- 48
            guard digit <= 9 else { return nil }
            value = value &* 10 &+ UInt64(digit)
            offset &+= 1
        }
        while offset < token.end {
            let digit = self[offset] &- 48
            guard digit <= 9 else { return nil }
            let (product, overflow) = value.multipliedReportingOverflow(by: 10)
            let (sum, carry) = product.addingReportingOverflow(UInt64(digit))
            if overflow || carry { return nil }
            value = sum
            offset &+= 1
        }
        return value
    }

    /// `token` as a whole signed number of 32 bits, perhaps with a sign; nil otherwise.
    @inline(__always)
    func signed32(_ token: Token) -> Int32? {
        let negative = token.count > 0 && self[token.start] == UInt8(ascii: "-")
        guard negative else {
            guard let value = unsigned(token) else { return nil }
            return Int32(exactly: value)
        }
        let digits = Token(token.start &+ 1, token.end)
        guard digits.count > 0, self[digits.start] != UInt8(ascii: "+"), let value = unsigned(digits),
            value <= 1 << 31
        else { return nil }
        return Int32(truncatingIfNeeded: 0 &- Int64(value))
    }

    /// `token` as an exptime: a whole signed number of 64 bits, of which the lower 32 count; nil otherwise.
    /// libmemcached sends -1 as 4294967295. Source: memcached 1.6.18, safe_strtol.
    @inline(__always)
    func exptime(_ token: Token) -> Int32? {
        let negative = token.count > 0 && self[token.start] == UInt8(ascii: "-")
        let digits = negative ? Token(token.start &+ 1, token.end) : token
        guard digits.count > 0, !(negative && self[digits.start] == UInt8(ascii: "+")), let value = unsigned(digits),
            value <= UInt64(Int64.max) &+ (negative ? 1 : 0)
        else { return nil }
        return Int32(truncatingIfNeeded: negative ? 0 &- value : value)
    }
}
