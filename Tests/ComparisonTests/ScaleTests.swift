// Places on a chart, and the figures at its axes.

import Base
import Testing

@testable import Comparison

@Test("a scale puts its ends where they belong, and what lies outside at the edge")
func ends() {
    let scale = Scale(0, 10, to: 100, 0)
    #expect(scale.place(0) == 100 && scale.place(10) == 0 && scale.place(2.5) == 75)
    #expect(scale.place(-5) == 100 && scale.place(50) == 0)
    let steps = Scale(1, 1000, to: 0, 300, isLog: true)
    #expect(abs(steps.place(10) - 100) < 1e-9 && abs(steps.place(100) - 200) < 1e-9)
    #expect(steps.place(0) == 0)
}

@Test("a scale of one value, or of none, is no division by zero")
func emptyScale() {
    for scale in [
        Scale.around([], to: 0, 100, isLog: false), Scale.around([], to: 0, 100, isLog: true),
        Scale.around([0], to: 0, 100, isLog: false), Scale.around([5, 5], to: 0, 100, isLog: true),
        Scale(3, 3, to: 0, 1),
        Scale.around([.nan, .infinity, 2], to: 0, 100, isLog: true),
    ] {
        #expect(scale.high > scale.low)
        #expect(scale.place(5).isFinite && !scale.ticks(countMax: 6).isEmpty)
    }
}

@Test("ticks are round, ascending, within the scale and not too many")
func ticks() {
    #expect(Scale(0, 100, to: 0, 1).ticks(countMax: 6) == [0, 20, 40, 60, 80, 100])
    #expect(
        Scale(1, 1000, to: 0, 1, isLog: true).ticks(countMax: 6).map { $0.rounded() } == [1, 10, 100, 1000]
            || Scale(1, 1000, to: 0, 1, isLog: true).ticks(countMax: 7).count == 7)
    let seed = UInt64.random(in: 0...UInt64.max)
    var random = SplitMix64(seed: seed)
    func draw() -> Double { Double(random.next() >> 11) * 0x1p-53 }
    for _ in 0..<2000 {
        let isLog = random.next() % 2 == 0
        var power = 1e-3
        for _ in 0..<random.next(below: 12) { power *= 10 }
        let values = (0..<(1 + random.next(below: 8))).map { _ in draw() * power }
        let scale = Scale.around(values, to: 0, 500, isLog: isLog)
        let ticks = scale.ticks(countMax: 6)
        #expect(ticks.count <= 6 && !ticks.isEmpty, "seed \(seed), \(values), \(isLog), \(ticks)")
        #expect(zip(ticks, ticks.dropFirst()).allSatisfy { $0 < $1 }, "seed \(seed)")
        #expect(
            ticks.allSatisfy { $0 >= scale.low - 1e-9 * power && $0 <= scale.high * 1.01 }, "seed \(seed)")
        #expect(values.allSatisfy { (0...500).contains(scale.place($0)) }, "seed \(seed)")
        #expect(
            values.allSatisfy { (isLog && $0 <= 0) || ($0 >= scale.low * 0.999 && $0 <= scale.high * 1.001) },
            "seed \(seed)")
    }
}
