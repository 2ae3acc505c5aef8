// Which absent keys are decided: the hashes of those that went, or were asked for in vain.

import Base
import Synchronization

/// A set of key hashes that only grows. Two keys of one hash share a place: the other is then taken for decided, which
/// costs a miss, never a wrong value.
///
/// Open addressing with linear probing; 0 is a free slot. Striped, so that a stripe's growth takes well under a
/// millisecond of whoever holds a shard meanwhile.
final class Tombstones: Sendable {
    private struct Stripe {
        var slots: [UInt64] = []
        var count = 0
    }

    private static let stripeBits = 10
    private static let slotCountMin = 8
    private let stripes: [Spinning<Stripe>]
    private let total = Atomic<Int>(0)
    private let bytes = Atomic<Int>(0)

    init() {
        stripes = (0..<1 << Self.stripeBits).map { _ in Spinning(Stripe()) }
    }

    var count: Int { total.load(ordering: .relaxed) }
    /// Bytes of all slots, free ones included.
    var size: Int { bytes.load(ordering: .relaxed) }

    private static func stripe(_ hash: UInt64) -> Int { Int(truncatingIfNeeded: hash &>> UInt64(64 - stripeBits)) }

    func contains(_ hash: UInt64) -> Bool {
        let hash = max(1, hash)
        return stripes[Self.stripe(hash)].withLock { stripe in
            guard stripe.count > 0 else { return false }
            return stripe.slots[Self.place(of: hash, in: stripe.slots)] == hash
        }
    }

    /// Any thread, also under shards.
    func insert(_ hash: UInt64) {
        let hash = max(1, hash)
        let grown = stripes[Self.stripe(hash)].withLock { stripe -> Int? in
            if stripe.slots.isEmpty { stripe.slots = [UInt64](repeating: 0, count: Self.slotCountMin) }
            let place = Self.place(of: hash, in: stripe.slots)
            if stripe.slots[place] == hash { return nil }
            let before = stripe.count == 0 ? 0 : stripe.slots.count
            stripe.slots[place] = hash
            stripe.count += 1
            // Three quarters at most, so that a search ends soon, and at all.
            if stripe.count * 4 > stripe.slots.count * 3 { Self.grow(&stripe) }
            return stripe.slots.count - before
        }
        guard let grown else { return }
        total.wrappingAdd(1, ordering: .relaxed)
        if grown > 0 { bytes.wrappingAdd(grown * 8, ordering: .relaxed) }
    }

    /// Where `hash` is, or would be.
    private static func place(of hash: UInt64, in slots: [UInt64]) -> Int {
        var place = Int(truncatingIfNeeded: hash) & (slots.count - 1)
        while slots[place] != 0 && slots[place] != hash { place = (place + 1) & (slots.count - 1) }
        return place
    }

    private static func grow(_ stripe: inout Stripe) {
        var slots = [UInt64](repeating: 0, count: stripe.slots.count * 2)
        for hash in stripe.slots where hash != 0 { slots[place(of: hash, in: slots)] = hash }
        stripe.slots = slots
    }

    func checkInvariants(fail: (String) -> Void) {
        var (count, size) = (0, 0)
        for stripe in stripes {
            stripe.withLock { stripe in
                let used = stripe.slots.count(where: { $0 != 0 })
                if used != stripe.count { fail("a stripe says \(stripe.count), it has \(used)") }
                for hash in stripe.slots where hash != 0 {
                    let found = stripe.slots[Self.place(of: hash, in: stripe.slots)]
                    if found != hash { fail("\(hash) is not where it is looked for") }
                }
                count += used
                size += stripe.slots.count * 8
            }
        }
        if count != self.count || size != self.size { fail("the account says \(self.count) in \(self.size) bytes") }
    }
}
