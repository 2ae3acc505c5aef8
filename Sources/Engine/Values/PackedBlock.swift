// One block of a PackedTable: some dozens of elements one behind the other, found by their tags.

import Base

/// A block of a table.
///
///     | content of 0 | content of 1 | ... |  room  | ... | size, tag of 1 | size, tag of 0 | used: 4 | count: 2 | long: 2 |
///
/// Contents grow upwards, the pairs of size and tag downwards from the end, so that an insertion moves nothing. A size
/// is one byte: up to 252 of the content's own; `Packed.wideMark` for content with its count before it (2 bytes),
/// `Packed.farMark` for a count (4) and the address (8) of content in a block of the heap. Unlike a packed run, a
/// block is never read backwards, so contents have nothing behind them; and the sizes lie together, so that
/// the start of any content is a sum over a few words. `long` counts wide and far contents: their sizes cannot be
/// summed that way.
///
/// A directory entry names a block: its capacity (16 bits, in units of 16 bytes, 8 bytes less than there are) above
/// its address (48).
@safe
struct PackedBlock {
    static let headerSize = 8
    private static let shortMax = 252
    private static let farSize = 12
    private static let addressMask: UInt64 = (1 << 48) - 1
    private static let lanes: UInt64 = 0x0001_0001_0001_0001
    private static let lowBytes: UInt64 = 0x00FF_00FF_00FF_00FF

    let start: Address
    /// The block's last eight bytes.
    let header: Address

    @inline(__always)
    init(_ start: Address, capacity: Int) {
        self.start = start
        header = start + (capacity &- Self.headerSize)
    }

    /// - Parameter entry: a directory entry that is not 0.
    @inline(__always)
    init(_ entry: UInt64) {
        // SAFETY-relevant: entries other than 0 were made from a block's address.
        start = unsafe Address(bits: UInt(entry & Self.addressMask)).unsafelyUnwrapped
        header = start + (Int(entry &>> 48) &<< 4)
    }

    @inline(__always)
    var entry: UInt64 { UInt64(start.bits) | UInt64(header.bits &- start.bits) &<< 44 }

    /// Brings near what a lookup reads first: the header and the first dozens of pairs.
    @inline(__always)
    func prefetch() {
        header.prefetch()
        (header + -64).prefetch()
    }

    // MARK: Header

    /// Bytes of the contents.
    var used: Int {
        @inline(__always) get { Int(header.load32(0)) }
        @inline(__always) nonmutating set { header.store32(UInt32(truncatingIfNeeded: newValue), 0) }
    }
    var count: Int {
        @inline(__always) get { Int(header.load16(4)) }
        @inline(__always) nonmutating set { header.store16(UInt16(truncatingIfNeeded: newValue), 4) }
    }
    var longCount: Int {
        @inline(__always) get { Int(header.load16(6)) }
        @inline(__always) nonmutating set { header.store16(UInt16(truncatingIfNeeded: newValue), 6) }
    }
    var capacity: Int {
        @inline(__always) get { Int(header.bits &- start.bits) &+ Self.headerSize }
    }
    /// Bytes that are neither content, pair nor header.
    var room: Int {
        @inline(__always) get { Int(header.bits &- start.bits) &- used &- count &* 2 }
    }

    // MARK: Pairs

    @inline(__always) static func tag(_ hash: KeyHash) -> UInt8 { UInt8(truncatingIfNeeded: hash.rawValue &>> 56) }
    @inline(__always) func pair(_ index: Int) -> UInt16 { header.load16(-2 &- index &* 2) }
    @inline(__always) func setPair(_ index: Int, _ pair: UInt16) { header.store16(pair, -2 &- index &* 2) }
    @inline(__always) func sizeMark(_ index: Int) -> UInt8 { UInt8(truncatingIfNeeded: pair(index)) }
    @inline(__always) static func makePair(mark: UInt8, tag: UInt8) -> UInt16 { UInt16(mark) | UInt16(tag) &<< 8 }

    /// The elements among `first ..< first + 4` whose tag is `tag`, as the high bit of each 16, the first on top.
    /// Beyond the count there may be any. `first` is a multiple of 4.
    @inline(__always)
    func matches(from first: Int, _ tag: UInt8) -> UInt64 {
        let tags = (header.load64(-8 &- first &* 2) &>> 8) & Self.lowBytes
        // At most 255 in each lane: the sum has the high bit unless the lane was 0.
        return ~((tags ^ (UInt64(tag) &* Self.lanes)) &+ 0x7FFF_7FFF_7FFF_7FFF) & 0x8000_8000_8000_8000
    }

    /// Where the content of an element begins: the sum of the sizes before it.
    @inline(__always)
    func offset(of index: Int) -> Int {
        if longCount != 0 { return offsetAmongLong(index) }
        var offset = 0
        var first = 0
        while first &+ 4 <= index {
            offset &+= Self.sum(header.load64(-8 &- first &* 2))
            first &+= 4
        }
        if first < index { offset &+= Self.sum(header.load64(-8 &- first &* 2) &>> UInt64(64 &- (index &- first) &* 16)) }
        return offset
    }

    @inline(__always)
    private static func sum(_ pairs: UInt64) -> Int { Int(((pairs & lowBytes) &* lanes) &>> 48) }

    @inline(never)
    private func offsetAmongLong(_ index: Int) -> Int {
        var offset = 0
        for before in 0..<index { offset &+= size(mark: sizeMark(before), at: offset) }
        return offset
    }

