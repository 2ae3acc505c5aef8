// The leaves of a packed tree: taken, grown, cut in two, joined.

extension PackedTree {
    /// A leaf whose run of `used` bytes, the caller's to write, may grow to about `room`.
    /// - Parameter isAtEnd: the room is in front of the run, not behind it.
    static func allocateLeaf(_ used: Int, room: Int, isAtEnd: Bool = false, _ heap: inout Heap) -> TreeLeaf {
        let least = TreeLeaf.headerSize &+ max(used, min(room, Order.leafSizeMax))
        let asked = (least &+ 8 &+ leafStep &- 1) / leafStep &* leafStep &- 8
        let leaf = TreeLeaf(heap.allocate(asked))
        // Malloc may have given more. A leaf larger than others is to have one entry only: its size is exact.
        let most = max(least, TreeLeaf.headerSize &+ Order.leafSizeMax)
        leaf.reset(capacity: min(Heap.capacity(of: leaf.block), most))
        if isAtEnd { leaf.start = leaf.capacity &- used }
        leaf.end = leaf.start &+ used
        return leaf
    }

    /// Puts a block in the place of the one at this depth of the path: the leaf's is the height.
    mutating func replaceBlock(on path: inout TreePath, depth: Int, with block: Address) {
        if depth > 0 {
            path.node(depth &- 1).setChild(path.index(depth &- 1), block)
        } else {
            root = block
        }
        if depth < height { path.set(depth, TreeNode(block), path.index(depth)) }
    }

    /// Puts `leaf` into the place of another one, which is freed.
    mutating func replace(_ old: TreeLeaf, on path: inout TreePath, with leaf: TreeLeaf) {
        leaf.count = old.count
        leaf.farCount = old.farCount
        if old == first { first = leaf }
        if old == last { last = leaf }
        replaceBlock(on: &path, depth: height, with: leaf.block)
        heap.free(old.block)
    }

    /// Moves the cursor's leaf to a larger block, with a gap of `size` bytes at its place.
    mutating func grow(_ cursor: inout TreeCursor, by size: Int) {
        let old = cursor.leaf
        let before = Int(bitPattern: cursor.place.bits &- old.first.bits)
        let used = old.used &+ size
        // What grows at an edge grows on; a leaf inside will most probably be cut in two before it needs all.
        let isAtEdge = old == first && before == 0 || old == last && before == old.used
        let leaf = Self.allocateLeaf(
            used, room: isAtEdge ? used &* 2 : used, isAtEnd: before == 0 && old.count > 0, &heap)
        leaf.first.copy(from: old.first, count: before)
        cursor.place = leaf.first + before
        (cursor.place + size).copy(from: old.first + before, count: old.used &- before)
        cursor.leaf = leaf
        replace(old, on: &cursor.path, with: leaf)
    }

    /// Moves the cursor's leaf to a block of little more than it needs.
    mutating func trim(_ cursor: inout TreeCursor) {
        let old = cursor.leaf
        let offset = Int(bitPattern: cursor.place.bits &- old.first.bits)
        cursor.leaf = trim(old, on: &cursor.path)
        cursor.place = cursor.leaf.first + offset
    }

    private mutating func trim(_ old: TreeLeaf, on path: inout TreePath) -> TreeLeaf {
        let leaf = Self.allocateLeaf(old.used, room: old.used, &heap)
        leaf.first.copy(from: old.first, count: old.used)
        replace(old, on: &path, with: leaf)
        return leaf
    }

    /// Cuts the cursor's leaf, of two elements or more, in two of about the same size. The cursor is then invalid.
    mutating func split(_ cursor: inout TreeCursor) {
        let leaf = cursor.leaf
        let half = leaf.used / 2
        var entry = Packed.entry(at: leaf.first)
        var kept = 1
        // The entry across the middle goes to the side where it has more of itself, but one stays on each.
        while kept < leaf.count &- 1 {
            let next = Packed.entry(at: entry.end)
            let end = Int(bitPattern: next.start.bits &- leaf.first.bits)
            if end &+ next.size / 2 > half { break }
            entry = next
            kept &+= 1
        }
        let cut = entry.end
        let size = Int(bitPattern: leaf.limit.bits &- cut.bits)
        let right = Self.allocateLeaf(size, room: size, &heap)
        right.first.copy(from: cut, count: size)
        right.count = leaf.count &- kept
        right.farCount = leaf.countFar(from: cut, to: leaf.limit)
        leaf.end = leaf.end &- size
        leaf.count = kept
        leaf.farCount = leaf.farCount &- right.farCount
        if leaf == last { last = right }
        _ = trim(leaf, on: &cursor.path)
        if height > 0 { cursor.path.node(height &- 1).add(-right.count, below: cursor.path.index(height &- 1)) }
        let separator = Order.isSorted ? Order.prefix(of: Packed.entry(at: right.first).bytes) : 0
        insertChild(
            TreeChild(block: right.block, below: right.count, separator: separator),
            beside: &cursor.path, depth: height &- 1, isAfter: true)
    }

