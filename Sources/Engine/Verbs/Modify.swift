// Verbs that change part of a value: extend, overwrite, add, rewrite.

public import Base

extension EngineHandle {
    /// Gives a string another size and content, keeping flags and expiry and renewing its CAS number.
    ///
    /// - Parameter fill: gets the new bytes and the old ones. They may be the same memory, so move, do not copy.
    mutating func modify(
        _ key: Key, _ existing: SlotPosition, newSize: Int, casField: CASField, marks: Item.Marks,
        _ shard: UnsafeMutablePointer<Shard>,
        fill: (_ new: UnsafeMutableRawBufferPointer, _ old: UnsafeRawBufferPointer) -> Void
    ) -> Attempt<Item?> {
        let old = existing.item
        // Before anything is decided: a snapshot may hold the value from here on.
        unsafe preserve(old, key.database, shard)
        var shape = ItemShape(keeping: old)
        shape.valueSize = newSize
        shape.marks = marks
        let needsBlock = needsBlock(key, valueSize: newSize)
        // The number is drawn last, but the field's room must be known.
        let hasCAS = casField != .none || old.fields.contains(.cas)
        shape.cas = hasCAS ? 1 : 0
        let keySize = key.bytes.byteCount
        let newItemSize = Item.size(fields: shape.fields(keySize: keySize), keySize: keySize, valueSize: newSize)

        // In place: the same fields in the same slot, so key and value stay where they are.
        if !needsBlock, old.shared == nil, hasCAS == old.fields.contains(.cas),
            unsafe shard.pointee.arena.areSameClass(newItemSize, old.size)
        {
            let oldItemSize = old.size
            let classIndex = unsafe shard.pointee.arena.sizeClasses.classIndex(for: oldItemSize)
            unsafe shard.pointee.recountItem(from: oldItemSize, to: newItemSize, inClass: classIndex)
            let start = unsafe old.valueBytes.baseAddress!
            let oldBytes = unsafe UnsafeRawBufferPointer(old.valueBytes)
            unsafe fill(UnsafeMutableRawBufferPointer(start: start, count: newSize), oldBytes)
            old.valueSize = newSize
            old.marks = marks
            if hasCAS { old.cas = unsafe casNumber(casField == .none ? .fresh : casField, shard) }
            access.touch(old, random: &random)
            return .done(old)
        }
        if needsBlock {
            return unsafe modifyBlock(key, existing, shape, casField: casField, hasCAS: hasCAS, shard, fill: fill)
        }
        if let need = unsafe prepare(key, over: existing, shape, in: shard, reusesSlot: false) { return .needsRoom(need) }
        shape.cas = hasCAS ? unsafe casNumber(casField == .none ? .fresh : casField, shard) : 0
        // Making room may have moved the item.
        let source = existing.item
        let item = unsafe place(key, over: existing, shape, in: shard, reusesSlot: false) { item in
            unsafe fill(item.valueBytes, UnsafeRawBufferPointer(source.valueBytes))
        }
        return .done(item)
    }

    private mutating func modifyBlock(
        _ key: Key, _ existing: SlotPosition, _ shape: ItemShape, casField: CASField, hasCAS: Bool,
        _ shard: UnsafeMutablePointer<Shard>,
        fill: (_ new: UnsafeMutableRawBufferPointer, _ old: UnsafeRawBufferPointer) -> Void
    ) -> Attempt<Item?> {
        var shape = shape
        let newSize = shape.valueSize
        let old = existing.item
        let budget = unsafe state.pointee.pool
        if let block = old.shared, block.isUnique, hasCAS == old.fields.contains(.cas), newSize >= block.byteCount {
            // Grow the block itself: appending to a large value copies it only now and then.
            let growth = newSize - block.byteCount
            guard unsafe reserveBlock(growth, sparing: old, in: shard) else {
                return .needsRoom(.block(size: growth))
            }
            unsafe budget.pointee.budget.adjust(by: -growth)
            let item = existing.item
            let oldCount = block.byteCount
            let footprint = block.footprint
            guard let grown = block.resized(to: newSize) else { return .done(nil) }
            unsafe shard.pointee.countGrowth(of: item, from: oldCount, to: newSize, footprint: grown.footprint - footprint)
            unsafe budget.pointee.budget.adjust(by: grown.footprint - footprint)
            item.setShared(grown)
            let bytes = unsafe grown.bytes
            unsafe fill(bytes, UnsafeRawBufferPointer(rebasing: bytes[0..<oldCount]))
            item.valueSize = newSize
            item.marks = shape.marks
            if hasCAS { item.cas = unsafe casNumber(casField == .none ? .fresh : casField, shard) }
            return .done(item)
        }
        guard let block = SharedBytes(byteCount: newSize) else { return .done(nil) }
        let footprint = block.footprint
        guard unsafe reserveBlock(footprint, sparing: old, in: shard) else {
            block.release()
            return .needsRoom(.block(size: footprint))
        }
        shape.shared = block
        if let need = unsafe prepare(key, over: existing, shape, in: shard, reusesSlot: false) {
            unsafe budget.pointee.budget.adjust(by: -footprint)
            block.release()
            return .needsRoom(needBeside(footprint, need))
        }
        shape.cas = hasCAS ? unsafe casNumber(casField == .none ? .fresh : casField, shard) : 0
        unsafe fill(block.bytes, UnsafeRawBufferPointer(existing.item.valueBytes))
        return .done(unsafe place(key, over: existing, shape, in: shard, reusesSlot: false) { _ in })
    }

