// Who writes changes down, in their order, to have them again after a restart: the append log.

public import Base
import Synchronization

/// Is told of every change, so that doing them again in the order told gives the same keyspace.
///
/// A class to derive from and not a protocol: the engine keeps it unretained, and a call costs no reference counting. All
/// calls come under the lock of the item's shard, or of all shards: copy what you need, never call the engine.
///
/// Each call returns the place behind what it wrote, a number that only rises, if somebody is to wait until that is on
/// the disk; else 0.
open class Journal: @unchecked Sendable {
    // Sendable: deriving classes guard what they hold.
    public init() {}

    /// An item changed or ended.
    /// - Parameter item: as in `ChangeListener.keyspaceChanged`.
    /// - Parameter steps: what was done to the value; empty if it is the whole of it that is new.
    /// - Parameter unit: several changes are one: with the number of the section that they belong to, nothing is written
    ///   before `endUnit`. nil for a change of its own.
    open func itemChanged(
        _ kind: ChangeKind, _ database: DatabaseIndex, _ item: borrowing ItemView, steps: borrowing Steps, unit: Int?
    ) -> UInt64 { 0 }

    /// An item was moved or copied to another key or database, in whose place one may have been.
    open func itemTransferred(
        from source: Key, to target: Key, isMove: Bool, unit: Int?
    ) -> UInt64 { 0 }

    /// A database (or all, if nil) was emptied.
    open func flushed(_ database: DatabaseIndex?, unit: Int?) -> UInt64 { 0 }

    /// Two databases were exchanged.
    open func swapped(_ a: DatabaseIndex, _ b: DatabaseIndex, unit: Int?) -> UInt64 { 0 }

    /// Something that is kept beside the items changed.
    /// - Parameter text: what does it again, in the journal's own words. Copy it.
    open func noted(_ text: RawSpan, unit: Int?) -> UInt64 { 0 }

    /// All changes of the unit have been told. Its shards are still held.
    open func endUnit(_ unit: Int) -> UInt64 { 0 }

    /// Somebody waits for a place that was returned.
    open func hurry() {}
}

/// What the users of one handle and its copies share, one thread: mostly, what the journal said to them.
@safe
struct JournalMark {
    /// The furthest place that somebody is to wait for; 0 if none.
    var place: UInt64 = 0
    /// Whose place that is.
    var journal: Unmanaged<Journal>?
    /// The section that this thread is in has told changes.
    var isUnitOpen = false
    /// As the handle's.
    var isUnjournaled = false
    var isReplaying = false
    var expiryTime = Milliseconds(0)
    /// `ReasonMark.code`.
    var reason: UInt16 = 0
    /// What `EngineCounter.handedOver` was when this thread last waited for the snapshot.
    var handedOverBefore = 0
}

@safe
struct JournalMarkPlace: @unchecked Sendable {
    // Sendable: what it leads to is touched by the handle's thread alone.
    let pointer: UnsafeMutablePointer<JournalMark>

    init() {
        unsafe pointer = .allocate(capacity: 1)
        unsafe pointer.initialize(to: JournalMark())
    }
}

extension Engine {
    /// Has `journal` be told of every change from a moment on, or nobody any more. Kept to the next call.
    public func setJournal(_ journal: Journal?) {
        var handle = makeHandle()
        handle.section(.all) { handle in unsafe EngineState.setJournal(journal, of: handle.state) }
    }

    /// While a journal is read back, nothing ends by itself: no time runs out and nothing is evicted, for what later
    /// entries change must be there. Set it before, with `EngineHandle.isReplaying` on the reader's handle.
    public var isReplaying: Bool {
        get { unsafe statePlace.pointee.isReplaying.load(ordering: .relaxed) }
        set { unsafe statePlace.pointee.isReplaying.store(newValue, ordering: .relaxed) }
    }
}

extension EngineHandle {
    /// The furthest place in the journal that what this thread did since the last call has to wait for; 0 if there is
    /// nothing to wait for. Whoever takes it keeps his reply until that place is on the disk.
    @inline(__always)
    public func takeJournalPlace() -> UInt64 {
        let place = unsafe journalMark.pointee.place
        if place == 0 { return 0 }
        unsafe journalMark.pointee.place = 0
        unsafe journalMark.pointee.journal?._withUnsafeGuaranteedRef { $0.hurry() }
        return place
    }

    /// Keeps `output` back until what this thread changed is in the journal, on the disk, if that is to be waited for.
    @inline(__always)
    public func holdUntilJournaled(_ output: inout OutputBuffer) {
        let place = takeJournalPlace()
        if place != 0 { output.heldUntil = place }
    }

    /// As `takeJournalPlace`, leaving it for whoever takes it.
    public var journalPlace: UInt64 { unsafe journalMark.pointee.place }

    /// The number of the unit that a change of the shard at `index` belongs to: nil out of sections, and for a shard that
    /// the section does not hold, which others may change again before it ends.
    @inline(__always)
    func journalUnit(ofShard index: Int) -> Int? {
        held &>> UInt64(index) & 1 == 1 ? held.trailingZeroBitCount : nil
    }

    /// What was told of the section that ends now is a unit.
    @inline(never)
    func endJournalUnit() {
        unsafe journalMark.pointee.isUnitOpen = false
        let unit = held.trailingZeroBitCount
        guard let journal = unsafe state.pointee.journal else { return }
        unsafe note(journal._withUnsafeGuaranteedRef { $0.endUnit(unit) }, of: journal, unit: nil)
    }

    func note(_ place: UInt64, of journal: Unmanaged<Journal>, unit: Int?) {
        unsafe journalMark.pointee.note(place, unit)
        if place != 0 { unsafe journalMark.pointee.journal = journal }
    }

    /// Counts a change to something that is kept beside the items, and tells the journal of it. In a section of all,
    /// which the change itself belongs to as well: so it is in a snapshot or behind it in the journal, never both.
    /// - Parameter text: what does it again, in the journal's words.
    public func noteChange(_ text: RawSpan) {
        counters.add(.changes)
        journal { $0.noted(text, unit: $1) }
    }

    /// Whether changes are told to `journal`. In a section, so that it stays so.
    public func isTelling(_ journal: Journal) -> Bool {
        unsafe state.pointee.journal?._withUnsafeGuaranteedRef { $0 === journal } ?? false
    }

    /// Tells of a change to whole databases. In a section of all.
    func journal(_ body: (Journal, _ unit: Int?) -> UInt64) {
        guard !isUnjournaled else { return }
        let unit = journalUnit(ofShard: 0)
        guard let journal = unsafe state.pointee.journal else { return }
        unsafe note(journal._withUnsafeGuaranteedRef { body($0, unit) }, of: journal, unit: unit)
    }
}

extension JournalMark {
    mutating func note(_ place: UInt64, _ unit: Int?) {
        self.place = max(self.place, place)
        if unit != nil { isUnitOpen = true }
    }
}
