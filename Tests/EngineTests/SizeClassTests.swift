// What the engine tells of its size classes, and what may be done to them.

import Base
import Engine
import Testing

@Suite("Size classes")
struct SizeClassTests {
    private func delete(_ key: String, _ engine: inout TestEngine) {
        _ = engine.withKey(Array(key.utf8)) { handle, key in handle.delete(key) }
    }

    @Test("items are counted with the class they are in, large ones with that of large values")
    func counts() {
        var engine = TestEngine(shards: 2)
        for index in 0..<100 { engine.set("small\(index)", [UInt8](repeating: 1, count: 50)) }
        for index in 0..<7 { engine.set("large\(index)", [UInt8](repeating: 1, count: 50_000)) }
        var classes = engine.engine.sizeClasses()
        #expect(classes.reduce(0) { $0 + $1.itemCount } == 107)
        #expect(classes.last?.slotSize == 0 && classes.last?.itemCount == 7 && classes.last?.requested == 350_000)
        #expect(classes.last?.classIndex == engine.engine.sizeClassCount)
        // Small again, in place.
        for index in 0..<7 { engine.set("large\(index)", "x") }
        classes = engine.engine.sizeClasses()
        #expect(classes.allSatisfy { $0.slotSize > 0 } && classes.reduce(0) { $0 + $1.itemCount } == 107)
        engine.check()
    }

    @Test("a histogram turned on late counts the same as one that was on from the start")
    func histogram() {
        var early = TestEngine(shards: 2)
        var late = TestEngine(shards: 2)
        early.engine.tracksItemSizes = true
        for index in 0..<500 {
            let value = [UInt8](repeating: 1, count: index * index % 40_000)
            early.set("k\(index % 300)", value)
            late.set("k\(index % 300)", value)
        }
        #expect(late.engine.itemSizes().isEmpty)
        late.engine.tracksItemSizes = true
        let sizes = early.engine.itemSizes()
        #expect(sizes.elementsEqual(late.engine.itemSizes(), by: ==))
        #expect(sizes.reduce(0) { $0 + $1.count } == 300 && sizes.allSatisfy { $0.size % 32 == 0 })
        early.handle.flushAll()
        for _ in 0..<100 { early.handle.maintain(microseconds: 1000) }
        #expect(early.engine.itemSizes().isEmpty)
        early.check()
        late.check()
    }

    @Test("a sample tells grades and ages, and of a few items all")
    func sample() {
        var engine = TestEngine(shards: 4)
        for index in 0..<30 { engine.set("k\(index)", "value") }
        engine.handle.now = Milliseconds(1_064_000)
        for index in 0..<10 { _ = engine.get("k\(index)") }
        engine.handle.now = Milliseconds(1_128_000)
        for index in 0..<4 { _ = engine.get("k\(index)") }
        let samples = engine.engine.sampleSizeClasses(4096, now: Milliseconds(1_192_000)).filter { $0.count > 0 }
        #expect(samples.reduce(0) { $0 + $1.neverRead.count } == 20)
        #expect(samples.reduce(0) { $0 + $1.readOnce.count } == 6)
        #expect(samples.reduce(0) { $0 + $1.readAgain.count } == 4)
        // The access clock ticks every 64 ms.
        #expect((191_900...192_000).contains(samples.map(\.idleMillisecondsMax).max()!))
        #expect((63_900...64_064).contains(samples.map(\.readAgain.idleMillisecondsMax).max()!))
    }

    /// Items of one class, `key10000` and so on.
    private func fillOneClass(_ engine: inout TestEngine, _ count: Int = 4000) -> SizeClassUse {
        for index in 0..<count { engine.set("key\(10_000 + index)", [UInt8](repeating: 1, count: 100)) }
        let classes = engine.engine.sizeClasses()
        #expect(classes.count == 1)
        return classes[0]
    }

