// Tracked clients beside redis-server, then what only several workers can show: copies that always come right again.

import Base
import Glibc
import Server
import Synchronization
import Testing

/// A client whose replies end with a PING; what it is told comes between.
private final class Tracked {
    private let wire: Wire
    private static let marker = "$8\r\n<marker>\r\n"
    /// What came behind the last marker.
    private var rest = ""

    init(unix path: String) throws { wire = try Wire(unix: path) }

    /// What came since the last marker, the replies to `requests` with it.
    func ask(_ requests: [String]...) throws -> String { try ask(requests) }

    func ask(_ requests: [[String]]) throws -> String {
        let bytes = requests.flatMap(RESPSide.request) + RESPSide.request(["PING", "<marker>"])
        try wire.tell(bytes)
        while true {
            // Subscribers get it as a message.
            if let found = rest.firstRange(of: "<marker>\r\n") {
                let text = String(rest[..<found.lowerBound])
                rest = String(rest[found.upperBound...])
                return text
            }
            rest += String(decoding: try wire.read(), as: UTF8.self)
        }
    }

    func id() throws -> String { String(try ask(["CLIENT", "ID"]).dropFirst().prefix(while: \.isNumber)) }
}

@Suite("Client tracking beside redis-server", .serialized)
struct TrackingTests {
    private struct Turn {
        var client: Int
        var requests: [[String]]
    }

    private static func draw(_ drawer: inout Drawer) -> Turn {
        let client = drawer.below(4)
        let key = drawer.word("a1", "a2", "b1", "b2")
        let other = drawer.word("a1", "b1", "c1")
        let common: [[String]] = [
            ["GET", key], ["GET", key], ["MGET", key, other], ["SET", key, "v"], ["SET", key, "w"], ["DEL", key, other],
            ["EXPIRE", key, "100"], ["APPEND", key, "x"], ["RENAME", key, other], ["COPY", key, other],
            ["EXISTS", key], ["LPUSH", "l", "x"], ["LRANGE", "l", "0", "1"], ["RPOP", "l"], ["ZUNION", "2", "z", key],
            ["EXEC"],
            ["DISCARD"], ["EVAL", "return redis.call('get', KEYS[1])", "1", key], ["SET", key, "v", "NX"],
            ["EVAL", "redis.call('get', KEYS[1]) redis.call('set', KEYS[1], 'e') return 1", "1", key], ["GETDEL", key],
            ["INCR", "n"], ["GET", "n"], ["SELECT", "\(drawer.below(2))"], ["SORT_RO", "l"], ["SORT", "l"],
            ["OBJECT", "ENCODING", key], ["GETEX", key, "PERSIST"], ["STRLEN", key], ["SINTER", key, other],
            ["NOSUCH"], ["CLIENT", "NOSUCH"], ["GET"], ["EVAL_RO", "return redis.call('get', KEYS[1])", "1", key],
        ]
        if client == 3 && drawer.oneIn(40) { return Turn(client: 3, requests: [[drawer.word("FLUSHALL", "FLUSHDB")]]) }
        if client == 3 || !drawer.oneIn(3) {
            let requests = (0...drawer.below(3)).map { _ in drawer.pick(common) }
            return Turn(client: client, requests: drawer.oneIn(5) ? [["MULTI"]] + requests + [["EXEC"]] : requests)
        }
        let choices: [[String]] = [
            ["CLIENT", "TRACKING", "ON"], ["CLIENT", "TRACKING", "OFF"], ["CLIENT", "TRACKING", "ON", "OPTIN"],
            ["CLIENT", "TRACKING", "ON", "OPTOUT"], ["CLIENT", "TRACKING", "ON", "NOLOOP"],
            ["CLIENT", "CACHING", "YES"], ["CLIENT", "CACHING", "NO"], ["CLIENT", "TRACKINGINFO"],
            ["CLIENT", "TRACKING", "ON", "BCAST"],
            ["CLIENT", "TRACKING", "ON", "BCAST", "PREFIX", "a"], ["CLIENT", "TRACKING", "ON", "OPTIN", "NOLOOP"],
            ["CLIENT", "TRACKING", "ON", "BCAST", "PREFIX", "b", "PREFIX", "l"], ["CLIENT", "GETREDIR"], ["RESET"],
            ["CLIENT", "TRACKING", "ON", "BCAST", "NOLOOP"], ["CLIENT", "CACHING", "YES"], ["CLIENT", "TRACKING", "ON"],
            ["CLIENT", "TRACKING", "ON", "BCAST", "PREFIX", drawer.word("a", "a1", "", "b2")],
            ["CLIENT", "TRACKING", "ON", "REDIRECT", "<listener>"], ["HELLO", "3"], ["CLIENT", "CACHING", "NO"],
        ]
        let requests = [drawer.pick(choices)] + (drawer.oneIn(2) ? [drawer.pick(common)] : [])
        return Turn(client: client, requests: requests)
    }

