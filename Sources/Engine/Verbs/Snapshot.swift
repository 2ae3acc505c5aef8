// Snapshots: every item as it was at one moment, while everybody goes on.
//
// The moment gives each shard another epoch. Whoever is about to change, replace or end an item of the old epoch hands it
// over first (`preserve`), and what is written is of the present one. A walk hands over the rest.

import Base
import Synchronization

/// Who is handed the items of a snapshot.
public protocol SnapshotSink: AnyObject, Sendable {
    /// An item as it was at the snapshot's moment, also one whose time has run out (`ItemView.isExpired`). Each comes once,
    /// in no order.
    /// - Parameter database: the number that its database had at that moment.
    /// Called mostly under a shard's lock, by any thread, by several at once: copy what you need, never block, never call
    /// the engine. A large value may be retained instead (`ItemView.shared`).
    func append(_ item: borrowing ItemView, in database: DatabaseIndex)

    /// While `Engine.writersWait` says so, called by each thread that has handed items over, before its next request: no
    /// shard is held. May block for some milliseconds.
    func waitForRoom()
}

public enum SnapshotStep: Sendable {
    /// There is more to walk.
    case more
    /// Everything was handed over. Nothing is under way any more.
    case complete
    /// The same, but the snapshot was abandoned.
    case abandoned
}

/// What the handles share of a running snapshot, beside its sink.
struct SnapshotState {
    var isUnderWay = false
    var isAbandoned = false
    /// Shards that hold nothing old any more. The walk's own.
    var walked = ShardSet()
    /// The walk's own.
    var nextShard = 0
    /// Which one it is of this engine's; 0 before the first.
    var number: UInt32 = 0

    /// The state between this one and the next.
    var ended: SnapshotState {
        var state = SnapshotState()
        state.number = number
        return state
    }
}

/// An item with a large collection that the walk hands over without its shard's lock: the item may move or take another
/// shape meanwhile, the collection may not change.
@safe
private struct LargeItem: ~Copyable {
    let structure: Structure
    let database: DatabaseIndex
    /// A copy.
    let item: Item
    private let memory: UnsafeMutableRawPointer

    init(_ original: Item, _ structure: Structure, in database: DatabaseIndex) {
        self.structure = structure
        self.database = database
        let size = original.size
        unsafe memory = .allocate(byteCount: size, alignment: 16)
        // SAFETY: an item is so many bytes, whatever they lead to is its collection's and its long key's, both kept.
        unsafe memory.copyMemory(from: original.address, byteCount: size)
        item = unsafe Item(Address(memory))
    }

    deinit { unsafe memory.deallocate() }
}

extension Engine {
    /// Whether the running snapshot's sink has so much that writers are to wait for it, between their requests.
    public var writersWait: Bool {
        get { unsafe statePlace.pointee.writersWait.load(ordering: .relaxed) }
        set { unsafe statePlace.pointee.writersWait.store(newValue, ordering: .relaxed) }
    }
}

extension EngineHandle {
    /// Begins a snapshot at one moment between two mutations of everybody. Whoever begins it must have it walked to its
    /// end, by one thread at a time. Not inside a section, unless it holds all shards.
    /// - Parameter atMoment: runs in that moment, once, all shards held.
    /// - Returns: false, and nothing happened, if one is under way already: also one that was abandoned.
    public mutating func beginSnapshot(
        to sink: any SnapshotSink, atMoment: (inout EngineHandle) -> Void = { _ in }
    ) -> Bool {
        section(.all) { handle in
            guard unsafe !handle.state.pointee.snapshot.isUnderWay else { return false }
            unsafe handle.state.pointee.snapshotSink = sink
            unsafe handle.state.pointee.snapshot.isUnderWay = true
            unsafe handle.state.pointee.snapshot.number &+= 1
            for index in 0..<handle.shardCount { unsafe handle.shard(at: index).body.pointee.beginEpoch() }
            atMoment(&handle)
            return true
        }
    }

    /// Walks on for about `count` items, holding one shard after the other for some ten microseconds at a time, what the
    /// sink does not counted. Only while a snapshot is under way; not inside a section, unless it holds all shards.
    /// - Complexity: about 65 ns an item.
    public mutating func continueSnapshot(count: Int) -> SnapshotStep {
        precondition(unsafe state.pointee.snapshot.isUnderWay, "no snapshot to go on with")
        var left = count
        while left > 0 {
            guard let index = nextUnwalkedShard() else { return endSnapshot() }
            var seen: Int?
            var large: LargeItem?
            let isHeld = unsafe lockedIfSafe(at: index) { handle, shard in
                seen = unsafe handle.walkOn(shard, left, &large)
            }
            precondition(isHeld, "a walk inside a section of some shards")
            if let large = large.take() { handOver(large) }
            if let seen { left -= max(1, seen) } else { unsafe state.pointee.snapshot.walked.insert(index) }
        }
        return .more
    }

    /// Hands nothing over any more, from the moment this returns. The walk must be walked to its end all the same. Does
    /// nothing if no snapshot is under way. Not inside a section, unless it holds all shards.
    public mutating func abandonSnapshot() {
        // Let go of it outside the locks: it may do something at its end.
        _ = section(.all) { handle in
            unsafe handle.state.pointee.snapshot.isAbandoned = handle.state.pointee.snapshot.isUnderWay
            return handle.takeSink()
        }
    }

