// Getting and giving back the memory of items, under the shard's lock: freeing, making room, moving.

import Base

/// What has to fit.
enum MemoryNeed {
    case slot(size: Int)
    /// Bytes outside the arena, for a large value.
    case block(size: Int)
}

/// What making room needs from outside the shard.
@safe
struct EvictionContext {
    let hasher: Hasher64
    let ranking: EvictionRanking
    let samples: Int
    let counters: Counters<EngineCounter>
    let now: Milliseconds
    let state: UnsafeMutablePointer<EngineState>
    let held: UInt64
    let isUnjournaled: Bool
    let journalMark: UnsafeMutablePointer<JournalMark>

    /// Tells who wants to hear of it.
    /// - Parameter shard: the item's.
    func tell(_ kind: ChangeKind, _ database: DatabaseIndex, _ item: Item, ofShard shard: Int) {
        guard unsafe state.pointee.isHeard(ChangeKinds(kind)) else { return }
        let view = unsafe ItemView(item, now: now, access: ranking.access, state: state)
        unsafe state.pointee.tell(
            kind, database, view, ChangeReason(manner: .plain, code: journalMark.pointee.reason))
        guard let journal = unsafe state.pointee.journal, !isUnjournaled else { return }
        // As `EngineHandle.journalUnit`. Nobody waits for an eviction to be on the disk.
        let unit = held &>> UInt64(shard) & 1 == 1 ? held.trailingZeroBitCount : nil
        _ = unsafe journal._withUnsafeGuaranteedRef {
            $0.itemChanged(kind, database, view, steps: Steps(RawSpan()), unit: unit)
        }
        unsafe journalMark.pointee.note(0, unit)
    }

    /// Hands an item to the snapshot before it ends, if it is of the old epoch.
    @inline(__always)
    func preserve(_ item: Item, in table: HashTable, _ epoch: Item.Fields) {
        if item.isOfOther(epoch) { handOver(item, in: table) }
    }

    @inline(never)
    private func handOver(_ item: Item, in table: HashTable) {
        unsafe state.pointee.handOver(item, in: table, ItemView(item, now: now, access: ranking.access, state: state))
    }
}

extension Shard {
    // MARK: Freeing

    /// Frees an item that no table points at any more.
    @inline(__always)
    mutating func free(_ item: Item) {
        evictionPool.forget(item)
        let size = item.size
        if !item.fields.isDisjoint(with: .outside) { releaseOutside(of: item) }
        uncountItem(size, inClass: arena.sizeClasses.classIndex(for: size))
        if item.fields.contains(.longKey), let block = item.keyBlock { releaseShared(block) }
        arena.free(item.place)
    }

    /// Takes an item, which no snapshot waits for, out of its table and frees it.
    @inline(__always)
    mutating func remove(_ hash: KeyHash, _ position: SlotPosition, from table: UnsafeMutablePointer<HashTable>) {
        let item = position.item
        assert(!item.isOfOther(epoch), "an item ends that the snapshot has not seen")
        unsafe table.pointee.remove(hash, position)
        free(item)
    }

    /// Lets go of what an item owns outside its slot.
    @inline(never)
    mutating func releaseOutside(of item: Item) {
        if let shared = item.shared { releaseValue(shared, of: item) }
        if let structure = item.structure { retire(structure) }
    }

    /// At the engine's end: the blocks outlive the arena if a reply still holds them.
    mutating func releaseSharedValues() {
        while freeRetired(blocks: Int.max) { continue }
        guard sharedCount > 0 || structureCount > 0 else { return }
        for database in 0..<databaseCount { releaseSharedValues(of: unsafe tables[database]) }
        for table in graveyard { releaseSharedValues(of: table) }
    }

    private mutating func releaseSharedValues(of table: HashTable) {
        var items = HomeItems()
        var position: UInt64? = table.hasSegments ? 0 : nil
        while let at = position {
            position = table.collectHome(at: at, into: &items)
            for index in 0..<items.count {
                if let shared = items[index].shared { releaseShared(shared) }
                if let structure = items[index].structure { _ = structure.free(blocks: Int.max) }
                if let block = items[index].keyBlock { releaseShared(block) }
            }
        }
    }

    // MARK: Moving

    /// Empties one sparse page into its fellows.
    /// - Returns: how many items moved; 0 if there is no page to empty.
    mutating func evacuatePage(hasher: Hasher64) -> Int {
        guard let page = arena.pageToEvacuate() else { return 0 }
        return max(1, evacuate(page, hasher: hasher))
    }

