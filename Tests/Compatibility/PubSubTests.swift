// Subscribers and publishers beside redis-server, then what only several workers and a slow reader can show.

import Base
import Glibc
import Server
import Testing

/// A client whose replies end with a PING, which subscribers may send.
private final class Listener {
    private let wire: Wire
    private static let marker = "$8\r\n<marker>\r\n"

    init(unix path: String) throws { wire = try Wire(unix: path) }

    func ask(_ requests: [String]...) throws -> [UInt8] {
        try wire.ask(
            requests.flatMap(RESPSide.request), ending: "*2\r\n$4\r\nPING\r\n\(Self.marker)", Self.marker)
    }

    /// Reads until `count` times `text` has come.
    func hear(_ text: String, times count: Int) throws -> String {
        var heard = ""
        while heard.components(of: text) < count { heard += String(decoding: try wire.read(), as: UTF8.self) }
        return heard
    }
}

extension String {
    fileprivate func components(of text: String) -> Int {
        var count = 0
        var rest = self[...]
        while let range = rest.firstRange(of: text) {
            count += 1
            rest = rest[range.upperBound...]
        }
        return count
    }
}

@Suite("Pub/sub beside redis-server", .serialized)
struct PubSubTests {
    private struct Turn {
        var client: Int
        var request: [String]
    }

    /// A client has one pattern, for the order of several is anybody's; the last one publishes and never listens, for
    /// a publisher hears itself behind its reply here as in 7.2, and before it in 7.0.
    private static func draw(_ drawer: inout Drawer) -> Turn {
        let client = drawer.below(4)
        let channel = drawer.word("c1", "c2", "d1")
        if client == 3 {
            let (text, any) = ("m\(drawer.below(100))", "c\(drawer.below(4))")
            let choices: [[String]] = [
                ["PUBLISH", channel, text], ["PUBLISH", channel, ""], ["SPUBLISH", channel, "s"],
                ["PUBLISH", any, "text"], ["PUBSUB", "NUMSUB", "c1", "c2", "d1"], ["PUBSUB", "NUMPAT"],
                ["PUBSUB", "SHARDNUMSUB", "c1", "c2"], ["PUBSUB", "CHANNELS", channel],
                ["PUBSUB", "SHARDCHANNELS", channel], ["PUBLISH"], ["PUBSUB", "CHANNELS", "a", "b"],
            ]
            return Turn(client: 3, request: drawer.pick(choices))
        }
        let pattern = ["c*", "*1", "[cd]?"][client]
        let version = "\(2 + drawer.below(2))"
        let choices: [[String]] = [
            ["SUBSCRIBE", channel], ["SUBSCRIBE", "c1", "d1", "c1"], ["PSUBSCRIBE", pattern],
            ["SSUBSCRIBE", channel, "c1"], ["UNSUBSCRIBE", channel], ["UNSUBSCRIBE", "d1", "c1", "c2"],
            ["PUNSUBSCRIBE", "c*", "*1"], ["PUNSUBSCRIBE"], ["SUNSUBSCRIBE", channel, "none"], ["RESET"],
            ["HELLO", version], ["GET", "k"], ["SET", "k", "v"], ["PING", "x"], ["PING", "x", "y"],
            ["EXEC"], ["DISCARD"], ["CONFIG", "GET"], ["CLIENT", "KILL"], ["SELECT", "1"], ["NOSUCH", "x"],
            ["PUBSUB", "NUMPAT"], ["BLPOP", "k", "0.01"],
        ]
        return Turn(client: client, request: drawer.pick(choices))
    }

