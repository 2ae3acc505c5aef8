// Every setting of the server, with its default, range and unit. Where each comes from is DirectiveTable's
// business.

import Base
public import Engine
public import Glibc
public import Memcached
public import Persistence
public import RESP

/// All settings. The defaults are those of `duet` without arguments: both doors, on loopback.
public struct Configuration: Sendable, Equatable {
    // MARK: The RESP door

    /// TCP port, 1...65535; 0 closes the TCP side of the door, -1 lets the system choose.
    public var respPort = 6379
    /// Addresses; `*` is every IPv4 address, `::*` every IPv6 one. A leading `-`: skipped if the machine
    /// lacks it.
    public var respBind = ["127.0.0.1", "-::1"]
    /// Path of a unix socket, `""` for none.
    public var respUnixSocket = ""
    /// Its permission bits; 0 leaves them to the umask.
    public var respUnixSocketMode: mode_t = 0
    /// Turns peers from other machines away while there is no password.
    public var isProtected = true
    /// What AUTH must give; `""` lets everybody in.
    public var password = ""
    /// Users, as the words of their lines in redis.conf, without `user`.
    public var accessUsers: [[String]] = []
    /// What clients call commands. Source: redis.conf `rename-command`.
    public var commandNames = CommandNames()
    /// The file with all users; `""` for none.
    public var accessFile = ""
    /// How much of what users were refused is told.
    public var accessLogCountMax = 128
    /// Whether a new user may use all channels of pub/sub.
    public var newUsersHaveAllChannels = false
    /// The largest argument or string, bytes, from 1 MiB.
    public var bulkSizeMax = 512 << 20
    /// The largest unfinished request, bytes, from 1 MiB.
    public var requestSizeMax = 1 << 30
    /// A sparse HyperLogLog that would get longer becomes dense, bytes.
    public var hyperLogLogSparseSizeMax = 3000
    /// Keys remembered for clients that track what they read; 0 is no limit.
    public var trackedKeysMax = 1_000_000
    /// What clients may leave unread.
    public var outputLimits = OutputLimits()
    public var scriptMilliseconds = 5000

    /// What its clients may hold together.
    public var clientMemoryLimit = ClientMemoryLimit.bytes(0)
    /// What is noted of commands of this door.
    public var keyEvents: KeyEventClasses = []
    public var metering = MeteringSettings()

    /// TCP port under TLS, beside `respPort` and on the same addresses; the same range.
    public var respTLSPort = 0

    // MARK: The memcached door

    /// TCP port, 1...65535; 0 closes the TCP side of the door, -1 lets the system choose.
    public var memcachedPort = 11211
    /// Addresses, as `respBind`; here `host:port` and `[v6]:port` may bring a port of their own.
    public var memcachedBind = ["127.0.0.1", "-::1"]
    /// UDP port at the same addresses, 1...65535; 0 is none, -1 lets the system choose.
    public var memcachedUDPPort = 0
    /// `-Z`: every TCP address speaks TLS unless its word says `notls:`.
    public var memcachedUsesTLS = false
    /// TCP port under TLS, beside `memcachedPort` and on the same addresses; the same range.
    public var memcachedTLSPort = 0
    public var memcachedUnixSocket = ""
    public var memcachedUnixSocketMode: mode_t = 0o700
    /// What its listeners speak. With an auth file it is text alone, with a password database binary alone.
    public var memcachedProtocol = MemcachedProtocol.negotiating
    /// Who may talk text, one `user:password` a line; `""` lets everybody in.
    public var memcachedAuthFile = ""
    /// Who may talk binary, by SASL PLAIN, one `user:password` a line; `""` lets everybody in.
    public var memcachedPasswordDatabase = ""
    /// Whether the RESP door's users guard this one, too: everybody logs in and is held to his rules.
    public var memcachedHasUsers = false
    /// The database it serves, below `databaseCount`.
    public var memcachedDatabase = 0
    /// The largest item, bytes, 1 KiB ... 1 GiB.
    public var itemSizeMax = 1 << 20
    /// Whether items stored there carry a CAS number.
    public var isCASEnabled = true
    public var isFlushEnabled = true
    public var isDumpEnabled = true
    /// Whether a client may stop the server.
    public var isShutdownEnabled = false
    /// What ends the prefix of a key for `stats detail`, and whether that counts from the start.
    public var prefixDelimiter = UInt8(ascii: ":")
    public var isDetailEnabled = false
    /// Whether `slabs reassign` is obeyed.
    public var isPageMoveEnabled = true
    /// Requests of one connection before others have their turn; 0 is one read's worth.
    public var requestsPerEvent = 0
    /// Whether clients may watch, and the bytes that may wait for one watcher, and in one worker for all.
    public var isWatchEnabled = true
    public var watcherLogSize = 256 << 10
    public var workerLogSize = 64 << 10
    /// Whether expired items are looked for in the background, and dumps are served.
    public var isCrawlerEnabled = true
    /// Microseconds that a crawl sleeps after each thousand items, 0...1,000,000.
    public var crawlerSleepMicroseconds = 100
    /// Items of a size class that one crawl looks at, 0 for all.
    public var crawlItemsMax = 0
    /// Rows of `stats settings` that only repeat what the command line said.
    public var reportedRows: [String: String] = [:]

