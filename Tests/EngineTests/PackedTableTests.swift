// The table of packed elements against a Dictionary, and what it promises about SCAN, chance and memory.

import Base
import Testing

@testable import Engine

/// Elements whose first eight bytes are their key; what follows may change.
private enum Keyed: PackedElements {
    static func hash(of element: RawSpan, _ hasher: Hasher64) -> KeyHash { hasher.hash(element.slice(0, 8)) }
}

/// Elements that are their own key.
private enum Whole: PackedElements {
    static func hash(of element: RawSpan, _ hasher: Hasher64) -> KeyHash { hasher.hash(element) }
}

extension Address {
    fileprivate func fill(_ bytes: [UInt8], from start: Int = 0) {
        for index in start..<bytes.count { store8(bytes[index], index) }
    }
}

/// A table of keyed elements with a model of it.
private struct Pair {
    var table = PackedTable<Keyed>()
    var model: [UInt64: [UInt8]] = [:]
    let hasher: Hasher64
    var random: SplitMix64

    init(seed: UInt64) {
        hasher = Hasher64(seed: seed)
        random = SplitMix64(seed: seed)
    }

    static func key(_ element: RawSpan) -> UInt64 { element.word(at: 0) }
    func hash(_ key: UInt64) -> KeyHash {
        let words = [key]
        return hasher.hash(unsafe words.span.bytes)
    }

    mutating func element(_ key: UInt64, sizes: ClosedRange<Int>) -> [UInt8] {
        let count = sizes.lowerBound + random.next(below: sizes.count)
        var bytes = (0..<8).map { UInt8(truncatingIfNeeded: key >> UInt64($0 * 8)) }
        let first = UInt8(truncatingIfNeeded: random.next())
        for index in 0..<count { bytes.append(first &+ UInt8(truncatingIfNeeded: index)) }
        return bytes
    }

    func find(_ key: UInt64) -> TableEntry? { table.find(hash(key)) { Self.key($0) == key } }

    mutating func put(_ key: UInt64, sizes: ClosedRange<Int> = 6...6) {
        let bytes = element(key, sizes: sizes)
        if let entry = find(key) {
            let kept = min(bytes.count, entry.count)
            let old = model[key]!
            let content = table.resize(entry, to: bytes.count, hasher)
            if !content.bytes(kept).equals(unsafe old[0..<kept].span.bytes) { Issue.record("first bytes were lost") }
            content.fill(bytes)
        } else {
            table.insert(hash(key), byteCount: bytes.count, hasher).fill(bytes)
        }
        model[key] = bytes
    }

    mutating func remove(_ key: UInt64) {
        let entry = find(key)
        #expect((entry != nil) == (model[key] != nil))
        if let entry { table.remove(entry) }
        model[key] = nil
    }

    func check() {
        table.checkInvariants(hasher) { Issue.record("\($0)") }
        #expect(table.count == model.count)
    }

    func checkContent(of key: UInt64) {
        guard let bytes = model[key] else {
            if find(key) != nil { Issue.record("\(key) is found, and should not") }
            return
        }
        guard let entry = find(key) else {
            Issue.record("\(key) is lost")
            return
        }
        if !entry.bytes.equals(unsafe bytes.span.bytes) { Issue.record("\(key) has other bytes") }
    }

    func checkAll() {
        check()
        for key in model.keys { checkContent(of: key) }
        var seen: Set<UInt64> = []
        let all = table.forEach { bytes in
            if !seen.insert(Self.key(bytes)).inserted { Issue.record("an element was shown twice") }
            return true
        }
        #expect(all)
        #expect(seen.count == model.count)
    }

    mutating func destroy() {
        table.destroy()
        #expect(table.size == 0)
        #expect(table.count == 0)
    }
}

