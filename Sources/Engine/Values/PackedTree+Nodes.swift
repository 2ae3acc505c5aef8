// The inner nodes of a packed tree: a child comes, a child goes.

extension PackedTree {
    private static var childStep: Int { 8 }

    /// A node with room for `room` children.
    private mutating func allocateNode(_ room: Int) -> TreeNode {
        let capacity = min(Order.childCountMax, (room &+ Self.childStep &- 1) / Self.childStep &* Self.childStep)
        let node = TreeNode(heap.allocate(TreeNode.headerSize &+ capacity &* 8 &* Self.columns))
        node.count = 0
        node.capacity = capacity
        return node
    }

    /// Moves the node at `depth` of the path to a block for `room` children.
    private mutating func resizeNode(on path: inout TreePath, depth: Int, to room: Int) -> TreeNode {
        let old = path.node(depth)
        let node = allocateNode(room)
        node.insert(0..<old.count, of: old, at: 0, columns: Self.columns)
        replaceBlock(on: &path, depth: depth, with: node.block)
        heap.free(old.block)
        return node
    }

    /// Adds a child before or after the path's one at `depth`; at depth -1, a root above the old one. What it counts
    /// is counted above `depth`, but not yet at it or, for a half of what was there, no more beside it.
    mutating func insertChild(_ child: TreeChild, beside path: inout TreePath, depth: Int, isAfter: Bool) {
        guard depth >= 0 else { return growRoot(child, isAfter: isAfter) }
        var node = path.node(depth)
        let index = path.index(depth) &+ (isAfter ? 1 : 0)
        if node.count < Order.childCountMax {
            if node.count == node.capacity { node = resizeNode(on: &path, depth: depth, to: node.count &+ 1) }
            node.insert(child, at: index, columns: Self.columns)
        } else if index == node.count && isEdge(path, depth, isLast: true)
            || index == 0 && isEdge(path, depth, isLast: false)
        {
            let fresh = allocateNode(1)
            fresh.insert(child, at: 0, columns: Self.columns)
            insertNode(fresh, child.below, beside: &path, depth: depth, isAfter: isAfter)
        } else {
            let kept = node.count / 2
            let right = allocateNode(node.count &- kept &+ 1)
            right.insert(kept..<node.count, of: node, at: 0, columns: Self.columns)
            node.remove(kept..<node.count, columns: Self.columns)
            node = resizeNode(on: &path, depth: depth, to: kept &+ 1)
            if index <= kept {
                node.insert(child, at: index, columns: Self.columns)
            } else {
                right.insert(child, at: index &- kept, columns: Self.columns)
            }
            insertNode(right, right.sum(0..<right.count), beside: &path, depth: depth, isAfter: true)
        }
    }

    /// Adds a node beside the one at `depth`, whose parent counts the elements of both.
    private mutating func insertNode(
        _ node: TreeNode, _ below: Int, beside path: inout TreePath, depth: Int, isAfter: Bool
    ) {
        if depth > 0 {
            let parent = path.node(depth &- 1)
            parent.add(-below, below: path.index(depth &- 1))
            if Order.isSorted, !isAfter { parent.setSeparator(path.index(depth &- 1), path.node(depth).separator(0)) }
        }
        let separator = Order.isSorted ? node.separator(0) : 0
        insertChild(
            TreeChild(block: node.block, below: below, separator: separator), beside: &path, depth: depth &- 1,
            isAfter: isAfter)
    }

    /// Whether the node at `depth` is the last, or the first, of its level.
    private func isEdge(_ path: TreePath, _ depth: Int, isLast: Bool) -> Bool {
        for above in 0..<depth
        where path.index(above) != (isLast ? path.node(above).count &- 1 : 0) { return false }
        return true
    }

    private mutating func growRoot(_ child: TreeChild, isAfter: Bool) {
        precondition(height < TreePath.depthMax)
        let node = allocateNode(2)
        var separator: UInt64 = 0
        if Order.isSorted {
            separator =
                height > 0
                ? TreeNode(root).separator(0) : Order.prefix(of: Packed.entry(at: TreeLeaf(root).first).bytes)
        }
        node.insert(
            TreeChild(block: root, below: count &- child.below, separator: separator), at: 0, columns: Self.columns)
        node.insert(child, at: isAfter ? 1 : 0, columns: Self.columns)
        root = node.block
        height &+= 1
    }

    /// Takes a child, freed or empty, out of the node at `depth`, and keeps nodes from becoming too small.
    mutating func removeChild(_ index: Int, on path: inout TreePath, depth: Int) {
        removeChildren(index..<(index &+ 1), on: &path, depth: depth)
    }

    /// As above, of several.
    mutating func removeChildren(_ range: Range<Int>, on path: inout TreePath, depth: Int) {
        let node = path.node(depth)
        node.remove(range, columns: Self.columns)
        if depth == 0 {
            shrinkRoot()
        } else if node.count == 0 {
            heap.free(node.block)
            removeChild(path.index(depth &- 1), on: &path, depth: depth &- 1)
        } else if node.count < Self.childCountMin {
            mendNode(on: &path, depth: depth)
        }
    }

    private mutating func shrinkRoot() {
        while height > 0, TreeNode(root).count == 1 {
            let child = TreeNode(root).child(0)
            heap.free(root)
            root = child
            height &-= 1
        }
    }

    /// Joins the node at `depth` with a neighbour, or takes some of its children.
    private mutating func mendNode(on path: inout TreePath, depth: Int) {
        let parent = path.node(depth &- 1)
        guard parent.count > 1 else { return }
        let index = path.index(depth &- 1)
        let leftIndex = index &+ 1 < parent.count ? index : index &- 1
        path.set(depth &- 1, parent, leftIndex)
        var left = TreeNode(parent.child(leftIndex))
        var right = TreeNode(parent.child(leftIndex &+ 1))
        let total = left.count &+ right.count
        if total <= Self.joinedChildCountMax {
            path.set(depth, left, 0)
            if left.capacity < total { left = resizeNode(on: &path, depth: depth, to: total) }
            left.insert(0..<right.count, of: right, at: left.count, columns: Self.columns)
            parent.add(parent.below(leftIndex &+ 1), below: leftIndex)
            heap.free(right.block)
            removeChild(leftIndex &+ 1, on: &path, depth: depth &- 1)
            return
        }
        let isForward = left.count > right.count
        let moved = (max(left.count, right.count) &- min(left.count, right.count)) / 2
        let range = isForward ? (left.count &- moved)..<left.count : 0..<moved
        let below = (isForward ? left : right).sum(range)
        let target = isForward ? right : left
        if target.capacity < target.count &+ moved {
            path.set(depth &- 1, parent, isForward ? leftIndex &+ 1 : leftIndex)
            path.set(depth, target, 0)
            let larger = resizeNode(on: &path, depth: depth, to: target.count &+ moved)
            if isForward { right = larger } else { left = larger }
        }
        if isForward {
            right.insert(range, of: left, at: 0, columns: Self.columns)
            left.remove(range, columns: Self.columns)
        } else {
            left.insert(range, of: right, at: left.count, columns: Self.columns)
            right.remove(range, columns: Self.columns)
        }
        parent.add(isForward ? -below : below, below: leftIndex)
        parent.add(isForward ? below : -below, below: leftIndex &+ 1)
        if Order.isSorted { parent.setSeparator(leftIndex &+ 1, right.separator(0)) }
    }
}
