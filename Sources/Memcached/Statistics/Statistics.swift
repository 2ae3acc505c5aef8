// stats: the sub-commands, and the writer of rows.

import Base
import Engine

extension MemcachedSession {
    /// `stats [what]`. Off the request path: text is made as text.
    func statistics(_ line: Line, _ input: RawSpan, _ output: inout OutputBuffer) {
        var cursor = line.cursor
        guard let token = cursor.next(input) else {
            appendGeneral(&output)
            return output.append(Reply.end)
        }
        let name = input.slice(token)
        // memcached compares these only as far as they were typed, in this order, and the rest whole. Those in
        // between that we have not (cachedump, extstore, proxy) take their abbreviations to ERROR.
        if isPrefix(name, of: "reset") {
            resetStatistics()
            return output.append(Reply.reset)
        }
        if isPrefix(name, of: "detail") {
            let argument = cursor.next(input)
            return statisticsDetail(input.slice(argument ?? Token(0, 0)), &output)
        }
        if isPrefix(name, of: "settings") {
            appendSettings(&output)
        } else if isPrefix(name, of: "cachedump") {
            return output.append(Reply.error)
        } else if isPrefix(name, of: "conns") {
            appendConnections(&output)
        } else if name.equals("items") {
            appendItems(&output)
        } else if name.equals("slabs") {
            appendSlabs(&output)
        } else if name.equals("sizes") {
            appendSizes(&output)
        } else if name.equals("sizes_enable") {
            // These two have no END in memcached either.
            return trackSizes(true, &output)
        } else if name.equals("sizes_disable") {
            return trackSizes(false, &output)
        } else {
            return output.append(Reply.error)
        }
        output.append(Reply.end)
    }

    private func isPrefix(_ typed: RawSpan, of name: String) -> Bool { name.hasPrefix(typed.copiedText()) }

    /// All that counts events; what tells of a state stays.
    private func resetStatistics() {
        frontEnd.counters.reset()
        frontEnd.classCounters.reset()
        frontEnd.engine.resetCounters()
        frontEnd.prefixes.reset()
        frontEnd.hub.resetCounts()
        frontEnd.control.resetStatistics()
    }

    private func appendConnections(_ output: inout OutputBuffer) {
        for connection in frontEnd.control.connections() {
            let fd = connection.fd
            if connection.isDatagram { row("\(fd):UDP", "UDP", &output) }
            row("\(fd):addr", connection.address, &output)
            if let listener = connection.listenAddress { row("\(fd):listen_addr", listener, &output) }
            let isAsking = connection.id != 0 && connection.id == connectionID
            row("\(fd):state", isAsking ? "conn_parse_cmd" : connection.state, &output)
            row("\(fd):secs_since_last_cmd", connection.secondsSinceLastCommand, &output)
        }
    }

    private func appendSizes(_ output: inout OutputBuffer) {
        guard frontEnd.engine.tracksItemSizes else { return row("sizes_status", "disabled", &output) }
        for (size, count) in frontEnd.engine.itemSizes() { row(String(size), count, &output) }
    }

    private func trackSizes(_ flag: Bool, _ output: inout OutputBuffer) {
        frontEnd.engine.tracksItemSizes = flag
        row("sizes_status", flag ? "enabled" : "disabled", &output)
    }

    /// `STAT name value`.
    func row(_ name: String, _ value: some CustomStringConvertible, _ output: inout OutputBuffer) {
        output.append("STAT ")
        output.append(name)
        output.append(UInt8(ascii: " "))
        output.append(value.description)
        output.append("\r\n")
    }
}
