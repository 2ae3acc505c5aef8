// Who must go when memory is short: sampled candidates, the best of which wait in a small pool.

import Base

/// The best candidates that sampling met so far in one shard. Source: the eviction pool of Redis 3.0.
///
/// Entries are addresses, so an item that is freed or moved must be dropped from it: `forget`.
struct EvictionPool {
    static let capacity = 16

    private var items = InlineArray<16, UInt>(repeating: 0)
    private var ranks = InlineArray<16, UInt64>(repeating: 0)
    private(set) var count = 0

    /// Drops an item that is no longer where it was. O(16) when the pool is in use, one compare when not.
    @inline(__always)
    mutating func forget(_ item: Item) {
        if count != 0 { drop(item.bits) }
    }

    @inline(never)
    private mutating func drop(_ address: UInt) {
        for index in 0..<count where items[index] == address {
            count -= 1
            items[index] = items[count]
            ranks[index] = ranks[count]
            return
        }
    }

    mutating func removeAll() { count = 0 }

    /// Keeps a candidate if it ranks above the worst one, or there is room. A higher rank goes sooner.
    mutating func offer(_ item: Item, rank: UInt64) {
        let address = item.bits
        var worst = 0
        for index in 0..<count {
            if items[index] == address {
                ranks[index] = rank
                return
            }
            if ranks[index] < ranks[worst] { worst = index }
        }
        if count < Self.capacity {
            items[count] = address
            ranks[count] = rank
            count += 1
        } else if rank > ranks[worst] {
            items[worst] = address
            ranks[worst] = rank
        }
    }

    /// Takes the candidate with the highest rank out, except `excluded`.
    mutating func takeBest(except excluded: Item?) -> (item: Item, rank: UInt64)? {
        var best: Int?
        let excludedAddress = excluded.map { $0.bits }
        for index in 0..<count where items[index] != excludedAddress {
            if best == nil || ranks[index] > ranks[best!] { best = index }
        }
        guard let best else { return nil }
        let taken = (Item(Address(bits: items[best])!), ranks[best])
        count -= 1
        items[best] = items[count]
        ranks[best] = ranks[count]
        return taken
    }
}

/// Ranks an item for eviction: the higher, the sooner it goes. Nil if the policy spares it.
struct EvictionRanking {
    let policy: EvictionPolicy
    let access: AccessPolicy
    /// LRU: what was read more often stays longer.
    let weighsUse: Bool

    @inline(__always)
    func rank(_ item: Item, random: inout SplitMix64) -> UInt64? {
        if policy.isVolatile && !item.fields.contains(.expiry) { return nil }
        switch policy {
        case .noEviction: return nil
        case .allKeysLRU, .volatileLRU:
            // What was never read since it was stored ages four times as fast as what was read again, what was read
            // once twice as fast: a scan passes through, and the working set stays. The idea is that of memcached's
            // segments and of 2Q (Johnson, Shasha, VLDB 1994).
            let age = UInt64(access.age(item.access))
            if !weighsUse { return age }
            return item.marks.contains(.active) ? age : item.marks.contains(.fetched) ? age &* 2 : age &* 4
        case .allKeysLFU, .volatileLFU:
            return UInt64(255 - (access.frequency(item.access, now: Milliseconds(0)) ?? 0)) << 16
                | UInt64(access.age(item.access))
        case .allKeysRandom, .volatileRandom: return random.next()
        case .volatileTTL: return UInt64.max - UInt64(bitPattern: max(0, item.expiry.rawValue))
        }
    }
}
