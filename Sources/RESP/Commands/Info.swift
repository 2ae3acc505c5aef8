// INFO: only rows that are true of this server, by Redis' names and in Redis' order, for tools search the text.
// Source: Redis 7 command reference, INFO.

import Base
import Engine
import Synchronization
import Transport

extension RESPSession {
    func info(_ request: Request, _ output: inout OutputBuffer) {
        var wanted: Set<String> = []
        for index in 1..<max(1, request.count) { wanted.insert(request[index].copiedText().lowercased()) }
        let isAll = !wanted.isDisjoint(with: ["all", "everything"])
        let isDefault = wanted.isEmpty || wanted.contains("default")
        let text = InfoText(frontEnd, now: engine.now, engine) { title in
            isAll || wanted.contains(title.lowercased()) || isDefault && !InfoText.onlyIfAsked.contains(title)
        }
        output.appendVerbatim(text.text, version)
    }
}

/// The text of INFO as it grows, section by section.
struct InfoText {
    private(set) var text = ""
    private let frontEnd: RESPFrontEnd
    private let facts: ServerFacts
    private let now: Milliseconds

    init(_ frontEnd: RESPFrontEnd, now: Milliseconds, _ engine: EngineHandle, isWanted: (String) -> Bool) {
        self.frontEnd = frontEnd
        self.now = now
        facts = frontEnd.control.serverFacts()
        // The empty section of modules is for tools that look for its title.
        let sections: [(String, (inout InfoText) -> Void)] = [
            ("Server", { $0.server() }), ("Clients", { $0.clients() }), ("Memory", { $0.memory(engine) }),
            ("Persistence", { $0.persistence() }), ("Stats", { $0.statistics() }),
            ("Replication", { $0.replication() }), ("CPU", { $0.processor() }), ("Modules", { _ in }),
            ("Commandstats", { $0.commandStatistics(frontEnd.metering) }),
            ("Errorstats", { $0.errorStatistics(frontEnd.metering) }),
            ("Latencystats", { $0.latencyStatistics(frontEnd.metering) }),
            ("Cluster", { $0.row("cluster_enabled", 0) }), ("Keyspace", { $0.keyspace(engine) }),
        ]
        for (title, body) in sections where isWanted(title) {
            begin(title)
            body(&self)
        }
        for section in facts.sections where isWanted(section.title) {
            begin(section.title)
            for (name, value) in section.rows { row(name, value) }
        }
    }

    /// Long, so not in INFO without arguments.
    static let onlyIfAsked: Set<String> = ["Commandstats", "Latencystats"]

    private mutating func begin(_ title: String) {
        if !text.isEmpty { text += "\r\n" }
        text += "# \(title)\r\n"
    }

    mutating func row(_ name: String, _ value: some CustomStringConvertible) {
        text += "\(name):\(value)\r\n"
    }

    /// A row whose value may be unknown, and then is no row.
    private mutating func row(_ name: String, ifKnown value: (some CustomStringConvertible)?) {
        if let value { row(name, value) }
    }

    private mutating func server() {
        row("redis_version", facts.redisVersion)
        row("duet_version", ifKnown: facts.productVersion)
        row("redis_mode", "standalone")
        row("os", ifKnown: facts.operatingSystem)
        row("arch_bits", 64)
        row("multiplexing_api", facts.multiplexer)
        row("process_id", ifKnown: facts.processID)
        row("process_supervised", ifKnown: facts.supervision)
        row("run_id", facts.runID)
        row("tcp_port", facts.port)
        row("server_time_usec", realTimeMicroseconds())
        let uptime = max(0, (now.rawValue - facts.startedAt.rawValue) / 1000)
        row("uptime_in_seconds", uptime)
        row("uptime_in_days", uptime / 86400)
        row("hz", ifKnown: facts.hz)
        row("configured_hz", ifKnown: facts.hz)
        row("lru_clock", (now.rawValue / 1000) & 0xFF_FFFF)
        row("executable", ifKnown: facts.executable)
        row("config_file", facts.configurationFile)
        row("io_threads_active", 0)
        row("worker_threads", ifKnown: facts.workerCount)
    }

