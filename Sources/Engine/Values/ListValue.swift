// A list: elements in a row. Source: Redis "lists".

import Base

/// A list under a verb.
public struct ListValue: CollectionValue, ~Escapable {
    public static var kind: ValueKind { .list }
    var packed: CollectionSite
    /// All is to go. What a large list has is left for the background, with its item.
    private(set) var isEmptied = false
    /// What is being added makes it too large for clients' idea of a packed list.
    private var becomesNodes = false

    @_lifetime(immortal)
    public init(site: CollectionSite) { packed = site }

    public var site: CollectionSite { packed }

    var large: UnsafeMutablePointer<LargeList>? {
        @inline(__always) get { unsafe packed.structure?.body(as: LargeList.self) }
    }

    /// Elements.
    public var count: Int {
        if isEmptied { return 0 }
        if let large = unsafe large { return unsafe large.pointee.tree.count }
        return packed.count
    }

    /// `.packed` or `.nodes`.
    public var encoding: CollectionEncoding { packed.encoding }

    /// The setting of `CollectionLimit.listNode` in force.
    public var nodeSetting: Int { packed.limit(.listNode) }

    /// As `Engine.loneElementSize`, in force.
    public var loneElementSize: Int { packed.loneElementSize }

    // MARK: Looking

    /// The element at a position, 0 ..< count.
    @_lifetime(borrow self)
    public func element(at position: Int) -> RawSpan {
        precondition(position >= 0 && position < count)
        if let large = unsafe large { return unsafe large.pointee.tree.entry(at: position).bytes }
        return Packed.entry(at: place(of: position)).bytes
    }

    /// The element at one end; there must be one.
    @inline(__always)
    @_lifetime(borrow self)
    public func element(atEnd side: Side) -> RawSpan {
        if let large = unsafe large {
            return unsafe side == .start ? large.pointee.tree.firstEntry.bytes : large.pointee.tree.lastEntry.bytes
        }
        return side == .start ? Packed.entry(at: packed.start).bytes : Packed.entry(before: packed.end).bytes
    }

    /// Where the entry at a position of the compact value begins, 0 ... count; reads from the nearer end.
    func place(of position: Int) -> Address {
        let count = packed.count
        if position &+ position <= count {
            var place = packed.start
            for _ in 0..<position { place = Packed.entry(at: place).end }
            return place
        }
        var place = packed.end
        for _ in position..<count { place = Packed.entry(before: place).start }
        return place
    }

    /// Shows the elements at some positions in order.
    @inline(__always)
    public func forEach(in positions: Range<Int>, _ visit: (RawSpan) -> Void) {
        guard !positions.isEmpty else { return }
        precondition(positions.lowerBound >= 0 && positions.upperBound <= count)
        if let large = unsafe large {
            var cursor = unsafe large.pointee.tree.cursor(at: positions.lowerBound)
            var left = positions.count
            while true {
                visit(cursor.entry.bytes)
                left &-= 1
                if left == 0 { return }
                cursor.moveForward()
            }
        }
        var place = place(of: positions.lowerBound)
        for _ in 0..<positions.count {
            let entry = Packed.entry(at: place)
            visit(entry.bytes)
            place = entry.end
        }
    }

    /// Shows the position of each element that is equal to `element`, from the first on or from the last back, until
    /// `visit` says false or `comparisonCountMax` elements were looked at. Source: Redis LPOS.
    public func positions(
        of element: RawSpan, backwards: Bool, comparisonCountMax: Int = .max, _ visit: (Int) -> Bool
    ) {
        let count = count
        guard count > 0 else { return }
        let steps = min(count, comparisonCountMax)
        if let large = unsafe large {
            var cursor = unsafe backwards ? large.pointee.tree.end() : large.pointee.tree.start()
            for step in 0..<steps {
                if backwards { _ = cursor.moveBack() }
                if cursor.entry.bytes.equals(element), !visit(backwards ? count &- 1 &- step : step) { return }
                if !backwards { cursor.moveForward() }
            }
            return
        }
        var place = backwards ? packed.end : packed.start
        for step in 0..<steps {
            let entry = backwards ? Packed.entry(before: place) : Packed.entry(at: place)
            if entry.bytes.equals(element), !visit(backwards ? count &- 1 &- step : step) { return }
            place = backwards ? entry.start : entry.end
        }
    }

    // MARK: Adding

    /// Call it before adding: decides about the name of the encoding, by the bytes of all that one request adds.
    /// Source: Redis 7.2 listTypeTryConversionAppend.
    public mutating func prepareGrowth(byteCount: Int, count added: Int) {
        guard encoding == .packed else { return }
        let limit = ListNodeLimit(packed.limit(.listNode))
        let size = listpackSize(whenAbove: limit.size - byteCount) + byteCount
        becomesNodes = limit.isExceeded(size: size, count: count + added)
    }

