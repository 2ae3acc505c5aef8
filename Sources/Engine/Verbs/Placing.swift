// How an item comes to be: the one place that allocates, rewrites in place, or makes room first.

import Base

/// The shape of an item about to be written.
struct ItemShape {
    var kind = ValueKind.string
    var flags: UInt32 = 0
    var expiry = Milliseconds(0)
    /// 0 is no field.
    var cas: UInt64 = 0
    var marks: Item.Marks = []
    var valueSize = 0
    /// A large value in a block of its own. Its hold passes to the item.
    var shared: SharedBytes?
    /// The value is the address of a large collection.
    var hasStructure = false

    /// The shape that keeps everything of `item` but its value.
    init(keeping item: Item) {
        kind = ValueKind(rawValue: item.kindByte)!
        flags = item.flags
        expiry = item.expiry
        cas = item.cas
        marks = item.marks
        valueSize = item.valueSize
        hasStructure = item.fields.contains(.structure)
    }

    init() {}

    @inline(__always)
    func fields(keySize: Int) -> Item.Fields {
        var fields: Item.Fields = []
        if expiry.rawValue != 0 { fields.insert(.expiry) }
        if cas != 0 { fields.insert(.cas) }
        if flags != 0 { fields.insert(.flags) }
        if keySize >= Item.longKeySizeMin { fields.insert(.longKey) }
        if shared != nil { fields.insert(.shared) }
        if hasStructure { fields.insert(.structure) }
        return fields
    }
}

extension EngineHandle {
    /// Makes sure that `place` will find memory for this shape, evicting in this shard if it must.
    /// - Returns: nil, or what has to be made room for elsewhere, without this lock.
    @inline(__always)
    mutating func prepare(
        _ key: Key, over existing: SlotPosition?, _ shape: ItemShape, in shard: UnsafeMutablePointer<Shard>,
        reusesSlot: Bool = true, sparing: Item? = nil
    ) -> MemoryNeed? {
        let keySize = key.bytes.byteCount
        let size = Item.size(fields: shape.fields(keySize: keySize), keySize: keySize, valueSize: shape.valueSize)
        if keySize > Item.inlineKeySizeMax && existing == nil {
            if let need = unsafe prepareKeyBlock(keySize, in: shard, sparing: sparing) { return need }
        }
        if reusesSlot, let existing, unsafe shard.pointee.arena.areSameClass(size, existing.item.size) { return nil }
        if unsafe shard.pointee.arena.hasSlot(for: size) { return nil }
        let spared = sparing ?? existing?.item
        if unsafe shard.pointee.makeRoom(.slot(size: size), sparing: spared, evictionContext) { return nil }
        return isOvershooting ? nil : .slot(size: size)
    }

    /// Sees that a very long key's block fits the limit. `keyBlock` then counts it.
    @inline(never)
    private mutating func prepareKeyBlock(
        _ size: Int, in shard: UnsafeMutablePointer<Shard>, sparing: Item?
    ) -> MemoryNeed? {
        guard unsafe shard.pointee.makeRoom(.block(size: size), sparing: sparing, evictionContext) else {
            return isOvershooting ? nil : .block(size: size)
        }
        unsafe state.pointee.pool.pointee.budget.adjust(by: -size)
        return nil
    }

    /// The block of a very long key: that of the item it replaces, or a new one, counted. Nil for other keys.
    @inline(__always)
    private func keyBlock(
        _ key: Key, over existing: SlotPosition?, inPlace: Bool, _ shard: UnsafeMutablePointer<Shard>
    ) -> SharedBytes? {
        if key.bytes.byteCount <= Item.inlineKeySizeMax { return nil }
        return unsafe longKeyBlock(key, over: existing, inPlace: inPlace, shard)
    }

    @inline(never)
    private func longKeyBlock(
        _ key: Key, over existing: SlotPosition?, inPlace: Bool, _ shard: UnsafeMutablePointer<Shard>
    ) -> SharedBytes {
        if inPlace, let block = existing?.item.keyBlock { return block }
        let block: SharedBytes
        if let present = existing?.item.keyBlock {
            present.retain()
            block = present
        } else {
            guard let fresh = SharedBytes(byteCount: key.bytes.byteCount) else { fatalError("out of memory") }
            unsafe Self.write(key.bytes, into: fresh.bytes, at: 0)
            block = fresh
        }
        unsafe state.pointee.pool.pointee.budget.adjust(by: block.footprint)
        unsafe shard.pointee.holdShared(block)
        return block
    }

