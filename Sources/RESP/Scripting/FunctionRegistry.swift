// The libraries of functions, for all workers.

import Base
public import Engine
import Synchronization

/// Any thread. Who changes it holds all shards, or is alone: so a change and its note in the journal are one, and who
/// holds a shard sees none meanwhile.
final class FunctionRegistry: Sendable {
    private let set = Spinning(FunctionSet())
    /// One change at a time. Whoever makes it waits for no shard.
    private let changes = Monitor<Int>(0)
    /// Another number after each change: what workers have loaded is to be compared then.
    let generation = Atomic<Int>(0)

    var current: FunctionSet { self.set.withLock { $0 } }

    /// Puts another set in the place of the present one, unless it is refused.
    func change(_ body: (FunctionSet) -> Result<FunctionSet, Refusal>) -> Refusal? {
        changes.look { _ in
            switch body(current) {
            case .failure(let refusal): return refusal
            case .success(let next):
                // What is dropped is freed after the lock.
                let old = set.withLock { set in
                    let old = set
                    set = next
                    return old
                }
                generation.wrappingAdd(1, ordering: .releasing)
                _ = old
                return nil
            }
        }
    }
}

extension RESPFrontEnd {
    /// The code of all libraries of functions, for a snapshot. Takes no lock whose holder wants a shard.
    public var libraries: [[UInt8]] { functions.current.libraries.map(\.code) }

    /// Takes libraries of functions over from a file: all, or none of them, each in the place of one of its name.
    /// - Parameter libraries: their code.
    /// - Parameter dropsOthers: those that are there go.
    /// - Parameter handle: for the journal; it may hold all shards.
    /// - Returns: nil, or why not.
    public func take(libraries: [[UInt8]], dropsOthers: Bool, _ handle: inout EngineHandle) -> String? {
        guard !libraries.isEmpty || dropsOthers && !functions.current.libraries.isEmpty else { return nil }
        // Of this thread; workers load what they need for themselves.
        let worker = WorkerFunctions(functions)
        var set = FunctionSet()
        for code in libraries {
            switch worker.add(code.span.rawBytes, to: set, replaces: false, LibraryLoading(control, until: nil)) {
            case .failure(let refusal): return refusal.text
            case .success(let next): set = next.set
            }
        }
        let loaded = set.libraries
        let refusal = functions.change { dropsOthers ? .success(set) : $0.joining(loaded, replaces: true) }
        if let refusal { return refusal.text }
        if dropsOthers { note(["FUNCTION", "FLUSH"], nil, &handle) }
        for code in libraries { note(["FUNCTION", "LOAD", "REPLACE"], code, &handle) }
        return nil
    }

    private func note(_ words: [StaticString], _ last: [UInt8]?, _ handle: inout EngineHandle) {
        var text = OutputBuffer(capacity: 64 + (last?.count ?? 0))
        text.appendArray(words.count + (last == nil ? 0 : 1))
        for word in words { text.appendBulk(word) }
        if let last { text.appendBulk(last.span.rawBytes) }
        handle.noteChange(text.span)
    }
}
