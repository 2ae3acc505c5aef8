// Keyspace notifications of what redis-server does not have: memcached's commands, several workers; and what needs no
// request: time and want of memory.

import Engine
import Glibc
import Server
import Testing

@Suite("Notifications of both doors", .serialized)
struct DoorNotificationTests {
    private static func events(_ side: NotificationSide) throws -> String {
        let heard = try side.heard().filter { $0.channel.hasPrefix("__keyspace@0__:") }
        return heard.map { "\($0.channel.dropFirst(15)) \($0.message)" }.joined(separator: ", ")
    }

    private func withSide(
        _ change: (inout Configuration) -> Void = { _ in }, flags: String = "KAnm",
        _ body: (_ duet: Duet, _ side: NotificationSide) throws -> Void
    ) throws {
        let duet = try Duet(change)
        defer { duet.finish() }
        try body(duet, try NotificationSide(unix: duet.respPath, flags: flags))
    }

    @Test("memcached's text and meta commands tell what a Redis client would look for")
    func text() throws {
        try withSide { duet, side in
            let memcached = try Wire(unix: duet.memcachedPath)
            func expect(_ request: String, _ expected: String, line: Int = #line) throws {
                let reply = try memcached.ask(bytes(request + "\r\n"), ending: "mn\r\n", "MN\r\n")
                let heard = try Self.events(side)
                #expect(heard == expected, "\(request): \(shown(reply))")
            }
            try expect("get k", "k keymiss")
            try expect("set k 7 0 1\r\n1", "k new, k set")
            try expect("get k", "")
            try expect("set k 7 100 1\r\n1", "k set, k expire")
            try expect("add k 0 0 1\r\n1", "")
            try expect("add a 0 0 1\r\n1", "a new, a set")
            try expect("replace none 0 0 1\r\n1", "")
            try expect("replace a 0 0 1\r\n5", "a set")
            try expect("append a 0 0 1\r\n5", "a append")
            try expect("prepend a 0 0 1\r\n5", "a append")
            try expect("append none 0 0 1\r\n5", "")
            try expect("cas a 0 0 1 1\r\n5", "")
            try expect("incr a 1", "a incrby")
            try expect("decr a 1", "a incrby")
            try expect("incr none 1", "")
            try expect("touch a 100", "a expire")
            try expect("touch a 0", "a persist")
            try expect("gat 100 a", "a expire")
            try expect("gat 100 none", "none keymiss")
            try expect("touch none 100", "")
            try expect("touch a -1", "a del")
            try expect("delete k", "k del")
            try expect("delete k", "")
            try expect("ms m 1\r\n1", "m new, m set")
            try expect("ms m 1 T100\r\n1", "m set, m expire")
            try expect("ms m 1 MA\r\n1", "m append")
            try expect("ms m 1 MP\r\n1", "m append")
            try expect("ms n 1 ME\r\n1", "n new, n set")
            try expect("mg m v", "")
            try expect("mg m T50", "m expire")
            try expect("mg none v", "none keymiss")
            try expect("mg viv N30", "viv keymiss, viv new, viv set, viv expire")
            try expect("ma m", "m incrby")
            try expect("ma m MD", "m incrby")
            try expect("ma c N0 J5", "c new, c incrby")
            try expect("md c I T30", "")
            try expect("md c x", "c set")
            try expect("md c", "c del")
            try expect("flush_all", "")
            try expect("get m", "m keymiss")
        }
    }

