// Large, long, many, wrong: what clients do to a server on bad days.

import Base
import Engine
import Testing

@testable import RESP

@Suite("Hard input")
struct HardInputTests {
    private func text(_ bytes: some Collection<UInt8>) -> String { String(decoding: bytes, as: UTF8.self) }

    @Test("claims of gigantic requests cost nothing and are waited for")
    func claims() {
        let client = Fixture().connect()
        client.send("*2147483647\r\n$3\r\nGET\r\n$536870912\r\n".utf8)
        #expect(!client.isClosed && client.replies.isEmpty)
        #expect(client.bytesNeeded > 536_870_912)
    }

    @Test("a request beyond its bound ends the conversation")
    func requestBound() {
        var settings = RESPSettings()
        settings.requestSizeMax = 1 << 20
        let client = Fixture(EngineOptions(), settings).connect()
        client.send("*2\r\n$3\r\nGET\r\n$2000000\r\n".utf8)
        #expect(client.isClosed && client.replies.isEmpty)
    }

    @Test("lines without end are refused at 64 KiB")
    func longLines() {
        for (start, reason) in [
            ("", "too big inline request"), ("*", "too big mbulk count string"), ("*1\r\n$", "too big bulk count string"),
        ] {
            let client = Fixture().connect()
            client.send(start.utf8)
            for _ in 0..<66 { client.send(Array(repeating: UInt8(ascii: "1"), count: 1024)) }
            #expect(text(client.replies) == "-ERR Protocol error: \(reason)\r\n")
            #expect(client.isClosed)
        }
    }

    @Test("a request of many arguments in many pieces is looked through once, not once a piece")
    func longRequest() {
        let client = Fixture().connect()
        var request = Array("*20001\r\n$4\r\nMGET\r\n".utf8)
        for index in 0..<20000 {
            let key = "key\(index)"
            request += Array("$\(key.utf8.count)\r\n\(key)\r\n".utf8)
        }
        let clock = ContinuousClock()
        client.ask("SET", "key19999", "v")
        let before = client.replies.count
        let elapsed = clock.measure {
            for start in stride(from: 0, to: request.count, by: 4096) {
                client.send(request[start..<min(start + 4096, request.count)])
            }
        }
        let expected = "*20000\r\n" + String(repeating: "$-1\r\n", count: 19999) + "$1\r\nv\r\n"
        #expect(text(client.replies[before...]) == expected)
        // Buffering in this test is quadratic by itself; parsing anew each time would multiply it.
        #expect(elapsed < .seconds(20))
    }