    @Test("conversations about channels are answered alike", .enabled(if: Peer.redis != nil))
    func streams() throws {
        let peer = try Peer.emptyRedis()
        // One worker: what a subscriber hears before its next reply is then no matter of luck.
        let duet = try Duet { $0.workerCount = 1 }
        defer { duet.finish() }
        for seed: UInt64 in 1...6 {
            print("pub/sub seed \(seed)")
            var drawer = Drawer(seed: seed)
            let turns = (0..<600).map { _ in Self.draw(&drawer) }
            func difference(_ turns: [Turn]) throws -> String? {
                let theirs = try (0..<4).map { _ in try Listener(unix: peer.socketPath) }
                let ours = try (0..<4).map { _ in try Listener(unix: duet.respPath) }
                for turn in turns {
                    let expected = try theirs[turn.client].ask(turn.request)
                    let reply = try ours[turn.client].ask(turn.request)
                    // The number of the connection and the server's version are each one's own.
                    if turn.request[0] == "HELLO" && reply.count > 60 && expected.count > 60 { continue }
                    if reply != expected { return "\(turn): \(shown(reply)), redis-server \(shown(expected))" }
                }
                return nil
            }
            guard let message = try difference(turns) else { continue }
            let few = try shrunk(turns) { try difference($0) != nil }
            Issue.record("seed \(seed): \(try difference(few) ?? message) after \(few)")
            return
        }
    }

    @Test("several publishers, several subscribers, several workers: nothing is lost, each publisher's order is kept")
    func manyWorkers() throws {
        let duet = try Duet { $0.workerCount = 4 }
        defer { duet.finish() }
        let subscribers = try (0..<8).map { _ in try Listener(unix: duet.respPath) }
        for (index, subscriber) in subscribers.enumerated() {
            if index % 2 == 0 { _ = try subscriber.ask(["HELLO", "3"]) }
            _ = index % 3 == 0 ? try subscriber.ask(["PSUBSCRIBE", "c*"]) : try subscriber.ask(["SUBSCRIBE", "c1"])
        }
        let publishers = try (0..<4).map { _ in try Listener(unix: duet.respPath) }
        for round in 0..<50 {
            for (index, publisher) in publishers.enumerated() {
                let requests = (0..<10).map { ["PUBLISH", "c1", "p\(index)n\(round * 10 + $0)."] }
                let reply = try publisher.ask(requests[0], requests[1], requests[2], requests[3], requests[4])
                #expect(reply == Array(String(repeating: ":8\r\n", count: 5).utf8))
                _ = try publisher.ask(requests[5], requests[6], requests[7], requests[8], requests[9])
            }
        }
        for subscriber in subscribers {
            let rest = { String(decoding: try subscriber.ask(["PING"]), as: UTF8.self) }
            let heard = try subscriber.hear("essage\r\n", times: 2000) + rest()
            for publisher in 0..<4 {
                let numbers = heard.split(separator: "\r\n").compactMap { line -> Int? in
                    guard line.hasPrefix("p\(publisher)n") else { return nil }
                    return Int(line.dropFirst(3).dropLast())
                }
                #expect(numbers == Array(0..<500))
            }
        }
    }

    @Test("messages that came in one turn arrive whole and in order, whatever their sizes, channels and versions")
    func oneTurn() throws {
        let duet = try Duet { $0.workerCount = 1 }
        defer { duet.finish() }
        let subscribers = try (0..<12).map { _ in try Listener(unix: duet.respPath) }
        for (index, subscriber) in subscribers.enumerated() {
            if index % 2 == 0 { _ = try subscriber.ask(["HELLO", "3"]) }
            _ = try subscriber.ask(index < 6 ? ["SUBSCRIBE", "a", "b"] : ["PSUBSCRIBE", "*"])
        }
        let seed: UInt64 = 7
        print("one turn seed \(seed)")
        var drawer = Drawer(seed: seed)
        let messages = (0..<400).map { number in
            let size = [1, 20, 500, 20_000][drawer.below(4)]
            return (drawer.word("a", "a", "a", "b"), "\(number)" + String(repeating: "m", count: size))
        }
        let publisher = try Wire(unix: duet.respPath)
        let requests = messages.flatMap { RESPSide.request(["PUBLISH", $0.0, $0.1]) }
        _ = try publisher.ask(requests + RESPSide.request(["ECHO", "end"]), ending: "", "$3\r\nend\r\n")
        for (index, subscriber) in subscribers.enumerated() {
            let mark = index % 2 == 0 ? ">" : "*"
            let expected = messages.map { channel, text in
                let name = index < 6 ? "3\r\n$7\r\nmessage\r\n" : "4\r\n$8\r\npmessage\r\n$1\r\n*\r\n"
                return "\(mark)\(name)$1\r\n\(channel)\r\n$\(text.utf8.count)\r\n\(text)\r\n"
            }
            let heard = String(decoding: try subscriber.ask(["PING"]), as: UTF8.self)
            #expect(heard.hasPrefix(expected.joined()), "subscriber \(index)")
        }
    }

