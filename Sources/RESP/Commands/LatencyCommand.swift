// LATENCY: events that took long, and how long commands take. Source: Redis 7 command reference, LATENCY.

import Base
import Engine

extension RESPSession {
    func latency(_ request: Request, _ output: inout OutputBuffer) {
        guard let subcommand: LatencySubcommand = subcommand(.latency, request, &output) else { return }
        let metering = frontEnd.metering
        switch subcommand {
        case .latest:
            let events = metering.latency.all
            output.appendArray(events.count)
            for event in events {
                output.appendArray(4)
                output.appendBulk(event.name)
                output.appendInteger(event.series.samples.last?.time ?? 0)
                output.appendInteger(event.series.samples.last?.milliseconds ?? 0)
                output.appendInteger(event.series.worstMilliseconds)
            }
        case .history:
            let samples = metering.latency.series(request[2].copiedText())?.samples ?? []
            output.appendArray(samples.count)
            for sample in samples {
                output.appendArray(2)
                output.appendInteger(sample.time)
                output.appendInteger(sample.milliseconds)
            }
        case .graph:
            let event = request[2].copiedText()
            guard let series = metering.latency.series(event) else {
                countError()
                output.append("-ERR No samples available for event '")
                appendErrorText(request[2], RESPLimits.errorTextSizeMax, &output)
                return output.append("'\r\n")
            }
            output.appendVerbatim(series.graph(event, now: engine.now.seconds), version)
        case .reset:
            var count = request.count == 2 ? metering.latency.reset(nil) : 0
            for index in 2..<max(2, request.count) { count += metering.latency.reset(request[index].copiedText()) }
            output.appendInteger(count)
        case .doctor:
            output.appendVerbatim(metering.latency.report(metering.settings, now: engine.now.seconds), version)
        case .histogram: latencyHistogram(request, &output)
        case .help: help(.latency, request, &output)
        }
    }

    /// LATENCY HISTOGRAM [command ...]: a container stands for all its subcommands.
    private func latencyHistogram(_ request: Request, _ output: inout OutputBuffer) {
        var chosen: [(subject: Int, name: String)] = []
        if request.count == 2 {
            chosen = CallSubject.named
        } else {
            for index in 2..<request.count {
                let name = request[index].copiedText().lowercased()
                chosen += CallSubject.named.filter { $0.name == name || $0.name.hasPrefix("\(name)|") }
            }
        }
        let board = frontEnd.metering.board
        let found = chosen.map { (name: $0.name, histogram: board.histogram(of: $0.subject)) }
            .filter { $0.histogram.total > 0 }
        output.appendMap(found.count, version)
        for (name, histogram) in found {
            let steps = Self.steps(histogram)
            output.appendBulk(name)
            output.appendMap(2, version)
            output.appendBulk("calls")
            output.appendInteger(histogram.total)
            output.appendBulk("histogram_usec")
            output.appendMap(steps.count, version)
            for (microseconds, count) in steps {
                output.appendInteger(microseconds)
                output.appendInteger(count)
            }
        }
    }

    /// How many calls took no more than each power of two of 1024 ns, where that grows. Limits are told as Redis'
    /// histograms, whose buckets are 1/128 wide, have them: 1, 2, 4, 8, 16, 33, 66 ... microseconds.
    private static func steps(_ histogram: TickHistogram) -> [(microseconds: Int, count: Int)] {
        let limits = (0..<21).map { power in
            let step = 1024 << power
            return step + step / 128 - 1
        }
        var counts = histogram.cumulated(upTo: limits.map { Double($0) * TickClock.perMicrosecond / 1000 })
        counts[counts.count - 1] = histogram.total
        var before = 0
        var steps: [(microseconds: Int, count: Int)] = []
        for (limit, count) in zip(limits, counts) where count > before {
            steps.append((limit / 1000, count))
            before = count
        }
        return steps
    }
}