    /// Moves a page's items to their fellows, which must have the room, and gives it back.
    mutating func evacuate(_ page: PageHeader, hasher: Hasher64) -> Int {
        let count = page.used
        // The arena is changed and the tables are read: two parts of one shard, taken apart for the compiler.
        var arena = self.arena
        arena.evacuate(page) { from, to in
            redirect(from: Item(from), to: Item(to), hasher: hasher)
        }
        self.arena = arena
        return count
    }

    private mutating func redirect(from: Item, to: Item, hasher: Hasher64) {
        evictionPool.forget(from)
        let hash = hasher.hash(to.key)
        for database in 0..<databaseCount where unsafe !tables[database].isEmpty {
            if let position = unsafe tables[database].find(hash, at: from) {
                position.redirect(to: to)
                return
            }
        }
        for table in graveyard {
            if let position = table.find(hash, at: from) {
                position.redirect(to: to)
                return
            }
        }
        preconditionFailure("an item that no table knows")
    }

    // MARK: Making room

    /// A slot or budget for `need`, evicting if it must and may. `spared` is never evicted.
    /// - Returns: whether there is room now: a slot will be found, or the bytes are counted in the budget.
    mutating func makeRoom(_ need: MemoryNeed, sparing spared: Item?, _ context: EvictionContext) -> Bool {
        while true {
            if hasRoom(need) { return true }
            if freeRetired(blocks: Structure.sliceSize) { continue }
            if buryOne(context) { continue }
            let moved = evacuatePage(hasher: context.hasher)
            if moved > 0 {
                context.counters.add(.pagesCompacted)
                context.counters.add(.itemsMoved, moved)
                continue
            }
            if !evictOne(sparing: spared, context) { return false }
            context.counters.add(.endedForRoom)
        }
    }

    private mutating func hasRoom(_ need: MemoryNeed) -> Bool {
        switch need {
        case .slot(let size):
            return arena.hasSlot(for: size)
        case .block(let size):
            return unsafe arena.pool.pointee.budget.reserve(size)
        }
    }

    /// Evicts the best candidate. False if the policy spares everything here.
    mutating func evictOne(sparing spared: Item?, _ context: EvictionContext) -> Bool {
        guard context.ranking.policy != .noEviction else { return false }
        for _ in 0..<8 {
            sample(context)
            while let candidate = evictionPool.takeBest(except: spared) {
                // It may have been read since it was sampled: then it is no longer the one.
                guard let rank = context.ranking.rank(candidate.item, random: &random) else { continue }
                let isRandom = context.ranking.policy == .allKeysRandom || context.ranking.policy == .volatileRandom
                if !isRandom && rank < candidate.rank { continue }
                evict(candidate.item, context)
                return true
            }
        }
        return evictAny(sparing: spared, context)
    }

    /// Looks at the items of a few random buckets.
    private mutating func sample(_ context: EvictionContext) {
        var seen = 0
        var tries = 0
        while seen < context.samples && tries < 16 {
            tries += 1
            guard let database = randomDatabase() else { return }
            guard let bucket = unsafe tables[database].bucket(at: random.next()) else { continue }
            var occupied = bucket.occupied
            var rest = occupied
            while rest != 0 {
                HashTable.address(bucket.slot(rest.trailingZeroBitCount >> 3)).prefetch()
                rest &= rest - 1
            }
            while occupied != 0 {
                let item = SlotPosition(bucket: bucket, index: occupied.trailingZeroBitCount >> 3).item
                seen += 1
                if let rank = context.ranking.rank(item, random: &random) { evictionPool.offer(item, rank: rank) }
                occupied &= occupied - 1
            }
        }
    }

    /// A database, chosen by the share of items it has.
    mutating func randomDatabase() -> Int? {
        var total = 0
        for database in 0..<databaseCount { total += unsafe tables[database].itemCount }
        guard total > 0 else { return nil }
        var left = random.next(below: total)
        for database in 0..<databaseCount {
            left -= unsafe tables[database].itemCount
            if left < 0 { return database }
        }
        return nil
    }

