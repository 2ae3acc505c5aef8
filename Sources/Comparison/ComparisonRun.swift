// What the steps of a comparison share: servers, loads, and the result that grows.

internal import Base
internal import Workload

final class ComparisonRun {
    /// Of keys on a running server, so that they are told from its own.
    static let foreignPrefix = "duet-compare:"
    /// Seconds that they live if they cannot be removed.
    private static let foreignSecondsToLive = 3600

    let options: ComparisonOptions
    let plan: Plan
    var result = ComparisonResult()
    /// Requests a second that each contender answers one by one on 32 connections; for choosing rates.
    var capacity: [Int: Double] = [:]
    private let meter: ProgressMeter
    private let startedAt = monotonicNanoseconds()
    private let boundSeconds: Double
    private let processorsAtStart: (busy: Double, idle: Double)?
    private let ownAtStart = Machine.ownProcessorSeconds
    /// From here on figures suffer.
    private static let otherWorkShareMax = 0.05

    var names: [String] { options.contenders.map(\.name) }

    init(_ options: ComparisonOptions, _ plan: Plan, _ meter: ProgressMeter, boundSeconds: Double) {
        self.options = options
        self.plan = plan
        self.meter = meter
        self.boundSeconds = boundSeconds
        processorsAtStart = Machine.processorSeconds(of: options.allCores)
    }

    // MARK: Beginning and end

    func prepare() {
        result.commandLine = options.commandLine
        result.toolVersion = options.toolVersion
        result.startedAt = String(System.localTimeText(.readClock()).prefix(17))
        result.isQuick = plan.isQuick
        result.machine = options.machineFacts(plan)
        result.contenders = options.contenders.map { contender in
            let command =
                contender.isStarted
                ? Server.shownCommand(contender, setup())
                : "was running; how it was started is not known"
            return ContenderFacts(
                name: contender.name, version: "", commandLine: command, wasStarted: contender.isStarted)
        }
        result.notes = options.warnings
        for part in ComparisonPart.allCases where options.parts.contains(part) {
            let empty: PartResult =
                switch part {
                case .throughput: ThroughputPart.result(plan, options)
                case .latency: LatencyPart.result(plan, options)
                case .memory: MemoryPart.result(plan, options)
                case .hits: HitPart.result(plan, options)
                case .save: SavePart.result(plan, options)
                }
            result.parts.append(empty)
        }
    }

    /// Removes what is ours from servers that go on, and closes the books.
    func tidyUp() {
        for contender in options.contenders where !contender.isStarted {
            do throws(ComparisonFault) {
                let probe = try Server(contender, setup()).probe()
                let digits = keySize - Self.foreignPrefix.utf8.count
                try probe.delete(
                    (0..<plan.keyCount).lazy.map { number in
                        let text = String(number)
                        return Self.foreignPrefix + String(repeating: "0", count: digits - text.utf8.count)
                            + text
                    })
            } catch {
                note(
                    "The keys on \(contender.name) could not be removed (\(error)); they expire within an hour."
                )
            }
        }
        noteOtherWork()
        result.seconds = Double(monotonicNanoseconds() - startedAt) / 1e9
    }

    /// What others took of the cores that this could have had; all children must have ended.
    private func noteOtherWork() {
        guard let before = processorsAtStart, let now = Machine.processorSeconds(of: options.allCores) else { return }
        let busy = now.busy - before.busy
        let all = max(busy + now.idle - before.idle, 0.001)
        let share = max(0, busy - (Machine.ownProcessorSeconds - ownAtStart)) / all
        let text = "\(figure((share * 100).rounded())) %"
        result.machine.append(("Other work meanwhile", "\(text) of all processor time"))
        if share > Self.otherWorkShareMax {
            result.caution =
                "Other work\(options.hasRunning ? ", that of running servers included," : "") took \(text) of this "
                + "machine's processor time meanwhile: figures are worse, and lie further apart, than they would."
        }
    }

    func note(_ text: String) {
        if !result.notes.contains(text) { result.notes.append(text) }
    }

    func note(_ text: String, in part: ComparisonPart) {
        guard let index = result.parts.firstIndex(where: { $0.part == part }) else { return }
        if !result.parts[index].notes.contains(text) { result.parts[index].notes.append(text) }
    }

    /// Notes a value in the measure `id`.
    func record(_ value: Double, _ id: String, contender: Int, place: Int) {
        change(id) { $0.samples[contender][place].add(value) }
    }

    func change(_ id: String, _ body: (inout Measure) -> Void) {
        for part in result.parts.indices {
            for index in result.parts[part].measures.indices where result.parts[part].measures[index].id == id
            {
                body(&result.parts[part].measures[index])
            }
        }
    }

    func changePart(_ part: ComparisonPart, _ body: (inout PartResult) -> Void) {
        if let index = result.parts.firstIndex(where: { $0.part == part }) { body(&result.parts[index]) }
    }

