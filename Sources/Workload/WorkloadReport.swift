// What a run found, as numbers.

/// Latencies in nanoseconds, to three significant digits.
public struct LatencySummary: Sendable, Equatable {
    public var mean = 0.0
    public var p50: UInt64 = 0
    public var p90: UInt64 = 0
    public var p99: UInt64 = 0
    public var p999: UInt64 = 0
    public var p9999: UInt64 = 0
    public var max: UInt64 = 0

    public init() {}
}

/// The result of one run.
public struct WorkloadReport: Sendable, Equatable {
    /// Seconds from the first request to the last reply.
    public var seconds = 0.0
    /// Requests answered, errors among them.
    public var requests = 0
    public var keysRead = 0
    public var hits = 0
    public var misses = 0
    /// Successful stores, `fills` among them.
    public var stores = 0
    public var fills = 0
    public var errors = 0
    public var unanswered = 0
    public var connectionsLost = 0
    public var bytesSent = 0
    public var bytesReceived = 0
    public var latency = LatencySummary()
    /// One after the other; empty if none was asked for.
    public var timeline: [LatencyWindow] = []
    /// The generator's own processor time in the measured part, in seconds.
    public var processorSeconds = 0.0
    /// Keys stored by the preload, and its seconds; 0 without one.
    public var preloadedKeys = 0
    public var preloadSeconds = 0.0
    public var preloadErrors = 0
    /// The first error that a server answered, or why a connection ended.
    public var errorExample: String?
    /// Whether a signal ended the run early.
    public var wasInterrupted = false

    public init() {}

    public var requestsPerSecond: Double { seconds > 0 ? Double(requests) / seconds : 0 }

    /// Hits among keys read, 0...1; 0 if none was read.
    public var hitRatio: Double { hits + misses > 0 ? Double(hits) / Double(hits + misses) : 0 }

    /// Whether every request was answered as it should be.
    public var isClean: Bool { errors == 0 && preloadErrors == 0 && unanswered == 0 && connectionsLost == 0 }
}

/// Where a run is, for the progress line.
public struct WorkloadProgress: Sendable, Equatable {
    public enum Stage: Sendable { case preload, measuring }

    public var stage = Stage.preload
    /// 0...1 of the stage.
    public var fraction = 0.0
    /// Since the last report.
    public var requestsPerSecond = 0.0
    /// Microseconds, mean since the last report.
    public var latencyMicroseconds = 0.0
    /// Since the last report; nil if no key was read.
    public var hitRatio: Double?
    /// Since the beginning.
    public var errors = 0

    public init() {}
}
