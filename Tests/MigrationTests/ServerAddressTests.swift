// Where servers are, as people write it.

import Migration
import Testing
import Transport

@Suite("Server addresses")
struct ServerAddressTests {
    private func tcp(_ host: String, _ port: UInt16) -> ListenAddress { .tcp(host: host, port: port) }

    @Test("hosts, ports and paths are what they look like")
    func plain() {
        let cases: [(String, ListenAddress)] = [
            ("cache:7000", tcp("cache", 7000)), ("cache", tcp("cache", 6379)), ("7000", tcp("127.0.0.1", 7000)),
            ("10.0.0.1:1", tcp("10.0.0.1", 1)), ("[::1]:7000", tcp("::1", 7000)), ("[::1]", tcp("::1", 6379)),
            ("::1", tcp("::1", 6379)), ("/run/redis.sock", .unix(path: "/run/redis.sock", mode: 0o700)),
            ("./sock", .unix(path: "./sock", mode: 0o700)), ("unix:///s", .unix(path: "/s", mode: 0o700)),
        ]
        for (text, address) in cases {
            let server = ServerAddress(text)
            #expect(server?.address == address, "\(text)")
            #expect(server?.password == nil && server?.username == nil && server?.usesTLS == false, "\(text)")
        }
    }

    @Test("URLs hold logins, escaped where they must be, and say whether to encrypt")
    func urls() throws {
        let first = try #require(ServerAddress("redis://me:p%40ss:word@cache:7000/3"))
        #expect(first.address == tcp("cache", 7000) && first.username == "me" && first.password == "p@ss:word")
        #expect(!first.usesTLS && first.description == "cache:7000")
        let second = try #require(ServerAddress("rediss://:secret@[::1]"))
        #expect(second.address == tcp("::1", 6379) && second.username == nil && second.password == "secret")
        #expect(second.usesTLS)
        let third = try #require(ServerAddress("redis://secret@cache?x=1"))
        #expect(third.address == tcp("cache", 6379) && third.username == nil && third.password == "secret")
        let fourth = try #require(ServerAddress("memcached+unix://me:a%2Fb@/run/s"))
        #expect(fourth.address == .unix(path: "/run/s", mode: 0o700) && fourth.door == .memcached)
        #expect(fourth.username == "me" && fourth.password == "a/b")
    }

    @Test("what is none is refused", arguments: [
        "", "http://cache", "cache:", "cache:0", "cache:70000", "cache:x", ":7000", "[::1", "[::1]x", "redis://",
        "unix://relative", "redis://%4@cache", "redis://a:%zz@cache",
    ])
    func refused(text: String) {
        #expect(ServerAddress(text) == nil)
    }
}
