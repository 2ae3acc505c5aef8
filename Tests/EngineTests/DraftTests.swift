// Values that are built outside the keyspace and then placed in it.

import Base
import Engine
import Testing

@Suite("Drafts")
struct DraftTests {
    private func list(_ engine: borrowing TestEngine, _ count: Int) -> ValueDraft {
        var draft = engine.handle.makeDraft(.list)
        for index in 0..<count {
            let element = Array("element \(index)".utf8)
            draft.append(unsafe element.span.bytes)
        }
        return draft
    }

    private func store(
        _ engine: inout TestEngine, _ key: String, _ draft: consuming ValueDraft,
        _ options: StoreOptions = StoreOptions()
    ) -> StoreOutcome {
        let name = Array(key.utf8)
        let key = engine.handle.key(unsafe name.span.bytes, in: .first)
        return engine.handle.store(key, draft, options)
    }

    private func elements(_ engine: inout TestEngine, _ key: String) -> [String] {
        var found: [String] = []
        _ = engine.withKey(Array(key.utf8)) { handle, key in
            handle.read(key, as: ListValue.self) { $0.forEach(in: 0..<$0.count) { found.append($0.copiedText()) } }
        }
        return found
    }

    @Test("a draft becomes the value of its key, whatever was there", arguments: [1, 3, 100, 5000])
    func storing(_ count: Int) {
        var engine = TestEngine()
        let expected = (0..<count).map { "element \($0)" }
        for before in 0..<4 {
            switch before {
            case 0: _ = engine.withKey(Array("k".utf8)) { $0.delete($1) }
            case 1: engine.set("k", String(repeating: "x", count: 50_000))
            case 2: #expect(store(&engine, "k", list(engine, 4000)) == .stored)
            default: #expect(store(&engine, "k", list(engine, 2)) == .stored)
            }
            var options = StoreOptions()
            options.expiry = Milliseconds(2_000_000)
            options.flags = 7
            #expect(store(&engine, "k", list(engine, count), options) == .stored)
            #expect(elements(&engine, "k") == expected)
            #expect(engine.facts("k")?.expiry == 2_000_000)
            #expect(engine.facts("k")?.flags == 7)
            engine.check("\(count) elements over \(before)")
        }
        // It is a list like any other.
        _ = engine.withKey(Array("k".utf8)) { handle, key in
            handle.edit(key, as: ListValue.self, creates: false) { $0.pop(.max, .start) { _ in } }
        }
        #expect(engine.facts("k") == nil)
        for _ in 0..<200 { engine.handle.maintain(microseconds: 1000) }
        engine.check("at the end")
    }

    @Test("a draft is not stored where an item is in the way, and goes with its memory")
    func refused() {
        var engine = TestEngine()
        engine.set("k", "v")
        var options = StoreOptions()
        options.mode = .add
        for count in [1, 5000] { #expect(store(&engine, "k", list(engine, count), options) == .notStored) }
        #expect(engine.text("k") == "v")
        #expect(store(&engine, "k", ValueDraft(string: RawSpan())!, options) == .notStored)
        engine.check()
        _ = list(engine, 5000)
    }

    @Test("a draft that does not fit the memory limit is refused, and one that does makes room")
    func memory() {
        var engine = TestEngine(memoryLimit: 4 << 20, policy: .noEviction)
        #expect(store(&engine, "large", list(engine, 300_000)) == .outOfMemory)
        #expect(engine.facts("large") == nil)
        engine.check("refused")
        engine.engine.evictionPolicy = .allKeysLRU
        for index in 0..<30_000 { engine.set("k\(index)", String(repeating: "v", count: 100)) }
        #expect(store(&engine, "large", list(engine, 50_000)) == .stored)
        #expect(elements(&engine, "large").count == 50_000)
        engine.check("made room")
    }

    @Test("-0 stays a score unless the whole set is packed", arguments: [1, 40, 128, 129, 1000])
    func signs(_ count: Int) {
        var engine = TestEngine()
        // The compact form, and the large one while the set is still called packed.
        for size in [1, 60] {
            var draft = engine.handle.makeDraft(.sortedSet)
            for index in 0..<count {
                let member = Array((String(repeating: "m", count: size) + "\(index)").utf8)
                _ = draft.add(unsafe member.span.bytes, index % 3 == 0 ? -0.0 : Double(index - 20))
            }
            #expect(store(&engine, "k", draft) == .stored)
            var zeros = 0
            var minusZeros = 0
            _ = engine.withKey(Array("k".utf8)) { handle, key in
                handle.read(key, as: SortedSetValue.self) { set in
                    set.forEach(0..<set.count) { _, score in
                        if score == 0 { zeros += 1 }
                        if score == 0 && score.sign == .minus { minusZeros += 1 }
                    }
                }
            }
            #expect(zeros >= (count + 2) / 3)
            #expect(minusZeros == (count > 128 ? (count + 2) / 3 : 0), "\(count) members of \(size) and more")
            engine.check("\(count) members")
        }
    }

    @Test("encodings are named as if the elements had come one by one")
    func encodings() {
        var engine = TestEngine()
        func encoding(_ draft: consuming ValueDraft) -> CollectionEncoding? {
            var found: CollectionEncoding?
            #expect(store(&engine, "k", draft) == .stored)
            _ = engine.withKey(Array("k".utf8)) { handle, key in handle.look(key) { found = $0.encoding } }
            return found
        }
        #expect(encoding(list(engine, 10)) == .packed)
        #expect(encoding(list(engine, 2000)) == .nodes)
        for (count, expected) in [(512, CollectionEncoding.integers), (513, .table)] {
            var draft = engine.handle.makeDraft(.set)
            for index in 0..<count {
                let isNew = draft.insert(DecimalText(Int64(index)).span)
                #expect(isNew)
            }
            #expect(encoding(draft) == expected, "\(count) numbers")
        }
        for (count, expected) in [(128, CollectionEncoding.packed), (129, .ordered)] {
            var draft = engine.handle.makeDraft(.sortedSet)
            for index in 0..<count {
                let isNew = draft.add(DecimalText(Int64(index)).span, Double(-index))
                #expect(isNew)
            }
            #expect(encoding(draft) == expected, "\(count) members")
        }
        engine.check()
    }
}
