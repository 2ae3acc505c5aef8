// Zipmaps, what small hashes were before Redis 2.6, and the whole numbers of small sets. Source: Redis 6.2 zipmap.c,
// zipmapValidateIntegrity; intset.c, intsetValidateIntegrity.

import Base

extension PackedReader {
    private static var sizeMark: UInt8 { 254 }

    /// | count of fields, 254 if more | field | value | ... | 255 |
    mutating func openZipmap() throws(RDBFault) {
        guard bytes.byteCount >= 2, bytes[bytes.byteCount - 1] == 255 else { throw .corrupt }
        claimedCount = bytes[0] < Self.sizeMark ? Int(bytes[0]) * 2 : nil
        place = 1
    }

    /// | size: 1, or 254 and 4 | of a value: unused bytes behind it, 1 | content | unused bytes |
    mutating func nextOfZipmap() throws(RDBFault) -> PackedElement? {
        guard rest > 0 else {
            try checkEnd()
            guard !isAtValue else { throw .corrupt }
            return nil
        }
        let short = bytes[place]
        guard short <= Self.sizeMark else { throw .corrupt }
        let isLong = short == Self.sizeMark
        var front = isLong ? 5 : 1
        try check(front)
        let size = isLong ? Int(bytes.halfWord(at: place + 1)) : Int(short)
        var unused = 0
        if isAtValue {
            try check(1, at: front)
            unused = Int(bytes[place + front])
            front += 1
        }
        try check(size + unused, at: front)
        let start = place + front
        place = start + size + unused
        isAtValue.toggle()
        count += 1
        return .bytes(start..<start + size)
    }

    // MARK: Whole numbers

    /// | size of a number: 4 | count: 4 | number, lowest byte first | ... |, ascending
    mutating func openIntegers() throws(RDBFault) {
        guard bytes.byteCount >= 8 else { throw .corrupt }
        numberSize = Int(bytes.halfWord(at: 0))
        let claimed = Int(bytes.halfWord(at: 4))
        guard numberSize == 2 || numberSize == 4 || numberSize == 8, bytes.byteCount == 8 + claimed * numberSize
        else { throw .corrupt }
        place = 8
    }

    mutating func nextInteger() throws(RDBFault) -> PackedElement? {
        guard place < bytes.byteCount else { return nil }
        let number = signed(at: place, bytes: numberSize)
        guard count == 0 || number > previousNumber else { throw .corrupt }
        previousNumber = number
        place += numberSize
        count += 1
        return .number(number)
    }
}
