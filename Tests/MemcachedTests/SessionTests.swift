// What one connection may do to the server, and what it may not: large, long, endless, and random input.

import Base
import Engine
import Testing
import Transport

@testable import Memcached

@Suite struct SessionTests {
    @Test("an endless line is cut off, unless it is a get")
    func endlessLines() {
        let server = TestServer()
        let client = server.connect()
        client.send(String(repeating: "x", count: 2048))
        #expect(!client.isClosed)
        client.send("x")
        #expect(client.isClosed && client.takeReplies() == "")
        for name in ["get", "gets"] {
            let client = server.connect()
            client.send(name + String(repeating: " key", count: 100_000), piecesOf: 60_000)
            #expect(!client.isClosed)
            client.send("\r\n")
            #expect(client.takeReplies() == "END\r\n")
        }
        let gat = server.connect()
        gat.send("gat 0" + String(repeating: " key", count: 1000))
        #expect(gat.isClosed)
        let endless = server.connect()
        for _ in 0..<300 where !endless.isClosed {
            endless.send("get " + String(repeating: "x ", count: 32_768))
        }
        #expect(endless.isClosed)
    }

    @Test("a refused block is not kept while it passes")
    func swallowing() {
        let server = TestServer()
        let client = server.connect()
        client.send("set k 0 0 2000000000\r\n")
        #expect(client.takeReplies() == "SERVER_ERROR object too large for cache\r\n")
        let block = [UInt8](repeating: 0x61, count: 1_000_000)
        for _ in 0..<2000 {
            client.send(block)
            #expect(client.pending.isEmpty)
        }
        #expect(client.takeReplies() == "")
        #expect(client.ask("\r\nversion\r\n") == "VERSION 1.6.45\r\n")
    }

    @Test("a large value says how much it needs")
    func bytesNeeded() {
        let server = TestServer()
        let session = server.frontEnd.makeSession(workerIndex: 0)
        var output = OutputBuffer(capacity: 64)
        let line = Array("set k 0 0 100000\r\nabc".utf8)
        let progress = session.receive(unsafe line.span.bytes, &output, now: TestClient.start)
        #expect(progress.consumed == 0 && progress.bytesNeeded == 18 + 100_000 + 2)
    }

    @Test("large values come back as they went in")
    func largeValues() {
        let server = TestServer()
        let client = server.connect()
        for size in [16_383, 16_384, 100_000, 1_000_000] {
            let value = String(repeating: "0123456789", count: size / 10 + 1).prefix(size)
            client.send("set k 3 0 \(size)\r\n\(value)\r\n", piecesOf: 65_536)
            #expect(client.takeReplies() == "STORED\r\n")
            #expect(client.ask("get k\r\n") == "VALUE k 3 \(size)\r\n\(value)\r\nEND\r\n")
            #expect(client.ask("mg k v s\r\n") == "VA \(size) s\(size)\r\n\(value)\r\n")
            #expect(client.ask("append k 0 0 1\r\nx\r\n") == "STORED\r\n")
            #expect(client.ask("mg k s\r\n") == "HD s\(size + 1)\r\n")
        }
    }

    @Test("a long get leaves in pieces, and all of it arrives")
    func interruptedGet() {
        let server = TestServer()
        let client = server.connect()
        let value = String(repeating: "v", count: 10_000)
        client.send("set k 0 0 10000 noreply\r\n\(value)\r\n")
        let one = "VALUE k 0 10000\r\n\(value)\r\n"
        client.send("get" + String(repeating: " k", count: 1000) + "\r\nmn\r\n")
        #expect(client.takeReplies() == String(repeating: one, count: 1000) + "END\r\nMN\r\n")
        #expect(client.yieldCount > 10)
        // A key that is too long, far behind: nothing may have left before.
        let long = String(repeating: "x", count: 251)
        client.send("get" + String(repeating: " k", count: 1000) + " \(long)\r\nmn\r\n")
        #expect(client.takeReplies() == "CLIENT_ERROR bad command line format\r\nMN\r\n")
    }

