// Time as the keyspace knows it: milliseconds since 1970, read once per wake-up by each worker.

import Glibc

/// Milliseconds since 1970-01-01 UTC.
public struct Milliseconds: Equatable, Comparable, Hashable, Sendable {
    public var rawValue: Int64
    @inline(__always) public init(_ rawValue: Int64) { self.rawValue = rawValue }

    @inline(__always)
    public static func < (a: Milliseconds, b: Milliseconds) -> Bool { a.rawValue < b.rawValue }

    /// Whole seconds, rounded down.
    @inline(__always) public var seconds: Int64 { rawValue / 1000 }

    /// Reads the system's clock. Not on the request path.
    public static func readClock() -> Milliseconds {
        var time = timespec()
        unsafe clock_gettime(CLOCK_REALTIME, &time)
        return Milliseconds(Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
    }
}

/// Nanoseconds that the calling thread has run, in the kernel too. A system call.
public func threadNanoseconds() -> UInt64 {
    var time = timespec()
    unsafe clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
}

/// Monotonic nanoseconds, for measuring. Not on the request path.
public func monotonicNanoseconds() -> UInt64 {
    var time = timespec()
    unsafe clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
}
