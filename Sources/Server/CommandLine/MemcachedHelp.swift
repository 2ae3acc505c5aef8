// memcached's -h: the same options in the same order, so that scripts find the words they look for.

extension MemcachedOptions {
    static var help: String {
        var lines = [Version.line(for: .memcached) + " (Duet \(Version.number))"]
        for row in rows where !row.usage.isEmpty {
            let gap = String(repeating: " ", count: max(1, 32 - row.usage.count))
            lines.append(row.usage + gap + row.help)
        }
        lines.append("-o, --extended              comma separated list of extended options")
        lines.append("                            most options have a 'no_' prefix to disable")
        for (name, text) in extended {
            let head = "   - \(name):"
            lines.append(head + String(repeating: " ", count: max(1, 26 - head.count)) + text)
        }
        lines += [
            "Examples:",
            "  memcached -m 1024 -l 127.0.0.1,::1 -c 4096",
            "  memcached -s /run/memcached.sock -a 770",
            "  memcached -p 11211 --resp-port=6379     the same keys in Redis' protocol too",
        ]
        return lines.joined(separator: "\n")
    }

    /// The sub-options of -o. "No effect": accepted, and named in one line at start, as there is nothing here
    /// that it could tune.
    private static let extended: [(String, String)] = [
        ("maxconns_fast", "close new connections over the limit at once (default; no_: let them wait)"),
        ("hashpower", "12 to 32; no effect: the table starts small and grows without a pause"),
        ("tail_repair_time", "from 10; no effect"),
        ("hash_algorithm", "jenkins, murmur3 or xxh3; no effect: it is wyhash with a seed of each process"),
        ("lru_crawler", "look for expired items in the background, serve dumps (default)"),
        ("no_lru_crawler", "neither"),
        ("lru_crawler_sleep", "microseconds after each thousand items, up to 1000000 (default: 100)"),
        ("lru_crawler_tocrawl", "items of a size class in one crawl (default: 0, all)"),
        ("read_buf_mem_limit", "megabytes; no effect: an idle connection has no buffer"),
        ("lru_maintainer", "rank items by use and age (default)"),
        ("no_lru_maintainer", "rank items by age alone"),
        ("hot_lru_pct", "1 to 79; no effect: one order of use instead of segments"),
        ("warm_lru_pct", "as hot_lru_pct, together up to 80"),
        ("hot_max_factor", "no effect"),
        ("warm_max_factor", "no effect"),
        ("temporary_ttl", "no effect"),
        ("idle_timeout", "seconds until an idle connection is closed (default: 0, never)"),
        ("slab_chunk_max", "kilobytes; no effect"),
        ("slab_sizes", "a-b-c; no effect"),
        ("slab_reassign", "obey \"slabs reassign\" (default; no_: refuse it)"),
        ("slab_automove", "empty pages 0: when memory is needed, 1: at an eighth of air, 2: always"),
        ("slab_automove_ratio", "no effect"),
        ("slab_automove_window", "no effect"),
        ("slab_automove_freeratio", "no effect"),
        ("watcher_logbuf_size", "kilobytes that may wait for one watcher (default: 256)"),
        ("worker_logbuf_size", "kilobytes of one worker for all watchers (default: 64)"),
        ("track_sizes", "count items by size for \"stats sizes\""),
        ("no_hashexpand", "no effect"),
        ("no_chunked_items", "what holds here anyway"),
        ("modern", "what holds here anyway"),
        ("no_modern", "as in 1.4: no_maxconns_fast, no_slab_reassign, no_slab_automove, no_lru_maintainer"),
        ("drop_privileges", "no effect: leave that to the unit file (no_, relaxed_privileges: what holds)"),
        ("inline_ascii_resp", "what memcached ignores as well"),
        ("resp_obj_mem_limit", "deprecated"),
        ("sock_cookie_id", "no effect"),
        ("ext_path", "external storage is not supported: refused. The other ext_ options have no effect:"),
        ("ext_page_size", "megabytes"),
        ("ext_wbuf_size", "megabytes"),
        ("ext_threads", "number"),
        ("ext_io_depth", "number"),
        ("ext_item_size", "bytes"),
        ("ext_item_age", "seconds"),
        ("ext_low_ttl", "seconds"),
        ("ext_drop_unread", "flag"),
        ("ext_recache_rate", "number"),
        ("ext_compact_under", "number"),
        ("ext_drop_under", "number"),
        ("ext_max_frag", "ratio"),
        ("ext_max_sleep", "microseconds"),
        ("ssl_chain_cert", "certificate chain file in PEM format"),
        ("ssl_key", "private key, if not part of the -ssl_chain_cert"),
        ("ssl_keyformat", "private key format (PEM or DER) (default: PEM)"),
        ("ssl_verify_mode", "client certificates: 0(None, default), 1(Request), 2(Require) or 3(Once)"),
        ("ssl_ciphers", "specify cipher list to be used"),
        ("ssl_ca_cert", "PEM format file of acceptable client CA's"),
        ("ssl_wbuf_size", "kilobytes; no effect"),
        ("ssl_session_cache", "enable server-side session cache"),
        ("ssl_kernel_tls", "enable kernel TLS offload"),
        ("ssl_min_version", "0(tlsv1.0), 1(tlsv1.1), 2(tlsv1.2, default) or 3(tlsv1.3)"),
        ("proxy_config", "the proxy is not supported: refused, as proxy_arg, proxy_uring, proxy_memprofile"),
    ]
}
