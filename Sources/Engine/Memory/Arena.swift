// A shard's item memory: pages cut into slots of one size each, filled fullest first so that sparse pages drain.

import Base

/// The first bytes of a page.
///
///      0      8      16      20      24     26      28      30       32        34       36       38
///     +------+------+-------+-------+------+-------+-------+--------+---------+--------+--------+
///     | next | prev | slot  | slot  | used | free  | bump  | low    | high    | class  | list   |
///     |      |      | size  | count |      | head  |       | mark   | mark    |        |        |
///     +------+------+-------+-------+------+-------+-------+--------+---------+--------+--------+
///
/// `free head` is 1 + the index of the first free slot, 0 if none; a free slot's first two bytes hold the next.
/// Slots from `bump` on were never used. The page stays in its fullness list while low mark <= used <= high mark.
@safe
struct PageHeader {
    static let size = 64
    let page: Address

    @inline(__always) init(_ page: Address) { self.page = page }

    @inline(__always)
    static func containing(_ slot: Address, pageSize: Int) -> PageHeader {
        PageHeader(Address(bits: slot.bits & ~UInt(pageSize &- 1))!)
    }

    var next: UInt { get { UInt(page.load64(0)) } nonmutating set { page.store64(UInt64(newValue), 0) } }
    var previous: UInt { get { UInt(page.load64(8)) } nonmutating set { page.store64(UInt64(newValue), 8) } }
    var slotSize: Int { get { Int(page.load32(16)) } nonmutating set { page.store32(UInt32(newValue), 16) } }
    var slotCount: Int { get { Int(page.load32(20)) } nonmutating set { page.store32(UInt32(newValue), 20) } }
    var used: Int { get { Int(page.load16(24)) } nonmutating set { page.store16(UInt16(newValue), 24) } }
    var freeHead: Int { get { Int(page.load16(26)) } nonmutating set { page.store16(UInt16(newValue), 26) } }
    var bump: Int { get { Int(page.load16(28)) } nonmutating set { page.store16(UInt16(newValue), 28) } }
    var lowMark: Int { get { Int(page.load16(30)) } nonmutating set { page.store16(UInt16(newValue), 30) } }
    var highMark: Int { get { Int(page.load16(32)) } nonmutating set { page.store16(UInt16(newValue), 32) } }
    var classIndex: Int { get { Int(page.load16(34)) } nonmutating set { page.store16(UInt16(newValue), 34) } }
    var list: Int { get { Int(page.load16(36)) } nonmutating set { page.store16(UInt16(newValue), 36) } }

    @inline(__always) func slot(_ index: Int) -> Address { page + (Self.size &+ index &* slotSize) }
    @inline(__always) func index(of slot: Address) -> Int {
        Int(slot.bits &- page.bits &- UInt(Self.size)) / slotSize
    }
}

/// What a shard knows of one size class.
struct SizeClassState {
    /// Heads of the page lists: by quarter of fullness, the sparsest first; the last is for full pages. 0 is empty.
    var lists = InlineArray<5, UInt>(repeating: 0)
    var pageCount = 0
    var freeSlots = 0
    var usedSlots = 0
    /// Bytes that the items asked for, before rounding to slots. Of large values: those of their blocks.
    var requestedSize = 0
    /// Slots of items whose value lies in a block; such an item is told with the large ones.
    var largeItems = 0
    var ends = ItemEnds()
}

/// How items of one class ended, since the counters were reset.
struct ItemEnds {
    var evicted = 0
    var evictedUnfetched = 0
    var evictedExpiring = 0
    var evictedActive = 0
    /// For how long the one that was evicted last had not been used.
    var lastEvictedIdleMilliseconds: Int64 = 0
    var expiredUnfetched = 0
    var reclaimed = 0
    /// Of those, by the background.
    var reclaimedByWalk = 0
    var outOfMemory = 0
}

/// Slots for items up to `SizeClasses.slotSizeMax` bytes. Touched only under the shard's lock.
@safe
struct Arena {
    static let classCountMax = 128
    static let fullList = 4

    let sizeClasses: SizeClasses
    let pool: UnsafePointer<PagePool>
    /// One a size class, and one more for items whose value lies in a block of its own: it has no pages.
    let classes: UnsafeMutablePointer<SizeClassState>

    private(set) var pageCount = 0
    /// Bytes in free slots of the pages held.
    private(set) var freeSize = 0
    /// Bit i: class i has at least one page's worth of free slots, so one of its pages can be emptied into the others.
    private(set) var evacuable: (low: UInt64, high: UInt64) = (0, 0)

    init(sizeClasses: SizeClasses, pool: UnsafePointer<PagePool>) {
        self.sizeClasses = sizeClasses
        unsafe self.pool = pool
        unsafe classes = .allocate(capacity: sizeClasses.count + 1)
        unsafe classes.initialize(repeating: SizeClassState(), count: sizeClasses.count + 1)
    }

