// What is noted of commands: counts, times, slow ones, errors, and who watches.

import Base
import Engine
import Synchronization
import Testing

@testable import RESP

@Suite("Command statistics")
struct StatisticsTests {
    private func rows(_ client: Conversation, _ section: String) -> [String: String] {
        var rows: [String: String] = [:]
        for line in client.ask("INFO", section).split(separator: "\r\n") {
            let parts = line.split(separator: ":", maxSplits: 1)
            if parts.count == 2 { rows[String(parts[0])] = String(parts[1]) }
        }
        return rows
    }

    private func counts(_ row: String?) -> [String] {
        (row ?? "").split(separator: ",").map(String.init).filter { !$0.hasPrefix("usec") }
    }

    @Test("calls, failures and refusals are counted by command and by subcommand")
    func counted() {
        let client = Fixture().connect()
        for _ in 0..<3 { client.ask("SET", "k", "v") }
        client.ask("GET", "k")
        client.ask("LPUSH", "k", "v")
        client.ask("GET")
        client.ask("CONFIG", "GET", "port")
        client.ask("CONFIG", "SET", "nosuch", "1")
        client.ask("CONFIG", "SET", "x")
        client.ask("CONFIG", "NOSUCH")
        client.ask("NOSUCH")
        let rows = self.rows(client, "commandstats")
        #expect(counts(rows["cmdstat_set"]) == ["calls=3", "rejected_calls=0", "failed_calls=0"])
        #expect(counts(rows["cmdstat_get"]) == ["calls=1", "rejected_calls=1", "failed_calls=0"])
        #expect(counts(rows["cmdstat_lpush"]) == ["calls=1", "rejected_calls=0", "failed_calls=1"])
        #expect(counts(rows["cmdstat_config|get"]) == ["calls=1", "rejected_calls=0", "failed_calls=0"])
        #expect(counts(rows["cmdstat_config|set"]) == ["calls=1", "rejected_calls=1", "failed_calls=1"])
        #expect(rows["cmdstat_config"] == nil && rows["cmdstat_nosuch"] == nil)
        #expect(self.rows(client, "errorstats") == ["errorstat_ERR": "count=5", "errorstat_WRONGTYPE": "count=1"])
        #expect(self.rows(client, "stats")["total_error_replies"] == "6")
        #expect(self.rows(client, "latencystats")["latency_percentiles_usec_set"]?.hasPrefix("p50=") == true)
        client.ask("CONFIG", "RESETSTAT")
        #expect(self.rows(client, "commandstats")["cmdstat_set"] == nil)
        #expect(self.rows(client, "errorstats").isEmpty)
    }

    @Test("what EXEC executes is counted by itself, and EXEC too")
    func transactions() {
        let client = Fixture().connect()
        client.ask("MULTI")
        client.ask("SET", "k", "v")
        client.ask("LPUSH", "k", "v")
        client.ask("CLIENT", "GETNAME")
        client.ask("EXEC")
        let rows = self.rows(client, "commandstats")
        #expect(counts(rows["cmdstat_set"]) == ["calls=1", "rejected_calls=0", "failed_calls=0"])
        #expect(counts(rows["cmdstat_lpush"]) == ["calls=1", "rejected_calls=0", "failed_calls=1"])
        #expect(counts(rows["cmdstat_client|getname"]) == ["calls=1", "rejected_calls=0", "failed_calls=0"])
        #expect(counts(rows["cmdstat_exec"]) == ["calls=1", "rejected_calls=0", "failed_calls=0"])
    }

    @Test("a command that waited is counted once, when it is done")
    func waiting() {
        let fixture = Fixture()
        let client = fixture.connect()
        let other = fixture.connect()
        client.ask("BLPOP", "l", "0")
        #expect(rows(other, "commandstats")["cmdstat_blpop"] == nil)
        other.ask("RPUSH", "l", "v")
        client.wake()
        #expect(counts(rows(other, "commandstats")["cmdstat_blpop"]) == ["calls=1", "rejected_calls=0", "failed_calls=0"])
    }

