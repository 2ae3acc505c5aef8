// The engine's memory from the system's side: pages of one size, and the one account that the limit is held against.

import Base
import Glibc
import Synchronization

/// What the keyspace holds against what it may hold, in bytes. Shared by all shards.
struct Budget: ~Copyable {
    /// 0 is no limit.
    let limit = Atomic<Int>(0)
    let used = Atomic<Int>(0)
    /// Part of the limit that is taken by what the account cannot see.
    let slack = Atomic<Int>(0)
    /// Part of the limit that those around the keyspace hold on its behalf.
    let beside = Atomic<Int>(0)

    /// What `used` may reach; `Int.max` without a limit.
    private var bound: Int {
        let limit = limit.load(ordering: .relaxed)
        if limit == 0 { return Int.max }
        return limit - slack.load(ordering: .relaxed) - beside.load(ordering: .relaxed)
    }

    /// Counts `size` bytes if the limit allows it.
    @inline(__always)
    borrowing func reserve(_ size: Int) -> Bool {
        let after = used.wrappingAdd(size, ordering: .relaxed).newValue
        if after <= bound { return true }
        _ = used.wrappingSubtract(size, ordering: .relaxed)
        return false
    }

    /// Counts `size` bytes (may be negative) whatever the limit says: what must not fail, and what was freed.
    borrowing func adjust(by size: Int) {
        _ = used.wrappingAdd(size, ordering: .relaxed)
    }

    /// Bytes that may still be counted.
    var room: Int { max(0, bound - used.load(ordering: .relaxed)) }

    var isOver: Bool { used.load(ordering: .relaxed) > bound }
}

/// Pages cut from large mappings. A page given back is kept for the next taker; beyond a small stock its memory is
/// returned to the system, the address range stays.
struct PagePool: ~Copyable {
    struct State {
        /// Free pages whose memory is resident.
        var warm: [UInt] = []
        /// Free pages whose memory was given back to the system.
        var cold: [UInt] = []
        /// First pages of chains that a flush let go of, linked by their headers; resident until reused or released.
        var retired: [UInt] = []
        /// The rest of the newest mapping.
        var next: UInt = 0
        var end: UInt = 0
        var mappings: [(base: UInt, size: Int)] = []
    }

    let pageSize: Int
    /// Whether mappings ask for huge pages.
    let huge: Bool
    let budget = Budget()
    private let state = Mutex(State())

    /// Pages kept resident for the next taker: enough that workers do not fault on each page, little beside any limit.
    static let warmSizeMax = 2 << 20
    static let mappingSize = 8 << 20
    /// Of a new mapping so much becomes resident at once: a third of the cost of a fault for every 4 KiB.
    static let stretchSize = 128 << 10
    /// Source: Linux, MADV_POPULATE_WRITE, since 5.14.
    private static let populateForWriting: Int32 = 23
    static let hugePageSize = 2 << 20

    init(pageSize: Int, huge: Bool = false) {
        precondition(pageSize.nonzeroBitCount == 1 && pageSize >= 4096)
        self.pageSize = pageSize
        self.huge = huge
    }

    deinit {
        state.withLock { state in
            for mapping in state.mappings {
                // SAFETY: the mappings are this pool's own, and nobody uses pages of a pool that is gone.
                unsafe _ = munmap(UnsafeMutableRawPointer(bitPattern: mapping.base)!, mapping.size)
            }
        }
    }

    /// A page, counted against the limit; nil if the limit or the system refuses.
    /// - Parameter force: goes over the limit rather than fail.
    borrowing func take(force: Bool) -> Address? {
        if force {
            budget.adjust(by: pageSize)
        } else if !budget.reserve(pageSize) {
            return nil
        }
        var isFirstOfStretch = false
        let bits = state.withLock { state -> UInt? in
            if let page = state.warm.popLast() { return page }
            if let page = Self.popRetired(&state) { return page }
            if let page = state.cold.popLast() { return page }
            if state.next == state.end && !addMapping(&state) { return nil }
            isFirstOfStretch = (state.end - state.next) % UInt(Self.stretchSize) == 0
            defer { state.next += UInt(pageSize) }
            return state.next
        }
        guard let bits, let page = Address(bits: bits) else {
            budget.adjust(by: -pageSize)
            return nil
        }
        if isFirstOfStretch && !huge {
            // A hint, older kernels have no such thing. Outside the lock: who comes meanwhile faults by himself.
            unsafe _ = madvise(page.raw, max(pageSize, Self.stretchSize), Self.populateForWriting)
        }
        return page
    }

    /// Takes a page back. It may be handed to another shard at once.
    borrowing func give(_ page: Address) {
        let isWarm = state.withLock { state in
            guard state.warm.count * pageSize < Self.warmSizeMax else { return false }
            state.warm.append(page.bits)
            return true
        }
        if !isWarm {
            // The system call happens outside the lock; nobody else knows the page yet.
            unsafe _ = madvise(page.raw, pageSize, MADV_DONTNEED)
            state.withLock { $0.cold.append(page.bits) }
        }
        budget.adjust(by: -pageSize)
    }

    /// Pages in stock whose memory is resident.
    var sparePageCount: Int { state.withLock { $0.warm.count } }

    // MARK: Pages of a flushed keyspace

    /// Takes back `count` pages at once, in chains linked by their headers, at the cost of a few words for each chain.
    /// Those that nobody takes before are given to the system by `releaseRetired`.
    borrowing func retire(_ chains: [UInt], count: Int) {
        state.withLock { $0.retired += chains }
        budget.adjust(by: -count * pageSize)
    }

    private static func popRetired(_ state: inout State) -> UInt? {
        guard let page = state.retired.popLast() else { return nil }
        let next = PageHeader(Address(bits: page)!).next
        if next != 0 { state.retired.append(next) }
        return page
    }

    /// Gives the memory of some retired pages to the system. False if there are none left.
    borrowing func releaseRetired() -> Bool {
        var pages: [UInt] = []
        state.withLock { state in
            while pages.count < 16, let page = Self.popRetired(&state) { pages.append(page) }
        }
        for page in pages { unsafe _ = madvise(Address(bits: page)!.raw, pageSize, MADV_DONTNEED) }
        state.withLock { $0.cold += pages }
        return !pages.isEmpty
    }

    private borrowing func addMapping(_ state: inout State) -> Bool {
        // A page finds its header by masking an address, so mappings start on a page boundary.
        let alignment = huge ? max(pageSize, Self.hugePageSize) : pageSize
        let size = Self.mappingSize + alignment
        let memory = unsafe mmap(nil, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)
        guard let memory = unsafe memory, unsafe memory != MAP_FAILED else { return false }
        let base = UInt(bitPattern: memory)
        let start = (base + UInt(alignment) - 1) & ~UInt(alignment - 1)
        // A huge page is resident as a whole: it would undo giving single pages back, and measured no faster. So only
        // for those who ask.
        let advice = huge ? MADV_HUGEPAGE : MADV_NOHUGEPAGE
        unsafe _ = madvise(UnsafeMutableRawPointer(bitPattern: start)!, Self.mappingSize, advice)
        state.mappings.append((base, size))
        state.next = start
        state.end = start + UInt(Self.mappingSize)
        return true
    }
}
