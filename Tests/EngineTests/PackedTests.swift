// Packed entries of every size class, written and read from both ends.

import Base
import Testing

@testable import Engine

@Suite("Packed entries")
struct PackedTests {
    static let counts =
        [0, 1, 2, 13, 127, 128] + Array(246...258) + [512, 1000] + Array(1019...1028) + [64 << 10, 5_000_000]

    private func fill(_ content: Address, _ count: Int, _ seed: Int) {
        for offset in stride(from: 0, to: count, by: count < 4096 ? 1 : 997) {
            content.store8(UInt8(truncatingIfNeeded: offset &* 7 &+ seed), offset)
        }
        if count > 0 { content.store8(UInt8(truncatingIfNeeded: seed), count - 1) }
    }

    private func isFilled(_ entry: PackedEntry, _ seed: Int) -> Bool {
        for offset in stride(from: 0, to: entry.count - 1, by: entry.count < 4096 ? 1 : 997)
        where entry.bytes[offset] != UInt8(truncatingIfNeeded: offset &* 7 &+ seed) { return false }
        return entry.count == 0 || entry.bytes[entry.count - 1] == UInt8(truncatingIfNeeded: seed)
    }

    @Test("an entry of any size reads as it was written, from its front and from its end", arguments: counts)
    func single(count: Int) {
        var heap = Heap()
        let size = Packed.size(of: count)
        let run = heap.allocate(size)
        fill(Packed.write(count, at: run, &heap), count, 3)
        for entry in [Packed.entry(at: run), Packed.entry(before: run + size)] {
            #expect(entry.start == run)
            #expect(entry.size == size)
            #expect(entry.end == run + size)
            #expect(entry.count == count)
            #expect(entry.isFar == (count > Packed.nearMax))
            #expect(isFilled(entry, 3))
        }
        Packed.release(Packed.entry(at: run), &heap)
        heap.free(run)
        #expect(heap.size == 0)
    }

    @Test("a run of all sizes is walked in both directions")
    func run() {
        var heap = Heap()
        let counts = Self.counts + Self.counts.reversed()
        let size = counts.reduce(0) { $0 + Packed.size(of: $1) }
        let run = heap.allocate(size)
        var end = run
        for (index, count) in counts.enumerated() {
            fill(Packed.write(count, at: end, &heap), count, index)
            end = end + Packed.size(of: count)
        }
        #expect(end == run + size)
        var forward = run
        for (index, count) in counts.enumerated() {
            let entry = Packed.entry(at: forward)
            #expect(entry.count == count && isFilled(entry, index))
            forward = entry.end
        }
        #expect(forward == end)
        for (index, count) in counts.enumerated().reversed() {
            let entry = Packed.entry(before: end)
            #expect(entry.count == count && isFilled(entry, index))
            end = entry.start
            Packed.release(entry, &heap)
        }
        #expect(end == run)
        heap.free(run)
        #expect(heap.size == 0)
    }

    @Test("a near entry takes two bytes more than it holds, a long one six")
    func overhead() {
        for count in 0...251 { #expect(Packed.size(of: count) == count + 2) }
        #expect(Packed.size(of: 252) == 256)
        for count in 253...1024 { #expect(Packed.size(of: count) == count + 6) }
        #expect(Packed.size(of: 1025) == 14)
    }
}
