// INFO's sections on commands: how often, how long, and with which errors. Source: Redis 7 genRedisInfoString.

import Base

extension InfoText {
    mutating func commandStatistics(_ metering: Metering) {
        for (subject, name) in CallSubject.named {
            let totals = metering.board.totals(of: subject)
            guard totals.calls > 0 || totals.refusals > 0 || totals.failures > 0 else { continue }
            let microseconds = TickClock.microseconds(totals.ticks)
            let mean = totals.calls > 0 ? microseconds / Double(totals.calls) : 0
            row(
                "cmdstat_\(name)",
                "calls=\(totals.calls),usec=\(Int(microseconds)),usec_per_call=\(Self.fixed(mean, 2)),"
                    + "rejected_calls=\(totals.refusals),failed_calls=\(totals.failures)")
        }
    }

    mutating func errorStatistics(_ metering: Metering) {
        for (name, count) in metering.errorCounts() { row("errorstat_\(name)", "count=\(count)") }
    }

    mutating func latencyStatistics(_ metering: Metering) {
        let settings = metering.settings
        guard settings.tracksLatency else { return }
        for (subject, name) in CallSubject.named {
            let histogram = metering.board.histogram(of: subject)
            guard histogram.total > 0 else { continue }
            let values = histogram.percentiles(settings.latencyPercentiles).map { $0 / TickClock.perMicrosecond }
            let texts = zip(settings.latencyPercentiles, values).map { percentage, value in
                "p\(Self.shortest(percentage))=\(Self.fixed(value, 3))"
            }
            row("latency_percentiles_usec_\(name)", texts.joined(separator: ","))
        }
    }

    /// 50, 99.9: a number without what it does not need.
    static func shortest(_ value: Double) -> String {
        value == value.rounded() ? String(Int(value)) : "\(value)"
    }
}
