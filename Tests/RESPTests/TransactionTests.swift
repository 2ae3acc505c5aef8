// Transactions where more is needed than a transcript: full memory, other doors, many threads at once.

import Base
import Engine
import Synchronization
import Testing

@testable import RESP

@Suite("Transactions")
struct TransactionTests {
    private static let refusal = "-OOM command not allowed when used memory > 'maxmemory'.\r\n"

    /// Memory is full, and nothing may go, until the limit is raised.
    private func fill(_ fixture: Fixture) -> Conversation {
        let client = fixture.connect()
        client.ask("SET", "k", String(repeating: "x", count: 10_000))
        fixture.engine.memoryLimit = 1
        return client
    }

    @Test("while memory is full nothing is queued, and the transaction is spoilt")
    func fullWhileQueueing() {
        let fixture = Fixture()
        let client = fill(fixture)
        #expect(client.ask("MULTI") == "+OK\r\n")
        for words in [["PING"], ["SET", "a", "b"], ["MULTI"], ["WATCH", "a"]] {
            #expect(client.ask(words) == Self.refusal)
        }
        fixture.engine.memoryLimit = 0
        #expect(client.ask("GET", "k") == "+QUEUED\r\n")
        #expect(client.ask("EXEC") == "-EXECABORT Transaction discarded because of previous errors.\r\n")
        #expect(client.ask("MULTI") == "+OK\r\n")
        fixture.engine.memoryLimit = 1
        #expect(client.ask("DISCARD") == "+OK\r\n")
    }

