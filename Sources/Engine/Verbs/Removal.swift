// Verbs that end items or set when they end.

public import Base

extension EngineHandle {
    /// Sets when an item's time runs out, under a condition. A time not after now deletes it at once.
    /// - Parameter at: 0 removes the expiry.
    /// - Parameter touches: counts as an access too, whatever comes of it.
    /// - Parameter before: shown the live item, whether it will be changed or not.
    /// - Parameter after: shown the item, on `.changed`.
    /// Source: Redis EXPIRE with NX XX GT LT, PERSIST; memcached "touch".
    public mutating func expire(
        _ key: Key, at: Milliseconds, _ condition: ExpireCondition = .always, touches: Bool = false,
        before: (borrowing ItemView) -> Void = { _ in },
        after: (borrowing ItemView) -> Void = { _ in }
    ) -> ExpireOutcome {
        unsafe locked(key.hash) { handle, shard in
            guard let position = unsafe handle.findLive(key, shard) else { return .notFound }
            before(handle.view(position.item))
            if touches { handle.touch(position.item) }
            let present = position.item.expiry
            let holds =
                switch condition {
                case .always: true
                case .ifNone: present.rawValue == 0
                case .ifSome: present.rawValue != 0
                // No expiry counts as for ever.
                case .ifGreater: present.rawValue != 0 && at > present
                case .ifLess: present.rawValue == 0 || at < present
                }
            guard holds else { return .unchanged }
            if at.rawValue == 0 {
                guard present.rawValue != 0 else { return .unchanged }
            } else if at <= handle.expiryTime {
                unsafe handle.end(.deleted, key.hash, key.database, position, shard)
                return .deleted
            }
            let item = unsafe handle.setExpiry(key, position, at, shard)
            after(handle.view(item))
            return .changed
        }
    }

    /// Deletes an item of any kind; with `expectedCAS` only if its number is that.
    /// - Parameter before: shown the item, on `.deleted`, while it is still there.
    /// Source: memcached "delete", "md"; Redis DEL.
    public mutating func delete(
        _ key: Key, expectedCAS: UInt64? = nil, before: (borrowing ItemView) -> Void = { _ in }
    ) -> DeleteOutcome {
        unsafe locked(key.hash) { handle, shard in
            guard let position = unsafe handle.findLive(key, shard) else { return .notFound }
            if let expected = expectedCAS, position.item.cas != expected || expected == 0 { return .exists }
            before(handle.view(position.item))
            unsafe handle.end(.deleted, key.hash, key.database, position, shard)
            return .deleted
        }
    }

    /// Shows a string and removes it. Source: Redis GETDEL.
    public mutating func take(_ key: Key, _ body: (borrowing ItemView) -> Void) -> ReadOutcome {
        unsafe locked(key.hash) { handle, shard in
            let expiredBefore = handle.counters.value(.expired)
            guard let position = unsafe handle.findLive(key, shard) else {
                handle.miss(key)
                return handle.counters.value(.expired) != expiredBefore ? .expired : .miss
            }
            guard position.item.isString else { return .otherKind }
            handle.counters.add(.hits)
            body(handle.view(position.item))
            unsafe handle.end(.deleted, key.hash, key.database, position, shard)
            return .hit
        }
    }

    /// Keeps an item but tells its readers that it is out of date, or empties it.
    /// - Parameter after: shown the item, on `.deleted`, which here means "done".
    /// Source: memcached "md" with I, T, x.
    public mutating func invalidate(
        _ key: Key, _ options: InvalidateOptions, after: (borrowing ItemView) -> Void = { _ in }
    ) -> DeleteOutcome {
        unsafe locked(key.hash) { handle, shard in
            guard let position = unsafe handle.findLive(key, shard) else { return .notFound }
            if let expected = options.expectedCAS, position.item.cas != expected || expected == 0 { return .exists }
            let number = unsafe handle.casNumber(options.casField, shard)
            let pool = unsafe handle.state.pointee.pool
            let item = unsafe handle.reshape(key, position, in: shard) { shape in
                if options.marksStale {
                    shape.marks.insert(.stale)
                    shape.marks.remove(.won)
                }
                if options.dropsValue {
                    // Whatever it was, it is an empty string now.
                    shape.kind = .string
                    shape.hasStructure = false
                    shape.valueSize = 0
                    shape.flags = 0
                    if let shared = shape.shared {
                        unsafe pool.pointee.budget.adjust(by: -shared.footprint)
                        shared.release()
                        shape.shared = nil
                    }
                }
                if let expiry = options.newExpiry { shape.expiry = expiry }
                shape.cas = number
            }
            unsafe handle.tell(
                options.dropsValue ? .stored : .marked, key.database, item, shard,
                options.newExpiry == nil ? .keptExpiry : .plain)
            after(handle.view(item))
            return .deleted
        }
    }
}
