// Changes anywhere in a packed tree.

import Base

/// Where an element that is being written will belong.
enum TreeTarget {
    /// A gap in a leaf of the tree.
    case gap
    /// A leaf of its own, before or after that of the cursor's path.
    case leafBefore, leafAfter
}

extension PackedTree {
    // MARK: Insertion

    /// Adds an element before that of a cursor, or behind the last. In a sorted tree it must belong there.
    /// - Parameter fill: writes the element's bytes.
    @inline(__always)
    mutating func insert(at cursor: TreeCursor, _ byteCount: Int, fill: (Address) -> Void) {
        var cursor = cursor
        let target = makeRoom(at: &cursor, Packed.size(of: byteCount))
        fill(Packed.write(byteCount, at: cursor.place, &heap))
        finishInsertion(at: cursor, target)
    }

    /// Adds an element at a position, 0...count.
    @inline(__always)
    mutating func insert(at position: Int, _ byteCount: Int, fill: (Address) -> Void) {
        insert(at: cursor(at: position), byteCount, fill: fill)
    }

    /// Adds an element where the order wants it, behind its equals.
    mutating func insert(_ element: RawSpan) {
        insert(at: upperBound(of: element), element.byteCount) { $0.write(element) }
    }

    /// Finds `size` bytes for an entry: afterwards the cursor's place is theirs.
    @inline(never)
    private mutating func makeRoom(at cursor: inout TreeCursor, _ size: Int) -> TreeTarget {
        settle()
        while cursor.leaf.count > 0, cursor.leaf.used &+ size > Order.leafSizeMax {
            let leaf = cursor.leaf
            // At an edge a leaf is left as full as it is, for what is built in order.
            let isAlone = size > Order.leafSizeMax / 2 || leaf.count == 1
            if cursor.index == leaf.count {
                // Only the last leaf's end is a place: that of another is the next one's start.
                openLeaf(for: &cursor, size, isAfter: true)
                return .leafAfter
            }
            if cursor.index == 0, isAlone || leaf == first {
                openLeaf(for: &cursor, size, isAfter: false)
                return .leafBefore
            }
            let position = position(of: cursor)
            split(&cursor)
            cursor = self.cursor(at: position)
        }
        if let gap = cursor.leaf.openGap(at: cursor.place, size) {
            cursor.place = gap
        } else {
            grow(&cursor, by: size)
        }
        return .gap
    }

    /// A new leaf for one entry; the cursor's path stays that of its neighbour.
    private mutating func openLeaf(for cursor: inout TreeCursor, _ size: Int, isAfter: Bool) {
        // Whatever grows in this direction finds room in it.
        let leaf = Self.allocateLeaf(size, room: Self.leafStep * 4, isAtEnd: !isAfter, &heap)
        cursor.leaf = leaf
        cursor.place = leaf.first
    }

    @inline(never)
    private mutating func finishInsertion(at cursor: TreeCursor, _ target: TreeTarget) {
        let entry = Packed.entry(at: cursor.place)
        let leaf = cursor.leaf
        leaf.count = leaf.count &+ 1
        if entry.isFar { leaf.farCount = leaf.farCount &+ 1 }
        count &+= 1
        var path = cursor.path
        switch target {
        case .gap:
            count(1, on: path)
            if Order.isSorted, cursor.index == 0 { lowerSeparators(of: path, to: Order.prefix(of: entry.bytes)) }
        case .leafAfter:
            last = leaf
            link(leaf, beside: &path, separator: Order.prefix(of: entry.bytes), isAfter: true)
        case .leafBefore:
            var separator = Order.prefix(of: entry.bytes)
            let depth = height &- 1
            let neighbor = height == 0 ? TreeLeaf(root) : TreeLeaf(path.node(depth).child(path.index(depth)))
            if Order.isSorted, height > 0 {
                // The new leaf takes over its neighbour's separator, which may be less than all of both.
                lowerSeparators(of: path, to: separator)
                separator = path.node(depth).separator(path.index(depth))
                let own = Order.prefix(of: Packed.entry(at: neighbor.first).bytes)
                path.node(depth).setSeparator(path.index(depth), own)
            }
            if neighbor == first { first = leaf }
            link(leaf, beside: &path, separator: separator, isAfter: false)
        }
    }

    private mutating func link(_ leaf: TreeLeaf, beside path: inout TreePath, separator: UInt64, isAfter: Bool) {
        for depth in 0..<max(0, height &- 1) { path.node(depth).add(1, below: path.index(depth)) }
        insertChild(
            TreeChild(block: leaf.block, below: 1, separator: separator), beside: &path, depth: height &- 1,
            isAfter: isAfter)
    }

    /// An element that is now the first of its leaf may be less than what the nodes say of it.
    private func lowerSeparators(of path: TreePath, to prefix: UInt64) {
        var depth = height &- 1
        while depth >= 0 {
            let node = path.node(depth)
            let index = path.index(depth)
            if prefix < node.separator(index) { node.setSeparator(index, prefix) }
            if index > 0 { return }
            depth &-= 1
        }
    }

