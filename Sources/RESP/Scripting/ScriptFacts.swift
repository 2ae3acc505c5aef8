// What redis.call looks at of a command's row, as plain values.

import Base
import Engine

/// The part of a `CommandSpec` that scripts are judged by.
struct ScriptFacts: BitwiseCopyable {
    /// Which keys a command may touch.
    enum Reach: UInt8 {
        case nothing
        /// Those at fixed places.
        case places
        /// Those that its words tell.
        case words
        case everything
    }

    var reach = Reach.nothing
    /// Its only key is argument 1.
    var hasOneKey = false
    /// Its subcommands have facts of their own.
    var isContainer = false
    var isRefused = false
    var writes = false
    var needsMemory = false
    /// Done twice, it would not be as if done once, and it changes more than keys.
    var hasEffects = false
    private var first: Int16 = 0
    private var last: Int16 = 0
    private var step: Int16 = 1

    /// By raw value of `Command`.
    static let table = Command.allCases.map { ScriptFacts(CommandTable.specs[Int($0.rawValue)]) }

    init(_ spec: CommandSpec) {
        isContainer = !spec.subcommands.isEmpty
        isRefused = spec.flags.contains(.noScript)
        writes = spec.flags.contains(.write)
        needsMemory = spec.flags.contains(.deniedWhenFull)
        hasEffects = writes || spec.group == .pubsub
        let isFixed = spec.keys.first > 0 && !spec.flags.contains(.movableKeys)
        if isFixed {
            reach = .places
            first = Int16(spec.keys.first)
            last = Int16(spec.keys.last)
            step = Int16(spec.keys.step)
            hasOneKey = first == 1 && last == 1
        } else if spec.flags.contains(.movableKeys) {
            let isTold = spec.keys.ranges.allSatisfy { range in
                if case .content = range.start { return false }
                return true
            }
            reach = isTold && !spec.keys.ranges.isEmpty ? .words : .everything
        } else if writes || spec.flags.contains(.read) {
            reach = .everything
        }
    }

    /// Those of the subcommand that a request names.
    /// - Returns: with its code, as `RESPSession.lastCommand` would have it.
    static func of(
        _ command: Command, _ request: Request
    ) -> Result<(facts: ScriptFacts, code: Int), StaticRefusal> {
        let spec = CommandTable.specs[Int(command.rawValue)]
        guard request.count > 1 else { return .failure(.wrongCount(Int(command.rawValue))) }
        let name = request[1].copiedText().lowercased()
        guard let index = spec.subcommands.firstIndex(where: { $0.name == name }) else { return .failure(.unknown) }
        let found = spec.subcommands[index]
        let code = CallSubject.code(command, subcommand: index)
        guard found.arity >= 0 ? request.count == found.arity : request.count >= -found.arity else {
            return .failure(.wrongCount(code))
        }
        return .success((ScriptFacts(found), code))
    }

    /// The keys at fixed places of a request of `count` words.
    func eachPlace(_ count: Int, _ body: (Int) -> Void) {
        let end = last < 0 ? count &+ Int(last) : min(Int(last), count &- 1)
        var place = Int(first)
        while place <= end {
            body(place)
            place &+= Int(step)
        }
    }
}

/// Why there is no such subcommand.
enum StaticRefusal: Error {
    case unknown
    /// Of the arguments of this command or subcommand.
    case wrongCount(Int)

    /// Whose refusal it is; -1 is nobody's.
    var code: Int {
        switch self {
        case .unknown: -1
        case .wrongCount(let code): code
        }
    }

    var text: StaticString {
        switch self {
        case .unknown: "ERR Unknown Redis command called from script"
        case .wrongCount: "ERR Wrong number of args calling Redis command from script"
        }
    }
}
