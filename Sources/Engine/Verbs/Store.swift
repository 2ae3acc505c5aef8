// Verbs that write whole values.

public import Base

extension EngineHandle {
    /// Stores `value` under `key` if the options' conditions hold.
    ///
    /// - Parameter value: copied, unless it is large and `offeredInput` gives it away. Up to 4 GiB - 1.
    /// - Parameter before: shown the live item that was there, whether it is replaced or not.
    /// - Parameter after: shown the item that was stored.
    /// Both are called at most once, under the shard's lock.
    /// Source: memcached "Storage commands" and "ms"; Redis SET, SETNX, GETSET.
    @inline(__always)
    public mutating func store(
        _ key: Key, _ value: RawSpan, _ options: StoreOptions, before: (borrowing ItemView) -> Void = { _ in },
        after: (borrowing ItemView) -> Void = { _ in }
    ) -> StoreOutcome {
        if needsBlock(key, valueSize: value.byteCount) {
            return storeBlock(key, value, options, before: before, after: after)
        }
        let outcome = unsafe retrying(key) { (handle, shard) -> Attempt<StoreOutcome> in
            unsafe handle.storeLocked(key, value, nil, options, shard, before: before, after: after)
        }
        return outcome ?? .outOfMemory
    }

    /// As `store`, with a value in a block of its own. Takes over one hold if the outcome is `.stored`; otherwise the
    /// caller keeps it.
    public mutating func store(
        _ key: Key, shared: SharedBytes, _ options: StoreOptions, before: (borrowing ItemView) -> Void = { _ in },
        after: (borrowing ItemView) -> Void = { _ in }
    ) -> StoreOutcome {
        let footprint = shared.footprint
        guard reserveBlock(footprint) else { return .outOfMemory }
        let outcome =
            unsafe retrying(key) { (handle, shard) -> Attempt<StoreOutcome> in
                unsafe handle.storeLocked(key, RawSpan(), shared, options, shard, before: before, after: after)
            } ?? .outOfMemory
        if case .stored = outcome { return .stored }
        unsafe state.pointee.pool.pointee.budget.adjust(by: -footprint)
        return outcome
    }

    @inline(never)
    private mutating func storeBlock(
        _ key: Key, _ value: RawSpan, _ options: StoreOptions, before: (borrowing ItemView) -> Void,
        after: (borrowing ItemView) -> Void
    ) -> StoreOutcome {
        guard value.byteCount <= Int(UInt32.max), let block = offeredInput?.take(value) ?? Self.copy(value) else {
            return .outOfMemory
        }
        let outcome = store(key, shared: block, options, before: before, after: after)
        if case .stored = outcome { return .stored }
        block.release()
        return outcome
    }

    private static func copy(_ value: RawSpan) -> SharedBytes? {
        guard let block = SharedBytes(byteCount: value.byteCount) else { return nil }
        // SAFETY: the block has value.byteCount bytes and nobody else knows it yet.
        unsafe value.withUnsafeBytes { unsafe block.bytes.copyMemory(from: $0) }
        return block
    }

    /// - Parameter block: the value if it is a large one, with its bytes counted in the budget.
    @inline(__always)
    private mutating func storeLocked(
        _ key: Key, _ value: RawSpan, _ block: SharedBytes?, _ options: StoreOptions,
        _ shard: UnsafeMutablePointer<Shard>, before: (borrowing ItemView) -> Void, after: (borrowing ItemView) -> Void
    ) -> Attempt<StoreOutcome> {
        let existing = unsafe findLive(key, shard)
        // Who asks for the old string reads.
        if options.requiresString && existing == nil { tellMissed(key) }
        var isStale = false
        if let refusal = unsafe refusal(key, existing, options, shard, isStale: &isStale) {
            if let existing { before(view(existing.item)) }
            return .done(refusal)
        }
        var shape = ItemShape()
        shape.flags = options.flags
        shape.expiry = options.expiry
        shape.valueSize = block?.byteCount ?? value.byteCount
        shape.shared = block
        if let existing, options.keepsExpiry || isStale { shape.expiry = existing.item.expiry }
        if isStale, let existing { shape.marks = existing.item.marks.intersection(.won).union(.stale) }
        shape.marks.formUnion(options.marks)
        // Any number gives the item its field; the real one is drawn last, so that a retry does not use one up.
        shape.cas = options.casField == .none ? 0 : 1
        if let need = unsafe prepare(key, over: existing, shape, in: shard) { return .needsRoom(need) }
        shape.cas = unsafe casNumber(options.casField, shard)
        if let existing { before(view(existing.item)) }
        let item = unsafe place(key, over: existing, shape, in: shard) { item in
            if block == nil {
                // SAFETY: the item was placed for value.byteCount bytes.
                unsafe value.withUnsafeBytes { unsafe item.valueBytes.copyMemory(from: $0) }
            }
        }
        counters.add(.itemsStored)
        unsafe tell(.stored, key.database, item, shard, options.keepsExpiry || isStale ? .keptExpiry : .plain)
        after(view(item))
        return .done(.stored)
    }

    /// Why the options forbid to store over `existing`; nil if they do not.
    @inline(__always)
    mutating func refusal(
        _ key: Key, _ existing: SlotPosition?, _ options: StoreOptions, _ shard: UnsafeMutablePointer<Shard>,
        isStale: inout Bool
    ) -> StoreOutcome? {
        if let expected = options.expectedCAS {
            let outcome = unsafe checkCAS(
                key, existing, expected, allowsOlder: options.storesStaleIfOlder, shard, isStale: &isStale)
            if let outcome { return outcome }
        }
        guard let existing else { return options.mode == .replace ? .notStored : nil }
        if options.requiresString && !existing.item.isString { return .otherKind }
        if options.mode == .add {
            // memcached: a refused add still counts as an access.
            access.touch(existing.item, random: &random)
            return .notStored
        }
        return nil
    }

    /// Compares an item's CAS number with the one a client holds. An item without the field never matches: nobody was
    /// ever given a number for it.
    @inline(never)
    mutating func checkCAS(
        _ key: Key, _ existing: SlotPosition?, _ expected: UInt64, allowsOlder: Bool,
        _ shard: UnsafeMutablePointer<Shard>, isStale: inout Bool
    ) -> StoreOutcome? {
        guard let existing else { return .notFound }
        let present = existing.item.cas
        if present == expected && present != 0 { return nil }
        if allowsOlder && (present == 0 || expected < present) {
            isStale = true
            return nil
        }
        return .exists
    }
}