@Suite("Packed table")
struct PackedTableTests {
    /// A random run; the sizes are those of what follows the key.
    private func run(names: Int, steps: Int, checkEvery: Int, sizes: [ClosedRange<Int>], seed: UInt64) {
        var pair = Pair(seed: seed)
        for step in 0..<steps {
            // Phases of growth and of shrinkage.
            let grows = step * 6 / steps % 2 == 0
            let key = UInt64(pair.random.next(below: names))
            if pair.random.next(below: 10) < (grows ? 8 : 2) {
                pair.put(key, sizes: sizes[pair.random.next(below: sizes.count)])
            } else {
                pair.remove(key)
            }
            pair.checkContent(of: key)
            if step % checkEvery == 0 { pair.check() }
        }
        pair.checkAll()
        for key in pair.model.keys.sorted() { pair.remove(key) }
        pair.check()
        #expect(pair.table.blockCount == 1)
        pair.destroy()
    }

    @Test("a random run agrees with a Dictionary at every step", arguments: [40, 400])
    func smallModel(names: Int) {
        let seed = UInt64.random(in: 0...UInt64.max)
        print("packed table, \(names) names: seed \(seed)")
        run(names: names, steps: 3000, checkEvery: 1, sizes: [0...20, 0...20, 230...260, 1000...1030], seed: seed)
    }

    @Test("a large random run agrees with a Dictionary")
    func largeModel() {
        let seed = UInt64.random(in: 0...UInt64.max)
        print("packed table, large: seed \(seed)")
        run(names: 10_000, steps: 50_000, checkEvery: 10_000, sizes: [6...6, 0...40], seed: seed)
    }

    @Test("elements far and near become one another")
    func far() {
        let seed = UInt64.random(in: 0...UInt64.max)
        print("packed table, far: seed \(seed)")
        run(names: 60, steps: 3000, checkEvery: 7, sizes: [0...10, 1010...1030, 3000...9000], seed: seed)
    }

    @Test("elements of each length from none on are found")
    func lengths() {
        let hasher = Hasher64(seed: 5)
        var table = PackedTable<Whole>()
        let lengths = Array(0...300) + Array(1000...1040) + [64 << 10, 5_000_000]
        for length in lengths {
            let bytes = [UInt8](repeating: UInt8(length & 255), count: length)
            let hash = hasher.hash(unsafe bytes.span.bytes)
            #expect(table.find(hash) { $0.equals(unsafe bytes.span.bytes) } == nil)
            let content = table.insert(hash, byteCount: length, hasher)
            for offset in 0..<length { content.store8(bytes[offset], offset) }
        }
        table.checkInvariants(hasher) { Issue.record("\($0)") }
        for length in lengths {
            let bytes = [UInt8](repeating: UInt8(length & 255), count: length)
            let entry = table.find(hasher.hash(unsafe bytes.span.bytes)) { $0.equals(unsafe bytes.span.bytes) }
            #expect(entry?.count == length)
        }
        table.destroy()
        #expect(table.size == 0)
    }

    @Test("elements that grow without insertions still get blocks")
    func growingElements() {
        var pair = Pair(seed: 6)
        for key in 0..<2000 { pair.put(UInt64(key)) }
        let before = pair.table.blockCount
        for round in [100, 400, 900] {
            for key in 0..<2000 { pair.put(UInt64(key), sizes: round...round) }
        }
        #expect(pair.table.blockCount > before * 8)
        pair.checkAll()
        pair.destroy()
    }

    @Test("an empty table finds nothing, shows nothing and takes no memory")
    func empty() {
        var pair = Pair(seed: 1)
        var random = SplitMix64(seed: 1)
        #expect(pair.find(1) == nil)
        let chosen = pair.table.randomEntry(&random)
        #expect(chosen == nil)
        #expect(pair.table.scan(0, pair.hasher) { _ in Issue.record("shown") } == 0)
        #expect(pair.table.scan(.max, pair.hasher) { _ in Issue.record("shown") } == 0)
        #expect(pair.table.size == 0)
        let isLeft = pair.table.destroySlice(1)
        #expect(!isLeft)
        pair.put(1)
        pair.remove(1)
        #expect(pair.find(1) == nil)
        pair.put(1)
        pair.checkAll()
        pair.destroy()
    }

    // MARK: SCAN

