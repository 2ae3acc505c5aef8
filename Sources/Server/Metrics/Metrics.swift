// What a scrape is told, from the rooms' own counters: nothing is counted for it alone. Names and units follow
// Prometheus' conventions: seconds and bytes, `_total` for what only grows.

import Base
import Engine
import Memcached
import Persistence
import RESP
import Synchronization
import Transport

/// Collects over both doors. Used on the thread of `HTTPServer`.
struct Metrics {
    private let control: Control
    private var metrics = MetricsText()

    /// - Returns: the text of a scrape.
    static func collect(_ control: Control) -> String {
        var collection = Metrics(control: control)
        collection.process()
        collection.connections()
        collection.memory()
        collection.keyspace()
        let state = control.state.withLock { ($0.memcachedFrontEnd, $0.respFrontEnd) }
        if let memcached = state.0 { collection.memcachedDoor(memcached) }
        if let resp = state.1 { collection.respDoor(resp) }
        collection.snapshots()
        collection.appendLog()
        return collection.metrics.text
    }

    private init(control: Control) { self.control = control }

    private mutating func process() {
        let times = System.processorTimes()
        metrics.gauges(
            "duet_build_info", "What runs, and what it takes the place of.",
            [(["version": Version.number, "memcached": Version.memcached, "redis": Version.redis], 1)])
        metrics.gauge(
            "process_start_time_seconds", "When it started, in seconds since 1970.",
            Double(control.startedAt.rawValue) / 1000)
        metrics.counter(
            "process_cpu_seconds_total", "Processor time, of user and system.", Double(times.user + times.system) / 1e6)
        if let size = System.residentSize() {
            metrics.gauge("process_resident_memory_bytes", "Memory that the process has.", size)
        }
        metrics.gauge("duet_worker_threads", "Threads that serve clients.", control.settings.workerCount)
    }

    private mutating func connections() {
        let (workers, counters) = (control.workers, control.workers.counters)
        metrics.gauge("duet_connections", "Open connections, of both doors.", workers.connectionCount)
        metrics.gauge("duet_connections_max", "Connections that may be open.", workers.connectionCountMax)
        metrics.counter(
            "duet_connections_accepted_total", "Connections that were let in.", counters.total(.accepted))
        metrics.counter(
            "duet_connections_rejected_total", "Connections refused because of the limit.", counters.total(.rejected))
        metrics.counter(
            "duet_connections_idle_closed_total", "Connections closed because nothing came.",
            counters.total(.idleKicks))
        metrics.counter(
            "duet_tls_handshake_errors_total", "Handshakes that failed or took too long.",
            counters.total(.tlsHandshakeErrors))
        metrics.counter(
            "duet_network_receive_bytes_total", "Bytes that came from clients.", counters.total(.bytesRead))
        metrics.counter(
            "duet_network_transmit_bytes_total", "Bytes that went to clients.", counters.total(.bytesWritten))
    }

    private mutating func memory() {
        let use = control.engine.memory()
        metrics.gauge("duet_memory_limit_bytes", "maxmemory, or memcached's -m; 0 is none.", use.limit)
        metrics.gauge("duet_memory_used_bytes", "Everything that counts against the limit.", use.used)
        metrics.gauges(
            "duet_memory_bytes", "What that is made of: slots and large values that hold items, free slots, the index.",
            [(["kind": "items"], use.items), (["kind": "free_slots"], use.freeSlots), (["kind": "index"], use.index)])
        metrics.gauge(
            "duet_memory_requested_bytes", "What live items asked for, before rounding to slots.", use.requested)
        metrics.gauge(
            "duet_memory_spare_bytes", "Emptied pages, kept and not counted against the limit.",
            use.sparePageCount * use.pageSize)
        let classes = control.engine.sizeClasses()
        func each(_ value: KeyPath<SizeClassUse, Int>) -> [(MetricsText.Labels, Int)] {
            classes.map { use in
                (["slot_bytes": use.slotSize == 0 ? "large" : String(use.slotSize)], use[keyPath: value])
            }
        }
        metrics.gauges("duet_size_class_items", "Items by the size of their slots.", each(\.itemCount))
        metrics.gauges("duet_size_class_pages", "Pages by the size of their slots.", each(\.pageCount))
        metrics.gauges("duet_size_class_free_slots", "Free slots of those pages.", each(\.freeSlots))
        metrics.counters("duet_size_class_evicted_total", "Items evicted, by the size of slots.", each(\.evicted))
    }