    /// Adds an element at one end. It may not lie in the list itself.
    @inline(__always)
    public mutating func push(_ element: RawSpan, _ side: Side) {
        packed.notes?.add(side == .start ? .pushFirst : .pushLast, element)
        let size = Packed.size(of: element.byteCount)
        if packed.structure == nil, element.byteCount > Packed.nearMax || !packed.staysCompact(adding: size) {
            makeLarge()
        }
        if let large = unsafe large {
            packed.isChanged = true
            unsafe large.pointee.push(element, side)
        } else {
            let room = packed.splice(at: side == .start ? 0 : packed.usedSize, removing: 0, inserting: size)
            Packed.write(near: element.byteCount, at: room).write(element)
            packed.count += 1
        }
        if becomesNodes { becomeNodes() }
    }

    /// Adds an element before or behind a position, 0 ..< count, of a list that has some: that of the first element that
    /// is equal to `pivot`.
    public mutating func insert(_ element: RawSpan, _ side: Side, of pivot: RawSpan, at pivotPosition: Int) {
        if let notes = packed.notes {
            notes.add(side == .start ? .insertBefore : .insertBehind, pivot)
            notes.add(element)
        }
        insert(element, at: side == .start ? pivotPosition : pivotPosition + 1)
    }

    private mutating func insert(_ element: RawSpan, at position: Int) {
        let size = Packed.size(of: element.byteCount)
        if packed.structure == nil, element.byteCount > Packed.nearMax || !packed.staysCompact(adding: size) {
            makeLarge()
        }
        if let large = unsafe large {
            packed.isChanged = true
            unsafe large.pointee.count(element, 1)
            unsafe large.pointee.tree.insert(at: position, element.byteCount) { $0.write(element) }
        } else {
            let offset = Int(bitPattern: place(of: position).bits &- packed.start.bits)
            let room = packed.splice(at: offset, removing: 0, inserting: size)
            Packed.write(near: element.byteCount, at: room).write(element)
            packed.count += 1
        }
        if becomesNodes { becomeNodes() }
    }

    /// Puts `element` in the place of the one at a position, 0 ..< count.
    public mutating func replace(at position: Int, with element: RawSpan) {
        if let notes = packed.notes {
            notes.step(.replaceElement)
            notes.add(position)
            notes.add(element)
        }
        let size = Packed.size(of: element.byteCount)
        if packed.structure == nil {
            let isShort = element.byteCount <= Packed.nearMax
            let old = Packed.entry(at: place(of: position)).size
            if !isShort || packed.size - old + size > CollectionSite.compactSizeMax { makeLarge() }
        }
        if let large = unsafe large {
            packed.isChanged = true
            unsafe large.pointee.replace(at: position, with: element)
        } else {
            let entry = Packed.entry(at: place(of: position))
            let room = packed.splice(at: packed.offset(of: entry), removing: entry.size, inserting: size)
            Packed.write(near: element.byteCount, at: room).write(element)
        }
        if becomesNodes { becomeNodes() } else { noteShrinking() }
    }

    /// Names the encoding by all that is there, as after a list was built without `prepareGrowth`.
    mutating func noteEncoding() {
        let limit = ListNodeLimit(packed.limit(.listNode))
        if limit.isExceeded(size: listpackSize(whenAbove: limit.size), count: count) { packed.encoding = .nodes }
    }

    private mutating func becomeNodes() {
        becomesNodes = false
        packed.encoding = .nodes
    }

    @inline(never)
    private mutating func makeLarge() {
        var large = LargeList(encoding: packed.encoding)
        packed.forEachEntry { large.push($0.bytes, .end) }
        packed.install(Structure.make(large))
    }

    // MARK: Taking away

    /// Takes up to `amount` elements off one end, each after showing it.
    @inline(__always)
    public mutating func pop(_ amount: Int, _ side: Side, _ visit: (RawSpan) -> Void) {
        let amount = min(amount, count)
        guard amount > 0 else { return }
        if let notes = packed.notes {
            notes.step(side == .start ? .popFirst : .popLast)
            notes.add(amount)
        }
        if let large = unsafe large {
            packed.isChanged = true
            for _ in 0..<amount { unsafe large.pointee.pop(side, visit) }
        } else {
            var place = side == .start ? packed.start : packed.end
            for _ in 0..<amount {
                let entry = side == .start ? Packed.entry(at: place) : Packed.entry(before: place)
                visit(entry.bytes)
                place = side == .start ? entry.end : entry.start
            }
            if side == .start {
                removePacked(from: packed.start, to: place, amount)
            } else {
                removePacked(from: place, to: packed.end, amount)
            }
        }
        noteShrinking()
    }

