// Sorted sets with each other, and with sets: what is in all of them, in any, in the first alone, and with which score.

import Base

/// How the scores of a member that is in several sorted sets become one. Source: Redis ZUNION, AGGREGATE.
public enum ScoreAggregate: Sendable {
    case sum, least, most

    fileprivate func combine(_ a: Double, _ b: Double) -> Double {
        switch self {
        case .sum:
            let sum = a + b
            return sum.isNaN ? 0 : sum
        case .least: return b < a ? b : a
        case .most: return b > a ? b : a
        }
    }
}

/// Members with their scores on their way: in order, in memory of their own.
@safe
public struct SortedMembers: ~Copyable {
    private var tree = PackedTree<ScoreOrder>()

    public init() {}

    deinit {
        var tree = tree
        tree.destroy()
    }

    public var count: Int { tree.count }

    /// Adds a member that is not among them.
    public mutating func insert(_ member: RawSpan, _ score: Double) {
        let sortable = SortableScore.encode(score)
        let place = SortableScore.place(sortable)
        let cursor = tree.lowerBound(place) { BytesOrder.compare(ScoredMember($0).member, member) < 0 }
        tree.insert(at: cursor, ScoredMember.size(member)) { ScoredMember.write(sortable, member, at: $0) }
    }

    /// Shows each, the lowest score first, or the highest.
    public func forEach(isReversed: Bool = false, _ visit: (_ member: RawSpan, _ score: Double) -> Void) {
        var cursor = isReversed ? tree.end() : tree.start()
        for _ in 0..<count {
            if isReversed { _ = cursor.moveBack() }
            let element = ScoredMember(cursor.entry.bytes)
            visit(element.member, element.score)
            if !isReversed { cursor.moveForward() }
        }
    }
}

/// Sorted sets and sets of one section, for reading together, as `SetOperands`. The members of a set have score 1.
@safe
public struct SortedSetOperands {
    @safe
    private enum Place {
        case missing
        case compact(CollectionSite)
        case large(UnsafeMutablePointer<LargeSortedSet>)
        case compactSet(CollectionSite)
        case largeSet(UnsafeMutablePointer<LargeKeyed<SetLayout>>)
    }

    private struct Operand {
        let place: Place
        var weight = 1.0
    }

    private var operands: [Operand] = []
    private let hasher: Hasher64

    fileprivate init(_ hasher: Hasher64) { self.hasher = hasher }

    fileprivate mutating func append(_ site: CollectionSite?) {
        let place: Place
        if let structure = site?.structure {
            if site?.kind == .set {
                place = unsafe .largeSet(structure.body(as: LargeKeyed<SetLayout>.self))
            } else {
                place = unsafe .large(structure.body(as: LargeSortedSet.self))
            }
        } else if let site {
            place = site.kind == .set ? .compactSet(site) : .compact(site)
        } else {
            place = .missing
        }
        operands.append(Operand(place: place))
    }

    /// Multiplies the scores of the operand at `index`.
    public mutating func setWeight(_ weight: Double, at index: Int) { operands[index].weight = weight }

    private func count(_ operand: Operand) -> Int {
        switch operand.place {
        case .missing: 0
        case .compact(let site), .compactSet(let site): site.count
        case .large(let large): unsafe large.pointee.tree.count
        case .largeSet(let large): unsafe large.pointee.table.count
        }
    }

    private func weigh(_ score: Double, _ operand: Operand) -> Double {
        let product = score * operand.weight
        return product.isNaN ? 0 : product
    }

    /// Shows each member with its weighted score until `visit` says false.
    private func forEach(_ operand: Operand, _ visit: (RawSpan, Double) -> Bool) {
        switch operand.place {
        case .missing: break
        case .compact(let site):
            _ = site.firstEntry { entry in
                let element = ScoredMember(entry.bytes)
                return !visit(element.member, weigh(element.score, operand))
            }
        case .large(let large):
            var cursor = unsafe large.pointee.tree.start()
            while !cursor.isAtEnd {
                let element = ScoredMember(cursor.entry.bytes)
                if !visit(element.member, weigh(element.score, operand)) { return }
                cursor.moveForward()
            }
        case .compactSet(let site): _ = site.firstEntry { !visit($0.bytes, weigh(1, operand)) }
        case .largeSet(let large): _ = unsafe large.pointee.table.forEach { visit($0, weigh(1, operand)) }
        }
    }

