// A place in a packed tree, and the way that led there.

import Base

/// The nodes from the root to a leaf, and which child was taken in each: an address and 16 bits of index above it.
@safe
struct TreePath {
    /// Were each node to have two children only, there would still be 4096 leaves; with real ones more than memory
    /// holds.
    static let depthMax = 12
    private static let addressMask: UInt64 = (1 << 48) - 1
    private var steps = InlineArray<12, UInt64>(repeating: 0)

    @inline(__always)
    func node(_ depth: Int) -> TreeNode {
        // SAFETY-relevant: only depths that were set are read.
        TreeNode(unsafe Address(bits: UInt(steps[depth] & Self.addressMask)).unsafelyUnwrapped)
    }
    @inline(__always)
    func index(_ depth: Int) -> Int { Int(truncatingIfNeeded: steps[depth] &>> 48) }
    @inline(__always)
    mutating func set(_ depth: Int, _ node: TreeNode, _ index: Int) {
        steps[depth] = UInt64(node.block.bits) | UInt64(truncatingIfNeeded: index) &<< 48
    }
}

/// An element of a tree, or the place behind the last: valid until the tree changes.
@safe
struct TreeCursor {
    var path: TreePath
    let height: Int
    var leaf: TreeLeaf
    /// The element's place among those of its leaf.
    var index: Int
    /// Where its entry lies; the end of the last leaf's run behind the last element.
    var place: Address

    @inline(__always) var isAtEnd: Bool { place == leaf.limit }
    /// The element; the cursor must not be at the end.
    @inline(__always) var entry: PackedEntry { Packed.entry(at: place) }

    /// Goes to the next element, or behind the last. Not from there.
    @inline(__always)
    mutating func moveForward() {
        place = Packed.entry(at: place).end
        index &+= 1
        if place == leaf.limit { moveToNextLeaf() }
    }

    /// Goes to the element before; false, and nothing is changed, at the first.
    @inline(__always)
    mutating func moveBack() -> Bool {
        if index == 0 {
            guard moveToPreviousLeaf() else { return false }
        }
        place = Packed.entry(before: place).start
        index &-= 1
        return true
    }

    /// From the end of a leaf to the start of the next, if there is one.
    @inline(never)
    mutating func moveToNextLeaf() {
        var depth = height &- 1
        while depth >= 0, path.index(depth) &+ 1 == path.node(depth).count { depth &-= 1 }
        guard depth >= 0 else { return }
        let node = path.node(depth)
        path.set(depth, node, path.index(depth) &+ 1)
        var block = node.child(path.index(depth))
        while depth &+ 1 < height {
            depth &+= 1
            path.set(depth, TreeNode(block), 0)
            block = TreeNode(block).child(0)
        }
        leaf = TreeLeaf(block)
        leaf.prefetch()
        index = 0
        place = leaf.first
    }

    /// From the start of a leaf to the end of the one before, if there is one.
    @inline(never)
    mutating func moveToPreviousLeaf() -> Bool {
        var depth = height &- 1
        while depth >= 0, path.index(depth) == 0 { depth &-= 1 }
        guard depth >= 0 else { return false }
        let node = path.node(depth)
        path.set(depth, node, path.index(depth) &- 1)
        var block = node.child(path.index(depth))
        while depth &+ 1 < height {
            depth &+= 1
            let node = TreeNode(block)
            path.set(depth, node, node.count &- 1)
            block = node.child(node.count &- 1)
        }
        leaf = TreeLeaf(block)
        leaf.prefetch()
        index = leaf.count
        place = leaf.limit
        return true
    }
}
