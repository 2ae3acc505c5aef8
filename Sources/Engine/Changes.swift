// The feed that everything listens to that must know what the keyspace went through.

/// One mutation, in engine words. Told under the shard's lock, in the order in which they happened to a key.
public enum ChangeKind: UInt8, Sendable {
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

    /// Whether a request asked for it, and not time or want of memory.
    @inline(__always)
    var isAskedFor: Bool {
        switch self {
        case .stored, .expirySet, .marked, .deleted: true
        case .expired, .evicted: false
        }
    }
}

/// What a listener wants to hear of. Nobody pays for the rest.
public struct ChangeKinds: OptionSet, Sendable {
    public let rawValue: UInt8
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    public init(_ kind: ChangeKind) { rawValue = 1 << kind.rawValue }

    public static let evicted = ChangeKinds(.evicted)
    /// Whole databases emptied or exchanged.
    public static let databases = ChangeKinds(rawValue: 1 << 7)
    public static let all = ChangeKinds(rawValue: .max)
}

/// Who follows the keyspace: append log, replication, watchers, blocked clients.
public protocol ChangeListener: AnyObject, Sendable {
    /// - Parameter item: the item after the change; before it for `deleted`, `expired`, `evicted`. Borrowed for the
    ///   call.
    /// Called under the shard's lock: copy what you need, never block, never call the engine.
    func keyspaceChanged(_ kind: ChangeKind, database: DatabaseIndex, item: borrowing ItemView)

    /// A whole database (or all, if nil) was emptied.
    func keyspaceFlushed(database: DatabaseIndex?)

    /// Two databases were exchanged.
    /// - Parameter engine: holds all shards for the call, and may be asked about keys.
    func databasesSwapped(_ a: DatabaseIndex, _ b: DatabaseIndex, _ engine: inout EngineHandle)
}
