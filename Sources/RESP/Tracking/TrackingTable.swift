// Which client may have a copy of which key. Source: Redis tracking.c, TrackingTable.

import Base
import Engine
import Synchronization

/// Keys without their database, as Redis has it: a change in any database counts. Any thread.
///
/// Lock order: shards; then a stripe. Stripes are leaves.
final class TrackingTable: Sendable {
    /// Who may have a copy of a key.
    struct Holders {
        fileprivate(set) var first: TrackedClient
        fileprivate(set) var others: [UInt64: TrackedClient] = [:]
        /// A bit for each of their workers, by `InvalidationInbox.place`.
        fileprivate(set) var workers: UInt64

        fileprivate init(_ client: TrackedClient) {
            first = client
            workers = client.inbox.mask
        }

        var count: Int { 1 &+ others.count }
        func contains(_ client: TrackedClient) -> Bool { first === client || others[client.id] != nil }

        func each(_ body: (TrackedClient) -> Void) {
            body(first)
            for client in others.values { body(client) }
        }
    }

    /// A key that was known, and who held it.
    struct Taken {
        let key: [UInt8]
        let holders: Holders
    }

    private struct Entry {
        let hash: UInt64
        let key: [UInt8]
        var holders: Holders

        /// Bytes of it and its places in both tables, more or less.
        var size: Int { TrackingTable.entrySize &+ key.count &+ holders.others.count &* TrackingTable.holderSize }
    }

    /// Entries stand side by side, so that any of them can be drawn by lot. Two keys of one hash are not both known:
    /// the newer one takes the other's place, which is told as if the table were full.
    private struct Stripe {
        var places: [UInt64: Int] = [:]
        var entries: [Entry] = []
        var size = 0
        var itemCount = 0
    }

    private static let entrySize = 2 &* MemoryLayout<Entry>.stride &+ 32 &+ 48
    private static let holderSize = 48
    private static let stripeCount = 64

    private let engine: Engine
    private let stripes = (0..<stripeCount).map { _ in Spinning(Stripe()) }
    /// How many keys fall on each place, so that a change to any other costs a hash and a look. A place belongs to one
    /// stripe.
    private let filter = InlineArray<4096, Atomic<Int32>> { _ in Atomic(0) }
    private let keys = Atomic<Int>(0)
    private let items = Atomic<Int>(0)
    private let bytes = Atomic<Int>(0)
    private let draws = Atomic<UInt64>(0)
    /// What was thrown away as a whole, until somebody has time to free it.
    private let discarded = Spinning<[Stripe]>([])

    init(_ engine: Engine) { self.engine = engine }

    /// Source: Redis INFO tracking_total_keys, tracking_total_items.
    var keyCount: Int { keys.load(ordering: .relaxed) }
    var itemCount: Int { items.load(ordering: .relaxed) }
    /// Bytes, more or less. The engine counts them against its limit.
    var size: Int { bytes.load(ordering: .relaxed) }

    private func place(_ hash: UInt64) -> Int { Int(truncatingIfNeeded: hash & 4095) }
    private func stripe(_ hash: UInt64) -> Int { place(hash) &>> 6 }

    /// Whether a key of this hash may be known. Under its shard: who registered before he read is seen.
    func mayKnow(_ hash: UInt64) -> Bool { filter[place(hash)].load(ordering: .relaxed) != 0 }

    private func count(_ stripe: inout Stripe, _ size: Int, keys keyChange: Int, items itemChange: Int) {
        stripe.size += size
        stripe.itemCount += itemChange
        count(size, keys: keyChange, items: itemChange)
    }

    private func count(_ size: Int, keys keyChange: Int, items itemChange: Int) {
        bytes.wrappingAdd(size, ordering: .relaxed)
        engine.countMemoryBeside(size)
        keys.wrappingAdd(keyChange, ordering: .relaxed)
        items.wrappingAdd(itemChange, ordering: .relaxed)
    }

    // MARK: One key

