// A tool's unfinished file goes when its user has enough.

import Glibc
import Synchronization

extension Files {
    /// Has SIGINT, SIGTERM and SIGHUP remove `path` before they end the process. For tools, which have one such file.
    /// Those that `Interruption` watches go on until that ends them.
    public static func removeWhenInterrupted(_ path: String) {
        // SAFETY: the copy is never freed: the handler may be at it at any time.
        let copy = unsafe strdup(path)
        unfinished.store(UInt(bitPattern: copy), ordering: .releasing)
        if interruptionsAreWatched.load(ordering: .relaxed) { return }
        for number in [SIGINT, SIGTERM, SIGHUP] { _ = signal(number, endInterrupted) }
    }

    /// The file is finished, or gone.
    public static func keepWhenInterrupted() { unfinished.store(0, ordering: .releasing) }
}

/// The address of a path; 0 for none.
private let unfinished = Atomic<UInt>(0)

/// Calls only what a handler may call.
func endInterrupted(_ number: Int32) {
    // SAFETY: a path that `removeWhenInterrupted` has copied.
    if let path = unsafe UnsafePointer<CChar>(bitPattern: unfinished.load(ordering: .acquiring)) {
        unsafe _ = unlink(path)
    }
    _ = signal(number, SIG_DFL)
    raise(number)
}
