// protected-mode: without a password, the RESP door talks to this machine only.

import Base
import Transport

extension Connection {
    /// Whether the peer is on this machine.
    var isLocal: Bool {
        guard !isUnixSocket else { return true }
        let address = remoteAddress
        return address.hasPrefix("127.") || address.hasPrefix("[::1]:") || address.hasPrefix("[::ffff:127.")
    }
}

/// Tells a peer why it is turned away, and closes. Source: Redis acceptCommonHandler.
final class DeniedSession: Session {
    private let connection: Connection

    init(_ connection: Connection) { self.connection = connection }

    func connectionOpened(_ output: inout OutputBuffer, now: Milliseconds) {
        output.append(
            """
            -DENIED This server is in protected mode: it has no password, so it only talks to clients on \
            its own machine. Set one (requirepass), or bind to addresses that only friends reach and set \
            protected-mode no.\r\n
            """ as StaticString)
        connection.close()
    }

    func receive(_ input: RawSpan, _ output: inout OutputBuffer, now: Milliseconds) -> Progress {
        Progress(consumed: input.byteCount, next: .close)
    }
}
