// A message as it is published: its parts, and what subscribers get of them. Source: Redis addReplyPubsubMessage.

import Base

/// What it consists of is borrowed. Version 2 of the protocol and version 3 differ in its first byte alone.
struct PublishedMessage: ~Escapable {
    private let kind: ChannelKind
    private let pattern: RawSpan
    private let name: RawSpan
    private let message: RawSpan

    /// - Parameter pattern: empty if it is not for a pattern's subscribers.
    @_lifetime(copy pattern, copy name, copy message)
    init(_ kind: ChannelKind, pattern: RawSpan, _ name: RawSpan, _ message: RawSpan) {
        self.kind = kind
        self.pattern = pattern
        self.name = name
        self.message = message
    }

    /// Whether copying it under a lock would take long.
    var isLarge: Bool { pattern.byteCount &+ name.byteCount &+ message.byteCount > RESPLimits.copiedMessageSizeMax }

    /// Writes it as version 2 has it.
    func write(to output: inout OutputBuffer) {
        output.append(Self.mark(.two))
        writeHead(&output)
        output.append(message)
        output.append("\r\n")
    }

    /// All but its first byte, with one hold, the caller's.
    func form() -> SharedBytes {
        var head = OutputBuffer(capacity: 96 + pattern.byteCount + name.byteCount)
        writeHead(&head)
        let size = head.count
        head.append("\r\n")
        let formed = SharedBytes(head.span.slice(0, size), message, head.span.slice(size, size + 2))
        guard let formed else { fatalError("out of memory: a message") }
        return formed
    }

    private func writeHead(_ output: inout OutputBuffer) {
        switch kind {
        case .channel: output.append("3\r\n$7\r\nmessage\r\n")
        case .shard: output.append("3\r\n$8\r\nsmessage\r\n")
        case .pattern:
            output.append("4\r\n$8\r\npmessage\r\n")
            output.appendBulk(pattern)
        }
        output.appendBulk(name)
        output.appendLine("$", message.byteCount)
    }

    static func mark(_ version: ProtocolVersion) -> UInt8 { version == .three ? UInt8(ascii: ">") : UInt8(ascii: "*") }
}
