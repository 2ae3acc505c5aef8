// What this room counts, one row a worker: the names are those of memcached's `stats`.

/// A row of `stats` that the front-end counts itself. Those that know an item's size class are `ClassCounter`s.
enum MemcachedCounter: Int, CaseIterable, Sendable {
    case cmdFlush
    case cmdTouch
    case cmdMeta
    case getMisses
    /// Reads of a value that is no string, shown to this door as a miss; counted in `getMisses` too.
    case getOtherKind
    case deleteMisses
    case incrMisses
    case decrMisses
    case casMisses
    case touchMisses
    case storeTooLarge, storeNoMemory
    /// Logins tried, by either protocol, and those of them that failed.
    case authCommands, authErrors
    /// Batches that stopped before their input was used up.
    case yields
}
