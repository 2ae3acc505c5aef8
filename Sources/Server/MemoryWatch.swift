// Keeps the process, not only the account, at the memory limit.

import Base
import Engine
import Synchronization

/// Compares resident memory with the limit once a second and lessens what items may have by what is too much.
///
/// The account counts pages, index and large values to the byte; malloc's holes between index segments it cannot see.
/// They come to 2 or 3 % after item sizes shifted, and more would break the promise that the limit is.
final class MemoryWatch: Sendable {
    private let engine: Engine
    private let lastLook = Atomic<Int64>(0)

    init(_ engine: Engine) { self.engine = engine }

    /// Looks if a second has passed. A quarter of what is too much, or of what was taken without need, is made good.
    func tick(now: Milliseconds) {
        if now.rawValue - lastLook.load(ordering: .relaxed) < 1000 { return }
        lastLook.store(now.rawValue, ordering: .relaxed)
        let limit = engine.memoryLimit
        guard limit > 0, let resident = System.residentSize() else { return }
        engine.memorySlack += (resident - Self.allowance(limit)) / 4
    }

    /// Resident bytes that are in order under `limit`: 4 % and the process itself.
    static func allowance(_ limit: Int) -> Int { limit + limit / 25 + (24 << 20) }
}