    @Test("who is subscribed to what its user may not hear any more is closed", .enabled(if: Peer.redis != nil))
    func revoked() throws {
        let peer = try Peer.emptyRedis()
        let duet = try Duet { $0.workerCount = 3 }
        defer { duet.finish() }
        func outcome(_ path: String) throws -> [String] {
            let admin = try Listener(unix: path)
            _ = try admin.ask(["ACL", "SETUSER", "revoked", "on", ">p", "+@all", "resetchannels", "&a*", "&b*"])
            _ = try admin.ask(["ACL", "SETUSER", "other", "on", ">p", "+@all", "resetchannels", "&a*"])
            let subscribers = try [
                ["revoked", "SUBSCRIBE", "a1"], ["revoked", "SUBSCRIBE", "b1"], ["revoked", "PSUBSCRIBE", "a*"],
                ["revoked", "PSUBSCRIBE", "b*"], ["revoked", "SSUBSCRIBE", "a1"], ["other", "SUBSCRIBE", "a1"],
                ["revoked", "PING"], ["revoked", "SUBSCRIBE", "b1", "a1"],
            ].map { words in
                let listener = try Listener(unix: path)
                _ = try listener.ask(["AUTH", words[0], "p"], Array(words.dropFirst()))
                return listener
            }
            _ = try admin.ask(["ACL", "SETUSER", "revoked", "resetchannels", "&b*"])
            let left = "*2\r\n$2\r\na1\r\n:1\r\n:1\r\n*2\r\n$2\r\na1\r\n:0\r\n"
            _ = waitUntil {
                (try? admin.ask(
                    ["PUBSUB", "NUMSUB", "a1"], ["PUBSUB", "NUMPAT"], ["PUBSUB", "SHARDNUMSUB", "a1"]))
                    == Array(left.utf8)
            }
            return subscribers.map { subscriber in (try? subscriber.ask(["PING"])) == nil ? "closed" : "open" }
        }
        let expected = try outcome(peer.socketPath)
        #expect(try outcome(duet.respPath) == expected)
        #expect(expected == ["closed", "open", "closed", "open", "closed", "open", "open", "closed"])
    }

    @Test(
        "so it is when the user goes, or comes back with less from a file", .enabled(if: Peer.redis != nil),
        arguments: ["DELUSER", "LOAD"])
    func revokedOtherwise(by command: String) throws {
        let (theirFolder, ourFolder) = (CopyFolder(), CopyFolder())
        let before = "user default on nopass ~* &* +@all\nuser one on >p +@all &a*\nuser two on >p +@all &a*\n"
        let after = "user default on nopass ~* &* +@all\nuser one on >p +@all &b*\nuser two on >p +@all &a* &b*\n"
        for folder in [theirFolder, ourFolder] { try Files.replace(folder.path + "/users", with: before) }
        let peer = try Peer(Peer.redis!) { socket, folder in
            ["--port", "0", "--unixsocket", socket, "--save", "", "--dir", folder]
                + ["--aclfile", theirFolder.path + "/users"]
        }
        let duet = try Duet { settings in
            settings.workerCount = 3
            settings.accessFile = ourFolder.path + "/users"
        }
        defer { duet.finish() }
        func outcome(_ path: String, _ folder: CopyFolder) throws -> [String] {
            let admin = try Listener(unix: path)
            let subscribers = try [
                ["one", "SUBSCRIBE", "a1"], ["one", "PSUBSCRIBE", "a*"], ["one", "PING"], ["two", "SUBSCRIBE", "a1"],
                ["two", "SSUBSCRIBE", "a1"], ["two", "PING"],
            ].map { words in
                let listener = try Listener(unix: path)
                _ = try listener.ask(["AUTH", words[0], "p"], Array(words.dropFirst()))
                return listener
            }
            if command == "LOAD" {
                try Files.replace(folder.path + "/users", with: after)
                _ = try admin.ask(["ACL", "LOAD"])
            } else {
                _ = try admin.ask(["ACL", "DELUSER", "one"])
            }
            _ = waitUntil { (try? admin.ask(["PUBSUB", "NUMSUB", "a1"])) == Array("*2\r\n$2\r\na1\r\n:1\r\n".utf8) }
            return subscribers.map { subscriber in (try? subscriber.ask(["PING"])) == nil ? "closed" : "open" }
        }
        let expected = try outcome(peer.socketPath, theirFolder)
        #expect(try outcome(duet.respPath, ourFolder) == expected, "\(expected)")
        #expect(expected.prefix(2) == ["closed", "closed"])
    }

