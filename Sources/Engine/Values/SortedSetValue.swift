// A sorted set: members, each once, in the order of their scores. Source: Redis "sorted sets".

import Base

/// A sorted set under a verb. Positions count from 0, the lowest score's; equal scores are in the order of their
/// members' bytes.
public struct SortedSetValue: CollectionValue, ~Escapable {
    public static var kind: ValueKind { .sortedSet }
    public private(set) var site: CollectionSite
    /// All elements were taken out at once: the item goes with them.
    private var isEmptied = false

    @_lifetime(immortal)
    public init(site: CollectionSite) { self.site = site }

    private var large: UnsafeMutablePointer<LargeSortedSet>? {
        @inline(__always) get { unsafe site.structure?.body(as: LargeSortedSet.self) }
    }

    private var hasher: Hasher64 { @inline(__always) get { unsafe site.handle.pointee.hasher } }

    /// Members.
    public var count: Int {
        if isEmptied { return 0 }
        if let large = unsafe large { return unsafe large.pointee.tree.count }
        return site.count
    }

    /// `.packed` or `.ordered`.
    public var encoding: CollectionEncoding { site.encoding }

    // MARK: Looking

    /// The score of `member`, or nil.
    public func score(of member: RawSpan) -> Double? {
        if let large = unsafe large {
            guard let cursor = unsafe large.pointee.find(member, hasher) else { return nil }
            return ScoredMember(cursor.entry.bytes).score
        }
        guard let entry = packedEntry(of: member) else { return nil }
        return ScoredMember(entry.bytes).score
    }

    /// The position and the score of `member`, or nil.
    public func position(of member: RawSpan) -> (position: Int, score: Double)? {
        if let large = unsafe large {
            guard let cursor = unsafe large.pointee.find(member, hasher) else { return nil }
            return unsafe (large.pointee.tree.position(of: cursor), ScoredMember(cursor.entry.bytes).score)
        }
        guard let entry = packedEntry(of: member) else { return nil }
        let position = packedPosition { entry.start.bits > $0.bits }
        return (position, ScoredMember(entry.bytes).score)
    }

    private func packedEntry(of member: RawSpan) -> PackedEntry? {
        site.firstEntry { ScoredMember($0.bytes).member.equals(member) }
    }

    /// How many packed entries come before the first that `isBefore` denies, asked by address.
    private func packedPosition(_ isBefore: (Address) -> Bool) -> Int {
        var position = 0
        _ = site.firstEntry { entry in
            guard isBefore(entry.start) else { return true }
            position &+= 1
            return false
        }
        return position
    }

    /// Shows the elements at some positions, 0 ..< count, the last first if `isReversed`.
    public func forEach(
        _ positions: Range<Int>, isReversed: Bool = false, _ visit: (_ member: RawSpan, _ score: Double) -> Void
    ) {
        guard !positions.isEmpty else { return }
        if let large = unsafe large {
            let start = isReversed ? positions.upperBound - 1 : positions.lowerBound
            var cursor = unsafe large.pointee.tree.cursor(at: start)
            for _ in positions {
                let element = ScoredMember(cursor.entry.bytes)
                visit(element.member, element.score)
                if isReversed { _ = cursor.moveBack() } else { cursor.moveForward() }
            }
        } else if isReversed {
            var end = site.end
            for position in stride(from: site.count - 1, through: positions.lowerBound, by: -1) {
                let entry = Packed.entry(before: end)
                end = entry.start
                let element = ScoredMember(entry.bytes)
                if position < positions.upperBound { visit(element.member, element.score) }
            }
        } else {
            var place = site.start
            for position in 0..<positions.upperBound {
                let entry = Packed.entry(at: place)
                place = entry.end
                let element = ScoredMember(entry.bytes)
                if position >= positions.lowerBound { visit(element.member, element.score) }
            }
        }
    }

    /// The positions of scores within bounds.
    public func positions(_ bounds: ScoreBounds) -> Range<Int> {
        let least = SortableScore.place(SortableScore.encode(bounds.least))
        let most = SortableScore.place(SortableScore.encode(bounds.most))
        let lower = position(least) { _ in bounds.excludesLeast }
        let upper = position(most) { _ in !bounds.excludesMost }
        return lower..<max(lower, upper)
    }

