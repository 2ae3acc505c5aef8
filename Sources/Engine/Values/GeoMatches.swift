// What a search among places finds.

public import Base

/// A member of a sorted set whose score is a place. Valid until the section ends in which it was found, or something
/// changes.
@safe
public struct GeoMatch {
    public let position: GeoPosition
    /// Meters from the middle of what was searched.
    public let distance: Double
    public let score: Double
    private let bytes: UnsafeRawBufferPointer

    fileprivate init(_ member: RawSpan, _ score: Double, _ position: GeoPosition, distance: Double) {
        self.position = position
        self.distance = distance
        self.score = score
        unsafe bytes = member.withUnsafeBytes { unsafe $0 }
    }

    public var member: RawSpan {
        @_lifetime(immortal) get {
            // SAFETY: the set does not change while the match is valid.
            unsafe _overrideLifetime(RawSpan(_unsafeBytes: bytes), copying: ())
        }
    }
}

/// The members within a shape, as many as are wanted.
public struct GeoMatches {
    public enum Order: Sendable {
        case asFound, nearestFirst, farthestFirst

        fileprivate func isBefore(_ a: Double, _ b: Double) -> Bool {
            switch self {
            case .asFound: false
            case .nearestFirst: a < b
            case .farthestFirst: a > b
            }
        }
    }

    private let shape: GeoShape
    private let order: Order
    private let countMax: Int
    private let takesFirst: Bool
    /// What was found, in order once the search is done.
    public private(set) var elements: [GeoMatch] = []
    /// Others that are not before this distance do not count any more.
    private var worst: Double?

    /// - Parameter takesFirst: the first that are found will do, else those that come first in the order.
    public init(_ shape: GeoShape, _ order: Order, countMax: Int, takesFirst: Bool) {
        self.shape = shape
        self.order = order
        self.countMax = countMax
        self.takesFirst = takesFirst || order == .asFound
    }

    private var isComplete: Bool { takesFirst && elements.count >= countMax }

    private mutating func consider(_ member: RawSpan, _ score: Double) {
        if isComplete { return }
        let position = GeoPosition(score: score)
        guard let distance = shape.distance(to: position) else { return }
        if let worst, !order.isBefore(distance, worst) { return }
        elements.append(GeoMatch(member, score, position, distance: distance))
        // Memory for twice what is wanted, and not for all that is there.
        if elements.count - countMax >= max(countMax, 64) { sort() }
    }

    private mutating func sort() {
        let order = order
        if order == .asFound { return }
        elements.sort { order.isBefore($0.distance, $1.distance) }
        guard elements.count > countMax else { return }
        elements.removeLast(elements.count - countMax)
        worst = elements.last?.distance
    }

    /// Looks for them in a set.
    public mutating func search(_ set: borrowing SortedSetValue) {
        let cells = shape.cells
        for index in cells.indices {
            guard let cell = cells[index] else { continue }
            let positions = set.positions(ScoreBounds(cell.scoreMin, cell.scoreEnd, excludesMost: true))
            for lower in stride(from: positions.lowerBound, to: positions.upperBound, by: 256) {
                if isComplete { break }
                set.forEach(lower..<min(lower + 256, positions.upperBound)) { consider($0, $1) }
            }
        }
        sort()
    }
}
