// The worker's table of connections: from the accepting thread's hand to the last close.

import Base
import Glibc
import Synchronization

extension Worker {
    /// Takes over a connected socket.
    func adopt(_ arrival: Arrival) {
        if isStopping {
            Self.drop(arrival, shared)
            return
        }
        let stream = arrival.tls?.context.makeStream(
            fd: arrival.fd, verification: arrival.tls?.verification, host: arrival.tls?.host)
        if arrival.tls != nil && stream == nil {
            Self.drop(arrival, shared)
            return
        }
        let slot = takeSlot()
        let connection = Connection(
            id: arrival.id, worker: self, listener: arrival.listener, fd: arrival.fd, slot: slot,
            remote: SocketAddress(remoteOf: arrival.fd), local: SocketAddress(localOf: arrival.fd),
            openedAt: currentTime())
        let link = Link(
            connection: connection, worker: self, session: arrival.makeSession(connection), stream: stream)
        links[slot] = link
        liveCount += 1
        registry.withLock { registry in
            while registry.count <= slot { registry.append(nil) }
            registry[slot] = connection
        }
        if arrival.listener != nil { counters.add(.accepted) }
        link.opened()
    }

    /// Closes a socket that no worker will serve.
    static func drop(_ arrival: Arrival, _ shared: Shared) {
        _ = close(arrival.fd)
        if arrival.listener != nil { shared.connectionCount.subtract(1, ordering: .relaxed) }
    }

    private func takeSlot() -> Int {
        if let slot = freeSlots.popLast() { return slot }
        links.append(nil)
        return links.count - 1
    }

    /// The link's socket is closed. The object lives until the end of the turn, as its callback may be
    /// running.
    func remove(_ link: Link) {
        let slot = link.connection.slot
        // First: a callback borrows its link, so the table's hold may be the last one.
        closedLinks.append(link)
        registry.withLock { $0[slot] = nil }
        links[slot] = nil
        freeSlots.append(slot)
        liveCount -= 1
        if link.connection.listener != nil { shared.connectionCount.subtract(1, ordering: .relaxed) }
    }

    /// The link of a message, unless its connection is gone and the slot empty or somebody else's.
    func link(slot: Int, id: UInt64) -> Link? {
        guard let link = links[slot], link.connection.id == id else { return nil }
        return link
    }

    func schedule(_ link: Link) { runQueue.append(link) }

    /// Serves every link that was scheduled before this turn, once.
    func serveRunQueue() {
        turnQueue = runQueue
        runQueue = []
        while firstInTurn < turnQueue.count {
            let link = turnQueue[firstInTurn]
            firstInTurn += 1
            link.runScheduled()
        }
        turnQueue = []
        firstInTurn = 0
    }

    func readMailbox() {
        mailbox.take(into: &inbox)
        while firstInInbox < inbox.count {
            let message = inbox[firstInInbox]
            firstInInbox += 1
            obey(message)
        }
        inbox.removeAll(keepingCapacity: true)
        firstInInbox = 0
    }

    func obey(_ message: WorkerMessage) {
        switch message {
        case .adopt(let arrival): adopt(arrival)
        case .wake(let slot, let id): link(slot: slot, id: id)?.woken()
        case .close(let slot, let id): link(slot: slot, id: id)?.closeRequested()
        case .abort(let slot, let id): link(slot: slot, id: id)?.closeNow(.error)
        case .drained(let slot, let id): link(slot: slot, id: id)?.settleAfterSending()
        case .run(let body): body()
        case .release: releaseHeld()
        case .stop: beginStop()
        }
    }

    /// Once a second: idle and overdue connections go, and so does memory that one large reply needed.
    func tick(now: Milliseconds) {
        let idleTimeoutSeconds = shared.idleTimeoutSeconds.load(ordering: .relaxed)
        for index in links.indices {
            links[index]?.checkTime(now: now, idleTimeoutSeconds: idleTimeoutSeconds)
        }
        if output.isEmpty { output.shrink(to: TransportLimits.outputKeptSize) }
    }

    /// Every connection finishes what is in hand; whoever has not after the grace is closed.
    private func beginStop() {
        if isStopping { return }
        isStopping = true
        datagramReaders = []
        for index in links.indices { links[index]?.leave() }
        loop.addDelay(milliseconds: shared.options.stopGraceMilliseconds) { [unowned self] in
            for index in links.indices { links[index]?.closeNow() }
        }
    }
}
