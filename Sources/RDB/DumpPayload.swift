// A single value between servers: what DUMP answers and RESTORE takes. Source: Redis 7 cluster.c, createDumpPayload.

public import Base

/// A value with a footer.
///
///     | type: 1 | value | RDB version: 2 | CRC-64 of all before: 8 |      lowest byte first
public enum DumpPayload {
    private static let footerSize = 10

    /// Puts the footer behind a value, which is all that `output` has.
    public static func seal(_ output: inout OutputBuffer) {
        output.append(number: Int64(RDBVersion.written), bytes: 2)
        var sum = CRC64()
        sum.add(output.span)
        output.append(word: sum.value)
    }

    /// The value in a payload whose footer is right.
    @_lifetime(copy payload)
    public static func open(_ payload: RawSpan) throws(RDBFault) -> RawSpan {
        let end = payload.byteCount - footerSize
        guard end >= 0, payload.number(at: end, bytes: 2) <= UInt64(RDBVersion.readMax) else { throw .wrongFooter }
        var sum = CRC64()
        sum.add(payload.slice(0, end + 2))
        guard sum.value == payload.word(at: end + 2) else { throw .wrongFooter }
        return payload.slice(0, end)
    }
}