    /// The positions of members within bounds, where all scores are the same; else of what looks so from the start.
    public func positions(_ bounds: borrowing MemberBounds) -> Range<Int> {
        if let large = unsafe large {
            guard count > 0 else { return 0..<0 }
            let place = unsafe ScoreOrder.prefix(of: large.pointee.tree.firstEntry.bytes)
            let lower = bounds.least.isOpen ? 0 : position(place) { bounds.least.isAbove($0) }
            let upper = bounds.most.isOpen ? count : position(place) { !bounds.most.isBelow($0) }
            return bounds.isEmpty ? 0..<0 : lower..<max(lower, upper)
        }
        if bounds.isEmpty { return 0..<0 }
        let lower = packedPosition { bounds.least.isAbove(ScoredMember(Packed.entry(at: $0).bytes).member) }
        var position = 0
        var upper = lower
        site.forEachEntry { entry in
            let isWithin = !bounds.most.isBelow(ScoredMember(entry.bytes).member)
            if position == upper && position >= lower && isWithin { upper &+= 1 }
            position &+= 1
        }
        return lower..<upper
    }

    /// The position of the first element at a place, or behind it, whose member is not before.
    @inline(__always)
    private func position(_ place: UInt64, isBefore: (RawSpan) -> Bool) -> Int {
        if let large = unsafe large {
            let tree = unsafe large.pointee.tree
            return tree.position(of: tree.lowerBound(place) { isBefore(ScoredMember($0).member) })
        }
        return packedPosition { address in
            let element = ScoredMember(Packed.entry(at: address).bytes)
            return element.place == place ? isBefore(element.member) : element.place < place
        }
    }

    /// Shows some members, as `HashValue.scan` shows fields. Source: Redis ZSCAN.
    public func scan(_ cursor: UInt64, _ visit: (_ member: RawSpan, _ score: Double) -> Void) -> UInt64 {
        guard let large = unsafe large else {
            forEach(0..<count, visit)
            return 0
        }
        return unsafe large.pointee.scan(cursor, hasher) { element in
            let element = ScoredMember(element)
            visit(element.member, element.score)
        }
    }

    /// Shows one element, each with the same chance; nothing if there is none.
    public func random(_ visit: (_ member: RawSpan, _ score: Double) -> Void) {
        guard count > 0 else { return }
        let position = unsafe site.handle.pointee.random.next(below: count)
        forEach(position..<position + 1, visit)
    }

    /// Shows `amount` different elements (at most `count`), each choice with the same chance.
    public func randomSample(_ amount: Int, _ visit: (_ member: RawSpan, _ score: Double) -> Void) {
        if amount < count / 4 {
            var chosen: Set<Int> = []
            while chosen.count < amount {
                let position = unsafe site.handle.pointee.random.next(below: count)
                if chosen.insert(position).inserted { forEach(position..<position + 1, visit) }
            }
            return
        }
        // Selection in one pass, as for sets.
        var left = count
        var wanted = min(amount, left)
        forEach(0..<count) { member, score in
            if unsafe site.handle.pointee.random.next(below: left) < wanted {
                visit(member, score)
                wanted -= 1
            }
            left -= 1
        }
    }

    // MARK: Changing

    /// Gives `member` a score, or adds to it, as far as `rule` lets. Source: Redis zsetAdd.
    /// - Parameter score: not NaN.
    /// - Parameter isKnownNew: the member is not there, for sure.
    public mutating func add(
        _ member: RawSpan, _ score: Double, _ rule: SortedSetRule = [], isKnownNew: Bool = false
    ) -> SortedSetOutcome {
        let size = ScoredMember.size(member)
        if site.structure == nil && !(size <= Packed.nearMax && site.staysCompact(adding: Packed.size(of: size))) {
            makeLarge()
        }
        var outcome = SortedSetOutcome.skipped
        // Redis keeps whole numbers as such in its packed form, which have no -0.
        let isPacked = site.encoding == .packed
        let staysPacked = isPacked && !isTooMuch(member, count: count + 1)
        func decide(_ old: UInt64?) -> UInt64? {
            outcome = rule.outcome(score, over: old.map(SortableScore.decode))
            switch outcome {
            case .added(let score), .updated(let score):
                let losesSign = score == 0 && (old == nil ? staysPacked : isPacked) && !rule.contains(.keepsSign)
                return SortableScore.encode(losesSign ? 0 : score)
            case .same, .skipped, .notANumber: return nil
            }
        }
        if let large = unsafe large {
            unsafe large.pointee.put(member, hasher, decide: decide)
            if outcome.isChange { site.isChanged = true }
        } else {
            let present = isKnownNew ? nil : packedEntry(of: member)
            if let sortable = decide(present.map { ScoredMember($0.bytes).sortable }) {
                putPacked(member, sortable, over: present)
            }
        }
        if case .added = outcome { noteEncoding(member) }
        if let notes = site.notes { Self.note(outcome, member, notes) }
        return outcome
    }

    private static func note(_ outcome: SortedSetOutcome, _ member: RawSpan, _ notes: StepNotes) {
        switch outcome {
        case .added(let score), .updated(let score):
            notes.step(.setScore)
            notes.add(score)
            notes.add(member)
        case .same, .skipped, .notANumber: break
        }
    }

