// One database's index within a shard: extendible hashing over buckets of one cache line.

import Base
import Glibc

/// A cache line: seven slots with a one-byte tag each.
///
///      0      1            6      7            8        16             56
///     +------+------+-----+------+------------+--------+-----  ------+--------+
///     | tag0 | tag1 | ... | tag6 | overflowed | slot 0 | slot 1 ...  | slot 6 |
///     +------+------+-----+------+------------+--------+-----  ------+--------+
///
/// Tag 0 is an empty slot. A slot is an item's address in its low 48 bits and the item's place in its segment, 16
/// bits of the hash, above. `overflowed` counts items that belong here and had to go to one of the next buckets.
@safe
struct Bucket {
    static let size = 64
    static let slotCount = 7
    private static let ones: UInt64 = 0x0101_0101_0101_0101
    private static let tagHighBits: UInt64 = 0x0080_8080_8080_8080
    private static let tagLowBits: UInt64 = 0x007F_7F7F_7F7F_7F7F

    let line: Address
    @inline(__always) init(_ line: Address) { self.line = line }

    @inline(__always) var tags: UInt64 { line.load64(0) }
    @inline(__always) func tag(_ index: Int) -> UInt8 { line.load8(index) }
    @inline(__always) func setTag(_ index: Int, _ tag: UInt8) { line.store8(tag, index) }
    @inline(__always) func slot(_ index: Int) -> UInt64 { line.load64(8 &+ index &* 8) }
    @inline(__always) func setSlot(_ index: Int, _ slot: UInt64) { line.store64(slot, 8 &+ index &* 8) }
    var overflowed: UInt8 {
        @inline(__always) get { line.load8(7) }
        @inline(__always) nonmutating set { line.store8(newValue, 7) }
    }

    /// The slots whose tag is `tag`, as the high bit of each byte. May name a slot above a true match wrongly;
    /// callers compare what the slot holds.
    @inline(__always)
    func matches(_ tag: UInt8) -> UInt64 {
        let difference = tags ^ (UInt64(tag) &* Self.ones)
        return (difference &- Self.ones) & ~difference & Self.tagHighBits
    }

    /// The slots that hold an item, as the high bit of each byte. Exact.
    @inline(__always)
    var occupied: UInt64 {
        let tags = tags
        return ((tags & Self.tagLowBits) &+ Self.tagLowBits | tags) & Self.tagHighBits
    }

    /// The first empty slot, or nil.
    @inline(__always)
    var firstEmpty: Int? {
        let empty = ~occupied & Self.tagHighBits
        return empty == 0 ? nil : empty.trailingZeroBitCount >> 3
    }
}

/// Where a hash belongs in a table at one moment.
struct Home {
    /// The segment's first bucket.
    let segment: Address
    let bucketCount: Int
    let bucket: Int
    /// The hash bits that choose the bucket: they lie right behind the directory's prefix.
    let place: UInt16
    let tag: UInt8
}

/// A slot that holds an item: valid until the table changes.
@safe
struct SlotPosition {
    let bucket: Bucket
    let index: Int

    @inline(__always) var item: Item { Item(HashTable.address(bucket.slot(index))) }
    @inline(__always) func redirect(to item: Item) {
        let old = bucket.slot(index)
        bucket.setSlot(index, old & ~HashTable.addressMask | UInt64(item.bits))
    }
}