    @Test("memory that is full at EXEC refuses what may need some, and only that")
    func fullAtExec() {
        let fixture = Fixture()
        let client = fill(fixture)
        func transaction(_ words: String...) -> String {
            fixture.engine.memoryLimit = 0
            client.ask("MULTI")
            client.ask(words)
            fixture.engine.memoryLimit = 1
            return client.ask("EXEC")
        }
        #expect(transaction("STRLEN", "k") == "*1\r\n:10000\r\n")
        #expect(
            transaction("SET", "k", "y")
                == "-EXECABORT Transaction discarded because of: " + Self.refusal.dropFirst())
        #expect(client.ask("EXEC") == "-ERR EXEC without MULTI\r\n")
        #expect(transaction("DEL", "k") == "*1\r\n:1\r\n")
    }

    @Test("what EXEC has begun it finishes, over the limit if it must")
    func overshooting() {
        var options = EngineOptions()
        options.memoryLimit = 8 << 20
        options.shardCount = 4
        let fixture = Fixture(options)
        let client = fixture.connect()
        client.ask("MULTI")
        let value = String(repeating: "v", count: 100_000)
        for index in 0..<200 { client.ask("SET", "key\(index)", value) }
        client.ask("COPY", "key0", "copy")
        client.ask("MSET", "m1", value, "m2", value)
        client.ask("APPEND", "key1", value)
        let reply = client.ask("EXEC")
        #expect(!reply.contains("OOM") && reply.hasSuffix(":1\r\n+OK\r\n:200000\r\n"))
        #expect(client.ask("SET", "more", value) == Self.refusal)
        #expect(client.ask("MULTI") == "+OK\r\n")
        #expect(client.ask("PING") == Self.refusal)
        fixture.engine.checkInvariants { Issue.record("\($0)") }
    }

    @Test("who queues or watches more than a request may be is cut off")
    func bounds() {
        var settings = RESPSettings()
        settings.requestSizeMax = 1 << 20
        let fixture = Fixture(EngineOptions(), settings)
        let client = fixture.connect()
        client.ask("MULTI")
        let value = String(repeating: "v", count: 100_000)
        for _ in 0..<10 { #expect(client.ask("SET", "k", value) == "+QUEUED\r\n") }
        #expect(client.ask("SET", "k", value) == "" && client.isClosed)
        let small = fixture.connect()
        small.ask("MULTI")
        var count = 0
        while !small.isClosed {
            small.ask("PING")
            count += 1
        }
        #expect((5_000...30_000).contains(count))
        let watcher = fixture.connect()
        for index in 0..<5 { #expect(watcher.ask("WATCH", "\(index)" + value, "\(index)w" + value) == "+OK\r\n") }
        #expect(watcher.ask("WATCH", value) == "" && watcher.isClosed)
        #expect(fixture.frontEnd.watchedKeys.isEmpty)
    }

    @Test("CLIENT LIST shows who is in a transaction, what it holds, and whether its keys changed")
    func list() {
        let fixture = Fixture()
        let client = fixture.connect()
        let other = fixture.connect()
        func row() -> String { other.ask("CLIENT", "LIST", "ID", "7") }
        client.ask("WATCH", "a", "b", "a")
        #expect(row().contains(" flags=N ") && row().contains(" multi=-1 watch=2 "))
        client.ask("MULTI")
        client.ask("SET", "a", "1")
        #expect(row().contains(" flags=x ") && row().contains(" multi=1 watch=2 "))
        #expect(!row().contains(" multi-mem=0 "))
        other.ask("SET", "b", "1")
        #expect(row().contains(" flags=xd ") && row().contains(" multi=1 watch=0 "))
        #expect(client.ask("SET", "a", "2") == "+QUEUED\r\n")
        #expect(row().contains(" multi=1 ") && row().contains(" cmd=set "))
        client.ask("EXEC")
        #expect(row().contains(" flags=N ") && row().contains(" multi=-1 watch=0 multi-mem=0 "))
        client.ask("WATCH", "a")
        client.ask("MULTI")
        client.ask("CLIENT", "INFO")
        let own = client.ask("EXEC")
        #expect(own.contains(" flags=x ") && own.contains(" multi=1 watch=0 ") && own.contains(" cmd=exec "))
    }

    @Test("commands that look at the whole server work inside, whatever else is there", arguments: [1, 4, 64])
    func wholeServer(_ shardCount: Int) {
        var options = EngineOptions()
        options.shardCount = shardCount
        let fixture = Fixture(options)
        let client = fixture.connect()
        for words in [
            ["SET", "a", "1"], ["INFO"], ["CONFIG", "RESETSTAT"], ["CONFIG", "SET", "maxmemory", "0"], ["COMMAND"],
            ["HELLO", "3"], ["HELLO", "2"], ["KEYS", "*"], ["SCAN", "0"], ["RANDOMKEY"], ["DBSIZE"], ["CLIENT", "LIST"],
            ["MEMORY", "USAGE", "a"], ["OBJECT", "ENCODING", "a"], ["TIME"], ["ROLE"], ["SWAPDB", "0", "1"],
            ["SWAPDB", "0", "1"], ["FLUSHDB"], ["FLUSHALL"], ["CLIENT", "KILL", "ID", "99"],
            ["CONFIG", "GET", "maxmemory"], ["MSET", "x", "1", "y", "2"], ["COPY", "x", "z", "DB", "3"],
            ["MOVE", "y", "3"], ["RENAME", "x", "w"],
        ] {
            client.ask("MULTI")
            client.ask("SET", "first", "1")
            #expect(client.ask(words) == "+QUEUED\r\n")
            client.ask("INCR", "first")
            let reply = client.ask("EXEC")
            #expect(reply.hasPrefix("*3\r\n+OK\r\n"), "\(words)")
            #expect(!reply.contains("\r\n-"), "\(words)")
        }
        #expect(client.ask("KEYS", "w") == "*1\r\n$1\r\nw\r\n")
    }

    @Test("large values go into a transaction and come out whole")
    func largeValues() {
        let client = Fixture().connect()
        let value = String(repeating: "0123456789", count: 10_000)
        client.ask("MULTI")
        client.ask("SET", "k", value)
        client.ask("MGET", "k", "k")
        client.ask("GET", "k")
        let bulk = "$100000\r\n\(value)\r\n"
        #expect(client.ask("EXEC") == "*3\r\n+OK\r\n*2\r\n" + bulk + bulk + bulk)
    }

    @Test("RESET inside a transaction takes the authentication with it")
    func authentication() {
        var settings = RESPSettings()
        settings.password = Array("pw".utf8)
        let client = Fixture(EngineOptions(), settings).connect()
        #expect(client.ask("MULTI") == "-NOAUTH Authentication required.\r\n")
        client.ask("AUTH", "pw")
        client.ask("MULTI")
        #expect(client.ask("AUTH", "bad") == "+QUEUED\r\n" && client.ask("GET", "k") == "+QUEUED\r\n")
        #expect(client.ask("EXEC").hasPrefix("*2\r\n-WRONGPASS") && client.ask("GET", "k") == "$-1\r\n")
        client.ask("MULTI")
        #expect(client.ask("RESET") == "+RESET\r\n")
        #expect(client.ask("EXEC") == "-NOAUTH Authentication required.\r\n")
    }
}

@Suite("Watched keys")
struct WatchedKeyTests {
    /// What EXEC answers if nothing, or something, happened to key `k` after WATCH.
    private func outcome(
        _ fixture: Fixture, later: Int64 = 0, _ change: (inout EngineHandle, Key) -> Void
    ) -> String {
        let client = fixture.connect()
        client.ask("WATCH", "k")
        var engine = fixture.engine.makeHandle()
        engine.now = Milliseconds(client.now.rawValue + later)
        let name = Array("k".utf8)
        change(&engine, engine.key(name.span.rawBytes, in: .first))
        client.ask("MULTI")
        client.ask("PING")
        return client.ask("EXEC")
    }

    private static let done = "*1\r\n+PONG\r\n"
    private static let broken = "*-1\r\n"

    @Test("changes through the engine's verbs, whoever calls them, are seen")
    func otherDoors() {
        let fixture = Fixture()
        let client = fixture.connect()
        let value = Array("1".utf8)
        #expect(outcome(fixture) { _, _ in } == Self.done)
        #expect(outcome(fixture) { engine, key in _ = engine.store(key, value.span.rawBytes, StoreOptions()) } == Self.broken)
        #expect(outcome(fixture) { engine, key in _ = engine.get(key, wantsCAS: true) { _ in } } == Self.done)
        #expect(outcome(fixture) { engine, key in _ = engine.invalidate(key, InvalidateOptions()) } == Self.broken)
        #expect(outcome(fixture) { engine, key in _ = engine.delete(key) } == Self.broken)
        client.ask("SET", "k", "v")
        #expect(outcome(fixture) { engine, _ in engine.flush(DatabaseIndex(1)) } == Self.done)
        #expect(outcome(fixture) { engine, _ in engine.flush(.first) } == Self.broken)
        #expect(fixture.frontEnd.watchedKeys.isEmpty)
    }

    @Test("a flush that was ordered for later, and expiry found by the background, are seen")
    func background() {
        let fixture = Fixture()
        let client = fixture.connect()
        client.ask("SET", "k", "v")
        let scheduled = outcome(fixture, later: 0) { engine, _ in
            engine.scheduleFlush(.first, at: Milliseconds(engine.now.rawValue + 10))
            engine.now = Milliseconds(engine.now.rawValue + 10)
        }
        #expect(scheduled == Self.broken)
        client.ask("SET", "k", "v", "PX", "100")
        let expired = outcome(fixture, later: 200) { engine, _ in
            for _ in 0..<200 { engine.maintain(microseconds: 1000) }
        }
        #expect(expired == Self.broken)
    }

    @Test("an eviction is seen")
    func eviction() {
        var options = EngineOptions()
        options.memoryLimit = 2 << 20
        options.shardCount = 1
        options.evictionPolicy = .allKeysLRU
        let fixture = Fixture(options)
        let client = fixture.connect()
        let other = fixture.connect()
        client.ask("SET", "k", "v")
        client.ask("WATCH", "k")
        let value = String(repeating: "x", count: 1000)
        other.now = Milliseconds(other.now.rawValue + 100_000)
        for index in 0..<10_000 { other.ask("SET", "\(index)", value) }
        #expect(other.ask("EXISTS", "k") == ":0\r\n")
        client.ask("MULTI")
        #expect(client.ask("EXEC") == Self.broken)
    }

    @Test("keys are forgotten on every way out, and the engine is then followed no longer")
    func endings() {
        let fixture = Fixture()
        let keys = fixture.frontEnd.watchedKeys
        let other = fixture.connect()
        for words in [["EXEC"], ["DISCARD"], ["RESET"], ["QUIT"], ["CLIENT", "KILL", "ID", "8", "SKIPME", "no"]] {
            for breaks in [false, true] {
                let client = fixture.connect(id: 8)
                client.ask("WATCH", "a", "b")
                #expect(!keys.isEmpty && keys.isFollowing)
                if words.count == 1 { client.ask("MULTI") }
                if breaks { other.ask("SET", "a", "1") }
                client.ask(words)
                #expect(keys.isEmpty, "\(words)")
                client.session.connectionClosed()
            }
        }
        let lost = fixture.connect()
        lost.ask("WATCH", "a")
        lost.ask("MULTI")
        lost.session.connectionClosed()
        #expect(keys.isEmpty && keys.isFollowing)
        for _ in 0...RESPLimits.idleWatchTicks { fixture.frontEnd.tick(now: Fixture.start) }
        #expect(!keys.isFollowing)
        #expect(outcome(fixture) { engine, key in _ = engine.store(key, key.bytes, StoreOptions()) } == Self.broken)
        let holder = fixture.connect()
        holder.ask("WATCH", "a")
        for _ in 0...RESPLimits.idleWatchTicks { fixture.frontEnd.tick(now: Fixture.start) }
        #expect(keys.isFollowing)
    }

    @Test("amounts that many threads move between counters, each after a look, are neither lost nor made")
    func accounts() async {
        var options = EngineOptions()
        options.shardCount = 8
        let fixture = Fixture(options)
        let frontEnd = fixture.frontEnd
        let counterCount = 6
        let setter = fixture.connect()
        for index in 0..<counterCount { setter.ask("SET", "c\(index)", "1000") }
        let counts = await withTaskGroup(of: (moved: Int, refused: Int).self) { group in
            for thread in 0..<4 {
                group.addTask { Self.move(frontEnd, thread, counterCount) }
            }
            return await group.reduce((0, 0)) { ($0.0 + $1.moved, $0.1 + $1.refused) }
        }
        var sum = 0
        for index in 0..<counterCount {
            sum += Int(setter.ask("GET", "c\(index)").split(separator: "\r\n")[1])!
        }
        #expect(sum == 1000 * counterCount)
        #expect(counts.0 > 0 && counts.0 + counts.1 == 4 * 1500)
        #expect(frontEnd.watchedKeys.isEmpty)
        fixture.engine.checkInvariants { Issue.record("\($0)") }
    }

    /// One client's moves; how many were made, and how many were refused because of others.
    private static func move(_ frontEnd: RESPFrontEnd, _ thread: Int, _ counterCount: Int) -> (moved: Int, refused: Int) {
        let peer = ClientPeer.conversation(
            id: UInt64(100 + thread), address: "127.0.0.1:\(50000 + thread)", openedAt: Fixture.start)
        let client = Conversation(frontEnd.makeSession(peer, worker: thread))
        var random = SplitMix64(seed: UInt64(thread))
        var moved = 0
        var refused = 0
        func value(_ key: String) -> Int { Int(client.ask("GET", key).split(separator: "\r\n")[1])! }
        for step in 0..<1500 {
            let from = random.next(below: counterCount)
            let source = "c\(from)"
            let target = "c\((from + 1 + random.next(below: counterCount - 1)) % counterCount)"
            let amount = random.next(below: 10)
            client.ask("WATCH", source, target)
            let (a, b) = (value(source), value(target))
            client.ask("MULTI")
            client.ask("MSET", source, "\(a - amount)", target, "\(b + amount)")
            client.ask("SETRANGE", source, "0", "")
            // A part of all transactions holds every shard.
            if step % 50 == 0 { client.ask("DBSIZE") }
            if client.ask("EXEC") == "*-1\r\n" { refused += 1 } else { moved += 1 }
            // The sum of two counters that one EXEC changed together is seen whole by another.
            if step % 100 == 0 {
                client.ask(["MULTI"])
                for index in 0..<counterCount { client.ask("GET", "c\(index)") }
                let parts = client.ask("EXEC").split(separator: "\r\n").dropFirst()
                let sum = parts.enumerated().filter { $0.offset % 2 == 1 }.reduce(0) { $0 + Int($1.element)! }
                if sum != 1000 * counterCount { Issue.record("a torn sum: \(sum)") }
            }
        }
        client.session.connectionClosed()
        return (moved, refused)
    }
}
