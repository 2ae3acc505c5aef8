// What must hold of a tree between any two calls, in words. For tests.

import Base

extension PackedTree {
    /// Calls `fail` with a sentence for each broken invariant.
    func checkInvariants(fail: (String) -> Void) {
        guard height >= 0 else {
            if heap.size != 0 { fail("\(heap.size) bytes are left at the end") }
            return
        }
        var state = CheckState()
        let total = check(root, levels: height, atFront: true, atBack: true, least: 0, &state, fail)
        if total != count { fail("counted \(total) elements, the tree says \(count)") }
        if state.size != heap.size { fail("counted \(state.size) bytes, the heap says \(heap.size)") }
        if state.first != first { fail("the first leaf is another one") }
        if state.last != last { fail("the last leaf is another one") }
        if height == 0, frontPending != 0 || backPending != 0 { fail("a leaf alone has nodes to tell") }
        if height > 0, TreeNode(root).count < 2 { fail("a root with one child") }
    }

    private struct CheckState {
        var size = 0
        var first: TreeLeaf?
        var last: TreeLeaf?
        var previous: PackedEntry?
    }

    private func check(
        _ block: Address, levels: Int, atFront: Bool, atBack: Bool, least: UInt64, _ state: inout CheckState,
        _ fail: (String) -> Void
    ) -> Int {
        state.size += Heap.capacity(of: block) + 8
        if levels == 0 { return check(TreeLeaf(block), least, &state, fail) }
        let node = TreeNode(block)
        if node.count == 0 || node.count > node.capacity || node.capacity > Order.childCountMax {
            fail("a node of \(node.count) children in room for \(node.capacity)")
        }
        var total = 0
        for index in 0..<node.count {
            let separator = Order.isSorted ? node.separator(index) : 0
            if separator < least { fail("a child's separator is below its node's") }
            if Order.isSorted, let previous = state.previous, Order.prefix(of: previous.bytes) > separator {
                fail("an element is above the separator behind it")
            }
            let isFirst = atFront && index == 0
            let isLast = atBack && index == node.count - 1
            let found = check(
                node.child(index), levels: levels - 1, atFront: isFirst, atBack: isLast, least: separator, &state, fail)
            let below = node.below(index) + (isFirst ? frontPending : 0) + (isLast ? backPending : 0)
            if found != below { fail("\(found) elements below a child that counts \(below)") }
            total += found
        }
        return total
    }

    private func check(_ leaf: TreeLeaf, _ least: UInt64, _ state: inout CheckState, _ fail: (String) -> Void) -> Int {
        if state.first == nil { state.first = leaf }
        state.last = leaf
        let isInside = leaf.start >= TreeLeaf.headerSize && leaf.end <= leaf.capacity
        if !isInside || leaf.capacity > Heap.capacity(of: leaf.block) {
            fail("a run from \(leaf.start) to \(leaf.end) in a block of \(leaf.capacity)")
        }
        if height > 0, leaf.count == 0 { fail("an empty leaf") }
        if leaf.count > 1, leaf.used > Order.leafSizeMax { fail("a leaf of \(leaf.used) bytes") }
        var counted = 0
        var far = 0
        var place = leaf.first
        while place.bits < leaf.limit.bits {
            let entry = Packed.entry(at: place)
            if Packed.entry(before: entry.end).start != place { fail("an entry that is not read from behind") }
            if entry.isFar {
                far += 1
                state.size += Heap.capacity(of: entry.content) + 8
            }
            if Order.isSorted {
                if Order.prefix(of: entry.bytes) < least { fail("an element below its leaf's separator") }
                if let previous = state.previous, Order.compare(previous.bytes, entry.bytes) > 0 {
                    fail("two elements in the wrong order")
                }
            }
            state.previous = entry
            counted += 1
            place = entry.end
        }
        if place != leaf.limit { fail("the last entry ends beyond its run") }
        if counted != leaf.count { fail("counted \(counted) entries, the leaf says \(leaf.count)") }
        if far != leaf.farCount { fail("counted \(far) far entries, the leaf says \(leaf.farCount)") }
        return counted
    }
}
