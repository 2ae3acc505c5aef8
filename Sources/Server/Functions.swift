// Libraries of functions as Persistence asks for them.

import Engine
import Base
import Persistence
import RESP

/// Stands before the RESP door does, which keeps the libraries.
final class Functions: Sendable {
    /// Set when the door stands. Whoever holds the lock wants no shard.
    let frontEnd = Spinning<RESPFrontEnd?>(nil)

    var door: LibraryDoor {
        LibraryDoor(
            all: { [self] in frontEnd.withLock { $0 }?.libraries ?? [] },
            take: { [self] libraries, dropsOthers, handle in
                guard let frontEnd = frontEnd.withLock({ $0 }) else {
                    return LibraryDoor.none.take(libraries, dropsOthers, &handle)
                }
                return frontEnd.take(libraries: libraries, dropsOthers: dropsOthers, &handle)
            })
    }
}
