// What the server decides about the reactor before it starts. Two of these can be changed while it runs.

/// Settings of `Workers`.
public struct TransportOptions: Sendable {
    /// Worker threads, 1 ... 1024.
    public var workerCount: Int

    /// Connections the kernel completes before we accept them; the kernel caps it at net.core.somaxconn.
    public var backlog = 1024

    /// Accepted connections held at a time; one more gets the listener's refusal and is closed.
    /// Adjustable at run time: `Workers.connectionCountMax`.
    public var connectionCountMax = 10_000

    /// Whether a connection over the limit is refused at once. If not, nobody accepts while the limit is reached.
    public var refusesOverLimit = true

    /// Seconds without a byte in either direction before a connection is closed; 0 never closes.
    /// Adjustable at run time: `Workers.idleTimeoutSeconds`.
    public var idleTimeoutSeconds = 0

    /// Seconds of silence before the kernel probes a TCP peer; 0 leaves keep-alive off.
    public var keepAliveSeconds = 300

    /// How long `stop()` waits for peers to take the replies they are owed.
    public var stopGraceMilliseconds = 5000

    /// Told of a connection whose handshake failed or whose encryption broke, and why, on its worker's thread.
    public var onTLSFailure: (@Sendable (Connection, String) -> Void)?

    public init(workerCount: Int) {
        self.workerCount = workerCount
    }
}

/// What each worker counts.
public enum TransportCounter: Int, CaseIterable, Sendable {
    /// Connections accepted and dealt to a worker.
    case accepted
    /// Connections refused because of the limit.
    case rejected
    /// Connections closed because of the idle timeout.
    case idleKicks
    /// Batches cut short by their bound.
    case yields
    case bytesRead
    case bytesWritten
    /// Readable events that brought bytes.
    case reads
    /// System calls that sent bytes.
    case writes
    /// Times that accepting paused, for want of file descriptors or because the limit was reached.
    case acceptPauses
    /// For how long.
    case acceptPauseMicroseconds
    /// Handshakes that began a session.
    case tlsSessions
    /// Handshakes that continued one.
    case tlsResumptions
    /// Handshakes that failed or took too long.
    case tlsHandshakeErrors
    /// Connections lost to a violation of TLS after the handshake.
    case tlsProtocolErrors
}
