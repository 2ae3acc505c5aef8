// The lock of a shard: held for well under a microsecond, so waiting in user space is cheapest.

import CIntrinsics
import Glibc
import Synchronization

/// A test-and-test-and-set lock that yields the processor after a short spin.
///
/// It lives in memory that its owner allocates, and is reached by pointer, apart from what it guards:
/// Thread Sanitizer reports an access race when a lock is reached through a mutating access of the guarded struct.
public struct SpinLock: ~Copyable {
    private let held = Atomic<Bool>(false)

    public init() {}

    @inline(__always)
    public borrowing func lock() {
        if !held.exchange(true, ordering: .acquiring) { return }
        lockSlowly(servesMeanwhile: false)
    }

    /// As `lock`, of what may be held for long, though it mostly is not: the thread passes the time as its `LongWait`
    /// says.
    @inline(__always)
    public borrowing func lockPatiently() {
        if !held.exchange(true, ordering: .acquiring) { return }
        lockSlowly(servesMeanwhile: true)
    }

    /// Takes the lock if it is free; false if somebody holds it.
    @inline(__always)
    public borrowing func tryLock() -> Bool {
        !held.load(ordering: .relaxed) && !held.exchange(true, ordering: .acquiring)
    }

    @inline(__always)
    public borrowing func unlock() {
        held.store(false, ordering: .releasing)
    }

    /// Waits a moment for another thread.
    /// - Parameter spins: how often it did already. That thread may have lost its core: after some it is given ours rather
    ///   than the quantum burnt.
    public static func pause(_ spins: inout Int) {
        spins &+= 1
        if spins < Limits.lockSpinsBeforeYield { duet_spin_hint() } else { sched_yield() }
    }

    @inline(never)
    private borrowing func lockSlowly(servesMeanwhile: Bool) {
        var spins = 0
        var hasPassedTime = false
        while true {
            while held.load(ordering: .relaxed) {
                Self.pause(&spins)
                if servesMeanwhile && spins > Limits.lockSpinsBeforeYield && spins % Limits.lockYieldsBetweenTurns == 0 {
                    LongWait.turnOfThisThread()
                    hasPassedTime = true
                }
            }
            if !held.exchange(true, ordering: .acquiring) { break }
        }
        if hasPassedTime { LongWait.endOfThisThread() }
    }
}
