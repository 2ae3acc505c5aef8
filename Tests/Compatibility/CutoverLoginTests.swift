// Old servers that want a password, show part of what they have, or speak TLS.

import Base
import Glibc
import Server
import Testing
import Transport

@Suite("Taking over, past a login", .serialized)
struct CutoverLoginTests {
    private static func certificate(_ name: String) -> String {
        // This file is Tests/Compatibility/CutoverLoginTests.swift.
        let parts = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(2)
        return parts.joined(separator: "/") + "/Certificates/" + name
    }

    /// Nobody listens on it just now.
    private static func freePort() -> UInt16 {
        while true {
            let port = UInt16.random(in: 10_000..<20_000)
            let fd = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            defer { close(fd) }
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = port.bigEndian
            address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
            // SAFETY: a sockaddr_in may be read as the sockaddr that it begins with.
            let result = unsafe withUnsafePointer(to: &address) { place in
                unsafe place.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    unsafe bind(fd, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
                }
            }
            if result == 0 { return port }
        }
    }

    /// A server of ours that takes over from `url`, and the ways to it.
    private struct Taking {
        let duet: Duet
        let resp: RESPSide

        init(_ url: String, authority: String = "") throws {
            duet = try Duet { settings in
                settings.migrateFrom = url
                settings.migrateRate = 0
                settings.migrateTimeoutMilliseconds = 5000
                if !authority.isEmpty { settings.tls.authorityFile = certificate(authority) }
            }
            resp = try RESPSide(unix: duet.respPath)
        }

        func ask(_ words: String...) throws -> String { String(decoding: try resp.ask(words), as: UTF8.self) }

        func fact(_ name: String) throws -> String? {
            let text = try ask("INFO", "migration").replacing("\r\n", with: "\n")
            return text.split(separator: "\n").first { $0.hasPrefix("migrate_\(name):") }
                .map { String($0.drop { $0 != ":" }.dropFirst()) }
        }

        func isDone() throws -> Bool {
            for _ in 0..<2000 {
                if try fact("status") == "done" { return true }
                usleep(5000)
            }
            return false
        }

        /// What CONFIG SET says to another old server.
        func change(_ url: String) throws -> String { try ask("CONFIG", "SET", "migrate-from", url) }
    }

    /// With one user more, who may only read, and one who may not even that; two databases.
    private func startRedis(_ more: [String] = []) throws -> (Peer, port: UInt16) {
        let port = Self.freePort()
        let old = try Peer(Peer.redis!) { socket, folder in
            [
                "--port", "\(port)", "--bind", "127.0.0.1", "--unixsocket", socket, "--save", "", "--dir", folder,
                "--requirepass", "secret", "--user", "reader", "on", ">read word", "~*", "+@read",
                "--user", "blind", "on", ">dark", "~*", "+get", "--user", "apart", "on", ">apart", "~a*", "+@read",
            ] + more
        }
        let side = try RESPSide(unix: old.socketPath)
        _ = try side.ask(together: [
            ["AUTH", "secret"], ["SET", "a", "1"], ["RPUSH", "l", "x"], ["SELECT", "5"], ["SET", "five", "5"],
        ])
        return (old, port)
    }

    @Test(
        "a Redis behind a password gives everything, to a reader its first database, to others what they may see",
        .enabled(if: Peer.redis != nil))
    func redisLogins() throws {
        let (old, port) = try startRedis()
        for (login, isWhole) in [(":secret", true), ("default:secret", true), ("reader:read%20word", false)] {
            let taking = try Taking("redis://\(login)@127.0.0.1:\(port)")
            defer { taking.duet.finish() }
            #expect(try taking.ask("GET", "a") == "$1\r\n1\r\n", "\(login)")
            #expect(try taking.isDone(), "\(login)")
            #expect(try taking.ask("DBSIZE") == ":2\r\n")
            #expect(try taking.ask("LRANGE", "l", "0", "-1") == "*1\r\n$1\r\nx\r\n")
            _ = try taking.ask("SELECT", "5")
            #expect(try taking.ask("GET", "five") == (isWhole ? "$1\r\n5\r\n" : "$-1\r\n"), "\(login)")
        }
        // One who may see some keys gets these; the others are misses, one by one.
        let apart = try Taking("redis://apart:apart@127.0.0.1:\(port)")
        defer { apart.duet.finish() }
        #expect(try apart.ask("LLEN", "l") == ":0\r\n" && apart.ask("GET", "a") == "$1\r\n1\r\n")
        #expect(try apart.fact("lost_connections") ?? "0" == "0")
        withExtendedLifetime(old) {}
    }

    @Test(
        "who is not let in is told so, at start and by CONFIG SET, and nothing begins",
        .enabled(if: Peer.redis != nil))
    func refusals() throws {
        let (old, port) = try startRedis()
        let host = "127.0.0.1:\(port)"
        for (url, shown) in [
            ("redis://:wrong@\(host)", "WRONGPASS"), ("redis://\(host)", "NOAUTH"),
            ("redis://nobody:secret@\(host)", "WRONGPASS"), ("redis://blind:dark@\(host)", "NOPERM"),
            ("memcached://\(host)", "-ERR"),
        ] {
            let taking = try Taking(url)
            defer { taking.duet.finish() }
            // It serves, without an old server.
            #expect(try taking.ask("SET", "k", "v") == "+OK\r\n")
            #expect(try taking.fact("status") == nil)
            #expect(try taking.ask("CONFIG", "GET", "migrate-from") == "*2\r\n$12\r\nmigrate-from\r\n$0\r\n\r\n")
            let answer = try taking.change(url)
            #expect(answer.contains(shown) && answer.hasPrefix("-ERR CONFIG SET failed"), "\(url): \(answer)")
            #expect(!answer.contains("wrong"))
            #expect(try taking.fact("status") == nil)
            #expect(try taking.change("redis://:secret@\(host)") == "+OK\r\n")
            #expect(try taking.isDone())
        }
        withExtendedLifetime(old) {}
    }