    @Test("a page moves to another class, and what was in it is still there")
    func pageMove() {
        var engine = TestEngine(shards: 2)
        let before = fillOneClass(&engine)
        for index in 0..<4000 where index % 3 == 0 { delete("key\(10_000 + index)", &engine) }
        let target = before.classIndex + 9
        #expect("\(engine.handle.movePage(from: .sizeClass(before.classIndex), to: .sizeClass(target)))" == "moved")
        engine.check()
        #expect("\(engine.handle.movePage(from: .anyClass, to: .stock))" == "moved")
        let after = engine.engine.sizeClasses()
        #expect(after.count == 2 && after[0].pageCount == before.pageCount - 2 && after[1].pageCount == 1)
        #expect(engine.engine.memory().sparePageCount > 0)
        #expect("\(engine.handle.movePage(from: .stock, to: .sizeClass(target)))" == "moved")
        for index in 0..<4000 where index % 3 != 0 { #expect(engine.get("key\(10_000 + index)") != nil) }
        #expect(engine.engine.counters.total(.evicted) == 0)
        engine.check()
    }

    @Test("a full class loses the items of a page that moves, unless nothing may be evicted")
    func fullPageMove() {
        var engine = TestEngine(policy: .noEviction, shards: 1)
        let full = fillOneClass(&engine)
        // Only free slots are missing: fill them.
        for index in 0..<full.freeSlots { engine.set("key\(20_000 + index)", [UInt8](repeating: 1, count: 100)) }
        let source = PagePlace.sizeClass(full.classIndex)
        #expect("\(engine.handle.movePage(from: source, to: .stock))" == "noSparePage")
        engine.engine.evictionPolicy = .allKeysLRU
        #expect("\(engine.handle.movePage(from: source, to: .stock))" == "moved")
        let use = engine.engine.sizeClasses()[0]
        #expect(use.pageCount == full.pageCount - 1 && use.evicted == full.slotsPerPage)
        #expect(engine.engine.counters.total(.evicted) == full.slotsPerPage)
        engine.check()
        engine.engine.resetCounters()
        #expect(engine.engine.sizeClasses()[0].evicted == 0 && engine.engine.counters.total(.evicted) == 0)
    }

    @Test("pages are emptied when memory is needed only, in the background, or always", arguments: [
        CompactionPolicy.onDemand, .background, .eager,
    ])
    func compaction(_ policy: CompactionPolicy) {
        var engine = TestEngine(shards: 1)
        engine.engine.compactionPolicy = policy
        let full = fillOneClass(&engine, 40_000)
        // One in twenty: more than a page, less than an eighth.
        for index in 0..<40_000 where index % 20 == 0 { delete("key\(10_000 + index)", &engine) }
        for _ in 0..<50 { engine.handle.maintain(microseconds: 1000) }
        let thinned = engine.engine.sizeClasses()[0].pageCount
        #expect(policy == .eager ? thinned < full.pageCount : thinned == full.pageCount)
        for index in 0..<40_000 where index % 20 < 12 { delete("key\(10_000 + index)", &engine) }
        for _ in 0..<50 { engine.handle.maintain(microseconds: 1000) }
        let sparse = engine.engine.sizeClasses()[0].pageCount
        #expect(policy == .onDemand ? sparse == full.pageCount : sparse < full.pageCount * 3 / 5)
        engine.check()
    }

    @Test("LRU spares what was read unless age alone counts", arguments: [true, false])
    func weighsUse(_ weighsUse: Bool) {
        var engine = TestEngine(memoryLimit: 4 << 20, policy: .allKeysLRU, shards: 1)
        engine.engine.weighsUse = weighsUse
        for index in 0..<5000 { engine.set("old\(index)", [UInt8](repeating: 1, count: 200)) }
        for _ in 0..<2 { for index in 0..<5000 { _ = engine.get("old\(index)") } }
        engine.handle.now.rawValue += 60_000
        for index in 0..<5000 { engine.set("new\(index)", [UInt8](repeating: 1, count: 200)) }
        engine.handle.now.rawValue += 60_000
        for index in 0..<12_000 {
            engine.set("more\(index)", [UInt8](repeating: 1, count: 200))
            if index % 100 == 0 { engine.handle.now.rawValue += 640 }
        }
        let old = (0..<5000).filter { engine.get("old\($0)") != nil }.count
        let new = (0..<5000).filter { engine.get("new\($0)") != nil }.count
        #expect(weighsUse ? old > new : old < new, "\(old) old, \(new) new")
        engine.check()
    }

    @Test("evictions are told apart by what they ended")
    func evictions() {
        var engine = TestEngine(memoryLimit: 2 << 20, policy: .allKeysLRU, shards: 1)
        var options = StoreOptions()
        options.expiry = Milliseconds(9_000_000)
        for index in 0..<2000 {
            engine.set("k\(index)", [UInt8](repeating: 1, count: 200), options)
            for _ in 0..<2 { _ = engine.get("k\(index)") }
        }
        engine.handle.now.rawValue += 64_000
        for index in 0..<20_000 { engine.set("n\(index)", [UInt8](repeating: 1, count: 200)) }
        // The class of those with an expiry has no page left.
        let use = engine.engine.sizeClasses(withEmpty: true)
        let counters = engine.engine.counters
        #expect(use.reduce(0) { $0 + $1.evicted } == counters.total(.evicted) && counters.total(.evicted) > 0)
        #expect(use.reduce(0) { $0 + $1.evictedUnfetched } == counters.total(.evictedUnfetched))
        #expect(use.reduce(0) { $0 + $1.evictedActive } == counters.total(.evictedActive))
        #expect(use.reduce(0) { $0 + $1.evictedExpiring } == counters.total(.evictedActive))
        #expect(counters.total(.endedForRoom) == counters.total(.evicted))
        #expect(use.contains { $0.lastEvictedIdleMilliseconds >= 0 })
    }

    @Test("what a walk reclaims is told with its class")
    func walks() {
        var engine = TestEngine(shards: 1)
        var options = StoreOptions()
        options.expiry = Milliseconds(1_000_500)
        for index in 0..<10 { engine.set("k\(index)", "value", options) }
        engine.handle.now.rawValue += 1000
        #expect(engine.get("k0") == nil)
        for _ in 0..<20 { engine.handle.maintain(microseconds: 1000) }
        let use = engine.engine.sizeClasses(withEmpty: true)
        #expect(use.reduce(0) { $0 + $1.reclaimed } == 10 && use.reduce(0) { $0 + $1.reclaimedByWalk } == 9)
        #expect(engine.engine.counters.total(.expiryReclaimed) == 9)
    }
}
