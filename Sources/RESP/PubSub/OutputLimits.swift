// How much a client may leave unread before it is cut off. Source: redis.conf `client-output-buffer-limit`.

import Base
import Synchronization
import Transport

/// The limit of one class of clients. 0 is none.
public struct OutputLimit: Sendable, Equatable {
    /// Bytes unsent that end the connection at once.
    public var hardSizeMax: Int
    /// Bytes unsent that end it after `softSeconds`.
    public var softSizeMax: Int
    public var softSeconds: Int

    public init(hard: Int, soft: Int, seconds: Int) {
        hardSizeMax = hard
        softSizeMax = soft
        softSeconds = seconds
    }

    var isNone: Bool { hardSizeMax == 0 && softSizeMax == 0 }
}

/// The limits of all classes.
public struct OutputLimits: Sendable, Equatable {
    public var normal = OutputLimit(hard: 0, soft: 0, seconds: 0)
    public var replica = OutputLimit(hard: 256 << 20, soft: 64 << 20, seconds: 60)
    public var pubsub = OutputLimit(hard: 32 << 20, soft: 8 << 20, seconds: 60)

    public init() {}
}

/// Holds clients to their limits: a subscriber with each message, all ten times a second.
final class OutputLimiter: Sendable {
    private let limits = Spinning(OutputLimits())
    private let hardSize = Atomic<Int>(0)
    private let cutOffs = Atomic<Int>(0)

    init(_ limits: OutputLimits) { change(limits) }

    func change(_ new: OutputLimits) {
        limits.withLock { $0 = new }
        hardSize.store(new.pubsub.hardSizeMax == 0 ? .max : new.pubsub.hardSizeMax, ordering: .relaxed)
    }

    /// Of subscribers.
    var hardSizeMax: Int { hardSize.load(ordering: .relaxed) }

    /// How many were cut off.
    var cutOffCount: Int { cutOffs.load(ordering: .relaxed) }
    func resetCount() { cutOffs.store(0, ordering: .relaxed) }

    /// A subscriber is over its limit. Its worker's thread.
    func cutOff(_ connection: Connection) {
        cutOffs.wrappingAdd(1, ordering: .relaxed)
        connection.worker.abortSoon(connection)
    }

    /// Ends the connections that are over a limit of theirs. From one thread.
    func tick(_ clients: ClientRegistry, hasSubscribers: Bool, now: Milliseconds) {
        let limits = limits.withLock { $0 }
        let isNeeded = !limits.normal.isNone || !limits.replica.isNone || (hasSubscribers && !limits.pubsub.isNone)
        guard isNeeded else { return }
        clients.each { client in
            guard let connection = client.peer.connection else { return }
            let size = connection.unsentByteCount
            if size == 0 { return client.overSoftLimitSince.store(0, ordering: .relaxed) }
            let limit =
                switch client.kind {
                case .normal: limits.normal
                case .replica: limits.replica
                case .pubsub: limits.pubsub
                }
            if isOver(limit, size, client, now) && !connection.isClosed {
                cutOffs.wrappingAdd(1, ordering: .relaxed)
                connection.abort()
            }
        }
    }

    private func isOver(_ limit: OutputLimit, _ size: Int, _ client: ClientRecord, _ now: Milliseconds) -> Bool {
        if limit.hardSizeMax > 0 && size > limit.hardSizeMax { return true }
        guard limit.softSizeMax > 0 && size > limit.softSizeMax else {
            client.overSoftLimitSince.store(0, ordering: .relaxed)
            return false
        }
        let since = client.overSoftLimitSince.load(ordering: .relaxed)
        if since == 0 { client.overSoftLimitSince.store(now.rawValue, ordering: .relaxed) }
        return since != 0 && now.rawValue - since > Int64(limit.softSeconds) * 1000
    }
}
