// Signals as ordinary calls: blocked everywhere, awaited by one thread, so that no handler ever interrupts anything.

import Glibc

public enum SignalWatch {
    /// Holds `signals` back from every thread. Before any other thread exists.
    public static func block(_ signals: [Int32]) {
        var set = set(of: signals)
        // SAFETY: the set is ours for the call.
        unsafe pthread_sigmask(SIG_BLOCK, &set, nil)
    }

    /// Calls `body` for each of `signals` (blocked before) on a thread of its own, for as long as the process lives.
    public static func watch(_ signals: [Int32], _ body: @escaping @Sendable (Int32) -> Void) {
        startThread {
            var set = set(of: signals)
            while true {
                var signal: Int32 = 0
                // SAFETY: both are ours for the call.
                if unsafe sigwait(&set, &signal) == 0 { body(signal) }
            }
        }
    }

    private static func set(of signals: [Int32]) -> sigset_t {
        var set = sigset_t()
        // SAFETY: the set is ours for the calls.
        unsafe sigemptyset(&set)
        for signal in signals { unsafe sigaddset(&set, signal) }
        return set
    }
}

private final class ThreadBody {
    let run: @Sendable () -> Void
    init(_ run: @escaping @Sendable () -> Void) { self.run = run }
}

/// Runs `body` on a new thread that nobody waits for.
private func startThread(_ body: @escaping @Sendable () -> Void) {
    var thread = pthread_t()
    var attributes = pthread_attr_t()
    // SAFETY: the attributes are ours until destroyed; the box is handed over, retained, and taken back by the thread.
    unsafe pthread_attr_init(&attributes)
    unsafe pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
    unsafe pthread_attr_setstacksize(&attributes, 256 * 1024)
    let box = unsafe Unmanaged.passRetained(ThreadBody(body)).toOpaque()
    let failure = unsafe pthread_create(&thread, &attributes, runThread, box)
    precondition(failure == 0, "no thread could be started")
    unsafe pthread_attr_destroy(&attributes)
}

private func runThread(_ box: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    unsafe Unmanaged<ThreadBody>.fromOpaque(box!).takeRetainedValue().run()
    return nil
}
