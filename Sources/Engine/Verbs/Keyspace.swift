// Verbs over more than one key: rename, copy, whole databases, walking.

public import Base
import Synchronization

extension EngineHandle {
    // MARK: Between keys

    /// Moves an item, with all it has, to another key or database. `.notFound` without a source, `.notStored` if the
    /// target exists and `replaces` is false. Source: Redis RENAME, RENAMENX, MOVE.
    public mutating func rename(_ source: Key, to target: Key, replaces: Bool) -> StoreOutcome {
        transfer(source, to: target, replaces: replaces, removesSource: true)
    }

    /// Copies an item with all it has. Source: Redis COPY.
    public mutating func copy(_ source: Key, to target: Key, replaces: Bool) -> StoreOutcome {
        transfer(source, to: target, replaces: replaces, removesSource: false)
    }

    private mutating func transfer(
        _ source: Key, to target: Key, replaces: Bool, removesSource: Bool
    ) -> StoreOutcome {
        var shards = ShardSet()
        insert(source.hash, into: &shards)
        insert(target.hash, into: &shards)
        return section(shards) { handle in
            unsafe handle.locked(source.hash) { handle, sourceShard in
                unsafe handle.locked(target.hash) { handle, targetShard in
                    unsafe handle.transferLocked(
                        source, sourceShard, target, targetShard, replaces: replaces, removesSource: removesSource)
                }
            }
        }
    }

    private mutating func transferLocked(
        _ source: Key, _ sourceShard: UnsafeMutablePointer<Shard>, _ target: Key,
        _ targetShard: UnsafeMutablePointer<Shard>, replaces: Bool, removesSource: Bool
    ) -> StoreOutcome {
        guard let from = unsafe findLive(source, sourceShard) else {
            tellMissed(source)
            return .notFound
        }
        let existing = unsafe findLive(target, targetShard)
        if existing != nil && !replaces { return .notStored }
        if source.database == target.database && source.bytes.equals(target.bytes) { return .stored }
        var shape = ItemShape(keeping: from.item)
        shape.shared = from.item.shared
        // A value that fits a slot beside the source's key may not fit one beside the target's.
        var fresh: SharedBytes?
        if shape.shared == nil && from.item.isString && needsBlock(target, valueSize: shape.valueSize) {
            fresh = SharedBytes(byteCount: shape.valueSize)
            guard let fresh else { return .outOfMemory }
            unsafe fresh.bytes.copyMemory(from: UnsafeRawBufferPointer(from.item.valueBytes))
            shape.shared = fresh
        }
        let need = unsafe prepare(
            target, over: existing, shape, in: targetShard, reusesSlot: false, sparing: from.item)
        // A move needs no more memory in the end; a copy does.
        if need != nil && !removesSource && !mayOvershoot {
            fresh?.release()
            return .outOfMemory
        }
        if let shared = shape.shared {
            if fresh == nil { shared.retain() }
            unsafe state.pointee.pool.pointee.budget.adjust(by: shared.footprint)
        }
        // Making room spares the source but not the target's present item.
        let target1 = existing == nil ? nil : unsafe findLive(target, targetShard)
        let sourceItem = from.item
        // Its structure leaves it before it ends.
        if removesSource { unsafe preserve(sourceItem, source.database, sourceShard) }
        let accessBefore = sourceItem.access
        let item = unsafe place(target, over: target1, shape, in: targetShard, reusesSlot: false) { item in
            if shape.shared == nil {
                unsafe item.valueBytes.copyMemory(from: UnsafeRawBufferPointer(sourceItem.valueBytes))
            }
        }
        item.access = accessBefore
        if let structure = sourceItem.structure {
            if removesSource {
                unsafe sourceShard.pointee.uncountStructure(size: structure.size)
                sourceItem.forgetStructure()
                unsafe targetShard.pointee.countStructure(size: structure.size)
            } else {
                let copy = structure.clone(hasher)
                item.setStructure(copy)
                unsafe targetShard.pointee.countStructure(size: copy.size)
                unsafe state.pointee.pool.pointee.budget.adjust(by: copy.size)
            }
        }
        // It is another item, even if there was one.
        if target1 != nil { tellCreated(target.database, item) }
        if removesSource { tellListeners(.deleted, source.database, sourceItem, .moved) }
        tellListeners(.stored, target.database, item, .moved)
        journal { journal, unit in journal.itemTransferred(from: source, to: target, isMove: removesSource, unit: unit) }
        if removesSource {
            // An insertion may have rebuilt the segment that held the source's slot.
            let position = unsafe findLive(source, sourceShard)!
            unsafe sourceShard.pointee.remove(source.hash, position, from: table(sourceShard, source.database))
        }
        return .stored
    }

    // MARK: Databases

    /// Items in `database`, those included whose time has run out and that nobody looked at since. Source: Redis
    /// DBSIZE.
    public mutating func itemCount(in database: DatabaseIndex) -> Int {
        unsafe sum { handle, shard in unsafe handle.table(shard, database).pointee.itemCount }
    }

    /// Items in `database` that have an expiry.
    public mutating func expiringCount(in database: DatabaseIndex) -> Int {
        unsafe sum { handle, shard in unsafe handle.table(shard, database).pointee.expiringCount }
    }

    private mutating func sum(_ count: (inout EngineHandle, UnsafeMutablePointer<Shard>) -> Int) -> Int {
        var total = 0
        for index in 0..<shardCount {
            // In a section the others are waited for only if that is safe; a count may be a moment old.
            _ = unsafe lockedIfSafe(at: index) { handle, shard in unsafe total += count(&handle, shard) }
        }
        return total
    }

