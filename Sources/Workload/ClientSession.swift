// One connection of the load generator: sends requests, reads replies, notes how long each took.

internal import Base
internal import Transport

/// The client's side of a conversation. Closed loop: `pipelineDepth` requests leave together, and the next
/// ones when all of them are answered, so that every server sees the same batches. Open loop: a request
/// leaves when it is due, and waits only if `pipelineDepth` are under way already; its latency counts from
/// when it was due.
final class ClientSession: Session {
    /// Requests of a preload under way at once.
    private static let preloadDepth = 64

    private struct Pending {
        var sentAt: UInt64 = 0
        var key: UInt64 = 0
        var kind = RequestKind.read
    }

    let connection: Connection
    private let context: ThreadContext
    private let depth: Int
    private let keysPerRequest: Int
    private let fillsMisses: Bool
    private let isPaced: Bool
    private var reader: ReplyReader
    private var hasOpened = false

    // Unanswered requests, oldest first, and missed keys to store: rings whose sizes are powers of two.
    private var ring: [Pending]
    private var head = 0
    private(set) var pendingCount = 0
    private var missed: [UInt64] = []

    /// Open loop: when the next request is due, and nanoseconds from one to the next.
    var dueAt: Double = 0
    let period: Double
    /// This connection's place among all, 0 ..< connectionCount.
    let place: Int

    init(_ context: ThreadContext, _ connection: Connection, place: Int) {
        let options = context.options
        self.context = context
        self.connection = connection
        self.place = place
        depth = options.pipelineDepth
        keysPerRequest = options.keysPerRequest
        fillsMisses = options.fillsMisses
        isPaced = options.ratePerSecond != nil
        period = options.ratePerSecond.map { 1e9 * Double(options.connectionCount) / $0 } ?? 0
        reader = ReplyReader(options.wireProtocol)
        // Twice the depth: each request may be followed by a fill while a batch is under way.
        let slots = max(options.pipelineDepth * 2, Self.preloadDepth)
        ring = [Pending](repeating: Pending(), count: slots.nextPowerOfTwo)
        missed.reserveCapacity(options.pipelineDepth)
    }

    func connectionOpened(_ output: inout OutputBuffer, now: Milliseconds) {
        context.openCount += 1
        hasOpened = true
        guard let password = context.options.password else { return }
        context.encoder.appendLogin(context.options.username, password, to: &output)
        push(.login, key: 0, at: monotonicNanoseconds())
    }

    func connectionWoken(_ output: inout OutputBuffer, now: Milliseconds) -> Progress.Next {
        let time = monotonicNanoseconds()
        if isPaced { context.pace(from: self, at: time) }
        send(&output, at: time)
        return .read
    }

    func connectionClosed() {
        if hasOpened { context.openCount -= 1 }
        context.endedCount += 1
        context.outstandingCount -= pendingCount
        guard context.stage != .finished else { return }
        context.counters.add(.connectionsLost)
        context.counters.add(.unanswered, pendingCount)
        context.note(
            error: hasOpened ? "the server closed a connection" : "no TLS handshake with the server")
        pendingCount = 0
    }

    // MARK: Replies

    func receive(_ input: RawSpan, _ output: inout OutputBuffer, now: Milliseconds) -> Progress {
        let arrival = monotonicNanoseconds()
        var offset = 0
        var batch = ReplyBatch()
        reading: while pendingCount > 0 {
            let pending = ring[head]
            let keyCount = pending.kind == .read ? keysPerRequest : 1
            let outcome = reader.read(input, at: &offset, pending.kind, keyCount: keyCount)
            switch outcome {
            case .answered(let hits):
                batch.count(pending.kind, hits: hits, keyCount: keyCount)
                if fillsMisses && pending.kind == .read && hits == 0 { missed.append(pending.key) }
            case .refused:
                batch.errors &+= 1
                context.note(error: reader.errorText)
                if pending.kind == .login { return giveUp(offset, &batch) }
            case .incomplete:
                break reading
            case .nonsense:
                context.note(error: "not a reply of this protocol: \(reader.errorText)")
                batch.errors &+= 1
                return giveUp(offset, &batch)
            }
            head = (head &+ 1) & (ring.count &- 1)
            pendingCount &-= 1
            batch.finish(sentAt: pending.sentAt, arrival: arrival, context)
        }
        context.take(&batch, arrival: arrival, byteCount: offset)
        if pendingCount == 0 && offset < input.byteCount {
            // Nothing was asked: usually the reason why the server is about to close.
            let end = min(input.byteCount, offset &+ 200)
            context.note(error: "unasked reply: \(input.slice(offset, end).copiedText())")
            return Progress(consumed: offset, next: .abort)
        }
        send(&output, at: arrival)
        return Progress(consumed: offset)
    }

