// How verbs tell of what they did: listeners first, then the journal.

import Base

extension EngineHandle {
    /// Counts a change, and tells who wants to hear of it.
    /// - Parameter notes: what was done to the value; the whole of it is new without.
    @inline(__always)
    func tell(
        _ kind: ChangeKind, _ database: DatabaseIndex, _ item: Item, _ shard: UnsafeMutablePointer<Shard>,
        _ manner: ChangeManner = .plain, notes: StepNotes? = nil
    ) {
        if kind.isAskedFor { counters.add(.changes) }
        if unsafe state.pointee.isHeard(ChangeKinds(kind)) {
            unsafe tellListeners(kind, database, item, shard, manner, notes)
        }
    }

    private func reason(_ manner: ChangeManner) -> ChangeReason {
        ChangeReason(manner: manner, code: unsafe journalMark.pointee.reason)
    }

    @inline(never)
    private func tellListeners(
        _ kind: ChangeKind, _ database: DatabaseIndex, _ item: Item, _ shard: UnsafeMutablePointer<Shard>,
        _ manner: ChangeManner, _ notes: StepNotes?
    ) {
        let view = view(item)
        unsafe state.pointee.tell(kind, database, view, reason(manner))
        guard let journal = unsafe state.pointee.journal, !isUnjournaled else { return }
        let unit = journalUnit(ofShard: unsafe shard.pointee.index)
        let place = unsafe journal._withUnsafeGuaranteedRef { journal in
            if let notes { return notes.show { journal.itemChanged(kind, database, view, steps: $0, unit: unit) } }
            return journal.itemChanged(kind, database, view, steps: Steps(RawSpan()), unit: unit)
        }
        unsafe note(place, of: journal, unit: unit)
    }

    /// Tells listeners of a change that the journal learns of otherwise.
    func tellListeners(_ kind: ChangeKind, _ database: DatabaseIndex, _ item: Item, _ manner: ChangeManner) {
        counters.add(.changes)
        if unsafe state.pointee.isHeard(ChangeKinds(kind)) {
            unsafe state.pointee.tell(kind, database, view(item), reason(manner))
        }
    }

    /// Tells that a key has an item which was not there.
    @inline(__always)
    func tellCreated(_ database: DatabaseIndex, _ item: Item) {
        if unsafe state.pointee.isHeard(.creations) { tellListenersCreated(database, item) }
    }

    @inline(never)
    private func tellListenersCreated(_ database: DatabaseIndex, _ item: Item) {
        unsafe state.pointee.tellCreated(database, view(item), reason(.plain))
    }

    /// Counts a read that found nothing, and tells who wants to hear of it. Under the key's shard.
    @inline(__always)
    func miss(_ key: Key) {
        counters.add(.misses)
        tellMissed(key)
    }

    @inline(__always)
    func tellMissed(_ key: Key) {
        if unsafe state.pointee.isHeard(.misses) { tellListenersMissed(key) }
    }

    @inline(never)
    private func tellListenersMissed(_ key: Key) { unsafe state.pointee.tellMissed(key, reason(.plain)) }
}
