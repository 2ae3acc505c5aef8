// Time as the processor counts it: for measuring what takes less than a read of the system's clock would.

import CIntrinsics

/// The processor's time stamp counter.
public enum TickClock {
    /// Ticks since some moment. A few nanoseconds; no system call. Differences mean something on one thread only.
    @inline(__always)
    public static func read() -> UInt64 { duet_ticks() }

    /// Ticks a microsecond, measured once against the system's clock, which takes a millisecond.
    public static let perMicrosecond: Double = {
        let clockStart = monotonicNanoseconds()
        let start = read()
        var clockEnd = clockStart
        while clockEnd &- clockStart < calibrationNanoseconds { clockEnd = monotonicNanoseconds() }
        return max(0.001, Double(read() &- start) * 1000 / Double(clockEnd &- clockStart))
    }()

    /// Both clocks are read within some 50 ns of each other: one part in ten thousand of this.
    private static let calibrationNanoseconds: UInt64 = 1_000_000

    public static func microseconds(_ ticks: UInt64) -> Double { Double(ticks) / perMicrosecond }
}
