// Epochs: how a shard tells what it held at a snapshot's moment from what was written since.

import Base

/// Items that the snapshot's walk looks at while it holds a shard once: some ten microseconds' worth.
struct WalkedItems {
    /// Room for the buckets whose items are looked at together.
    private static let capacity = 128
    private static let bucketsMax = 32

    private var bits = InlineArray<128, UInt>(repeating: 0)
    private(set) var count = 0

    subscript(index: Int) -> Item {
        // SAFETY-relevant: only addresses of items are appended.
        Item(Address(bits: bits[index])!)
    }

    /// Appends about `countMax` items from `position` on, and brings them near: they are looked at when all have had time
    /// to arrive.
    /// - Returns: the next position, or nil at the table's end.
    mutating func append(_ countMax: Int, of table: HashTable, from position: UInt64) -> UInt64? {
        var items = HomeItems()
        var next: UInt64? = position
        for _ in 0..<Self.bucketsMax {
            guard let at = next, count < countMax, count &+ HomeItems.capacity <= Self.capacity else { break }
            next = table.collectHome(at: at, into: &items)
            for index in 0..<items.count {
                let item = items[index]
                item.place.prefetch()
                (item.place + 64).prefetch()
                bits[count] = item.bits
                count &+= 1
            }
        }
        return next
    }
}

extension HashTable {
    /// Has everything in the table be of the old epoch. Under all shards' locks.
    mutating func beginWalk(_ database: Int) {
        guard !isEmpty else { return }
        origin = Int32(truncatingIfNeeded: database)
        walkedTo = 0
    }

    /// Has the walk go on where it was before.
    mutating func walkAgain(from before: HashTable) {
        origin = before.origin
        walkedTo = before.walkedTo
    }

    /// Collects about `countMax` items for the snapshot's walk; with the last ones, the table has nothing old any more.
    mutating func walk(_ countMax: Int, into items: inout WalkedItems) {
        if !isEmpty, let next = items.append(countMax, of: self, from: walkedTo) {
            walkedTo = next
        } else {
            origin = -1
        }
    }
}

extension Shard {
    /// Has the walk come again to what it has just collected of `table`, as that was before. False for a table of the
    /// graveyard: it has no place of its own to come back to.
    func walkAgain(_ table: HashTable) -> Bool {
        guard unwalkedDatabase < databaseCount else { return false }
        unsafe tables[unwalkedDatabase].walkAgain(from: table)
        return true
    }

    /// Begins an epoch: what is there is old from now on. Under all shards' locks.
    mutating func beginEpoch() {
        epoch.formSymmetricDifference(.epoch)
        unwalkedDatabase = 0
        for database in 0..<databaseCount { unsafe tables[database].beginWalk(database) }
    }

    /// Collects the next items that the snapshot's walk has to look at, about `countMax` at most.
    /// - Returns: the table that they are of, as it was before; nil if nothing in the shard is old.
    mutating func walk(_ countMax: Int, into items: inout WalkedItems) -> HashTable? {
        while unwalkedDatabase < databaseCount {
            let table = unsafe tables[unwalkedDatabase]
            if table.origin >= 0 {
                unsafe tables[unwalkedDatabase].walk(countMax, into: &items)
                return table
            }
            unwalkedDatabase += 1
        }
        for index in graveyard.indices where graveyard[index].origin >= 0 {
            let table = graveyard[index]
            graveyard[index].walk(countMax, into: &items)
            return table
        }
        return nil
    }
}