    @Test("a pipeline deeper than a batch is answered whole")
    func deepPipeline() {
        let server = TestServer()
        let client = server.connect()
        var requests = ""
        var replies = ""
        for index in 0..<1000 {
            requests += "set key:\(index) \(index) 0 5\r\n\(10000 + index)\r\nget key:\(index)\r\n"
            requests += "mg key:\(index / 2) v\r\n"
            replies += "STORED\r\nVALUE key:\(index) \(index) 5\r\n\(10000 + index)\r\nEND\r\n"
            replies += "VA 5\r\n\(10000 + index / 2)\r\n"
        }
        client.send(requests)
        #expect(client.takeReplies() == replies)
        client.send("get" + (0..<1000).map { " key:\($0)" }.joined() + "\r\n", piecesOf: 999)
        #expect(client.takeReplies().split(separator: "\r\n").count == 2001)
    }

    @Test("a store that the memory limit forbids says so and takes the old value with it")
    func outOfMemory() {
        let server = TestServer(memoryLimit: 8 << 20)
        let client = server.connect()
        let value = String(repeating: "v", count: 100_000)
        var outcome = "STORED\r\n"
        var count = 0
        while outcome == "STORED\r\n" && count < 1000 {
            outcome = client.ask("set k\(count) 0 0 100000\r\n\(value)\r\n")
            count += 1
        }
        #expect(outcome == "SERVER_ERROR out of memory storing object\r\n")
        #expect(count > 10 && count < 100)
    }

    /// Pieces of requests, so that random input gets beyond the first word.
    private static let pieces = [
        "get ", "gets ", "gat ", "set ", "add ", "replace ", "append ", "prepend ", "cas ", "mg ", "ms ",
        "md ", "ma ",
        "me ", "mn\r\n", "incr ", "decr ", "touch ", "delete ", "flush_all ", "stats ", "version\r\n",
        "verbosity ",
        "a ", "bb ", "k\0 ", "0 ", "1 ", "2 ", "-1 ", "99999999999999999999 ", "noreply", "\r\n", "\n", "\r",
        " ",
        "v ", "t ", "k ", "b ", "q ", "O1 ", "N30 ", "T30 ", "R30 ", "C1 ", "I ", "x ", "MA ", "MZ ", "E5 ",
        "xx\r\n",
        "settings", "items", "slabs", "YQ== ", "\u{80}",
    ]

    @Test("random input never traps and never runs ahead", arguments: 0..<40)
    func garbage(round: Int) {
        let seed = UInt64.random(in: 0...UInt64.max)
        print("garbage: seed \(seed)")
        var random = SplitMix64(seed: seed)
        let server = TestServer()
        for _ in 0..<200 {
            let client = server.connect()
            var bytes: [UInt8] = []
            for _ in 0..<random.next(below: 60) {
                if random.next(below: 10) == 0 {
                    bytes.append(UInt8(truncatingIfNeeded: random.next()))
                } else {
                    bytes += Array(Self.pieces[random.next(below: Self.pieces.count)].utf8)
                }
            }
            client.send(bytes, piecesOf: 1 + random.next(below: 80))
            _ = client.takeReplies()
        }
        server.engine.checkInvariants { Issue.record("\($0), seed \(seed)") }
    }

    @Test("random input is answered alike, however it is cut", arguments: 0..<20)
    func cuts(round: Int) {
        let seed = UInt64.random(in: 0...UInt64.max)
        print("cuts: seed \(seed)")
        var random = SplitMix64(seed: seed)
        var bytes: [UInt8] = []
        for _ in 0..<300 {
            let piece = Self.pieces[random.next(below: Self.pieces.count)]
            bytes += Array(piece.utf8)
        }
        var replies: [String] = []
        for size in [1, 2, 7, 64, 1000, bytes.count] {
            let client = TestServer().connect()
            client.send(bytes, piecesOf: size)
            replies.append(client.takeReplies())
        }
        // `stats` tells of yields and the like; all else must agree.
        let told = replies.map { $0.split(separator: "\r\n").filter { !$0.hasPrefix("STAT ") } }
        for other in told.dropFirst() { #expect(other == told[0], "seed \(seed)") }
    }
}
