// What all workers and the acceptor of one reactor have in common: a few numbers, none on the request path.

import Synchronization

/// Limits that change at run time, and the counts they are held against.
final class Shared: Sendable {
    let connectionCountMax: Atomic<Int>
    let idleTimeoutSeconds: Atomic<Int>
    /// Accepted connections that are open; written on open and close only.
    let connectionCount = Atomic<Int>(0)
    let isAcceptPaused = Atomic<Bool>(false)
    /// How much of the log is on the disk.
    let releasedPlace = Atomic<UInt64>(0)
    /// Requests are being held up by something long: see `Workers.isBusy`.
    let isBusy = Atomic<Bool>(false)
    private let lastID = Atomic<UInt64>(0)

    let options: TransportOptions

    init(_ options: TransportOptions) {
        self.options = options
        connectionCountMax = Atomic(options.connectionCountMax)
        idleTimeoutSeconds = Atomic(options.idleTimeoutSeconds)
    }

    func nextID() -> UInt64 { lastID.wrappingAdd(1, ordering: .relaxed).newValue }
}
