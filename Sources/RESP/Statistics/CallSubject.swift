// What calls are counted by: commands, and in the place of those that have subcommands each of these.

/// A command as `RESPSession.lastCommand` has it: its raw value, and its subcommand's index plus one above that.
/// Subjects number them without gaps: commands by their raw values, subcommands behind them.
enum CallSubject {
    private static let commandBits = 8

    static func code(_ command: Command, subcommand index: Int) -> Int {
        Int(command.rawValue) | (index + 1) << commandBits
    }

    private static let layout: (first: [Int], count: Int) = {
        var next = CommandTable.specs.count
        var first: [Int] = []
        for spec in CommandTable.specs {
            first.append(next)
            next += spec.subcommands.count
        }
        return (first, next)
    }()

    /// All subjects: 0 ..< count.
    static var count: Int { layout.count }

    @inline(__always)
    static func index(of code: Int) -> Int {
        if code < 1 << commandBits { return code }
        return subcommandIndex(code)
    }

    @inline(never)
    private static func subcommandIndex(_ code: Int) -> Int {
        layout.first[code & (1 << commandBits - 1)] + (code >> commandBits) - 1
    }

    static func spec(of code: Int) -> CommandSpec {
        let spec = CommandTable.specs[code & (1 << commandBits - 1)]
        let subcommand = (code >> commandBits) - 1
        return subcommand >= 0 && subcommand < spec.subcommands.count ? spec.subcommands[subcommand] : spec
    }

    /// Every subject with its full name, such as `get` and `config|set`.
    static let named: [(subject: Int, name: String)] = {
        var named: [(Int, String)] = []
        for (index, spec) in CommandTable.specs.enumerated() {
            named.append((index, spec.name))
            for (place, subcommand) in spec.subcommands.enumerated() {
                named.append((layout.first[index] + place, "\(spec.name)|\(subcommand.name)"))
            }
        }
        return named
    }()
}
