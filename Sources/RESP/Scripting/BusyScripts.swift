// Scripts that run for longer than busy-reply-threshold: who is told, what is served meanwhile, and how they end.
//
// A script is asked every 100,000 instructions whether it shall go on. Past the threshold it then has its worker serve
// the other connections aside for a turn (`Worker.serveAside`), and so do the workers that wait for its shards
// (`LongWait`), so that every client is told BUSY, and any can end it. What is served aside runs below the script or
// the waiting request on one stack: it finds rows of its own, and nothing of it touches shards.

import Base
import Synchronization
import Transport

extension RESPFrontEnd {
    /// Whether a script runs for so long that others are told.
    var isBusy: Bool { busyScripts.load(ordering: .relaxed) > 0 }

    /// Whether it is no script but a function.
    var isBusyWithFunction: Bool { busyFunctions.load(ordering: .relaxed) > 0 }

    /// Has `body` told when the first script becomes busy, and when the last one is no longer. It may take no lock
    /// whose holder may want a shard. Before connections are made.
    public func onBusy(_ body: @escaping @Sendable (Bool) -> Void) { busyListeners.withLock { $0.append(body) } }

    /// One such script more, or less. The lock's holders want no shard.
    func noteBusyScript(_ change: Int, isFunction: Bool) {
        originState.withLock { origin in
            if isFunction { busyFunctions.wrappingAdd(change, ordering: .relaxed) }
            let count = busyScripts.wrappingAdd(change, ordering: .relaxed).newValue
            judgeGate(origin != nil)
            if count == max(change, 0) { busyListeners.withLock { for body in $0 { body(count > 0) } } }
        }
    }

    /// Has the scripts, or functions, that run now ended, but for those that have written. Who is killed by the other
    /// command is told of only while others have to wait for it. Source: Redis SCRIPT KILL, FUNCTION KILL.
    func killScripts(functions: Bool) -> ScriptProgress.KillOutcome {
        workers.withLock { contexts in
            var outcome = ScriptProgress.KillOutcome.nothingRuns
            for context in contexts.values {
                switch context.scripts.progress.kill(functions: functions) {
                case .killed: outcome = .killed
                case .hasWritten: if outcome != .killed { outcome = .hasWritten }
                case .otherKind: if outcome == .nothingRuns && isBusy { outcome = .otherKind }
                case .nothingRuns: break
                }
            }
            return outcome
        }
    }

    /// The server is to end: busy scripts end themselves, from now on, but for those that have written.
    /// - Returns: false if there is one that has written.
    public func endBusyScripts() -> Bool {
        isEnding.store(true, ordering: .relaxed)
        guard isBusy else { return true }
        return workers.withLock { contexts in
            !contexts.values.contains { $0.scripts.progress.isBusyWriter }
        }
    }
}

extension RESPSession {
    /// Whether this thread may not wait for shards, since a busy script may hold them.
    var isBusy: Bool { frontEnd.isBusy || scripts.servesAside }

    /// Source: Redis 7 luaMaskCountHook, scriptInterrupt.
    func interruption() -> StaticString? {
        if let reason = reasonToEnd { return reason }
        if isFunction { scripts.show() }
        if !scripts.isBusy {
            let elapsed = Milliseconds.readClock().rawValue - scripts.runStartedAt.rawValue
            let timeMax = frontEnd.scriptTimeMax.load(ordering: .relaxed)
            guard timeMax > 0 && elapsed >= timeMax else { return nil }
            beginBusyScript(elapsed)
        }
        record.peer.connection?.worker.serveAside()
        return reasonToEnd
    }

    private var isFunction: Bool { scripts.run?.script.isFunction == true }

    private var reasonToEnd: StaticString? {
        let isKilled = scripts.progress.isKilled(scripts.runCount)
        let isEnded = scripts.isBusy && frontEnd.isEnding.load(ordering: .relaxed) && scripts.run?.hasWritten == false
        guard isKilled || isEnded else { return nil }
        // Also of functions.
        noteError("ERR")
        frontEnd.control.log(level: 2, "Lua script killed by user with SCRIPT KILL.")
        return "ERR Script killed by user with SCRIPT KILL..."
    }

    private func beginBusyScript(_ elapsed: Int64) {
        scripts.isBusy = true
        scripts.progress.isBusy.store(true, ordering: .relaxed)
        let isFunction = isFunction
        frontEnd.noteBusyScript(1, isFunction: isFunction)
        let name = scripts.run?.script.name ?? ""
        frontEnd.control.log(
            level: 3,
            "Slow script detected: still in execution after \(elapsed) milliseconds. You can try killing the script "
                + "using the \(isFunction ? "FUNCTION" : "SCRIPT") KILL command. Script name is: \(name).")
    }

    /// The script has ended, its section too.
    func endBusyScript() {
        scripts.isBusy = false
        scripts.progress.isBusy.store(false, ordering: .relaxed)
        frontEnd.noteBusyScript(-1, isFunction: isFunction)
        record.peer.connection?.worker.endServingAside()
    }

    func receiveAside(_ input: RawSpan, _ output: inout OutputBuffer, now: Milliseconds) -> Progress {
        // Not `engine.now`, which may have the engine do what is due, nor the journal's place, which is the other's.
        exchangeRows()
        scripts.servesAside = true
        admission = .judged
        let progress = serve(input, &output)
        scripts.servesAside = false
        exchangeRows()
        judgeAdmission()
        passedSize = max(0, passedSize &- progress.consumed)
        return progress
    }

    private func exchangeRows() {
        slots.exchange(with: scripts.asideSlots)
        queue.exchange(with: scripts.asideQueue)
        hashes.exchange(with: scripts.asideHashes)
    }

    /// Source: Redis 7 rejectCommand.
    func refuseBusy(_ command: Command, _ output: inout OutputBuffer) {
        flawTransaction()
        let text = frontEnd.isBusyWithFunction ? Self.busyFunction : Self.busyScript
        if command == .exec { return abortExec(&output) { $0.append(text) } }
        fail(text, &output)
    }

    static var busyScript: StaticString {
        "BUSY Redis is busy running a script. You can only call SCRIPT KILL or SHUTDOWN NOSAVE."
    }

    static var busyFunction: StaticString {
        "BUSY Redis is busy running a script. You can only call FUNCTION KILL or SHUTDOWN NOSAVE."
    }
}
