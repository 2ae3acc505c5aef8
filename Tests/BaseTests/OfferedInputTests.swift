// Input that may be kept: which value may, and what becomes of its block.

import Base
import Glibc
import Testing

@Suite struct OfferedInputTests {
    /// A block as a connection has it: a header's room, then `text`.
    /// - Parameter body: answers with whoever holds the block at its end, if it was taken.
    private func withOffer(_ text: String, _ body: (OfferedInput, RawSpan) -> SharedBytes?) {
        let offer = OfferedInput()
        defer { offer.deallocate() }
        let size = text.utf8.count
        let block = unsafe malloc(SharedBytes.headerSize + size)!
        let start = unsafe block + SharedBytes.headerSize
        unsafe Array(text.utf8).withUnsafeBytes { unsafe start.copyMemory(from: $0.baseAddress!, byteCount: size) }
        unsafe offer.offer(block, upTo: start + size)
        let holder = body(offer, unsafe RawSpan(_unsafeStart: start, byteCount: size))
        if let holder { holder.release() } else { unsafe free(block) }
    }

    @Test("the value at the end is given away once, as it lies there, and can grow")
    func lastValue() {
        withOffer("set k 0 0 5\r\nvalue\r\n") { offer, request in
            let value = request.slice(13, 18)
            var kept = offer.take(value)!
            #expect(offer.take(value) == nil)
            #expect(!kept.isUnique)
            let mine = offer.withdraw()!
            #expect(mine == kept)
            mine.release()
            #expect(kept.isUnique && kept.byteCount == 5)
            #expect(unsafe RawSpan(_unsafeBytes: UnsafeRawBufferPointer(kept.bytes)).equals("value"))
            kept = kept.resized(to: 100_000)!
            #expect(kept.byteCount == 100_000)
            #expect(unsafe RawSpan(_unsafeBytes: UnsafeRawBufferPointer(rebasing: kept.bytes[..<5])).equals("value"))
            kept = kept.resized(to: 3)!
            #expect(unsafe RawSpan(_unsafeBytes: UnsafeRawBufferPointer(kept.bytes)).equals("val"))
            return kept
        }
    }

    @Test("what is followed by more than a line's end, or lies elsewhere, is not")
    func otherValues() {
        let elsewhere: [UInt8] = [1, 2, 3]
        withOffer("abcdefgh") { offer, request in
            #expect(offer.take(request.slice(0, 5)) == nil)
            let other = offer.take(elsewhere.span.rawBytes)
            #expect(other == nil)
            let kept = offer.take(request.slice(2, 6))
            #expect(kept != nil)
            offer.withdraw()!.release()
            #expect(offer.take(request.slice(2, 6)) == nil)
            return kept
        }
    }
}
