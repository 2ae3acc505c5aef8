// Bits against a plain array of them, at random, in values small and large.

import Base
import Engine
import Testing

@testable import RESP

@Suite("Bits")
struct BitTests {
    private let seed = UInt64.random(in: 0..<1 << 40)

    /// The bits of a string, first byte's highest first.
    private struct Model {
        var bits: [Bool] = []

        mutating func grow(to count: Int) {
            if bits.count < count { bits += Array(repeating: false, count: (count + 7) / 8 * 8 - bits.count) }
        }

        /// Fields of up to 63 bits as unsigned numbers.
        mutating func exchange(_ offset: Int, _ width: Int, _ value: UInt64) -> UInt64 {
            grow(to: offset + width)
            var old: UInt64 = 0
            for index in 0..<width {
                old = old << 1 | (bits[offset + index] ? 1 : 0)
                bits[offset + index] = value >> UInt64(width - 1 - index) & 1 == 1
            }
            return old
        }
    }

    @Test("writes, counts and searches are those of an array of bits", arguments: [200, 5000, 1_000_000])
    func random(bitCount: Int) {
        print("bits seed \(seed)")
        var random = SplitMix64(seed: seed &+ UInt64(bitCount))
        let client = Fixture().connect()
        var model = Model()
        for _ in 0..<(bitCount > 100_000 ? 100 : 1500) {
            switch random.next(below: 5) {
            case 0:
                let offset = random.next(below: bitCount)
                let bit = random.next(below: 2)
                let old = model.exchange(offset, 1, UInt64(bit))
                #expect(client.ask("SETBIT", "k", "\(offset)", "\(bit)") == ":\(old)\r\n")
            case 1:
                let width = 1 + random.next(below: 63)
                let offset = random.next(below: bitCount)
                let value = random.next() & (1 << UInt64(width) - 1)
                let old = model.exchange(offset, width, value)
                #expect(
                    client.ask("BITFIELD", "k", "SET", "u\(width)", "\(offset)", "\(value)", "GET", "u\(width)", "\(offset)")
                        == "*2\r\n:\(old)\r\n:\(value)\r\n")
            case 2:
                // Long runs, for the search.
                let value: UInt64 = random.next(below: 2) == 0 ? 0 : 1 << 63 - 1
                let start = random.next(below: bitCount)
                for step in 0..<random.next(below: 6) {
                    let old = model.exchange(start + step * 63, 63, value)
                    #expect(client.ask("BITFIELD", "k", "SET", "u63", "\(start + step * 63)", "\(value)") == "*1\r\n:\(old)\r\n")
                }
            case 3:
                let (start, end) = range(&random, model.bits.count)
                let count = start > end ? 0 : model.bits[start...end].count { $0 }
                #expect(client.ask("BITCOUNT", "k", "\(start)", "\(end)", "BIT") == ":\(count)\r\n")
            default:
                let (start, end) = range(&random, model.bits.count)
                let bit = random.next(below: 2)
                // A missing string is zeros without end.
                let place = model.bits.isEmpty && bit == 0 ? 0 : start > end ? nil : model.bits[start...end].firstIndex(of: bit == 1)
                #expect(client.ask("BITPOS", "k", "\(bit)", "\(start)", "\(end)", "BIT") == ":\(place ?? -1)\r\n")
            }
        }
        #expect(client.ask("STRLEN", "k") == ":\(model.bits.count / 8)\r\n")
        #expect(client.ask("BITCOUNT", "k") == ":\(model.bits.count { $0 })\r\n")
    }

    private func range(_ random: inout SplitMix64, _ count: Int) -> (Int, Int) {
        guard count > 0 else { return (0, -1) }
        return (random.next(below: count), random.next(below: count))
    }

    @Test("a large value changes where it lies, and not under a reply that still holds it")
    func large() {
        let client = Fixture().connect()
        client.ask("SET", "k", String(repeating: "\u{0}", count: 1 << 20))
        var request = OutputBuffer(capacity: 64)
        for byte in Conversation.request([Array("GET".utf8), Array("k".utf8)]) { request.append(byte) }
        var unsent = OutputBuffer(capacity: 64)
        _ = client.session.receive(request.span, &unsent, now: Fixture.start)
        let held = unsent.splices[0].value
        #expect(client.ask("SETBIT", "k", "0", "1") == ":0\r\n")
        #expect(unsafe held.bytes[0] == 0)
        #expect(client.ask("GETBIT", "k", "0") == ":1\r\n")
        #expect(client.ask("BITOP", "NOT", "k", "k") == ":1048576\r\n")
        #expect(client.ask("BITCOUNT", "k") == ":\((1 << 23) - 1)\r\n")
        #expect(unsafe held.bytes.allSatisfy { $0 == 0 })
    }

    @Test("a full memory refuses what would grow, and leaves everything as it was")
    func fullMemory() {
        var options = EngineOptions()
        options.memoryLimit = 4 << 20
        let client = Fixture(options).connect()
        client.ask("SET", "k", "abc")
        let refusal = "-OOM command not allowed when used memory > 'maxmemory'.\r\n"
        #expect(client.ask("SETBIT", "k", "80000000", "1") == refusal)
        #expect(client.ask("SETBIT", "new", "80000000", "1") == refusal)
        #expect(client.ask("BITFIELD", "new", "SET", "u8", "80000000", "1") == refusal)
        #expect(client.ask("EXISTS", "new") == ":0\r\n")
        #expect(client.ask("GET", "k") == "$3\r\nabc\r\n")
        #expect(client.ask("SETBIT", "k", "7", "0") == ":1\r\n")
    }
}
