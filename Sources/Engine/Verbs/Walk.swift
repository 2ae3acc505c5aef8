// Walking over a database, a few buckets at a time, while everybody else goes on: to show items, or to drop those
// whose time has run out.

import Base

extension EngineHandle {
    /// Hash bits that a cursor leaves out, so that it stays below 2^48 and any client's integer holds it. Positions are
    /// multiples of 2^16 as long as shard, directory and place bits are 48 at most.
    private static let cursorShift: UInt64 = 16

    /// One step of a walk: shows about `count` live items, and says where to go on; 0 begins and ends.
    ///
    /// The cursor is a hash prefix. An item that is there from the first step to the last is shown, however the
    /// table grows or shrinks in between; it is shown once unless it is written meanwhile. Items are shown under their
    /// shard's lock. Source: Redis SCAN; memcached "lru_crawler metadump".
    public mutating func scan(
        _ database: DatabaseIndex, from cursor: UInt64, count: Int, _ body: (borrowing ItemView) -> Void
    ) -> UInt64 {
        unsafe walk(database, from: cursor, count: count) { handle, _, items in
            var shown = 0
            for index in 0..<items.count where !items[index].isExpired(at: handle.expiryTime) {
                body(handle.view(items[index]))
                shown += 1
            }
            return shown
        }
    }

    /// One step of a walk that drops items whose time has run out; cursor and promise as with `scan`.
    ///
    /// - Parameter count: about so many items are looked at.
    /// - Parameter chooses: shown each item, those included whose time has run out (`ItemView.isExpired`); true if
    ///   this one may be dropped. Under the shard's lock: never block.
    /// Source: memcached "lru_crawler crawl".
    public mutating func reclaimExpired(
        in database: DatabaseIndex, from cursor: UInt64, count: Int, _ chooses: (borrowing ItemView) -> Bool
    ) -> UInt64 {
        unsafe walk(database, from: cursor, count: count) { handle, shard, items in
            for index in 0..<items.count {
                guard chooses(handle.view(items[index])) else { continue }
                handle.counters.add(.expiryChecked)
                guard items[index].isExpired(at: handle.expiryTime) else { continue }
                unsafe handle.reclaimWalked(items[index], database, shard)
            }
            return items.count
        }
    }

    /// - Parameter visit: given the items of one home bucket after the other, under the shard's lock; says how many
    ///   of them count.
    private mutating func walk(
        _ database: DatabaseIndex, from cursor: UInt64, count: Int,
        _ visit: (inout EngineHandle, UnsafeMutablePointer<Shard>, borrowing HomeItems) -> Int
    ) -> UInt64 {
        let bits = UInt64(unsafe state.pointee.shardBits)
        let hash = cursor << Self.cursorShift
        var index = bits == 0 ? 0 : Int(hash >> (64 - bits))
        var position: UInt64? = hash << bits
        var seen = 0
        // Empty buckets cost too: a sparse table is left after this many.
        var bucketsLeft = max(1, count) * 10
        while index < shardCount {
            _ = unsafe lockedIfSafe(at: index) { handle, shard in
                let table = unsafe handle.table(shard, database)
                if unsafe table.pointee.isEmpty { position = nil }
                var items = HomeItems()
                while let at = position, seen < count, bucketsLeft > 0 {
                    position = unsafe table.pointee.collectHome(at: at, into: &items)
                    bucketsLeft -= 1
                    seen += unsafe visit(&handle, shard, items)
                }
            }
            if let position {
                return (UInt64(index) << (bits == 0 ? 0 : 64 - bits) | position >> bits) >> Self.cursorShift
            }
            index += 1
            position = 0
            if seen >= count && index < shardCount {
                return (UInt64(index) << (64 - bits)) >> Self.cursorShift
            }
        }
        return 0
    }
}
