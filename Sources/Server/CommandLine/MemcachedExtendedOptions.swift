// memcached's -o: every sub-option of 1.6.45, whether it works here, changes nothing here, or is not built
// yet.

/// What a sub-option takes and does.
private enum ExtendedKind: Sendable {
    /// No argument, nothing to do. `row`: the row of `stats settings` that tells of it.
    case flag(row: String?, value: String)
    /// A whole number within the range; what is said if there is none, and if it lies outside.
    case number(ClosedRange<Int>, row: String?, missing: String, wrong: String)
    /// A fraction within the range.
    case fraction(ClosedRange<Double>, row: String?, wrong: String)
    case text(row: String?, missing: String)
    case notBuilt(String)
}

private let extendedOptions: [String: ExtendedKind] = {
    func on(_ row: String?) -> ExtendedKind { .flag(row: row, value: "yes") }
    func off(_ row: String?) -> ExtendedKind { .flag(row: row, value: "no") }
    func size(_ name: String, row: String? = nil) -> ExtendedKind {
        .number(
            0...Int(Int32.max), row: row, missing: "Missing \(name) argument",
            wrong: "could not parse argument to \(name)")
    }
    func kilobytes(_ name: String) -> ExtendedKind {
        .number(
            1...1 << 20, row: nil, missing: "Missing \(name) argument",
            wrong: "could not parse argument to \(name)")
    }
    func percent(_ name: String) -> ExtendedKind {
        .number(1...80, row: name, missing: "Missing \(name) argument", wrong: "\(name) must be > 1 and < 80")
    }
    let any = 0...Int(Int32.max)
    return [
        "maxconns_fast": on("maxconns_fast"), "no_maxconns_fast": off("maxconns_fast"),
        "hashpower": .number(
            12...32, row: "hashpower_init", missing: "Missing numeric argument for hashpower",
            wrong: "Initial hashtable multiplier must be between 12 and 32"),
        "no_hashexpand": on(nil),
        "tail_repair_time": .number(
            10...Int(Int32.max), row: "tail_repair_time",
            missing: "Missing numeric argument for tail_repair_time",
            wrong: "Cannot set tail_repair_time to less than 10 seconds"),
        "hash_algorithm": .text(row: "hash_algorithm", missing: "Missing hash_algorithm argument"),
        "lru_crawler": on(nil), "no_lru_crawler": off(nil),
        "lru_crawler_sleep": .number(
            0...1_000_000, row: nil, missing: "Missing lru_crawler_sleep value",
            wrong: "LRU crawler sleep must be between 0 and 1 second"),
        "lru_crawler_tocrawl": .number(
            0...Int(UInt32.max), row: nil, missing: "Missing lru_crawler_tocrawl value",
            wrong: "lru_crawler_tocrawl takes a numeric 32bit value"),
        "read_buf_mem_limit": size("read_buf_mem_limit", row: "read_buf_mem_limit"),
        "lru_maintainer": on(nil), "no_lru_maintainer": on(nil),
        "hot_lru_pct": percent("hot_lru_pct"), "warm_lru_pct": percent("warm_lru_pct"),
        "hot_max_factor": .fraction(0.0001...1e9, row: "hot_max_factor", wrong: "hot_max_factor must be > 0"),
        "warm_max_factor": .fraction(
            0.0001...1e9, row: "warm_max_factor", wrong: "warm_max_factor must be > 0"),
        "temporary_ttl": size("temporary_ttl", row: "temporary_ttl"),
        "idle_timeout": .number(
            any, row: nil, missing: "Missing numeric argument for idle_timeout",
            wrong: "could not parse argument to idle_timeout"),
        "slab_chunk_max": size("slab_chunk_max"),
        "slab_sizes": .text(row: nil, missing: "Missing slab_sizes argument"),
        "slab_reassign": on(nil), "no_slab_reassign": on(nil),
        "slab_automove": .number(
            0...2, row: nil, missing: "", wrong: "slab_automove must be between 0 and 2"),
        "no_slab_automove": on(nil),
        "slab_automove_ratio": .fraction(
            0.0001...0.9999, row: "slab_automove_ratio", wrong: "slab_automove_ratio must be > 0 and < 1"),
        "slab_automove_window": .number(
            3...Int(Int32.max), row: "slab_automove_window", missing: "Missing slab_automove_window argument",
            wrong: "slab_automove_window must be > 2"),
        "slab_automove_freeratio": .fraction(
            0...1, row: nil, wrong: "Missing slab_automove_freeratio argument"),
        "watcher_logbuf_size": kilobytes("watcher_logbuf_size"),
        "worker_logbuf_size": kilobytes("worker_logbuf_size"),
        "track_sizes": on(nil), "no_chunked_items": on(nil), "modern": on(nil), "no_modern": on(nil),
        "drop_privileges": on(nil), "no_drop_privileges": on(nil),
        "inline_ascii_resp": on(nil), "no_inline_ascii_resp": on(nil),
        "resp_obj_mem_limit": .text(row: nil, missing: ""),
        "sock_cookie_id": size("sock_cookie_id"),
        "ext_path": .notBuilt("external storage"),
        "ext_page_size": size("ext_page_size"), "ext_wbuf_size": size("ext_wbuf_size"),
        "ext_threads": size("ext_threads"), "ext_io_depth": size("ext_io_depth"),
        "ext_item_size": size("ext_item_size"), "ext_item_age": size("ext_item_age"),
        "ext_low_ttl": size("ext_low_ttl"), "ext_drop_unread": on(nil),
        "ext_recache_rate": size("ext_recache_rate"), "ext_compact_under": size("ext_compact_under"),
        "ext_drop_under": size("ext_drop_under"),
        "ext_max_frag": .fraction(0...1, row: nil, wrong: "Missing ext_max_frag argument"),
        "ext_max_sleep": size("ext_max_sleep"),
        "ssl_chain_cert": .notBuilt("TLS"), "ssl_key": .notBuilt("TLS"), "ssl_verify_mode": .notBuilt("TLS"),
        "ssl_keyformat": .notBuilt("TLS"), "ssl_ciphers": .notBuilt("TLS"), "ssl_ca_cert": .notBuilt("TLS"),
        "ssl_wbuf_size": .notBuilt("TLS"), "ssl_session_cache": .notBuilt("TLS"),
        "ssl_kernel_tls": .notBuilt("TLS"), "ssl_min_version": .notBuilt("TLS"),
        "proxy_config": .notBuilt("the proxy"), "proxy_arg": .notBuilt("the proxy"),
        "proxy_uring": .notBuilt("the proxy"), "proxy_memprofile": .notBuilt("the proxy"),
    ]
}()

