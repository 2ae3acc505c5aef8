// Hit ratios of caches of several sizes: zipf, zipf with a scan through it, and a recorded trace.

internal import Base
internal import Workload

enum HitPart {
    private static let keySize = Plan.hitKeySize
    private static let kinds: [(id: String, title: String, distribution: KeyDistribution)] = [
        ("hits-zipf", "Hit ratio, zipf 0.99", .zipf(exponent: 0.99)),
        (
            "hits-scan", "Hit ratio, zipf 0.99 with a scan through a fifth of it",
            .scanPolluted(exponent: 0.99, scanShare: 0.2)
        ),
    ]

    /// Megabytes for a trace: a sixteenth of its keys and values to half of them.
    static func traceSizes(_ trace: Trace) -> [Int] {
        let bytes = trace.valueBytes + trace.keyCount * keySize
        var sizes: [Int] = []
        for share in [16, 8, 4, 2] {
            let megabytes = max(2, Int((Double(bytes) / Double(share) / 1_048_576).rounded()))
            if sizes.last != megabytes { sizes.append(megabytes) }
        }
        return sizes
    }

    private static func traceRequests(_ trace: Trace, _ plan: Plan) -> Int {
        min(trace.count, plan.traceRequestsMax)
    }

    static func result(_ plan: Plan, _ options: ComparisonOptions) -> PartResult {
        var part = PartResult(
            .hits,
            method: [
                "A look-aside cache: each read that misses is followed by a store, as with a database behind "
                    + "it. \(grouped(plan.hitKeyCount)) keys of "
                    + "\(keySize) bytes with values of \(Plan.hitValueSize), \(plan.hitKeyspaceMegabytes) MB in "
                    + "all; \(grouped(plan.hitRequests)) reads to warm "
                    + "up and as many that count. The cache's size is the limit that the server was given: "
                    + "memcached's -m, or maxmemory with "
                    + "allkeys-lru. Servers count differently what lies within it, so their memory at the end "
                    + "is shown, too."
            ])
        func measure(_ id: String, _ title: String, _ sizes: [Int]) -> Measure {
            var measure = Measure(
                id: id, title: title, unit: "%", shape: .lines(logX: true, logY: false), better: .higher,
                placesTitle: "Cache size in MB", places: sizes.map { Measure.Place("\($0) MB", Double($0)) },
                contenderCount: options.contenders.count)
            measure.wording = .points
            measure.spokenPlaces = [(sizes.count - 1) / 2]
            return measure
        }
        func memory(_ of: Measure) -> Measure {
            var memory = of
            memory.id += "-memory"
            memory.title = "Resident memory at the end (\(of.title))"
            memory.unit = "MB"
            memory.shape = .bars
            memory.better = .lower
            memory.spokenPlaces = []
            return memory
        }
        part.measures = kinds.map { measure($0.id, $0.title, plan.cacheSizes) }
        part.measures.append(memory(part.measures[0]))
        if let trace = options.trace {
            let count = traceRequests(trace, plan)
            part.method.append(
                "The trace \(options.traceName): \(grouped(trace.count)) requests, \(grouped(trace.storeCount)) "
                    + "of them stores, for \(grouped(trace.keyCount)) "
                    + "keys that take \(sizeText(Double(trace.valueBytes + trace.keyCount * keySize))). "
                    + "\(count < trace.count ? "The first \(grouped(count)) were" : "It was") "
                    + "replayed once in its order from an empty cache, all reads counted, as fast as answers "
                    + "came: times in it play no part."
            )
            part.measures.append(
                measure("hits-trace", "Hit ratio, trace \(options.traceName)", traceSizes(trace)))
            part.measures.append(memory(part.measures[part.measures.count - 1]))
            part.notes += traceNotes(trace)
        }
        if options.hasRunning {
            part.notes.append("Servers that were running are left out: they are not to be filled.")
        }
        return part
    }

