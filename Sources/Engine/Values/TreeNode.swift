// The inner node of a packed tree: its children, how many elements are below each, and where each begins in the order.

/// A child of a node, and what the node knows of it.
@safe
struct TreeChild {
    let block: Address
    /// Elements below it.
    let below: Int
    /// At most the order prefix of its first element, at least that of the last element before it.
    let separator: UInt64
}

/// Columns of eight bytes a child, each `capacity` long; the third is there in sorted trees only.
///
///      0       2          8            8 + 8c           8 + 16c
///     +-------+----------+-- - - - ---+----- - - - ----+----- - - - --+
///     | count | capacity | child ...  | below ...      | separator ... |
///     +-------+----------+-- - - - ---+----- - - - ----+----- - - - --+
@safe
struct TreeNode: Equatable {
    static let headerSize = 8

    let block: Address
    @inline(__always) init(_ block: Address) { self.block = block }

    var count: Int {
        @inline(__always) get { Int(block.load16(0)) }
        @inline(__always) nonmutating set { block.store16(UInt16(truncatingIfNeeded: newValue), 0) }
    }
    var capacity: Int {
        @inline(__always) get { Int(block.load16(2)) }
        @inline(__always) nonmutating set { block.store16(UInt16(truncatingIfNeeded: newValue), 2) }
    }

    @inline(__always)
    private func column(_ number: Int) -> Address { block + (Self.headerSize &+ number &* capacity &* 8) }

    @inline(__always)
    func child(_ index: Int) -> Address {
        // SAFETY-relevant: a node holds the addresses of `count` blocks.
        unsafe Address(bits: UInt(block.load64(Self.headerSize &+ index &* 8))).unsafelyUnwrapped
    }
    @inline(__always)
    func setChild(_ index: Int, _ child: Address) {
        block.store64(UInt64(child.bits), Self.headerSize &+ index &* 8)
    }

    @inline(__always)
    func below(_ index: Int) -> Int { Int(truncatingIfNeeded: column(1).load64(index &* 8)) }
    @inline(__always)
    func add(_ difference: Int, below index: Int) {
        let column = column(1)
        column.store64(column.load64(index &* 8) &+ UInt64(bitPattern: Int64(difference)), index &* 8)
    }

    /// Elements below the children in `range`.
    @inline(__always)
    func sum(_ range: Range<Int>) -> Int {
        let column = column(1)
        var total = 0
        for index in range { total &+= Int(truncatingIfNeeded: column.load64(index &* 8)) }
        return total
    }

    @inline(__always)
    func separator(_ index: Int) -> UInt64 { column(2).load64(index &* 8) }
    @inline(__always)
    func setSeparator(_ index: Int, _ separator: UInt64) { column(2).store64(separator, index &* 8) }

    /// Adds a child; there is room for it.
    func insert(_ child: TreeChild, at index: Int, columns: Int) {
        for number in 0..<columns {
            let place = column(number) + index &* 8
            (place + 8).move(from: place, count: (count &- index) &* 8)
        }
        setChild(index, child.block)
        column(1).store64(UInt64(bitPattern: Int64(child.below)), index &* 8)
        if columns > 2 { setSeparator(index, child.separator) }
        count = count &+ 1
    }

    func remove(_ range: Range<Int>, columns: Int) {
        for number in 0..<columns {
            let place = column(number) + range.lowerBound &* 8
            place.move(from: place + range.count &* 8, count: (count &- range.upperBound) &* 8)
        }
        count = count &- range.count
    }

    /// Copies children of another node in at `index`; there is room for them.
    func insert(_ range: Range<Int>, of other: TreeNode, at index: Int, columns: Int) {
        for number in 0..<columns {
            let place = column(number) + index &* 8
            (place + range.count &* 8).move(from: place, count: (count &- index) &* 8)
            place.copy(from: other.column(number) + range.lowerBound &* 8, count: range.count &* 8)
        }
        count = count &+ range.count
    }
}
