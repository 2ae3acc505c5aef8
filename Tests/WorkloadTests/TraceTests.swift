// Traces: what is a request, what is not, and that no byte of a file is a trap.

import Base
import Testing

@testable import Workload

private func trace(_ text: String) -> Trace {
    let bytes = Array(text.utf8)
    return Trace(csv: bytes.span.rawBytes)
}

@Test("lines are requests: keys are numbered, sizes kept, ops told apart")
func reading() {
    let found = trace(
        "time,key,size,op\n0,apple,100\r\n0.5, pear ,20,set\n# a comment\n\n1e3,apple,300,GET\n7,plum,0,gets")
    #expect(found.count == 4 && found.keyCount == 3 && found.storeCount == 1 && found.badLineCount == 0)
    #expect((0..<4).map { found.key(at: $0) } == [0, 1, 0, 2])
    #expect((0..<4).map { found.valueSize(at: $0) } == [100, 20, 300, 0])
    #expect((0..<4).map { found.isStore(at: $0) } == [false, true, false, false])
    #expect(found.valueSizeMax == 300 && found.valueBytes == 320)
}

@Test("what is no request is told by its line and its reason")
func badLines() {
    let found = trace("1,a,1\nx,a,1\n2,a\n3,,1\n4,a,-1\n5,a,b\n6,a,1,delete\n7,a,1,get,9\n8,b,2\n")
    #expect(found.count == 2 && found.badLineCount == 7)
    #expect(found.badLines.map(\.number) == [2, 3, 4, 5, 6, 7, 8])
    #expect(found.badLines[0].reason == "the time is no number")
    #expect(found.badLines[1].reason.contains("2 fields"))
    let long = trace("1," + String(repeating: "k", count: 5000) + ",1\n2,a,1")
    #expect(long.badLines.map(\.number) == [1] && long.count == 1)
    #expect(trace(String(repeating: "bad\n", count: 50)).badLines.count == Trace.badLinesShownMax)
}

@Test("values that no server takes are counted and left out")
func oversized() {
    let found = trace("1,a,1000000\n2,b,1000001\n3,a,5")
    #expect(found.count == 2 && found.oversizedCount == 1 && found.keyCount == 1 && found.badLineCount == 0)
}

@Test("a trace cut at any byte is a trace of whole lines and at most one bad one")
func cut() {
    let text = "time,key,size\n10,alpha,100,set\n11,beta,2000\n12.5,alpha,100,get\n"
    let bytes = Array(text.utf8)
    for end in 0...bytes.count {
        let found = Trace(csv: bytes.span.rawBytes.extracting(0..<end))
        #expect(found.badLineCount <= 1 && found.count <= 3)
    }
}

@Test("random bytes are bad lines, not a trap")
func fuzz() {
    let seed = UInt64.random(in: 0...UInt64.max)
    print("seed \(seed)")
    var random = SplitMix64(seed: seed)
    let alphabet = Array("0123456789,,,\n\n\r ab.-eE+#\u{0}ÿgetsn".utf8)
    for _ in 0..<3000 {
        let bytes = (0..<random.next(below: 120)).map { _ in
            random.next() % 20 == 0
                ? UInt8(truncatingIfNeeded: random.next()) : alphabet[random.next(below: alphabet.count)]
        }
        let found = Trace(csv: bytes.span.rawBytes)
        #expect(found.keyCount <= found.count, "seed \(seed)")
        for place in 0..<UInt64(found.count) {
            #expect(
                found.key(at: place) < UInt64(found.keyCount)
                    && found.valueSize(at: place) <= found.valueSizeMax)
        }
    }
}

@Test("a trace's requests are encoded with their own keys and sizes")
func encoding() {
    var options = WorkloadOptions()
    options.trace = trace("0,x,3\n1,y,5\n2,x,3,set")
    options.fillsMisses = true
    #expect(options.validate() == nil)
    var encoder = RequestEncoder(options, seed: 1)
    var output = OutputBuffer(capacity: 64)
    encoder.appendRead(of: 1, to: &output)
    encoder.appendWrite(of: 1, to: &output)
    encoder.appendWrite(of: 2, to: &output)
    let lines = output.span.copiedText().split(separator: "\r\n", omittingEmptySubsequences: false)
    #expect(
        lines[0] == "get key:000000000001" && lines[1] == "set key:000000000001 0 0 5"
            && lines[2].utf8.count == 5)
    #expect(lines[3] == "set key:000000000000 0 0 3" && lines[4].utf8.count == 3)
    options.preloads = true
    #expect(options.validate() != nil)
}

@Test("a prefix takes the place of key: and is bounded as it was")
func prefix() {
    var options = WorkloadOptions()
    options.keyPrefix = "duet-compare:"
    #expect(options.validate() != nil)
    options.keySize = 24
    #expect(options.validate() == nil)
    var encoder = RequestEncoder(options, seed: 1)
    var output = OutputBuffer(capacity: 64)
    encoder.appendRead(of: 42, to: &output)
    #expect(output.span.copiedText() == "get duet-compare:00000000042\r\n")
    options.keyPrefix = "with space:"
    #expect(options.validate() != nil)
}

@Test("a timeline has a window for each stretch, and nothing of one is in the next")
func windows() {
    var timeline = Timeline(windowSeconds: 0.1)
    timeline.start(at: 1_000_000_000)
    for _ in 0..<100 { timeline.record(50_000, count: 1) }
    timeline.closeWindows(at: 1_050_000_000)
    #expect(timeline.windows.isEmpty)
    timeline.closeWindows(at: 1_100_000_000)
    timeline.record(9_000_000, count: 2)
    timeline.closeWindows(at: 1_210_000_000)
    timeline.closeWindows(at: 1_400_000_000)
    #expect(timeline.windows.map(\.requests) == [100, 2, 0])
    #expect(timeline.windows.map(\.startSeconds) == [0, 0.1, 0.21])
    #expect(abs(Double(timeline.windows[0].p999) - 50_000) < 1000)
    #expect(abs(Double(timeline.windows[1].p50) - 9_000_000) < 100_000 && timeline.windows[2].max == 0)
}