    @Test("INFO without arguments leaves the long sections out, all has them")
    func sections() {
        let client = Fixture().connect()
        client.ask("SET", "k", "v")
        let short = client.ask("INFO")
        #expect(short.contains("# Errorstats\r\n") && !short.contains("# Commandstats") && !short.contains("# Latencystats"))
        let long = client.ask("INFO", "all")
        let titles = long.split(separator: "\r\n").filter { $0.hasPrefix("# ") }
        #expect(
            titles.map { $0.dropFirst(2) } == [
                "Server", "Clients", "Memory", "Persistence", "Stats", "Replication", "CPU", "Modules", "Commandstats",
                "Errorstats", "Latencystats", "Cluster", "Keyspace", "Memcached",
            ])
    }

    @Test("latency-tracking no counts calls and keeps no histogram")
    func untracked() {
        let fixture = Fixture()
        fixture.frontEnd.change { $0.metering.tracksLatency = false }
        let client = fixture.connect()
        client.ask("SET", "k", "v")
        #expect(counts(rows(client, "commandstats")["cmdstat_set"]).first == "calls=1")
        #expect(client.ask("LATENCY", "HISTOGRAM", "set") == "*0\r\n")
        fixture.frontEnd.change { $0.metering.tracksLatency = true }
        client.ask("SET", "k", "v")
        #expect(client.ask("LATENCY", "HISTOGRAM", "set").hasPrefix("*2\r\n$3\r\nset\r\n*4\r\n$5\r\ncalls\r\n:1\r\n"))
        client.ask("CONFIG", "GET", "x")
        #expect(client.ask("LATENCY", "HISTOGRAM", "config").contains("config|get"))
    }

    // MARK: The slow log

    private func slowFixture() -> Fixture {
        let fixture = Fixture()
        fixture.frontEnd.change { $0.metering.slowLogMicroseconds = 0 }
        return fixture
    }

    @Test("long arguments and many are cut in the slow log")
    func cutArguments() {
        let client = slowFixture().connect()
        client.ask("SET", "k", String(repeating: "x", count: 200))
        client.ask(["DEL"] + (0..<40).map { "k\($0)" })
        let reply = client.ask("SLOWLOG", "GET", "2")
        #expect(reply.hasPrefix("*2\r\n*6\r\n:1\r\n"))
        #expect(reply.contains("*32\r\n$3\r\nDEL\r\n"))
        #expect(reply.contains("\r\n$3\r\nk29\r\n$23\r\n... (10 more arguments)\r\n$15\r\n127.0.0.1:40007\r\n$0\r\n\r\n"))
        #expect(reply.contains("$147\r\n" + String(repeating: "x", count: 128) + "... (72 more bytes)\r\n"))
    }

    @Test("passwords are in nobody's log")
    func secrets() {
        let client = slowFixture().connect()
        client.ask("AUTH", "secret")
        client.ask("AUTH", "user", "secret")
        client.ask("HELLO", "2", "AUTH", "user", "secret")
        client.ask("CONFIG", "SET", "port", "1", "requirepass", "secret")
        client.ask("MIGRATE", "127.0.0.1", "1", "secretkey", "0", "10", "AUTH2", "user", "secret")
        let reply = client.ask("SLOWLOG", "GET")
        #expect(!reply.contains("\nsecret\r") && reply.contains("\r\n(redacted)\r\n") && reply.contains("secretkey"))
    }

    @Test("the slow log keeps as many as it may, the newest first, and ids go on")
    func kept() {
        let fixture = slowFixture()
        fixture.frontEnd.change { $0.metering.slowLogCountMax = 3 }
        let client = fixture.connect()
        for index in 0..<100 { client.ask("GET", "k\(index)") }
        #expect(client.ask("SLOWLOG", "LEN") == ":3\r\n")
        #expect(client.ask("SLOWLOG", "GET", "1").hasPrefix("*1\r\n*6\r\n:100\r\n"))
        client.ask("SLOWLOG", "RESET")
        #expect(client.ask("SLOWLOG", "LEN") == ":1\r\n")
        fixture.frontEnd.change { $0.metering.slowLogMicroseconds = -1 }
        client.ask("SLOWLOG", "RESET")
        client.ask("GET", "k")
        #expect(client.ask("SLOWLOG", "LEN") == ":0\r\n")
    }

    @Test("what EXEC executes is in the slow log, EXEC is not")
    func slowTransaction() {
        let client = slowFixture().connect()
        client.ask("MULTI")
        client.ask("GET", "inside")
        client.ask("EXEC")
        let reply = client.ask("SLOWLOG", "GET")
        #expect(reply.contains("inside") && !reply.contains("EXEC"))
    }

    // MARK: Latency events

    @Test("samples of one second are one, the worst, and a graph has them all")
    func samples() {
        let monitor = LatencyMonitor()
        for (time, milliseconds) in [(100, 5), (100, 9), (100, 7), (160, 30), (3800, 1)] {
            monitor.add("command", LatencyMonitor.Sample(time: Int64(time), milliseconds: milliseconds))
        }
        let series = monitor.series("command")!
        #expect(series.samples.map(\.milliseconds) == [9, 30, 1] && series.worstMilliseconds == 30)
        let graph = series.graph("command", now: 3801)
        #expect(graph.hasPrefix("command - high 30 ms, low 1 ms (all time high 30 ms)\n--------"))
        #expect(graph.hasSuffix("-\n # \n | \n_| \n||_\n   \n111\nhhs\n"))
        #expect(monitor.report(MeteringSettings(), now: 3801).contains("1. command: 3 latency spikes"))
        for time in 0..<200 { monitor.add("x", LatencyMonitor.Sample(time: Int64(time), milliseconds: 1)) }
        #expect(monitor.series("x")!.samples.count == RESPLimits.latencySamplesKept)
        #expect(monitor.all.map(\.name) == ["command", "x"])
        #expect(monitor.reset("y") == 0 && monitor.reset("x") == 1 && monitor.reset(nil) == 1)
    }

    // MARK: MONITOR

    @Test("a monitor sees commands with their words quoted, secrets and what is for administrators left out")
    func monitoring() {
        let fixture = Fixture()
        let watcher = fixture.connect()
        let client = fixture.connect()
        #expect(watcher.ask("MONITOR") == "+OK\r\n")
        client.ask("SET", "a\u{1}\n\"b", "v")
        client.ask("SELECT", "3")
        client.ask("AUTH", "secret")
        client.ask("CONFIG", "GET", "port")
        client.ask("CLIENT", "GETNAME")
        client.ask("NOSUCH")
        client.ask("MULTI")
        client.ask("INCR", "n")
        client.ask("EXEC")
        let lines = watcher.wake().split(separator: "\r\n").map { $0.drop { $0 != "[" } }
        #expect(
            lines.map(String.init) == [
                #"[0 127.0.0.1:40008] "SET" "a\x01\n\"b" "v""#, #"[3 127.0.0.1:40008] "SELECT" "3""#,
                #"[3 127.0.0.1:40008] "AUTH" "(redacted)""#, #"[3 127.0.0.1:40008] "CLIENT" "GETNAME""#,
                #"[3 127.0.0.1:40008] "MULTI""#, #"[3 127.0.0.1:40008] "INCR" "n""#, #"[3 127.0.0.1:40008] "EXEC""#,
            ])
        #expect(client.ask("CLIENT", "LIST").contains("flags=O"))
        #expect(watcher.ask("RESET").hasPrefix("+RESET"))
        client.ask("GET", "a")
        #expect(watcher.wake() == "")
    }

    @Test("a monitor that takes nothing is cut off, and its lines are gone")
    func slowMonitor() {
        let fixture = Fixture()
        let watcher = fixture.connect()
        watcher.ask("MONITOR")
        let lines = [UInt8](repeating: 120, count: RESPLimits.monitorBacklogSizeMax / 3)
        for _ in 0..<4 { watcher.session.monitorFeed!.add(lines) }
        #expect(watcher.wake() == "" && watcher.isClosed)
        #expect(!fixture.frontEnd.metering.monitors.isNeeded)
    }
}
