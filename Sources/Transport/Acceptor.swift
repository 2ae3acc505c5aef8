// The accepting loop, on the thread that called `Workers.run`: accepts, refuses over the limit, deals
// round-robin.

import Base
import CLibevent
import Glibc
import Synchronization

/// Accepts for all listeners. Other threads reach it through `post`.
final class Acceptor: @unchecked Sendable {
    // Sendable: the mailbox is; all else belongs to the thread in `run()`, before it to the one that builds.

    private struct Entry {
        let listener: Listener
        let socket: ListeningSocket
        let event: LoopEvent
        /// Bound and listening, but nobody is let in yet.
        var isHeld: Bool
    }

    private let loop: EventLoop
    private let mailbox: Mailbox<@Sendable () -> Void>
    private let shared: Shared
    private let counters: Counters<TransportCounter>
    private let workers: [Worker]

    private var entries: [Entry] = []
    private var inbox: [@Sendable () -> Void] = []
    private var nextWorker = 0
    private var isPaused = false
    private var pausedAt: UInt64 = 0
    private var isStopping = false

    init(
        workers: [Worker], shared: Shared, counters: Counters<TransportCounter>
    ) throws(TransportError) {
        self.workers = workers
        self.shared = shared
        self.counters = counters
        loop = try EventLoop()
        mailbox = try Mailbox()
    }

    /// Runs `body` in the accepting loop, soon; any thread. Dropped if it has ended.
    func post(_ body: @escaping @Sendable () -> Void) { mailbox.post(body) }

    /// Takes what was asked for so far: a signal that arrives while threads start is already ours.
    func prepare() {
        loop.addEdge(fd: mailbox.fd) { [unowned self] in readMailbox() }
        readMailbox()
    }

    /// Accepts until `stop` is called in the loop.
    func run() {
        while !isStopping { loop.run(.waiting) }
        entries = []
    }

    /// Drops what nobody will run any more.
    func end() {
        entries = []
        _ = mailbox.close()
    }

    // MARK: In the loop

    private func readMailbox() {
        mailbox.take(into: &inbox)
        for body in inbox { body() }
        inbox.removeAll(keepingCapacity: true)
    }

    func add(_ sockets: [ListeningSocket], of listener: Listener, isHeld: Bool) {
        for socket in sockets {
            let event = makeEvent(listener, socket)
            let entry = Entry(listener: listener, socket: socket, event: event, isHeld: isHeld)
            if isHeld { event.pause() }
            if isPaused { setAccepting(false, entry) }
            entries.append(entry)
        }
    }

    /// Lets in who waits at a listener that was held.
    func release(_ listener: Listener) {
        for index in entries.indices where entries[index].listener === listener && entries[index].isHeld {
            entries[index].isHeld = false
            if !isPaused { entries[index].event.resume() }
        }
    }

    func remove(_ listener: Listener) {
        entries.removeAll { $0.listener === listener }
    }

    func addSignal(_ signal: Int32, _ body: @escaping () -> Void) { loop.addSignal(signal, body) }

    func stop() { isStopping = true }

    private func makeEvent(_ listener: Listener, _ socket: ListeningSocket) -> LoopEvent {
        unsafe LoopEvent(base: loop.base, fd: socket.fd, what: EV_READ | EV_PERSIST) {
            [unowned self] in acceptBatch(listener, socket)
        }
    }

    private func acceptBatch(_ listener: Listener, _ socket: ListeningSocket) {
        for _ in 0..<TransportLimits.acceptBatchMax {
            if mustWait {
                pause(milliseconds: TransportLimits.acceptPollMilliseconds)
                return
            }
            let fd = duet_accept(socket.fd)
            if fd < 0 {
                switch errno {
                case EMFILE, ENFILE, ENOBUFS, ENOMEM:
                    pause(milliseconds: TransportLimits.acceptPauseMilliseconds)
                // The peer gave up, or the network did: the next one may be well.
                case ECONNABORTED, EINTR, EPROTO: continue
                default: break
                }
                return
            }
            deal(fd, listener)
        }
    }

    private func deal(_ fd: Int32, _ listener: Listener) {
        let count = shared.connectionCount.wrappingAdd(1, ordering: .relaxed).newValue
        if count > shared.connectionCountMax.load(ordering: .relaxed) {
            shared.connectionCount.subtract(1, ordering: .relaxed)
            refuse(fd, listener.tls == nil ? listener.refusal : "")
            return
        }
        let tls = listener.tls.map { ArrivalTLS(context: $0.source.context, verification: $0.verification) }
        let arrival = Arrival(
            fd: fd, id: shared.nextID(), listener: listener, makeSession: listener.makeSession, tls: tls)
        let worker = workers[nextWorker]
        nextWorker = (nextWorker + 1) % workers.count
        if !worker.mailbox.post(.adopt(arrival)) { Worker.drop(arrival, shared) }
    }

    private func refuse(_ fd: Int32, _ refusal: StaticString) {
        counters.add(.rejected)
        // SAFETY: the text is constant; the socket is new, so its buffer has room for it.
        unsafe _ = write(fd, refusal.utf8Start, refusal.utf8CodeUnitCount)
        _ = duet_shut_writing(fd)
        // A first request that has arrived would turn close() into a reset, and that would destroy the text.
        unsafe withUnsafeTemporaryAllocation(byteCount: 4096, alignment: 16) { discarded in
            unsafe _ = read(fd, discarded.baseAddress!, discarded.count)
        }
        _ = close(fd)
    }

    // MARK: Not accepting for a while

    /// At the limit, where connections over it wait instead of being refused.
    private var mustWait: Bool {
        !shared.options.refusesOverLimit
            && shared.connectionCount.load(ordering: .relaxed)
                >= shared.connectionCountMax.load(ordering: .relaxed)
    }

    /// Out of descriptors or connections: a pending connection keeps the event ready, so it must go for a while.
    private func pause(milliseconds: Int) {
        counters.add(.acceptPauses)
        if isPaused { return }
        isPaused = true
        pausedAt = monotonicNanoseconds()
        shared.isAcceptPaused.store(true, ordering: .relaxed)
        for entry in entries { setAccepting(false, entry) }
        resume(afterMilliseconds: milliseconds)
    }

    private func resume(afterMilliseconds milliseconds: Int) {
        loop.addDelay(milliseconds: milliseconds) { [unowned self] in
            if mustWait { return resume(afterMilliseconds: TransportLimits.acceptPollMilliseconds) }
            isPaused = false
            shared.isAcceptPaused.store(false, ordering: .relaxed)
            counters.add(.acceptPauseMicroseconds, Int((monotonicNanoseconds() - pausedAt) / 1000))
            for entry in entries { setAccepting(true, entry) }
        }
    }

    /// Where connections over the limit wait, the kernel's queue is closed meanwhile: a client learns by its
    /// timeout that nobody serves it, as with memcached.
    private func setAccepting(_ accepts: Bool, _ entry: Entry) {
        if !accepts { entry.event.pause() } else if !entry.isHeld { entry.event.resume() }
        guard !shared.options.refusesOverLimit else { return }
        _ = listen(entry.socket.fd, accepts ? Int32(clamping: shared.options.backlog) : 0)
    }
}
