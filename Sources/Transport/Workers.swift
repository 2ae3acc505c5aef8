// The reactor as the server sees it: options in, listeners, run, stop.

public import Base
import CLibevent
import COpenSSL
import Glibc
import Synchronization

/// Worker threads with an event loop each, and an accepting loop on the thread that calls `run()`.
///
/// The same `Session` works on both ends: `listen` makes it for whoever connects, `connect` for our own
/// outbound connections. All methods are for any thread unless they say otherwise.
public final class Workers: Sendable {
    /// The workers, by index.
    public let workers: [Worker]

    /// What all of them counted. `reset()` it for a statistics reset; `connectionCount` is apart and stays.
    public let counters = CounterBoard<TransportCounter>()

    private let shared: Shared
    private let acceptor: Acceptor

    /// Makes the loops, starts no thread. Has the process ignore SIGPIPE: a closed peer is an error to us.
    public init(_ options: TransportOptions) throws(TransportError) {
        precondition(options.workerCount >= 1 && options.workerCount <= TransportLimits.workerCountMax)
        _ = signal(SIGPIPE, SIG_IGN)
        shared = Shared(options)
        var workers: [Worker] = []
        for index in 0..<options.workerCount {
            workers.append(try Worker(index: index, counters: counters.makeRow(), shared: shared))
        }
        self.workers = workers
        acceptor = try Acceptor(workers: workers, shared: shared, counters: counters.makeRow())
    }

    deinit { acceptor.end() }

    // MARK: Facts and limits

    /// Accepted connections that are open now.
    public var connectionCount: Int { shared.connectionCount.load(ordering: .relaxed) }

    /// Whether nobody is accepted for the moment, for want of descriptors or at the limit.
    public var isAcceptPaused: Bool { shared.isAcceptPaused.load(ordering: .relaxed) }

    /// The limit of accepted connections. Lowering it closes nobody.
    public var connectionCountMax: Int {
        get { shared.connectionCountMax.load(ordering: .relaxed) }
        set { shared.connectionCountMax.store(newValue, ordering: .relaxed) }
    }

    /// Seconds without traffic before a connection is closed, 0 for never. Looked at once a second.
    public var idleTimeoutSeconds: Int {
        get { shared.idleTimeoutSeconds.load(ordering: .relaxed) }
        set { shared.idleTimeoutSeconds.store(newValue, ordering: .relaxed) }
    }

    /// Whether something keeps a worker or shards for so long that clients are to be told. Meanwhile a worker that
    /// waits for a shard serves its connections aside, by `Session.receiveAside`. Any thread.
    public var isBusy: Bool {
        get { shared.isBusy.load(ordering: .relaxed) }
        set { shared.isBusy.store(newValue, ordering: .relaxed) }
    }

    /// All connections open now, ascending by id. Never waits for a worker, so workers may call it too;
    /// what a session knows of its connection is for the front-end to keep, by `Connection.id`.
    public func connections() -> [Connection] {
        var all: [Connection] = []
        for worker in workers {
            worker.registry.withLock { registry in all.append(contentsOf: registry.lazy.compactMap { $0 }) }
        }
        return all.filter { !$0.isClosed }.sorted { $0.id < $1.id }
    }

    /// The version of OpenSSL that this process runs with.
    public static var opensslVersion: String {
        // SAFETY: a constant, terminated text.
        unsafe String(cString: OpenSSL_version(OPENSSL_VERSION))
    }

    /// The version of libevent that this process runs with.
    public static var libeventVersion: String {
        // SAFETY: a constant, terminated text.
        unsafe String(cString: event_get_version())
    }

    // MARK: Connections

