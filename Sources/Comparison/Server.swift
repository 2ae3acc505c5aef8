// A contender at work: a child of ours, or a server that somebody else runs.

internal import Base
internal import Transport
internal import Workload

/// What a server is started with.
struct ServerSetup: Equatable {
    /// `-m`, or `maxmemory` with allkeys-lru. nil: more than all parts need (memcached), none (Redis' command line).
    var memoryMegabytes: Int?
    var cores: [Int] = []
}

/// One server. `stop` ends it if it was started here, and removes what it wrote.
final class Server {
    private static let startSecondsMax = 20.0

    let contender: Contender
    /// As `WorkloadOptions.server` takes it.
    let address: String
    let password: String?
    /// nil for a server that somebody else runs.
    let child: ChildProcess?
    private let folder: String?

    init(_ contender: Contender, _ setup: ServerSetup) throws(ComparisonFault) {
        self.contender = contender
        switch contender.source {
        case .running(let server, let password):
            address = server
            self.password = password
            child = nil
            folder = nil
        case .started(let program, let executable):
            password = nil
            let folder =
                (System.environment("TMPDIR") ?? "/tmp")
                + "/duet-compare-\(System.processID)-\(System.randomNumber() % 1_000_000)"
            let port = try Self.freePort()
            address = "127.0.0.1:\(port)"
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

    /// One worker each, and nothing that writes by itself.
    static func arguments(_ program: Contender.Program, port: UInt16, _ setup: ServerSetup) -> [String] {
        let port = String(port)
        switch program {
        case .memcached, .duetText:
            let megabytes = String(setup.memoryMegabytes ?? 4096)
            // memcached's command line refuses to run as root unless told to.
            let user = System.isRoot ? ["-u", "root"] : []
            return (program == .duetText ? ["memcached"] : [])
                + ["-p", port, "-U", "0", "-t", "1", "-m", megabytes, "-l", "127.0.0.1"] + user
        case .redis, .duetRESP:
            let limit =
                setup.memoryMegabytes.map { ["--maxmemory", "\($0)mb", "--maxmemory-policy", "allkeys-lru"] }
                ?? []
            return (program == .duetRESP ? ["redis"] : []) + [
                "--port", port, "--bind", "127.0.0.1", "--save", "",
            ]
                + (program == .duetRESP ? ["--threads", "1"] : []) + limit
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
        guard let folder, let log = try? Files.read(folder + "/log") else { return "" }
        let text = String(decoding: log.suffix(300), as: UTF8.self)
        return text.split(whereSeparator: \.isNewline).suffix(3).joined(separator: " / ")
    }

    // MARK: Asking

    func probe() throws(ComparisonFault) -> Probe {
        try Probe(address, contender.wireProtocol, password: password, name: contender.name)
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