    /// Finds anything that may go, in a full walk: for a shard where what the policy allows is rare.
    private mutating func evictAny(sparing spared: Item?, _ context: EvictionContext) -> Bool {
        var items = HomeItems()
        for database in 0..<databaseCount {
            let table = unsafe tables[database]
            if table.isEmpty || (context.ranking.policy.isVolatile && table.expiringCount == 0) { continue }
            var position: UInt64? = 0
            while let at = position {
                position = table.collectHome(at: at, into: &items)
                for index in 0..<items.count where items[index] != spared {
                    if context.ranking.rank(items[index], random: &random) == nil { continue }
                    evict(items[index], context)
                    return true
                }
            }
        }
        return false
    }

    mutating func evict(_ item: Item, _ context: EvictionContext) {
        let hash = context.hasher.hash(item.key)
        for database in 0..<databaseCount {
            guard let position = unsafe tables[database].find(hash, at: item) else { continue }
            unsafe context.preserve(item, in: tables[database], epoch)
            countEnd(of: item, context)
            context.tell(item.isExpired(at: context.now) ? .expired : .evicted, DatabaseIndex(database), item, ofShard: index)
            unsafe remove(hash, position, from: tables + database)
            return
        }
        preconditionFailure("an eviction candidate that no table knows")
    }

    private func countEnd(of item: Item, _ context: EvictionContext) {
        let ends = unsafe arena.classes + arena.classIndex(of: item)
        let marks = item.marks
        if item.isExpired(at: context.now) {
            context.counters.add(.expired)
            if !marks.contains(.fetched) { context.counters.add(.expiredUnfetched) }
            unsafe ends.pointee.ends.reclaimed += 1
            return
        }
        context.counters.add(.evicted)
        unsafe ends.pointee.ends.evicted += 1
        unsafe ends.pointee.ends.lastEvictedIdleMilliseconds =
            context.ranking.access.idleMilliseconds(item.access, now: context.now)
        if item.fields.contains(.expiry) { unsafe ends.pointee.ends.evictedExpiring += 1 }
        if !marks.contains(.fetched) {
            context.counters.add(.evictedUnfetched)
            unsafe ends.pointee.ends.evictedUnfetched += 1
        }
        if marks.contains(.active) {
            context.counters.add(.evictedActive)
            unsafe ends.pointee.ends.evictedActive += 1
        }
    }

    // MARK: Large collections

    /// Takes over a structure whose item is gone: a small one is freed at once, a large one in slices.
    mutating func retire(_ structure: Structure) {
        let size = structure.size
        structureCount -= 1
        structureSize -= size
        if structure.free(blocks: Structure.sliceSize) {
            unsafe arena.pool.pointee.budget.adjust(by: -size)
            return
        }
        unsafe arena.pool.pointee.budget.adjust(by: structure.size - size)
        structure.next = retired
        retired = structure
    }

    /// Frees about so many blocks of what was retired. False if there is nothing.
    mutating func freeRetired(blocks: Int) -> Bool {
        guard let structure = retired else { return false }
        let next = structure.next
        let size = structure.size
        if structure.free(blocks: blocks) {
            retired = next
            unsafe arena.pool.pointee.budget.adjust(by: -size)
        } else {
            unsafe arena.pool.pointee.budget.adjust(by: structure.size - size)
        }
        return true
    }

    // MARK: Burying flushed databases

    /// Frees the index of a database that is empty already. False if there is none.
    mutating func freeEmptied() -> Bool {
        guard var table = emptied.popLast() else { return false }
        unsafe arena.pool.pointee.budget.adjust(by: -table.size)
        table.destroy()
        return true
    }

    /// Frees one bucket's items of a flushed database. False if there is none.
    mutating func buryOne(_ context: EvictionContext) -> Bool {
        if freeEmptied() { return true }
        guard !graveyard.isEmpty else { return false }
        let last = graveyard.count - 1
        var items = HomeItems()
        while buryPosition != nil && items.count == 0 {
            buryPosition = graveyard[last].collectHome(at: buryPosition!, into: &items)
        }
        for index in 0..<items.count {
            let item = items[index]
            let hash = context.hasher.hash(item.key)
            // What was flushed before the snapshot began has the bits of any epoch.
            if graveyard[last].origin >= 0 { context.preserve(item, in: graveyard[last], epoch) }
            if let position = graveyard[last].find(hash, at: item) { graveyard[last].remove(hash, position) }
            free(item)
        }
        if buryPosition == nil {
            unsafe arena.pool.pointee.budget.adjust(by: -graveyard[last].size)
            graveyard[last].destroy()
            graveyard.removeLast()
            buryPosition = 0
        }
        return true
    }
}
