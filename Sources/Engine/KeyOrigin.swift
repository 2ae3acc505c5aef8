// Where keys may still be that are not here.

public import Base
import Synchronization

/// Another server whose keyspace this one takes over while it serves.
///
/// A key that is here is decided, and so is one that went from here since the take-over began: nothing of it comes from
/// there any more. Of any other key its absence here says nothing yet. Once decided is decided for ever.
public protocol KeyOrigin: AnyObject, Sendable {
    /// Whether `key` is undecided, so that a request which goes by its absence should fetch it before.
    /// - Parameter engine: the caller's; in no section, or in one that holds the key's shard.
    func mayHave(_ key: Key, _ engine: inout EngineHandle) -> Bool

    /// Begins to bring `keys` here. Returns at once.
    /// - Parameter worker: the caller's worker.
    /// - Parameter completion: called once, by any thread, also before this returns: each key came, was found not to be
    ///   there, or could not be fetched in time and may be taken for missing.
    /// - Returns: false if nobody answers there now. The keys may be taken for missing; `completion` is not called.
    func fetch(_ keys: [UndecidedKey], worker: Int, completion: @escaping @Sendable () -> Void) -> Bool

    /// Decides that nothing of `key` comes from there any more.
    func exclude(_ key: Key)
}

/// A key that outlives the request that named it.
public struct UndecidedKey: Sendable {
    public let bytes: [UInt8]
    public let hash: KeyHash
    public let database: DatabaseIndex

    public init(_ key: Key) {
        bytes = key.bytes.copiedBytes()
        hash = key.hash
        database = key.database
    }

    /// The key as verbs take it.
    public var key: Key {
        @_lifetime(borrow self) get { Key(bytes.span.rawBytes, hash: hash, in: database) }
    }
}

/// One connection's waiting for keys that are fetched: its session looks whether it is over, another thread says so.
public final class OriginWait: Sendable {
    private let done = Atomic<Bool>(false)

    public init() {}

    public var isOver: Bool { done.load(ordering: .acquiring) }
    public func end() { done.store(true, ordering: .releasing) }
}
