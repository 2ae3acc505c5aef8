// Taking over a running memcached or Redis while it is stopped and killed: no acknowledged write is lost or comes back.

import Base
import Glibc
import Server
import Synchronization
import TestPeers
import Testing

@Suite("Taking over", .serialized)
struct CutoverTests {
    /// What becomes of the old server on the way.
    enum Fate: String, CaseIterable, Sendable {
        case lives, stops, dies
        /// Another one with the same items takes its place.
        case returns
    }

    private static let threadCount = 3
    private static let keyCount = 400
    private static let stepCount = 1500

    private static func oldKeys(_ thread: Int) -> [TakenKey] {
        (0..<keyCount).map { index in
            switch index % 5 {
            case 0: TakenKey(old: nil)
            case 1, 2: TakenKey(old: "\(1000 + index)")
            default: TakenKey(old: "old\(thread)x\(index)")
            }
        }
    }

    /// The items' numbers in a memcached, in the order of the keys.
    private func oldTokens(_ path: String, _ thread: Int) throws -> [String?] {
        let names = (0..<Self.keyCount).map { Self.name(thread, $0) }.joined(separator: " ")
        let reply = try Wire(unix: path).ask(Array("gets \(names)\r\n".utf8), ending: "mn\r\n", "MN\r\n")
        var tokens: [Substring: String] = [:]
        let text = String(decoding: reply, as: UTF8.self).replacing("\r\n", with: "\n")
        for line in text.split(separator: "\n") where line.hasPrefix("VALUE ") {
            let words = line.split(separator: " ")
            tokens[words[1]] = String(words[4])
        }
        return (0..<Self.keyCount).map { tokens[Self.name(thread, $0)[...]] }
    }

    private static func name(_ thread: Int, _ index: Int) -> String { "t\(thread)k\(index)" }

    private func startOld(isRedis: Bool) throws -> Peer {
        let old =
            isRedis
            ? try Peer.emptyRedis()
            : try Peer(Peer.memcached!) { socket, _ in ["-s", socket, "-U", "0", "-t", "2", "-u", "root"] }
        for thread in 0..<Self.threadCount {
            let items = Self.oldKeys(thread).enumerated().compactMap { index, key in
                key.old.map { (Self.name(thread, index), $0) }
            }
            if isRedis {
                _ = try RESPSide(unix: old.socketPath).ask(together: items.map { ["SET", $0.0, $0.1] })
            } else {
                let text = items.map { "set \($0.0) 0 0 \($0.1.utf8.count) noreply\r\n\($0.1)\r\n" }.joined()
                _ = try Wire(unix: old.socketPath).ask(Array(text.utf8), ending: "mn\r\n", "MN\r\n")
            }
        }
        return old
    }

    private func rows(_ duet: Duet) throws -> [String: String] {
        let reply = try Wire(unix: duet.memcachedPath).ask(Array("stats\r\n".utf8), ending: "mn\r\n", "MN\r\n")
        var rows: [String: String] = [:]
        for line in String(decoding: reply, as: UTF8.self).replacing("\r\n", with: "\n").split(separator: "\n") {
            let words = line.split(separator: " ", maxSplits: 2).map(String.init)
            if words.count == 3 { rows[words[1]] = words[2] }
        }
        return rows
    }

