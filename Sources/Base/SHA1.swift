// SHA-1, which names scripts. Not for secrets.

/// A digest of 160 bits. Source: FIPS 180-4.
public struct SHA1Digest: Hashable, Sendable, BitwiseCopyable {
    private var words: (UInt32, UInt32, UInt32, UInt32, UInt32)

    /// The digest of `bytes`.
    public init(of bytes: RawSpan) {
        words = (0x6745_2301, 0xEFCD_AB89, 0x98BA_DCFE, 0x1032_5476, 0xC3D2_E1F0)
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
        var schedule: InlineArray<80, UInt32> = InlineArray(repeating: 0)
        for index in 0..<16 {
            var word: UInt32 = 0
            for place in 0..<4 { word = word &<< 8 | UInt32(byte(index &* 4 &+ place)) }
            schedule[index] = word
        }
        for index in 16..<80 {
            let mixed = schedule[index &- 3] ^ schedule[index &- 8] ^ schedule[index &- 14] ^ schedule[index &- 16]
            schedule[index] = mixed &<< 1 | mixed &>> 31
        }
        var (a, b, c, d, e) = words
        for index in 0..<80 {
            let (mixed, constant): (UInt32, UInt32)
            if index < 20 {
                (mixed, constant) = (b & c | ~b & d, 0x5A82_7999)
            } else if index < 40 {
                (mixed, constant) = (b ^ c ^ d, 0x6ED9_EBA1)
            } else if index < 60 {
                (mixed, constant) = (b & c | b & d | c & d, 0x8F1B_BCDC)
            } else {
                (mixed, constant) = (b ^ c ^ d, 0xCA62_C1D6)
            }
            let next = (a &<< 5 | a &>> 27) &+ mixed &+ e &+ constant &+ schedule[index]
            (a, b, c, d, e) = (next, a, b &<< 30 | b &>> 2, c, d)
        }
        words = (words.0 &+ a, words.1 &+ b, words.2 &+ c, words.3 &+ d, words.4 &+ e)
    }
}
