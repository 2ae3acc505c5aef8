// The ways to the end while a script keeps a worker: it ends itself, is waited for, or goes down with the process.

import Base
import Glibc
import Persistence
import RESP
import Synchronization
import Transport

extension Control {
    /// Stops gracefully. Any thread. A busy script ends itself; one that has written is waited for, and clients may
    /// come meanwhile to see about it. Source: Redis 7 waits for any; it would wait for ever for a loop.
    func stop() {
        if let door = state.withLock({ $0.respFrontEnd }), !door.endBusyScripts() {
            state.withLock { $0.stopsLater = true }
            log.warning("A script that has written runs: stopping waits for its end; SHUTDOWN NOSAVE does not.")
            // It may just have ended.
            if !door.endBusyScripts() { return }
        }
        workers.stop()
    }

    /// No script is busy any more.
    func goOnStopping() {
        if stopsLater { workers.stop() }
    }

    var stopsLater: Bool { state.withLock { $0.stopsLater } }

    /// SHUTDOWN NOSAVE: ends the process here and now if it is a script that has written which keeps it from stopping.
    /// What the script did so far is not in the log: it would have been a unit.
    func endAtOnce() {
        guard let door = state.withLock({ $0.respFrontEnd }), !door.endBusyScripts() else { return }
        appendLog.closeAtOnce()
        leave(0)
    }

    /// Ends the process, whatever its threads are at.
    func leave(_ code: Int32) -> Never {
        let (listeners, pidFile) = state.withLock { ($0.listeners, $0.pidFile) }
        for listener in listeners {
            if case .unix(let path, _) = listener.address { Files.remove(path) }
        }
        if let pidFile { Files.remove(pidFile) }
        log.warning("Now ready to exit, bye bye...")
        _exit(code)
    }
}
