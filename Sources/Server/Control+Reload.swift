// What signals ask for besides the end: SIGHUP has files read again by those who keep their content, SIGUSR1
// stops with all replies sent.

import Base
import Synchronization
import Transport

/// Something that was read from a file at start and can be read again while serving.
struct Reload: Sendable {
    /// What it is, as in `the auth file`.
    let what: String
    /// Reads it again. On failure what was read before must stay in force. Runs in the accepting loop: it may
    /// read a small file and must not wait for anybody.
    /// - Returns: nil, or why it could not be read.
    let body: @Sendable () -> String?
}

extension Control {
    /// Has `body` called on each SIGHUP, after those that were registered before.
    /// - Parameter what: what is read again, for the log.
    /// - Parameter body: see `Reload.body`.
    func onReload(_ what: String, _ body: @escaping @Sendable () -> String?) {
        state.withLock { $0.reloads.append(Reload(what: what, body: body)) }
    }

    /// Reads again all that was registered, in order; one failing does not keep the others from it.
    func reload() {
        // Called without the lock: a body may ask for settings.
        let reloads = state.withLock { $0.reloads }
        if reloads.isEmpty { log.notice("Received SIGHUP: there is nothing to reload.") }
        for reload in reloads {
            if let failure = reload.body() {
                log.warning("Could not reload \(reload.what): \(failure)")
            } else {
                log.notice("Reloaded \(reload.what)")
            }
        }
    }

    /// Stops as `stop()` does, and says so in memcached's words. Any thread.
    func stopGracefully() {
        log.warning("Gracefully stopping")
        state.withLock { $0.stopsGracefully = true }
        stop()
    }

    var stopsGracefully: Bool { state.withLock { $0.stopsGracefully } }
}
