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
    /// Numbers that may have been handed out after the snapshot, a shard: more than a server gives in weeks.
    static let casJump: UInt64 = 1 << 40
}
