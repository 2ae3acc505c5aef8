// Clients whose command waits for something that somebody else does, and the deadlines of their waiting.

import Base
import Synchronization

/// Why a parked client goes on.
enum WakeReason: UInt8, Sendable {
    /// What it waits for may be there.
    case ready = 2
    case timedOut = 3
    /// CLIENT UNBLOCK with ERROR.
    case interrupted = 4
}

/// Where a client stands: 0, or `parked`, or a `WakeReason` until its session goes on.
struct Parking: ~Copyable {
    private static let parked: UInt8 = 1
    private let state = Atomic<UInt8>(0)

    /// The session's thread.
    borrowing func begin() { state.store(Self.parked, ordering: .releasing) }
    /// The session's thread.
    borrowing func end() { state.store(0, ordering: .relaxed) }

    /// Whether a command waits.
    var isWaiting: Bool { state.load(ordering: .relaxed) != 0 }

    /// The reason of a wake-up that was not taken yet.
    var reason: WakeReason? { WakeReason(rawValue: state.load(ordering: .acquiring)) }

    /// The first of several reasons counts. False if nobody waits, or was woken already.
    borrowing func wake(_ reason: WakeReason) -> Bool {
        state.compareExchange(
            expected: Self.parked, desired: reason.rawValue, ordering: .acquiringAndReleasing
        ).exchanged
    }
}

/// The parked clients of a front-end, and when the time of each is up.
final class ParkedClients: Sendable {
    private struct Deadlines: Sendable {
        var clients: [UInt64: (deadline: Int64, client: ClientRecord)] = [:]
        var earliest = Int64.max
    }

    private let deadlines = Mutex(Deadlines())
    private let parkedCount = Atomic<Int>(0)

    var count: Int { parkedCount.load(ordering: .relaxed) }

    func add(_ client: ClientRecord, until deadline: Milliseconds?) {
        parkedCount.wrappingAdd(1, ordering: .relaxed)
        guard let deadline else { return }
        deadlines.withLock { deadlines in
            deadlines.clients[client.peer.id] = (deadline.rawValue, client)
            deadlines.earliest = min(deadlines.earliest, deadline.rawValue)
        }
    }

    func remove(_ client: ClientRecord) {
        parkedCount.wrappingSubtract(1, ordering: .relaxed)
        deadlines.withLock { deadlines in _ = deadlines.clients.removeValue(forKey: client.peer.id) }
    }

    /// Wakes whose time is up. Looks at all that have a deadline, but only when the earliest has come.
    func tick(now: Milliseconds) {
        let due = deadlines.withLock { deadlines -> [ClientRecord] in
            guard deadlines.earliest <= now.rawValue else { return [] }
            var due: [ClientRecord] = []
            var earliest = Int64.max
            for (deadline, client) in deadlines.clients.values {
                if deadline <= now.rawValue { due.append(client) } else { earliest = min(earliest, deadline) }
            }
            for client in due { deadlines.clients[client.peer.id] = nil }
            deadlines.earliest = earliest
            return due
        }
        for client in due { _ = client.wake(.timedOut) }
    }
}
