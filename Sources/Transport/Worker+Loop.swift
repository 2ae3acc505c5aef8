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
        while !isStopping || liveCount > 0 {
            loop.run(runQueue.isEmpty ? .waiting : .polling)
            if !runQueue.isEmpty { serveRunQueue() }
            if !closedLinks.isEmpty { closedLinks.removeAll(keepingCapacity: false) }
            turnEnded()
        }
        finish()
    }

    /// Nobody reads the mailbox any more: what came too late is dropped, closures run a last time.
    private func finish() {
        for message in mailbox.close() {
            switch message {
            case .adopt(let arrival): Self.drop(arrival, shared)
            case .run(let body): body()
            case .wake, .close, .stop: break
            }
        }
    }
}

/// A POSIX thread that takes no signals.
@safe
struct Thread {
    private let handle: pthread_t

    private final class Body {
        let name: String
        let run: () -> Void
        init(name: String, run: @escaping () -> Void) {
            self.name = name
            self.run = run
        }
    }

    /// - Parameter name: at most 15 bytes, for `top -H` and debuggers.
    init(name: String, _ run: @escaping @Sendable () -> Void) throws(TransportError) {
        let body = unsafe Unmanaged.passRetained(Body(name: name, run: run))
        var all = sigset_t()
        var before = sigset_t()
        unsafe sigfillset(&all)
        // The new thread inherits the mask, so there is no moment in which it could take a signal.
        unsafe pthread_sigmask(Int32(SIG_BLOCK), &all, &before)
        var handle = pthread_t()
        // SAFETY: the thread takes over the one retain of its body.
        let result = unsafe pthread_create(&handle, nil, threadMain, body.toOpaque())
        unsafe pthread_sigmask(Int32(SIG_SETMASK), &before, nil)
        guard result == 0 else {
            unsafe body.release()
            throw .system(call: "pthread_create", address: name, errno: result)
        }
        self.handle = handle
    }

    func join() { _ = pthread_join(handle, nil) }

    fileprivate static func main(_ context: UnsafeMutableRawPointer) {
        // SAFETY: the retain was made for this thread.
        let body = unsafe Unmanaged<Body>.fromOpaque(context).takeRetainedValue()
        unsafe duet_name_thread(body.name)
        body.run()
    }
}

private func threadMain(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    unsafe Thread.main(context!)
    return nil
}
