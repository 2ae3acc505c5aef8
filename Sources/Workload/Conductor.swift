// Leads all workers of a run through its stages, and looks at the clock for them.

internal import Base
internal import Histogram
internal import Synchronization
internal import Transport

/// waiting → preload → measuring → finished. The first worker's tick decides; each worker follows in its own.
final class Conductor: Sendable {
    /// After the deadline, replies are waited for so long.
    private static let drainNanosecondsMax: UInt64 = 5_000_000_000
    private static let progressNanoseconds: UInt64 = 500_000_000

    private let options: WorkloadOptions
    private let contexts: [ThreadContext]
    private let board: CounterBoard<WorkloadCounter>
    private let onProgress: @Sendable (WorkloadProgress) -> Void

    private let stage = Atomic(RunStage.waiting.rawValue)
    /// Workers that have finished the present stage.
    private let doneCount = Atomic(0)
    private let lead: Mutex<Lead>

    /// What the leading worker remembers.
    private struct Lead {
        var stageStartedAt: UInt64 = 0
        var processorAtStart: UInt64 = 0
        var processorSeconds = 0.0
        var totals = Totals()
        var totalsAtStart = Totals()
        var progressAt: UInt64 = 0
        var preloadedKeys = 0
        var preloadSeconds = 0.0
        var preloadErrors = 0
        var isInterrupted = false
    }

    private struct Totals {
        private var values = [Int](repeating: 0, count: WorkloadCounter.allCases.count)
        init() {}
        init(_ board: CounterBoard<WorkloadCounter>) {
            for counter in WorkloadCounter.allCases { values[counter.rawValue] = board.total(counter) }
        }
        subscript(_ counter: WorkloadCounter) -> Int { values[counter.rawValue] }
        func since(_ earlier: Totals) -> Totals {
            var difference = self
            for index in values.indices { difference.values[index] -= earlier.values[index] }
            return difference
        }
    }

    init(
        _ options: WorkloadOptions, _ contexts: [ThreadContext], _ board: CounterBoard<WorkloadCounter>,
        _ onProgress: @escaping @Sendable (WorkloadProgress) -> Void
    ) {
        self.options = options
        self.contexts = contexts
        self.board = board
        self.onProgress = onProgress
        lead = Mutex(Lead())
    }

    /// On each worker's thread, every few milliseconds.
    func tick(_ worker: Worker, _ workers: Workers) {
        let time = monotonicNanoseconds()
        let context = contexts[worker.index]
        let reached = RunStage(rawValue: stage.load(ordering: .acquiring)) ?? .finished
        if context.stage != reached {
            context.enter(reached, at: time)
            context.hasReported = false
        }
        context.resumePacing(at: time)
        if context.stage == .measuring { context.timeline?.closeWindows(at: time) }
        if !context.hasReported && context.isDone(at: time) {
            context.hasReported = true
            doneCount.wrappingAdd(1, ordering: .acquiringAndReleasing)
        }
        if worker.index == 0 { leadOn(reached, at: time, workers) }
    }

    private func leadOn(_ reached: RunStage, at time: UInt64, _ workers: Workers) {
        lead.withLock { lead in
            if lead.isInterrupted { return }
            if Interruption.hasCome {
                lead.isInterrupted = true
                if reached == .measuring { closeAccount(&lead) }
                return workers.stop()
            }
            if lead.stageStartedAt == 0 { lead.stageStartedAt = time }
            let isLate =
                reached == .measuring && options.durationSeconds > 0
                && time > lead.stageStartedAt + UInt64(options.durationSeconds * 1e9)
                    + Self.drainNanosecondsMax
            guard doneCount.load(ordering: .acquiring) == contexts.count || isLate else {
                showProgress(&lead, reached, at: time)
                return
            }
            // Every worker knows that the run is over before connections close, which then is no loss.
            if reached == .finished { return workers.stop() }
            let next = finish(reached, &lead, at: time)
            doneCount.store(0, ordering: .relaxed)
            stage.store(next.rawValue, ordering: .releasing)
        }
    }

    /// Closes a stage's books and says which one follows.
    private func finish(_ reached: RunStage, _ lead: inout Lead, at time: UInt64) -> RunStage {
        let totals = Totals(board)
        let isAlone = totals[.connectionsLost] == options.connectionCount
        let measures = (options.durationSeconds > 0 || options.requestCount != nil) && !isAlone
        var next = RunStage.finished
        switch reached {
        case .waiting:
            next = options.preloads && !isAlone ? .preload : measures ? .measuring : .finished
        case .preload:
            let preload = totals.since(lead.totalsAtStart)
            lead.preloadedKeys = preload[.stores]
            lead.preloadErrors = preload[.errors]
            lead.preloadSeconds = Double(time - lead.stageStartedAt) / 1e9
            if measures { next = .measuring }
        case .measuring:
            closeAccount(&lead)
        case .finished: break
        }
        if next == .measuring || next == .preload {
            lead.totalsAtStart = totals
            lead.processorAtStart = ProcessFacts.processorNanoseconds()
        }
        lead.totals = totals
        lead.stageStartedAt = time
        lead.progressAt = time
        return next
    }

