// Sorted sets with each other, against dictionaries.

import Base
import Engine
import Testing

@Suite("Sorted sets with each other")
struct SortedSetAlgebraTests {
    @Test("unions, intersections and differences are what dictionaries say", arguments: 0..<3)
    func model(_ index: Int) {
        let seed = UInt64(index) + 99
        print("seed \(seed)")
        var random = SplitMix64(seed: seed)
        var engine = TestEngine(shards: 4, seed: seed)
        // The third is a set, whose members count 1 each.
        var model = [[String: Double]](repeating: [:], count: 3)
        let memberCount = [8, 100, 1000][index]
        for _ in 0..<memberCount * 2 {
            let number = random.next(below: 3)
            let member = "m\(random.next(below: memberCount))"
            let score = number == 2 ? 1 : Double(random.next(below: 50))
            model[number][member] = score
            let bytes = Array(member.utf8)
            _ = engine.withKey(Array("z\(number)".utf8)) { handle, key in
                number == 2
                    ? handle.edit(key, as: SetValue.self) { _ = unsafe $0.insert(bytes.span.bytes) }
                    : handle.edit(key, as: SortedSetValue.self) { _ = unsafe $0.add(bytes.span.bytes, score) }
            }
        }
        engine.handle.section(.all) { handle in
            var sources = handle.makeSortedSetOperands()
            for number in 0..<3 {
                let bytes = Array("z\(number)".utf8)
                let key = unsafe handle.key(bytes.span.bytes, in: .first)
                _ = handle.append(key, to: &sources)
            }
            sources.setWeight(2, at: 0)
            let weighted = [model[0].mapValues { $0 * 2 }, model[1], model[2]]
            let kinds: [(ScoreAggregate, (Double, Double) -> Double)] = [(.sum, +), (.least, min), (.most, max)]
            for (aggregate, combine) in kinds {
                let union = weighted[0].merging(weighted[1], uniquingKeysWith: combine)
                    .merging(weighted[2], uniquingKeysWith: combine)
                Self.expect(sources.union(aggregate), union, "seed \(seed)")
                let common = union.filter { entry in weighted.allSatisfy { $0[entry.key] != nil } }
                Self.expect(sources.intersection(aggregate), common, "seed \(seed)")
            }
            let difference = weighted[0].filter { weighted[1][$0.key] == nil && weighted[2][$0.key] == nil }
            Self.expect(sources.difference(), difference, "seed \(seed)")
        }
    }

    private static func expect(_ found: borrowing SortedMembers, _ expected: [String: Double], _ context: String) {
        var members: [String: Double] = [:]
        var scores: [Double] = []
        found.forEach { member, score in
            members[member.copiedText()] = score
            scores.append(score)
        }
        let count = found.count
        #expect(members == expected && count == expected.count, "\(context)")
        #expect(scores == scores.sorted(), "\(context)")
    }
}
