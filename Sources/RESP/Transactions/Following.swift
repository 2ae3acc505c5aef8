// When a listener of the front-end follows the engine's changes, and when it need not.

import Engine
import Synchronization

/// Subscribes a listener only while some client needs it, and a second longer, since who did will probably do so again.
/// Its lock is taken before shards, never while holding any.
final class Following: Sendable {
    private struct State {
        var isActive = false
        var idleTicks = 0
    }

    private let engine: Engine
    private let kinds: ChangeKinds
    private let state = Mutex(State())
    private let clientCount = Atomic<Int>(0)

    init(_ engine: Engine, _ kinds: ChangeKinds) {
        self.engine = engine
        self.kinds = kinds
    }

    /// One more client needs it. Not while holding shards.
    func begin(_ listener: any ChangeListener) {
        clientCount.wrappingAdd(1, ordering: .relaxed)
        state.withLock { state in
            state.idleTicks = 0
            if state.isActive { return }
            state.isActive = true
            engine.addChangeListener(listener, to: kinds)
        }
    }

    /// One more client needs it, while another one does for sure. Also while holding shards.
    func join() { clientCount.wrappingAdd(1, ordering: .relaxed) }

    /// One client fewer needs it.
    func end() { clientCount.wrappingSubtract(1, ordering: .relaxed) }

    /// Stops following when nobody has needed it for some calls. About ten times a second, not while holding shards.
    func tick(_ listener: any ChangeListener) {
        state.withLock { state in
            guard state.isActive else { return }
            // Whoever begins after this look waits for the lock, and follows anew.
            guard clientCount.load(ordering: .relaxed) == 0 else { return state.idleTicks = 0 }
            state.idleTicks += 1
            guard state.idleTicks > RESPLimits.idleWatchTicks else { return }
            state.isActive = false
            engine.removeChangeListener(listener)
        }
    }

    var isActive: Bool { state.withLock { $0.isActive } }
    var isNeeded: Bool { clientCount.load(ordering: .relaxed) != 0 }
}
