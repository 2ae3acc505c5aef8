// Client tracking of one front-end: who has copies of what, and who is told when that changed, whichever door the
// change came through. Source: Redis tracking.c.
//
// Why no invalidation is lost. A reading command is served in this order, all of it by the client's worker:
//
//     1  the client registers as a holder of the command's keys           under the stripe of each key
//     2  the command reads, and its reply goes into the client's output   under the shard of each key
//     3  the worker looks into its inbox, and what is there goes behind the reply
//
// Whoever changes a key does so under its shard, and there, behind the change, takes the holders out of the table and
// posts to their workers. A change before 2 is part of what is read. One after 2 finds the registration: it was made
// before 2, and the shard's lock lies between. If somebody took it out between 1 and 2, for a change, a flush or
// because the table is full, he posts after he took it out, so that it gets to the client's worker after 1; and that
// looks only in 3, or later: the client is told behind the value, which it drops again, though it may have been the
// new one. So it is either still registered or is told after the value. The same holds of commands in a transaction or
// a script, whose replies as a whole come before 3.
// A client that is told by way of another connection marks the key as on its way before it asks, as Redis'
// documentation has it: since it is told of nothing from before 1, what it is told after it asked takes the mark or the
// value away.

import Base
import Engine
import Synchronization
import Transport

final class Tracking: ChangeListener {
    let table: TrackingTable
    let prefixes = BroadcastPrefixes()
    private let engine: Engine
    private let following: Following
    private let inboxes = Spinning<[InvalidationInbox]>([])
    private let onCount = Atomic<Int>(0)
    private let noLoopCount = Atomic<Int>(0)
    private let keysMax: Atomic<Int>

    /// What may change a value, or whether there is one; marks of the other protocol do not.
    private static let heard = ChangeKinds(.stored).union(ChangeKinds(.expirySet)).union(ChangeKinds(.deleted))
        .union(ChangeKinds(.expired)).union(.evicted).union(.databases)

    init(_ engine: Engine, keysMax: Int) {
        self.engine = engine
        self.keysMax = Atomic(keysMax)
        table = TrackingTable(engine)
        following = Following(engine, Self.heard)
    }

    /// Keys that the table may have; 0 is no limit. Source: redis.conf `tracking-table-max-keys`.
    func limit(keys: Int) { keysMax.store(keys, ordering: .relaxed) }

    /// An inbox for a worker's clients.
    func makeInbox(_ worker: Worker?, _ limits: OutputLimiter) -> InvalidationInbox {
        inboxes.withLock { inboxes in
            let inbox = InvalidationInbox(worker, self, place: inboxes.count, limits)
            inboxes.append(inbox)
            return inbox
        }
    }

    // MARK: Clients

    /// Whose tracking is on. Source: Redis INFO tracking_clients.
    var clientCount: Int { onCount.load(ordering: .relaxed) }

    /// Follows changes from now on, until `unfollow`. Not while holding shards.
    func follow() { following.begin(self) }
    func unfollow() { following.end() }

    /// A client turns tracking on. If it holds shards, somebody else follows already.
    func begin(_ client: TrackedClient, holdsShards: Bool) {
        if holdsShards { following.join() } else { following.begin(self) }
        onCount.wrappingAdd(1, ordering: .relaxed)
        client.inbox.clients[client.id] = client
    }

    func end(_ client: TrackedClient) {
        client.inbox.clients[client.id] = nil
        onCount.wrappingSubtract(1, ordering: .relaxed)
        following.end()
    }

    /// A client wants to hear nothing of its own changes any more, or does from now on.
    func noteNoLoop(_ change: Int) { noLoopCount.wrappingAdd(change, ordering: .relaxed) }

    // MARK: Changes

    /// The tracked client that this thread is serving.
    private var servingHere: TrackedClient? {
        let inboxes = inboxes.withLock { $0 }
        return inboxes.first { $0.isServingHere }?.serving
    }

