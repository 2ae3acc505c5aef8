// What the elements of a packed tree are sorted by.

import Base

/// The order of a tree's elements, and how large its parts are.
protocol TreeOrder {
    /// False where elements stand where they were put.
    static var isSorted: Bool { get }
    /// Eight bytes that never fall from one element to the next: nodes keep them, so that a search reads no leaf but
    /// its own unless they are equal.
    static func prefix(of element: RawSpan) -> UInt64
    /// Below 0 if `a` comes before `b`, 0 if they are equal.
    static func compare(_ a: RawSpan, _ b: RawSpan) -> Int
    /// Bytes of entries in a leaf.
    static var leafSizeMax: Int { get }
    static var childCountMax: Int { get }
}

extension TreeOrder {
    static var leafSizeMax: Int { 1006 }
    static var childCountMax: Int { 64 }
}

/// No order: lists.
enum PositionOrder: TreeOrder {
    static var isSorted: Bool { false }
    static func prefix(of element: RawSpan) -> UInt64 { 0 }
    static func compare(_ a: RawSpan, _ b: RawSpan) -> Int { 0 }
}

/// The order of the elements' bytes, the shorter of two first: what begins with numbers has them highest byte first.
enum BytesOrder: TreeOrder {
    static var isSorted: Bool { true }

    @inline(__always)
    static func prefix(of element: RawSpan) -> UInt64 {
        if element.byteCount >= 8 { return element.word(at: 0).byteSwapped }
        var prefix: UInt64 = 0
        for index in 0..<element.byteCount {
            prefix |= UInt64(element[index]) << UInt64(56 - index * 8)
        }
        return prefix
    }

    @inline(__always)
    static func compare(_ a: RawSpan, _ b: RawSpan) -> Int { a.compare(b) }
}
