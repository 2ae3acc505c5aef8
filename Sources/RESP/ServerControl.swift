// What the RESP door asks of the server around it: facts and settings that no front-end can know.

public import Base
public import Transport

/// The server as CONFIG, INFO and SHUTDOWN need it. Called on worker threads, never from the path of data commands.
///
/// Inside EXEC the calling thread holds shards: nothing here may take one, or wait for somebody who does.
public protocol ServerControl: Sendable {
    /// All settings, by the names and in the spelling of redis.conf; `databases` must be among them.
    /// Source: Redis CONFIG GET.
    func configuration() -> [ConfigurationEntry]

    /// Applies all of `entries` or none. Names come in lower case, each once.
    /// - Parameter completion: called once by another thread, perhaps before this returns, if the answer is `.begun`:
    ///   with nil, or why nothing was changed. Without it what takes long is refused.
    /// Source: Redis CONFIG SET.
    func setConfiguration(
        _ entries: [ConfigurationEntry], completion: (@Sendable (ConfigurationRefusal?) -> Void)?
    ) -> ConfigurationOutcome

    /// Writes the present settings back to the file that they came from.
    /// - Returns: nil, or the reason of the failure.
    /// Source: Redis CONFIG REWRITE.
    func rewriteConfiguration() -> String?

    /// What INFO tells about the process and its connections.
    func serverFacts() -> ServerFacts

    /// Sets the server's and the other rooms' counters to 0; the RESP room and the engine's counters see to themselves.
    /// Source: Redis CONFIG RESETSTAT.
    func resetStatistics()

    /// Begins to save all databases and returns at once. Another thread calls `completion`, once, if that started: with
    /// nil or the reason of its failure. Source: Redis BGSAVE.
    func startSaving(completion: @escaping @Sendable (String?) -> Void) -> SavingStart

    /// Has a snapshot of all databases made, or of `parts` alone, for a client, and returns at once. Another thread or
    /// this one calls `completion`, once. Source: Redis SYNC.
    func startExport(of parts: SnapshotParts, completion: @escaping @Sendable (SnapshotExport) -> Void)

    /// Begins to write the append log anew, and returns at once. Source: Redis BGREWRITEAOF.
    func startRewriting() -> RewritingStart

    /// How far the append log is: the place behind all that was appended, and up to where it is on the disk. nil if it
    /// is off.
    func logPlaces() -> (end: UInt64, synced: UInt64)?

    /// Has `body` called once so much of the log is on the disk, by any thread; it is dropped if the log is turned off.
    /// Source: Redis WAITAOF.
    func whenLogSynced(through place: UInt64, _ body: @escaping @Sendable () -> Void)

    /// Begins to save, to empty and to load all databases, as one change for everybody else. Completion as above.
    /// Source: Redis DEBUG RELOAD, DEBUG LOADAOF.
    func startReload(_ order: ReloadOrder, completion: @escaping @Sendable (String?) -> Void) -> SavingStart

    /// Whether a client may use DEBUG. Source: redis.conf `enable-debug-command`.
    /// - Parameter connection: nil for one without a socket.
    func allowsDebug(_ connection: Connection?) -> Bool


    /// How saving stands.
    func saving() -> SavingFacts

    /// Writes a line of a script's into the server's log.
    /// - Parameter level: 0 (debug) ... 3 (warning). Source: Redis redis.log.
    func log(level: Int, _ text: String)

    /// Begins to stop the server and returns at once.
    /// - Returns: nil, or why it goes on serving; the client is then told so.
    /// Source: Redis SHUTDOWN.
    func shutdown(_ order: ShutdownOrder) -> String?
}

/// A setting and its value, both as redis.conf spells them.
public struct ConfigurationEntry: Sendable, Equatable {
    public var name: String
    public var value: String

    public init(name: String, value: String) {
        self.name = name
        self.value = value
    }
}

/// Why CONFIG SET changed nothing.
public struct ConfigurationRefusal: Sendable, Equatable {
    public enum Reason: Sendable, Equatable {
        /// There is no such setting.
        case unknown
        /// It can only be given at start.
        case immutable
        /// The value is wrong; the text says in which way.
        case invalid(String)
    }

    public var name: String
    public var reason: Reason

    public init(name: String, reason: Reason) {
        self.name = name
        self.reason = reason
    }
}

/// What became of CONFIG SET.
public enum ConfigurationOutcome: Sendable, Equatable {
    case done
    case refused(ConfigurationRefusal)
    /// Somebody else has to be asked first.
    case begun
}

/// What became of the wish to save.
public enum SavingStart: Sendable, Equatable {
    case started
    /// That is being done already.
    case busy
    case failed(String)
}

