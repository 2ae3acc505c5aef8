// Verbs on collections: one key's collection is shown, or changed, under its shard's lock.

import Base

/// A kind of collection as verbs show it: `HashValue` and its like. Valid for the length of the call it is shown to.
public protocol CollectionValue: ~Escapable {
    static var kind: ValueKind { get }
    /// Made by the engine alone.
    @_lifetime(immortal)
    init(site: CollectionSite)
    var site: CollectionSite { get }
    var count: Int { get }
    /// Whether one that is empty is none.
    static var endsWhenEmpty: Bool { get }
}

extension CollectionValue where Self: ~Escapable {
    public static var endsWhenEmpty: Bool { true }
}

public enum EditOutcome: Sendable {
    case done
    /// Nothing there, and nothing to be created.
    case notFound
    /// There is an item, but of another kind.
    case otherKind
}

extension EngineHandle {
    /// Shows the collection at `key` to `body`, once. Counts a hit or a miss and renews its access time.
    public mutating func read<V: CollectionValue & ~Escapable>(
        _ key: Key, as type: V.Type, _ body: (borrowing V) -> Void
    ) -> ReadOutcome {
        unsafe locked(key.hash) { handle, shard in
            let expiredBefore = handle.counters.value(.expired)
            guard let position = unsafe handle.findLive(key, shard) else {
                handle.miss(key)
                return handle.counters.value(.expired) != expiredBefore ? .expired : .miss
            }
            guard position.item.kindByte == V.kind.rawValue else { return .otherKind }
            handle.counters.add(.hits)
            handle.touch(position.item)
            return unsafe withUnsafeMutablePointer(to: &handle) { handle in
                let value = unsafe V(site: CollectionSite(handle, shard, key, V.kind, position))
                body(value)
                return .hit
            }
        }
    }

    /// Has `body` change the collection at `key`, once. One that is empty afterwards is gone; a missing one is shown as
    /// empty if `creates`, and comes to be with its first element.
    ///
    /// Never fails for want of memory: see to it first with `makeRoomToWrite`.
    public mutating func edit<V: CollectionValue & ~Escapable>(
        _ key: Key, as type: V.Type, creates: Bool = true, _ body: (inout V) -> Void
    ) -> EditOutcome {
        unsafe locked(key.hash) { handle, shard in
            let position = unsafe handle.findLive(key, shard)
            if let position {
                guard position.item.kindByte == V.kind.rawValue else { return .otherKind }
                handle.touch(position.item)
                // Whatever the verb changes, and wherever: this is the one place before it.
                unsafe handle.preserve(position.item, key.database, shard)
            } else if !creates {
                handle.tellMissed(key)
                return .notFound
            }
            let overshot = handle.isOvershooting
            handle.isOvershooting = true
            unsafe withUnsafeMutablePointer(to: &handle) { handle in
                let notes = unsafe handle.pointee.stepNotes(shard)
                var value = unsafe V(site: CollectionSite(handle, shard, key, V.kind, position, notes: notes))
                body(&value)
                var site = value.site
                site.finish(isOver: V.endsWhenEmpty && value.count == 0)
            }
            handle.isOvershooting = overshot
            return .done
        }
    }
}
