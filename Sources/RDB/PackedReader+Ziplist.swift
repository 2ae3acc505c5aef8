// Ziplists, what listpacks were before Redis 7. Source: Redis 6.2 ziplist.c, ziplistValidateIntegrity.

import Base

extension PackedReader {
    private static var headerSize: Int { 10 }

    /// | size of all: 4 | where the last entry begins: 4 | count of entries, 65535 if more: 2 | entry | ... | 255 |
    mutating func openZiplist() throws(RDBFault) {
        guard bytes.byteCount > Self.headerSize, Int(bytes.halfWord(at: 0)) == bytes.byteCount,
            bytes[bytes.byteCount - 1] == 255
        else { throw .corrupt }
        place = Self.headerSize
        claimedTail = Int(bytes.halfWord(at: 4))
        let claimed = Int(bytes.number(at: 8, bytes: 2))
        claimedCount = claimed == 65535 ? nil : claimed
    }

    /// | size of the entry before: 1, or 254 and 4 | encoding | content |
    mutating func nextOfZiplist() throws(RDBFault) -> PackedElement? {
        guard rest > 0 else {
            try checkEnd()
            guard claimedTail == place - previousSize else { throw .corrupt }
            return nil
        }
        let start = place
        let short = bytes[place]
        guard short < 255 else { throw .corrupt }
        let isLong = short == 254
        try check(isLong ? 5 : 1)
        guard (isLong ? Int(bytes.halfWord(at: place + 1)) : Int(short)) == previousSize else { throw .corrupt }
        place += isLong ? 5 : 1
        try check(1)
        let element = try ziplistContent(bytes[place])
        previousSize = place - start
        count += 1
        return element
    }

    private mutating func ziplistContent(_ first: UInt8) throws(RDBFault) -> PackedElement {
        switch first {
        case 0x00...0x3F: return try ziplistText(Int(first), front: 1)
        case 0x40...0x7F:
            try check(2)
            return try ziplistText(Int(first & 0x3F) << 8 | Int(bytes[place + 1]), front: 2)
        case 0x80...0xBF:
            try check(5)
            return try ziplistText(Int(bytes.halfWord(at: place + 1).byteSwapped), front: 5)
        case 0xC0: return try ziplistNumber(2)
        case 0xD0: return try ziplistNumber(4)
        case 0xE0: return try ziplistNumber(8)
        case 0xF0: return try ziplistNumber(3)
        case 0xFE: return try ziplistNumber(1)
        case 0xF1...0xFD:
            place += 1
            return .number(Int64(first & 0x0F) - 1)
        default: throw .corrupt
        }
    }

    private mutating func ziplistText(_ size: Int, front: Int) throws(RDBFault) -> PackedElement {
        try check(size, at: front)
        place += front + size
        return .bytes(place - size..<place)
    }

    private mutating func ziplistNumber(_ size: Int) throws(RDBFault) -> PackedElement {
        try check(1 + size)
        place += 1 + size
        return .number(signed(at: place - size, bytes: size))
    }
}
