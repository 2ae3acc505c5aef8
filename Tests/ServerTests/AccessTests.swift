// Users in redis.conf and in a file of their own: read at start, kept, and refused whole.

import Base
import Glibc
import RESP
import Synchronization
import Testing

@testable import Server

@Suite("Users of the server")
struct AccessTests {
    private func load(_ text: String) throws -> Configuration {
        var loader = ConfigurationLoader(Personality.redis.defaults)
        try loader.load(text: Array(text.utf8), name: "test.conf")
        return try loader.finish(for: .redis)
    }

    private func temporaryFile(_ text: String) throws -> String {
        let path = "/tmp/duet-acl-\(getpid())-\(UInt32.random(in: 0 ... .max))"
        try Files.replace(path, with: text)
        return path
    }

    @Test("lines of redis.conf make users, and the default user asks for a password")
    func lines() throws {
        let settings = try load("""
            user default on >"a b" ~* +@all
            user ann on nopass ~ann:* (+get ~other) +@all -@dangerous
            USER bob
            """)
        #expect(settings.accessUsers.map(\.[0]) == ["default", "ann", "bob"])
        let server = try TestServer { $0.accessUsers = settings.accessUsers }
        defer { server.finish() }
        let client = try server.resp()
        #expect(client.ask("GET ann:1") == ["-NOAUTH Authentication required."])
        #expect(client.ask("AUTH \"a b\"") == ["+OK"])
        #expect(client.ask("ACL LIST", lines: 7)[4] == "user bob off resetchannels -@all")
        #expect(client.ask("AUTH ann x") == ["+OK"] && client.ask("SET ann:1 x") == ["+OK"])
        #expect(client.ask("SET other x")[0].hasPrefix("-NOPERM") && client.ask("GET other") == ["$-1"])
        #expect(client.ask("FLUSHALL")[0].hasPrefix("-NOPERM"))
    }

    @Test("a line that is wrong stops the start, and is named")
    func wrong() {
        let unknown = "Unknown command or category name in ACL"
        let duplicate = "Duplicate user found. A user can only be defined once in config files"
        for (text, reason) in [
            ("user x +foo", "Error loading ACL rule '+foo' for the user named 'x': \(unknown)"),
            ("user x %~", "Error loading ACL rule '%~' for the user named 'x': Syntax error"),
            ("user x on\nuser x off", "Error in user declaration 'x': \(duplicate)"),
            ("user", "Bad directive or wrong number of arguments"),
            ("user \"a b\" on", "Spaces not allowed in ACL usernames"),
            ("user x (+get", "Unmatched parenthesis in acl selector starting at '(+get'."),
        ] {
            #expect { _ = try load(text) } throws: { ($0 as? ConfigurationError)?.reason == reason }
        }
        #expect(throws: ConfigurationError.self) { _ = try load("user x on\naclfile /tmp/x") }
        #expect(throws: ConfigurationError.self) { _ = try load("acl-pubsub-default maybe") }
    }

    @Test("a file of users is loaded and saved; one that is wrong changes nothing, and no server starts with it")
    func file() throws {
        let path = try temporaryFile("user ann on nopass ~a* +@all\nuser default on >first ~* &* +@all\n")
        defer { Files.remove(path) }
        let server = try TestServer { $0.accessFile = path }
        defer { server.finish() }
        let client = try server.resp()
        #expect(client.ask("GET a") == ["-NOAUTH Authentication required."] && client.ask("AUTH first") == ["+OK"])
        let ann = try server.resp()
        #expect(ann.ask("AUTH ann x") == ["+OK"])
        #expect(client.ask("ACL SETUSER bob on nopass -@all +get") == ["+OK"] && client.ask("ACL SAVE") == ["+OK"])
        #expect(String(decoding: try Files.read(path), as: UTF8.self) == """
            user ann on nopass ~a* resetchannels +@all
            user bob on nopass resetchannels -@all +get
            user default on #a7937b64b8caa58f03721bb6bacf5c78cb235febe0e70b1b84cd99541461a08e ~* &* +@all\n
            """)
        try Files.replace(path, with: "user ann on\nuser bob +foo\nusr\n")
        #expect(client.ask("ACL LOAD") == [
            "-ERR \(path):2: Error in applying operation '+foo': Unknown command or category name in ACL. "
                + "\(path):3 should start with user keyword followed by the username. "
                + "WARNING: ACL errors detected, no change to the previously active ACL rules was performed"
        ])
        #expect(client.ask("ACL USERS", lines: 7)[4] == "bob" && ann.ask("GET a") == ["$-1"])
        #expect(throws: StartError.self) { _ = try TestServer { $0.accessFile = path } }
        #expect(throws: StartError.self) { _ = try TestServer { $0.accessFile = "/nonexistent/users" } }
        try Files.replace(path, with: "user carl on nopass +@all\n")
        // The default user is as at first if the file has none; all others' connections end.
        #expect(client.ask("ACL LOAD") == ["+OK"])
        #expect(client.ask("ACL USERS", lines: 5) == ["*2", "$4", "carl", "$7", "default"])
        #expect(ann.isClosedByPeer)
    }

    @Test("CONFIG REWRITE writes users where users were")
    func rewriting() throws {
        let text = "# mine\nuser old on\nport 1\nuser other off\n"
        let users = ["user a", "user b", "user c"]
        #expect(rewritten(text, withUsers: users) == "# mine\nuser a\nport 1\nuser b\nuser c\n")
        #expect(rewritten(text, withUsers: ["user a"]) == "# mine\nuser a\nport 1\n")
        #expect(rewritten(text, withUsers: []) == "# mine\nport 1\n")
        let path = try temporaryFile("user ann on nopass +@all\n")
        defer { Files.remove(path) }
        let server = try TestServer {
            $0.configurationFile = path
            $0.accessUsers = [["ann", "on", "nopass", "+@all"]]
        }
        defer { server.finish() }
        let client = try server.resp()
        #expect(client.ask("ACL SETUSER ann -get") == ["+OK"] && client.ask("CONFIG REWRITE") == ["+OK"])
        let written = String(decoding: try Files.read(path), as: UTF8.self)
        #expect(written == "user ann on nopass resetchannels +@all -get\nuser default on nopass ~* &* +@all\n")
        let again = try load(written)
        #expect(again.accessUsers.count == 2)
    }

    @Test("a deleted user's connection is closed though it says nothing; the default user's password is for strangers")
    func connections() throws {
        let server = try TestServer()
        defer { server.finish() }
        let admin = try server.resp()
        #expect(admin.ask("ACL SETUSER ann on nopass +@all allkeys") == ["+OK"])
        let ann = try server.resp()
        #expect(ann.ask("AUTH ann x") == ["+OK"])
        #expect(admin.ask("ACL DELUSER ann") == [":1"])
        #expect(ann.isClosedByPeer)
        let control = server.assembly.control
        #expect(control.state.withLock { $0.respFrontEnd?.letsEverybodyIn } == true)
        #expect(admin.ask("CONFIG SET requirepass x") == ["+OK"])
        #expect(control.state.withLock { $0.respFrontEnd?.letsEverybodyIn } == false)
        #expect(admin.ask("CONFIG SET requirepass \"\"") == ["+OK"])
        #expect(control.state.withLock { $0.respFrontEnd?.letsEverybodyIn } == true)
    }
}
