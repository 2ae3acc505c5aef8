// Who watches which key: told of every change by the engine, whichever door it came through.

import Base
import Engine
import Synchronization

/// A key as its watcher remembers it.
struct WatchedKey: Sendable {
    let bytes: [UInt8]
    let hash: KeyHash
    let database: DatabaseIndex

    /// Bytes held by its client and by the registry.
    var size: Int { bytes.count &+ 2 &* MemoryLayout<WatchedKey>.stride }
}

/// The keys that clients of one front-end watch. Marks the `ClientRecord` of a client whose key changed.
///
/// A change is told under its key's shard, and a key is added and checked under the same lock: nothing falls in
/// between.
/// Lock order: shards; then a stripe.
final class WatchedKeys: ChangeListener {
    private struct Watcher: Sendable {
        let client: ClientRecord
        let key: WatchedKey
        /// Whether there was an item when it was watched. Until the watcher is marked, that is still so.
        let existed: Bool
    }

    /// By key hash.
    private typealias Stripe = [UInt64: [Watcher]]

    private let following: Following
    private let stripes = InlineArray<16, Mutex<Stripe>> { _ in Mutex([:]) }
    /// How many watched keys fall on each place, so that a change to any other key costs a hash and a look.
    /// Changed and read under the key's shard, or taken back, which may be seen late.
    private let filter = InlineArray<4096, Atomic<Int32>> { _ in Atomic(0) }

    init(_ engine: Engine) { following = Following(engine, .all) }

    // MARK: Following

    /// A client begins to watch. Not while holding shards.
    func begin() { following.begin(self) }

    /// A client has given up all its keys.
    func end() { following.end() }

    func tick() { following.tick(self) }

    // MARK: Keys

    private func place(_ hash: UInt64) -> Int { Int(truncatingIfNeeded: hash & 4095) }
    private func stripe(_ hash: UInt64) -> Int { Int(truncatingIfNeeded: hash &>> 12 & 15) }

    /// Has `client` marked when `key` changes. Under the key's shard.
    /// - Returns: false if it watches the key already.
    func add(_ key: WatchedKey, existed: Bool, for client: ClientRecord) -> Bool {
        let hash = key.hash.rawValue
        return stripes[stripe(hash)].withLock { stripe in
            let isWatched = stripe[hash]?.contains {
                $0.client === client && $0.key.database == key.database && $0.key.bytes == key.bytes
            }
            if isWatched == true { return false }
            stripe[hash, default: []].append(Watcher(client: client, key: key, existed: existed))
            filter[place(hash)].wrappingAdd(1, ordering: .relaxed)
            return true
        }
    }

    /// Takes `key` back; no harm if the client was marked because of it, and so is gone from here.
    func remove(_ key: WatchedKey, for client: ClientRecord) {
        removeWatchers(key.hash.rawValue) { watcher in
            watcher.client === client && watcher.key.database == key.database
                && watcher.key.bytes == key.bytes
        }
    }

    /// Drops the watchers of keys with this hash that `body` accepts.
    private func removeWatchers(_ hash: UInt64, where body: (Watcher) -> Bool) {
        stripes[stripe(hash)].withLock { stripe in
            guard let index = stripe.index(forKey: hash) else { return }
            let before = stripe.values[index].count
            stripe.values[index].removeAll(where: body)
            let left = stripe.values[index].count
            if left == 0 { stripe.remove(at: index) }
            filter[place(hash)].wrappingSubtract(Int32(before - left), ordering: .relaxed)
        }
    }

    // MARK: Changes

    func keyspaceChanged(_ kind: ChangeKind, database: DatabaseIndex, item: borrowing ItemView) {
        let hash = item.keyHash.rawValue
        if filter[place(hash)].load(ordering: .relaxed) == 0 { return }
        let key = item.key
        removeWatchers(hash) { watcher in
            guard watcher.key.database == database && key.equals(watcher.key.bytes.span.rawBytes) else { return false }
            // What had run out before it was watched was as good as gone. Source: Redis 7 touchWatchedKey.
            if kind == .expired && !watcher.existed { return false }
            watcher.client.isWatchBroken.store(true, ordering: .relaxed)
            return true
        }
    }

    func keyspaceFlushed(database: DatabaseIndex?) {
        eachWatcher { watcher in watcher.existed && (database == nil || watcher.key.database == database) }
    }

    /// A key is another's now if there was or is an item, unless that is one whose time has run out.
    func databasesSwapped(_ a: DatabaseIndex, _ b: DatabaseIndex, _ engine: inout EngineHandle) {
        eachWatcher { watcher in
            let database = watcher.key.database
            guard database == a || database == b else { return false }
            if watcher.existed { return true }
            var exists = false
            engine.peek(Key(watcher.key.bytes.span.rawBytes, hash: watcher.key.hash, in: database)) { item in
                exists = !item.isExpired
            }
            return exists
        }
    }

    /// Marks the clients of the watchers that `body` accepts. Their keys stay until they take them back.
    private func eachWatcher(_ body: (Watcher) -> Bool) {
        for index in 0..<stripes.count {
            stripes[index].withLock { stripe in
                for watchers in stripe.values {
                    for watcher in watchers where body(watcher) {
                        watcher.client.isWatchBroken.store(true, ordering: .relaxed)
                    }
                }
            }
        }
    }

    // MARK: For tests

    var isFollowing: Bool { following.isActive }

    /// Whether nobody watches anything, and the filter knows it.
    var isEmpty: Bool {
        for index in 0..<stripes.count where stripes[index].withLock({ !$0.isEmpty }) { return false }
        for index in 0..<filter.count where filter[index].load(ordering: .relaxed) != 0 { return false }
        return !following.isNeeded
    }
}