    private static func traceNotes(_ trace: Trace) -> [String] {
        var notes: [String] = []
        if trace.badLineCount > 0 {
            let shown = trace.badLines.map { "line \($0.number): \($0.reason)" }
            let more =
                trace.badLineCount > shown.count
                ? "; and \(grouped(trace.badLineCount - shown.count)) more" : ""
            notes.append(
                "\(grouped(trace.badLineCount)) lines of the trace are no requests and were left out: "
                    + "\(shown.joined(separator: "; "))\(more)."
            )
        }
        if trace.oversizedCount > 0 {
            notes.append(
                "\(grouped(trace.oversizedCount)) requests of the trace for values above "
                    + "\(grouped(Trace.valueSizeLimit)) bytes were left out: "
                    + "memcached refuses them unless told otherwise.")
        }
        if trace.surplusCount > 0 {
            notes.append(
                "\(grouped(trace.surplusCount)) requests at the trace's end were left out: more than "
                    + "\(grouped(Trace.requestCountMax)) are not kept."
            )
        }
        return notes
    }

    static func steps(_ plan: Plan, _ options: ComparisonOptions) -> [Step] {
        let started = options.contenders.indices.filter { options.contenders[$0].isStarted }
        return Comparison.turns(started, repeats: plan.hitRepeats).flatMap { turn in
            kinds.indices.flatMap { kind in
                plan.cacheSizes.indices.map { size in
                    Step(
                        part: .hits, contender: turn.contender, title: kinds[kind].title,
                        seconds: 0.3 + Double(2 * plan.hitRequests)
                            / requestsPerSecond(options, turn.contender)
                    ) { run throws(StepEnd) in try measure(run, turn.contender, turn.repeat, kind, size) }
                }
            }
                + (options.trace.map { trace in
                    traceSizes(trace).indices.map { size in
                        Step(
                            part: .hits, contender: turn.contender, title: "trace",
                            seconds: 0.3 + Double(traceRequests(trace, plan))
                                / requestsPerSecond(options, turn.contender) * 1.5
                        ) { run throws(StepEnd) in try replay(run, trace, turn.contender, turn.repeat, size) }
                    }
                } ?? [])
        }
    }

    /// For the estimate alone: memcached 1.6.18 writes once for each of several requests.
    private static func requestsPerSecond(_ options: ComparisonOptions, _ contender: Int) -> Double {
        options.contenders[contender].program == .memcached ? 130_000 : 500_000
    }

    private static func base(_ server: Server) -> WorkloadOptions {
        var load = server.workload
        load.connectionCount = 8
        load.pipelineDepth = 16
        load.keySize = keySize
        load.setRatio = 0
        load.fillsMisses = true
        load.durationSeconds = 0
        return load
    }

    private static func measure(
        _ run: ComparisonRun, _ contender: Int, _ round: Int, _ kind: Int, _ size: Int
    ) throws(StepEnd) {
        let megabytes = run.plan.cacheSizes[size]
        let server = try run.start(contender, limit: megabytes)
        defer { server.stop() }
        if kind == 0 && size == 0 { run.log(.hits, repeat: round, contender) }
        var load = base(server)
        load.keyCount = run.plan.hitKeyCount
        load.valueSizes = Plan.hitValueSize...Plan.hitValueSize
        load.distribution = kinds[kind].distribution
        load.requestCount = run.plan.hitRequests
        let name = "\(kinds[kind].title), \(megabytes) MB"
        load.seed = UInt64(2 * round + 1)
        _ = try run.measure(server, load, name: name)
        load.seed += 1
        let found = try run.measure(server, load, name: name)
        run.record(found.report.hitRatio * 100, kinds[kind].id, contender: contender, place: size)
        recordMemory(run, server, kinds[kind].id, contender, size)
    }

    private static func replay(
        _ run: ComparisonRun, _ trace: Trace, _ contender: Int, _ round: Int, _ size: Int
    ) throws(StepEnd) {
        let megabytes = traceSizes(trace)[size]
        let server = try run.start(contender, limit: megabytes)
        defer { server.stop() }
        var load = base(server)
        // One request at a time and connection: more of them would pass each other.
        load.pipelineDepth = 4
        load.trace = trace
        load.requestCount = traceRequests(trace, run.plan)
        let found = try run.measure(server, load, name: "\(run.options.traceName), \(megabytes) MB")
        run.record(found.report.hitRatio * 100, "hits-trace", contender: contender, place: size)
        recordMemory(run, server, "hits-trace", contender, size)
    }

    private static func recordMemory(
        _ run: ComparisonRun, _ server: Server, _ id: String, _ contender: Int, _ size: Int
    ) {
        guard let bytes = server.child?.residentSize else { return }
        run.record(Double(bytes) / 1_048_576, "\(id)-memory", contender: contender, place: size)
    }
}
