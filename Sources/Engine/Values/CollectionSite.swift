// Where a collection under a verb lies: its item, and how that grows, shrinks, takes a structure or goes.

import Base

/// A collection's place in the keyspace while a verb works on it, under its shard's lock. Only the engine sees inside.
///
/// The compact form is the item's value: a header of four bytes, then the elements, packed.
///
///     | encoding: 1 | unused: 1 | count: 2 | element | element | ...
@safe
public struct CollectionSite {
    static let headerSize = 4
    /// What a compact value may grow to before it becomes a structure: searching is by looking at all of it.
    static let compactSizeMax = 2048
    static let compactCountMax = 256

    // All four outlive the verb that made the site; the key's bytes are the request's.
    let handle: UnsafeMutablePointer<EngineHandle>
    let shard: UnsafeMutablePointer<Shard>
    private let keyBytes: UnsafeRawBufferPointer
    private let hash: KeyHash
    let database: DatabaseIndex
    let kind: ValueKind
    /// nil while there is no such item.
    private(set) var position: SlotPosition?
    /// The compact value, header included; nil if there is none.
    private(set) var value: Address?
    private(set) var size = 0
    var isChanged = false
    /// What the accounts say of the structure's size.
    private var countedSize = 0
    /// Where steps are noted; nil if nobody wants to hear of them.
    let notes: StepNotes?
    /// What is noted does not tell all: the whole value is to be told.
    private var isWhole = false
    /// Of a draft, which has no item: the place of its compact value, `compactSizeMax` bytes.
    private let draft: Address?
    /// Of a draft, or of an item that is only shown.
    private var draftStructure: Structure?

    init(
        _ handle: UnsafeMutablePointer<EngineHandle>, _ shard: UnsafeMutablePointer<Shard>, _ key: Key,
        _ kind: ValueKind, _ position: SlotPosition?, notes: StepNotes? = nil
    ) {
        self.notes = notes
        unsafe self.handle = handle
        unsafe self.shard = shard
        unsafe keyBytes = key.bytes.withUnsafeBytes { unsafe $0 }
        hash = key.hash
        database = key.database
        self.kind = kind
        self.position = position
        draft = nil
        reload()
        countedSize = structure?.size ?? 0
    }

    /// A site outside the keyspace. Its shard is never touched, so nothing is locked.
    /// - Parameter draft: `compactSizeMax` bytes.
    init(draft: Address, _ handle: UnsafeMutablePointer<EngineHandle>, _ kind: ValueKind) {
        unsafe self.handle = handle
        unsafe shard = handle.pointee.shard(at: 0).body
        unsafe keyBytes = UnsafeRawBufferPointer(start: nil, count: 0)
        hash = KeyHash(rawValue: 0)
        database = .first
        self.kind = kind
        self.draft = draft
        notes = nil
    }

    /// A site for looking alone, wherever the item is shown.
    init(showing item: Item, _ handle: UnsafeMutablePointer<EngineHandle>, _ kind: ValueKind) {
        unsafe self.handle = handle
        unsafe shard = handle.pointee.shard(at: 0).body
        unsafe keyBytes = UnsafeRawBufferPointer(start: nil, count: 0)
        hash = KeyHash(rawValue: 0)
        database = .first
        self.kind = kind
        notes = nil
        draft = nil
        draftStructure = item.structure
        if draftStructure == nil { show(item) }
    }

    /// The key again. SAFETY: its bytes are the request's, which outlives the verb.
    private var key: Key {
        @_lifetime(immortal) get {
            let span = unsafe _overrideLifetime(RawSpan(_unsafeBytes: keyBytes), copying: ())
            return unsafe _overrideLifetime(Key(span, hash: hash, in: database), copying: ())
        }
    }

    var item: Item? { position?.item }

    var structure: Structure? {
        @inline(__always) get { position == nil ? draftStructure : position?.item.structure }
    }

    private mutating func reload() {
        guard let item = position?.item, !item.fields.contains(.structure) else {
            value = nil
            size = 0
            return
        }
        show(item)
    }

    private mutating func show(_ item: Item) {
        unsafe value = Address(item.address) + item.valueOffset
        size = item.valueSize
    }

