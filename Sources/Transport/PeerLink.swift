// A connection that is led by whoever waits for each of its steps: for what is said to another server in between, and
// for tools. How it is made is in PeerLink+Connect.

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
/// Each step has its time, after which it fails: connecting (for each address of a host), 64 KiB sent, a line or some
/// bytes received. After a fault the connection is of no more use.
@safe
public final class PeerLink: @unchecked Sendable {
    // Sendable because only one thread at a time uses a link: whoever hands it on does so under a lock.

    let fd: Int32
    let stream: TLSStream?
    /// What was received and not shown yet is at `start` ..< `end`.
    private let input: UnsafeMutableRawPointer
    private let inputSize: Int
    private var start = 0
    private var end = 0

    /// Takes over a non-blocking socket that is connected.
    /// - Parameter inputSize: what is received at a time; a line is shorter.
    init(fd: Int32, stream: TLSStream? = nil, inputSize: Int = TransportLimits.peerLineSizeMax) {
        self.fd = fd
        self.stream = stream
        self.inputSize = inputSize
        unsafe input = .allocate(byteCount: inputSize, alignment: 16)
    }

    deinit {
        if let stream { _ = stream.sendFarewell() }
        unsafe input.deallocate()
        _ = close(fd)
    }

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
            let outcome = unsafe piece.withUnsafeBytes {
                unsafe attempt(UnsafeRawBufferPointer(rebasing: $0[sent...]))
            }
            switch outcome {
            case .done(let count): sent += count
            case .wantsWrite: guard wait(for: POLLOUT, until: deadline) else { throw .sending }
            case .wantsRead: guard wait(for: POLLIN, until: deadline) else { throw .sending }
            case .ended, .lost, .refused: throw .sending
            }
        }
    }

    private func attempt(_ bytes: UnsafeRawBufferPointer) -> TLSOutcome {
        if let stream { return unsafe stream.write(bytes) }
        while true {
            let count = unsafe Glibc.send(fd, bytes.baseAddress!, bytes.count, Int32(MSG_NOSIGNAL))
            if count >= 0 { return .done(count) }
            if errno == EAGAIN { return .wantsWrite }
            if errno != EINTR { return .lost }
        }
    }

    // MARK: Receiving

    /// Shows `body` the next line of what the peer says, without its end.
    public func receiveLine<R>(timeoutMilliseconds: Int64, _ body: (RawSpan) -> R) throws(PeerFault) -> R {
        let deadline = Self.deadline(timeoutMilliseconds)
        var looked = 0
        while true {
            let waiting = arrived
            if let newline = waiting.firstIndex(of: 10, from: looked) {
                let hasReturn = newline > 0 && waiting[newline - 1] == 13
                start += newline + 1
                return body(waiting.slice(0, hasReturn ? newline - 1 : newline))
            }
            looked = waiting.byteCount
            try receiveMore(until: deadline)
        }
    }

    /// Shows `body` what comes next, `countMax` bytes of it at most and one at least.
    public func receiveBytes<R>(
        atMost countMax: Int, timeoutMilliseconds: Int64, _ body: (RawSpan) -> R
    ) throws(PeerFault) -> R {
        if start == end { try receiveMore(until: Self.deadline(timeoutMilliseconds)) }
        let bytes = arrived
        let count = min(countMax, bytes.byteCount)
        start += count
        return body(bytes.slice(0, count))
    }

    /// What was received and not shown yet.
    private var arrived: RawSpan {
        @_lifetime(borrow self) get {
            // SAFETY: these bytes were received, and only the next receiving changes them.
            unsafe _overrideLifetime(
                RawSpan(_unsafeBytes: UnsafeRawBufferPointer(start: input + start, count: end - start)),
                borrowing: self)
        }
    }

    private func receiveMore(until deadline: UInt64) throws(PeerFault) {
        if start > 0 {
            // SAFETY: both ends lie within the area.
            unsafe _ = memmove(input, input + start, end - start)
            end -= start
            start = 0
        }
        guard end < inputSize else { throw .receiving }
        while true {
            // SAFETY: what is free of the area.
            switch unsafe receive(input + end, inputSize - end) {
            case .done(let count):
                end += count
                return
            case .wantsRead: guard wait(for: POLLIN, until: deadline) else { throw .receiving }
            case .wantsWrite: guard wait(for: POLLOUT, until: deadline) else { throw .receiving }
            case .ended, .lost, .refused: throw .receiving
            }
        }
    }

    private func receive(_ area: UnsafeMutableRawPointer, _ size: Int) -> TLSOutcome {
        if let stream { return unsafe stream.read(area, size) }
        while true {
            let count = unsafe recv(fd, area, size, 0)
            if count > 0 { return .done(count) }
            if count == 0 { return .ended }
            if errno == EAGAIN { return .wantsRead }
            if errno != EINTR { return .lost }
        }
    }

    // MARK: Time

    static func deadline(_ milliseconds: Int64) -> UInt64 {
        monotonicNanoseconds() + UInt64(min(max(0, milliseconds), Int64(Int32.max))) * 1_000_000
    }

    /// False if the socket is not ready by then.
    func wait(for events: Int32, until deadline: UInt64) -> Bool {
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
