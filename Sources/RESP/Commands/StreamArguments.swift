// What commands on streams have in common: IDs in arguments, IDs and entries in replies.

import Base
import Engine

/// An ID as a client spells it.
struct StreamIDText {
    var id: StreamID
    /// False of `5-*`: the sequence is the server's to find.
    var hasSequence = true
}

extension RawSpan {
    /// An ID: milliseconds, or milliseconds and sequence.
    /// - Parameter missing: the sequence where none is given.
    /// Source: Redis streamGenericParseIDOrReply.
    func streamID(missing: UInt64 = 0) -> StreamID? { streamIDText(missing: missing, allowsAny: false)?.id }

    /// As `streamID`; - and + are the first and the last of all.
    func streamEnd(missing: UInt64) -> StreamID? {
        if equals("-") { return .zero }
        if equals("+") { return .max }
        return streamID(missing: missing)
    }

    /// - Parameter allowsAny: `5-*` is one too.
    func streamIDText(missing: UInt64, allowsAny: Bool) -> StreamIDText? {
        guard byteCount <= RESPLimits.streamIDSizeMax else { return nil }
        let text = slice(0, firstIndex(of: 0) ?? byteCount)
        guard let dash = text.firstIndex(of: UInt8(ascii: "-")) else {
            return text.streamNumber.map { StreamIDText(id: StreamID($0, missing)) }
        }
        guard let milliseconds = text.slice(0, dash).streamNumber else { return nil }
        let rest = text.slice(dash + 1, text.byteCount)
        if allowsAny && rest.equals("*") { return StreamIDText(id: StreamID(milliseconds, 0), hasSequence: false) }
        return rest.streamNumber.map { StreamIDText(id: StreamID(milliseconds, $0)) }
    }

    /// As strtoull reads it, without a minus sign. Source: Redis string2ull.
    private var streamNumber: UInt64? {
        var start = 0
        while start < byteCount && (self[start] == 32 || self[start] &- 9 < 5) { start += 1 }
        if start < byteCount && self[start] == UInt8(ascii: "+") { start += 1 }
        while start < byteCount - 1 && self[start] == UInt8(ascii: "0") { start += 1 }
        return slice(start, byteCount).unsignedDecimal()
    }
}

extension RESPSession {
    /// The ID at argument `place`; nil after an error.
    func streamID(_ request: Request, _ place: Int, _ output: inout OutputBuffer) -> StreamID? {
        if let id = request[place].streamID() { return id }
        failID(&output)
        return nil
    }

    /// The IDs from argument `first` to `last`, both included, all of which an open interval may exclude itself.
    /// nil after an error. Source: Redis streamParseIntervalIDOrReply.
    func streamInterval(
        _ request: Request, from first: Int, to last: Int, _ output: inout OutputBuffer
    ) -> (first: StreamID, last: StreamID)? {
        guard let start = streamStart(request, first, &output) else { return nil }
        let text = request[last]
        let isOpen = text.byteCount > 1 && text[0] == UInt8(ascii: "(")
        let bound =
            isOpen
            ? text.slice(1, text.byteCount).streamID(missing: .max) : text.streamEnd(missing: .max)
        guard let end = bound else {
            failID(&output)
            return nil
        }
        guard isOpen else { return (start, end) }
        guard let previous = end.previous else {
            fail("ERR invalid end ID for the interval", &output)
            return nil
        }
        return (start, previous)
    }

    /// Where an interval begins; nil after an error.
    func streamStart(_ request: Request, _ place: Int, _ output: inout OutputBuffer) -> StreamID? {
        let text = request[place]
        let isOpen = text.byteCount > 1 && text[0] == UInt8(ascii: "(")
        let bound = isOpen ? text.slice(1, text.byteCount).streamID() : text.streamEnd(missing: 0)
        guard let start = bound else {
            failID(&output)
            return nil
        }
        guard isOpen else { return start }
        guard let next = start.next else {
            fail("ERR invalid start ID for the interval", &output)
            return nil
        }
        return next
    }

    func failID(_ output: inout OutputBuffer) {
        fail("ERR Invalid stream ID specified as stream command argument", &output)
    }

    /// A subcommand was found, but not with such arguments.
    func failSubcommandArguments(_ request: Request, _ container: StaticString, _ output: inout OutputBuffer) {
        countError()
        output.append("-ERR unknown subcommand or wrong number of arguments for '")
        appendErrorText(request[1], RESPLimits.errorTextSizeMax, &output)
        output.append("'. Try ")
        output.append(container)
        output.append(" HELP.\r\n")
    }

    func failNoGroup(_ key: RawSpan, _ group: RawSpan, _ output: inout OutputBuffer) {
        countError("NOGROUP")
        output.appendNoGroup(key, group)
        output.append("\r\n")
    }

    func failNoGroup(named group: RawSpan, ofKey key: RawSpan, _ output: inout OutputBuffer) {
        countError("NOGROUP")
        output.append("-NOGROUP No such consumer group '")
        output.appendErrorText(group)
        output.append("' for key name '")
        output.appendErrorText(key)
        output.append("'\r\n")
    }
}

extension OutputBuffer {
    /// There is no such key or it has no such group: the error without its end.
    mutating func appendNoGroup(_ key: RawSpan, _ group: RawSpan) {
        append("-NOGROUP No such key '")
        appendErrorText(key)
        append("' or consumer group '")
        appendErrorText(group)
        append("'")
    }

    /// A client's bytes in an error: up to a NUL, line ends as blanks.
    mutating func appendErrorText(_ text: RawSpan) {
        for index in 0..<text.byteCount {
            let byte = text[index]
            if byte == 0 { return }
            append(byte == 13 || byte == 10 ? 32 : byte)
        }
    }

    mutating func appendStreamID(_ id: StreamID) {
        let milliseconds = DecimalText(id.milliseconds)
        let sequence = DecimalText(id.sequence)
        appendLine("$", milliseconds.byteCount &+ 1 &+ sequence.byteCount)
        append(milliseconds.span)
        append("-")
        append(sequence.span)
        append("\r\n")
    }

    /// An ID and an array of fields and values.
    mutating func appendEntry(_ entry: borrowing StreamEntry) {
        appendArray(2)
        appendStreamID(entry.id)
        appendArray(entry.pairCount &* 2)
        entry.forEachPart { appendBulk($0) }
    }
}