    // MARK: The compact form

    /// Elements of the compact value.
    var count: Int {
        @inline(__always) get { value.map { Int($0.load16(2)) } ?? 0 }
        nonmutating set { value?.store16(UInt16(truncatingIfNeeded: newValue), 2) }
    }

    var encoding: CollectionEncoding {
        @inline(__always) get {
            if let structure { return unsafe structure.header.pointee.encoding }
            return value.flatMap { CollectionEncoding(rawValue: $0.load8(0)) } ?? .packed
        }
        nonmutating set {
            if let structure { unsafe structure.header.pointee.encoding = newValue }
            value?.store8(newValue.rawValue, 0)
        }
    }

    /// Where the first element begins, and where the last one ends. Only if there is a compact value.
    var start: Address { @inline(__always) get { value! + Self.headerSize } }
    var end: Address { @inline(__always) get { value! + size } }

    /// Shows each entry of the compact value.
    @inline(__always)
    func forEachEntry(_ visit: (PackedEntry) -> Void) {
        guard value != nil else { return }
        var at = start
        let end = end
        while at != end {
            let entry = Packed.entry(at: at)
            visit(entry)
            at = entry.end
        }
    }

    /// The first entry of the compact value that `isWanted` accepts.
    @inline(__always)
    func firstEntry(where isWanted: (PackedEntry) -> Bool) -> PackedEntry? {
        guard value != nil else { return nil }
        var at = start
        let end = end
        while at != end {
            let entry = Packed.entry(at: at)
            if isWanted(entry) { return entry }
            at = entry.end
        }
        return nil
    }

    /// Where an entry of the compact value is, from `start`.
    func offset(of entry: PackedEntry) -> Int { Int(entry.start.bits - start.bits) }

    /// Bytes of all entries of the compact value.
    var usedSize: Int { max(0, size - Self.headerSize) }

    /// An entry of the compact value, each with the same chance; nil if there is none.
    func randomEntry() -> PackedEntry? {
        guard count > 0 else { return nil }
        var left = unsafe handle.pointee.random.next(below: count)
        var entry = Packed.entry(at: start)
        while left > 0 {
            entry = Packed.entry(at: entry.end)
            left -= 1
        }
        return entry
    }

    /// One of the engine's limits.
    @inline(__always)
    func limit(_ limit: CollectionLimit) -> Int { unsafe handle.pointee.state.pointee.collectionLimits[limit] }

    /// As the engine's.
    var loneElementSize: Int { unsafe handle.pointee.state.pointee.loneElementSizeInForce }

    /// Whether `amount` is above one of the engine's limits.
    @inline(__always)
    func exceeds(_ limit: CollectionLimit, _ amount: Int) -> Bool { amount > self.limit(limit) }

    /// Whether `bytes` more, for one more element, keep the value compact.
    func staysCompact(adding bytes: Int) -> Bool {
        size + bytes <= Self.compactSizeMax && count < Self.compactCountMax
    }

    /// Replaces `removed` bytes at `offset` (from `start`) by room for `inserted` ones, creating the item if there is
    /// none. Goes over the memory limit rather than fail; the item may move.
    /// - Returns: the room, the caller's to fill.
    mutating func splice(at offset: Int, removing removed: Int, inserting inserted: Int) -> Address {
        isChanged = true
        guard let position else { return draft == nil ? create(size: inserted) : spliceDraft(offset, removed, inserted) }
        let at = Self.headerSize + offset
        let newSize = size - removed + inserted
        let item = position.item
        assert(!item.isOfOther(unsafe shard.pointee.epoch), "a change outside of an edit")
        let oldItemSize = item.size
        let newItemSize = oldItemSize - size + newSize
        if unsafe shard.pointee.arena.areSameClass(newItemSize, oldItemSize) {
            let classIndex = unsafe shard.pointee.arena.sizeClasses.classIndex(for: oldItemSize)
            unsafe shard.pointee.recountItem(from: oldItemSize, to: newItemSize, inClass: classIndex)
            let room = value! + at
            if removed != inserted {
                (room + inserted).move(from: room + removed, count: size - at - removed)
            }
            item.valueSize = newSize
            size = newSize
            return room
        }
        move(position, at, removing: removed, inserting: inserted)
        return value! + at
    }

