// One client's conversation: takes what has arrived, parses a batch, prefetches it, executes it in order.

import Base
import Engine
import Synchronization
import Transport

/// A RESP connection. Used by its worker's thread only; what others may know of it is in `record`.
final class RESPSession: Session {
    let frontEnd: RESPFrontEnd
    let record: ClientRecord

    // Trivial handles, copied from the worker's context, so that the request path counts no references.
    var engine: EngineHandle
    let counters: Counters<RESPCounter>
    let slots: Scratch<ArgumentSlot>
    let queue: Scratch<QueuedRequest>
    let hashes: Scratch<UInt64>
    let scripts: WorkerScripts
    let calls: CallMeter
    /// Where commands say what they are at: see `Occasion`.
    let reason: ReasonMark
    let errors: ErrorCounts

    var database = DatabaseIndex.first
    var version = ProtocolVersion.two
    var isAuthenticated: Bool { didSet { judgeAdmission() } }
    /// Who the client is and what he may do; `accessTable` and `isRestricted` follow it.
    var grant: AccessGrant
    var accessTable: AccessTable
    var isRestricted = false
    /// As `AccessDirectory.generation` was when that was looked up.
    var accessGeneration: UInt64 = 0
    /// He said so himself; else he is the default user, whether or not that is enough.
    var hasAuthenticated = false
    /// What came since MULTI; nil outside of a transaction.
    var transaction: Transaction? { didSet { judgeAdmission() } }
    /// Whether a request may simply be served: one branch on the request path for all cases in which it may not.
    var admission: Admission
    enum Admission {
        case free
        /// The user's rules are all that may speak against it.
        case byRules
        /// `admits` knows.
        case judged
    }
    /// Some commands have other names than the table gives them.
    let hasOtherNames: Bool
    /// It reads a log back: nothing refuses it.
    var isReplaying = false {
        didSet {
            engine.isReplaying = isReplaying
            hasAuthenticated = true
            isAuthenticated = true
        }
    }
    /// What it is subscribed to; nil if it is not.
    var subscriptions: Subscriptions? { didSet { judgeAdmission() } }
    /// Without a worker: messages are to be handed out before the batch's replies leave.
    var owesMessages = false { didSet { judgeAdmission() } }
    let listening: Listening
    /// What its client wants to hear of keys that it has copies of; nil before it asked for any of that.
    var tracker: TrackedClient?
    /// It wants to hear now.
    var isTracked = false { didSet { judgeAdmission() } }
    /// EXEC is serving what was queued.
    var isExecuting = false
    /// In the order of WATCH; all are known to `RESPFrontEnd.watchedKeys`, but those that changed.
    var watchedKeys: [WatchedKey] = []
    /// Bytes held for them.
    var watchedSize = 0
    /// Set by a command that ends the conversation, by QUIT for one, or that waits.
    var ending: Ending = .none
    /// As `ClientRecord.lastCommand`, published at the end of each batch.
    var lastCommand = -1
    /// The command that EXEC is serving, likewise; -1 outside.
    var innerCommand = -1
    /// The command whose refusal is being written; -1 is one that does not exist, nil is none.
    var refusedCommand: Int?
    /// The command that is being served had no such subcommand, or not with so many arguments: it is no call.
    var isNoCall = false
    /// When the command that is being served began, and how long it may take until it is looked at again.
    var measuredFrom: UInt64 = 0
    var unusualTicks: UInt64 = 0
    /// GETs or SETs that were served since then, and are not noted yet.
    var runCommand = Command.get
    var runCount = 0
    var timesEach = true
    /// What becomes of replies. Source: Redis CLIENT REPLY.
    var replies = Replies.on { didSet { judgeAdmission() } }
    enum Replies { case on, off, skipNext, skip }
    /// The request at the front waits for the end of a pause.
    var isHeldByPause = false
    /// It sees every command that is served.
    var monitorFeed: MonitorFeed?
    /// How far the incomplete request at the front was looked through, if it is a long one.
    private var position = RequestParser.Position()

