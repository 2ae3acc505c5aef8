// What anybody may know about a connection, and the two things anybody may ask of it, from any thread.
// The worker's own side is `Link`.

public import Base
import Synchronization

/// A connection, as seen from outside its worker. May be kept after the connection is gone.
public final class Connection: Sendable {
    /// Ascending from 1 in the order of acceptance, never reused.
    public let id: UInt64

    /// The worker that serves this connection for all its life.
    public let worker: Worker

    /// The listener that accepted it; nil for an outbound connection.
    public let listener: Listener?

    /// The socket's number. For display: it is reused once the connection is gone.
    public let fd: Int32

    public let openedAt: Milliseconds

    let slot: Int
    private let remote: SocketAddress
    private let local: SocketAddress

    // Written by the worker alone, read by whoever lists connections; relaxed, so each is true by itself.
    let lastActive: Atomic<Int64>
    let bytesIn = Atomic<Int>(0)
    let bytesOut = Atomic<Int>(0)
    let pendingSize = Atomic<Int>(0)
    let unsentSize = Atomic<Int>(0)
    let isGone = Atomic<Bool>(false)
    let endCode = Atomic<UInt8>(EndReason.normal.rawValue)

    /// Set by the first `wake()` since the worker last looked, so that a storm of them is one message.
    let wakePending = Atomic<Bool>(false)

    init(
        id: UInt64, worker: Worker, listener: Listener?, fd: Int32, slot: Int,
        remote: SocketAddress, local: SocketAddress, openedAt: Milliseconds
    ) {
        self.id = id
        self.worker = worker
        self.listener = listener
        self.fd = fd
        self.slot = slot
        self.remote = remote
        self.local = local
        self.openedAt = openedAt
        lastActive = Atomic(openedAt.rawValue)
    }

    /// `127.0.0.1:40000`, `[::1]:40000`, or the path of a unix socket followed by `:0`.
    public var remoteAddress: String {
        // A client of a unix socket has no name of its own: the listener's path stands for it.
        isUnixSocket && remote.isUnnamed ? localAddress : remote.text
    }

    /// Our end, in the same form.
    public var localAddress: String {
        if isUnixSocket, case .unix(let path, _)? = listener?.address { return "\(path):0" }
        return local.text
    }

    public var isUnixSocket: Bool { remote.isUnix || local.isUnix }

    /// The last byte in either direction.
    public var lastActiveAt: Milliseconds { Milliseconds(lastActive.load(ordering: .relaxed)) }

    public var bytesRead: Int { bytesIn.load(ordering: .relaxed) }
    public var bytesWritten: Int { bytesOut.load(ordering: .relaxed) }

    /// Bytes that arrived and wait: half a request, or requests behind a bounded batch.
    public var pendingByteCount: Int { pendingSize.load(ordering: .relaxed) }

    /// Reply bytes that the socket did not take yet.
    ///
    /// A session that speaks unasked (`connectionWoken`, `Worker.say`) looks here and ends what passes its own limit;
    /// replies to requests are bounded by the transport.
    public var unsentByteCount: Int { unsentSize.load(ordering: .relaxed) }

    /// Why a connection ended.
    public enum EndReason: UInt8, Sendable {
        /// One of both ends was done.
        case normal
        /// The socket failed, or the session gave up.
        case error
        case idleTimeout
        /// The server stopped.
        case shutdown
    }

    /// Why it ended; meaningful from `Session.connectionClosed` on.
    public var endReason: EndReason { EndReason(rawValue: endCode.load(ordering: .relaxed)) ?? .normal }

    public var isClosed: Bool { isGone.load(ordering: .relaxed) }

    /// Has `Session.connectionWoken` called soon, on the worker's thread. Any thread; nothing happens if the
    /// connection is gone. Calls before the worker gets to it are one.
    public func wake() {
        guard !wakePending.exchange(true, ordering: .acquiringAndReleasing) else { return }
        worker.deliver(.wake(slot: slot, id: id))
    }

    /// Sends what is unsent, within a bounded time, and closes. Any thread; nothing happens if it is gone.
    public func close() {
        worker.deliver(.close(slot: slot, id: id))
    }

    /// Closes at once; what is unsent is dropped. Any thread; nothing happens if it is gone.
    public func abort() {
        worker.deliver(.abort(slot: slot, id: id))
    }
}
