// Hashes against a dictionary, in both forms, with everything that happens to items around them.

import Base
import Engine
import Testing

@Suite("Hashes")
struct HashValueTests {
    typealias Model = [String: [String: [UInt8]]]

    @Test("hashes hold what a dictionary holds, whatever happens to their keys", arguments: 0..<4)
    func model(_ index: Int) {
        let seed = UInt64(index) + 1234
        print("seed \(seed)")
        var random = SplitMix64(seed: seed)
        var engine = TestEngine(shards: [1, 2, 4, 8][index], seed: seed)
        var model: Model = [:]
        // Few fields keep to the compact form, many go over to the large one, long values to blocks of their own.
        let fieldCount = [8, 60, 400, 2000][index]
        for step in 0..<4000 {
            let key = "h\(random.next(below: 4))"
            let field = "field\(random.next(below: fieldCount))"
            switch random.next(below: 20) {
            case 0: model[key] = remove(&engine, key) ? nil : model[key]
            case 1:
                let other = "h\(random.next(below: 4))"
                transfer(&engine, key, other, copies: random.next(below: 2) == 0, &model)
            case 2:
                _ = engine.withKey(Array(key.utf8)) { handle, key in
                    handle.expire(key, at: Milliseconds(9_000_000 + Int64(step)))
                }
            case 3 where random.next(below: 10) == 0:
                engine.handle.flush(.first)
                model = [:]
            case 4...7: delete(&engine, key, field, &model)
            default:
                let size = [0, 3, 20, 70, 300, 3000][random.next(below: random.next(below: 4) == 0 ? 6 : 3)]
                set(&engine, key, field, [UInt8](repeating: UInt8(truncatingIfNeeded: step), count: size), &model)
            }
            if step % 50 == 0 {
                engine.check("seed \(seed), step \(step)")
                engine.handle.maintain(microseconds: 200)
                compare(&engine, model, "seed \(seed), step \(step)")
            }
        }
        compare(&engine, model, "seed \(seed)")
        for key in model.keys { _ = remove(&engine, key) }
        for _ in 0..<1000 { engine.handle.maintain(microseconds: 1000) }
        engine.check("seed \(seed), at the end")
        #expect(engine.handle.itemCount(in: .first) == 0)
    }

    private func set(
        _ engine: inout TestEngine, _ key: String, _ field: String, _ value: [UInt8], _ model: inout Model
    ) {
        let field1 = Array(field.utf8)
        var isNew = false
        let outcome = engine.withKey(Array(key.utf8)) { handle, key in
            handle.edit(key, as: HashValue.self) { hash in isNew = unsafe hash.set(field1.span.bytes, to: value.span.bytes) }
        }
        #expect(outcome == .done)
        #expect(isNew == (model[key]?[field] == nil))
        model[key, default: [:]][field] = value
    }

    private func delete(_ engine: inout TestEngine, _ key: String, _ field: String, _ model: inout Model) {
        let field1 = Array(field.utf8)
        var isThere = false
        let outcome = engine.withKey(Array(key.utf8)) { handle, key in
            handle.edit(key, as: HashValue.self, creates: false) { hash in isThere = unsafe hash.remove(field1.span.bytes) }
        }
        #expect((outcome == .done) == (model[key] != nil))
        #expect(isThere == (model[key]?.removeValue(forKey: field) != nil))
        if model[key]?.isEmpty == true { model[key] = nil }
    }

    private func remove(_ engine: inout TestEngine, _ key: String) -> Bool {
        engine.withKey(Array(key.utf8)) { handle, key in handle.delete(key) } == .deleted
    }

    private func transfer(
        _ engine: inout TestEngine, _ source: String, _ target: String, copies: Bool, _ model: inout Model
    ) {
        let outcome = engine.withKey(Array(source.utf8)) { handle, from in
            let bytes = Array(target.utf8)
            let to = unsafe handle.key(bytes.span.bytes, in: .first)
            return copies ? handle.copy(from, to: to, replaces: true) : handle.rename(from, to: to, replaces: true)
        }
        #expect((outcome == .stored) == (model[source] != nil))
        guard let hash = model[source], source != target else { return }
        model[target] = hash
        if !copies { model[source] = nil }
    }

    private func compare(_ engine: inout TestEngine, _ model: Model, _ context: String) {
        for number in 0..<4 {
            let key = "h\(number)"
            var found: [String: [UInt8]] = [:]
            var scanned: Set<String> = []
            var count = 0
            _ = engine.withKey(Array(key.utf8)) { handle, key in
                handle.read(key, as: HashValue.self) { hash in
                    count = hash.count
                    hash.forEach { field, value in found[field.copiedText()] = value.copiedBytes() }
                    for (field, value) in model[field: number] {
                        let bytes = Array(field.utf8)
                        let got = unsafe hash.value(of: bytes.span.bytes)?.copiedBytes()
                        #expect(got == value, "\(context)")
                    }
                    var cursor: UInt64 = 0
                    repeat {
                        cursor = hash.scan(cursor) { field, _ in scanned.insert(field.copiedText()) }
                    } while cursor != 0
                    hash.random { field, _ in #expect(found[field.copiedText()] != nil) }
                }
            }
            #expect(found == model[key] ?? [:], "\(context)")
            #expect(count == found.count && scanned == Set(found.keys), "\(context)")
        }
    }

    @Test("a hash that is deleted while it is large is freed in slices, and its memory counted until then")
    func lazyFreeing() {
        var engine = TestEngine(shards: 1)
        var model: Model = [:]
        for index in 0..<20_000 { set(&engine, "h", "field\(index)", [1, 2, 3, 4], &model) }
        let full = engine.engine.memory().used
        #expect(remove(&engine, "h"))
        #expect(engine.engine.memory().used > full / 2)
        engine.check()
        for _ in 0..<200 { engine.handle.maintain(microseconds: 1000) }
        #expect(engine.engine.memory().used < full / 4)
        engine.check()
    }

    @Test("a hash is evicted like any item, and its memory goes to what follows")
    func eviction() {
        var engine = TestEngine(memoryLimit: 4 << 20, policy: .allKeysLRU, shards: 1)
        var model: Model = [:]
        for index in 0..<20_000 { set(&engine, "h", "field\(index)", [UInt8](repeating: 7, count: 50), &model) }
        for index in 0..<40_000 { engine.set("k\(index)", String(repeating: "v", count: 60)) }
        engine.check()
        #expect(engine.engine.memory().used <= (4 << 20) + (64 << 10))
        #expect(engine.engine.counters.total(.evicted) > 0)
    }

    @Test("a string verb sees another kind, a hash verb too")
    func kinds() {
        var engine = TestEngine()
        var model: Model = [:]
        set(&engine, "h", "f", [1], &model)
        engine.set("s", "x")
        #expect(engine.get("h") == nil)
        let outcome = engine.withKey(Array("s".utf8)) { handle, key in
            handle.read(key, as: HashValue.self) { _ in Issue.record("shown a string") }
        }
        #expect(outcome == .otherKind)
        engine.set("h", "now a string")
        #expect(engine.text("h") == "now a string")
        engine.check()
    }
}

extension [String: [String: [UInt8]]] {
    fileprivate subscript(field number: Int) -> [String: [UInt8]] { self["h\(number)"] ?? [:] }
}
