// One worker's side of publishing: its mailbox of messages, and how they get to the subscribers that it serves.
//
// A message is formed once, whatever the version of the protocol, which decides about its first byte alone, and put
// into the mailbox of each worker with subscribers. A worker empties its own, and rings others whose were empty, at the
// end of its turn: messages of a turn for the same subscribers are put together once and go to each of them in one
// piece. A subscriber's own requests look before and after: it is told in order.

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
final class Listening: TurnDuty, @unchecked Sendable {
    // Sendable: what is not constant or under the lock belongs to the worker's thread.
    private let worker: Worker?
    private struct Inbox {
        var messages: [Message] = []
        /// Those whom some of it is for.
        var subscribers: [Subscribers] = []
    }

    private let inbox = Spinning(Inbox())
    private let limits: OutputLimiter
    /// What its clients hear of changes to keys.
    let invalidations: InvalidationInbox

    private var taken: [Message] = []
    /// Those whose mailboxes were empty before this worker put something there.
    private var toRing: [Listening] = []
    private var scratch = OutputBuffer(capacity: 256)
    private var nothing = OutputBuffer(capacity: 64)
    /// The turn's end brings what is in the mailbox.
    private(set) var isDue = false

    /// - Parameter worker: nil in a test, which looks by itself.
    init(_ worker: Worker?, _ frontEnd: RESPFrontEnd) {
        let limits = frontEnd.outputLimiter
        invalidations = frontEnd.tracking.makeInbox(worker, limits)
        self.worker = worker
        self.limits = limits
    }

    deinit {
        inbox.withLock { inbox in
            for message in inbox.messages { message.bytes.release() }
        }
    }

    // MARK: Publishing

    /// A message without its first byte, with one hold, the caller's. Source: Redis addReplyPubsubMessage.
    func form(_ kind: ChannelKind, pattern: [UInt8]?, _ name: RawSpan, _ message: RawSpan) -> SharedBytes {
        scratch.removeAll()
        let formed = Self.form(kind, pattern: pattern, name, message, &scratch)
        scratch.removeAll()
        if name.byteCount > RESPLimits.messageHeadKept { scratch.shrink(to: 256) }
        return formed
    }

    /// - Parameter scratch: empty.
    static func form(
        _ kind: ChannelKind, pattern: [UInt8]?, _ name: RawSpan, _ message: RawSpan, _ scratch: inout OutputBuffer
    ) -> SharedBytes {
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
        guard let formed else { fatalError("out of memory: a message") }
        return formed
    }

    /// Any thread. Under a channel's lock. True if the worker must be told to look.
    ///
    /// A script, or a burst while the worker is busy, could fill the memory: what waits here for one channel is bounded
    /// by what a subscriber may leave unread. Beyond, messages are dropped, and who misses them is cut off.
    func post(_ message: Message) -> Bool {
        let sizeMax = limits.hardSizeMax
        let (isTaken, isFirst) = inbox.withLock { inbox in
            let them = message.subscribers
            if them.waitingSize > sizeMax {
                if them.lostFrom == 0 { them.lostFrom = message.sequence }
                return (false, false)
            }
            if them.waitingSize == 0 { inbox.subscribers.append(them) }
            them.waitingSize &+= message.bytes.byteCount
            inbox.messages.append(message)
            return (true, inbox.messages.count == 1)
        }
        if !isTaken { message.bytes.release() }
        return isFirst
    }

    /// These are to be rung when this worker is done.
    func owe(_ others: [Listening]) {
        for other in others where other !== self { toRing.append(other) }
    }

    /// Has this worker look, and ring others, at the end of its turn.
    /// - Returns: false without a worker: whoever published looks.
    func lookAtTurnEnd() -> Bool {
        guard let worker else { return false }
        if !isDue {
            isDue = true
            worker.atTurnEnd(self)
        }
        return true
    }

    func turnEnds() {
        isDue = false
        ringOthers()
        drain(nil, &nothing)
    }

    /// Has the other workers look that were sent something.
    func ringOthers() {
        if toRing.isEmpty { return }
        for other in toRing { other.ring() }
        toRing.removeAll(keepingCapacity: true)
    }

    /// Has the worker look. Any thread, whatever it holds.
    func ring() {
        worker?.post { [self] in drain(nil, &nothing) }
    }

    /// Closes the connections of those of `users` that are subscribed to what they may not hear any more. Any thread;
    /// nothing without a worker. Source: Redis ACLKillPubsubClientsIfNeeded.
    func closeRevoked(_ users: Set<UInt64>, _ channels: Channels) {
        worker?.post { [self] in
            for subscription in channels.subscribers(of: self).flatMap(\.all) {
                let session = subscription.session
                guard users.contains(session.record.userID.load(ordering: .relaxed)) else { continue }
                if !session.mayHear(subscription.channel) { subscription.connection?.close() }
            }
        }
    }

