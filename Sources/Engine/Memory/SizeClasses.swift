// Which slot sizes pages are cut into.

/// The slot sizes of one page size: every eighth byte up to 256, then about 8 % apart, each chosen so that a whole
/// number of slots fills the page. Immutable after `init`; freed with the engine.
///
/// Small sizes are exact because most cached items are small: a 16-byte key with a 100-byte value and the 12-byte
/// header fits a slot of 128 without a byte to spare.
@safe
struct SizeClasses {
    static let exactSizeMax = 256
    static let step = 8
    static let slotSizeMin = 16

    /// Item bytes that fit a page when the page's own header is taken off.
    static func usableSize(pageSize: Int) -> Int { pageSize - PageHeader.size }

    let pageSize: Int
    let count: Int
    /// The largest item that lives in a page; larger values get blocks of their own.
    let slotSizeMax: Int

    private let sizes: UnsafeMutablePointer<Int32>
    // classOfStep[(size + 7) / 8] is the smallest class that holds `size`.
    private let classOfStep: UnsafeMutablePointer<UInt8>

    init(pageSize: Int) {
        self.pageSize = pageSize
        var list: [Int] = []
        var size = Self.slotSizeMin
        while size <= Self.exactSizeMax {
            list.append(size)
            size += Self.step
        }
        let usable = Self.usableSize(pageSize: pageSize)
        var perPage = usable / Self.exactSizeMax
        while perPage >= 4 {
            let candidate = usable / perPage / Self.step * Self.step
            if candidate > list.last! * 107 / 100 { list.append(candidate) }
            perPage -= 1
        }
        let last = usable / 4 / Self.step * Self.step
        if list.last! < last { list.append(last) }
        precondition(list.count <= Arena.classCountMax)

        count = list.count
        slotSizeMax = list.last!
        unsafe sizes = .allocate(capacity: count)
        unsafe classOfStep = .allocate(capacity: slotSizeMax / Self.step + 1)
        var classIndex = 0
        for (index, size) in list.enumerated() { unsafe sizes[index] = Int32(size) }
        for step in 0...(slotSizeMax / Self.step) {
            while list[classIndex] < step * Self.step { classIndex += 1 }
            unsafe classOfStep[step] = UInt8(classIndex)
        }
    }

    func destroy() {
        unsafe sizes.deallocate()
        unsafe classOfStep.deallocate()
    }

    /// - Parameter size: 1 ... slotSizeMax.
    @inline(__always)
    func classIndex(for size: Int) -> Int {
        assert(size >= 1 && size <= slotSizeMax)
        return Int(unsafe classOfStep[(size &+ 7) >> 3])
    }

    @inline(__always)
    func slotSize(_ classIndex: Int) -> Int {
        assert(classIndex < count)
        return Int(unsafe sizes[classIndex])
    }

    func slotsPerPage(_ classIndex: Int) -> Int {
        Self.usableSize(pageSize: pageSize) / slotSize(classIndex)
    }

    /// What an item of `size` bytes really takes.
    func footprint(of size: Int) -> Int { size <= slotSizeMax ? slotSize(classIndex(for: size)) : size }
}