    /// Writes an item for `key` over `existing` or as a new one.
    ///
    /// - Parameter existing: the key's present item. With `reusesSlot` it may be overwritten in place, so it must
    ///   not be
    ///   the source of the new value.
    /// - Parameter fill: writes the value's bytes, unless it is shared. Called before the old item is freed.
    /// Needs memory that `prepare` found; goes over the memory limit if it did not.
    @inline(__always)
    mutating func place(
        _ key: Key, over existing: SlotPosition?, _ shape: ItemShape, in shard: UnsafeMutablePointer<Shard>,
        reusesSlot: Bool = true, fill: (Item) -> Void
    ) -> Item {
        let keySize = key.bytes.byteCount
        let fields = shape.fields(keySize: keySize)
        let size = Item.size(fields: fields, keySize: keySize, valueSize: shape.valueSize)
        let table = unsafe table(shard, key.database)
        let classIndex = unsafe shard.pointee.arena.sizeClasses.classIndex(for: size)
        if let existing {
            let old = existing.item
            unsafe preserve(old, key.database, shard)
            unsafe table.pointee.expiringCount &+=
                (fields.contains(.expiry) ? 1 : 0) &- (old.fields.contains(.expiry) ? 1 : 0)
            let oldSize = old.size
            if reusesSlot, unsafe shard.pointee.arena.sizeClasses.classIndex(for: oldSize) == classIndex {
                if !old.fields.isDisjoint(with: .outside) { unsafe shard.pointee.releaseOutside(of: old) }
                unsafe shard.pointee.recountItem(from: oldSize, to: size, inClass: classIndex)
                let keyBlock = unsafe keyBlock(key, over: existing, inPlace: true, shard)
                unsafe write(old, key, keyBlock, fields, shape, shard)
                fill(old)
                return old
            }
        }
        unsafe shard.pointee.countItem(size, inClass: classIndex)
        guard let slot = unsafe shard.pointee.arena.allocate(inClass: classIndex, force: true) else {
            // The system itself has no page left: nothing below this can go on.
            fatalError("out of memory")
        }
        let item = Item(slot)
        let keyBlock = unsafe keyBlock(key, over: existing, inPlace: false, shard)
        unsafe write(item, key, keyBlock, fields, shape, shard)
        fill(item)
        if let existing {
            let old = existing.item
            existing.redirect(to: item)
            unsafe shard.pointee.free(old)
        } else {
            let growth = unsafe table.pointee.insert(key.hash, item, hasher: hasher)
            if growth != 0 { unsafe state.pointee.pool.pointee.budget.adjust(by: growth) }
            tellCreated(key.database, item)
        }
        return item
    }

    /// Gives an item another shape: fields that come or go. The value stays; goes over the memory limit rather than
    /// fail.
    mutating func reshape(
        _ key: Key, _ existing: SlotPosition, in shard: UnsafeMutablePointer<Shard>, _ change: (inout ItemShape) -> Void
    ) -> Item {
        let old = existing.item
        var shape = ItemShape(keeping: old)
        if let shared = old.shared {
            // One hold and one count for the new item; those of the old one go with it.
            shared.retain()
            unsafe state.pointee.pool.pointee.budget.adjust(by: shared.footprint)
            shape.shared = shared
        }
        change(&shape)
        let accessBefore = old.access
        let item = unsafe place(key, over: existing, shape, in: shard, reusesSlot: false) { item in
            if shape.shared == nil {
                // The change may have cut the value, never lengthened it.
                unsafe Self.move(
                    UnsafeRawBufferPointer(rebasing: old.valueBytes[0..<shape.valueSize]), into: item.valueBytes, at: 0)
            }
            if shape.hasStructure { old.forgetStructure() }
        }
        item.access = accessBefore
        return item
    }

    @inline(__always)
    private mutating func write(
        _ item: Item, _ key: Key, _ keyBlock: SharedBytes?, _ fields: Item.Fields, _ shape: ItemShape,
        _ shard: UnsafeMutablePointer<Shard>
    ) {
        item.initialize(
            kind: shape.kind, fields: fields.union(unsafe shard.pointee.epoch), marks: shape.marks,
            access: access.fresh, key: key.bytes, keyBlock: keyBlock, valueSize: shape.valueSize)
        if fields.contains(.expiry) { item.expiry = shape.expiry }
        if fields.contains(.cas) { item.cas = shape.cas }
        if fields.contains(.flags) { item.flags = shape.flags }
        if let shared = shape.shared {
            item.setShared(shared)
            unsafe shard.pointee.holdValue(shared, of: item)
        }
    }

    /// The CAS number that a field choice means.
    @inline(__always)
    func casNumber(_ field: CASField, _ shard: UnsafeMutablePointer<Shard>) -> UInt64 {
        switch field {
        case .none: 0
        case .fresh: unsafe shard.pointee.nextCAS()
        case .exact(let number): number
        }
    }

    /// Whether a value of this size must have a block of its own.
    @inline(__always)
    func needsBlock(_ key: Key, valueSize: Int) -> Bool {
        // All optional fields together: whatever the item gets later, it will still fit a slot.
        let largest = unsafe state.pointee.sizeClasses.slotSizeMax
        return Item.headerSize &+ 24 &+ Item.storedKeySize(key.bytes.byteCount) &+ valueSize > largest
    }

