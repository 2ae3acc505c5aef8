// Requests that break the protocol, inline requests, and what stands at a limit: one connection each, beside
// redis-server.
//
// A NUL in a line is left out: Redis' search for the line's end stops there, and the connection waits for ever. Duet
// ends the line's words at it.

import Server
import Testing

@Suite("Wire faults beside redis-server", .serialized, .enabled(if: Peer.redis != nil, "apt-get install redis-server"))
struct RESPLineTests {
    private static let ping = "*1\r\n$4\r\nPING\r\n"
    private static let long = String(repeating: "1", count: 70_000)
    private static let words = String(repeating: "x", count: 300)

    static let cases: [String] = [
        // Counts and sizes.
        "*-1\r\n\(ping)", "*0\r\n\(ping)", "*-5\r\n\(ping)", "*1\r\n$-1\r\n", "*1\r\n$x\r\n", "*x\r\n",
        "*1\r\n*1\r\n", "*1\r\n\r\n", "*1\r\n:4\r\n", "*1048577\r\n", "*2147483647\r\n", "*2147483648\r\n",
        "*-2147483649\r\nPING\r\n", "*1\r\n$536870912\r\n", "*1\r\n$536870913\r\n", "*1\r\n$4294967296\r\n",
        "*1\r\n$9223372036854775808\r\n", "*+1\r\n$4\r\nPING\r\n", "* 1\r\n$4\r\nPING\r\n", "*1\r\n$+4\r\nPING\r\n",
        "*01\r\n$04\r\nPING\r\n", "*1 \r\n$4\r\nPING\r\n", "*\r\n$4\r\nPING\r\n", "*1\r\n$\r\n\r\n",
        "*1\n$4\r\nPING\r\n", "*1\r\n$4\nPING\r\nPING\r\n", "*1\r\n$4\r\nPINGxx\(ping)", "$4\r\nPING\r\n",
        "*1\r\n$0\r\n\r\n\(ping)", "*1\r\n\r\r\n", "*1\r\n$4\r\nPING", "*2\r\n$4\r\nPING\r\n", "*1\r\n$4\r\nPI",
        "*3\r\n$3\r\nSET\r\n$1\r\na\r\n$1\r\nb\n\nGET a\r\n", "*3\r\n$3\r\nSET\r\n$1\r\na\r\n$0\r\n\r\nGET a\r\n",
        "*\(long)", "*1\r\n$\(long)", long, long + "\r\n", "GET \(long)\r\n",
        // Plain lines.
        "PING\r\n", "PING\n", "ping \"a b\"\r\n", "ping 'a\\'b'\r\n", "ping \"a\\x41\\n\"\r\n", "ping \"a\r\n",
        "ping 'a\r\n", "ping \"a\"b\r\n", "\r\n\r\nPING\r\n", "   \r\nPING\r\n", "SET a\r\n", "\"PING\"\r\n",
        "\"\\x50ING\"\r\n", "\"\"\r\nPING\r\n", "'' a\r\nPING\r\n", "\"ECHO\" \"\\t\\b\\a\\r\\q\\\\ \\x4\"\r\n",
        "PING\tx\r\n", "PING\u{b}x\r\n", "PING \u{c}x\r\n", "get\r\nget a b\r\n",
        "foo a b c\r\nfoo\r\nfoo \(words) y\r\n\(words) y\r\n",
        // The end of a conversation, and what is no conversation.
        "PING\r\nQUIT\r\nPING\r\n", "*1\r\n$4\r\nQUIT\r\n\(ping)", "POST / HTTP/1.1\r\nHost: x\r\n\r\nPING\r\n",
        "host: x\r\n", "post x\r\n",
    ]

    @Test("faults and plain lines are answered alike, whole and byte by byte")
    func alike() throws {
        let peer = try Peer.emptyRedis()
        let duet = try Duet()
        defer { duet.finish() }
        for text in Self.cases {
            let whole = bytes(text)
            let expected = try Wire.burst(unix: peer.socketPath, [whole])
            #expect(try Wire.burst(unix: duet.respPath, [whole]) == expected, "\(shown(whole)): \(shown(expected))")
            guard whole.count < 100 else { continue }
            let pieces = whole.map { [$0] }
            #expect(try Wire.burst(unix: duet.respPath, pieces) == expected, "cut: \(shown(whole))")
        }
    }

    @Test(
        "keys of any length, at both servers alike",
        arguments: [0, 1, 249, 250, 251, 255, 256, 16_384, 65_535, 65_536, 70_000])
    func longKeys(size: Int) throws {
        let peer = try Peer.emptyRedis()
        let duet = try Duet()
        defer { duet.finish() }
        let theirs = try RESPSide(unix: peer.socketPath)
        let ours = try RESPSide(unix: duet.respPath)
        let key = String(repeating: "k", count: size)
        let other = key + "2"
        for request in [
            ["SET", key, "1", "EX", "1000"], ["GET", key], ["INCR", key], ["APPEND", key, "x"],
            ["RENAME", key, other], ["GET", key], ["COPY", other, key, "DB", "1"], ["MGET", key, other], ["TTL", other],
            ["PERSIST", other], ["KEYS", "*"], ["DBSIZE"], ["SELECT", "1"], ["GETDEL", key], ["EXISTS", key],
        ] {
            #expect(try ours.ask(request) == theirs.ask(request), "\(request[0])")
        }
    }

    @Test("a full memory without eviction refuses what may need memory, in Redis' words, and serves the rest")
    func fullMemory() throws {
        let limit = 8 << 20
        let peer = try Peer(Peer.redis!) { socket, folder in
            ["--port", "0", "--unixsocket", socket, "--save", "", "--dir", folder, "--maxmemory", "\(limit)"]
        }
        let duet = try Duet { $0.memoryLimit = limit }
        defer { duet.finish() }
        let refusal = bytes("-OOM command not allowed when used memory > 'maxmemory'.\r\n")
        let value = String(repeating: "v", count: 10_000)
        for path in [peer.socketPath, duet.respPath] {
            let side = try RESPSide(unix: path)
            var count = 0
            while try side.ask(["SET", "key:\(count)", value]) == bytes("+OK\r\n") && count < 10_000 { count += 1 }
            #expect(count > 200 && count < 1000)
            #expect(try side.ask(["SET", "one more", value]) == refusal, "\(path)")
            #expect(try side.ask(["GET", "key:0"]).count == value.utf8.count + 10)
            #expect(try side.ask(["DEL", "key:0", "key:1", "key:2", "key:3"]) == bytes(":4\r\n"))
            #expect(try side.ask(["GET", "key:0"]) == bytes("$-1\r\n"))
            // Whole or not at all, and in the end not at all.
            var stored = 0
            while stored < 10_000 {
                let pair = ["MSET", "a\(stored)", value, "b\(stored)", value]
                let reply = try side.ask(pair)
                let found = try side.ask(["EXISTS", pair[1], pair[3]])
                if reply == refusal {
                    #expect(found == bytes(":0\r\n"), "\(path): an MSET was refused and stored a part")
                    break
                }
                #expect(reply == bytes("+OK\r\n") && found == bytes(":2\r\n"))
                stored += 1
            }
            #expect(stored < 100)
            #expect(try side.ask(["MSETNX", "c", value, "d", value]) == refusal)
            #expect(try side.ask(["EXISTS", "c", "d"]) == bytes(":0\r\n"))
        }
    }
}
