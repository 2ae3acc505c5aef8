// Lines of words as Redis writes them in its files: quotes, escapes. Not on the request path.

/// Words of one line, quotes resolved; nil if a quote is not closed or runs on into the next word.
/// Source: Redis sdssplitargs.
public func words(ofLine line: some Sequence<UInt8>) -> [[UInt8]]? {
    let bytes = Array(line)
    var words: [[UInt8]] = []
    var index = 0
    while true {
        while index < bytes.count && isBlank(bytes[index]) { index += 1 }
        guard index < bytes.count else { return words }
        var word: [UInt8] = []
        while index < bytes.count && !isBlank(bytes[index]) {
            switch bytes[index] {
            case UInt8(ascii: "\""), UInt8(ascii: "'"):
                guard let end = appendQuoted(bytes, from: index, to: &word) else { return nil }
                guard end == bytes.count || isBlank(bytes[end]) else { return nil }
                index = end
            default:
                word.append(bytes[index])
                index += 1
            }
        }
        words.append(word)
    }
}

private func isBlank(_ byte: UInt8) -> Bool { byte == 32 || (9...13).contains(byte) || byte == 0 }

/// Takes over the quoted text that starts at `start`; returns where it ends, or nil if it does not.
private func appendQuoted(_ bytes: [UInt8], from start: Int, to word: inout [UInt8]) -> Int? {
    let quote = bytes[start]
    let knowsEscapes = quote == UInt8(ascii: "\"")
    var index = start + 1
    while index < bytes.count {
        let byte = bytes[index]
        if byte == quote { return index + 1 }
        if byte == UInt8(ascii: "\\"), index + 1 < bytes.count {
            let next = bytes[index + 1]
            if knowsEscapes, next == UInt8(ascii: "x"), index + 3 < bytes.count,
                let high = hexDigit(bytes[index + 2]), let low = hexDigit(bytes[index + 3])
            {
                word.append(high << 4 | low)
                index += 4
                continue
            }
            if knowsEscapes || next == quote {
                word.append(knowsEscapes ? escaped(next) : next)
                index += 2
                continue
            }
        }
        word.append(byte)
        index += 1
    }
    return nil
}

private func hexDigit(_ byte: UInt8) -> UInt8? {
    Character(UnicodeScalar(byte)).hexDigitValue.map { UInt8($0) }
}

private func escaped(_ letter: UInt8) -> UInt8 {
    switch letter {
    case UInt8(ascii: "n"): 10
    case UInt8(ascii: "r"): 13
    case UInt8(ascii: "t"): 9
    case UInt8(ascii: "b"): 8
    case UInt8(ascii: "a"): 7
    default: letter
    }
}

/// A word as it must stand on such a line to be read back.
public func quotedWord(_ word: String) -> String {
    let isPlain =
        !word.isEmpty && word.utf8.allSatisfy { (33...126).contains($0) && $0 != 34 && $0 != 39 && $0 != 92 }
    guard !isPlain else { return word }
    var text = "\""
    for byte in word.utf8 {
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): text += "\\" + String(UnicodeScalar(byte))
        case 32...126: text += String(UnicodeScalar(byte))
        default: text += "\\x" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }
    }
    return text + "\""
}