    /// The class that a string of this shape is counted in, a `SizeClassUse.classIndex`.
    @inline(__always)
    public func sizeClassIndex(
        keySize: Int, valueSize: Int, hasFlags: Bool, hasExpiry: Bool, hasCAS: Bool
    ) -> Int {
        let bare = Item.headerSize &+ Item.storedKeySize(keySize) &+ valueSize
        // As in `needsBlock`.
        if bare &+ 24 > (unsafe state.pointee.sizeClasses.slotSizeMax) { return unsafe state.pointee.sizeClasses.count &+ 1 }
        let fields = (hasFlags ? 4 : 0) &+ (hasExpiry ? 8 : 0) &+ (hasCAS ? 8 : 0)
        return (unsafe state.pointee.sizeClasses.classIndex(for: bare &+ fields)) &+ 1
    }

    /// What must fit beside a block of `footprint` bytes, and the block: to make room for one after the other would be to
    /// try for ever where there is room for each and not for both.
    func needBeside(_ footprint: Int, _ need: MemoryNeed) -> MemoryNeed {
        switch need {
        case .slot: .block(size: footprint + (unsafe state.pointee.pool.pointee.pageSize))
        case .block(let size): .block(size: footprint + size)
        }
    }

    /// Makes room in other shards, one lock at a time. False if nothing may go anywhere.
    @inline(never)
    mutating func makeRoomElsewhere(_ need: MemoryNeed) -> Bool {
        let context = evictionContext
        let size: Int
        switch need {
        case .slot: size = unsafe state.pointee.pool.pointee.pageSize
        case .block(let bytes): size = bytes
        }
        let start = random.next(below: shardCount)
        for step in 0..<shardCount {
            var hasRoom = false
            _ = unsafe lockedIfSafe(at: (start + step) & (shardCount - 1)) { _, shard in
                hasRoom = unsafe shard.pointee.makeRoom(.block(size: size), sparing: nil, context)
            }
            if hasRoom {
                // Counted only to see that it fits; whoever needs it counts it again.
                unsafe state.pointee.pool.pointee.budget.adjust(by: -size)
                return true
            }
        }
        return false
    }

    /// Budget for a large value, evicting for it. Called without a shard's lock.
    mutating func reserveBlock(_ size: Int) -> Bool {
        if unsafe state.pointee.pool.pointee.budget.reserve(size) { return true }
        if makeRoomElsewhere(.block(size: size)), unsafe state.pointee.pool.pointee.budget.reserve(size) { return true }
        if mayOvershoot { unsafe state.pointee.pool.pointee.budget.adjust(by: size) }
        return mayOvershoot
    }

    /// As above, evicting in this shard only, whose lock is held.
    mutating func reserveBlock(_ size: Int, sparing: Item?, in shard: UnsafeMutablePointer<Shard>) -> Bool {
        if unsafe shard.pointee.makeRoom(.block(size: size), sparing: sparing, evictionContext) { return true }
        if isOvershooting { unsafe state.pointee.pool.pointee.budget.adjust(by: size) }
        return isOvershooting
    }

    /// Brings the keyspace under its limit, evicting if it may. False if it stays over and may not. In a section only
    /// shards that nobody else holds are looked at.
    /// Source: Redis 7 performEvictions, before each command that may need memory.
    public mutating func makeRoomToWrite() -> Bool {
        !(unsafe state.pointee.pool.pointee.budget.isOver) || makeRoomElsewhere(.block(size: 0)) || mayOvershoot
    }

    /// Repeats `attempt` under the key's lock until it answers, making room in between; nil if there is none to make.
    @inline(__always)
    mutating func retrying<R>(
        _ key: Key, _ attempt: (inout EngineHandle, UnsafeMutablePointer<Shard>) -> Attempt<R>
    ) -> R? {
        while true {
            switch unsafe locked(key.hash, attempt) {
            case .done(let result): return result
            case .needsRoom(let need):
                if makeRoomElsewhere(need) { continue }
                if mayOvershoot, let result = unsafe overshooting(key, attempt) { return result }
                countOutOfMemory(key, need)
                return nil
            }
        }
    }

    @inline(never)
    private mutating func overshooting<R>(
        _ key: Key, _ attempt: (inout EngineHandle, UnsafeMutablePointer<Shard>) -> Attempt<R>
    ) -> R? {
        isOvershooting = true
        defer { isOvershooting = false }
        switch unsafe locked(key.hash, attempt) {
        case .done(let result): return result
        case .needsRoom: return nil
        }
    }

    /// Counts a refusal with the class that had no slot.
    @inline(never)
    private mutating func countOutOfMemory(_ key: Key, _ need: MemoryNeed) {
        unsafe locked(key.hash) { _, shard in
            let classes = unsafe shard.pointee.arena.sizeClasses
            let classIndex =
                switch need {
                case .slot(let size): classes.classIndex(for: size)
                case .block: classes.count
                }
            unsafe shard.pointee.arena.classes[classIndex].ends.outOfMemory += 1
        }
    }
}

enum Attempt<R> {
    case done(R)
    case needsRoom(MemoryNeed)
}
