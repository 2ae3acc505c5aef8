// An entry of a stream: an ID and pairs of a field and a value.

import Base

/// An entry as it is shown. Valid until the stream changes.
///
///     | ID | names: 1 | count of pairs, if names is 0 | part | part | ...
///
/// With names of its own (0) an entry has them before each value; else it has values only, and the number of the names
/// that it shares with others (`StreamNames`). A part is its size, one byte or 255 and four, and its bytes; a count
/// is written like a size.
public struct StreamEntry: ~Escapable {
    public let id: StreamID
    /// Fields with their values.
    public let pairCount: Int
    private let bytes: RawSpan
    private let partsStart: Int
    private let names: RawSpan
    private let hasOwnNames: Bool

    @_lifetime(copy bytes)
    init(_ bytes: RawSpan, _ shared: StreamNames) {
        let (id, end) = PackedID.read(bytes, at: 0)
        self.id = id
        self.bytes = bytes
        let number = Int(bytes[end])
        hasOwnNames = number == 0
        if number == 0 {
            var start = end &+ 1
            pairCount = SizedBytes.readSize(bytes, at: &start)
            partsStart = start
            names = bytes.slice(end, end)
        } else {
            pairCount = shared.pairCount(number)
            partsStart = end &+ 1
            names = shared.names(number)
        }
    }

    /// Shows each field and behind it its value, in the order in which they were given.
    public func forEachPart(_ visit: (RawSpan) -> Void) {
        var place = partsStart
        if hasOwnNames {
            for _ in 0..<pairCount &* 2 { visit(SizedBytes.read(bytes, at: &place)) }
            return
        }
        var namePlace = 0
        for _ in 0..<pairCount {
            visit(SizedBytes.read(names, at: &namePlace))
            visit(SizedBytes.read(bytes, at: &place))
        }
    }

    /// The number of the names that an element shares; 0 if it has its own.
    static func namesNumber(of element: RawSpan) -> Int { Int(element[PackedID.read(element, at: 0).end]) }
}

/// Bytes with their size before them: one byte, or 255 and four.
enum SizedBytes {
    @inline(__always)
    static func size(of count: Int) -> Int { (count < 255 ? 1 : 5) &+ count }

    @inline(__always)
    static func readSize(_ bytes: RawSpan, at place: inout Int) -> Int {
        let short = Int(bytes[place])
        if short < 255 {
            place &+= 1
            return short
        }
        let count = Int(bytes.halfWord(at: place &+ 1))
        place &+= 5
        return count
    }

    @inline(__always)
    @_lifetime(copy bytes)
    static func read(_ bytes: RawSpan, at place: inout Int) -> RawSpan {
        let count = readSize(bytes, at: &place)
        let start = place
        place &+= count
        return bytes.slice(start, start &+ count)
    }

    @inline(__always)
    static func writeSize(_ count: Int, at place: inout Address) {
        if count < 255 {
            place.store8(UInt8(truncatingIfNeeded: count), 0)
            place = place + 1
        } else {
            place.store8(255, 0)
            place.store32(UInt32(truncatingIfNeeded: count), 1)
            place = place + 5
        }
    }

    @inline(__always)
    static func write(_ bytes: RawSpan, at place: inout Address) {
        writeSize(bytes.byteCount, at: &place)
        place.write(bytes)
        place = place + bytes.byteCount
    }
}

/// By ID.
enum StreamOrder: TreeOrder {
    static var isSorted: Bool { true }

    @inline(__always)
    static func prefix(of element: RawSpan) -> UInt64 { PackedID.milliseconds(element, at: 0) }

    @inline(__always)
    static func compare(_ a: RawSpan, _ b: RawSpan) -> Int {
        let left = PackedID.read(a, at: 0).id
        let right = PackedID.read(b, at: 0).id
        return left == right ? 0 : left < right ? -1 : 1
    }
}