    /// Has a packed set lose the sign of its zeros, which `addNew` kept: Redis' packed form has none.
    public mutating func dropSigns() {
        guard encoding == .packed else { return }
        var members: [[UInt8]] = []
        forEach(0..<count) { member, score in
            if score == 0 && score.sign == .minus { members.append(member.copiedBytes()) }
        }
        for member in members {
            // By way of another score, for the two zeros are equal.
            for score in [1.0, 0] { _ = add(unsafe member.span.bytes, score) }
        }
    }

    /// Adds a member, whose score keeps its sign if it is a zero. False if it is there already; it keeps its score.
    /// - Parameter isKnownNew: it is not, for sure.
    public mutating func addNew(_ member: RawSpan, _ score: Double, isKnownNew: Bool = false) -> Bool {
        let size = ScoredMember.size(member)
        if isKnownNew, site.notes == nil, site.structure == nil, size <= Packed.nearMax,
            site.staysCompact(adding: Packed.size(of: size))
        {
            putPacked(member, SortableScore.encode(score), over: nil)
            noteEncoding(member)
            return true
        }
        if case .added = add(member, score, [.addsOnly, .keepsSign], isKnownNew: isKnownNew) { return true }
        return false
    }

    private mutating func putPacked(_ member: RawSpan, _ sortable: UInt64, over present: PackedEntry?) {
        let place = SortableScore.place(sortable)
        let isLast = present == nil && site.count > 0
            && ScoredMember(Packed.entry(before: site.end).bytes).isBefore(place, member)
        let next = isLast ? nil : site.firstEntry { entry in
            entry.start != present?.start && !ScoredMember(entry.bytes).isBefore(place, member)
        }
        let target = next?.start ?? (site.value == nil ? nil : site.end)
        let size = ScoredMember.size(member)
        guard let present, let target else {
            let offset = next.map { site.offset(of: $0) } ?? site.usedSize
            let room = site.splice(at: offset, removing: 0, inserting: Packed.size(of: size))
            ScoredMember.write(sortable, member, at: Packed.write(near: size, at: room))
            site.count += 1
            return
        }
        // The same size: what lies between its old place and the new one makes way.
        site.isChanged = true
        var room = target
        if target.bits <= present.start.bits {
            (target + present.size).move(from: target, count: Int(present.start.bits - target.bits))
        } else {
            room = target + -present.size
            present.start.move(from: present.end, count: Int(target.bits - present.end.bits))
        }
        ScoredMember.write(sortable, member, at: Packed.write(near: size, at: room))
    }

    /// Takes a member out. False if it is not there.
    public mutating func remove(_ member: RawSpan) -> Bool {
        if let large = unsafe large {
            guard unsafe large.pointee.remove(member, hasher) else { return false }
            site.isChanged = true
            site.notes?.add(.removeScored, member)
            return true
        }
        guard let entry = packedEntry(of: member) else { return false }
        site.notes?.add(.removeScored, member)
        _ = site.splice(at: site.offset(of: entry), removing: entry.size, inserting: 0)
        site.count -= 1
        return true
    }

    /// Takes the elements at some positions out. If these are all, nothing else may be asked of the value afterwards.
    public mutating func removeRange(_ positions: Range<Int>) {
        guard !positions.isEmpty else { return }
        site.isChanged = true
        if let notes = site.notes {
            notes.step(.removePositions)
            notes.add(positions.lowerBound)
            notes.add(positions.upperBound - 1)
        }
        if positions.count == count {
            isEmptied = true
        } else if let large = unsafe large {
            unsafe large.pointee.removeRange(positions, hasher)
        } else {
            var start = site.start
            for _ in 0..<positions.lowerBound { start = Packed.entry(at: start).end }
            var end = start
            for _ in positions { end = Packed.entry(at: end).end }
            let size = Int(end.bits - start.bits)
            _ = site.splice(at: Int(start.bits - site.start.bits), removing: size, inserting: 0)
            site.count -= positions.count
        }
    }

    private mutating func makeLarge() {
        var large = LargeSortedSet(encoding: site.encoding)
        site.forEachEntry { large.append($0.bytes, hasher) }
        site.install(Structure.make(large))
    }

    private func noteEncoding(_ member: RawSpan) {
        if site.encoding == .packed && isTooMuch(member, count: count) { site.encoding = .ordered }
    }

    /// Whether a set with this member is not called packed any more.
    private func isTooMuch(_ member: RawSpan, count: Int) -> Bool {
        site.exceeds(.sortedSetEntries, count) || site.exceeds(.sortedSetValue, member.byteCount)
    }
}
