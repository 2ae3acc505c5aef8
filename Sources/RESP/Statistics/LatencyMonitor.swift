// When something took long, and how long: the times of events by name. Source: Redis 7 command reference, LATENCY.

import Base

final class LatencyMonitor: Sendable {
    struct Sample: Sendable {
        /// Seconds since 1970.
        var time: Int64
        var milliseconds: Int
    }

    /// The last samples of an event, the oldest first.
    struct Series: Sendable {
        var samples: [Sample] = []
        /// Since the server started, or they were reset.
        var worstMilliseconds = 0

        /// Two within one second are one: the worse. Source: Redis latencyAddSample.
        mutating func add(_ sample: Sample) {
            worstMilliseconds = max(worstMilliseconds, sample.milliseconds)
            if let last = samples.last, last.time == sample.time {
                samples[samples.count - 1].milliseconds = max(last.milliseconds, sample.milliseconds)
                return
            }
            if samples.count == RESPLimits.latencySamplesKept { samples.removeFirst() }
            samples.append(sample)
        }
    }

    /// Few names, all of them ours.
    private let events = Monitor<[(name: String, series: Series)]>([])

    func add(_ event: String, _ sample: Sample) {
        events.look { events in
            if let index = events.firstIndex(where: { $0.name == event }) { return events[index].series.add(sample) }
            var series = Series()
            series.add(sample)
            events.append((event, series))
        }
    }

    /// By name.
    var all: [(name: String, series: Series)] { events.look { $0 }.sorted { $0.name < $1.name } }

    func series(_ event: String) -> Series? { events.look { $0 }.first { $0.name == event }?.series }

    /// Forgets `event`, or all if it is nil. Returns how many there were.
    func reset(_ event: String?) -> Int {
        events.look { events in
            let before = events.count
            events.removeAll { event == nil || $0.name == event }
            return before - events.count
        }
    }
}