    @Test("values of all sizes come back as they went in, byte for byte")
    func valueSizes() {
        let client = Fixture().connect()
        for size in [0, 1, 63, 999, 1000, 16_383, 16_384, 16_385, 65_536, 1_000_000] {
            let value = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) }
            let before = client.replies.count
            client.send(Conversation.request([Array("SET".utf8), Array("k".utf8), value]))
            client.send(Conversation.request([Array("GET".utf8), Array("k".utf8)]))
            client.send(Conversation.request([Array("MGET".utf8), Array("k".utf8), Array("k".utf8)]))
            let bulk = Array("$\(size)\r\n".utf8) + value + [13, 10]
            #expect(Array(client.replies[before...]) == Array("+OK\r\n".utf8) + bulk + Array("*2\r\n".utf8) + bulk + bulk)
            #expect(client.ask("STRLEN", "k") == ":\(size)\r\n")
        }
        #expect(client.ask("GETRANGE", "k", "999998", "-1").hasPrefix("$2\r\n"))
        #expect(client.ask("OBJECT", "ENCODING", "k") == "$3\r\nraw\r\n")
    }

    @Test("keys may be of any length")
    func longKeys() {
        let client = Fixture().connect()
        let sizes = [0, 1, 250, 251, 254, 255, 256, 1000, 16_383, 16_384, 65_535, 65_536, 70_000]
        for size in sizes {
            let key = String(repeating: "k", count: size)
            client.ask("SET", key, "\(size)")
            #expect(client.ask("GET", key) == "$\("\(size)".count)\r\n\(size)\r\n")
        }
        #expect(client.ask("DBSIZE") == ":\(sizes.count)\r\n")
    }

    @Test("a pipeline whose replies are large is served in turns, and in order")
    func yielding() {
        let client = Fixture().connect()
        let value = String(repeating: "x", count: 10_000)
        client.ask("SET", "k", value)
        let before = client.replies.count
        client.send((0..<100).flatMap { _ in Conversation.request([Array("GET".utf8), Array("k".utf8)]) })
        #expect(client.replies.count - before == 100 * (value.utf8.count + 10))
    }

    @Test("many keys at once are read, written, counted and deleted in order")
    func manyKeys() {
        let client = Fixture().connect()
        let count = 500
        let keys = (0..<count).map { Array("key:\($0)".utf8) }
        client.send(Conversation.request([Array("MSET".utf8)] + keys.flatMap { [$0, $0] }))
        #expect(text(client.replies) == "+OK\r\n")
        let before = client.replies.count
        client.send(Conversation.request([Array("MGET".utf8)] + keys))
        let expected = "*\(count)\r\n" + keys.map { "$\($0.count)\r\n\(text($0))\r\n" }.joined()
        #expect(text(client.replies[before...]) == expected)
        let later = client.replies.count
        client.send(Conversation.request([Array("EXISTS".utf8)] + keys))
        client.send(Conversation.request([Array("KEYS".utf8), Array("key:49?".utf8)]))
        client.send(Conversation.request([Array("DEL".utf8)] + keys))
        #expect(text(client.replies[later...]).hasPrefix(":500\r\n*10\r\n"))
        #expect(text(client.replies[later...]).hasSuffix(":500\r\n"))
    }

    @Test("SCAN returns every key exactly once while nothing changes")
    func scan() {
        let client = Fixture().connect()
        for index in 0..<1000 { client.ask("SET", "key:\(index)", "v") }
        var found: [Substring] = []
        var cursor = "0"
        repeat {
            let reply = client.ask("SCAN", cursor, "COUNT", "50")
            let lines = reply.split(separator: "\r\n")
            cursor = String(lines[2])
            found += lines.dropFirst(4).filter { $0.hasPrefix("key:") }
        } while cursor != "0"
        #expect(found.count == 1000 && Set(found).count == 1000)
    }

    @Test("a full memory without eviction refuses writes and goes on reading")
    func fullMemory() {
        var options = EngineOptions()
        options.memoryLimit = 4 << 20
        let client = Fixture(options).connect()
        let value = String(repeating: "x", count: 1000)
        var refusals = 0
        for index in 0..<20_000 where refusals == 0 {
            let reply = client.ask("SET", "key:\(index)", value)
            if reply != "+OK\r\n" {
                #expect(reply == "-OOM command not allowed when used memory > 'maxmemory'.\r\n")
                refusals += 1
            }
        }
        #expect(refusals == 1)
        #expect(client.ask("GET", "key:0") == "$1000\r\n\(value)\r\n")
        #expect(client.ask("DEL", "key:0") == ":1\r\n")
    }

    @Test("MSET and MSETNX on a full memory store all or nothing", arguments: ["MSET", "MSETNX"], [100, 1000, 50_000])
    func fullMemoryManyKeys(command: String, valueSize: Int) {
        var options = EngineOptions()
        options.memoryLimit = 4 << 20
        let client = Fixture(options).connect()
        let value = String(repeating: "x", count: valueSize)
        var refusals = 0
        for round in 0..<20_000 where refusals < 20 {
            let keys = (0..<5).map { "key:\(round):\($0)" }
            let reply = client.ask([command] + keys.flatMap { [$0, value] })
            let count = client.ask(["EXISTS"] + keys)
            if reply.hasPrefix("-OOM") {
                #expect(count == ":0\r\n")
                refusals += 1
            } else {
                #expect(count == ":5\r\n")
            }
        }
        #expect(refusals == 20)
    }

    @Test("client flags and CAS numbers of the other door survive what keeps the value")
    func otherDoor() {
        let fixture = Fixture()
        let client = fixture.connect()
        client.ask("PING")
        var handle = fixture.engine.makeHandle()
        handle.now = client.now
        var name = OutputBuffer(capacity: 64)
        name.append("k" as StaticString)
        var value = OutputBuffer(capacity: 64)
        value.append("5" as StaticString)
        var options = StoreOptions()
        options.flags = 77
        options.casField = .fresh
        _ = handle.store(handle.key(name.span, in: .first), value.span, options)
        func flags() -> UInt32 {
            var flags: UInt32 = 0
            _ = handle.look(handle.key(name.span, in: .first)) { item in flags = item.flags }
            return flags
        }
        for words in [["INCR", "k"], ["APPEND", "k", "0"], ["EXPIRE", "k", "100"], ["PERSIST", "k"], ["SETRANGE", "k", "0", "9"]] {
            client.send(Conversation.request(words.map { Array($0.utf8) }))
            #expect(flags() == 77, "\(words[0])")
        }
        #expect(client.ask("GET", "k") == "$2\r\n90\r\n")
        client.ask("SET", "k", "v")
        #expect(flags() == 0)
    }

    @Test("random bytes never trap the server nor grow its replies without end")
    func garbage() {
        let seed = UInt64(Milliseconds.readClock().rawValue)
        print("RESP garbage seed \(seed)")
        var generator = SplitMix64(seed: seed)
        let words = CommandTable.specs.map(\.name) + CommandTable.specs.flatMap { $0.subcommands.map(\.name) }
        let others = ["", "0", "1", "-1", "k", "k2", "10", "NX", "XX", "GET", "EX", "*", "[a", "9223372036854775807", "1e3"]
        let fixture = Fixture()
        for _ in 0..<3000 {
            let client = fixture.connect()
            var bytes: [UInt8] = []
            for _ in 0..<generator.next(below: 8) + 1 {
                var request = [Array(words[generator.next(below: words.count)].utf8)]
                if request[0] == Array("shutdown".utf8) { continue }
                for _ in 0..<generator.next(below: 5) {
                    let pool = generator.next(below: 3) == 0 ? words : others
                    request.append(Array(pool[generator.next(below: pool.count)].utf8))
                }
                bytes += Conversation.request(request)
            }
            // Some are whole, some have bytes changed, dropped or put in.
            for _ in 0..<generator.next(below: 4) where !bytes.isEmpty {
                let place = generator.next(below: bytes.count)
                switch generator.next(below: 3) {
                case 0: bytes[place] = UInt8(truncatingIfNeeded: generator.next())
                case 1: bytes.remove(at: place)
                default: bytes.insert(Array("*$\r\n019-\"".utf8)[generator.next(below: 9)], at: place)
                }
            }
            let cut = generator.next(below: bytes.count + 1)
            client.send(bytes.prefix(cut))
            client.send(bytes.dropFirst(cut))
            #expect(client.replies.count < 4 << 20)
            client.session.connectionClosed()
        }
        #expect(fixture.connect().ask("PING") == "+PONG\r\n")
    }
}
