// Watchers: what lines say, and what happens when there are too many of them.

import Base
import Engine
import Synchronization
import Testing

@testable import Memcached

/// A watcher without a socket: takes its lines when asked.
private final class TestWatcher {
    let watcher: Watcher
    let frontEnd: MemcachedFrontEnd

    init?(_ server: TestServer, _ streams: WatchStreams) {
        let count = SharedCount()
        guard let watcher = server.frontEnd.addWatcher(streams, wake: { count.add() }) else { return nil }
        self.watcher = watcher
        frontEnd = server.frontEnd
        self.count = count
    }

    private let count: SharedCount
    var wakes: Int { count.value }

    /// What waits, without a pump's work.
    func text() -> String {
        var output = OutputBuffer(capacity: 64)
        watcher.take(into: &output)
        return String(decoding: output.span.copiedBytes(), as: UTF8.self)
    }

    /// The lines since the last call, without their time and number.
    func lines() -> [String] {
        frontEnd.hub.pump(for: watcher)
        return text().split(separator: "\n").map { line in
            let known = line.wholeMatch(of: #/ts=[0-9]+\.[0-9]{1,6} gid=[0-9]+ type=(.*)/#)
            return known.map { String($0.1) } ?? "! \(line)"
        }
    }

    func stop() { frontEnd.removeWatcher(watcher) }
}

private final class SharedCount: Sendable {
    private let count = Atomic<Int>(0)
    func add() { count.wrappingAdd(1, ordering: .relaxed) }
    var value: Int { count.load(ordering: .relaxed) }
}

@Suite struct WatchTests {
    /// Sends `request` and compares what a watcher of commands sees; `clsid` is left out, as it is the engine's.
    private func check(
        _ client: TestClient, _ watcher: TestWatcher, _ request: String, _ expected: [String],
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        client.send(request)
        _ = client.takeReplies()
        let lines = watcher.lines().map { $0.replacing(#/ clsid=([1-9][0-9]*)/#, with: "") }
        #expect(lines == expected, "\(request)", sourceLocation: sourceLocation)
    }

    @Test("fetchers, mutations and deletions tell of each command what memcached tells")
    func commands() throws {
        let server = TestServer()
        let client = server.connect()
        let watcher = try #require(TestWatcher(server, [.fetchers, .mutations, .deletions]))
        func miss(_ key: String) -> String { "item_get key=\(key) status=not_found clsid=0 cfd=0 size=0" }
        func hit(_ key: String, _ size: Int) -> String { "item_get key=\(key) status=found cfd=0 size=\(size)" }
        func store(_ key: String, _ status: String, _ command: String, _ ttl: Int, _ size: Int) -> String {
            "item_store key=\(key) status=\(status) cmd=\(command) ttl=\(ttl) cfd=0 size=\(size)"
        }
        check(client, watcher, "get miss\r\n", [miss("miss")])
        check(client, watcher, "set foo 7 0 3\r\nbar\r\n", [miss("foo"), store("foo", "stored", "set", 0, 3)])
        check(client, watcher, "gets foo miss foo\r\n", [hit("foo", 3), miss("miss"), hit("foo", 3)])
        check(client, watcher, "gat 0 foo miss\r\n", [hit("foo", 3), miss("miss")])
        check(client, watcher, "mg foo v\r\n", [hit("foo", 3)])
        check(client, watcher, "add foo 0 0 1\r\nx\r\n", [hit("foo", 3), store("foo", "not_stored", "add", 0, 1)])
        check(client, watcher, "add new 0 10 1\r\nx\r\n", [miss("new"), store("new", "stored", "add", 10, 1)])
        check(client, watcher, "replace foo 0 0 2\r\nxy\r\n", [hit("foo", 3), store("foo", "stored", "replace", 0, 2)])
        check(client, watcher, "append foo 0 0 1\r\nz\r\n", [hit("foo", 2), store("foo", "stored", "append", 0, 3)])
        check(
            client, watcher, "prepend miss 0 0 1\r\nz\r\n",
            [miss("miss"), store("miss", "not_stored", "prepend", 0, 1)])
        check(client, watcher, "cas foo 0 0 1 1\r\nx\r\n", [hit("foo", 3), store("foo", "exists", "cas", 0, 1)])
        check(client, watcher, "cas miss 0 0 1 1\r\nx\r\n", [miss("miss"), store("miss", "not_found", "cas", 0, 1)])
        check(client, watcher, "touch foo 0\r\n", [hit("foo", 3)])
        check(client, watcher, "set n 0 0 1 noreply\r\n5\r\n", [miss("n"), store("n", "stored", "set", 0, 1)])
        check(client, watcher, "incr n 1\r\n", [hit("n", 1)])
        check(client, watcher, "ma viv N0\r\n", [miss("viv"), store("viv", "stored", "add", 0, 1)])
        check(client, watcher, "ms foo 2 ME\r\nhi\r\n", [hit("foo", 3), store("foo", "not_stored", "add", 0, 2)])
        check(client, watcher, "ms foo 2 MA T0\r\nhi\r\n", [hit("foo", 3), store("foo", "stored", "append", 0, 5)])
        check(client, watcher, "ms foo 2 C1\r\nhi\r\n", [hit("foo", 5), store("foo", "exists", "cas", 0, 2)])
        check(client, watcher, "md foo I\r\n", [hit("foo", 5)])
        check(client, watcher, "md foo\r\n", [hit("foo", 5), "deleted key=foo cmd=md size=5"])
        check(client, watcher, "delete n noreply\r\n", [hit("n", 1), "deleted key=n cmd=delete size=1"])
        check(client, watcher, "delete n\r\n", [miss("n")])
        check(
            client, watcher, "set a%b,c 0 0 1\r\nx\r\n",
            [miss("a%25b%2Cc"), store("a%25b%2Cc", "stored", "set", 0, 1)])
        check(client, watcher, "mg YSVi b\r\n", [miss("a%25b")])
        check(client, watcher, "set big 0 0 2000000\r\n", [miss("big"), store("big", "too_large", "set", 0, 2_000_000)])
        client.send([UInt8](repeating: 0x61, count: 2_000_000) + [13, 10])
        check(client, watcher, "set bad 0 0 1\r\nxyz\r\n", [miss("bad")])
        check(client, watcher, "version\r\nbogus\r\nget\r\n", [])
        client.now.rawValue += 10_000
        check(client, watcher, "get new\r\n", ["item_get key=new status=expired clsid=0 cfd=0 size=0"])
    }

    @Test("binary commands are told of like those of text")
    func binary() throws {
        let server = TestServer()
        let client = server.connect()
        let watcher = try #require(TestWatcher(server, [.fetchers, .mutations, .deletions]))
        func told(_ asks: Ask...) -> [String] {
            client.send(asks.flatMap(\.bytes))
            _ = client.takeReplies()
            return watcher.lines().map { $0.replacing(#/ (clsid|cfd|ttl)=[0-9]+/#, with: "") }
        }
        #expect(told(Ask(.get, "foo")) == ["item_get key=foo status=not_found size=0"])
        let stored = ["item_get key=foo status=not_found size=0", "item_store key=foo status=stored cmd=set size=3"]
        #expect(told(.store(.setQ, "foo", "bar")) == stored)
        let found = "item_get key=foo status=found size=3"
        #expect(told(Ask(.getKQ, "foo"), .touch(.gat, "foo", exptime: 0)) == [found, found])
        #expect(told(.store(.add, "foo", "x")) == [found, "item_store key=foo status=not_stored cmd=add size=1"])
        #expect(
            told(.store(.replaceQ, "foo", "x", cas: 7)) == [found, "item_store key=foo status=exists cmd=cas size=1"])
        let missing = "item_get key=n status=not_found size=0"
        #expect(told(.count(.incrementQ, "n", 1, exptime: .max)) == [missing])
        #expect(
            told(.count(.increment, "n", 1, initial: 5)) == [missing, "item_store key=n status=stored cmd=add size=1"])
        #expect(
            told(.extend(.append, "n", "1")) == [
                "item_get key=n status=found size=1", "item_store key=n status=stored cmd=append size=2",
            ])
        #expect(told(Ask(.deleteQ, "foo"), Ask(.delete, "foo")) == [
            found, "deleted key=foo cmd=delete size=3", "item_get key=foo status=not_found size=0",
        ])
        #expect(told(Ask(.noop), Ask(.version)) == [])
    }

