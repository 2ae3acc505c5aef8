// stats items and stats slabs, told by the engine's size classes, so that memcached-tool and exporters work.

import Base
import Engine

extension MemcachedSession {
    /// Items of a class that ages and shares are told from. All of them, if there are no more.
    private static var sampledItemCount: Int { 2048 }

    func appendItems(_ output: inout OutputBuffer) {
        let samples = frontEnd.engine.sampleSizeClasses(Self.sampledItemCount, now: now)
        for use in frontEnd.engine.sizeClasses() where use.itemCount > 0 {
            appendItems(use, samples[use.classIndex - 1], &output)
        }
    }

    private func appendItems(_ use: SizeClassUse, _ sample: SizeClassSample, _ output: inout OutputBuffer) {
        func row(_ name: String, _ value: Int) { self.row("items:\(use.classIndex):" + name, value, &output) }
        // LRU weighs items by how often they were read, as memcached's segments do by moving them. So: cold was never
        // read, hot was read once, warm was read again.
        let hot = Self.share(of: sample.readOnce.count, sample, use)
        let warm = Self.share(of: sample.readAgain.count, sample, use)
        row("number", use.itemCount)
        row("number_hot", hot)
        row("number_warm", warm)
        row("number_cold", max(0, use.itemCount - hot - warm))
        row("age_hot", Int(sample.readOnce.idleMillisecondsMax) / 1000)
        row("age_warm", Int(sample.readAgain.idleMillisecondsMax) / 1000)
        row("age", Int(sample.idleMillisecondsMax) / 1000)
        row("mem_requested", use.requested)
        row("evicted", use.evicted)
        row("evicted_nonzero", use.evictedExpiring)
        row("evicted_time", Int(use.lastEvictedIdleMilliseconds) / 1000)
        row("outofmemory", use.outOfMemory)
        row("tailrepairs", 0)
        row("reclaimed", use.reclaimed - use.reclaimedByWalk)
        row("expired_unfetched", use.expiredUnfetched)
        row("evicted_unfetched", use.evictedUnfetched)
        row("evicted_active", use.evictedActive)
        row("crawler_reclaimed", use.reclaimedByWalk)
        // Walks and moves have no class here.
        for name in [
            "crawler_items_checked", "lrutail_reflocked", "moves_to_cold", "moves_to_warm", "moves_within_lru",
            "direct_reclaims", "hits_to_hot", "hits_to_warm",
        ] { row(name, 0) }
        // Hits are not told apart by grade: that would cost every one of them.
        row("hits_to_cold", frontEnd.classCounters.total(.getHits, of: use.classIndex - 1))
        row("hits_to_temp", 0)
    }

    /// The items of a class that a count in its sample stands for.
    private static func share(of count: Int, _ sample: SizeClassSample, _ use: SizeClassUse) -> Int {
        if sample.count == 0 { return 0 }
        if sample.count >= use.itemCount { return min(count, use.itemCount) }
        return use.itemCount * count / sample.count
    }

    func appendSlabs(_ output: inout OutputBuffer) {
        // An empty class may have no page left, and still tells of what was counted there.
        let uses = frontEnd.engine.sizeClasses(withEmpty: true).filter { use in
            use.pageCount > 0 || use.itemCount > 0
                || Self.classRows.contains { frontEnd.classCounters.total($0.1, of: use.classIndex - 1) > 0 }
        }
        for use in uses {
            func row(_ name: String, _ value: Int) { self.row("\(use.classIndex):" + name, value, &output) }
            // A large value has a block of its own: the mean size stands for a slot's.
            let isLarge = use.slotSize == 0
            row("chunk_size", isLarge ? use.requested / max(1, use.itemCount) : use.slotSize)
            row("chunks_per_page", isLarge ? 1 : use.slotsPerPage)
            row("total_pages", isLarge ? use.itemCount : use.pageCount)
            row("total_chunks", isLarge ? use.itemCount : use.usedSlots + use.freeSlots)
            row("used_chunks", isLarge ? use.itemCount : use.usedSlots)
            row("free_chunks", use.freeSlots)
            row("free_chunks_end", 0)
            for (name, counter) in Self.classRows {
                row(name, frontEnd.classCounters.total(counter, of: use.classIndex - 1))
            }
        }
        row("active_slabs", uses.count, &output)
        row("total_malloced", frontEnd.engine.memory().used, &output)
    }

    private static var classRows: [(String, ClassCounter)] {
        [
            ("get_hits", .getHits), ("cmd_set", .cmdSet), ("delete_hits", .deleteHits), ("incr_hits", .incrHits),
            ("decr_hits", .decrHits), ("cas_hits", .casHits), ("cas_badval", .casBadValue),
            ("touch_hits", .touchHits),
        ]
    }
}
