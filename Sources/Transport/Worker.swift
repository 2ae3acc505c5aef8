// One thread, one event loop, and the connections dealt to it. Its table of connections is in
// Worker+Connections, the turn of its loop in Worker+Loop.

public import Base
import CLibevent
import Glibc
import Synchronization

/// A worker thread. `post` and `index` are for any thread, the rest for its own.
///
/// - Note: sessions find it as `connection.worker`.
@safe
public final class Worker: @unchecked Sendable {
    // Sendable: what is not constant, atomic or behind a Mutex is touched by the worker's thread alone,
    // from the moment `Workers.run` starts it; before that by the thread that builds the reactor, after it
    // by nobody.

    /// 0 ..< workerCount.
    public let index: Int

    /// This worker's row; only its own thread adds.
    public let counters: Counters<TransportCounter>

    let shared: Shared
    let loop: EventLoop
    let mailbox: Mailbox<WorkerMessage>

    /// Every open connection by its slot, for those who list them. Taken on open and close only.
    let registry = Mutex<[Connection?]>([])

    var output = OutputBuffer(capacity: Limits.outputSoftSize + Limits.sharedValueSizeMin)

    /// inputScratchSize bytes to read into; before it lie stashedInputMax free bytes.
    let readArea: UnsafeMutableRawPointer
    private let scratch: UnsafeMutableRawPointer
    let vectors: UnsafeMutableBufferPointer<iovec>

    /// A large request on its way into a session, which may keep its block.
    public let offeredInput = OfferedInput()

    /// Where records of several pieces are put together; nil until there is one.
    private var recordBlock: UnsafeMutableRawPointer?
    /// Steps of handshakes in the turn that began at `handshakesAt`.
    var handshakeCount = 0
    var handshakesAt = Milliseconds(0)

    var links: [Link?] = []
    var freeSlots: [Int] = []
    var liveCount = 0
    /// Links with input to serve in the next turn.
    var runQueue: [Link] = []
    /// Those that are being served in this one; those before `firstInTurn` had theirs.
    var turnQueue: [Link] = []
    var firstInTurn = 0
    /// Links that were told something unasked; those before `firstSpeaker` had their turn.
    var speakers: [Link] = []
    var firstSpeaker = 0
    /// They are sent what they were told after this turn.
    var speakersAreDue = false
    /// Reads since the first of them was told something, and until this turn began.
    var readsGathered = 0
    var readsBefore = 0
    /// Who has something to do before the turn's end.
    var duties: [any TurnDuty] = []
    /// Links that closed in this turn, kept alive until its end.
    var closedLinks: [Link] = []
    var inbox: [WorkerMessage] = []
    /// Messages before this one were obeyed.
    var firstInInbox = 0
    /// This worker's share of the datagram sockets.
    var datagramReaders: [DatagramReader] = []

    /// Links and datagram sockets with replies that wait for the log.
    private var heldLinks: [Link] = []
    private var heldReaders: [DatagramReader] = []
    let holdsReplies = Atomic<Bool>(false)

    var isStopping = false

    /// The place of the link whose session is being called, -1 if none is.
    var keptSlot = -1
    /// While that session keeps the thread for long: what the others are served with.
    var service: AsideService?
    /// A turn of it is under way.
    var isServingAside = false

    private var time = Milliseconds(0)
    private var timeIsStale = true

    init(index: Int, counters: Counters<TransportCounter>, shared: Shared) throws(TransportError) {
        self.index = index
        self.counters = counters
        self.shared = shared
        unsafe recordBlock = nil
        loop = try EventLoop()
        mailbox = try Mailbox()
        let headroom = TransportLimits.stashedInputMax
        unsafe scratch = .allocate(byteCount: headroom + Limits.inputScratchSize, alignment: 4096)
        unsafe readArea = scratch + headroom
        unsafe vectors = .allocate(capacity: TransportLimits.iovecCount)
        unsafe vectors.initialize(repeating: iovec())
    }

    deinit {
        unsafe scratch.deallocate()
        unsafe recordBlock?.deallocate()
        unsafe vectors.deallocate()
        offeredInput.deallocate()
    }

