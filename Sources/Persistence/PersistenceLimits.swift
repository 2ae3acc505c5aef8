// Every bound of the Persistence room, with its reason.

enum PersistenceLimits {
    /// What goes to the disk's thread at once: what that does with it takes a tenth of a millisecond.
    static let chunkSize = 32 << 10
    /// A chunk's last item may stand out by as much as a value that is copied.
    static let chunkCapacity = chunkSize + (20 << 10)
    /// What goes to the disk at once: small enough that requests hardly notice the thread that does it.
    static let writeSize = 64 << 10
    /// The walk waits while more than this waits for the disk: memory stays flat.
    static let backlogForWalk = 1 << 20
    /// Writers wait, too, between their requests: only a disk that is slower than the clients comes this far.
    static let backlogForWriters = 4 << 20
    /// Writers wait in the middle of a request, under a shard's lock. What comes so far are requests by the hundred in
    /// one read.
    static let backlogMax = 12 << 20
    /// A disk that stands still for longer has writers go on until `backlogMax`.
    static let writerWaitMilliseconds = 8
    static let spareChunks = 64
    /// How many threads may hand items over without waiting for each other; more take turns.
    static let laneCount = 4
    /// Items a step of the walk, each under one lock or a few: some microseconds of small ones.
    static let walkStep = 32
    /// How long the walk, and the disk's thread, work without a rest while there are requests; and how long they rest.
    static let walkMicroseconds = 50
    static let walkRestPercent = 200
    static let diskMicroseconds = 100
    static let diskRestPercent = 200
    /// As long as a request counts for those two.
    static let busyNanoseconds: UInt64 = 20_000_000
    /// Of a load: items that go from one thread to the other at once, and bytes of their names and short values.
    static let batchCountMax = 256
    static let batchSizeMax = 64 << 10
    static let batchesMax = 8
    /// Bytes of an item in a file when a file's claim to have so many is believed: its type, a name and a value.
    static let itemSizeMin = 8
    /// Items whose buckets are on their way at the same time. Half of what a processor can have under way would do.
    static let prefetchCount = 16
    /// As Redis' REDIS_AUTOSYNC_BYTES, but less: the kernel is at it for a millisecond for each.
    static let earlyWriteSize = 1 << 20
    /// After a failure the next try by a save point waits so long. Source: Redis CONFIG_BGSAVE_RETRY_DELAY.
    static let retryMilliseconds: Int64 = 5000
    /// Between two progress lines.
    static let progressMilliseconds: Int64 = 2000
    /// The same, for who waits before a terminal.
    static let importMilliseconds: Int64 = 100
    // The append log.

    /// What commands are gathered in before they are written: several milliseconds of a busy server.
    static let logBufferSize = 1 << 20
    /// The log's thread is woken when so much waits, rather than look for itself.
    static let logWakeSize = 256 << 10
    /// Replies wait while so much waits for the disk.
    static let logBacklogMax = 64 << 20
    /// Workers stop: requests that want no replies know no other pace.
    static let logBacklogEnd = 256 << 20
    /// Pages of a log that was read are let go of so many bytes at a time.
    static let logForgetSize = 64 << 20
    /// What a large transaction needed is given back down to this.
    static let logStageKept = 4096
    /// Buffers that grew are not kept.
    static let logBufferKept = 4 << 20
    /// How long the log's thread sleeps if nobody wakes it.
    static let logSleepMilliseconds = 100
    /// Source: redis.conf `appendfsync everysec`.
    static let syncMilliseconds: Int64 = 1000
    /// A disk that failed is asked again.
    static let diskRetryMilliseconds = 1000

    /// Numbers that may have been handed out after the snapshot, a shard: more than a server gives in weeks.
    static let casJump: UInt64 = 1 << 40
}
