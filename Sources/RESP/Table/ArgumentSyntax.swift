// The arguments of a command, from the short notation of its row to the tree that COMMAND DOCS prints.

/// One argument, or a group of them.
struct ArgumentSyntax: Equatable {
    enum Kind: String {
        case key, string, integer, double, pattern
        case unixTime = "unix-time"
        case pureToken = "pure-token"
        case oneof, block
    }

    var name: String
    var kind: Kind
    /// The word that announces the argument.
    var token: String?
    var isOptional = false
    var isMultiple = false
    var parts: [ArgumentSyntax] = []

    /// Reads `key value [NX|XX] [EX seconds|PX milliseconds] [(a b)...]`: upper case or a sign is a token, lower case
    /// an argument, brackets make optional, parentheses group, a bar separates choices, `...` repeats, `name:type`
    /// names the type where the name does not tell it.
    static func parse(_ text: String) -> [ArgumentSyntax] {
        var reader = Reader(text: Array(text.utf8))
        let parsed = reader.sequence()
        precondition(reader.isAtEnd, "unbalanced brackets in a row of the command table")
        return parsed
    }

    private struct Reader {
        let text: [UInt8]
        var place = 0

        var isAtEnd: Bool { place == text.count }

        /// Arguments up to a bar, a closing bracket or the end. A token takes the argument behind it.
        mutating func sequence() -> [ArgumentSyntax] {
            var found: [ArgumentSyntax] = []
            var token: String?
            while place < text.count {
                let byte = text[place]
                if byte == UInt8(ascii: " ") {
                    place += 1
                    continue
                }
                if byte == UInt8(ascii: "|") || byte == UInt8(ascii: "]") || byte == UInt8(ascii: ")") { break }
                var item: ArgumentSyntax
                if byte == UInt8(ascii: "[") || byte == UInt8(ascii: "(") {
                    item = group()
                } else {
                    let word = word()
                    if !word.first!.isLowercase {
                        if let token { found.append(pure(token)) }
                        token = word
                        continue
                    }
                    item = argument(word)
                }
                if text[place...].starts(with: "...".utf8) {
                    place += 3
                    item.isMultiple = true
                }
                if let announced = token {
                    item.token = announced
                    token = nil
                }
                found.append(item)
            }
            if let token { found.append(pure(token)) }
            return found
        }

        private mutating func group() -> ArgumentSyntax {
            let isOptional = text[place] == UInt8(ascii: "[")
            place += 1
            var choices = [sequence()]
            while place < text.count && text[place] == UInt8(ascii: "|") {
                place += 1
                choices.append(sequence())
            }
            place += 1
            var items = choices.map { $0.count == 1 ? $0[0] : block($0) }
            var item: ArgumentSyntax
            if items.count == 1 {
                item = items.removeFirst()
            } else {
                item = ArgumentSyntax(name: "options", kind: .oneof, parts: items)
            }
            if isOptional { item.isOptional = true }
            return item
        }

        private mutating func word() -> String {
            let start = place
            while place < text.count, !" |[]()".utf8.contains(text[place]),
                !text[place...].starts(with: "...".utf8)
            {
                place += 1
            }
            precondition(place > start, "a stray character in a row of the command table")
            return String(decoding: text[start..<place], as: UTF8.self)
        }

        private func pure(_ token: String) -> ArgumentSyntax {
            ArgumentSyntax(name: token.lowercased(), kind: .pureToken, token: token)
        }

        private func block(_ parts: [ArgumentSyntax]) -> ArgumentSyntax {
            ArgumentSyntax(name: parts.map(\.name).joined(separator: "_"), kind: .block, parts: parts)
        }

        private func argument(_ word: String) -> ArgumentSyntax {
            let pieces = word.split(separator: ":", maxSplits: 1).map(String.init)
            if pieces.count == 2, let kind = Kind(rawValue: pieces[1]) {
                return ArgumentSyntax(name: pieces[0], kind: kind)
            }
            let kind: Kind =
                switch word {
                case "key": .key
                case "pattern": .pattern
                case "seconds", "milliseconds": .integer
                case "unix-time-seconds", "unix-time-milliseconds": .unixTime
                default: .string
                }
            return ArgumentSyntax(name: word, kind: kind)
        }
    }
}
