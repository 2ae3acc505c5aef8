// Serving aside: one session keeps the worker's thread for long, a script that does not end or a request that waits for
// what such a script holds, and the other connections are to hear of it.
//
// Who keeps the thread calls `serveAside` now and then. libevent's loop cannot be entered again from one of its
// callbacks, so the connections' events move to a second loop and back when all is over: two epoll_ctl for each
// connection, once. A thread more would need locks on all that a worker owns. Not moved are the connection whose
// session is in the middle of a call, outbound ones, datagrams, and the timers of the worker's users, who may want
// shards.

import Base
import CLibevent
import Glibc
import Synchronization

/// What a worker serves aside with.
final class AsideService {
    let loop: EventLoop
    /// As `Worker.output`, which may be in use.
    var output = OutputBuffer(capacity: Limits.outputSoftSize)
    /// The connection whose session keeps the thread; -1 if it is none's.
    private let keptSlot: Int
    var inbox: [WorkerMessage] = []
    /// What has to wait for the end.
    var deferred: [WorkerMessage] = []
    /// A waiting turn waits no longer than for this.
    var hasShortTurns = false

    init?(keptSlot: Int) {
        do throws(TransportError) {
            // Its sockets may be closed and their numbers used again before the loop is turned another time.
            loop = try EventLoop(defersChanges: false)
        } catch {
            // Out of descriptors: the next call tries again.
            return nil
        }
        self.keptSlot = keptSlot
    }

    func serves(_ link: Link) -> Bool { link.connection.listener != nil && link.connection.slot != keptSlot }
}

extension Worker {
    /// Serves the connections but the one whose session is being called, for one turn, by `Session.receiveAside`. The
    /// worker's own thread, from within a session's call; end it with `endServingAside`.
    /// - Parameter waits: for something to come, up to a millisecond.
    public func serveAside(waits: Bool = false) {
        if isServingAside { return }
        guard let service = service ?? beginServingAside() else { return }
        isServingAside = true
        turnEnded()
        // Who closed before may still have his callback running.
        let closedBefore = closedLinks
        closedLinks = []
        if waits && !service.hasShortTurns {
            service.hasShortTurns = true
            service.loop.addTimer(milliseconds: 1) {}
        }
        service.loop.run(waits && runQueue.isEmpty ? .waiting : .polling)
        serveRunQueue(service)
        serveSpeakers(service)
        closedLinks = closedBefore
        turnEnded()
        isServingAside = false
    }

    /// What kept the thread is over: all is as before.
    public func endServingAside() {
        guard !isServingAside, let ended = service else { return }
        service = nil
        for index in links.indices { links[index]?.changeLoop() }
        mailbox.putBack(ended.deferred)
        releasePassedOver()
        for index in links.indices {
            if let link = links[index], ended.serves(link) { link.lookAgain() }
        }
    }

    /// This thread waits for a shard.
    func turnWhileWaiting() {
        if !isServingAside && shared.isBusy.load(ordering: .relaxed) { serveAside(waits: true) }
    }

    private func beginServingAside() -> AsideService? {
        guard let begun = AsideService(keptSlot: keptSlot) else { return nil }
        service = begun
        // An edge tells also of what was there before.
        begun.loop.addEdge(fd: mailbox.fd) { [unowned self, unowned begun] in readMailbox(begun) }
        begun.loop.addTimer(milliseconds: 1000) { [unowned self, unowned begun] in tick(begun) }
        for index in links.indices { links[index]?.changeLoop() }
        // Of messages that were taken already, the rest.
        let rest = Array(inbox[firstInInbox...])
        inbox.removeLast(rest.count)
        for message in rest { obey(message, begun) }
        return begun
    }

    private func readMailbox(_ service: AsideService) {
        mailbox.take(into: &service.inbox)
        for message in service.inbox { obey(message, service) }
        service.inbox.removeAll(keepingCapacity: true)
    }

    /// Obeys what touches only connections that are served; the rest waits for the end.
    private func obey(_ message: WorkerMessage, _ service: AsideService) {
        switch message {
        case .adopt(let arrival) where arrival.listener != nil: obey(message)
        case .close(let slot, let id), .abort(let slot, let id):
            guard let link = link(slot: slot, id: id) else { return }
            if service.serves(link) { obey(message) } else { service.deferred.append(message) }
        case .release: obey(message)
        case .adopt, .wake, .drained, .run, .stop: service.deferred.append(message)
        }
    }

    private func tick(_ service: AsideService) {
        let now = currentTime()
        let idleTimeoutSeconds = shared.idleTimeoutSeconds.load(ordering: .relaxed)
        for index in links.indices {
            guard let link = links[index], service.serves(link) else { continue }
            link.checkTime(now: now, idleTimeoutSeconds: idleTimeoutSeconds)
        }
    }

    private func serveRunQueue(_ service: AsideService) {
        let waiting = turnQueue[firstInTurn...] + runQueue
        if waiting.isEmpty { return }
        turnQueue = []
        firstInTurn = 0
        runQueue = waiting.filter { !service.serves($0) }
        for link in waiting where service.serves(link) { link.runScheduled() }
    }

    private func serveSpeakers(_ service: AsideService) {
        guard hasSpeakers else { return }
        let waiting = speakers[firstSpeaker...]
        speakers = waiting.filter { !service.serves($0) }
        firstSpeaker = 0
        for link in waiting where service.serves(link) { link.flush() }
    }
}

extension Link {
    /// The socket of a plain connection is ready.
    func occurredAside(_ what: Int32) {
        if what & EV_READ != 0 { readBehindHeldInput() }
        if what & EV_WRITE != 0 && !state.contains(.gone) { writable() }
    }

    /// As `serveHeldInput`.
    func serveAside(_ service: AsideService) {
        state.remove(.hasMore)
        // SAFETY: as in `serveHeldInput`.
        let progress = session.receiveAside(
            unsafe RawSpan(_unsafeBytes: input.bytes), &service.output, now: worker.currentTime())
        precondition(progress.consumed >= 0 && progress.consumed <= input.count && progress.next != .wait)
        input.consume(progress.consumed)
        sendOutput(service)
        if state.contains(.gone) { return }
        advance(progress)
    }

    func sayOpened(_ service: AsideService) {
        session.connectionOpened(&service.output, now: worker.currentTime())
        sendOutput(service)
        settle()
    }

    private func sendOutput(_ service: AsideService) {
        if service.output.isEmpty { return }
        unsent.append(service.output, after: 0)
        service.output.removeAll()
        connection.unsentSize.store(unsent.byteCount, ordering: .relaxed)
        if state.contains(.held) || isSpeaking { return }
        if let stream { writableEncrypted(stream) } else { writable() }
    }

    /// What it has sent may have been left for now.
    func lookAgain() {
        if input.isEmpty || !state.isDisjoint(with: [.gone, .waiting, .closing]) { return }
        state.insert(.hasMore)
        settle()
    }
}
