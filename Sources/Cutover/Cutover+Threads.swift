// The threads of a take-over: one looks at deadlines and ends it, one connects. The third is the Sweep's.

import Base
import Engine
import Synchronization
import Transport

extension Cutover {
    // MARK: The clock

    func runClock() {
        while !isOver {
            lookAtDeadlines()
            tellPending()
            let pause = fetches.count > 0 ? CutoverLimits.clockMilliseconds : CutoverLimits.clockMilliseconds * 4
            _ = alarm.wait(milliseconds: pause) { _ in isOver ? true : nil }
        }
        endAll()
    }

    private func lookAtDeadlines() {
        let now = Self.monotonicMilliseconds()
        let expired = fetches.expire(at: now)
        if expired > 0 {
            counts.timeouts.wrappingAdd(expired, ordering: .relaxed)
            breaker.failed(at: now)
        }
        for side in sides {
            let oldest = side.oldestSentAt.load(ordering: .relaxed)
            if oldest != 0 && now - oldest > CutoverLimits.stuckMilliseconds { side.closeLink() }
        }
    }

    private func tellPending() {
        let pending = pendingNotes.look { notes in
            let taken = notes
            notes = []
            return taken
        }
        for text in pending { notes.warning(text) }
    }

    private func endAll() {
        tellPending()
        engine.removeChangeListener(self)
        // Who is about to put something in its place does so before this, or finds that it is over.
        var handle = engine.makeHandle()
        handle.section(.all) { _ in }
        fetches.finishAll()
        for side in sides { side.closeLink() }
        if let endReason { notes.ended(self, endReason) }
    }

    // MARK: Connections

    func runConnector() {
        while !isOver {
            connectMissing()
            let seen = alarm.look { $0 }
            let pause = CutoverLimits.reconnectMilliseconds
            // After a loss at once, but not over and over.
            _ = alarm.wait(milliseconds: pause) { $0 != seen ? true : nil }
            _ = alarm.wait(milliseconds: pause / 5) { _ in isOver ? true : nil }
        }
    }

    func connectMissing() {
        for side in sides where !isOver && side.claimConnecting() {
            do throws(TransportError) {
                try workers.connect(
                    to: origin.address, onWorker: side.index, tls: tls,
                    timeoutMilliseconds: CutoverLimits.connectMilliseconds
                ) { OriginSession(self, side, $0) }
            } catch {
                for order in side.unlink() { fetches.finish(order.mark, order.serial) }
                breaker.failed(at: Self.monotonicMilliseconds())
                return tellLoss("\(error)")
            }
        }
    }

    /// A worker's connection is gone.
    func linkLost(_ reason: String) {
        if isOver { return }
        counts.lostLinks.wrappingAdd(1, ordering: .relaxed)
        breaker.failed(at: Self.monotonicMilliseconds())
        tellLoss(reason)
        hurryConnector()
    }

    func hurryConnector() { alarm.change { $0 += 1 } }

    /// Says so once, until an answer comes again.
    private func tellLoss(_ reason: String) {
        guard isLossKnown.compareExchange(expected: false, desired: true, ordering: .relaxed).exchanged else { return }
        let note = "Migration: no connection to \(origin): \(reason). Trying again; what is not here is a miss."
        pendingNotes.look { $0.append(note) }
    }

    /// An answer came.
    func linkAnswered() {
        guard isLossKnown.load(ordering: .relaxed) else { return }
        guard isLossKnown.compareExchange(expected: true, desired: false, ordering: .relaxed).exchanged else { return }
        pendingNotes.look { $0.append("Migration: \(origin) answers again.") }
    }
}
