// What the tracked clients of one worker are to hear, and how they are told.
//
// Whatever concerns a client is posted to its own worker, which knows how the client wants to be told, and sends it on
// if that is by another worker's client. It is told behind all replies that the worker has written: whoever gets a
// value and then the news that it changed drops it.

import Base
import Synchronization
import Transport

/// What a worker's clients are to hear.
enum Invalidation {
    /// A key changed, or had to make room in the table.
    /// - Parameter except: the client that is not told, or 0.
    case key([UInt8], TrackingTable.Holders, except: UInt64)
    /// Keys with a prefix changed.
    case prefix(BroadcastPrefixes.Audience)
    /// Any key may have changed.
    case everything
    /// Another worker's client has it told to one of this worker's.
    case forwarded(InvalidationInbox.Payload, to: ClientRecord, by: TrackedClient)
    /// The client that should have been told is gone.
    case broken(TrackedClient)
}

/// What a worker's clients are to hear. `post` is for any thread, the rest for the worker's own.
final class InvalidationInbox: TurnDuty, @unchecked Sendable {
    // Sendable: what is not constant, atomic or under the lock belongs to the worker's thread.

    /// What changed, in the protocol's words.
    enum Payload {
        /// An array of keys.
        case keys([UInt8])
        case everything
    }

    private struct Posted {
        var list: [Invalidation] = []
        var forwardedSize = 0
    }

    /// Among all workers' inboxes. Many of them may have to share a bit.
    let place: Int
    var mask: UInt64 { 1 << UInt64(place & 63) }

    private let worker: Worker?
    private let prefixes: BroadcastPrefixes
    private let limits: OutputLimiter
    private let posted = Spinning(Posted())
    private let isFilled = Atomic<Bool>(false)
    /// `Thread.current` while it serves a tracked client, which looks here when that is done; else 0.
    private let servingThread = Atomic<UInt>(0)
    private(set) var serving: TrackedClient?
    /// Those whose tracking is on.
    var clients: [UInt64: TrackedClient] = [:]

    private var taken: [Invalidation] = []
    /// Whose news wait for the end of the turn.
    private var later: [BroadcastPrefixes.Audience] = []
    private var scratch = OutputBuffer(capacity: 256)
    private var nothing = OutputBuffer(capacity: 64)
    /// What clients of no connection were told.
    private var heard: [UInt64: [UInt8]] = [:]

    /// - Parameter worker: nil in a test, which looks by itself.
    init(_ worker: Worker?, _ tracking: Tracking, place: Int, _ limits: OutputLimiter) {
        self.worker = worker
        self.place = place
        self.limits = limits
        prefixes = tracking.prefixes
    }

    // MARK: Posting

    /// Whether there is something to `drain`.
    var hasPosted: Bool { isFilled.load(ordering: .acquiring) }

    /// Whether this thread serves a tracked client of this worker.
    var isServingHere: Bool { servingThread.load(ordering: .relaxed) == Thread.current }

    /// Any thread, also under shards. A worker that does not look by itself is woken, which is a system call if it was
    /// told nothing since it last looked.
    func post(_ invalidation: Invalidation) {
        let wasEmpty = posted.withLock { posted in
            if case .everything = invalidation, posted.list.count >= RESPLimits.messagesKept,
                case .everything? = posted.list.last
            { return false }
            posted.list.append(invalidation)
            isFilled.store(true, ordering: .releasing)
            return posted.list.count == 1
        }
        if wasEmpty && !isServingHere { worker?.post { [self] in drain(nil, &nothing) } }
    }

    /// Posts what another worker's client has told to one of this one's; false if too much waits here.
    private func forward(_ payload: Payload, to receiver: ClientRecord, by client: TrackedClient) -> Bool {
        let size = payload.size
        let isTooMuch = posted.withLock { posted in
            if posted.forwardedSize + size > RESPLimits.forwardedSizeMax { return true }
            posted.forwardedSize += size
            return false
        }
        if isTooMuch { return false }
        post(.forwarded(payload, to: receiver, by: client))
        return true
    }

    // MARK: Serving

    func beginServing(_ client: TrackedClient) {
        serving = client
        servingThread.store(Thread.current, ordering: .relaxed)
    }

    func endServing() {
        servingThread.store(0, ordering: .relaxed)
        serving = nil
    }

    // MARK: Telling

    /// Tells everybody: `me`, whose turn it is, behind what is in `output`.
    @inline(never)
    func drain(_ me: RESPSession?, _ output: inout OutputBuffer) {
        precondition(taken.isEmpty)
        posted.withLock { posted in
            swap(&posted.list, &taken)
            posted.forwardedSize = 0
            isFilled.store(false, ordering: .relaxed)
        }
        for invalidation in taken { tell(invalidation, me, &output) }
        taken.removeAll(keepingCapacity: taken.count <= RESPLimits.messagesKept)
    }

    /// Tells what changed under prefixes, one after the other, put together as far as it came in this turn.
    /// Source: Redis trackingBroadcastInvalidationMessages.
    func turnEnds() {
        let audiences = later.sorted { $0.prefix.lexicographicallyPrecedes($1.prefix) }
        later = []
        for audience in audiences { tell(prefixes.takeNews(for: audience), nil, &nothing) }
    }

