// `duet migrate`: the keys of one server or file in another.

import ArgumentParser
import Base
import Migration

struct MigrateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "migrate",
        abstract: "Copy a memcached, a Redis, a Duet or a file into another one.",
        usage: "duet migrate --from <server or file> --to <server or file> [--replace] [--rate <n>] [--dry-run] "
            + "[--verify]",
        discussion: """
            A server is a URL, or HOST:PORT, which is asked what it speaks:
              memcached://[USER:PASSWORD@]HOST[:PORT]   memcacheds://… for TLS
              redis://[USER:PASSWORD@]HOST[:PORT]       rediss://… for TLS
              unix:///PATH, memcached+unix:///PATH, redis+unix:///PATH
            A file ends in .rdb or .aof (what redis-server finds as its appendonly.aof).
            A log of several files is its folder (appendonlydir) or its manifest, to read
            from only. Nothing of it is changed, its commands are done in memory, which
            must have room for all keys; of an end that was torn by a crash it is told
            how much was left out, as by a server (aof-load-truncated).

            Items keep their value, flags and time to live, and what only one side knows
            is told. memcached's keys are listed by its lru_crawler; CAS numbers come
            along to files and to memcacheds that take them, libraries of functions to all
            that have such (the source must allow FUNCTION DUMP). A key that is at the
            target already stays as it is, so a copy that broke off is gone on with by the
            same command: what is there already is not read again, only listed. --replace
            overwrites. --verify compares item by item afterwards. Ctrl-C ends in order,
            and tells what was copied; a second one ends at once.

            Examples:
              duet migrate --from memcached://old:11211 --to 127.0.0.1:6379 --verify
              duet migrate --from old:11211 --to backup.rdb --rate 5000
              duet migrate --from redis://:sesame@old --to redis://new:6380
              duet migrate --from dump.rdb --to memcached://cache --dry-run
              duet migrate --from /var/lib/redis/appendonlydir --to redis://new:6380

            Exit status: 0 if all is there, and with --verify the same; 1 if some is not;
            2 if nothing was copied; 3 if it broke off; 130 if it was interrupted.
            """)

    @Option(help: "Where the items are.")
    var from: String

    @Option(help: "Where they are to be.")
    var to: String

    @Flag(help: "Take the place of keys that are there already.")
    var replace = false

    @Option(help: "Items a second that the source is asked for; 0 is as many as go.")
    var rate = 20_000

    @Flag(help: "Read everything, tell what would be copied and what has no place, and write nothing.")
    var dryRun = false

    @Flag(help: "Compare item by item afterwards: value, type, flags, time to live.")
    var verify = false

    @Flag(help: "Only compare, without copying before.")
    var verifyOnly = false

    @OptionGroup
    var certificates: CertificateFiles

    @Option(help: "Seconds that a server may be silent.")
    var timeout = 60

    @Flag(name: .shortAndLong, help: "No progress, and nothing on success.")
    var quiet = false

    func validate() throws {
        _ = try ends
        if rate < 0 { throw ValidationError("--rate is in items a second, 0 or more.") }
        if timeout < 1 || timeout > 1_000_000 { throw ValidationError("--timeout is in seconds, 1 to 1000000.") }
        if dryRun && (verify || verifyOnly) {
            throw ValidationError("--dry-run copies nothing that could be verified.")
        }
    }

    private var ends: (from: CopyEnd, to: CopyEnd) {
        get throws {
            func end(_ text: String, _ option: String) throws -> CopyEnd {
                if let end = CopyEnd(text) { return end }
                throw ValidationError(
                    "\(option) '\(text)' is no server and no file: memcached://HOST:PORT, redis://HOST:PORT, "
                        + "HOST:PORT, FILE.rdb, FILE.aof or the folder of a log.")
            }
            let ends = (try end(from, "--from"), try end(to, "--to"))
            if ends.0 == ends.1 { throw ValidationError("--from and --to are the same.") }
            if (verify || verifyOnly) && !ends.0.isServer && !ends.1.isServer {
                throw ValidationError("--verify compares with a server, and both ends are files.")
            }
            return ends
        }
    }

    func run() throws {
        let (from, to) = try ends
        let line = ProgressLine(isShown: !quiet)
        var options = CopyOptions()
        options.replaces = replace
        options.rate = rate
        options.link = certificates.linkOptions(timeout: timeout)
        options.isStopped = { Interruption.hasCome }
        let logs = LogOpener()
        options.openLog = { path, progress throws(MigrationFault) in try logs.open(path, progress) }
        Interruption.watch(endsAtSecond: true)
        defer { Interruption.unwatch() }
        let copying = CopyRun(from: from, to: to, options) { line.show($0) }
        if dryRun {
            try tell(line) { () throws(MigrationFault) in try copying.tryOut() }
            return
        }
        var copied: CopySummary?
        if !verifyOnly { copied = try tell(line) { () throws(MigrationFault) in try copying.copy() } }
        if verify || verifyOnly {
            try tell(line) { () throws(MigrationFault) in try copying.compare(after: copied) }
        }
    }

    private enum Code {
        static let incomplete: Int32 = 1
        static let nothingDone: Int32 = 2
        static let brokenOff: Int32 = 3
        /// Source: shells, of a process that SIGINT ended.
        static let interrupted: Int32 = 130
    }

    @discardableResult
    private func tell(_ line: ProgressLine, _ body: () throws(MigrationFault) -> CopySummary) throws -> CopySummary {
        let summary: CopySummary
        do throws(MigrationFault) {
            summary = try body()
        } catch {
            line.clear()
            ProcessFacts.writeError("duet migrate: \(error)\n")
            throw ExitCode(error == .interrupted ? Code.interrupted : Code.nothingDone)
        }
        line.clear()
        guard summary.isComplete else {
            ProcessFacts.writeError(summary.text)
            let fault = summary.outcome.fault
            throw ExitCode(
                fault == .interrupted ? Code.interrupted : fault == nil ? Code.incomplete : Code.brokenOff)
        }
        if !quiet {
            print(summary.text, terminator: "")
        } else if !summary.warnings.isEmpty {
            ProcessFacts.writeError(summary.warnings.joined(separator: "\n") + "\n")
        }
        return summary
    }
}
