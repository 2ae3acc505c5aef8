// The checksum and the compression of Redis' files.

import Base
import Testing

@Suite("CRC-64 and LZF")
struct ChecksumTests {
    @Test("the checksum is Jones' CRC-64, however the bytes are cut")
    func checksum() {
        let digits = Array("123456789".utf8)
        let text = Array("This is a test of the emergency broadcast system.".utf8)
        #expect(sum(digits[...]) == 0xE9C6_D914_C4B8_D9CA)
        let whole = sum(text[...])
        for cut in 0...text.count {
            var sum = CRC64()
            add(text[..<cut], to: &sum)
            add(text[cut...], to: &sum)
            #expect(sum.value == whole, "cut at \(cut)")
        }
    }

    @Test("folding and tables come to the same, whatever the length and the sum before")
    func foldedChecksum() {
        var random = SplitMix64(seed: 7)
        let bytes = (0..<1200).map { _ in UInt8(truncatingIfNeeded: random.next()) }
        for size in [0, 1, 63, 64, 65, 127, 128, 191, 192, 255, 256, 1000, 1200] {
            for before in [0, 10] {
                var whole = CRC64()
                add(bytes[..<before], to: &whole)
                var single = whole
                add(bytes[before..<max(before, size)], to: &whole)
                // So few at once are never folded.
                for start in stride(from: before, to: size, by: 9) {
                    add(bytes[start..<min(start + 9, size)], to: &single)
                }
                #expect(whole.value == single.value, "\(size) bytes")
            }
        }
    }

    private func sum(_ bytes: ArraySlice<UInt8>) -> UInt64 {
        var sum = CRC64()
        add(bytes, to: &sum)
        return sum.value
    }

    private func add(_ bytes: ArraySlice<UInt8>, to sum: inout CRC64) {
        let copy = Array(bytes)
        sum.add(unsafe copy.span.bytes)
    }

    @Test("what is compressed comes back, and what does not become shorter is left")
    func compression() {
        var packed = OutputBuffer(capacity: 64)
        let text = Array(repeating: Array("so it goes ".utf8), count: 50).flatMap { $0 }
        let isShorter = packed.append(compressed: unsafe text.span.bytes, sizeMax: text.count - 1)
        #expect(isShorter)
        #expect(packed.count < text.count / 4)
        var output = OutputBuffer(capacity: 64)
        output.append("before" as StaticString)
        for claimed in [0, 1, text.count - 1, text.count + 1, Int(UInt32.max) + 1] {
            let isRight = output.append(decompressed: packed.span, byteCount: claimed)
            #expect(!isRight, "\(claimed) bytes claimed")
        }
        let isRight = output.append(decompressed: packed.span, byteCount: text.count)
        #expect(isRight)
        #expect(output.span.copiedBytes() == Array("before".utf8) + text)
        let short = Array("abcdefghijklmnopqrstuvwxyz".utf8)
        let isCompressed = output.append(compressed: unsafe short.span.bytes, sizeMax: short.count - 1)
        #expect(!isCompressed)
        #expect(output.count == 6 + text.count)
    }
}
