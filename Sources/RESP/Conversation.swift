// Sessions without a connection.

public import Transport
import Base

extension RESPFrontEnd {
    /// A session that is led by hand, bytes in and bytes out: for measuring and fuzzing. One thread at a time may use
    /// the sessions of one worker.
    public func makeConversation(workerIndex: Int) -> any Session {
        makeSession(
            .conversation(id: 0, address: "", openedAt: Milliseconds.readClock()), worker: workerIndex)
    }
}
