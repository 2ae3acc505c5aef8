// What the RESP door can be told when it is made, and again while it serves.

/// The settings of a RESP front-end. Changed while serving through `RESPFrontEnd.change(_:)`.
public struct RESPSettings: Sendable {
    /// The password clients must give, as bytes; nil lets everybody in. Source: redis.conf `requirepass`.
    public var password: [UInt8]?

    /// The largest argument and the largest string, in bytes, at least 1 MiB. Source: redis.conf `proto-max-bulk-len`.
    public var bulkSizeMax = 512 * 1024 * 1024

    /// The largest request that may pile up unfinished, in bytes. Source: redis.conf `client-query-buffer-limit`.
    public var requestSizeMax = 1024 * 1024 * 1024

    /// A sparse HyperLogLog that would get longer becomes dense, in bytes. Source: redis.conf `hll-sparse-max-bytes`.
    public var hyperLogLogSparseSizeMax = 3000

    /// Bytes that all clients together may hold; 0 is no limit. Source: redis.conf `maxmemory-clients`.
    public var clientMemoryMax = 0

    public var metering = MeteringSettings()

    public init() {}
}