    /// Adds bytes at one end of a string. Flags and expiry stay.
    /// - Parameter after: shown the item as it is then, on `.stored`.
    /// Source: memcached "append", "prepend"; Redis APPEND.
    public mutating func extend(
        _ key: Key, with bytes: RawSpan, _ options: ExtendOptions, after: (borrowing ItemView) -> Void = { _ in }
    ) -> StoreOutcome {
        let missing = options.createsMissing
        let outcome = unsafe retrying(key) { (handle, shard) -> Attempt<StoreOutcome> in
            let existing = unsafe handle.findLive(key, shard)
            var isStale = false
            if let expected = options.expectedCAS {
                let refusal = unsafe handle.checkCAS(
                    key, existing, expected, allowsOlder: options.storesStaleIfOlder, shard, isStale: &isStale)
                if let refusal { return .done(refusal) }
            }
            guard let existing else { return .done(missing ? .notFound : .notStored) }
            let item = existing.item
            guard item.isString else { return .done(.otherKind) }
            let oldSize = item.valueSize
            let newSize = oldSize + bytes.byteCount
            if newSize > min(options.sizeMax, Int(UInt32.max)) { return .done(.tooLarge) }
            // A value that grew is a new one: nobody has read it, nobody was told to refill it.
            var marks = item.marks.intersection(.binaryKey).union(.raw)
            if isStale { marks.insert(.stale) }
            let isAtStart = options.side == .start
            let attempt = unsafe handle.modify(
                key, existing, newSize: newSize, casField: options.casField, marks: marks, shard
            ) { new, old in
                // SAFETY: new has oldSize + bytes.byteCount bytes; the ranges below are within it.
                unsafe Self.move(old, into: new, at: isAtStart ? bytes.byteCount : 0)
                unsafe Self.write(bytes, into: new, at: isAtStart ? 0 : oldSize)
            }
            return unsafe handle.finish(
                attempt, key, shard, manner: .extended, notes: isAtStart ? nil : handle.noteBytes(.appendBytes, bytes, attempt, shard), after)
        }
        guard let outcome else { return .outOfMemory }
        if missing, case .notFound = outcome, options.expectedCAS == nil {
            return createExtended(key, bytes, options, after: after)
        }
        return outcome
    }

    private mutating func createExtended(
        _ key: Key, _ bytes: RawSpan, _ options: ExtendOptions, after: (borrowing ItemView) -> Void
    ) -> StoreOutcome {
        if bytes.byteCount > options.sizeMax { return .tooLarge }
        var store = StoreOptions()
        store.mode = .add
        store.flags = options.createFlags
        store.expiry = options.createExpiry
        store.casField = options.casField
        store.hasBinaryKey = options.hasBinaryKey
        let outcome = self.store(key, bytes, store, after: after)
        // Somebody created it in between: then there is something to extend.
        if case .notStored = outcome { return extend(key, with: bytes, options, after: after) }
        return outcome
    }

