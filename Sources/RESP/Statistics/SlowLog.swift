// The last commands that took long. Source: Redis 7 command reference, SLOWLOG.

import Base

final class SlowLog: Sendable {
    struct Entry: Sendable {
        var id = 0
        /// Seconds since 1970.
        var time: Int64
        var microseconds: Int
        /// As far as they are kept.
        var arguments: [[UInt8]]
        var address: String
        var name: String
    }

    private struct State {
        /// The oldest first, from `start` on; what is before is empty and goes now and then.
        var entries: [Entry] = []
        var start = 0
        var nextID = 0

        mutating func trim(to countMax: Int) {
            while entries.count - start > countMax {
                entries[start].arguments = []
                start += 1
            }
            if start > 16 && start > entries.count / 2 {
                entries.removeFirst(start)
                start = 0
            }
        }
    }

    private let state = Monitor(State())

    /// Keeps an entry, whose id is given here, and no more than `countMax`.
    func add(_ entry: Entry, countMax: Int) {
        state.look { state in
            var entry = entry
            entry.id = state.nextID
            state.nextID += 1
            state.entries.append(entry)
            state.trim(to: countMax)
        }
    }

    func trim(to countMax: Int) { state.look { $0.trim(to: countMax) } }

    var count: Int { state.look { $0.entries.count - $0.start } }

    /// Up to `count` entries, the newest first.
    func latest(_ count: Int) -> [Entry] {
        state.look { Array($0.entries[$0.start...].suffix(count).reversed()) }
    }

    func reset() {
        state.look { state in
            state.entries = []
            state.start = 0
        }
    }
}