    private mutating func clients() {
        row("connected_clients", facts.connectionCount ?? frontEnd.clients.count)
        row("cluster_connections", 0)
        row("maxclients", ifKnown: facts.connectionCountMax)
        let connections = frontEnd.clients.all().compactMap(\.peer.connection)
        row("client_recent_max_input_buffer", connections.map(\.pendingByteCount).max() ?? 0)
        row("client_recent_max_output_buffer", connections.map(\.unsentByteCount).max() ?? 0)
        row("blocked_clients", frontEnd.parkedClients.count)
        row("tracking_clients", frontEnd.tracking.clientCount)
        row("clients_in_timeout_table", frontEnd.parkedClients.countWithDeadline)
    }

    private mutating func memory(_ handle: EngineHandle) {
        var engine = handle
        let use = frontEnd.engine.memory(through: &engine)
        row("used_memory", use.used)
        row("used_memory_human", Self.human(use.used))
        if let size = facts.residentSize {
            row("used_memory_rss", size)
            row("used_memory_rss_human", Self.human(size))
        }
        let peak = max(use.used, frontEnd.memoryPeak.load(ordering: .relaxed))
        row("used_memory_peak", peak)
        row("used_memory_peak_human", Self.human(peak))
        if peak > 0 { row("used_memory_peak_perc", Self.fixed(Double(use.used) * 100 / Double(peak), 2) + "%") }
        row("used_memory_overhead", max(0, use.used - use.items))
        row("used_memory_startup", frontEnd.memoryAtStart)
        row("used_memory_dataset", use.items)
        if use.used > 0 {
            row("used_memory_dataset_perc", Self.fixed(Double(use.items) * 100 / Double(use.used), 2) + "%")
        }
        if let size = facts.systemMemorySize {
            row("total_system_memory", size)
            row("total_system_memory_human", Self.human(size))
        }
        let scripts = frontEnd.scriptCache.totals
        let functions = frontEnd.functions.current
        let interpreters = frontEnd.interpreterSizes
        row("used_memory_lua", interpreters.scripts)
        row("used_memory_vm_eval", interpreters.scripts)
        row("used_memory_lua_human", Self.human(interpreters.scripts))
        row("used_memory_scripts_eval", scripts.size)
        row("number_of_cached_scripts", scripts.count)
        row("number_of_functions", functions.functionCount)
        row("number_of_libraries", functions.libraries.count)
        row("used_memory_vm_functions", interpreters.functions)
        row("used_memory_vm_total", interpreters.scripts + interpreters.functions)
        row("used_memory_vm_total_human", Self.human(interpreters.scripts + interpreters.functions))
        row("used_memory_functions", functions.size)
        row("used_memory_scripts", scripts.size + functions.size)
        row("used_memory_scripts_human", Self.human(scripts.size + functions.size))
        row("maxmemory", use.limit)
        row("maxmemory_human", Self.human(use.limit))
        row("maxmemory_policy", frontEnd.engine.evictionPolicy.rawValue)
        if let size = facts.residentSize, use.used > 0 {
            row("mem_fragmentation_ratio", Self.fixed(Double(size) / Double(use.used), 2))
            row("mem_fragmentation_bytes", size - use.used)
        }
        row("mem_not_counted_for_evict", frontEnd.control.saving().appendLog.backlog)
        row("mem_replication_backlog", 0)
        row("mem_total_replication_buffers", 0)
        row("mem_clients_slaves", 0)
        row("mem_clients_normal", frontEnd.clients.all().reduce(0) { $0 + $1.memorySize })
        row("mem_cluster_links", 0)
        row("mem_aof_buffer", frontEnd.control.saving().appendLog.backlog)
        row("mem_allocator", ifKnown: facts.allocator)
        row("active_defrag_running", 0)
        row("lazyfree_pending_objects", 0)
        row("lazyfreed_objects", 0)
    }

