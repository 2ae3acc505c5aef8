// Under which conditions a comparison runs: who has which cores, what it needs, and what a reader must know of it.

internal import Base

extension ComparisonOptions {
    /// Chooses the cores that nobody has chosen: as many for the servers as they have workers and as many for the load,
    /// as far as they reach.
    mutating func chooseCores(from all: [Int]) {
        allCores = all
        func others(_ taken: [Int]) -> [Int] {
            let free = all.filter { !taken.contains($0) }
            return free.isEmpty ? all.isEmpty ? [0] : all : free
        }
        if generatorCores.isEmpty {
            generatorCores = Array(others(serverCores).suffix(max(1, min(workerCount, all.count / 2))))
        }
        if serverCores.isEmpty { serverCores = Array(others(generatorCores).prefix(workerCount)) }
    }

    /// Threads of the load generator where several make sense.
    var generatorThreadCount: Int { min(generatorCores.count, connectionCount) }

    /// What is to be known before a figure is believed.
    var warnings: [String] {
        var texts: [String] = []
        if serverCores.contains(where: generatorCores.contains) {
            let why = allCores.count == 1 ? ", as there is one only" : ""
            texts.append(
                "Servers and the load generator share a core\(why): all rates are too low, latencies too high.")
        }
        if workerCount > serverCores.count && hasStarted {
            texts.append(
                "The \(workerCount) workers of each server share \(coreText(serverCores)), as the load needs "
                    + "\(coreText(generatorCores)) of \(allCores.count): the figures show what it costs when workers "
                    + "take turns, not what they bring where each has a core of its own. For that a machine needs some "
                    + "\(2 * workerCount) cores.")
        }
        if workerCount > 1 && contenders.contains(where: { $0.program == .redis }) {
            texts.append(
                "redis-server's workers are its io-threads: they read and write, one carries out all commands. They "
                    + "spin while they wait, so it gets no more of them than it has cores.")
        }
        if let load = Machine.loadAverage, load > 0.5 {
            texts.append(
                "Other work was going on on this machine (load average \(fixed(load, 2)) at the start): figures "
                    + "are worse than they could be.")
        }
        if hasRunning { texts += warningsOfRunning }
        return texts
    }

    private var warningsOfRunning: [String] {
        var texts = [
            "Servers that were running get keys that begin with \(ComparisonRun.foreignPrefix) and live for an hour at "
                + "most; they are removed at the end. Nothing else in them is touched. So do the others, for equal "
                + "work.",
            "Servers that were running are measured where they are: the way to them, the work of their other clients "
                + "and their own settings are in their figures. Their processor time is what they tell of themselves.",
        ]
        let encrypted = contenders.filter(\.usesTLS).map(\.name)
        if !encrypted.isEmpty {
            texts.append(
                "TLS is spoken with \(listed(encrypted)): encryption is in the processor time and in the latencies, "
                    + "and slows down the load generator, too.")
        }
        if hasStarted {
            texts.append(
                "What needs a server of a given size or an empty one (memory, hit ratio, snapshots) runs on servers "
                    + "that are started for it alone.")
        }
        return texts
    }

    /// Label and value, for the report.
    func machineFacts(_ plan: Plan) -> [(String, String)] {
        let workers = workerCount == 1 ? "one worker thread each" : "\(workerCount) worker threads each"
        let threads = generatorThreadCount == 1 ? "one thread" : "\(generatorThreadCount) threads"
        var facts = Machine.facts
        if hasStarted { facts.append(("Started servers run on", "\(coreText(serverCores)), \(workers)")) }
        facts.append(
            ("The load comes from", "\(coreText(generatorCores)), \(threads)\(hasRunning ? "" : ", over loopback")"))
        facts.append(("Repeats", plan.repeatsText(parts)))
        return facts
    }

    private func coreText(_ cores: [Int]) -> String {
        (cores.count == 1 ? "core " : "the cores ") + listed(cores.map { "\($0)" })
    }

    /// Why these sizes do not fit this machine; nil if they do.
    func shortage(_ plan: Plan) -> String? {
        guard hasStarted else { return nil }
        // What no server takes more of, with all that it keeps beside.
        func size(_ count: Int, _ valueSize: Int) -> Double { Double(count) * Double(valueSize + 150) }
        var needed = 0.0
        for part in parts {
            switch part {
            case .throughput, .latency: needed = max(needed, size(plan.keyCount, valueSize))
            case .memory: needed = plan.memorySteps.map { size($0.itemCount, $0.valueSize) }.reduce(needed, max)
            case .hits:
                let sizes = plan.cacheSizes + (trace.map(HitPart.traceSizes) ?? [])
                needed = max(needed, Double(sizes.max() ?? 0) * 1.5 * 1_048_576)
            // A fork's pages are copied one by one until there are two of each.
            case .save: needed = max(needed, 2 * size(plan.saveKeyCount, valueSize))
            }
        }
        let available = Double(Machine.availableMemory)
        if needed > available * 0.8 {
            return "a server would take up to \(sizeText(needed)) of memory, \(sizeText(available)) are free: --keys "
                + "and --value-size make it less, --only leaves parts out"
        }
        let folder = Machine.scratchFolder
        guard Files.isFolder(folder) else { return "TMPDIR: there is no folder \(folder)" }
        let written = parts.contains(.save) ? size(plan.saveKeyCount, valueSize) : 1_000_000
        if let free = Files.freeSize(at: folder), Double(free) < written {
            return "\(folder) has \(sizeText(Double(free))) free, and up to \(sizeText(written)) are written: TMPDIR "
                + "names another folder, --only leaves the part save out"
        }
        return nil
    }
}
