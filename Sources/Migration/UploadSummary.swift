// What came of a file's keys, and how that is told.

import Base

/// Keys that had the same fate: how many, and the first of them.
public struct KeyTally: Sendable, Equatable {
    public struct Example: Sendable, Equatable {
        /// Its first 64 bytes.
        public var key: [UInt8]
        public var database: Int
        /// What the server said; "" if that goes without saying.
        public var reason: String
    }

    public private(set) var count = 0
    public private(set) var examples: [Example] = []

    mutating func note(_ key: [UInt8], _ database: Int, _ reason: String) {
        count += 1
        guard examples.count < MigrationLimits.examplesMax else { return }
        examples.append(Example(key: Array(key.prefix(64)), database: database, reason: reason))
    }

    /// A line that says what they are, and the first ones, each in a line; nothing if there are none.
    func lines(under title: @autoclosure () -> String) -> [String] { count > 0 ? [title()] + lines : [] }

    private var lines: [String] {
        var lines = examples.map { example in
            let key = String(decoding: example.key, as: UTF8.self).debugDescription
            let place = example.database == 0 ? "" : " in database \(example.database)"
            return "    \(key)\(place)" + (example.reason.isEmpty ? "" : ": \(example.reason)")
        }
        if count > examples.count { lines.append("    and \(count - examples.count) more") }
        return lines
    }
}

/// What an upload came to.
public struct UploadSummary: Sendable, Equatable {
    public var contents = SnapshotContents()
    public var isToDuet = false
    public var outcome = CopyOutcome()
    public var seconds = 0.0

    /// Whether there is a key now for each of the file.
    public var isComplete: Bool {
        outcome.fault == nil && outcome.refused.count == 0 && outcome.evicted == 0 && contents.moduleKeyCount == 0
            && outcome.libraries.refused.count == 0
    }

    /// Lines for people, each with its end.
    public var text: String {
        let amount = String(byteCount: contents.end)
        let stored = outcome.stored.keys
        var lines = ["\(stored) restored, from \(amount), in \(TransferProgress.time(seconds))"]
        lines += outcome.linesOfRest
        if contents.expiredCount > 0 { lines.append("\(contents.expiredCount.keys) had expired") }
        if !contents.modules.isEmpty {
            let names = contents.modules.joined(separator: ", ")
            lines.append("\(contents.moduleKeyCount.keys) of modules passed over (\(names))")
        }
        if !contents.isVerified { lines.append("The file has no checksum: only its form was checked") }
        if let fault = outcome.fault {
            let lost = contents.keyCount - outcome.answeredCount
            lines.append("Broken off with \(lost.keys) left, or their fate unknown: \(fault.description)")
        }
        return lines.joined(separator: "\n") + "\n"
    }
}

extension CopyOutcome {
    /// Of keys that are not there now, or not as they were.
    var linesOfRest: [String] {
        var lines = present.lines(
            under: "\(present.count.keys) there already, left as they are (--replace overwrites):")
        lines += refused.lines(under: "\(refused.count.keys) refused:")
        if flagsLost > 0 {
            lines.append("\(flagsLost.keys) without memcached's flags now: only Duet has a place for them")
        }
        if evicted > 0 {
            lines.append(
                "\(evicted.keys) evicted by the target meanwhile, to have room: some of those copied may be gone. "
                    + "Give it more memory.")
        }
        lines += libraries.lines
        return lines
    }
}

extension Int {
    /// So many keys, in words.
    var keys: String { self == 1 ? "1 key" : "\(self) keys" }
}
