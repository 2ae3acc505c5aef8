// The checksum and the compression of Redis' files, and the digest of its scripts.

import Base
import Testing

@Suite("CRC-64, SHA-1 and LZF")
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

    @Test("the digest is SHA-1, of texts and of digests")
    func digest() {
        let expected = [
            (String(repeating: "a", count: 0), "da39a3ee5e6b4b0d3255bfef95601890afd80709"),
            ("abc", "a9993e364706816aba3e25717850c26c9cd0d89d"),
            (String(repeating: "a", count: 55), "c1c8bbdc22796e28c0e15163d20899b65621d65a"),
            (String(repeating: "a", count: 56), "c2db330f6083854c99d4b5bfb6e8f29f201be699"),
            (String(repeating: "a", count: 63), "03f09f5b158a7a8cdad920bddc29b81c18a551f5"),
            (String(repeating: "a", count: 64), "0098ba824b5c16427bd7a1122a5a442a25ec644d"),
            (String(repeating: "a", count: 119), "ee971065aaa017e0632a8ca6c77bb3bf8b1dfc56"),
            (String(repeating: "a", count: 120), "f34c1488385346a55709ba056ddd08280dd4c6d6"),
            (String(repeating: "a", count: 1000), "291e9a6c66994949b57ba5e650361e98fc36b1ba"),
        ]
        for (text, digest) in expected {
            #expect(SHA1Digest(of: Array(text.utf8).span.rawBytes).hexadecimal == digest)
            // Its own digest is that of its bytes.
            let digits = Array(digest.utf8)
            let bytes = stride(from: 0, to: 40, by: 2).map { place in
                UInt8(String(decoding: digits[place..<place + 2], as: UTF8.self), radix: 16)!
            }
            guard let known = SHA1Digest(hexadecimal: digits.span.rawBytes) else {
                Issue.record("\(digest) is no digest")
                continue
            }
            #expect(SHA1Digest(of: known) == SHA1Digest(of: bytes.span.rawBytes))
            var sum = SHA1Digest.zero
            sum ^= known
            #expect(sum == known)
            sum ^= known
            #expect(sum.hexadecimal == String(repeating: "0", count: 40))
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
