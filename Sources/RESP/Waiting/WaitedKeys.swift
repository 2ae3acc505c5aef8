// Who waits for which key, in order of arrival, and how they are served.

import Base
import Engine
import Synchronization

/// The keys that clients of one front-end wait for.
///
/// A change that makes a key ready is told under its shard, and only noted then; whoever made it serves the waiting
/// clients when its command is done (`serveReady`), before it answers another one: as if they had been there first. It
/// does what their commands would do and hands them their replies, so that they stay in order however many workers
/// they are on.
///
/// A client is added under its keys' shards, when it has found them without anything: nothing falls in between.
/// Lock order: `serving`, shards, a stripe or `ready`.
final class WaitedKeys: ChangeListener {
    private struct Entry: Sendable {
        let waiter: KeyWaiter
        let key: WatchedKey

        func isFor(_ key: RawSpan, _ database: DatabaseIndex) -> Bool {
            self.key.database == database && key.equals(self.key.bytes.span.rawBytes)
        }

        func isFor(_ key: RawSpan, _ database: DatabaseIndex, _ kind: ValueKind) -> Bool {
            waiter.operation.kind == kind && isFor(key, database)
        }
    }

    /// By key hash, in order of arrival.
    private typealias Stripe = [UInt64: [Entry]]

    private let following: Following
    private let stripes = InlineArray<16, Mutex<Stripe>> { _ in Mutex([:]) }
    private let ready = Mutex<[WatchedKey]>([])
    /// Keys that are not served yet, the one that is being served included.
    private let readyCount = Atomic<Int>(0)
    private let serving = Mutex<Void>(())
    private let arrivals = Atomic<UInt64>(0)
    private let losses = LossFilter()

    init(_ engine: Engine) {
        following = Following(
            engine,
            [ChangeKinds(.stored), ChangeKinds(.deleted), ChangeKinds(.expired), .evicted, .databases])
    }

    /// A client is about to wait. Not while holding shards.
    func begin() { following.begin(self) }

    /// It does not wait after all.
    func end() { following.end() }

    func tick() { following.tick(self) }

    private func stripe(_ hash: UInt64) -> Int { Int(truncatingIfNeeded: hash &>> 12 & 15) }

    /// For the next `KeyWaiter`, under the shards of its keys: so that they grow with each that waits for a key.
    func nextArrival() -> UInt64 { arrivals.wrappingAdd(1, ordering: .relaxed).newValue }

    /// Under the shards of its keys.
    func add(_ waiter: KeyWaiter) {
        for key in waiter.keys {
            let hash = key.hash.rawValue
            stripes[stripe(hash)].withLock { $0[hash, default: []].append(Entry(waiter: waiter, key: key)) }
            if waiter.operation.mindsLoss { losses.add(key.hash) }
        }
    }

    /// The end of what `begin` began.
    func remove(_ waiter: KeyWaiter) {
        for key in waiter.keys {
            let hash = key.hash.rawValue
            if waiter.operation.mindsLoss { losses.remove(key.hash) }
            stripes[stripe(hash)].withLock { stripe in
                guard let index = stripe.index(forKey: hash) else { return }
                stripe.values[index].removeAll { $0.waiter === waiter }
                if stripe.values[index].isEmpty { stripe.remove(at: index) }
            }
        }
        following.end()
    }

    /// Whether somebody waits for `key` to hold something of a kind. Under its shard.
    func isWaitedFor(_ key: Key, _ kind: ValueKind) -> Bool {
        guard following.isNeeded else { return false }
        let hash = key.hash.rawValue
        let bytes = key.bytes
        let database = key.database
        return stripes[stripe(hash)].withLock { stripe in
            stripe[hash]?.contains { $0.isFor(bytes, database, kind) && $0.waiter.isParked } ?? false
        }
    }

    /// Who has waited longest of those that came after `last`.
    /// - Parameter seen: what is known of the key, if it was looked at.
    private func nextWaiter(for key: WatchedKey, _ seen: SeenKey?, after last: UInt64) -> KeyWaiter? {
        let hash = key.hash.rawValue
        return stripes[stripe(hash)].withLock { stripe in
            guard let entries = stripe[hash] else { return nil }
            // Thousands may read one stream, and be served one after the other: nobody goes through those before again.
            var low = 0
            var high = entries.count
            while low < high {
                let middle = (low + high) / 2
                if entries[middle].waiter.arrival > last { high = middle } else { low = middle + 1 }
            }
            let next = entries[low...].first { entry in
                let waiter = entry.waiter
                return seen?.mayServe(waiter.operation) ?? true
                    && entry.isFor(key.bytes.span.rawBytes, key.database) && waiter.isParked
            }
            return next?.waiter
        }
    }

    // MARK: Changes

    func keyspaceChanged(_ kind: ChangeKind, database: DatabaseIndex, item: borrowing ItemView) {
        let isThere = kind == .stored
        let kind = item.kind
        if losses.isNeeded && !(isThere && kind == .stream) { lose(item, database) }
        guard isThere else { return }
        switch kind {
        case .list, .sortedSet, .stream: break
        case .string, .set, .hash: return
        }
        let hash = item.keyHash.rawValue
        let bytes = item.key
        let key = stripes[stripe(hash)].withLock { stripe in
            stripe[hash]?.first { $0.isFor(bytes, database, kind) }?.key
        }
        if let key { signal(key) }
    }

