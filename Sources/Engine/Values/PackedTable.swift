// A hash table of packed elements: large sets, hashes, and the member index of sorted sets.

import Base

/// What a table must know of its elements.
protocol PackedElements {
    /// The hash under which an element was inserted. The low bits choose its block, the top byte is its tag: an element
    /// that keeps but 32 bits of hash repeats them in the upper half.
    static func hash(of element: RawSpan, _ hasher: Hasher64) -> KeyHash
}

/// An element in a table: where it is and what it holds. Valid until the table changes.
@safe
struct TableEntry {
    let blockIndex: Int
    let block: PackedBlock
    /// Which element of its block.
    let index: Int
    /// Where it begins in its block.
    let offset: Int
    /// Where its bytes are, in the block or far. May be written, as long as the hash stays.
    let content: Address
    let count: Int

    @inline(__always)
    init(_ index: Int, in block: PackedBlock, _ blockIndex: Int) {
        let offset = block.offset(of: index)
        let mark = block.sizeMark(index)
        self.blockIndex = blockIndex
        self.block = block
        self.index = index
        self.offset = offset
        content = block.content(mark: mark, at: offset)
        count = block.count(mark: mark, at: offset)
    }

    @inline(__always)
    var bytes: RawSpan {
        @_lifetime(immortal)
        get { content.bytes(count) }
    }
}

/// Elements by hash, in blocks of some dozens.
///
/// Linear hashing: `blockCount` blocks; with 2^k of them or more, the low k or k + 1 bits of a hash choose one. When the
/// blocks hold more than they should on average, the next in turn is split in two, so an insertion moves
/// one block's elements at most, at any size; removals join blocks the same way. The directory has chunks of 1024
/// entries (`PackedBlock.entry`; 0 is a block without elements), which never move either, except the first while it is small.
/// Idea: W. Litwin, "Linear Hashing", VLDB 1980.
///
/// Measured with elements of 14 bytes, one lookup after the other at random, on a busy virtual machine; nanoseconds at
/// 1 k, 100 k, 1 M, 10 M elements: hit 62, 104, 430, 817; miss 46, 55, 236, 654; a miss and its insertion 158, 166, 578,
/// 950. Bytes above the content, all included: 3.6, 3.4, 3.4, 3.4 (16 elements a block: 4.1 at 1 M; 32: 3.0; 48: 2.8,
/// and hits a quarter slower). Reading eight tags a step instead of four was no faster.
///
/// A trivial value; its owner calls `destroy`. Touched only under the shard's lock.
@safe
struct PackedTable<Elements: PackedElements> {
    /// The most that blocks hold on average; a single one holds up to about three times as much.
    static var elementsPerBlock: Int { 24 }
    static var bytesPerBlock: Int { 1024 }

    var heap = Heap()
    /// Addresses of the directory's chunks; nil in a table without blocks.
    var chunks: Address?
    /// Entries that there is room for in the first chunk.
    var firstChunkCapacity = 0
    var blockCount = 0
    var count = 0
    /// Bytes that contents take in the blocks.
    var packedSize = 0
    /// The most elements that a block has had so far: for sampling.
    var fullestCount = 0

    init() {}

    /// Bytes of memory, all included but this struct.
    var size: Int { heap.size }

    // MARK: Directory

    static var chunkBits: Int { 10 }

    /// Where the directory entry of a block is.
    @inline(__always)
    func place(_ index: Int) -> Address {
        // SAFETY-relevant: index < blockCount, so there are chunks, and this one is there.
        let chunk = unsafe chunks.unsafelyUnwrapped.load64((index &>> Self.chunkBits) &* 8)
        let first = unsafe Address(bits: UInt(chunk)).unsafelyUnwrapped
        return first + (index & (1 &<< Self.chunkBits &- 1)) &* 8
    }

    @inline(__always) func entry(_ index: Int) -> UInt64 { place(index).load64(0) }
    @inline(__always) func setEntry(_ index: Int, _ entry: UInt64) { place(index).store64(entry, 0) }

    /// The bits that choose among blocks: k + 1 ones.
    @inline(__always)
    var mask: Int { Int(bitPattern: UInt.max &>> UInt(truncatingIfNeeded: blockCount.leadingZeroBitCount)) }

    /// The block of a hash. There is at least one.
    @inline(__always)
    func blockIndex(_ hash: KeyHash) -> Int {
        let low = Int(truncatingIfNeeded: hash.rawValue) & mask
        return low < blockCount ? low : low & (mask &>> 1)
    }

    // MARK: Find

    /// The element that `matches` accepts, among those with the block and the tag of `hash`.
    /// - Parameter matches: compares, as few hashes' bits are: one lookup in ten or so asks it in vain.
    @inline(__always)
    func find(_ hash: KeyHash, _ matches: (RawSpan) -> Bool) -> TableEntry? {
        guard blockCount > 0 else { return nil }
        let blockIndex = blockIndex(hash)
        let entry = entry(blockIndex)
        guard entry != 0 else { return nil }
        let block = PackedBlock(entry)
        let tag = PackedBlock.tag(hash)
        let count = block.count
        var first = 0
        while first < count {
            var candidates = block.matches(from: first, tag)
            while candidates != 0 {
                let lane = candidates.leadingZeroBitCount
                let index = first &+ lane &>> 4
                if index >= count { break }
                let found = TableEntry(index, in: block, blockIndex)
                if matches(found.bytes) { return found }
                candidates &= ~(0x8000_0000_0000_0000 &>> UInt64(truncatingIfNeeded: lane))
            }
            first &+= 4
        }
        return nil
    }

