// The system's clock at its finest, for the few who tell it to people.

import Glibc

/// Microseconds since 1970-01-01 UTC. Not on the request path.
public func realTimeMicroseconds() -> UInt64 {
    var time = timespec()
    unsafe clock_gettime(CLOCK_REALTIME, &time)
    return UInt64(time.tv_sec) * 1_000_000 + UInt64(time.tv_nsec) / 1000
}
