// HyperLogLogs byte for byte as Redis has them, and whatever else a client may store in their place.

import Base
import Engine
import Testing

@testable import RESP

@Suite("HyperLogLogs")
struct HyperLogLogTests {
    private func value(_ client: Conversation, _ key: String) -> [UInt8] {
        let before = client.replies.count
        client.ask("GET", key)
        let reply = client.replies[before...]
        return Array(reply[(reply.firstIndex(of: 10)! + 1)...].dropLast(2))
    }

    /// FNV-1a, so that a value is told by a number.
    private func digest(_ bytes: [UInt8]) -> UInt64 {
        bytes.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
    }

    private func add(_ client: Conversation, _ key: String, _ name: String, _ range: Range<Int>) {
        for number in range { client.ask("PFADD", key, "\(name):\(number)") }
    }

    @Test("after the same elements the bytes are those of redis-server 7.0.15, sparse and dense, and so is the count")
    func likeRedis() {
        let client = Fixture().connect()
        // Elements so far; then size and digest of the value, the count, and the digest after counting.
        let recorded: [(Int, Int, UInt64, Int, UInt64)] = [
            (1, 21, 0x5DB2_E01C_3370_7B73, 1, 0xEE0D_C2DA_EE40_50AC),
            (2, 24, 0xB5F4_39BA_372B_0F7F, 2, 0x5D89_3B7A_822F_218C),
            (10, 48, 0x34ED_BC1A_7AD8_E37F, 10, 0x911D_3109_64EB_ABA7),
            (100, 285, 0x9CFD_C474_69F3_E036, 99, 0x033E_4E4E_6BE9_EC79),
            (300, 687, 0x26AC_FFD8_4944_6284, 301, 0x56DE_F88B_8AE4_E3E3),
            (500, 1050, 0x40AD_8B99_7174_5032, 502, 0xC9DC_690D_7DAB_3BBD),
            (1000, 1897, 0x1280_14A6_D03B_338E, 997, 0xB2A2_CC50_8FC5_EE31),
            (1600, 2886, 0x5743_5834_D378_B174, 1604, 0x7A78_16C0_A209_EF12),
            (2000, 12304, 0xA605_7064_7183_A303, 2004, 0x6F04_93B0_7F19_385C),
            (4000, 12304, 0xA7C2_DAE8_932B_318F, 4002, 0xE271_9FBD_D228_806D),
        ]
        var count = 0
        for (elements, size, before, cardinality, after) in recorded {
            add(client, "h", "element", count..<elements)
            count = elements
            #expect(value(client, "h").count == size)
            #expect(digest(value(client, "h")) == before, "after \(elements)")
            #expect(client.ask("PFCOUNT", "h") == ":\(cardinality)\r\n")
            #expect(digest(value(client, "h")) == after, "after \(elements), counted")
        }
    }

    @Test("merged ones have Redis' bytes, too")
    func merged() {
        let client = Fixture().connect()
        add(client, "a", "a", 0..<300)
        add(client, "b", "b", 0..<1000)
        add(client, "c", "c", 0..<3000)
        for (merge, size, expected, cardinality): ([String], Int, UInt64, Int) in [
            (["d", "a"], 685, 0x142E_6FAE_AC70_EB62, 299), (["d", "b"], 2394, 0xF7F6_4209_C40C_F95D, 1309),
            (["d", "c"], 12304, 0xFDF5_C8F6_CA34_D51C, 4295), (["e", "a", "c"], 12304, 0x04DA_0A2C_33F5_415E, 3298),
            (["a", "b"], 2394, 0xED83_047E_497F_0ACD, 1309),
        ] {
            #expect(client.ask(["PFMERGE"] + merge) == "+OK\r\n")
            #expect(value(client, merge[0]).count == size)
            #expect(digest(value(client, merge[0])) == expected, "\(merge)")
            #expect(client.ask("PFCOUNT", merge[0]) == ":\(cardinality)\r\n")
        }
    }

