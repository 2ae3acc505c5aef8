// One run of the load generator, from connecting to the report.

internal import Base
internal import Histogram
internal import Synchronization
internal import Transport

/// Sends a workload to a server and measures the answers.
public final class LoadGenerator: Sendable {
    private let options: WorkloadOptions

    /// - Throws: `.options` if the settings cannot work together.
    public init(_ options: WorkloadOptions) throws(WorkloadError) {
        if let problem = options.validate() { throw .options(problem) }
        self.options = options
    }

    /// Connects, preloads, measures; blocks the calling thread until the report is there. An `Interruption` ends the
    /// run early, with a report of what was measured until then; who wants that watches for one before.
    /// - Parameter onProgress: called twice a second on a worker's thread.
    public func run(
        onProgress: @escaping @Sendable (WorkloadProgress) -> Void
    ) throws(WorkloadError) -> WorkloadReport {
        let board = CounterBoard<WorkloadCounter>()
        let options = self.options
        let contexts = (0..<options.threadCount).map {
            ThreadContext(options, part: $0, counters: board.makeRow())
        }
        // Sessions and their context hold each other; after the run nobody else does.
        defer { for context in contexts { context.sessions = [] } }
        let conductor = Conductor(options, contexts, board, onProgress)
        let tls = try makeTLS()
        do throws(TransportError) {
            try conduct(conductor, contexts, tls)
        } catch {
            throw .connection(error.description)
        }
        return try conductor.report()
    }

    private func makeTLS() throws(WorkloadError) -> TLSContext? {
        do throws(TLSError) {
            return try options.tls?.context()
        } catch {
            throw .options(error.description)
        }
    }

    private func conduct(
        _ conductor: Conductor, _ contexts: [ThreadContext], _ tls: TLSContext?
    ) throws(TransportError) {
        var settings = TransportOptions(workerCount: options.threadCount)
        settings.stopGraceMilliseconds = 200
        let workers = try Workers(settings)
        let address = ServerAddress.parse(options.server, wireProtocol: options.wireProtocol)
        for place in 0..<options.connectionCount {
            let context = contexts[place % options.threadCount]
            try workers.connect(to: address, onWorker: place % options.threadCount, tls: tls) { connection in
                let session = ClientSession(context, connection, place: place)
                context.sessions.append(session)
                return session
            }
        }
        workers.everyTick(milliseconds: options.ratePerSecond == nil ? 5 : 1) {
            // The tick lives in the workers.
            [unowned workers] worker in
            conductor.tick(worker, workers)
        }
        workers.run()
    }
}

/// The server's address as people write it.
enum ServerAddress {
    /// `HOST:PORT`, `[IPv6]:PORT`, `HOST`, `PORT`, a path with a slash, or nothing for loopback.
    static func parse(_ text: String, wireProtocol: WireProtocol) -> ListenAddress {
        let defaultPort = wireProtocol.defaultPort
        if text.isEmpty { return .tcp(host: "127.0.0.1", port: defaultPort) }
        if text.contains("/") { return .unix(path: text, mode: 0o700) }
        if let port = UInt16(text) { return .tcp(host: "127.0.0.1", port: port) }
        func unbracketed(_ host: Substring) -> String {
            String(host.hasPrefix("[") && host.hasSuffix("]") ? host.dropFirst().dropLast() : host)
        }
        let isBareIPv6 = !text.hasPrefix("[") && text.count(where: { $0 == ":" }) > 1
        if !isBareIPv6, let colon = text.lastIndex(of: ":"),
            let port = UInt16(text[text.index(after: colon)...])
        {
            return .tcp(host: unbracketed(text[..<colon]), port: port)
        }
        return .tcp(host: unbracketed(text[...]), port: defaultPort)
    }
}