    /// Gives all pages back and frees the arena's own memory.
    mutating func destroy() {
        retireAllPages()
        unsafe classes.deallocate()
    }

    var pageSize: Int { sizeClasses.pageSize }

    // MARK: Slots

    /// A slot of a class, or nil if no page has one and the pool refuses a new page.
    mutating func allocate(inClass classIndex: Int, force: Bool) -> Address? {
        let state = unsafe classes + classIndex
        var list = Self.fullList - 1
        while list >= 0 {
            let head = unsafe state.pointee.lists[list]
            if let page = Address(bits: head) {
                return unsafe takeSlot(PageHeader(page), state)
            }
            list &-= 1
        }
        guard let page = addPage(classIndex, force: force) else { return nil }
        return unsafe takeSlot(page, state)
    }

    /// Whether `allocate` will find a slot for `size` bytes; gets a page for it if need be.
    mutating func hasSlot(for size: Int) -> Bool {
        let classIndex = sizeClasses.classIndex(for: size)
        for list in 0..<Self.fullList where unsafe classes[classIndex].lists[list] != 0 { return true }
        return addPage(classIndex, force: false) != nil
    }

    @inline(__always)
    func areSameClass(_ a: Int, _ b: Int) -> Bool { sizeClasses.classIndex(for: a) == sizeClasses.classIndex(for: b) }

    /// The class that `item` is told with: that of its slot, or that of large values.
    func classIndex(of item: Item) -> Int {
        if item.fields.contains(.shared) { return sizeClasses.count }
        return PageHeader.containing(item.place, pageSize: pageSize).classIndex
    }

    @inline(__always)
    private mutating func takeSlot(_ page: PageHeader, _ state: UnsafeMutablePointer<SizeClassState>) -> Address {
        let slot: Address
        let head = page.freeHead
        if head != 0 {
            slot = page.slot(head &- 1)
            page.freeHead = Int(slot.load16(0))
        } else {
            slot = page.slot(page.bump)
            page.bump &+= 1
        }
        let used = page.used &+ 1
        page.used = used
        freeSize &-= page.slotSize
        unsafe state.pointee.freeSlots &-= 1
        unsafe state.pointee.usedSlots &+= 1
        if unsafe state.pointee.freeSlots == page.slotCount &- 1 { setEvacuable(page.classIndex, false) }
        if used > page.highMark { relist(page) }
        return slot
    }

    /// Frees a slot. The item's kind byte becomes 0, which tells `evacuate` that it is free.
    mutating func free(_ slot: Address) {
        let page = PageHeader.containing(slot, pageSize: pageSize)
        let state = unsafe classes + page.classIndex
        Item(slot).kindByte = 0
        slot.store16(UInt16(page.freeHead), 0)
        page.freeHead = page.index(of: slot) &+ 1
        let used = page.used &- 1
        page.used = used
        freeSize &+= page.slotSize
        unsafe state.pointee.freeSlots &+= 1
        unsafe state.pointee.usedSlots &-= 1
        if used == 0 {
            removePage(page)
            return
        }
        if unsafe state.pointee.freeSlots == page.slotCount { setEvacuable(page.classIndex, true) }
        if used < page.lowMark { relist(page) }
    }

    // MARK: Pages

    @discardableResult
    mutating func addPage(_ classIndex: Int, force: Bool) -> PageHeader? {
        guard let address = unsafe pool.pointee.take(force: force) else { return nil }
        let page = PageHeader(address)
        page.slotSize = sizeClasses.slotSize(classIndex)
        page.slotCount = sizeClasses.slotsPerPage(classIndex)
        page.used = 0
        page.freeHead = 0
        page.bump = 0
        page.classIndex = classIndex
        unsafe classes[classIndex].pageCount += 1
        unsafe classes[classIndex].freeSlots += page.slotCount
        freeSize += page.slotCount * page.slotSize
        pageCount += 1
        if unsafe classes[classIndex].freeSlots >= page.slotCount { setEvacuable(classIndex, true) }
        link(page, list: 0)
        return page
    }

    mutating func removePage(_ page: PageHeader) {
        assert(page.used == 0)
        let classIndex = page.classIndex
        unlink(page)
        unsafe classes[classIndex].pageCount -= 1
        unsafe classes[classIndex].freeSlots -= page.slotCount
        freeSize -= page.slotCount * page.slotSize
        pageCount -= 1
        setEvacuable(classIndex, unsafe classes[classIndex].freeSlots >= page.slotCount)
        unsafe pool.pointee.give(page.page)
    }

