// What clients notice and what memory does while a snapshot is saved under a load of writes.

internal import Base
internal import Workload

enum SavePart {
    private static let windowSeconds = 0.1
    private static let writeShare = 0.5
    /// Of what the slower one answers one request at a time.
    private static let rateShare = 0.4
    /// The save begins when so much of the run is over.
    private static let startShare = 0.3
    private static let memoryMilliseconds = 50
    private static let saveSecondsMax = 60.0

    /// Servers that save: started ones that speak RESP. A Duet's text door is the same process as its other one.
    private static func savers(_ options: ComparisonOptions) -> [Int] {
        options.contenders.indices.filter {
            options.contenders[$0].isStarted && options.contenders[$0].wireProtocol == .resp
        }
    }

    private static func cores(_ options: ComparisonOptions) -> [Int] {
        let all = options.allCores
        let others = all.filter { !options.generatorCores.contains($0) }
        return others.count > 1 ? others : all
    }

    static func result(_ plan: Plan, _ options: ComparisonOptions) -> PartResult {
        let cores = cores(options).map { "\($0)" }
        let place = cores.count > 1 ? "the cores \(listed(cores))" : "core \(listed(cores))"
        var part = PartResult(
            .save,
            method: [
                "\(grouped(plan.saveKeyCount)) keys with values of \(grouped(options.valueSize)) bytes; a load "
                    + "of half get and half set of uniformly drawn "
                    + "keys on a fixed schedule, at \(figure(rateShare * 100)) % of what the slower server "
                    + "answers one request at a time\(options.generatorThreadCount > 1 ? " to each thread" : ""); "
                    + "BGSAVE after "
                    + "\(figure(plan.saveSeconds * startShare)) of \(figure(plan.saveSeconds)) seconds. "
                    + "Latencies and memory are of two runs, since to look at "
                    + "memory holds a server up. Memory is what the process and the child that it may have "
                    + "forked have for themselves, "
                    + "pages that they share counted once. Servers may use "
                    + "\(place) here, since a save has a thread or a process of its own."
            ])
        func measure(_ id: String, _ title: String, _ unit: String, _ places: [String]) -> Measure {
            Measure(
                id: id, title: title, unit: unit, shape: .bars, better: .lower, placesTitle: "Time",
                places: places.enumerated().map { Measure.Place($1, Double($0)) },
                contenderCount: options.contenders.count)
        }
        part.measures = [
            measure(
                "save-latency", "Highest p99.9 of a tenth of a second", "µs",
                ["before the save", "during the save"]),
            measure(
                "save-growth", "Growth of memory during the save, as a share of keys and values", "%",
                ["during the save"]),
            measure("save-seconds", "Seconds that the save takes under this load", "s", ["the save"]),
        ]
        part.measures[1].wording = .points
        for contender in options.contenders.indices where !savers(options).contains(contender) {
            let reason: String
            switch options.contenders[contender].program {
            case .memcached: reason = "it has no snapshots."
            case .duetText: reason = "it is the same process as a Duet's RESP door."
            case .redis, .duetRESP, nil: reason = "a server that is running is not told to save."
            }
            part.notes.append("\(options.contenders[contender].name) is left out: \(reason)")
        }
        return part
    }

    static func steps(_ plan: Plan, _ options: ComparisonOptions) -> [Step] {
        let savers = savers(options)
        let calibration =
            options.parts.contains(.latency)
            ? [] : LatencyPart.calibration(of: savers, plan, options, part: .save)
        return calibration
            + Comparison.turns(savers, repeats: plan.saveRepeats).map { turn in
                let start = ComparisonRun.startSeconds(
                    options.contenders[turn.contender], keys: plan.saveKeyCount, valueSize: options.valueSize)
                return Step(
                    part: .save, contender: turn.contender, title: "saving",
                    seconds: 2 * (start + plan.saveSeconds + 0.2)
                ) { run throws(StepEnd) in
                    run.log(.save, repeat: turn.repeat, turn.contender)
                    var timeline = SaveTimeline(contender: turn.contender)
                    try measureLatencies(run, turn.contender, turn.repeat, &timeline)
                    try measureMemory(run, turn.contender, turn.repeat, &timeline)
                    // One run of each is drawn, the tables have all.
                    if turn.repeat == 0 { run.changePart(.save) { $0.timelines.append(timeline) } }
                }
            }
    }

    private static func measureLatencies(
        _ run: ComparisonRun, _ contender: Int, _ round: Int, _ timeline: inout SaveTimeline
    ) throws(StepEnd) {
        let found = try runOnce(run, contender, round, watchesMemory: false)
        timeline.latencySave = found.save
        timeline.latencies = found.windows.filter { $0.requests > 0 }.map {
            SaveTimeline.Point($0.startSeconds + windowSeconds / 2, Double($0.p999) / 1000)
        }
        let before = timeline.latencies.filter { $0.seconds + windowSeconds / 2 < found.save.lowerBound }
        let during = timeline.latencies.filter {
            $0.seconds + windowSeconds / 2 >= found.save.lowerBound
                && $0.seconds - windowSeconds / 2 <= found.save.upperBound
        }
        // The first window holds the first touch of everything.
        if let value = before.dropFirst().map(\.value).max() {
            run.record(value, "save-latency", contender: contender, place: 0)
        }
        if let value = during.map(\.value).max() {
            run.record(value, "save-latency", contender: contender, place: 1)
        }
        run.record(
            found.save.upperBound - found.save.lowerBound, "save-seconds", contender: contender, place: 0)
    }