    @Test("a request that arrives in pieces is told of once")
    func pieces() throws {
        let server = TestServer()
        let client = server.connect()
        let watcher = try #require(TestWatcher(server, [.fetchers, .mutations]))
        client.send("get a b\r\nset k 0 0 3\r\nabc\r\nms k 2\r\nhi\r\nmg k\r\n", piecesOf: 1)
        #expect(watcher.lines().map { $0.prefix(16) } == [
            "item_get key=a s", "item_get key=b s", "item_get key=k s", "item_store key=k", "item_get key=k s",
            "item_store key=k", "item_get key=k s",
        ])
    }

    @Test("each watcher sees its own streams, numbered in order, and nothing is made when nobody watches")
    func streams() throws {
        let server = TestServer()
        let client = server.connect()
        #expect(!server.frontEnd.hub.observesCommands)
        let fetches = try #require(TestWatcher(server, .fetchers))
        let stores = try #require(TestWatcher(server, .mutations))
        client.send("set k 0 0 1 noreply\r\nx\r\nget k\r\n")
        #expect(fetches.wakes == 1 && stores.wakes == 0)
        #expect(fetches.lines().count == 2)
        #expect(stores.wakes == 1)
        #expect(stores.text().wholeMatch(of: #/ts=.* gid=2 type=item_store .*\n/#) != nil)
        let rows = client.ask("stats\r\n")
        for row in ["log_watchers 2", "log_worker_written 3", "log_watcher_sent 3", "log_watcher_skipped 0"] {
            #expect(rows.contains("STAT \(row)\r\n"), "\(row)")
        }
        fetches.stop()
        stores.stop()
        #expect(!server.frontEnd.hub.observesCommands)
        #expect(client.ask("stats\r\n").contains("STAT log_watchers 0\r\n"))
    }

    @Test("a watcher that takes nothing is told how many lines it missed, and its buffer keeps its bound")
    func slowWatcher() throws {
        var settings = MemcachedSettings()
        settings.watcherLogSize = 1000
        let server = TestServer(settings)
        let client = server.connect()
        let watcher = try #require(TestWatcher(server, .fetchers))
        for index in 0..<100 {
            client.send("get key\(100 + index)\r\n")
            server.frontEnd.hub.pump(for: watcher.watcher)
        }
        let kept = watcher.text()
        #expect(kept.utf8.count <= 1000 && kept.utf8.count > 800)
        let count = kept.split(separator: "\n").count
        #expect(server.frontEnd.hub.counts.skipped == 100 - count)
        #expect(server.frontEnd.hub.counts.sent == count)
        client.send("get last\r\n")
        let lines = watcher.lines()
        #expect(lines.count == 2 && lines[0] == "! skipped=\(100 - count)")
        #expect(lines[1].hasPrefix("item_get key=last "))
    }

    @Test("a worker whose lines nobody fetches drops the rest and counts them")
    func fullWorkerLog() throws {
        var settings = MemcachedSettings()
        settings.workerLogSize = 1000
        let server = TestServer(settings)
        let client = server.connect()
        let watcher = try #require(TestWatcher(server, .fetchers))
        for index in 0..<100 { client.send("get key\(100 + index)\r\n") }
        let counts = server.frontEnd.hub.counts
        #expect(counts.dropped > 80 && counts.written + counts.dropped == 100)
        #expect(watcher.lines().count == counts.written)
        client.send("get more\r\n")
        #expect(watcher.lines().count == 1)
    }

    @Test("there are twenty watchers at most")
    func tooMany() {
        let server = TestServer()
        let watchers = (0..<20).compactMap { _ in TestWatcher(server, .fetchers) }
        #expect(watchers.count == 20)
        #expect(TestWatcher(server, .fetchers) == nil)
        watchers[3].stop()
        #expect(TestWatcher(server, .fetchers) != nil)
    }

    @Test("evictions are told of with what was evicted")
    func evictions() throws {
        let server = TestServer(memoryLimit: 4 << 20, policy: .allKeysLRU)
        let client = server.connect()
        let value = String(repeating: "v", count: 1000)
        client.send("set early 0 0 1000 noreply\r\n\(value)\r\n")
        let watcher = try #require(TestWatcher(server, .evictions))
        #expect(!server.frontEnd.hub.observesCommands)
        for index in 0..<8000 { client.send("set k\(index) 0 \(index % 2 * 100) 1000 noreply\r\n\(value)\r\n") }
        let lines = watcher.lines()
        #expect(!lines.isEmpty)
        for line in lines {
            let known = line.wholeMatch(
                of: #/eviction key=[a-z0-9]+ fetch=no ttl=(-1|100) la=0 clsid=[0-9]+ size=1000/#)
            #expect(known != nil, "\(line)")
        }
        watcher.stop()
        client.send("set more 0 0 1000 noreply\r\n\(value)\r\n")
        #expect(server.frontEnd.hub.counts.watchers == 0)
    }

    @Test("a crawl is a system event")
    func crawls() throws {
        let server = TestServer()
        let client = server.connect()
        client.send("set k 0 1 1\r\nx\r\n")
        let watcher = try #require(TestWatcher(server, .sysevents))
        client.now.rawValue += 2000
        client.send("lru_crawler crawl all\r\n")
        server.frontEnd.tick(now: client.now)
        let line = try #require(watcher.lines().first)
        let parts = line.split(separator: " ", maxSplits: 2)
        #expect(parts[0] == "lru_crawler" && parts[1].hasPrefix("crawler="))
        #expect(
            parts[2]
                == "lru=cold low_mark=0 next_reclaims=0 since_run=0 next_run=0 elapsed=0 examined=1 reclaimed=1")
    }

    @Test("a page that is moved is a system event")
    func pageMoves() throws {
        let server = TestServer(memoryLimit: 16 << 20, policy: .allKeysLRU)
        let client = server.connect()
        let value = String(repeating: "v", count: 100)
        for index in 0..<5000 { client.send("set key\(10_000 + index) 0 0 100 noreply\r\n\(value)\r\n") }
        let description = client.ask("me key10000\r\n")
        let source = try #require(description.firstMatch(of: #/cls=([0-9]+)/#).map { String($0.1) })
        let watcher = try #require(TestWatcher(server, .sysevents))
        #expect(client.ask("slabs reassign \(source) 40\r\n") == "OK\r\n")
        #expect(watcher.lines() == ["slab_move src=\(source) dst=40"])
    }

    @Test("watch is refused in memcached's words")
    func refusals() {
        var settings = MemcachedSettings()
        settings.isWatchEnabled = false
        #expect(TestServer(settings).connect().ask("watch\r\n") == "CLIENT_ERROR watch commands not allowed\r\n")
        let client = TestServer().connect()
        #expect(client.ask("watch bogus\r\n") == "ERROR\r\n")
        #expect(client.ask("watch fetchers bogus\r\n") == "ERROR\r\n")
        #expect(client.ask("get a\r\nwatch\r\n") == "END\r\nERROR cannot pipeline other commands before watch\r\n")
    }
}

