// Latency percentiles over load: rates on a fixed schedule, up to what a server keeps.

internal import Base
internal import Workload

enum LatencyPart {
    /// A rate counts as kept if so much of it was answered.
    private static let keptShare = 0.97
    /// A stall so short at the end of a short run is none that lasts.
    private static let forgivenSeconds = 0.02
    private static let calibrationSeconds = 0.3
    private static let percentiles:
        [(id: String, title: String, value: @Sendable (LatencySummary) -> UInt64)] = [
            ("p50", "Median latency (p50)", { $0.p50 }), ("p99", "99th percentile (p99)", { $0.p99 }),
            ("p999", "99.9th percentile (p99.9)", { $0.p999 }),
        ]

    static func result(_ plan: Plan, _ options: ComparisonOptions) -> PartResult {
        var part = PartResult(
            .latency,
            method: [
                "Requests leave on a fixed schedule over \(options.connectionCount) connections, "
                    + "\(secondsText(plan.rateSeconds)) for each "
                    + "rate: 90 % get and 10 % set of \(grouped(plan.keyCount)) keys, zipf 0.99, values of "
                    + "\(grouped(options.valueSize)) bytes. A "
                    + "request's latency counts from the moment at which it was due, also if it had to wait for "
                    + "its connection, so that a "
                    + "server that stalls cannot hide it. Rates are shares of what the fastest of all answers "
                    + "one request at a time.",
                "A curve ends where the server no longer keeps up (less than \(figure(keptShare * 100)) % "
                    + "answered in time, in half of the repeats or more): beyond that "
                    + "latency is the length of a queue that grows as long as one measures.",
            ])
        part.measures = percentiles.map { percentile in
            Measure(
                id: percentile.id, title: percentile.title, unit: "µs",
                shape: .lines(logX: false, logY: true), better: .lower,
                placesTitle: "requests/s asked for", places: [], contenderCount: options.contenders.count)
        }
        var kept = Measure(
            id: "kept", title: "Highest rate that is kept", unit: "requests/s", shape: .bars, better: .higher,
            placesTitle: "Workload", places: [.init("90 % get, 10 % set, zipf 0.99, on a schedule", 0)],
            contenderCount: options.contenders.count)
        kept.note = "the step from one rate to the next is as far as it can be told"
        part.measures.append(kept)
        return part
    }

    static func steps(_ plan: Plan, _ options: ComparisonOptions) -> [Step] {
        let all = Array(options.contenders.indices)
        let seconds = Double(plan.rateShares.count) * (plan.rateSeconds + 0.06)
        return calibration(of: all, plan, options, part: .latency)
            + Comparison.turns(all, repeats: plan.rateRepeats).map { turn in
                Step(
                    part: .latency, contender: turn.contender, title: "latency",
                    seconds: seconds + ThroughputPart.fillSeconds(plan, options, turn.contender)
                ) { run throws(StepEnd) in try measure(run, turn.contender, turn.repeat) }
            }
    }

    /// Finds what each answers one request at a time, for choosing rates.
    static func calibration(
        of contenders: [Int], _ plan: Plan, _ options: ComparisonOptions, part: ComparisonPart
    ) -> [Step] {
        contenders.map { contender in
            Step(
                part: part, contender: contender, title: "which rates to ask for",
                seconds: ThroughputPart.fillSeconds(plan, options, contender) + calibrationSeconds
            ) {
                run throws(StepEnd) in
                let server = try run.start(contender)
                defer { server.stop() }
                var load = mix(run.workload(server))
                _ = try run.fill(server, load)
                load.threadCount = run.options.generatorThreadCount
                load.durationSeconds = calibrationSeconds
                let found = try run.measure(server, load, name: "which rates to ask for")
                run.capacity[contender] = found.report.requestsPerSecond
            }
        }
    }

    private static func mix(_ load: WorkloadOptions) -> WorkloadOptions {
        var load = load
        load.pipelineDepth = 1
        load.setRatio = 0.1
        load.distribution = .zipf(exponent: 0.99)
        return load
    }

    private static func measure(_ run: ComparisonRun, _ contender: Int, _ round: Int) throws(StepEnd) {
        guard let fastest = run.capacity.values.max() else { return }
        let rates = run.plan.rateShares.map { rounded($0 * fastest) }
        for percentile in percentiles {
            run.change(percentile.id) { measure in
                guard measure.places.isEmpty else { return }
                measure.places = rates.map { Measure.Place("\(grouped(Int($0))) requests/s", $0) }
                measure.samples = measure.samples.map { _ in rates.map { _ in Samples() } }
            }
        }
        let server = try run.start(contender)
        defer { server.stop() }
        run.log(.latency, repeat: round, contender)
        var load = mix(run.workload(server))
        _ = try run.fill(server, load)
        load.threadCount = run.options.generatorThreadCount
        load.durationSeconds = run.plan.rateSeconds
        load.seed = UInt64(round + 1)
        for (place, rate) in rates.enumerated() {
            load.ratePerSecond = rate
            let found = try run.measure(server, load, name: "\(grouped(Int(rate))) requests/s")
            let report = found.report
            let due = rate * run.plan.rateSeconds
            if Double(report.requests) + rate * forgivenSeconds < due * keptShare {
                if place > 0 {
                    run.record(rates[place - 1], "kept", contender: contender, place: 0)
                } else {
                    run.note(
                        "\(server.contender.name) did not keep the lowest rate in a repeat.", in: .latency)
                }
                return
            }
            for percentile in percentiles {
                let microseconds = Double(percentile.value(report.latency)) / 1000
                run.record(microseconds, percentile.id, contender: contender, place: place)
            }
        }
        if let last = rates.last { run.record(last, "kept", contender: contender, place: 0) }
    }

    /// Ends each curve where it has to end, which is known when all repeats are over.
    static func close(_ run: ComparisonRun) {
        for contender in run.names.indices {
            var rates: [String] = []
            for percentile in percentiles {
                run.change(percentile.id) { measure in
                    let kept = keptCount(measure.samples[contender])
                    rates = measure.places.indices.filter { $0 >= kept && !measure.samples[contender][$0].isEmpty }
                        .map { measure.places[$0].label }
                    for place in kept..<measure.places.count { measure.samples[contender][place] = Samples() }
                }
            }
            if !rates.isEmpty {
                run.note("\(run.names[contender]) kept \(listed(rates)) in too few repeats to count.", in: .latency)
            }
        }
        // The summary speaks of p99 alone, at the highest load that all keep who keep any.
        for percentile in percentiles {
            run.change(percentile.id) { measure in
                let keepers = measure.samples.filter { !($0.first?.isEmpty ?? true) }
                let last = measure.places.indices.last { place in keepers.allSatisfy { !$0[place].isEmpty } }
                measure.spokenPlaces = percentile.id == "p99" ? last.map { [$0] } ?? [] : []
            }
        }
    }

    /// How many rates, from the lowest on, were kept in more than half of the repeats.
    static func keptCount(_ samples: [Samples]) -> Int {
        let repeats = samples.first?.values.count ?? 0
        return samples.prefix { $0.values.count * 2 > repeats }.count
    }

    /// To two digits.
    static func rounded(_ rate: Double) -> Double {
        var unit = 1.0
        while rate / unit >= 100 { unit *= 10 }
        return max(1, (rate / unit).rounded() * unit)
    }
}
