// Rates over the last 1.6 seconds or so, sampled by the server's timer, as INFO's instantaneous rows tell them.

import Base
import Synchronization

/// Source: Redis trackInstantaneousMetric: the mean of the last 16 samples.
final class RateMeter: Sendable {
    struct Totals: Sendable {
        var commands = 0
        var bytesIn = 0
        var bytesOut = 0
    }

    struct Rates: Sendable {
        var commandsPerSecond = 0.0
        var bytesInPerSecond = 0.0
        var bytesOutPerSecond = 0.0
    }

    private static let sampleCount = 16

    private struct Samples {
        var last: (totals: Totals, at: Milliseconds)?
        var rates: [Rates] = []
        var next = 0
    }

    private let samples = Mutex(Samples())

    func sample(_ totals: Totals, now: Milliseconds) {
        samples.withLock { samples in
            defer { samples.last = (totals, now) }
            guard let last = samples.last, now > last.at else { return }
            let seconds = Double(now.rawValue - last.at.rawValue) / 1000
            // Counters go back to 0 by CONFIG RESETSTAT.
            let rates = Rates(
                commandsPerSecond: Double(max(0, totals.commands - last.totals.commands)) / seconds,
                bytesInPerSecond: Double(max(0, totals.bytesIn - last.totals.bytesIn)) / seconds,
                bytesOutPerSecond: Double(max(0, totals.bytesOut - last.totals.bytesOut)) / seconds)
            if samples.rates.count < Self.sampleCount {
                samples.rates.append(rates)
            } else {
                samples.rates[samples.next] = rates
            }
            samples.next = (samples.next + 1) % Self.sampleCount
        }
    }

    /// The mean of the samples; nil before the second call of `sample`.
    func mean() -> Rates? {
        samples.withLock { samples in
            guard !samples.rates.isEmpty else { return nil }
            let count = Double(samples.rates.count)
            var sum = Rates()
            for rates in samples.rates {
                sum.commandsPerSecond += rates.commandsPerSecond
                sum.bytesInPerSecond += rates.bytesInPerSecond
                sum.bytesOutPerSecond += rates.bytesOutPerSecond
            }
            return Rates(
                commandsPerSecond: sum.commandsPerSecond / count, bytesInPerSecond: sum.bytesInPerSecond / count,
                bytesOutPerSecond: sum.bytesOutPerSecond / count)
        }
    }
}
