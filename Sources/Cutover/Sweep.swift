// Brings what nobody asks for: lists the old server's keys and fetches the undecided ones, at a bounded rate.

import Base
import Engine
import Synchronization

/// One thread's work, from the beginning of a take-over to its end.
struct Sweep: ~Copyable {
    let cutover: Cutover
    private var engine: EngineHandle
    /// When the next batch may go, in monotonic nanoseconds.
    private var nextAt: UInt64 = 0
    private var batch: [UndecidedKey] = []

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
                cutover.sweepState.look { $0.stage = .waiting }
                batch.removeAll()
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
        guard cutover.mayHave(key.key, &engine) else { return }
        batch.append(key)
        if batch.count >= CutoverLimits.sweepBatchCount { try fetchBatch(&values) }
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

    /// Waits until so many more items are within the rate.
    private mutating func keepPace(_ count: Int) {
        let rate = cutover.sweepRate
        let now = monotonicNanoseconds()
        guard rate > 0 else { return nextAt = now }
        if nextAt > now { pause(milliseconds: Int((nextAt - now + 999_999) / 1_000_000)) }
        nextAt = max(nextAt, now) + UInt64(count) * 1_000_000_000 / UInt64(rate)
    }

    private func pause(milliseconds: Int) {
        let cutover = cutover
        _ = cutover.alarm.wait(milliseconds: milliseconds) { _ in cutover.isOver ? true : nil }
    }
}