/// What a client wants to have of a snapshot.
public enum SnapshotParts: Sendable {
    case everything
    case functions
    /// What a file says of itself.
    case nothing
}

/// What became of the wish for a snapshot to send.
public enum SnapshotExport: Sendable {
    /// It has no name, and is gone with its last reader.
    case file(SharedFile)
    case failed(String)
}

/// How DEBUG RELOAD was meant, or DEBUG LOADAOF.
public struct ReloadOrder: Sendable {
    /// The append log is loaded, which has everything; the rest does not matter then.
    public var isOfLog = false
    public var saves = true
    public var flushes = true

    public init() {}
}

/// Saving, as INFO and others tell of it.
public struct SavingFacts: Sendable {
    /// Whether the server is still loading its data.
    public var isLoading = false
    /// Beginning of the load, bytes in all and done.
    public var loadingStartedAt = Milliseconds(0)
    public var loadingTotalBytes = 0
    public var loadingLoadedBytes = 0
    public var lastSaveAt = Milliseconds(0)
    public var isSaving = false
    public var savingStartedAt = Milliseconds(0)
    public var keysDone = 0
    public var keysTotal = 0
    public var changesSinceLastSave = 0
    public var lastSucceeded = true
    /// Nil if there was none.
    public var lastSeconds: Int?
    public var savesDone = 0
    public var keysLoaded = 0
    public var keysExpiredAtLoad = 0
    public var appendLog = AppendLogFacts()

    public init() {}
}

/// What became of the wish for a rewrite of the append log.
public enum RewritingStart: Sendable, Equatable {
    case started
    /// It begins when the snapshot under way is done.
    case scheduled
    /// One is under way.
    case busy
    case failed(String)
}

/// What INFO tells of the append log.
public struct AppendLogFacts: Sendable {
    public var isOn = false
    public var isRewriting = false
    public var isRewriteScheduled = false
    public var rewriteStartedAt = Milliseconds(0)
    /// Nil if there was none.
    public var lastRewriteSeconds: Int?
    public var lastRewriteSucceeded = true
    public var rewritesDone = 0
    public var canWrite = true
    /// Bytes of all files, now and after the last rewrite.
    public var size = 0
    public var baseSize = 0
    /// Bytes that are not written yet.
    public var backlog = 0
    /// Syncs that took more than a second.
    public var delayedSyncs = 0

    public init() {}
}

/// How SHUTDOWN was meant. Source: Redis SHUTDOWN [NOSAVE | SAVE] [NOW] [FORCE].
public struct ShutdownOrder: Sendable, Equatable {
    /// True: save first even if nothing asks for it; false: do not save; nil: as configured.
    public var saves: Bool?
    public var isNow = false
    /// Stops even if saving fails.
    public var isForced = false

    public init() {}
}

/// What INFO tells about the process. A field that is nil makes no row: only what is true is printed.
public struct ServerFacts: Sendable {
    /// `redis_version`: the Redis whose behaviour clients may count on, at least 7.2.
    public var redisVersion = "7.2.0"
    /// `duet_version`.
    public var productVersion: String?
    /// `os`, as uname's system name, release and machine.
    public var operatingSystem: String?
    public var processID: Int?
    /// 40 hexadecimal digits, new at each start.
    public var runID = String(repeating: "0", count: 40)
    /// The TCP port of the RESP door; 0 if it has none.
    public var port = 0
    public var startedAt = Milliseconds(0)
    /// Turns of the background timer per second.
    public var hz: Int?
    public var executable: String?
    public var configurationFile = ""
    public var workerCount: Int?
    public var multiplexer = "libevent"
    /// Who watches over the process, as redis.conf `supervised` has it.
    public var supervision: String?

    public var connectionCount: Int?
    public var connectionCountMax: Int?
    public var connectionsReceived: Int?
    public var connectionsRejected: Int?
    public var networkBytesIn: Int?
    public var networkBytesOut: Int?
    /// Arrivals of bytes, and system calls that sent some.
    public var networkReads: Int?
    public var networkWrites: Int?

    /// Bytes of the process in memory, now and at most.
    public var residentSize: Int?
    public var systemMemorySize: Int?
    public var allocator: String?

    public var cpuSystemSeconds: Double?
    public var cpuUserSeconds: Double?

    /// Sections of other rooms, printed behind the standard ones.
    public var sections: [InfoSection] = []

    public init() {}
}

/// One more section of INFO.
public struct InfoSection: Sendable {
    /// As in `# Memcached`; asked for without regard to case.
    public var title: String
    public var rows: [(name: String, value: String)]

    public init(title: String, rows: [(name: String, value: String)]) {
        self.title = title
        self.rows = rows
    }
}
