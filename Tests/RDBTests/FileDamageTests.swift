// Files that are cut, damaged or made up: a fault that says where, and never a crash.

import Base
import Engine
import Testing

@testable import RDB

@Suite("Damaged files")
struct FileDamageTests {
    private func fault(_ file: [UInt8], verifies: Bool = true) -> RDBFileFault? {
        var library = Library()
        return fault(file, verifies: verifies, &library)
    }

    private func fault(
        _ file: [UInt8], verifies: Bool = true, skips: Bool = false, _ library: inout Library
    ) -> RDBFileFault? {
        do throws(RDBFileFault) {
            _ = try library.read(file, verifies: verifies, skipsCollections: skips)
            return nil
        } catch {
            return error
        }
    }

    /// A file with small values of all kinds and each fact, so that each bit can have its turn.
    private static func sample(_ random: inout SplitMix64) -> [UInt8] {
        var library = Library(.allKeysLRU)
        let payloads = RecordedPayload.all.map { Array(bytes(hex: $0.hex).dropLast(10)) }
        for (index, payload) in (payloads + OldPayload.all.map(\.bytes)).enumerated() where payload.count < 24 {
            var options = StoreOptions()
            if index % 2 == 0 { options.expiry = Milliseconds(Library.now.rawValue + 1) }
            if index % 3 == 0 { options.flags = 7 }
            if index % 5 == 0 { options.casField = .exact(1 << 40) }
            options.isStale = index % 7 == 0
            library.put("k\(index)", in: random.next(below: 2), payload: payload, options)
        }
        return library.file(policy: .allKeysLRU, facts: [("redis-ver", "7.0.15")])
    }

    /// A file with the smallest value of each type of the format, those of old servers too.
    private static func types() -> [UInt8] {
        let payloads = RecordedPayload.all.map { Array(bytes(hex: $0.hex).dropLast(10)) } + OldPayload.all.map(\.bytes)
        let smallest = Dictionary(grouping: payloads, by: \.first!).mapValues { $0.min { $0.count < $1.count }! }
        var file = Array("REDIS0010".utf8)
        for (type, payload) in smallest.sorted(by: { $0.key < $1.key }) {
            file += [type, 2, 107, 65 + type] + payload.dropFirst()
        }
        file.append(255)
        var sum = CRC64()
        sum.add(file.span.rawBytes)
        return file + (0..<8).map { UInt8(truncatingIfNeeded: sum.value >> UInt64(8 * $0)) }
    }

    @Test("a file that is cut anywhere ends in a fault, wherever the cut")
    func cuts() {
        var random = SplitMix64(seed: 1)
        var library = Library()
        for file in [Self.sample(&random), bytes(hex: RecordedFile.hex)] {
            for count in 0..<file.count {
                guard let fault = fault(Array(file.prefix(count)), &library) else {
                    Issue.record("\(count) bytes are read as a file")
                    continue
                }
                #expect(fault.offset <= count)
                #expect(fault.reason == (count < 9 ? .otherFormat : .content(.truncated)), "\(count) bytes: \(fault)")
            }
        }
    }

    @Test("with any bit turned round, the checksum tells if nothing else does")
    func flips() {
        var random = SplitMix64(seed: 2)
        var library = Library()
        for file in [Self.sample(&random), Self.types(), bytes(hex: RecordedFile.hex)] {
            #expect(fault(file) == nil)
            for bit in 0..<file.count * 8 {
                var damaged = file
                damaged[bit / 8] ^= 1 << UInt8(bit % 8)
                // Passing over values leads to the checksum, too, and takes less time than building them.
                let isAccepted = fault(damaged, skips: bit % 61 != 0, &library) == nil
                #expect(!isAccepted, "bit \(bit)")
            }
        }
    }

    @Test("with any bit turned round and no checksum, what is accepted is sound")
    func flipsUnchecked() {
        var random = SplitMix64(seed: 3)
        let file = Self.sample(&random)
        var library = Library()
        var accepted = 0
        for bit in 0..<file.count * 8 {
            var damaged = file
            damaged[bit / 8] ^= 1 << UInt8(bit % 8)
            guard fault(damaged, verifies: false, &library) == nil else { continue }
            accepted += 1
            if accepted % 64 == 0 { library.engine.checkInvariants { Issue.record("bit \(bit): \($0)") } }
        }
        #expect(accepted > 0)
    }

    @Test("with many bytes written over, a file is refused or what is accepted is sound")
    func garbage() {
        let seed = UInt64.random(in: 0 ... .max)
        print("seed \(seed)")
        var random = SplitMix64(seed: seed)
        let file = Self.sample(&random)
        var library = Library()
        var accepted = 0
        for round in 0..<600 {
            var damaged = file
            for _ in 0..<1 + random.next(below: 4) {
                let start = 9 + random.next(below: file.count - 9)
                for index in start..<min(file.count, start + 1 + random.next(below: 12)) {
                    damaged[index] = random.next(below: 3) == 0 ? 255 : UInt8(truncatingIfNeeded: random.next())
                }
            }
            if random.next(below: 4) == 0 {
                // A piece is missing, so that what follows is read as something else.
                let start = 9 + random.next(below: file.count - 9)
                damaged.removeSubrange(start..<min(damaged.count, start + 1 + random.next(below: 40)))
            }
            for skips in [false, true] {
                guard fault(damaged, verifies: false, skips: skips, &library) == nil else { continue }
                accepted += 1
                guard accepted % 32 == 0 else { continue }
                library.engine.checkInvariants { Issue.record("seed \(seed), round \(round): \($0)") }
            }
        }
        #expect(accepted > 0)
    }