    private static func measureMemory(
        _ run: ComparisonRun, _ contender: Int, _ round: Int, _ timeline: inout SaveTimeline
    ) throws(StepEnd) {
        let found = try runOnce(run, contender, round, watchesMemory: true)
        timeline.memorySave = found.save
        timeline.memory = found.memory
        let base = found.memory.last { $0.seconds < found.save.lowerBound }?.value ?? 0
        let peak = found.memory.filter { found.save.contains($0.seconds) }.map(\.value).max()
        let data = Double(run.plan.saveKeyCount * (run.keySize + run.options.valueSize))
        if let peak, base > 0 {
            run.record((peak - base) / data * 100, "save-growth", contender: contender, place: 0)
        }
    }

    // MARK: One run

    private struct Found: Sendable {
        var windows: [LatencyWindow] = []
        var memory: [SaveTimeline.Point] = []
        /// Seconds since the load began.
        var save = 0.0...0.0
        var fault: ComparisonFault?
    }

    private static func runOnce(
        _ run: ComparisonRun, _ contender: Int, _ round: Int, watchesMemory: Bool
    ) throws(StepEnd) -> Found {
        guard let slowest = savers(run.options).compactMap({ run.capacity[$0] }).min() else {
            throw .failed(ComparisonFault("\(run.names[contender]): no rate was found"))
        }
        let server = try run.start(contender, cores: cores(run.options))
        defer { server.stop() }
        var load = run.workload(server)
        load.keyCount = run.plan.saveKeyCount
        load.setRatio = writeShare
        load.durationSeconds = run.plan.saveSeconds
        // One thread sends here, since several could not draw one timeline.
        load.ratePerSecond = LatencyPart.rounded(slowest * rateShare / Double(run.options.generatorThreadCount))
        load.windowSeconds = windowSeconds
        load.seed = UInt64(round + 1)
        _ = try run.fill(server, load)

        let probe: Probe
        do throws(ComparisonFault) { probe = try server.probe() } catch { throw .failed(error) }
        let watch = SaveWatch(probe, child: watchesMemory ? server.child : nil)
        let thread: Thread
        do throws(SystemError) {
            thread = try Thread(name: "save") { [delay = run.plan.saveSeconds * startShare] in
                watch.run(
                    startSeconds: delay, secondsMax: saveSecondsMax, memoryMilliseconds: memoryMilliseconds)
            }
        } catch {
            throw .failed(ComparisonFault("\(error)"))
        }
        defer {
            watch.end()
            thread.join()
        }
        let measured = try run.measure(
            server, load, name: watchesMemory ? "memory while saving" : "latencies while saving")
        let seen = watch.waitForSave()
        if let fault = seen.fault { throw .failed(fault) }
        guard let save = seen.save else {
            throw .failed(ComparisonFault("\(run.names[contender]): the save did not end"))
        }
        return Found(windows: measured.report.timeline, memory: seen.memory, save: save)
    }
}

/// Has a server save in the middle of a load, and looks at its memory meanwhile; on a thread of its own.
private final class SaveWatch: Sendable {
    struct Seen: Sendable {
        var memory: [SaveTimeline.Point] = []
        var save: ClosedRange<Double>?
        var fault: ComparisonFault?
        var isOver = false
        var isToEnd = false
    }

    private let seen = Monitor(Seen())
    private let probe: Probe
    /// nil if memory is not looked at.
    private let child: ChildProcess?

    init(_ probe: Probe, child: ChildProcess?) {
        self.probe = probe
        self.child = child
    }

    func end() { seen.change { $0.isToEnd = true } }

    /// Waits for the end of the save.
    func waitForSave() -> Seen {
        seen.wait { $0.save != nil || $0.isOver ? $0 : nil }
    }

    /// Looks until `end` is called, or for `secondsMax`.
    func run(startSeconds: Double, secondsMax: Double, memoryMilliseconds: Int) {
        let startedAt = monotonicNanoseconds()
        var saveStart: Double?
        var isSaved = false
        do throws(ComparisonFault) {
            while !seen.look({ $0.isToEnd }) {
                let time = Double(monotonicNanoseconds() - startedAt) / 1e9
                if time > secondsMax { break }
                if let child {
                    let point = SaveTimeline.Point(time, Double(child.privateSizeOfFamily))
                    seen.change { $0.memory.append(point) }
                }
                if saveStart == nil && time >= startSeconds {
                    try probe.beginSave()
                    saveStart = time
                } else if let start = saveStart, !isSaved, try probe.hasSaved() {
                    isSaved = true
                    seen.change { $0.save = start...max(time, start) }
                }
                System.sleep(milliseconds: child != nil || saveStart == nil ? memoryMilliseconds : 10)
            }
        } catch {
            seen.change { $0.fault = error }
        }
        seen.change { $0.isOver = true }
    }
}