    /// Writes `bytes` at `offset` of a string, filling a gap with zeros; creates the string unless `bytes` is empty.
    /// - Parameter after: shown the item as it is then, on `.stored`; not called if there is none.
    /// Source: Redis SETRANGE.
    public mutating func overwrite(
        _ key: Key, at offset: Int, with bytes: RawSpan, sizeMax: Int, after: (borrowing ItemView) -> Void = { _ in }
    ) -> StoreOutcome {
        let end = offset + bytes.byteCount
        let outcome = unsafe retrying(key) { (handle, shard) -> Attempt<StoreOutcome> in
            let existing = unsafe handle.findLive(key, shard)
            if let existing, !existing.item.isString { return .done(.otherKind) }
            if bytes.byteCount == 0 {
                if let existing { after(handle.view(existing.item)) }
                return .done(.stored)
            }
            if end > min(sizeMax, Int(UInt32.max)) { return .done(.tooLarge) }
            guard let existing else {
                let attempt = unsafe handle.create(key, size: end, shard) { new in
                    // SAFETY: new has `end` bytes.
                    unsafe Self.zero(new, 0, offset)
                    unsafe Self.write(bytes, into: new, at: offset)
                }
                return unsafe handle.finish(attempt, key, shard, after)
            }
            let item = existing.item
            let oldSize = item.valueSize
            let attempt = unsafe handle.modify(
                key, existing, newSize: max(oldSize, end), casField: .none, marks: item.marks.union(.raw), shard
            ) { new, old in
                // SAFETY: new has max(oldSize, end) bytes.
                unsafe Self.move(old, into: new, at: 0)
                if offset > oldSize { unsafe Self.zero(new, oldSize, offset) }
                unsafe Self.write(bytes, into: new, at: offset)
            }
            return unsafe handle.finish(
                attempt, key, shard, notes: handle.noteBytes(.overwriteBytes, at: offset, bytes, attempt, shard), after)
        }
        return outcome ?? .outOfMemory
    }

    /// Replaces a string by what `body` makes of it. Flags and expiry stay.
    ///
    /// - Parameter body: gets the present bytes (nil if there is no item) and writes the new ones; false refuses,
    ///   and the
    ///   outcome is `.notStored`. Called once for each attempt, so it must not have effects of its own.
    /// Source: Redis INCRBYFLOAT.
    public mutating func rewrite(
        _ key: Key, _ body: (_ old: RawSpan?, _ new: inout OutputBuffer) -> Bool
    ) -> StoreOutcome {
        var buffer = OutputBuffer(capacity: 64)
        while true {
            let outcome = unsafe retrying(key) { (handle, shard) -> Attempt<StoreOutcome> in
                guard let existing = unsafe handle.findLive(key, shard) else { return .done(.notFound) }
                guard existing.item.isString else { return .done(.otherKind) }
                buffer.removeAll()
                guard body(existing.item.value, &buffer) else { return .done(.notStored) }
                let marks = existing.item.marks.subtracting(.raw).union(.fraction)
                let attempt = unsafe handle.modify(
                    key, existing, newSize: buffer.count, casField: .none, marks: marks, shard
                ) { new, _ in unsafe Self.write(buffer.span, into: new, at: 0) }
                return unsafe handle.finish(attempt, key, shard, { _ in })
            }
            guard let outcome else { return .outOfMemory }
            guard case .notFound = outcome else { return outcome }
            buffer.removeAll()
            guard body(nil, &buffer) else { return .notStored }
            var add = StoreOptions()
            add.mode = .add
            add.marks = .fraction
            let created = store(key, buffer.span, add)
            if case .notStored = created { continue }
            return created
        }
    }

    /// Notes part of a string, if that is much shorter than all of it. A CAS number can only be told with the whole.
    private func noteBytes(
        _ kind: StepKind, at offset: Int? = nil, _ bytes: RawSpan, _ attempt: Attempt<Item?>,
        _ shard: UnsafeMutablePointer<Shard>
    ) -> StepNotes? {
        guard case .done(let item?) = attempt, item.cas == 0, item.valueSize > 2 * bytes.byteCount + 64 else { return nil }
        guard let notes = unsafe stepNotes(shard) else { return nil }
        notes.step(kind)
        if let offset { notes.add(offset) }
        notes.add(bytes)
        return notes
    }

    /// What a successful modification still has to do.
    @inline(__always)
    mutating func finish(
        _ attempt: Attempt<Item?>, _ key: Key, _ shard: UnsafeMutablePointer<Shard>,
        manner: ChangeManner = .plain, notes: StepNotes? = nil, _ after: (borrowing ItemView) -> Void
    ) -> Attempt<StoreOutcome> {
        switch attempt {
        case .needsRoom(let need): return .needsRoom(need)
        case .done(nil): return .done(.outOfMemory)
        case .done(let item?):
            counters.add(.itemsStored)
            unsafe tell(.stored, key.database, item, shard, manner, notes: notes)
            after(view(item))
            return .done(.stored)
        }
    }
}
