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
    /// Whoever brought what it waited for made the reply too: `ClientRecord.delivered`.
    case served = 5
    /// What its user may do has changed. Only of clients that wait for keys: they go on waiting if they may.
    case rulesChanged = 7
}

/// Where a client stands: a ticket, which is another one each time that it waits, and in the low byte 0, `parked`,
/// `claimed`, or a `WakeReason` until its session goes on.
struct Parking: ~Copyable {
    private static let parked: UInt64 = 1
    /// Somebody is making the reply.
    private static let claimed: UInt64 = 6
    private let state = Atomic<UInt64>(0)

    private var ticket: UInt64 { state.load(ordering: .relaxed) & ~255 }

    /// The session's thread. Returns the ticket: the same until `end`.
    borrowing func begin() -> UInt64 {
        let ticket = ticket
        state.store(ticket | Self.parked, ordering: .releasing)
        return ticket
    }
    /// The session's thread.
    borrowing func end() { state.store(ticket &+ 256, ordering: .relaxed) }

    /// Whether a command waits.
    var isWaiting: Bool { state.load(ordering: .relaxed) & 255 != 0 }

    /// The reason of a wake-up that was not taken yet.
    var reason: WakeReason? { WakeReason(rawValue: UInt8(truncatingIfNeeded: state.load(ordering: .acquiring))) }

    /// The first of several reasons counts. False if nobody waits, or was woken already.
    borrowing func wake(_ reason: WakeReason) -> Bool { wake(reason, ticket) }

    /// As above, of the waiting that has this ticket.
    borrowing func wake(_ reason: WakeReason, _ ticket: UInt64) -> Bool {
        exchange(ticket | Self.parked, ticket | UInt64(reason.rawValue))
    }

    /// Goes on waiting after a look at the rules. The session's thread.
    borrowing func goOn() {
        let ticket = ticket
        _ = exchange(ticket | UInt64(WakeReason.rulesChanged.rawValue), ticket | Self.parked)
    }

    borrowing func isLookingAtRules(_ ticket: UInt64) -> Bool {
        state.load(ordering: .acquiring) == ticket | UInt64(WakeReason.rulesChanged.rawValue)
    }

    borrowing func isParked(_ ticket: UInt64) -> Bool {
        state.load(ordering: .acquiring) == ticket | Self.parked
    }

    /// Keeps everybody else from waking the client, until `serve`. False if it does not wait with this ticket.
    borrowing func claim(_ ticket: UInt64) -> Bool { exchange(ticket | Self.parked, ticket | Self.claimed) }

    /// The reply is made. False if the client went meanwhile.
    borrowing func serve(_ ticket: UInt64) -> Bool {
        exchange(ticket | Self.claimed, ticket | UInt64(WakeReason.served.rawValue))
    }

    private borrowing func exchange(_ expected: UInt64, _ desired: UInt64) -> Bool {
        state.compareExchange(expected: expected, desired: desired, ordering: .acquiringAndReleasing).exchanged
    }
}

/// The parked clients of a front-end, and when the time of each is up.
final class ParkedClients: Sendable {
    private struct Deadline: Sendable {
        let time: Int64
        let client: ClientRecord
        let ticket: UInt64
    }

    private struct Deadlines: Sendable {
        var clients: [UInt64: Deadline] = [:]
        var earliest = Int64.max
    }

    private let deadlines = Mutex(Deadlines())
    private let parkedCount = Atomic<Int>(0)

    var count: Int { parkedCount.load(ordering: .relaxed) }
    /// Those that do not wait for ever.
    var countWithDeadline: Int { deadlines.withLock { $0.clients.count } }

    func add(_ client: ClientRecord, _ ticket: UInt64, until deadline: Milliseconds?) {
        parkedCount.wrappingAdd(1, ordering: .relaxed)
        guard let deadline else { return }
        deadlines.withLock { deadlines in
            deadlines.clients[client.peer.id] = Deadline(time: deadline.rawValue, client: client, ticket: ticket)
            deadlines.earliest = min(deadlines.earliest, deadline.rawValue)
        }
    }

    func remove(_ client: ClientRecord) {
        parkedCount.wrappingSubtract(1, ordering: .relaxed)
        deadlines.withLock { deadlines in _ = deadlines.clients.removeValue(forKey: client.peer.id) }
    }

    /// Wakes whose time is up. Looks at all that have a deadline, but only when the earliest has come.
    func tick(now: Milliseconds) {
        let due = deadlines.withLock { deadlines -> [Deadline] in
            guard deadlines.earliest <= now.rawValue else { return [] }
            var due: [Deadline] = []
            var earliest = Int64.max
            for deadline in deadlines.clients.values {
                let isDue = deadline.time <= now.rawValue
                if isDue { due.append(deadline) } else { earliest = min(earliest, deadline.time) }
            }
            for deadline in due { deadlines.clients[deadline.client.peer.id] = nil }
            deadlines.earliest = earliest
            return due
        }
        for deadline in due where !deadline.client.wake(.timedOut, deadline.ticket) {
            // Its session is about to go on waiting: the next tick finds it.
            guard deadline.client.parking.isLookingAtRules(deadline.ticket) else { continue }
            deadlines.withLock { deadlines in
                guard deadlines.clients[deadline.client.peer.id] == nil else { return }
                deadlines.clients[deadline.client.peer.id] = deadline
                deadlines.earliest = min(deadlines.earliest, deadline.time)
            }
        }
    }
}
