// `duet dump`: a running server as a file.

import ArgumentParser
import Base
import Migration

struct DumpCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dump",
        abstract: "Save all keys of a running server, Duet or Redis, to an RDB file.",
        usage: "duet dump [<server>] <file> [--user <user>] [--password <password>] [--tls] [--quiet]",
        discussion: """
            The file is one point in time: the server goes on meanwhile and nobody
            waits. It has its name only when it is whole, its checksum is right, and it
            is on the disk; one that was there before is replaced then. All databases,
            types and TTLs are in it, and of a Duet memcached's flags. `duet check` shows
            what is in a file, `duet restore` brings it into a running server, and Duet
            and redis-server load it at a start (as dump.rdb in their folder).

            The server is HOST:PORT, PORT, a URL (redis://USER:PASSWORD@HOST:PORT,
            rediss:// for TLS) or a unix socket's path with a slash in it; without one
            127.0.0.1:6379. A Duet that was started as memcached needs a door for this:
            --resp-port 6379.

            Examples:
              duet dump backup.rdb
              duet dump cache.example.com:6379 /var/backups/cache.rdb
              duet dump rediss://me:sesame@cache:6390 cache.rdb --cacert ca.pem
              REDISCLI_AUTH=sesame duet dump /run/redis.sock cache.rdb --quiet
              duet dump old:6379 all.rdb && duet restore all.rdb new:6379

            Exit status: 0, or 1 if there is no new file.
            """)

    @Argument(help: ArgumentHelp("The server, if it is not 127.0.0.1:6379, and the file.", valueName: "server> <file"))
    var words: [String]

    @OptionGroup
    var options: ServerOptions

    func validate() throws {
        guard words.count == 1 || words.count == 2 else {
            throw ValidationError("What is wanted is a file, or a server and a file: duet dump [HOST:PORT] FILE")
        }
        _ = try options.server(words.count == 2 ? words[0] : nil)
        if words.count == 1 && words[0].contains("://") {
            throw ValidationError("Which file? duet dump \(words[0]) FILE")
        }
    }

    func run() throws {
        let file = words[words.count - 1]
        let server = try options.server(words.count == 2 ? words[0] : nil)
        let line = ProgressLine(isShown: !options.quiet)
        do throws(MigrationFault) {
            let link = try ServerLink.open(server, options.linkOptions)
            let summary = try SnapshotDownload.run(from: link, to: file) { line.show($0) }
            line.clear()
            if options.quiet { return }
            let size = String(byteCount: summary.size)
            print(
                "\(file): \(size) of \(server) in \(TransferProgress.time(summary.seconds)), "
                    + (summary.isVerified ? "checksum right" : "which has no checksum"))
        } catch {
            line.clear()
            ProcessFacts.writeError("duet dump: \(error)\n")
            throw ExitCode(1)
        }
    }
}
