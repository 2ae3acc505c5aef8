// The feed that everything listens to that must know what the keyspace went through.

import Synchronization

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

/// How a change came about, as far as the verb knows and its kind does not tell.
public enum ChangeManner: UInt8, Sendable {
    case plain
    /// A whole value was stored, and the expiry is still the one before.
    case keptExpiry
    /// Bytes were added to a string.
    case extended
    /// A number was added to another.
    case counted
    /// The item came from another key or database, or went there.
    case moved
    /// A collection lost its last element, and so ended.
    case emptied
}

/// Why something happened: for listeners that tell it in a front-end's words.
public struct ChangeReason: Sendable {
    public let manner: ChangeManner
    /// What the front-end had written to the handle's `ReasonMark`; 0 if it does not say.
    public let code: UInt16
}

/// Where a front-end writes what its thread is at. One to a handle and its copies; trivial to copy.
@safe
public struct ReasonMark: @unchecked Sendable {
    // Sendable: what it leads to is touched by the handle's thread alone.
    let mark: UnsafeMutablePointer<JournalMark>

    /// The code of who brings back what is known: from a file, or from the server that the keys were on. No front-end
    /// uses it for another meaning.
    public static let noNews = UInt16.max

    /// Told with each change, in a `ChangeReason`. The engine makes nothing of it.
    public var code: UInt16 {
        @inline(__always) get { unsafe mark.pointee.reason }
        @inline(__always) nonmutating set { unsafe mark.pointee.reason = newValue }
    }
}

/// What a listener wants to hear of. Nobody pays for the rest.
public struct ChangeKinds: OptionSet, Sendable {
    public let rawValue: UInt16
    public init(rawValue: UInt16) { self.rawValue = rawValue }

    public init(_ kind: ChangeKind) { rawValue = 1 << UInt16(kind.rawValue) }

    public static let evicted = ChangeKinds(.evicted)
    /// Whole databases emptied or exchanged.
    public static let databases = ChangeKinds(rawValue: 1 << 7)
    /// Every change.
    public static let all = ChangeKinds(rawValue: 0xFF)
    /// Keys that had no item and have one now: told before the change.
    public static let creations = ChangeKinds(rawValue: 1 << 8)
    /// Reads that found nothing.
    public static let misses = ChangeKinds(rawValue: 1 << 9)
}

/// Who follows the keyspace: append log, replication, watchers, blocked clients.
public protocol ChangeListener: AnyObject, Sendable {
    /// - Parameter item: the item after the change; before it for `deleted`, `expired`, `evicted`. Borrowed for the
    ///   call.
    /// Called under the shard's lock: copy what you need, never block, never call the engine.
    func keyspaceChanged(_ kind: ChangeKind, database: DatabaseIndex, item: borrowing ItemView)

    /// As above, for who asks why; calls the former if it is not there.
    func keyspaceChanged(
        _ kind: ChangeKind, database: DatabaseIndex, item: borrowing ItemView, _ reason: ChangeReason)

    /// A key has an item that had none, or another's in place of its own. Its value may not be there yet.
    /// Under the shard's lock.
    func itemCreated(database: DatabaseIndex, item: borrowing ItemView, _ reason: ChangeReason)

    /// A read found nothing. Under the shard's lock.
    func keyMissed(_ key: Key, _ reason: ChangeReason)

    /// A whole database (or all, if nil) was emptied.
    func keyspaceFlushed(database: DatabaseIndex?)

    /// Two databases were exchanged.
    /// - Parameter engine: holds all shards for the call, and may be asked about keys.
    func databasesSwapped(_ a: DatabaseIndex, _ b: DatabaseIndex, _ engine: inout EngineHandle)
}

extension ChangeListener {
    public func keyspaceChanged(
        _ kind: ChangeKind, database: DatabaseIndex, item: borrowing ItemView, _ reason: ChangeReason
    ) {
        keyspaceChanged(kind, database: database, item: item)
    }

    public func itemCreated(database: DatabaseIndex, item: borrowing ItemView, _ reason: ChangeReason) {}

    public func keyMissed(_ key: Key, _ reason: ChangeReason) {}
}

/// A listener's place in the feed.
public final class ChangeSubscription: Sendable {
    let listener: any ChangeListener
    private let wanted: Atomic<UInt16>

    init(_ listener: any ChangeListener, _ kinds: ChangeKinds) {
        self.listener = listener
        wanted = Atomic(kinds.rawValue)
    }

    /// What it hears of; changed through `Engine.follow`.
    public internal(set) var kinds: ChangeKinds {
        @inline(__always) get { ChangeKinds(rawValue: wanted.load(ordering: .relaxed)) }
        set { wanted.store(newValue.rawValue, ordering: .sequentiallyConsistent) }
    }
}