/// The index of one database in one shard.
///
/// The hash (after the shard's bits are shifted out) is read from the top: `depth` bits choose a directory entry,
/// which names a segment; the segment's own depth may be less, then several entries name it. The next 16 bits, the
/// *place*, choose the bucket by multiplication, so buckets are in hash order whatever their number. An item lies in
/// its home bucket or, if that was full, in one of the next few.
///
///     directory entry:   depth of the segment (8) | buckets in it (8) | address of its first bucket (48)
///
/// A segment grows by small steps from `bucketCounts` (which needs only the places, not the keys) and splits in two
/// when
/// it has the largest; so one insertion moves at most one segment, there is no rehash of the whole, and the share of
/// filled slots stays between about 70 and 90 %.
///
/// A trivial value; `Shard` owns each one and calls `destroy`. Touched only under the shard's lock.
@safe
struct HashTable {
    static let addressMask: UInt64 = (1 << 48) - 1
    /// Buckets after the home bucket that may hold its items, itself included.
    static let window = 6
    static let bucketCounts: InlineArray<25, UInt8> = [
        2, 3, 4, 6, 8, 10, 12, 14, 16, 20, 24, 28, 32, 36, 40, 48, 56, 64, 72, 80, 88, 96, 104, 112, 120,
    ]
    static let bucketCountMax = 128
    /// What each half of a split starts with: room to grow before the next.
    static let bucketCountAfterSplit = 72
    /// The share of the index in one item's memory, for estimates.
    static let bytesPerItem = 12

    private var directory: UnsafeMutablePointer<UInt64>?
    private(set) var depth = 0
    /// Bits of the hash above the directory's: those that choose the shard.
    let shardBits: Int
    private(set) var itemCount = 0
    /// Items that have an expiry.
    var expiringCount = 0
    /// Bytes that the table holds.
    private(set) var size = 0
    /// The number that the database had at the running snapshot's moment; -1 if nothing in it is of the old epoch.
    var origin: Int32 = -1
    /// How far the snapshot's walk has come, an order: what lies before is of the present epoch.
    var walkedTo: UInt64 = 0

    init(shardBits: Int) {
        unsafe directory = nil
        self.shardBits = shardBits
    }

    var isEmpty: Bool { itemCount == 0 }
    var hasSegments: Bool { unsafe directory != nil }

    @inline(__always)
    static func address(_ slot: UInt64) -> Address {
        // SAFETY-relevant: only occupied slots are read, and they hold an item's address.
        unsafe Address(bits: UInt(slot & addressMask)).unsafelyUnwrapped
    }

    @inline(__always) static func tag(_ hash: KeyHash) -> UInt8 {
        let byte = UInt8(truncatingIfNeeded: hash.rawValue)
        return byte == 0 ? 1 : byte
    }

    // MARK: Directory

    @inline(__always) func order(_ hash: KeyHash) -> UInt64 { hash.rawValue &<< UInt64(shardBits) }

    /// The directory index of an order. The double shift makes depth 0 give 0.
    @inline(__always) func directoryIndex(_ order: UInt64) -> Int {
        Int(truncatingIfNeeded: (order &>> 1) &>> UInt64(63 &- depth))
    }

    var directoryCount: Int { hasSegments ? 1 << depth : 0 }

    @inline(__always) func entry(_ index: Int) -> UInt64 { unsafe directory![index] }

    @inline(__always) static func segmentDepth(_ entry: UInt64) -> Int { Int(entry &>> 56) }
    @inline(__always) static func bucketCount(_ entry: UInt64) -> Int { Int((entry &>> 48) & 0xFF) }

    @inline(__always) static func makeEntry(_ segment: Address, buckets: Int, depth: Int) -> UInt64 {
        UInt64(segment.bits) | UInt64(buckets) << 48 | UInt64(depth) << 56
    }

    @inline(__always) static func place(_ order: UInt64, depth: Int) -> UInt16 {
        UInt16(truncatingIfNeeded: (order &<< UInt64(depth)) &>> 48)
    }

    @inline(__always) static func bucketIndex(place: UInt16, of count: Int) -> Int {
        (Int(place) &* count) &>> 16
    }

    @inline(__always) static func bucket(_ segment: Address, _ index: Int) -> Bucket {
        Bucket(segment + index &* Bucket.size)
    }