    @Test("SCAN shows what is there throughout, once, whatever comes and goes", arguments: [300, 5000])
    func scan(stable: Int) {
        let seed = UInt64.random(in: 0...UInt64.max)
        print("packed table, scan of \(stable): seed \(seed)")
        for growing in [true, false] {
            var pair = Pair(seed: seed)
            let others = UInt64(stable)..<UInt64(stable * 20)
            for key in 0..<stable { pair.put(UInt64(key)) }
            if !growing { for key in others { pair.put(key) } }
            var shown = [Int](repeating: 0, count: stable)
            var cursor: UInt64 = 0
            var calls = 0
            repeat {
                cursor = pair.table.scan(cursor, pair.hasher) { bytes in
                    let key = Int(Pair.key(bytes))
                    if key < stable { shown[key] += 1 }
                }
                calls += 1
                for _ in 0..<100 {
                    let key = others.lowerBound + UInt64(pair.random.next(below: others.count))
                    if growing {
                        pair.put(key, sizes: 0...40)
                    } else if pair.model[key] != nil {
                        pair.remove(key)
                    }
                }
            } while cursor != 0 && calls < 100_000
            #expect(calls < 100_000)
            #expect(shown.allSatisfy { $0 == 1 })
            pair.check()
            pair.destroy()
        }
    }

    @Test("a scan ends from any cursor")
    func strangeCursors() {
        var pair = Pair(seed: 2)
        for key in 0..<1000 { pair.put(UInt64(key)) }
        for start in [1, 2, 3, 77, 1 << 20, 1 << 63, UInt64.max] {
            var cursor = start
            var calls = 0
            repeat {
                cursor = pair.table.scan(cursor, pair.hasher) { _ in }
                calls += 1
            } while cursor != 0 && calls < 10_000
            #expect(cursor == 0)
        }
        pair.destroy()
    }

    // MARK: Chance

    @Test("chance picks each element about as often", arguments: [1, 2, 30, 1000])
    func random(count: Int) {
        let seed = UInt64.random(in: 0...UInt64.max)
        print("packed table, chance of \(count): seed \(seed)")
        var pair = Pair(seed: seed)
        for key in 0..<(count * 3) { pair.put(UInt64(key)) }
        for key in count..<(count * 3) { pair.remove(UInt64(key)) }
        var picked = [Int](repeating: 0, count: count)
        for _ in 0..<(count * 100) {
            let entry = pair.table.randomEntry(&pair.random)!
            picked[Int(Pair.key(entry.bytes))] += 1
        }
        // 100 each, give or take 10: seven of those are beyond any chance.
        #expect(picked.allSatisfy { $0 > 30 && $0 < 170 })
        pair.destroy()
    }

    // MARK: Memory

    @Test("a table is freed in slices, to the last byte")
    func slices() {
        var pair = Pair(seed: 3)
        for key in 0..<60_000 { pair.put(UInt64(key), sizes: key % 100 == 0 ? 2000...2000 : 6...6) }
        var slices = 1
        while pair.table.destroySlice(100) {
            slices += 1
            #expect(pair.table.size > 0)
        }
        #expect(pair.table.size == 0)
        #expect(pair.table.count == 0)
        #expect(slices > 25 && slices < 60)
    }

    @Test("an element of 14 bytes costs at most 4.5 bytes more, also after many came and went")
    func overhead() {
        var pair = Pair(seed: 4)
        func check() {
            let overhead = Double(pair.table.size - pair.table.count * 14) / Double(pair.table.count)
            #expect(overhead <= 4.5)
        }
        for key in 0..<200_000 {
            var random = SplitMix64(seed: UInt64(key))
            let name = random.next()
            let content = pair.table.insert(pair.hash(name), byteCount: 14, pair.hasher)
            content.store64(name, 0)
            if key == 140_000 { check() }
        }
        check()
        for key in 0..<100_000 {
            var random = SplitMix64(seed: UInt64(key))
            let name = random.next()
            pair.table.remove(pair.find(name)!)
        }
        #expect(Double(pair.table.size) / Double(pair.table.count) <= 14 + 6)
        pair.check(count: 100_000)
        pair.destroy()
    }
}

extension Pair {
    fileprivate func check(count: Int) {
        table.checkInvariants(hasher) { Issue.record("\($0)") }
        #expect(table.count == count)
    }
}
