// A thread of one's own, and how threads wait for each other off the request path.

import CIntrinsics
import Glibc

/// A POSIX thread that takes no signals from others.
@safe
public struct Thread: Sendable {
    private let handle: pthread_t

    private final class Body {
        let name: String
        let stepsAside: Bool
        let run: () -> Void
        init(name: String, stepsAside: Bool, run: @escaping () -> Void) {
            self.name = name
            self.stepsAside = stepsAside
            self.run = run
        }
    }

    /// - Parameter name: at most 15 bytes, for `top -H` and debuggers.
    /// - Parameter stepsAside: others who want its processor need not wait for more than a moment.
    public init(name: String, stepsAside: Bool = false, _ run: @escaping @Sendable () -> Void) throws(SystemError) {
        let body = unsafe Unmanaged.passRetained(Body(name: name, stepsAside: stepsAside, run: run))
        var all = sigset_t()
        var before = sigset_t()
        unsafe sigfillset(&all)
        // A fault of the thread's own is for it to take (`MappingGuard`).
        unsafe sigdelset(&all, SIGBUS)
        // The new thread inherits the mask, so there is no moment in which it could take a signal.
        unsafe pthread_sigmask(Int32(SIG_BLOCK), &all, &before)
        var handle = pthread_t()
        // SAFETY: the thread takes over the one retain of its body.
        let result = unsafe pthread_create(&handle, nil, threadMain, body.toOpaque())
        unsafe pthread_sigmask(Int32(SIG_SETMASK), &before, nil)
        guard result == 0 else {
            unsafe body.release()
            throw SystemError(call: "pthread_create", code: result)
        }
        self.handle = handle
    }

    /// Starts one that nobody waits for.
    public static func start(
        name: String, stepsAside: Bool = false, _ run: @escaping @Sendable () -> Void
    ) throws(SystemError) {
        pthread_detach(try Thread(name: name, stepsAside: stepsAside, run).handle)
    }

    /// A number that no other running thread has; never 0.
    public static var current: UInt { UInt(pthread_self()) }

    /// Waits for its end. Once, and always: what nobody waits for is `start`ed.
    public func join() { _ = pthread_join(handle, nil) }

    fileprivate static func main(_ context: UnsafeMutableRawPointer) {
        // SAFETY: the retain was made for this thread.
        let body = unsafe Unmanaged<Body>.fromOpaque(context).takeRetainedValue()
        unsafe duet_name_thread(body.name)
        if body.stepsAside { duet_step_aside() }
        body.run()
    }
}

private func threadMain(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    unsafe Thread.main(context!)
    return nil
}

/// State under a lock, with waiting for it to change.
@safe
public final class Monitor<State: ~Copyable>: @unchecked Sendable {
    // Sendable: the state is touched under the lock only, and the lock's memory is this object's own.
    private var state: State
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private let changed: UnsafeMutablePointer<pthread_cond_t>

    public init(_ state: consuming sending State) {
        self.state = state
        unsafe mutex = .allocate(capacity: 1)
        unsafe changed = .allocate(capacity: 1)
        unsafe mutex.initialize(to: pthread_mutex_t())
        unsafe changed.initialize(to: pthread_cond_t())
        unsafe pthread_mutex_init(mutex, nil)
        var attributes = pthread_condattr_t()
        unsafe pthread_condattr_init(&attributes)
        unsafe pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
        unsafe pthread_cond_init(changed, &attributes)
        unsafe pthread_condattr_destroy(&attributes)
    }

    deinit {
        unsafe pthread_cond_destroy(changed)
        unsafe pthread_mutex_destroy(mutex)
        unsafe changed.deallocate()
        unsafe mutex.deallocate()
    }

    /// Changes the state and wakes who waits.
    public func change<R>(_ body: (inout State) -> R) -> R {
        unsafe pthread_mutex_lock(mutex)
        let result = body(&state)
        unsafe pthread_mutex_unlock(mutex)
        unsafe pthread_cond_broadcast(changed)
        return result
    }

    /// Looks at the state, or changes what nobody waits for.
    public func look<R>(_ body: (inout State) -> R) -> R {
        unsafe pthread_mutex_lock(mutex)
        defer { unsafe pthread_mutex_unlock(mutex) }
        return body(&state)
    }

    /// As `look`, if nobody else is at it; nil if somebody is.
    public func tryLook<R>(_ body: (inout State) -> R) -> R? {
        guard unsafe pthread_mutex_trylock(mutex) == 0 else { return nil }
        defer { unsafe pthread_mutex_unlock(mutex) }
        return body(&state)
    }

    /// As `wait`, but for so long at most.
    /// - Returns: nil if there was no result by then.
    public func wait<R>(milliseconds: Int, _ body: (inout State) -> R?) -> R? {
        var end = timespec()
        unsafe clock_gettime(CLOCK_MONOTONIC, &end)
        let nanoseconds = end.tv_nsec + milliseconds % 1000 * 1_000_000
        end.tv_sec += milliseconds / 1000 + nanoseconds / 1_000_000_000
        end.tv_nsec = nanoseconds % 1_000_000_000
        unsafe pthread_mutex_lock(mutex)
        defer { unsafe pthread_mutex_unlock(mutex) }
        while true {
            if let result = body(&state) { return result }
            if unsafe pthread_cond_timedwait(changed, mutex, &end) == ETIMEDOUT { return body(&state) }
        }
    }

    /// Waits until `body` has a result, asking it again after each change.
    public func wait<R>(_ body: (inout State) -> R?) -> R {
        unsafe pthread_mutex_lock(mutex)
        defer { unsafe pthread_mutex_unlock(mutex) }
        while true {
            if let result = body(&state) { return result }
            unsafe pthread_cond_wait(changed, mutex)
        }
    }
}