    @Test("conversations of tracked clients are answered alike", .enabled(if: Peer.redis != nil))
    func streams() throws {
        let peer = try Peer.emptyRedis()
        // One worker: what a client is told before its next reply is then no matter of luck.
        let duet = try Duet { $0.workerCount = 1 }
        defer { duet.finish() }
        // No number in a reply is as large as a client's.
        for path in [peer.socketPath, duet.respPath] {
            while try Int(Tracked(unix: path).id()) ?? .max < 1000 {}
        }
        for seed: UInt64 in 1...10 {
            print("tracking seed \(seed)")
            var drawer = Drawer(seed: seed)
            let turns = (0..<600).map { _ in Self.draw(&drawer) }
            func difference(_ turns: [Turn]) throws -> String? {
                let theirs = try (0..<5).map { _ in try Tracked(unix: peer.socketPath) }
                let ours = try (0..<5).map { _ in try Tracked(unix: duet.respPath) }
                for clients in [theirs, ours] {
                    for client in clients.prefix(4) { _ = try client.ask(["HELLO", "3"]) }
                    _ = try clients[3].ask(["FLUSHALL"], ["SCRIPT", "FLUSH"])
                    _ = try clients[4].ask(["SUBSCRIBE", "__redis__:invalidate"])
                }
                let ids = try [theirs, ours].map { clients in
                    let list = try clients[3].ask(["CLIENT", "LIST", "TYPE", "pubsub"])
                    return String(list.split(separator: "id=")[1].prefix { $0 != " " })
                }
                for turn in turns {
                    let requests = ids.map { id in turn.requests.map { $0.map { $0 == "<listener>" ? id : $0 } } }
                    func plain(_ text: String, _ id: String) -> String {
                        text.replacing(":\(id)\r\n", with: ":<id>\r\n")
                    }
                    var expected = plain(try theirs[turn.client].ask(requests[0]), ids[0])
                    var reply = plain(try ours[turn.client].ask(requests[1]), ids[1])
                    if turn.requests[0][0] == "HELLO" && reply.count > 60 && expected.count > 60 { continue }
                    // What the listener hears, too. Of a flush, Redis tells it in the version of who is tracked.
                    expected += try theirs[4].ask().replacing("\r\n_\r\n", with: "\r\n$-1\r\n")
                    reply += try ours[4].ask()
                    if reply == expected { continue }
                    return "\(turn): \(reply.debugDescription), redis-server \(expected.debugDescription)"
                }
                return nil
            }
            guard let message = try difference(turns) else { continue }
            let few = try shrunk(turns) { try difference($0) != nil }
            Issue.record("seed \(seed): \(try difference(few) ?? message) after \(few)")
            return
        }
    }

    @Test("a change through the memcached door is told of, and so is a flush there")
    func memcachedDoor() throws {
        let duet = try Duet()
        defer { duet.finish() }
        let client = try Tracked(unix: duet.respPath)
        _ = try client.ask(["HELLO", "3"], ["CLIENT", "TRACKING", "ON"])
        let other = try Wire(unix: duet.memcachedPath)
        func say(_ line: String) throws { _ = try other.ask(bytes(line), ending: "mn\r\n", "MN\r\n") }
        func isTold(_ text: String) -> Bool {
            var heard = ""
            return waitUntil {
                heard += (try? client.ask()) ?? ""
                return heard.contains(text)
            }
        }
        let told = ">2\r\n$10\r\ninvalidate\r\n*1\r\n$1\r\nk\r\n"
        for line in [
            "set k 0 0 1\r\nv\r\n", "append k 0 0 1\r\nv\r\n", "touch k 100\r\n", "ms k 1\r\n5\r\n", "incr k 1\r\n",
            "gat 200 k\r\n", "md k\r\n", "add k 0 0 1\r\nv\r\n", "delete k\r\n",
        ] {
            _ = try client.ask(["GET", "k"])
            try say(line)
            #expect(isTold(told), "\(line)")
        }
        try say("flush_all\r\n")
        #expect(isTold(">2\r\n$10\r\ninvalidate\r\n_\r\n"))
    }
}