    @Test("how long a sparse one may get is a setting")
    func sparseSize() {
        var settings = RESPSettings()
        settings.hyperLogLogSparseSizeMax = 100
        let fixture = Fixture(EngineOptions(), settings)
        let client = fixture.connect()
        add(client, "h", "s", 0..<100)
        #expect(value(client, "h").count == 12304)
        fixture.frontEnd.change { $0.hyperLogLogSparseSizeMax = 20000 }
        add(client, "big", "s", 0..<8000)
        #expect(value(client, "big").count == 9499)
        #expect(digest(value(client, "big")) == 0x7DE1_9BB8_1702_C096)
        #expect(client.ask("PFCOUNT", "big") == ":8003\r\n")
    }

    @Test("a dense one under a reply that still holds it is copied, not changed")
    func held() {
        var options = EngineOptions()
        options.databaseCount = 1
        let client = Fixture(options).connect()
        add(client, "h", "e", 0..<10)
        client.ask("PFDEBUG", "TODENSE", "h")
        let before = value(client, "h")
        var request = OutputBuffer(capacity: 64)
        for byte in Conversation.request([Array("GET".utf8), Array("h".utf8)]) { request.append(byte) }
        var unsent = OutputBuffer(capacity: 64)
        _ = client.session.receive(request.span, &unsent, now: Fixture.start)
        #expect(client.ask("PFADD", "h", "another") == ":1\r\n")
        #expect(client.ask("PFCOUNT", "h") == ":11\r\n")
        #expect(value(client, "h") != before)
        var sent = unsent.span.copiedBytes()
        for splice in unsent.splices { unsafe sent.append(contentsOf: splice.value.bytes) }
        #expect(sent.count > before.count && sent.contains(72))
    }

    @Test("random bytes and damaged values are refused or served, and harm nobody")
    func corrupted() {
        let seed = UInt64.random(in: 0..<1 << 40)
        print("HyperLogLog seed \(seed)")
        var random = SplitMix64(seed: seed)
        let client = Fixture().connect()
        add(client, "sparse", "x", 0..<60)
        add(client, "dense", "x", 0..<60)
        client.ask("PFDEBUG", "TODENSE", "dense")
        let valid = [value(client, "sparse"), value(client, "dense")]
        let header = Array("HYLL".utf8) + [1] + Array(repeating: 0, count: 10) + [0x80]
        for round in 0..<600 {
            var bytes = valid[round % 40 == 0 ? 1 : 0]
            switch random.next(below: 4) {
            case 0:
                bytes = header
                for _ in 0..<random.next(below: 40) { bytes.append(UInt8(truncatingIfNeeded: random.next())) }
            case 1: bytes.removeLast(random.next(below: bytes.count))
            case 2: bytes += Array(repeating: UInt8(truncatingIfNeeded: random.next()), count: random.next(below: 20))
            default:
                for _ in 0...random.next(below: 4) {
                    bytes[random.next(below: bytes.count)] ^= 1 << UInt8(random.next(below: 8))
                }
            }
            client.send(Conversation.request([Array("SET".utf8), Array("h".utf8), bytes]))
            for request in [
                ["PFADD", "h", "a"], ["PFADD", "h", "a", "b", "c\(round)"], ["PFCOUNT", "h"], ["PFCOUNT", "h", "sparse"],
                ["PFMERGE", "d", "h"], ["PFMERGE", "h", "sparse"], ["PFDEBUG", "DECODE", "h"], ["PFDEBUG", "TODENSE", "h"],
                ["PFADD", "h", "d"], ["PFCOUNT", "h"], ["PFMERGE", "h", "dense"],
            ] {
                let reply = client.ask(request)
                #expect(
                    reply.hasPrefix(":") || reply == "+OK\r\n" || reply.hasPrefix("$")
                        || reply == "-WRONGTYPE Key is not a valid HyperLogLog string value.\r\n"
                        || reply == "-INVALIDOBJ Corrupted HLL object detected\r\n"
                        || reply == "-ERR HLL encoding is not sparse\r\n", "\(request): \(reply)")
            }
        }
        #expect(value(client, "sparse") == valid[0] && value(client, "dense") == valid[1])
    }
}
