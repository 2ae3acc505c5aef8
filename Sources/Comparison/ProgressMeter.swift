// How far a comparison is, by the seconds that its steps were expected to take.

internal import Base

/// A moment of a comparison.
public struct ComparisonProgress: Sendable, Equatable {
    /// What is under way, as in `memcached: get, pipeline 32`.
    public var text = ""
    /// 0...1.
    public var fraction = 0.0
    public var secondsLeft = 0.0

    public init() {}

    /// A line of up to `width` columns, with a bar if there is room.
    public func line(width: Int, hasBar: Bool = true) -> String {
        let percent = "\(Int(fraction * 100)) %"
        let time = "\(clockText(secondsLeft)) left"
        let room = min(30, width - percent.count - time.count - 36)
        guard hasBar && room >= 8 else { return String("\(percent)  \(time)  \(text)".prefix(width)) }
        let full = Int(min(1, fraction) * Double(room))
        let bar = String(repeating: "█", count: full) + String(repeating: "░", count: room - full)
        return String("\(bar) \(percent)  \(time)  \(text)".prefix(width))
    }
}

/// Shared by the comparison and the threads of the load generator, which tell it that time goes by.
final class ProgressMeter: Sendable {
    private struct State {
        var total: Double
        /// Expected seconds of the steps that are over, and the seconds that they took.
        var expected = 0.0
        var taken = 0.0
        var step = 0.0
        var stepStartedAt: UInt64 = 0
        var text = ""
    }

    private let state: Monitor<State>
    private let show: @Sendable (ComparisonProgress) -> Void

    init(totalSeconds: Double, show: @escaping @Sendable (ComparisonProgress) -> Void) {
        state = Monitor(State(total: max(totalSeconds, 0.001)))
        self.show = show
    }

    func begin(_ text: String, seconds: Double) {
        state.change {
            $0.text = text
            $0.step = seconds
            $0.stepStartedAt = monotonicNanoseconds()
        }
        tick()
    }

    func name(_ text: String) {
        state.change { $0.text = text }
        tick()
    }

    func finish() {
        state.change {
            $0.expected += $0.step
            $0.taken += Double(monotonicNanoseconds() - $0.stepStartedAt) / 1e9
            $0.step = 0
        }
    }

    func tick() {
        let progress = state.look { state in
            var progress = ComparisonProgress()
            let inStep = Double(monotonicNanoseconds() - state.stepStartedAt) / 1e9
            // Who took longer so far than expected goes on to do so.
            let pace = state.expected > 5 ? state.taken / state.expected : 1
            let done = state.expected + min(state.step, inStep / max(pace, 0.01))
            progress.text = state.text
            progress.fraction = min(1, done / state.total)
            progress.secondsLeft = max(0, state.total - done) * pace
            return progress
        }
        show(progress)
    }
}