    /// The request that waits to be served again.
    var parked: ParkedRequest?
    /// How it is known to those who may bring what it waits for.
    var waiter: KeyWaiter? { didSet { record.waitsForKeys.store(waiter != nil, ordering: .sequentiallyConsistent) } }
    /// What WAITAOF waits for.
    var waitedLogPlace: UInt64?
    /// The snapshot that is being sent, after SYNC.
    var transfer: SnapshotTransfer?
    var isSendingSnapshot = false
    var syncRefusal = SyncRefusal.none
    var wantedParts = SnapshotParts.everything
    /// DUMP's payloads may have what only we know of an item in front: the client takes them to another Duet.
    var takesOwnFields = false
    /// Why it is being served again.
    var wakeReason: WakeReason?

    /// What the request at the front waits for, while another server's keyspace is taken over.
    var originWait: OriginWait?
    /// Requests that begin before have waited: so many bytes of the input, and as many to be once this waiting is over.
    var passedSize = 0
    var waitingSize = 0

    /// `hold` is `park` in front of a request, not in its middle.
    enum Ending { case none, park, hold, close, abort }

    init(_ frontEnd: RESPFrontEnd, _ context: WorkerContext, _ record: ClientRecord) {
        self.frontEnd = frontEnd
        self.record = record
        engine = context.engine
        engine.offeredInput = record.peer.connection?.worker.offeredInput
        counters = context.counters
        listening = context.listening
        slots = context.slots
        queue = context.queue
        hashes = context.hashes
        calls = context.calls
        reason = context.engine.reason
        errors = context.errors
        scripts = context.scripts
        accessGeneration = frontEnd.access.generation.load(ordering: .acquiring)
        hasOtherNames = !frontEnd.commandNames.areOriginal
        grant = frontEnd.access.defaultGrant
        accessTable = grant.table
        hasAuthenticated = frontEnd.access.isOpen.load(ordering: .relaxed)
        isAuthenticated = hasAuthenticated
        isRestricted = !grant.user.isUnrestricted
        admission = .judged
        judgeAdmission()
    }

    /// Finds out anew whether requests may simply be served.
    func judgeAdmission() {
        let isJudged =
            !isAuthenticated || transaction != nil || subscriptions != nil || owesMessages || isTracked
            || monitorFeed != nil || replies != .on || frontEnd.isGated.load(ordering: .relaxed)
            || scripts.servesAside || (isRestricted && isReplaying)
        admission = isJudged ? .judged : isRestricted ? .byRules : .free
    }

    func connectionClosed() {
        endTransaction()
        endTransfer()
        unsubscribeAll()
        endTracking()
        record.isGone.store(true, ordering: .relaxed)
        endMonitoring()
        if isHeldByPause { frontEnd.pause.remove(record) }
        unpark()
        frontEnd.clients.remove(record)
    }

    func receive(_ input: RawSpan, _ output: inout OutputBuffer, now: Milliseconds) -> Progress {
        engine.now = now
        let progress = serve(input, &output)
        engine.holdUntilJournaled(&output)
        if admission != .free { finishBatch(progress, &output) }
        return progress
    }

