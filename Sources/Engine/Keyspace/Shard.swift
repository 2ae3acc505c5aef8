// A shard: one slice of the keyspace with all that one lock guards.

import Base

/// Everything of one slice of the keyspace, for all databases. Lives in memory of its own; touched only under its lock,
/// which lies beside it (see `ShardReference`).
@safe
struct Shard {
    let index: Int
    /// The bit of `Item.Fields` that whatever is written has now: `.epoch` or nothing. It changes with each snapshot;
    /// an item that has another one is the snapshot's still.
    var epoch: Item.Fields = []
    var arena: Arena
    /// One table a database.
    let tables: UnsafeMutablePointer<HashTable>
    let databaseCount: Int
    /// Tables of databases that were flushed, whose items the background has yet to free.
    var graveyard: [HashTable] = []
    /// Tables of which the items are gone already, and only the index is to be freed.
    var emptied: [HashTable] = []
    /// How far the last of `graveyard` is freed; nil when only its index is left.
    var buryPosition: UInt64? = 0
    var evictionPool = EvictionPool()
    /// Bytes of large values, outside the arena.
    var sharedSize = 0
    var sharedCount = 0
    /// Bytes and number of large collections that items own.
    var structureSize = 0
    var structureCount = 0
    /// The first of those whose item is gone and whose memory is being freed.
    var retired: Structure?
    var histogram: SizeHistogram
    private var lastCAS: UInt64 = 0
    var walk = WalkState()
    /// The first database of which the snapshot's walk may have to visit the table.
    var unwalkedDatabase = 0
    var random: SplitMix64

    /// Where verbs note the steps of a change; nil while nobody wants them.
    private(set) var steps: UnsafeMutablePointer<OutputBuffer>?

    /// Whether there is somebody who wants steps.
    var takesSteps: Bool {
        get { unsafe steps != nil }
        set {
            if newValue == takesSteps { return }
            if let old = unsafe steps {
                unsafe old.deinitialize(count: 1)
                unsafe old.deallocate()
                unsafe steps = nil
            } else {
                let new = UnsafeMutablePointer<OutputBuffer>.allocate(capacity: 1)
                unsafe new.initialize(to: OutputBuffer(capacity: 512))
                unsafe steps = new
            }
        }
    }

    init(index: Int, arena: Arena, databaseCount: Int, shardBits: Int, seed: UInt64) {
        self.index = index
        self.arena = arena
        histogram = SizeHistogram(slotSizeMax: arena.sizeClasses.slotSizeMax)
        self.databaseCount = databaseCount
        unsafe tables = .allocate(capacity: databaseCount)
        unsafe tables.initialize(repeating: HashTable(shardBits: shardBits), count: databaseCount)
        random = SplitMix64(seed: seed)
    }

    var itemCount: Int {
        var total = 0
        for database in 0..<databaseCount { total += unsafe tables[database].itemCount }
        return total
    }

    /// A CAS number that no item had before: shards take turns, so no counter is shared.
    @inline(__always)
    mutating func nextCAS() -> UInt64 {
        lastCAS &+= 1
        return lastCAS &<< 6 | UInt64(truncatingIfNeeded: index)
    }

    /// At least the last CAS number that was drawn here.
    var highestCAS: UInt64 { lastCAS &<< 6 | 63 }

    /// Has later CAS numbers be above `number`.
    mutating func raiseCAS(above number: UInt64) {
        lastCAS = max(lastCAS, min(number, Self.raisedCASMax) >> 6)
    }

    /// Numbers above are clients' own choice, and to go on from there could end the numbers.
    private static let raisedCASMax: UInt64 = 1 << 62
}

/// Where the background walk of a shard stands.
struct WalkState {
    var database = 0
    var position: UInt64 = 0
}

/// A shard in memory: its lock on a cache line of its own, then the shard.
@safe
struct ShardReference {
    static let bodyOffset = 64
    let base: UnsafeMutableRawPointer

    static func make(_ shard: Shard) -> ShardReference {
        let size = bodyOffset + MemoryLayout<Shard>.stride
        let base = UnsafeMutableRawPointer.allocate(byteCount: (size + 127) / 128 * 128, alignment: 128)
        unsafe base.initializeMemory(as: SpinLock.self, to: SpinLock())
        unsafe (base + bodyOffset).initializeMemory(as: Shard.self, to: shard)
        return unsafe ShardReference(base: base)
    }

    @inline(__always) var lock: UnsafeMutablePointer<SpinLock> { unsafe base.assumingMemoryBound(to: SpinLock.self) }
    @inline(__always) var body: UnsafeMutablePointer<Shard> {
        unsafe (base + Self.bodyOffset).assumingMemoryBound(to: Shard.self)
    }

    func destroy() {
        let shard = unsafe body
        unsafe shard.pointee.takesSteps = false
        for database in 0..<(unsafe shard.pointee.databaseCount) { unsafe shard.pointee.tables[database].destroy() }
        for index in unsafe shard.pointee.graveyard.indices { unsafe shard.pointee.graveyard[index].destroy() }
        for index in unsafe shard.pointee.emptied.indices { unsafe shard.pointee.emptied[index].destroy() }
        unsafe shard.pointee.tables.deallocate()
        unsafe shard.pointee.arena.destroy()
        unsafe shard.pointee.histogram.turnOff()
        unsafe shard.deinitialize(count: 1)
        unsafe base.deallocate()
    }
}
