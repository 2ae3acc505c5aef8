// stats detail: how often keys of each prefix were asked for, stored and deleted.

import Base
import Engine
import Synchronization

/// Counts by what stands in a key before the delimiter; keys without a delimiter are not counted.
///
/// While it is off a batch pays for one load. While it is on every request takes one lock: it is a tool for looking,
/// not for leaving on. Source: memcached's stats_prefix.c and `-D`.
final class PrefixStatistics: Sendable {
    enum Event {
        case get(isHit: Bool)
        case set
        case delete
    }

    struct Counts: Equatable {
        var gets = 0
        var hits = 0
        var sets = 0
        var deletes = 0

        mutating func add(_ event: Event) {
            switch event {
            case .get(let isHit):
                gets += 1
                if isHit { hits += 1 }
            case .set: sets += 1
            case .delete: deletes += 1
            }
        }
    }

    /// Prefixes that are told apart; with the longest keys about 6 MB. Later ones are counted together.
    static let prefixCountMax = 16_384
    /// What those later ones are called.
    static let othersName = "(others)"

    private struct State {
        // By the prefix' 64-bit hash, which is seeded: that two prefixes share one is not worth a comparison.
        var places: [UInt64: Int] = [:]
        /// In the order of their first request.
        var rows: [(prefix: [UInt8], counts: Counts)] = []
        var others = Counts()
    }

    let delimiter: UInt8
    private let flag: Atomic<Bool>
    private let state = Mutex(State())

    init(delimiter: UInt8, isOn: Bool) {
        self.delimiter = delimiter
        flag = Atomic(isOn)
    }

    var isOn: Bool {
        @inline(__always) get { flag.load(ordering: .relaxed) }
        set { flag.store(newValue, ordering: .relaxed) }
    }

    /// - Parameter hash: of the bytes of `key` before its first delimiter.
    func note(_ event: Event, prefix: RawSpan, hash: KeyHash) {
        state.withLock { state in
            if let place = state.places[hash.rawValue] {
                state.rows[place].counts.add(event)
            } else if state.rows.count < Self.prefixCountMax {
                state.places[hash.rawValue] = state.rows.count
                state.rows.append((prefix.copiedBytes(), Counts()))
                state.rows[state.rows.count - 1].counts.add(event)
            } else {
                state.others.add(event)
            }
        }
    }

    func reset() { state.withLock { $0 = State() } }

    /// `PREFIX name get n hit n set n del n` for each.
    func append(to output: inout OutputBuffer) {
        let (rows, others) = state.withLock { ($0.rows, $0.others) }
        for row in rows { Self.append(row.prefix, row.counts, to: &output) }
        if others != Counts() { Self.append(Array(Self.othersName.utf8), others, to: &output) }
    }

    private static func append(_ name: [UInt8], _ counts: Counts, to output: inout OutputBuffer) {
        output.append("PREFIX ")
        for byte in name { output.append(byte) }
        output.append(" get \(counts.gets) hit \(counts.hits) set \(counts.sets) del \(counts.deletes)\r\n" as String)
    }
}

extension MemcachedSession {
    @inline(never)
    func note(_ event: PrefixStatistics.Event, _ key: RawSpan) {
        guard let end = key.firstIndex(of: prefixes.delimiter, from: 0) else { return }
        let prefix = key.slice(0, end)
        prefixes.note(event, prefix: prefix, hash: engine.hash(prefix))
    }

    func noteGet(_ key: RawSpan, _ outcome: ReadOutcome) {
        if case .hit = outcome { note(.get(isHit: true), key) } else { note(.get(isHit: false), key) }
    }

    /// `stats detail on|off|dump`.
    func statisticsDetail(_ argument: RawSpan, _ output: inout OutputBuffer) {
        guard frontEnd.settings.isDumpEnabled else { return output.append(Reply.detailForbidden) }
        if argument.equals("on") {
            setDetailed(true)
            output.append(Reply.ok)
        } else if argument.equals("off") {
            setDetailed(false)
            output.append(Reply.ok)
        } else if argument.equals("dump") {
            prefixes.append(to: &output)
            output.append(Reply.end)
        } else {
            output.append(Reply.detailUsage)
        }
    }
}
