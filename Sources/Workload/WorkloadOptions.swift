// What a run of the load generator is asked to do, checked once before it starts.

/// The language spoken to the server.
public enum WireProtocol: String, CaseIterable, Sendable {
    /// get, set.
    case memcached
    /// mg, ms.
    case meta
    /// GET, MGET, SET.
    case resp

    /// Where a server of this language listens if nobody says otherwise.
    public var defaultPort: UInt16 { self == .resp ? 6379 : 11211 }

    /// The first request of a connection to a server that wants a password. A memcached that wants none takes it as an
    /// item that has expired already, so that nobody reads the password there. Source: memcached, `-Y`; Redis AUTH.
    /// - Parameter username: nil for RESP's default user, and if memcached's stands in `password`.
    public func login(_ username: String?, _ password: String) -> String {
        guard self == .resp else {
            let both = (username.map { "\($0) " } ?? "") + password
            return "set duet:login 0 -1 \(both.utf8.count)\r\n\(both)\r\n"
        }
        let words = ["AUTH"] + (username.map { [$0] } ?? []) + [password]
        return "*\(words.count)\r\n" + words.map { "$\($0.utf8.count)\r\n\($0)\r\n" }.joined()
    }
}

/// One run's settings. `validate()` says what cannot work.
public struct WorkloadOptions: Sendable, Equatable {
    public var wireProtocol = WireProtocol.memcached

    /// `HOST:PORT`, `[IPv6]:PORT`, a bare host or port, or the path of a unix socket. Empty: loopback,
    /// default port.
    public var server = ""

    public var connectionCount = 32
    public var threadCount = 1

    /// Requests a connection has under way at once.
    public var pipelineDepth = 1

    /// Keys a read asks for at once: `get k1 k2 …`, `mg` lines, MGET.
    public var keysPerRequest = 1

    public var keyCount = 1_000_000

    /// Bytes of a key: its prefix and the zero-padded number.
    public var keySize = 16

    /// What every key begins with: printable ASCII without spaces.
    public var keyPrefix = "key:"

    public var distribution = KeyDistribution.uniform

    /// Requests to replay, in their order and again from the start: in the place of `distribution`,
    /// `keyCount`, `setRatio` and
    /// `valueSizes`.
    public var trace: Trace?

    /// Bytes of a value, evenly drawn.
    public var valueSizes = 100...100

    /// The share of requests that store, 0...1.
    public var setRatio = 0.1

    /// Seconds a stored item lives; 0 for ever.
    public var ttlSeconds = 0

    /// Seconds of measuring; 0 measures nothing and is allowed with `preloads` alone.
    public var durationSeconds = 10.0

    /// Ends the run after so many requests, if that is sooner.
    public var requestCount: Int?

    /// Requests a second, sent on a fixed schedule; nil sends as fast as replies come.
    public var ratePerSecond: Double?

    /// Stores every key once, in order, before measuring.
    public var preloads = false

    /// Stores a key that a read missed, as an application with a database behind its cache does.
    public var fillsMisses = false

    /// Seconds of a window of the report's timeline; nil for none. With one thread.
    public var windowSeconds: Double?

    public var seed: UInt64 = 1

    /// Who asks, with a `password`; nil for RESP's default user.
    public var username: String?
    /// RESP: AUTH's argument. memcached: sent with the name in the first `set`; both may stand here, `USER PASSWORD`.
    public var password: String?

    /// nil: a plain connection.
    public var tls: ClientTLS?

    public init() {}

    /// Keys the encoder must have digits for.
    var keyNumberMax: UInt64 { UInt64(max(1, trace?.keyCount ?? keyCount)) - 1 }

    /// What cannot work about these settings, in words for a person; nil if all is well.
    public func validate() -> String? {
        if connectionCount < 1 || connectionCount > 60_000 { return "--connections must be 1...60000" }
        if threadCount < 1 || threadCount > 256 { return "--threads must be 1...256" }
        if threadCount > connectionCount { return "--threads must not exceed --connections" }
        if pipelineDepth < 1 || pipelineDepth > 65_536 { return "--pipeline must be 1...65536" }
        if keysPerRequest < 1 || keysPerRequest > 1000 { return "--multiget must be 1...1000" }
        if keyCount < 1 || keyCount > 10_000_000_000 { return "--keys must be 1...10000000000" }
        let keySizeMin = keyPrefix.utf8.count + KeyText.digitCountMin
        if keySize < keySizeMin || keySize > KeyText.sizeMax {
            return "--key-size must be \(keySizeMin)...\(KeyText.sizeMax)"
        }
        if !keyPrefix.utf8.allSatisfy({ (33...126).contains($0) }) {
            return "a key's prefix must be printable ASCII without spaces"
        }
        if !KeyText.fits(keyNumberMax, size: keySize, prefix: keyPrefix) {
            return "--key-size \(keySize) has too few digits for \(keyCount) keys"
        }
        if valueSizes.lowerBound < 0 || valueSizes.upperBound > 512 << 20 {
            return "--value-size must be 0...536870912"
        }
        if !(setRatio >= 0 && setRatio <= 1) { return "--set-ratio must be 0...1" }
        if ttlSeconds < 0 { return "--ttl must not be negative" }
        if !(durationSeconds >= 0 && durationSeconds <= 10_000_000) {
            return "--duration must not be negative"
        }
        if let requestCount, requestCount < 1 { return "--requests must be at least 1" }
        if durationSeconds == 0 && requestCount == nil && !preloads {
            return "--duration 0 needs --preload or --requests"
        }
        if let ratePerSecond, !(ratePerSecond > 0 && ratePerSecond <= 100_000_000) {
            return "--rate must be above 0"
        }
        if username != nil && password == nil { return "--user wants a --password" }
        if let trace {
            if trace.count == 0 { return "the trace holds no request" }
            if preloads || keysPerRequest > 1 {
                return "a trace works without --preload and with --multiget 1"
            }
        }
        if let windowSeconds {
            if !(windowSeconds >= 0.01) { return "a window must be at least 0.01 seconds long" }
            if threadCount > 1 { return "a timeline works with --threads 1" }
        }
        if fillsMisses && keysPerRequest > 1 { return "--hit-fill works with --multiget 1" }
        return distribution.problem
    }
}

/// Why a run did not take place or broke off.
public enum WorkloadError: Error, CustomStringConvertible {
    case options(String)
    case connection(String)
    /// The server speaks another language than the one asked for.
    case conversation(String)

    public var description: String {
        switch self {
        case .options(let reason): reason
        case .connection(let reason): reason
        case .conversation(let reason): reason
        }
    }
}
