// Latencies over time: a run cut into windows of equal length, for what happens once in it, such as a snapshot.

internal import Histogram

/// A stretch of a run, of requests by the moment of their reply.
public struct LatencyWindow: Sendable, Equatable {
    /// Since measuring began.
    public var startSeconds: Double
    public var requests: Int
    /// Nanoseconds, to two significant digits. 0 if nothing was answered.
    public var p50: UInt64
    public var p99: UInt64
    public var p999: UInt64
    public var max: UInt64

    public init(startSeconds: Double, requests: Int, p50: UInt64, p99: UInt64, p999: UInt64, max: UInt64) {
        self.startSeconds = startSeconds
        self.requests = requests
        self.p50 = p50
        self.p99 = p99
        self.p999 = p999
        self.max = max
    }
}

/// One worker's windows. A window ends with the first tick behind its end.
struct Timeline {
    private let windowNanoseconds: UInt64
    private var histogram = Histogram<UInt64>(
        lowestDiscernibleValue: 1000, highestTrackableValue: ThreadContext.latencyMax,
        numberOfSignificantValueDigits: .two)
    private var startedAt: UInt64 = 0
    private var windowStart: UInt64 = 0
    private(set) var windows: [LatencyWindow] = []

    init(windowSeconds: Double) { windowNanoseconds = UInt64(windowSeconds * 1e9) }

    mutating func start(at time: UInt64) {
        startedAt = time
        windowStart = time
        windows = []
        histogram.reset()
    }

    @inline(__always)
    mutating func record(_ latency: UInt64, count: Int) {
        histogram.record(latency, count: UInt64(count))
    }

    mutating func closeWindows(at time: UInt64) {
        guard time >= windowStart &+ windowNanoseconds else { return }
        windows.append(
            LatencyWindow(
                startSeconds: Double(windowStart - startedAt) / 1e9, requests: Int(histogram.totalCount),
                p50: value(50), p99: value(99), p999: value(99.9),
                max: histogram.totalCount > 0 ? histogram.maxRecorded : 0))
        histogram.reset()
        windowStart = time
    }

    private func value(_ percentile: Double) -> UInt64 {
        histogram.totalCount > 0 ? histogram.valueAtPercentile(percentile) : 0
    }
}
