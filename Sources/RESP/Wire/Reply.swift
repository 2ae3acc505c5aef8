// The RESP types as bytes, for both versions of the protocol. Source: Redis protocol specification.

import Base
import Engine

/// Which dialect a client speaks.
enum ProtocolVersion: Int {
    case two = 2
    case three = 3
}

extension OutputBuffer {
    mutating func appendArray(_ count: Int) { appendLine("*", count) }

    /// The header of `count` pairs; an array of twice as many elements in version 2.
    mutating func appendMap(_ count: Int, _ version: ProtocolVersion) {
        version == .three ? appendLine("%", count) : appendLine("*", count * 2)
    }

    mutating func appendSet(_ count: Int, _ version: ProtocolVersion) {
        appendLine(version == .three ? "~" : "*", count)
    }

    @inline(__always)
    mutating func appendBulk(_ bytes: RawSpan) {
        appendLine("$", bytes.byteCount)
        append(bytes)
        append("\r\n")
    }

    mutating func appendBulk(_ text: StaticString) {
        appendLine("$", text.utf8CodeUnitCount)
        append(text)
        append("\r\n")
    }

    /// Off the request path.
    mutating func appendBulk(_ text: String) {
        appendLine("$", text.utf8.count)
        append(text)
        append("\r\n")
    }

    /// The value of a string item; a large one is sent from where it lies.
    @inline(__always)
    mutating func appendBulk(valueOf item: borrowing ItemView) {
        guard let shared = item.shared else {
            appendBulk(item.value)
            return
        }
        appendLine("$", shared.byteCount)
        shared.retain()
        append(shared: shared)
        append("\r\n")
    }

    mutating func appendSimple(_ text: String) {
        append("+" as StaticString)
        append(text)
        append("\r\n")
    }

    @inline(__always)
    mutating func appendInteger(_ value: Int64) {
        append(UInt8(ascii: ":"))
        append(decimal: value)
        append("\r\n")
    }

    @inline(__always)
    mutating func appendInteger(_ value: Int) { appendInteger(Int64(value)) }

    /// A number in version 3, its text in version 2.
    mutating func appendDouble(_ value: Double, _ version: ProtocolVersion) {
        let text = DoubleText(value)
        if version == .two { return appendBulk(text.span) }
        append(UInt8(ascii: ","))
        append(text.span)
        append("\r\n")
    }

    @inline(__always)
    mutating func appendNull(_ version: ProtocolVersion) {
        append(version == .three ? "_\r\n" : "$-1\r\n")
    }

    @inline(__always)
    mutating func appendNullArray(_ version: ProtocolVersion) {
        append(version == .three ? "_\r\n" : "*-1\r\n")
    }

    mutating func appendOK() { append("+OK\r\n") }

    /// Text for people: a verbatim string in version 3.
    mutating func appendVerbatim(_ text: String, _ version: ProtocolVersion) {
        guard version == .three else {
            appendBulk(text)
            return
        }
        appendLine("=", text.utf8.count + 4)
        append("txt:")
        append(text)
        append("\r\n")
    }
}