@Suite struct TrafficTests {
    private func log(_ requests: String, verbosity: Int) -> [String] {
        let server = TestServer()
        server.frontEnd.setVerbosity(verbosity)
        let client = server.connect()
        client.send(requests)
        return server.control.traffic.withLock { $0.joined(separator: "\n").split(separator: "\n").map(String.init) }
    }

    @Test("-vv shows requests and the words they are answered with")
    func requests() {
        let requests = """
            get foo\r\nset foo 0 0 1\r\nx\r\nget foo foo\r\ngets foo\r\nmg foo v\r\nmg miss v\r\nms foo 1\r\ny\r
            mn\r\nbogus\r\nget\r\ndelete foo\r\nincr foo 1\r\nset a 0 0 1 noreply\r\nx\r\ntouch a 0\r\nflush_all\r
            set a 0 0 5\r\nxxxxxxxx\r\nstats reset\r\nquit\r\n
            """
        #expect(log(requests, verbosity: 1) == [])
        #expect(
            log(requests, verbosity: 2) == """
                0: Client using the ascii protocol
                <0 get foo
                >0 END
                <0 set foo 0 0 1
                >0 STORED
                <0 get foo foo
                >0 sending key foo
                >0 sending key foo
                >0 END
                <0 gets foo
                >0 sending key foo
                >0 END
                <0 mg foo v
                <0 mg miss v
                <0 ms foo 1
                <0 mn
                >0 MN
                <0 bogus
                >0 ERROR
                <0 get
                >0 CLIENT_ERROR bad command line format
                <0 delete foo
                >0 DELETED
                <0 incr foo 1
                >0 NOT_FOUND
                <0 set a 0 0 1 noreply
                >0 NOREPLY STORED
                <0 touch a 0
                >0 TOUCHED
                <0 flush_all
                >0 OK
                <0 set a 0 0 5
                >0 CLIENT_ERROR bad data chunk
                <0 stats reset
                >0 RESET
                <0 quit
                """.split(separator: "\n").map(String.init))
    }

    @Test("-vv shows the headers of binary requests and replies")
    func binaryHeaders() {
        let server = TestServer()
        server.frontEnd.setVerbosity(2)
        server.connect().send(Ask(.get, "foo").bytes)
        let text = server.control.traffic.withLock { $0.joined(separator: "\n") }
        #expect(
            text.split(separator: "\n").map(String.init) == """
                0: Client using the binary protocol
                <0 Read binary protocol data:
                <0    0x80 0x00 0x00 0x03
                <0    0x00 0x00 0x00 0x00
                <0    0x00 0x00 0x00 0x03
                <0    0xde 0xad 0xbe 0xef
                <0    0x00 0x00 0x00 0x00
                <0    0x00 0x00 0x00 0x00
                <0 GET foo
                >0 Writing an error: Not found
                >0 Writing bin response:
                >0   0x81 0x00 0x00 0x00
                >0   0x00 0x00 0x00 0x01
                >0   0x00 0x00 0x00 0x09
                >0   0xde 0xad 0xbe 0xef
                >0   0x00 0x00 0x00 0x00
                >0   0x00 0x00 0x00 0x00
                """.split(separator: "\n").map(String.init))
    }

    @Test("-vvv also shows what was found, and a connection's states")
    func findings() {
        let lines = log("get foo\r\n", verbosity: 3)
        #expect(
            lines == """
                0: Client using the ascii protocol
                0: going from conn_waiting to conn_read
                0: going from conn_read to conn_parse_cmd
                <0 get foo
                > NOT FOUND foo
                >0 END
                0: going from conn_parse_cmd to conn_new_cmd
                0: going from conn_new_cmd to conn_mwrite
                0: going from conn_mwrite to conn_new_cmd
                0: going from conn_new_cmd to conn_waiting
                """.split(separator: "\n").map(String.init))
    }
}
