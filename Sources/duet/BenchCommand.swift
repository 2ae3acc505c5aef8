// `duet bench`: the load generator's command line.

public import ArgumentParser
internal import Base
public import Workload

struct BenchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench",
        abstract: "Measure a server that speaks memcached or RESP.",
        discussion: """
            Examples:
              duet bench --preload                          10 % stores, 1 M keys, memcached on port 11211
              duet bench --protocol resp --pipeline 32 --set-ratio 0 --preload --distribution zipf:0.99
              duet bench --server cache:11211 --rate 50000 --duration 60     latency at a fixed rate
              duet bench --multiget 50 --set-ratio 0 --requests 200000 --json
              duet bench --hit-fill --set-ratio 0 --keys 10000000 --distribution scan-polluted   hit ratio
              duet bench --preload --duration 0 --value-size 1024-4096       only fill

            Without --rate, each connection sends --pipeline requests at once and the next ones when all
            are answered. With --rate, requests leave on a fixed schedule over all connections and latency
            counts from the scheduled moment, so that a stalled server shows; the generator then polls and
            keeps its core busy.

            Exit status: 0, or 1 if any request was refused or lost.
            """)

    @Option(name: .customLong("protocol"), help: "memcached, meta (mg, ms) or resp.")
    var wireProtocol = WireProtocol.memcached

    @Option(help: "HOST:PORT or a unix socket's path. (default: 127.0.0.1, the protocol's own port)")
    var server = ""

    @Option(help: "Connections, all open for the whole run.")
    var connections = 32

    @Option(help: "Threads that drive the connections.")
    var threads = 1

    @Option(help: "Requests under way on each connection.")
    var pipeline = 1

    @Option(help: "Keys in one read (get k1 k2 …, MGET).")
    var multiget = 1

    @Option(help: "Number of keys.")
    var keys = 1_000_000

    @Option(help: "Bytes of a key: `key:` and a zero-padded number.")
    var keySize = 16

    @Option(help: "uniform, zipf[:EXPONENT], sequential or scan-polluted[:EXPONENT[:SHARE]].")
    var distribution = KeyDistribution.uniform

    @Option(help: "Bytes of a value: N, or A-B evenly drawn.")
    var valueSize = SizeRange(100...100)

    @Option(help: "Share of requests that store, 0 to 1.")
    var setRatio = 0.1

    @Option(help: "Seconds that stored items live; 0 for ever.")
    var ttl = 0

    @Option(help: "Seconds to measure. (default: 10, or no limit with --requests)")
    var duration: Double?

    @Option(help: "End after so many requests.")
    var requests: Int?

    @Option(help: "Requests a second, on a fixed schedule.")
    var rate: Double?

    @Flag(help: "First store every key once, in order.")
    var preload = false

    @Flag(help: "After a miss, store the key (look-aside cache).")
    var hitFill = false

    @Option(help: "Seed of keys, sizes and order.")
    var seed: UInt64 = 1

    @Option(help: "The user, with --password. (default: RESP's default user)")
    var user: String?

    @Option(help: "The password.")
    var password: String?

    @OptionGroup
    var tls: TLSWords

    @Flag(help: "Print the result as one JSON object.")
    var json = false

    @Flag(help: "No progress line.")
    var quiet = false

    private var options: WorkloadOptions {
        var options = WorkloadOptions()
        options.wireProtocol = wireProtocol
        options.server = server
        options.connectionCount = connections
        options.threadCount = threads
        options.pipelineDepth = pipeline
        options.keysPerRequest = multiget
        options.keyCount = keys
        options.keySize = keySize
        options.distribution = distribution
        options.valueSizes = valueSize.bounds
        options.setRatio = setRatio
        options.ttlSeconds = ttl
        options.durationSeconds = duration ?? (requests == nil ? 10 : 0)
        options.requestCount = requests
        options.ratePerSecond = rate
        options.preloads = preload
        options.fillsMisses = hitFill
        options.seed = seed
        options.username = user
        options.password = password
        options.tls = tls.isOn ? tls.files.client : nil
        return options
    }

    func validate() throws {
        if let problem = options.validate() { throw ValidationError(problem) }
        if !tls.isOn && tls.files.isAnyGiven { throw ValidationError("--cacert, --cert and --key need --tls") }
    }

    func run() throws {
        let line = ProgressLine(isShown: !quiet && ProcessFacts.errorIsTerminal)
        Interruption.watch()
        let report: WorkloadReport
        do throws(WorkloadError) {
            report = try LoadGenerator(options).run { line.show($0.line) }
        } catch {
            line.clear()
            ProcessFacts.writeError("duet bench: \(error)\n")
            throw ExitCode(1)
        }
        line.clear()
        print(json ? report.json(options) : report.table(options), terminator: json ? "\n" : "")
        if !report.isClean { throw ExitCode(1) }
    }
}

/// `N` or `A-B`.
struct SizeRange: ExpressibleByArgument, CustomStringConvertible {
    let bounds: ClosedRange<Int>

    init(_ bounds: ClosedRange<Int>) { self.bounds = bounds }

    init?(argument: String) {
        let parts = argument.split(separator: "-", omittingEmptySubsequences: false)
        let numbers = parts.compactMap { Int($0) }
        guard numbers.count == parts.count, let low = numbers.first, let high = numbers.last,
            parts.count <= 2, low >= 0, low <= high
        else { return nil }
        bounds = low...high
    }

    var description: String {
        bounds.count == 1 ? "\(bounds.lowerBound)" : "\(bounds.lowerBound)-\(bounds.upperBound)"
    }

    var defaultValueDescription: String { description }
}

extension WireProtocol: ExpressibleByArgument {}

extension KeyDistribution: ExpressibleByArgument {
    public init?(argument: String) { self.init(argument) }
    public var defaultValueDescription: String { description }
}
