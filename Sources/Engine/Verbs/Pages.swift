// Moving a page from one size class to another because somebody asked for it.

import Base

/// Who has a page, or shall have it.
public enum PagePlace: Sendable, Equatable {
    /// A `SizeClassUse.classIndex` that has slots: less than `Engine.sizeClassCount`.
    case sizeClass(Int)
    /// Pages that no class has.
    case stock
    /// As a source: the class with the most bytes in free slots.
    case anyClass
}

public enum PageMoveOutcome: Sendable {
    case moved
    /// The source has fewer than two pages, or what lies in them may neither move nor be evicted.
    case noSparePage
    /// A flushed database is being freed: its pages come free by themselves.
    case busy
}

extension EngineHandle {
    /// Empties a page of one size class and gives it to another: its items move to other pages of their class, and
    /// those that find no room there are evicted. A target that does not use its page loses it to whoever needs one.
    /// Source: memcached "slabs reassign".
    public mutating func movePage(from source: PagePlace, to target: PagePlace) -> PageMoveOutcome {
        let targetIndex = classIndex(of: target)
        let start = random.next(below: shardCount)
        if source == .stock {
            guard let targetIndex, unsafe state.pointee.pool.pointee.sparePageCount > 0 else { return .noSparePage }
            var isTaken = false
            _ = unsafe lockedIfSafe(at: start) { _, shard in
                isTaken = unsafe shard.pointee.arena.addPage(targetIndex, force: false) != nil
            }
            return isTaken ? .moved : .noSparePage
        }
        guard let sourceIndex = classIndex(of: source) ?? classToThin(except: targetIndex),
            pageCount(ofClass: sourceIndex) >= 2
        else { return .noSparePage }
        let context = evictionContext
        var outcome = PageMoveOutcome.noSparePage
        for step in 0..<shardCount {
            _ = unsafe lockedIfSafe(at: (start + step) & (shardCount - 1)) { handle, shard in
                if unsafe !shard.pointee.graveyard.isEmpty {
                    outcome = .busy
                } else if let moved = unsafe shard.pointee.emptyPage(ofClass: sourceIndex, context) {
                    handle.counters.add(.pagesCompacted)
                    handle.counters.add(.itemsMoved, moved)
                    if let targetIndex { unsafe shard.pointee.arena.addPage(targetIndex, force: false) }
                    outcome = .moved
                }
            }
            if case .moved = outcome { break }
        }
        return outcome
    }

    /// From 0; nil for what is no class.
    private func classIndex(of place: PagePlace) -> Int? {
        guard case .sizeClass(let index) = place else { return nil }
        precondition(index >= 1 && index <= (unsafe state.pointee.sizeClasses.count))
        return index - 1
    }

    private mutating func pageCount(ofClass index: Int) -> Int {
        var total = 0
        for shard in 0..<shardCount {
            _ = unsafe lockedIfSafe(at: shard) { _, shard in
                total += unsafe shard.pointee.arena.classes[index].pageCount
            }
        }
        return total
    }

    /// The class with the most bytes in free slots among those with two pages or more.
    private mutating func classToThin(except target: Int?) -> Int? {
        let classes = unsafe state.pointee.sizeClasses
        var pages = [Int](repeating: 0, count: classes.count)
        var free = pages
        for index in 0..<shardCount {
            _ = unsafe lockedIfSafe(at: index) { _, shard in
                for index in 0..<classes.count {
                    pages[index] += unsafe shard.pointee.arena.classes[index].pageCount
                    free[index] += (unsafe shard.pointee.arena.classes[index].freeSlots) * classes.slotSize(index)
                }
            }
        }
        return (0..<classes.count).filter { $0 != target && pages[$0] >= 2 }.max { free[$0] < free[$1] }
    }
}

extension Shard {
    /// Empties the sparsest page of a class, evicting what has nowhere to go.
    /// - Returns: how many items moved, which may be none; nil if there is no page, or nothing may be evicted.
    mutating func emptyPage(ofClass classIndex: Int, _ context: EvictionContext) -> Int? {
        guard let page = arena.sparsestPage(ofClass: classIndex) else { return nil }
        let place = page.page
        let slotCount = page.slotCount
        let lacking = slotCount - (unsafe arena.classes[classIndex].freeSlots)
        if lacking > 0 && context.ranking.policy == .noEviction { return nil }
        let pagesBefore = unsafe arena.classes[classIndex].pageCount
        for index in 0..<page.bump {
            // With its last item the page itself goes.
            if unsafe arena.classes[classIndex].pageCount < pagesBefore { return 0 }
            if unsafe arena.classes[classIndex].freeSlots >= slotCount { break }
            let item = Item(place + (PageHeader.size + index * arena.sizeClasses.slotSize(classIndex)))
            if !item.isFree { evict(item, context) }
        }
        if unsafe arena.classes[classIndex].pageCount < pagesBefore { return 0 }
        return evacuate(page, hasher: context.hasher)
    }
}