    /// Where `hash` belongs; nil in a table that never held anything.
    @inline(__always)
    func home(_ hash: KeyHash) -> Home? {
        guard let directory = unsafe directory else { return nil }
        let order = order(hash)
        let entry = unsafe directory[directoryIndex(order)]
        let place = Self.place(order, depth: Self.segmentDepth(entry))
        let count = Self.bucketCount(entry)
        return Home(
            segment: Self.address(entry), bucketCount: count, bucket: Self.bucketIndex(place: place, of: count),
            place: place, tag: Self.tag(hash))
    }

    // MARK: Find

    /// The slot of the item with this key.
    @inline(__always)
    func find(_ hash: KeyHash, _ key: RawSpan) -> SlotPosition? {
        guard let home = home(hash) else { return nil }
        let bucket = Self.bucket(home.segment, home.bucket)
        if let index = Self.search(bucket, home, key) { return SlotPosition(bucket: bucket, index: index) }
        if bucket.overflowed == 0 { return nil }
        return findOverflowed(home, key)
    }

    @inline(__always)
    private static func search(_ bucket: Bucket, _ home: Home, _ key: RawSpan) -> Int? {
        var matches = bucket.matches(home.tag)
        while matches != 0 {
            let index = matches.trailingZeroBitCount &>> 3
            let slot = bucket.slot(index)
            // 24 bits of the hash agree before the item itself is touched.
            if UInt16(truncatingIfNeeded: slot &>> 48) == home.place, bucket.tag(index) == home.tag,
                Item(address(slot)).hasKey(key)
            {
                return index
            }
            matches &= matches &- 1
        }
        return nil
    }

    @inline(never)
    private func findOverflowed(_ home: Home, _ key: RawSpan) -> SlotPosition? {
        for step in 1..<max(1, min(Self.window, home.bucketCount)) {
            let bucket = Self.bucket(home.segment, (home.bucket + step) % home.bucketCount)
            if let index = Self.search(bucket, home, key) { return SlotPosition(bucket: bucket, index: index) }
        }
        return nil
    }

    /// The slot that points at `item`, whose hash is given; nil if this table does not hold it.
    func find(_ hash: KeyHash, at item: Item) -> SlotPosition? {
        guard let home = home(hash) else { return nil }
        let bits = UInt64(item.bits)
        for step in 0..<min(Self.window, home.bucketCount) {
            let bucket = Self.bucket(home.segment, (home.bucket + step) % home.bucketCount)
            var occupied = bucket.occupied
            while occupied != 0 {
                let index = occupied.trailingZeroBitCount >> 3
                if bucket.slot(index) & Self.addressMask == bits { return SlotPosition(bucket: bucket, index: index) }
                occupied &= occupied - 1
            }
        }
        return nil
    }

    /// Brings the home bucket's cache line near.
    @inline(__always)
    func prefetchBucket(_ hash: KeyHash) {
        guard let home = home(hash) else { return }
        Self.bucket(home.segment, home.bucket).line.prefetch()
    }

    /// Brings the item near that will most probably be found.
    @inline(__always)
    func prefetchItem(_ hash: KeyHash) {
        guard let home = home(hash) else { return }
        let bucket = Self.bucket(home.segment, home.bucket)
        let matches = bucket.matches(home.tag)
        guard matches != 0 else { return }
        let item = Self.address(bucket.slot(matches.trailingZeroBitCount &>> 3))
        item.prefetch()
        (item + 64).prefetch()
        // A slot need not begin on a line: a usual item ends on its third.
        (item + 128).prefetch()
    }

    // MARK: Insert and remove

    /// Adds an item whose key is not in the table.
    /// - Returns: by how many bytes the table grew.
    mutating func insert(_ hash: KeyHash, _ item: Item, hasher: Hasher64) -> Int {
        let sizeBefore = size
        if !hasSegments { makeSegments(depth: 0, buckets: Int(Self.bucketCounts[0])) }
        let order = order(hash)
        let bits = UInt64(item.bits)
        while true {
            let home = home(hash)!
            if Self.put(bits, in: home) { break }
            makeRoom(order, hasher: hasher)
        }
        itemCount &+= 1
        if item.fields.contains(.expiry) { expiringCount &+= 1 }
        return size &- sizeBefore
    }

