// UDP: each datagram is a whole conversation of its own, in the same text.

import Base
import Transport

/// Answers the datagrams of one worker.
///
///     0            2          4         6          8
///     +------------+----------+---------+----------+-------------------+
///     | request id | sequence | total   | reserved | requests or reply |
///     +------------+----------+---------+----------+-------------------+
///
/// Numbers are big-endian. Source: memcached, doc/protocol.txt, "UDP protocol".
final class MemcachedDatagramSession: DatagramSession {
    static let headerSize = 8

    private let frontEnd: MemcachedFrontEnd
    private let workerIndex: Int
    /// Of the last request.
    private var requestID: UInt16 = 0

    init(_ frontEnd: MemcachedFrontEnd, workerIndex: Int) {
        self.frontEnd = frontEnd
        self.workerIndex = workerIndex
    }

    func receive(_ datagram: RawSpan, _ output: inout OutputBuffer, now: Milliseconds) {
        let headerSize = Self.headerSize
        guard datagram.byteCount > headerSize && !frontEnd.isLoading else { return }
        requestID = UInt16(datagram[0]) << 8 | UInt16(datagram[1])
        // Requests in several datagrams are not put together; sequence and reserved bytes mean nothing then.
        guard datagram[4] == 0 && datagram[5] == 1 else { return }
        // A session remembers what a conversation left unfinished. A datagram has neither past nor future.
        let session = frontEnd.makeSession(workerIndex: workerIndex)
        defer { session.connectionClosed() }
        var offset = headerSize
        while offset < datagram.byteCount {
            let progress = session.receive(
                datagram.slice(offset, datagram.byteCount), &output, now: now)
            if session.isReplyInterrupted {
                // The next part would follow when this one has left; here that could go on for gigabytes.
                output.truncate(to: 0)
                return output.append(Reply.outOfMemoryReplying)
            }
            offset += progress.consumed
            // What is left is unfinished, or behind more replies than one datagram may ask for.
            guard progress.next == .yield && !output.isOverSoftLimit else { return }
        }
    }

    func header(ofDatagram index: Int, of count: Int) -> UInt64 {
        UInt64(requestID) << 48 | UInt64(UInt16(index)) << 32 | UInt64(UInt16(count)) << 16
    }
}
