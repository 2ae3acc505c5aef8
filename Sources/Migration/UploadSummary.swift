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

    fileprivate var lines: [String] {
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
    /// Keys that are there now.
    public var restored = 0
    /// Were there already, and are as they were.
    public var present = KeyTally()
    /// The server did not take them.
    public var refused = KeyTally()
    /// Sent to a server that has no place for what only Duet knows of an item.
    public var flagsLost = 0
    public var seconds = 0.0
    /// Why not all was sent.
    public var fault: MigrationFault?

    var answeredCount: Int { restored + present.count + refused.count }

    /// Whether there is a key now for each of the file.
    public var isComplete: Bool { fault == nil && refused.count == 0 && contents.moduleKeyCount == 0 }

    /// Lines for people, each with its end.
    public var text: String {
        let amount = String(byteCount: contents.end)
        var lines = ["\(Self.keys(restored)) restored, from \(amount), in \(TransferProgress.time(seconds))"]
        if present.count > 0 {
            lines.append("\(Self.keys(present.count)) there already, left as they are (--replace overwrites):")
            lines += present.lines
        }
        if refused.count > 0 {
            lines.append("\(Self.keys(refused.count)) refused:")
            lines += refused.lines
        }
        if contents.expiredCount > 0 { lines.append("\(Self.keys(contents.expiredCount)) had expired") }
        if flagsLost > 0 {
            lines.append("\(Self.keys(flagsLost)) without memcached's flags now: only Duet has a place for them")
        }
        if contents.libraryCount > 0 {
            lines.append("\(contents.libraryCount) libraries of functions passed over: only keys are restored")
        }
        if !contents.modules.isEmpty {
            let names = contents.modules.joined(separator: ", ")
            lines.append("\(Self.keys(contents.moduleKeyCount)) of modules passed over (\(names))")
        }
        if !contents.isVerified { lines.append("The file has no checksum: only its form was checked") }
        let lost = contents.keyCount - answeredCount
        if let fault {
            lines.append("Broken off with \(Self.keys(lost)) left, or their fate unknown: \(fault.description)")
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func keys(_ count: Int) -> String { count == 1 ? "1 key" : "\(count) keys" }
}
