// Elements packed in one string, in Redis' formats old and new: each entry is checked before it is shown.

import Base

/// An element of a packed string: where its bytes are, or the number it is.
enum PackedElement {
    case bytes(Range<Int>)
    case number(Int64)
}

/// Goes through a packed string once. What it has shown is good only if it comes to the end without a fault.
struct PackedReader: ~Escapable {
    enum Format { case listpack, ziplist, zipmap, integers }

    let bytes: RawSpan
    let format: Format
    /// Where the next entry begins.
    var place = 0
    /// Entries shown so far.
    var count = 0
    /// Bytes of the entry before.
    var previousSize = 0
    /// What the string says of itself: how many entries it has, if it knows, and what else its format has there.
    var claimedCount: Int?
    var claimedTail = 0
    /// Bytes of a whole number, all of which are of one size; and the one before.
    var numberSize = 0
    var previousNumber = Int64.min
    /// A zipmap's next element is a value.
    var isAtValue = false

    @_lifetime(copy bytes)
    init(_ bytes: RawSpan, _ format: Format) throws(RDBFault) {
        self.bytes = bytes
        self.format = format
        switch format {
        case .listpack: try openListpack()
        case .ziplist: try openZiplist()
        case .zipmap: try openZipmap()
        case .integers: try openIntegers()
        }
    }

    /// The next element; nil behind the last one.
    mutating func next() throws(RDBFault) -> PackedElement? {
        switch format {
        case .listpack: try nextOfListpack()
        case .ziplist: try nextOfZiplist()
        case .zipmap: try nextOfZipmap()
        case .integers: try nextInteger()
        }
    }

    /// The next element, of which there must be one.
    mutating func expectNext() throws(RDBFault) -> PackedElement {
        guard let element = try next() else { throw .corrupt }
        return element
    }

    /// Shows an element's bytes.
    @inline(__always)
    func show<R>(_ element: PackedElement, _ body: (RawSpan) -> R) -> R {
        switch element {
        case .bytes(let range): return body(bytes.slice(range.lowerBound, range.upperBound))
        case .number(let number):
            let text = DecimalText(number)
            return body(text.span)
        }
    }

    // MARK: Shared by the formats

    /// Bytes from `place` on, the end mark of one byte left out.
    var rest: Int { bytes.byteCount - 1 - place }

    /// That an entry's front or content of so many bytes lies before the end mark.
    func check(_ size: Int, at offset: Int = 0) throws(RDBFault) {
        guard size >= 0, offset <= rest, size <= rest - offset else { throw .corrupt }
    }

    /// A whole number of up to eight bytes with its sign.
    func signed(at offset: Int, bytes count: Int) -> Int64 {
        let shift = UInt64(64 - count * 8)
        return Int64(bitPattern: bytes.number(at: offset, bytes: count) << shift) >> Int64(shift)
    }

    /// At the end mark: the string has the entries that it claims.
    func checkEnd() throws(RDBFault) {
        guard rest == 0, claimedCount == nil || claimedCount == count else { throw .corrupt }
    }
}
