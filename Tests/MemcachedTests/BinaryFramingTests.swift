// What the binary protocol refuses, and how: lengths, magic, strange operations, large and random input.

import Base
import Engine
import Testing

@testable import Memcached

@Suite struct BinaryFramingTests {
    @Test("the first byte chooses the protocol, where the listener offers both")
    func firstByte() {
        let server = TestServer()
        let text = server.connect()
        #expect(text.ask("mn\r\n") == "MN\r\n")
        text.send([0x80, 0x61, 0x0D, 0x0A])
        #expect(text.takeReplies() == "ERROR\r\n" && !text.isClosed)
        let binary = server.connect()
        #expect(binary.ask(Ask(.noop)).map(\.text) == ["noop success"])
        binary.send("get k\r\n")
        #expect(binary.isClosed && binary.takeBytes().isEmpty)
        let onlyText = server.connect(.ascii)
        onlyText.send([0x80])
        #expect(onlyText.isClosed && onlyText.takeReplies() == "")
        let onlyBinary = server.connect(.binary)
        onlyBinary.send("version\r\n")
        #expect(onlyBinary.isClosed && onlyBinary.takeReplies() == "")
        #expect(server.connect(.binary).ask(Ask(.noop)).count == 1)
        #expect(server.connect(.ascii).ask("mn\r\n") == "MN\r\n")
    }

    /// Requests of a shape that memcached refuses with `Invalid arguments` and an end.
    private static let misshapen: [Ask] = [
        Ask(.get), Ask(.get, "k", [1]), Ask(.get, "k", extras: [0, 0, 0, 0]),
        Ask(.getKQ, String(repeating: "k", count: 251)), Ask(.set, "k", [1]),
        Ask(.set, "k", extras: [1, 2, 3, 4], [1]), Ask(.setQ, "", extras: [UInt8](repeating: 0, count: 8), [1]),
        Ask(.append, "", [1]), Ask(.append, "k", extras: [1, 2, 3, 4], [1]), Ask(.increment, "k"),
        Ask(.decrementQ, "k", extras: [UInt8](repeating: 0, count: 20), [1]), Ask(.delete, "k", [1]),
        Ask(.delete, "k", extras: [1, 2, 3, 4]), Ask(.delete), Ask(.touch, "", extras: [0, 0, 0, 1]),
        Ask(.touch, "k"), Ask(.gatK, "k", extras: [0, 0, 0, 1], [1]), Ask(.flush, extras: [0, 0, 0]),
        Ask(.flushQ, "k"), Ask(.noop, "k"), Ask(.version, "", [1]), Ask(.quit, "", [1]), Ask(.quitQ, "k"),
        Ask(.stat, extras: [1, 2, 3, 4]), Ask(.stat, "items", [1]), Ask(.saslMechanisms, "k"),
        Ask(.saslStart, "", [1]), Ask(.saslStep, "k", extras: [1]), Ask(.verbosity),
    ]

    @Test("a request with parts too many or too few is refused, and the connection ends", arguments: 0..<29)
    func shapes(index: Int) {
        let ask = Self.misshapen[index]
        let name = "\(BinaryOpcode(rawValue: ask.bytes[1])!)"
        converse([(ask, ["\(name) invalid = Invalid arguments"]), (Ask(.noop), [])], closes: true)
    }

    @Test("a body smaller than its parts, a wrong magic: the stream has no known next request")
    func nonsense() {
        converse(
            [
                (Ask(.noop), ["noop success"]),
                (Ask(operation: 0, "abc", bodySize: 1), ["get unknownCommand = Unknown command"]),
                (Ask(.noop), []),
            ], closes: true)
        converse(
            [(Ask(.noop), ["noop success"]), (Ask(operation: 0, "abc", magic: 0x81), []), (Ask(.noop), [])],
            closes: true)
    }

    @Test("an unknown operation is answered and its body skipped")
    func unknown() {
        converse([
            (Ask(operation: 0x50), ["50 unknownCommand = Unknown command"]),
            (
                Ask(operation: 0x1F, "key", extras: [1, 2], [UInt8](repeating: 0x80, count: 60)),
                ["1f unknownCommand = Unknown command"]
            ),
            (Ask(operation: 0xFF, "", [1, 2, 3]), ["ff unknownCommand = Unknown command"]),
            (Ask(.saslMechanisms), ["saslMechanisms unknownCommand = Unknown command"]),
            (.plain("|user|password"), ["saslStart unknownCommand = Unknown command"]),
            (Ask(.noop), ["noop success"]),
        ])
    }

