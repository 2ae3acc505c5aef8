// Verbs that change a string where it lies, and the making of a string that is then filled.

public import Base

extension EngineHandle {
    /// Changes bytes of a string where they lie, without copying the rest. A string shorter than `sizeMin` is
    /// lengthened with zeros first, and a missing one is created so; flags and expiry stay.
    ///
    /// - Parameter body: gets all bytes, at most once, and says whether it changed any. Under the shard's lock.
    /// - Returns: `.stored`, or `.notStored` if nothing changed.
    /// - Complexity: what `body` does; a copy besides if the string grows out of its place or a reply still holds it.
    /// Source: Redis SETBIT, BITFIELD.
    public mutating func edit(
        _ key: Key, sizeMin: Int, _ body: (inout MutableSpan<UInt8>) -> Bool
    ) -> StoreOutcome {
        let outcome = unsafe retrying(key) { (handle, shard) -> Attempt<StoreOutcome> in
            let isTooLarge = sizeMin > Int(UInt32.max)
            guard let existing = unsafe handle.findLive(key, shard) else {
                if isTooLarge { return .done(.tooLarge) }
                let attempt = unsafe handle.create(key, size: sizeMin, shard) { new in
                    unsafe Self.zero(new, 0, new.count)
                    var bytes = unsafe MutableSpan<UInt8>(_unsafeBytes: new)
                    _ = body(&bytes)
                }
                return unsafe handle.finish(attempt, key, shard, { _ in })
            }
            let item = existing.item
            guard item.isString else { return .done(.otherKind) }
            if isTooLarge { return .done(.tooLarge) }
            let oldSize = item.valueSize
            // First of all: a snapshot may hold the value.
            unsafe handle.preserve(item, key.database, shard)
            if sizeMin <= oldSize && item.isAloneWithValue {
                return .done(unsafe handle.editInPlace(key, item, shard, body))
            }
            let attempt = unsafe handle.modify(
                key, existing, newSize: max(sizeMin, oldSize), casField: .none, marks: item.marks.union(.raw), shard
            ) { new, old in
                unsafe Self.move(old, into: new, at: 0)
                unsafe Self.zero(new, oldSize, new.count)
                var bytes = unsafe MutableSpan<UInt8>(_unsafeBytes: new)
                _ = body(&bytes)
            }
            return unsafe handle.finish(attempt, key, shard, { _ in })
        }
        return outcome ?? .outOfMemory
    }

    /// Changes the bytes of an item that nobody else reads and that is preserved, keeping its size.
    mutating func editInPlace(
        _ key: Key, _ item: Item, _ shard: UnsafeMutablePointer<Shard>, _ body: (inout MutableSpan<UInt8>) -> Bool
    ) -> StoreOutcome {
        assert(!item.isOfOther(unsafe shard.pointee.epoch), "an edit that the snapshot has not seen coming")
        access.touch(item, random: &random)
        if !item.marks.contains(.raw) { item.marks = item.marks.union(.raw) }
        // SAFETY: the value lies in the item's slot or in a block that the item alone holds; the lock is held.
        var bytes = unsafe MutableSpan<UInt8>(_unsafeBytes: item.valueBytes)
        guard body(&bytes) else { return .notStored }
        if item.fields.contains(.cas) { item.cas = unsafe casNumber(.fresh, shard) }
        unsafe tell(.stored, key.database, item, shard)
        return .stored
    }

    /// Makes a string of `size` bytes for a key that has none.
    /// - Parameter fill: called once if there is room, and writes all bytes.
    mutating func create(
        _ key: Key, size: Int, _ shard: UnsafeMutablePointer<Shard>, fill: (UnsafeMutableRawBufferPointer) -> Void
    ) -> Attempt<Item?> {
        var shape = ItemShape()
        shape.valueSize = size
        shape.marks = .raw
        if needsBlock(key, valueSize: size) {
            guard let block = SharedBytes(byteCount: size) else { return .done(nil) }
            let need = MemoryNeed.block(size: block.footprint)
            guard unsafe reserveBlock(block.footprint, sparing: nil, in: shard) else {
                block.release()
                return .needsRoom(need)
            }
            shape.shared = block
            if let more = unsafe prepare(key, over: nil, shape, in: shard) {
                unsafe state.pointee.pool.pointee.budget.adjust(by: -block.footprint)
                let footprint = block.footprint
                block.release()
                return .needsRoom(needBeside(footprint, more))
            }
            unsafe fill(block.bytes)
            return .done(unsafe place(key, over: nil, shape, in: shard) { _ in })
        }
        if let need = unsafe prepare(key, over: nil, shape, in: shard) { return .needsRoom(need) }
        return .done(unsafe place(key, over: nil, shape, in: shard) { unsafe fill($0.valueBytes) })
    }

    /// As `store`, with a value in a block that only the caller knows. Uses up its hold, whatever the outcome; a value
    /// that fits a slot is copied there.
    public mutating func store(_ key: Key, handingOver block: SharedBytes, _ options: StoreOptions) -> StoreOutcome {
        if needsBlock(key, valueSize: block.byteCount) {
            let outcome = store(key, shared: block, options)
            if case .stored = outcome { return .stored }
            block.release()
            return outcome
        }
        // SAFETY: the block is held until the store is done.
        let outcome = store(key, unsafe RawSpan(_unsafeBytes: UnsafeRawBufferPointer(block.bytes)), options)
        block.release()
        return outcome
    }
}

extension Item {
    /// Whether no reply holds the value, so that its bytes may change.
    var isAloneWithValue: Bool { shared?.isUnique ?? true }
}
