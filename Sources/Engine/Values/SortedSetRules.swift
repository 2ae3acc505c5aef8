// What the verbs of sorted sets are told: when a score counts, and which elements are meant.

import Base

/// When a score that is given counts. Source: Redis ZADD.
public struct SortedSetRule: OptionSet, Sendable {
    public let rawValue: UInt8
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// Members that are there keep their score.
    public static let addsOnly = SortedSetRule(rawValue: 1)
    /// Members that are not there are not added.
    public static let updatesOnly = SortedSetRule(rawValue: 2)
    /// Members that are there get a score above theirs only, or below.
    public static let raises = SortedSetRule(rawValue: 4)
    public static let lowers = SortedSetRule(rawValue: 8)
    /// The score is added to the member's own.
    public static let increments = SortedSetRule(rawValue: 16)
    /// A draft's: -0 stays so until it is known whether the whole set is packed.
    static let keepsSign = SortedSetRule(rawValue: 32)

    /// What comes of a score, given the old one if there is one.
    func outcome(_ score: Double, over old: Double?) -> SortedSetOutcome {
        guard let old else { return contains(.updatesOnly) ? .skipped : .added(score) }
        if contains(.addsOnly) { return .skipped }
        let new = contains(.increments) ? old + score : score
        if new.isNaN { return .notANumber }
        if contains(.lowers) && new >= old || contains(.raises) && new <= old { return .skipped }
        return new == old ? .same(new) : .updated(new)
    }
}

/// What became of a member's score, and what it is now.
public enum SortedSetOutcome: Sendable, Equatable {
    case added(Double)
    case updated(Double)
    /// It had this score already.
    case same(Double)
    /// The rule said no.
    case skipped
    /// The sum of an infinite score and its opposite.
    case notANumber

    var isChange: Bool {
        switch self {
        case .added, .updated: true
        case .same, .skipped, .notANumber: false
        }
    }
}

/// A range of scores.
public struct ScoreBounds: Sendable {
    public var least: Double
    public var most: Double
    public var excludesLeast: Bool
    public var excludesMost: Bool

    public init(_ least: Double, _ most: Double, excludesLeast: Bool = false, excludesMost: Bool = false) {
        self.least = least
        self.most = most
        self.excludesLeast = excludesLeast
        self.excludesMost = excludesMost
    }
}

/// One end of a range of members.
public struct MemberBound: ~Escapable {
    /// `lowest` and `highest` are beyond all members.
    public enum Kind: Sendable { case lowest, highest, including, excluding }

    public let kind: Kind
    let member: RawSpan

    /// - Parameter member: looked at where the kind has one.
    @_lifetime(copy member)
    public init(_ kind: Kind, _ member: RawSpan) {
        self.kind = kind
        self.member = member
    }

    /// Whether nothing is cut off at this end, as far as one can tell.
    var isOpen: Bool { kind == .lowest || kind == .highest }

    /// As a lower end: whether `other` is cut off.
    @inline(__always)
    func isAbove(_ other: RawSpan) -> Bool {
        switch kind {
        case .lowest: false
        case .highest: true
        case .including: BytesOrder.compare(other, member) < 0
        case .excluding: BytesOrder.compare(other, member) <= 0
        }
    }

    /// As an upper end: whether `other` is cut off.
    @inline(__always)
    func isBelow(_ other: RawSpan) -> Bool {
        switch kind {
        case .lowest: true
        case .highest: false
        case .including: BytesOrder.compare(other, member) > 0
        case .excluding: BytesOrder.compare(other, member) >= 0
        }
    }
}

/// A range of members in the order of their bytes. Source: Redis ZRANGEBYLEX.
public struct MemberBounds: ~Escapable {
    public let least: MemberBound
    public let most: MemberBound

    @_lifetime(copy least, copy most)
    public init(_ least: consuming MemberBound, _ most: consuming MemberBound) {
        self.least = least
        self.most = most
    }

    /// Nothing can be within.
    var isEmpty: Bool {
        if least.kind == .highest || most.kind == .lowest { return true }
        if least.kind == .lowest || most.kind == .highest { return false }
        let order = BytesOrder.compare(least.member, most.member)
        return order > 0 || order == 0 && (least.kind == .excluding || most.kind == .excluding)
    }
}
