// Scores and weights as text, both ways, without String.

import Glibc

extension RawSpan {
    /// The whole span as a number in any spelling that C's strtod takes, without white space in front; nil for anything
    /// else, for NaN and for what a Double cannot hold. Infinity is a number. No allocation for usual spellings.
    /// Source: Redis getDoubleFromObject.
    public func double() -> Double? {
        if let value = shortDouble() { return value }
        guard byteCount > 0, self[0] != 32 && !(self[0] >= 9 && self[0] <= 13) else { return nil }
        let (value, used, isOutOfRange) = parseDouble()
        guard used == byteCount, !value.isNaN else { return nil }
        return isOutOfRange && (value.isInfinite || value == 0) ? nil : value
    }

    /// As `double`, less strict: white space in front, nothing at all and a NUL with anything behind it are let
    /// through, and what is too large is infinite, unless that is denied. Source: Redis zslParseRange, SORT.
    public func lenientDouble(mayBeOutOfRange: Bool = true) -> Double? {
        if let value = shortDouble() { return value }
        let (value, used, isOutOfRange) = parseDouble()
        guard used == byteCount || self[used] == 0, !value.isNaN else { return nil }
        return isOutOfRange && !mayBeOutOfRange ? nil : value
    }

    /// Digits with or without a point: up to 15 of them are exact, and so is a quotient of two exact numbers.
    @inline(__always)
    private func shortDouble() -> Double? {
        let count = byteCount
        guard count > 0 && count <= 17 else { return nil }
        let isNegative = self[0] == 45
        var index = isNegative || self[0] == 43 ? 1 : 0
        var mantissa: UInt64 = 0
        var digits = 0
        var pointAt = -1
        while index < count {
            let digit = self[index] &- 48
            if digit <= 9 {
                mantissa = mantissa &* 10 &+ UInt64(digit)
                digits &+= 1
            } else if digit == 254 && pointAt < 0 {
                pointAt = digits
            } else {
                return nil
            }
            index &+= 1
        }
        guard digits > 0 && digits <= 15 else { return nil }
        var value = Double(mantissa)
        if pointAt >= 0 { value /= exactPowersOfTen[digits &- pointAt] }
        return isNegative ? -value : value
    }

    /// What strtod makes of the span and a NUL behind it.
    @inline(never)
    private func parseDouble() -> (value: Double, used: Int, isOutOfRange: Bool) {
        let count = byteCount
        return unsafe withUnsafeBytes { bytes in
            unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: count + 1) { text in
                // SAFETY: the text has count bytes and a NUL, at which the parser stops at the latest.
                let start = text.baseAddress!
                unsafe UnsafeMutableRawBufferPointer(text).copyMemory(from: bytes)
                unsafe start[count] = 0
                var end: UnsafeMutablePointer<CChar>?
                errno = 0
                let value = unsafe strtod(start, &end)
                let isOutOfRange = errno == ERANGE
                return unsafe (value, end! - start, isOutOfRange)
            }
        }
    }
}

private let exactPowersOfTen: InlineArray<16, Double> = [
    1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
]

/// A number's text in a fixed place: whole numbers without a point, others with as few digits as tell it apart.
/// Source: Redis 7.2 d2string.
public struct DoubleText: Sendable {
    // The longest has a sign, 17 digits, a point and an exponent of five bytes.
    private var storage = InlineArray<32, UInt8>(repeating: 0)
    private var count = 0

    public init(_ value: Double) {
        if value.sign == .minus && !value.isNaN { append(45) }
        let magnitude = value.magnitude
        if value.isNaN {
            write("nan")
        } else if magnitude == .infinity {
            write("inf")
        } else if magnitude <= 0x1p62, let whole = UInt64(exactly: magnitude) {
            write(DecimalText(whole).span)
        } else {
            write(ShortestDigits(magnitude))
        }
    }

    /// The text, borrowed from this value.
    public var span: RawSpan {
        @_lifetime(borrow self) borrowing get {
            unsafe storage.span.bytes.extracting(0..<count)  // SAFETY: UInt8 has no padding.
        }
    }

    private mutating func append(_ byte: UInt8) {
        storage[count] = byte
        count &+= 1
    }

    private mutating func write(_ text: StaticString) {
        // SAFETY: the index is below the text's count.
        for index in 0..<text.utf8CodeUnitCount { append(unsafe text.utf8Start[index]) }
    }

    private mutating func write(_ text: RawSpan) {
        for index in 0..<text.byteCount { append(text[index]) }
    }

    private mutating func write(zeros: Int) {
        for _ in 0..<zeros { append(48) }
    }

    private mutating func write(_ digits: ShortestDigits, _ range: Range<Int>) {
        for index in range { append(digits[index]) }
    }

    /// Source: emit_digits of fpconv (A. Samuelsson), which Redis has: where it turns to exponents is seen by clients.
    private mutating func write(_ digits: ShortestDigits) {
        let power = digits.power
        let exponent = power + digits.count - 1
        if power >= 0 && abs(exponent) < digits.count + 7 {
            write(digits, 0..<digits.count)
            return write(zeros: power)
        }
        if power < 0 && (power > -7 || abs(exponent) < 4) {
            let whole = digits.count + power
            if whole <= 0 {
                write("0.")
                write(zeros: -whole)
                return write(digits, 0..<digits.count)
            }
            write(digits, 0..<whole)
            append(46)
            return write(digits, whole..<digits.count)
        }
        append(digits[0])
        if digits.count > 1 {
            append(46)
            write(digits, 1..<digits.count)
        }
        append(101)
        append(exponent < 0 ? 45 : 43)
        write(DecimalText(UInt64(abs(exponent))).span)
    }
}
