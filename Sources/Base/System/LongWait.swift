// What a thread does while it waits for a shard that somebody keeps for long: a script that does not end, say.

import Glibc

/// One thread's way to pass the time. A thread without one just waits.
@safe
public final class LongWait {
    private let turn: () -> Void
    private let end: () -> Void

    /// - Parameter turn: called again and again while the thread waits. It may not wait for what is waited for, nor for
    ///   anything whose holder may want that.
    /// - Parameter end: called once after a wait in which `turn` was called.
    public init(turn: @escaping () -> Void, end: @escaping () -> Void) {
        self.turn = turn
        self.end = end
    }

    /// Has this thread pass its waits so while `body` runs.
    public func pass(_ body: () -> Void) {
        // SAFETY: this object outlives the call, and no other thread sees the value.
        unsafe _ = pthread_setspecific(Self.key, Unmanaged.passUnretained(self).toOpaque())
        body()
        _ = pthread_setspecific(Self.key, nil)
    }

    private static let key: pthread_key_t = {
        var key = pthread_key_t()
        let failure = unsafe pthread_key_create(&key, nil)
        precondition(failure == 0, "no key for a thread's own value")
        return key
    }()

    static func turnOfThisThread() { ofThisThread?.turn() }
    static func endOfThisThread() { ofThisThread?.end() }

    private static var ofThisThread: LongWait? {
        // SAFETY: `pass` keeps the object for as long as the value is there.
        unsafe pthread_getspecific(key).map { unsafe Unmanaged<LongWait>.fromOpaque($0).takeUnretainedValue() }
    }
}