    private mutating func persistence() {
        let saving = frontEnd.control.saving()
        row("loading", saving.isLoading ? 1 : 0)
        row("async_loading", 0)
        if saving.isLoading {
            row("loading_start_time", saving.loadingStartedAt.rawValue / 1000)
            row("loading_total_bytes", saving.loadingTotalBytes)
            row("loading_loaded_bytes", saving.loadingLoadedBytes)
            let share = Double(saving.loadingLoadedBytes) * 100 / Double(max(1, saving.loadingTotalBytes))
            row("loading_loaded_perc", Self.fixed(share, 2))
        }
        // No process is copied here, for a snapshot or else.
        row("current_cow_peak", 0)
        row("current_cow_size", 0)
        row("current_cow_size_age", 0)
        let share = saving.isSaving ? Double(saving.keysDone) * 100 / Double(max(1, saving.keysTotal)) : 0
        row("current_fork_perc", Self.fixed(share, 2))
        row("current_save_keys_processed", saving.isSaving ? saving.keysDone : 0)
        row("current_save_keys_total", saving.isSaving ? saving.keysTotal : 0)
        row("rdb_changes_since_last_save", saving.changesSinceLastSave)
        row("rdb_bgsave_in_progress", saving.isSaving ? 1 : 0)
        row("rdb_last_save_time", saving.lastSaveAt.rawValue / 1000)
        row("rdb_last_bgsave_status", saving.lastSucceeded ? "ok" : "err")
        row("rdb_last_bgsave_time_sec", saving.lastSeconds ?? -1)
        let elapsed = (now.rawValue - saving.savingStartedAt.rawValue) / 1000
        row("rdb_current_bgsave_time_sec", saving.isSaving ? max(0, elapsed) : -1)
        row("rdb_saves", saving.savesDone)
        row("rdb_last_cow_size", 0)
        row("rdb_last_load_keys_expired", saving.keysExpiredAtLoad)
        row("rdb_last_load_keys_loaded", saving.keysLoaded)
        appendLog(saving.appendLog)
    }

    private mutating func appendLog(_ log: AppendLogFacts) {
        row("aof_enabled", log.isOn ? 1 : 0)
        row("aof_rewrite_in_progress", log.isRewriting ? 1 : 0)
        row("aof_rewrite_scheduled", log.isRewriteScheduled ? 1 : 0)
        row("aof_last_rewrite_time_sec", log.lastRewriteSeconds ?? -1)
        let elapsed = (now.rawValue - log.rewriteStartedAt.rawValue) / 1000
        row("aof_current_rewrite_time_sec", log.isRewriting ? max(0, elapsed) : -1)
        row("aof_last_bgrewrite_status", log.lastRewriteSucceeded ? "ok" : "err")
        row("aof_rewrites", log.rewritesDone)
        row("aof_last_write_status", log.canWrite ? "ok" : "err")
        row("aof_last_cow_size", 0)
        row("module_fork_in_progress", 0)
        row("module_fork_last_cow_size", 0)
        guard log.isOn else { return }
        row("aof_current_size", log.size)
        row("aof_base_size", log.baseSize)
        row("aof_pending_rewrite", 0)
        row("aof_buffer_length", log.backlog)
        row("aof_delayed_fsync", log.delayedSyncs)
    }

