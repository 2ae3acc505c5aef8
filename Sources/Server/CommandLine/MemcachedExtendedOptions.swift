// memcached's -o: every sub-option of 1.6.45, whether it works here, changes nothing here, or is not to be had.

/// How a sub-option's number is read.
private enum Reading: Sendable {
    /// atoi: the number that the text begins with, else 0.
    case leading
    /// All of the text, or a refusal.
    case whole
}

/// What a sub-option takes. `row` is the row of `stats settings` that tells of it.
private enum ExtendedKind: Sendable {
    case flag(row: String?, value: String)
    /// A whole number within the range, told in its row times `scale`; without `missing` it may be left out.
    case number(
        ClosedRange<Int>, Reading, row: String?, scale: Int = 1, missing: String?,
        wrong: @Sendable (Int) -> String)
    /// A fraction within the range; what is no number counts as 0 unless `unreadable` says otherwise.
    case fraction(ClosedRange<Double>, row: String?, wrong: String, unreadable: String? = nil)
    case hashAlgorithm
    case slabSizes
    case tls
    case notBuilt(String)
}

private let extendedOptions: [String: ExtendedKind] = {
    func on(_ row: String?) -> ExtendedKind { .flag(row: row, value: "yes") }
    func off(_ row: String?) -> ExtendedKind { .flag(row: row, value: "no") }
    func size(_ name: String, row: String? = nil, scale: Int = 1) -> ExtendedKind {
        .number(
            0...Int(UInt32.max), .whole, row: row, scale: scale, missing: "Missing \(name) argument",
            wrong: { _ in "could not parse argument to \(name)" })
    }
    func kilobytes(_ name: String) -> ExtendedKind {
        .number(
            0...1 << 20, .whole, row: nil, missing: "Missing \(name) argument",
            wrong: { _ in "could not parse argument to \(name)" })
    }
    func percent(_ name: String) -> ExtendedKind {
        .number(
            1...79, .leading, row: name, missing: "Missing \(name) argument",
            wrong: { _ in "\(name) must be > 1 and < 80" })
    }
    func factor(_ name: String) -> ExtendedKind {
        .fraction(Double.leastNonzeroMagnitude...1e9, row: name, wrong: "\(name) must be > 0")
    }
    let any = Int(Int32.min)...Int(Int32.max)
    return [
        "maxconns_fast": on("maxconns_fast"), "no_maxconns_fast": off("maxconns_fast"),
        "hashpower": .number(
            12...32, .leading, row: "hashpower_init", missing: "Missing numeric argument for hashpower",
            wrong: {
                "Initial hashtable multiplier of \($0) is too \($0 < 12 ? "low" : "high")"
                    + ($0 < 12
                        ? "" : "\nChoose a value based on \"STAT hash_power_level\" from a running instance")
            }),
        "no_hashexpand": on(nil),
        "tail_repair_time": .number(
            10...Int(Int32.max), .leading, row: "tail_repair_time",
            missing: "Missing numeric argument for tail_repair_time",
            wrong: { _ in "Cannot set tail_repair_time to less than 10 seconds" }),
        "hash_algorithm": .hashAlgorithm,
        "lru_crawler": on(nil), "no_lru_crawler": off(nil),
        "lru_crawler_sleep": .number(
            0...1_000_000, .leading, row: nil, missing: "Missing lru_crawler_sleep value",
            wrong: { _ in "LRU crawler sleep must be between 0 and 1 second" }),
        "lru_crawler_tocrawl": .number(
            0...Int(UInt32.max), .whole, row: nil, missing: "Missing lru_crawler_tocrawl value",
            wrong: { _ in "lru_crawler_tocrawl takes a numeric 32bit value" }),
        "read_buf_mem_limit": size("read_buf_mem_limit", row: "read_buf_mem_limit", scale: 1 << 20),
        "lru_maintainer": on(nil), "no_lru_maintainer": on(nil),
        "hot_lru_pct": percent("hot_lru_pct"), "warm_lru_pct": percent("warm_lru_pct"),
        "hot_max_factor": factor("hot_max_factor"), "warm_max_factor": factor("warm_max_factor"),
        "temporary_ttl": .number(
            any, .leading, row: "temporary_ttl", missing: "Missing temporary_ttl argument", wrong: { _ in "" }),
        "idle_timeout": .number(
            any, .leading, row: nil, missing: "Missing numeric argument for idle_timeout", wrong: { _ in "" }),
        "slab_chunk_max": size("slab_chunk_max", row: "slab_chunk_max", scale: 1 << 10),
        "slab_sizes": .slabSizes,
        "slab_reassign": on(nil), "no_slab_reassign": on(nil),
        "slab_automove": .number(
            0...2, .leading, row: nil, missing: nil,
            wrong: { _ in "slab_automove must be between 0 and 2" }),
        "no_slab_automove": on(nil),
        "slab_automove_ratio": .fraction(
            Double.leastNonzeroMagnitude...1, row: "slab_automove_ratio",
            wrong: "slab_automove_ratio must be > 0 and < 1"),
        "slab_automove_window": .number(
            3...Int(Int32.max), .leading, row: "slab_automove_window",
            missing: "Missing slab_automove_window argument", wrong: { _ in "slab_automove_window must be > 2" }),
        "slab_automove_freeratio": .fraction(
            -1e9...1e9, row: nil, wrong: "", unreadable: "could not parse argument to slab_automove_freeratio"),
        "watcher_logbuf_size": kilobytes("watcher_logbuf_size"),
        "worker_logbuf_size": kilobytes("worker_logbuf_size"),
        "track_sizes": on(nil), "no_chunked_items": on(nil), "modern": on(nil),
        "no_modern": off("maxconns_fast"),
        "drop_privileges": on(nil), "no_drop_privileges": on(nil), "relaxed_privileges": on(nil),
        "inline_ascii_resp": on(nil), "no_inline_ascii_resp": on(nil),
        "resp_obj_mem_limit": .number(any, .leading, row: nil, missing: nil, wrong: { _ in "" }),
        "sock_cookie_id": .number(
            any, .leading, row: nil, missing: "Missing sock_cookie_id argument", wrong: { _ in "" }),
        "ext_path": .notBuilt("external storage"),
        "ext_page_size": size("ext_page_size"), "ext_wbuf_size": size("ext_wbuf_size"),
        "ext_threads": size("ext_threads"), "ext_io_depth": size("ext_io_depth"),
        "ext_item_size": size("ext_item_size"), "ext_item_age": size("ext_item_age"),
        "ext_low_ttl": size("ext_low_ttl"), "ext_drop_unread": on(nil),
        "ext_recache_rate": size("ext_recache_rate"), "ext_compact_under": size("ext_compact_under"),
        "ext_drop_under": size("ext_drop_under"),
        "ext_max_frag": .fraction(
            -1e9...1e9, row: nil, wrong: "", unreadable: "could not parse argument to ext_max_frag"),
        "ext_max_sleep": size("ext_max_sleep"),
        "ssl_chain_cert": .tls, "ssl_key": .tls, "ssl_verify_mode": .tls, "ssl_keyformat": .tls,
        "ssl_ciphers": .tls, "ssl_ca_cert": .tls, "ssl_wbuf_size": .tls, "ssl_session_cache": .tls,
        "ssl_kernel_tls": .tls, "ssl_min_version": .tls,
        "proxy_config": .notBuilt("the proxy"), "proxy_arg": .notBuilt("the proxy"),
        "proxy_uring": .notBuilt("the proxy"), "proxy_memprofile": .notBuilt("the proxy"),
    ]
}()

