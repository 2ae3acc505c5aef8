// How other threads reach a loop: a queue and an eventfd.
//
// The queue is an array under a Mutex, not a lock-free list: the reader takes the whole array in one
// exchange, so the lock is held for a few nanoseconds, a message needs no node of its own, and the order is
// that of posting.

import CLibevent
import Glibc
import Synchronization

private enum PostOutcome { case refused, first, behindOthers }

/// A queue with many writers and one reader, which it wakes through a file descriptor.
final class Mailbox<Message: Sendable>: Sendable {
    private struct Queue {
        var messages: [Message] = []
        var isClosed = false
    }

    private let queue = Mutex(Queue())

    /// Becomes readable, as an edge, when the queue stops being empty. Nobody needs to read it.
    let fd: Int32

    init() throws(TransportError) {
        fd = duet_eventfd()
        guard fd >= 0 else { throw .system(call: "eventfd", address: "mailbox", errno: errno) }
    }

    deinit { _ = Glibc.close(fd) }

    /// Any thread. False if the reader is gone; the message is then dropped.
    @discardableResult
    func post(_ message: Message) -> Bool {
        let outcome: PostOutcome = queue.withLock { queue in
            if queue.isClosed { return .refused }
            queue.messages.append(message)
            return queue.messages.count == 1 ? .first : .behindOthers
        }
        if outcome == .first { ring() }
        return outcome != .refused
    }

    /// Exchanges the queue for `emptied`, which keeps its memory for the next exchange. The reader's thread.
    func take(into emptied: inout [Message]) {
        precondition(emptied.isEmpty)
        queue.withLock { queue in swap(&queue.messages, &emptied) }
    }

    /// Puts messages that were taken back to the front. The reader's thread.
    func putBack(_ messages: [Message]) {
        if messages.isEmpty { return }
        queue.withLock { $0.messages.insert(contentsOf: messages, at: 0) }
        ring()
    }

    /// Refuses further messages and answers what was left.
    func close() -> [Message] {
        queue.withLock { queue in
            queue.isClosed = true
            let rest = queue.messages
            queue.messages = []
            return rest
        }
    }

    private func ring() {
        var one: UInt64 = 1
        // EAGAIN would mean that 2^64 - 2 rings are unread; no other error is possible on an eventfd of ours.
        // SAFETY: eight bytes are what an eventfd takes.
        unsafe _ = write(fd, &one, 8)
    }
}