    private func closeAccount(_ lead: inout Lead) {
        lead.processorSeconds = Double(ProcessFacts.processorNanoseconds() - lead.processorAtStart) / 1e9
    }

    private func showProgress(_ lead: inout Lead, _ reached: RunStage, at time: UInt64) {
        guard reached == .preload || reached == .measuring else { return }
        guard time >= lead.progressAt + Self.progressNanoseconds else { return }
        let totals = Totals(board)
        let recent = totals.since(lead.totals)
        let overall = totals.since(lead.totalsAtStart)
        let seconds = Double(time - lead.progressAt) / 1e9
        var progress = WorkloadProgress()
        progress.stage = reached == .preload ? .preload : .measuring
        progress.requestsPerSecond = Double(recent[.requests]) / seconds
        if recent[.requests] > 0 {
            progress.latencyMicroseconds =
                Double(recent[.latencyNanoseconds]) / Double(recent[.requests]) / 1000
        }
        let looked = recent[.hits] + recent[.misses]
        progress.hitRatio = looked > 0 ? Double(recent[.hits]) / Double(looked) : nil
        progress.errors = overall[.errors]
        progress.fraction = fraction(reached, overall[.requests], Double(time - lead.stageStartedAt) / 1e9)
        lead.totals = totals
        lead.progressAt = time
        onProgress(progress)
    }

    private func fraction(_ reached: RunStage, _ requests: Int, _ seconds: Double) -> Double {
        if reached == .preload { return Double(requests) / Double(options.keyCount) }
        let byTime = options.durationSeconds > 0 ? seconds / options.durationSeconds : 0
        let byCount = options.requestCount.map { Double(requests) / Double($0) } ?? 0
        return min(1, max(byTime, byCount))
    }

    // MARK: The end

    /// What the run found. After all workers have ended.
    /// - Throws: `.conversation` if the server answered nothing that could be understood.
    func report() throws(WorkloadError) -> WorkloadReport {
        let wasFinished = stage.load(ordering: .acquiring) == RunStage.finished.rawValue
        let example = contexts.lazy.compactMap(\.errorExample).first
        var report = lead.withLock { lead in fill(lead, wasFinished: wasFinished) }
        report.errorExample = example ?? contexts.lazy.compactMap(\.preloadErrorExample).first
        report.wasInterrupted = !wasFinished
        // That connections end then is our own doing.
        if !wasFinished && report.isClean { report.errorExample = nil }
        if report.requests == 0 && report.preloadedKeys == 0 && !report.wasInterrupted {
            throw .conversation(example ?? "the server answered nothing")
        }
        return report
    }

    private func fill(_ lead: borrowing Lead, wasFinished: Bool) -> WorkloadReport {
        var report = WorkloadReport()
        report.preloadedKeys = lead.preloadedKeys
        report.preloadSeconds = lead.preloadSeconds
        report.preloadErrors = lead.preloadErrors
        report.processorSeconds = lead.processorSeconds
        guard contexts.contains(where: { $0.measuredFrom > 0 }) else { return report }
        let totals = Totals(board).since(lead.totalsAtStart)
        report.requests = totals[.requests]
        report.keysRead = totals[.keysRead]
        report.hits = totals[.hits]
        report.misses = totals[.misses]
        report.stores = totals[.stores]
        report.fills = totals[.fills]
        report.errors = totals[.errors]
        report.bytesSent = totals[.bytesSent]
        report.bytesReceived = totals[.bytesReceived]
        // An interrupted run closes its connections itself, with requests under way.
        report.connectionsLost = wasFinished ? totals[.connectionsLost] : 0
        report.unanswered =
            wasFinished ? totals[.unanswered] + contexts.reduce(0) { $0 + $1.unansweredCount } : 0
        report.latency = LatencySummary(merging: contexts)
        report.timeline = contexts.first?.timeline?.windows ?? []
        let first = contexts.map(\.measuredFrom).min() ?? 0
        let last = contexts.map(\.lastReplyAt).max() ?? first
        report.seconds = Double(last &- min(first, last)) / 1e9
        return report
    }
}

extension LatencySummary {
    init(merging contexts: [ThreadContext]) {
        self.init()
        var histogram = ThreadContext.makeHistogram()
        for context in contexts { histogram.add(context.histogram) }
        guard histogram.totalCount > 0 else { return }
        mean = histogram.mean
        p50 = histogram.valueAtPercentile(50)
        p90 = histogram.valueAtPercentile(90)
        p99 = histogram.valueAtPercentile(99)
        p999 = histogram.valueAtPercentile(99.9)
        p9999 = histogram.valueAtPercentile(99.99)
        max = histogram.maxRecorded
    }
}