    private func giveUp(_ consumed: Int, _ batch: inout ReplyBatch) -> Progress {
        context.take(&batch, arrival: monotonicNanoseconds(), byteCount: consumed)
        return Progress(consumed: consumed, next: .abort)
    }

    // MARK: Requests

    @inline(__always)
    private func push(_ kind: RequestKind, key: UInt64, at time: UInt64) {
        ring[(head &+ pendingCount) & (ring.count &- 1)] = Pending(sentAt: time, key: key, kind: kind)
        pendingCount &+= 1
        context.outstandingCount &+= 1
    }

    /// Begins what the stage asks for now.
    private func send(_ output: inout OutputBuffer, at time: UInt64) {
        let before = output.totalCount
        switch context.stage {
        case .waiting, .finished: return
        case .preload: if pendingCount == 0 { sendPreload(&output, at: time) }
        case .measuring:
            if isPaced { sendDue(&output, at: time) } else if pendingCount == 0 { sendBatch(&output, time) }
        }
        if output.totalCount > before { context.counters.add(.bytesSent, output.totalCount &- before) }
    }

    private func sendPreload(_ output: inout OutputBuffer, at time: UInt64) {
        let context = self.context
        while pendingCount < Self.preloadDepth, context.preloadNext < context.preloadEnd {
            let key = context.preloadNext
            context.preloadNext &+= 1
            context.encoder.appendWrite(of: key, to: &output)
            push(.write, key: key, at: time)
            if output.isOverSoftLimit { return }
        }
    }

    private func sendBatch(_ output: inout OutputBuffer, _ time: UInt64) {
        let context = self.context
        if context.mayNotBegin(at: time) { return }
        sendFills(&output, at: time)
        while pendingCount < depth, context.requestsLeft > 0, !output.isOverSoftLimit {
            sendOne(context, &output, at: time)
        }
    }

    private func sendDue(_ output: inout OutputBuffer, at time: UInt64) {
        let context = self.context
        if context.mayNotBegin(at: time) { return }
        sendFills(&output, at: time)
        while pendingCount < depth, context.requestsLeft > 0, dueAt <= Double(time) {
            sendOne(context, &output, at: UInt64(dueAt))
            dueAt += period
        }
    }

    private func sendFills(_ output: inout OutputBuffer, at time: UInt64) {
        if missed.isEmpty { return }
        for key in missed {
            context.encoder.appendWrite(of: key, to: &output)
            push(.fill, key: key, at: time)
        }
        missed.removeAll(keepingCapacity: true)
    }

    @inline(__always)
    private func sendOne(_ context: ThreadContext, _ output: inout OutputBuffer, at time: UInt64) {
        context.requestsLeft &-= 1
        if let trace = context.options.trace {
            let place = context.keys.next()
            let isStore = trace.isStore(at: place)
            if isStore {
                context.encoder.appendWrite(of: place, to: &output)
            } else {
                context.encoder.appendRead(of: place, to: &output)
            }
            push(isStore ? .write : .read, key: place, at: time)
        } else if context.random.next() >> 32 < context.writeThreshold {
            let key = context.keys.next()
            context.encoder.appendWrite(of: key, to: &output)
            push(.write, key: key, at: time)
        } else if keysPerRequest > 1 {
            context.encoder.appendRead(&context.keys, to: &output)
            push(.read, key: 0, at: time)
        } else {
            let key = context.keys.next()
            context.encoder.appendRead(of: key, to: &output)
            push(.read, key: key, at: time)
        }
    }
}

extension Int {
    /// The smallest power of two that is at least this, itself at least 1.
    fileprivate var nextPowerOfTwo: Int {
        var power = 1
        while power < self { power *= 2 }
        return power
    }
}
