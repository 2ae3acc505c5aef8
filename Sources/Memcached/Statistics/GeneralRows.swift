// The rows of plain `stats`, in memcached's order: scripts and exporters read them by name, people by place.

import Base
import Engine

extension MemcachedSession {
    func appendGeneral(_ output: inout OutputBuffer) {
        let facts = frontEnd.control.facts()
        appendProcess(facts, &output)
        appendCommands(facts, &output)
        appendServer(facts, &output)
        appendKeyspace(&output)
    }

    private func total(_ counter: MemcachedCounter) -> Int { frontEnd.counters.total(counter) }

    private func appendProcess(_ facts: MemcachedFacts, _ output: inout OutputBuffer) {
        row("pid", facts.processID, &output)
        row("uptime", facts.uptimeSeconds, &output)
        row("time", now.seconds, &output)
        row("version", MemcachedFrontEnd.emulatedVersion.description, &output)
        row("libevent", facts.libeventVersion, &output)
        row("pointer_size", Int.bitWidth, &output)
        row("rusage_user", Self.secondsText(facts.userMicroseconds), &output)
        row("rusage_system", Self.secondsText(facts.systemMicroseconds), &output)
        row("max_connections", facts.connectionCountMax, &output)
        row("curr_connections", facts.connectionCount, &output)
        row("total_connections", facts.connectionsAccepted, &output)
        row("rejected_connections", facts.connectionsRejected, &output)
        row("connection_structures", facts.connectionCount, &output)
        // Replies and input lie in each worker's own buffers here: there is nothing to count.
        for name in [
            "response_obj_oom", "response_obj_count", "response_obj_bytes", "read_buf_count",
            "read_buf_bytes",
            "read_buf_bytes_free", "read_buf_oom", "reserved_fds",
        ] { row(name, 0, &output) }
    }

    /// `seconds.microseconds`.
    private static func secondsText(_ microseconds: Int) -> String {
        let fraction = String(microseconds % 1_000_000)
        return "\(microseconds / 1_000_000)." + String(repeating: "0", count: 6 - fraction.count) + fraction
    }

    private func appendCommands(_ facts: MemcachedFacts, _ output: inout OutputBuffer) {
        row("cmd_get", total(.getHits) + total(.getMisses), &output)
        let counted: [(String, MemcachedCounter)] = [
            ("cmd_set", .cmdSet), ("cmd_flush", .cmdFlush), ("cmd_touch", .cmdTouch), ("cmd_meta", .cmdMeta),
            ("get_hits", .getHits), ("get_misses", .getMisses), ("get_expired", .getExpired),
        ]
        for (name, counter) in counted { row(name, total(counter), &output) }
        // A flush takes everything out at once, so that no request ever finds a flushed item.
        row("get_flushed", 0, &output)
        let outcomes: [(String, MemcachedCounter)] = [
            ("delete_misses", .deleteMisses), ("delete_hits", .deleteHits), ("incr_misses", .incrMisses),
            ("incr_hits", .incrHits), ("decr_misses", .decrMisses), ("decr_hits", .decrHits),
            ("cas_misses", .casMisses), ("cas_hits", .casHits), ("cas_badval", .casBadValue),
            ("touch_hits", .touchHits), ("touch_misses", .touchMisses), ("store_too_large", .storeTooLarge),
            ("store_no_memory", .storeNoMemory),
        ]
        for (name, counter) in outcomes { row(name, total(counter), &output) }
        row("auth_cmds", 0, &output)
        row("auth_errors", 0, &output)
        if facts.idleTimeoutSeconds > 0 { row("idle_kicks", facts.idleKicks, &output) }
    }

    private func appendServer(_ facts: MemcachedFacts, _ output: inout OutputBuffer) {
        let memory = frontEnd.engine.memory()
        row("bytes_read", facts.bytesRead, &output)
        row("bytes_written", facts.bytesWritten, &output)
        row("limit_maxbytes", memory.limit, &output)
        row("accepting_conns", facts.isAccepting ? 1 : 0, &output)
        row("listen_disabled_num", facts.acceptPauses, &output)
        row("time_in_listen_disabled_us", 0, &output)
        row("threads", frontEnd.settings.workerCount, &output)
        row("conn_yields", total(.yields), &output)
        // The table is a directory of small segments; its size as a power of two of buckets is the nearest
        // thing.
        let items = max(1, engine.itemCount(in: database))
        row("hash_power_level", Int.bitWidth - items.leadingZeroBitCount, &output)
        row("hash_bytes", memory.index, &output)
        row("hash_is_expanding", 0, &output)
        // No slab reassignment, crawler or log threads: rows for those who ask for them by name.
        for name in [
            "slab_reassign_rescues", "slab_reassign_chunk_rescues", "slab_reassign_inline_reclaim",
            "slab_reassign_busy_items", "slab_reassign_busy_deletes", "slab_reassign_busy_nomem",
            "slab_reassign_last_busy_status", "slab_reassign_running",
        ] { row(name, 0, &output) }
        row("slabs_moved", frontEnd.engine.counters.total(.pagesCompacted), &output)
        for name in [
            "lru_crawler_running", "lru_crawler_starts", "lru_maintainer_juggles", "malloc_fails",
            "log_worker_dropped", "log_worker_written", "log_watcher_skipped", "log_watcher_sent",
            "log_watchers",
            "unexpected_napi_ids", "round_robin_fallback",
        ] { row(name, 0, &output) }
    }

    private func appendKeyspace(_ output: inout OutputBuffer) {
        let counters = frontEnd.engine.counters
        let memory = frontEnd.engine.memory()
        row("bytes", memory.items, &output)
        row("curr_items", engine.itemCount(in: database), &output)
        row("total_items", counters.total(.itemsStored), &output)
        row("slab_global_page_pool", 0, &output)
        row("expired_unfetched", counters.total(.expiredUnfetched), &output)
        row("evicted_unfetched", counters.total(.evictedUnfetched), &output)
        row("evicted_active", 0, &output)
        row("evictions", counters.total(.evicted), &output)
        row("reclaimed", counters.total(.expired), &output)
        for name in [
            "crawler_reclaimed", "crawler_items_checked", "lrutail_reflocked", "moves_to_cold",
            "moves_to_warm",
            "moves_within_lru", "direct_reclaims", "lru_bumps_dropped",
        ] { row(name, 0, &output) }
    }
}