    // MARK: Delivering

    /// Hands all messages out: to `me`, whose turn it is, behind what is in `output`.
    func drain(_ me: RESPSession?, _ output: inout OutputBuffer) {
        precondition(taken.isEmpty)
        let lost = inbox.withLock { inbox in
            swap(&inbox.messages, &taken)
            return Self.forget(&inbox.subscribers)
        }
        let sizeMax = limits.hardSizeMax
        var start = 0
        while start < taken.count {
            let end = endOfRun(from: start)
            let subscribers = taken[start].subscribers.all
            if end - start > 1 && subscribers.count >= RESPLimits.joinedMessageAudienceMin {
                tellTogether(start..<end, subscribers, me, &output, sizeMax)
            } else {
                for subscription in subscribers { tell(subscription, start..<end, me, &output, sizeMax) }
            }
            start = end
        }
        for message in taken { message.bytes.release() }
        taken.removeAll(keepingCapacity: taken.count <= RESPLimits.messagesKept)
        for (subscribers, first) in lost {
            for subscription in subscribers.all where subscription.since < first {
                if let connection = subscription.session.record.peer.connection { limits.cutOff(connection) }
            }
        }
    }

    /// Nothing waits for them any more. Returns those who missed something, and from where on.
    private static func forget(_ subscribers: inout [Subscribers]) -> [(Subscribers, UInt64)] {
        var lost: [(Subscribers, UInt64)] = []
        for them in subscribers {
            if them.lostFrom != 0 { lost.append((them, them.lostFrom)) }
            them.lostFrom = 0
            them.waitingSize = 0
        }
        subscribers.removeAll(keepingCapacity: true)
        return lost
    }

    /// Where the messages end that are for the same subscribers as the one at `start`, and together not too large.
    private func endOfRun(from start: Int) -> Int {
        let subscribers = taken[start].subscribers
        var size = taken[start].bytes.byteCount
        var end = start + 1
        while end < taken.count && taken[end].subscribers === subscribers {
            size += taken[end].bytes.byteCount + 1
            if size > RESPLimits.joinedMessageSizeMax { break }
            end += 1
        }
        return end
    }

    /// Hands several messages to many.
    private func tellTogether(
        _ messages: Range<Int>, _ subscribers: [Subscription], _ me: RESPSession?, _ output: inout OutputBuffer,
        _ sizeMax: Int
    ) {
        var (two, three): (SharedBytes?, SharedBytes?)
        let first = taken[messages.lowerBound].sequence
        for subscription in subscribers {
            guard subscription.since < first, let connection = subscription.connection, subscription.session !== me
            else {
                tell(subscription, messages, me, &output, sizeMax)
                continue
            }
            let mark = subscription.session.messageMark
            let joined = (mark == Self.mark3 ? three : two) ?? join(messages, mark)
            if mark == Self.mark3 { three = joined } else { two = joined }
            say(nil, joined, to: connection, sizeMax)
        }
        two?.release()
        three?.release()
    }

    /// Messages in a row, with the first byte of each, with one hold, the caller's.
    private func join(_ messages: Range<Int>, _ mark: UInt8) -> SharedBytes {
        scratch.removeAll()
        for index in messages {
            scratch.append(mark)
            taken[index].bytes.show { scratch.append($0) }
        }
        let joined = SharedBytes(scratch.span, RawSpan(), RawSpan())
        scratch.removeAll()
        guard let joined else { fatalError("out of memory: messages") }
        return joined
    }

    /// Hands messages to one subscriber, but for those from before its time.
    private func tell(
        _ subscription: Subscription, _ messages: Range<Int>, _ me: RESPSession?, _ output: inout OutputBuffer,
        _ sizeMax: Int
    ) {
        let session = subscription.session
        let mark = session.messageMark
        for index in messages where subscription.since < taken[index].sequence {
            let bytes = taken[index].bytes
            if session === me {
                output.append(mark)
                if bytes.byteCount >= Limits.sharedValueSizeMin {
                    bytes.retain()
                    output.append(shared: bytes)
                } else {
                    bytes.show { output.append($0) }
                }
            } else if let connection = subscription.connection {
                say(mark, bytes, to: connection, sizeMax)
            } else {
                session.subscriptions?.heard.append(mark)
                bytes.show { session.subscriptions?.heard.append(contentsOf: $0.copiedBytes()) }
            }
        }
    }

    private func say(_ mark: UInt8?, _ bytes: SharedBytes, to connection: Connection, _ sizeMax: Int) {
        guard let worker else { return }
        if worker.say(mark, bytes, to: connection) > sizeMax { limits.cutOff(connection) }
    }

    fileprivate static let mark3 = UInt8(ascii: ">")
}

extension RESPSession {
    /// The first byte of a message, which the protocol's version decides about.
    fileprivate var messageMark: UInt8 { version == .three ? Listening.mark3 : UInt8(ascii: "*") }
}
