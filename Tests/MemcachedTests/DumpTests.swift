// Dumps: complete while the keyspace changes, a part at a time, and crawls that drop what they should.

import Base
import Engine
import Testing
import Transport

@testable import Memcached

@Suite struct DumpTests {
    /// A session whose output is looked at turn by turn.
    private struct Turns: ~Copyable {
        let session: MemcachedSession
        var output = OutputBuffer(capacity: 64)
        var now = TestClient.start

        init(_ server: TestServer) { session = server.frontEnd.makeSession(workerIndex: 0) }

        /// One call with `line` at the front, and what it wrote.
        mutating func turn(_ line: [UInt8]) -> (progress: Progress, text: String) {
            let progress = session.receive(unsafe line.span.bytes, &output, now: now)
            defer { output.removeAll() }
            return (progress, String(decoding: output.span.copiedBytes(), as: UTF8.self))
        }
    }

    private func store(_ server: TestServer, _ keys: Range<Int>, exptime: Int = 0) {
        let client = server.connect()
        for index in keys { client.send("set key:\(index) 0 \(exptime) 1 noreply\r\nx\r\n") }
    }

    @Test("a dump leaves in parts of bounded size, its line stays until it is over, and nothing is missing")
    func parts() {
        let server = TestServer()
        store(server, 0..<20_000)
        for format in ["metadump all", "mgdump hash"] {
            var turns = Turns(server)
            let line = Array("lru_crawler \(format)\r\nmn\r\n".utf8)
            var text = ""
            var count = 0
            while true {
                let (progress, part) = turns.turn(line)
                #expect(part.utf8.count < Limits.outputSoftSize + 64 * 200)
                text += part
                count += 1
                if case .read = progress.next {
                    #expect(progress.consumed == line.count)
                    break
                }
                guard case .yield = progress.next, progress.consumed == 0 else {
                    Issue.record("neither over nor interrupted: \(progress)")
                    break
                }
            }
            #expect(count > 3)
            #expect(text.hasSuffix(format.hasPrefix("meta") ? "END\r\nMN\r\n" : "EN\r\nMN\r\n"))
            #expect(text.matches(of: #/key(:|%3A)[0-9]+/#).count == 20_000)
        }
    }

    @Test("what is there from the first line to the last is dumped, whatever is written in between")
    func completeness() {
        let seed = UInt64.random(in: 0...UInt64.max)
        var random = SplitMix64(seed: seed)
        let server = TestServer()
        store(server, 0..<5000)
        let writer = server.connect()
        var turns = Turns(server)
        let line = Array("lru_crawler metadump hash\r\n".utf8)
        var found: [String: Int] = [:]
        var isOver = false
        while !isOver {
            let (progress, part) = turns.turn(line)
            for match in part.matches(of: #/key=key%3A([0-9]+) /#) { found[String(match.1), default: 0] += 1 }
            if case .read = progress.next { isOver = true }
            // Others come and go, so that the table grows, splits, shrinks and merges; stable ones are rewritten.
            for _ in 0..<random.next(below: 3000) {
                let churn = 10_000 + random.next(below: 20_000)
                switch random.next(below: 4) {
                case 0: writer.send("delete key:\(churn) noreply\r\n")
                case 1: writer.send("set key:\(random.next(below: 5000)) 1 0 2 noreply\r\nyy\r\n")
                default: writer.send("set key:\(churn) 0 0 1 noreply\r\nx\r\n")
                }
            }
            server.maintain(now: turns.now)
        }
        for index in 0..<5000 where found[String(index)] == nil {
            Issue.record("key:\(index) is missing, seed \(seed)")
        }
    }

    @Test("a dump of a class that nobody is in ends, without holding up the worker for all of it")
    func rareClass() {
        let server = TestServer()
        store(server, 0..<20_000)
        var turns = Turns(server)
        let line = Array("lru_crawler metadump 50\r\n".utf8)
        var yields = 0
        while true {
            let (progress, part) = turns.turn(line)
            if case .read = progress.next {
                #expect(part == "END\r\n")
                break
            }
            #expect(part == "")
            yields += 1
        }
        #expect(yields > 2)
    }

    @Test("the other door's keys that no command can name are left out or written in base64")
    func foreignKeys() {
        let server = TestServer()
        var handle = server.engine.makeHandle()
        handle.now = TestClient.start
        for key in ["", "two words", "line\r\nend", String(repeating: "k", count: 251)] {
            let bytes = Array(key.utf8)
            let span = unsafe bytes.span.bytes
            _ = handle.store(handle.key(span, in: .first), span, StoreOptions())
        }
        let client = server.connect()
        let dump = client.ask("lru_crawler mgdump all\r\n").split(separator: "\r\n")
        #expect(Set(dump) == ["mg dHdvIHdvcmRz b", "mg bGluZQ0KZW5k b", "EN"])
        let meta = client.ask("lru_crawler metadump all\r\n")
        #expect(meta.contains("key=two%20words ") && meta.contains("key=line%0D%0Aend "))
        #expect(meta.matches(of: #/key=/#).count == 2)
        let cached = (1...63).map { client.ask("stats cachedump \($0) 0\r\n") }.joined()
        #expect(cached == String(repeating: "END\r\n", count: 63))
    }

    @Test("a cachedump stops at two megabytes")
    func cacheDumpBound() {
        let server = TestServer()
        let client = server.connect()
        let long = String(repeating: "k", count: 200)
        for index in 0..<12_000 { client.send("set \(long)\(10_000 + index) 0 0 1 noreply\r\nx\r\n") }
        let sizes = (1...63).map { client.ask("stats cachedump \($0) 0\r\n").utf8.count }.filter { $0 > 5 }
        #expect(sizes.count == 1)
        #expect(sizes[0] <= 2 << 20 && sizes[0] > (2 << 20) - 300)
    }
}

@Suite struct CrawlTests {
    private func row(_ client: TestClient, _ name: String, of what: String = "") -> Int? {
        let rows = client.ask("stats \(what)\r\n").split(separator: "\r\n")
        return rows.first { $0.hasPrefix("STAT \(name) ") }.flatMap { Int($0.split(separator: " ")[2]) }
    }

