// How long, how often and how much: everything that decides what a comparison costs, known before it begins.

internal import Base
public import Workload

/// What is asked for.
public struct ComparisonOptions: Sendable {
    public var contenders: [Contender] = []
    public var parts = Set(ComparisonPart.allCases)
    public var isQuick = false
    /// A bound for all of it.
    public var timeSeconds: Double?
    /// nil: as the plan has it.
    public var repeats: Int?
    public var keyCount: Int?
    public var valueSize = 100
    public var connectionCount = 32
    public var trace: Trace?
    public var traceName = ""
    /// Threads that serve requests, of each server that is started.
    public var workerCount = 1
    /// Where servers run; empty: the first cores there are.
    public var serverCores: [Int] = []
    /// Where the load comes from, a thread for each; empty: the last cores there are.
    public var generatorCores: [Int] = []
    /// For servers that run behind TLS.
    public var tls = ClientTLS()
    /// All that there are, before anything is kept on one of them.
    var allCores: [Int] = []
    /// For the report.
    public var commandLine = ""
    public var toolVersion = ""

    public init() {}

    /// Where a running server is asked, it gets so few keys that nothing of its own has to go.
    static let keyCountOfRunning = 10_000
    static let bytesOfRunningMax = 64_000_000
    /// What is stored unless somebody says how many keys.
    static let bytesMax = 1_000_000_000
    static let workerCountMax = 128
    static let repeatsMax = 99

    /// What cannot work, in words for a person; nil if all is well.
    public func problem() -> String? {
        if contenders.isEmpty {
            return "there is nothing to compare: no memcached, no redis-server, no duet was found"
        }
        if parts.isEmpty { return "no part is left to run" }
        if let timeSeconds, !(timeSeconds >= 5 && timeSeconds <= 86_400) {
            return "--time must be 5 seconds to 24 hours"
        }
        if let repeats, repeats < 1 || repeats > Self.repeatsMax {
            return "--repeats must be 1...\(Self.repeatsMax)"
        }
        if let keyCount, keyCount < 1000 || keyCount > 100_000_000 {
            return "--keys must be 1000...100000000"
        }
        if valueSize < 0 || valueSize > 1_000_000 { return "--value-size must be 0...1000000" }
        if connectionCount < 1 || connectionCount > 10_000 { return "--connections must be 1...10000" }
        if workerCount < 1 || workerCount > Self.workerCountMax {
            return "--workers must be 1...\(Self.workerCountMax)"
        }
        if workerCount > 1 && !contenders.isEmpty && !hasStarted {
            return "--workers is for servers that are started, and all of these run already"
        }
        if tls != ClientTLS() && !contenders.contains(where: \.usesTLS) {
            return "--cacert, --cert and --key are for rediss:// and memcacheds://"
        }
        let cores = Cores.ofThisThread
        for core in serverCores + generatorCores where !cores.contains(core) {
            return
                "core \(core) is not one of those that this process may use: "
                + "\(cores.map { "\($0)" }.joined(separator: ", "))"
        }
        if !traceName.isEmpty && !parts.contains(.hits) {
            return "--trace is for the part 'hits', which is left out"
        }
        if trace?.count == 0 { return "\(traceName) holds no request" }
        return nil
    }

    var hasRunning: Bool { contenders.contains { !$0.isStarted } }

    var hasStarted: Bool { contenders.contains(where: \.isStarted) }

    var plannedKeyCount: Int {
        if let keyCount { return keyCount }
        let most = (hasRunning ? Self.bytesOfRunningMax : Self.bytesMax) / (valueSize + 150)
        return min(hasRunning ? Self.keyCountOfRunning : isQuick ? Plan.quickKeyCount : 500_000, most)
    }
}

/// The sizes of a comparison.
struct Plan: Equatable {
    /// Too short to be quoted.
    var isQuick = false
    var repeats = 3
    var keyCount = 500_000
    /// Of one run of a workload.
    var workloadSeconds = 1.0
    /// Of one rate.
    var rateSeconds = 1.0
    var rateRepeats = 3
    /// Shares of what the fastest contender answers one by one.
    var rateShares = [0.1, 0.25, 0.4, 0.55, 0.7, 0.85, 1.0]
    /// Bytes of a value, and how many are stored.
    var memorySteps = [(10, 500_000), (100, 500_000), (1000, 100_000), (10_000, 20_000)].map(MemoryStep.init)
    var memoryRepeats = 3
    /// Megabytes.
    var cacheSizes = [4, 8, 16, 32]
    /// What all keys and values take.
    var hitKeyspaceMegabytes = 64
    /// Reads to warm up, and as many that count.
    var hitRequests = 150_000
    var traceRequestsMax = 1_000_000
    var hitRepeats = 3
    var saveKeyCount = 500_000
    /// Of a run in whose middle a save falls.
    var saveSeconds = 5.0
    var saveRepeats = 3

    struct MemoryStep: Equatable {
        var valueSize: Int
        var itemCount: Int
    }

