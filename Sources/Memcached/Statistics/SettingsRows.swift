// stats settings: what this server was told, and where it has no such thing, what memcached's default is.

import Base
import Engine
import Synchronization

extension MemcachedSession {
    func appendSettings(_ output: inout OutputBuffer) {
        let reported = frontEnd.settings.reportedRows
        let tls = frontEnd.control.facts().tls?.settings ?? [:]
        for (name, value) in settingsRows() { row(name, reported[name] ?? tls[name] ?? value, &output) }
    }

    private func settingsRows() -> [(String, String)] {
        ownRows() + lruRows() + tlsRows + [
            ("num_napi_ids", "(null)"), ("memory_file", "(null)"), ("client_flags_size", "4"),
        ]
    }

    private func ownRows() -> [(String, String)] {
        let settings = frontEnd.settings
        let facts = frontEnd.control.facts()
        return [
            ("maxbytes", String(frontEnd.engine.memory().limit)),
            ("maxconns", String(facts.connectionCountMax)),
            ("tcpport", String(settings.tcpPort)),
            ("udpport", String(settings.udpPort)),
            ("inter", settings.interfaces ?? "NULL"),
            ("verbosity", String(facts.verbosity)),
            ("oldest", String(frontEnd.oldestLive.load(ordering: .relaxed))),
            ("evictions", frontEnd.engine.evictionPolicy == .noEviction ? "off" : "on"),
            ("domain_socket", settings.domainSocket ?? "NULL"),
            ("umask", String(settings.socketMode, radix: 8)),
            ("shutdown_command", Self.yesNo(settings.isShutdownEnabled)),
            ("growth_factor", "1.25"),
            ("chunk_size", "48"),
            ("num_threads", String(settings.workerCount)),
            ("num_threads_per_udp", String(settings.workerCount)),
            ("stat_key_prefix", String(UnicodeScalar(settings.prefixDelimiter))),
            ("detail_enabled", Self.yesNo(frontEnd.prefixes.isOn)),
            ("reqs_per_event", String(settings.requestsPerEvent ?? 20)),
            ("cas_enabled", Self.yesNo(settings.isCASEnabled)),
            ("tcp_backlog", String(settings.backlog)),
            ("binding_protocol", settings.offeredProtocol.settingsName),
            ("auth_enabled_sasl", Self.yesNo(settings.saslLogins != nil || settings.doorGuard != nil)),
            ("auth_enabled_ascii", settings.textLogins?.path ?? (settings.doorGuard == nil ? "no" : "users")),
            ("item_size_max", String(settings.itemSizeMax)),
            ("maxconns_fast", "yes"),
            ("hashpower_init", "0"),
            ("slab_reassign", Self.yesNo(settings.isPageMoveEnabled)),
            ("slab_automove", String(frontEnd.engine.compactionPolicy.rawValue)),
            ("slab_automove_ratio", "0.80"),
            ("slab_automove_window", "10"),
            ("slab_chunk_max", "524288"),
        ]
    }

    /// Rows of mechanisms that this engine does without, or has in another shape.
    private func lruRows() -> [(String, String)] {
        let settings = frontEnd.settings
        let facts = frontEnd.control.facts()
        return [
            ("lru_crawler", Self.yesNo(frontEnd.crawler.isEnabled)),
            ("lru_crawler_sleep", String(frontEnd.crawler.sleepMicroseconds)),
            ("lru_crawler_tocrawl", String(frontEnd.crawler.itemsPerClassMax)),
            ("tail_repair_time", "0"),
            ("flush_enabled", Self.yesNo(settings.isFlushEnabled)),
            ("dump_enabled", Self.yesNo(settings.isDumpEnabled)),
            ("hash_algorithm", "wyhash"),
            ("lru_maintainer_thread", "yes"),
            ("lru_segmented", Self.yesNo(frontEnd.engine.weighsUse)),
            ("hot_lru_pct", "20"),
            ("warm_lru_pct", "40"),
            ("hot_max_factor", "0.20"),
            ("warm_max_factor", "2.00"),
            ("temp_lru", "no"),
            ("temporary_ttl", "61"),
            ("idle_timeout", String(facts.idleTimeoutSeconds)),
            ("watcher_logbuf_size", String(settings.watcherLogSize)),
            ("worker_logbuf_size", String(settings.workerLogSize)),
            ("read_buf_mem_limit", "0"),
            ("track_sizes", Self.yesNo(frontEnd.engine.tracksItemSizes)),
            ("inline_ascii_response", "no"),
        ]
    }

    /// As of a server without TLS; one that has it reports its own.
    private var tlsRows: [(String, String)] {
        [
            ("ssl_enabled", "no"), ("ssl_chain_cert", "(null)"), ("ssl_key", "(null)"), ("ssl_verify_mode", "0"),
            ("ssl_keyformat", "1"), ("ssl_ciphers", "NULL"), ("ssl_ca_cert", "NULL"),
            ("ssl_wbuf_size", "16384"), ("ssl_session_cache", "no"), ("ssl_kernel_tls", "no"),
            ("ssl_min_version", "tlsv1.2"),
        ]
    }

    private static func yesNo(_ value: Bool) -> String { value ? "yes" : "no" }
}
