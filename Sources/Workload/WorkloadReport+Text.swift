// A report for people, a report for programs, and the line that shows a run is alive.

extension WorkloadReport {
    /// A summary table of several lines, the last one ended.
    public func table(_ options: WorkloadOptions) -> String {
        var rows: [(String, String)] = []
        if preloadedKeys > 0 {
            let rate = preloadSeconds > 0 ? Double(preloadedKeys) / preloadSeconds : 0
            rows.append(
                (
                    "preloaded",
                    "\(grouped(preloadedKeys)) keys in \(fixed(preloadSeconds, 2)) s, "
                        + "\(grouped(Int(rate)))/s"
                        + (preloadErrors > 0 ? ", \(grouped(preloadErrors)) errors" : "")
                ))
        }
        if requests > 0 || seconds > 0 {
            rows.append(("workload", options.summary))
            rows.append(("requests/s", grouped(Int(requestsPerSecond.rounded()))))
            rows.append(("requests", "\(grouped(requests)) in \(fixed(seconds, 2)) s"))
            if keysRead > 0 {
                rows.append(
                    (
                        "keys read",
                        "\(grouped(keysRead)): \(grouped(hits)) hits, \(grouped(misses)) misses, "
                            + "hit ratio \(fixed(hitRatio * 100, 2)) %"
                    ))
            }
            if stores > 0 {
                rows.append(
                    ("stores", grouped(stores) + (fills > 0 ? ", \(grouped(fills)) to fill misses" : "")))
            }
            rows.append(("bytes", "\(grouped(bytesSent)) sent, \(grouped(bytesReceived)) received"))
            rows.append(
                (
                    "latency µs",
                    "mean \(microseconds(latency.mean))  p50 \(microseconds(latency.p50))  "
                        + "p90 \(microseconds(latency.p90))  p99 \(microseconds(latency.p99))  "
                        + "p99.9 \(microseconds(latency.p999))  p99.99 \(microseconds(latency.p9999))  "
                        + "max \(microseconds(latency.max))"
                ))
            let cost = requests > 0 ? processorSeconds / Double(requests) * 1e6 : 0
            rows.append(("generator", "\(fixed(cost, 3)) µs processor time a request"))
        }
        if !isClean {
            rows.append(
                (
                    "errors",
                    "\(grouped(errors)) refused, \(grouped(unanswered)) unanswered, "
                        + "\(grouped(connectionsLost)) connections lost"
                ))
        }
        if let errorExample { rows.append(("example", errorExample)) }
        if wasInterrupted { rows.append(("interrupted", "these are the figures up to then")) }
        let width = rows.map(\.0.count).max() ?? 0
        return rows.map { name, text in
            name + String(repeating: " ", count: width - name.count + 2) + text + "\n"
        }.joined()
    }

    /// One JSON object in one line, without line end. Latencies are in microseconds.
    public func json(_ options: WorkloadOptions) -> String {
        var members: [(String, String)] = [
            ("protocol", quoted(options.wireProtocol.rawValue)), ("server", quoted(options.server)),
            ("connections", "\(options.connectionCount)"), ("threads", "\(options.threadCount)"),
            ("pipeline", "\(options.pipelineDepth)"), ("keys_per_request", "\(options.keysPerRequest)"),
            ("keys", "\(options.keyCount)"), ("key_size", "\(options.keySize)"),
            ("distribution", quoted(options.distribution.description)),
            ("value_size_min", "\(options.valueSizes.lowerBound)"),
            ("value_size_max", "\(options.valueSizes.upperBound)"),
            ("set_ratio", "\(options.setRatio)"), ("ttl", "\(options.ttlSeconds)"),
            ("seed", "\(options.seed)"),
        ]
        if let rate = options.ratePerSecond { members.append(("rate", "\(rate)")) }
        members += [
            ("preloaded_keys", "\(preloadedKeys)"), ("preload_seconds", fixed(preloadSeconds, 6)),
            ("preload_errors", "\(preloadErrors)"), ("seconds", fixed(seconds, 6)),
            ("requests", "\(requests)"),
            ("requests_per_second", fixed(requestsPerSecond, 1)), ("keys_read", "\(keysRead)"),
            ("hits", "\(hits)"), ("misses", "\(misses)"), ("hit_ratio", fixed(hitRatio, 6)),
            ("stores", "\(stores)"), ("fills", "\(fills)"), ("errors", "\(errors)"),
            ("unanswered", "\(unanswered)"), ("connections_lost", "\(connectionsLost)"),
            ("bytes_sent", "\(bytesSent)"), ("bytes_received", "\(bytesReceived)"),
            ("latency_us", latencyJSON), ("generator_processor_seconds", fixed(processorSeconds, 6)),
            ("interrupted", "\(wasInterrupted)"),
            ("error_example", errorExample.map(quoted) ?? "null"),
        ]
        return "{" + members.map { "\(quoted($0.0)): \($0.1)" }.joined(separator: ", ") + "}"
    }

