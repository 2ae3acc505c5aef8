// `duet restore`: a file's keys in a running server.

import ArgumentParser
import Base
import Migration

struct RestoreCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore",
        abstract: "Bring the keys and functions of an RDB file into a running server, Duet or Redis.",
        usage: "duet restore <file> [<server>] [--replace] [--user <user>] [--password <password>] [--quiet]",
        discussion: """
            FILE may be of any server and version up to Redis 7.2 (RDB 11). It is read to
            its end first: nothing is sent of one that is damaged. Keys go to the
            databases that they were in, with their TTLs; those that have expired are
            left out. A key that is there already stays as it is, unless --replace is
            given. memcached's flags come along from a Duet to a Duet, libraries of functions
            to every server that has such; what belongs to modules does not.

            The server is HOST:PORT, PORT, a URL (redis://USER:PASSWORD@HOST:PORT,
            rediss:// for TLS) or a unix socket's path with a slash in it; without one
            127.0.0.1:6379.

            Examples:
              duet restore backup.rdb
              duet restore /var/lib/redis/dump.rdb cache:6379
              duet restore backup.rdb --replace       what is in the file wins
              duet restore backup.rdb rediss://:sesame@cache:6390 --cacert ca.pem

            Exit status: 0 if there is a key now for each of the file; 1 if some were
            refused or passed over, or it broke off; 2 if nothing was sent.
            """)

    @Argument(help: "The RDB file.")
    var file: String

    @Argument(help: "The server. (default: 127.0.0.1:6379)")
    var server: String?

    @Flag(help: "Take the place of keys that are there already.")
    var replace = false

    @OptionGroup
    var options: ServerOptions

    func validate() throws { _ = try options.server(server) }

    func run() throws {
        let server = try options.server(server)
        let line = ProgressLine(isShown: !options.quiet)
        var upload = UploadOptions()
        upload.replaces = replace
        let summary: UploadSummary
        do throws(MigrationFault) {
            let link = try ServerLink.open(server, options.linkOptions)
            summary = try SnapshotUpload(to: link, upload) { line.show($0) }.run(file)
        } catch {
            line.clear()
            ProcessFacts.writeError("duet restore: \(error)\n")
            throw ExitCode(2)
        }
        line.clear()
        if summary.isComplete {
            if !options.quiet { print(summary.text, terminator: "") }
        } else {
            ProcessFacts.writeError(summary.text)
            throw ExitCode(1)
        }
    }
}
