// Strings and lengths as bytes: numbers short, the rest compressed if that pays. Source: Redis rdbSaveRawString.

import Base

/// A string in a chunk that may become shorter, when there is time for it.
public struct PlainString: Sendable {
    /// Of its length, before its bytes.
    fileprivate(set) var offset: Int
    let size: Int
}

struct StringEncoder: ~Copyable {
    private let compression: RDBCompression
    private var compressed = OutputBuffer(capacity: 256)
    /// Those that were left as they are, in order.
    var plain: [PlainString] = []

    init(_ compression: RDBCompression) { self.compression = compression }

    /// Appends what is in `buffer` as one string.
    mutating func append(all buffer: borrowing OutputBuffer, to output: inout OutputBuffer) {
        append(buffer.span, to: &output)
    }

    mutating func append(_ bytes: RawSpan, to output: inout OutputBuffer) {
        let size = bytes.byteCount
        if size <= 11, let number = bytes.canonicalSignedDecimal().flatMap(Int32.init(exactly:)) {
            return output.append(encoded: number)
        }
        switch compression {
        case .none: break
        case .atOnce: if append(compressed: bytes, to: &output) { return }
        case .later: if size > RDBLimits.plainSizeMax { plain.append(PlainString(offset: output.count, size: size)) }
        }
        output.append(length: size)
        output.append(bytes)
    }

    /// Appends one of our own fields.
    mutating func append(_ field: OwnField, _ number: UInt64, to output: inout OutputBuffer) {
        let name = field.name
        output.append(Opcode.field.rawValue)
        output.append(length: name.utf8CodeUnitCount)
        output.append(name)
        append(DecimalText(number).span, to: &output)
    }

    /// Notes that the strings left as they are, but for the first `count`, stand so many bytes further on: what they
    /// were written to has become part of something else.
    mutating func movePlain(behind count: Int, by distance: Int) {
        for index in count..<plain.count { plain[index].offset += distance }
    }

    /// Appends a string compressed. False, and nothing appended, if it would not be shorter.
    mutating func append(compressed bytes: RawSpan, to output: inout OutputBuffer) -> Bool {
        let size = bytes.byteCount
        guard compression != .none && size > RDBLimits.plainSizeMax else { return false }
        compressed.removeAll()
        // Two lengths more have to be worth it.
        guard compressed.append(compressed: bytes, sizeMax: size - 4) else { return false }
        output.append(StringEncoding.mark | StringEncoding.compressed)
        output.append(length: compressed.count)
        output.append(length: size)
        output.append(compressed.span)
        return true
    }

    /// Whether a string is likely to become shorter. Of a large one a piece of its beginning and one of its middle are
    /// tried: bytes that do not compress would take all the time there is.
    mutating func isWorthTrying(_ bytes: RawSpan) -> Bool {
        let size = RDBLimits.samplePieceSize
        let middle = bytes.byteCount / 2
        guard compression != .none && middle > size else { return compression != .none }
        compressed.removeAll()
        return compressed.append(compressed: bytes.slice(0, size), sizeMax: size - 4)
            || compressed.append(compressed: bytes.slice(middle, middle + size), sizeMax: size - 4)
    }
}

extension OutputBuffer {
    mutating func append(length: Int) { append(integer: UInt64(length)) }

    mutating func append(integer: UInt64) {
        switch Self.lengthSize(integer) {
        case 1: append(UInt8(integer))
        case 2:
            append(LengthMark.fourteenBits | UInt8(integer >> 8))
            append(UInt8(integer & 255))
        case 5:
            append(LengthMark.thirtyTwoBits)
            append(halfWord: UInt32(integer).byteSwapped)
        default:
            append(LengthMark.sixtyFourBits)
            append(word: integer.byteSwapped)
        }
    }

    /// Bytes that a length takes.
    static func lengthSize(_ length: Int) -> Int { lengthSize(UInt64(length)) }

    private static func lengthSize(_ integer: UInt64) -> Int {
        if integer < 1 << 6 { return 1 }
        if integer < 1 << 14 { return 2 }
        return integer <= UInt64(UInt32.max) ? 5 : 9
    }

    fileprivate mutating func append(encoded number: Int32) {
        if let number = Int8(exactly: number) {
            append(StringEncoding.mark | StringEncoding.int8)
            append(number: Int64(number), bytes: 1)
        } else if let number = Int16(exactly: number) {
            append(StringEncoding.mark | StringEncoding.int16)
            append(number: Int64(number), bytes: 2)
        } else {
            append(StringEncoding.mark | StringEncoding.int32)
            append(number: Int64(number), bytes: 4)
        }
    }

    /// The lowest bytes of a number, the lowest first.
    mutating func append(number: Int64, bytes count: Int) {
        for index in 0..<count { append(UInt8(truncatingIfNeeded: number >> Int64(index * 8))) }
    }
}