    /// The weighted score of `member`, nil if it is not there.
    private func score(of member: RawSpan, _ operand: Operand) -> Double? {
        var score: Double?
        switch operand.place {
        case .missing: break
        case .compact(let site):
            let entry = site.firstEntry { ScoredMember($0.bytes).member.equals(member) }
            if let entry { score = ScoredMember(entry.bytes).score }
        case .large(let large):
            if let cursor = unsafe large.pointee.find(member, hasher) { score = ScoredMember(cursor.entry.bytes).score }
        case .compactSet(let site):
            if site.firstEntry(where: { $0.bytes.equals(member) }) != nil { score = 1 }
        case .largeSet(let large):
            if unsafe large.pointee.find(member, hasher.hash(member)) != nil { score = 1 }
        }
        return score.map { weigh($0, operand) }
    }

    /// Shows what is in all, until `visit` says false. Source: Redis ZINTER.
    public func intersection(_ aggregate: ScoreAggregate, _ visit: (_ member: RawSpan, _ score: Double) -> Bool) {
        // The smallest is walked, the others are asked. Sums of fractions depend on the order: it is Redis' one.
        let sorted = operands.sorted { count($0) < count($1) }
        guard let smallest = sorted.first else { return }
        forEach(smallest) { member, score in
            var total = score
            for operand in sorted.dropFirst() {
                guard let other = self.score(of: member, operand) else { return true }
                total = aggregate.combine(total, other)
            }
            return visit(member, total)
        }
    }

    /// What is in all.
    public func intersection(_ aggregate: ScoreAggregate) -> SortedMembers {
        var found = SortedMembers()
        intersection(aggregate) { member, score in
            found.insert(member, score)
            return true
        }
        return found
    }

    /// What is in the first and in no other. Source: Redis ZDIFF.
    public func difference() -> SortedMembers {
        var found = SortedMembers()
        guard let first = operands.first else { return found }
        forEach(first) { member, score in
            let isInAny = operands.dropFirst().contains { self.score(of: member, $0) != nil }
            if !isInAny { found.insert(member, score) }
            return true
        }
        return found
    }

    /// What is in any. Source: Redis ZUNION.
    public func union(_ aggregate: ScoreAggregate) -> SortedMembers {
        var seen = PackedTable<ScoredLayout>()
        defer { seen.destroy() }
        for operand in operands.sorted(by: { count($0) < count($1) }) {
            forEach(operand) { member, score in
                let hash = hasher.hash(member)
                if let present = seen.find(hash, { ScoredMember($0).member.equals(member) }) {
                    let total = aggregate.combine(ScoredMember(present.bytes).score, score)
                    present.content.store64(SortableScore.encode(total).byteSwapped, 0)
                } else {
                    let place = seen.insert(hash, byteCount: ScoredMember.size(member), hasher)
                    ScoredMember.write(SortableScore.encode(score), member, at: place)
                }
                return true
            }
        }
        var found = SortedMembers()
        _ = seen.forEach { element in
            let element = ScoredMember(element)
            found.insert(element.member, element.score)
            return true
        }
        return found
    }
}

/// Elements of a sorted set, found by their members.
private enum ScoredLayout: PackedElements {
    static func hash(of element: RawSpan, _ hasher: Hasher64) -> KeyHash { hasher.hash(ScoredMember(element).member) }
}

extension EngineHandle {
    public func makeSortedSetOperands() -> SortedSetOperands { SortedSetOperands(hasher) }

    /// Adds the sorted set or the set at `key` to `operands`; a missing one is empty. Only inside a section that holds
    /// its shard.
    /// - Returns: `.otherKind` if the key holds something else, which is not added.
    public mutating func append(_ key: Key, to operands: inout SortedSetOperands) -> ReadOutcome {
        var site: CollectionSite?
        var outcome = read(key, as: SortedSetValue.self) { site = $0.site }
        if case .otherKind = outcome { outcome = read(key, as: SetValue.self) { site = $0.site } }
        if case .otherKind = outcome { return outcome }
        operands.append(site)
        return outcome
    }
}
