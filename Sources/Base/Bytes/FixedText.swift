// Numbers with so many digits after the point, without String.

/// A number's text in a fixed place: up to 40 bytes, no allocation.
public struct FixedText: Sendable {
    private var storage = InlineArray<40, UInt8>(repeating: 0)
    private var count = 0

    /// A number below 2^53 in magnitude, rounded to 17 digits after the point, without zeros at the end.
    /// Source: Redis ld2string, "human friendly".
    public init(plain value: Double) {
        precondition(value.magnitude < 0x1p53)
        let bits = value.magnitude.bitPattern
        let exponent = bits &>> 52
        let mantissa = exponent == 0 ? bits : bits & (1 << 52 - 1) | 1 << 52
        // value is mantissa / 2^shift, and there is room for 10^17 times as much.
        let shift = 1075 - max(1, exponent)
        let scaled = UInt128(mantissa) * 100_000_000_000_000_000
        var rounded: UInt128 = 0
        if shift == 0 {
            rounded = scaled
        } else if shift < 128 {
            rounded = scaled >> UInt128(shift)
            let rest = scaled - rounded << UInt128(shift)
            let half = UInt128(1) << UInt128(shift - 1)
            if rest > half || rest == half && rounded & 1 == 1 { rounded += 1 }
        }
        let (whole, fraction) = rounded.quotientAndRemainder(dividingBy: 100_000_000_000_000_000)
        if value < 0 && rounded != 0 { append(45) }
        write(UInt64(whole), UInt64(fraction), digits: 17)
        while storage[count &- 1] == 48 { count &-= 1 }
        if storage[count &- 1] == 46 { count &-= 1 }
    }

    /// A number with four digits after the point; the lowest of all for one that is none or out of range.
    /// Source: Redis fixedpoint_d2string.
    public init(fourDigits value: Double) {
        let scaled = Int64(exactly: (value * 10_000).rounded(.toNearestOrEven)) ?? .min
        if scaled < 0 { append(45) }
        let (whole, fraction) = scaled.magnitude.quotientAndRemainder(dividingBy: 10_000)
        write(whole, fraction, digits: 4)
    }

    private mutating func append(_ byte: UInt8) {
        storage[count] = byte
        count &+= 1
    }

    private mutating func write(_ whole: UInt64, _ fraction: UInt64, digits: Int) {
        let text = DecimalText(whole)
        for index in 0..<text.byteCount { append(text.span[index]) }
        append(46)
        var rest = fraction
        for index in stride(from: count &+ digits &- 1, through: count, by: -1) {
            storage[index] = 48 &+ UInt8(truncatingIfNeeded: rest % 10)
            rest /= 10
        }
        count &+= digits
    }

    /// The text, borrowed from this value.
    public var span: RawSpan {
        @_lifetime(borrow self) borrowing get {
            unsafe storage.span.bytes.extracting(0..<count)  // SAFETY: UInt8 has no padding.
        }
    }
}
