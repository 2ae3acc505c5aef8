// SHA-1, which names scripts and sums up data. Not for secrets.

/// A digest of 160 bits. Source: FIPS 180-4.
public struct SHA1Digest: Hashable, Sendable, BitwiseCopyable {
    private var words: (UInt32, UInt32, UInt32, UInt32, UInt32)

    /// All bits 0, which is nothing's digest: where a sum of digests begins.
    public static var zero: Self { Self() }

    private init() { words = (0, 0, 0, 0, 0) }

    /// The digest of `bytes`.
    public init(of bytes: RawSpan) {
        words = Self.start
        let count = bytes.byteCount
        var offset = 0
        while offset &+ 64 <= count {
            let block = bytes.slice(offset, offset &+ 64)
            take { place in block[place] }
            offset &+= 64
        }
        // The rest, a bit, zeros, and the length in bits at the end of a block.
        let size = UInt64(count) &* 8
        let rest = count &- offset
        let tailSize = rest < 56 ? 64 : 128
        for start in stride(from: 0, to: tailSize, by: 64) {
            take { place in
                let index = start &+ place
                if index < rest { return bytes[offset &+ index] }
                if index == rest { return 0x80 }
                let fromEnd = tailSize &- 1 &- index
                return fromEnd < 8 ? UInt8(truncatingIfNeeded: size &>> UInt64(8 &* fromEnd)) : 0
            }
        }
    }

    /// The digest of the 20 bytes of `digest`.
    public init(of digest: SHA1Digest) {
        words = Self.start
        var block: InlineArray<16, UInt32> = InlineArray(repeating: 0)
        (block[0], block[1], block[2], block[3], block[4]) = digest.words
        block[5] = 0x8000_0000
        block[15] = 160
        take(&block)
    }

    private static var start: (UInt32, UInt32, UInt32, UInt32, UInt32) {
        (0x6745_2301, 0xEFCD_AB89, 0x98BA_DCFE, 0x1032_5476, 0xC3D2_E1F0)
    }

    /// Changes the bits that the other one has.
    public static func ^= (a: inout Self, b: Self) {
        a.words = (
            a.words.0 ^ b.words.0, a.words.1 ^ b.words.1, a.words.2 ^ b.words.2, a.words.3 ^ b.words.3,
            a.words.4 ^ b.words.4
        )
    }

    /// The digest that 40 hexadecimal digits write, of either case; nil if they do not.
    public init?(hexadecimal text: RawSpan) {
        guard text.byteCount == 40 else { return nil }
        var parsed: InlineArray<5, UInt32> = InlineArray(repeating: 0)
        for index in 0..<40 {
            let byte = text[index]
            let digit: UInt8
            switch byte {
            case 48...57: digit = byte &- 48
            case 65...70: digit = byte &- 55
            case 97...102: digit = byte &- 87
            default: return nil
            }
            parsed[index / 8] = parsed[index / 8] &<< 4 | UInt32(digit)
        }
        words = (parsed[0], parsed[1], parsed[2], parsed[3], parsed[4])
    }

    public static func == (a: Self, b: Self) -> Bool { a.words == b.words }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(UInt64(words.0) << 32 | UInt64(words.1))
    }

    /// 40 hexadecimal digits in lower case.
    public var hexadecimal: String {
        var text = ""
        for word in [words.0, words.1, words.2, words.3, words.4] {
            for shift in stride(from: 28, through: 0, by: -4) {
                text.append(Self.digits[Int(word >> UInt32(shift) & 15)])
            }
        }
        return text
    }

    private static let digits = Array("0123456789abcdef")

    @inline(__always)
    private mutating func take(_ byte: (Int) -> UInt8) {
        var block: InlineArray<16, UInt32> = InlineArray(repeating: 0)
        for index in 0..<16 {
            var word: UInt32 = 0
            for place in 0..<4 { word = word &<< 8 | UInt32(byte(index &* 4 &+ place)) }
            block[index] = word
        }
        take(&block)
    }

    /// One block. What is mixed in at each step is kept for as long as later ones need it: sixteen steps.
    private mutating func take(_ block: inout InlineArray<16, UInt32>) {
        var (a, b, c, d, e) = words
        for index in 0..<16 {
            let next = (a &<< 5 | a &>> 27) &+ (b & c | ~b & d) &+ e &+ 0x5A82_7999 &+ block[index]
            (a, b, c, d, e) = (next, a, b &<< 30 | b &>> 2, c, d)
        }
        for index in 16..<80 {
            let mixed =
                block[(index &+ 13) & 15] ^ block[(index &+ 8) & 15] ^ block[(index &+ 2) & 15] ^ block[index & 15]
            let word = mixed &<< 1 | mixed &>> 31
            block[index & 15] = word
            let (choice, constant): (UInt32, UInt32)
            if index < 20 {
                (choice, constant) = (b & c | ~b & d, 0x5A82_7999)
            } else if index < 40 {
                (choice, constant) = (b ^ c ^ d, 0x6ED9_EBA1)
            } else if index < 60 {
                (choice, constant) = (b & c | b & d | c & d, 0x8F1B_BCDC)
            } else {
                (choice, constant) = (b ^ c ^ d, 0xCA62_C1D6)
            }
            let next = (a &<< 5 | a &>> 27) &+ choice &+ e &+ constant &+ word
            (a, b, c, d, e) = (next, a, b &<< 30 | b &>> 2, c, d)
        }
        words = (words.0 &+ a, words.1 &+ b, words.2 &+ c, words.3 &+ d, words.4 &+ e)
    }
}
