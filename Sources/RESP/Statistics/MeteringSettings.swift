// What is noted about commands that were served, as redis.conf says it.

/// How commands are measured. Changed while serving through `RESPFrontEnd.change(_:)`.
public struct MeteringSettings: Sendable, Equatable {
    /// A command that takes so many microseconds is kept in the slow log; 0 keeps all, -1 none.
    /// Source: redis.conf `slowlog-log-slower-than`.
    public var slowLogMicroseconds = 10_000

    /// Commands that the slow log keeps, 0 or more. Source: redis.conf `slowlog-max-len`.
    public var slowLogCountMax = 128

    /// A command that takes so many milliseconds is a latency event; 0 is none.
    /// Source: redis.conf `latency-monitor-threshold`.
    public var latencyMilliseconds = 0

    /// Whether each command has a histogram of its times. Source: redis.conf `latency-tracking`.
    public var tracksLatency = true

    /// What INFO tells of the histograms, each 0 ... 100. Source: redis.conf `latency-tracking-info-percentiles`.
    public var latencyPercentiles = [50, 99, 99.9]

    public init() {}
}