    // MARK: Single faults

    private func file(_ parts: [UInt8]..., version: String = "0010") -> [UInt8] {
        Array("REDIS\(version)".utf8) + parts.flatMap { $0 } + [255] + [UInt8](repeating: 0, count: 8)
    }

    private func text(_ text: String) -> [UInt8] { OldPayload.string(text) }

    @Test("versions 1 to 11 are read, and no other")
    func versions() throws {
        for version in [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 80, 110, 1000, 1011, 9999] {
            let digits = String(String(10_000 + version).dropFirst())
            let item: [UInt8] = [0, 1, 97, 1, 98]
            if (1...11).contains(version) {
                // What is behind the end is somebody else's.
                var library = Library()
                let whole = version < 5 ? Array(file(item, version: digits).dropLast(8)) : file(item, version: digits)
                #expect(try library.read(whole + [1, 2, 3]) == ["string a b", "end \(whole.count)"])
            } else {
                #expect(fault(file(item, version: digits))?.reason == .unknownVersion(version))
            }
        }
        for start in ["REDIS", "REDIS001", "REDIS 010", "REDIS-001", "redis0010", "RDB", ""] {
            #expect(fault(Array(start.utf8))?.reason == .otherFormat, "\(start)")
        }
    }

    @Test("facts of an item belong to the next one alone, in whatever order they come")
    func facts() throws {
        let time: [UInt8] = [252, 0, 0xD8, 0xC3, 0x2C, 0xBB, 3, 0, 0]
        let own = [250] + text("duet-flags") + text("7") + [250] + text("duet-cas") + text("18446744073709551615")
        let marks = [250] + text("duet-stale") + text("1") + [250] + text("duet-binary-key") + text("1")
        let item: [UInt8] = [0] + text("a") + text("b")
        let others = [250] + text("other") + text("field") + [254, 1, 251, 3, 2]
        for parts in [[time, own, marks, others, item], [others, marks, own, time, item]] {
            var library = Library()
            _ = try library.read(file(parts.flatMap { $0 }, [0] + text("c") + text("d")))
            #expect(
                library.lines() == [
                    "1 a 4102444800000 7 18446744073709551615 0 0 stale binary string b", "1 c 0 0 0 0 0 string d",
                ])
        }
        // Seconds, which the first servers wrote; and a time that is no time.
        let old = file([253, 0, 0x94, 0x35, 0x77] + item, [252] + [UInt8](repeating: 0, count: 8) + item)
        var reader = try RDBFileReader(old.span.rawBytes, verifiesChecksum: true)
        var times: [Int64] = []
        while try reader.next() != .end { times.append(reader.facts.expiry.rawValue) }
        #expect(times == [2_000_000_000_000, 1])
        let again = try reader.next()
        let isVerified = reader.isVerified
        #expect(again == .end && !isVerified)
    }

    @Test("collections without elements are left out")
    func empty() throws {
        let parts: [[UInt8]] = [
            [1] + text("a") + [0], [18] + text("b") + [0], [10] + text("c") + OldPayload.string(OldPayload.ziplist([])),
        ]
        var library = Library()
        let events = try library.read(file(parts.flatMap { $0 }, [0] + text("d") + text("e")))
        #expect(events.count == 5)
        #expect(library.lines() == ["0 d 0 0 0 0 0 string e"])
    }

    @Test("a fault says what is wrong, where, and with which key")
    func faults() {
        let key = text("key")
        // The module's name as Redis packs it: nine characters of six bits, then a version.
        let module: [UInt8] = [0x81, 0, 0, 0, 0, 0, 0, 0, 1]
        let cases: [([UInt8], RDBFileFault.Reason, Int, String?)] = [
            (Array(file([0] + key).dropLast(9)), .content(.truncated), 14, "key"),
            (file([2] + key + [2] + text("a") + text("a")), .content(.corrupt), 0, "key"),
            (file([244, 0]), .content(.unknownType(244)), 10, nil),
            (file([8] + key), .content(.unknownType(8)), 10, nil),
            (file([246, 0]), .functionsBeforeRelease, 10, nil),
            (file([247] + module), .module("AAAAAAAAA"), 19, nil),
            (file([7] + key + module), .module("AAAAAAAAA"), 23, "key"),
            (file([250] + text("duet-flags") + text("x")), .wrongField("duet-flags"), 23, nil),
            (file([250] + text("duet-flags") + text("4294967296")), .wrongField("duet-flags"), 32, nil),
            (file([250] + text("duet-cas") + text("-1")), .wrongField("duet-cas"), 22, nil),
        ]
        for (file, reason, offset, key) in cases {
            let fault = fault(file)
            #expect(fault?.reason == reason)
            if offset > 0 { #expect(fault?.offset == offset, "\(reason)") }
            #expect(fault?.key == key.map { Array($0.utf8) }, "\(reason)")
        }
        var wrong = file([])
        wrong[wrong.count - 1] = 1
        guard let fault = fault(wrong) else {
            Issue.record("a wrong checksum is accepted")
            return
        }
        #expect("\(fault)".hasPrefix("at byte 18: the checksum is 100000000000000, but that of the bytes is "))
        #expect(self.fault(wrong, verifies: false) == nil)
    }
}
