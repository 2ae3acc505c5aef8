// Logging in, by text and by SASL: who may talk, what strangers hear, and when files are read again.

import Base
import Glibc
import Testing

@testable import Memcached

/// A file of the test's own, removed at its end.
final class PasswordText {
    let path: String

    init(_ text: String) throws {
        path = "/tmp/duet-passwords-\(getpid())-\(UInt64.random(in: 0...UInt64.max))"
        try write(text)
    }

    func write(_ text: String) throws { try Files.replace(path, with: text) }

    deinit { Files.remove(path) }
}

@Suite struct LoginTests {
    private func settings(text: PasswordText) throws -> MemcachedSettings {
        var settings = MemcachedSettings()
        settings.textLogins = try PasswordFile(text.path, .authFile)
        settings.offeredProtocol = .ascii
        return settings
    }

    private func settings(sasl: PasswordText) throws -> MemcachedSettings {
        var settings = MemcachedSettings()
        settings.saslLogins = try PasswordFile(sasl.path, .sasl)
        settings.offeredProtocol = .binary
        return settings
    }

    @Test("text is served after a login in the shape of a set, and not before")
    func text() throws {
        let users = try PasswordText("user:pass\nsecond:p:q\n")
        let settings = try settings(text: users)
        check(
            """
            > get k
            < CLIENT_ERROR unauthenticated
            > set k 0 0 9 noreply
            > user nope
            < CLIENT_ERROR authentication failure
            """, settings)
        check(
            """
            > version
            < CLIENT_ERROR unauthenticated
            > ms k 9
            < CLIENT_ERROR unauthenticated
            > add x 0 0 9
            < CLIENT_ERROR unauthenticated
            > user pass
            < CLIENT_ERROR unauthenticated
            > set x 0 0 -1
            < CLIENT_ERROR unauthenticated
            > set x 0 0 4
            > user
            < CLIENT_ERROR bad authentication token format
            > set x 0 0 9
            >- user pass-\\n
            < CLIENT_ERROR bad command line termination
            > set x 0 0 10
            > second p:q
            < STORED
            > set x 0 0 9
            > user pass
            < STORED
            > get x
            < VALUE x 0 9
            < user pass
            < END
            """, settings)
        check("> set any thing at 11\n>  user  pass\n< STORED\n> mn\n< MN", settings)
    }

    @Test("a first line that cannot be a login closes the connection")
    func noLogin() throws {
        let users = try PasswordText("user:pass\n")
        let server = TestServer(try settings(text: users))
        for line in ["mn\r\n", "\n", "quit\n", String(repeating: "x", count: 2049)] {
            let client = server.connect()
            client.send(line)
            #expect(client.isClosed && client.takeReplies() == "", "\(line.prefix(8))")
        }
        let long = server.connect()
        long.send("set x 0 0 16384\r\n")
        #expect(long.takeReplies() == "CLIENT_ERROR auth token too long\r\n" && long.isClosed)
        let binary = server.connect()
        binary.send([0x80])
        #expect(binary.isClosed)
    }

    @Test("nobody gets past a login by the other protocol, whatever the listener offers")
    func otherLanguage() throws {
        let users = try PasswordText("user:pass\n")
        for offered in MemcachedProtocol.allCases {
            let text = TestServer(try settings(text: users)).connect(offered)
            text.send(Ask(.noop).bytes)
            #expect(text.isClosed && text.takeBytes().isEmpty)
            let binary = TestServer(try settings(sasl: users)).connect(offered)
            binary.send("version\r\n")
            #expect(binary.isClosed && binary.takeBytes().isEmpty)
        }
        let login = TestServer(try settings(text: users)).connect(.negotiating)
        #expect(login.ask("set x 0 0 9\r\nuser pass\r\n") == "STORED\r\n")
        let sasl = TestServer(try settings(sasl: users)).connect(.negotiating)
        #expect(sasl.ask(.plain("|user|pass"))[0].status == 0)
    }

    @Test("a file read again holds for the next login; a broken one leaves the old users")
    func reload() throws {
        let users = try PasswordText("user:pass\n")
        let settings = try settings(text: users)
        let file = try #require(settings.textLogins)
        let server = TestServer(settings)
        let old = server.connect()
        #expect(old.ask("set x 0 0 9\r\nuser pass\r\n") == "STORED\r\n")
        try users.write("new:word\n")
        #expect(server.connect().ask("set x 0 0 8\r\nnew word\r\n").contains("failure"))
        try file.reload()
        #expect(server.connect().ask("set x 0 0 8\r\nnew word\r\n") == "STORED\r\n")
        #expect(server.connect().ask("set x 0 0 9\r\nuser pass\r\n").contains("failure"))
        #expect(old.ask("mn\r\n") == "MN\r\n")
        try users.write("no colon\n")
        #expect(throws: PasswordFileError.malformed(path: users.path)) { try file.reload() }
        #expect(server.connect().ask("set x 0 0 8\r\nnew word\r\n") == "STORED\r\n")
        #expect(throws: PasswordFileError.self) { try PasswordFile("/nonexistent", .authFile) }
        let stats = old.ask("stats\r\n")
        #expect(stats.contains("STAT auth_cmds 5\r\nSTAT auth_errors 2\r\n"))
        #expect(old.ask("stats settings\r\n").contains("STAT auth_enabled_ascii \(users.path)\r\n"))
    }

