// While an operator holds clients up, at the other door: requests stay in their connections' input, and nothing behind
// them is read. A datagram's are dropped, as datagrams may be. Source: Redis 7 command reference, CLIENT PAUSE.

import Base
import Synchronization
import Transport

/// Which requests have to wait.
public enum PausedRequests: Sendable {
    case none
    /// Those that change something.
    case writes
    case all
}

/// What is paused, and who waits for the end of it.
struct PauseState {
    var paused = PausedRequests.none
    var waiting: [Connection] = []
}

extension MemcachedFrontEnd {
    /// What has to wait. Sessions look once a batch; they are woken by whatever is set. Any thread.
    public var paused: PausedRequests {
        get { pause.withLock { $0.paused } }
        set {
            let waiting = pause.withLock { state in
                state.paused = newValue
                self[detour: Detours.pausesWrites] = newValue == .writes
                self[detour: Detours.pausesAll] = newValue == .all
                defer { state.waiting = [] }
                return state.waiting
            }
            for connection in waiting { connection.wake() }
        }
    }
}

extension MemcachedSession {
    /// Whether the request at `offset` has to wait; then its connection will be woken.
    @inline(never)
    func waitsForPause(_ input: RawSpan, from offset: Int) -> Bool {
        guard stage == .binary ? holds(binary: input, offset) : holds(text: input, offset) else { return false }
        isHeldByPause = frontEnd.pause.withLock { state in
            guard state.paused != .none else { return false }
            if let connection { state.waiting.append(connection) }
            return true
        }
        return isHeldByPause
    }

    private func holds(text input: RawSpan, _ offset: Int) -> Bool {
        guard let line = findLine(input, from: offset) else { return false }
        let verb = Verb(input.slice(offset, input.firstBlank(from: offset, to: line.text.end)))
        if verb == .quit || verb == .unknown { return false }
        return pausesAll || verb.changesItems
    }

    private func holds(binary input: RawSpan, _ offset: Int) -> Bool {
        guard !isLocked, let opcode = BinaryRequest(input, at: offset).opcode else { return false }
        return opcode != .quit && opcode != .quitQ && (pausesAll || opcode.changesItems)
    }

    /// The pause has ended, or become another one.
    func wakeUpFromPause() -> Progress.Next {
        isHeldByPause = false
        return .yield
    }

    func leavePause() {
        guard isHeldByPause else { return }
        frontEnd.pause.withLock { state in state.waiting.removeAll { $0 === connection } }
    }
}
