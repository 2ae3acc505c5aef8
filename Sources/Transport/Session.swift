// The door between the reactor and whoever leads a conversation: bytes in, bytes out, how far it got.

public import Base

/// One connection's conversation, server's or client's side. Called by the connection's worker only.
public protocol Session: AnyObject {
    /// The connection stands, a TLS handshake included. A client writes its first requests here; a server's side
    /// usually has nothing to say.
    func connectionOpened(_ output: inout OutputBuffer, now: Milliseconds)

    /// Serves the complete requests at the front of `input`.
    ///
    /// - Parameter input: what has arrived and was not consumed yet; borrowed for the call. Never empty.
    /// - Parameter output: where replies go, in request order. May hold earlier bytes; append only.
    /// - Parameter now: the time of this wake-up.
    /// - Returns: how many bytes were consumed, and what the connection waits for.
    func receive(_ input: RawSpan, _ output: inout OutputBuffer, now: Milliseconds) -> Progress

    /// As `receive`, while the worker waits inside another session's `receive`, for a long script to end or for what
    /// one holds: most requests are to be refused. Nothing may be used that the worker's sessions share and that may be
    /// in use, and nothing be waited for that is held meanwhile.
    /// - Returns: `.wait` is not allowed.
    func receiveAside(_ input: RawSpan, _ output: inout OutputBuffer, now: Milliseconds) -> Progress

    /// Somebody called `Connection.wake()`, from whatever thread: there may be something to say unasked.
    /// - Returns: `.read` to go on, `.yield` to have waiting input served again, `.close`, `.abort`.
    func connectionWoken(_ output: inout OutputBuffer, now: Milliseconds) -> Progress.Next

    /// The session is in `.wait`, and all it had unsent has left: it may say more.
    func connectionDrained(_ output: inout OutputBuffer, now: Milliseconds)

    /// The peer has finished sending while the session is in `.wait`, or the server is stopping.
    /// - Returns: `.wait` if a reply is still owed and its wake-up will come; else `.close` (what real servers do
    ///   with a blocked client). Anything but `.wait` closes.
    func inputEndedWhileWaiting() -> Progress.Next

    /// The last call: the connection is gone, whoever closed it. Under TLS it may never have been opened.
    func connectionClosed()
}

extension Session {
    public func connectionOpened(_ output: inout OutputBuffer, now: Milliseconds) {}
    /// Leaves what has come for later.
    public func receiveAside(_ input: RawSpan, _ output: inout OutputBuffer, now: Milliseconds) -> Progress {
        Progress(consumed: 0)
    }
    public func connectionWoken(_ output: inout OutputBuffer, now: Milliseconds) -> Progress.Next { .read }
    public func connectionDrained(_ output: inout OutputBuffer, now: Milliseconds) {}
    public func inputEndedWhileWaiting() -> Progress.Next { .close }
    public func connectionClosed() {}
}

/// How far a session got with its input.
public struct Progress: Sendable {
    public enum Next: Sendable {
        /// Wait for more bytes: what is left is the beginning of a request, or nothing.
        case read
        /// The batch was bounded: send what is written, then call again with the rest, in a later turn of the loop.
        case yield
        /// Do not read until `Connection.wake()`: the session waits for something else. What is left of the input
        /// stays.
        case wait
        /// Send what is written, then close.
        case close
        /// Close at once; unsent replies are dropped.
        case abort
    }

    /// Bytes of the input that are done with, 0 ... input.byteCount.
    public var consumed: Int

    public var next: Next

    /// The bytes that the request at the front will have when complete, if known, else 0. A hint for the buffer's
    /// size; the transport need not call again before that many bytes are there.
    public var bytesNeeded: Int

    @inline(__always)
    public init(consumed: Int, next: Next = .read, bytesNeeded: Int = 0) {
        self.consumed = consumed
        self.next = next
        self.bytesNeeded = bytesNeeded
    }
}