    @inline(__always)
    func count(_ difference: Int, on path: TreePath) {
        for depth in 0..<height { path.node(depth).add(difference, below: path.index(depth)) }
    }

    // MARK: Removal

    /// Removes the element of a cursor, which then is at the one behind it.
    mutating func remove(at cursor: inout TreeCursor) {
        removeRun(1, at: &cursor)
    }

    /// Removes the element at a position, 0..<count.
    mutating func remove(at position: Int) {
        var cursor = cursor(at: position)
        removeRun(1, at: &cursor)
    }

    /// Removes the elements at some positions. Reads none of those whose whole leaf goes, unless one is long.
    mutating func removeRange(_ positions: Range<Int>) {
        guard !positions.isEmpty else { return }
        settle()
        var cursor = cursor(at: positions.lowerBound)
        var rest = positions.count
        while rest > 0 {
            let whole = cursor.index == 0 ? removeLeaves(rest, at: &cursor) : 0
            if whole > 0 {
                rest &-= whole
                cursor = self.cursor(at: positions.lowerBound)
                continue
            }
            let run = min(rest, cursor.leaf.count &- cursor.index)
            removeRun(run, at: &cursor)
            rest &-= run
        }
    }

    /// Removes whole leaves below one node, from the cursor's on, which have no more than `rest` elements in all. The
    /// node keeps a child. The cursor is then invalid. Nothing may be pending at the edges.
    /// - Returns: how many elements went; the cursor is still valid if there are none.
    private mutating func removeLeaves(_ rest: Int, at cursor: inout TreeCursor) -> Int {
        let depth = height &- 1
        guard depth >= 0 else { return 0 }
        let node = cursor.path.node(depth)
        let start = cursor.path.index(depth)
        let most = start == 0 ? node.count &- 1 : node.count
        var end = start
        var removed = 0
        while end < most, removed &+ node.below(end) <= rest {
            removed &+= node.below(end)
            end &+= 1
        }
        guard removed > 0 else { return 0 }
        let takesFirst = TreeLeaf(node.child(start)) == first
        let takesLast = TreeLeaf(node.child(end &- 1)) == last
        for index in start..<end {
            // Of a leaf without far entries only the first line is read, and malloc's header before it.
            if index &+ 8 < end { node.child(index &+ 8).prefetch() }
            let leaf = TreeLeaf(node.child(index))
            release(leaf.count, from: leaf.first, in: leaf)
            heap.free(leaf.block)
        }
        count &-= removed
        for above in 0..<depth { cursor.path.node(above).add(-removed, below: cursor.path.index(above)) }
        removeChildren(start..<end, on: &cursor.path, depth: depth)
        if takesFirst { first = edgeLeaf(isLast: false) }
        if takesLast { last = edgeLeaf(isLast: true) }
        return removed
    }

    private func edgeLeaf(isLast: Bool) -> TreeLeaf {
        var block = root
        for _ in 0..<height {
            let node = TreeNode(block)
            block = node.child(isLast ? node.count &- 1 : 0)
        }
        return TreeLeaf(block)
    }

    /// Removes `run` elements of one leaf, from that of the cursor on, which then is at the one behind them.
    private mutating func removeRun(_ run: Int, at cursor: inout TreeCursor) {
        settle()
        let leaf = cursor.leaf
        assert(run > 0 && cursor.index &+ run <= leaf.count)
        release(run, from: cursor.place, in: leaf)
        let end = run == 1 ? cursor.entry.end : leaf.place(of: cursor.index &+ run)
        let size = Int(bitPattern: end.bits &- cursor.place.bits)
        cursor.place = leaf.closeGap(at: cursor.place, size)
        leaf.count = leaf.count &- run
        count &-= run
        count(-run, on: cursor.path)
        let isAtEdge = leaf == first || leaf == last
        if height > 0, leaf.used < Self.leafSizeMin {
            let position = position(of: cursor)
            mend(&cursor)
            cursor = self.cursor(at: position)
        } else {
            let isWide = !isAtEdge && leaf.slack > Self.leafStep * 2
            if isWide || leaf.capacity > TreeLeaf.headerSize &+ Order.leafSizeMax { trim(&cursor) }
            if cursor.place == cursor.leaf.limit { cursor.moveToNextLeaf() }
        }
    }

    // MARK: Replacement

    /// Gives the element at a position, 0..<count, other bytes.
    /// - Parameter fill: writes them; the old ones are gone.
    @inline(__always)
    mutating func replace(at position: Int, _ byteCount: Int, fill: (Address) -> Void) {
        var cursor = cursor(at: position)
        let entry = cursor.entry
        if entry.isFar || byteCount > Packed.nearMax || entry.size != Packed.size(of: byteCount) {
            remove(at: &cursor)
            insert(at: cursor, byteCount, fill: fill)
        } else {
            fill(Packed.write(byteCount, at: cursor.place, &heap))
        }
    }
}