    @Test("a value too large is refused and skipped; with set the old one goes too")
    func tooLarge() {
        let server = TestServer()
        let client = server.connect()
        let limit = 1024 * 1024 - 60
        let value = String(repeating: "v", count: limit)
        #expect(client.ask(.store(.set, "k", value))[0].text == "set success cas")
        #expect(client.ask(Ask(.get, "k"))[0].value.count == limit)
        #expect(client.ask(.store(.add, "k", value + "v"))[0].text == "add tooLarge = Too large.")
        #expect(client.ask(.extend(.append, "k", value + "v"))[0].text == "append tooLarge = Too large.")
        #expect(client.ask(.extend(.append, "k", "v"))[0].text == "append notStored = Not stored.")
        #expect(client.ask(Ask(.get, "k"))[0].status == 0)
        // Flags cost four bytes of the limit.
        #expect(client.ask(.store(.setQ, "k", value, flags: 1))[0].text == "setQ tooLarge = Too large.")
        #expect(client.ask(Ask(.get, "k"), Ask(.noop)).map(\.status) == [1, 0])
        #expect(server.frontEnd.counters.total(.storeTooLarge) == 3)
    }

    @Test("a refused value is not kept while it passes, however large it claims to be")
    func swallowing() {
        let client = TestServer().connect()
        let ask = Ask(operation: 1, "k", extras: [UInt8](repeating: 0, count: 8), bodySize: Int(UInt32.max))
        #expect(client.ask(ask).map(\.text) == ["set tooLarge = Too large."])
        let block = [UInt8](repeating: 0x80, count: 1 << 20)
        for _ in 0..<4095 {
            client.send(block)
            #expect(client.pending.isEmpty)
        }
        client.send([UInt8](repeating: 0x80, count: (1 << 20) - 1 - 9))
        #expect(client.takeBytes().isEmpty)
        #expect(client.ask(Ask(.noop)).map(\.text) == ["noop success"])
    }

    @Test("where there is no room the old value goes with a set, and quiet requests are not told")
    func outOfMemory() {
        let server = TestServer(memoryLimit: 1 << 20)
        let client = server.connect()
        let value = String(repeating: "v", count: 8000)
        var count = 0
        while count < 1000, client.ask(.store(.set, "k\(count)", value))[0].status == 0 { count += 1 }
        #expect(count > 10 && count < 1000)
        let full = "outOfMemory = Out of memory allocating item"
        #expect(client.ask(.store(.add, "new", value))[0].text == "add \(full)")
        #expect(client.ask(.extend(.append, "k0", value))[0].text == "append \(full)")
        #expect(client.ask(.store(.setQ, "new", value), .extend(.appendQ, "k1", value)).isEmpty)
        #expect(client.ask(Ask(.get, "k0"))[0].status == 0)
    }

    @Test("a large value comes and goes in pieces of any size")
    func large() {
        let client = TestServer().connect()
        client.honoursNeed = true
        let value = (0..<500_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        let ask = Ask(.set, "large", extras: [UInt8](repeating: 0, count: 8), value)
        client.send(ask.bytes + Ask(.get, "large").bytes, piecesOf: 7001)
        let answers = Answer.all(in: client.takeBytes())
        #expect(answers.count == 2 && answers[1].value == value)
    }

    @Test("more requests than a batch holds are answered in order, and a long answer is sent in parts")
    func pipeline() {
        let client = TestServer().connect()
        _ = client.ask(.store(.set, "k", String(repeating: "v", count: 10_000)))
        let asks = (0..<300).flatMap { $0 % 3 == 0 ? Ask(.get, "k").bytes : Ask(.getQ, "x\($0)").bytes }
        client.send(asks + Ask(.noop).bytes)
        let answers = Answer.all(in: client.takeBytes())
        #expect(answers.count == 101 && answers.last?.text == "noop success")
        #expect(client.yieldCount > 0)
    }

    @Test("random headers never trap, and a connection that stands answers on")
    func random() {
        let seed = UInt64.random(in: 0...UInt64.max)
        var random = SplitMix64(seed: seed)
        let server = TestServer()
        for round in 0..<3000 {
            let client = server.connect()
            var bytes: [UInt8] = []
            for _ in 0..<(1 + Int(random.next() % 4)) {
                let keySize = Int(random.next() % 8)
                let extrasSize = [0, 4, 8, 20, Int(random.next() % 24)][Int(random.next() % 5)]
                let valueSize = Int(random.next() % 40)
                let isWrong = random.next() % 5 == 0
                let size = isWrong ? Int(random.next() % 60) : keySize + extrasSize + valueSize
                let noise = (0..<(extrasSize + valueSize)).map { _ in UInt8(truncatingIfNeeded: random.next()) }
                bytes +=
                    Ask(
                        operation: UInt8(random.next() % 0x28), String(repeating: "k", count: keySize),
                        extras: Array(noise[..<extrasSize]), Array(noise[extrasSize...]),
                        cas: random.next() % 3, bodySize: size
                    ).bytes
            }
            client.send(bytes, piecesOf: 1 + Int(random.next() % 50))
            _ = Answer.all(in: client.takeBytes())
            #expect(client.pending.count <= bytes.count, "seed \(seed), round \(round)")
        }
        server.engine.checkInvariants { Issue.record("seed \(seed): \($0)") }
    }
}