    @Test("SASL PLAIN opens the binary protocol; before it only version and SASL itself are answered")
    func sasl() throws {
        let users = try PasswordText("user:pass:extra\r\nother:word")
        let settings = try settings(sasl: users)
        let failed = "authenticationFailed = Auth failure."
        converse(
            [
                (Ask(.version), ["version success = 1.6.45"]),
                (Ask(.saslMechanisms), ["saslMechanisms success = PLAIN"]),
                (.plain("|user|wrong"), ["saslStart \(failed)"]),
                (.plain("|user|pas"), ["saslStart \(failed)"]),
                (.plain("|user|pass"), ["saslStart success = Authenticated"]),
                (.store(.set, "k", "v"), ["set success cas"]),
                (.plain("|other|word"), ["saslStart success = Authenticated"]),
                (.plain("|other|wor"), ["saslStart \(failed)"]),
                (Ask(.noop), ["noop \(failed)"]),
            ], settings, closes: true)
        for ask in [Ask(.noop), Ask(.get, "k"), Ask(.quit), Ask(.quitQ), Ask(.stat), Ask(.get)] {
            let name = "\(BinaryOpcode(rawValue: ask.bytes[1])!)"
            converse([(ask, ["\(name) \(failed)"]), (Ask(.version), [])], settings, closes: true)
        }
        converse(
            [
                (.plain("|user|pass", opcode: .saslStep), ["saslStep \(failed)"]),
                (.plain(""), ["saslStart authenticationContinues"]),
                (.plain("|user|pass", opcode: .saslStep), ["saslStep success = Authenticated"]),
                (Ask(.noop), ["noop success"]),
            ], settings)
        converse(
            [
                (.plain("user|user|pass:extra", mechanism: "plain"), ["saslStart success = Authenticated"]),
                (.plain("|user|pass", mechanism: "CRAM-MD5"), ["saslStart \(failed)"]),
                (.plain("x", mechanism: String(repeating: "M", count: 33)), ["saslStart invalid = Invalid arguments"]),
            ], settings)
        for message in ["other|user|pass", "user|pass", "|user|pass|", "||pass", "|user|", "|", "|nobody|pass"] {
            let version = (Ask(.version), ["version success = 1.6.45"])
            converse([(.plain(message), ["saslStart \(failed)"]), version], settings)
        }
    }

    @Test("SASL's file is read for each login, and a message too long to be one is skipped")
    func saslFile() throws {
        let users = try PasswordText("user:pass\n")
        let server = TestServer(try settings(sasl: users))
        #expect(server.connect().ask(.plain("|user|pass"))[0].status == 0)
        try users.write("user:changed\n")
        #expect(server.connect().ask(.plain("|user|pass"))[0].status == 0x20)
        #expect(server.connect().ask(.plain("|user|changed"))[0].status == 0)
        Files.remove(users.path)
        #expect(server.connect().ask(.plain("|user|changed"))[0].status == 0x20)
        let client = server.connect()
        let long = Ask.plain("|user|" + String(repeating: "p", count: 20_000))
        #expect(client.ask(long, Ask(.version)).map(\.status) == [0x82, 0])
        #expect(client.ask(Ask(.saslMechanisms)).map(\.text) == ["saslMechanisms success = PLAIN"])
        let counters = server.frontEnd.counters
        #expect(counters.total(.authCommands) == 4 && counters.total(.authErrors) == 2)
    }

    @Test("an auth file has lines of user:password, eight of them, 255 bytes each")
    func authFile() {
        func admits(_ text: String, _ user: String, _ password: String) -> Bool? {
            let user = Array(user.utf8)
            let password = Array(password.utf8)
            return UserTable(authFile: Array(text.utf8))?.admits(user.span.rawBytes, password.span.rawBytes)
        }
        #expect(admits("a:b\nc:d\n", "c", "d") == true)
        #expect(admits("a:b\r\nc:d", "a", "b") == true && admits("a:b\r\nc:d", "c", "d") == true)
        #expect(admits("a:b:c\n", "a", "b:c") == true && admits("a:b:c\n", "a", "b") == false)
        #expect(admits("a:b\nc:d\n", "a", "d") == false && admits("a:b\n", "", "") == false)
        for broken in ["\n", "a:b\n\n", "# remark\n", "a\0b:c\n", "u:" + String(repeating: "p", count: 254)] {
            #expect(UserTable(authFile: Array(broken.utf8)) == nil, "\(broken.prefix(9))")
        }
        #expect(UserTable(authFile: []) != nil)
        let long = String(repeating: "p", count: 253)
        #expect(admits("u:\(long)\n", "u", long) == true)
        let ten = (0..<10).map { "user\($0):word\($0)\n" }.joined()
        #expect(UserTable(authFile: Array(ten.utf8))?.leftOutCount == 2)
        #expect(admits(ten, "user7", "word7") == true && admits(ten, "user8", "word8") == false)
    }
}
