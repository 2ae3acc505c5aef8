// Verbs that put a value in its place that was built before.

import Base

extension EngineHandle {
    /// Stores a draft under `key` if the options' conditions hold, whatever its kind. Nothing of it is copied that is
    /// large.
    /// - Parameter draft: not empty, if it is a collection.
    /// Source: Redis RESTORE.
    public mutating func store(_ key: Key, _ draft: consuming ValueDraft, _ options: StoreOptions) -> StoreOutcome {
        let outcome: StoreOutcome
        switch draft.finish() {
        case .string(let block):
            // Uses up the hold, whatever the outcome.
            draft.handOver()
            return store(key, handingOver: block, options)
        case .structure(let structure):
            let size = structure.size
            guard reserveBlock(size) else { return .outOfMemory }
            var shape = ItemShape()
            shape.kind = draft.kind
            shape.valueSize = 8
            shape.hasStructure = true
            outcome = storeCollection(key, shape, options) { item in item.setStructure(structure) }
            if case .stored = outcome {
                draft.handOver()
            } else {
                unsafe state.pointee.pool.pointee.budget.adjust(by: -size)
            }
        case .compact(let value, let size):
            var shape = ItemShape()
            shape.kind = draft.kind
            shape.valueSize = size
            outcome = storeCollection(key, shape, options) { item in
                unsafe (Address(item.address) + item.valueOffset).copy(from: value, count: size)
            }
        }
        return outcome
    }

    /// - Parameter fill: writes the value, or the address of its structure.
    private mutating func storeCollection(
        _ key: Key, _ shape: ItemShape, _ options: StoreOptions,
        fill: (Item) -> Void
    ) -> StoreOutcome {
        let outcome = unsafe retrying(key) { (handle, shard) -> Attempt<StoreOutcome> in
            let existing = unsafe handle.findLive(key, shard)
            var isStale = false
            if let refusal = unsafe handle.refusal(key, existing, options, shard, isStale: &isStale) {
                return .done(refusal)
            }
            var shape = shape
            shape.flags = options.flags
            shape.expiry = options.expiry
            if let existing, options.keepsExpiry { shape.expiry = existing.item.expiry }
            shape.cas = options.casField == .none ? 0 : 1
            if let need = unsafe handle.prepare(key, over: existing, shape, in: shard) { return .needsRoom(need) }
            shape.cas = unsafe handle.casNumber(options.casField, shard)
            let item = unsafe handle.place(key, over: existing, shape, in: shard, fill: fill)
            if let structure = item.structure { unsafe shard.pointee.countStructure(size: structure.size) }
            handle.counters.add(.itemsStored)
            unsafe handle.tell(.stored, key.database, item, shard, options.keepsExpiry ? .keptExpiry : .plain)
            return .done(.stored)
        }
        return outcome ?? .outOfMemory
    }

    /// Makes an item look as if nobody had read it for so long, or as if it had been read so often; what the eviction
    /// policy does not go by is left alone. Source: Redis RESTORE with IDLETIME, FREQ.
    public mutating func setAccess(_ key: Key, idleMilliseconds: Int64?, frequency: UInt8?) {
        unsafe locked(key.hash) { handle, shard in
            guard let position = unsafe handle.findLive(key, shard) else { return }
            let access = handle.access
            if let idleMilliseconds, let bytes = access.access(idleMilliseconds: idleMilliseconds) {
                position.item.access = bytes
            }
            if let frequency, let bytes = access.access(frequency: frequency) { position.item.access = bytes }
        }
    }
}
