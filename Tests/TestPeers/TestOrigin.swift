// A server whose keys are taken over, for tests of who waits for what.

import Base
public import Engine
import Synchronization

/// Another server, played by hand: it says what it is asked for, and delivers when the test says so.
public final class TestOrigin: KeyOrigin {
    private struct State {
        var values: [String: String]
        var decided: Set<String> = []
        var asked: [[String]] = []
        var pending: [(keys: [UndecidedKey], completion: @Sendable () -> Void)] = []
        var isThere = true
    }

    private let state: Mutex<State>

    public init(_ values: [String: String]) { state = Mutex(State(values: values)) }

    public var isThere: Bool {
        get { state.withLock { $0.isThere } }
        set { state.withLock { $0.isThere = newValue } }
    }

    private static func name(_ key: Key) -> String { key.bytes.copiedText() }

    public func mayHave(_ key: Key, _ engine: inout EngineHandle) -> Bool {
        let name = Self.name(key)
        return state.withLock { !$0.decided.contains(name) } && !engine.look(key) { _ in }
    }

    public func fetch(_ keys: [UndecidedKey], worker: Int, completion: @escaping @Sendable () -> Void) -> Bool {
        state.withLock { state in
            guard state.isThere else { return false }
            state.asked.append(keys.map { Self.name($0.key) })
            state.pending.append((keys, completion))
            return true
        }
    }

    public func exclude(_ key: Key) {
        let name = Self.name(key)
        state.withLock { _ = $0.decided.insert(name) }
    }

    /// What was asked for since the last call, request by request.
    public func takeAsked() -> [String] {
        state.withLock { state in
            defer { state.asked = [] }
            return state.asked.map { $0.joined(separator: " ") }
        }
    }

    public func isExcluded(_ name: String) -> Bool { state.withLock { $0.decided.contains(name) } }

    /// Stores what is pending, or lets its time run out.
    public func deliver(_ engine: Engine, inTime: Bool = true) {
        var handle = engine.makeHandle()
        let pending = state.withLock { state in
            defer { state.pending = [] }
            return state.pending
        }
        for (keys, completion) in pending {
            for key in keys where inTime {
                let value = state.withLock { state in
                    _ = state.decided.insert(Self.name(key.key))
                    return state.values[Self.name(key.key)]
                }
                var options = StoreOptions()
                options.mode = .add
                options.casField = .fresh
                if let value { _ = handle.store(key.key, Array(value.utf8).span.rawBytes, options) }
            }
            completion()
        }
    }
}