extension MemcachedCommandLine {
    /// Names of all sub-options, for the test that looks for gaps.
    static var extendedNames: [String] { extendedOptions.keys.sorted() }

    /// What has its effect here, or asks for what holds here anyway. The rest is named in a warning.
    private static let inEffect: Set<String> = [
        "maxconns_fast", "no_maxconns_fast", "idle_timeout", "modern", "no_modern", "inline_ascii_resp",
        "no_inline_ascii_resp", "no_drop_privileges", "relaxed_privileges", "no_chunked_items",
        "resp_obj_mem_limit", "lru_crawler", "no_lru_crawler", "lru_crawler_sleep", "lru_crawler_tocrawl",
        "watcher_logbuf_size", "worker_logbuf_size",
    ]

    /// The argument of one -o: a comma separated list, as getsubopt reads it.
    mutating func applyExtended(_ list: String) throws(Refusal) {
        var pieces = list.split(separator: ",", omittingEmptySubsequences: false)
        // Nothing behind the last comma is nothing; an empty piece before another is an unknown one.
        if pieces.last == "" { pieces.removeLast() }
        for piece in pieces {
            let parts = piece.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(
                String.init)
            guard let name = parts.first, let kind = extendedOptions[name] else {
                throw Refusal("Illegal suboption \"\(piece)\"")
            }
            try apply(name, kind, parts.count > 1 ? parts[1] : nil)
        }
    }

