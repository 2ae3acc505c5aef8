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
                    + "\(figure(plan.rateSeconds)) seconds for each "
                    + "rate: 90 % get and 10 % set of \(grouped(plan.keyCount)) keys, zipf 0.99, values of "
                    + "\(grouped(options.valueSize)) bytes. A "
                    + "request's latency counts from the moment at which it was due, also if it had to wait for "
                    + "its connection, so that a "
                    + "server that stalls cannot hide it. Rates are shares of what the fastest of all answers "
                    + "one request at a time.",
                "A curve ends where the server no longer keeps up (less than \(figure(keptShare * 100)) % "
                    + "answered in time): beyond that "
                    + "latency is the length of a queue that grows as long as one measures.",
            ])
        part.measures = percentiles.map { percentile in
            Measure(
                id: percentile.id, title: percentile.title, unit: "µs",
                shape: .lines(logX: false, logY: true), better: .lower,
                placesTitle: "requests/s asked for", places: [], contenderCount: options.contenders.count)
        }
        return part
    }

    static func steps(_ plan: Plan, _ options: ComparisonOptions) -> [Step] {
        let all = Array(options.contenders.indices)
        let start = ComparisonRun.startSeconds(keys: plan.keyCount, valueSize: options.valueSize)
        let seconds = start + Double(plan.rateShares.count) * (plan.rateSeconds + 0.06)
        return calibration(of: all, plan, options, part: .latency)
            + Comparison.turns(all, repeats: plan.rateRepeats).map { turn in
                Step(part: .latency, contender: turn.contender, title: "latency", seconds: seconds) {
                    run throws(StepEnd) in try measure(run, turn.contender, turn.repeat)
                }
            }
    }

    /// Finds what each answers one request at a time, for choosing rates.
    static func calibration(
        of contenders: [Int], _ plan: Plan, _ options: ComparisonOptions, part: ComparisonPart
    ) -> [Step] {
        let start = ComparisonRun.startSeconds(keys: plan.keyCount, valueSize: options.valueSize)
        return contenders.map { contender in
            Step(
                part: part, contender: contender, title: "which rates to ask for",
                seconds: start + calibrationSeconds
            ) {
                run throws(StepEnd) in
                let server = try run.start(contender)
                defer { server.stop() }
                var load = mix(run.workload(server))
                _ = try run.fill(server, load)
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
                // The summary speaks of a middle load, and of p99 alone.
                measure.spokenPlaces = percentile.id == "p99" ? [rates.count / 2] : []
            }
        }
        let server = try run.start(contender)
        defer { server.stop() }
        run.log(.latency, repeat: round, contender)
        var load = mix(run.workload(server))
        _ = try run.fill(server, load)
        load.durationSeconds = run.plan.rateSeconds
        load.seed = UInt64(round + 1)
        for (place, rate) in rates.enumerated() {
            load.ratePerSecond = rate
            let found = try run.measure(server, load, name: "\(grouped(Int(rate))) requests/s")
            let report = found.report
            let due = rate * run.plan.rateSeconds
            if Double(report.requests) + rate * forgivenSeconds < due * keptShare {
                if place == 0 {
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
    }

    /// To two digits.
    static func rounded(_ rate: Double) -> Double {
        var unit = 1.0
        while rate / unit >= 100 { unit *= 10 }
        return max(1, (rate / unit).rounded() * unit)
    }
}
