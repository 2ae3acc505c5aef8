// The door for those who watch: HTTP on metrics-port.

import Base
import Transport

extension Assembly {
    /// - Returns: nil if nobody is to ask.
    static func openMetrics(_ settings: Configuration, _ control: Control) throws(StartError) -> HTTPServer? {
        guard settings.metricsPort != 0 else { return nil }
        let bounds = settings.metricsBind.map { BoundAddress($0, port: 0) }
        do throws(TransportError) {
            let hosts = bounds.map { $0.host == "*" ? "0.0.0.0" : $0.host == "::*" ? "::" : $0.host }
            return try HTTPServer(hosts: hosts, port: UInt16(max(0, settings.metricsPort))) { path in
                switch path {
                case "/metrics": HTTPDocument(contentType: MetricsText.contentType, text: Metrics.collect(control))
                case "/": HTTPDocument(contentType: "text/plain; charset=utf-8", text: "Duet: see /metrics\n")
                default: nil
                }
            }
        } catch {
            throw StartError(
                description: "failed to listen on metrics-port: \(error). Another metrics-port or metrics-bind may do.")
        }
    }
}