    private var latencyJSON: String {
        let values: [(String, Double)] = [
            ("mean", latency.mean), ("p50", Double(latency.p50)), ("p90", Double(latency.p90)),
            ("p99", Double(latency.p99)), ("p99.9", Double(latency.p999)), ("p99.99", Double(latency.p9999)),
            ("max", Double(latency.max)),
        ]
        return "{" + values.map { "\(quoted($0.0)): \(fixed($0.1 / 1000, 3))" }.joined(separator: ", ") + "}"
    }
}

extension WorkloadProgress {
    /// About 70 columns, for a terminal's last line.
    public var line: String {
        let name = stage == .preload ? "preload" : "measure"
        var text = "\(name) \(Int((fraction * 100).rounded())) %  \(grouped(Int(requestsPerSecond)))/s"
        text += "  \(fixed(latencyMicroseconds, 1)) µs"
        if let hitRatio { text += "  hits \(fixed(hitRatio * 100, 1)) %" }
        if errors > 0 { text += "  errors \(grouped(errors))" }
        return text
    }
}

extension WorkloadOptions {
    /// The run in a line.
    public var summary: String {
        var text = "\(wireProtocol.rawValue), \(connectionCount) connections, pipeline \(pipelineDepth), "
        if keysPerRequest > 1 { text += "\(keysPerRequest) keys a read, " }
        let sizes =
            valueSizes.count == 1
            ? "\(valueSizes.lowerBound)" : "\(valueSizes.lowerBound)-\(valueSizes.upperBound)"
        if let trace {
            return text + "a trace of \(grouped(trace.count)) requests for \(grouped(trace.keyCount)) keys"
        }
        text += "\(fixed(setRatio * 100, 1)) % stores, \(grouped(keyCount)) keys of \(keySize) bytes, "
        text += "\(distribution.description), values of \(sizes) bytes"
        if let ratePerSecond { text += ", \(grouped(Int(ratePerSecond)))/s asked for" }
        return text
    }
}

/// `value` with so many decimals, 0...9.
func fixed(_ value: Double, _ decimals: Int) -> String {
    guard value.isFinite, value.magnitude < 9e9 else { return "\(value)" }
    var unit = 1
    for _ in 0..<decimals { unit *= 10 }
    let scaled = Int((value.magnitude * Double(unit)).rounded())
    let sign = value < 0 && scaled > 0 ? "-" : ""
    guard decimals > 0 else { return "\(sign)\(scaled)" }
    let rest = String(scaled % unit)
    return "\(sign)\(scaled / unit)." + String(repeating: "0", count: decimals - rest.count) + rest
}

/// `1234567` as `1,234,567`.
func grouped(_ value: Int) -> String {
    let digits = String(value.magnitude)
    var text = value < 0 ? "-" : ""
    for (index, digit) in digits.enumerated() {
        if index > 0 && (digits.count - index) % 3 == 0 { text += "," }
        text.append(digit)
    }
    return text
}

private func microseconds(_ nanoseconds: UInt64) -> String { microseconds(Double(nanoseconds)) }
private func microseconds(_ nanoseconds: Double) -> String { fixed(nanoseconds / 1000, 1) }

/// `text` as a JSON string.
func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
        switch scalar {
        case "\"": result += "\\\""
        case "\\": result += "\\\\"
        case "\n": result += "\\n"
        case "\r": result += "\\r"
        case "\t": result += "\\t"
        case "\u{0}"..."\u{1F}":
            let hex = String(scalar.value, radix: 16)
            result += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
        default: result.unicodeScalars.append(scalar)
        }
    }
    return result + "\""
}