    @Test("who misses messages of a script for want of room is cut off, at any worker, and others hear all")
    func flood() throws {
        let duet = try Duet { $0.workerCount = 3 }
        defer { duet.finish() }
        let publisher = try Listener(unix: duet.respPath)
        _ = try publisher.ask(["CONFIG", "SET", "client-output-buffer-limit", "pubsub 1mb 0 0"])
        let flooded = try (0..<6).map { _ in try Listener(unix: duet.respPath) }
        for listener in flooded { _ = try listener.ask(["SUBSCRIBE", "x"]) }
        let other = try Listener(unix: duet.respPath)
        _ = try other.ask(["SUBSCRIBE", "y"])
        let script = "for i = 1, 400 do redis.call('publish', 'x', ARGV[1]) end redis.call('publish', 'y', 'end')"
        _ = try publisher.ask(["EVAL", script, "0", String(repeating: "m", count: 10_000)])
        let none = Array("*2\r\n$1\r\nx\r\n:0\r\n".utf8)
        #expect(waitUntil { (try? publisher.ask(["PUBSUB", "NUMSUB", "x"])) == none })
        #expect(String(decoding: try other.ask(["PING"]), as: UTF8.self).contains("$3\r\nend\r\n"))
        for listener in flooded { #expect((try? listener.ask(["PING"])) == nil) }
    }

    @Test("a subscriber that never reads is cut off, at either limit, and others hear on")
    func slow() throws {
        // One worker, as above.
        let duet = try Duet { $0.workerCount = 1 }
        defer { duet.finish() }
        let (slow, quick, publisher) = (
            try Listener(unix: duet.respPath), try Listener(unix: duet.respPath), try Listener(unix: duet.respPath)
        )
        _ = try publisher.ask(["CONFIG", "SET", "client-output-buffer-limit", "pubsub 4mb 0 0"])
        _ = try slow.ask(["SUBSCRIBE", "x"])
        _ = try quick.ask(["SUBSCRIBE", "x"])
        let small = String(repeating: "s", count: 10_000)
        for _ in 0..<700 {
            _ = try publisher.ask(["PUBLISH", "x", small])
            _ = try quick.ask(["PING"])
        }
        #expect(waitUntil { (try? publisher.ask(["PUBSUB", "NUMSUB", "x"])) == Array("*2\r\n$1\r\nx\r\n:1\r\n".utf8) })
        let facts = String(decoding: try publisher.ask(["INFO", "stats"]), as: UTF8.self)
        #expect(facts.contains("client_output_buffer_limit_disconnections:1\r\n"))
        // Over the soft limit for more than its seconds, and nothing more is said.
        _ = try publisher.ask(["CONFIG", "SET", "client-output-buffer-limit", "pubsub 0 1mb 0"])
        let other = try Listener(unix: duet.respPath)
        _ = try other.ask(["SUBSCRIBE", "y"])
        _ = try publisher.ask(["PUBLISH", "y", String(repeating: "l", count: 3 << 20)])
        #expect(waitUntil { (try? publisher.ask(["PUBSUB", "NUMSUB", "y"])) == Array("*2\r\n$1\r\ny\r\n:0\r\n".utf8) })
        #expect(try publisher.ask(["CONFIG", "GET", "client-output-buffer-limit"]).count > 100)
    }
}