    private mutating func keyspace() {
        let engine = control.engine
        var handle = engine.makeHandle()
        var keys: [(MetricsText.Labels, Int)] = []
        var expiring: [(MetricsText.Labels, Int)] = []
        for number in 0..<engine.databaseCount {
            let database = DatabaseIndex(number)
            let count = handle.itemCount(in: database)
            guard count > 0 || database == .first else { continue }
            keys.append((["database": "\(number)"], count))
            expiring.append((["database": "\(number)"], handle.expiringCount(in: database)))
        }
        metrics.gauges("duet_keys", "Keys by database.", keys)
        metrics.gauges("duet_keys_expiring", "Of those, keys that have a time to live.", expiring)
        func counter(_ name: String, _ help: String, _ counter: EngineCounter) {
            metrics.counter(name, help, engine.counters.total(counter))
        }
        counter("duet_hits_total", "Reads that found their key, through either door.", .hits)
        counter("duet_misses_total", "Reads that did not.", .misses)
        counter("duet_expired_total", "Keys whose time had run out.", .expired)
        counter("duet_evicted_total", "Keys that went because memory was wanted.", .evicted)
        counter("duet_evicted_unread_total", "Of those, keys that nobody had read.", .evictedUnfetched)
        counter("duet_values_stored_total", "Values stored, by any command.", .itemsStored)
        counter("duet_changes_total", "Changes that requests made.", .changes)
    }

    private mutating func memcachedDoor(_ door: MemcachedFrontEnd) {
        metrics.counters(
            "duet_memcached_commands_total", "Commands through memcached's door, by what came of them.",
            door.commandCounts.map { (["command": $0.command, "outcome": $0.outcome], $0.count) })
        metrics.counter("duet_memcached_watch_dropped_total", "Lines that slow watchers lost.", door.droppedLineCount)
    }

    private mutating func respDoor(_ door: RESPFrontEnd) {
        metrics.gauge("duet_resp_connections", "Connections that speak RESP.", door.connectionCount)
        metrics.gauge("duet_resp_blocked_clients", "Clients that wait: for a list's element, say.", door.waitingCount)
        metrics.counter("duet_resp_commands_total", "Commands through the RESP door.", door.commandCount)
        metrics.counter("duet_resp_errors_total", "Error replies to them.", door.errorCount)
        metrics.histograms(
            "duet_resp_command_duration_seconds", "How long commands took, without their way through the network.",
            upTo: Self.durations,
            door.commandTimes(upTo: Self.durations).map { (["command": $0.command], $0.counts, $0.seconds, $0.total) })
    }

    /// Seconds: from a command on a small value to a script that runs too long.
    private static let durations = [
        1e-6, 2.5e-6, 5e-6, 1e-5, 2.5e-5, 5e-5, 1e-4, 2.5e-4, 5e-4, 1e-3, 2.5e-3, 1e-2, 0.1, 1,
    ]

    private mutating func snapshots() {
        let saving = control.saving()
        metrics.gauge("duet_loading", "1 while data is read from the disk at the start.", saving.isLoading)
        metrics.gauge("duet_snapshot_running", "1 while a snapshot is made.", saving.isSaving)
        metrics.gauge("duet_snapshot_ok", "1 unless the last snapshot failed.", saving.lastSucceeded)
        metrics.counter("duet_snapshots_total", "Snapshots made.", saving.savesDone)
        metrics.gauge(
            "duet_snapshot_last_success_timestamp_seconds", "When the last one was done, or the start.",
            Double(saving.lastSaveAt.rawValue) / 1000)
        if let seconds = saving.lastSeconds {
            metrics.gauge("duet_snapshot_last_duration_seconds", "What the last one took.", seconds)
        }
        metrics.gauge(
            "duet_snapshot_unsaved_changes", "Changes since the last snapshot.", saving.changesSinceLastSave)
    }

    private mutating func appendLog() {
        let log = control.saving().appendLog
        metrics.gauge("duet_append_log_enabled", "1 if each change is logged.", log.isOn)
        metrics.gauge("duet_append_log_ok", "1 unless the disk refuses it.", log.canWrite)
        metrics.gauge("duet_append_log_size_bytes", "Its base and what was appended.", log.size)
        metrics.gauge("duet_append_log_base_size_bytes", "Its base.", log.baseSize)
        metrics.gauge("duet_append_log_backlog_bytes", "Appended, and not written yet.", log.backlog)
        metrics.gauge("duet_append_log_rewriting", "1 while it is written anew.", log.isRewriting)
        metrics.counter("duet_append_log_rewrites_total", "Rewrites done.", log.rewritesDone)
        metrics.counter(
            "duet_append_log_delayed_syncs_total", "Times that the disk was not done with the last second's changes.",
            log.delayedSyncs)
    }
}