    /// Who changes a key on this thread and wants to hear nothing of it; 0 if there is none. With prefixes a script's
    /// changes are not its client's own, as in Redis.
    private var silentWriter: UInt64 {
        guard noLoopCount.load(ordering: .relaxed) > 0, let writer = servingHere else { return 0 }
        return writer.options.contains(.noLoop) && writer.session?.scripts.run == nil ? writer.id : 0
    }

    func keyspaceChanged(_ kind: ChangeKind, database: DatabaseIndex, item: borrowing ItemView) {
        let isAskedFor = kind != .expired && kind != .evicted
        if prefixes.count != 0 {
            prefixes.note(item.key, by: isAskedFor ? silentWriter : 0)
        }
        if table.keyCount == 0 { return }
        let hash = item.keyHash.rawValue
        guard table.mayKnow(hash) else { return }
        let serving = servingHere
        // A key that runs out as it is read, or the noted count of a HyperLogLog: the reply to come is right. The
        // client held no copy, so that there is nothing to tell.
        let isOwnRead = kind == .expired || kind == .stored ? serving?.fresh.contains(hash) == true : false
        guard let taken = table.take(item.key, hash, keeping: isOwnRead ? serving : nil) else { return }
        let isOwnChange = isAskedFor && serving?.options.contains(.noLoop) == true
        post(taken, except: isOwnRead || isOwnChange ? serving!.id : 0)
    }

    private func post(_ taken: TrackingTable.Taken, except: UInt64 = 0) {
        let inboxes = inboxes.withLock { $0 }
        for inbox in inboxes where taken.holders.workers & inbox.mask != 0 {
            inbox.post(.key(taken.key, taken.holders, except: except))
        }
    }

    /// Holders are taken out before anybody is told: see above.
    func keyspaceFlushed(database: DatabaseIndex?) {
        table.removeAll()
        let inboxes = inboxes.withLock { $0 }
        for inbox in inboxes { inbox.post(.everything) }
    }

    /// Redis tells nobody; but any key may have another value now.
    func databasesSwapped(_ a: DatabaseIndex, _ b: DatabaseIndex, _ engine: inout EngineHandle) {
        keyspaceFlushed(database: nil)
    }

    // MARK: The table

    /// `client` is about to read `key`.
    /// - Returns: whether it was not known to hold it.
    func remember(_ key: RawSpan, _ hash: KeyHash, for client: TrackedClient) -> Bool {
        let (isNew, displaced) = table.remember(key, hash.rawValue, for: client)
        if let displaced { post(displaced) }
        return isNew
    }

    var isTableFull: Bool {
        let max = keysMax.load(ordering: .relaxed)
        return max > 0 && table.keyCount > max
    }

    /// Forgets keys, drawn by lot, until there are not too many, but not more than so many at a time.
    /// Source: Redis trackingLimitUsedSlots.
    @inline(never)
    func shrinkTable() {
        var left = RESPLimits.trackedKeysDropped
        while isTableFull && left > 0, let taken = table.takeAny() {
            post(taken)
            left -= 1
        }
    }

    /// Frees what was thrown away, keeps the table at its bounds, and stops following when nobody needs it. About ten
    /// times a second, not while holding shards.
    func tick() {
        following.tick(self)
        if !following.isNeeded && table.keyCount > 0 {
            // Nobody is there to be told, or somebody has just come, and is told of too much.
            keyspaceFlushed(database: nil)
        }
        table.discard()
        shrinkTable()
        // Else a table of keys that are not there could leave no room for any that are.
        let limit = engine.memoryLimit
        var left = RESPLimits.trackedKeysDropped
        while limit > 0 && table.size > limit / 2 && left > 0, let taken = table.takeAny() {
            post(taken)
            left -= 1
        }
    }

    // MARK: For tests

    var isFollowing: Bool { following.isActive }
}
