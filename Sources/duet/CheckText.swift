// What `duet check` prints: tables of what is in a file.

import Base
import Engine
import Persistence

enum CheckText {
    // MARK: Snapshots

    /// A snapshot in one line.
    static func line(_ summary: SnapshotSummary) -> String {
        "RDB version \(summary.version), \(String(byteCount: summary.size - summary.excess)), \(summary.keyCount) keys"
            + (summary.isVerified ? ", checksum right" : ", no checksum")
    }

    static func text(_ summary: SnapshotSummary) -> String {
        var text = "RDB version \(summary.version), \(String(byteCount: summary.size))"
        text += summary.isVerified ? ", checksum right\n" : ", no checksum\n"
        if !summary.fields.isEmpty {
            text += summary.fields.map { "\($0.name)=\($0.value)" }.joined(separator: " ") + "\n"
        }
        text += "\nkeys        \(summary.keyCount)"
        if summary.keysByDatabase.count > 1 {
            let parts = summary.keysByDatabase.sorted { $0.key < $1.key }.map { "db\($0.key) \($0.value)" }
            text += "   (" + parts.joined(separator: ", ") + ")"
        }
        text += "\nexpiring    \(summary.expiringCount)   (\(summary.expiredCount) of them are over)\n"
        if summary.flaggedCount > 0 { text += "with memcached flags   \(summary.flaggedCount)\n" }
        if summary.libraryCount > 0 { text += "libraries of functions   \(summary.libraryCount)\n" }
        if summary.excess > 0 { text += "bytes behind the end   \(summary.excess)\n" }
        guard summary.keyCount > 0 else { return text }
        text += "\ntype            keys        bytes   share\n"
        let total = max(1, summary.shares.values.reduce(0) { $0 + $1.bytes })
        for (kind, share) in summary.shares.sorted(by: { $0.value.bytes > $1.value.bytes }) {
            text += row(name(kind), 12, share.keys, share.bytes, of: total)
        }
        text += "\nlargest keys\n"
        for key in summary.largest {
            let shown = String(decoding: key.key, as: UTF8.self).debugDescription
            let size = padLeft(String(byteCount: key.bytes), 12)
            text += size + "  " + pad(name(key.kind), 8) + " db\(key.database) \(shown)\n"
        }
        return text
    }

    // MARK: Logs

    /// A file of commands in one line.
    static func line(_ summary: LogSummary) -> String {
        "\(String(byteCount: summary.commandsSize)) of commands, \(summary.commandCount) commands, \(sums(summary))"
    }

    static func text(_ summary: LogSummary) -> String {
        var text = "append log, \(String(byteCount: summary.commandsSize)) of commands, \(sums(summary))\n"
        text += "\nunits       \(summary.unitCount)   (\(summary.transactionCount) of them transactions)\n"
        let isMost = summary.keyCount >= LogSummary.keyCountMax
        text += "keys        \(summary.keyCount)\(isMost ? " or more" : "")"
        if !summary.databases.isEmpty {
            text += "   (in " + summary.databases.sorted().map { "db\($0)" }.joined(separator: ", ") + ")"
        }
        text += "\n"
        if summary.itemAnnotationCount > 0 {
            text += "with memcached flags or CAS   \(summary.itemAnnotationCount)\n"
        }
        if let first = summary.firstTime, let last = summary.lastTime {
            text += "written     from \(time(first)) to \(time(last))\n"
        }
        guard !summary.commands.isEmpty else { return text }
        text += "\ncommand             count        bytes   share\n"
        let total = max(1, summary.commands.values.reduce(0) { $0 + $1.bytes })
        let sorted = summary.commands.sorted { ($1.value.bytes, $0.key) < ($0.value.bytes, $1.key) }
        for (name, share) in sorted { text += row(printable(name), 17, share.count, share.bytes, of: total) }
        return text
    }

    private static func sums(_ summary: LogSummary) -> String {
        guard summary.sumCount > 0 else { return "no sums" }
        let share = summary.commandsSize > 0 ? min(100, summary.verifiedSize * 100 / summary.commandsSize) : 100
        return "sums right for \(share) % of it"
    }

    /// To the second.
    private static func time(_ seconds: Int64) -> String {
        let text = System.localTimeText(Milliseconds(min(seconds, 1 << 40) * 1000))
        return String(text.prefix { $0 != "." })
    }

    private static func printable(_ name: String) -> String {
        name.utf8.allSatisfy { (33...126).contains($0) } ? name : name.debugDescription
    }

    // MARK: Columns

    private static func row(_ name: String, _ width: Int, _ count: Int, _ size: Int, of total: Int) -> String {
        let bar = String(repeating: "█", count: (size * 30 + total / 2) / total)
        let columns = pad(name, width) + padLeft(String(count), 8) + padLeft(String(byteCount: size), 13)
        return columns + padLeft("\(size * 100 / total) %", 8) + "  \(bar)\n"
    }

    private static func name(_ kind: ValueKind) -> String {
        switch kind {
        case .string: "string"
        case .list: "list"
        case .set: "set"
        case .sortedSet: "zset"
        case .hash: "hash"
        case .stream: "stream"
        }
    }

    static func pad(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }

    private static func padLeft(_ text: String, _ width: Int) -> String {
        String(repeating: " ", count: max(0, width - text.count)) + text
    }
}