    private func tell(_ invalidation: Invalidation, _ me: RESPSession?, _ output: inout OutputBuffer) {
        switch invalidation {
        case .key(let key, let holders, let except):
            let payload = Payload.keys(Self.array(of: key))
            holders.each { client in
                guard client.inbox === self, client.id != except, client.options.contains(.on) else { return }
                // What it read before it wanted to hear of prefixes is no matter any more. Source: Redis
                // trackingInvalidateKey.
                if client.options.contains(.broadcast) { return }
                tell(client, payload, me, &output)
            }
        case .prefix(let audience):
            if later.isEmpty { worker?.atTurnEnd(self) }
            later.append(audience)
        case .everything:
            for client in clients.values { tell(client, .everything, me, &output) }
        case .forwarded(let payload, let receiver, let client):
            if !say(payload, to: receiver, isRedirected: true, me, &output) { client.inbox.post(.broken(client)) }
        case .broken(let client): tellBroken(client, me, &output)
        }
    }

    private func tell(_ news: BroadcastPrefixes.News, _ me: RESPSession?, _ output: inout OutputBuffer) {
        let common = Payload.keys(Self.array(of: news.keys, except: 0))
        for client in news.clients where client.options.contains(.broadcast) {
            if news.isFlooded {
                tell(client, .everything, me, &output)
            } else if !client.options.contains(.noLoop) {
                if !news.keys.isEmpty { tell(client, common, me, &output) }
            } else if news.keys.contains(where: { $0.writer != client.id }) {
                tell(client, .keys(Self.array(of: news.keys, except: client.id)), me, &output)
            }
        }
    }

    /// Source: Redis sendTrackingMessage.
    private func tell(
        _ client: TrackedClient, _ payload: Payload, _ me: RESPSession?, _ output: inout OutputBuffer
    ) {
        guard let session = client.session else { return }
        guard let receiver = client.redirect else {
            if session.version == .three { _ = say(payload, to: session.record, isRedirected: false, me, &output) }
            return
        }
        let home = receiver.inbox
        let isTold =
            if receiver.isGone.load(ordering: .relaxed) {
                false
            } else if home === self {
                say(payload, to: receiver, isRedirected: true, me, &output)
            } else {
                home.forward(payload, to: receiver, by: client)
            }
        if isTold { return }
        // Whatever it did not hear is lost: it must not go on as if there was nothing.
        receiver.peer.connection?.abort()
        tellBroken(client, me, &output)
    }

    private func tellBroken(_ client: TrackedClient, _ me: RESPSession?, _ output: inout OutputBuffer) {
        guard let session = client.session, client.options.contains(.on), let receiver = client.redirect else { return }
        client.options.insert(.brokenRedirect)
        session.publishTracking()
        guard session.version == .three else { return }
        scratch.removeAll()
        scratch.append("2\r\n$21\r\ntracking-redir-broken\r\n")
        scratch.appendInteger(Int64(truncatingIfNeeded: receiver.peer.id))
        _ = sayScratch(to: session.record, isThree: true, me, &output)
    }

    /// - Returns: false if the receiver is gone.
    private func say(
        _ payload: Payload, to receiver: ClientRecord, isRedirected: Bool, _ me: RESPSession?,
        _ output: inout OutputBuffer
    ) -> Bool {
        let isThree =
            if let me, me.record === receiver {
                me.version == .three
            } else {
                receiver.protocolVersion.load(ordering: .relaxed) == ProtocolVersion.three.rawValue
            }
        scratch.removeAll()
        if isThree {
            scratch.append("2\r\n$10\r\ninvalidate\r\n")
        } else if isRedirected && receiver.kind == .pubsub {
            scratch.append("3\r\n$7\r\nmessage\r\n$20\r\n__redis__:invalidate\r\n")
        } else {
            // It cannot be told, as long as it is so.
            return !receiver.isGone.load(ordering: .relaxed)
        }
        switch payload {
        case .keys(let array): scratch.append(array.span.rawBytes)
        case .everything: scratch.appendNull(isThree ? .three : .two)
        }
        return sayScratch(to: receiver, isThree: isThree, me, &output)
    }

    private func sayScratch(
        to receiver: ClientRecord, isThree: Bool, _ me: RESPSession?, _ output: inout OutputBuffer
    ) -> Bool {
        defer {
            if scratch.count > RESPLimits.messageHeadKept { scratch.shrink(to: 256) }
        }
        let mark = UInt8(ascii: isThree ? ">" : "*")
        if let me, me.record === receiver {
            output.append(mark)
            output.append(scratch.span)
            return true
        }
        guard let connection = receiver.peer.connection else {
            if receiver.isGone.load(ordering: .relaxed) { return false }
            heard[receiver.peer.id, default: []] += [mark] + scratch.span.copiedBytes()
            return true
        }
        let empty = RawSpan()
        guard let bytes = SharedBytes(scratch.span, empty, empty) else { fatalError("out of memory: a message") }
        let size = connection.worker.say(mark, bytes, to: connection)
        bytes.release()
        if receiver.kind == .pubsub && size > limits.hardSizeMax { limits.cutOff(connection) }
        return size > 0
    }

    private static func array(of key: [UInt8]) -> [UInt8] {
        Array("*1\r\n$\(key.count)\r\n".utf8) + key + [13, 10]
    }

    private static func array(of keys: [(key: [UInt8], writer: UInt64)], except writer: UInt64) -> [UInt8] {
        var count = 0
        var bytes: [UInt8] = []
        for (key, changer) in keys where changer != writer || writer == 0 {
            count += 1
            bytes += Array("$\(key.count)\r\n".utf8) + key + [13, 10]
        }
        return Array("*\(count)\r\n".utf8) + bytes
    }

    // MARK: For tests

    /// What a client of no connection was told.
    func takeHeard(_ record: ClientRecord) -> [UInt8] {
        drain(nil, &nothing)
        turnEnds()
        return heard.removeValue(forKey: record.peer.id) ?? []
    }
}

extension InvalidationInbox.Payload {
    fileprivate var size: Int {
        switch self {
        case .keys(let bytes): bytes.count + 64
        case .everything: 64
        }
    }
}
