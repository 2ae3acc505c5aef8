// Verbs on strings that hold a HyperLogLog: raising registers, and counting.

import Base

public struct HyperLogLogOptions: Sendable {
    /// Creates a missing one; otherwise a miss is `.notFound`.
    public var createsMissing = false
    /// Makes a sparse one dense, whatever its size.
    public var makesDense = false
    /// Forgets the cardinality that was counted before even if no register is raised; that is a change, too.
    public var forgetsCardinality = false
    /// A sparse one that would get longer than this becomes dense.
    public var sparseSizeMax = 3000

    public init() {}
}

public enum HyperLogLogOutcome: Sendable {
    case changed
    case unchanged
    case notFound
    /// A string, but not one of these.
    case notHyperLogLog
    /// One that breaks off or does not add up. It stays as it was.
    case corrupted
    case otherKind
    case outOfMemory
}

extension EngineHandle {
    /// Raises registers of the HyperLogLog at `key`. Flags and expiry stay. One that is dense changes where it lies.
    /// - Parameter register: the registers to raise, 0 ..< `count`; asked again if room had to be made.
    /// Source: Redis PFADD, PFMERGE, PFDEBUG TODENSE.
    public mutating func raise(
        _ key: Key, _ options: HyperLogLogOptions, count: Int, _ register: (Int) -> HyperLogLog.Register
    ) -> HyperLogLogOutcome {
        let outcome = unsafe retrying(key) { (handle, shard) -> Attempt<HyperLogLogOutcome> in
            guard let existing = unsafe handle.findLive(key, shard) else {
                guard options.createsMissing else { return .done(.notFound) }
                return unsafe handle.createHyperLogLog(key, options, count, register, shard)
            }
            let item = existing.item
            guard item.isString else { return .done(.otherKind) }
            guard HyperLogLog.isOne(item.value) else { return .done(.notHyperLogLog) }
            unsafe handle.preserve(item, key.database, shard)
            if HyperLogLog.isDense(item.value) && item.isAloneWithValue {
                let outcome = unsafe handle.editInPlace(key, item, shard) { bytes in
                    var isChanged = options.forgetsCardinality
                    for index in 0..<count where HyperLogLog.raiseDense(&bytes, register(index)) { isChanged = true }
                    if isChanged { HyperLogLog.invalidateCardinality(&bytes) }
                    return isChanged
                }
                return .done(outcome == .stored ? .changed : .unchanged)
            }
            // Of a corrupted one that is too long to be one, nothing is copied.
            guard item.valueSize <= HyperLogLog.sparseSizeMax else { return .done(.corrupted) }
            var draft = HyperLogLog.Draft(copying: item.value)
            guard let isChanged = Self.raise(&draft, options, count, register) else { return .done(.corrupted) }
            return unsafe handle.replace(existing, key, draft, isChanged: isChanged, shard)
        }
        return outcome ?? .outOfMemory
    }

    /// Raises registers apart from an item. Returns whether anything changed; nil if the draft is corrupted.
    private static func raise(
        _ draft: inout HyperLogLog.Draft, _ options: HyperLogLogOptions, _ count: Int,
        _ register: (Int) -> HyperLogLog.Register
    ) -> Bool? {
        var isConverted = false
        if options.makesDense && !HyperLogLog.isDense(draft.span) {
            guard draft.becomeDense() else { return nil }
            isConverted = true
        }
        var isRaised = options.forgetsCardinality
        for index in 0..<count {
            let next = register(index)
            if next.value == 0 { continue }
            guard let isHigher = draft.raise(next, sparseSizeMax: options.sparseSizeMax) else { return nil }
            if isHigher { isRaised = true }
        }
        if isRaised { draft.invalidateCardinality() }
        return isRaised || isConverted
    }

    private mutating func createHyperLogLog(
        _ key: Key, _ options: HyperLogLogOptions, _ count: Int, _ register: (Int) -> HyperLogLog.Register,
        _ shard: UnsafeMutablePointer<Shard>
    ) -> Attempt<HyperLogLogOutcome> {
        var draft = HyperLogLog.Draft()
        var options = options
        options.forgetsCardinality = true
        guard Self.raise(&draft, options, count, register) != nil else { return .done(.corrupted) }
        let attempt = unsafe create(key, size: draft.count, shard) { new in unsafe Self.write(draft.span, into: new, at: 0) }
        switch unsafe finish(attempt, key, shard, { _ in }) {
        case .needsRoom(let need): return .needsRoom(need)
        case .done(let outcome): return .done(outcome == .stored ? .changed : .outOfMemory)
        }
    }

    /// Gives an item the bytes of a draft, if they are others.
    private mutating func replace(
        _ existing: SlotPosition, _ key: Key, _ draft: borrowing HyperLogLog.Draft, isChanged: Bool,
        _ shard: UnsafeMutablePointer<Shard>
    ) -> Attempt<HyperLogLogOutcome> {
        let marks = existing.item.marks.union(.raw)
        guard isChanged else {
            access.touch(existing.item, random: &random)
            existing.item.marks = marks
            return .done(.unchanged)
        }
        let bytes = draft.span
        let attempt = unsafe modify(key, existing, newSize: bytes.byteCount, casField: .none, marks: marks, shard) { new, _ in
            unsafe Self.write(bytes, into: new, at: 0)
        }
        switch unsafe finish(attempt, key, shard, { _ in }) {
        case .needsRoom(let need): return .needsRoom(need)
        case .done(let outcome): return .done(outcome == .stored ? .changed : .outOfMemory)
        }
    }

    /// About how many different elements the HyperLogLog at `key` saw. Counted once after a change, then remembered in
    /// the string itself, which is a change of its own.
    /// - Parameter body: called with the number, once, on `.changed` and on `.unchanged`.
    /// Source: Redis PFCOUNT.
    public mutating func count(_ key: Key, _ body: (UInt64) -> Void) -> HyperLogLogOutcome {
        let outcome = unsafe retrying(key) { (handle, shard) -> Attempt<HyperLogLogOutcome> in
            guard let existing = unsafe handle.findLive(key, shard) else {
                handle.miss(key)
                return .done(.notFound)
            }
            let item = existing.item
            guard item.isString else { return .done(.otherKind) }
            guard HyperLogLog.isOne(item.value) else { return .done(.notHyperLogLog) }
            if let known = HyperLogLog.cachedCardinality(item.value) {
                handle.countRead(item)
                body(known)
                return .done(.unchanged)
            }
            guard let number = HyperLogLog.cardinality(item.value) else { return .done(.corrupted) }
            unsafe handle.preserve(item, key.database, shard)
            if item.isAloneWithValue {
                _ = unsafe handle.editInPlace(key, item, shard) { bytes in
                    bytes.storeWord(number, at: 8)
                    return true
                }
            } else {
                let attempt = unsafe handle.modify(
                    key, existing, newSize: item.valueSize, casField: .none, marks: item.marks.union(.raw), shard
                ) { new, old in
                    unsafe Self.move(old, into: new, at: 0)
                    unsafe new.storeBytes(of: number, toByteOffset: 8, as: UInt64.self)
                }
                switch unsafe handle.finish(attempt, key, shard, { _ in }) {
                case .needsRoom(let need): return .needsRoom(need)
                case .done(.stored): break
                case .done: return .done(.outOfMemory)
                }
            }
            handle.countRead(existing.item)
            body(number)
            return .done(.changed)
        }
        return outcome ?? .outOfMemory
    }

    private mutating func countRead(_ item: Item) {
        touch(item)
        counters.add(.hits)
        if !item.marks.contains(.raw) { item.marks = item.marks.union(.raw) }
    }
}