    /// Notes whose turn it is.
    func log(_ part: ComparisonPart, repeat round: Int, _ contender: Int) {
        let head = "\(part.title), repeat \(round + 1): "
        if let last = result.order.indices.last, result.order[last].hasPrefix(head) {
            result.order[last] += ", \(names[contender])"
        } else {
            result.order.append(head + names[contender])
        }
    }

    // MARK: Servers

    private func setup(cores: [Int]? = nil, limit: Int? = nil) -> ServerSetup {
        let most = max(plan.keyCount, plan.saveKeyCount) * (options.valueSize + 150)
        return ServerSetup(
            memoryMegabytes: limit, roomyMegabytes: max(4096, 2 * most >> 20), workerCount: options.workerCount,
            cores: cores ?? options.serverCores, tls: options.tls)
    }

    /// - Parameter limit: megabytes of the cache; nil for more than is stored.
    func start(_ contender: Int, cores: [Int]? = nil, limit: Int? = nil) throws(StepEnd) -> Server {
        try checkTime()
        do throws(ComparisonFault) {
            let server = try Server(options.contenders[contender], setup(cores: cores, limit: limit))
            if result.contenders[contender].version.isEmpty {
                let version = try server.probe().version()
                let isText = options.contenders[contender].program == .duetText
                result.contenders[contender].version = isText ? "duet, as \(version)" : version
            }
            return server
        } catch {
            throw .failed(error)
        }
    }

    var keySize: Int { options.hasRunning ? 24 : 16 }

    /// Settings that all loads have in common.
    func workload(_ server: Server) -> WorkloadOptions {
        var load = server.workload
        load.connectionCount = options.connectionCount
        load.valueSizes = options.valueSize...options.valueSize
        load.keyCount = plan.keyCount
        load.keySize = keySize
        if options.hasRunning {
            load.keyPrefix = Self.foreignPrefix
            load.ttlSeconds = Self.foreignSecondsToLive
        }
        return load
    }

    // MARK: Loads

    /// A run of the load generator and the server's processor time in it.
    struct Load {
        var report: WorkloadReport
        /// nil if nobody tells.
        var processorSeconds: Double?

        var microsecondsPerRequest: Double? {
            report.requests > 0 ? processorSeconds.map { $0 * 1e6 / Double(report.requests) } : nil
        }
    }

    var isLate: Bool { Double(monotonicNanoseconds() - startedAt) / 1e9 > boundSeconds }

    func checkTime() throws(StepEnd) {
        if isLate { throw .outOfTime }
        if Interruption.hasCome { throw .interrupted }
    }

    /// - Parameter name: for the progress line.
    /// - Throws: `.failed` if the server ended or refused anything.
    func measure(_ server: Server, _ load: WorkloadOptions, name: String) throws(StepEnd) -> Load {
        try checkTime()
        meter.name("\(server.contender.name): \(name)")
        let meter = self.meter
        let before: Double?
        var found: Load
        do throws(ComparisonFault) { before = try server.processorSeconds() } catch { throw .failed(error) }
        do throws(WorkloadError) {
            found = Load(report: try LoadGenerator(load).run { _ in meter.tick() })
        } catch {
            if let ending = server.ending { throw .failed(ending) }
            throw .failed(ComparisonFault("\(server.contender.name): \(error)"))
        }
        if found.report.wasInterrupted || Interruption.hasCome {
            throw isLate ? .outOfTime : .interrupted
        }
        if let ending = server.ending { throw .failed(ending) }
        let after: Double?
        do throws(ComparisonFault) { after = try server.processorSeconds() } catch { throw .failed(error) }
        if let before, let after { found.processorSeconds = after - before }
        if !found.report.isClean {
            let report = found.report
            let count = report.errors + report.preloadErrors + report.unanswered
            throw .failed(
                ComparisonFault(
                    "\(server.contender.name): \(grouped(count)) requests were refused or not answered, "
                        + "\(report.connectionsLost) connections lost: "
                        + "\(report.errorExample ?? "no reason was given")"
                ))
        }
        return found
    }

    /// Stores all keys once.
    func fill(_ server: Server, _ load: WorkloadOptions) throws(StepEnd) -> Load {
        var filling = load
        filling.preloads = true
        filling.durationSeconds = 0
        filling.requestCount = nil
        filling.ratePerSecond = nil
        filling.windowSeconds = nil
        return try measure(server, filling, name: "storing \(grouped(load.keyCount)) keys")
    }

    /// Seconds that starting a server and storing so many bytes are expected to take.
    static func startSeconds(_ contender: Contender, keys: Int, valueSize: Int) -> Double {
        let storesPerSecond =
            switch contender.program {
            case .memcached: 350_000.0
            case .redis: 500_000.0
            case .duetText, .duetRESP: 900_000.0
            case nil: 200_000.0
            }
        return 0.15 + Double(keys) / storesPerSecond + Double(keys * valueSize) / 800e6
    }
}