    /// Gives every page back whatever it holds: for a keyspace that was emptied as a whole. No page is visited.
    mutating func retireAllPages() {
        var chains: [UInt] = []
        for classIndex in 0..<sizeClasses.count {
            for list in 0...Self.fullList {
                let head = unsafe classes[classIndex].lists[list]
                if head != 0 { chains.append(head) }
                unsafe classes[classIndex].lists[list] = 0
            }
            unsafe classes[classIndex].pageCount = 0
            unsafe classes[classIndex].freeSlots = 0
            unsafe classes[classIndex].usedSlots = 0
        }
        for classIndex in 0...sizeClasses.count {
            unsafe classes[classIndex].requestedSize = 0
            unsafe classes[classIndex].largeItems = 0
        }
        unsafe pool.pointee.retire(chains, count: pageCount)
        pageCount = 0
        freeSize = 0
        evacuable = (0, 0)
    }

    private mutating func setEvacuable(_ classIndex: Int, _ flag: Bool) {
        let bit = UInt64(1) << UInt64(classIndex & 63)
        if classIndex < 64 {
            evacuable.low = flag ? evacuable.low | bit : evacuable.low & ~bit
        } else {
            evacuable.high = flag ? evacuable.high | bit : evacuable.high & ~bit
        }
    }

    // MARK: Fullness lists

    /// Moves the page to the list that its fullness belongs to.
    @inline(never)
    private func relist(_ page: PageHeader) {
        unlink(page)
        link(page, list: page.used == page.slotCount ? Self.fullList : page.used &* 4 / page.slotCount)
    }

    private func link(_ page: PageHeader, list: Int) {
        let slots = page.slotCount
        // Marks are the list's own quarter: used * 4 / slots == list.
        page.lowMark = list == Self.fullList ? slots : (list * slots + 3) / 4
        page.highMark = list == Self.fullList ? slots : min(slots - 1, ((list + 1) * slots + 3) / 4 - 1)
        page.list = list
        let state = unsafe classes + page.classIndex
        let head = unsafe state.pointee.lists[list]
        page.next = head
        page.previous = 0
        if let head = Address(bits: head) { PageHeader(head).previous = page.page.bits }
        unsafe state.pointee.lists[list] = page.page.bits
    }

    private func unlink(_ page: PageHeader) {
        if let next = Address(bits: page.next) { PageHeader(next).previous = page.previous }
        if let previous = Address(bits: page.previous) {
            PageHeader(previous).next = page.next
        } else {
            unsafe classes[page.classIndex].lists[page.list] = page.next
        }
    }

    // MARK: Evacuation

    /// The sparsest page of a class that has room for its items elsewhere; nil if there is none.
    func pageToEvacuate() -> PageHeader? {
        var best: PageHeader?
        var bestFree = 0
        var low = evacuable.low
        var high = evacuable.high
        while low != 0 || high != 0 {
            let classIndex = low != 0 ? low.trailingZeroBitCount : 64 + high.trailingZeroBitCount
            if low != 0 { low &= low - 1 } else { high &= high - 1 }
            if let page = sparsestPage(ofClass: classIndex) {
                let free = (page.slotCount - page.used) * page.slotSize
                if free > bestFree {
                    best = page
                    bestFree = free
                }
            }
        }
        return best
    }

    /// Shows the pages of a class, the fullest first, until `body` says false.
    func eachPage(ofClass classIndex: Int, _ body: (PageHeader) -> Bool) {
        for list in stride(from: Self.fullList, through: 0, by: -1) {
            var bits = unsafe classes[classIndex].lists[list]
            while let address = Address(bits: bits) {
                let page = PageHeader(address)
                if !body(page) { return }
                bits = page.next
            }
        }
    }

    /// Shows every item of a class.
    func eachItem(ofClass classIndex: Int, _ body: (Item) -> Void) {
        eachPage(ofClass: classIndex) { page in
            for index in 0..<page.bump {
                let item = Item(page.slot(index))
                if !item.isFree { body(item) }
            }
            return true
        }
    }

    /// A page of the class from its sparsest list; nil if it has no page.
    func sparsestPage(ofClass classIndex: Int) -> PageHeader? {
        for list in 0...Self.fullList {
            if let address = Address(bits: unsafe classes[classIndex].lists[list]) { return PageHeader(address) }
        }
        return nil
    }

    /// Moves every item of `page` to other pages of its class and gives the page back.
    /// - Parameter moved: told each item's old and new place; it must redirect whoever points there.
    mutating func evacuate(_ page: PageHeader, moved: (_ from: Address, _ to: Address) -> Void) {
        let state = unsafe classes + page.classIndex
        precondition(unsafe state.pointee.freeSlots >= page.slotCount, "evacuating a page that has nowhere to go")
        // Out of the lists, so that allocation does not hand out this page's own slots.
        unlink(page)
        let size = page.slotSize
        for index in 0..<page.bump {
            let slot = page.slot(index)
            if Item(slot).isFree { continue }
            // Other pages of the class have the room: freeSlots counts theirs and this page's.
            let target = allocate(inClass: page.classIndex, force: true)!
            target.copy(from: slot, count: size)
            moved(slot, target)
            unsafe state.pointee.usedSlots -= 1
            unsafe state.pointee.freeSlots += 1
            freeSize += size
            page.used -= 1
        }
        link(page, list: 0)
        removePage(page)
    }
}
