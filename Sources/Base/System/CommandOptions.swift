// getopt_long as a function: arguments in, options out. Permutes, abbreviates and complains exactly as the C
// library does, which is what users of a C program's command line expect.

import CIntrinsics
import Glibc
import Synchronization

/// One option that a command line may hold.
public struct CommandOption: Sendable, Equatable {
    /// As in `-p`; nil for an option with a long name alone.
    public let letter: Character
    /// As in `--port`; nil for an option with a letter alone.
    public let name: String?
    public let takesArgument: Bool

    public init(_ letter: Character, _ name: String?, takesArgument: Bool = false) {
        precondition(letter.isASCII)
        self.letter = letter
        self.name = name
        self.takesArgument = takesArgument
    }
}

/// One option found; `?` stands for one that is unknown or lacks its argument: the C library has told
/// standard error.
public struct FoundOption: Sendable, Equatable {
    public let letter: Character
    public let argument: String?

    public init(_ letter: Character, _ argument: String? = nil) {
        self.letter = letter
        self.argument = argument
    }
}

// getopt_long keeps its place in global variables.
private let getoptLock = Mutex(())

/// All options in `arguments`, in order; stops behind the first `?`.
/// - Parameter arguments: the program's name first.
/// - Returns: the options, and the arguments that are none.
public func parseOptions(
    _ arguments: [String], _ known: [CommandOption]
) -> (options: [FoundOption], rest: [String]) {
    let letters = known.map { String($0.letter) + ($0.takesArgument ? ":" : "") }.joined()
    return getoptLock.withLock { _ in
        // SAFETY: all texts are copies that live until the end of this closure; both tables end with an empty
        // row.
        let texts = unsafe arguments.map { unsafe strdup($0) }
        let names = unsafe known.map { unsafe $0.name.map { unsafe strdup($0)! } }
        defer {
            unsafe texts.forEach { unsafe free($0) }
            unsafe names.forEach { unsafe free($0) }
        }
        var vector = unsafe texts + [nil]
        var table: [option] = unsafe []
        for index in known.indices {
            guard let name = unsafe names[index] else { continue }
            let letter = Int32(known[index].letter.asciiValue!)
            unsafe table.append(
                option(name: name, has_arg: known[index].takesArgument ? 1 : 0, flag: nil, val: letter))
        }
        unsafe table.append(option())
        duet_getopt_restart()  // 0 makes the GNU library start afresh.
        var found: [FoundOption] = []
        while true {
            let code = unsafe getopt_long(Int32(arguments.count), &vector, letters, table, nil)
            guard code != -1 else { break }
            let letter = Character(UnicodeScalar(UInt8(truncatingIfNeeded: code)))
            let argument = unsafe duet_getopt_argument().map { unsafe String(cString: $0) }
            found.append(FoundOption(letter, letter == "?" ? nil : argument))
            if letter == "?" { return (found, []) }
        }
        let rest = unsafe vector[Int(duet_getopt_index())..<arguments.count].compactMap { text in
            unsafe text.map { unsafe String(cString: $0) }
        }
        return (found, rest)
    }
}
