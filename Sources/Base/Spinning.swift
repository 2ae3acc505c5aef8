// State under a spin lock: for what is held for well under a microsecond by whoever serves requests.

/// State that one thread at a time looks at. Who waits spins, and yields: nobody may block or call out while he has it.
@safe
public final class Spinning<State: ~Copyable>: @unchecked Sendable {
    // Sendable: the state is touched under the lock only, and the lock's memory is this object's own.
    private var state: State
    private let lock: UnsafeMutablePointer<SpinLock>

    public init(_ state: consuming sending State) {
        self.state = state
        unsafe lock = .allocate(capacity: 1)
        unsafe lock.initialize(to: SpinLock())
    }

    deinit {
        unsafe lock.deinitialize(count: 1)
        unsafe lock.deallocate()
    }

    @inline(__always)
    public func withLock<R: ~Copyable>(_ body: (inout State) -> R) -> R {
        unsafe lock.pointee.lock()
        let result = body(&state)
        unsafe lock.pointee.unlock()
        return result
    }
}
