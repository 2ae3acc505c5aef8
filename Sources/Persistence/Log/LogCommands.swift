// The commands of a unit, one by one.

import Base

/// Goes over the commands of one unit after the other; copies nothing, and allocates only for more arguments than any
/// command before had.
///
///     var commands = LogCommands(file)
///     commands.begin(unit)
///     while commands.next() { apply(commands.argument(0), ...) }
struct LogCommands: ~Copyable, ~Escapable {
    private struct Argument: BitwiseCopyable {
        var start: Int
        var size: Int
    }

    private let scan: LogScan
    private let arguments = Scratch<Argument>(capacity: 64)
    private var place = 0
    private var end = 0
    private var start = 0

    /// Of the command that `next` came to, its name counted.
    private(set) var argumentCount = 0
    /// What the line directly before the command says of the item that it stores.
    private(set) var facts: LogItemFacts?

    @_lifetime(copy file)
    init(_ file: RawSpan) { scan = LogScan(file) }

    deinit { arguments.deallocate() }

    /// Goes to the beginning of a unit.
    /// - Parameter unit: as a `LogReader` of the same file returned it.
    mutating func begin(_ unit: LogUnit) {
        place = unit.start
        end = unit.end
        argumentCount = 0
        facts = nil
    }

    /// Goes to the next command; MULTI and EXEC are passed over.
    /// - Returns: false behind the last one.
    mutating func next() -> Bool {
        facts = nil
        while place < end {
            if scan.file[place] == UInt8(ascii: "#") {
                facts = nil
                switch scan.line(at: place) {
                case .item(let facts, let end):
                    self.facts = facts
                    place = end
                case .other(let end): place = end
                case .sum(let sum): place = sum.end
                // Only if somebody changed the file since.
                case .cut, .wrong: place = end
                }
                continue
            }
            let first = place
            let slots = arguments
            var count = 0
            let command = scan.command(at: first) { index, start, size in
                slots.reserve(index &+ 1)
                slots[index] = Argument(start: start, size: size)
                count = index &+ 1
            }
            guard case .whole(let behind) = command else { break }
            place = behind
            switch scan.border(slots[0].start, slots[0].size) {
            case .none:
                argumentCount = count
                start = first
                return true
            case .multi, .exec: facts = nil
            }
        }
        place = end
        argumentCount = 0
        return false
    }

    /// - Parameter index: below `argumentCount`; 0 is the command's name.
    @_lifetime(borrow self)
    func argument(_ index: Int) -> RawSpan {
        precondition(index >= 0 && index < argumentCount)
        let argument = arguments[index]
        return scan.file.slice(argument.start, argument.start &+ argument.size)
    }

    /// The command as it stands in the file, without lines before it.
    var bytes: RawSpan {
        @_lifetime(borrow self) get { scan.file.slice(start, place) }
    }
}
