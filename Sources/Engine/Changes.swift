// The feed that everything listens to that must know what the keyspace went through.

/// One mutation, in engine words. Told under the shard's lock, in the order in which they happened to a key.
public enum ChangeKind: Sendable {
    /// The item has a new value, whatever the verb.
    case stored
    /// Only the item's expiry changed.
    case expirySet
    /// Only marks, flags or the CAS number changed.
    case marked
    case deleted
    /// Its time ran out.
    case expired
    case evicted
}

/// Who follows the keyspace: append log, replication, watchers, blocked clients.
public protocol ChangeListener: AnyObject, Sendable {
    /// - Parameter item: the item after the change; before it for `deleted`, `expired`, `evicted`. Borrowed for the
    ///   call.
    /// Called under the shard's lock: copy what you need, never block, never call the engine.
    func keyspaceChanged(_ kind: ChangeKind, database: DatabaseIndex, item: borrowing ItemView)

    /// A whole database (or all, if nil) was emptied.
    func keyspaceFlushed(database: DatabaseIndex?)

    func databasesSwapped(_ a: DatabaseIndex, _ b: DatabaseIndex)
}
