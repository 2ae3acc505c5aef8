// One connection's conversation, in text: batches of requests in, replies in the same order out.

import Base
import Engine
import Synchronization
import Transport

/// The server's side of one connection.
///
/// `receive` works in rounds: scan up to 64 complete requests and prefetch their buckets, prefetch their
/// items,
/// serve them. What the scan does not take (the unusual, the incomplete, the wrong) is served by `serveLine`.
final class MemcachedSession: Session {
    // Trivial copies of the worker's own: reaching them through another object would count references.
    var engine: EngineHandle
    /// The time of this batch. Apart from the handle, which verbs hold while they show items.
    var now = Milliseconds(0)
    let counters: Counters<MemcachedCounter>
    let classCounters: GridCounters<ClassCounter>
    let database: DatabaseIndex
    let itemSizeMax: Int
    let isCASEnabled: Bool
    /// Requests that one `receive` may serve: -R.
    private let requestBudget: Int

    let frontEnd: MemcachedFrontEnd
    let prefixes: PrefixStatistics
    /// `Connection.id`.
    let connectionID: UInt64
    /// Nil in tests that need no socket.
    let connection: Connection?
    let hub: WatchHub
    let log: WorkerLog

    /// Whether this batch is counted by prefix: then nothing takes the short ways of the scan.
    private(set) var isDetailed = false

    /// What this batch meets, as `MemcachedFrontEnd.detours`: then too.
    private var detours = Detours.none
    /// Of these, somebody who keeps the shards for long.
    private var isBusy = false
    /// A disk that fails.
    private(set) var isReadOnly = false
    /// An operator who holds clients up: all that they ask, or all that changes something.
    private(set) var pausesAll = false
    private(set) var isPaused = false
    /// The request at the front waits for the end of that.
    var isHeldByPause = false
    /// And another server, whose keys are taken over.
    private(set) var origin: (any KeyOrigin)?
    private(set) var hasOrigin = false
    /// What the request at the front waits for.
    var originWait: OriginWait?
    /// Requests that begin before have waited: so many bytes of the input, and as many to be once this waiting is over.
    var passedSize = 0
    var waitingSize = 0

    /// Set while this connection watches.
    var watcher: Watcher?
    /// What became of the last attempt to store, as far as it is known; see `serveObserved`.
    var lastStore: StoreOutcome?

    /// Bytes of a refused block that are still to come.
    private var swallowing = 0

    /// Bytes of the unfinished line at the front that are known to hold no line feed.
    var searchedSize = 0

    /// Where an interrupted command goes on, counted from its line's start; 0 if none was interrupted.
    var resumeOffset = 0

    /// The dump that this connection is busy with.
    var dump: Dump?

    /// Where the requests begin whose replies leave together: in front of a command that must be their first.
    var pipelineStart = 0

    /// What the bytes of the connection are at present. Text, once it has begun, is one comparison away.
    var stage = Stage.opening
    let offered: MemcachedProtocol

    /// The binary protocol's SASL: nobody has logged in yet.
    var isLocked: Bool
    /// A mechanism was chosen, and its answer is to come in a step.
    var awaitsSASLStep = false

    /// What its user may do, where users are asked for; nil before he has logged in.
    var pass: (any DoorPass)?
    /// He may not do everything: nothing takes the short ways.
    var isRestricted = false
    let isGuarded: Bool

    /// Where `receive` and the long get keep what they found ahead.
    let batch: Batch
    let keys: KeyChunk

    init(
        frontEnd: MemcachedFrontEnd, _ worker: WorkerParts, connectionID: UInt64, _ connection: Connection?,
        offers offered: MemcachedProtocol
    ) {
        self.offered = offered
        isGuarded = frontEnd.settings.doorGuard != nil
        isLocked = isGuarded || frontEnd.settings.saslLogins != nil
        self.frontEnd = frontEnd
        self.connectionID = connectionID
        self.connection = connection
        hub = frontEnd.hub
        log = worker.log
        prefixes = frontEnd.prefixes
        engine = worker.engine
        engine.offeredInput = connection?.worker.offeredInput
        counters = worker.counters
        classCounters = worker.classCounters
        batch = worker.batch
        keys = worker.keys
        database = frontEnd.settings.database
        itemSizeMax = frontEnd.settings.itemSizeMax
        isCASEnabled = frontEnd.settings.isCASEnabled
        requestBudget = frontEnd.settings.requestsPerEvent ?? Int.max
    }

    /// The CAS field of what this door stores.
    var casField: CASField { @inline(__always) get { isCASEnabled ? .fresh : .none } }

    func receive(_ input: RawSpan, _ output: inout OutputBuffer, now: Milliseconds) -> Progress {
        self.now = now
        engine.now = now
        let progress = serve(input, &output)
        engine.holdUntilJournaled(&output)
        if detours != Detours.none { passedSize = max(0, passedSize &- progress.consumed) }
        return progress
    }

