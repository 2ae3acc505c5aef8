// A single value between servers: what DUMP answers and RESTORE takes. Source: Redis 7 cluster.c, createDumpPayload.

public import Base
public import Engine

/// A value with a footer.
///
///     | type: 1 | value | RDB version: 2 | CRC-64 of all before: 8 |      lowest byte first
///
/// Between two servers of ours fields may stand in front of the type, as in files (`OwnField`). Redis refuses them.
public enum DumpPayload {
    /// Puts the footer behind a value, which is all that `output` has.
    public static func seal(_ output: inout OutputBuffer) {
        output.append(number: Int64(RDBVersion.written), bytes: 2)
        var sum = CRC64()
        sum.add(output.span)
        output.append(word: sum.value)
    }

    /// Appends what stands before a value whose bytes are elsewhere.
    /// - Parameter type: the value's first byte.
    /// - Parameter hasOwnFields: the receiver takes what only we know of an item. Its CAS number stays behind: the
    ///   receiver has its own.
    public static func appendFront(
        _ facts: RDBItemFacts, type: UInt8, hasOwnFields: Bool, to output: inout OutputBuffer
    ) {
        if hasOwnFields { appendOwnFields(facts, &output) }
        output.append(type)
    }

    /// Appends what stands before the type for a receiver of ours.
    public static func appendOwnFields(of item: borrowing ItemView, to output: inout OutputBuffer) {
        var facts = RDBItemFacts()
        facts.flags = item.flags
        facts.isStale = item.isStale
        facts.hasBinaryKey = item.hasBinaryKey
        appendOwnFields(facts, &output)
    }

    private static func appendOwnFields(_ facts: RDBItemFacts, _ output: inout OutputBuffer) {
        guard facts.needsOwnFields else { return }
        var strings = StringEncoder(.none)
        if facts.flags != 0 { strings.append(.flags, UInt64(facts.flags), to: &output) }
        if facts.isStale { strings.append(.stale, 1, to: &output) }
        if facts.hasBinaryKey { strings.append(.binaryKey, 1, to: &output) }
    }

    /// The type of a string, of which the size and the bytes follow.
    public static let stringType = ValueType.string.rawValue

    /// Appends what stands between the type of a string and its bytes.
    public static func appendStringSize(_ size: Int, to output: inout OutputBuffer) { output.append(length: size) }

    /// What clients call values of this type; nil for those of modules, and for a byte that is no type.
    public static func kind(ofType type: UInt8) -> ValueKind? { try? ValueType(rawValue: type)?.kind }

    /// The version of the format that a payload of `open` was written in.
    public static func version(_ payload: RawSpan) -> Int {
        Int(payload.number(at: payload.byteCount - footerSize, bytes: 2))
    }

    /// Appends the footer of a payload that consists of these two.
    /// - Parameter version: of the format in which the value was written: who cannot read it shall say so.
    public static func appendFooter(
        front: RawSpan, value: RawSpan, version: Int, to output: inout OutputBuffer
    ) {
        let start = output.count
        output.append(number: Int64(version), bytes: 2)
        var sum = CRC64()
        sum.add(front)
        sum.add(value)
        sum.add(output.span.slice(start, output.count))
        output.append(word: sum.value)
    }

    /// Bytes of the footer.
    public static let footerSize = 10

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

extension RDBReader {
    /// Reads the fields of ours in front of a value, if there are any.
    public mutating func facts() throws(RDBFault) -> RDBItemFacts {
        var facts = RDBItemFacts()
        while rest > 0 && source[place] == Opcode.field.rawValue {
            place += 1
            let name = try string()
            guard let field = OwnField(named: bytes(name)) else { throw .corrupt }
            let text = try string()
            guard facts.take(field, bytes(text)) else { throw .corrupt }
            forgetStrings()
        }
        return facts
    }

    /// Shows a string value, whose type byte was read, as its own bytes.
    public mutating func showString<R>(_ body: (RawSpan) -> R) throws(RDBFault) -> R {
        defer { forgetStrings() }
        return body(bytes(try string()))
    }
}