    /// In a section of all.
    private func takeSink() -> (any SnapshotSink)? {
        let sink = unsafe state.pointee.snapshotSink
        unsafe state.pointee.snapshotSink = nil
        return sink
    }

    private mutating func endSnapshot() -> SnapshotStep {
        var isAbandoned = false
        _ = section(.all) { handle in
            isAbandoned = unsafe handle.state.pointee.snapshot.isAbandoned
            unsafe handle.state.pointee.snapshot = handle.state.pointee.snapshot.ended
            return handle.takeSink()
        }
        return isAbandoned ? .abandoned : .complete
    }

    /// The next shard in turn: whoever waits for one has it to himself for a round.
    private func nextUnwalkedShard() -> Int? {
        let walked = unsafe state.pointee.snapshot.walked
        for _ in 0..<shardCount {
            let index = unsafe state.pointee.snapshot.nextShard
            unsafe state.pointee.snapshot.nextShard = (index + 1) & (shardCount - 1)
            if !walked.contains(index) { return index }
        }
        return nil
    }

    /// - Parameter large: gets an item that is to be handed over without the lock, after which the walk comes here again.
    /// - Returns: how many items were looked at, about `countMax` at most; nil if nothing in the shard is old.
    private func walkOn(
        _ shard: UnsafeMutablePointer<Shard>, _ countMax: Int, _ large: inout LargeItem?
    ) -> Int? {
        var items = WalkedItems()
        guard let table = unsafe shard.pointee.walk(countMax, into: &items) else { return nil }
        let epoch = unsafe shard.pointee.epoch
        for index in 0..<items.count where items[index].isOfOther(epoch) {
            let item = items[index]
            if let structure = item.structure, held == 0, unsafe structure.size > state.pointee.lockedWalkSizeMax,
                unsafe !structure.isWalked(state.pointee.snapshot.number), unsafe shard.pointee.walkAgain(table)
            {
                structure.beginWalk(unsafe state.pointee.snapshot.number)
                large = LargeItem(item, structure, in: DatabaseIndex(Int(table.origin)))
                return index + 1
            }
            unsafe state.pointee.handOver(item, in: table, view(item))
        }
        return items.count
    }

    /// Hands over what nobody changes meanwhile.
    private func handOver(_ large: consuming LargeItem) {
        unsafe state.pointee.snapshotSink?.append(view(large.item), in: large.database)
        large.structure.endWalk(unsafe state.pointee.snapshot.number)
    }

    // MARK: Before a change

    /// Hands an item to the snapshot if it is of the old epoch. Everything that changes, replaces or ends an item calls it
    /// first; it leaves the item where it is, but may have its large value retained.
    @inline(__always)
    func preserve(_ item: Item, _ database: DatabaseIndex, _ shard: UnsafeMutablePointer<Shard>) {
        if item.isOfOther(unsafe shard.pointee.epoch) { unsafe handOver(item, database, shard) }
    }

    @inline(never)
    private func handOver(_ item: Item, _ database: DatabaseIndex, _ shard: UnsafeMutablePointer<Shard>) {
        counters.add(.handedOver)
        unsafe state.pointee.handOver(item, in: table(shard, database).pointee, view(item))
    }

    // MARK: Waiting

    /// Has whoever hands items over faster than the sink takes them wait where nobody waits for him.
    @inline(never)
    mutating func waitForSnapshot() {
        let count = counters.value(.handedOver)
        guard unsafe held == 0 && count != journalMark.pointee.handedOverBefore else { return }
        unsafe journalMark.pointee.handedOverBefore = count
        var sink: (any SnapshotSink)?
        _ = unsafe lockedIfSafe(at: 0) { handle, _ in sink = unsafe handle.state.pointee.snapshotSink }
        sink?.waitForRoom()
    }

    // MARK: CAS numbers

    /// Has all CAS numbers that are drawn from now on be above `number`, one that an item had before a restart. Not inside
    /// a section, unless it holds all shards.
    public mutating func raiseCAS(above number: UInt64) {
        eachShard(()) { _, shard in shard.raiseCAS(above: number) }
    }

    /// Makes room in the index of a database that never held anything, for items that will come; for no more than the
    /// memory limit has room for. Not inside a section, unless it holds all shards.
    /// - Parameter count: may be wrong, see `HashTable.reserve`.
    public mutating func reserveIndex(for count: Int, in database: DatabaseIndex) {
        let room = unsafe state.pointee.pool.pointee.budget.room
        let count = min(count, room / (HashTable.bytesPerItem + Item.headerSize))
        let share = count / shardCount
        let growth = eachShard(0) { growth, shard in
            growth += unsafe shard.tables[Int(database.rawValue)].reserve(share)
        }
        unsafe state.pointee.pool.pointee.budget.adjust(by: growth)
    }

    /// At least the highest CAS number that was ever drawn. In a section only shards are asked that it holds or that
    /// nobody does.
    public mutating func highestCAS() -> UInt64 {
        eachShard(0) { highest, shard in highest = max(highest, shard.highestCAS) }
    }
}
