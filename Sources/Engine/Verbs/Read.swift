// Verbs that look: get, look, exists, and fetch, which may also change what it finds.

import Base

extension EngineHandle {
    /// Shows the string at `key` to `body`, once, under the shard's lock: copy, never block.
    /// - Parameter wantsCAS: gives the item a CAS number if it has none yet.
    /// - Parameter leavesAccess: leaves access time and the fetched mark alone.
    /// - Complexity: O(1) expected; one lock, no allocation.
    /// Source: memcached doc/protocol.txt, "Retrieval command"; Redis GET.
    @inline(__always)
    public mutating func get(
        _ key: Key, wantsCAS: Bool = false, leavesAccess: Bool = false, _ body: (borrowing ItemView) -> Void
    ) -> ReadOutcome {
        unsafe locked(key.hash) { handle, shard in
            let position = unsafe shard.pointee.tables[Int(key.database.rawValue)].find(key.hash, key.bytes)
            guard let position else {
                handle.miss(key)
                return .miss
            }
            var item = position.item
            if item.isExpired(at: handle.expiryTime) {
                unsafe handle.removeAskedFor(key, position, shard)
                handle.miss(key)
                return .expired
            }
            guard item.isString else { return .otherKind }
            if wantsCAS && item.cas == 0 { item = unsafe handle.giveCAS(key, position, shard) }
            if !leavesAccess { handle.touch(item) }
            handle.counters.add(.hits)
            body(handle.view(item))
            return .hit
        }
    }

    /// The slow part of asking for a CAS number: the item gets the field.
    @inline(never)
    mutating func giveCAS(_ key: Key, _ position: SlotPosition, _ shard: UnsafeMutablePointer<Shard>) -> Item {
        let number = unsafe shard.pointee.nextCAS()
        return unsafe reshape(key, position, in: shard) { $0.cas = number }
    }

    /// Shows a live item of any kind; counts nothing and leaves its access time alone.
    /// - Returns: whether there is one. Source: Redis TYPE, TTL, OBJECT; memcached "me".
    /// - Parameter tellsMiss: it being missing is told to who wants to hear of misses.
    public mutating func look(
        _ key: Key, tellsMiss: Bool = true, _ body: (borrowing ItemView) -> Void
    ) -> Bool {
        unsafe locked(key.hash) { handle, shard in
            guard let position = unsafe handle.findLive(key, shard) else {
                if tellsMiss { handle.tellMissed(key) }
                return false
            }
            body(handle.view(position.item))
            return true
        }
    }

    /// Shows the item at `key` as it lies there, also one whose time has run out (`ItemView.isExpired`): counts,
    /// touches and drops nothing. For those who only look on.
    public mutating func peek(_ key: Key, _ body: (borrowing ItemView) -> Void) {
        unsafe locked(key.hash) { handle, shard in
            if let position = unsafe shard.pointee.tables[Int(key.database.rawValue)].find(key.hash, key.bytes) {
                body(handle.view(position.item))
            }
        }
    }

    /// The `SizeClassUse.classIndex` that an item stored with `options` would be counted in.
    public func sizeClassIndex(keySize: Int, valueSize: Int, _ options: StoreOptions) -> Int {
        var shape = ItemShape()
        shape.flags = options.flags
        shape.expiry = options.expiry
        shape.cas = options.casField == .none ? 0 : 1
        let size = Item.size(fields: shape.fields(keySize: keySize), keySize: keySize, valueSize: valueSize)
        let classes = unsafe state.pointee.sizeClasses
        return size > classes.slotSizeMax ? classes.count + 1 : classes.classIndex(for: size) + 1
    }

    /// Whether there is a live item of any kind. Counts a hit or a miss; `touches` renews its access time.
    /// Source: Redis EXISTS, TOUCH.
    public mutating func exists(_ key: Key, touches: Bool = false) -> Bool {
        unsafe locked(key.hash) { handle, shard in
            guard let position = unsafe handle.findLive(key, shard) else {
                handle.miss(key)
                return false
            }
            handle.counters.add(.hits)
            if touches { handle.touch(position.item) }
            return true
        }
    }

