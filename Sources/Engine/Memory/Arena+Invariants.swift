// What must hold of an arena between any two calls, in words. For tests, and the figures that statistics want.

extension Arena {
    /// Bytes in slots that hold an item.
    var usedSize: Int {
        var total = 0
        for index in 0..<sizeClasses.count {
            total += (unsafe classes[index].usedSlots) * sizeClasses.slotSize(index)
        }
        return total
    }

    var usedSlotCount: Int {
        var total = 0
        for index in 0..<sizeClasses.count { total += unsafe classes[index].usedSlots }
        return total
    }

    func checkInvariants(fail: (String) -> Void) {
        var pages = 0
        var free = 0
        for classIndex in 0..<sizeClasses.count {
            let state = unsafe classes[classIndex]
            var used = 0
            var classPages = 0
            for list in 0...Self.fullList {
                var bits = state.lists[list]
                var previous: UInt = 0
                while let address = Address(bits: bits) {
                    let page = PageHeader(address)
                    checkPage(page, classIndex, list, fail)
                    if page.previous != previous { fail("a page's back link is wrong") }
                    previous = bits
                    used += page.used
                    classPages += 1
                    bits = page.next
                }
            }
            if used != state.usedSlots { fail("class \(classIndex): \(used) slots used, says \(state.usedSlots)") }
            if classPages != state.pageCount { fail("class \(classIndex): \(classPages) pages, says \(state.pageCount)") }
            checkSizes(classIndex, state, fail)
            let slots = classPages * sizeClasses.slotsPerPage(classIndex)
            if slots - used != state.freeSlots { fail("class \(classIndex): free slots are miscounted") }
            let bit = classIndex < 64 ? evacuable.low >> UInt64(classIndex) : evacuable.high >> UInt64(classIndex - 64)
            let mayEvacuate = classPages > 0 && state.freeSlots >= sizeClasses.slotsPerPage(classIndex)
            if (bit & 1 == 1) != mayEvacuate { fail("class \(classIndex): the evacuable bit is wrong") }
            pages += classPages
            free += state.freeSlots * sizeClasses.slotSize(classIndex)
        }
        if pages != pageCount { fail("\(pages) pages, the arena says \(pageCount)") }
        if free != freeSize { fail("\(free) bytes free, the arena says \(freeSize)") }
    }

    private func checkSizes(_ classIndex: Int, _ state: SizeClassState, _ fail: (String) -> Void) {
        var requested = 0
        var large = 0
        eachItem(ofClass: classIndex) { item in
            requested += item.size
            if item.fields.contains(.shared) { large += 1 }
            if sizeClasses.classIndex(for: item.size) != classIndex { fail("an item of \(item.size) bytes is in class \(classIndex)") }
        }
        if requested != state.requestedSize { fail("class \(classIndex): \(requested) bytes, says \(state.requestedSize)") }
        if large != state.largeItems { fail("class \(classIndex): \(large) large items, says \(state.largeItems)") }
    }

    private func checkPage(_ page: PageHeader, _ classIndex: Int, _ list: Int, _ fail: (String) -> Void) {
        if page.classIndex != classIndex { fail("a page is in another class's list") }
        if page.list != list { fail("a page is in another list than it says") }
        let belongs = page.used == page.slotCount ? Self.fullList : page.used * 4 / page.slotCount
        if belongs != list { fail("a page with \(page.used) of \(page.slotCount) slots is in list \(list)") }
        var live = 0
        for index in 0..<page.bump where !Item(page.slot(index)).isFree { live += 1 }
        if live != page.used { fail("a page has \(live) live slots and says \(page.used)") }
    }
}
