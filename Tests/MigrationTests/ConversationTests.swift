// What is said to servers, and what is made of their answers.

import Base
import Glibc
import Migration
import TestPeers
import Testing

@Suite("Conversations with servers")
struct ConversationTests {
    private func open(
        _ server: ScriptedServer, _ change: (inout ServerAddress) -> Void = { _ in }
    ) throws -> ServerLink {
        var address = try #require(ServerAddress(server.path))
        change(&address)
        return try ServerLink.open(address, LinkOptions())
    }

    /// What a download fails with; nothing is left in its folder.
    private func failure(_ replies: [String]) throws -> String {
        let folder = "/tmp/duet-download-\(getpid())-\(UInt32.random(in: 0 ... .max))"
        try Files.makeFolder(folder)
        defer { unsafe _ = rmdir(folder) }
        let server = try ScriptedServer(["+PONG\r\n"] + replies)
        var failure = ""
        let link = try open(server)
        do throws(MigrationFault) {
            _ = try SnapshotDownload.run(from: link, to: folder + "/file") { _ in }
        } catch {
            failure = error.description.replacing(server.path, with: "S")
        }
        #expect(try Files.names(inFolder: folder) == [])
        return failure
    }

    @Test("a login comes first, and what a server refuses is told with what to do")
    func login() throws {
        let server = try ScriptedServer(["+OK\r\n", "+PONG\r\n", "$24\r\n# Server\r\nduet_version:1\r\n\r\n"])
        var link = try open(server) { address in
            address.username = "me"
            address.password = "sesame"
        }
        #expect(try link.isDuet())
        #expect(server.requests == [["AUTH", "me", "sesame"], ["PING"], ["INFO", "server"]])
        for (reply, expected) in [
            ("-NOAUTH Authentication required.\r\n", "--password"), ("-LOADING Redis is loading\r\n", "in a while"),
            ("ERROR\r\n", "--resp-port"), ("HTTP/1.1 400 Bad Request\r\n", "does not speak RESP"), ("", "was closed"),
            ("$-1\r\n", "does not speak RESP"),
        ] {
            let server = try ScriptedServer([reply])
            #expect { _ = try open(server).server } throws: { "\($0)".contains(expected) }
        }
    }

    @Test("nobody there is told, too")
    func nobody() throws {
        let address = try #require(ServerAddress("/tmp/duet-nobody"))
        #expect { _ = try ServerLink.open(address, LinkOptions()).server } throws: {
            "\($0)".contains("/tmp/duet-nobody: connect: No such file") && "\($0)".contains("Does the server run")
        }
    }

    @Test("a download that cannot be whole leaves nothing, and says why")
    func downloads() throws {
        let agreed = ["+OK\r\n", "-ERR Unrecognized REPLCONF option: rdb-only\r\n"]
        #expect(try failure(["-NOPERM this user has no permissions\r\n"]).contains("ACL SETUSER"))
        #expect(try failure(agreed + ["-ERR unknown command 'SYNC'\r\n"]).contains("does not know SYNC"))
        let isReplica = try failure(agreed + ["\n\n-NOMASTERLINK Can't SYNC while not connected\r\n"])
        #expect(isReplica.contains("ask its primary"))
        #expect(try failure(agreed + ["+FULLRESYNC\r\n"]).contains("does not speak RESP"))
        #expect(try failure(agreed + ["\n\n"]).contains("while waiting for the snapshot"))
        #expect(try failure(agreed + ["$1000\r\nREDIS0010"]).contains("while receiving the snapshot"))
        #expect(try failure(agreed + ["$20\r\nHTTP/1.1 400 Bad Re"]).contains("no RDB file"))
        let bytes = "REDIS0010" + String(repeating: "x", count: 20)
        #expect(try failure(agreed + ["$29\r\n" + bytes]).contains("the snapshot is damaged"))
        let mark = String(repeating: "m", count: 40)
        #expect(try failure(agreed + ["$EOF:\(mark)\r\n\(bytes)\(mark)"]).contains("the snapshot is damaged"))
        #expect(try failure(agreed + ["$9\r\nREDIS0010"]).contains("ends too early"))
    }

    @Test("a folder that is not there is told before the server has any work")
    func noFolder() throws {
        let server = try ScriptedServer(["+PONG\r\n", "+OK\r\n"])
        #expect {
            _ = try SnapshotDownload.run(from: try open(server), to: "/tmp/duet-no-such-folder/file") { _ in }
        } throws: { "\($0)" == "cannot write /tmp/duet-no-such-folder/file: No such file or directory" }
        #expect(server.requests == [["PING"]])
    }
}