    /// Puts an address into the home bucket or one of the next. False if all are full.
    @inline(__always)
    private static func put(_ item: UInt64, in home: Home) -> Bool {
        let slot = item | UInt64(home.place) &<< 48
        let bucket = bucket(home.segment, home.bucket)
        if let index = bucket.firstEmpty {
            bucket.setTag(index, home.tag)
            bucket.setSlot(index, slot)
            return true
        }
        for step in 1..<max(1, min(window, home.bucketCount)) {
            let next = Self.bucket(home.segment, (home.bucket &+ step) % home.bucketCount)
            if let index = next.firstEmpty {
                next.setTag(index, home.tag)
                next.setSlot(index, slot)
                bucket.overflowed &+= 1
                return true
            }
        }
        return false
    }

    /// Empties a slot. The item itself is the caller's to free.
    mutating func remove(_ hash: KeyHash, _ position: SlotPosition) {
        let home = home(hash)!
        let homeBucket = Self.bucket(home.segment, home.bucket)
        if homeBucket.line != position.bucket.line { homeBucket.overflowed &-= 1 }
        if position.item.fields.contains(.expiry) { expiringCount &-= 1 }
        position.bucket.setTag(position.index, 0)
        position.bucket.setSlot(position.index, 0)
        itemCount &-= 1
    }

    // MARK: Growth and memory

    /// Makes a table without segments one of `1 << depth` segments of so many buckets each.
    private mutating func makeSegments(depth: Int, buckets: Int) {
        unsafe directory = .allocate(capacity: 1 << depth)
        for index in 0..<(1 << depth) {
            let segment = allocateSegment(buckets)
            unsafe directory![index] = Self.makeEntry(segment, buckets: buckets, depth: depth)
        }
        self.depth = depth
        size += 8 << depth
    }

    /// Has a table that never held anything be as large as `count` items need: they then come without a segment being
    /// made twice. A wrong count costs memory or time, nothing else.
    /// - Returns: by how many bytes the table grew.
    mutating func reserve(_ count: Int) -> Int {
        guard !hasSegments && count > 0 else { return 0 }
        // Three quarters full: few go to another bucket than their own, and few segments grow once more.
        let filled = Self.bucketCountMax * Bucket.slotCount * 3 / 4
        var depth = 0
        while count >> depth > filled { depth += 1 }
        let buckets = (count >> depth) * 4 / (3 * Bucket.slotCount)
        makeSegments(depth: depth, buckets: Self.nextBucketCount(min(buckets, Self.bucketCountMax - 1)))
        return size
    }

    /// A segment of empty buckets.
    private mutating func allocateSegment(_ buckets: Int) -> Address {
        var memory: UnsafeMutableRawPointer?
        // A table that cannot grow has lost an item; there is nothing sensible to do without memory for an index.
        precondition(unsafe posix_memalign(&memory, Bucket.size, buckets * Bucket.size) == 0, "out of memory")
        let segment = unsafe Address(memory!)
        segment.zero(count: buckets * Bucket.size)
        size += buckets * Bucket.size
        return segment
    }

    private mutating func freeSegment(_ segment: Address, _ buckets: Int) {
        unsafe free(segment.raw)
        size -= buckets * Bucket.size
    }

    /// Grows or splits the segment that `order` belongs to.
    @inline(never)
    private mutating func makeRoom(_ order: UInt64, hasher: Hasher64) {
        let entry = entry(directoryIndex(order))
        let count = Self.bucketCount(entry)
        if count < Self.bucketCountMax {
            var larger = Self.nextBucketCount(count)
            while !resizeSegment(order, to: larger) { larger = Self.nextBucketCount(larger) }
        } else {
            splitSegment(order, hasher: hasher)
        }
    }