    @inline(__always)
    func serve(_ input: RawSpan, _ output: inout OutputBuffer) -> Progress {
        let isGated = frontEnd.isGated.load(ordering: .relaxed)
        if isGated { admission = .judged }
        if frontEnd.access.generation.load(ordering: .acquiring) != accessGeneration && !renewAccess() {
            return Progress(consumed: input.byteCount, next: .close)
        }
        guard input.byteCount <= RESPLimits.inputSizeMax else { return Progress(consumed: 0, next: .abort) }
        let bulkSizeMax = frontEnd.bulkSizeMax.load(ordering: .relaxed)
        if position.argumentCount > 0, let progress = continueLongRequest(input, bulkSizeMax, &output) {
            return progress
        }
        var parser = RequestParser(slots)
        while true {
            let limits = RequestLimits(bulkSizeMax: bulkSizeMax, isAuthenticated: isAuthenticated)
            var count = 0
            let start = parser.offset
            let outcome = gather(input, limits, &parser, &count)
            if count > 1 { prefetchItems(count) }
            beginMeasuring(count: count)
            let readyCount = isGated ? countReady(count, input, from: start) : count
            for index in 0..<readyCount {
                let queued = queue[index]
                execute(queued, input, &output)
                if ending != .none || output.isOverSoftLimit { return stop(after: queued.end, input) }
            }
            endRun()
            if readyCount < count {
                ending = .hold
                return stop(after: readyCount == 0 ? start : queue[readyCount &- 1].end, input)
            }
            switch outcome {
            case .request: continue
            case .nothing: return finish(parser.offset, input)
            case .incomplete: return wait(for: parser, input)
            case .inline:
                guard let end = serveLine(input, at: parser.offset, &output) else { return wait(for: parser, input) }
                parser.skip(to: end)
                if ending != .none || output.isOverSoftLimit { return stop(after: end, input) }
                if end == input.byteCount { return finish(end, input) }
            case .invalid(let fault):
                fail(fault, &output)
                return stop(after: input.byteCount, input)
            }
        }
    }

    /// Parses requests into the queue until it is full or something else than a request comes, and starts loading
    /// the buckets of their keys. Returns `.request` if there may be more.
    @inline(__always)
    private func gather(
        _ input: RawSpan, _ limits: RequestLimits, _ parser: inout RequestParser, _ count: inout Int
    ) -> RequestParser.Outcome {
        parser.startBatch()
        // Before authentication, what a request may be depends on the one before it.
        let countMax = isAuthenticated ? RESPLimits.batchCountMax : 1
        while count < countMax {
            let outcome = parser.next(input, limits)
            guard case .request = outcome else { return outcome }
            var queued = parser.request
            if hasOtherNames { callByName(&queued, slots[Int(queued.firstSlot)], input) }
            if queued.row.hasKey && queued.count > 1 {
                let slot = slots[Int(queued.firstSlot) &+ 1]
                let hash = engine.hash(input.slice(Int(slot.offset), Int(slot.offset) &+ Int(slot.size)))
                queued.hash = hash.rawValue
                // A single request looks its bucket up at once; prefetching gains nothing.
                if count > 0 || parser.offset < input.byteCount { engine.prefetchBucket(hash, in: database) }
            }
            queue[count] = queued
            count &+= 1
            if queued.row.endsBatch { break }
        }
        return .request
    }

    /// A log that is read back has the table's names, or those of the server that wrote it.
    @inline(never)
    private func callByName(_ queued: inout QueuedRequest, _ slot: ArgumentSlot, _ input: RawSpan) {
        if isReplaying && queued.row.command != nil { return }
        queued.row = frontEnd.commandNames.row(input.slice(Int(slot.offset), Int(slot.offset) &+ Int(slot.size)))
    }

    @inline(__always)
    private func prefetchItems(_ count: Int) {
        for index in 0..<count {
            let queued = queue[index]
            if queued.row.hasKey { engine.prefetchItem(KeyHash(rawValue: queued.hash), in: database) }
        }
    }

    // MARK: Where a batch ends

    @inline(never)
    private func finishBatch(_ progress: Progress, _ output: inout OutputBuffer) {
        passedSize = max(0, passedSize &- progress.consumed)
        if owesMessages { deliverMessages(&output) }
    }

    func publish() {
        endRun()
        record.lastCommand.store(lastCommand, ordering: .relaxed)
        record.lastActiveAt.store(engine.now.rawValue, ordering: .relaxed)
        slots.shrink(to: RESPLimits.slotCountKept)
        hashes.shrink(to: RESPLimits.slotCountKept)
    }

    private func finish(_ consumed: Int, _ input: RawSpan) -> Progress {
        publish()
        return Progress(consumed: consumed)
    }