    /// Binds and listens at once; accepting begins with `run()`. Also while running.
    ///
    /// - Parameter refusal: what a connection over the limit reads before it is closed.
    /// - Parameter tls: how its connections are encrypted; nil for plain ones.
    /// - Parameter isHeld: clients may connect, but nobody lets them in before `Listener.release`.
    /// - Parameter makeSession: called on the connection's worker, under TLS before the handshake.
    public func listen(
        on address: ListenAddress, refusal: StaticString, tls: ListenerTLS? = nil, isHeld: Bool = false,
        makeSession: @escaping @Sendable (Connection) -> any Session
    ) throws(TransportError) -> Listener {
        let (sockets, port) = try ListeningSocket.open(address, shared.options)
        let acceptor = acceptor
        let listener = Listener(
            address: address, port: port, endpoints: sockets.map(\.endpoint), tls: tls, refusal: refusal,
            acceptor: acceptor, makeSession: makeSession)
        acceptor.post { acceptor.add(sockets, of: listener, isHeld: isHeld) }
        return listener
    }

    /// Connects, waiting for the outcome in the calling thread (so not on a worker), and hands the socket
    /// to a worker. Outbound connections count towards no limit. The worker does the handshake under `tls`.
    /// - Parameter timeoutMilliseconds: for each address of a name; nil is what a client can wait for.
    public func connect(
        to address: ListenAddress, onWorker index: Int, tls: TLSContext? = nil, timeoutMilliseconds: Int64? = nil,
        makeSession: @escaping @Sendable (Connection) -> any Session
    ) throws(TransportError) {
        let timeout = timeoutMilliseconds.map { Int32(clamping: $0) } ?? TransportLimits.connectTimeoutMilliseconds
        let fd = try Sockets.connect(to: address, timeoutMilliseconds: timeout)
        if case .tcp = address { Sockets.setTCPOptions(fd, keepAliveSeconds: shared.options.keepAliveSeconds) }
        let name = address.serverName
        let arrival = Arrival(
            fd: fd, id: shared.nextID(), listener: nil, makeSession: makeSession,
            tls: tls.map { ArrivalTLS(context: $0, host: name) })
        if !workers[index].mailbox.post(.adopt(arrival)) { Worker.drop(arrival, shared) }
    }

    /// So much of the log is on the disk: replies that waited for it leave. `place` only rises. Any thread.
    public func release(through place: UInt64) {
        shared.releasedPlace.store(place, ordering: .sequentiallyConsistent)
        for worker in workers where worker.holdsReplies.load(ordering: .sequentiallyConsistent) {
            worker.deliver(.release)
        }
    }

    /// Calls `body` on each worker's thread every so many milliseconds, 1 or more, while running.
    public func everyTick(milliseconds: Int, _ body: @escaping @Sendable (Worker) -> Void) {
        precondition(milliseconds >= 1)
        for worker in workers {
            worker.post { [unowned worker] in
                worker.loop.addTimer(milliseconds: milliseconds) { [unowned worker] in body(worker) }
            }
        }
    }

    // MARK: Running

    /// Calls `stop()` when one of `signals` arrives, as with `onSignals`. One reactor of a process may have signals.
    public func stopOnSignals(_ signals: [Int32]) {
        onSignals(signals) { [unowned self] in stop() }
    }

    /// Calls `body` in the accepting loop when one of `signals` arrives, such as SIGHUP for reopening a log. One that
    /// comes before the loop runs is kept for it. To be called before `run()`, by the thread that will call that.
    public func onSignals(_ signals: [Int32], _ body: @escaping @Sendable () -> Void) {
        for signal in signals { acceptor.addSignal(signal, body) }
    }

    /// Starts the workers and accepts in the calling thread; returns when all is finished after `stop()`.
    /// Once in the life of this object.
    public func run() {
        acceptor.prepare()
        var threads: [Thread] = []
        for worker in workers {
            worker.prepare()
            do throws(SystemError) {
                threads.append(try Thread(name: "worker-\(worker.index)") { worker.run() })
            } catch {
                // Without its threads there is no server, and nothing was served yet.
                fatalError("\(error)")
            }
        }
        acceptor.run()
        acceptor.end()
        for worker in workers { worker.deliver(.stop) }
        for thread in threads { thread.join() }
    }

    /// Graceful: stops accepting, answers what has arrived, sends what is owed, closes. Returns at once; also
    /// before `run()`, which then returns at once.
    public func stop() {
        let acceptor = acceptor
        acceptor.post { acceptor.stop() }
    }
}
