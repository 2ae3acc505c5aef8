// The text in which Prometheus is told of counters, gauges and histograms.
// Source: Prometheus, "Text-based format" 0.0.4, and "Metric and label naming".

/// One answer to a scrape, as it grows. Families are told once each, whole.
struct MetricsText {
    static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    typealias Labels = [String: String]

    private(set) var text = ""

    /// What only grows until the process ends or its counters are reset. Its name ends in `_total`.
    mutating func counter(_ name: String, _ help: String, _ value: some MetricValue) {
        begin(name, "counter", help)
        sample(name, [:], value)
    }

    mutating func counters<Value: MetricValue>(_ name: String, _ help: String, _ samples: [(Labels, Value)]) {
        family(name, "counter", help, samples)
    }

    /// What goes up and down.
    mutating func gauge(_ name: String, _ help: String, _ value: some MetricValue) {
        begin(name, "gauge", help)
        sample(name, [:], value)
    }

    mutating func gauges<Value: MetricValue>(_ name: String, _ help: String, _ samples: [(Labels, Value)]) {
        family(name, "gauge", help, samples)
    }

    private mutating func family<Value: MetricValue>(
        _ name: String, _ kind: String, _ help: String, _ samples: [(Labels, Value)]
    ) {
        if samples.isEmpty { return }
        begin(name, kind, help)
        for (labels, value) in samples { sample(name, labels, value) }
    }

    /// How often something took no longer than each of `limits`, in seconds that ascend, how long all took, and how
    /// many those are.
    mutating func histograms(
        _ name: String, _ help: String, upTo limits: [Double],
        _ samples: [(labels: Labels, counts: [Int], sum: Double, total: Int)]
    ) {
        if samples.isEmpty { return }
        begin(name, "histogram", help)
        for (labels, counts, sum, total) in samples {
            for (limit, count) in zip(limits + [.infinity], counts + [total]) {
                sample(name + "_bucket", labels.merging(["le": limit.metricText]) { $1 }, count)
            }
            sample(name + "_sum", labels, sum)
            sample(name + "_count", labels, total)
        }
    }

    private mutating func begin(_ name: String, _ kind: String, _ help: String) {
        text += "# HELP \(name) \(help)\n# TYPE \(name) \(kind)\n"
    }

    private mutating func sample(_ name: String, _ labels: Labels, _ value: some MetricValue) {
        text += name
        if !labels.isEmpty {
            text += "{"
            for (index, label) in labels.sorted(by: { $0.key < $1.key }).enumerated() {
                text += "\(index == 0 ? "" : ",")\(label.key)=\"\(Self.escaped(label.value))\""
            }
            text += "}"
        }
        text += " \(value.metricText)\n"
    }

    private static func escaped(_ value: String) -> String {
        var text = ""
        for character in value {
            switch character {
            case "\\": text += "\\\\"
            case "\"": text += "\\\""
            case "\n": text += "\\n"
            default: text.append(character)
            }
        }
        return text
    }
}

/// A number as the format spells it.
protocol MetricValue {
    var metricText: String { get }
}

extension Int: MetricValue {
    var metricText: String { String(self) }
}

extension Bool: MetricValue {
    var metricText: String { self ? "1" : "0" }
}

extension Double: MetricValue {
    var metricText: String { isNaN ? "NaN" : isInfinite ? (self < 0 ? "-Inf" : "+Inf") : "\(self)" }
}
