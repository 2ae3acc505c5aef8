// Commands of a log, done again as if one client sent them.

public import Base
import Engine
import Transport

/// One client that nobody sees, who may do everything. One thread uses it, while nobody else changes the engine.
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

    init(_ frontEnd: RESPFrontEnd) {
        context = WorkerContext(frontEnd, Listening(nil, frontEnd))
        let record = ClientRecord(
            .conversation(id: 0, address: "", openedAt: Milliseconds.readClock()), context.listening.invalidations)
        frontEnd.clients.add(record)
        session = RESPSession(frontEnd, context, record)
        session.isReplaying = true
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

    /// The client goes.
    public func end() { session.connectionClosed() }
}

extension RESPFrontEnd {
    /// A client for reading a log back. Call `end` when it is no longer needed.
    public func makeReplay() -> Replay { Replay(self) }
}
