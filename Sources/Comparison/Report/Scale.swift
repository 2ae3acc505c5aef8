// From figures to places on a chart, and which figures an axis names.

internal import Glibc

/// A straight or logarithmic way from values to coordinates.
struct Scale: Equatable {
    let low: Double
    let high: Double
    let start: Double
    let end: Double
    let isLog: Bool

    /// - Parameter low: lands on `start`; for a logarithmic scale above 0. If `high` is no larger, the scale
    /// is widened.
    init(_ low: Double, _ high: Double, to start: Double, _ end: Double, isLog: Bool = false) {
        let low = isLog ? max(low, 1e-9) : low
        self.low = low
        self.high = high > low ? high : isLog ? low * 10 : low + 1
        self.start = start
        self.end = end
        self.isLog = isLog
    }

    /// The whole of `values`, widened to round figures.
    /// - Parameter fromZero: begins at 0; for a straight scale.
    static func around(
        _ values: [Double], to start: Double, _ end: Double, isLog: Bool, fromZero: Bool = true
    ) -> Scale {
        let found = values.filter { $0.isFinite && (!isLog || $0 > 0) }
        let low = found.min() ?? 1
        let high = found.max() ?? 10
        if isLog {
            return Scale(roundedDown(low), roundedUp(max(high, low * 1.01)), to: start, end, isLog: true)
        }
        let least = fromZero ? min(0, low) : low
        let step = niceStep(max(high - least, 1e-9), count: 5)
        return Scale(
            (least / step).rounded(.down) * step, (max(high, least + 1e-9) / step).rounded(.up) * step,
            to: start, end)
    }

    /// Values outside are put at the edge.
    func place(_ value: Double) -> Double {
        let inside = min(max(value, low), high)
        let share = isLog ? log(inside / low) / log(high / low) : (inside - low) / (high - low)
        return start + share * (end - start)
    }

    /// Round figures within the scale, `countMax` of them at most (two at least if it holds two).
    func ticks(countMax: Int) -> [Double] {
        guard isLog else {
            var step = Self.niceStep(high - low, count: countMax - 1)
            while Int((high / step).rounded(.down) - (low / step).rounded(.up)) + 1 > countMax { step *= 2 }
            let first = Int((low / step - 1e-9).rounded(.up))
            let last = Int((high / step + 1e-9).rounded(.down))
            return first <= last ? (first...last).map { Double($0) * step } : []
        }
        for steps in [[1.0, 2, 5], [1, 3], [1]] {
            let found = Self.logTicks(low, high, steps)
            if found.count <= countMax { return found }
        }
        let decades = Self.logTicks(low, high, [1])
        let every = (decades.count + countMax - 1) / countMax
        return decades.enumerated().filter { $0.offset % every == 0 }.map(\.element)
    }

    private static func logTicks(_ low: Double, _ high: Double, _ steps: [Double]) -> [Double] {
        let first = Int(log10(low).rounded(.down))
        let last = Int(log10(high).rounded(.up))
        return (first...max(first, last)).flatMap { exponent in steps.map { $0 * pow(10, Double(exponent)) } }
            .filter { $0 >= low * 0.999 && $0 <= high * 1.001 }
    }

    /// 1, 2 or 5 times a power of ten, so that about `count` of them make `span`.
    private static func niceStep(_ span: Double, count: Int) -> Double {
        let raw = span / Double(max(1, count))
        let unit = pow(10, log10(raw).rounded(.down))
        return [1.0, 2, 5, 10].first { $0 * unit >= raw * 0.999 }! * unit
    }

    private static func roundedDown(_ value: Double) -> Double {
        let unit = pow(10, log10(value).rounded(.down))
        return ([5.0, 2, 1].first { $0 * unit <= value * 1.001 } ?? 1) * unit
    }

    private static func roundedUp(_ value: Double) -> Double {
        let unit = pow(10, log10(value).rounded(.down))
        return ([1.0, 2, 5, 10].first { $0 * unit >= value * 0.999 } ?? 10) * unit
    }
}
