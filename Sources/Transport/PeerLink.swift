// A connection that is led by whoever waits for each of its steps: for what is said to another server in between.

import Base
import CLibevent
import Glibc

/// What did not succeed, or not in its time.
public enum PeerFault: Error, Equatable {
    /// The host's name means nothing, or the system knows no way there.
    case unknown
    /// Nobody accepted the connection.
    case refused
    /// The peer takes nothing more.
    case sending
    /// The peer has closed, is silent, or says a line without end.
    case receiving
}

/// A blocking client's end of a connection. Closed with the last reference.
///
/// Each step has its time, after which it fails: connecting (for each address of a host), 64 KiB sent, a line received.
/// After a fault the connection is of no more use.
public final class PeerLink: @unchecked Sendable {
    // Sendable because only one thread at a time uses a link: whoever hands it on does so under a lock.

    private let fd: Int32
    /// What was received and not shown yet is at `start` ..< `end`.
    private var input = [UInt8](repeating: 0, count: TransportLimits.peerLineSizeMax)
    private var start = 0
    private var end = 0

    /// Connects to the first address of `host` that answers. To find the addresses of a name takes the time it takes.
    public static func connect(
        host: String, port: UInt16, timeoutMilliseconds: Int64
    ) throws(PeerFault) -> PeerLink {
        var fault = PeerFault.unknown
        do throws(TransportError) {
            for target in try Sockets.resolve(host: host, port: port, toListen: false) {
                do throws(TransportError) {
                    let fd = try Sockets.connect(
                        target, for: host, timeoutMilliseconds: Int32(clamping: timeoutMilliseconds))
                    Sockets.set(fd, Int32(IPPROTO_TCP), TCP_NODELAY, 1)
                    return PeerLink(fd: fd)
                } catch .system(_, _, let code)
                    where [ECONNREFUSED, ECONNRESET, ETIMEDOUT, EHOSTUNREACH].contains(code)
                {
                    fault = .refused
                } catch {
                    // No way to this address: another may have one.
                }
            }
        } catch {
            // A name without any address.
        }
        throw fault
    }

    /// Takes over a non-blocking socket that is connected.
    init(fd: Int32) { self.fd = fd }

    deinit { _ = close(fd) }

    /// Whether the peer is still there and owes nothing: what it says now, or that it has closed, was not asked for.
    public var isIdle: Bool {
        if start < end { return false }
        var byte: UInt8 = 0
        // SAFETY: one byte is asked for, and it is left where it is.
        let count = unsafe recv(fd, &byte, 1, Int32(MSG_PEEK))
        return count < 0 && errno == EAGAIN
    }

    // MARK: Sending

    /// Sends all of `bytes`.
    public func send(_ bytes: RawSpan, timeoutMilliseconds: Int64) throws(PeerFault) {
        var sent = 0
        while sent < bytes.byteCount {
            let piece = bytes.slice(sent, min(sent + TransportLimits.peerPieceSize, bytes.byteCount))
            try send(piece: piece, until: Self.deadline(timeoutMilliseconds))
            sent += piece.byteCount
        }
    }

    private func send(piece: RawSpan, until deadline: UInt64) throws(PeerFault) {
        var sent = 0
        while sent < piece.byteCount {
            // SAFETY: what is sent lies within the piece, which is not empty.
            let count = unsafe piece.withUnsafeBytes {
                unsafe Glibc.send(fd, $0.baseAddress! + sent, $0.count - sent, Int32(MSG_NOSIGNAL))
            }
            if count >= 0 {
                sent += count
            } else if errno == EAGAIN {
                guard wait(for: POLLOUT, until: deadline) else { throw .sending }
            } else if errno != EINTR {
                throw .sending
            }
        }
    }

    // MARK: Receiving

    /// Shows `body` the next line of what the peer says, without its end.
    public func receiveLine<R>(timeoutMilliseconds: Int64, _ body: (RawSpan) -> R) throws(PeerFault) -> R {
        let deadline = Self.deadline(timeoutMilliseconds)
        while true {
            if let newline = input[start..<end].firstIndex(of: 10) {
                let hasReturn = newline > start && input[newline - 1] == 13
                // A copy of its own: in release builds the compiler takes a span of the object's array to escape it.
                let line = Array(input[start..<(hasReturn ? newline - 1 : newline)])
                start = newline + 1
                return body(line.span.rawBytes)
            }
            try receiveMore(until: deadline)
        }
    }

    private func receiveMore(until deadline: UInt64) throws(PeerFault) {
        if start > 0 {
            input.replaceSubrange(0..<end - start, with: Array(input[start..<end]))
            end -= start
            start = 0
        }
        guard end < input.count else { throw .receiving }
        while true {
            // SAFETY: no more than what is left of the array behind `end` is written.
            let count = unsafe input.withUnsafeMutableBytes {
                unsafe recv(fd, $0.baseAddress! + end, $0.count - end, 0)
            }
            if count > 0 {
                end += count
                return
            }
            if count < 0 && errno == EINTR { continue }
            guard count < 0 && errno == EAGAIN && wait(for: POLLIN, until: deadline) else { throw .receiving }
        }
    }

    // MARK: Time

    private static func deadline(_ milliseconds: Int64) -> UInt64 {
        monotonicNanoseconds() + UInt64(min(max(0, milliseconds), Int64(Int32.max))) * 1_000_000
    }

    /// False if the socket is not ready by then.
    private func wait(for events: Int32, until deadline: UInt64) -> Bool {
        while true {
            let now = monotonicNanoseconds()
            guard now < deadline else { return false }
            var waiting = pollfd(fd: fd, events: Int16(events), revents: 0)
            // Rounded up, so that the last fraction is not spent asking.
            let milliseconds = (deadline - now + 999_999) / 1_000_000
            // SAFETY: one entry, ours for the call.
            let ready = unsafe poll(&waiting, 1, Int32(clamping: milliseconds))
            if ready > 0 { return true }
            if ready < 0 && errno != EINTR { return false }
        }
    }
}
