// memcached's exptime as the engine's expiry.

import Base

extension MemcachedSession {
    /// When an item with this exptime runs out: 0 never, negative long ago, up to 30 days from `now`, larger
    /// numbers since 1970. Source: memcached, realtime().
    @inline(__always)
    static func expiry(_ exptime: Int32, now: Milliseconds) -> Milliseconds {
        let seconds = Int64(exptime)
        if seconds == 0 { return Milliseconds(0) }
        // The first millisecond of 1970 is a time, and over.
        if seconds < 0 { return Milliseconds(1) }
        if seconds <= relativeExptimeMax { return Milliseconds(now.rawValue &+ seconds &* 1000) }
        return Milliseconds(seconds &* 1000)
    }

    /// When an item with this exptime of the binary protocol runs out: as above, but never negative.
    @inline(__always)
    static func expiry(unsigned exptime: UInt32, now: Milliseconds) -> Milliseconds {
        let seconds = Int64(exptime)
        if seconds == 0 { return Milliseconds(0) }
        return Milliseconds(seconds <= relativeExptimeMax ? now.rawValue &+ seconds &* 1000 : seconds &* 1000)
    }

    /// Seconds until `expiry`, a begun one counted whole, so that a fresh item shows what was asked for.
    @inline(__always)
    static func secondsLeft(until expiry: Milliseconds, now: Milliseconds) -> Int64 {
        max(0, (expiry.rawValue &- now.rawValue &+ 999) / 1000)
    }
}
