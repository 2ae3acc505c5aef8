// Keys are drawn as often as theory says, and are spelled in their full width.

import Base
import Testing

@testable import Workload

private let seed = UInt64.random(in: 0...UInt64.max)

@Test("a distribution is read from its text and refused when it makes no sense")
func distributionText() {
    #expect(KeyDistribution("uniform") == .uniform)
    #expect(KeyDistribution("sequential") == .sequential)
    #expect(KeyDistribution("zipf") == .zipf(exponent: 0.99))
    #expect(KeyDistribution("zipf:0.8") == .zipf(exponent: 0.8))
    #expect(KeyDistribution("scan-polluted") == .scanPolluted(exponent: 0.99, scanShare: 0.2))
    #expect(KeyDistribution("scan-polluted:1.1:0.5") == .scanPolluted(exponent: 1.1, scanShare: 0.5))
    for text in [
        "", "zipf:", "zipf:x", "zipf:0", "zipf:-1", "zipf:0.9:1", "uniform:1", "scan-polluted:1:2", "pareto",
    ] {
        #expect(KeyDistribution(text) == nil, "\(text)")
    }
    for text in ["uniform", "sequential", "zipf:0.8", "scan-polluted:0.99:0.2"] {
        #expect(KeyDistribution(text)?.description == text)
    }
}

@Test("zipf ranks come as often as theory says", arguments: [0.5, 0.8, 0.99, 1.0, 1.2, 2.0])
func zipfFrequencies(exponent: Double) {
    print("seed \(seed)")
    let count = 1000
    let draws = 400_000
    let sampler = ZipfSampler(count: UInt64(count), exponent: exponent)
    var random = SplitMix64(seed: seed)
    var seen = [Int](repeating: 0, count: count + 1)
    for _ in 0..<draws { seen[Int(sampler.next(&random))] += 1 }
    #expect(seen[0] == 0)
    let weights = (1...count).map { power(Double($0), -exponent) }
    let total = weights.reduce(0, +)
    // Single ranks at the head, then sums of ranks, each within five standard deviations.
    let groups = [1...1, 2...2, 3...3, 4...4, 5...7, 8...15, 16...63, 64...255, 256...1000]
    for group in groups {
        let share = group.map { weights[$0 - 1] }.reduce(0, +) / total
        let expected = share * Double(draws)
        let deviation = (expected * (1 - share)).squareRoot()
        let found = Double(group.map { seen[$0] }.reduce(0, +))
        #expect(abs(found - expected) <= 5 * deviation + 1, "seed \(seed), ranks \(group)")
    }
}

@Test("zipf of one key and of 100 million keys stay in range")
func zipfExtremes() {
    var random = SplitMix64(seed: seed)
    let one = ZipfSampler(count: 1, exponent: 0.99)
    let many = ZipfSampler(count: 100_000_000, exponent: 0.99)
    var first = 0
    for _ in 0..<100_000 {
        #expect(one.next(&random) == 1)
        let rank = many.next(&random)
        #expect(rank >= 1 && rank <= 100_000_000)
        if rank == 1 { first += 1 }
    }
    // The sum of k^-0.99 up to 10^8 is about 20.8: the first rank has 4.8 % of all.
    #expect(first > 4300 && first < 5300, "seed \(seed)")
}

@Test("uniform keys reach every place about equally often")
func uniformFrequencies() {
    var keys = KeySource(.uniform, keyCount: 100, seed: seed)
    var seen = [Int](repeating: 0, count: 100)
    for _ in 0..<100_000 { seen[Int(keys.next())] += 1 }
    #expect(seen.allSatisfy { $0 > 800 && $0 < 1200 }, "seed \(seed)")
}

@Test("sequential keys are every key in order, beginning at the thread's part")
func sequentialOrder() {
    var first = KeySource(.sequential, keyCount: 5, seed: seed)
    #expect((0..<7).map { _ in first.next() } == [0, 1, 2, 3, 4, 0, 1])
    var second = KeySource(.sequential, keyCount: 10, seed: seed, part: 1, of: 2)
    #expect((0..<6).map { _ in second.next() } == [5, 6, 7, 8, 9, 0])
}

@Test("a scan takes its share of a polluted mix, in order")
func scanShare() {
    let keyCount = 1_000_000_000
    var keys = KeySource(.scanPolluted(exponent: 0.99, scanShare: 0.25), keyCount: keyCount, seed: seed)
    var next: UInt64 = 0
    // Zipf hardly ever names the next key of the scan by chance.
    for _ in 0..<40_000 where keys.next() == next { next += 1 }
    #expect(next > 9500 && next < 10_500, "seed \(seed)")
}

@Test("threads and neighbouring seeds draw keys of their own, and a seed draws the same ones again")
func independentStreams() {
    let board = CounterBoard<WorkloadCounter>()
    func keys(seed: UInt64, part: Int) -> [UInt64] {
        var options = WorkloadOptions()
        options.keyCount = 10_000_000_000
        options.threadCount = 2
        options.seed = seed
        let context = ThreadContext(options, part: part, counters: board.makeRow())
        return (0..<1000).map { _ in context.keys.next() }
    }
    let streams = [(1, 0), (1, 1), (2, 0), (2, 1), (3, 0), (0, 0)].map { keys(seed: $0.0, part: $0.1) }
    #expect(Set(streams.joined()).count > 5990)
    #expect(keys(seed: 2, part: 1) == streams[3])
}

@Test("the scatter of popular keys is one to one", arguments: [1, 2, 3, 10, 97, 1000, 4096])
func scatterIsOneToOne(count: Int) {
    let scatter = Scatter(count: UInt64(count))
    #expect(Set((0..<count).map { scatter.place(UInt64($0)) }).count == count)
    let large = Scatter(count: 10_000_000_000)
    #expect(large.place(9_999_999_999) < 10_000_000_000)
}

/// x^y by repeated square roots and products, so that the test does not lean on the library the sampler uses.
private func power(_ x: Double, _ y: Double) -> Double {
    var exponent = y.magnitude
    var result = 1.0
    while exponent >= 1 {
        result *= x
        exponent -= 1
    }
    var root = x.squareRoot()
    for _ in 0..<60 {
        exponent *= 2
        if exponent >= 1 {
            result *= root
            exponent -= 1
        }
        root = root.squareRoot()
    }
    return y < 0 ? 1 / result : result
}