    static func nextBucketCount(_ count: Int) -> Int {
        for index in 0..<bucketCounts.count where Int(bucketCounts[index]) > count { return Int(bucketCounts[index]) }
        // Beyond the last step there are only accidents: one home that more items share than its window holds.
        return count < bucketCountMax ? bucketCountMax : min(255, count + 16)
    }

    /// Rebuilds a segment with another number of buckets; false, and nothing changed, if the items do not fit.
    mutating func resizeSegment(_ order: UInt64, to buckets: Int) -> Bool {
        let index = directoryIndex(order)
        let old = entry(index)
        let oldSegment = Self.address(old)
        let oldCount = Self.bucketCount(old)
        let segment = allocateSegment(buckets)
        for bucketIndex in 0..<oldCount {
            let bucket = Self.bucket(oldSegment, bucketIndex)
            var occupied = bucket.occupied
            while occupied != 0 {
                let slotIndex = occupied.trailingZeroBitCount >> 3
                let slot = bucket.slot(slotIndex)
                let place = UInt16(truncatingIfNeeded: slot >> 48)
                let home = Home(
                    segment: segment, bucketCount: buckets, bucket: Self.bucketIndex(place: place, of: buckets),
                    place: place, tag: bucket.tag(slotIndex))
                if !Self.put(slot & Self.addressMask, in: home) {
                    precondition(buckets < 255, "more equal hashes than a segment holds")
                    freeSegment(segment, buckets)
                    return false
                }
                occupied &= occupied - 1
            }
        }
        let segmentDepth = Self.segmentDepth(old)
        setEntries(index, depth: segmentDepth, to: Self.makeEntry(segment, buckets: buckets, depth: segmentDepth))
        freeSegment(oldSegment, oldCount)
        return true
    }

    /// Points every directory entry of one segment to `entry`.
    private func setEntries(_ index: Int, depth segmentDepth: Int, to entry: UInt64) {
        let span = 1 << (depth - segmentDepth)
        let first = index & ~(span - 1)
        for i in first..<(first + span) { unsafe directory![i] = entry }
    }

    /// Halves a segment's range of hashes. Reads each item's key: a slot keeps only the bits of its place.
    private mutating func splitSegment(_ order: UInt64, hasher: Hasher64) {
        let segmentDepth = Self.segmentDepth(entry(directoryIndex(order)))
        precondition(segmentDepth < 40, "more equal hashes than the directory can tell apart")
        if segmentDepth == depth { doubleDirectory() }
        let index = directoryIndex(order)
        let old = entry(index)
        let oldSegment = Self.address(old)
        let oldCount = Self.bucketCount(old)
        forEachSlot(oldSegment, oldCount) { slot, _ in Self.address(slot).prefetch() }

        var buckets = Self.bucketCountAfterSplit
        while true {
            let low = allocateSegment(buckets)
            let high = allocateSegment(buckets)
            if distribute(oldSegment, oldCount, low, high, buckets: buckets, depth: segmentDepth + 1, hasher: hasher) {
                let span = 1 << (depth - segmentDepth)
                let first = index & ~(span - 1)
                setEntries(
                    first, depth: segmentDepth + 1,
                    to: Self.makeEntry(low, buckets: buckets, depth: segmentDepth + 1))
                setEntries(
                    first + span / 2, depth: segmentDepth + 1,
                    to: Self.makeEntry(high, buckets: buckets, depth: segmentDepth + 1))
                freeSegment(oldSegment, oldCount)
                return
            }
            freeSegment(low, buckets)
            freeSegment(high, buckets)
            precondition(buckets < 255, "more equal hashes than a segment holds")
            buckets = Self.nextBucketCount(buckets)
        }
    }

