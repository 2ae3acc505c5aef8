// `duet check`: the command line of the file checks.

import ArgumentParser
import Base
import Glibc
import Persistence

struct CheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Read a snapshot or an append log to its end: is it whole, and what is in it?",
        discussion: """
            FILE is a snapshot (RDB file), a file of commands (AOF), the manifest of an append log, or the
            folder that such a log lies in: then all its files are read, in their order. Values of snapshots
            are read as a start of the server would, and checksums verified. Nothing is changed without --fix.

            --fix cuts a file of commands behind the last one that is whole and right, after a copy of it
            was made beside it (FILE.bak). It says what will go, and asks. Of a log only the last file is
            cut: what follows on another one builds on what would go. A snapshot cannot be cut.

            Examples:
              duet check dump.rdb
              duet check /var/lib/redis/dump.rdb --quiet && echo whole
              duet check /var/lib/duet/appendonlydir
              duet check --fix /var/lib/duet/appendonlydir          asks before it cuts
              duet check --fix --yes appendonlydir/appendonly.aof.3.incr.aof

            Exit status: 0 for what is whole, or is so now; 1 for what is damaged, 2 if it cannot be read.
            """)

    @Argument(help: "The file, or the folder of an append log.")
    var file: String

    @Flag(help: "Say only what is wrong.")
    var quiet = false

    @Flag(help: "Cut a damaged file of commands behind its last whole command or transaction.")
    var fix = false

    @Flag(help: "With --fix: do not ask.")
    var yes = false

    func validate() throws {
        if yes && !fix { throw ValidationError("--yes is for --fix.") }
    }

    func run() throws {
        let isWhole: Bool
        do throws(SystemError) {
            switch try FileKind(of: file) {
            case .folder: isWhole = try checkFolder()
            case .manifest: isWhole = try checkLog(file)
            case .commands: isWhole = try checkCommands(file)
            case .snapshot: isWhole = try checkSnapshot(file)
            }
        } catch {
            Files.write("\(error)\n", to: STDERR_FILENO)
            throw ExitCode(2)
        }
        if !isWhole { throw ExitCode(1) }
    }

    // MARK: Single files

    private func checkSnapshot(_ path: String) throws(SystemError) -> Bool {
        let summary = try readSnapshot(path)
        say(CheckText.text(summary))
        if let fault = summary.fault {
            tellDamage(ofSnapshot: path, fault)
            return false
        }
        if try FileKind.hasCommands(path, at: summary.size - summary.excess) {
            say("\n")
            return try checkCommands(path, from: summary.size - summary.excess)
        }
        say("The file is whole.\n")
        return true
    }

    private func checkCommands(_ path: String, from start: Int = 0) throws(SystemError) -> Bool {
        let summary = try readCommands(path, from: start)
        say(CheckText.text(summary))
        if let damage = summary.damage {
            complain("\(path) is damaged \(damage.description)\n")
            return try repair(path, from: start, damage)
        }
        say("The file is whole.\n")
        return true
    }

    private func tellDamage(ofSnapshot path: String, _ fault: String) {
        complain("\(path) is damaged \(fault)\n")
        complain(
            "What lies before can be read, but a server refuses to start with it. Use a backup, or move the file "
                + "away to start empty.\n")
    }

    /// Cuts, if that is wished.
    /// - Returns: whether the file is whole now.
    private func repair(_ path: String, from start: Int, _ damage: LogDamage) throws(SystemError) -> Bool {
        let repair = LogRepair(path: path, damage: damage)
        guard fix else {
            complain(repair.advice)
            return false
        }
        guard try repair.run(asks: !yes) else { return false }
        if let damage = try readCommands(path, from: start).damage {
            complain("\(path) is still damaged \(damage.description)\n")
            return false
        }
        say("The file is whole now.\n")
        return true
    }

    // MARK: Logs of several files

    private func checkFolder() throws(SystemError) -> Bool {
        let manifests = try LogSet.manifests(inFolder: file)
        if let only = manifests.first, manifests.count == 1 { return try checkLog(only) }
        if manifests.isEmpty { throw SystemError(call: "\(file): no manifest of an append log", code: ENOENT) }
        complain("There are several logs here; which one?\n" + manifests.map { "  duet check \($0)\n" }.joined())
        throw SystemError(call: file, code: EINVAL)
    }

    private func checkLog(_ path: String) throws(SystemError) -> Bool {
        let (set, fault) = try LogSet.read(path)
        guard let set else {
            complain("\(path) is damaged: \(fault ?? "")\n")
            return false
        }
        var total = LogSummary()
        var isWhole = true
        for (index, entry) in set.files.enumerated() {
            let isLast = index == set.files.count - 1
            isWhole = try checkPart(entry, isLast: isLast, &total) && isWhole
        }
        if total.unitCount > 0 { say("\n" + CheckText.text(total)) }
        if !set.history.isEmpty { say("needed no more: " + set.history.joined(separator: " ") + "\n") }
        if !set.strangers.isEmpty { say("not in the manifest: " + set.strangers.joined(separator: " ") + "\n") }
        if isWhole { say("The log is whole.\n") }
        return isWhole
    }

    /// One file of a log: told in a line.
    private func checkPart(
        _ entry: LogSet.File, isLast: Bool, _ total: inout LogSummary
    ) throws(SystemError) -> Bool {
        let label = CheckText.pad(entry.name, 32) + (entry.role == .base ? " base       " : " increment  ")
        guard Files.size(entry.path) != nil else {
            complain("\(entry.path) is in the manifest, but not there\n")
            return false
        }
        var start = 0
        if try FileKind.isSnapshot(entry.path) {
            let summary = try readSnapshot(entry.path)
            say(label + CheckText.line(summary) + "\n")
            if let fault = summary.fault {
                tellDamage(ofSnapshot: entry.path, fault)
                return false
            }
            start = summary.size - summary.excess
            guard try FileKind.hasCommands(entry.path, at: start) else { return true }
        }
        let summary = try readCommands(entry.path, from: start)
        say(label + CheckText.line(summary) + "\n")
        total.add(summary)
        guard let damage = summary.damage else { return true }
        complain("\(entry.path) is damaged \(damage.description)\n")
        if isLast { return try repair(entry.path, from: start, damage) }
        let exception = damage.isTorn ? ", unless nothing in what follows had been on the disk" : ""
        complain(
            "It is not the last file: what follows builds on what is wrong or missing here. A server refuses to start "
                + "with it\(exception). Use a backup; or cut this file alone (`duet check --fix \(entry.path)`) and "
                + "take those behind it out of the manifest, to keep what lies before.\n")
        return false
    }

    // MARK: Reading

    private func readSnapshot(_ path: String) throws(SystemError) -> SnapshotSummary {
        let summary = try SnapshotCheck.run(path, progress: showProgress)
        clearProgress()
        return summary
    }

    private func readCommands(_ path: String, from start: Int) throws(SystemError) -> LogSummary {
        let summary = try LogCheck.run(path, from: start, progress: showProgress)
        clearProgress()
        return summary
    }

    private var showsProgress: Bool { !quiet && Files.isTerminal(STDERR_FILENO) }

    private func showProgress(_ done: Int, _ total: Int) {
        guard showsProgress else { return }
        Files.write("\r\(done * 100 / max(1, total)) % of \(String(byteCount: total))  ", to: STDERR_FILENO)
    }

    private func clearProgress() {
        if showsProgress { Files.write("\r\u{1B}[K", to: STDERR_FILENO) }
    }

    private func say(_ text: String) {
        if !quiet { Files.write(text, to: STDOUT_FILENO) }
    }

    private func complain(_ text: String) { Files.write(text, to: STDERR_FILENO) }
}
