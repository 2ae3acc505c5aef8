// Keys as text: fixed width, so that every server stores the same bytes and a request is a template with
// new digits.

internal import Base

/// A request's bytes with one key in it, whose digits are replaced before each use.
///
///     "get key:000000123456\r\n"
///          |-- keySize --|
///              the last 8 or 16 bytes of the key are written, the zeros before them stay
struct KeyText {
    /// Digits behind the prefix, at least.
    static let digitCountMin = 8
    static let sizeMax = 250

    /// Whether `number` has its digits in a key of `size` bytes.
    static func fits(_ number: UInt64, size: Int, prefix: String) -> Bool {
        String(number).utf8.count <= min(size - prefix.utf8.count, 16)
    }

    private var bytes: InlineArray<512, UInt8> = .init(repeating: 0)
    private var count = 0
    private var keyEnd = 0
    private let highDigitCount: Int

    /// - Parameter before: the request up to the key.
    /// - Parameter after: the request behind the key.
    /// - Parameter numberMax: the largest key number to come.
    init(before: String, prefix: String = "key:", keySize: Int, after: String, numberMax: UInt64) {
        let digitCount = keySize - prefix.utf8.count
        precondition(digitCount >= Self.digitCountMin && keySize <= Self.sizeMax)
        precondition(Self.fits(numberMax, size: keySize, prefix: prefix))
        highDigitCount = numberMax < 100_000_000 ? 0 : min(digitCount - 8, 8)
        append(before.utf8)
        append(prefix.utf8)
        append([UInt8](repeating: 48, count: digitCount))
        keyEnd = count
        append(after.utf8)
    }

    private mutating func append(_ text: some Sequence<UInt8>) {
        for byte in text {
            bytes[count] = byte
            count += 1
        }
    }

    /// The text with the key last set, borrowed.
    var span: RawSpan {
        @_lifetime(borrow self) borrowing get { bytes.span.rawBytes.extracting(0..<count) }
    }

    @inline(__always)
    mutating func setKey(_ number: UInt64) {
        var rest = number
        if highDigitCount > 0 {
            let (high, low) = rest.quotientAndRemainder(dividingBy: 100_000_000)
            rest = low
            setHighDigits(high)
        }
        let digits = Self.eightDigits(rest)
        var target = bytes.mutableSpan
        target.storeWord(digits, at: keyEnd &- 8)
    }

    private mutating func setHighDigits(_ number: UInt64) {
        var rest = number
        var offset = keyEnd &- 9
        for _ in 0..<highDigitCount {
            bytes[offset] = 48 &+ UInt8(truncatingIfNeeded: rest % 10)
            rest /= 10
            offset &-= 1
        }
    }

    /// Eight decimal digits of a number below 10^8, first digit in the lowest byte: halves, then quarters,
    /// then digits, all lanes of a word at once. Division by 100 and 10 is a multiplication that is exact
    /// in that range.
    @inline(__always)
    private static func eightDigits(_ number: UInt64) -> UInt64 {
        let (high, low) = number.quotientAndRemainder(dividingBy: 10_000)
        let fours = high | low << 32
        let hundreds = (fours &* 10_486) >> 20 & 0x0000_007F_0000_007F
        let pairs = hundreds | (fours &- hundreds &* 100) << 16
        let tens = (pairs &* 103) >> 10 & 0x000F_000F_000F_000F
        return (tens | (pairs &- tens &* 10) << 8) | 0x3030_3030_3030_3030
    }
}
