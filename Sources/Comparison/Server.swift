// A contender at work: a child of ours, or a server that somebody else runs.

internal import Base
internal import Transport
internal import Workload

/// What a server is started with.
struct ServerSetup: Equatable {
    /// `-m`, or `maxmemory` with allkeys-lru. nil: `roomyMegabytes` (memcached), none (Redis' command line).
    var memoryMegabytes: Int?
    /// More than any part stores: memcached always has a limit.
    var roomyMegabytes = 4096
    var workerCount = 1
    var cores: [Int] = []
    /// For a server that runs already.
    var tls = ClientTLS()
}

/// One server. `stop` ends it if it was started here, and removes what it wrote.
final class Server {
    private static let startSecondsMax = 20.0

    let contender: Contender
    let endpoint: Endpoint
    /// nil: it is asked without TLS.
    let tls: ClientTLS?
    /// nil for a server that somebody else runs.
    let child: ChildProcess?
    private let folder: String?

    init(_ contender: Contender, _ setup: ServerSetup) throws(ComparisonFault) {
        self.contender = contender
        switch contender.source {
        case .running(let endpoint):
            self.endpoint = endpoint
            tls = endpoint.usesTLS ? setup.tls : nil
            child = nil
            folder = nil
        case .started(let program, let executable):
            tls = nil
            let folder =
                Machine.scratchFolder
                + "/duet-compare-\(System.processID)-\(System.randomNumber() % 1_000_000)"
            let port = try Self.freePort()
            endpoint = Endpoint(address: .tcp(host: "127.0.0.1", port: port))
            do throws(SystemError) {
                try Files.makeFolder(folder)
                child = try ChildProcess(
                    executable: executable, arguments: Self.arguments(program, port: port, setup),
                    outputPath: folder + "/log", folder: folder, cores: setup.cores)
            } catch {
                Self.remove(folder)
                throw ComparisonFault("\(contender.name): \(error)")
            }
            self.folder = folder
            do throws(ComparisonFault) {
                try waitUntilItAnswers()
            } catch {
                stop()
                throw error
            }
        }
    }

    deinit { stop() }

    func stop() {
        child?.end()
        if let folder { Self.remove(folder) }
    }

    private static func remove(_ folder: String) {
        for name in (try? Files.names(inFolder: folder)) ?? [] { Files.remove("\(folder)/\(name)") }
        Files.removeFolder(folder)
    }

    // MARK: Starting

    /// Nothing that writes by itself. redis-server's workers are its io-threads, which spin while they wait: more of
    /// them than cores would measure that alone.
    static func arguments(_ program: Contender.Program, port: UInt16, _ setup: ServerSetup) -> [String] {
        let port = String(port)
        let workers = String(setup.workerCount)
        switch program {
        case .memcached, .duetText:
            let megabytes = String(setup.memoryMegabytes ?? setup.roomyMegabytes)
            // memcached's command line refuses to run as root unless told to.
            let user = System.isRoot ? ["-u", "root"] : []
            return (program == .duetText ? ["memcached"] : [])
                + ["-p", port, "-U", "0", "-t", workers, "-m", megabytes, "-l", "127.0.0.1"] + user
        case .redis, .duetRESP:
            let limit =
                setup.memoryMegabytes.map { ["--maxmemory", "\($0)mb", "--maxmemory-policy", "allkeys-lru"] }
                ?? []
            let common = ["--port", port, "--bind", "127.0.0.1", "--save", ""]
            if program == .duetRESP { return ["redis"] + common + ["--threads", workers] + limit }
            let threads = min(setup.workerCount, max(1, setup.cores.count))
            let inputOutput = ["--io-threads", "\(threads)", "--io-threads-do-reads", "yes"]
            return common + (threads > 1 ? inputOutput : []) + limit
        }
    }

    /// A loopback port that nobody answers on, below those that the system gives to clients.
    private static func freePort() throws(ComparisonFault) -> UInt16 {
        for _ in 0..<100 {
            let port = UInt16(12_000 + System.randomNumber() % 8000)
            do throws(PeerFault) {
                _ = try PeerLink.connect(host: "127.0.0.1", port: port, timeoutMilliseconds: 1000)
            } catch .refused {
                return port
            } catch {
                continue
            }
        }
        throw ComparisonFault("no free port on 127.0.0.1 was found")
    }

    private func waitUntilItAnswers() throws(ComparisonFault) {
        let startedAt = monotonicNanoseconds()
        var last = ""
        while Double(monotonicNanoseconds() - startedAt) / 1e9 < Self.startSecondsMax {
            if let ending = child?.ending {
                throw ComparisonFault("\(contender.name) ended at once, \(ending): \(logEnd)")
            }
            do throws(ComparisonFault) {
                // A server of the RESP protocol tells INFO before it lets anybody at its keys.
                let isLoading = try probe().statistics()["loading"] ?? "0" != "0"
                if !isLoading && child?.isRunning ?? true { return }
                last = "it is still loading"
            } catch {
                last = error.description
            }
            System.sleep(milliseconds: 5)
        }
        throw ComparisonFault("\(contender.name) does not answer: \(last)")
    }

    private var logEnd: String {
        guard let folder, let log = try? Files.read(folder + "/log"), !log.isEmpty else { return "it said nothing" }
        let text = String(decoding: log.suffix(300), as: UTF8.self)
        return text.split(whereSeparator: \.isNewline).suffix(3).joined(separator: " / ")
    }

    // MARK: Asking

    /// A load for it, with everything else as it comes.
    var workload: WorkloadOptions {
        var load = WorkloadOptions()
        load.wireProtocol = contender.wireProtocol
        load.server = endpoint.address.description
        load.username = endpoint.username
        load.password = endpoint.password
        load.tls = tls
        return load
    }

    func probe() throws(ComparisonFault) -> Probe {
        try Probe(endpoint, contender.wireProtocol, tls, name: contender.name)
    }

    /// Why it is not there any more; nil while it is.
    var ending: ComparisonFault? {
        child?.ending.map { ComparisonFault("\(contender.name) ended meanwhile, \($0): \(logEnd)") }
    }

    /// Processor time so far, in seconds; nil if nobody tells.
    func processorSeconds() throws(ComparisonFault) -> Double? {
        if let child { return child.processorNanoseconds.map { Double($0) / 1e9 } }
        return try probe().processorSeconds()
    }

    /// The command line as a person would type it, with PORT for the port, which differs each time.
    static func shownCommand(_ contender: Contender, _ setup: ServerSetup) -> String {
        guard case .started(let program, let executable) = contender.source else { return "" }
        let name = executable.split(separator: "/").last.map(String.init) ?? executable
        let words = arguments(program, port: 0, setup)
        let shown = words.enumerated().map { index, word in
            if word.isEmpty { return "''" }
            return index > 0 && ["-p", "--port"].contains(words[index - 1]) ? "PORT" : word
        }
        return ([name] + shown).joined(separator: " ")
    }
}
