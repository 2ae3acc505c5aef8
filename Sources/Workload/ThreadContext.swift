// What the sessions of one worker share: its keys, its encoder, its histogram. Touched by that worker alone.

internal import Base
internal import Histogram
internal import Transport

/// Where a run is. Written by the leading worker; every worker takes the step in its own tick.
enum RunStage: Int, Sendable {
    case waiting, preload, measuring, finished
}

/// One worker's share of a run.
final class ThreadContext: @unchecked Sendable {
    // Made before its worker starts, touched by that worker alone while it runs, read after it has ended.
    let options: WorkloadOptions
    let counters: Counters<WorkloadCounter>
    var keys: KeySource
    var encoder: RequestEncoder
    var random: SplitMix64
    var histogram: Histogram<UInt64>
    /// nil if none was asked for.
    var timeline: Timeline?
    var sessions: [ClientSession] = []
    /// Connections that this worker will have.
    let sessionCount: Int

    var stage = RunStage.waiting
    /// Keys this worker has yet to preload.
    var preloadNext: UInt64
    let preloadEnd: UInt64
    /// Requests this worker may still begin; Int.max if only time ends the run.
    var requestsLeft: Int
    /// Monotonic nanoseconds.
    var startedAt: UInt64 = 0
    var deadline: UInt64 = 0
    var lastReplyAt: UInt64 = 0
    /// Requests under way on all of this worker's connections.
    var outstandingCount = 0
    var openCount = 0
    /// Connections that are closed, whether they ever stood or not.
    var endedCount = 0
    var errorExample: String?
    var preloadErrorExample: String?
    /// When measuring began here, 0 if it never did.
    var measuredFrom: UInt64 = 0
    /// Requests that were given up.
    var unansweredCount = 0
    /// Whether the end of the present stage was told to the conductor.
    var hasReported = false

    /// Open loop: the session whose turn is next, and how often all had theirs.
    private var turn = 0
    private var round = 0
    private var isSpinning = false

    let writeThreshold: UInt64
    /// The longest latency that the histogram holds; longer ones count as this.
    static let latencyMax: UInt64 = 100_000_000_000

    init(_ options: WorkloadOptions, part: Int, counters: Counters<WorkloadCounter>) {
        let parts = options.threadCount
        self.options = options
        self.counters = counters
        sessionCount = (options.connectionCount - part + parts - 1) / parts
        // Mixed, not added up: SplitMix64 walks by a fixed step, and seeds that are steps apart give one
        // stream, shifted.
        var start = SplitMix64(seed: options.seed)
        var seeds = SplitMix64(seed: start.next() ^ UInt64(part))
        let keySeed = seeds.next()
        keys =
            options.trace.map { KeySource(replaying: $0, part: part, of: parts) }
            ?? KeySource(
                options.distribution, keyCount: options.keyCount, seed: keySeed, part: part, of: parts)
        encoder = RequestEncoder(options, seed: seeds.next())
        random = SplitMix64(seed: seeds.next())
        histogram = Self.makeHistogram()
        timeline = options.windowSeconds.map { Timeline(windowSeconds: $0) }
        preloadNext = UInt64(options.keyCount * part / parts)
        preloadEnd = UInt64(options.keyCount * (part + 1) / parts)
        if let count = options.requestCount {
            requestsLeft = count * (part + 1) / parts - count * part / parts
        } else {
            requestsLeft = Int.max
        }
        writeThreshold = UInt64(options.setRatio * 4_294_967_296)
    }

    static func makeHistogram() -> Histogram<UInt64> {
        Histogram(
            lowestDiscernibleValue: 1, highestTrackableValue: latencyMax,
            numberOfSignificantValueDigits: .three)
    }

    /// Takes this worker to the stage that the run has reached.
    func enter(_ next: RunStage, at time: UInt64) {
        if next == .finished { unansweredCount = outstandingCount }
        stage = next
        if next == .finished { return }
        startedAt = time
        lastReplyAt = time
        if next == .measuring {
            measuredFrom = time
            histogram.reset()
            timeline?.start(at: time)
            preloadErrorExample = errorExample
            errorExample = nil
            deadline =
                time &+ (options.durationSeconds > 0 ? UInt64(options.durationSeconds * 1e9) : UInt64.max / 2)
            for session in sessions {
                session.dueAt =
                    Double(time) + session.period * Double(session.place) / Double(options.connectionCount)
            }
        }
        for session in sessions { session.connection.wake() }
    }

    /// Whether this worker has nothing under way and nothing left to begin in its present stage.
    func isDone(at time: UInt64) -> Bool {
        // Under TLS a session is there before its handshake is done.
        if openCount + endedCount < sessionCount { return false }
        if openCount == 0 { return true }
        return switch stage {
        case .waiting: outstandingCount == 0
        case .finished: true
        case .preload: outstandingCount == 0 && preloadNext == preloadEnd
        case .measuring: outstandingCount == 0 && mayNotBegin(at: time)
        }
    }

    @inline(__always)
    func mayNotBegin(at time: UInt64) -> Bool { requestsLeft == 0 || time >= deadline }

    func note(error text: @autoclosure () -> String) {
        if errorExample == nil { errorExample = text() }
    }

    @inline(__always)
    func record(latency: UInt64, count: Int) {
        let latency = min(latency, Self.latencyMax)
        histogram.record(latency, count: UInt64(count))
        timeline?.record(latency, count: count)
    }

    // MARK: Open loop

    /// Wakes the sessions that are due. The first session wakes itself again and again, so that the worker
    /// polls instead of sleeping: a timer of a millisecond would add itself to every latency.
    func pace(from session: ClientSession, at time: UInt64) {
        guard stage == .measuring, session === sessions.first else { return }
        if mayNotBegin(at: time) {
            isSpinning = false
            return
        }
        for _ in 0..<sessions.count {
            if nextTurnAt > Double(time) { break }
            sessions[turn].connection.wake()
            turn += 1
            if turn == sessions.count {
                turn = 0
                round += 1
            }
        }
        // The tick takes over where the next request is far away.
        isSpinning = nextTurnAt - Double(time) < 3e6
        if isSpinning { session.connection.wake() }
    }

    /// From the worker's tick: begins to poll again when a request is near.
    func resumePacing(at time: UInt64) {
        guard options.ratePerSecond != nil, stage == .measuring, !isSpinning, nextTurnAt - Double(time) < 3e6
        else {
            return
        }
        sessions.first?.connection.wake()
    }

    private var nextTurnAt: Double {
        let session = sessions[turn]
        let share = Double(session.place) / Double(options.connectionCount)
        return Double(startedAt) + session.period * (Double(round) + share)
    }
}
