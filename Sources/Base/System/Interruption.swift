// A tool that is to end soon, but in order.

import Glibc
import Synchronization

/// Ctrl-C and its like, remembered in the place of ending the process.
public enum Interruption {
    /// Has SIGINT, SIGTERM and SIGHUP be remembered from now on. Does nothing if they are already.
    /// - Parameter endsAtSecond: the second one ends the process: for tools that may be held up by others.
    public static func watch(endsAtSecond: Bool = false) {
        if interruptionsAreWatched.exchange(true, ordering: .relaxed) { return }
        arrivals.store(0, ordering: .relaxed)
        endsAtNext.store(endsAtSecond, ordering: .relaxed)
        for number in [SIGINT, SIGTERM, SIGHUP] { _ = signal(number, remember) }
    }

    /// Lets such signals end the process again.
    public static func unwatch() {
        interruptionsAreWatched.store(false, ordering: .relaxed)
        for number in [SIGINT, SIGTERM, SIGHUP] { _ = signal(number, SIG_DFL) }
    }

    /// Sends this process such a signal.
    public static func raise() { _ = kill(getpid(), SIGTERM) }

    public static var hasCome: Bool { arrivals.load(ordering: .relaxed) > 0 }
}

private let arrivals = Atomic(0)
let interruptionsAreWatched = Atomic(false)
private let endsAtNext = Atomic(false)

/// Calls only what a handler may call.
private func remember(_ number: Int32) {
    let isSecond = arrivals.exchange(1, ordering: .relaxed) > 0
    if isSecond && endsAtNext.load(ordering: .relaxed) { endInterrupted(number) }
}
