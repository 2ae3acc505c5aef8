// How a table gains and loses blocks: one at a time.

import Base

extension PackedTable {
    /// Whether the next insertion should split a block first.
    @inline(__always)
    var isCrowded: Bool {
        count >= blockCount &* Self.elementsPerBlock || packedSize > blockCount &* Self.bytesPerBlock
    }

    /// Whether one block less would leave blocks at most three quarters full: far enough from `isCrowded` not to join
    /// what was just split.
    @inline(__always)
    var isSparse: Bool {
        let kept = (blockCount &- 1) &* 3
        return count &* 4 < kept &* Self.elementsPerBlock && packedSize &* 4 < kept &* Self.bytesPerBlock
    }

    /// The block that is split next, and that the last one is joined with when `count` is one less.
    @inline(__always)
    static func parent(of index: Int) -> Int { index & ~(1 &<< (Int.bitWidth &- 1 &- index.leadingZeroBitCount)) }

    @inline(__always)
    var splitIndex: Int { blockCount == 0 ? -1 : Self.parent(of: blockCount) }

    /// Adds a block, with the elements of its parent that belong there.
    @inline(never)
    mutating func grow(_ hasher: Hasher64) {
        let added = blockCount
        appendEntry()
        if added == 0 { return }
        let parent = Self.parent(of: added)
        let entry = entry(parent)
        if entry != 0 { split(PackedBlock(entry), parent, added, hasher) }
    }

    /// Divides a block's elements between blocks `low` and `high`, by the bit of the hash that differs in those numbers.
    private mutating func split(_ block: PackedBlock, _ low: Int, _ high: Int, _ hasher: Hasher64) {
        let bit = UInt64(high ^ low)
        let count = block.count
        unsafe withUnsafeTemporaryAllocation(byteCount: count, alignment: 1) { flags in
            // SAFETY: flags has count bytes, one an element, and a block's count is never 0.
            let isHigh = unsafe Address(flags.baseAddress!)
            var highCount = 0
            var highSize = 0
            var offset = 0
            for index in 0..<count {
                let mark = block.sizeMark(index)
                let size = block.size(mark: mark, at: offset)
                let hash = Elements.hash(of: block.bytes(mark: mark, at: offset), hasher)
                let moves = hash.rawValue & bit != 0
                isHigh.store8(moves ? 1 : 0, index)
                highCount &+= moves ? 1 : 0
                highSize &+= moves ? size : 0
                offset &+= size
            }
            if highCount == 0 { return }
            if highCount == count {
                setEntry(high, block.entry)
                setEntry(low, 0)
                return
            }
            let lowBlock = PackedBlock.make(for: block.used - highSize + (count - highCount) * 2, &heap)
            let highBlock = PackedBlock.make(for: highSize + highCount * 2, &heap)
            offset = 0
            for index in 0..<count {
                let target = isHigh.load8(index) == 0 ? lowBlock : highBlock
                let size = block.size(mark: block.sizeMark(index), at: offset)
                target.append(block.pair(index), block.start + offset, size)
                offset &+= size
            }
            heap.free(block.start)
            setEntry(low, lowBlock.entry)
            setEntry(high, highBlock.entry)
        }
    }

    /// Joins a few blocks with their parents: usually one, more where elements are as large as blocks.
    @inline(never)
    mutating func shrink() {
        for _ in 0..<4 where isSparse { join() }
    }

    /// Joins the last block with its parent.
    private mutating func join() {
        let last = blockCount - 1
        let parent = Self.parent(of: last)
        let moved = entry(last)
        removeLastEntry()
        if moved == 0 { return }
        let kept = entry(parent)
        if kept == 0 {
            setEntry(parent, moved)
            return
        }
        let source = PackedBlock(moved)
        let count = source.count
        let target = PackedBlock(kept).reserving(source.used + count * 2, &heap)
        let before = target.count
        precondition(before + count <= UInt16.max, "more equal hashes than a block holds")
        (target.start + target.used).copy(from: source.start, count: source.used)
        (target.header + (before + count) * -2).copy(from: source.header + count * -2, count: count * 2)
        target.used += source.used
        target.count = before + count
        target.longCount += source.longCount
        fullestCount = max(fullestCount, before + count)
        heap.free(source.start)
        setEntry(parent, target.entry)
    }

    // MARK: Directory

    private static var chunkCapacity: Int { 1 << chunkBits }
    private static var firstCapacity: Int { 4 }

    /// Adds a directory entry of 0.
    private mutating func appendEntry() {
        let index = blockCount
        if index == 0 {
            chunks = heap.allocate(8)
            firstChunkCapacity = Self.firstCapacity
            setChunk(0, heap.allocate(firstChunkCapacity * 8))
        } else if index == firstChunkCapacity && index < Self.chunkCapacity {
            firstChunkCapacity *= 2
            setChunk(0, heap.resize(place(0), to: firstChunkCapacity * 8))
        } else if index & (Self.chunkCapacity - 1) == 0 {
            let chunk = index >> Self.chunkBits
            // Room for twice as many addresses whenever their number is a power of two.
            if chunk & (chunk - 1) == 0 { chunks = heap.resize(chunks!, to: chunk * 16) }
            setChunk(chunk, heap.allocate(Self.chunkCapacity * 8))
        }
        blockCount = index + 1
        setEntry(index, 0)
    }

    mutating func removeLastEntry() {
        let index = blockCount - 1
        let last = place(index)
        blockCount = index
        if index == 0 {
            heap.free(last)
            heap.free(chunks!)
            chunks = nil
            firstChunkCapacity = 0
        } else if index & (Self.chunkCapacity - 1) == 0 {
            heap.free(last)
        } else if index * 4 <= firstChunkCapacity && firstChunkCapacity > Self.firstCapacity {
            firstChunkCapacity /= 2
            setChunk(0, heap.resize(place(0), to: firstChunkCapacity * 8))
        }
    }

    private func setChunk(_ chunk: Int, _ first: Address) { chunks!.store64(UInt64(first.bits), chunk * 8) }

    // MARK: End

    /// Frees everything.
    mutating func destroy() { _ = destroySlice(.max) }

    /// Frees blocks until about `budget` of them are gone, those of far elements among them. After the first call,
    /// nothing but this may be done with the table.
    /// - Returns: whether anything is left.
    mutating func destroySlice(_ budget: Int) -> Bool {
        var freed = 0
        while blockCount > 0 {
            if freed >= budget { return true }
            let entry = entry(blockCount - 1)
            removeLastEntry()
            freed += 1
            if entry == 0 { continue }
            let block = PackedBlock(entry)
            if block.longCount > 0 { freed += freeFar(block) }
            count -= block.count
            packedSize -= block.used
            heap.free(block.start)
        }
        return false
    }

    private mutating func freeFar(_ block: PackedBlock) -> Int {
        var freed = 0
        var offset = 0
        for index in 0..<block.count {
            let mark = block.sizeMark(index)
            if mark == Packed.farMark {
                heap.free(block.content(mark: mark, at: offset))
                freed += 1
            }
            offset += block.size(mark: mark, at: offset)
        }
        return freed
    }
}