    @Test("so do its binary commands")
    func binary() throws {
        try withSide { duet, side in
            let memcached = try Wire(unix: duet.memcachedPath)
            func expect(_ opcode: UInt8, extras: [UInt8], value: [UInt8] = [], _ expected: String) throws {
                let body = extras + bytes("k") + value
                let header: [UInt8] = [0x80, opcode, 0, 1, UInt8(extras.count), 0, 0, 0, 0, 0, 0, UInt8(body.count)]
                #expect(memcached.send(header + [UInt8](repeating: 0, count: 12) + body))
                _ = try memcached.read()
                let heard = try Self.events(side)
                #expect(heard == expected, "opcode \(opcode)")
            }
            let number = [UInt8](repeating: 0, count: 7) + [1]
            try expect(0x05, extras: number + number + [0, 0, 0, 0], "k new, k incrby")
            try expect(0x06, extras: number + number + [0, 0, 0, 0], "k incrby")
            try expect(0x0e, extras: [], value: [0x31], "k append")
            try expect(0x0f, extras: [], value: [0x31], "k append")
            try expect(0x01, extras: [0, 0, 0, 0, 0, 0, 0, 0], value: [0x31], "k set")
            try expect(0x1c, extras: [0, 0, 0, 100], "k expire")
            try expect(0x1d, extras: [0, 0, 0, 0], "k persist")
            try expect(0x04, extras: [], "k del")
            try expect(0x00, extras: [], "k keymiss")
        }
    }