    private mutating func apply(_ name: String, _ kind: ExtendedKind, _ argument: String?) throws(Refusal) {
        switch kind {
        case .tls:
            tlsGiven.insert(name)
            return try applyTLS(name, argument)
        case .notBuilt(let what):
            throw Refusal("This server does not support \(what) (-o \(name)).", ExitCode.usage)
        case .flag(let row, let value):
            if let row { settings.reportedRows[row] = value }
            if name.hasSuffix("lru_crawler") { settings.isCrawlerEnabled = value == "yes" }
        case .number(let range, let reading, let row, let scale, let missing, let wrong):
            guard let argument else {
                if let missing { throw Refusal(missing) }
                break
            }
            let number = reading == .leading ? leadingNumber(argument) : Int(argument) ?? -1
            guard range.contains(number) else { throw Refusal(wrong(number)) }
            if let row { settings.reportedRows[row] = String(number * scale) }
            noteNumber(name, number)
        case .fraction(let range, let row, let wrong, let unreadable):
            guard let argument else { throw Refusal("Missing \(name) argument") }
            let number = Double(argument)
            if number == nil, let unreadable { throw Refusal(unreadable) }
            guard range.contains(number ?? 0) else { throw Refusal(wrong) }
            if let row { settings.reportedRows[row] = twoDecimals(number ?? 0) }
        case .hashAlgorithm:
            guard let argument else { throw Refusal("Missing hash_algorithm argument") }
            guard ["jenkins", "murmur3", "xxh3"].contains(argument) else {
                throw Refusal("Unknown hash_algorithm option (jenkins, murmur3, xxh3)")
            }
            settings.reportedRows[name] = argument
        case .slabSizes:
            guard let argument else { throw Refusal("Missing slab_sizes argument") }
            try checkSlabSizes(argument)
        }
        note(name, argument)
    }

    private mutating func noteNumber(_ name: String, _ number: Int) {
        switch name {
        case "idle_timeout": settings.idleTimeoutSeconds = max(0, number)
        case "temporary_ttl": settings.reportedRows["temp_lru"] = "yes"
        // memcached takes 0 too; a buffer has room for a line.
        case "watcher_logbuf_size": settings.watcherLogSize = max(1, number) << 10
        case "worker_logbuf_size": settings.workerLogSize = max(1, number) << 10
        case "lru_crawler_sleep": settings.crawlerSleepMicroseconds = number
        case "lru_crawler_tocrawl": settings.crawlItemsMax = number
        default: break
        }
    }

    /// What a sub-option means beyond its row.
    private mutating func note(_ name: String, _ argument: String?) {
        if applyToEngine(name, argument.map { String(leadingNumber($0)) }) { return }
        switch name {
        case "maxconns_fast": settings.refusesOverLimit = true
        case "no_maxconns_fast": settings.refusesOverLimit = false
        // memcached 1.4: connections over the limit wait, one order of use, nothing moves unasked.
        case "no_modern":
            settings.refusesOverLimit = false
            for old in ["no_slab_reassign", "no_slab_automove", "no_lru_maintainer"] {
                _ = applyToEngine(old, nil)
            }
        case "resp_obj_mem_limit":
            warnings.append("DEPRECATED: resp_obj_mem_limit no longer used. See read_buf_mem_limit,")
        default: break
        }
        if !Self.inEffect.contains(name) { tuning.append(name) }
    }

    /// Ascending sizes, at least 16 bytes apart once rounded. Source: memcached, _parse_slab_sizes.
    private func checkSlabSizes(_ text: String) throws(Refusal) {
        let sizes = text.split(separator: "-").map { leadingNumber(String($0)) }
        guard !sizes.isEmpty else { throw Refusal("slab_sizes names no size", ExitCode.usage) }
        var last = 0
        for size in sizes {
            guard (48...(512 << 10)).contains(size) else {
                throw Refusal("slab size \(size) is out of valid range", ExitCode.usage)
            }
            guard size > last else {
                throw Refusal(
                    "slab size \(size) cannot be lower than or equal to a previous class size", ExitCode.usage)
            }
            guard size > last + 8 else {
                throw Refusal(
                    "slab size \(size) must be at least 8 bytes larger than previous class", ExitCode.usage)
            }
            last = size
        }
    }

    /// What no single sub-option can check.
    func checkExtended() throws(Refusal) {
        let rows = settings.reportedRows
        let hot = rows["hot_lru_pct"].flatMap { Int($0) } ?? 20
        let warm = rows["warm_lru_pct"].flatMap { Int($0) } ?? 40
        guard hot + warm <= 80 else {
            throw Refusal("hot_lru_pct + warm_lru_pct cannot be more than 80% combined", ExitCode.usage)
        }
        guard rows["temp_lru"] == nil || settings.weighsUse else {
            throw Refusal("temporary_ttl requires lru_maintainer to be enabled", ExitCode.usage)
        }
    }
}

/// `number` as C's %.2f, for numbers of everyday size.
func twoDecimals(_ number: Double) -> String {
    let cents = Int((min(number, 1e9) * 100).rounded())
    return "\(cents / 100)." + (cents % 100 < 10 ? "0" : "") + "\(cents % 100)"
}
