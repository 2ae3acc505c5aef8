// Listpacks. Source: Redis 7 listpack.c, lpValidateIntegrity and lpValidateNext.

import Base

extension PackedReader {
    /// | size of all: 4 | count of entries, 65535 if more: 2 | entry | ... | 255 |
    mutating func openListpack() throws(RDBFault) {
        guard bytes.byteCount >= Listpack.emptySize, Int(bytes.halfWord(at: 0)) == bytes.byteCount,
            bytes[bytes.byteCount - 1] == Listpack.endMark
        else { throw .corrupt }
        place = Listpack.headerSize
        let claimed = Int(bytes.number(at: 4, bytes: 2))
        claimedCount = claimed == Listpack.countUnknown ? nil : claimed
    }

    /// | encoding and content | their size, seven bits a byte, to be read from behind |
    mutating func nextOfListpack() throws(RDBFault) -> PackedElement? {
        guard rest > 0 else {
            try checkEnd()
            return nil
        }
        let first = bytes[place]
        if first < 0xC0 {
            // Most entries: a number of one byte or a text of less than 64, and one byte behind.
            let size = first < 0x80 ? 1 : 1 &+ Int(first & 0x3F)
            guard size < rest, bytes[place &+ size] == UInt8(truncatingIfNeeded: size) else { throw .corrupt }
            let start = place &+ 1
            place &+= size &+ 1
            count &+= 1
            return first < 0x80 ? .number(Int64(first)) : .bytes(start..<start &+ (size &- 1))
        }
        let (element, size) = try listpackEntry(first)
        let backSize = Listpack.backSize(size)
        try check(size + backSize)
        for index in 0..<backSize {
            guard bytes[place + size + index] == Listpack.backByte(size, index, of: backSize) else { throw .corrupt }
        }
        place += size + backSize
        count += 1
        return element
    }

    /// The entry that begins with `first`, 0xC0 or more, and its size without what is behind it.
    private func listpackEntry(_ first: UInt8) throws(RDBFault) -> (PackedElement, Int) {
        if first < 0xE0 {
            try check(2)
            let number = Int64(first & 0x1F) << 8 | Int64(bytes[place + 1])
            return (.number(number < 4096 ? number : number - 8192), 2)
        }
        if first < 0xF0 {
            try check(2)
            return try listpackText(Int(first & 0x0F) << 8 | Int(bytes[place + 1]), front: 2)
        }
        switch first {
        case 0xF0:
            try check(5)
            return try listpackText(Int(bytes.halfWord(at: place + 1)), front: 5)
        case 0xF1, 0xF2, 0xF3, 0xF4:
            let size = first == 0xF4 ? 8 : Int(first) - 0xEF
            try check(1 + size)
            return (.number(signed(at: place + 1, bytes: size)), 1 + size)
        // An end mark before the end, or what no listpack has.
        default: throw .corrupt
        }
    }

    private func listpackText(_ size: Int, front: Int) throws(RDBFault) -> (PackedElement, Int) {
        try check(size, at: front)
        let start = place + front
        return (.bytes(start..<start + size), front + size)
    }
}
