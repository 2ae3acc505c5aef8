// What sorted sets are made of: a score and a member in one element, and their order.

import Base

/// Scores as eight bytes that sort as the numbers do.
enum SortableScore {
    private static let signBit: UInt64 = 1 << 63
    /// What -0 becomes. It is kept, but its place is that of 0.
    private static let minusZero = signBit - 1

    @inline(__always)
    static func encode(_ score: Double) -> UInt64 {
        let bits = score.bitPattern
        return bits & signBit == 0 ? bits | signBit : ~bits
    }

    @inline(__always)
    static func decode(_ sortable: UInt64) -> Double {
        Double(bitPattern: sortable & signBit == 0 ? ~sortable : sortable ^ signBit)
    }

    /// Where a score stands among others.
    @inline(__always)
    static func place(_ sortable: UInt64) -> UInt64 { sortable == minusZero ? signBit : sortable }
}

/// An element of a sorted set.
///
///     | sortable score, highest byte first: 8 | member |
struct ScoredMember: ~Escapable {
    private let bytes: RawSpan

    @inline(__always)
    @_lifetime(copy bytes)
    init(_ bytes: RawSpan) { self.bytes = bytes }

    var sortable: UInt64 { @inline(__always) get { bytes.word(at: 0).byteSwapped } }
    var score: Double { @inline(__always) get { SortableScore.decode(sortable) } }
    var place: UInt64 { @inline(__always) get { SortableScore.place(sortable) } }
    var member: RawSpan { @inline(__always) @_lifetime(copy self) get { bytes.slice(8, bytes.byteCount) } }

    /// Whether it comes before a member at that place.
    @inline(__always)
    func isBefore(_ place: UInt64, _ member: RawSpan) -> Bool {
        let own = self.place
        return own == place ? BytesOrder.compare(self.member, member) < 0 : own < place
    }

    @inline(__always)
    static func size(_ member: RawSpan) -> Int { 8 &+ member.byteCount }

    @inline(__always)
    static func write(_ sortable: UInt64, _ member: RawSpan, at address: Address) {
        address.store64(sortable.byteSwapped, 0)
        (address + 8).write(member)
    }
}

/// By score, then by member.
enum ScoreOrder: TreeOrder {
    static var isSorted: Bool { true }

    @inline(__always)
    static func prefix(of element: RawSpan) -> UInt64 { ScoredMember(element).place }

    @inline(__always)
    static func compare(_ a: RawSpan, _ b: RawSpan) -> Int {
        let left = prefix(of: a)
        let right = prefix(of: b)
        if left != right { return left < right ? -1 : 1 }
        return BytesOrder.compare(ScoredMember(a).member, ScoredMember(b).member)
    }
}

/// The scores of a sorted set's members, by hash: the members themselves stand in the tree only.
///
///     | half the member's hash: 4 | sortable score: 8 |
enum ScoreIndex: PackedElements {
    static let size = 12

    static func hash(of element: RawSpan, _ hasher: Hasher64) -> KeyHash { spread(element.halfWord(at: 0)) }

    static func hash(_ member: RawSpan, _ hasher: Hasher64) -> KeyHash {
        spread(UInt32(truncatingIfNeeded: hasher.hash(member).rawValue))
    }

    private static func spread(_ half: UInt32) -> KeyHash { KeyHash(rawValue: UInt64(half) << 32 | UInt64(half)) }

    @inline(__always)
    static func isOf(_ hash: KeyHash, _ element: RawSpan) -> Bool {
        element.halfWord(at: 0) == UInt32(truncatingIfNeeded: hash.rawValue)
    }

    @inline(__always)
    static func sortable(_ element: RawSpan) -> UInt64 { element.word(at: 4) }

    @inline(__always)
    static func write(_ hash: KeyHash, _ sortable: UInt64, at address: Address) {
        address.store32(UInt32(truncatingIfNeeded: hash.rawValue), 0)
        address.store64(sortable, 4)
    }
}