    @Test("a Redis behind TLS is taken over if it has the right certificate", .enabled(if: Peer.redis != nil))
    func redisTLS() throws {
        let port = Self.freePort()
        let (old, _) = try startRedis([
            "--tls-port", "\(port)", "--tls-cert-file", Self.certificate("server.crt"), "--tls-key-file",
            Self.certificate("server.key"), "--tls-ca-cert-file", Self.certificate("authority.crt"),
            "--tls-auth-clients", "no",
        ])
        let url = "rediss://:secret@127.0.0.1:\(port)"
        for authority in ["authority.crt", ""] {
            let taking = try Taking(url, authority: authority)
            defer { taking.duet.finish() }
            #expect(try taking.ask("GET", "a") == "$1\r\n1\r\n" && taking.isDone())
            #expect(try taking.ask("DBSIZE") == ":2\r\n")
            #expect(try taking.change("rediss://:wrong@127.0.0.1:\(port)").contains("WRONGPASS"))
            #expect(try taking.change("memcacheds://127.0.0.1:\(port)").hasPrefix("-ERR"))
            #expect(try taking.change("redis://:secret@127.0.0.1:\(port)").hasPrefix("-ERR"))
        }
        let taking = try Taking("", authority: "stranger.crt")
        defer { taking.duet.finish() }
        let answer = try taking.change(url)
        #expect(answer.contains("cannot connect") && !answer.contains("secret"), "\(answer)")
        withExtendedLifetime(old) {}
    }

    /// Says `text` to who listens at `port`, and hears as many lines as it has, once that is there.
    private func say(_ text: String, _ port: UInt16, tls: TLSContext? = nil) throws -> [String] {
        let address = ListenAddress.tcp(host: "127.0.0.1", port: port)
        for _ in 0..<200 {
            do {
                let link = try PeerLink.connect(to: address, tls: tls, timeoutMilliseconds: 5000)
                try link.send(Array(text.utf8).span.rawBytes, timeoutMilliseconds: 5000)
                return try (0..<text.split(separator: "\r\n").count / 2).map { _ in
                    try link.receiveLine(timeoutMilliseconds: 5000) { $0.copiedText() }
                }
            } catch is TransportError {
                usleep(50_000)
            }
        }
        return []
    }

    private static let items = "set a 3 0 1\r\n1\r\nset b 0 0 2\r\nbb\r\n"

    @Test("a memcached behind a login", .enabled(if: Peer.memcached != nil))
    func memcachedLogin() throws {
        let folder = Running.makeFolder()
        let (logins, port) = (folder + "/logins", Self.freePort())
        defer {
            unsafe _ = unlink(logins)
            unsafe _ = rmdir(folder)
        }
        try Files.replace(logins, with: "me:pass\nother:word\n")
        let old = try Peer(Peer.memcached!) { _, _ in
            ["-l", "127.0.0.1", "-p", "\(port)", "-U", "0", "-u", "root", "-Y", logins]
        }
        #expect(try say("set login 0 0 7\r\nme pass\r\n" + Self.items, port) == ["STORED", "STORED", "STORED"])
        let taking = try Taking("memcached://other:word@127.0.0.1:\(port)")
        defer { taking.duet.finish() }
        #expect(try taking.ask("GET", "a") == "$1\r\n1\r\n" && taking.isDone() && taking.ask("DBSIZE") == ":2\r\n")
        for login in ["", "me:word@"] {
            let url = "memcached://\(login)127.0.0.1:\(port)"
            let refused = try Taking(url)
            defer { refused.duet.finish() }
            #expect(try refused.fact("status") == nil)
            let answer = try refused.change(url)
            #expect(answer.contains(login.isEmpty ? "unauthenticated" : "authentication failure"), "\(answer)")
        }
        withExtendedLifetime(old) {}
    }

    @Test("a memcached behind TLS", .enabled(if: Peer.memcached != nil))
    func memcachedTLS() throws {
        let port = Self.freePort()
        let old = try Peer(Peer.memcached!) { _, _ in
            [
                "-l", "127.0.0.1", "-p", "\(port)", "-U", "0", "-u", "root", "-Z", "-o",
                "ssl_chain_cert=\(Self.certificate("server.crt")),ssl_key=\(Self.certificate("server.key"))",
            ]
        }
        #expect(try say(Self.items, port, tls: TLSContext(.client, TLSOptions())) == ["STORED", "STORED"])
        let url = "memcacheds://127.0.0.1:\(port)"
        let taking = try Taking(url, authority: "authority.crt")
        defer { taking.duet.finish() }
        #expect(try taking.ask("GET", "a") == "$1\r\n1\r\n" && taking.isDone() && taking.ask("DBSIZE") == ":2\r\n")
        let other = try Taking("", authority: "stranger.crt")
        defer { other.duet.finish() }
        #expect(try other.change(url).contains("cannot connect"))
        #expect(try other.change("memcached://127.0.0.1:\(port)").hasPrefix("-ERR"))
        withExtendedLifetime(old) {}
    }
}
