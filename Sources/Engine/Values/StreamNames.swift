// Names of fields that a stream's entries share, so that each is kept once.

import Base

/// The names that entries of a stream have in common, by numbers from 1 on. Most streams have entries of one kind or a
/// few; what comes when all numbers are taken keeps its names itself.
///
///     table:  | address of the names, 0 if the number is free: 8 | entries that use it: 8 | ...
///     names:  | count of pairs: 4 | size: 4 | sized name | sized name | ...
///
/// Idea: the master entries of Redis' stream nodes.
@safe
struct StreamNames {
    private static let countMax = 16
    /// Longer names are rarely the same twice.
    private static let sizeMax = 1024
    private static let slotSize = 16
    private static let headerSize = 8

    private(set) var heap = Heap()
    private var table: Address?
    private var capacity = 0

    // MARK: Looking

    private func block(_ index: Int) -> Address? {
        table.flatMap { Address(bits: UInt($0.load64(index &* Self.slotSize))) }
    }

    func pairCount(_ number: Int) -> Int { Int(block(number &- 1)!.load32(0)) }

    @_lifetime(immortal)
    func names(_ number: Int) -> RawSpan {
        let block = block(number &- 1)!
        return (block + Self.headerSize).bytes(Int(block.load32(4)))
    }

    private func userCount(_ index: Int) -> UInt64 { table!.load64(index &* Self.slotSize &+ 8) }

    // MARK: Using

    /// The number of the names among some parts, taken from now on by one entry more; 0 if they are not shared.
    /// - Parameter size: bytes of the names, their sizes included.
    /// - Parameter parts: shows names and values in turn.
    mutating func take(pairCount: Int, size: Int, parts: ((RawSpan) -> Void) -> Void) -> Int {
        guard size <= Self.sizeMax else { return 0 }
        var free: Int?
        for index in 0..<capacity {
            guard let block = block(index) else {
                free = free ?? index
                continue
            }
            guard Int(block.load32(0)) == pairCount && Int(block.load32(4)) == size else { continue }
            if Self.isEqual((block + Self.headerSize).bytes(size), parts) {
                table!.store64(userCount(index) &+ 1, index &* Self.slotSize &+ 8)
                return index &+ 1
            }
        }
        if free == nil && capacity < Self.countMax {
            free = capacity
            grow()
        }
        guard let free else { return 0 }
        let block = heap.allocate(Self.headerSize &+ size)
        block.store32(UInt32(truncatingIfNeeded: pairCount), 0)
        block.store32(UInt32(truncatingIfNeeded: size), 4)
        var place = block + Self.headerSize
        var isName = true
        parts { part in
            if isName { SizedBytes.write(part, at: &place) }
            isName.toggle()
        }
        set(free, block, users: 1)
        return free &+ 1
    }

    private static func isEqual(_ names: RawSpan, _ parts: ((RawSpan) -> Void) -> Void) -> Bool {
        var place = 0
        var isName = true
        var isEqual = true
        parts { part in
            if isName && isEqual { isEqual = SizedBytes.read(names, at: &place).equals(part) }
            isName.toggle()
        }
        return isEqual
    }

    /// One entry less uses `number`.
    mutating func release(_ number: Int) {
        let index = number &- 1
        let users = userCount(index) &- 1
        if users > 0 { return table!.store64(users, index &* Self.slotSize &+ 8) }
        heap.free(block(index)!)
        set(index, nil, users: 0)
    }

    private func set(_ index: Int, _ block: Address?, users: UInt64) {
        table!.store64(UInt64(block?.bits ?? 0), index &* Self.slotSize)
        table!.store64(users, index &* Self.slotSize &+ 8)
    }

    private mutating func grow() {
        let old = capacity
        capacity = max(1, old &* 2)
        let size = capacity &* Self.slotSize
        table = table.map { heap.resize($0, to: size) } ?? heap.allocate(size)
        for index in old..<capacity { set(index, nil, users: 0) }
    }

    // MARK: As a whole

    func clone() -> StreamNames {
        var copy = StreamNames()
        guard let table else { return copy }
        copy.capacity = capacity
        copy.table = copy.heap.allocate(capacity &* Self.slotSize)
        copy.table!.copy(from: table, count: capacity &* Self.slotSize)
        for index in 0..<capacity {
            guard let block = block(index) else { continue }
            let size = Self.headerSize &+ Int(block.load32(4))
            let copied = copy.heap.allocate(size)
            copied.copy(from: block, count: size)
            copy.set(index, copied, users: userCount(index))
        }
        return copy
    }

    mutating func destroy() {
        for index in 0..<capacity {
            if let block = block(index) { heap.free(block) }
        }
        if let table { heap.free(table) }
        table = nil
        capacity = 0
    }

    /// - Parameter users: how many entries have each number.
    func checkInvariants(users: [Int: Int], fail: (String) -> Void) {
        for index in 0..<capacity {
            let said = block(index) == nil ? 0 : Int(userCount(index))
            if block(index) != nil && said == 0 { fail("names that nobody uses") }
            let found = users[index + 1] ?? 0
            if said != found { fail("\(found) entries with names \(index + 1), the table says \(said)") }
        }
        if let most = users.keys.max(), most > capacity { fail("an entry with names that are not there") }
    }
}
