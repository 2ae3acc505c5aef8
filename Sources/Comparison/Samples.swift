// A figure that was measured several times, and what may be said about two of them.

/// The values of one figure, one a repeat.
public struct Samples: Sendable, Equatable, ExpressibleByArrayLiteral {
    public private(set) var values: [Double] = []

    public init(_ values: [Double] = []) { for value in values { add(value) } }
    public init(arrayLiteral values: Double...) { self.init(values) }

    /// What is no number is none.
    public mutating func add(_ value: Double) {
        if value.isFinite { values.append(value) }
    }

    public var isEmpty: Bool { values.isEmpty }

    /// The middle value, or the mean of the two in the middle; 0 of none.
    public var median: Double {
        guard !values.isEmpty else { return 0 }
        let sorted = values.sorted()
        let middle = sorted.count / 2
        return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
    }

    public var low: Double { values.min() ?? 0 }
    public var high: Double { values.max() ?? 0 }

    /// From the lowest to the highest, as a share of the median; 0 if that is 0.
    public var spread: Double { median == 0 ? 0 : (high - low) / median.magnitude }
}

/// What repeats of two figures allow to say.
public enum Verdict: Sendable, Equatable {
    case higher, lower
    /// Their repeats overlap, or lie closer together than anybody should care about.
    case noDifference
    case tooFewRepeats

    /// Below three repeats chance alone puts all of one beyond all of the other in a third of all cases; with three
    /// in a tenth, with five in one of 126.
    public static let repeatsMin = 3
    /// Medians closer than this, as a share of the larger one, are called equal.
    public static let differenceMin = 0.02

    /// Of `a` beside `b`.
    public init(_ a: Samples, beside b: Samples) {
        let larger = max(a.median.magnitude, b.median.magnitude)
        if min(a.values.count, b.values.count) < Self.repeatsMin {
            self = .tooFewRepeats
        } else if (a.median - b.median).magnitude <= larger * Self.differenceMin {
            self = .noDifference
        } else if a.low > b.high {
            self = .higher
        } else if a.high < b.low {
            self = .lower
        } else {
            self = .noDifference
        }
    }
}
