public import Base

/// The reactor: worker threads with an event loop each, and an accepting loop on the thread that calls `run()`.
public final class Workers: Sendable {
    public let workers: [Worker] = []
    /// Sums over all workers; `reset()` it for `stats reset`.
    public let counters = CounterBoard<TransportCounter>()

    public init(_ options: TransportOptions) throws(TransportError) { fatalError() }

    /// Accepted connections that are open now.
    public var connectionCount: Int { fatalError() }
    /// The limit of accepted connections; a lower one closes nobody.
    public var connectionCountMax: Int { get { fatalError() } set { fatalError() } }
    /// Seconds, 0 for never.
    public var idleTimeoutSeconds: Int { get { fatalError() } set { fatalError() } }

    /// Binds and listens at once; accepting begins with `run()`. Any thread, also while running.
    public func listen(
        on address: ListenAddress, refusal: StaticString,
        makeSession: @escaping @Sendable (Connection) -> any Session
    ) throws(TransportError) -> Listener { fatalError() }

    /// Connects, waiting for the answer in the calling thread, and hands the socket to a worker.
    public func connect(
        to address: ListenAddress, onWorker index: Int,
        makeSession: @escaping @Sendable (Connection) -> any Session
    ) throws(TransportError) { fatalError() }

    /// Calls `body` on each worker's thread every so many milliseconds while running.
    public func everyTick(milliseconds: Int, _ body: @escaping @Sendable (Worker) -> Void) { fatalError() }

    /// All connections open now, ascending by id. Any thread, never waits for a worker.
    public func connections() -> [Connection] { fatalError() }

    /// Calls `stop()` when one of `signals` arrives, from `run()` on.
    public func stopOnSignals(_ signals: [Int32]) { fatalError() }

    /// Starts the workers and accepts in the calling thread; returns when all is finished after `stop()`.
    public func run() { fatalError() }

    /// Graceful: stops accepting, answers what was read, sends what is owed, closes. Any thread.
    public func stop() { fatalError() }
}