    @inline(never)
    private func noteDetours(_ now: UInt64) {
        detours = now
        isReadOnly = now & Detours.readOnly != 0
        isBusy = now & Detours.busy != 0
        pausesAll = now & Detours.pausesAll != 0
        isPaused = pausesAll || now & Detours.pausesWrites != 0
        origin = now & ~Detours.bits == 0 ? nil : frontEnd.keyOrigin
        hasOrigin = origin != nil
        if !hasOrigin { passedSize = 0 }
    }

    @inline(__always)
    private func serve(_ input: RawSpan, _ output: inout OutputBuffer) -> Progress {
        // Offsets have 32 bits; no request is that large, so what lies beyond is served in another turn.
        let input = input.byteCount > Int(Int32.max) ? input.slice(0, Int(Int32.max)) : input
        isDetailed = prefixes.isOn
        if isGuarded && !renewPass() { return Progress(consumed: input.byteCount, next: .close) }
        let detours = frontEnd.detours.load(ordering: .relaxed)
        if detours != self.detours { noteDetours(detours) }
        if isBusy && !isReplyInterrupted { return refuseBusy(input, &output) }
        if stage != .text, let progress = receiveOther(input, &output) { return progress }
        var offset = swallow(input, from: 0)
        pipelineStart = offset
        if searchedSize > 0 {
            guard input.firstIndex(of: 10, from: searchedSize) != nil else {
                return finish(unfinishedLine(input, from: 0), input, &offset) ?? Progress(consumed: offset)
            }
            searchedSize = 0
        }
        var batch = batch
        // The one look, for all of the batch, at whether anybody looks on.
        let isObserved = hub.observesCommands
        var budget = requestBudget
        while offset < input.byteCount {
            if budget <= 0 { return yielded(at: offset) }
            if resumeOffset == 0 && !isDetailed && !isObserved && detours == Detours.none && !isRestricted {
                scan(input, from: offset, into: &batch, countMax: budget)
                for index in 0..<batch.count {
                    let served = serve(batch[index], input, &output)
                    if let progress = finish(served, input, &offset) { return progress }
                    if output.isOverSoftLimit { return yielded(at: offset) }
                }
                budget &-= batch.count
                if batch.isFull || budget <= 0 || offset >= input.byteCount { continue }
            }
            budget &-= 1
            if isPaused, resumeOffset == 0, waitsForPause(input, from: offset) {
                return Progress(consumed: offset, next: .wait)
            }
            if hasOrigin, resumeOffset == 0, waitsForOrigin(input, from: offset) {
                return Progress(consumed: offset, next: .wait)
            }
            let served =
                isObserved
                ? serveObserved(input, from: offset, &output) : serveLine(input, from: offset, &output)
            if let progress = finish(served, input, &offset) { return progress }
            if output.isOverSoftLimit { return yielded(at: offset) }
        }
        return Progress(consumed: offset)
    }

    /// `stats detail on` and `off`: from this connection's next request on, from the others' next batch on.
    func setDetailed(_ flag: Bool) {
        prefixes.isOn = flag
        isDetailed = flag
    }

    /// Moves `offset` behind what was served, or tells why the batch ends here.
    @inline(__always)
    func finish(_ served: Served, _ input: RawSpan, _ offset: inout Int) -> Progress? {
        switch served {
        case .served(let end):
            offset = end
        case .refused(let end, let blockSize):
            swallowing = blockSize
            offset = swallow(input, from: end)
        case .incomplete(let needed):
            return Progress(consumed: offset, next: .read, bytesNeeded: needed)
        case .interrupted:
            return yielded(at: offset)
        case .closed(let end):
            return Progress(consumed: end, next: .close)
        case .watching(let end):
            return Progress(consumed: end, next: .wait)
        }
        return nil
    }

    /// Skips what is left of a refused block.
    @inline(__always)
    func swallow(_ input: RawSpan, from offset: Int) -> Int {
        if swallowing == 0 { return offset }
        let size = min(swallowing, input.byteCount &- offset)
        swallowing &-= size
        return offset &+ size
    }

    /// Whether a long get waits for its reply so far to leave.
    var isReplyInterrupted: Bool { resumeOffset > 0 }

    func yielded(at offset: Int) -> Progress {
        counters.add(.yields)
        return Progress(consumed: offset, next: .yield)
    }
}

/// What became of the request at some offset.
enum Served {
    /// Done with; the next request begins at `end`.
    case served(end: Int)
    /// Answered with an error; a block of so many bytes is to be skipped from `end` on.
    case refused(end: Int, blockSize: Int)
    /// More bytes are wanted: so many in all from the request's start, or 0 if that is not known.
    case incomplete(needed: Int)
    /// The reply is long: it goes on when what is written has left. `resumeOffset` is set.
    case interrupted
    /// The connection ends here.
    case closed(end: Int)
    /// The connection has become a watcher: nothing more is served.
    case watching(end: Int)
}
