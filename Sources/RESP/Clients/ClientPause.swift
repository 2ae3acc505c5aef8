// Holding clients up for a while. Source: Redis 7 command reference, CLIENT PAUSE, CLIENT UNPAUSE.

import Base
import Synchronization
import Transport

/// Which commands CLIENT PAUSE holds up.
public enum PausedCommands: Sendable {
    case none
    /// What may change the keyspace.
    case writes
    case all
}

/// Whether requests have to wait, which ones, and who does. A request that has to is left in its connection's input:
/// nothing is read behind it.
final class ClientPause: Sendable {
    enum Kind: UInt8, Comparable {
        case none = 0
        /// What may change the keyspace.
        case writes
        case all

        static func < (a: Kind, b: Kind) -> Bool { a.rawValue < b.rawValue }
    }

    private struct State {
        var end = Milliseconds(0)
        var waiting: [ClientRecord] = []
    }

    private let current = Atomic<UInt8>(Kind.none.rawValue)
    private let state = Monitor(State())

    var kind: Kind { Kind(rawValue: current.load(ordering: .acquiring)) ?? .none }

    /// A pause that is on can be made longer and stricter, not the other way round. Source: Redis 7 pauseClients.
    func begin(_ kind: Kind, until end: Milliseconds) {
        state.look { state in
            let isOn = self.kind != .none
            state.end = isOn ? max(state.end, end) : end
            current.store(max(kind, self.kind).rawValue, ordering: .releasing)
        }
    }

    /// A client's request has to wait. False: the pause has just ended.
    func wait(_ client: ClientRecord) -> Bool {
        state.look { state in
            guard kind != .none else { return false }
            state.waiting.append(client)
            return true
        }
    }

    /// The client is gone.
    func remove(_ client: ClientRecord) { state.look { state in state.waiting.removeAll { $0 === client } } }

    /// Lets all go on.
    func end() {
        let waiting = state.look { state in
            current.store(Kind.none.rawValue, ordering: .releasing)
            let waiting = state.waiting
            state.waiting = []
            return waiting
        }
        for client in waiting { client.peer.connection?.wake() }
    }

    /// Ends a pause whose time is up. True if it did.
    func tick(now: Milliseconds) -> Bool {
        guard kind != .none, state.look({ $0.end <= now }) else { return false }
        end()
        return true
    }
}

extension RESPFrontEnd {
    /// Has `body` told of each pause that begins, gets stricter or ends, for doors beside this one. It may take no lock
    /// whose holder may want a shard. Before connections are made.
    public func onPause(_ body: @escaping @Sendable (PausedCommands) -> Void) {
        pauseListeners.withLock { $0.append(body) }
    }

    /// Under the gate's lock, so that nobody hears of the last pause first.
    func tellOfPause() {
        let paused: PausedCommands =
            switch pause.kind {
            case .none: .none
            case .writes: .writes
            case .all: .all
            }
        pauseListeners.withLock { for body in $0 { body(paused) } }
    }
}

extension RESPSession {
    /// How many of the queued requests may be served before one that the pause holds up.
    func countUnpaused(_ count: Int, _ input: RawSpan) -> Int {
        let kind = frontEnd.pause.kind
        for index in 0..<count where isPaused(queue[index], input, kind) { return index }
        return count
    }

    /// Whether `queued` has to wait, by itself.
    func isPaused(_ queued: QueuedRequest, _ input: RawSpan, _ kind: ClientPause.Kind) -> Bool {
        guard kind != .none && isAuthenticated && !isReplaying else { return false }
        guard let command = queued.row.command, queued.row.accepts(count: Int(queued.count)) else { return false }
        if kind == .all { return true }
        if command == .exec { return transaction?.writes ?? false }
        return command.spec(of: Request(input, slots, queued))?.mayChange ?? false
    }

    /// Has the request at the front wait until the pause is over.
    func waitForPause() -> Bool {
        isHeldByPause = frontEnd.pause.wait(record)
        return isHeldByPause
    }
}

extension CommandSpec {
    /// Beside those that write: what replicas would be told of. Source: Redis CMD_MAY_REPLICATE.
    private static let mayReplicate: Set<String> = [
        "pfcount", "publish", "spublish", "eval", "evalsha", "fcall", "script",
    ]

    fileprivate var mayChange: Bool { flags.contains(.write) || Self.mayReplicate.contains(name) }
}
