// How many items there are of each size: counted as they come and go, for a shard whose owner asked for it.

/// Counts of items by size, rounded up to multiples of `step`. Off, and then without memory, until `turnOn`.
@safe
struct SizeHistogram {
    static let step = 32

    /// By size in steps, for items in the arena; nil is off.
    private var counts: UnsafeMutablePointer<Int>?
    private let countMax: Int
    /// The same for items with a block of their own, of which there are few.
    private var largeCounts: [Int: Int] = [:]

    /// - Parameter slotSizeMax: the largest item in the arena.
    init(slotSizeMax: Int) {
        countMax = slotSizeMax / Self.step + 2
        unsafe counts = nil
    }

    @inline(__always)
    var isOn: Bool { unsafe counts != nil }

    mutating func turnOn() {
        guard !isOn else { return }
        let memory = UnsafeMutablePointer<Int>.allocate(capacity: countMax)
        unsafe memory.initialize(repeating: 0, count: countMax)
        unsafe counts = memory
    }

    /// Forgets everything. Also the end of its memory.
    mutating func turnOff() {
        unsafe counts?.deallocate()
        unsafe counts = nil
        largeCounts = [:]
    }

    mutating func removeAll() {
        guard let counts = unsafe counts else { return }
        unsafe counts.update(repeating: 0, count: countMax)
        largeCounts = [:]
    }

    /// Counts `amount` items (negative: that are gone) of `size` bytes. Only while it is on.
    @inline(never)
    mutating func add(_ amount: Int, size: Int) {
        guard let counts = unsafe counts else { return }
        let index = (size + Self.step - 1) / Self.step
        if index < countMax {
            unsafe counts[index] += amount
        } else {
            let count = largeCounts[index, default: 0] + amount
            largeCounts[index] = count == 0 ? nil : count
        }
    }

    /// Adds these counts to `totals`, by size in bytes.
    func add(to totals: inout [Int: Int]) {
        guard let counts = unsafe counts else { return }
        for index in 0..<countMax {
            let count = unsafe counts[index]
            if count != 0 { totals[index * Self.step, default: 0] += count }
        }
        for (index, count) in largeCounts { totals[index * Self.step, default: 0] += count }
    }
}
