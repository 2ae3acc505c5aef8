// `duet check`: the command line of the file checks.

import ArgumentParser
import Base
import Engine
import Glibc
import Persistence

struct CheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Read a snapshot (RDB file) to its end: is it whole, and what is in it?",
        discussion: """
            Reads each value as a start of the server would, and the checksum. The file is not changed.

            Examples:
              duet check dump.rdb
              duet check /var/lib/redis/dump.rdb --quiet && echo whole

            Exit status: 0 for a whole file, 1 for a damaged one, 2 if it cannot be read.
            """)

    @Argument(help: "The file.")
    var file: String

    @Flag(help: "Say only what is wrong.")
    var quiet = false

    func run() throws {
        let showsProgress = !quiet && Files.isTerminal(STDERR_FILENO)
        let summary: SnapshotSummary
        do throws(SystemError) {
            summary = try SnapshotCheck.run(file) { done, total in
                guard showsProgress else { return }
                Files.write("\r\(done * 100 / max(1, total)) % of \(Self.bytes(total))  ", to: STDERR_FILENO)
            }
        } catch {
            Files.write("\(error)\n", to: STDERR_FILENO)
            throw ExitCode(2)
        }
        if showsProgress { Files.write("\r\u{1B}[K", to: STDERR_FILENO) }
        if !quiet { Files.write(Self.text(summary), to: STDOUT_FILENO) }
        if let fault = summary.fault {
            Files.write("\(file) is damaged \(fault)\n", to: STDERR_FILENO)
            Files.write(
                "What lies before can be read, but a server refuses to start with it. Use a backup, or move the file "
                    + "away to start empty.\n", to: STDERR_FILENO)
            throw ExitCode(1)
        }
        if !quiet { Files.write("The file is whole.\n", to: STDOUT_FILENO) }
    }

    private static func text(_ summary: SnapshotSummary) -> String {
        var text = "RDB version \(summary.version), \(bytes(summary.size))"
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
            let bar = String(repeating: "█", count: (share.bytes * 30 + total / 2) / total)
            text += pad(name(kind), 12) + padLeft(String(share.keys), 8) + padLeft(bytes(share.bytes), 13)
            text += padLeft("\(share.bytes * 100 / total) %", 8) + "  \(bar)\n"
        }
        text += "\nlargest keys\n"
        for key in summary.largest {
            let shown = String(decoding: key.key, as: UTF8.self).debugDescription
            text += padLeft(bytes(key.bytes), 12) + "  " + pad(name(key.kind), 8) + " db\(key.database) \(shown)\n"
        }
        return text
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

    private static func bytes(_ count: Int) -> String {
        if count < 1024 { return "\(count) B" }
        var value = Double(count)
        var unit = ""
        for next in ["KiB", "MiB", "GiB", "TiB"] where value >= 1024 {
            value /= 1024
            unit = next
        }
        return "\((value * 10).rounded() / 10) \(unit)"
    }

    private static func pad(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }

    private static func padLeft(_ text: String, _ width: Int) -> String {
        String(repeating: " ", count: max(0, width - text.count)) + text
    }
}