    /// Drops the cursor's leaf if it is empty, joins it with a neighbour or takes some of its elements if it is small.
    /// The cursor is then invalid.
    mutating func mend(_ cursor: inout TreeCursor) {
        let leaf = cursor.leaf
        let depth = height &- 1
        let node = cursor.path.node(depth)
        let index = cursor.path.index(depth)
        if leaf.used == 0 {
            if leaf == first { first = neighbor(of: cursor, isAfter: true) }
            if leaf == last { last = neighbor(of: cursor, isAfter: false) }
            heap.free(leaf.block)
            removeChild(index, on: &cursor.path, depth: depth)
            return
        }
        guard node.count > 1 else { return }
        let leftIndex = index &+ 1 < node.count ? index : index &- 1
        let left = TreeLeaf(node.child(leftIndex))
        let right = TreeLeaf(node.child(leftIndex &+ 1))
        if left.used &+ right.used > Self.joinedLeafSizeMax {
            share(left, right, on: &cursor.path, leftIndex)
        } else {
            join(left, right, on: &cursor.path, leftIndex)
        }
    }

    private func neighbor(of cursor: TreeCursor, isAfter: Bool) -> TreeLeaf {
        var other = cursor
        other.index = 0
        other.place = other.leaf.first
        if isAfter { other.moveToNextLeaf() } else { _ = other.moveToPreviousLeaf() }
        return other.leaf
    }

    /// Room for `size` bytes at one end of a leaf that is a child of the path's last node.
    private mutating func openEnd(
        of leaf: TreeLeaf, on path: inout TreePath, _ index: Int, _ size: Int, isFront: Bool
    ) -> (leaf: TreeLeaf, gap: Address) {
        if let gap = leaf.openGap(at: isFront ? leaf.first : leaf.limit, size) { return (leaf, gap) }
        path.set(height &- 1, path.node(height &- 1), index)
        var cursor = TreeCursor(
            path: path, height: height, leaf: leaf, index: 0, place: isFront ? leaf.first : leaf.limit)
        grow(&cursor, by: size)
        return (cursor.leaf, cursor.place)
    }

    private mutating func join(_ left: TreeLeaf, _ right: TreeLeaf, on path: inout TreePath, _ leftIndex: Int) {
        let node = path.node(height &- 1)
        let (joined, gap) = openEnd(of: left, on: &path, leftIndex, right.used, isFront: false)
        gap.copy(from: right.first, count: right.used)
        joined.count = joined.count &+ right.count
        joined.farCount = joined.farCount &+ right.farCount
        node.add(right.count, below: leftIndex)
        if right == last { last = joined }
        heap.free(right.block)
        removeChild(leftIndex &+ 1, on: &path, depth: height &- 1)
    }

    /// Moves elements from the larger of two leaves to the smaller, until they are about equal.
    private mutating func share(_ left: TreeLeaf, _ right: TreeLeaf, on path: inout TreePath, _ leftIndex: Int) {
        let node = path.node(height &- 1)
        let isForward = left.used > right.used
        let source = isForward ? left : right
        let wanted = (max(left.used, right.used) &- min(left.used, right.used)) / 2
        var size = 0
        var moved = 0
        var place = isForward ? left.limit : right.first
        while true {
            let entry = isForward ? Packed.entry(before: place) : Packed.entry(at: place)
            if size &+ entry.size > wanted { break }
            size &+= entry.size
            moved &+= 1
            place = isForward ? entry.start : entry.end
        }
        guard moved > 0 else { return }
        let run = isForward ? place : right.first
        let far = source.countFar(from: run, to: run + size)
        let (target, gap) = openEnd(
            of: isForward ? right : left, on: &path, isForward ? leftIndex &+ 1 : leftIndex, size, isFront: isForward)
        gap.copy(from: run, count: size)
        target.count = target.count &+ moved
        target.farCount = target.farCount &+ far
        source.count = source.count &- moved
        source.farCount = source.farCount &- far
        if isForward { source.end = source.end &- size } else { source.start = source.start &+ size }
        node.add(isForward ? -moved : moved, below: leftIndex)
        node.add(isForward ? moved : -moved, below: leftIndex &+ 1)
        if Order.isSorted {
            let first = TreeLeaf(node.child(leftIndex &+ 1)).first
            node.setSeparator(leftIndex &+ 1, Order.prefix(of: Packed.entry(at: first).bytes))
        }
    }
}
