// The ways a connection ends, and the messages of other threads.
//
//     open ── .close, EOF, stop ──> closing ── all sent ──> lingering ── peer closed ──> gone
//       └──── .abort, error, idle ─────────── or its time is up ─────────────────────────┘

import Base
import CLibevent
import Glibc
import Synchronization

extension Link {
    /// Serves nothing more; closes once what is unsent is gone, or after the grace.
    func beginClose() {
        if !state.isDisjoint(with: [.closing, .gone]) { return }
        state.insert(.closing)
        state.remove([.hasMore, .waiting])
        input.free()
        // Before the handshake is done nothing can be sent, and nobody is owed anything.
        if state.contains(.handshaking) { unsent.removeAll() }
        deadline = worker.currentTime().rawValue + TransportLimits.closeGraceMilliseconds
        if unsent.isEmpty { finishClose() }
    }

    /// All is sent: shut our end, and wait for the peer to close if it may still be sending.
    func finishClose() {
        if !state.isDisjoint(with: [.lingering, .gone]) { return }
        if let stream, !sendFarewell(stream) { return updateInterest() }
        if state.contains(.inputEnded) || duet_shut_writing(fd) != 0 {
            closeNow()
            return
        }
        state.insert(.lingering)
        endSession()
        deadline = worker.currentTime().rawValue + TransportLimits.lingerMilliseconds
        updateInterest()
    }

    func discardInput() {
        // SAFETY: as in `readable`.
        let size = unsafe read(fd, worker.readArea, Limits.inputScratchSize)
        if size > 0 || (size < 0 && (errno == EAGAIN || errno == EINTR)) { return }
        closeNow()
    }

    /// Closes the socket, whatever is unsent.
    /// - Parameter reason: kept only if nothing else ended the connection before.
    func closeNow(_ reason: Connection.EndReason = .normal) {
        if state.contains(.gone) { return }
        if reason != .normal && !state.contains(.sessionEnded) {
            connection.endCode.store(reason.rawValue, ordering: .relaxed)
        }
        endSession()
        if let stream, unsent.isEmpty { _ = sendFarewell(stream) }
        state.insert(.gone)
        unregister()
        _ = Glibc.close(fd)
        input.free()
        unsent.removeAll()
        worker.remove(self)
    }

    private func endSession() {
        if state.contains(.sessionEnded) { return }
        state.insert(.sessionEnded)
        connection.isGone.store(true, ordering: .relaxed)
        session.connectionClosed()
    }

    // MARK: Other threads' messages

    /// `Connection.wake()` was called.
    func woken() {
        connection.wakePending.store(false, ordering: .releasing)
        if !state.isDisjoint(with: [.gone, .closing]) { return }
        worker.keptSlot = connection.slot
        let next = session.connectionWoken(&worker.output, now: worker.currentTime())
        worker.keptSlot = -1
        obey(next)
    }

    /// The connection stands: the session may speak first.
    func opened() {
        if let stream { return openEncrypted(stream) }
        updateInterest()
        sayOpened()
    }

    func sayOpened() {
        if let service = worker.service { return sayOpened(service) }
        session.connectionOpened(&worker.output, now: worker.currentTime())
        obey(.read)
    }

    private func obey(_ next: Progress.Next) {
        sendAnyOutput()
        if state.contains(.gone) { return }
        switch next {
        case .read, .yield:
            let waited = state.contains(.waiting)
            state.remove(.waiting)
            if (waited || next == .yield) && !input.isEmpty { state.insert(.hasMore) }
        case .wait:
            state.insert(.waiting)
        case .close:
            beginClose()
        case .abort:
            closeNow(.error)
        }
        settle()
    }

    /// `Connection.close()` was called.
    func closeRequested() {
        beginClose()
        updateInterest()
    }

    /// Nothing more will arrive, and the session waits for something else: does it still owe a reply?
    func askWaitingSession() {
        if session.inputEndedWhileWaiting() != .wait { closeNow() }
    }

    // MARK: The worker's clock and its end

    /// Called once a second.
    func checkTime(now: Milliseconds, idleTimeoutSeconds: Int) {
        if deadline != 0 {
            if now.rawValue < deadline { return }
            let isLate = state.contains(.handshaking) && !state.contains(.closing)
            if isLate { handshakeFailed("the handshake took too long", tellsPeer: false) } else { closeNow() }
        } else if idleTimeoutSeconds > 0 && !state.contains(.waiting) {
            let idle = now.rawValue - connection.lastActive.load(ordering: .relaxed)
            if idle < idleTimeoutSeconds * 1000 { return }
            worker.counters.add(.idleKicks)
            closeNow(.idleTimeout)
        }
    }

    /// The worker stops: serve what has arrived, then close. A peer that is idle is closed at once.
    func leave() {
        if !state.isDisjoint(with: [.gone, .closing, .lingering, .leaving]) { return }
        if state.contains(.handshaking) { return closeNow() }
        let readBefore = connection.bytesIn.load(ordering: .relaxed)
        if state.isEmpty { if let stream { occurredEncrypted(stream, EV_READ) } else { readable() } }
        if state.contains(.gone) { return }
        state.insert(.leaving)
        connection.endCode.store(Connection.EndReason.shutdown.rawValue, ordering: .relaxed)
        if state.contains(.waiting) { askWaitingSession() }
        let isIdle = connection.bytesIn.load(ordering: .relaxed) == readBefore && unsent.isEmpty
        if isIdle && state.isDisjoint(with: [.gone, .waiting, .hasMore, .scheduled]) { closeNow() }
        settle()
    }
}
