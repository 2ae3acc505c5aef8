// Ways to an element: from an end, by its position, by order; and back to its position.

import Base

extension PackedTree {
    // MARK: By position

    /// The first element, or the end of an empty tree.
    func start() -> TreeCursor {
        var path = TreePath()
        var block = root
        for depth in 0..<height {
            path.set(depth, TreeNode(block), 0)
            block = TreeNode(block).child(0)
        }
        return TreeCursor(path: path, height: height, leaf: first, index: 0, place: first.first)
    }

    /// Behind the last element.
    func end() -> TreeCursor {
        var path = TreePath()
        var block = root
        for depth in 0..<height {
            let node = TreeNode(block)
            path.set(depth, node, node.count &- 1)
            block = node.child(node.count &- 1)
        }
        return TreeCursor(path: path, height: height, leaf: last, index: last.count, place: last.limit)
    }

    /// The element at a position, 0...count.
    func cursor(at position: Int) -> TreeCursor {
        precondition(position >= 0 && position <= count)
        // What the nodes say of the leaves at the edges may be behind the times.
        if position < first.count {
            var cursor = start()
            cursor.index = position
            cursor.place = first.place(of: position)
            return cursor
        }
        let lastStart = count &- last.count
        if position >= lastStart {
            var cursor = end()
            cursor.index = position &- lastStart
            cursor.place = last.place(of: cursor.index)
            return cursor
        }
        var path = TreePath()
        var block = root
        var rest = position &- frontPending
        for depth in 0..<height {
            let node = TreeNode(block)
            var index = 0
            let lastIndex = node.count &- 1
            while index < lastIndex {
                let below = node.below(index)
                if rest < below { break }
                rest &-= below
                index &+= 1
            }
            path.set(depth, node, index)
            block = node.child(index)
        }
        let leaf = TreeLeaf(block)
        leaf.prefetch()
        return TreeCursor(path: path, height: height, leaf: leaf, index: rest, place: leaf.place(of: rest))
    }

    /// The element at a position, 0..<count.
    func entry(at position: Int) -> PackedEntry { cursor(at: position).entry }

    /// How many elements lie before a cursor.
    func position(of cursor: TreeCursor) -> Int {
        if cursor.leaf == first { return cursor.index }
        if cursor.leaf == last { return count &- last.count &+ cursor.index }
        var position = cursor.index &+ frontPending
        for depth in 0..<height { position &+= cursor.path.node(depth).sum(0..<cursor.path.index(depth)) }
        return position
    }

    /// How many blocks the tree has.
    /// - Complexity: O(nodes).
    var shape: (leaves: Int, nodes: Int) { shape(root, levels: height) }

    private func shape(_ block: Address, levels: Int) -> (leaves: Int, nodes: Int) {
        if levels == 0 { return (1, 0) }
        let node = TreeNode(block)
        if levels == 1 { return (node.count, 1) }
        var total = (leaves: 0, nodes: 1)
        for index in 0..<node.count {
            let below = shape(node.child(index), levels: levels - 1)
            total = (total.leaves + below.leaves, total.nodes + below.nodes)
        }
        return total
    }

    // MARK: By order

    /// The first element that is not before a place in the order; the end if all are.
    /// - Parameter prefix: the place's own: elements of a lower one are before it, those of a higher one are not.
    /// - Parameter isBefore: asked of elements with the same prefix: true for the first of them up to the place.
    @inline(__always)
    func lowerBound(_ prefix: UInt64, isBefore: (RawSpan) -> Bool) -> TreeCursor {
        var path = TreePath()
        var block = root
        for depth in 0..<height {
            let node = TreeNode(block)
            let index = childIndex(node, height &- depth &- 1, prefix, isBefore)
            path.set(depth, node, index)
            block = node.child(index)
        }
        let leaf = TreeLeaf(block)
        leaf.prefetch()
        var cursor = TreeCursor(path: path, height: height, leaf: leaf, index: 0, place: leaf.first)
        let limit = leaf.limit
        while cursor.place != limit {
            let entry = Packed.entry(at: cursor.place)
            if !Self.precedes(entry, prefix, isBefore) { return cursor }
            cursor.place = entry.end
            cursor.index &+= 1
        }
        if leaf != last { cursor.moveToNextLeaf() }
        return cursor
    }

    /// The last child whose first element is before the place, or the first child.
    @inline(__always)
    private func childIndex(
        _ node: TreeNode, _ levels: Int, _ prefix: UInt64, _ isBefore: (RawSpan) -> Bool
    ) -> Int {
        var index = 0
        var count = node.count
        while count > 1 {
            let half = count &>> 1
            let separator = node.separator(index &+ half)
            let precedes =
                separator == prefix
                ? Self.precedes(Self.firstEntry(below: node.child(index &+ half), levels), prefix, isBefore)
                : separator < prefix
            if precedes { index &+= half }
            count = precedes ? count &- half : half
        }
        return index
    }

    @inline(__always)
    private static func precedes(_ entry: PackedEntry, _ prefix: UInt64, _ isBefore: (RawSpan) -> Bool) -> Bool {
        let own = Order.prefix(of: entry.bytes)
        return own == prefix ? isBefore(entry.bytes) : own < prefix
    }

    /// The first entry below a block that has so many levels of nodes.
    private static func firstEntry(below block: Address, _ levels: Int) -> PackedEntry {
        var block = block
        for _ in 0..<levels { block = TreeNode(block).child(0) }
        return Packed.entry(at: TreeLeaf(block).first)
    }

    /// The first element that is not before `key`.
    func lowerBound(of key: RawSpan) -> TreeCursor {
        lowerBound(Order.prefix(of: key)) { Order.compare($0, key) < 0 }
    }

    /// The first element that comes after `key`.
    func upperBound(of key: RawSpan) -> TreeCursor {
        lowerBound(Order.prefix(of: key)) { Order.compare($0, key) <= 0 }
    }

    /// The first element that is equal to `key`.
    func find(_ key: RawSpan) -> TreeCursor? {
        let cursor = lowerBound(of: key)
        return !cursor.isAtEnd && Order.compare(cursor.entry.bytes, key) == 0 ? cursor : nil
    }
}
