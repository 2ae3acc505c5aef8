// Listpacks as they are written. Source: Redis 7 listpack.c.

import Base

/// Sizes and marks of the format.
enum Listpack {
    static let headerSize = 6
    static let emptySize = 7
    static let endMark: UInt8 = 255
    static let countUnknown = 65535

    /// How many bytes tell the size of an entry to those who come from behind.
    static func backSize(_ size: Int) -> Int {
        if size <= 127 { return 1 }
        if size < 16383 { return 2 }
        if size < 2_097_151 { return 3 }
        return size < 268_435_455 ? 4 : 5
    }

    /// The byte at `index` of those: the highest seven bits first, all but the first marked.
    static func backByte(_ size: Int, _ index: Int, of count: Int) -> UInt8 {
        let bits = UInt8(truncatingIfNeeded: size >> ((count - 1 - index) * 7)) & 127
        return index == 0 ? bits : bits | 128
    }

    /// Bytes that an element takes.
    static func size(of element: RawSpan) -> Int {
        let content: Int
        if let number = element.canonicalSignedDecimal() {
            content = size(of: number)
        } else {
            let count = element.byteCount
            content = count + (count < 64 ? 1 : count < 4096 ? 2 : 5)
        }
        return content + backSize(content)
    }

    /// Bytes that a number takes.
    static func entrySize(_ number: Int64) -> Int { size(of: number) + 1 }

    fileprivate static func size(of number: Int64) -> Int {
        switch number {
        case 0...127: 1
        case -4096...4095: 2
        case -32768...32767: 3
        case -8_388_608...8_388_607: 4
        case -2_147_483_648...2_147_483_647: 5
        default: 9
        }
    }
}

/// A listpack in the making. Used again and again.
struct ListpackWriter: ~Copyable {
    private var entries = OutputBuffer(capacity: 1024)
    private var count = 0

    /// Bytes of the listpack, header and end included.
    var size: Int { Listpack.emptySize + entries.count }

    mutating func append(_ element: RawSpan) {
        if let number = element.canonicalSignedDecimal() { return append(number) }
        let size = element.byteCount
        var front = 1
        if size < 64 {
            entries.append(0x80 | UInt8(size))
        } else if size < 4096 {
            entries.append(0xE0 | UInt8(size >> 8))
            entries.append(UInt8(size & 255))
            front = 2
        } else {
            entries.append(0xF0 as UInt8)
            entries.append(halfWord: UInt32(size))
            front = 5
        }
        entries.append(element)
        end(front + size)
    }

    mutating func append(_ number: Int64) {
        let size = Listpack.size(of: number)
        switch size {
        case 1: entries.append(UInt8(number))
        case 2:
            entries.append(0xC0 | UInt8(truncatingIfNeeded: (number & 0x1FFF) >> 8))
            entries.append(UInt8(truncatingIfNeeded: number))
        default:
            entries.append(size == 9 ? 0xF4 : UInt8(0xEE + size))
            for index in 0..<size - 1 { entries.append(UInt8(truncatingIfNeeded: number >> Int64(index * 8))) }
        }
        end(size)
    }

    /// Appends all that another one has.
    mutating func append(contentsOf other: borrowing ListpackWriter) {
        entries.append(other.entries.span)
        count += other.count
    }

    /// Whether both have the same elements.
    func equals(_ other: borrowing ListpackWriter) -> Bool { entries.span.equals(other.entries.span) }

    private mutating func end(_ size: Int) {
        let backSize = Listpack.backSize(size)
        for index in 0..<backSize { entries.append(Listpack.backByte(size, index, of: backSize)) }
        count += 1
    }

    /// Puts the whole listpack into `target`, in place of what that had, and starts anew.
    mutating func finish(in target: inout OutputBuffer) {
        target.removeAll()
        target.append(halfWord: UInt32(size))
        let claimed = min(count, Listpack.countUnknown)
        target.append(UInt8(claimed & 255))
        target.append(UInt8(claimed >> 8))
        target.append(entries.span)
        target.append(Listpack.endMark)
        removeAll()
    }

    mutating func removeAll() {
        entries.removeAll()
        count = 0
    }
}
