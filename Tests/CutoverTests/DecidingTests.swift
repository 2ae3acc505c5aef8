// What is decided stays so: random verbs on a keyspace, and an old server that would bring everything back.

import Base
import Engine
import Migration
import Testing
import Transport

@testable import Cutover

struct DecidingTests {
    private final class World {
        let engine: Engine
        let cutover: Cutover
        var handle: EngineHandle

        init(_ url: String, memoryLimit: Int = 0, policy: EvictionPolicy = .noEviction) throws {
            var options = EngineOptions()
            options.memoryLimit = memoryLimit
            options.evictionPolicy = policy
            options.databaseCount = 4
            options.shardCount = memoryLimit > 0 ? 1 : 4
            engine = Engine(options)
            let workers = try Workers(TransportOptions(workerCount: 1))
            let notes = CutoverNotes(warning: { _ in }, ended: { _, _ in })
            cutover = try Cutover.make(
                OriginAddress(url)!, CutoverOptions(), engine: engine, workers: workers, notes: notes)
            handle = engine.makeHandle()
            handle.now = Milliseconds(1_000_000)
            cutover.follow()
        }

        deinit { engine.removeChangeListener(cutover) }

        func key(_ name: String, _ database: Int = 0) -> UndecidedKey {
            UndecidedKey(handle.key(Array(name.utf8).span.rawBytes, in: DatabaseIndex(database)))
        }

        func value(_ key: UndecidedKey) -> String? {
            var value: String?
            _ = handle.get(key.key) { value = $0.value.copiedText() }
            return value
        }

        /// The old server answers.
        func arrive(_ key: UndecidedKey, _ text: String?, secondsLeft: Int64 = -1, cas: UInt64 = 5) -> Arrival {
            let bytes = Array((text ?? "").utf8)
            var facts = MetaItem()
            facts.flags = 3
            facts.timeToLive = secondsLeft
            facts.cas = cas
            let answer: OriginAnswer = text == nil ? .missing : .string(bytes.span.rawBytes, facts)
            return cutover.place(answer, for: key, &handle)
        }
    }

    @Test("a key that was here once, or asked for in vain, never comes from there again", arguments: [1, 2, 3])
    func model(round: Int) throws {
        let seed = UInt64.random(in: 0 ... .max)
        print("seed \(seed)")
        var random = SplitMix64(seed: seed)
        let world = try World("memcached://old")
        var decided: Set<String> = []
        for _ in 0..<20_000 {
            let name = "k\(random.next() % 500)"
            let key = world.key(name)
            #expect(world.cutover.mayHave(key.key, &world.handle) == !decided.contains(name))
            switch random.next() % 10 {
            case 0, 1:
                var options = StoreOptions()
                if random.next() % 2 == 0 { options.expiry = Milliseconds(world.handle.now.rawValue + 20) }
                _ = world.handle.store(key.key, Array("here".utf8).span.rawBytes, options)
                decided.insert(name)
            case 2: _ = world.handle.delete(key.key)
            case 3: _ = world.handle.expire(key.key, at: Milliseconds(world.handle.now.rawValue + 5))
            case 4:
                let other = "k\(random.next() % 500)"
                if case .stored = world.handle.rename(key.key, to: world.key(other).key, replaces: true) {
                    decided.formUnion([name, other])
                }
            case 5:
                let other = world.key(name, 1)
                _ = world.handle.rename(key.key, to: other.key, replaces: true)
            case 6: _ = world.arrive(key, nil); decided.insert(name)
            case 7: world.handle.now = Milliseconds(world.handle.now.rawValue + 1)
            case 8: world.handle.maintain(microseconds: 50)
            default:
                let before = world.value(key)
                switch world.arrive(key, "old") {
                case .stored:
                    #expect(!decided.contains(name) && before == nil && world.value(key) == "old")
                    decided.insert(name)
                case .decided: #expect(decided.contains(name) && world.value(key) == before)
                case .missing, .unstored, .refused: Issue.record("not so")
                }
            }
        }
        #expect(!world.cutover.isOver)
    }

    @Test("what was evicted does not come back")
    func eviction() throws {
        let world = try World("memcached://old", memoryLimit: 8 << 20, policy: .allKeysLRU)
        let value = String(repeating: "v", count: 1000)
        for index in 0..<20_000 { _ = world.arrive(world.key("k\(index)"), value) }
        for index in 0..<20_000 {
            let key = world.key("k\(index)")
            #expect(!world.cutover.mayHave(key.key, &world.handle))
            #expect(!(world.handle.look(key.key) { _ in }) == (world.value(key) == nil))
        }
        #expect(world.cutover.tombstones.count > 10_000)
    }

    @Test("an item comes with its flags, its time and its number, and numbers given here are others")
    func facts() throws {
        let world = try World("memcached://old")
        world.handle.raiseCAS(above: CutoverLimits.casBase)
        let key = world.key("a")
        guard case .stored = world.arrive(key, "x", secondsLeft: 10, cas: 77) else { return #expect(Bool(false)) }
        let end = world.handle.now.rawValue + 10_000
        _ = world.handle.look(key.key) { item in
            #expect(item.flags == 3 && item.cas == 77 && item.expiry.rawValue == end)
        }
        var options = StoreOptions()
        options.casField = .fresh
        _ = world.handle.store(key.key, Array("y".utf8).span.rawBytes, options)
        _ = world.handle.look(key.key) { #expect($0.cas > CutoverLimits.casBase) }
        guard case .missing = world.arrive(world.key("b"), "x", secondsLeft: 0) else { return #expect(Bool(false)) }
    }

    @Test("a flush of its database ends it, of another one does not; Redis' databases end one by one")
    func flush() throws {
        let world = try World("memcached://old")
        world.handle.flush(DatabaseIndex(1))
        #expect(!world.cutover.isOver)
        world.handle.flush(.first)
        #expect(world.cutover.endReason == .flushed)
        guard case .decided = world.arrive(world.key("a"), "x") else { return #expect(Bool(false)) }

        let redis = try World("redis://old")
        redis.handle.flush(DatabaseIndex(1))
        redis.handle.swap(DatabaseIndex(2), DatabaseIndex(3))
        for database in 0..<4 {
            #expect(redis.cutover.mayHave(redis.key("a", database).key, &redis.handle) == (database == 0))
        }
        redis.handle.flushAll()
        #expect(redis.cutover.endReason == .flushed)

        let swapped = try World("memcached://old")
        swapped.handle.swap(.first, DatabaseIndex(3))
        #expect(swapped.cutover.endReason == .swapped)
    }

    @Test("a memcached has no keys of other databases, without bytes, or of more than 250")
    func covered() throws {
        let world = try World("memcached://old")
        for (name, database, isCovered) in [
            ("a", 0, true), ("a", 1, false), ("", 0, false), (String(repeating: "k", count: 250), 0, true),
            (String(repeating: "k", count: 251), 0, false),
        ] {
            #expect(world.cutover.mayHave(world.key(name, database).key, &world.handle) == isCovered)
        }
    }
}
