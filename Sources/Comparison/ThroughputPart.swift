// Requests a second and server processor time a request, closed loop.

internal import Base
internal import Workload

enum ThroughputPart {
    private struct Kind: Sendable {
        var title: String
        var change: @Sendable (inout WorkloadOptions) -> Void
    }

    private static let kinds = [
        Kind(title: "get, pipeline 32") {
            $0.pipelineDepth = 32
            $0.setRatio = 0
        },
        Kind(title: "set, pipeline 32") {
            $0.pipelineDepth = 32
            $0.setRatio = 1
        },
        Kind(title: "90 % get, 10 % set, zipf 0.99, pipeline 32") {
            $0.pipelineDepth = 32
            $0.setRatio = 0.1
            $0.distribution = .zipf(exponent: 0.99)
        },
        Kind(title: "get, one at a time") {
            $0.pipelineDepth = 1
            $0.setRatio = 0
        },
    ]

    static func result(_ plan: Plan, _ options: ComparisonOptions) -> PartResult {
        var part = PartResult(
            .throughput,
            method: [
                "Each server is filled with \(grouped(plan.keyCount)) keys and then runs each workload for "
                    + "\(secondsText(plan.workloadSeconds)): \(options.connectionCount) connections, values of "
                    + "\(grouped(options.valueSize)) bytes, uniformly drawn "
                    + "keys where nothing else is said. With pipeline 32 a connection sends 32 requests at once "
                    + "and the next 32 when all are "
                    + "answered. Processor time is that of the whole server process, user and system, by "
                    + "requests answered; it does not "
                    + "depend on how fast the load generator is, as requests/s do."
            ])
        let places = kinds.enumerated().map { Measure.Place($1.title, Double($0)) }
        part.measures = [
            Measure(
                id: "rate", title: "Throughput", unit: "requests/s", shape: .bars, better: .higher,
                placesTitle: "Workload",
                places: places, contenderCount: options.contenders.count),
            Measure(
                id: "cpu", title: "Server processor time", unit: "µs a request", shape: .bars, better: .lower,
                placesTitle: "Workload", places: places, contenderCount: options.contenders.count),
        ]
        return part
    }

    static func steps(_ plan: Plan, _ options: ComparisonOptions) -> [Step] {
        let seconds = Double(kinds.count) * (plan.workloadSeconds + 0.06)
        return Comparison.turns(Array(options.contenders.indices), repeats: plan.repeats).map { turn in
            Step(
                part: .throughput, contender: turn.contender, title: "throughput",
                seconds: seconds + fillSeconds(plan, options, turn.contender)
            ) { run throws(StepEnd) in try measure(run, turn.contender, turn.repeat) }
        }
    }

    static func fillSeconds(_ plan: Plan, _ options: ComparisonOptions, _ contender: Int) -> Double {
        ComparisonRun.startSeconds(options.contenders[contender], keys: plan.keyCount, valueSize: options.valueSize)
    }

    private static func measure(_ run: ComparisonRun, _ contender: Int, _ round: Int) throws(StepEnd) {
        let server = try run.start(contender)
        defer { server.stop() }
        run.log(.throughput, repeat: round, contender)
        _ = try run.fill(server, run.workload(server))
        for (place, kind) in kinds.enumerated() {
            var load = run.workload(server)
            kind.change(&load)
            load.threadCount = run.options.generatorThreadCount
            load.durationSeconds = run.plan.workloadSeconds
            load.seed = UInt64(round + 1)
            let found = try run.measure(server, load, name: kind.title)
            run.record(found.report.requestsPerSecond, "rate", contender: contender, place: place)
            if let cost = found.microsecondsPerRequest {
                run.record(cost, "cpu", contender: contender, place: place)
            } else {
                run.note(
                    "\(server.contender.name) does not tell what processor time it has used.", in: .throughput
                )
            }
        }
    }
}
