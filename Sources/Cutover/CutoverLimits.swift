// The bounds of a take-over, each with its reason.

enum CutoverLimits {
    /// So many failures in a row, and the old server is asked once a second only: a few may be chance, and each costs a
    /// request its whole timeout.
    static let breakerFailureCount = 3
    static let breakerMilliseconds: Int64 = 1000
    /// For the set of decided keys. Beyond, the take-over ends: the set may not displace what it is there for.
    static let tombstoneSizeMax = 256 << 20
    /// Longer keys cannot be there: memcached's own limit.
    static let memcachedKeySizeMax = 250
    /// Fetches under way on one connection. Whoever owes so many replies is not waited for.
    static let unansweredMax = 100_000
    /// A connection that owes a reply for so long is given up.
    static let stuckMilliseconds: Int64 = 5000
    static let connectMilliseconds: Int64 = 1000
    static let reconnectMilliseconds = 500
    /// Between two looks at the deadlines of fetches.
    static let clockMilliseconds = 5
    /// A reply's line: the flags that were asked for, and a key in base64.
    static let lineSizeMax = 1024
    /// The largest payload that is fetched: beyond, a Redis string ends.
    static let valueSizeMax = 512 << 20
    /// Keys of the sweep that are asked for at a time: the old server's clients wait for so many answers at most.
    static let sweepBatchCount = 16
    /// Keys that are kept of a list that must be read at once: some 100 MiB. The rest is left to another round.
    static let keptKeyCountMax = 1_000_000
    /// Keys that a SCAN is asked for at a time.
    static let scanCount = 500
    /// A step of the sweep, which nobody waits for.
    static let sweepTimeoutMilliseconds: Int64 = 5000
    /// Numbers that the old server has given away stay below, for it counts its writes from 1; those given here are
    /// above, so that none can be mistaken. JavaScript's clients can still hold them exactly.
    static let casBase: UInt64 = 1 << 48
}
