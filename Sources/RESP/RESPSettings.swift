// What the RESP door can be told when it is made, and again while it serves.

/// The settings of a RESP front-end. Changed while serving through `RESPFrontEnd.change(_:)`.
public struct RESPSettings: Sendable {
    /// The default user's password, as bytes; nil lets everybody in. Source: redis.conf `requirepass`.
    public var password: [UInt8]?

    /// Whether a new user may use all channels of pub/sub. Source: redis.conf `acl-pubsub-default`.
    public var newUsersHaveAllChannels = false

    /// How much of what was refused is told, at least 0. Source: redis.conf `acllog-max-len`.
    public var accessLogCountMax = 128

    /// Where users are kept, `""` for nowhere. Source: redis.conf `aclfile`.
    public var accessFile = ""

    /// The largest argument and the largest string, in bytes, at least 1 MiB. Source: redis.conf `proto-max-bulk-len`.
    public var bulkSizeMax = 512 * 1024 * 1024

    /// The largest request that may pile up unfinished, in bytes. Source: redis.conf `client-query-buffer-limit`.
    public var requestSizeMax = 1024 * 1024 * 1024

    /// A sparse HyperLogLog that would get longer becomes dense, in bytes. Source: redis.conf `hll-sparse-max-bytes`.
    public var hyperLogLogSparseSizeMax = 3000

    /// Keys remembered for clients that track what they read; 0 is no limit. Source: redis.conf
    /// `tracking-table-max-keys`.
    public var trackedKeysMax = 1_000_000

    /// What clients may leave unread. Source: redis.conf `client-output-buffer-limit`.
    public var outputLimits = OutputLimits()
    /// A script that runs for longer is told to others instead of serving them. Source: redis.conf
    /// `busy-reply-threshold`; 0 is never.
    public var scriptMilliseconds: Int64 = 5000
    /// Bytes that all clients together may hold; 0 is no limit. Source: redis.conf `maxmemory-clients`.
    public var clientMemoryMax = 0

    /// Which changes of keys are told to subscribers. Source: redis.conf `notify-keyspace-events`.
    public var keyEvents: KeyEventClasses = []

    /// What clients call commands. Not to be changed while serving. Source: redis.conf `rename-command`.
    public var commandNames = CommandNames()

    public var metering = MeteringSettings()

    public init() {}
}
