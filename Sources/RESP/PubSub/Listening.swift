// One worker's side of publishing: its mailbox of messages, and how they get to the subscribers that it serves.
//
// A message is formed once, whatever the version of the protocol, which decides about its first byte alone, and put
// into the mailbox of each worker with subscribers. A worker empties its own after a batch of requests, before their
// replies leave; another's is rung if it was empty.

import Base
import Engine
import Synchronization
import Transport

/// A message on its way to a worker's subscribers. Holds its bytes.
struct Message {
    let subscribers: Subscribers
    /// All but the first byte.
    let bytes: SharedBytes
    let sequence: UInt64
}

/// What a worker hears. `post` is for any thread, the rest for the worker's own.
final class Listening: @unchecked Sendable {
    // Sendable: what is not constant or under the lock belongs to the worker's thread.
    private let worker: Worker?
    private let inbox = Spinning<[Message]>([])
    private let limits: OutputLimiter

    private var taken: [Message] = []
    /// Those whose mailboxes were empty before this worker put something there.
    private var toRing: [Listening] = []
    private var scratch = OutputBuffer(capacity: 256)
    private var nothing = OutputBuffer(capacity: 64)

    /// - Parameter worker: nil in a test, which looks by itself.
    init(_ worker: Worker?, _ limits: OutputLimiter) {
        self.worker = worker
        self.limits = limits
    }

    deinit {
        inbox.withLock { inbox in
            for message in inbox { message.bytes.release() }
        }
    }

    // MARK: Publishing

    /// A message without its first byte, with one hold, the caller's. Source: Redis addReplyPubsubMessage.
    func form(_ kind: ChannelKind, pattern: [UInt8]?, _ name: RawSpan, _ message: RawSpan) -> SharedBytes {
        scratch.removeAll()
        switch kind {
        case .channel: scratch.append("3\r\n$7\r\nmessage\r\n")
        case .shard: scratch.append("3\r\n$8\r\nsmessage\r\n")
        case .pattern: scratch.append("4\r\n$8\r\npmessage\r\n")
        }
        if let pattern { scratch.appendBulk(pattern.span.rawBytes) }
        scratch.appendBulk(name)
        scratch.appendLine("$", message.byteCount)
        let size = scratch.count
        scratch.append("\r\n")
        let formed = SharedBytes(scratch.span.slice(0, size), message, scratch.span.slice(size, size + 2))
        scratch.removeAll()
        if name.byteCount > RESPLimits.messageHeadKept { scratch.shrink(to: 256) }
        guard let formed else { fatalError("out of memory: a message") }
        return formed
    }

    /// Any thread. Under a channel's lock.
    func post(_ message: Message, from sender: Listening) {
        let wasEmpty = inbox.withLock { inbox in
            inbox.append(message)
            return inbox.count == 1
        }
        if wasEmpty && self !== sender { sender.toRing.append(self) }
    }

    /// Has the other workers look that were sent something.
    func ringOthers() {
        if toRing.isEmpty { return }
        for other in toRing { other.ring() }
        toRing.removeAll(keepingCapacity: true)
    }

    private func ring() {
        worker?.post { [self] in drain(nil, &nothing) }
    }

    // MARK: Delivering

    /// Hands all messages out: to `me`, whose turn it is, behind what is in `output`.
    func drain(_ me: RESPSession?, _ output: inout OutputBuffer) {
        precondition(taken.isEmpty)
        inbox.withLock { inbox in swap(&inbox, &taken) }
        let sizeMax = limits.hardSizeMax
        for message in taken {
            for subscription in message.subscribers.all where subscription.since < message.sequence {
                tell(subscription.session, message.bytes, me, &output, sizeMax)
            }
            message.bytes.release()
        }
        taken.removeAll(keepingCapacity: taken.count <= RESPLimits.messagesKept)
    }

    private func tell(
        _ session: RESPSession, _ bytes: SharedBytes, _ me: RESPSession?, _ output: inout OutputBuffer, _ sizeMax: Int
    ) {
        let mark = UInt8(ascii: session.version == .three ? ">" : "*")
        if session === me {
            output.append(mark)
            guard bytes.byteCount >= Limits.sharedValueSizeMin else { return bytes.show { output.append($0) } }
            bytes.retain()
            output.append(shared: bytes)
        } else if let connection = session.record.peer.connection {
            let size = connection.worker.say(mark, bytes, to: connection)
            if size > sizeMax { limits.cutOff(connection) }
        } else {
            session.subscriptions?.heard.append(mark)
            bytes.show { session.subscriptions?.heard.append(contentsOf: $0.copiedBytes()) }
        }
    }
}
