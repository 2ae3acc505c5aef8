// One worker's side of publishing: its mailbox of messages, and how they get to the subscribers that it serves.
//
// A message is written once for each worker with subscribers, into its mailbox, whatever the version of the protocol,
// which decides about its first byte alone. A worker empties its own mailbox, and rings others whose were empty, at the
// end of its turn: messages in a row for the same subscribers go to each of them in one piece. A subscriber's own
// requests look before and after: it is told in order.

import Base
import Engine
import Synchronization
import Transport

/// Messages on their way to the same subscribers, one behind the other.
struct MessageRun {
    let subscribers: Subscribers
    /// Of the first; that of each other is one more than that of the one before.
    let sequence: UInt64
    var count = 1
    /// Where it lies in its mailbox's text, as version 2 has it.
    let start: Int
    var size: Int
    /// Of its first message in the mailbox's `starts`.
    let place: Int
    /// A large message, which is alone: all but its first byte, and held. `start` and `place` tell nothing then.
    let large: SharedBytes?
}

/// What a worker hears. `post` is for any thread, the rest for the worker's own.
final class Listening: TurnDuty, @unchecked Sendable {
    // Sendable: what is not constant or under the lock belongs to the worker's thread.
    private let worker: Worker?
    private struct Inbox: ~Copyable {
        var runs: [MessageRun] = []
        var text = OutputBuffer(capacity: 256)
        /// Where each message begins in the text.
        var starts: [Int] = []
        /// Those whom some of it is for.
        var subscribers: [Subscribers] = []
    }

    private let inbox = Spinning(Inbox())
    private let limits: OutputLimiter
    /// What its clients hear of changes to keys.
    let invalidations: InvalidationInbox