    /// Empties a database at one moment for everybody; the memory follows in the background if others share it.
    /// Source: Redis FLUSHDB; memcached "flush_all".
    public mutating func flush(_ database: DatabaseIndex) {
        section(.all) { handle in
            handle.emptyLocked(Int(database.rawValue)..<Int(database.rawValue) + 1)
            unsafe handle.state.pointee.tellOfDatabases { $0.keyspaceFlushed(database: database) }
            handle.journal { $0.flushed(database, unit: $1) }
        }
    }

    /// Empties all databases. Source: Redis FLUSHALL.
    public mutating func flushAll() {
        section(.all) { handle in
            handle.emptyLocked(0..<(unsafe handle.state.pointee.databaseCount))
            unsafe handle.state.pointee.tellOfDatabases { $0.keyspaceFlushed(database: nil) }
            handle.journal { $0.flushed(nil, unit: $1) }
        }
    }

    /// In a section of all.
    private func emptyLocked(_ databases: Range<Int>) {
        let keepsOld = unsafe state.pointee.snapshotSink != nil
        for index in 0..<shardCount {
            let shard = unsafe shard(at: index).body
            for database in databases {
                counters.add(.changes, unsafe shard.pointee.tables[database].itemCount)
                unsafe shard.pointee.flush(database, keepsOld: keepsOld)
            }
        }
    }

    /// Empties `database` when `at` has come; replaces an earlier mark for it. `at` 0 only takes that back. Source:
    /// memcached "flush_all N".
    public mutating func scheduleFlush(_ database: DatabaseIndex, at: Milliseconds) {
        unsafe state.pointee.scheduledFlushes.withLock { marks in
            marks[database.rawValue] = at.rawValue == 0 ? nil : at.rawValue
            unsafe state.pointee.earliestFlush.store(marks.values.min() ?? Int64.max, ordering: .relaxed)
        }
    }

    @inline(never)
    mutating func runScheduledFlushes() {
        // What is read from a journal is not what the flush was for.
        if isReplaying { return }
        let now = now.rawValue
        let due = unsafe state.pointee.scheduledFlushes.withLock { marks -> [Int32] in
            let due = marks.filter { $0.value <= now }.map(\.key)
            for database in due { marks[database] = nil }
            unsafe state.pointee.earliestFlush.store(marks.values.min() ?? Int64.max, ordering: .relaxed)
            return due
        }
        for database in due { flush(DatabaseIndex(Int(database))) }
    }

    /// Exchanges two databases at one moment for everybody. Source: Redis SWAPDB.
    public mutating func swap(_ a: DatabaseIndex, _ b: DatabaseIndex) {
        section(.all) { handle in
            for index in 0..<handle.shardCount {
                unsafe handle.shard(at: index).body.pointee.swap(Int(a.rawValue), Int(b.rawValue))
            }
            handle.counters.add(.changes)
            unsafe handle.state.pointee.tellOfDatabases { $0.databasesSwapped(a, b, &handle) }
            handle.journal { $0.swapped(a, b, unit: $1) }
        }
    }

    // MARK: At random

    /// Shows one live item, each with nearly the same chance. False if there is none. Source: Redis RANDOMKEY.
    public mutating func randomItem(in database: DatabaseIndex, _ body: (borrowing ItemView) -> Void) -> Bool {
        let start = random.next(below: shardCount)
        for step in 0..<shardCount {
            var found = false
            _ = unsafe lockedIfSafe(at: (start + step) & (shardCount - 1)) { handle, shard in
                let table = unsafe handle.table(shard, database).pointee
                guard !table.isEmpty else { return }
                var items = HomeItems()
                // From a random place to the end, then from the beginning.
                var position: UInt64? = handle.random.next()
                var rounds = 0
                while rounds < 2 {
                    while let at = position {
                        position = table.collectHome(at: at, into: &items)
                        let offset = items.count == 0 ? 0 : handle.random.next(below: items.count)
                        for turn in 0..<items.count {
                            let item = items[(offset + turn) % items.count]
                            if item.isExpired(at: handle.expiryTime) { continue }
                            body(handle.view(item))
                            found = true
                            return
                        }
                    }
                    rounds += 1
                    position = 0
                }
            }
            if found { return true }
        }
        return false
    }
}

extension Shard {
    /// Exchanges two databases. Under all shards' locks.
    mutating func swap(_ a: Int, _ b: Int) {
        let kept = unsafe tables[a]
        unsafe tables[a] = tables[b]
        unsafe tables[b] = kept
        // A table that the snapshot waits for may lie further in front now.
        unwalkedDatabase = min(unwalkedDatabase, a, b)
    }

    /// Empties one database. Under all shards' locks.
    /// - Parameter keepsOld: items that a snapshot waits for must be handed over before they go.
    mutating func flush(_ database: Int, keepsOld: Bool) {
        let table = unsafe tables[database]
        guard table.hasSegments else { return }
        evictionPool.removeAll()
        let isFree = !keepsOld || table.origin < 0
        if isFree && graveyard.isEmpty && sharedCount == 0 && structureCount == 0 && arena.usedSlotCount == table.itemCount {
            // Nothing else lives in these pages.
            arena.retireAllPages()
            histogram.removeAll()
            // Normally the background has been here since the last flush: no indexes pile up if not.
            while freeEmptied() { continue }
            emptied.append(table)
        } else {
            // At the front: the one being buried stays last.
            graveyard.insert(table, at: 0)
        }
        unsafe tables[database] = HashTable(shardBits: table.shardBits)
    }
}
