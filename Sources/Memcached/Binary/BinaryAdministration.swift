// flush, verbosity, stat: off the request path.

import Base
import Engine

extension MemcachedSession {
    /// With extras: the seconds until then, or a time since 1970.
    func binaryFlush(_ request: BinaryRequest, _ input: RawSpan, _ output: inout OutputBuffer, isQuiet: Bool) {
        counters.add(.cmdFlush)
        guard frontEnd.settings.isFlushEnabled else {
            return output.append(errorFor: request, .authenticationFailed)
        }
        let exptime = request.extrasSize == 4 ? input.bigEndian32(at: request.extras) : 0
        flush(at: Self.expiry(unsigned: exptime, now: now))
        if !isQuiet { output.append(headerFor: request) }
    }

    /// As the protocol's document has it: memcached itself answers that it does not know this.
    func binaryVerbosity(_ request: BinaryRequest, _ input: RawSpan, _ output: inout OutputBuffer) {
        frontEnd.control.setVerbosity(Int(min(2, input.bigEndian32(at: request.extras))))
        output.append(headerFor: request)
    }

    /// A packet for each row, name as key, and an empty one behind the last.
    ///
    /// The text command makes the rows, so that both protocols tell the same.
    func binaryStatistics(_ request: BinaryRequest, _ input: RawSpan, _ output: inout OutputBuffer) {
        let name = input.slice(request.key).copiedText()
        guard let command = Self.statisticsCommand(name) else {
            return output.append(errorFor: request, .notFound)
        }
        var text = OutputBuffer(capacity: 4096)
        let line = Array((command + "\r\n").utf8)
        _ = serveLine(line.span.rawBytes, from: 0, &text)
        let reply = text.span
        let end = reply.byteCount &- 5
        if command == "stats detail dump" && end >= 0 && reply.slice(end, reply.byteCount).equals(Reply.end) {
            row(request, "detailed", reply, &output)
        } else if reply.byteCount > 5 && reply.slice(0, 5).equals("STAT ") {
            appendRows(reply, request, &output)
        } else if !reply.equals("OK\r\n") && !reply.equals(Reply.reset) && !reply.equals(Reply.end) {
            return output.append(errorFor: request, .notFound)
        }
        output.append(headerFor: request)
    }

    /// The text command of a sub-command's name; nil if there is none. Source: memcached process_bin_stat, which
    /// compares some names whole and of others the beginning; conns is ours.
    private static func statisticsCommand(_ name: String) -> String? {
        if name.isEmpty { return "stats" }
        for whole in ["items", "slabs", "sizes", "conns"] where name == whole { return "stats " + whole }
        for start in ["reset", "settings", "detail dump", "detail on", "detail off"] where name.hasPrefix(start) {
            return "stats " + start
        }
        return nil
    }

    /// `STAT name value` lines as packets.
    private func appendRows(_ text: RawSpan, _ request: BinaryRequest, _ output: inout OutputBuffer) {
        var offset = 0
        while let line = findLine(text, from: offset) {
            offset = line.next
            var cursor = TokenCursor(from: line.text.start, to: line.text.end)
            guard let word = cursor.next(text), text.holds("STAT", at: word), let name = cursor.next(text) else {
                continue
            }
            let valueStart = min(cursor.offset &+ 1, line.text.end)
            let value = text.slice(valueStart, line.text.end)
            output.append(
                headerFor: request, keySize: name.count, bodySize: name.count &+ value.byteCount)
            output.append(text.slice(name))
            output.append(value)
        }
    }

    private func row(
        _ request: BinaryRequest, _ name: StaticString, _ value: RawSpan, _ output: inout OutputBuffer
    ) {
        let nameSize = name.utf8CodeUnitCount
        output.append(headerFor: request, keySize: nameSize, bodySize: nameSize &+ value.byteCount)
        output.append(name)
        output.append(value)
    }
}
