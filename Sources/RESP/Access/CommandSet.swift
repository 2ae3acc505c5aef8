// A set of commands and subcommands, one bit each.

/// By `CatalogueEntry.id`. The last bit stands for commands that are yet to come.
struct CommandSet: Equatable, Sendable {
    static let capacity = 1024
    static let future = capacity - 1
    static let none = CommandSet(words: [UInt64](repeating: 0, count: capacity / 64))
    static let all = CommandSet(words: [UInt64](repeating: .max, count: capacity / 64))

    private(set) var words: [UInt64]

    subscript(id: Int) -> Bool {
        get { words[id >> 6] >> UInt64(id & 63) & 1 != 0 }
        set {
            let bit: UInt64 = 1 << UInt64(id & 63)
            if newValue { words[id >> 6] |= bit } else { words[id >> 6] &= ~bit }
        }
    }

    /// A container brings its subcommands.
    mutating func set(_ entry: CatalogueEntry, _ isIn: Bool) {
        self[entry.id] = isIn
        for child in entry.children { self[child] = isIn }
    }

    mutating func set(category: UInt32, _ isIn: Bool) {
        for entry in CommandCatalogue.entries where entry.categories & category != 0 { set(entry, isIn) }
    }

    /// How many of a category's commands are in the set, and how many are not.
    func count(category: UInt32) -> (on: Int, off: Int) {
        var on = 0
        var off = 0
        for entry in CommandCatalogue.entries where entry.categories & category != 0 {
            if self[entry.id] { on += 1 } else { off += 1 }
        }
        return (on, off)
    }
}
