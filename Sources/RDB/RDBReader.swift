// The primitives of the format: numbers, lengths and strings, each checked before it is believed.

import Base
import Engine

/// Reads serialised values from bytes at hand: a payload, or a file's mapping.
///
/// Nothing is allocated by what a length claims: counts are held against the bytes that are left, and what a
/// compressed string may come to against its own size and against the allowance.
public struct RDBReader: ~Copyable, ~Escapable {
    let source: RawSpan
    /// Where the next value begins.
    public internal(set) var place = 0
    /// Strings that do not stand in the source as they are: compressed ones and numbers.
    private var made = OutputBuffer(capacity: 256)
    /// Bytes of strings that may still come.
    private var allowance: Int
    /// Of the last draft, for the next if that is stored by then.
    private var space: DraftSpace?

    /// - Parameter sizeMax: what all strings read may come to, decompressed.
    @_lifetime(copy source)
    public init(_ source: RawSpan, sizeMax: Int) {
        self.source = source
        allowance = sizeMax
    }

    /// Where the next draft may be made.
    mutating func draftSpace(_ engine: EngineHandle) -> DraftSpace {
        if !isKnownUniquelyReferenced(&space) { space = DraftSpace(engine) }
        return space!
    }

    /// Bytes that are left.
    var rest: Int { source.byteCount - place }

    // MARK: Numbers

    mutating func byte() throws(RDBFault) -> UInt8 {
        guard rest > 0 else { throw .truncated }
        place += 1
        return source[place - 1]
    }

    /// Up to eight bytes, the lowest first.
    mutating func number(bytes count: Int) throws(RDBFault) -> UInt64 {
        guard rest >= count else { throw .truncated }
        place += count
        return source.number(at: place - count, bytes: count)
    }

    mutating func double() throws(RDBFault) -> Double { Double(bitPattern: try number(bytes: 8)) }

    /// A number that is usually a length, or an encoding of a string.
    private enum Length {
        case number(UInt64)
        case encoding(UInt8)
    }

    /// The next length, the highest byte first if there are several.
    private mutating func lengthOrEncoding() throws(RDBFault) -> Length {
        let first = try byte()
        switch first & 0xC0 {
        case 0: return .number(UInt64(first & 0x3F))
        case LengthMark.fourteenBits: return .number(UInt64(first & 0x3F) << 8 | UInt64(try byte()))
        case StringEncoding.mark: return .encoding(first & 0x3F)
        default: break
        }
        guard first == LengthMark.thirtyTwoBits || first == LengthMark.sixtyFourBits else { throw .corrupt }
        let size = first == LengthMark.thirtyTwoBits ? 4 : 8
        return .number(try number(bytes: size).byteSwapped >> UInt64(64 - size * 8))
    }

    /// A number in as many bytes as it needs.
    mutating func integer() throws(RDBFault) -> UInt64 {
        switch try lengthOrEncoding() {
        case .number(let number): return number
        case .encoding: throw .corrupt
        }
    }

    /// A length that no encoding stands in the place of.
    mutating func length() throws(RDBFault) -> Int {
        guard let length = Int(exactly: try integer()) else { throw .truncated }
        return length
    }

    /// How many elements follow.
    /// - Parameter sizeMin: bytes that each of them takes at least.
    mutating func elementCount(sizeMin: Int = 1, mayBeNone: Bool = false) throws(RDBFault) -> Int {
        let count = try length()
        guard count > 0 || mayBeNone else { throw .empty }
        guard count <= rest / sizeMin else { throw .truncated }
        return count
    }

    // MARK: Strings

    /// Where a string's bytes are.
    struct Text {
        fileprivate let range: Range<Int>
        fileprivate let isMade: Bool
        static let empty = Text(range: 0..<0, isMade: false)
    }

    /// The next string. Good until `forgetStrings`.
    mutating func string() throws(RDBFault) -> Text {
        switch try lengthOrEncoding() {
        case .number(let number):
            guard let length = Int(exactly: number), length <= rest else { throw .truncated }
            try spend(length)
            place += length
            return Text(range: place - length..<place, isMade: false)
        case .encoding(StringEncoding.int8): return make(Int64(Int8(truncatingIfNeeded: try number(bytes: 1))))
        case .encoding(StringEncoding.int16): return make(Int64(Int16(truncatingIfNeeded: try number(bytes: 2))))
        case .encoding(StringEncoding.int32): return make(Int64(Int32(truncatingIfNeeded: try number(bytes: 4))))
        case .encoding(StringEncoding.compressed): return try compressedString()
        case .encoding: throw .corrupt
        }
    }

    /// Passes over the next string without making it.
    mutating func skipString() throws(RDBFault) {
        switch try lengthOrEncoding() {
        case .number(let number): try skip(number)
        case .encoding(StringEncoding.int8): try skip(1)
        case .encoding(StringEncoding.int16): try skip(2)
        case .encoding(StringEncoding.int32): try skip(4)
        case .encoding(StringEncoding.compressed):
            let compressedSize = try integer()
            _ = try integer()
            try skip(compressedSize)
        case .encoding: throw .corrupt
        }
    }

    /// Passes over bytes.
    mutating func skip(_ count: UInt64) throws(RDBFault) {
        guard count <= UInt64(rest) else { throw .truncated }
        place += Int(count)
    }

    private mutating func compressedString() throws(RDBFault) -> Text {
        let compressedSize = try length()
        let size = try length()
        guard compressedSize <= rest else { throw .truncated }
        guard size <= LZF.decompressedSizeMax(compressedSize) else { throw .corrupt }
        try spend(size)
        let start = made.count
        guard made.append(decompressed: source.slice(place, place + compressedSize), byteCount: size) else {
            throw .corrupt
        }
        place += compressedSize
        return Text(range: start..<made.count, isMade: true)
    }

    private mutating func make(_ number: Int64) -> Text {
        let start = made.count
        made.append(decimal: number)
        return Text(range: start..<made.count, isMade: true)
    }

    private mutating func spend(_ size: Int) throws(RDBFault) {
        guard size <= allowance else { throw .tooLarge }
        allowance -= size
    }

    /// A string's bytes.
    @_lifetime(borrow self)
    func bytes(_ text: Text) -> RawSpan {
        if text.isMade { return made.span.slice(text.range.lowerBound, text.range.upperBound) }
        return source.slice(text.range.lowerBound, text.range.upperBound)
    }

    /// Where a string's bytes stand in the source; nil if they do not.
    func place(of text: Text) -> Range<Int>? { text.isMade ? nil : text.range }

    /// Appends a string's bytes to what outlives them.
    func copy(_ text: Text, to output: inout OutputBuffer) { output.append(bytes(text)) }

    /// The strings read so far are not needed any more.
    mutating func forgetStrings() { made.removeAll() }
}

extension RawSpan {
    /// Up to eight bytes as a number, the lowest first.
    func number(at offset: Int, bytes count: Int) -> UInt64 {
        var number: UInt64 = 0
        for index in 0..<count { number |= UInt64(self[offset + index]) << UInt64(index * 8) }
        return number
    }
}
