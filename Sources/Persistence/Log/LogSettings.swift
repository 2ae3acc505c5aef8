// What the append log is told, and what it tells.

public import Base

/// How and where the log is kept. Source: redis.conf, "APPEND ONLY MODE".
public struct LogSettings: Sendable, Equatable {
    /// Source: redis.conf `dir`; `""` is the working folder.
    public var folder = ""
    /// The folder in it, for the log's files alone. Source: redis.conf `appenddirname`.
    public var folderName = "appendonlydir"
    /// What the files' names begin with. Source: redis.conf `appendfilename`.
    public var fileName = "appendonly.aof"
    public var policy = LogSyncPolicy.everysec
    /// Percent that the log may grow by since it was rewritten last, before that is done again; 0 is never. Source:
    /// redis.conf `auto-aof-rewrite-percentage`.
    public var rewritePercentage = 100
    /// But not below so many bytes. Source: redis.conf `auto-aof-rewrite-min-size`.
    public var rewriteSizeMin = 64 << 20
    /// A log that ends in the middle of a command is cut there. Source: redis.conf `aof-load-truncated`.
    public var loadsTruncated = true
    /// What a rewrite begins with is a snapshot, not commands: shorter, and loaded faster. Source: redis.conf
    /// `aof-use-rdb-preamble`.
    public var hasSnapshotBase = true
    /// Source: redis.conf `aof-timestamp-enabled`.
    public var hasTimestamps = false

    public init() {}

    /// The folder of the log's files.
    var logFolder: String { folder.isEmpty ? folderName : folder + "/" + folderName }

    /// A file of the log.
    func path(_ name: String) -> String { logFolder + "/" + name }
}

/// What INFO tells of the log.
public struct LogStatus: Sendable {
    public var isOn = false
    public var isRewriting = false
    public var isRewriteScheduled = false
    public var rewriteStartedAt = Milliseconds(0)
    /// Nil if there was none.
    public var lastRewriteSeconds: Int?
    public var lastRewriteSucceeded = true
    public var rewritesDone = 0
    /// Nil if writing and syncing work.
    public var trouble: String?
    /// Bytes of all files.
    public var size = 0
    /// Bytes after the last rewrite, or at start.
    public var baseSize = 0
    /// Bytes that wait for the log's thread.
    public var backlog = 0
    public var delayedSyncs = 0

    public init() {}
}
