// The scripts that EVALSHA knows, for all workers.

import Base
import Synchronization

/// Scripts by the digest of their text. Any thread; no lock is taken inside.
final class ScriptCache: Sendable {
    private struct State {
        var scripts: [SHA1Digest: Script] = [:]
        var size = 0
    }

    private let state = Spinning(State())
    /// Another number after each flush: what workers have compiled is void then.
    let generation = Atomic<Int>(0)

    subscript(digest: SHA1Digest) -> Script? { state.withLock { $0.scripts[digest] } }

    /// The script of this digest: the one that is known already, or `script`.
    func insert(_ script: Script, _ digest: SHA1Digest) -> Script {
        state.withLock { state in
            if let known = state.scripts[digest] { return known }
            state.scripts[digest] = script
            state.size += script.size
            return script
        }
    }

    func removeAll() {
        // What is dropped is freed after the lock.
        let old = state.withLock { state in
            let old = state.scripts
            state = State()
            generation.wrappingAdd(1, ordering: .releasing)
            return old
        }
        _ = old
    }

    /// How many there are, and the bytes that they hold.
    var totals: (count: Int, size: Int) { state.withLock { ($0.scripts.count, $0.size) } }
}
