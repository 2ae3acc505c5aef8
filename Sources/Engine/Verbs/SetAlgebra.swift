// Sets with each other: what is in all of them, in any, in the first alone.

import Base

/// Sets of one section, for reading together. Made, filled and used within one `EngineHandle.section` that holds all
/// their shards; nothing may change in between.
@safe
public struct SetOperands {
    /// Where a set's members are. The table lives as long as the section holds its shard.
    @safe
    private enum Operand {
        case missing
        case compact(CollectionSite)
        case large(UnsafeMutablePointer<LargeKeyed<SetLayout>>)
    }

    private var operands: [Operand] = []
    private let hasher: Hasher64

    fileprivate init(_ hasher: Hasher64) { self.hasher = hasher }

    fileprivate mutating func append(_ site: CollectionSite?) {
        guard let site else { return operands.append(.missing) }
        if let structure = site.structure {
            unsafe operands.append(.large(structure.body(as: LargeKeyed<SetLayout>.self)))
        } else {
            operands.append(.compact(site))
        }
    }

    private func count(_ operand: Operand) -> Int {
        switch operand {
        case .missing: 0
        case .compact(let site): site.count
        case .large(let large): unsafe large.pointee.table.count
        }
    }

    /// Shows each member until `visit` says false.
    private func forEach(_ operand: Operand, _ visit: (RawSpan) -> Bool) {
        switch operand {
        case .missing: break
        case .compact(let site): _ = site.firstEntry { !visit($0.bytes) }
        case .large(let large): _ = unsafe large.pointee.table.forEach(visit)
        }
    }

    private func contains(_ operand: Operand, _ member: RawSpan, _ hash: KeyHash) -> Bool {
        switch operand {
        case .missing: false
        case .compact(let site): site.firstEntry { $0.bytes.equals(member) } != nil
        case .large(let large): unsafe large.pointee.find(member, hash) != nil
        }
    }

    /// Shows what is in every set, until `visit` says false. Source: Redis SINTER.
    public func intersection(_ visit: (RawSpan) -> Bool) {
        // The smallest is walked, the others are asked, the small ones first.
        let sorted = operands.sorted { count($0) < count($1) }
        guard let smallest = sorted.first else { return }
        forEach(smallest) { member in
            let hash = hasher.hash(member)
            let isInAll = sorted.dropFirst().allSatisfy { contains($0, member, hash) }
            return isInAll ? visit(member) : true
        }
    }

    /// Shows what is in the first set and in no other. Source: Redis SDIFF.
    public func difference(_ visit: (RawSpan) -> Void) {
        guard let first = operands.first else { return }
        forEach(first) { member in
            let hash = hasher.hash(member)
            let isInAny = operands.dropFirst().contains { contains($0, member, hash) }
            if !isInAny { visit(member) }
            return true
        }
    }

    /// Shows what is in any set, once. Source: Redis SUNION.
    public func union(_ visit: (RawSpan) -> Void) {
        var seen = PackedTable<SetLayout>()
        defer { seen.destroy() }
        for operand in operands {
            forEach(operand) { member in
                let hash = hasher.hash(member)
                if seen.find(hash, { $0.equals(member) }) == nil {
                    seen.insert(hash, byteCount: member.byteCount, hasher).write(member)
                    visit(member)
                }
                return true
            }
        }
    }
}

extension EngineHandle {
    public func makeSetOperands() -> SetOperands { SetOperands(hasher) }

    /// Adds the set at `key` to `operands`; a missing one is empty. Only inside a section that holds its shard.
    /// - Returns: `.otherKind` if the key holds something else, which is not added.
    public mutating func append(_ key: Key, to operands: inout SetOperands) -> ReadOutcome {
        var site: CollectionSite?
        let outcome = read(key, as: SetValue.self) { site = $0.site }
        if case .otherKind = outcome { return outcome }
        operands.append(site)
        return outcome
    }
}
