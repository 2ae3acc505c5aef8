// Dumps and watchers over real sockets: slow readers, writers at the same time, connections that come and go.

import Base
import Glibc
import Testing
import Transport

@testable import Server

@Suite struct WatchingTests {
    private func row(_ client: TestClient, _ name: String) -> Int {
        let rows = client.ask("stats", until: "END")
        return rows.first { $0.hasPrefix("STAT \(name) ") }.flatMap { Int($0.split(separator: " ")[2]) } ?? -1
    }

    /// Asks again and again, with a pause, for at most half a minute.
    private func holds(_ condition: () -> Bool) -> Bool {
        for _ in 0..<3000 {
            if condition() { return true }
            usleep(10_000)
        }
        return false
    }

    private func store(_ client: TestClient, _ count: Int, keySize: Int) {
        let tail = String(repeating: "k", count: keySize - 8)
        var requests = ""
        for index in 0..<count { requests += "set \(10_000_000 + index)\(tail) 0 0 1 noreply\r\nx\r\n" }
        client.send(requests)
        #expect(client.ask("mn") == ["MN"])
    }

    @Test("a dump waits for a reader that takes nothing, in bounded memory, and is whole in the end")
    func slowDumpReader() throws {
        let server = try TestServer()
        defer { server.finish() }
        let client = try server.memcached()
        store(client, 40_000, keySize: 200)
        let reader = try server.memcached(receiveSize: 4096)
        reader.send("lru_crawler metadump all\r\n")
        func unsent() -> Int {
            server.assembly.control.workers.connections().map(\.unsentByteCount).max() ?? 0
        }
        #expect(holds { unsent() > Limits.unsentSizeMax })
        for _ in 0..<20 {
            #expect(unsent() <= Limits.unsentSizeMax + Limits.outputSoftSize + 32 * 400)
            #expect(client.ask("mn") == ["MN"])
        }
        let lines = reader.text(until: "END\r\n").split(separator: "\n")
        #expect(Set(lines).count == 40_001)
        #expect(reader.ask("mn") == ["MN"])
    }

    @Test("a dump misses nothing that was there all the time while another connection writes")
    func concurrentWriter() throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        var random = SplitMix64(seed: seed)
        let server = try TestServer()
        defer { server.finish() }
        let writer = try server.memcached()
        store(writer, 10_000, keySize: 20)
        let reader = try server.memcached(receiveSize: 4096)
        for format in ["metadump all", "mgdump hash"] {
            reader.send("lru_crawler \(format)\r\n")
            for _ in 0..<30 {
                var requests = ""
                for _ in 0..<500 {
                    let number = random.next(below: 30_000)
                    requests +=
                        random.next(below: 3) == 0
                        ? "delete churn\(number) noreply\r\n" : "set churn\(number) 0 0 1 noreply\r\nx\r\n"
                }
                writer.send(requests)
            }
            let dump = reader.text(until: format.hasPrefix("meta") ? "END\r\n" : "EN\r\n")
            let kept = Set(dump.matches(of: #/1[0-9]{7}k{12}/#).map { String($0.0) })
            #expect(kept.count == 10_000, "seed \(seed), \(format)")
            #expect(writer.ask("mn") == ["MN"])
        }
    }

    @Test("a watcher sees other connections' commands, and is gone when it closes")
    func watching() throws {
        let server = try TestServer()
        defer { server.finish() }
        let client = try server.memcached()
        // Its beginning is over before anybody watches.
        #expect(client.ask("mn") == ["MN"])
        do {
            let watcher = try server.memcached()
            #expect(watcher.ask("watch fetchers mutations connevents") == ["OK"])
            #expect(row(client, "log_watchers") == 1)
            #expect(client.ask("set k 0 0 1\r\nx") == ["STORED"])
            let lines = [watcher.line(), watcher.line()]
            #expect(lines[0].contains(#/^ts=[0-9.]+ gid=[0-9]+ type=item_get key=k status=not_found clsid=0 cfd=/#))
            #expect(lines[1].contains(" type=item_store key=k status=stored cmd=set ttl=0 clsid="))
            let other = try server.memcached()
            let opened = watcher.line()
            #expect(
                opened.contains(#/ type=conn_new rip=127\.0\.0\.1 rport=[0-9]+ transport=tcp cfd=[1-9][0-9]*$/#))
            other.send("quit\r\n")
            let closed = watcher.line()
            #expect(
                closed.contains(#/ type=conn_close rip=127\.0\.0\.1 rport=[0-9]+ transport=tcp reason=normal cfd=/#))
        }
        #expect(holds { row(client, "log_watchers") == 0 })
    }

    @Test("a watcher that reads nothing loses lines and holds nobody up; once it reads, it gets new ones")
    func slowWatcher() throws {
        let server = try TestServer { $0.watcherLogSize = 16 << 10 }
        defer { server.finish() }
        let client = try server.memcached()
        let watcher = try server.memcached(receiveSize: 4096)
        #expect(watcher.ask("watch") == ["OK"])
        let requests = String(repeating: "mg \(String(repeating: "k", count: 250)) q\r\n", count: 1000)
        #expect(
            holds {
                client.send(requests)
                return client.ask("mn") == ["MN"] && row(client, "log_watcher_skipped") > 0
            })
        for connection in server.assembly.control.workers.connections() {
            #expect(connection.unsentByteCount <= 64 << 10)
        }
        // Reading makes room: the socket takes what waits, and new lines come behind the count of the missed ones.
        var lines = 0
        var skipped = 0
        for _ in 0..<100_000 where skipped == 0 {
            if lines % 50 == 0 { client.send("get again\r\n") }
            let line = watcher.line()
            if line.hasPrefix("skipped=") { skipped = Int(line.dropFirst(8)) ?? 0 }
            lines += 1
        }
        #expect(skipped > 0)
        #expect(watcher.line().contains(" type=item_get key="))
    }

    @Test("there are twenty watchers at most, and a watcher that goes makes room for one")
    func tooMany() throws {
        let server = try TestServer()
        defer { server.finish() }
        let client = try server.memcached()
        var watchers: [TestClient] = []
        for _ in 0..<20 {
            let watcher = try server.memcached()
            #expect(watcher.ask("watch sysevents rawcmds proxyreqs") == ["OK"])
            watchers.append(watcher)
        }
        let one = try server.memcached()
        #expect(one.ask("watch") == ["WATCHER_TOO_MANY log watcher limit reached"])
        watchers.removeLast()
        #expect(holds { row(client, "log_watchers") == 19 })
        #expect(one.ask("watch evictions") == ["OK"])
        // A crawl is told of by the timer's thread.
        #expect(client.ask("set k 0 0 1\r\nx") == ["STORED"])
        #expect(client.ask("lru_crawler crawl all") == ["OK"])
        #expect(watchers[7].line().contains(" type=lru_crawler crawler="))
    }
}
