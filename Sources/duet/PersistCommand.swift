// `duet persist`: a running server's data on the disk, or not.

import ArgumentParser
import Base
import Migration
import Persistence

struct PersistCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "persist",
        abstract: "Have a running Duet (or Redis) keep its data on the disk, or not.",
        discussion: """
            The server is HOST:PORT, PORT, a URL (redis://USER:PASSWORD@HOST:PORT,
            rediss:// for TLS) or a unix socket's path; without one 127.0.0.1:6379. A
            Duet that was started as memcached needs a door for it: --resp-port 6379.

            Examples:
              duet persist status
              duet persist on --fsync always
              duet persist off cache:6379

            Files go to the folder that the server was started with (--dir). What is
            switched holds until it ends; so that it is there at the next start, give it
            `--appendonly yes --dir DIR`, or say so in its file.
            """, subcommands: [On.self, Off.self, Status.self])

    /// The server that it is about.
    struct Target: ParsableArguments {
        @Argument(help: "The server. (default: 127.0.0.1:6379)")
        var server: String?

        @OptionGroup
        var options: ServerOptions

        /// Connects and talks; a fault is told, and the exit code 2.
        func ask<R>(_ body: (inout PersistenceSwitch) throws(MigrationFault) -> R) throws -> R {
            let address = try options.server(server)
            do throws(MigrationFault) {
                var link = PersistenceSwitch(try ServerLink.open(address, options.linkOptions))
                return try body(&link)
            } catch {
                ProcessFacts.writeError("duet persist: \(error)\n")
                throw ExitCode(2)
            }
        }
    }

    struct Status: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Tell what the server keeps, and where.")

        @OptionGroup
        var target: Target

        func run() throws {
            let facts = try target.ask { link throws(MigrationFault) in try link.facts() }
            print(facts.text, terminator: "")
        }
    }

    struct Off: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Turn the append log and snapshots off. The files stay where they are.")

        @OptionGroup
        var target: Target

        func run() throws {
            let facts = try target.ask { link throws(MigrationFault) in
                try link.turnOff()
                return try link.facts()
            }
            if !target.options.quiet { print(facts.text, terminator: "") }
        }
    }

    struct On: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Turn the append log and snapshots on, wait until all is on the disk, and read it back.")

        @Option(help: "When the log is synced: always, everysec or no. (default: as it is set)")
        var fsync: String?

        @Option(
            help: "When snapshots are made, as in redis.conf; \"\" is never. (default: as set, or Redis' own)")
        var save: String?

        /// Redis' own.
        private static let defaultPoints = "3600 1 300 100 60 10000"

        @OptionGroup
        var target: Target

        func validate() throws {
            if let fsync, LogSyncPolicy(rawValue: fsync) == nil {
                throw ValidationError("--fsync is always, everysec or no.")
            }
        }

        func run() throws {
            let line = ProgressLine(isShown: !target.options.quiet)
            let facts = try target.ask { link throws(MigrationFault) in
                defer { line.clear() }
                let points = try link.facts().savePoints
                try link.turnOn(syncPolicy: fsync, savePoints: save ?? (points.isEmpty ? Self.defaultPoints : points))
                return try link.waitForBase { _, seconds in
                    line.show("the server writes what it has, for \(TransferProgress.time(seconds))")
                }
            }
            if !target.options.quiet { print(facts.text, terminator: "") }
            try prove(facts)
        }

        /// Reads the log as `duet check` does, where it is on this machine.
        private func prove(_ facts: PersistenceFacts) throws {
            guard Files.size(facts.manifestPath) != nil else {
                if !target.options.quiet {
                    print("\(facts.manifestPath) is not on this machine: `duet check` there reads it back.")
                }
                return
            }
            let proof: LogProof
            do throws(SystemError) {
                proof = try LogProof(facts.manifestPath)
            } catch {
                ProcessFacts.writeError("duet persist: cannot read the log back: \(error)\n")
                throw ExitCode(1)
            }
            guard proof.fault == nil else {
                ProcessFacts.writeError("duet persist: \(proof.fault!)\n")
                throw ExitCode(1)
            }
            if !target.options.quiet {
                let keys = proof.keyCount == 1 ? "1 key" : "\(proof.keyCount) keys"
                let commands = proof.commandCount == 1 ? "1 command" : "\(proof.commandCount) commands"
                print("read back    whole: \(keys) in the base, \(commands) since")
            }
        }
    }
}

/// A log that somebody writes was read to its present end.
private struct LogProof {
    private(set) var keyCount = 0
    private(set) var commandCount = 0
    /// What is wrong; nil is nothing.
    private(set) var fault: String?

    init(_ manifest: String) throws(SystemError) {
        let (set, fault) = try LogSet.read(manifest)
        self.fault = fault
        guard let set else { return }
        for (index, entry) in set.files.enumerated() {
            try read(entry, isLast: index == set.files.count - 1)
        }
    }

    private mutating func read(_ entry: LogSet.File, isLast: Bool) throws(SystemError) {
        var start = 0
        if try FileKind.isSnapshot(entry.path) {
            let summary = try SnapshotCheck.run(entry.path) { _, _ in }
            keyCount += summary.keyCount
            if let fault = summary.fault { self.fault = "\(entry.path) is damaged \(fault)" }
            start = summary.size - summary.excess
            guard try FileKind.hasCommands(entry.path, at: start) else { return }
        }
        let summary = try LogCheck.run(entry.path, from: start) { _, _ in }
        commandCount += summary.commandCount
        // At the end of the last one the server is writing.
        guard let damage = summary.damage, !(isLast && damage.isTorn) else { return }
        fault = "\(entry.path) is damaged \(damage.description)"
    }
}
