// A script as all workers know it: its text, and what its first line and its runs say of it.

import Base
import Scripting
import Synchronization

/// What a script may do and needs. Source: Redis script flags.
struct ScriptFlags: OptionSet, Sendable {
    let rawValue: UInt8
    static let noWrites = ScriptFlags(rawValue: 1)
    static let allowsFullMemory = ScriptFlags(rawValue: 2)
    static let allowsStale = ScriptFlags(rawValue: 4)
    static let noCluster = ScriptFlags(rawValue: 8)
    static let allowsManySlots = ScriptFlags(rawValue: 16)
    /// A script without a first line that tells flags: each of its commands is judged by itself.
    static let untold = ScriptFlags(rawValue: 32)

    /// In the words of a script's first line.
    static let names: [(ScriptFlags, String)] = [
        (.noWrites, "no-writes"), (.allowsFullMemory, "allow-oom"), (.allowsStale, "allow-stale"),
        (.noCluster, "no-cluster"), (.allowsManySlots, "allow-cross-slot-keys"),
    ]
}

/// What is known of the keys that a script touches.
enum ScriptReach: UInt8, AtomicRepresentable {
    /// It has not run yet.
    case unknown
    /// It touched none but its declared keys.
    case declaredKeys
    /// It touches others.
    case anyKeys
}

/// A script of the cache, or a function of a library. Shared by all workers.
final class Script: Sendable {
    /// 40 digits; a function's own.
    let name: String
    let isFunction: Bool
    let flags: ScriptFlags
    /// With the first line, in which only its end counts.
    let source: [UInt8]
    /// Where the program begins: at the end of the line that tells flags.
    let programStart: Int
    let reach = Atomic<ScriptReach>(.unknown)

    init(name: String, flags: ScriptFlags, source: [UInt8], programStart: Int) {
        self.name = name
        self.flags = flags
        self.source = source
        self.programStart = programStart
        isFunction = false
    }

    /// A function, whose code is its library's.
    init(functionName: String, _ flags: ScriptFlags) {
        name = functionName
        self.flags = flags
        source = []
        programStart = 0
        isFunction = true
    }

    /// The most that is held for it, its compiled forms left out.
    var size: Int { source.count + 192 }

    /// The first line's claims; the text of a refusal if it makes no sense. Source: Redis 7 evalExtractShebangFlags.
    static func readFirstLine(_ source: RawSpan) -> Result<(flags: ScriptFlags, start: Int), Refusal> {
        guard source.byteCount >= 2 && source[0] == UInt8(ascii: "#") && source[1] == UInt8(ascii: "!") else {
            return .success((.untold, 0))
        }
        guard let end = source.firstIndex(of: 10) else { return .failure(Refusal("Invalid script shebang")) }
        let words = source.slice(0, end).copiedText().split(whereSeparator: { $0 == " " || $0 == "\t" || $0 == "\r" })
        guard words.first == "#!lua" else {
            return .failure(Refusal("Unexpected engine in script shebang: \(words.first ?? "")"))
        }
        var flags: ScriptFlags = []
        for word in words.dropFirst() {
            guard word.hasPrefix("flags=") else { return .failure(Refusal("Unknown lua shebang option: \(word)")) }
            for flag in word.dropFirst(6).split(separator: ",", omittingEmptySubsequences: false) where !flag.isEmpty {
                guard let known = ScriptFlags.names.first(where: { $0.1 == flag }) else {
                    return .failure(Refusal("Unexpected flag in script shebang: \(flag)"))
                }
                flags.insert(known.0)
            }
        }
        return .success((flags, end))
    }
}

/// Why a text is no script, without an error's code.
struct Refusal: Error {
    let text: String
    init(_ text: String) { self.text = text }
}