    /// Has `client` known as a holder of `key`.
    /// - Returns: whether it was not, and what had to go for it.
    func remember(_ key: RawSpan, _ hash: UInt64, for client: TrackedClient) -> (isNew: Bool, displaced: Taken?) {
        stripes[stripe(hash)].withLock { stripe in
            var displaced: Taken?
            if let place = stripe.places[hash] {
                if Self.isEntry(stripe.entries[place], key) {
                    let before = stripe.entries[place].size
                    guard !stripe.entries[place].holders.contains(client) else { return (false, nil) }
                    stripe.entries[place].holders.others[client.id] = client
                    stripe.entries[place].holders.workers |= client.inbox.mask
                    count(&stripe, stripe.entries[place].size - before, keys: 0, items: 1)
                    return (true, nil)
                }
                displaced = remove(place, from: &stripe)
            }
            let entry = Entry(hash: hash, key: key.copiedBytes(), holders: Holders(client))
            stripe.places[hash] = stripe.entries.count
            stripe.entries.append(entry)
            filter[place(hash)].wrappingAdd(1, ordering: .relaxed)
            count(&stripe, entry.size, keys: 1, items: 1)
            return (true, displaced)
        }
    }

    /// Forgets `key` and who held it.
    /// - Parameter kept: stays known as its holder, if it is one.
    /// - Returns: nil if there is nobody else.
    func take(_ key: RawSpan, _ hash: UInt64, keeping kept: TrackedClient?) -> Taken? {
        stripes[stripe(hash)].withLock { stripe in
            guard let place = stripe.places[hash], Self.isEntry(stripe.entries[place], key) else { return nil }
            guard let kept, stripe.entries[place].holders.contains(kept) else { return remove(place, from: &stripe) }
            if stripe.entries[place].holders.count == 1 { return nil }
            let before = stripe.entries[place]
            stripe.entries[place].holders = Holders(kept)
            count(&stripe, stripe.entries[place].size - before.size, keys: 0, items: 1 - before.holders.count)
            return Taken(key: before.key, holders: before.holders)
        }
    }

    private static func isEntry(_ entry: borrowing Entry, _ key: RawSpan) -> Bool {
        let known = entry.key
        return key.equals(known.span.rawBytes)
    }

    private func remove(_ place: Int, from stripe: inout Stripe) -> Taken {
        let last = stripe.entries.count - 1
        stripe.entries.swapAt(place, last)
        let entry = stripe.entries.removeLast()
        stripe.places[entry.hash] = nil
        if place != last { stripe.places[stripe.entries[place].hash] = place }
        filter[self.place(entry.hash)].wrappingSubtract(1, ordering: .relaxed)
        count(&stripe, -entry.size, keys: -1, items: -entry.holders.count)
        return Taken(key: entry.key, holders: entry.holders)
    }

    /// Forgets some key, drawn by lot. nil if there is none.
    func takeAny() -> Taken? {
        var lots = SplitMix64(seed: draws.wrappingAdd(1, ordering: .relaxed).newValue)
        let first = Int(truncatingIfNeeded: lots.next() & 63)
        let lot = lots.next()
        for step in 0..<Self.stripeCount {
            let taken: Taken? = stripes[(first + step) & 63].withLock { stripe in
                if stripe.entries.isEmpty { return nil }
                return remove(Int(truncatingIfNeeded: lot % UInt64(stripe.entries.count)), from: &stripe)
            }
            if let taken { return taken }
        }
        return nil
    }

    // MARK: All of them

    /// Forgets everything. What that leaves to free waits for `discard`.
    func removeAll() {
        for index in 0..<Self.stripeCount {
            var old = Stripe()
            stripes[index].withLock { stripe in
                if stripe.entries.isEmpty { return }
                swap(&stripe, &old)
                for place in index << 6..<(index + 1) << 6 { filter[place].store(0, ordering: .relaxed) }
            }
            if old.entries.isEmpty { continue }
            count(-old.size, keys: -old.entries.count, items: -old.itemCount)
            discarded.withLock { $0.append(old) }
        }
    }

    /// Frees what was thrown away. Not while holding shards: it may take a while.
    func discard() {
        var old: [Stripe] = []
        discarded.withLock { discarded in swap(&discarded, &old) }
    }
}
