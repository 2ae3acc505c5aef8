// How often something took how long, in buckets that grow with the time.

/// Counts by duration in ticks: one bucket for each number below 64, then 32 for each power of two, so that a bucket is
/// at most 3 % wide. What lasts 2^32 ticks (a second or more) or longer is in the last one.
public struct TickHistogram: Sendable {
    static let bucketCount = (31 - 5) * 32 + 64

    var counts = [Int](repeating: 0, count: TickHistogram.bucketCount)

    @inline(__always)
    static func bucket(_ ticks: UInt64) -> Int {
        let bounded = min(ticks, UInt64(UInt32.max))
        let shift = max(0, 58 &- (bounded | 1).leadingZeroBitCount)
        return shift &* 32 &+ Int(bounded &>> UInt64(shift))
    }

    /// The lowest duration of bucket `index`, and the first beyond it.
    private static func range(_ index: Int) -> (low: UInt64, end: UInt64) {
        if index < 64 { return (UInt64(index), UInt64(index) + 1) }
        let shift = index / 32 - 1
        let low = UInt64(index - shift * 32) << UInt64(shift)
        return (low, low + (1 << UInt64(shift)))
    }

    public var total: Int { counts.reduce(0, &+) }

    /// The durations that `percentages` (0 ... 100, in any order) of all do not exceed, in ticks.
    public func percentiles(_ percentages: [Double]) -> [Double] {
        let total = Double(self.total)
        return percentages.map { percentage in
            let wanted = max(1, Int((total * percentage / 100 + 0.5).rounded(.down)))
            var seen = 0
            for (index, count) in counts.enumerated() where count > 0 {
                seen &+= count
                if seen >= wanted {
                    let (low, end) = Self.range(index)
                    return Double(low + end - 1) / 2
                }
            }
            return 0
        }
    }

    /// How many took no longer than each of `limits`, which ascend, in ticks.
    public func cumulated(upTo limits: [Double]) -> [Int] {
        var sums: [Int] = []
        var index = 0
        var sum = 0
        for limit in limits {
            while index < counts.count && Double(Self.range(index).low) <= limit {
                sum &+= counts[index]
                index += 1
            }
            sums.append(sum)
        }
        return sums
    }
}
