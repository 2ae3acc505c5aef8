// Zipf-distributed ranks in constant time and memory, exact for any count: no table of 100 million weights.

internal import Base
internal import Glibc

/// Draws ranks 1...count with probability proportional to rank^-exponent.
///
/// Source: W. Hörmann, G. Derflinger, "Rejection-inversion to generate variates from monotone discrete
/// distributions", ACM TOMACS 6 (1996). Under the hat's integral H a point is drawn, and kept if it falls
/// into its rank's bar; on average about 1.1 draws.
struct ZipfSampler {
    private let count: UInt64
    private let exponent: Double
    private let hatStart: Double
    private let hatEnd: Double
    private let acceptedDistance: Double

    init(count: UInt64, exponent: Double) {
        precondition(count > 0 && exponent > 0)
        self.count = count
        self.exponent = exponent
        hatStart = Self.integral(1.5, exponent) - 1
        hatEnd = Self.integral(Double(count) + 0.5, exponent)
        acceptedDistance =
            2 - Self.integralInverse(Self.integral(2.5, exponent) - pow(2, -exponent), exponent)
    }

    @inline(__always)
    func next(_ random: inout SplitMix64) -> UInt64 {
        while true {
            let uniform = Double(random.next() >> 11) * 0x1p-53
            let area = hatEnd + uniform * (hatStart - hatEnd)
            let position = Self.integralInverse(area, exponent)
            let rank = min(max((position + 0.5).rounded(.down), 1), Double(count))
            if rank - position <= acceptedDistance
                || area >= Self.integral(rank + 0.5, exponent) - pow(rank, -exponent)
            {
                return UInt64(rank)
            }
        }
    }

    // The integral of x^-exponent from 1 is (x^(1-exponent) - 1) / (1-exponent); near exponent 1 that loses
    // all its digits, and expm1 and log1p keep them.
    private static func integral(_ x: Double, _ exponent: Double) -> Double {
        let logarithm = log(x)
        let scaled = (1 - exponent) * logarithm
        return abs(scaled) > 1e-8 ? expm1(scaled) / scaled * logarithm : (1 + scaled / 2) * logarithm
    }

    @inline(__always)
    private static func integralInverse(_ area: Double, _ exponent: Double) -> Double {
        let scaled = max(area * (1 - exponent), -1)
        return abs(scaled) > 1e-8 ? exp(log1p(scaled) / scaled * area) : exp((1 - scaled / 2) * area)
    }
}
