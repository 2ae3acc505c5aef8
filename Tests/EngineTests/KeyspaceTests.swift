// Walking, expiry in the background, changes, and many threads at once.

import Base
import Engine
import Synchronization
import Testing

@Suite("The keyspace")
struct KeyspaceTests {
    @Test("SCAN returns what was there throughout, while the table grows and shrinks", arguments: 0..<4)
    func scanGuarantee(_ index: Int) {
        let seed = UInt64(index) + 77
        print("seed \(seed)")
        var random = SplitMix64(seed: seed)
        var engine = TestEngine(shards: [1, 2, 4, 64][index], seed: seed)
        for index in 0..<500 { engine.set("stays\(index)", "x") }
        var extra = 0
        var seen: Set<String> = []
        var cursor: UInt64 = 0
        repeat {
            cursor = engine.handle.scan(.first, from: cursor, count: 10) { item in
                seen.insert(item.key.copiedText())
            }
            // Between two steps: many come, or many go and the table shrinks.
            if random.next(below: 2) == 0 {
                for _ in 0..<random.next(below: 400) {
                    engine.set("extra\(extra)", "x")
                    extra += 1
                }
            } else {
                for index in 0..<extra {
                    _ = engine.withKey(Array("extra\(index)".utf8)) { handle, key in handle.delete(key) }
                }
                engine.handle.maintain(microseconds: 500)
            }
        } while cursor != 0
        for index in 0..<500 { #expect(seen.contains("stays\(index)"), "seed \(seed)") }
        engine.check()
    }

    @Test("the background drops what has expired")
    func activeExpiry() {
        var engine = TestEngine(shards: 8)
        var options = StoreOptions()
        options.expiry = Milliseconds(1_000_500)
        for index in 0..<5000 { engine.set("e\(index)", "x", options) }
        for index in 0..<100 { engine.set("k\(index)", "x") }
        engine.handle.now = Milliseconds(1_001_000)
        for _ in 0..<100 { engine.handle.maintain(microseconds: 1000) }
        #expect(engine.handle.itemCount(in: .first) == 100)
        #expect(engine.handle.expiringCount(in: .first) == 0)
        engine.check()
    }

    @Test("a walk drops what has expired and was chosen, and nothing else; the background can be kept from it")
    func reclaiming() {
        var engine = TestEngine(shards: 8)
        var options = StoreOptions()
        options.expiry = Milliseconds(1_000_500)
        for index in 0..<1000 { engine.set("e\(index)", "x", options) }
        for index in 0..<1000 { engine.set("k\(index)", "x") }
        engine.engine.isExpiryWalkEnabled = false
        engine.handle.now = Milliseconds(1_001_000)
        for _ in 0..<100 { engine.handle.maintain(microseconds: 1000) }
        #expect(engine.handle.itemCount(in: .first) == 2000)
        var cursor: UInt64 = 0
        var chosen = 0
        repeat {
            cursor = engine.handle.reclaimExpired(in: .first, from: cursor, count: 10) { item in
                let isChosen = item.key.copiedText().hasSuffix("7")
                if isChosen { chosen += 1 }
                return isChosen
            }
        } while cursor != 0
        #expect(chosen == 200)
        #expect(engine.handle.itemCount(in: .first) == 1900)
        #expect(engine.engine.counters.total(.expiryChecked) == 200)
        #expect(engine.engine.counters.total(.expiryReclaimed) == 100)
        engine.check()
        // To look on is not to ask: the item stays and nothing is counted.
        var wasExpired = false
        engine.withKey(Array("e1".utf8)) { handle, key in handle.peek(key) { wasExpired = $0.isExpired } }
        #expect(wasExpired && engine.handle.itemCount(in: .first) == 1900)
        #expect(engine.engine.counters.total(.expired) == 100)
    }

    @Test("a listener hears of the kinds it wants, and others of theirs")
    func kindsOfChanges() {
        var engine = TestEngine()
        let everything = Recorder()
        let deletions = Recorder()
        engine.engine.addChangeListener(everything)
        engine.engine.addChangeListener(deletions, to: ChangeKinds(.deleted))
        engine.set("a", "1")
        _ = engine.withKey(Array("a".utf8)) { handle, key in handle.delete(key) }
        engine.handle.flush(.first)
        engine.engine.removeChangeListener(everything)
        engine.set("b", "1")
        _ = engine.withKey(Array("b".utf8)) { handle, key in handle.delete(key) }
        engine.handle.flush(.first)
        #expect(everything.lines.withLock { $0.prefix(2) } == ["stored a", "deleted a"])
        #expect(everything.lines.withLock { $0.count } == 3)
        #expect(deletions.lines.withLock { $0 } == ["deleted a", "deleted b"])
    }

    @Test("a scheduled flush happens when its time has come, and not to what is stored after")
    func scheduledFlush() {
        var engine = TestEngine()
        engine.set("a", "1")
        engine.handle.scheduleFlush(.first, at: Milliseconds(1_002_000))
        engine.handle.now = Milliseconds(1_001_000)
        engine.set("b", "1")
        #expect(engine.text("a") == "1")
        engine.handle.now = Milliseconds(1_002_000)
        #expect(engine.text("a") == nil && engine.text("b") == nil)
        engine.set("c", "1")
        engine.handle.now = Milliseconds(1_003_000)
        #expect(engine.text("c") == "1")
    }

    private final class Recorder: ChangeListener {
        let lines = Mutex<[String]>([])
        func keyspaceChanged(_ kind: ChangeKind, database: DatabaseIndex, item: borrowing ItemView) {
            let line = "\(kind) \(item.key.copiedText())"
            lines.withLock { $0.append(line) }
        }
        func keyspaceFlushed(database: DatabaseIndex?) { lines.withLock { $0.append("flushed") } }
        func databasesSwapped(_ a: DatabaseIndex, _ b: DatabaseIndex, _ engine: inout EngineHandle) {
            lines.withLock { $0.append("swapped") }
        }
    }

    @Test("a flush frees the account at once, its pages being reused or given back", arguments: [false, true])
    func flushReturnsMemory(_ givesBackFirst: Bool) {
        var engine = TestEngine(memoryLimit: 16 << 20, shards: 4)
        for round in 0..<4 {
            let value = "round \(round), " + String(repeating: "v", count: 90)
            for index in 0..<20_000 { engine.set("key\(index)", value) }
            let used = engine.engine.memory().used
            engine.handle.flush(.first)
            #expect(engine.engine.memory().used < used / 4)
            engine.check("flushed")
            if givesBackFirst { for _ in 0..<100 { engine.handle.maintain(microseconds: 1000) } }
            engine.set("after", "the flush")
            #expect(engine.text("after") == "the flush")
            #expect(engine.get("key1") == nil)
            engine.check("round \(round)")
        }
        for _ in 0..<100 { engine.handle.maintain(microseconds: 1000) }
        #expect(engine.engine.memory().used < 1 << 20)
        engine.check("given back")
    }

    @Test("a value that just fits beside a short key may get a long one, and come back")
    func renamingToLongKeys() {
        var engine = TestEngine(memoryLimit: 16 << 20)
        let long = String(repeating: "l", count: 1000)
        // A slot holds about 8 KiB here: from what fits beside any key to what fits beside none.
        for size in stride(from: 7000, through: 8200, by: 7) {
            let value = [UInt8](repeating: UInt8(size & 255), count: size)
            engine.set("short", value)
            for (source, target) in [("short", long), (long, "short")] {
                let outcome = engine.withKey(Array(source.utf8)) { handle, key in
                    let bytes = Array(target.utf8)
                    let place = unsafe handle.key(bytes.span.bytes, in: .first)
                    _ = handle.copy(key, to: place, replaces: true)
                    return handle.rename(key, to: place, replaces: true)
                }
                #expect("\(outcome)" == "stored")
                #expect(engine.get(target) == value, "\(size)")
            }
            engine.check("\(size)")
        }
    }

    @Test("every mutation is told once")
    func changes() {
        var engine = TestEngine()
        let recorder = Recorder()
        engine.engine.addChangeListener(recorder)
        engine.set("a", "1")
        _ = engine.withKey(Array("a".utf8)) { handle, key in handle.add(key, AddOptions(rule: .signedChecked, delta: 1)) }
        _ = engine.withKey(Array("a".utf8)) { handle, key in handle.expire(key, at: Milliseconds(1_000_100)) }
        engine.handle.now = Milliseconds(1_000_200)
        _ = engine.text("a")
        engine.set("b", "1")
        _ = engine.withKey(Array("b".utf8)) { handle, key in handle.delete(key) }
        engine.handle.flushAll()
        engine.engine.removeChangeListener(recorder)
        engine.set("c", "1")
        let lines = recorder.lines.withLock { $0 }
        #expect(lines == ["stored a", "stored a", "expirySet a", "expired a", "stored b", "deleted b", "flushed"])
    }

    @Test("CAS numbers are assigned when asked for and change with the value")
    func lazyCAS() {
        var engine = TestEngine()
        engine.set("a", "1")
        #expect(engine.facts("a")!.cas == 0)
        var first: UInt64 = 0
        _ = engine.withKey(Array("a".utf8)) { handle, key in handle.get(key, wantsCAS: true) { first = $0.cas } }
        #expect(first != 0 && engine.facts("a")!.cas == first)
        engine.set("a", "2")
        var second: UInt64 = 0
        _ = engine.withKey(Array("a".utf8)) { handle, key in handle.get(key, wantsCAS: true) { second = $0.cas } }
        #expect(second != first)
        var options = StoreOptions()
        options.expectedCAS = first
        #expect("\(engine.set("a", "3", options))" == "exists")
        options.expectedCAS = second
        #expect("\(engine.set("a", "3", options))" == "stored")
    }

    @Test("threads share an engine without losing a count or an invariant")
    func threads() async {
        var options = EngineOptions()
        options.memoryLimit = 8 << 20
        options.evictionPolicy = .allKeysLRU
        options.shardCount = 4
        let engine = Engine(options)
        await withTaskGroup(of: Void.self) { group in
            for thread in 0..<4 {
                group.addTask {
                    var handle = engine.makeHandle()
                    handle.now = Milliseconds(1_000_000)
                    var random = SplitMix64(seed: UInt64(thread))
                    let value = [UInt8](repeating: UInt8(thread), count: 40_000)
                    for step in 0..<15_000 {
                        let name = Array("k\(random.next(below: 3000))".utf8)
                        let key = handle.key(unsafe name.span.bytes, in: .first)
                        switch random.next(below: 10) {
                        case 0...3:
                            let size = random.next(below: 100) == 0 ? 40_000 : random.next(below: 400)
                            _ = handle.store(key, unsafe value.span.bytes.slice(0, size), StoreOptions())
                        case 4...7:
                            handle.prefetchBucket(key.hash, in: .first)
                            handle.prefetchItem(key.hash, in: .first)
                            _ = handle.get(key) { item in
                                let value = item.value
                                for index in 0..<value.byteCount where value[index] != value[0] {
                                    Issue.record("a torn value")
                                }
                            }
                        case 8: _ = handle.delete(key)
                        default:
                            let counter = Array("counter".utf8)
                            let key = handle.key(unsafe counter.span.bytes, in: DatabaseIndex(1))
                            var add = AddOptions(rule: .signedChecked, delta: 1)
                            add.createsMissing = true
                            add.initial = 1
                            _ = handle.add(key, add)
                        }
                        if step % 1000 == 0 { handle.maintain(microseconds: 100) }
                        if step % 5000 == 4999 { _ = engine.memory() }
                        if step == 9000 && thread == 0 {
                            handle.section(.all) { handle in _ = handle.itemCount(in: .first) }
                        }
                    }
                }
            }
        }
        engine.checkInvariants { Issue.record("\($0)") }
        #expect(engine.memory().used <= 8 << 20)
    }
}
