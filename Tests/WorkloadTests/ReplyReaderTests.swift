// Replies are counted by their lengths, however they are cut.

import Base
import Testing

@testable import Workload

private struct Expected {
    var kind: RequestKind
    var keyCount = 1
    var outcome: ReplyOutcome
}

/// Feeds `stream` in two pieces, cut at `cut`, keeping what is not consumed as the transport does.
private func outcomes(
    _ wireProtocol: WireProtocol, _ stream: String, _ requests: [Expected], cut: Int
) -> (outcomes: [ReplyOutcome], leftOver: Int) {
    let bytes = [UInt8](stream.utf8)
    var reader = ReplyReader(wireProtocol)
    var found: [ReplyOutcome] = []
    var waiting: [UInt8] = []
    for piece in [bytes[..<cut], bytes[cut...]] {
        waiting += piece
        var offset = 0
        while found.count < requests.count {
            let request = requests[found.count]
            let outcome = reader.read(
                waiting.span.rawBytes, at: &offset, request.kind, keyCount: request.keyCount)
            if outcome == .incomplete { break }
            found.append(outcome)
        }
        waiting.removeFirst(offset)
    }
    return (found, waiting.count)
}

private func expect(
    _ wireProtocol: WireProtocol, _ stream: String, _ requests: [Expected],
    sourceLocation: SourceLocation = #_sourceLocation
) {
    for cut in 0...stream.utf8.count {
        let (found, leftOver) = outcomes(wireProtocol, stream, requests, cut: cut)
        #expect(found == requests.map(\.outcome), "cut at \(cut)", sourceLocation: sourceLocation)
        #expect(leftOver == 0, "cut at \(cut)", sourceLocation: sourceLocation)
    }
}

@Test("memcached replies are read wherever they are cut")
func memcachedReplies() {
    expect(
        .memcached,
        "VALUE k 0 5\r\nhello\r\nEND\r\n" + "END\r\n" + "STORED\r\n" + "VALUE k 7 0 12\r\n\r\nEND\r\n"
            + "VALUE a 0 6\r\nEND\r\n\n\r\nVALUE b 0 2\r\n\r\n\r\nEND\r\n"
            + "SERVER_ERROR out of memory storing object\r\n" + "ERROR\r\n" + "STORED\r\n" + "NOT_STORED\r\n",
        [
            Expected(kind: .read, outcome: .answered(hits: 1)),
            Expected(kind: .read, outcome: .answered(hits: 0)),
            Expected(kind: .write, outcome: .answered(hits: 0)),
            Expected(kind: .read, outcome: .answered(hits: 1)),
            Expected(kind: .read, keyCount: 3, outcome: .answered(hits: 2)),
            Expected(kind: .write, outcome: .refused),
            Expected(kind: .read, outcome: .refused),
            Expected(kind: .fill, outcome: .answered(hits: 0)),
            Expected(kind: .write, outcome: .refused),
        ])
}

@Test("meta replies are read wherever they are cut")
func metaReplies() {
    expect(
        .meta,
        "STORED\r\n" + "VA 5\r\nhello\r\n" + "EN\r\n" + "HD\r\n"
            + "VA 0 f0 t-1\r\n\r\nEN\r\nVA 4\r\nEN\r\n\r\n"
            + "SERVER_ERROR out of memory\r\n" + "VA 1\r\nx\r\nCLIENT_ERROR bad key\r\nEN\r\n" + "HD\r\n"
            + "NS\r\n",
        [
            Expected(kind: .login, outcome: .answered(hits: 0)),
            Expected(kind: .read, outcome: .answered(hits: 1)),
            Expected(kind: .read, outcome: .answered(hits: 0)),
            Expected(kind: .write, outcome: .answered(hits: 0)),
            Expected(kind: .read, keyCount: 3, outcome: .answered(hits: 2)),
            Expected(kind: .write, outcome: .refused),
            Expected(kind: .read, keyCount: 3, outcome: .refused),
            Expected(kind: .fill, outcome: .answered(hits: 0)),
            Expected(kind: .write, outcome: .refused),
        ])
}

@Test("RESP replies are read wherever they are cut")
func respReplies() {
    expect(
        .resp,
        "+OK\r\n" + "$5\r\nhello\r\n" + "$-1\r\n" + "_\r\n" + "$0\r\n\r\n" + "+OK\r\n"
            + "*3\r\n$4\r\n\r\n\r\n\r\n$-1\r\n$1\r\nx\r\n" + "-OOM command not allowed\r\n" + "-ERR no\r\n"
            + "*2\r\n-ERR one\r\n$1\r\nx\r\n" + "$2\r\nok\r\n",
        [
            Expected(kind: .login, outcome: .answered(hits: 0)),
            Expected(kind: .read, outcome: .answered(hits: 1)),
            Expected(kind: .read, outcome: .answered(hits: 0)),
            Expected(kind: .read, outcome: .answered(hits: 0)),
            Expected(kind: .read, outcome: .answered(hits: 1)),
            Expected(kind: .write, outcome: .answered(hits: 0)),
            Expected(kind: .read, keyCount: 3, outcome: .answered(hits: 2)),
            Expected(kind: .write, outcome: .refused),
            Expected(kind: .read, keyCount: 3, outcome: .refused),
            Expected(kind: .read, keyCount: 2, outcome: .refused),
            Expected(kind: .read, outcome: .answered(hits: 1)),
        ])
}

@Test(
    "what is no reply is told apart from an error",
    arguments: [
        (WireProtocol.memcached, "$5\r\n"), (.memcached, "-ERR unknown\r\n"), (.memcached, "VALUE k 0 x\r\n"),
        (.memcached, "VALUE k 0 99999999999999999999\r\n"), (.memcached, "\n"), (.meta, "?\r\n"),
        (.meta, "VA x\r\n"),
        (.meta, "END\r\n"), (.resp, "ERROR\r\n"), (.resp, "$x\r\n"), (.resp, "\r\n"),
    ])
func nonsense(wireProtocol: WireProtocol, stream: String) {
    let (found, _) = outcomes(
        wireProtocol, stream, [Expected(kind: .read, outcome: .nonsense)], cut: stream.utf8.count)
    #expect(found == [.nonsense])
}

@Test("a line without an end is given up, not kept for ever", arguments: WireProtocol.allCases)
func endlessLine(wireProtocol: WireProtocol) {
    let line = String(repeating: "V", count: ReplyReader.lineSizeMax + 1)
    let (found, _) = outcomes(
        wireProtocol, line, [Expected(kind: .read, outcome: .nonsense)], cut: line.utf8.count)
    #expect(found == [.nonsense])
}

@Test("a refusal keeps the server's words")
func refusalText() {
    var reader = ReplyReader(.resp)
    var offset = 0
    let line = [UInt8]("-ERR wrong\r\n".utf8)
    #expect(reader.read(line.span.rawBytes, at: &offset, .read, keyCount: 1) == .refused)
    #expect(reader.errorText == "-ERR wrong")
}
