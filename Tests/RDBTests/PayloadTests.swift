// Values that other servers wrote: read as they are, written as they were, and refused when damaged.

import Base
import Engine
import Testing

@testable import RDB

@Suite("Serialised values")
struct PayloadTests {
    /// All values, type byte in front, without footers.
    private static let values: [(title: String, bytes: [UInt8])] =
        RecordedPayload.all.map { ($0.title, Array(bytes(hex: $0.hex).dropLast(10))) }
        + OldPayload.all.map { ($0.title, $0.bytes) }

    @Test("what redis-server 7.0.15 wrote is read, and written again", arguments: RecordedPayload.all)
    func recorded(_ payload: RecordedPayload) throws {
        let recorded = bytes(hex: payload.hex)
        let value = try DumpPayload.open(unsafe recorded.span.bytes).copiedBytes()
        var shelf = Shelf()
        let isWhole = try shelf.loadWhole(value)
        #expect(isWhole)
        let content = shelf.content()
        #expect(content == payload.content)
        let saved = shelf.save()
        if payload.isExact {
            #expect(saved == value)
            var output = OutputBuffer(capacity: 64)
            output.append(unsafe saved.span.bytes)
            DumpPayload.seal(&output)
            #expect(output.span.copiedBytes() == recorded)
        }
        let isWholeAgain = try shelf.loadWhole(saved)
        #expect(isWholeAgain)
        #expect(shelf.content() == payload.content)
        shelf.engine.checkInvariants { Issue.record("\(payload.title): \($0)") }
    }

    @Test("what older and newer servers wrote is read", arguments: OldPayload.all)
    func old(_ payload: OldPayload) throws {
        var shelf = Shelf()
        let isWhole = try shelf.loadWhole(payload.bytes)
        #expect(isWhole)
        #expect(shelf.content() == payload.content)
        let isWholeAgain = try shelf.loadWhole(shelf.save())
        #expect(isWholeAgain)
        #expect(shelf.content() == payload.content)
        shelf.engine.checkInvariants { Issue.record("\(payload.title): \($0)") }
    }

    @Test("a value that is cut anywhere is refused")
    func cuts() {
        var shelf = Shelf()
        for (title, value) in Self.values {
            for count in 0..<value.count {
                let isAccepted = (try? shelf.load(Array(value.prefix(count)))) != nil
                #expect(!isAccepted, "\(title), \(count) bytes")
            }
        }
    }

    @Test("with any bit turned round, a value is refused or it is a value")
    func flips() {
        var shelf = Shelf()
        var accepted = 0
        for (title, value) in Self.values {
            for bit in 0..<value.count * 8 {
                var damaged = value
                damaged[bit / 8] ^= 1 << UInt8(bit % 8)
                guard (try? shelf.load(damaged, sizeMax: 1 << 20)) != nil else { continue }
                accepted += 1
                // What was accepted can be written and read again.
                let content = shelf.content()
                guard (try? shelf.load(shelf.save())) != nil, shelf.content() == content else {
                    Issue.record("\(title), bit \(bit)")
                    continue
                }
                if accepted % 64 == 0 { shelf.engine.checkInvariants { Issue.record("\(title), bit \(bit): \($0)") } }
            }
        }
        #expect(accepted > 0)
    }

    @Test("random bytes behind any type are refused or a value")
    func garbage() {
        let seed = UInt64.random(in: 0 ... .max)
        print("seed \(seed)")
        var random = SplitMix64(seed: seed)
        var shelf = Shelf()
        for round in 0..<20_000 {
            var bytes = (0..<random.next(below: 60)).map { _ in UInt8(truncatingIfNeeded: random.next()) }
            if random.next(below: 2) == 0, bytes.count > 12 {
                // A packed string that is not too wrong at its start.
                let size = bytes.count - 2
                bytes.replaceSubrange(0..<6, with: [UInt8(size), UInt8(size), 0, 0, 0, UInt8(random.next(below: 4))])
                bytes[bytes.count - 1] = 255
            }
            bytes.insert(UInt8(random.next(below: 22)), at: 0)
            guard (try? shelf.load(bytes, sizeMax: 1 << 20)) != nil else { continue }
            if round % 16 == 0 { shelf.engine.checkInvariants { Issue.record("seed \(seed), round \(round): \($0)") } }
        }
    }

    @Test("a payload with any bit turned round, or of a newer version, is refused")
    func footers() {
        let payload = bytes(hex: RecordedPayload.all[1].hex)
        func opens(_ bytes: [UInt8]) -> Bool { (try? DumpPayload.open(unsafe bytes.span.bytes).byteCount) != nil }
        #expect(opens(payload))
        for bit in 0..<payload.count * 8 {
            var damaged = payload
            damaged[bit / 8] ^= 1 << UInt8(bit % 8)
            #expect(!opens(damaged), "bit \(bit)")
        }
        for count in 0..<payload.count { #expect(!opens(Array(payload.prefix(count))), "\(count) bytes") }
        for (version, isRead) in [(UInt8(1), true), (11, true), (12, false), (255, false)] {
            var other = Array(payload.dropLast(10)) + [version, 0]
            var sum = CRC64()
            sum.add(unsafe other.span.bytes)
            for index in 0..<8 { other.append(UInt8(truncatingIfNeeded: sum.value >> UInt64(index * 8))) }
            #expect(opens(other) == isRead, "version \(version)")
        }
    }
}
