// The metrics' door: HTTP as Prometheus asks, text as it reads.

import Base
import Glibc
import Testing

@testable import Server

/// A scrape, taken apart as Prometheus would.
private struct Scrape {
    var kinds: [String: String] = [:]
    var values: [String: Double] = [:]
    var flaws: [String] = []

    init(_ text: String) {
        if !text.hasSuffix("\n") { flaws.append("no line end at the end") }
        var helped: Set<String> = []
        for line in text.split(separator: "\n", omittingEmptySubsequences: false).dropLast() {
            let words = line.split(separator: " ", maxSplits: 3).map(String.init)
            if line.hasPrefix("# HELP ") {
                if !helped.insert(words[2]).inserted { flaws.append("told twice: \(words[2])") }
                if words.count < 4 { flaws.append("no help: \(line)") }
            } else if line.hasPrefix("# TYPE ") {
                kinds[words[2]] = words[3]
                if (words[3] == "counter") != words[2].hasSuffix("_total") { flaws.append("name: \(line)") }
            } else {
                guard let blank = line.lastIndex(of: " "), let value = Double(line[line.index(after: blank)...])
                else { flaws.append("no sample: \(line)"); continue }
                let sample = String(line[..<blank])
                let name = String(sample.prefix { $0 != "{" })
                let family = ["_bucket", "_sum", "_count"].first { name.hasSuffix($0) }.map { name.dropLast($0.count) }
                let isKnown = kinds[name] != nil || family.map { kinds[String($0)] == "histogram" } == true
                if !isKnown { flaws.append("before its kind: \(line)") }
                if values.updateValue(value, forKey: sample) != nil { flaws.append("sampled twice: \(sample)") }
            }
        }
    }
}

private func withMetrics(_ body: (TestServer, _ port: UInt16) throws -> Void) throws {
    let server = try TestServer { settings in
        settings.metricsPort = -1
        settings.metricsBind = ["127.0.0.1"]
    }
    defer { server.finish() }
    try body(server, try #require(server.assembly.metricsPort))
}

/// Head and body of the reply.
private func ask(_ request: String, port: UInt16) throws -> (head: [String], body: String) {
    let client = try TestClient(port: port)
    client.send(request + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
    var head: [String] = []
    while let line = Optional(client.line()), !line.isEmpty { head.append(line) }
    return (head, client.text(until: "\u{0}"))
}

@Suite("Metrics")
struct MetricsTests {
    @Test("a scrape is well formed and tells of both doors")
    func scrape() throws {
        try withMetrics { server, port in
            let memcached = try server.memcached()
            let resp = try server.resp()
            #expect(memcached.ask("set k 0 0 1\r\n1") == ["STORED"])
            #expect(memcached.ask("get k", until: "END").count == 3)
            #expect(memcached.ask("get none") == ["END"])
            #expect(resp.ask("EXPIRE k 100") == [":1"])
            #expect(resp.ask("NOSUCH")[0].hasPrefix("-ERR"))
            let reply = try ask("GET /metrics", port: port)
            #expect(reply.head.first == "HTTP/1.1 200 OK")
            #expect(reply.head.contains("Content-Type: text/plain; version=0.0.4; charset=utf-8"))
            let scrape = Scrape(reply.body)
            #expect(scrape.flaws == [])
            #expect(scrape.values["duet_keys{database=\"0\"}"] == 1)
            #expect(scrape.values["duet_keys_expiring{database=\"0\"}"] == 1)
            #expect(scrape.values["duet_memcached_commands_total{command=\"get\",outcome=\"hit\"}"] == 1)
            #expect(scrape.values["duet_memcached_commands_total{command=\"get\",outcome=\"miss\"}"] == 1)
            #expect(scrape.values["duet_resp_commands_total"] == 2)
            #expect(scrape.values["duet_resp_errors_total"] == 1)
            #expect(scrape.kinds["duet_resp_command_duration_seconds"] == "histogram")
            let times = "duet_resp_command_duration_seconds"
            #expect(scrape.values["\(times)_count{command=\"expire\"}"] == 1)
            #expect(scrape.values["\(times)_bucket{command=\"expire\",le=\"+Inf\"}"] == 1)
            #expect(try #require(scrape.values["\(times)_sum{command=\"expire\"}"]) > 0)
            #expect(!scrape.values.keys.contains { $0.contains("command=\"get\",le") })
            #expect(scrape.values["duet_connections"] == 2)
            #expect(try #require(scrape.values["duet_memory_used_bytes"]) > 0)
        }
    }

    @Test("the dashboard asks for what there is")
    func dashboard() throws {
        let text = String(decoding: try Files.read("Config/grafana-dashboard.json"), as: UTF8.self)
        let names = text.split { !($0.isLetter || $0.isNumber || $0 == "_") }.filter { word in
            word.hasPrefix("duet_") || word.hasPrefix("process_")
        }
        #expect(names.count > 20)
        try withMetrics { server, port in
            // A command that nobody called has no histogram.
            #expect(try server.resp().ask("PING") == ["+PONG"])
            var known: Set<String> = []
            for (name, kind) in Scrape(try ask("GET /metrics", port: port).body).kinds {
                known.formUnion(kind == "histogram" ? ["_bucket", "_sum", "_count"].map { name + $0 } : [name])
            }
            #expect(Set(names.map(String.init)).subtracting(known) == [])
        }
    }

    @Test("other paths are not found, HEAD has no body, and nothing can be sent")
    func requests() throws {
        try withMetrics { _, port in
            #expect(try ask("GET /", port: port).body.contains("/metrics"))
            #expect(try ask("GET /secret", port: port).head.first == "HTTP/1.1 404 Not Found")
            let head = try ask("HEAD /metrics", port: port)
            #expect(head.head.first == "HTTP/1.1 200 OK" && head.body.isEmpty)
            #expect(try ask("POST /metrics", port: port).head.first?.contains(" 501 ") == true)
            #expect(try ask("GET /metrics?name=duet", port: port).head.first == "HTTP/1.1 200 OK")
        }
    }

    @Test("nothing that is said to it crashes it, and a silent reader holds up nobody")
    func badRequests() throws {
        try withMetrics { _, port in
            let silent = try TestClient(port: port)
            silent.send("GET /metr")
            var random = SplitMix64(seed: 7)
            for _ in 0..<50 {
                let client = try TestClient(port: port)
                let bytes = (0..<random.next() % 200).map { _ in UInt8(random.next() & 127) }
                client.send(String(decoding: bytes, as: UTF8.self))
                client.send("\r\n\r\n")
            }
            let long = try TestClient(port: port)
            long.send("GET /metrics HTTP/1.1\r\nX: " + String(repeating: "x", count: 100_000) + "\r\n\r\n")
            #expect(try ask("GET /metrics", port: port).head.first == "HTTP/1.1 200 OK")
            silent.send("ics HTTP/1.0\r\n\r\n")
            #expect(silent.line() == "HTTP/1.0 200 OK")
        }
    }

    @Test("without metrics-port there is no such door, and a port in use is told with what to do")
    func port() throws {
        let plain = try TestServer()
        #expect(plain.assembly.metricsPort == nil)
        plain.finish()
        try withMetrics { _, port in
            let failure = #expect(throws: StartError.self) {
                try TestServer { settings in
                    settings.metricsPort = Int(port)
                    settings.metricsBind = ["127.0.0.1"]
                }
            }
            #expect(failure?.description.contains("metrics-port") == true)
        }
    }
}