    private func finish(_ server: TestServer, _ client: TestClient) {
        var ticks = 0
        while row(client, "lru_crawler_running") == 1 && ticks < 10_000 {
            client.now.rawValue += 100
            server.frontEnd.tick(now: client.now)
            ticks += 1
        }
    }

    @Test("a crawl drops expired items of its classes, and the rows tell of it")
    func crawl() {
        let server = TestServer()
        let client = server.connect()
        let large = String(repeating: "v", count: 500)
        for index in 0..<1000 {
            client.send("set s\(1000 + index) 0 \(index % 2) 1 noreply\r\nx\r\n")
            client.send("set l\(1000 + index) 0 \(index % 2) 500 noreply\r\n\(large)\r\n")
        }
        client.now.rawValue += 2000
        let small = client.ask("me s1000\r\n").firstMatch(of: #/cls=([0-9]+)/#).flatMap { Int($0.1) } ?? 0
        // An item with an expiry is eight bytes larger: another class.
        #expect(client.ask("lru_crawler crawl \(small + 1)\r\n") == "OK\r\n")
        #expect(row(client, "lru_crawler_running") == 1)
        #expect(row(client, "lru_crawler_starts") == 1)
        finish(server, client)
        #expect(row(client, "curr_items") == 1500)
        #expect(row(client, "crawler_reclaimed") == 500)
        #expect(row(client, "crawler_items_checked") == 500)
        #expect(row(client, "expired_unfetched") == 500)
        #expect(client.ask("lru_crawler crawl all\r\n") == "OK\r\n")
        finish(server, client)
        #expect(row(client, "curr_items") == 1000)
        #expect(row(client, "crawler_reclaimed") == 1000)
        #expect(row(client, "crawler_items_checked") == 2000)
        server.engine.checkInvariants { Issue.record("\($0)") }
    }

    @Test("tocrawl bounds what a crawl looks at in each class")
    func tocrawl() {
        let server = TestServer()
        let client = server.connect()
        for index in 0..<1000 { client.send("set key\(1000 + index) 0 1 1 noreply\r\nx\r\n") }
        client.now.rawValue += 2000
        #expect(client.ask("lru_crawler tocrawl 10\r\nlru_crawler crawl all\r\n") == "OK\r\nOK\r\n")
        finish(server, client)
        #expect(row(client, "curr_items") == 990)
        #expect(client.ask("stats settings\r\n").contains("STAT lru_crawler_tocrawl 10\r\n"))
    }

    @Test("sleep slows a crawl down, and disable ends it")
    func sleep() {
        let server = TestServer()
        let client = server.connect()
        for index in 0..<5000 { client.send("set key\(index) 0 0 1 noreply\r\nx\r\n") }
        #expect(client.ask("lru_crawler sleep 1000000\r\nlru_crawler crawl all\r\n") == "OK\r\nOK\r\n")
        server.frontEnd.tick(now: client.now)
        let first = row(client, "crawler_items_checked") ?? 0
        client.now.rawValue += 100
        server.frontEnd.tick(now: client.now)
        // A thousand a second, and what the last bucket held beyond that.
        let second = (row(client, "crawler_items_checked") ?? 0) - first
        #expect(second >= 1 && second < 100 + 64)
        #expect(client.ask("lru_crawler disable\r\n") == "OK\r\n")
        #expect(row(client, "lru_crawler_running") == 0)
        #expect(client.ask("stats settings\r\n").contains("STAT lru_crawler no\r\n"))
    }

    @Test("a disabled crawler leaves expired items where they are until somebody asks for them")
    func disabled() {
        let server = TestServer()
        let client = server.connect()
        #expect(client.ask("lru_crawler disable\r\n") == "OK\r\n")
        for index in 0..<100 { client.send("set key\(index) 0 1 1 noreply\r\nx\r\n") }
        client.now.rawValue += 2000
        for _ in 0..<100 { server.maintain(now: client.now) }
        #expect(row(client, "curr_items") == 100)
        #expect(client.ask("get key1\r\n") == "END\r\n")
        #expect(row(client, "curr_items") == 99)
        #expect(client.ask("lru_crawler enable\r\n") == "OK\r\n")
        for _ in 0..<100 { server.maintain(now: client.now) }
        #expect(row(client, "curr_items") == 0)
        #expect(row(client, "crawler_reclaimed") == 99)
    }
}

extension TestServer {
    /// Background work of the engine.
    func maintain(now: Milliseconds) {
        var handle = engine.makeHandle()
        handle.now = now
        handle.maintain(microseconds: 200)
    }
}
