// Sorted sets against a sorted array: alone and with each other, in both forms.

import Base
import Engine
import Testing

@Suite("Sorted sets")
struct SortedSetValueTests {
    struct Element: Equatable {
        var member: String
        var score: Double

        static func precedes(_ a: Element, _ b: Element) -> Bool {
            a.score == b.score ? a.member.utf8.lexicographicallyPrecedes(b.member.utf8) : a.score < b.score
        }
    }

    /// Elements in order, for one key each.
    typealias Model = [[Element]]

    @Test("sorted sets hold what a sorted array holds", arguments: 0..<5)
    func model(_ index: Int) {
        let seed = UInt64(index) + 777
        print("seed \(seed)")
        var random = SplitMix64(seed: seed)
        var engine = TestEngine(shards: 4, seed: seed)
        var model = Model(repeating: [], count: 2)
        let memberCount = [10, 100, 400, 3000, 3000][index]
        // Few scores make ties, one makes a dictionary.
        let scoreCount = [5, 50, 1000, 3000, 1][index]
        for step in 0..<3000 {
            let number = random.next(below: 2)
            let length = random.next(below: 200) == 0 ? 1500 : random.next(below: 20)
            let name = random.next(below: memberCount)
            // The same name has the same length.
            let member = name % 97 == 0 ? "\(name)" + String(repeating: "m", count: 1500) : "member\(name)"
            let score = Double(random.next(below: scoreCount)) - Double(scoreCount / 2) * 0.5
            switch random.next(below: 40) {
            case 0...7: remove(&engine, number, member, &model)
            case 8 where length < 4:
                let lower = random.next(below: model[number].count + 1)
                let upper = lower + random.next(below: model[number].count - lower + 1)
                removeRange(&engine, number, lower..<upper, &model)
            case 9: removeRange(&engine, number, 0..<min(1, model[number].count), &model)
            case 10: removeRange(&engine, number, max(0, model[number].count - 1)..<model[number].count, &model)
            case 11...14: add(&engine, number, member, score, .increments, &model)
            case 15: add(&engine, number, member, score, .raises, &model)
            case 16: add(&engine, number, member, score, [.lowers, .updatesOnly], &model)
            case 17: add(&engine, number, member, score, .addsOnly, &model)
            case 18 where step % 500 < 10: copy(&engine, from: number, &model)
            default: add(&engine, number, member, score == 0 && length == 0 ? -0.0 : score, [], &model)
            }
            if step % 250 == 0 { compare(&engine, model, &random, "seed \(seed), step \(step)") }
        }
        compare(&engine, model, &random, "seed \(seed), at the end")
    }

    private func edit(_ engine: inout TestEngine, _ number: Int, _ body: (inout SortedSetValue) -> Void) {
        _ = engine.withKey(Array("z\(number)".utf8)) { handle, key in
            handle.edit(key, as: SortedSetValue.self) { set in body(&set) }
        }
    }

    private func add(
        _ engine: inout TestEngine, _ number: Int, _ member: String, _ score: Double, _ rule: SortedSetRule,
        _ model: inout Model
    ) {
        let bytes = Array(member.utf8)
        var outcome = SortedSetOutcome.notANumber
        edit(&engine, number) { set in outcome = unsafe set.add(bytes.span.bytes, score, rule) }
        let index = model[number].firstIndex { $0.member == member }
        let old = index.map { model[number][$0].score }
        var expected = SortedSetOutcome.skipped
        if let old {
            let new = rule.contains(.increments) ? old + score : score
            let isRefused =
                rule.contains(.addsOnly) || rule.contains(.raises) && new <= old || rule.contains(.lowers) && new >= old
            if !isRefused { expected = new == old ? .same(new) : .updated(new) }
        } else if !rule.contains(.updatesOnly) {
            expected = .added(score)
        }
        #expect(outcome == expected)
        switch expected {
        case .added(let score), .updated(let score):
            if let index { model[number].remove(at: index) }
            let element = Element(member: member, score: score)
            let place = model[number].firstIndex { !Element.precedes($0, element) } ?? model[number].count
            model[number].insert(element, at: place)
        case .same, .skipped, .notANumber: break
        }
    }

    private func remove(_ engine: inout TestEngine, _ number: Int, _ member: String, _ model: inout Model) {
        let bytes = Array(member.utf8)
        var isThere = false
        edit(&engine, number) { set in isThere = unsafe set.remove(bytes.span.bytes) }
        let index = model[number].firstIndex { $0.member == member }
        #expect(isThere == (index != nil))
        if let index { model[number].remove(at: index) }
    }

    private func removeRange(_ engine: inout TestEngine, _ number: Int, _ range: Range<Int>, _ model: inout Model) {
        edit(&engine, number) { $0.removeRange(range) }
        model[number].removeSubrange(range)
    }

    private func copy(_ engine: inout TestEngine, from number: Int, _ model: inout Model) {
        _ = engine.withKey(Array("z\(number)".utf8)) { handle, key in
            let bytes = Array("z\(1 - number)".utf8)
            let target = unsafe handle.key(bytes.span.bytes, in: .first)
            return handle.copy(key, to: target, replaces: true)
        }
        if !model[number].isEmpty { model[1 - number] = model[number] }
    }

