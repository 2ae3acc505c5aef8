// How a session stops in the middle of a command and goes on when it is woken.
//
// A command that finds nothing calls `park` and replies nothing. Whoever brings what it waits for, on any thread,
// either calls `ClientRecord.wake`: the session's worker then serves the same request again, `wakeReason` saying why;
// or does what the command would and hands over its reply (`WaitedKeys`).

import Base
import Engine
import Synchronization
import Transport

/// A request that waits.
final class ParkedRequest {
    let kept = KeptRequests()
}

extension RESPSession {
    /// Whether a command may wait. Not inside EXEC: nobody could bring what it waits for.
    var mayPark: Bool { !isExecuting }

    /// Keeps the request to be served again when somebody calls `record.wake`, and reads nothing until then.
    ///
    /// Call it while holding the shards of what the command waits for, then make it known to who shall wake: what
    /// changes later finds it parked. Served again, a command that still finds nothing parks again; its deadline stays.
    /// - Parameter deadline: nil is for ever.
    /// - Returns: the ticket of this waiting.
    @discardableResult
    func park(_ request: Request, _ command: Command, until deadline: Milliseconds?) -> UInt64 {
        precondition(mayPark)
        let ticket = record.parking.begin()
        if parked == nil {
            let waiting = ParkedRequest()
            var row = CommandRow.unknown
            row.command = command
            waiting.kept.append(request, row)
            parked = waiting
            frontEnd.parkedClients.add(record, ticket, until: deadline)
        }
        ending = .park
        return ticket
    }

    /// Its waiting is over, one way or the other.
    func unpark() {
        guard parked != nil else { return }
        parked = nil
        record.parking.end()
        if let waiter { frontEnd.waitedKeys.remove(waiter) }
        waiter = nil
        frontEnd.parkedClients.remove(record)
    }

    func connectionWoken(_ output: inout OutputBuffer, now: Milliseconds) -> Progress.Next {
        if let originWait { return wakeUp(from: originWait) }
        if let transfer {
            engine.now = now
            return send(transfer, &output)
        }
        guard sayMonitored(&output) else { return .abort }
        if isHeldByPause {
            if frontEnd.pause.kind != .none { return .wait }
            isHeldByPause = false
            ending = .none
            return .yield
        }
        guard let waiting = parked else { return .read }
        // Woken for nothing, or for a reason that was dealt with already.
        guard let reason = record.parking.reason else { return .wait }
        engine.now = now
        beginMeasuring()
        let mark = output.count
        if reason == .rulesChanged {
            if goesOnWaiting(waiting, &output) { return .wait }
            ending = renewAccess() ? .none : .close
        } else {
            ending = .none
        }
        if reason == .rulesChanged {
            // That was replied.
        } else if reason == .interrupted {
            fail("UNBLOCKED client unblocked via CLIENT UNBLOCK", &output)
        } else if reason == .served {
            record.takeDelivered(&output)
        } else {
            wakeReason = reason
            waiting.kept.each { queued, request in
                if isTracked { beginTracked(queued.row.command!, request) }
                serve(queued.row.command!, request, &output)
            }
            wakeReason = nil
            engine.holdUntilJournaled(&output)
            if owesMessages { deliverMessages(&output) }
        }
        if ending == .park {
            endTracked(waiting, &output)
            return .wait
        }
        waiting.kept.each { _, request in measureLast(request) }
        if replies != .on { dropReply(after: mark, &output) }
        endTracked(waiting, &output)
        unpark()
        publish()
        switch ending {
        case .none: return .yield
        case .close: return .close
        case .abort: return .abort
        case .park, .hold: return .wait
        }
    }

    private func endTracked(_ waiting: ParkedRequest, _ output: inout OutputBuffer) {
        guard isTracked else { return }
        waiting.kept.each { queued, _ in endTracked(queued.row.command!, isRefused: false, &output) }
    }

    /// WAIT: for replicas that have what was written so far. There are none, so that only time passes.
    /// Source: Redis 7 command reference, WAIT.
    func waitForReplicas(_ request: Request, _ output: inout OutputBuffer) {
        guard let wanted = request[1].integer else { return failInteger(&output) }
        guard let deadline = deadline(milliseconds: request[2], &output) else { return }
        guard wanted > 0 && mayPark && wakeReason == nil else { return output.appendInteger(0) }
        park(request, .wait, until: deadline.time)
    }

    /// WAITAOF: for append logs, here and on replicas, to be on disk. There are no replicas.
    /// Source: Redis 7.2 waitaofCommand.
    func waitForLogs(_ request: Request, _ output: inout OutputBuffer) {
        guard let here = request[1].integer else { return failInteger(&output) }
        guard here == 0 || here == 1 else {
            return fail("ERR value is out of range, value must between 0 and 1", &output)
        }
        guard let wanted = request[2].integer else { return failInteger(&output) }
        guard wanted >= 0 else { return fail("ERR value is out of range, must be positive", &output) }
        guard let deadline = deadline(milliseconds: request[3], &output) else { return }
        let places = frontEnd.control.logPlaces()
        guard here == 0 || places != nil else {
            return fail("ERR WAITAOF cannot be used when numlocal is set but appendonly is disabled.", &output)
        }
        let place = waitedLogPlace ?? places?.end ?? 0
        let isSynced = places.map { $0.synced >= place } ?? false
        let isMet = wanted == 0 && (here == 0 || isSynced)
        if isMet || !mayPark || wakeReason != nil {
            waitedLogPlace = nil
            output.appendArray(2)
            output.appendInteger(isSynced ? 1 : 0)
            return output.appendInteger(0)
        }
        waitedLogPlace = place
        let ticket = park(request, .waitaof, until: deadline.time)
        guard wanted == 0 else { return }
        let record = record
        frontEnd.control.whenLogSynced(through: place) { _ = record.wake(.ready, ticket) }
    }

    /// A timeout of whole milliseconds, 0 being none. nil after an error. Source: Redis 7.2
    /// getTimeoutFromObjectOrReply.
    func deadline(milliseconds text: RawSpan, _ output: inout OutputBuffer) -> WaitingDeadline? {
        guard let timeout = text.integer else {
            fail("ERR timeout is not an integer or out of range", &output)
            return nil
        }
        guard timeout >= 0 else {
            fail("ERR timeout is negative", &output)
            return nil
        }
        guard timeout <= Int64.max - engine.now.rawValue else {
            fail("ERR timeout is out of range", &output)
            return nil
        }
        return WaitingDeadline(time: timeout == 0 ? nil : Milliseconds(engine.now.rawValue + timeout))
    }
}