    /// Reads a string and changes it in the same step: its expiry, who may refill it, or that it exists at all.
    /// - Parameter body: called once, on `.hit` and on `.created`, with the item after the change.
    /// Source: memcached "mg" with N, R, T, "gat"; Redis GETEX.
    public mutating func fetch(
        _ key: Key, _ options: FetchOptions, _ body: (borrowing ItemView, FetchNotes) -> Void
    ) -> FetchOutcome {
        let outcome = unsafe retrying(key) { (handle, shard) -> Attempt<FetchOutcome> in
            let expiredBefore = handle.counters.value(.expired)
            if let position = unsafe handle.findLive(key, shard) {
                guard position.item.isString else { return .done(.otherKind) }
                unsafe handle.fetchFound(key, position, options, shard, body)
                return .done(.hit)
            }
            let isExpired = handle.counters.value(.expired) != expiredBefore
            guard let expiry = options.vivifyExpiry else {
                handle.miss(key)
                return .done(isExpired ? .expired : .miss)
            }
            var shape = ItemShape()
            shape.expiry = expiry
            shape.cas = unsafe handle.casNumber(options.casField, shard)
            shape.marks = .won
            if !options.leavesAccess { shape.marks.insert(.fetched) }
            if options.hasBinaryKey { shape.marks.insert(.binaryKey) }
            if let need = unsafe handle.prepare(key, over: nil, shape, in: shard) { return .needsRoom(need) }
            handle.miss(key)
            let item = unsafe handle.place(key, over: nil, shape, in: shard) { _ in }
            handle.counters.add(.itemsStored)
            unsafe handle.tell(.stored, key.database, item, shard)
            var notes = FetchNotes()
            notes.won = true
            notes.isCreated = true
            body(handle.view(item), notes)
            return .done(.created)
        }
        return outcome ?? .outOfMemory
    }

    private mutating func fetchFound(
        _ key: Key, _ position: SlotPosition, _ options: FetchOptions, _ shard: UnsafeMutablePointer<Shard>,
        _ body: (borrowing ItemView, FetchNotes) -> Void
    ) {
        var item = position.item
        var notes = FetchNotes()
        notes.wasFetched = item.marks.contains(.fetched)
        notes.idleMilliseconds = access.idleMilliseconds(item.access, now: now)
        notes.expiryBefore = item.expiry
        notes.isStale = item.marks.contains(.stale)
        notes.winnerExists = item.marks.contains(.won)
        if options.claimsRefill && !notes.winnerExists {
            notes.won = notes.isStale
            let judged = options.recachesAfterTouch ? options.newExpiry ?? item.expiry : item.expiry
            if let bound = options.recacheBelow, judged.rawValue != 0, judged.rawValue - now.rawValue < bound {
                notes.won = true
            }
        }
        if let expiry = options.newExpiry, expiry != item.expiry {
            item = unsafe setExpiry(key, position, expiry, shard)
        }
        if options.wantsCAS && item.cas == 0 { item = unsafe giveCAS(key, position, shard) }
        if notes.won {
            unsafe preserve(item, key.database, shard)
            item.marks = item.marks.union(.won)
            unsafe tell(.marked, key.database, item, shard)
        }
        if !options.leavesAccess { touch(item) }
        counters.add(.hits)
        body(view(item), notes)
    }

    /// Changes an item's expiry, in place if it has the field already; 0 removes it.
    mutating func setExpiry(
        _ key: Key, _ position: SlotPosition, _ expiry: Milliseconds, _ shard: UnsafeMutablePointer<Shard>
    ) -> Item {
        var item = position.item
        if item.fields.contains(.expiry) && expiry.rawValue != 0 {
            unsafe preserve(item, key.database, shard)
            item.expiry = expiry
        } else if item.expiry != expiry {
            item = unsafe reshape(key, position, in: shard) { $0.expiry = expiry }
        }
        unsafe tell(.expirySet, key.database, item, shard)
        return item
    }
}