    /// Lets those go on who waited for a stream where none is any more, to find out for themselves.
    @inline(never)
    private func lose(_ item: borrowing ItemView, _ database: DatabaseIndex) {
        let hash = item.keyHash
        guard losses.mayHave(hash) else { return }
        let bytes = item.key
        let waiters = stripes[stripe(hash.rawValue)].withLock { stripe in
            stripe[hash.rawValue, default: []].filter { $0.waiter.operation.mindsLoss && $0.isFor(bytes, database) }
        }
        for entry in waiters { _ = entry.waiter.client.wake(.ready, entry.waiter.ticket) }
    }

    private func lose(where isLost: (DatabaseIndex) -> Bool) {
        guard losses.isNeeded else { return }
        for index in 0..<stripes.count {
            let waiters = stripes[index].withLock { stripe in
                stripe.values.joined().filter { $0.waiter.operation.mindsLoss && isLost($0.key.database) }
            }
            for entry in waiters { _ = entry.waiter.client.wake(.ready, entry.waiter.ticket) }
        }
    }

    func keyspaceFlushed(database: DatabaseIndex?) { lose { database == nil || $0 == database } }

    func databasesSwapped(_ a: DatabaseIndex, _ b: DatabaseIndex, _ engine: inout EngineHandle) {
        for index in 0..<stripes.count {
            let keys = stripes[index].withLock { stripe in
                stripe.values.joined().map(\.key).filter { $0.database == a || $0.database == b }
            }
            for key in keys { signal(key) }
        }
        lose { $0 == a || $0 == b }
    }

    /// Has the clients served that wait for `key`, by who next calls `serveReady`.
    func signal(_ key: WatchedKey) {
        ready.withLock { ready in
            if ready.contains(where: { $0.database == key.database && $0.bytes == key.bytes }) { return }
            ready.append(key)
            readyCount.wrappingAdd(1, ordering: .releasing)
        }
    }

    // MARK: Serving

    @inline(__always)
    var hasReady: Bool { readyCount.load(ordering: .acquiring) != 0 }

    /// Serves who waits for keys that changed, as far as these have something. What somebody else is serving is waited
    /// for. Not while holding shards.
    @inline(never)
    func serveReady(_ engine: inout EngineHandle) {
        serving.withLock { _ in
            // What is moved to another key makes that ready in turn.
            while let key = ready.withLock({ $0.isEmpty ? nil : $0.removeFirst() }) {
                serve(key, &engine)
                readyCount.wrappingSubtract(1, ordering: .releasing)
            }
        }
    }

    private func serve(_ key: WatchedKey, _ engine: inout EngineHandle) {
        let bytes = key.bytes
        var last: UInt64 = 0
        var seen: SeenKey?
        // What it did before serving others is told already.
        let reason = engine.reason
        defer { reason.code = 0 }
        while let waiter = nextWaiter(for: key, seen, after: last) {
            reason.occasion = .quiet
            var shards = ShardSet()
            engine.insert(key.hash, into: &shards)
            if let target = waiter.target { engine.insert(target.hash, into: &shards) }
            for other in waiter.operation.sectionKeys { engine.insert(other.hash, into: &shards) }
            var reply: OutputBuffer?
            let isThere = engine.section(shards) { engine in
                let place = Key(bytes.span.rawBytes, hash: key.hash, in: key.database)
                guard let kind = engine.kind(of: place) else { return false }
                if seen == nil || !seen!.isOf(kind) { seen = SeenKey(kind) }
                guard kind == waiter.operation.kind else { return true }
                last = waiter.arrival
                guard waiter.operation.isReady(&engine) else {
                    seen!.noteIdle(waiter.operation)
                    return true
                }
                // One that has just gone, or whose time was up, is passed over.
                guard waiter.client.parking.claim(waiter.ticket) else { return true }
                var written = OutputBuffer(capacity: 256)
                waiter.perform(place, &engine, &written)
                reply = consume written
                return true
            }
            // After the section: only then is the change in the journal.
            if let reply { waiter.client.deliver(reply.span, waiter.ticket, heldUntil: engine.journalPlace) }
            if !isThere { return }
        }
    }

    // MARK: For tests

    var isFollowing: Bool { following.isActive }

    var isEmpty: Bool {
        for index in 0..<stripes.count where stripes[index].withLock({ !$0.isEmpty }) { return false }
        return !following.isNeeded && !hasReady
    }
}

/// Which keys' loss somebody minds, so that a change to any other key costs a hash and a look.
private final class LossFilter: Sendable {
    private let counts = InlineArray<256, Atomic<Int32>> { _ in Atomic(0) }
    private let total = Atomic<Int>(0)

    private func place(_ hash: KeyHash) -> Int { Int(truncatingIfNeeded: hash.rawValue & 255) }

    var isNeeded: Bool { total.load(ordering: .relaxed) != 0 }

    /// Under the key's shard, where its changes are told.
    func add(_ hash: KeyHash) {
        counts[place(hash)].wrappingAdd(1, ordering: .relaxed)
        total.wrappingAdd(1, ordering: .relaxed)
    }

    func remove(_ hash: KeyHash) {
        counts[place(hash)].wrappingSubtract(1, ordering: .relaxed)
        total.wrappingSubtract(1, ordering: .relaxed)
    }

    func mayHave(_ hash: KeyHash) -> Bool { counts[place(hash)].load(ordering: .relaxed) != 0 }
}
