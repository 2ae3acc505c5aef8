// Who may come in by the memcached door: the options, their refusals, and a server that asks.

import Base
import Glibc
import Memcached
import Testing

@testable import Server

@Suite("Logging in at the memcached door")
struct LoginTests {
    private func parse(_ line: String) -> CommandLineResult {
        parseMemcached(["memcached"] + line.split(separator: " ").map(String.init), isRoot: false)
    }

    private func started(_ line: String) -> Configuration? {
        guard case .start(let settings, _) = parse(line) else { return nil }
        return settings
    }

    private static let mixed = "ERROR: You cannot allow the BINARY protocol while using ascii authentication tokens."

    @Test("-B says what is spoken, -Y makes it text, and not together with binary")
    func protocols() {
        #expect(started("")?.memcachedProtocol == .negotiating)
        #expect(started("-B auto")?.memcachedProtocol == .negotiating)
        #expect(started("-B binary")?.memcachedProtocol == .binary)
        #expect(started("-Y /x")?.memcachedProtocol == .ascii && started("-Y /x")?.memcachedAuthFile == "/x")
        #expect(started("-B ascii -Y /x")?.memcachedProtocol == .ascii)
        #expect(parse("-Y /x -B binary") == .refuse(Self.mixed, code: 64))
        #expect(parse("-B auto -Y /x") == .refuse(Self.mixed, code: 64))
    }

    @Test("-S needs MEMCACHED_SASL_PWDB and makes the door binary")
    func sasl() {
        let name = "MEMCACHED_SASL_PWDB"
        unsafe unsetenv(name)
        guard case .refuse(let text, code: 64) = parse("-S") else {
            Issue.record("-S without \(name) was not refused")
            return
        }
        #expect(text.contains(name))
        // SAFETY: nothing else in these tests reads the variable.
        unsafe setenv(name, "/some/file", 1)
        defer { unsafe unsetenv(name) }
        #expect(started("-S")?.memcachedProtocol == .binary)
        #expect(started("-S -B binary")?.memcachedPasswordDatabase == "/some/file")
        let ascii = "ERROR: You cannot allow the ASCII protocol while using SASL."
        #expect(parse("-S -B ascii") == .refuse(ascii, code: 64))
        #expect(parse("-S -B auto") == .refuse(ascii, code: 64))
        #expect(parse("-S -Y /x") == .refuse(Self.mixed, code: 64))
    }

    private func load(_ words: String) throws -> Configuration {
        var loader = ConfigurationLoader(Personality.duet.defaults)
        try loader.load(arguments: words.split(separator: " ").map(String.init))
        return try loader.finish(for: .duet)
    }

    @Test("the directives mean the same, and contradictions are refused")
    func directives() throws {
        #expect(try load("--memcached-protocol binary").memcachedProtocol == .binary)
        #expect(try load("--memcached-auth-file /x").memcachedSettings.offeredProtocol == .ascii)
        #expect(try load("--memcached-sasl-pwdb /x").memcachedSettings.offeredProtocol == .binary)
        for words in [
            "--memcached-auth-file /x --memcached-protocol binary",
            "--memcached-sasl-pwdb /x --memcached-protocol ascii",
            "--memcached-sasl-pwdb /x --memcached-auth-file /y", "--memcached-protocol both",
        ] {
            #expect(throws: ConfigurationError.self) { try load(words) }
        }
    }

    @Test("a server with an auth file asks who is there, and reads the file again when told to")
    func authFile() throws {
        let path = "/tmp/duet-users-\(getpid())-\(UInt64.random(in: 0...UInt64.max))"
        try Files.replace(path, with: "user:pass\n")
        defer { Files.remove(path) }
        let server = try TestServer { $0.memcachedAuthFile = path }
        defer { server.finish() }
        let client = try server.memcached()
        #expect(client.ask("get k") == ["CLIENT_ERROR unauthenticated"])
        #expect(client.ask("set x 0 0 9\r\nuser pass") == ["STORED"])
        #expect(client.ask("get k") == ["END"])
        #expect(client.ask("stats settings", until: "END").contains("STAT auth_enabled_ascii \(path)"))
        #expect(try server.resp().ask("PING") == ["+PONG"])
        try Files.replace(path, with: "user:word\n")
        server.assembly.control.reload()
        #expect(try server.memcached().ask("set x 0 0 9\r\nuser pass")[0].hasSuffix("failure"))
        #expect(try server.memcached().ask("set x 0 0 9\r\nuser word") == ["STORED"])
        #expect(client.ask("version")[0].hasPrefix("VERSION"))
    }

    @Test("a unix socket asks too")
    func unixSocket() throws {
        let path = "/tmp/duet-login-\(getpid())-\(UInt32.random(in: 0...UInt32.max))"
        try Files.replace(path, with: "user:pass\n")
        defer { Files.remove(path) }
        let server = try TestServer {
            $0.memcachedAuthFile = path
            $0.memcachedUnixSocket = path + ".sock"
        }
        defer { server.finish() }
        let client = try TestClient(path: path + ".sock")
        #expect(client.ask("get k") == ["CLIENT_ERROR unauthenticated"])
        #expect(client.ask("set x 0 0 9\r\nuser pass") == ["STORED"])
        #expect(client.ask("get k") == ["END"])
    }

    @Test("a file that cannot be used stops the start, with memcached's words")
    func unusable() {
        func failure(_ change: @escaping (inout Configuration) -> Void) -> String? {
            do {
                try TestServer(change).finish()
                return nil
            } catch {
                return "\(error)"
            }
        }
        #expect(
            failure { $0.memcachedAuthFile = "/nonexistent" }
                == "Could not open authfile [/nonexistent] for reading, error No such file or directory")
        #expect(
            failure { $0.memcachedAuthFile = "/etc/hostname" }
                == "Authfile [/etc/hostname] has a malformed entry. Should be 'user:password'")
        #expect(failure { $0.memcachedPasswordDatabase = "/nonexistent" }?.contains("/nonexistent") == true)
    }
}