    /// Brings near what a lookup of `hash` will read first.
    @inline(__always)
    func prefetch(_ hash: KeyHash) {
        guard blockCount > 0 else { return }
        let entry = entry(blockIndex(hash))
        if entry != 0 { PackedBlock(entry).prefetch() }
    }

    // MARK: Insert, replace, remove

    /// Adds an element that is not in the table.
    /// - Returns: where its `byteCount` bytes go. The caller fills them, before it does anything else with the table.
    mutating func insert(_ hash: KeyHash, byteCount: Int, _ hasher: Hasher64) -> Address {
        if isCrowded { grow(hasher) }
        let blockIndex = blockIndex(hash)
        let entry = entry(blockIndex)
        let size = PackedBlock.size(of: byteCount)
        let block =
            entry == 0
            ? PackedBlock.make(for: size &+ 2, &heap) : PackedBlock(entry).reserving(size &+ 2, &heap)
        setEntry(blockIndex, block.entry)

        let mark = PackedBlock.mark(of: byteCount)
        let index = block.count
        precondition(index < UInt16.max, "more equal hashes than a block holds")
        let offset = block.used
        block.setPair(index, PackedBlock.makePair(mark: mark, tag: PackedBlock.tag(hash)))
        block.used = offset &+ size
        block.count = index &+ 1
        if PackedBlock.isLong(mark) { block.longCount &+= 1 }
        let far = mark == Packed.farMark ? heap.allocate(byteCount) : nil
        block.writeFront(byteCount, far: far, at: offset)
        count &+= 1
        packedSize &+= size
        if index >= fullestCount { fullestCount = index &+ 1 }
        return block.content(mark: mark, at: offset)
    }

    /// Gives an element another size. Its first bytes stay, as far as there is room for them: the hash must.
    /// - Returns: where its `byteCount` bytes are now; those beyond the old count are the caller's to fill.
    mutating func resize(_ entry: TableEntry, to byteCount: Int, _ hasher: Hasher64) -> Address {
        let mark = PackedBlock.mark(of: byteCount)
        let oldMark = entry.block.sizeMark(entry.index)
        if mark == Packed.farMark && oldMark == Packed.farMark {
            let far = heap.resize(entry.content, to: byteCount)
            entry.block.writeFront(byteCount, far: far, at: entry.offset)
            return far
        }
        if mark == oldMark && byteCount == entry.count { return entry.content }
        // Elements that only grow are no insertions, but fill blocks too. The element's own block must stay.
        if isCrowded && splitIndex != entry.blockIndex { grow(hasher) }

        var block = entry.block
        let kept = min(byteCount, entry.count)
        let offset = entry.offset
        let size = PackedBlock.size(of: byteCount)
        let oldSize = block.size(mark: oldMark, at: offset)
        // How far the content begins behind the offset, for near content.
        let front = mark == Packed.wideMark ? 2 : 0
        let oldFront = oldMark == Packed.wideMark ? 2 : 0
        let far = mark == Packed.farMark ? heap.allocate(byteCount) : nil
        if let far { far.copy(from: entry.content, count: kept) }

        let isNear = far == nil && oldMark != Packed.farMark
        if size > oldSize { block = block.reserving(size &- oldSize, &heap) }
        if isNear && front < oldFront {
            (block.start + offset).move(from: block.start + (offset &+ oldFront), count: kept)
        }
        let tail = block.used &- offset &- oldSize
        (block.start + (offset &+ size)).move(from: block.start + (offset &+ oldSize), count: tail)
        if isNear && front > oldFront {
            (block.start + (offset &+ front)).move(from: block.start + offset, count: kept)
        }
        block.used = block.used &+ size &- oldSize
        block.longCount =
            block.longCount &+ (PackedBlock.isLong(mark) ? 1 : 0) &- (PackedBlock.isLong(oldMark) ? 1 : 0)
        block.setPair(entry.index, block.pair(entry.index) & 0xFF00 | UInt16(mark))
        block.writeFront(byteCount, far: far, at: offset)
        if oldMark == Packed.farMark {
            (block.start + (offset &+ front)).copy(from: entry.content, count: kept)
            heap.free(entry.content)
        }
        block = block.trimmed(&heap)
        setEntry(entry.blockIndex, block.entry)
        packedSize &+= size &- oldSize
        return block.content(mark: mark, at: offset)
    }

    /// Removes an element.
    mutating func remove(_ entry: TableEntry) {
        let block = entry.block
        let mark = block.sizeMark(entry.index)
        let size = block.size(mark: mark, at: entry.offset)
        if PackedBlock.isLong(mark) {
            block.longCount &-= 1
            if mark == Packed.farMark { heap.free(entry.content) }
        }
        count &-= 1
        packedSize &-= size
        let last = block.count &- 1
        if last == 0 {
            heap.free(block.start)
            setEntry(entry.blockIndex, 0)
        } else {
            let end = entry.offset &+ size
            (block.start + entry.offset).move(from: block.start + end, count: block.used &- end)
            // The pairs of the elements behind lie below: they move up by one.
            let pairs = block.header + (last &* -2)
            pairs.move(from: pairs + -2, count: (last &- entry.index) &* 2)
            block.used &-= size
            block.count = last
            setEntry(entry.blockIndex, block.trimmed(&heap).entry)
        }
        if isSparse { shrink() }
    }
}
