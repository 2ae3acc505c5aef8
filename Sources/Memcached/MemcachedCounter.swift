// What this room counts, one row a worker: the names are those of memcached's `stats`.

/// A row of `stats` that the front-end counts itself.
enum MemcachedCounter: Int, CaseIterable, Sendable {
    /// Keys asked for by get, gets, gat, gats, mg.
    case cmdGet
    /// Storage commands whose block arrived, `cas` and `ms` among them.
    case cmdSet
    case cmdFlush
    case cmdTouch
    case cmdMeta
    case getHits
    case getMisses
    /// Misses because the item's time had run out; counted in `getMisses` too.
    case getExpired
    /// Reads of a value that is no string, shown to this door as a miss; counted in `getMisses` too.
    case getOtherKind
    case deleteHits, deleteMisses
    case incrHits, incrMisses
    case decrHits, decrMisses
    case casHits, casMisses, casBadValue
    case touchHits, touchMisses
    case storeTooLarge, storeNoMemory
    /// Batches that stopped before their input was used up.
    case yields
}