    @Test(
        "every answer is one that the keys' history allows, over both doors",
        .enabled(if: Peer.memcached != nil && Peer.redis != nil),
        arguments: Fate.allCases, [false, true])
    func histories(fate: Fate, isRedis: Bool) throws {
        let seed = UInt64.random(in: 0 ... .max)
        print("take-over seed \(seed) \(fate) redis \(isRedis)")
        let old = try startOld(isRedis: isRedis)
        let path = old.socketPath
        let duet = try Duet { settings in
            settings.migrateFrom = (isRedis ? "unix://" : "memcached+unix://") + path
            settings.migrateTimeoutMilliseconds = fate == .lives ? 5000 : 30
            settings.migrateRate = 100
        }
        defer { duet.finish() }
        let clients = try (0..<Self.threadCount).map { thread in
            var keys = Self.oldKeys(thread)
            if !isRedis && fate != .returns {
                for (index, token) in try oldTokens(path, thread).enumerated() {
                    keys[index].oldToken = token
                    keys[index].token = token
                }
            }
            return try CutoverClient(duet, prefix: "t\(thread)k", keys, seed: seed &+ UInt64(thread))
        }
        let next = fate == .returns ? try startOld(isRedis: isRedis) : nil
        let course = Course()
        let threads = try clients.map { client in
            let client = Handed(client)
            return try Thread(name: "client") {
                run(client.value, course, steps: Self.stepCount)
            }
        }
        let total = Self.threadCount * Self.stepCount
        if fate != .lives {
            while course.done.load(ordering: .relaxed) < total / 4 { usleep(1000) }
            course.isFailing.store(true, ordering: .sequentiallyConsistent)
            // Until everybody has seen it.
            let seen = course.done.load(ordering: .sequentiallyConsistent)
            while course.done.load(ordering: .sequentiallyConsistent) < seen + 50 { usleep(1000) }
            usleep(20_000)
            old.signal(fate == .stops ? SIGSTOP : SIGKILL)
            while course.done.load(ordering: .relaxed) < total / 2 { usleep(1000) }
            if fate == .stops { old.signal(SIGCONT) }
            // From one moment to the next it is there, with all items.
            if let next {
                let outcome = unsafe rename(next.socketPath, path)
                #expect(outcome == 0)
            }
        }
        for thread in threads { thread.join() }
        // Whose time is up by now could come back as long as the take-over lasts.
        usleep(1_100_000)
        for client in clients { try client.readAll() }
        if fate != .dies {
            _ = try RESPSide(unix: duet.respPath).ask(["CONFIG", "SET", "migrate-rate", "0"])
            #expect(try waitUntil { try rows(duet)["migrate_status"] == "done" })
            for client in clients {
                // Nothing was given up for good.
                client.mayFail = false
                try client.readAll()
            }
        }
        for client in clients {
            for fault in client.faults { Issue.record("\(fault)") }
            if fate == .lives { #expect(client.model.oldHits == client.model.oldReads) }
        }
        let facts = try rows(duet).filter { $0.key.hasPrefix("migrate") }.sorted { $0.key < $1.key }
        print(facts.map { "\($0.key) \($0.value)" })
    }

    @Test(
        "values of all kinds come from Redis, in all its databases, with their times",
        .enabled(if: Peer.redis != nil))
    func kinds() throws {
        let old = try Peer.emptyRedis()
        let requests = [
            ["SET", "s", "text"], ["SET", "n", "12"], ["RPUSH", "l", "1", "b"], ["HSET", "h", "f", "v"],
            ["SADD", "t", "1", "2"], ["ZADD", "z", "1.5", "m"], ["XADD", "x", "1-1", "f", "v"],
            ["SET", "e", "v", "PX", "100000"], ["SELECT", "5"], ["SET", "five", "5"], ["SELECT", "0"],
        ]
        _ = try RESPSide(unix: old.socketPath).ask(together: requests)
        let path = old.socketPath
        let duet = try Duet { $0.migrateFrom = "unix://" + path; $0.migrateRate = 1 }
        defer { duet.finish() }
        let (here, there) = (try RESPSide(unix: duet.respPath), try RESPSide(unix: old.socketPath))
        for words in [
            ["GET", "s"], ["INCR", "n"], ["LRANGE", "l", "0", "-1"], ["HGETALL", "h"], ["SCARD", "t"],
            ["ZRANGE", "z", "0", "-1"], ["XRANGE", "x", "-", "+"], ["TYPE", "none"], ["RPUSH", "l", "c"],
            ["LRANGE", "l", "0", "-1"], ["EXISTS", "s", "five"],
            ["SELECT", "5"], ["GET", "five"], ["SELECT", "0"],
        ] {
            #expect(try here.ask(words) == there.ask(words), "\(words)")
        }
        let left = Int(String(decoding: try here.ask(["PTTL", "e"]), as: UTF8.self).dropFirst().dropLast()) ?? 0
        #expect(left > 50_000 && left <= 100_000)
    }

    @Test(
        "with a log from the start, a restart finds what came and not what was deleted, and begins nothing by itself",
        .enabled(if: Peer.memcached != nil))
    func durable() throws {
        let old = try startOld(isRedis: false)
        let (path, folder) = (old.socketPath, Running.makeFolder())
        defer {
            for file in Files.matching(folder + "/appendonlydir/*") { unsafe _ = unlink(file) }
            unsafe _ = rmdir(folder + "/appendonlydir")
            unsafe _ = rmdir(folder)
        }
        func start() throws -> (Duet, RESPSide) {
            let duet = try Duet { settings in
                settings.directory = folder
                settings.isLogged = true
                settings.migrateFrom = "memcached+unix://" + path
                settings.migrateRate = 1
            }
            let side = try RESPSide(unix: duet.respPath)
            while String(decoding: try side.ask(["DBSIZE"]), as: UTF8.self).contains("LOADING") { usleep(2000) }
            return (duet, side)
        }
        func ask(_ side: RESPSide, _ words: String...) throws -> String {
            String(decoding: try side.ask(words), as: UTF8.self)
        }
        let (first, side) = try start()
        #expect(try ask(side, "GET", Self.name(0, 1)) == "$4\r\n1001\r\n")
        #expect(try ask(side, "DEL", Self.name(0, 2)) == ":1\r\n")
        #expect(try ask(side, "INCR", Self.name(0, 6)) == ":1007\r\n")
        _ = try ask(side, "CONFIG", "SET", "migrate-from", "")
        #expect(try waitUntil { try rows(first)["migrate_status"] == "stopped" })
        let before = try ask(side, "DBSIZE")
        first.finish()
        let (second, other) = try start()
        #expect(try ask(other, "GET", Self.name(0, 1)) == "$4\r\n1001\r\n")
        #expect(try ask(other, "GET", Self.name(0, 2)) == "$-1\r\n")
        #expect(try ask(other, "GET", Self.name(0, 6)) == "$4\r\n1007\r\n")
        #expect(try ask(other, "DBSIZE") == before)
        #expect(try rows(second)["migrate_status"] == nil)
        second.finish()
    }

    @Test(
        "CONFIG SET begins and ends it, and refuses what is no such server",
        .enabled(if: Peer.memcached != nil && Peer.redis != nil))
    func settings() throws {
        let (old, redis) = (try startOld(isRedis: false), try Peer.emptyRedis())
        _ = try RESPSide(unix: redis.socketPath).ask(["PING"])
        let duet = try Duet()
        defer { duet.finish() }
        let side = try RESPSide(unix: duet.respPath)
        func set(_ url: String) throws -> String {
            String(decoding: try side.ask(["CONFIG", "SET", "migrate-from", url]), as: UTF8.self)
        }
        #expect(try set("old:11211").contains("argument must be memcached://"))
        #expect(try set("memcached+unix:///nowhere").contains("cannot connect"))
        #expect(try set("memcached+unix://" + redis.socketPath).hasPrefix("-ERR"))
        #expect(try set("unix://" + old.socketPath).hasPrefix("-ERR"))
        #expect(try rows(duet)["migrate_status"] == nil)
        #expect(try String(decoding: side.ask(["GET", Self.name(0, 1)]), as: UTF8.self) == "$-1\r\n")
        _ = try side.ask(["CONFIG", "SET", "migrate-rate", "1"])
        #expect(try set("memcached+unix://" + old.socketPath) == "+OK\r\n")
        #expect(try String(decoding: side.ask(["GET", Self.name(0, 1)]), as: UTF8.self) == "$4\r\n1001\r\n")
        #expect(try rows(duet)["migrate_status"] == "running")
        let shown = try side.ask(["CONFIG", "GET", "migrate-from"])
        #expect(String(decoding: shown, as: UTF8.self).contains(old.socketPath))
        #expect(try set("") == "+OK\r\n")
        #expect(try waitUntil { try rows(duet)["migrate_status"] == "stopped" })
        // Nothing came since but what had come.
        let names = (0..<Self.threadCount).flatMap { thread in (0..<Self.keyCount).map { Self.name(thread, $0) } }
        let found = try side.ask(["EXISTS"] + names)
        #expect(try found == side.ask(["DBSIZE"]) && found.count < 6)
        #expect(try String(decoding: side.ask(["GET", Self.name(0, 1)]), as: UTF8.self) == "$4\r\n1001\r\n")
    }

    @Test("an old server that says nothing holds up who named it, and nobody else")
    func silent() throws {
        let old = try LineServer { _ in LineServer.Answer("") }
        let duet = try Duet { $0.workerCount = 1 }
        defer { duet.finish() }
        let (asking, other) = (Handed(try RESPSide(unix: duet.respPath)), try RESPSide(unix: duet.respPath))
        let answer = Monitor("")
        let words = ["CONFIG", "SET", "migrate-from", "memcached+unix://" + old.path]
        let thread = try Thread(name: "client") {
            do {
                let reply = try asking.value.ask(words)
                answer.change { $0 = String(decoding: reply, as: UTF8.self) }
            } catch { answer.change { $0 = "\(error)" } }
        }
        // It waits, and its worker's other client is told so.
        let isWaiting = try waitUntil {
            try String(decoding: other.ask(["CLIENT", "LIST"]), as: UTF8.self).contains("flags=b")
        }
        #expect(isWaiting)
        let second = try String(decoding: other.ask(["CONFIG", "SET", "migrate-from", ""]), as: UTF8.self)
        #expect(second.contains("being asked just now"), "\(second)")
        thread.join()
        #expect(answer.look { $0 }.contains("said nothing for too long"), "\(answer.look { $0 })")
        #expect(try other.ask(["CONFIG", "SET", "migrate-from", ""]) == Array("+OK\r\n".utf8))
        withExtendedLifetime(old) {}
    }
}

/// Handed to one thread, and taken back when it has ended.
private struct Handed<Value>: @unchecked Sendable {
    // Sendable: see above.
    let value: Value
    init(_ value: Value) { self.value = value }
}

private final class Course: Sendable {
    let done = Atomic<Int>(0)
    let isFailing = Atomic<Bool>(false)
}

private func run(_ client: CutoverClient, _ course: Course, steps: Int) {
    for step in 0..<steps {
        // Longer than most of what is to go by itself.
        if step == steps * 3 / 4 { usleep(200_000) }
        // Before the step: what fails in its middle counts too.
        client.mayFail = client.mayFail || course.isFailing.load(ordering: .sequentiallyConsistent)
        do { try client.step() } catch { client.note("\(error)") }
        course.done.wrappingAdd(1, ordering: .sequentiallyConsistent)
    }
}

private func waitUntil(_ condition: () throws -> Bool) throws -> Bool {
    for _ in 0..<2000 {
        if try condition() { return true }
        usleep(5000)
    }
    return false
}
