// Brings what nobody asks for: lists the old server's keys and fetches the undecided ones, at a bounded rate.

import Base
import Engine
import Synchronization

/// One thread's work, from the beginning of a take-over to its end.
struct Sweep: ~Copyable {
    let cutover: Cutover
    private var engine: EngineHandle
    /// When the last batch was due, in monotonic nanoseconds, and its keys.
    private var lastAt: UInt64 = 0
    private var lastCount = 0
    private var batch: [UndecidedKey] = []
    /// What was told already.
    private var lastFault = ""
    /// Undecided keys of a list that must be read at once.
    var kept: [UndecidedKey] = []

    init(_ cutover: Cutover) {
        self.cutover = cutover
        engine = cutover.engine.makeHandle()
    }

    /// What a round of listing came to.
    enum Outcome {
        case complete
        /// It is not told how: keys come when they are asked for.
        case impossible(String)
    }

    consuming func run() {
        while !cutover.isOver {
            do throws(CutoverFault) {
                switch try round() {
                case .complete:
                    cutover.sweepState.look { $0.stage = .done }
                    return cutover.finish(.complete)
                case .impossible(let reason):
                    cutover.sweepState.look { $0.stage = .impossible }
                    return cutover.pendingNotes.look {
                        $0.append(
                            "Migration: \(cutover.origin) does not list its keys (\(reason)). They come as they are "
                                + "asked for, until CONFIG SET migrate-from \"\".")
                    }
                }
            } catch {
                // It went away: what it has when it is back may be another list.
                if !cutover.isOver && error.description != lastFault {
                    lastFault = error.description
                    cutover.pendingNotes.look { $0.append("Migration: keys are listed anew: \(error)") }
                }
                cutover.sweepState.look { $0.stage = .waiting }
                batch.removeAll()
                kept = []
                pause(milliseconds: CutoverLimits.reconnectMilliseconds)
            }
        }
    }

    private mutating func round() throws(CutoverFault) -> Outcome {
        let timeout = CutoverLimits.sweepTimeoutMilliseconds
        var list = try OriginPeer.open(cutover.origin, cutover.tls, cutover.wire, timeoutMilliseconds: timeout)
        var values = try OriginPeer.open(cutover.origin, cutover.tls, cutover.wire, timeoutMilliseconds: timeout)
        cutover.sweepState.look { state in
            state.stage = .listing
            state.rounds += 1
            state.listed = 0
        }
        switch cutover.origin.language {
        case .memcached: return try listMemcached(&list, &values)
        case .redis: return try listRedis(&list, &values)
        }
    }

    /// A key that the old server has.
    mutating func take(_ name: [UInt8], _ database: DatabaseIndex, _ values: inout OriginPeer) throws(CutoverFault) {
        if batch.isEmpty { engine.now = Milliseconds.readClock() }
        cutover.sweepState.look { $0.listed += 1 }
        let key = UndecidedKey(engine.key(name.span.rawBytes, in: database))
        try fetchSoon(key, &values)
    }

    /// As above, of a list whose values can wait.
    mutating func keep(_ name: [UInt8], _ database: DatabaseIndex) {
        let place = cutover.sweepState.look { state in
            state.listed += 1
            return state.listed
        }
        if place % 1024 == 1 { engine.now = Milliseconds.readClock() }
        let key = UndecidedKey(engine.key(name.span.rawBytes, in: database))
        guard kept.count < CutoverLimits.keptKeyCountMax, cutover.mayHave(key.key, &engine) else { return }
        kept.append(key)
    }

    mutating func fetchSoon(_ key: UndecidedKey, _ values: inout OriginPeer) throws(CutoverFault) {
        guard cutover.mayHave(key.key, &engine) else { return }
        batch.append(key)
        if batch.count >= batchCount { try fetchBatch(&values) }
    }

    mutating func fetchBatch(_ values: inout OriginPeer) throws(CutoverFault) {
        if batch.isEmpty { return }
        if cutover.isOver { throw CutoverFault("over") }
        keepPace(batch.count)
        engine.now = Milliseconds.readClock()
        let (cutover, keys) = (cutover, batch)
        var handle = engine
        batch.removeAll(keepingCapacity: true)
        try values.fetch(keys) { key, answer in
            cutover.count(cutover.place(answer, for: key, &handle), of: key, bySweep: true)
            return nil
        }
    }

    /// Waits until the last batch has had its time at the present rate.
    private mutating func keepPace(_ count: Int) {
        var now = monotonicNanoseconds()
        var due = now
        while !cutover.isOver {
            let rate = cutover.sweepRate
            now = monotonicNanoseconds()
            due = rate > 0 ? lastAt + UInt64(lastCount) * 1_000_000_000 / UInt64(rate) : now
            if due <= now { break }
            // The rate may change meanwhile.
            pause(milliseconds: min(100, Int((due - now + 999_999) / 1_000_000)))
        }
        // What was slept too long is made up for, what was idle is not.
        lastAt = due <= now && now - due < 50_000_000 ? due : now
        lastCount = count
    }

    /// At a low rate the items do not come in bursts.
    private var batchCount: Int {
        let rate = cutover.sweepRate
        return rate == 0 ? CutoverLimits.sweepBatchCount : max(1, min(CutoverLimits.sweepBatchCount, rate / 16))
    }

    private func pause(milliseconds: Int) {
        let cutover = cutover
        _ = cutover.alarm.wait(milliseconds: milliseconds) { _ in cutover.isOver ? true : nil }
    }
}
