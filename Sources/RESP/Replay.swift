// Commands of a log, done again as if one client sent them.

public import Base
public import Engine
import Synchronization
import Transport

/// One client that nobody sees, who may do everything. One thread uses it, while nobody else changes the engine; one at
/// a time for each front-end.
public final class Replay {
    private let session: RESPSession
    /// The session borrows from it.
    private let context: WorkerContext
    private var output = OutputBuffer(capacity: 4096)

    public enum Outcome: Equatable {
        case done
        /// An error was replied: its text.
        case refused(String)
        case unknown
    }

    init(_ frontEnd: RESPFrontEnd, through handle: EngineHandle?) {
        context = frontEnd.replayContext.withLock { known in
            if let known { return known }
            let made = WorkerContext(frontEnd, Listening(nil, frontEnd))
            known = made
            return made
        }
        let record = ClientRecord(
            .conversation(id: 0, address: "", openedAt: Milliseconds.readClock()), context.listening.invalidations)
        frontEnd.clients.add(record)
        session = RESPSession(frontEnd, context, record)
        session.isReplaying = true
        if let handle { session.engine = handle }
    }

    /// Does one request, which must be whole.
    public func perform(_ request: RawSpan, now: Milliseconds) -> Outcome {
        let progress = session.receive(request, &output, now: now)
        output.heldUntil = 0
        defer { output.removeAll() }
        guard progress.consumed == request.byteCount else { return .refused("it is no request of the protocol") }
        guard let first = output.isEmpty ? nil : output.span[0], first == UInt8(ascii: "-") else { return .done }
        let text = output.span.slice(1, max(1, output.count - 2)).copiedText()
        return text.hasPrefix("ERR unknown command") ? .unknown : .refused(text)
    }

    /// The client goes. Not while holding shards.
    public func end() {
        // What it was lent may hold shards no longer.
        session.engine = context.engine
        session.connectionClosed()
        let waitedKeys = session.frontEnd.waitedKeys
        guard waitedKeys.hasReady else { return }
        var handle = session.frontEnd.engine.makeHandle()
        handle.now = Milliseconds.readClock()
        waitedKeys.serveReady(&handle)
        _ = handle.takeJournalPlace()
    }
}

extension RESPFrontEnd {
    /// A client for reading a log back. Call `end` when it is no longer needed.
    /// - Parameter handle: `isReplaying`, and holds all shards, if others use the engine; who waits for keys is served
    ///   at the end. nil makes one.
    public func makeReplay(through handle: EngineHandle? = nil) -> Replay { Replay(self, through: handle) }
}
