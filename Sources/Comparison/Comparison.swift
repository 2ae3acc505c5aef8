// A comparison from its options to its result: who is there, which steps, in which order, and what ends them early.

internal import Base
internal import Workload

/// Why a step did not come to its end.
enum StepEnd: Error {
    /// The contender's fault; the others go on.
    case failed(ComparisonFault)
    case interrupted
    case outOfTime
}

/// A piece of work on one contender, short enough that turns are short.
struct Step {
    var part: ComparisonPart
    var contender: Int
    var title: String
    /// What it is expected to take.
    var seconds: Double
    var body: (ComparisonRun) throws(StepEnd) -> Void
}

/// Runs the same workloads against several servers, in turn. Children are ended however it ends.
public final class Comparison {
    private let options: ComparisonOptions
    private let plan: Plan
    private let steps: [Step]

    /// What it will take; printed before anything starts.
    public let estimatedSeconds: Double
    /// When it ends at the latest, whatever servers do.
    public let boundSeconds: Double

    /// Checks options and whether running servers are there and speak what their URLs say. Starts nothing.
    public init(_ options: ComparisonOptions) throws(ComparisonFault) {
        var options = options
        options.contenders = Contender.numbered(options.contenders)
        if let problem = options.problem() { throw ComparisonFault(problem) }
        options.chooseCores(from: Cores.ofThisThread)
        for contender in options.contenders where !contender.isStarted {
            _ = try Server(contender, ServerSetup(tls: options.tls)).probe().version()
        }
        self.options = options
        let checked = options
        plan = Plan.make(options) { Self.seconds(Self.steps($0, checked)) }
        if let shortage = options.shortage(plan) { throw ComparisonFault(shortage) }
        steps = Self.steps(plan, options)
        estimatedSeconds = Self.seconds(steps)
        boundSeconds = options.timeSeconds ?? estimatedSeconds * 2 + 30
    }

    /// What is to be known before a figure is believed, a sentence or two each.
    public var warnings: [String] { options.warnings }

    /// What the steps from `index` on would have measured.
    private func missing(from index: Int) -> String {
        var (whole, cut): ([String], [String]) = ([], [])
        for part in ComparisonPart.allCases {
            let planned = steps.count { $0.part == part }
            let done = steps[..<index].count { $0.part == part }
            if done == planned { continue }
            if done == 0 && steps[index].part != part {
                whole.append(part.title)
            } else {
                cut.append("\(part.title) (\(done) of \(planned) turns)")
            }
        }
        let texts = [("Broken off: ", cut), ("Not begun: ", whole)].filter { !$0.1.isEmpty }
        return texts.map { $0.0 + listed($0.1) + "." }.joined(separator: " ")
    }

    /// As in `about 6 minutes, 12:30 at most`.
    public var estimatedText: String {
        let text = "\(roughTime(estimatedSeconds)), \(clockText(boundSeconds)) at most"
        return estimatedSeconds <= boundSeconds ? text : text + "; what comes last will be missing"
    }

    private static func seconds(_ steps: [Step]) -> Double { steps.reduce(0) { $0 + $1.seconds } }

    private static func steps(_ plan: Plan, _ options: ComparisonOptions) -> [Step] {
        ComparisonPart.allCases.filter(options.parts.contains).flatMap { part in
            switch part {
            case .throughput: ThroughputPart.steps(plan, options)
            case .latency: LatencyPart.steps(plan, options)
            case .memory: MemoryPart.steps(plan, options)
            case .hits: HitPart.steps(plan, options)
            case .save: SavePart.steps(plan, options)
            }
        }
    }

    /// Turns of `contenders`: each repeat begins with another one, so that a slow minute of the machine
    /// meets all alike.
    static func turns(_ contenders: [Int], repeats: Int) -> [(repeat: Int, contender: Int)] {
        (0..<repeats).flatMap { round in
            contenders.indices.map { (round, contenders[($0 + round) % contenders.count]) }
        }
    }

    /// Does it all; blocks. SIGINT and SIGTERM end it with what was found until then, and so does its time.
    /// - Parameter onProgress: called a few times a second, on several threads, one at a time.
    public func run(onProgress: @escaping @Sendable (ComparisonProgress) -> Void) -> ComparisonResult {
        let meter = ProgressMeter(totalSeconds: estimatedSeconds, show: onProgress)
        let run = ComparisonRun(options, plan, meter, boundSeconds: boundSeconds)
        let watchdog = Watchdog(seconds: boundSeconds)
        let coresBefore = Cores.ofThisThread
        // Looked at first: what a comparison adds to the load average is no other work.
        run.prepare()
        do throws(SystemError) { try Cores.keepThisThread(on: options.generatorCores) } catch {
            run.note("The load generator could not be kept on its cores: \(error.reason).")
        }
        Interruption.watch()
        var failed: Set<String> = []
        walk: for (index, step) in steps.enumerated() {
            // Who failed in a part is not tried again in it.
            let place = "\(step.part) \(step.contender)"
            if failed.contains(place) { continue }
            meter.begin("\(run.names[step.contender]): \(step.title)", seconds: step.seconds)
            do throws(StepEnd) {
                try run.checkTime()
                try step.body(run)
            } catch {
                switch error {
                case .failed(let fault):
                    failed.insert(place)
                    run.note("\(fault). It is left out of the rest of this part.", in: step.part)
                case .interrupted, .outOfTime:
                    run.result.ending = run.isLate ? .outOfTime : .interrupted
                    run.result.missing = missing(from: index)
                    break walk
                }
            }
            meter.finish()
        }
        watchdog.stop()
        LatencyPart.close(run)
        run.tidyUp()
        Interruption.unwatch()
        if !coresBefore.isEmpty { _ = try? Cores.keepThisThread(on: coresBefore) }
        return run.result
    }
}

/// Ends a measurement that does not end by itself, as with a server that is silent, by the signal that ends
/// it in order.
private final class Watchdog: Sendable {
    private let isOver = Monitor(false)

    init(seconds: Double) {
        let isOver = self.isOver
        // Without it a silent server waits for Ctrl-C.
        try? Thread.start(name: "watchdog") {
            let came = isOver.wait(milliseconds: Int(seconds * 1000) + 3000) { $0 ? true : nil }
            if came == nil { Interruption.raise() }
        }
    }

    func stop() { isOver.change { $0 = true } }
}
