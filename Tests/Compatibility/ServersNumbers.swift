// What is each server's own in memcached's replies, made comparable.

/// CAS numbers are counted in the order they are met, so that the same one must come again where it does at the other
/// server; times are rounded; what tells of memory is left out.
struct ServersNumbers {
    private var ordinals: [UInt64: Int] = [:]
    /// The numbers seen of each key, the latest last.
    private var history: [String: [UInt64]] = [:]

    /// The CAS number that `key` had `back` numbers ago, 1 for the latest.
    func cas(of key: String, back: Int) -> String {
        let numbers = history[key, default: []]
        return back <= numbers.count ? String(numbers[numbers.count - back]) : "777777777"
    }

    mutating func comparable(_ reply: [UInt8], _ key: String) -> [UInt8] {
        var out: [UInt8] = []
        for line in reply.split(separator: 10, omittingEmptySubsequences: false) {
            if !out.isEmpty || line.startIndex > 0 { out.append(10) }
            out += isHead(line) ? head(line, key) : Array(line)
        }
        return out
    }

    private func isHead(_ line: ArraySlice<UInt8>) -> Bool {
        ["VALUE ", "VA ", "HD ", "NS ", "EX ", "ME "].contains { line.starts(with: $0.utf8) }
    }

    private mutating func head(_ line: ArraySlice<UInt8>, _ key: String) -> [UInt8] {
        var words = shownWhole(line).split(separator: " ", omittingEmptySubsequences: false).map(String.init)
        let end = words[words.count - 1].hasSuffix("\r") ? "\r" : ""
        words[words.count - 1].removeLast(end.isEmpty ? 0 : 1)
        if words[0] == "VALUE" {
            if words.count == 5 { words[4] = ordinal(words[4], words[1]) }
        } else {
            for index in 1..<words.count { words[index] = comparable(word: words[index], key) }
        }
        return bytes(words.joined(separator: " ") + end)
    }

    private func shownWhole(_ line: ArraySlice<UInt8>) -> String {
        var text = String.UnicodeScalarView()
        for byte in line { text.append(Unicode.Scalar(byte)) }
        return String(text)
    }

    private mutating func comparable(word: String, _ key: String) -> String {
        func rest(_ prefix: String) -> String? {
            guard word.hasPrefix(prefix), UInt64(word.dropFirst(prefix.count)) != nil else { return nil }
            return String(word.dropFirst(prefix.count))
        }
        if let number = rest("cas=") { return "cas=" + ordinal(number, key) }
        if let number = rest("c") { return "c" + ordinal(number, key) }
        if let seconds = rest("t") { return "t" + rounded(seconds) }
        // 1.6.18 shows the time left as a negative number.
        if let seconds = rest("exp=") ?? rest("exp=-") { return "exp=" + (word == "exp=-1" ? "-1" : rounded(seconds)) }
        if rest("l") != nil { return "l" }
        if rest("la=") != nil { return "la=" }
        if rest("cls=") != nil { return "cls=" }
        if rest("size=") != nil { return "size=" }
        return word
    }

    private mutating func ordinal(_ number: String, _ key: String) -> String {
        guard let number = UInt64(number), number != 0 else { return number }
        if history[key, default: []].last != number { history[key, default: []].append(number) }
        let ordinal = ordinals[number] ?? ordinals.count + 1
        ordinals[number] = ordinal
        return "<\(ordinal)>"
    }

    /// Seconds to the nearest hundred, far ones to the nearest ten thousand: the drawer's times are wider apart.
    private func rounded(_ seconds: String) -> String {
        let seconds = Int(seconds)!
        // 1.6.18 shows what has just run out as a negative number cut to 32 bits.
        if seconds > 4_000_000_000 { return "0" }
        let unit = seconds > 10_000_000 ? 10_000 : 100
        return String((seconds + unit / 2) / unit * unit)
    }
}