    /// Values of the part that counts hits.
    static let hitValueSize = 500
    static let hitKeySize = 16
    var hitKeyCount: Int { hitKeyspaceMegabytes << 20 / (Self.hitKeySize + Self.hitValueSize) }

    static var quick: Plan {
        var plan = Plan()
        plan.isQuick = true
        plan.keyCount = quickKeyCount
        plan.workloadSeconds = 0.15
        plan.rateSeconds = 0.2
        plan.rateShares = [0.15, 0.4, 0.7, 0.95]
        plan.rateRepeats = 1
        plan.memorySteps = [
            MemoryStep(valueSize: 100, itemCount: 100_000), MemoryStep(valueSize: 1000, itemCount: 50_000),
        ]
        plan.memoryRepeats = 1
        plan.makeCachesSmall()
        plan.traceRequestsMax = 50_000
        plan.hitRepeats = 1
        plan.saveKeyCount = 100_000
        plan.saveSeconds = 1
        plan.saveRepeats = 1
        return plan
    }

    /// With what the options say, and stretched or squeezed into their time.
    static func make(_ options: ComparisonOptions, seconds: (Plan) -> Double) -> Plan {
        let usual = (options.isQuick ? quick : Plan()).fitted(to: options)
        guard let time = options.timeSeconds else { return usual }
        if options.isQuick { return usual.stretched(usual.factor(within: time, seconds)) }
        // One repeat of what varies least and fewer keys, before everything becomes too short.
        var (tight, small) = (usual, usual)
        if options.repeats == nil { (tight.memoryRepeats, tight.hitRepeats, tight.saveRepeats) = (1, 1, 1) }
        small = tight
        if options.keyCount == nil { small.keyCount = min(small.keyCount, smallKeyCount) }
        small.saveKeyCount = min(small.saveKeyCount, smallKeyCount)
        for (plan, least) in [(usual, 0.9), (tight, 0.5), (small, 0.2)] {
            let factor = plan.factor(within: time, seconds)
            if factor >= least { return plan.stretched(factor) }
        }
        let short = quick.fitted(to: options)
        return short.stretched(short.factor(within: time, seconds))
    }

    private static let smallKeyCount = 200_000
    static let quickKeyCount = 50_000

    /// With the sizes that options ask for.
    private func fitted(to options: ComparisonOptions) -> Plan {
        var plan = self
        let most = isQuick ? min(options.plannedKeyCount, Self.quickKeyCount) : options.plannedKeyCount
        plan.keyCount = options.keyCount ?? most
        plan.saveKeyCount = min(plan.saveKeyCount, ComparisonOptions.bytesMax / (options.valueSize + 150))
        if let repeats = options.repeats {
            (plan.repeats, plan.rateRepeats, plan.memoryRepeats) = (repeats, repeats, repeats)
            (plan.hitRepeats, plan.saveRepeats) = (repeats, repeats)
        }
        return plan
    }

    /// How much longer measurements may be within `time`, by halving; 0.1...20.
    private func factor(within time: Double, _ seconds: (Plan) -> Double) -> Double {
        var (low, high) = (0.1, 20.0)
        for _ in 0..<30 {
            let middle = (low * high).squareRoot()
            if seconds(stretched(middle)) <= time * 0.9 { low = middle } else { high = middle }
        }
        return low
    }

    /// So that few requests fill each of them.
    private mutating func makeCachesSmall() {
        cacheSizes = [2, 8]
        hitKeyspaceMegabytes = 16
        hitRequests = min(hitRequests, 30_000)
    }

    /// As in `throughput 3, save 1`.
    func repeatsText(_ parts: Set<ComparisonPart>) -> String {
        let counts: [(ComparisonPart, Int)] = [
            (.throughput, repeats), (.latency, rateRepeats), (.memory, memoryRepeats), (.hits, hitRepeats),
            (.save, saveRepeats),
        ]
        return counts.filter { parts.contains($0.0) }.map { "\($0.0.rawValue) \($0.1)" }.joined(
            separator: ", ")
    }

    private func stretched(_ factor: Double) -> Plan {
        var plan = self
        plan.workloadSeconds = max(0.1, workloadSeconds * factor)
        plan.rateSeconds = max(0.2, rateSeconds * factor)
        // A save must end before the load does.
        plan.saveSeconds = max(min(2, saveSeconds), min(saveSeconds * factor, 20))
        if factor < 1 {
            if factor < 0.5 { plan.makeCachesSmall() }
            plan.hitRequests = max(30_000, Int(Double(plan.hitRequests) * factor))
            plan.memorySteps = memorySteps.map { step in
                // Fewer would show what a process takes once, not what an item takes.
                let least = max(20_000, min(step.itemCount, 50_000_000 / (step.valueSize + 100)))
                let count = max(least, Int(Double(step.itemCount) * factor))
                return MemoryStep(valueSize: step.valueSize, itemCount: count)
            }
        }
        return plan
    }
}
