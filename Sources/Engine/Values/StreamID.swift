// The name and the place of a stream's entry, and how elements hold it.

import Base

/// Which entry of a stream: the millisecond in which it came, and which of that millisecond's it is.
/// Source: Redis "Streams", entry IDs.
public struct StreamID: Comparable, Sendable {
    public var milliseconds: UInt64
    public var sequence: UInt64

    @inline(__always)
    public init(_ milliseconds: UInt64, _ sequence: UInt64) {
        self.milliseconds = milliseconds
        self.sequence = sequence
    }

    /// Before all entries: none has it.
    public static var zero: StreamID { StreamID(0, 0) }
    /// Of the last entry that there can be.
    public static var max: StreamID { StreamID(.max, .max) }

    @inline(__always)
    public static func < (a: StreamID, b: StreamID) -> Bool {
        a.milliseconds == b.milliseconds ? a.sequence < b.sequence : a.milliseconds < b.milliseconds
    }

    /// The one right behind it; nil at the last.
    public var next: StreamID? {
        if sequence < .max { return StreamID(milliseconds, sequence &+ 1) }
        return milliseconds < .max ? StreamID(milliseconds &+ 1, 0) : nil
    }

    /// The one right before it; nil at the first.
    public var previous: StreamID? {
        if sequence > 0 { return StreamID(milliseconds, sequence &- 1) }
        return milliseconds > 0 ? StreamID(milliseconds &- 1, .max) : nil
    }
}

/// An ID in an element: as many bytes of each part as it needs, seven in all for most.
///
///     | size of the sequence, size of the milliseconds: 4 bits each | milliseconds: 0...8 | sequence: 0...8 |
enum PackedID {
    @inline(__always)
    static func size(of id: StreamID) -> Int {
        1 &+ PackedNumber.size(of: id.milliseconds) &+ PackedNumber.size(of: id.sequence)
    }

    @inline(__always)
    static func write(_ id: StreamID, at place: Address) {
        let size = PackedNumber.size(of: id.milliseconds)
        let sequenceSize = PackedNumber.size(of: id.sequence)
        place.store8(UInt8(truncatingIfNeeded: sequenceSize &<< 4 | size), 0)
        PackedNumber.write(id.milliseconds, size, at: place + 1)
        PackedNumber.write(id.sequence, sequenceSize, at: place + (1 &+ size))
    }

    @inline(__always)
    static func read(_ element: RawSpan, at offset: Int) -> (id: StreamID, end: Int) {
        let sizes = Int(element[offset])
        let middle = offset &+ 1 &+ sizes & 15
        let end = middle &+ sizes &>> 4
        let milliseconds = PackedNumber.read(element, offset &+ 1, middle)
        return (StreamID(milliseconds, PackedNumber.read(element, middle, end)), end)
    }

    @inline(__always)
    static func milliseconds(_ element: RawSpan, at offset: Int) -> UInt64 {
        PackedNumber.read(element, offset &+ 1, offset &+ 1 &+ Int(element[offset]) & 15)
    }
}

/// A number in as many bytes as it needs, the lowest first: 0 in none.
enum PackedNumber {
    @inline(__always)
    static func size(of number: UInt64) -> Int { (71 &- number.leadingZeroBitCount) &>> 3 }

    @inline(__always)
    static func write(_ number: UInt64, _ size: Int, at place: Address) {
        var rest = number
        for index in 0..<size {
            place.store8(UInt8(truncatingIfNeeded: rest), index)
            rest &>>= 8
        }
    }

    @inline(__always)
    static func read(_ element: RawSpan, _ start: Int, _ end: Int) -> UInt64 {
        if start == end { return 0 }
        let size = end &- start
        if start &+ 8 <= element.byteCount { return element.word(at: start) & (.max &>> UInt64(64 &- 8 &* size)) }
        var number: UInt64 = 0
        for index in 0..<size { number |= UInt64(element[start &+ index]) &<< UInt64(8 &* index) }
        return number
    }
}

extension Address {
    /// Six bytes: an address, milliseconds since 1970, a number that is only counted up.
    @inline(__always)
    func store48(_ value: UInt64, _ offset: Int) {
        store32(UInt32(truncatingIfNeeded: value), offset)
        store16(UInt16(truncatingIfNeeded: value &>> 32), offset &+ 4)
    }
}

extension RawSpan {
    /// Six bytes at `offset`; there must be two more behind them.
    @inline(__always)
    func word48(at offset: Int) -> UInt64 { word(at: offset) & 0xFFFF_FFFF_FFFF }
}
