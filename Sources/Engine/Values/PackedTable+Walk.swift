// Visiting a table: all of it, a block at a time across changes (SCAN), or an element by chance.

import Base

extension PackedTable {
    /// Shows each element once, in no order, until `visit` returns false.
    /// - Returns: whether all were shown.
    @inline(__always)
    @discardableResult
    func forEach(_ visit: (RawSpan) -> Bool) -> Bool {
        for index in 0..<blockCount {
            let entry = entry(index)
            if entry == 0 { continue }
            if index &+ 1 < blockCount {
                let next = self.entry(index &+ 1)
                if next != 0 { PackedBlock(next).prefetch() }
            }
            let block = PackedBlock(entry)
            var offset = 0
            for element in 0..<block.count {
                let mark = block.sizeMark(element)
                if !visit(block.bytes(mark: mark, at: offset)) { return false }
                offset &+= block.size(mark: mark, at: offset)
            }
        }
        return true
    }

    /// Shows the elements of one block, and tells where to go on. Whoever starts at 0 and goes on until 0 comes back has
    /// seen every element that was there throughout, once, and no other twice unless it was removed and
    /// inserted again; whatever was inserted and removed between the calls.
    ///
    /// A cursor is a hash read from its low end. A block of k bits has the hashes of one range in that order, an
    /// element's hash never changes, and each call shows what lies between the cursor and the end of its block's
    /// range. Idea: dictScan of Redis, P. Noordhuis.
    @inline(__always)
    func scan(_ cursor: UInt64, _ hasher: Hasher64, _ visit: (RawSpan) -> Void) -> UInt64 {
        guard blockCount > 0 else { return 0 }
        let position = Self.reversed(cursor)
        let index = blockIndex(KeyHash(rawValue: cursor))
        let first = Self.reversed(UInt64(index))
        let entry = entry(index)
        if entry != 0 {
            let block = PackedBlock(entry)
            var offset = 0
            for element in 0..<block.count {
                let mark = block.sizeMark(element)
                let bytes = block.bytes(mark: mark, at: offset)
                // Blocks may have been joined since: the part before the cursor has been shown.
                if first == position || Self.reversed(Elements.hash(of: bytes, hasher).rawValue) >= position {
                    visit(bytes)
                }
                offset &+= block.size(mark: mark, at: offset)
            }
        }
        let bits = hashBits(of: index)
        // The last range ends at 2^64, which is 0 here.
        return bits == 0 ? 0 : Self.reversed(first &+ (UInt64(1) &<< UInt64(64 &- bits)))
    }

    /// How many bits of a hash choose this block.
    private func hashBits(of index: Int) -> Int {
        let bits = Int.bitWidth - blockCount.leadingZeroBitCount
        let half = 1 << (bits - 1)
        return index >= half || index < blockCount - half ? bits : bits - 1
    }

    static func reversed(_ bits: UInt64) -> UInt64 {
        var bits = bits.byteSwapped
        bits = (bits >> 4) & 0x0F0F_0F0F_0F0F_0F0F | (bits & 0x0F0F_0F0F_0F0F_0F0F) << 4
        bits = (bits >> 2) & 0x3333_3333_3333_3333 | (bits & 0x3333_3333_3333_3333) << 2
        return (bits >> 1) & 0x5555_5555_5555_5555 | (bits & 0x5555_5555_5555_5555) << 1
    }

    /// An element by chance, each as likely as any other; nil in an empty table.
    func randomEntry(_ random: inout SplitMix64) -> TableEntry? {
        guard count > 0 else { return nil }
        // A block by chance, then one of as many places as the fullest block has: a place without an element is a miss.
        // Three tries are usual; a table that was fuller once takes more, one that never hits is not evenly spread
        // anyway.
        let most = blockCount == 1 ? count : fullestCount
        for _ in 0..<1000 {
            let blockIndex = random.next(below: blockCount)
            let entry = entry(blockIndex)
            if entry == 0 { continue }
            let block = PackedBlock(entry)
            let index = random.next(below: most)
            if index < block.count { return TableEntry(index, in: block, blockIndex) }
        }
        return firstEntry
    }

    private var firstEntry: TableEntry? {
        for index in 0..<blockCount {
            let entry = entry(index)
            if entry != 0 { return TableEntry(0, in: PackedBlock(entry), index) }
        }
        return nil
    }

    /// Calls `fail` with a sentence for each broken invariant. For tests.
    func checkInvariants(_ hasher: Hasher64, fail: (String) -> Void) {
        var elements = 0
        var packed = 0
        var bytes = 0
        func add(_ block: Address) { bytes += Heap.capacity(of: block) + 8 }
        if let chunks {
            add(chunks)
            for index in stride(from: 0, to: blockCount, by: 1 << Self.chunkBits) { add(place(index)) }
        } else if blockCount != 0 {
            fail("there are blocks but no chunks")
        }
        for blockIndex in 0..<blockCount {
            let entry = entry(blockIndex)
            if entry == 0 { continue }
            let block = PackedBlock(entry)
            add(block.start)
            if block.count == 0 { fail("block \(blockIndex) is empty, but there") }
            if block.entry != entry { fail("block \(blockIndex) is not what its entry says") }
            if block.capacity > Heap.capacity(of: block.start) { fail("block \(blockIndex) is smaller than it thinks") }
            if block.room < 0 { fail("block \(blockIndex) overflows") }
            if block.room > 128 + block.capacity / 8 { fail("block \(blockIndex) has \(block.room) bytes unused") }
            if block.count > fullestCount { fail("block \(blockIndex) is fuller than the fullest") }
            var offset = 0
            var long = 0
            for index in 0..<block.count {
                let element = TableEntry(index, in: block, blockIndex)
                let hash = Elements.hash(of: element.bytes, hasher)
                if element.offset != offset { fail("an element begins at \(element.offset), not \(offset)") }
                if self.blockIndex(hash) != blockIndex { fail("an element lies in another block than its hash says") }
                if UInt8(block.pair(index) >> 8) != PackedBlock.tag(hash) { fail("an element's tag is wrong") }
                let mark = block.sizeMark(index)
                if PackedBlock.isLong(mark) { long += 1 }
                if mark == Packed.farMark { add(element.content) }
                if mark != PackedBlock.mark(of: element.count) { fail("an element of \(element.count) has mark \(mark)") }
                offset += block.size(mark: mark, at: offset)
            }
            if offset != block.used { fail("block \(blockIndex) has \(offset) bytes, it says \(block.used)") }
            if long != block.longCount { fail("block \(blockIndex) has \(long) long, it says \(block.longCount)") }
            elements += block.count
            packed += offset
        }
        if elements != count { fail("counted \(elements) elements, the table says \(count)") }
        if packed != packedSize { fail("counted \(packed) packed bytes, the table says \(packedSize)") }
        if bytes != heap.size { fail("counted \(bytes) bytes, the heap says \(heap.size)") }
    }
}
