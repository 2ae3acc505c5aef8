// No faster than asked.

import Base

/// Spreads items over time. Source: a token bucket of a tenth of a second.
struct CopyPace {
    /// Items a second; 0 is as many as go.
    private let rate: Int
    private var startedAt: UInt64 = 0
    private var given = 0

    init(_ rate: Int) { self.rate = rate }

    var isBounded: Bool { rate > 0 }

    /// Items to ask for at a time: at a bounded rate a millisecond's worth, for the source's own clients wait so long
    /// at most behind them.
    var batchCount: Int {
        let countMax = MigrationLimits.batchCountMax
        return rate == 0 ? countMax : max(1, min(countMax, rate / 1000))
    }

    /// Waits until `count` more may go.
    mutating func wait(for count: Int) {
        guard rate > 0 && count > 0 else { return }
        let now = monotonicNanoseconds()
        let due = startedAt + UInt64(given) * 1_000_000_000 / UInt64(rate)
        // What was not used in time is lost, but for a tenth of a second's worth.
        if startedAt == 0 || now > due + 100_000_000 {
            startedAt = now
            given = 0
        } else if due > now {
            System.sleep(microseconds: Int(due - now) / 1000)
        }
        given += count
    }
}

/// Counts what goes by, and has it told.
struct CopyMeter: ~Copyable {
    var watch: ProgressWatch
    private(set) var items = 0
    private(set) var bytes = 0
    private let isStopped: () -> Bool

    init(stopped: @escaping () -> Bool = { false }, _ progress: @escaping (TransferProgress) -> Void) {
        isStopped = stopped
        watch = ProgressWatch(progress)
    }

    /// Throws if no more is wanted.
    mutating func count(_ byteCount: Int) throws(MigrationFault) {
        items += 1
        bytes += byteCount
        if items & 255 == 0 { watch.tell(items: items, bytes: bytes) }
        if isStopped() { throw .interrupted }
    }
}
