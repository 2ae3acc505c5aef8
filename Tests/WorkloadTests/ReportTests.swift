// The summary of a run: its figures and its JSON.

import Base
import Testing

@testable import Workload

private func makeContexts() -> [ThreadContext] {
    let board = CounterBoard<WorkloadCounter>()
    return (0..<2).map { _ in ThreadContext(WorkloadOptions(), part: 0, counters: board.makeRow()) }
}

@Test("percentiles over two threads' latencies are the known ones")
func percentiles() {
    let contexts = makeContexts()
    for microsecond in 1...10_000 {
        contexts[microsecond % 2].record(latency: UInt64(microsecond) * 1000, count: 3)
    }
    let summary = LatencySummary(merging: contexts)
    func isNear(_ value: UInt64, _ expected: Double) -> Bool {
        abs(Double(value) / 1000 - expected) <= expected / 500
    }
    #expect(isNear(summary.p50, 5000))
    #expect(isNear(summary.p90, 9000))
    #expect(isNear(summary.p99, 9900))
    #expect(isNear(summary.p999, 9990))
    #expect(isNear(summary.p9999, 9999))
    #expect(isNear(summary.max, 10_000))
    #expect(abs(summary.mean / 1000 - 5000.5) < 10)
}

@Test("a summary of nothing is zeros, and a latency beyond the scale counts as its end")
func latencyExtremes() {
    let contexts = makeContexts()
    #expect(LatencySummary(merging: contexts) == LatencySummary())
    contexts[0].record(latency: UInt64.max, count: 1)
    contexts[0].record(latency: 0, count: 1)
    #expect(LatencySummary(merging: contexts).max >= ThreadContext.latencyMax)
}

@Test("a report knows its rates and whether it is clean")
func rates() {
    var report = WorkloadReport()
    #expect(report.requestsPerSecond == 0 && report.hitRatio == 0 && report.isClean)
    report.seconds = 2
    report.requests = 10
    report.hits = 3
    report.misses = 1
    #expect(report.requestsPerSecond == 5 && report.hitRatio == 0.75)
    report.preloadErrors = 1
    #expect(!report.isClean)
}

@Test("numbers are written for people")
func numbers() {
    #expect(fixed(0, 2) == "0.00")
    #expect(fixed(1.005, 1) == "1.0")
    #expect(fixed(12.345, 2) == "12.35" || fixed(12.345, 2) == "12.34")
    #expect(fixed(0.999, 2) == "1.00")
    #expect(fixed(-0.001, 2) == "0.00")
    #expect(fixed(-1.5, 1) == "-1.5")
    #expect(fixed(7, 0) == "7")
    #expect(grouped(0) == "0" && grouped(999) == "999" && grouped(1000) == "1,000")
    #expect(grouped(-1_234_567) == "-1,234,567")
    #expect(quoted("a\"b\\c\r\n\u{1}") == "\"a\\\"b\\\\c\\r\\n\\u0001\"")
}

@Test("a report in JSON holds the error's words in quotes")
func jsonReport() {
    var report = WorkloadReport()
    report.errorExample = "-ERR \"no\""
    let text = report.json(WorkloadOptions())
    #expect(
        text.hasPrefix("{\"protocol\": \"memcached\", ")
            && text.hasSuffix("\"error_example\": \"-ERR \\\"no\\\"\"}"))
    #expect(!text.contains("\n"))
}
