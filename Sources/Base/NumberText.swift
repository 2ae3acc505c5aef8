// Decimal numbers as text, both ways, without String.

extension RawSpan {
    /// The whole span as an unsigned decimal number: 1 to 20 digits and nothing else; nil otherwise or above 2^64 - 1.
    public func unsignedDecimal() -> UInt64? {
        let count = byteCount
        guard count >= 1 && count <= 20 else { return nil }
        var value: UInt64 = 0
        for index in 0..<count {
            let digit = self[index] &- 48
            guard digit <= 9 else { return nil }
            if index < 18 {
                value = value &* 10 &+ UInt64(digit)  // 18 digits always fit.
            } else {
                let (product, overflow) = value.multipliedReportingOverflow(by: 10)
                let (sum, carry) = product.addingReportingOverflow(UInt64(digit))
                if overflow || carry { return nil }
                value = sum
            }
        }
        return value
    }

    /// The whole span as a signed decimal number in its one canonical spelling: no plus sign, no leading zero, no "-0".
    /// Source: Redis string2ll.
    public func canonicalSignedDecimal() -> Int64? {
        let count = byteCount
        guard count >= 1 && count <= 20 else { return nil }
        let negative = self[0] == 45
        let start = negative ? 1 : 0
        guard count > start else { return nil }
        if self[start] == 48 { return count == 1 ? 0 : nil }
        guard let magnitude = slice(start, count).unsignedDecimal() else { return nil }
        if negative {
            guard magnitude <= UInt64(Int64.max) + 1 else { return nil }
            return Int64(truncatingIfNeeded: 0 &- magnitude)
        }
        return Int64(exactly: magnitude)
    }
}

/// A number's decimal text in a fixed place: at most 20 bytes, no allocation.
public struct DecimalText: Sendable {
    // Right-aligned: digits are produced from the last to the first.
    private var storage: InlineArray<24, UInt8> = .init(repeating: 0)
    private var start = 24

    public init(_ value: UInt64) { write(value) }

    public init(_ value: Int64) {
        write(value.magnitude)
        if value < 0 {
            start &-= 1
            storage[start] = 45
        }
    }

    @inline(__always)
    private mutating func write(_ value: UInt64) {
        var rest = value
        repeat {
            let (quotient, digit) = rest.quotientAndRemainder(dividingBy: 10)
            start &-= 1
            storage[start] = 48 &+ UInt8(truncatingIfNeeded: digit)
            rest = quotient
        } while rest != 0
    }

    public var byteCount: Int { 24 &- start }

    /// The digits, borrowed from this value.
    public var span: RawSpan {
        @_lifetime(borrow self) borrowing get {
            unsafe storage.span.bytes.extracting(start..<24)  // SAFETY: UInt8 has no padding.
        }
    }
}

extension RawSpan {
    /// The unsigned number that the span begins with, as memcached reads counters: blanks and one plus sign before it
    /// are skipped, a blank or a NUL ends it. Nil if there is no digit, a minus sign, another byte right behind it, or
    /// overflow.
    /// Source: memcached safe_strtoull.
    public func leadingUnsignedDecimal() -> UInt64? {
        var index = 0
        let count = byteCount
        while index < count && Self.isBlank(self[index]) { index += 1 }
        if index < count && self[index] == UInt8(ascii: "+") { index += 1 }
        let start = index
        while index < count && self[index] &- 48 <= 9 { index += 1 }
        guard index > start, index == count || self[index] == 0 || Self.isBlank(self[index]) else { return nil }
        var first = start
        while first < index - 1 && self[first] == 48 { first += 1 }
        return slice(first, index).unsignedDecimal()
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == 32 || byte &- 9 < 5 }
}

extension String {
    /// A number of bytes for people, as in `1.5 MiB`. Off the request path.
    public init(byteCount: Int) {
        if byteCount < 1024 {
            self = "\(byteCount) B"
            return
        }
        var value = Double(byteCount)
        var unit = ""
        for next in ["KiB", "MiB", "GiB", "TiB"] where value >= 1024 {
            value /= 1024
            unit = next
        }
        self = "\((value * 10).rounded() / 10) \(unit)"
    }
}
