// Requests in plain words, as a person types them into telnet or nc.

import Base

/// The words of one line, unquoted, one behind the other.
struct InlineRequest: ~Copyable {
    private(set) var words: [ArgumentSlot] = []
    private var bytes = OutputBuffer(capacity: 256)

    var span: RawSpan {
        @_lifetime(borrow self) borrowing get { bytes.span }
    }

    /// Splits `line`; nil if its quotes do not balance.
    /// Double quotes know \n \r \t \b \a and \xHH, single quotes know \'. A closing quote must be followed by a blank.
    /// Source: Redis sdssplitargs.
    init?(_ line: RawSpan) {
        var place = 0
        while true {
            while place < line.byteCount && Self.isBlank(line[place]) { place += 1 }
            guard place < line.byteCount else { return }
            let start = bytes.count
            guard let end = Self.word(line, from: place, into: &bytes) else { return nil }
            place = end
            words.append(ArgumentSlot(offset: UInt32(start), size: UInt32(bytes.count - start)))
        }
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == 32 || (byte >= 9 && byte <= 13) }

    /// Copies one word without its quotes; returns where it ended, or nil if a quote is not closed properly.
    private static func word(_ line: RawSpan, from start: Int, into bytes: inout OutputBuffer) -> Int? {
        var place = start
        while place < line.byteCount {
            let byte = line[place]
            // A NUL ends a word, too; Redis' lines are C strings.
            if byte == 0 { return line.byteCount }
            // Vertical tab and form feed stand between words, but do not end one.
            if isBlank(byte) && byte != 11 && byte != 12 { return place }
            if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") {
                return quoted(line, from: place + 1, by: byte, into: &bytes)
            }
            bytes.append(byte)
            place += 1
        }
        return place
    }

    private static func quoted(
        _ line: RawSpan, from start: Int, by quote: UInt8, into bytes: inout OutputBuffer
    ) -> Int? {
        var place = start
        while place < line.byteCount {
            let byte = line[place]
            if byte == quote {
                let next = place + 1
                return next == line.byteCount || isBlank(line[next]) ? next : nil
            }
            guard byte == UInt8(ascii: "\\") && place + 1 < line.byteCount else {
                bytes.append(byte)
                place += 1
                continue
            }
            if quote == UInt8(ascii: "'") {
                let isQuote = line[place + 1] == quote
                bytes.append(isQuote ? quote : byte)
                place += isQuote ? 2 : 1
            } else {
                place = escaped(line, at: place, into: &bytes)
            }
        }
        return nil
    }

    /// The escape at `place`, a backslash with at least one byte behind it. Returns where it ended.
    private static func escaped(_ line: RawSpan, at place: Int, into bytes: inout OutputBuffer) -> Int {
        let letter = line[place + 1]
        if letter == UInt8(ascii: "x"), place + 3 < line.byteCount,
            let high = hexadecimal(line[place + 2]), let low = hexadecimal(line[place + 3])
        {
            bytes.append(high << 4 | low)
            return place + 4
        }
        switch letter {
        case UInt8(ascii: "n"): bytes.append(10)
        case UInt8(ascii: "r"): bytes.append(13)
        case UInt8(ascii: "t"): bytes.append(9)
        case UInt8(ascii: "b"): bytes.append(8)
        case UInt8(ascii: "a"): bytes.append(7)
        default: bytes.append(letter)
        }
        return place + 2
    }

    private static func hexadecimal(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - 48
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - 87
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - 55
        default: nil
        }
    }
}
