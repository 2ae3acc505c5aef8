// A worker's thread: turn after turn of its loop until it is told to stop and its last connection is closed.

import Base
import CLibevent
import Glibc

extension Worker {
    /// Before the thread starts.
    func prepare() {
        loop.addEdge(fd: mailbox.fd) { [unowned self] in readMailbox() }
        loop.addTimer(milliseconds: 1000) { [unowned self] in tick(now: currentTime()) }
    }

    /// The thread's body.
    func run() {
        let waiting = LongWait(
            turn: { [unowned self] in turnWhileWaiting() }, end: { [unowned self] in endServingAside() })
        waiting.pass { [unowned self] in runLoop() }
        finish()
    }

    private func runLoop() {
        while !isStopping || liveCount > 0 {
            loop.run(runQueue.isEmpty && !hasSpeakers ? .waiting : .polling)
            if !runQueue.isEmpty { serveRunQueue() }
            if !duties.isEmpty { doDuties() }
            if hasSpeakers && !mayGather() { serveSpeakers() }
            if !closedLinks.isEmpty { closedLinks.removeAll(keepingCapacity: false) }
            readsBefore = counters.value(.reads)
            turnEnded()
        }
    }

    /// Has `duty` told of the end of this turn. This worker's own thread, within a turn.
    public func atTurnEnd(_ duty: any TurnDuty) { duties.append(duty) }

    private func doDuties() {
        // What one of them adds is done in this turn, too.
        var index = 0
        while index < duties.count {
            duties[index].turnEnds()
            index += 1
        }
        duties.removeAll(keepingCapacity: true)
    }

    /// Nobody reads the mailbox any more: what came too late is dropped, closures run a last time.
    private func finish() {
        for message in mailbox.close() {
            switch message {
            case .adopt(let arrival): Self.drop(arrival, shared)
            case .run(let body): body()
            case .wake, .drained, .close, .abort, .release, .stop: break
            }
        }
    }
}
