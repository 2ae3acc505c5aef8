// The end of a snapshot that arrives in pieces, and its sum.

import Base
import Testing

@testable import Migration

@Suite("Snapshots as they arrive")
struct SnapshotStreamTests {
    private static let mark = Array("0123456789abcdef0123456789abcdef01234567".utf8)

    /// A snapshot of some bytes, with a sum that is right, or another one.
    private static func snapshot(_ count: Int, version: String = "0010", sum given: UInt64? = nil) -> [UInt8] {
        var bytes = Array("REDIS\(version)".utf8) + (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 7) }
        var sum = CRC64()
        sum.add(bytes.span.rawBytes)
        let value = given ?? sum.value
        bytes += (0..<8).map { UInt8(truncatingIfNeeded: value >> UInt64($0 * 8)) }
        return bytes
    }

    /// Sends `bytes` in pieces. Returns what was written.
    private static func pass(
        _ bytes: [UInt8], _ end: SnapshotStream.End, pieceSize: Int
    ) throws -> (written: [UInt8], isVerified: Bool) {
        var stream = SnapshotStream(end)
        var written: [UInt8] = []
        var start = 0
        while start < bytes.count {
            let isWhole = stream.isWhole
            #expect(!isWhole)
            let piece = Array(bytes[start..<min(bytes.count, start + pieceSize)])
            stream.take(piece.span.rawBytes) { written += $0.copiedBytes() }
            start += piece.count
        }
        let isWhole = stream.isWhole
        #expect(isWhole)
        let (rest, isVerified) = try stream.finish()
        return (written + rest, isVerified)
    }

    @Test("all bytes come through, however they are cut, whether their count or a mark tells the end")
    func whole() throws {
        for count in [0, 1, 30, 31, 32, 100] {
            let bytes = Self.snapshot(count)
            for pieceSize in 1...60 {
                let sized = try Self.pass(bytes, .size(bytes.count), pieceSize: pieceSize)
                #expect(sized.written == bytes && sized.isVerified, "\(count) \(pieceSize)")
                let marked = try Self.pass(bytes + Self.mark, .mark(Self.mark), pieceSize: pieceSize)
                #expect(marked.written == bytes && marked.isVerified, "\(count) \(pieceSize)")
            }
        }
    }

    @Test("a wrong sum is found, and none is not missed")
    func sums() throws {
        let wrong = Self.snapshot(50, sum: 12345)
        #expect(throws: SnapshotStream.Fault.wrongSum) { try Self.pass(wrong, .size(wrong.count), pieceSize: 7) }
        var damaged = Self.snapshot(50)
        damaged[20] ^= 1
        #expect(throws: SnapshotStream.Fault.wrongSum) { try Self.pass(damaged, .size(damaged.count), pieceSize: 64) }
        for none in [Self.snapshot(50, sum: 0), Self.snapshot(50, version: "0004", sum: 12345)] {
            let passed = try Self.pass(none, .size(none.count), pieceSize: 7)
            #expect(passed.written == none && !passed.isVerified)
        }
    }

    @Test("what is no snapshot is known by its first bytes, and one that is too short by its end")
    func others() throws {
        for (text, mayBe) in [("RED", true), ("REDIS0010", true), ("REDIX", false), ("HTTP/1.1 200 OK", false)] {
            var stream = SnapshotStream(.size(100))
            stream.take(Array(text.utf8).span.rawBytes) { _ in }
            let isPossible = stream.mayBeSnapshot
            #expect(isPossible == mayBe, "\(text)")
        }
        #expect(throws: SnapshotStream.Fault.tooShort) {
            try Self.pass(Array("REDIS00".utf8), .size(7), pieceSize: 7)
        }
        let other = Array("REDISxxxx12345678".utf8)
        #expect(throws: SnapshotStream.Fault.otherFormat) { try Self.pass(other, .size(other.count), pieceSize: 7) }
    }
}
