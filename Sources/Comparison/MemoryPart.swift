// Memory that an item takes beyond its key and its value.

internal import Base
internal import Workload

enum MemoryPart {
    private static let keySize = 16

    static func result(_ plan: Plan, _ options: ComparisonOptions) -> PartResult {
        let counts = plan.memorySteps.map { "\(grouped($0.itemCount)) of \(grouped($0.valueSize)) bytes" }
        var part = PartResult(
            .memory,
            method: [
                "Resident memory of the process after storing so many items under keys of \(keySize) bytes, "
                    + "less what it was when the server had "
                    + "just started, by items, less the bytes of key and value: \(listed(counts)). Each value "
                    + "size on a fresh server, without "
                    + "expiry times. What a process takes once is in it, and counts the less the more items "
                    + "there are."
            ])
        part.measures = [
            Measure(
                id: "overhead", title: "Bytes per item beyond key and value", unit: "bytes", shape: .bars,
                better: .lower,
                placesTitle: "Value size",
                places: plan.memorySteps.map {
                    Measure.Place("values of \(grouped($0.valueSize)) bytes", Double($0.valueSize))
                },
                contenderCount: options.contenders.count)
        ]
        if options.hasRunning {
            part.notes.append("Servers that were running are left out: they hold other data.")
        }
        return part
    }

    static func steps(_ plan: Plan, _ options: ComparisonOptions) -> [Step] {
        let started = options.contenders.indices.filter { options.contenders[$0].isStarted }
        return Comparison.turns(started, repeats: plan.memoryRepeats).map { turn in
            let contender = options.contenders[turn.contender]
            let seconds = plan.memorySteps.reduce(0) { sum, step in
                sum + ComparisonRun.startSeconds(contender, keys: step.itemCount, valueSize: step.valueSize) + 0.2
            }
            return Step(part: .memory, contender: turn.contender, title: "memory", seconds: seconds) {
                run throws(StepEnd) in try measure(run, turn.contender, turn.repeat)
            }
        }
    }

    private static func measure(_ run: ComparisonRun, _ contender: Int, _ round: Int) throws(StepEnd) {
        run.log(.memory, repeat: round, contender)
        for (place, step) in run.plan.memorySteps.enumerated() {
            let server = try run.start(contender)
            defer { server.stop() }
            guard let child = server.child, let before = child.residentSize else { continue }
            var load = server.workload
            load.connectionCount = 4
            load.keyCount = step.itemCount
            load.keySize = keySize
            load.valueSizes = step.valueSize...step.valueSize
            let found = try run.fill(server, load)
            // Connections are closed, and what they held is given back.
            System.sleep(milliseconds: 100)
            guard let after = child.residentSize, found.report.preloadedKeys == step.itemCount else {
                continue
            }
            let perItem = Double(after - before) / Double(step.itemCount)
            run.record(
                perItem - Double(keySize + step.valueSize), "overhead", contender: contender, place: place)
        }
    }
}