    private mutating func statistics() {
        let engine = frontEnd.engine.counters
        let rates = frontEnd.rates.mean()
        row("total_connections_received", ifKnown: facts.connectionsReceived)
        row("total_commands_processed", frontEnd.counters.total(.commands))
        row("instantaneous_ops_per_sec", Int(rates?.commandsPerSecond ?? 0))
        row("total_net_input_bytes", ifKnown: facts.networkBytesIn)
        row("total_net_output_bytes", ifKnown: facts.networkBytesOut)
        row("total_net_repl_input_bytes", 0)
        row("total_net_repl_output_bytes", 0)
        if facts.networkBytesIn != nil {
            row("instantaneous_input_kbps", Self.fixed((rates?.bytesInPerSecond ?? 0) / 1024, 2))
            row("instantaneous_output_kbps", Self.fixed((rates?.bytesOutPerSecond ?? 0) / 1024, 2))
        }
        row("instantaneous_input_repl_kbps", "0.00")
        row("instantaneous_output_repl_kbps", "0.00")
        row("rejected_connections", ifKnown: facts.connectionsRejected)
        row("sync_full", frontEnd.transfers.totalCount)
        row("sync_partial_ok", 0)
        row("sync_partial_err", 0)
        row("expired_keys", engine.total(.expired))
        row("evicted_keys", engine.total(.evicted))
        row("evicted_clients", frontEnd.evictedClientCount.load(ordering: .relaxed))
        row("keyspace_hits", engine.total(.hits))
        row("keyspace_misses", engine.total(.misses))
        row("pubsub_channels", frontEnd.channels.count(.channel))
        row("pubsub_patterns", frontEnd.channels.count(.pattern))
        row("pubsubshard_channels", frontEnd.channels.count(.shard))
        row("latest_fork_usec", 0)
        row("total_forks", 0)
        row("migrate_cached_sockets", frontEnd.migrationTargets.count)
        row("slave_expires_tracked_keys", 0)
        for name in [
            "active_defrag_hits", "active_defrag_misses", "active_defrag_key_hits", "active_defrag_key_misses",
            "total_active_defrag_time", "current_active_defrag_time",
        ] { row(name, 0) }
        row("tracking_total_keys", frontEnd.tracking.table.keyCount)
        row("tracking_total_items", frontEnd.tracking.table.itemCount)
        row("tracking_total_prefixes", frontEnd.tracking.prefixes.count)
        row("unexpected_error_replies", 0)
        row("total_error_replies", frontEnd.counters.total(.errors))
        row("total_reads_processed", ifKnown: facts.networkReads)
        row("total_writes_processed", ifKnown: facts.networkWrites)
        row("io_threaded_reads_processed", 0)
        row("io_threaded_writes_processed", 0)
        row("client_output_buffer_limit_disconnections", frontEnd.outputLimiter.cutOffCount)
    }

    private mutating func replication() {
        row("role", "master")
        row("connected_slaves", 0)
        row("master_failover_state", "no-failover")
        row("master_replid", frontEnd.replicationID.withLock { $0 })
        // Whom it was a replica of before: nobody.
        row("master_replid2", SHA1Digest.zero.hexadecimal)
        row("master_repl_offset", 0)
        row("second_repl_offset", -1)
        row("repl_backlog_active", 0)
        row("repl_backlog_first_byte_offset", 0)
        row("repl_backlog_histlen", 0)
    }

    private mutating func processor() {
        row("used_cpu_sys", ifKnown: facts.cpuSystemSeconds.map { Self.fixed($0, 6) })
        row("used_cpu_user", ifKnown: facts.cpuUserSeconds.map { Self.fixed($0, 6) })
        // The server has no child processes.
        row("used_cpu_sys_children", "0.000000")
        row("used_cpu_user_children", "0.000000")
    }

    private mutating func keyspace(_ handle: EngineHandle) {
        var engine = handle
        for number in 0..<frontEnd.engine.databaseCount {
            let count = engine.itemCount(in: DatabaseIndex(number))
            guard count > 0 else { continue }
            row("db\(number)", "keys=\(count),expires=\(engine.expiringCount(in: DatabaseIndex(number))),avg_ttl=0")
        }
    }

    /// 1.40M and the like. Source: Redis bytesToHuman.
    static func human(_ size: Int) -> String {
        if size < 1024 { return "\(size)B" }
        var value = Double(size)
        var unit = 0
        let units = ["B", "K", "M", "G", "T", "P"]
        while value >= 1024 && unit < units.count - 1 {
            value /= 1024
            unit += 1
        }
        return fixed(value, 2) + units[unit]
    }

    /// `value`, at least 0, with `places` digits behind the point.
    static func fixed(_ value: Double, _ places: Int) -> String {
        var scale = 1
        for _ in 0..<places { scale *= 10 }
        let scaled = Int((value * Double(scale)).rounded())
        let fraction = String(scaled % scale)
        return "\(scaled / scale)." + String(repeating: "0", count: places - fraction.count) + fraction
    }
}