    // What was taken out of the mailbox.
    private var taken: [MessageRun] = []
    private var text = OutputBuffer(capacity: 256)
    private var starts: [Int] = []
    /// Those whose mailboxes were empty before this worker put something there.
    private var toRing: [Listening] = []
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
            for run in inbox.runs { run.large?.release() }
        }
    }

    // MARK: Publishing

    /// Any thread. Under a channel's lock. True if the worker must be told to look.
    ///
    /// A script, or a burst while the worker is busy, could fill the memory: what waits here for one channel is bounded
    /// by what a subscriber may leave unread. Beyond, messages are dropped, and who misses them is cut off.
    /// - Parameter large: as in `MessageRun`; it gets one more hold.
    func post(
        _ message: borrowing PublishedMessage, _ large: SharedBytes?, _ sequence: UInt64, to them: Subscribers
    ) -> Bool {
        let sizeMax = limits.hardSizeMax
        return inbox.withLock { inbox in
            if them.waitingSize > sizeMax {
                if them.lostFrom == 0 { them.lostFrom = sequence }
                return false
            }
            if them.waitingSize == 0 { inbox.subscribers.append(them) }
            let isFirst = inbox.runs.isEmpty
            let last = inbox.runs.count &- 1
            let start = inbox.text.count
            if let large {
                large.retain()
                them.waitingSize &+= large.byteCount
                inbox.runs.append(
                    MessageRun(
                        subscribers: them, sequence: sequence, start: start, size: large.byteCount, place: 0,
                        large: large))
                return isFirst
            }
            message.write(to: &inbox.text)
            let size = inbox.text.count &- start
            them.waitingSize &+= size
            if last >= 0 && inbox.runs[last].isFollowed(by: sequence, of: size, to: them) {
                inbox.runs[last].count &+= 1
                inbox.runs[last].size &+= size
            } else {
                inbox.runs.append(
                    MessageRun(
                        subscribers: them, sequence: sequence, start: start, size: size, place: inbox.starts.count,
                        large: nil))
            }
            inbox.starts.append(start)
            return isFirst
        }
    }

    /// These are to be rung when this worker is done.
    func owe(_ others: [Listening]) {
        toRing += others
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
            swap(&inbox.runs, &taken)
            swap(&inbox.text, &text)
            swap(&inbox.starts, &starts)
            return Self.forget(&inbox.subscribers)
        }
        let sizeMax = limits.hardSizeMax
        for run in taken {
            if let large = run.large {
                for subscription in run.subscribers.all where subscription.since < run.sequence {
                    tell(subscription, large, me, &output, sizeMax)
                }
                large.release()
            } else if deliver(run, .two, me, &output, sizeMax) {
                for place in run.place..<run.place + run.count {
                    text.replace(at: starts[place], with: PublishedMessage.mark(.three))
                }
                _ = deliver(run, .three, me, &output, sizeMax)
            }
        }
        let isSmall = starts.count <= RESPLimits.messagesKept
        taken.removeAll(keepingCapacity: isSmall)
        starts.removeAll(keepingCapacity: isSmall)
        text.removeAll()
        text.shrink(to: RESPLimits.messageTextKept)
        for (subscribers, first) in lost {
            for subscription in subscribers.all where subscription.since < first {
                if let connection = subscription.connection { limits.cutOff(connection) }
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

    /// Hands a run to those subscribers who speak a version of the protocol. Returns whether there are others.
    private func deliver(
        _ run: MessageRun, _ version: ProtocolVersion, _ me: RESPSession?, _ output: inout OutputBuffer, _ sizeMax: Int
    ) -> Bool {
        let subscribers = run.subscribers.all
        let end = run.start + run.size
        // One block for all of many, if it need not be copied for each of them.
        var shared: SharedBytes?
        var hasOthers = false
        for subscription in subscribers {
            let session = subscription.session
            if session.version != version {
                hasOthers = true
                continue
            }
            var start = run.start
            // But for what is from before its time.
            if subscription.since >= run.sequence {
                let passed = Int(subscription.since &- run.sequence) &+ 1
                if passed >= run.count { continue }
                start = starts[run.place + passed]
            }
            if session === me {
                output.append(text.span.slice(start, end))
            } else if let connection = subscription.connection {
                if run.size >= Limits.sharedValueSizeMin && start == run.start && subscribers.count > 1 {
                    let block = shared ?? share(start, end)
                    shared = block
                    say(nil, block, to: connection, sizeMax)
                } else {
                    say(start, end, to: connection, sizeMax)
                }
            } else {
                session.subscriptions?.heard.append(contentsOf: text.span.slice(start, end).copiedBytes())
            }
        }
        shared?.release()
        return hasOthers
    }

    /// A part of the text, with one hold, the caller's.
    private func share(_ start: Int, _ end: Int) -> SharedBytes {
        guard let shared = text.copy(start, end) else { fatalError("out of memory: messages") }
        return shared
    }

    /// Hands a large message to one subscriber.
    private func tell(
        _ subscription: Subscription, _ bytes: SharedBytes, _ me: RESPSession?, _ output: inout OutputBuffer,
        _ sizeMax: Int
    ) {
        let session = subscription.session
        let mark = PublishedMessage.mark(session.version)
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

    private func say(_ start: Int, _ end: Int, to connection: Connection, _ sizeMax: Int) {
        guard let worker else { return }
        let unsent = worker.say(text.span.slice(start, end), to: connection)
        if unsent > sizeMax { limits.cutOff(connection) }
    }

    private func say(_ mark: UInt8?, _ bytes: SharedBytes, to connection: Connection, _ sizeMax: Int) {
        guard let worker else { return }
        if worker.say(mark, bytes, to: connection) > sizeMax { limits.cutOff(connection) }
    }
}

extension MessageRun {
    /// Whether a message to somebody may be put behind it.
    fileprivate func isFollowed(by next: UInt64, of size: Int, to them: Subscribers) -> Bool {
        subscribers === them && large == nil && next == sequence &+ UInt64(count)
            && self.size &+ size <= RESPLimits.joinedMessageSizeMax
    }
}