    private func distribute(
        _ source: Address, _ sourceCount: Int, _ low: Address, _ high: Address, buckets: Int, depth newDepth: Int,
        hasher: Hasher64
    ) -> Bool {
        var fits = true
        forEachSlot(source, sourceCount) { slot, tag in
            let item = Self.address(slot)
            let order = order(hasher.hash(Item(item).key))
            let isHigh = (order >> UInt64(64 - newDepth)) & 1 == 1
            let place = Self.place(order, depth: newDepth)
            let home = Home(
                segment: isHigh ? high : low, bucketCount: buckets,
                bucket: Self.bucketIndex(place: place, of: buckets), place: place, tag: tag)
            if fits && !Self.put(UInt64(item.bits), in: home) { fits = false }
        }
        return fits
    }

    @inline(__always)
    private func forEachSlot(_ segment: Address, _ buckets: Int, _ body: (UInt64, UInt8) -> Void) {
        for bucketIndex in 0..<buckets {
            let bucket = Self.bucket(segment, bucketIndex)
            var occupied = bucket.occupied
            while occupied != 0 {
                let index = occupied.trailingZeroBitCount >> 3
                body(bucket.slot(index), bucket.tag(index))
                occupied &= occupied - 1
            }
        }
    }

    private mutating func doubleDirectory() {
        let count = 1 << depth
        let larger = UnsafeMutablePointer<UInt64>.allocate(capacity: count * 2)
        for index in 0..<count {
            let entry = entry(index)
            unsafe larger[index * 2] = entry
            unsafe larger[index * 2 + 1] = entry
        }
        unsafe directory!.deallocate()
        unsafe directory = larger
        depth += 1
        size += count * 8
    }

    /// Joins the segment at `position` with the other half of its parent, if together they fill little.
    mutating func mergeSegment(at position: UInt64, held: Int) -> Bool {
        let index = directoryIndex(position)
        let mine = entry(index)
        let segmentDepth = Self.segmentDepth(mine)
        guard segmentDepth > 0 else { return false }
        let span = 1 << (depth - segmentDepth)
        let first = index & ~(span - 1)
        let sibling = first ^ span
        let other = entry(sibling)
        guard Self.segmentDepth(other) == segmentDepth else { return false }
        let total = held + occupiedCount(other)
        guard total * 2 <= Self.bucketCountAfterSplit * Bucket.slotCount else { return false }
        let buckets = Self.nextBucketCount(max(1, total * 2 / Bucket.slotCount))
        let segment = allocateSegment(buckets)
        var fits = true
        for (half, bit) in [(entry(min(first, sibling)), UInt16(0)), (entry(max(first, sibling)), UInt16(1) << 15)] {
            forEachSlot(Self.address(half), Self.bucketCount(half)) { slot, tag in
                // One bit moves from the directory into the place; the lowest bit of the place is lost, and
                // must be: a wider range of hashes is told apart by the same 16 bits.
                let place = UInt16(truncatingIfNeeded: slot >> 48) >> 1 | bit
                let home = Home(
                    segment: segment, bucketCount: buckets, bucket: Self.bucketIndex(place: place, of: buckets),
                    place: place, tag: tag)
                if fits && !Self.put(slot & Self.addressMask, in: home) { fits = false }
            }
        }
        guard fits else {
            freeSegment(segment, buckets)
            return false
        }
        setEntries(
            min(first, sibling), depth: segmentDepth - 1,
            to: Self.makeEntry(segment, buckets: buckets, depth: segmentDepth - 1))
        freeSegment(Self.address(mine), Self.bucketCount(mine))
        freeSegment(Self.address(other), Self.bucketCount(other))
        return true
    }

    /// Frees directory and segments; the items are not touched.
    mutating func destroy() {
        guard hasSegments else { return }
        var index = 0
        while index < directoryCount {
            let entry = entry(index)
            index += 1 << (depth - Self.segmentDepth(entry))
            freeSegment(Self.address(entry), Self.bucketCount(entry))
        }
        unsafe directory!.deallocate()
        unsafe directory = nil
        size = 0
        depth = 0
        itemCount = 0
        expiringCount = 0
    }
}