    // MARK: Contents

    /// The bytes that content of `count` bytes takes in a block.
    @inline(__always)
    static func size(of count: Int) -> Int {
        count <= shortMax ? count : count <= Packed.nearMax ? count &+ 2 : farSize
    }

    @inline(__always)
    static func mark(of count: Int) -> UInt8 {
        if count <= shortMax { return UInt8(truncatingIfNeeded: count) }
        return count <= Packed.nearMax ? Packed.wideMark : Packed.farMark
    }

    @inline(__always) static func isLong(_ mark: UInt8) -> Bool { mark > shortMax }

    /// The bytes taken by the content at `offset`, whose size is written as `mark`.
    @inline(__always)
    func size(mark: UInt8, at offset: Int) -> Int {
        if mark <= Self.shortMax { return Int(mark) }
        return mark == Packed.wideMark ? Int(start.load16(offset)) &+ 2 : Self.farSize
    }

    /// How many bytes the content at `offset` has.
    @inline(__always)
    func count(mark: UInt8, at offset: Int) -> Int {
        if mark <= Self.shortMax { return Int(mark) }
        return mark == Packed.wideMark ? Int(start.load16(offset)) : Int(start.load32(offset))
    }

    @inline(__always)
    func content(mark: UInt8, at offset: Int) -> Address {
        if mark <= Self.shortMax { return start + offset }
        if mark == Packed.wideMark { return start + (offset &+ 2) }
        // SAFETY-relevant: far content was written with the address of a block.
        return unsafe Address(bits: UInt(start.load64(offset &+ 4))).unsafelyUnwrapped
    }

    @inline(__always)
    @_lifetime(immortal)
    func bytes(mark: UInt8, at offset: Int) -> RawSpan {
        content(mark: mark, at: offset).bytes(count(mark: mark, at: offset))
    }

    /// Writes at `offset` what stands before content, and for far content where it is.
    /// - Parameter far: a block of `count` bytes; nil for content that stays near.
    @inline(__always)
    func writeFront(_ count: Int, far: Address?, at offset: Int) {
        if let far {
            start.store32(UInt32(truncatingIfNeeded: count), offset)
            start.store64(UInt64(far.bits), offset &+ 4)
        } else if count > Self.shortMax {
            start.store16(UInt16(truncatingIfNeeded: count), offset)
        }
    }

    /// Takes over an element of another block: its pair and its `size` bytes there. There is room.
    @inline(__always)
    func append(_ pair: UInt16, _ source: Address, _ size: Int) {
        let index = count
        let offset = used
        setPair(index, pair)
        (start + offset).copy(from: source, count: size)
        used = offset &+ size
        count = index &+ 1
        if Self.isLong(UInt8(truncatingIfNeeded: pair)) { longCount &+= 1 }
    }

    // MARK: Capacity

    /// The capacity for so many bytes of contents, pairs and header: a little more, not to grow with each element.
    static func capacity(holding bytes: Int) -> Int {
        let units = (bytes &- headerSize &+ 15) &>> 4
        let step = units < 64 ? 2 : 1 &<< (Int.bitWidth &- 5 &- units.leadingZeroBitCount)
        return ((units &+ step &- 1) & ~(step &- 1)) &<< 4 &+ headerSize
    }

    /// What can be used of memory that was asked for as `capacity(holding:)` says.
    private static func usable(_ memory: Address) -> Int {
        let capacity = (Heap.capacity(of: memory) &- headerSize) & ~15 &+ headerSize
        precondition(capacity >> 20 == 0, "more equal hashes than a block holds")
        return capacity
    }

    /// An empty block for `bytes` of contents and pairs.
    static func make(for bytes: Int, _ heap: inout Heap) -> PackedBlock {
        let memory = heap.allocate(capacity(holding: bytes &+ headerSize))
        let block = PackedBlock(memory, capacity: usable(memory))
        block.header.store64(0, 0)
        return block
    }

    /// The block with at least `bytes` of room; it may have moved.
    @inline(__always)
    func reserving(_ bytes: Int, _ heap: inout Heap) -> PackedBlock {
        room >= bytes ? self : grown(by: bytes, &heap)
    }

    @inline(never)
    private func grown(by bytes: Int, _ heap: inout Heap) -> PackedBlock {
        let pairs = count * 2
        let before = capacity
        let memory = heap.resize(start, to: Self.capacity(holding: used + pairs + Self.headerSize + bytes))
        let block = PackedBlock(memory, capacity: Self.usable(memory))
        let tail = pairs + Self.headerSize
        (block.header + -pairs).move(from: memory + (before - tail), count: tail)
        return block
    }

    /// The block without much unused room; it may have moved.
    @inline(__always)
    func trimmed(_ heap: inout Heap) -> PackedBlock {
        room > 64 && room > capacity &>> 3 ? shrunk(&heap) : self
    }

    @inline(never)
    private func shrunk(_ heap: inout Heap) -> PackedBlock {
        let tail = count * 2 + Self.headerSize
        let target = Self.capacity(holding: used + tail)
        if target >= capacity { return self }
        (start + (target - tail)).move(from: header + (Self.headerSize - tail), count: tail)
        let memory = heap.resize(start, to: target)
        // What malloc gives beyond the target is left alone: the header has its place.
        return PackedBlock(memory, capacity: target)
    }
}
