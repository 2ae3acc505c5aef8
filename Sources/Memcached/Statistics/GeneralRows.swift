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
    private func total(_ counter: ClassCounter) -> Int { frontEnd.classCounters.total(counter) }

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
        let getHits = total(.getHits)
        row("cmd_get", getHits + total(.getMisses), &output)
        row("cmd_set", total(.cmdSet), &output)
        row("cmd_flush", total(.cmdFlush), &output)
        row("cmd_touch", total(.cmdTouch), &output)
        row("cmd_meta", total(.cmdMeta), &output)
        row("get_hits", getHits, &output)
        row("get_misses", total(.getMisses), &output)
        // Asked for in any way, as memcached counts it, and through either door.
        row("get_expired", frontEnd.engine.counters.total(.expiredOnAccess), &output)
        // A flush takes everything out at once, so that no request ever finds a flushed item.
        row("get_flushed", 0, &output)
        row("delete_misses", total(.deleteMisses), &output)
        row("delete_hits", total(.deleteHits), &output)
        row("incr_misses", total(.incrMisses), &output)
        row("incr_hits", total(.incrHits), &output)
        row("decr_misses", total(.decrMisses), &output)
        row("decr_hits", total(.decrHits), &output)
        row("cas_misses", total(.casMisses), &output)
        row("cas_hits", total(.casHits), &output)
        row("cas_badval", total(.casBadValue), &output)
        row("touch_hits", total(.touchHits), &output)
        row("touch_misses", total(.touchMisses), &output)
        row("store_too_large", total(.storeTooLarge), &output)
        row("store_no_memory", total(.storeNoMemory), &output)
        row("auth_cmds", total(.authCommands), &output)
        row("auth_errors", total(.authErrors), &output)
        if facts.idleTimeoutSeconds > 0 { row("idle_kicks", facts.idleKicks, &output) }
    }

    private func appendServer(_ facts: MemcachedFacts, _ output: inout OutputBuffer) {
        let memory = frontEnd.engine.memory()
        row("bytes_read", facts.bytesRead, &output)
        row("bytes_written", facts.bytesWritten, &output)
        row("limit_maxbytes", memory.limit, &output)
        row("accepting_conns", facts.isAccepting ? 1 : 0, &output)
        row("listen_disabled_num", facts.acceptPauses, &output)
        row("time_in_listen_disabled_us", facts.acceptPauseMicroseconds, &output)
        row("threads", frontEnd.settings.workerCount, &output)
        row("conn_yields", total(.yields), &output)
        // The table is a directory of small segments; memcached's would have this many bits with as many bytes.
        row("hash_power_level", max(1, memory.index / 8).lastBit, &output)
        row("hash_bytes", memory.index, &output)
        row("hash_is_expanding", 0, &output)
        let engine = frontEnd.engine.counters
        row("slab_reassign_rescues", engine.total(.itemsMoved), &output)
        // Pages are emptied in one step under their shard's lock: nothing is ever found busy or half done.
        for name in [
            "slab_reassign_chunk_rescues", "slab_reassign_inline_reclaim", "slab_reassign_busy_items",
            "slab_reassign_busy_deletes", "slab_reassign_busy_nomem", "slab_reassign_last_busy_status",
            "slab_reassign_running",
        ] { row(name, 0, &output) }
        row("slabs_moved", engine.total(.pagesCompacted), &output)
        row("lru_crawler_running", frontEnd.crawler.isRunning ? 1 : 0, &output)
        row("lru_crawler_starts", frontEnd.crawler.startCount, &output)
        for name in [
            "lru_maintainer_juggles", "malloc_fails",
        ] { row(name, 0, &output) }
        let watch = frontEnd.hub.counts
        row("log_worker_dropped", watch.dropped, &output)
        row("log_worker_written", watch.written, &output)
        row("log_watcher_skipped", watch.skipped, &output)
        row("log_watcher_sent", watch.sent, &output)
        row("log_watchers", watch.watchers, &output)
        if let tls = facts.tls { appendTLS(tls, &output) }
        for (name, value) in facts.migration { row(name, value, &output) }
        for name in ["unexpected_napi_ids", "round_robin_fallback"] { row(name, 0, &output) }
    }

    private func appendTLS(_ tls: MemcachedTLSFacts, _ output: inout OutputBuffer) {
        if tls.cachesSessions { row("ssl_new_sessions", tls.newSessions, &output) }
        row("ssl_handshake_errors", tls.handshakeErrors, &output)
        row("ssl_proto_errors", tls.protocolErrors, &output)
        row("time_since_server_cert_refresh", tls.secondsSinceRefresh, &output)
    }

    private func appendKeyspace(_ output: inout OutputBuffer) {
        let counters = frontEnd.engine.counters
        let memory = frontEnd.engine.memory()
        row("bytes", memory.items, &output)
        row("curr_items", engine.itemCount(in: database), &output)
        row("total_items", counters.total(.itemsStored), &output)
        row("slab_global_page_pool", memory.sparePageCount, &output)
        row("expired_unfetched", counters.total(.expiredUnfetched), &output)
        row("evicted_unfetched", counters.total(.evictedUnfetched), &output)
        row("evicted_active", counters.total(.evictedActive), &output)
        row("evictions", counters.total(.evicted), &output)
        let walked = counters.total(.expiryReclaimed)
        row("reclaimed", max(0, counters.total(.expired) - walked), &output)
        row("crawler_reclaimed", walked, &output)
        row("crawler_items_checked", counters.total(.expiryChecked), &output)
        // Candidates are sampled where they lie: there are no queues to move between.
        for name in ["lrutail_reflocked", "moves_to_cold", "moves_to_warm", "moves_within_lru"] {
            row(name, 0, &output)
        }
        row("direct_reclaims", counters.total(.endedForRoom), &output)
        row("lru_bumps_dropped", 0, &output)
    }
}

extension Int {
    /// The place of the highest bit that is set, in a positive number.
    fileprivate var lastBit: Int { Int.bitWidth - 1 - leadingZeroBitCount }
}
