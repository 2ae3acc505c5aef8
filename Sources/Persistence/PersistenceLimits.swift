// Every bound of the Persistence room, with its reason.

enum PersistenceLimits {
    /// What goes to the disk at once: large enough that a system call is nothing beside it.
    static let chunkSize = 256 << 10
    /// The walk waits while more than this waits for the disk: memory stays flat.
    static let backlogForWalk = 4 << 20
    /// Writers wait, too: only a disk that is slower than the clients comes this far.
    static let backlogMax = 16 << 20
    static let spareChunks = 16
    /// Items a step of the walk: some tens of microseconds.
    static let walkStep = 256
    /// As Redis' REDIS_AUTOSYNC_BYTES.
    static let earlyWriteSize = 4 << 20
    /// After a failure the next try by a save point waits so long. Source: Redis CONFIG_BGSAVE_RETRY_DELAY.
    static let retryMilliseconds: Int64 = 5000
    /// Between two progress lines.
    static let progressMilliseconds: Int64 = 2000
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
