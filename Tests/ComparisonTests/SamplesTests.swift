// What repeats allow to say, and the words for it.

import Testing

@testable import Comparison

@Test("the median is the middle value, or the mean of the two in the middle")
func median() {
    #expect(Samples().median == 0 && Samples().isEmpty && Samples().spread == 0)
    #expect(Samples([7]).median == 7)
    #expect(Samples([9, 1, 5]).median == 5)
    #expect(Samples([4, 1, 3, 2]).median == 2.5)
}

@Test("spread is from the lowest to the highest by the median, and what is no number is not counted")
func spread() {
    let samples = Samples([10, .nan, 8, .infinity, 12])
    #expect(samples.values == [10, 8, 12])
    #expect(samples.low == 8 && samples.high == 12 && samples.spread == 0.4)
}

@Test("a verdict needs three repeats of each, all of one beyond all of the other, and 2 % between them")
func verdicts() {
    let low: Samples = [10, 11, 12]
    #expect(Verdict(low, beside: [13, 14, 15]) == .lower)
    #expect(Verdict([13, 14, 15], beside: low) == .higher)
    #expect(Verdict(low, beside: [12, 14, 15]) == .noDifference)
    #expect(Verdict(low, beside: [11.5, 30, 40]) == .noDifference)
    #expect(Verdict(low, beside: [20, 21]) == .tooFewRepeats)
    #expect(Verdict([], beside: low) == .tooFewRepeats)
    // All beyond, but by a hair.
    #expect(Verdict([100, 100.1, 100.2], beside: [100.5, 100.6, 100.7]) == .noDifference)
    #expect(Verdict([0, 0, 0], beside: [0, 0, 0]) == .noDifference)
}

private func measure(_ better: Measure.Better, _ samples: [Samples]) -> Measure {
    var measure = Measure(
        id: "m", title: "Speed", unit: "requests/s", shape: .bars, better: better, placesTitle: "Workload",
        places: [.init("get", 0)], contenderCount: samples.count)
    for (contender, values) in samples.enumerated() { measure.samples[contender][0] = values }
    return measure
}

@Test("sentences name the best, by how much, and who cannot be told from it")
func sentences() {
    let names = ["a", "b", "c"]
    let found = measure(.higher, [[100, 101, 102], [300, 303, 306], [302, 304, 305]]).findings(names)
    #expect(
        found == [
            Finding(
                subject: "get",
                text: "most by c, 304 requests/s: 3.01 times a; no difference that these runs can show to b.")
        ])
    let less = measure(.lower, [[1, 1, 1], [4, 4, 4], [2, 2, 2]]).findings(names)
    #expect(
        less.map(\.text) == ["least by a, 1 requests/s: c takes 2 times as much and b takes 4 times as much."]
    )
}

@Test("without enough repeats or without a difference the sentences say so")
func sentencesWithoutVerdict() {
    let names = ["a", "b"]
    #expect(
        measure(.higher, [[1, 1, 1], [1, 1, 1]]).findings(names).map(\.text)
            == ["no difference that these runs can show: a 1 requests/s and b 1 requests/s."])
    #expect(
        measure(.higher, [[5], [9]]).findings(names).map(\.text)
            == ["b 9 requests/s, a 5 requests/s; too few repeats for a verdict."])
    #expect(measure(.higher, [[5], []]).findings(names).isEmpty)
}

@Test("differences of percentages are told in points")
func points() {
    var hits = measure(.higher, [[80, 80.5, 81], [85, 85.5, 86]])
    hits.unit = "%"
    hits.wording = .points
    #expect(hits.findings(["a", "b"]).map(\.text) == ["most by b, 85.5 %: 5.0 points above a."])
}

@Test("figures have three digits that matter and commas between thousands")
func figures() {
    #expect(figure(0) == "0" && figure(7) == "7" && figure(1_234_567) == "1,230,000")
    #expect(figure(999.6) == "1,000" && figure(99.96) == "100" && figure(12.345) == "12.3")
    #expect(figure(0.5) == "0.5" && figure(0.0123) == "0.0123" && figure(-4.25) == "-4.25")
    #expect(figure(.infinity) == "–" && figure(1e12) == "1,000,000,000,000")
    #expect(axisFigure(20_000) == "20k" && axisFigure(1_500_000) == "1.5M" && axisFigure(0.5) == "0.5")
    #expect(sizeText(64 * 1024) == "64 KB" && sizeText(1_572_864) == "1.5 MB" && sizeText(100) == "100 bytes")
    #expect(clockText(5) == "0:05" && clockText(754) == "12:34" && clockText(3723) == "1:02:03")
    #expect(roughTime(31) == "about 35 seconds" && roughTime(350) == "about 6 minutes")
    #expect(listed([]) == "nothing" && listed(["a"]) == "a" && listed(["a", "b", "c"]) == "a, b and c")
}