    @Test("what runs out of time is told by the background, or before the command that finds it", arguments: [1, 3])
    func expiry(_ workers: Int) throws {
        try withSide(
            {
                $0.workerCount = workers
                // The background is soon around.
                $0.databaseCount = 1
            }, flags: "Kxg$n"
        ) { _, side in
            _ = try side.clients[0].ask(["SET", "k", "1", "PX", "20"])
            var heard = try Self.events(side)
            #expect(waitUntil {
                heard += (try? Self.events(side)) ?? ""
                return heard.hasSuffix("expired")
            })
            #expect(heard == "k new, k set, k expirek expired")
            // Thousands, so that a command finds some first.
            for index in 0..<2000 { _ = try side.clients[0].ask(["SET", "k\(index)", "1", "PX", "1"]) }
            for index in 0..<2000 { _ = try side.clients[0].ask(["SET", "k\(index)", "1"]) }
            var byKey: [String: [String]] = [:]
            for (channel, message) in try side.heard() { byKey[channel, default: []].append(message) }
            let expected = ["new", "set", "expire", "expired", "new", "set"]
            #expect(byKey.count == 2000 && byKey.values.allSatisfy { $0 == expected })
        }
    }

    @Test("each eviction is told, whichever door wants the room")
    func eviction() throws {
        try withSide(
            {
                $0.memoryLimit = 16 << 20
                $0.evictionPolicy = .allKeysLRU
                $0.workerCount = 2
            }, flags: "Ee"
        ) { duet, side in
            let memcached = try Wire(unix: duet.memcachedPath)
            let value = String(repeating: "v", count: 1000)
            for index in 0..<200 {
                let first = (0..<100).map { "set m\(index * 100 + $0) 0 0 1000 noreply\r\n\(value)\r\n" }.joined()
                _ = try memcached.ask(bytes(first), ending: "mn\r\n", "MN\r\n")
                _ = try side.clients[0].ask(together: (0..<100).map { ["SET", "r\(index * 100 + $0)", value] })
            }
            var evicted: Set<String> = []
            var count = 0
            func listen() throws {
                for (channel, message) in try side.heard() {
                    #expect(channel == "__keyevent@0__:evicted")
                    evicted.insert(message)
                    count += 1
                }
            }
            func told() throws -> Int {
                let info = String(decoding: try side.clients[0].ask(["INFO", "stats"]), as: UTF8.self)
                let row = info.split(separator: "\r\n").first { $0.hasPrefix("evicted_keys:") } ?? ""
                return Int(row.dropFirst(13)) ?? -1
            }
            // The background may still be at it.
            #expect(waitUntil {
                let before = (try? told()) ?? -1
                do { try listen() } catch { return true }
                return before == count
            })
            #expect(count > 10_000 && evicted.count == count)
            #expect(evicted.contains { $0.hasPrefix("m") } && evicted.contains { $0.hasPrefix("r") })
        }
    }

    @Test("a key's events come in the order of its changes, whichever workers make them")
    func order() throws {
        try withSide({ $0.workerCount = 4 }, flags: "KAn") { duet, side in
            let wires = try (0..<8).map { index in
                try Wire(unix: index % 4 == 3 ? duet.memcachedPath : duet.respPath)
            }
            for round in 0..<40 {
                var drawer = Drawer(seed: UInt64(round))
                for (index, wire) in wires.enumerated() {
                    var batch: [UInt8] = []
                    for _ in 0..<50 {
                        let key = "k\(drawer.below(3))"
                        if index % 4 == 3 {
                            batch += bytes(drawer.pick([
                                "set \(key) 0 0 1\r\n1\r\n", "delete \(key)\r\n", "touch \(key) 1000\r\n",
                                "add \(key) 0 1000 1\r\n1\r\n",
                            ]))
                        } else {
                            batch += RESPSide.request(drawer.pick([
                                ["SET", key, "1"], ["DEL", key], ["GETDEL", key], ["SET", key, "1", "EX", "1000"],
                                ["PERSIST", key], ["EXPIRE", key, "1000"], ["APPEND", key, ""], ["RENAME", key, "k0"],
                            ]))
                        }
                    }
                    let probe = index % 4 == 3 ? bytes("mn\r\n") : RESPSide.request(["ECHO", "over"])
                    #expect(wire.send(batch + probe))
                }
                for (index, wire) in wires.enumerated() {
                    _ = try wire.ask([], ending: "", index % 4 == 3 ? "MN\r\n" : "over\r\n")
                }
            }
            // Whether a key is there, and whether it has an expiry, as its events tell.
            var states: [String: (isThere: Bool, expires: Bool?)] = [:]
            var count = 0
            for (channel, message) in try side.heard() {
                var state = states[channel] ?? (false, false)
                switch message {
                case "new":
                    // What is renamed takes the place of what was there.
                    state = (true, nil)
                case "del", "rename_from":
                    #expect(state.isThere, "\(channel) \(message)")
                    state = (false, false)
                case "set", "append", "rename_to":
                    #expect(state.isThere, "\(channel) \(message)")
                    state.expires = message == "set" ? false : message == "append" ? state.expires : nil
                case "expire":
                    #expect(state.isThere, "\(channel) \(message)")
                    state.expires = true
                case "persist":
                    #expect(state.isThere && state.expires != false, "\(channel) \(message)")
                    state.expires = false
                default: Issue.record("\(channel) \(message)")
                }
                states[channel] = state
                count += 1
            }
            #expect(count > 5000)
            for (channel, state) in states {
                let key = String(channel.dropFirst(15))
                #expect(try side.clients[0].ask(["EXISTS", key]) == bytes(state.isThere ? ":1\r\n" : ":0\r\n"))
            }
        }
    }

    @Test("CONFIG SET takes effect inside EXEC, and takes it back")
    func insideExec() throws {
        try withSide({ $0.workerCount = 2 }, flags: "") { _, side in
            let replies = try side.clients[0].ask(together: [
                ["SET", "k", "0"], ["MULTI"], ["SET", "k", "1"], ["CONFIG", "SET", "notify-keyspace-events", "KA"],
                ["SET", "k", "2"], ["CONFIG", "GET", "notify-keyspace-events"], ["EXEC"], ["APPEND", "k", "3"],
                ["CONFIG", "SET", "notify-keyspace-events", "A"], ["SET", "k", "4"],
            ])
            #expect(String(decoding: replies, as: UTF8.self).contains("$2\r\nAK\r\n"))
            let heard = try Self.events(side)
            #expect(heard == "k set, k append")
        }
    }

    @Test("a subscriber of one event hears its keys, and nothing of classes that are not wanted")
    func oneChannel() throws {
        try withSide(flags: "El") { duet, side in
            let hearer = try RESPSide(unix: duet.respPath)
            _ = try hearer.ask(["HELLO", "3"])
            _ = try hearer.ask(["SUBSCRIBE", "__keyevent@0__:lpush", "__keyspace@0__:list"])
            for request in [["LPUSH", "list", "x"], ["SET", "k", "v"], ["RPUSH", "list", "y"], ["DEL", "list"]] {
                _ = try side.clients[0].ask(request)
            }
            let heard = try hearer.ask(["PING"]) + hearer.ask(["PING"])
            #expect(RESPSide.bulks(heard) == ["message", "__keyevent@0__:lpush", "list"])
        }
    }
}
