// LATENCY GRAPH and LATENCY DOCTOR: what the samples look like, and what they say.

import Base

extension LatencyMonitor.Series {
    private static let columnCount = 80
    private static let rowCount = 4

    /// Bars of two halves a row, the lowest sample being the ground, with the age of each sample below, upright.
    /// Source: Redis LATENCY GRAPH.
    func graph(_ event: String, now: Int64) -> String {
        let values = samples.map(\.milliseconds)
        let high = values.max() ?? 0
        let low = values.min() ?? 0
        var text = "\(event) - high \(high) ms, low \(low) ms (all time high \(worstMilliseconds) ms)\n"
        text += String(repeating: "-", count: Self.columnCount) + "\n"
        for start in stride(from: 0, to: samples.count, by: Self.columnCount) {
            if start > 0 { text += "\n" }
            let part = samples[start..<min(samples.count, start + Self.columnCount)]
            text += Self.bars(part.map { $0.milliseconds - low }, range: max(1, high - low))
            text += Self.upright(part.map { Self.age(now - $0.time) })
        }
        return text
    }

    private static func bars(_ heights: [Int], range: Int) -> String {
        let marks: [Character] = ["_", "o", "#"]
        let steps = rowCount * marks.count
        var text = ""
        for row in 0..<rowCount {
            let ground = (rowCount - row - 1) * marks.count
            for height in heights {
                let mark = min(steps - 1, height * steps / range) - ground
                text.append(mark < 0 ? " " : mark < marks.count ? marks[mark] : "|")
            }
            text += "\n"
        }
        return text
    }

    private static func upright(_ labels: [String]) -> String {
        let labels = labels.map(Array.init)
        var text = String(repeating: " ", count: labels.count) + "\n"
        for place in 0..<(labels.map(\.count).max() ?? 0) {
            text += String(labels.map { place < $0.count ? $0[place] : " " }) + "\n"
        }
        return text
    }

    private static func age(_ seconds: Int64) -> String {
        if seconds < 60 { return "\(seconds)s" }
        if seconds < 3600 { return "\(seconds / 60)m" }
        return seconds < 86400 ? "\(seconds / 3600)h" : "\(seconds / 86400)d"
    }

    /// One line about the samples.
    fileprivate func summary(_ event: String, now: Int64) -> String {
        let values = samples.map(\.milliseconds)
        let mean = values.reduce(0, +) / max(1, values.count)
        let deviation = values.reduce(0) { $0 + abs($1 - mean) } / max(1, values.count)
        let period = Double(now - (samples.first?.time ?? now)) / Double(max(1, samples.count))
        return "\(event): \(values.count) latency spikes (average \(mean)ms, mean deviation \(deviation)ms, period "
            + "\(InfoText.fixed(max(0, period), 2)) sec). Worst all time event \(worstMilliseconds)ms."
    }
}

extension LatencyMonitor {
    /// Source: Redis LATENCY DOCTOR.
    func report(_ settings: MeteringSettings, now: Int64) -> String {
        let events = all
        if events.isEmpty && settings.latencyMilliseconds == 0 {
            return """
                Latency monitoring is off. CONFIG SET latency-monitor-threshold <milliseconds> turns it on.

                """
        }
        if events.isEmpty { return "Nothing took as long as latency-monitor-threshold so far.\n" }
        var text = "Commands have taken longer than latency-monitor-threshold:\n\n"
        for (index, event) in events.enumerated() {
            text += "\(index + 1). " + event.series.summary(event.name, now: now) + "\n"
        }
        text += "\nWhat may help:\n\n"
        let names = events.map(\.name)
        if settings.slowLogMicroseconds < 0 || settings.slowLogMicroseconds > settings.latencyMilliseconds * 1000 {
            text += "- Set slowlog-log-slower-than to \(max(1, settings.latencyMilliseconds) * 1000), so that the slow "
            text += "log has these commands.\n"
        } else {
            text += "- SLOWLOG GET shows which commands these were.\n"
        }
        if names.contains("command") {
            text += "- Commands that go through whole keyspaces or large values (KEYS, SMEMBERS, SORT, ZUNIONSTORE) "
            text += "take long: SCAN and its kin do the same in pieces.\n"
        }
        if names.contains("fast-command") {
            text += "- Commands that should be fast were not: the machine may be swapping, short of cores, or a "
            text += "virtual one whose host is busy. redis-cli --intrinsic-latency 100 on this machine tells.\n"
        }
        return text
    }
}