    /// Removes all but some positions.
    public mutating func keep(_ positions: Range<Int>) {
        guard !positions.isEmpty else { return removeAll() }
        guard positions.count < count else { return }
        if let notes = packed.notes {
            notes.step(.keepPositions)
            notes.add(positions.lowerBound)
            notes.add(positions.upperBound - 1)
        }
        if let large = unsafe large {
            packed.isChanged = true
            unsafe large.pointee.tree.removeRange(positions.upperBound..<count)
            unsafe large.pointee.tree.removeRange(0..<positions.lowerBound)
            unsafe large.pointee.recountSize()
        } else {
            let tail = count - positions.upperBound
            if tail > 0 { removePacked(from: place(of: positions.upperBound), to: packed.end, tail) }
            let head = positions.lowerBound
            if head > 0 { removePacked(from: packed.start, to: place(of: head), head) }
        }
        noteShrinking()
    }

    /// Removes elements equal to `element`, at most `countMax`, from the first on or from the last back. Returns how
    /// many.
    public mutating func remove(_ element: RawSpan, countMax: Int, backwards: Bool) -> Int {
        let removed: Int
        if let large = unsafe large {
            removed = unsafe large.pointee.remove(element, countMax, backwards: backwards)
            if removed > 0 { packed.isChanged = true }
        } else {
            removed = backwards ? removePackedBackwards(element, countMax) : removePacked(element, countMax)
        }
        guard removed > 0 else { return 0 }
        noteShrinking()
        if let notes = packed.notes {
            notes.step(.removeEqual)
            notes.add(backwards ? -removed : removed)
            notes.add(element)
        }
        return removed
    }

    private mutating func removePacked(_ element: RawSpan, _ countMax: Int) -> Int {
        var removed = 0
        var offset = 0
        while removed < countMax, count > 0, offset < packed.usedSize {
            let entry = Packed.entry(at: packed.start + offset)
            if entry.bytes.equals(element) {
                removePacked(from: entry.start, to: entry.end, 1)
                removed += 1
            } else {
                offset += entry.size
            }
        }
        return removed
    }

    private mutating func removePackedBackwards(_ element: RawSpan, _ countMax: Int) -> Int {
        var removed = 0
        var offset = packed.usedSize
        while removed < countMax, count > 0, offset > 0 {
            let entry = Packed.entry(before: packed.start + offset)
            offset -= entry.size
            if entry.bytes.equals(element) {
                removePacked(from: entry.start, to: entry.end, 1)
                removed += 1
            }
        }
        return removed
    }

    private mutating func removePacked(from start: Address, to end: Address, _ amount: Int) {
        guard amount < packed.count else { return removeAll() }
        let offset = Int(bitPattern: start.bits &- packed.start.bits)
        _ = packed.splice(at: offset, removing: Int(bitPattern: end.bits &- start.bits), inserting: 0)
        packed.count -= amount
    }

    private mutating func removeAll() { isEmptied = true }

    // MARK: The encoding's name

    /// What Redis would need for the elements in one listpack. Of a compact value it is only counted if it may be
    /// above `bound`.
    private func listpackSize(whenAbove bound: Int) -> Int {
        if let large = unsafe large { return unsafe large.pointee.listpackSize }
        // No entry is longer in a listpack by more than two bytes.
        let sizeMax = Listpack.emptySize + packed.usedSize + 2 * packed.count
        if sizeMax <= bound { return sizeMax }
        var size = Listpack.emptySize
        packed.forEachEntry { size += Listpack.size(of: $0.bytes) }
        return size
    }

    /// A list of half of what it takes to be in nodes is packed again. Source: Redis 7.2 listTypeTryConvertQuicklist.
    @inline(__always)
    private mutating func noteShrinking() {
        if !isEmptied && encoding == .nodes { becomePackedIfSmall() }
    }

    private mutating func becomePackedIfSmall() {
        let limit = ListNodeLimit(packed.limit(.listNode)).half
        guard count <= limit.count else { return }
        if let large = unsafe large, unsafe large.pointee.listpackSize < 0 {
            // Blocks of few bytes may be half empty, but not more.
            guard unsafe large.pointee.heapSize <= limit.size * 4 else { return }
            unsafe large.pointee.countSize()
        }
        if !limit.isExceeded(size: listpackSize(whenAbove: limit.size), count: count) { packed.encoding = .packed }
    }
}
