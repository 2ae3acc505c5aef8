// What the server decides about the memcached door before it opens. Most rows of `stats settings` come from
// here.

public import Engine

/// Settings of `MemcachedFrontEnd`, in memcached's terms. Constant while the door is open.
public struct MemcachedSettings: Sendable {
    /// The database that this door serves.
    public var database = DatabaseIndex.first

    /// `-I`: the largest item in bytes, key and header included, 1 KiB ... 1 GiB.
    public var itemSizeMax = 1024 * 1024

    /// Without CAS (`-C`) items are eight bytes smaller, `gets` shows 0 and `cas` finds nothing to compare.
    public var isCASEnabled = true

    /// `-F` turns it off: flush_all answers an error.
    public var isFlushEnabled = true

    /// `-W` turns it off: watch answers an error.
    public var isWatchEnabled = true
    /// `-o watcher_logbuf_size`: bytes that may wait for one watcher's socket.
    public var watcherLogSize = 256 << 10
    /// `-o worker_logbuf_size`: bytes of lines that one worker may have waiting for the watchers.
    public var workerLogSize = 64 << 10

    /// `-o lru_crawler`: crawls, dumps, and the engine's walk for expired items. Clients may turn it on and off.
    public var isCrawlerEnabled = true
    /// `-o lru_crawler_sleep`, 0 ... 1,000,000.
    public var crawlerSleepMicroseconds = 100
    /// `-o lru_crawler_tocrawl`: items of a class that one crawl looks at, 0 for all.
    public var crawlItemsMax = 0
    /// `-X` turns it off: no dumps of keys, no `stats detail`.
    public var isDumpEnabled = true

    /// `-A`: whether `shutdown` is obeyed.
    public var isShutdownEnabled = false

    /// `-D`: what ends a key's prefix for `stats detail`, and whether that counts from the start.
    public var prefixDelimiter = UInt8(ascii: ":")
    public var isDetailEnabled = false

    /// `-o no_slab_reassign` turns it off: `slabs reassign` is refused.
    public var isPageMoveEnabled = true

    /// `-R`: requests that a connection may have served before the others have their turn, from 1; nil leaves
    /// it at one read's worth and at the size of the replies, and reports memcached's default.
    public var requestsPerEvent: Int?

    /// `-B`: what a listener speaks that does not say so itself.
    public var offeredProtocol = MemcachedProtocol.negotiating

    /// `-Y`: who may talk text, after logging in. nil is everybody, unasked.
    public var textLogins: PasswordFile?

    /// `-S`: who may talk binary, after SASL PLAIN. nil is everybody, unasked.
    public var saslLogins: PasswordFile?

    /// Who may talk either protocol, after logging in by it. nil is everybody, unless one of the above says otherwise.
    public var doorGuard: (any DoorGuard)?

    // Reported by `stats settings` and meaningful elsewhere.
    public var tcpPort = 11211
    public var udpPort = 0
    /// `-l` as given; nil if it was not.
    public var interfaces: String?
    /// `-s`; nil if it was not given.
    public var domainSocket: String?
    /// `-a`, the unix socket's permission bits.
    public var socketMode = 0o700
    public var backlog = 1024
    public var workerCount = 4

    /// Values that replace those of `stats settings` rows of the same name: options that the server took from
    /// its command line and that mean nothing to this room, such as `growth_factor`.
    public var reportedRows: [String: String] = [:]

    public init() {}
}

/// What the front-end asks of the server around it. Any method may be called by any worker, off the request
/// path.
public protocol MemcachedControl: Sendable {
    /// The numbers that only the server knows, as of now.
    func facts() -> MemcachedFacts

    /// The connections of `stats conns`, in the order to show.
    func connections() -> [MemcachedConnection]

    /// `shutdown`: begins to stop the server. Returns at once.
    /// - Parameter isGraceful: `shutdown graceful`.
    func shutdown(isGraceful: Bool)
    /// A line, or several, about a connection: who came and went, what was asked and answered. Called only at a
    /// verbosity of 2 and above (`MemcachedFrontEnd.setVerbosity`), by any worker.
    func logTraffic(_ text: String)

    /// `verbosity n`, already capped to 0...2.
    func setVerbosity(_ level: Int)

    /// `cache_memlimit`: a new limit in bytes, 8 MiB or more.
    /// - Returns: false if the server cannot go there.
    func setMemoryLimit(_ bytes: Int) -> Bool

    /// `refresh_certs`: has new connections use what the certificate files hold now.
    /// - Returns: nil, or what is wrong with them; the old ones then stay in use.
    func refreshCertificates() -> String?

    /// `stats reset`: clears the counters behind `facts`.
    func resetStatistics()
}

/// The server's part of `stats` and `stats settings`.
public struct MemcachedFacts: Sendable {
    public var processID = 0
    public var uptimeSeconds = 0
    public var libeventVersion = "unknown"
    /// CPU time in microseconds since the process started.
    public var userMicroseconds = 0
    public var systemMicroseconds = 0

    public var connectionCountMax = 1024
    public var connectionCount = 0
    public var connectionsAccepted = 0
    public var connectionsRejected = 0
    public var idleKicks = 0
    /// Accepting is going on, not paused for want of descriptors.
    public var isAccepting = true
    public var acceptPauses = 0
    /// How long accepting was paused, all in all.
    public var acceptPauseMicroseconds = 0
    public var bytesRead = 0
    public var bytesWritten = 0
    /// Seconds; 0 is no timeout, and then `idle_kicks` is not shown.
    public var idleTimeoutSeconds = 0
    public var verbosity = 0
    /// Nil while no listener of this door speaks TLS.
    public var tls: MemcachedTLSFacts?
    /// Rows about the take-over of another server's keys; none if there was none.
    public var migration: [(name: String, value: String)] = []

    public init() {}
}

/// What `stats` tells of TLS.
public struct MemcachedTLSFacts: Sendable {
    /// Handshakes that continued no earlier session; shown if sessions are cached.
    public var newSessions = 0
    public var cachesSessions = false
    public var handshakeErrors = 0
    public var protocolErrors = 0
    public var secondsSinceRefresh = 0
    /// Rows of `stats settings` and their values.
    public var settings: [String: String] = [:]

    public init() {}
}

/// One row group of `stats conns`.
public struct MemcachedConnection: Sendable {
    /// `Connection.id`; 0 for a listener.
    public var id: UInt64
    public var fd: Int32
    /// `tcp:127.0.0.1:40000`, `tcp6:[::1]:40000`, `unix:/path`.
    public var address: String
    /// The listener's end in the same form; nil for a listener itself.
    public var listenAddress: String?
    /// A worker's descriptor of a UDP port.
    public var isDatagram: Bool
    /// memcached's name of the state: `conn_listening`, `conn_read`, `conn_write` …
    public var state: String
    public var secondsSinceLastCommand: Int

    public init(
        id: UInt64, fd: Int32, address: String, listenAddress: String?, isDatagram: Bool = false, state: String,
        secondsSinceLastCommand: Int
    ) {
        self.id = id
        self.fd = fd
        self.address = address
        self.listenAddress = listenAddress
        self.isDatagram = isDatagram
        self.state = state
        self.secondsSinceLastCommand = secondsSinceLastCommand
    }
}
