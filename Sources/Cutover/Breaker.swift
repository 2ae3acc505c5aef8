// Whether the old server is worth waiting for: after some failures in a row it is asked once a second only.

import Synchronization

/// Closed, every fetch goes out. Open, none does but one a second, whose success closes it again.
final class Breaker: Sendable {
    private let failures = Atomic<Int>(0)
    /// When the next attempt is due while it is open, in monotonic milliseconds.
    private let nextTryAt = Atomic<Int64>(0)

    /// Whether to ask now. While it is open the first to come each second gets a yes.
    func mayTry(at now: Int64) -> Bool {
        guard isOpen else { return true }
        let due = nextTryAt.load(ordering: .relaxed)
        guard now >= due else { return false }
        return nextTryAt.compareExchange(
            expected: due, desired: now + CutoverLimits.breakerMilliseconds, ordering: .relaxed
        ).exchanged
    }

    func succeeded() { failures.store(0, ordering: .relaxed) }

    func failed(at now: Int64) {
        let count = failures.wrappingAdd(1, ordering: .relaxed).newValue
        if count == CutoverLimits.breakerFailureCount {
            nextTryAt.store(now + CutoverLimits.breakerMilliseconds, ordering: .relaxed)
        }
    }

    var isOpen: Bool { failures.load(ordering: .relaxed) >= CutoverLimits.breakerFailureCount }
}