    /// The batch stopped before the input's end: the conversation is over, or what is written should leave first.
    private func stop(after consumed: Int, _ input: RawSpan) -> Progress {
        publish()
        switch ending {
        case .none: return Progress(consumed: consumed, next: consumed < input.byteCount ? .yield : .read)
        case .park:
            if waiter != nil { wakeIfRulesChanged() }
            return Progress(consumed: consumed, next: .wait)
        case .hold: return Progress(consumed: consumed, next: .wait)
        case .close: return Progress(consumed: consumed, next: .close)
        case .abort: return Progress(consumed: consumed, next: .abort)
        }
    }

    private func wait(for parser: RequestParser, _ input: RawSpan) -> Progress {
        publish()
        if parser.position.argumentsDone >= RESPLimits.resumeArgumentCountMin { position = parser.position }
        return wait(consumed: parser.offset, input, bytesNeeded: parser.bytesNeeded)
    }

    private func wait(consumed: Int, _ input: RawSpan, bytesNeeded: Int) -> Progress {
        let sizeMax = frontEnd.requestSizeMax.load(ordering: .relaxed)
        if input.byteCount - consumed > sizeMax || bytesNeeded > sizeMax {
            return Progress(consumed: consumed, next: .abort)
        }
        return Progress(consumed: consumed, next: .read, bytesNeeded: bytesNeeded)
    }

    /// Looks at the new bytes of a long request only. nil once it is complete, and then it is parsed a second and
    /// last time.
    private func continueLongRequest(
        _ input: RawSpan, _ bulkSizeMax: Int, _ output: inout OutputBuffer
    ) -> Progress? {
        let limits = RequestLimits(bulkSizeMax: bulkSizeMax, isAuthenticated: isAuthenticated)
        switch RequestParser.scan(input, &position, limits, { _, _, _ in }) {
        case .complete:
            position = RequestParser.Position()
            return nil
        case .incomplete(let end):
            return wait(consumed: 0, input, bytesNeeded: end)
        case .invalid(let fault):
            fail(fault, &output)
            return stop(after: input.byteCount, input)
        }
    }

    private func fail(_ fault: ProtocolFault, _ output: inout OutputBuffer) {
        refusing(-1) { countError() }
        fault.write(to: &output)
        ending = .close
    }

    // MARK: Plain words

    /// Serves the line at `offset`; returns where it ends, or nil if its end has not arrived.
    private func serveLine(_ input: RawSpan, at offset: Int, _ output: inout OutputBuffer) -> Int? {
        guard let newline = input.firstIndex(of: 10, from: offset) else {
            if input.byteCount - offset <= RESPLimits.lineSizeMax { return nil }
            fail(.longInlineRequest, &output)
            return input.byteCount
        }
        let hasReturn = newline > offset && input[newline - 1] == 13
        guard let line = InlineRequest(input.slice(offset, hasReturn ? newline - 1 : newline)) else {
            fail(.unbalancedQuotes, &output)
            return input.byteCount
        }
        guard let name = line.words.first else { return newline + 1 }
        slots.reserve(line.words.count)
        for (index, word) in line.words.enumerated() { slots[index] = word }
        var queued = QueuedRequest()
        queued.count = UInt32(line.words.count)
        queued.row = CommandTable.row(line.span, at: Int(name.offset), size: Int(name.size))
        if hasOtherNames { callByName(&queued, name, line.span) }
        if queued.row.hasKey && line.words.count > 1 {
            let key = line.words[1]
            queued.hash = engine.hash(
                line.span.slice(Int(key.offset), Int(key.offset) + Int(key.size))).rawValue
        }
        if frontEnd.isGated.load(ordering: .relaxed) && waits(for: queued, line.span, at: offset, end: newline + 1) {
            ending = .hold
            return offset
        }
        beginMeasuring()
        execute(queued, line.span, &output)
        return newline + 1
    }
}