    @inline(never)
    private mutating func move(_ position: SlotPosition, _ at: Int, removing removed: Int, inserting inserted: Int) {
        var shape = ItemShape(keeping: position.item)
        shape.valueSize = size - removed + inserted
        prepare(shape, over: position)
        // Making room may have moved it.
        reload()
        let source = value!
        let rest = size - at - removed
        let accessBefore = position.item.access
        let item = unsafe handle.pointee.place(key, over: position, shape, in: shard, reusesSlot: false) { item in
            let target = unsafe Address(item.address) + item.valueOffset
            target.copy(from: source, count: at)
            (target + at + inserted).copy(from: source + at + removed, count: rest)
        }
        item.access = accessBefore
        reload()
    }

    private mutating func create(size inserted: Int) -> Address {
        var shape = ItemShape()
        shape.kind = kind
        shape.valueSize = Self.headerSize + inserted
        prepare(shape, over: nil)
        let item = unsafe handle.pointee.place(key, over: nil, shape, in: shard) { _ in }
        find(item)
        value!.store32(0, 0)
        return start
    }

    @inline(__always)
    private mutating func spliceDraft(_ offset: Int, _ removed: Int, _ inserted: Int) -> Address {
        if value == nil {
            value = draft
            size = Self.headerSize
            value!.store32(0, 0)
        }
        let newSize = size - removed + inserted
        precondition(newSize <= Self.compactSizeMax, "what does not stay compact becomes a structure first")
        let room = start + offset
        if removed != inserted {
            (room + inserted).move(from: room + removed, count: size - Self.headerSize - offset - removed)
        }
        size = newSize
        return room
    }

    private mutating func prepare(_ shape: ItemShape, over position: SlotPosition?) {
        let need = unsafe handle.pointee.prepare(key, over: position, shape, in: shard, reusesSlot: false)
        assert(need == nil, "collections overshoot")
    }

    private mutating func find(_ item: Item) {
        position = unsafe handle.pointee.table(shard, database).pointee.find(hash, at: item)
        reload()
    }

    // MARK: The large form

    /// Makes `structure` the value, in place of the compact one, which had the same elements, or as a new item.
    mutating func install(_ structure: Structure) {
        if position == nil { isChanged = true }
        if draft != nil {
            draftStructure = structure
            value = nil
            size = 0
            return
        }
        var shape = position.map { ItemShape(keeping: $0.item) } ?? ItemShape()
        shape.kind = kind
        shape.valueSize = 8
        shape.hasStructure = true
        prepare(shape, over: position)
        let item = unsafe handle.pointee.place(key, over: position, shape, in: shard, reusesSlot: false) {
            $0.setStructure(structure)
        }
        find(item)
        countedSize = structure.size
        unsafe shard.pointee.countStructure(size: countedSize)
        unsafe handle.pointee.state.pointee.pool.pointee.budget.adjust(by: countedSize)
    }

    /// Counts what the changes made of the structure's size.
    private func recount() {
        guard let structure else { return }
        let growth = structure.size - countedSize
        guard growth != 0 else { return }
        unsafe shard.pointee.structureSize += growth
        unsafe handle.pointee.state.pointee.pool.pointee.budget.adjust(by: growth)
    }

    /// Ends the item.
    private mutating func remove() {
        guard let position else { return }
        unsafe handle.pointee.end(.deleted, hash, database, position, shard, .emptied)
        self.position = nil
        isChanged = false
        reload()
    }

    /// Has the whole value be told, whatever is noted beside: for a change that no step says.
    mutating func noteWhole() { isWhole = true }

    /// Settles the accounts and tells of the change, if there was one. What is over goes.
    mutating func finish(isOver: Bool) {
        recount()
        guard !isOver, isChanged, let item = position?.item else {
            notes?.forget()
            if isOver { remove() }
            return
        }
        if isWhole { notes?.forget() }
        unsafe handle.pointee.tell(.stored, database, item, shard, notes: notes)
    }
}
