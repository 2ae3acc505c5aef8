// Sets against Swift's own: alone and with each other, in both forms.

import Base
import Engine
import Testing

@Suite("Sets")
struct SetValueTests {
    @Test("sets and their combinations are what Swift's sets say", arguments: 0..<3)
    func model(_ index: Int) {
        let seed = UInt64(index) + 4321
        print("seed \(seed)")
        var random = SplitMix64(seed: seed)
        var engine = TestEngine(shards: 4, seed: seed)
        var model = [Set<String>](repeating: [], count: 3)
        let memberCount = [10, 300, 3000][index]
        for step in 0..<3000 {
            let number = random.next(below: 3)
            let member = "\(random.next(below: memberCount))"
            if random.next(below: 3) == 0 {
                #expect(remove(&engine, number, member) == (model[number].remove(member) != nil))
            } else {
                #expect(insert(&engine, number, member) == model[number].insert(member).inserted)
            }
            if step % 100 == 0 { compare(&engine, model, "seed \(seed), step \(step)") }
        }
        while let last = takeRandom(&engine, 0) { #expect(model[0].remove(last) != nil) }
        compare(&engine, model, "seed \(seed), at the end")
    }

    private func insert(_ engine: inout TestEngine, _ number: Int, _ member: String) -> Bool {
        let bytes = Array(member.utf8)
        var isNew = false
        _ = engine.withKey(Array("s\(number)".utf8)) { handle, key in
            handle.edit(key, as: SetValue.self) { isNew = unsafe $0.insert(bytes.span.bytes) }
        }
        return isNew
    }

    private func remove(_ engine: inout TestEngine, _ number: Int, _ member: String) -> Bool {
        let bytes = Array(member.utf8)
        var isThere = false
        _ = engine.withKey(Array("s\(number)".utf8)) { handle, key in
            handle.edit(key, as: SetValue.self, creates: false) { isThere = unsafe $0.remove(bytes.span.bytes) }
        }
        return isThere
    }

    private func takeRandom(_ engine: inout TestEngine, _ number: Int) -> String? {
        var member: String?
        _ = engine.withKey(Array("s\(number)".utf8)) { handle, key in
            handle.edit(key, as: SetValue.self, creates: false) { _ = $0.removeRandom { member = $0.copiedText() } }
        }
        return member
    }

    private func compare(_ engine: inout TestEngine, _ model: [Set<String>], _ context: String) {
        engine.check(context)
        var union: [String] = []
        var intersection: [String] = []
        var difference: [String] = []
        engine.handle.section(.all) { handle in
            var sets = handle.makeSetOperands()
            for number in 0..<3 {
                let bytes = Array("s\(number)".utf8)
                let key = unsafe handle.key(bytes.span.bytes, in: .first)
                _ = handle.append(key, to: &sets)
            }
            sets.union { union.append($0.copiedText()) }
            sets.difference { difference.append($0.copiedText()) }
            sets.intersection {
                intersection.append($0.copiedText())
                return true
            }
        }
        #expect(union.count == Set(union).count && Set(union) == model[0].union(model[1]).union(model[2]), "\(context)")
        #expect(Set(difference) == model[0].subtracting(model[1]).subtracting(model[2]), "\(context)")
        #expect(Set(intersection) == model[0].intersection(model[1]).intersection(model[2]), "\(context)")
    }
}