    // MARK: TLS of both doors

    public var tls = TLSSettings()

    // MARK: The keyspace

    /// Bytes that the keyspace may hold; 0 is no limit.
    public var memoryLimit = 0
    /// Asks the system for huge pages.
    public var usesHugePages = false
    public var evictionPolicy = EvictionPolicy.noEviction
    /// Candidates looked at for one eviction, 1...64.
    public var evictionSamples = 5
    public var frequencyTuning = FrequencyTuning()
    public var collectionLimits = CollectionLimitValues()
    /// Whether the LRU policies let what was read more often stay longer.
    public var weighsUse = true
    public var compactionPolicy = CompactionPolicy.background
    /// Whether items are counted by size.
    public var tracksItemSizes = false
    /// 1...65536.
    public var databaseCount = 16

    // MARK: Persistence

    /// When to save by itself; none is never.
    public var savePoints: [SavePoint] = []
    /// The snapshot's file, in `directory`; a name, no path.
    public var snapshotFile = "dump.rdb"
    public var compressesSnapshots = true
    public var checksumsSnapshots = true
    /// Whether writes are refused after a save failed that a save point had asked for.
    public var stopsWritesOnSaveError = true
    /// Whether each change is told to the append log.
    public var isLogged = false
    public var appendLog = LogSettings()
    /// Whether the snapshot is loaded at start, if there is one.
    public var loadsSnapshot = false
    /// Who may use the DEBUG command.
    public var debugAccess = DebugAccess.none

    // MARK: Taking over another server's keys

    /// `memcached://HOST:PORT`, `redis://HOST:PORT`; `""` for none.
    public var migrateFrom = ""
    /// What a request waits at most for a key that is not here yet.
    public var migrateTimeoutMilliseconds = 200
    /// Items a second that come without being asked for; 0 is no limit.
    public var migrateRate = 10_000

    // MARK: Metrics

    /// Where Prometheus may ask over HTTP: `/metrics`. 0 is nowhere; a negative number has the system choose a port.
    public var metricsPort = 0
    public var metricsBind = ["127.0.0.1", "-::1"]

    // MARK: Connections

    /// Worker threads, 1...1024; 0 is one for each processor.
    public var workerCount = 0
    /// Connections over both doors.
    public var connectionCountMax = 10_000
    /// Whether one more is refused at once; if not, it waits until another one closes.
    public var refusesOverLimit = true
    /// Seconds of silence before a connection is closed; 0 never closes.
    public var idleTimeoutSeconds = 0
    /// Connections that the kernel completes before they are accepted.
    public var backlog = 511
    /// Seconds of silence before the kernel probes a peer; 0 is never.
    public var keepAliveSeconds = 300

    // MARK: The process

    /// Background turns per second, 1...500.
    public var hz = 10
    public var isDaemon = false
    public var supervision = Supervision.none
    /// `""` for none.
    public var pidFile = ""
    /// The directory to work in; `""` stays.
    public var directory = ""
    /// Whose rights to take on when started as root; `""` keeps those of the caller.
    public var user = ""
    public var locksMemory = false
    public var dumpsCore = false
    /// Keeps the standard streams on becoming a daemon, so that what is said can be read.
    public var daemonKeepsStreams = false
    /// memcached's rule: leave the working directory on becoming a daemon, remove the pid file at the end.
    public var followsMemcachedHabits = false

    // MARK: The log

    public var logLevel = LogLevel.notice
    /// `""` is standard output.
    public var logFile = ""

    /// Shows the start-up banner even if nobody is at a terminal.
    public var alwaysShowsBanner = false

    /// The file that settings came from, `""` for none.
    public var configurationFile = ""
    /// Names of directives that came from elsewhere, in order: CONFIG REWRITE puts them into the file.
    public var givenBesideFile: [String] = []

    public init() {}

    /// The port that Redis' own words name: the plain one, else the one under TLS.
    var shownRESPPort: Int { respPort != 0 ? max(0, respPort) : max(0, respTLSPort) }

    /// Whether there may be something to load at start.
    var loadsData: Bool { loadsSnapshot || isLogged }

    /// Workers to start, with "one for each processor" worked out.
    var workerCountResolved: Int { workerCount > 0 ? workerCount : System.processorCount }
}

/// Bytes, 0 being no limit, or hundredths of maxmemory. Source: redis.conf `maxmemory-clients`.
public enum ClientMemoryLimit: Sendable, Equatable {
    case bytes(Int)
    case percentage(Int)
}

/// Who watches over the process. Source: redis.conf `supervised`.
public enum Supervision: String, Sendable, CaseIterable {
    case upstart, systemd, auto
    case none = "no"
}

/// Who may use the DEBUG command. Source: redis.conf `enable-debug-command`.
public enum DebugAccess: Sendable, Equatable { case none, local, all }
