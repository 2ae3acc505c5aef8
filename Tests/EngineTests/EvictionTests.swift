// The memory limit and who goes when it is reached.

import Base
import Engine
import Testing

@Suite("The memory limit")
struct EvictionTests {
    /// Fills a 16 MiB engine with values of `sizes`, three times what fits, and returns the share of live bytes.
    private func fill(_ engine: inout TestEngine, _ sizes: ClosedRange<Int>, prefix: String, seed: UInt64) -> Double {
        var random = SplitMix64(seed: seed)
        let limit = engine.engine.memoryLimit
        var written = 0
        var index = 0
        while written < limit * 3 {
            let size = sizes.lowerBound + random.next(below: sizes.count)
            let outcome = engine.set("\(prefix)\(index)", [UInt8](repeating: 7, count: size))
            if case .stored = outcome {} else {
                Issue.record("seed \(seed): a write was refused: \(outcome)")
                return 0
            }
            written += size
            index += 1
        }
        let use = engine.engine.memory()
        #expect(use.used <= limit)
        return Double(use.items + use.index) / Double(limit)
    }

    @Test("a shift of value sizes strands no memory and refuses no write", arguments: [1, 2])
    func shiftingSizes(_ seed: UInt64) {
        print("seed \(seed)")
        var engine = TestEngine(memoryLimit: 16 << 20, policy: .allKeysLRU, shards: nil, seed: seed)
        for (round, sizes) in [50...200, 1000...4000, 50...200].enumerated() {
            let share = fill(&engine, sizes, prefix: "r\(round):", seed: seed)
            print("round \(round): live share \(share)")
            #expect(share > 0.85, "round \(round)")
            engine.check("round \(round)")
        }
    }

    @Test("large values evict as many small ones as they need")
    func largeValues() {
        var engine = TestEngine(memoryLimit: 16 << 20, policy: .allKeysLRU, shards: nil)
        _ = fill(&engine, 50...200, prefix: "small", seed: 3)
        for index in 0..<64 {
            let outcome = engine.set("large\(index)", [UInt8](repeating: 1, count: 1 << 20))
            #expect("\(outcome)" == "stored")
            #expect(engine.engine.memory().used <= 16 << 20)
        }
        engine.check()
        #expect(engine.get("large63")?.count == 1 << 20)
    }

    @Test("what finds room for a large value or for its item, but not for both, is refused", arguments: [false, true])
    func roomForOneOfTwo(_ isThere: Bool) {
        var engine = TestEngine(memoryLimit: 2 << 20, policy: .noEviction, shards: 1)
        engine.set("k", "x")
        let free = engine.engine.memory().limit - engine.engine.memory().used
        let outcome = engine.withKey(Array((isThere ? "k" : "a much longer key").utf8)) { handle, key in
            handle.edit(key, sizeMin: free - 10_000) { _ in true }
        }
        #expect("\(outcome)" == "outOfMemory")
        #expect(engine.text("k") == "x")
        engine.check()
    }

    @Test("without eviction a full engine refuses, keeps what it has, and takes deletes")
    func noEviction() {
        var engine = TestEngine(memoryLimit: 2 << 20, policy: .noEviction, shards: 1)
        var index = 0
        while case .stored = engine.set("k\(index)", [UInt8](repeating: 1, count: 1000)) { index += 1 }
        #expect(index > 1500)
        #expect("\(engine.set("k\(index)", [UInt8](repeating: 1, count: 1000)))" == "outOfMemory")
        #expect(engine.engine.sizeClasses().reduce(0) { $0 + $1.outOfMemory } == 2, "each refusal is counted")
        for kept in 0..<index { #expect(engine.get("k\(kept)")?.count == 1000) }
        for kept in 0..<200 { _ = engine.withKey(Array("k\(kept)".utf8)) { handle, key in handle.delete(key) } }
        #expect("\(engine.set("again", [UInt8](repeating: 1, count: 1000)))" == "stored")
        engine.check()
    }

    @Test("volatile policies spare what has no expiry", arguments: [
        EvictionPolicy.volatileLRU, .volatileLFU, .volatileRandom, .volatileTTL,
    ])
    func volatilePolicies(_ policy: EvictionPolicy) {
        var engine = TestEngine(memoryLimit: 4 << 20, policy: policy, shards: 2)
        for index in 0..<1000 { engine.set("kept\(index)", [UInt8](repeating: 1, count: 500)) }
        var options = StoreOptions()
        for index in 0..<20_000 {
            options.expiry = Milliseconds(5_000_000 + Int64(index))
            #expect("\(engine.set("volatile\(index)", [UInt8](repeating: 1, count: 500), options))" == "stored")
        }
        for index in 0..<1000 { #expect(engine.get("kept\(index)") != nil) }
        engine.check()
    }

    @Test("LRU keeps what is read, LFU what is read often", arguments: [EvictionPolicy.allKeysLRU, .allKeysLFU])
    func recency(_ policy: EvictionPolicy) {
        var engine = TestEngine(memoryLimit: 4 << 20, policy: policy, shards: 2)
        for index in 0..<1000 { engine.set("hot\(index)", [UInt8](repeating: 1, count: 200)) }
        for round in 0..<40 {
            engine.handle.now = Milliseconds(1_000_000 + Int64(round) * 1000)
            for index in 0..<1000 { _ = engine.get("hot\(index)") }
            for index in 0..<1000 { engine.set("cold\(round):\(index)", [UInt8](repeating: 1, count: 200)) }
        }
        var kept = 0
        for index in 0..<1000 where engine.get("hot\(index)") != nil { kept += 1 }
        #expect(kept > 950, "kept \(kept) of 1000 hot items")
        engine.check()
    }

    @Test("a lowered limit is reached in the background")
    func loweredLimit() {
        var engine = TestEngine(memoryLimit: 16 << 20, policy: .allKeysLRU, shards: nil)
        _ = fill(&engine, 50...200, prefix: "a", seed: 4)
        engine.engine.memoryLimit = 8 << 20
        for _ in 0..<2000 where engine.engine.memory().used > 8 << 20 { engine.handle.maintain(microseconds: 1000) }
        #expect(engine.engine.memory().used <= 8 << 20)
        engine.check()
    }

    @Test("an emptied engine gives its memory back")
    func emptied() {
        var engine = TestEngine(memoryLimit: 0, shards: 4)
        for index in 0..<20_000 { engine.set("k\(index)", [UInt8](repeating: 1, count: 100)) }
        let full = engine.engine.memory().used
        for index in 0..<20_000 { _ = engine.withKey(Array("k\(index)".utf8)) { handle, key in handle.delete(key) } }
        for _ in 0..<200 { engine.handle.maintain(microseconds: 1000) }
        let empty = engine.engine.memory().used
        #expect(empty * 20 < full, "\(empty) of \(full) bytes are left")
        engine.check()
    }
}
