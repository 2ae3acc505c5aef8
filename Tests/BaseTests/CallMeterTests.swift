// Calls and their times, against what was put in.

import Testing

@testable import Base

@Suite("Call meters")
struct CallMeterTests {
    @Test("every duration falls into a bucket at most 3 % wide, in order")
    func buckets() {
        var last = -1
        for power in 0..<34 {
            for step: UInt64 in 0..<64 {
                let ticks = (UInt64(1) << UInt64(power)) + (step << UInt64(max(0, power - 6)))
                let bucket = TickHistogram.bucket(ticks)
                #expect(bucket < TickHistogram.bucketCount)
                // Below 64 the steps of a power reach into the next ones.
                if power >= 6 { #expect(bucket >= last) }
                last = power >= 6 ? bucket : -1
            }
        }
        #expect(TickHistogram.bucket(0) == 0)
        #expect(TickHistogram.bucket(.max) == TickHistogram.bucketCount - 1)
    }

    @Test("percentiles of the threads together are within 3 % of the durations' own")
    func percentiles() {
        let board = CallBoard(subjectCount: 3)
        let meters = [board.makeMeter(), board.makeMeter()]
        var seed: UInt64 = 42
        var ticks: [UInt64] = []
        for index in 0..<20_000 {
            seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            let value = (seed >> 33) % (1 << (8 + UInt64(index % 16)))
            ticks.append(value)
            meters[index % 2].add(1, ticks: value)
        }
        ticks.sort()
        let histogram = board.histogram(of: 1)
        #expect(histogram.total == 20_000)
        for (percentage, found) in zip([1, 50, 99, 99.9, 100], histogram.percentiles([1, 50, 99, 99.9, 100])) {
            let exact = Double(ticks[max(0, Int(20_000 * percentage / 100 + 0.5) - 1)])
            #expect(abs(found - exact) <= max(1, exact * 0.03))
        }
        #expect(histogram.cumulated(upTo: [Double(UInt32.max)]) == [20_000])
        let totals = board.totals(of: 1)
        #expect(totals.calls == 20_000 && totals.ticks == ticks.reduce(0, +))
        #expect(board.histogram(of: 0).total == 0 && board.histogram(of: 0).percentiles([50]) == [0])
        meters[0].addRefusal(2)
        meters[1].addFailure(2)
        meters[1].addUntracked(2, ticks: 5)
        #expect(board.totals(of: 2).refusals == 1 && board.totals(of: 2).failures == 1)
        #expect(board.totals(of: 2).calls == 1 && board.histogram(of: 2).total == 0)
        board.reset()
        #expect(board.totals(of: 1).calls == 0 && board.histogram(of: 1).total == 0)
    }

    @Test("the first word of a text is what counts")
    func words() {
        #expect(FirstWord("ERR syntax error") == FirstWord("ERR"))
        #expect(FirstWord("WRONGTYPE Operation").text == "WRONGTYPE")
        #expect(FirstWord(String("NOGROUP x")) == FirstWord("NOGROUP"))
        #expect(FirstWord("A").text == "A" && FirstWord("").text == "")
        #expect(FirstWord("ABCDEFGHIJKLMNOPQRST").text == "ABCDEFGHIJKLMNOP")
    }

    @Test("ticks go forward at a rate that is known")
    func ticks() {
        let start = TickClock.read()
        #expect(TickClock.perMicrosecond > 0.5 && TickClock.perMicrosecond < 20_000)
        #expect(TickClock.read() > start)
    }
}
