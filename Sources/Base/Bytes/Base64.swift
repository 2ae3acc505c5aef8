// Base64 both ways, for protocols whose keys may hold any byte.

/// At most 256 bytes decoded from base64, in a fixed place: no allocation.
public struct Base64Bytes: Sendable {
    private var storage: InlineArray<256, UInt8> = .init(repeating: 0)
    public private(set) var byteCount = 0

    /// - Parameter text: whole groups of four letters of the standard alphabet, the last padded with `=`.
    /// - Parameter sizeMax: at most 256; more decoded bytes are refused.
    /// - Returns: nil if `text` is empty, is not base64, or holds too much.
    /// Source: RFC 4648, section 4.
    public init?(_ text: RawSpan, sizeMax: Int) {
        precondition(sizeMax <= 256)
        let count = text.byteCount
        guard count >= 4 && count % 4 == 0 else { return nil }
        var padding = 0
        if text[count - 1] == UInt8(ascii: "=") { padding = text[count - 2] == UInt8(ascii: "=") ? 2 : 1 }
        guard count / 4 * 3 - padding <= sizeMax else { return nil }
        for group in 0..<count / 4 {
            let letters = group == count / 4 - 1 ? 4 - padding : 4
            var bits: UInt32 = 0
            for index in 0..<4 {
                let value = index < letters ? Self.value(of: text[group * 4 + index]) : 0
                guard let value else { return nil }
                bits = bits << 6 | value
            }
            for index in 0..<letters - 1 {
                storage[byteCount] = UInt8(truncatingIfNeeded: bits >> UInt32(16 - 8 * index))
                byteCount &+= 1
            }
        }
    }

    private static func value(of letter: UInt8) -> UInt32? {
        switch letter {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): UInt32(letter) - 65
        case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt32(letter) - 97 + 26
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(letter) - 48 + 52
        case UInt8(ascii: "+"): 62
        case UInt8(ascii: "/"): 63
        default: nil
        }
    }

    /// The bytes, borrowed from this value.
    public var span: RawSpan {
        @_lifetime(borrow self) borrowing get {
            unsafe storage.span.bytes.extracting(0..<byteCount)  // SAFETY: UInt8 has no padding.
        }
    }
}

extension OutputBuffer {
    /// Appends `bytes` as padded base64.
    public mutating func append(base64 bytes: RawSpan) {
        var offset = 0
        let count = bytes.byteCount
        while offset < count {
            let size = min(3, count - offset)
            var bits = UInt32(bytes[offset]) << 16
            if size > 1 { bits |= UInt32(bytes[offset + 1]) << 8 }
            if size > 2 { bits |= UInt32(bytes[offset + 2]) }
            for index in 0..<4 {
                let value = UInt8(truncatingIfNeeded: bits >> UInt32(18 - 6 * index)) & 63
                append(index <= size ? Self.letter(of: value) : UInt8(ascii: "="))
            }
            offset += 3
        }
    }

    private static func letter(of value: UInt8) -> UInt8 {
        switch value {
        case 0..<26: value + 65
        case 26..<52: value - 26 + 97
        case 52..<62: value - 52 + 48
        case 62: UInt8(ascii: "+")
        default: UInt8(ascii: "/")
        }
    }
}