    /// Runs `body` on this worker's thread, soon. Any thread; `body` must not block.
    /// - Returns: false if the worker has stopped; `body` is then dropped.
    @discardableResult
    public func post(_ body: @escaping @Sendable () -> Void) -> Bool {
        mailbox.post(.run(body))
    }

    func deliver(_ message: WorkerMessage) { mailbox.post(message) }

    /// tlsRecordSizeMax bytes.
    var recordArea: UnsafeMutableRawPointer {
        if let block = unsafe recordBlock { return unsafe block }
        let block = UnsafeMutableRawPointer.allocate(byteCount: TransportLimits.tlsRecordSizeMax, alignment: 64)
        unsafe recordBlock = block
        return unsafe block
    }

    /// The time of this wake-up: the clock is read once a turn, when first asked for. The worker's own
    /// thread.
    @inline(__always)
    public func currentTime() -> Milliseconds {
        if timeIsStale { readTime() }
        return time
    }

    @inline(never)
    private func readTime() {
        time = .readClock()
        timeIsStale = false
    }

    // MARK: Replies that wait for the log

    /// Whether so much of the log is on the disk.
    func mayLeave(_ place: UInt64) -> Bool { shared.releasedPlace.load(ordering: .acquiring) >= place }

    func hold(_ link: Link) {
        heldLinks.append(link)
        noteHold()
    }

    func hold(_ reader: DatagramReader) {
        heldReaders.append(reader)
        noteHold()
    }

    private func noteHold() {
        if holdsReplies.load(ordering: .relaxed) { return }
        holdsReplies.store(true, ordering: .sequentiallyConsistent)
        // It may have come so far just before anybody knew that we wait.
        if let first = heldLinks.first?.heldPlace ?? heldReaders.first?.heldPlace,
            shared.releasedPlace.load(ordering: .sequentiallyConsistent) >= first
        {
            deliver(.release)
        }
    }

    /// Has everything leave that the log is far enough for.
    func releaseHeld() {
        let place = shared.releasedPlace.load(ordering: .acquiring)
        let links = heldLinks
        let readers = heldReaders
        heldLinks = links.filter { $0.heldPlace > place && !$0.state.contains(.gone) }
        heldReaders = readers.filter { $0.heldPlace > place }
        if heldLinks.isEmpty && heldReaders.isEmpty {
            holdsReplies.store(false, ordering: .sequentiallyConsistent)
        } else if shared.releasedPlace.load(ordering: .sequentiallyConsistent) > place {
            deliver(.release)
        }
        for link in links where link.heldPlace <= place { release(link) }
        for reader in readers where reader.heldPlace <= place { reader.released() }
    }

    private func release(_ link: Link) {
        if let service, !service.serves(link) { heldLinks.append(link) } else { link.released() }
    }

    /// Whoever was passed over while the worker served aside.
    func releasePassedOver() {
        if !heldLinks.isEmpty { deliver(.release) }
    }

    @inline(__always)
    func turnEnded() { timeIsStale = true }
}

/// Something that a session leaves for the end of its worker's turn: what many requests of a turn have in common is
/// done once then.
public protocol TurnDuty: AnyObject {
    /// On the worker's thread, behind all events of the turn and before anything of `Worker.say` leaves.
    func turnEnds()
}

/// What other threads send to a worker.
enum WorkerMessage: Sendable {
    case adopt(Arrival)
    case wake(slot: Int, id: UInt64)
    case close(slot: Int, id: UInt64)
    case abort(slot: Int, id: UInt64)
    /// What a waiting session had unsent has left, and it was not told.
    case drained(slot: Int, id: UInt64)
    case run(@Sendable () -> Void)
    /// The log is further.
    case release
    case stop
}

/// A connected socket on its way to its worker.
struct Arrival: Sendable {
    let fd: Int32
    let id: UInt64
    /// Nil for an outbound connection, which no limit counts.
    let listener: Listener?
    let makeSession: @Sendable (Connection) -> any Session
    /// Nil for a plain connection.
    var tls: ArrivalTLS?
}

/// What its worker makes the stream of a TLS connection from.
struct ArrivalTLS: Sendable {
    let context: TLSContext
    var verification: PeerVerification?
    /// The server's name, on an outbound connection.
    var host: String?
}
