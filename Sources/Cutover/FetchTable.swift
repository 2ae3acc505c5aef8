// Fetches under way: one a key, however many requests wait for it, each until its deadline.

import Base
import Synchronization

/// A request that waits for some keys. Its completion is called with the last of them.
final class Waiter: Sendable {
    private let rest: Atomic<Int>
    private let completion: @Sendable () -> Void

    init(keyCount: Int, completion: @escaping @Sendable () -> Void) {
        rest = Atomic(keyCount)
        self.completion = completion
    }

    /// One of its keys is known, or given up. Not while holding a lock.
    func finishOne() {
        if rest.wrappingSubtract(1, ordering: .acquiringAndReleasing).newValue == 0 { completion() }
    }
}

/// All workers' fetches. Keys go by their hash, as in `Tombstones`: who waits for another key of the same hash is woken
/// with it, and takes its own for missing.
final class FetchTable: Sendable {
    private struct Entry {
        let serial: UInt64
        var waiters: [Waiter]
    }

    private struct State {
        var entries: [UInt64: Entry] = [:]
        /// In the order of their deadlines, for all fetches have the same time; those done meanwhile too.
        var deadlines: [(time: Int64, hash: UInt64, serial: UInt64)] = []
        var first = 0
        var lastSerial: UInt64 = 0
    }

    private let state = Monitor(State())
    private let total = Atomic<Int>(0)

    /// Fetches that somebody waits for.
    var count: Int { total.load(ordering: .relaxed) }

    /// Has `waiter` wait for the key.
    /// - Returns: the number of the fetch to begin; nil if one is under way.
    func join(_ hash: UInt64, _ waiter: Waiter, until deadline: Int64) -> UInt64? {
        let begun = state.look { state -> UInt64? in
            if state.entries[hash] != nil {
                state.entries[hash]!.waiters.append(waiter)
                return nil
            }
            state.lastSerial += 1
            state.entries[hash] = Entry(serial: state.lastSerial, waiters: [waiter])
            // A shorter timeout from now on: nobody waits longer for it than for those before.
            let time = max(deadline, state.deadlines.last?.time ?? deadline)
            state.deadlines.append((time, hash, state.lastSerial))
            return state.lastSerial
        }
        if begun != nil { total.wrappingAdd(1, ordering: .relaxed) }
        return begun
    }

    /// The fetch is over, whatever came of it. False if it had timed out before.
    @discardableResult
    func finish(_ hash: UInt64, _ serial: UInt64) -> Bool {
        let entry = state.look { state -> Entry? in
            guard state.entries[hash]?.serial == serial else { return nil }
            return state.entries.removeValue(forKey: hash)
        }
        guard let entry else { return false }
        total.wrappingSubtract(1, ordering: .relaxed)
        for waiter in entry.waiters { waiter.finishOne() }
        return true
    }

    /// Gives up the fetches whose time is up. Returns how many.
    func expire(at now: Int64) -> Int {
        let due = state.look { state -> [Entry] in
            var due: [Entry] = []
            while state.first < state.deadlines.count, state.deadlines[state.first].time <= now {
                let (_, hash, serial) = state.deadlines[state.first]
                state.first += 1
                if state.entries[hash]?.serial == serial, let entry = state.entries.removeValue(forKey: hash) {
                    due.append(entry)
                }
            }
            if state.first == state.deadlines.count {
                state.deadlines.removeAll(keepingCapacity: state.first < 4096)
                state.first = 0
            } else if state.first > 4096 && state.first * 2 > state.deadlines.count {
                state.deadlines.removeFirst(state.first)
                state.first = 0
            }
            return due
        }
        total.wrappingSubtract(due.count, ordering: .relaxed)
        for entry in due { for waiter in entry.waiters { waiter.finishOne() } }
        return due.count
    }

    /// Gives all of them up.
    func finishAll() { _ = expire(at: .max) }
}
