public import Base

public final class Worker: @unchecked Sendable {
    public let index: Int
    public let counters: Counters<TransportCounter>
    init(index: Int, counters: Counters<TransportCounter>) {
        self.index = index
        self.counters = counters
    }

    /// Runs `body` on this worker's thread, soon. Any thread. Dropped once the workers have stopped.
    public func post(_ body: @escaping @Sendable () -> Void) { fatalError() }
    /// The time of this wake-up; on the worker's own thread.
    public var now: Milliseconds { fatalError() }
    func deliver(_ message: Message) { fatalError() }
}
enum Message {
    case wake(slot: Int, id: UInt64)
    case close(slot: Int, id: UInt64)
}
