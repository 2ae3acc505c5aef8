// What is noted of the commands that scripts and functions execute. Compared with redis-server 7.0.15.

import Base
import Engine
import Synchronization
import Testing

@testable import RESP

@Suite("Statistics of scripts")
struct ScriptStatisticsTests {
    let fixture = Fixture()

    private func rows(_ client: Conversation, _ section: String) -> [String: String] {
        var rows: [String: String] = [:]
        for line in client.ask("INFO", section).split(separator: "\r\n") {
            let parts = line.split(separator: ":", maxSplits: 1)
            let values = parts[parts.count - 1].split(separator: ",").filter { !$0.hasPrefix("usec") }
            if parts.count == 2 { rows[String(parts[0])] = values.joined(separator: ",") }
        }
        return rows
    }

    private func counts(_ calls: Int, _ rejected: Int, _ failed: Int) -> String {
        "calls=\(calls),rejected_calls=\(rejected),failed_calls=\(failed)"
    }

    /// What both servers were asked.
    private func ask(_ client: Conversation) {
        let many = """
            redis.call('set',KEYS[1],ARGV[1]) redis.call('get',KEYS[1]) redis.pcall('incr',KEYS[1])
            redis.pcall('nosuch') redis.pcall('get') redis.pcall('subscribe','x') redis.call('config','get','maxmemory')
            """
        client.ask("EVAL", many, "1", "k", "v w")
        client.ask("EVAL", "return redis.call('incr',KEYS[1])", "1", "k")
        client.ask("EVAL", "return redis.pcall('incr',KEYS[1])", "1", "k")
        client.ask("FCALL", "f", "1", "k", "v")
        client.ask("FCALL_RO", "f", "1", "k", "v")
        client.ask("MULTI")
        client.ask("EVAL", "return redis.call('set',KEYS[1],ARGV[1])", "1", "k", "z")
        client.ask("GET", "k")
        client.ask("EXEC")
        client.ask("EVAL_RO", "return redis.pcall('set','a','b')", "0")
        client.ask("EVAL", "return redis.call('object','encoding',KEYS[1])", "1", "k")
        client.ask("EVALSHA", "e0e1f9fabfc9d4800c877a703b823ac0578ff8dc", "0")
        client.ask("FCALL", "nosuch", "0")
        client.ask("EVAL", "redis.pcall('incr',KEYS[1]) return 1", "1", "k")
        client.ask("EVAL", "return x", "0")
        client.ask("EVAL", "x y", "0")
        client.ask("PING")
    }

    private func client() -> Conversation {
        let client = fixture.connect()
        client.ask(
            "FUNCTION", "LOAD",
            """
            #!lua name=l
            redis.register_function('f', function(k, a)
                redis.call('set', k[1], a[1])
                return redis.pcall('incr', k[1])
            end)
            """)
        return client
    }

    @Test("what scripts execute is counted by its command, and each error once")
    func counted() {
        let client = client()
        ask(client)
        let rows = rows(client, "commandstats")
        #expect(rows["cmdstat_set"] == counts(3, 1, 0))
        #expect(rows["cmdstat_get"] == counts(2, 1, 0))
        #expect(rows["cmdstat_incr"] == counts(5, 0, 5))
        #expect(rows["cmdstat_subscribe"] == counts(0, 1, 0))
        #expect(rows["cmdstat_config|get"] == counts(0, 1, 0))
        #expect(rows["cmdstat_object|encoding"] == counts(1, 0, 0))
        #expect(rows["cmdstat_eval"] == counts(8, 0, 5))
        #expect(rows["cmdstat_eval_ro"] == counts(1, 0, 1))
        #expect(rows["cmdstat_evalsha"] == counts(1, 0, 1))
        #expect(rows["cmdstat_fcall"] == counts(2, 0, 2))
        #expect(rows["cmdstat_fcall_ro"] == counts(1, 0, 1))
        #expect(rows["cmdstat_ping"] == counts(1, 0, 0))
        #expect(rows["cmdstat_function|load"] == counts(1, 0, 0))
        #expect(self.rows(client, "errorstats") == ["errorstat_ERR": "count=14", "errorstat_NOSCRIPT": "count=1"])
        #expect(self.rows(client, "stats")["total_error_replies"] == "15")
        let latencies = self.rows(client, "latencystats")
        #expect(latencies["latency_percentiles_usec_incr"] != nil)
        #expect(latencies["latency_percentiles_usec_object|encoding"] != nil)
        #expect(latencies["latency_percentiles_usec_subscribe"] == nil)
    }

    @Test("MONITOR shows a script before what it executes, and that as lua's")
    func monitored() {
        let watcher = fixture.connect()
        let client = client()
        watcher.ask("MONITOR")
        client.ask("EVAL", "redis.call('set',KEYS[1],5) return redis.pcall('nosuch')", "1", "k")
        client.ask("FCALL", "f", "1", "k", "v")
        client.ask("FCALL_RO", "f", "1", "k", "v")
        client.ask("MULTI")
        client.ask("EVAL", "return redis.call('get','k')", "0")
        client.ask("EXEC")
        client.ask("EVAL", "x y", "0")
        let lines = watcher.wake().split(separator: "\r\n").map { $0.drop { $0 != "[" } }
        let own = "[0 127.0.0.1:40008]"
        #expect(
            lines.map(String.init) == [
                #"\#(own) "EVAL" "redis.call('set',KEYS[1],5) return redis.pcall('nosuch')" "1" "k""#,
                #"[0 lua] "set" "k" "5""#, #"\#(own) "FCALL" "f" "1" "k" "v""#, #"[0 lua] "set" "k" "v""#,
                #"[0 lua] "incr" "k""#, #"\#(own) "FCALL_RO" "f" "1" "k" "v""#, #"\#(own) "MULTI""#,
                #"\#(own) "EVAL" "return redis.call('get','k')" "0""#, #"[0 lua] "get" "k""#, #"\#(own) "EXEC""#,
                #"\#(own) "EVAL" "x y" "0""#,
            ])
    }

    @Test("the log of slow commands has what a script executes, as nobody's, and then the script")
    func slow() {
        fixture.frontEnd.change { $0.metering.slowLogMicroseconds = 0 }
        let client = client()
        client.ask("CLIENT", "SETNAME", "me")
        client.ask("EVAL", "redis.call('set',KEYS[1],5) return redis.pcall('nosuch')", "1", "k")
        let entries = fixture.frontEnd.metering.slowLog.latest(2)
        #expect(entries.map { String(decoding: $0.arguments[0], as: UTF8.self) } == ["EVAL", "set"])
        #expect(entries.map(\.address) == ["127.0.0.1:40007", "?:0"])
        #expect(entries.map(\.name) == ["me", ""])
    }
}
