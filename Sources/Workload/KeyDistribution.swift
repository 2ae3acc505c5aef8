// Which keys a workload asks for, and how often.

internal import Base

/// How requests choose their keys.
public enum KeyDistribution: Sendable, Equatable, CustomStringConvertible {
    case uniform
    /// Key of rank r is asked for in proportion to r^-exponent.
    case zipf(exponent: Double)
    /// Every key in order, again and again.
    case sequential
    /// Zipf, disturbed by a reader that walks over all keys in order, as a report or a backup does.
    case scanPolluted(exponent: Double, scanShare: Double)

    /// `uniform`, `sequential`, `zipf[:EXPONENT]`, `scan-polluted[:EXPONENT[:SHARE]]`.
    public init?(_ text: String) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        let numbers = parts.dropFirst().compactMap { Double($0) }
        guard numbers.count == parts.count - 1 else { return nil }
        switch (parts[0], numbers.count) {
        case ("uniform", 0): self = .uniform
        case ("sequential", 0): self = .sequential
        case ("zipf", 0...1): self = .zipf(exponent: numbers.first ?? 0.99)
        case ("scan-polluted", 0...2):
            let share = numbers.count == 2 ? numbers[1] : 0.2
            self = .scanPolluted(exponent: numbers.first ?? 0.99, scanShare: share)
        default: return nil
        }
        if problem != nil { return nil }
    }

    var problem: String? {
        switch self {
        case .uniform, .sequential: return nil
        case .zipf(let exponent):
            return exponent > 0 && exponent <= 10 ? nil : "zipf's exponent must be above 0 and at most 10"
        case .scanPolluted(let exponent, let share):
            guard exponent > 0 && exponent <= 10 else {
                return "zipf's exponent must be above 0 and at most 10"
            }
            return share >= 0 && share <= 1 ? nil : "the scan's share must be 0...1"
        }
    }

    public var description: String {
        switch self {
        case .uniform: "uniform"
        case .sequential: "sequential"
        case .zipf(let exponent): "zipf:\(exponent)"
        case .scanPolluted(let exponent, let share): "scan-polluted:\(exponent):\(share)"
        }
    }
}

/// One thread's stream of key numbers, 0 ..< keyCount.
struct KeySource {
    private enum Kind { case uniform, zipf, sequential, scanPolluted }

    private let kind: Kind
    private let keyCount: UInt64
    private var cursor: UInt64
    private let scanThreshold: UInt64
    private let zipf: ZipfSampler
    private let scatter: Scatter
    private var random: SplitMix64

    /// The places of a trace's requests, in order.
    init(replaying trace: Trace, part: Int, of partCount: Int) {
        self.init(.sequential, keyCount: trace.count, seed: 0, part: part, of: partCount)
    }

    /// - Parameter part: which of `partCount` threads asks: their sequences start apart.
    init(_ distribution: KeyDistribution, keyCount: Int, seed: UInt64, part: Int = 0, of partCount: Int = 1) {
        precondition(keyCount > 0 && part >= 0 && part < partCount)
        var exponent = 1.0
        var share = 0.0
        switch distribution {
        case .uniform: kind = .uniform
        case .sequential: kind = .sequential
        case .zipf(let given):
            kind = .zipf
            exponent = given
        case .scanPolluted(let given, let scanShare):
            kind = .scanPolluted
            exponent = given
            share = scanShare
        }
        self.keyCount = UInt64(keyCount)
        cursor = UInt64(keyCount) * UInt64(part) / UInt64(partCount)
        scanThreshold = UInt64(share * 4_294_967_296)
        zipf = ZipfSampler(count: UInt64(keyCount), exponent: exponent)
        scatter = Scatter(count: UInt64(keyCount))
        random = SplitMix64(seed: seed)
    }

    @inline(__always)
    mutating func next() -> UInt64 {
        switch kind {
        case .uniform:
            return random.next().multipliedFullWidth(by: keyCount).high
        case .zipf:
            return scatter.place(zipf.next(&random) &- 1)
        case .sequential:
            return nextInOrder()
        case .scanPolluted:
            if random.next() >> 32 < scanThreshold { return nextInOrder() }
            return scatter.place(zipf.next(&random) &- 1)
        }
    }

    @inline(__always)
    private mutating func nextInOrder() -> UInt64 {
        let key = cursor
        cursor &+= 1
        if cursor == keyCount { cursor = 0 }
        return key
    }
}

/// A fixed one-to-one shuffle of 0 ..< count, so that popular keys were not stored side by side by the
/// preload.
struct Scatter {
    private let count: UInt64
    private let factor: UInt64

    init(count: UInt64) {
        precondition(count > 0 && count <= 1 << 34)
        self.count = count
        // About count / golden ratio spreads neighbours well; coprime to count makes it one to one.
        var factor = max(1, UInt64(Double(count) * 0.618_033_988_749_895))
        while Scatter.greatestCommonDivisor(factor, count) != 1 { factor += 1 }
        // The product with an index stays below 2^64 up to 2^32 keys; beyond that a small factor has to do.
        if count > 1 << 32 {
            factor = 0x3FFF_FFDD % count
            while Scatter.greatestCommonDivisor(factor, count) != 1 { factor += 1 }
        }
        self.factor = factor
    }

    @inline(__always)
    func place(_ index: UInt64) -> UInt64 { (index &* factor) % count }

    private static func greatestCommonDivisor(_ a: UInt64, _ b: UInt64) -> UInt64 {
        var (a, b) = (a, b)
        while b != 0 { (a, b) = (b, a % b) }
        return a
    }
}