extension MemcachedCommandLine {
    /// Names of all sub-options, for the test that looks for gaps.
    static var extendedNames: [String] { extendedOptions.keys.sorted() }

    /// The argument of one -o: a comma separated list.
    mutating func applyExtended(_ list: String) throws(Refusal) {
        for piece in list.split(separator: ",") {
            let parts = piece.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(
                String.init)
            guard let kind = extendedOptions[parts[0]] else {
                throw Refusal("Illegal suboption \"\(piece)\"")
            }
            try apply(parts[0], kind, parts.count > 1 ? parts[1] : nil)
        }
    }

    private mutating func apply(_ name: String, _ kind: ExtendedKind, _ argument: String?) throws(Refusal) {
        switch kind {
        case .notBuilt(let what):
            throw Refusal("This server does not support \(what) (-o \(name)) yet.", ExitCode.usage)
        case .flag(let row, let value):
            if let row { settings.reportedRows[row] = value }
            if name.hasSuffix("lru_crawler") { settings.isCrawlerEnabled = value == "yes" }
        case .number(let range, let row, let missing, let wrong):
            guard let argument else {
                guard missing.isEmpty else { throw Refusal(missing) }
                break
            }
            guard let number = Int(argument.isEmpty ? "0" : argument), range.contains(number) else {
                throw Refusal(wrong)
            }
            if name == "idle_timeout" { settings.idleTimeoutSeconds = number }
            if name == "watcher_logbuf_size" { settings.watcherLogSize = number << 10 }
            if name == "worker_logbuf_size" { settings.workerLogSize = number << 10 }
            if name == "lru_crawler_sleep" { settings.crawlerSleepMicroseconds = number }
            if name == "lru_crawler_tocrawl" { settings.crawlItemsMax = number }
            if let row { settings.reportedRows[row] = argument }
        case .fraction(let range, let row, let wrong):
            guard let argument else { throw Refusal("Missing \(name) argument") }
            guard let number = Double(argument), range.contains(number) else { throw Refusal(wrong) }
            if let row { settings.reportedRows[row] = argument }
        case .text(let row, let missing):
            if argument == nil && !missing.isEmpty { throw Refusal(missing) }
            if name == "hash_algorithm", !["jenkins", "murmur3", "xxh3"].contains(argument) {
                throw Refusal("Unknown hash_algorithm option (jenkins, murmur3, xxh3)")
            }
            if let row, let argument { settings.reportedRows[row] = argument }
        }
        if applyToEngine(name, argument) { return }
        // The limit of connections is always enforced at once, which is what maxconns_fast asks for.
        let isInEffect =
            ["maxconns_fast", "idle_timeout", "modern"].contains(name) || name.contains("lru_crawler")
            || name.hasSuffix("logbuf_size")
        if !isInEffect { tuning.append(name) }
    }

    /// What no single sub-option can check.
    func checkExtended() throws(Refusal) {
        let hot = settings.reportedRows["hot_lru_pct"].flatMap { Int($0) } ?? 20
        let warm = settings.reportedRows["warm_lru_pct"].flatMap { Int($0) } ?? 40
        guard hot + warm <= 80 else {
            throw Refusal("hot_lru_pct + warm_lru_pct cannot be more than 80% combined", ExitCode.usage)
        }
    }
}
