// Snapshots: whatever happens after the moment, what is handed over is what there was.

import Base
import Engine
import Synchronization
import Testing

@Suite("A snapshot")
struct SnapshotTests {
    /// Walks a snapshot to its end.
    private func walk(_ engine: inout TestEngine) -> SnapshotStep {
        var steps = 0
        while true {
            let step = engine.handle.continueSnapshot(count: 10)
            guard case .more = step else { return step }
            steps += 1
            precondition(steps < 100_000, "a walk without end")
        }
    }

    private func text(_ copy: ItemCopy?) -> String? { copy.map { String(decoding: $0.parts[0], as: UTF8.self) } }

    @Test("hands over what there was, whatever became of it since")
    func changesAfterTheMoment() {
        var engine = TestEngine()
        for name in ["kept", "changed", "deleted", "renamed", "flagged"] { engine.set(name, "old") }
        engine.set("elsewhere", "old", StoreOptions(), 2)
        let sink = CopyingSink()
        var itemsAtMoment = 0
        let hasBegun = engine.handle.beginSnapshot(to: sink) { itemsAtMoment = $0.itemCount(in: .first) }
        #expect(hasBegun && itemsAtMoment == 5)
        #expect(engine.handle.beginSnapshot(to: sink) == false, "one is under way")
        engine.set("changed", "new")
        engine.set("added", "new")
        _ = engine.withKey(Array("deleted".utf8)) { handle, key in handle.delete(key) }
        var options = StoreOptions()
        options.flags = 7
        engine.set("flagged", "old", options)
        engine.withKey(Array("renamed".utf8)) { handle, key in
            let name = Array("new name".utf8)
            _ = unsafe handle.rename(key, to: handle.key(name.span.bytes, in: .first), replaces: true)
        }
        engine.check("before the walk")
        #expect("\(walk(&engine))" == "complete")
        let found = sink.take(at: engine.handle.now, "")
        #expect(found.count == 6)
        for name in ["kept", "changed", "deleted", "renamed", "flagged"] {
            #expect(text(found[ItemPlace(0, name)]) == "old", "\(name)")
        }
        #expect(found[ItemPlace(0, "flagged")]?.flags == 0)
        #expect(text(found[ItemPlace(2, "elsewhere")]) == "old")
        engine.check("after the walk")
        #expect(engine.handle.beginSnapshot(to: sink) == true)
        #expect("\(walk(&engine))" == "complete")
        #expect(Set(sink.take(at: engine.handle.now, "").keys.map { String(decoding: $0.key, as: UTF8.self) })
            == ["kept", "changed", "added", "new name", "flagged", "elsewhere"])
        engine.check("after the second")
    }

    @Test("of an empty engine is empty and complete")
    func empty() {
        var engine = TestEngine()
        let sink = CopyingSink()
        #expect(engine.handle.beginSnapshot(to: sink) == true)
        engine.set("later", "x")
        #expect("\(walk(&engine))" == "complete")
        #expect(sink.count == 0)
        engine.check()
    }

    @Test("keeps the databases as they were, although they are flushed and exchanged")
    func flushAndSwap() {
        var engine = TestEngine()
        for index in 0..<2000 { engine.set("k\(index)", "of 0") }
        engine.set("a", "of 1", StoreOptions(), 1)
        engine.set("b", "of 2", StoreOptions(), 2)
        var expected: [ItemPlace: ItemCopy] = [:]
        let sink = CopyingSink()
        let hasBegun = engine.handle.beginSnapshot(to: sink) { expected = copyAll(&$0, databases: 4) }
        #expect(hasBegun)
        _ = engine.handle.continueSnapshot(count: 500)
        engine.handle.swap(.first, DatabaseIndex(3))
        engine.handle.swap(DatabaseIndex(1), DatabaseIndex(2))
        _ = engine.handle.continueSnapshot(count: 200)
        engine.handle.flush(DatabaseIndex(3))
        engine.handle.flush(DatabaseIndex(2))
        engine.set("new", "x")
        engine.handle.swap(.first, DatabaseIndex(1))
        for _ in 0..<5 { engine.handle.maintain(microseconds: 50) }
        engine.check("flushed")
        #expect("\(walk(&engine))" == "complete")
        expectSame(sink.take(at: engine.handle.now, ""), expected, "flushed and exchanged")
        for _ in 0..<200 { engine.handle.maintain(microseconds: 500) }
        engine.check("buried")
        #expect(engine.handle.itemCount(in: DatabaseIndex(1)) == 1 && engine.handle.itemCount(in: .first) == 1)
        // What was flushed before the moment is none of it, though it is still being freed.
        for index in 0..<1000 { engine.set("k\(index)", "x") }
        engine.handle.flush(.first)
        engine.set("alive", "x")
        #expect(engine.handle.beginSnapshot(to: sink) == true)
        for _ in 0..<200 { engine.handle.maintain(microseconds: 500) }
        #expect("\(walk(&engine))" == "complete")
        #expect(sink.take(at: engine.handle.now, "").count == 2)
        engine.check("at the end")
    }

    @Test("that was abandoned hands nothing over, and the next one begins when its walk has ended")
    func abandoned() {
        var engine = TestEngine()
        engine.handle.abandonSnapshot()
        for index in 0..<1000 { engine.set("k\(index)", "x") }
        let sink = CopyingSink()
        #expect(engine.handle.beginSnapshot(to: sink) == true)
        _ = engine.handle.continueSnapshot(count: 100)
        engine.handle.abandonSnapshot()
        let count = sink.count
        #expect(count >= 100 && count < 1000)
        engine.set("k1", "y")
        engine.set("k2", "y")
        engine.handle.flush(DatabaseIndex(1))
        #expect(engine.handle.beginSnapshot(to: sink) == false)
        #expect("\(walk(&engine))" == "abandoned")
        #expect(sink.count == count)
        engine.check()
        _ = sink.take(at: engine.handle.now, "")
        #expect(engine.handle.beginSnapshot(to: sink) == true)
        #expect("\(walk(&engine))" == "complete")
        #expect(sink.take(at: engine.handle.now, "").count == 1000)
        engine.check()
    }

    @Test("may hold a large value, which then no verb changes where it lies")
    func largeValues() {
        var engine = TestEngine()
        let value = [UInt8](repeating: 7, count: 200_000)
        for name in ["edited", "extended", "walked"] { engine.set(name, value) }
        let sink = CopyingSink()
        #expect(engine.handle.beginSnapshot(to: sink) == true)
        let flip: (inout MutableSpan<UInt8>) -> Bool = {
            $0[1] = 9
            return true
        }
        _ = engine.withKey(Array("edited".utf8)) { handle, key in handle.edit(key, sizeMin: 10, flip) }
        _ = engine.withKey(Array("extended".utf8)) { handle, key in
            handle.extend(key, with: unsafe value.span.bytes.slice(0, 10), ExtendOptions())
        }
        #expect("\(walk(&engine))" == "complete")
        _ = engine.withKey(Array("walked".utf8)) { handle, key in handle.edit(key, sizeMin: 10, flip) }
        let found = sink.take(at: engine.handle.now, "")
        for name in ["edited", "extended", "walked"] { #expect(found[ItemPlace(0, name)]?.parts == [value], "\(name)") }
        #expect(engine.get("walked")?[1] == 9 && engine.get("edited")?[1] == 9)
        engine.check()
    }

    @Test("hands over, once, exactly what there was, whatever verbs come between its steps", arguments: 0..<6)
    func model(_ index: Int) {
        let seed = UInt64(index) &* 104_729 &+ 5
        print("snapshot seed \(seed)")
        let evicts = index % 3 == 2
        let databases = [1, 3][index % 2]
        let engine = TestEngine(
            memoryLimit: evicts ? 3 << 20 : 0, policy: evicts ? .allKeysRandom : .noEviction, shards: [16, 1, 4][index % 3],
            databases: databases, seed: seed)
        engine.engine.compactionPolicy = index == 3 ? .eager : .background
        var writer = RandomWriter(engine.engine, seed: seed, databases: databases, keyCount: evicts ? 700 : 250)
        for round in 0..<6 {
            let context = "seed \(seed), round \(round)"
            for _ in 0..<(round == 0 ? 4000 : 400) { writer.step() }
            engine.check("\(context), before")
            var expected: [ItemPlace: ItemCopy] = [:]
            let sink = CopyingSink()
            let moment = writer.handle.now
            let hasBegun = writer.handle.beginSnapshot(to: sink) { expected = copyAll(&$0, databases: databases) }
            #expect(hasBegun)
            var steps = 0
            while true {
                for _ in 0..<writer.random.next(below: 40) { writer.step() }
                disturb(&writer, index)
                if steps % 4 == 0 { engine.check("\(context), step \(steps), after \(writer.trace)") }
                steps += 1
                let step = writer.handle.continueSnapshot(count: 1 + writer.random.next(below: 20))
                if case .more = step { continue }
                #expect("\(step)" == "complete", "\(context)")
                break
            }
            expectSame(sink.take(at: moment, context), expected, context)
            engine.check("\(context), after")
        }
        if evicts { #expect(engine.engine.counters.total(.evicted) > 0) }
    }

    /// What happens besides verbs on keys.
    private func disturb(_ writer: inout RandomWriter, _ index: Int) {
        switch writer.random.next(below: 12) {
        case 0...1: writer.advance()
        case 2...4: writer.handle.maintain(microseconds: 100)
        case 5: _ = writer.handle.movePage(from: .anyClass, to: .stock)
        case 6 where index > 3:
            let database = DatabaseIndex(writer.random.next(below: writer.databases))
            let other = DatabaseIndex(writer.random.next(below: writer.databases))
            if writer.random.next(below: 2) == 0 { writer.handle.swap(database, other) } else { writer.handle.flush(database) }
        default: break
        }
    }

    /// What the threads tell each other.
    private final class Progress: Sendable {
        private let isDone = Atomic<Bool>(false)
        private let steps = Atomic<Int>(0)

        var areDone: Bool { isDone.load(ordering: .relaxed) }
        func end() { isDone.store(true, ordering: .relaxed) }
        var written: Int { steps.load(ordering: .relaxed) }
        func add(_ count: Int) { steps.wrappingAdd(count, ordering: .relaxed) }
    }

    @Test("is of one moment although many threads write")
    func threads() async {
        var options = EngineOptions()
        options.shardCount = 8
        options.databaseCount = 2
        options.memoryLimit = 16 << 20
        options.evictionPolicy = .allKeysLRU
        let engine = Engine(options)
        let progress = Progress()
        await withTaskGroup(of: Void.self) { group in
            for thread in 0..<3 {
                group.addTask {
                    var writer = RandomWriter(engine, seed: UInt64(thread) + 99, databases: 2, keyCount: 300)
                    while !progress.areDone {
                        for _ in 0..<50 { writer.step() }
                        if writer.random.next(below: 10) == 0 { writer.handle.maintain(microseconds: 100) }
                        if thread == 0 && writer.random.next(below: 30) == 0 {
                            writer.handle.swap(.first, DatabaseIndex(1))
                        }
                        if thread == 0 && writer.random.next(below: 300) == 0 { writer.handle.flush(DatabaseIndex(1)) }
                        progress.add(50)
                        // There may be fewer threads than tasks.
                        await Task.yield()
                    }
                }
            }
            group.addTask {
                var handle = engine.makeHandle()
                handle.now = Milliseconds(1_000_000)
                while progress.written < 3000 { await Task.yield() }
                for round in 0..<8 {
                    let sink = CopyingSink()
                    var expected: [ItemPlace: ItemCopy] = [:]
                    let hasBegun = handle.beginSnapshot(to: sink) { expected = copyAll(&$0, databases: 2) }
                    #expect(hasBegun)
                    let isAbandoned = round == 5
                    if isAbandoned { handle.abandonSnapshot() }
                    while case .more = handle.continueSnapshot(count: 1) {
                        let before = progress.written
                        while progress.written < before + 20 { await Task.yield() }
                    }
                    let found = sink.take(at: handle.now, "round \(round)")
                    if !isAbandoned { expectSame(found, expected, "round \(round)") }
                }
                progress.end()
            }
        }
        engine.checkInvariants { Issue.record("\($0)") }
    }
}

@Suite("What a snapshot's reader needs besides")
struct SnapshotNeedsTests {
    @Test("CAS numbers go on above those that an earlier run gave")
    func raisedCAS() {
        var engine = TestEngine()
        func next(_ engine: inout TestEngine, _ name: String) -> UInt64 {
            var options = StoreOptions()
            options.casField = .fresh
            engine.set(name, "x", options)
            return engine.facts(name)!.cas
        }
        for number in [UInt64(1), 100, 123_456_789, 1 << 40] {
            engine.handle.raiseCAS(above: number)
            for index in 0..<50 {
                let cas = next(&engine, "k\(index)")
                #expect(cas > number)
                #expect(engine.handle.highestCAS() >= cas)
            }
        }
        let before = next(&engine, "k")
        engine.handle.raiseCAS(above: 5)
        #expect(next(&engine, "k") > before)
        engine.handle.raiseCAS(above: .max)
        let afterMax = next(&engine, "k")
        #expect(afterMax > before && next(&engine, "k") > afterMax)
    }

    @Test("changes are counted, and the count outlives a reset of the others")
    func changeCount() {
        var engine = TestEngine()
        func changes() -> Int { engine.engine.counters.total(.changes) }
        engine.set("a", "1")
        engine.set("b", "1")
        #expect(changes() == 2)
        _ = engine.text("a")
        _ = engine.text("none")
        #expect(changes() == 2)
        engine.engine.resetCounters()
        #expect(changes() == 2 && engine.engine.counters.total(.hits) == 0)
        _ = engine.withKey(Array("a".utf8)) { handle, key in handle.expire(key, at: Milliseconds(1_000_100)) }
        #expect(changes() == 3)
        engine.handle.now = Milliseconds(1_000_200)
        _ = engine.text("a")
        #expect(changes() == 3, "nobody asked for an expiry")
        let element = Array("x".utf8)
        _ = engine.withKey(Array("l".utf8)) { handle, key in
            handle.edit(key, as: ListValue.self) { $0.push(unsafe element.span.bytes, .end) }
        }
        #expect(changes() == 4)
        engine.handle.flushAll()
        #expect(changes() == 6)
    }

    @Test("a collection is shown from its item as verbs show it", arguments: [3, 2000])
    func shownCollection(_ count: Int) {
        var engine = TestEngine()
        _ = engine.withKey(Array("l".utf8)) { handle, key in
            handle.edit(key, as: ListValue.self) { list in
                for index in 0..<count { list.push(DecimalText(Int64(index)).span, .end) }
            }
        }
        var shown: [String] = []
        var encodings: [CollectionEncoding] = []
        let isThere = engine.withKey(Array("l".utf8)) { handle, key in
            handle.look(key) { item in
                encodings.append(item.encoding)
                item.showCollection(as: ListValue.self) { list in
                    encodings.append(list.encoding)
                    list.forEach(in: 0..<list.count) { shown.append($0.copiedText()) }
                }
            }
        }
        #expect(isThere && shown == (0..<count).map { "\($0)" })
        #expect(encodings.count == 2 && encodings[0] == encodings[1])
    }
}
