// stats items and stats slabs, told by the engine's size classes, so that memcached-tool and exporters work.

import Base
import Engine

extension MemcachedSession {
    func appendItems(_ output: inout OutputBuffer) {
        let uses = sizeClassesWithSizes().filter { $0.use.usedSlots > 0 }
        for (use, usedSize) in uses {
            let prefix = "items:\(use.classIndex):"
            row(prefix + "number", use.usedSlots, &output)
            // One queue instead of three: everything is told as cold.
            row(prefix + "number_hot", 0, &output)
            row(prefix + "number_warm", 0, &output)
            row(prefix + "number_cold", use.usedSlots, &output)
            for name in ["age_hot", "age_warm", "age"] { row(prefix + name, 0, &output) }
            row(prefix + "mem_requested", usedSize, &output)
            row(prefix + "evicted", use.evicted, &output)
            row(prefix + "evicted_nonzero", 0, &output)
            row(prefix + "evicted_time", 0, &output)
            row(prefix + "outofmemory", use.outOfMemory, &output)
            row(prefix + "tailrepairs", 0, &output)
            row(prefix + "reclaimed", use.reclaimed, &output)
            row(prefix + "expired_unfetched", use.expiredUnfetched, &output)
            row(prefix + "evicted_unfetched", use.evictedUnfetched, &output)
            for name in [
                "evicted_active", "crawler_reclaimed", "crawler_items_checked", "lrutail_reflocked",
                "moves_to_cold", "moves_to_warm", "moves_within_lru", "direct_reclaims", "hits_to_hot",
                "hits_to_warm", "hits_to_cold", "hits_to_temp",
            ] { row(prefix + name, 0, &output) }
        }
    }

    /// The size classes, each with the bytes of its used slots; large values have what the slots do not.
    private func sizeClassesWithSizes() -> [(use: SizeClassUse, usedSize: Int)] {
        let uses = frontEnd.engine.sizeClasses().filter { $0.pageCount > 0 || $0.usedSlots > 0 }
        let slotted = uses.reduce(0) { $0 + $1.usedSlots * $1.slotSize }
        let shared = max(0, frontEnd.engine.memory().items - slotted)
        return uses.map { ($0, $0.slotSize == 0 ? shared : $0.usedSlots * $0.slotSize) }
    }

    func appendSlabs(_ output: inout OutputBuffer) {
        let uses = sizeClassesWithSizes()
        for (use, usedSize) in uses {
            let prefix = "\(use.classIndex):"
            // Shared values have a block of their own each: their mean size stands for a slot's.
            let isShared = use.slotSize == 0
            let slotSize = isShared ? usedSize / max(1, use.usedSlots) : use.slotSize
            row(prefix + "chunk_size", slotSize, &output)
            row(prefix + "chunks_per_page", isShared ? 1 : use.slotsPerPage, &output)
            row(prefix + "total_pages", isShared ? use.usedSlots : use.pageCount, &output)
            row(prefix + "total_chunks", use.usedSlots + use.freeSlots, &output)
            row(prefix + "used_chunks", use.usedSlots, &output)
            row(prefix + "free_chunks", use.freeSlots, &output)
            // Hits are counted for the whole keyspace, see plain `stats`.
            for name in [
                "free_chunks_end", "get_hits", "cmd_set", "delete_hits", "incr_hits", "decr_hits", "cas_hits",
                "cas_badval", "touch_hits",
            ] { row(prefix + name, 0, &output) }
        }
        row("active_slabs", uses.count, &output)
        row("total_malloced", frontEnd.engine.memory().used, &output)
    }
}
