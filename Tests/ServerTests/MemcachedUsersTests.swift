// The RESP door's users at the memcached door: logging in by either protocol, and what is allowed there.

import Base
import Testing

@testable import Server

@Suite("Users at the memcached door")
struct MemcachedUsersTests {
    private func withServer(_ body: (TestServer) throws -> Void) throws {
        let server = try TestServer {
            $0.memcachedHasUsers = true
            $0.accessUsers = [
                ["all", "on", ">pw", "+@all", "~*", "&*"],
                ["some", "on", ">pw", "-@all", "+get", "+set", "+getex", "~a*", "%R~r*"],
                ["none", "on", ">pw", "~*", "&*"], ["off", "off", ">pw", "+@all", "~*"],
            ]
        }
        defer { server.finish() }
        try body(server)
    }

    private func client(_ server: TestServer, _ user: String) throws -> TestClient {
        let client = try server.memcached()
        #expect(client.ask("set x 0 0 \(user.utf8.count + 3)\r\n\(user) pw") == ["STORED"])
        return client
    }

    /// One command of each verb, its block with it.
    private static let commands = [
        "get a", "gets a", "gat 0 a", "gats 0 a", "set a 0 0 1\r\nx", "add a 0 0 1\r\nx", "replace a 0 0 1\r\nx",
        "append a 0 0 1\r\nx",
        "prepend a 0 0 1\r\nx", "cas a 0 0 1 1\r\nx", "delete a", "incr a 1", "decr a 1", "touch a 0", "mg a v",
        "ms a 1\r\nx", "md a",
        "ma a", "me a", "flush_all", "verbosity 1", "stats", "stats items", "stats reset", "stats detail on",
        "stats cachedump 1 1",
        "cache_memlimit 100", "slabs automove 1", "lru mode flat", "shutdown", "refresh_certs",
        "lru_crawler metadump all",
        "lru_crawler enable", "watch",
    ]

    @Test("nobody does anything before logging in, and with a wrong name or password nobody logs in")
    func strangers() throws {
        try withServer { server in
            for command in Self.commands where !command.contains("\r\n") {
                #expect(try server.memcached().ask(command) == ["CLIENT_ERROR unauthenticated"], "\(command)")
            }
            for login in ["all px", "stranger pw", "off pw"] {
                let client = try server.memcached()
                let reply = client.ask("set x 0 0 \(login.utf8.count)\r\n\(login)")
                #expect(reply == ["CLIENT_ERROR authentication failure"])
                #expect(client.ask("get a") == ["CLIENT_ERROR unauthenticated"])
            }
            let admin = try server.resp()
            #expect(admin.ask("ACL LOG 1", lines: 12).contains("auth"))
        }
    }

    @Test("a user without permissions does nothing")
    func nothingAllowed() throws {
        try withServer { server in
            for command in Self.commands {
                let client = try client(server, "none")
                #expect(client.ask(command) == ["CLIENT_ERROR no permission"], "\(command)")
                #expect(client.ask("version")[0].hasPrefix("VERSION"))
            }
            #expect(try server.resp().ask("DBSIZE") == [":0"])
        }
    }

    @Test("keys and verbs are judged as those of the commands that do the same")
    func some() throws {
        try withServer { server in
            let all = try client(server, "all")
            #expect(all.ask("set r1 0 0 1\r\n1") == ["STORED"] && all.ask("set b 0 0 1\r\n1") == ["STORED"])
            let some = try client(server, "some")
            let refusal = ["CLIENT_ERROR no permission"]
            #expect(some.ask("set a1 0 0 1\r\nx") == ["STORED"] && some.ask("get a1 r1", lines: 5).last == "END")
            #expect(some.ask("gat 0 a1", lines: 3).last == "END" && some.ask("mg a1 v", lines: 2) == ["VA 1", "x"])
            for command in [
                "set r1 0 0 1\r\nx", "set b 0 0 3\r\nget", "get a1 b", "gat 0 r1", "mg b v", "mg YjI= b v",
                "delete a1", "incr a1 1",
                "append a1 0 0 1\r\nx", "ms a1 1 MA\r\nx", "mg r1 N0 v", "ms b 1\r\nx",
            ] {
                #expect(some.ask(command) == refusal, "\(command)")
            }
            let quiet = try client(server, "some")
            #expect(quiet.ask("set b 0 0 1 noreply\r\nx\r\nget a1", lines: 3).last == "END")
            #expect(all.ask("get b", lines: 3)[1] == "1")
        }
    }

    @Test("a change of rules holds from the next request on, and a deleted user's conversation is over")
    func changes() throws {
        try withServer { server in
            let admin = try server.resp()
            let all = try client(server, "all")
            #expect(all.ask("set a 0 0 1\r\nx") == ["STORED"])
            #expect(admin.ask("ACL SETUSER all -set") == ["+OK"])
            #expect(all.ask("set a 0 0 1\r\ny") == ["CLIENT_ERROR no permission"])
            #expect(all.ask("get a", lines: 3)[1] == "x")
            #expect(admin.ask("ACL SETUSER all +@all") == ["+OK"] && all.ask("set a 0 0 1\r\ny") == ["STORED"])
            #expect(admin.ask("ACL DELUSER all") == [":1"])
            all.send("get a\r\n")
            #expect(all.isClosedByPeer)
        }
    }

    @Test("datagrams cannot log in, and there is one list of users")
    func contradictions() {
        #expect(throws: StartError.self) {
            _ = try TestServer {
                $0.memcachedHasUsers = true
                $0.memcachedUDPPort = -1
            }
        }
        var loader = ConfigurationLoader(Personality.duet.defaults)
        #expect(throws: ConfigurationError.self) {
            try loader.load(arguments: ["--memcached-auth", "yes", "--memcached-auth-file", "/x"])
            _ = try loader.finish(for: .duet)
        }
    }
}