    private func compare(
        _ engine: inout TestEngine, _ model: Model, _ random: inout SplitMix64, _ context: String
    ) {
        engine.check(context)
        for number in 0..<2 {
            let expected = model[number]
            let lower = random.next(below: expected.count + 1)
            let upper = lower + random.next(below: expected.count - lower + 1)
            let least = expected.isEmpty ? 0 : expected[random.next(below: expected.count)].score
            let most = expected.isEmpty ? 0 : expected[random.next(below: expected.count)].score
            var random = random
            _ = engine.withKey(Array("z\(number)".utf8)) { handle, key in
                handle.read(key, as: SortedSetValue.self) { set in
                    let all = Self.elements(set, 0..<set.count, isReversed: false)
                    #expect(all == expected, "\(context)")
                    let some = Self.elements(set, lower..<upper, isReversed: true)
                    #expect(some == expected[lower..<upper].reversed(), "\(context)")
                    for excludes in [false, true] {
                        let bounds = ScoreBounds(least, most, excludesLeast: excludes, excludesMost: !excludes)
                        let found = Self.elements(set, set.positions(bounds), isReversed: false)
                        let wanted = expected.filter {
                            (excludes ? $0.score > least : $0.score >= least)
                                && (excludes ? $0.score <= most : $0.score < most)
                        }
                        #expect(found == wanted, "\(context)")
                    }
                    for _ in 0..<20 where !expected.isEmpty {
                        let position = random.next(below: expected.count)
                        let bytes = Array(expected[position].member.utf8)
                        let found = unsafe set.position(of: bytes.span.bytes)
                        #expect(found?.position == position && found?.score == expected[position].score, "\(context)")
                        let score = unsafe set.score(of: bytes.span.bytes)
                        #expect(score == expected[position].score, "\(context)")
                    }
                    Self.compareScan(set, expected, context)
                    Self.compareMembers(set, expected, &random, context)
                }
            }
        }
    }

    private static func elements(
        _ set: borrowing SortedSetValue, _ range: Range<Int>, isReversed: Bool
    ) -> [Element] {
        var found: [Element] = []
        set.forEach(range, isReversed: isReversed) { found.append(Element(member: $0.copiedText(), score: $1)) }
        return found
    }

    private static func compareScan(_ set: borrowing SortedSetValue, _ expected: [Element], _ context: String) {
        var scanned: [Element] = []
        var cursor: UInt64 = 0
        repeat {
            cursor = set.scan(cursor) { scanned.append(Element(member: $0.copiedText(), score: $1)) }
        } while cursor != 0
        #expect(scanned.sorted(by: Element.precedes) == expected, "\(context)")
        var sample: [Element] = []
        set.randomSample(expected.count / 5) { sample.append(Element(member: $0.copiedText(), score: $1)) }
        #expect(Set(sample.map(\.member)).count == expected.count / 5, "\(context)")
        #expect(sample.allSatisfy(expected.contains), "\(context)")
    }

    /// Where all have the same score.
    private static func compareMembers(
        _ set: borrowing SortedSetValue, _ expected: [Element], _ random: inout SplitMix64, _ context: String
    ) {
        guard let first = expected.first, expected.allSatisfy({ $0.score == first.score }) else { return }
        let least = Array(expected[random.next(below: expected.count)].member.utf8)
        let most = Array(expected[random.next(below: expected.count)].member.utf8)
        for excludes in [false, true] {
            let kind: MemberBound.Kind = excludes ? .excluding : .including
            let range = unsafe set.positions(
                MemberBounds(MemberBound(kind, least.span.bytes), MemberBound(kind, most.span.bytes)))
            let wanted = expected.filter { element in
                let member = Array(element.member.utf8)
                let isBelow = member.lexicographicallyPrecedes(least) || excludes && member == least
                let isAbove = most.lexicographicallyPrecedes(member) || excludes && member == most
                return !isBelow && !isAbove
            }
            let found = elements(set, range, isReversed: false)
            #expect(found == wanted, "\(context)")
        }
    }

    @Test("a sorted set of equal scores is scanned in calls that together cost little more than one walk")
    func scanOfTies() {
        var engine = TestEngine(shards: 1)
        edit(&engine, 0) { set in
            for index in 0..<20_000 {
                let member = Array("m\(index)".utf8)
                _ = unsafe set.add(member.span.bytes, 7)
            }
        }
        _ = engine.withKey(Array("z0".utf8)) { handle, key in
            handle.read(key, as: SortedSetValue.self) { set in
                var calls = 0
                var shown = 0
                var cursor: UInt64 = 0
                repeat {
                    cursor = set.scan(cursor) { _, _ in shown += 1 }
                    calls += 1
                } while cursor != 0
                #expect(shown == 20_000)
                #expect(calls <= 65)
            }
        }
    }

    @Test("-0 stands beside 0 and is kept as it was given, but in a set that is called packed")
    func minusZero() {
        var engine = TestEngine(shards: 1)
        var model = Model(repeating: [], count: 2)
        add(&engine, 0, "a packed one", -0.0, [], &model)
        // Its length makes the set an ordered one.
        add(&engine, 0, String(repeating: "x", count: 100), 5, [], &model)
        for (member, score) in [("b", -0.0), ("a", 0.0), ("c", 0.0)] { add(&engine, 0, member, score, [], &model) }
        add(&engine, 0, "b", 0.0, [], &model)
        _ = engine.withKey(Array("z0".utf8)) { handle, key in
            handle.read(key, as: SortedSetValue.self) { set in
                let found = Self.elements(set, 0..<4, isReversed: false)
                #expect(found.map(\.member) == ["a", "a packed one", "b", "c"])
                #expect(found.map(\.score.sign) == [.plus, .plus, .minus, .plus])
            }
        }
    }
}
