// From a command's name to its row: a small open-addressing table over the name's bytes taken as two words. The few
// names that are longer are compared one by one.

import Base

/// What the request path needs to know of a command. The full story is its `CommandSpec`.
struct CommandRow: BitwiseCopyable {
    /// nil: there is no command of this name.
    var command: Command?
    /// Counts the name; -n means at least n.
    var arity: Int16
    /// The first key is argument 1, so its hash is computed while parsing.
    var hasKey: Bool
    /// Executed before anything behind it is parsed, for it may change how that is understood.
    var endsBatch: Bool

    static let unknown = CommandRow(command: nil, arity: 0, hasKey: false, endsBatch: true)
    static let get = CommandRow(command: .get, arity: 2, hasKey: true, endsBatch: false)
    static let set = CommandRow(command: .set, arity: -3, hasKey: true, endsBatch: false)

    @inline(__always)
    func accepts(count: Int) -> Bool { arity >= 0 ? count == Int(arity) : count >= -Int(arity) }
}

enum CommandTable {
    /// All specs by raw value. Off the request path.
    static let specs = Command.allCases.map(\.spec)

    /// Four times the commands of Redis 7: all of those would be found at 1.15 places on average (512: 1.6).
    private static let size = 1024

    struct Entry: BitwiseCopyable {
        var low: UInt64 = 0
        var high: UInt64 = 0
        var row = CommandRow.unknown
    }

    /// Pointer-free, so that reading it counts no reference. An empty entry has the name of no letters.
    static let entries: InlineArray<1024, Entry> = {
        var entries = InlineArray<1024, Entry>(repeating: Entry())
        for command in Command.allCases {
            let spec = command.spec
            if spec.name.utf8.count > wordsSize { continue }
            var words: (low: UInt64, high: UInt64) = (0, 0)
            for (index, byte) in spec.name.utf8.enumerated() {
                if index < 8 { words.low |= UInt64(byte) << (8 * index) }
                if index >= 8 { words.high |= UInt64(byte) << (8 * (index - 8)) }
            }
            var index = place(words.low | caseBits, words.high | caseBits)
            while entries[index].low != 0 { index = (index + 1) % size }
            entries[index] = Entry(low: words.low, high: words.high, row: row(of: command))
        }
        return entries
    }()

    /// Names of more than two words.
    private static let longNames: [(name: [UInt8], row: CommandRow)] = Command.allCases.compactMap { command in
        let name = Array(command.spec.name.utf8)
        return name.count > wordsSize ? (name, row(of: command)) : nil
    }

    private static let wordsSize = 16

    static func row(of command: Command) -> CommandRow {
        let spec = command.spec
        return CommandRow(
            command: command, arity: Int16(spec.arity), hasKey: spec.keys.first == 1,
            endsBatch: spec.keys.first != 1)
    }

    /// What a small letter has and a capital has not.
    private static let caseBits: UInt64 = 0x2020_2020_2020_2020

    /// Where the search for a name begins. Names that differ in these bits only begin at the same place.
    @inline(__always)
    private static func place(_ low: UInt64, _ high: UInt64) -> Int {
        let mixed = (low ^ (high &* 0x9E37_79B9_7F4A_7C15)) &* 0xD6E8_FEB8_6659_FD93
        return Int(truncatingIfNeeded: mixed >> 54)
    }

    /// The row of the command whose name lies in `input`, whatever the case of its letters.
    static func row(_ input: RawSpan, at offset: Int, size: Int) -> CommandRow {
        guard size > 0 && size <= wordsSize else { return longRow(input.slice(offset, offset &+ size)) }
        var low: UInt64 = 0
        var high: UInt64 = 0
        if offset &+ 16 <= input.byteCount {
            low = input.word(at: offset)
            high = input.word(at: offset &+ 8)
            if size < 8 {
                low &= 1 << UInt64(8 &* size) &- 1
                high = 0
            } else if size < 16 {
                high &= 1 << UInt64(8 &* (size &- 8)) &- 1
            }
        } else {
            for index in 0..<size {
                let byte = UInt64(input[offset &+ index])
                if index < 8 { low |= byte << UInt64(8 &* index) }
                if index >= 8 { high |= byte << UInt64(8 &* (index &- 8)) }
            }
        }
        return row(low, high)
    }

    @inline(never)
    private static func longRow(_ word: RawSpan) -> CommandRow {
        longNames.first { word.equalsIgnoringCase($0.name) }?.row ?? .unknown
    }

    @inline(__always)
    private static func row(_ low: UInt64, _ high: UInt64) -> CommandRow {
        var index = place(low | caseBits, high | caseBits)
        while true {
            let entry = entries[index]
            // The bits that decide the case count only where the name has a letter; the underscore has none.
            if low | entry.low & caseBits == entry.low && high | entry.high & caseBits == entry.high {
                return entry.row
            }
            if entry.low == 0 { return .unknown }
            index = (index &+ 1) & (size &- 1)
        }
    }
}
