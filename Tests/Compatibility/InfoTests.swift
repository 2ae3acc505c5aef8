// INFO's rows beside redis-server's: which there are, and in which order: tools search the text, some count lines.

import Server
import Testing

@Suite("INFO beside redis-server", .serialized, .enabled(if: Peer.redis != nil, "apt-get install redis-server"))
struct InfoTests {
    /// What redis-server tells and Duet does not, for it has no true value here.
    private static let leftOut: Set<String> = [
        // How it was built.
        "redis_git_sha1", "redis_git_dirty", "redis_build_id", "monotonic_clock", "atomicvar_api", "gcc_version",
        // jemalloc's view.
        "allocator_allocated", "allocator_active", "allocator_resident", "allocator_frag_ratio", "allocator_frag_bytes",
        "allocator_rss_ratio", "allocator_rss_bytes", "rss_overhead_ratio", "rss_overhead_bytes",
        // Cycles and buffers of its own.
        "expired_stale_perc", "expired_time_cap_reached_count", "expire_cycle_cpu_milliseconds",
        "total_eviction_exceeded_time", "current_eviction_exceeded_time", "reply_buffer_shrinks",
        "reply_buffer_expands", "dump_payload_sanitizations", "repl_backlog_size",
        "aof_rewrites_consecutive_failures", "used_cpu_sys_main_thread", "used_cpu_user_main_thread",
    ]
    /// What Duet tells besides.
    private static let ours: Set<String> = [
        "duet_version", "worker_threads", "client_output_buffer_limit_disconnections",
    ]

    private func rows(_ side: RESPSide, _ section: String) throws -> [String] {
        let text = String(decoding: try side.ask(["INFO", section]), as: UTF8.self)
        return text.split(whereSeparator: \.isNewline).dropFirst().map { String($0.prefix { $0 != ":" }) }
    }

    @Test(
        "each section has redis-server's rows in their order, but for those that mean nothing here",
        arguments: [
            "server", "clients", "memory", "persistence", "stats", "replication", "cpu", "modules", "cluster",
            "keyspace",
        ])
    func sections(name: String) throws {
        let peer = try Peer.emptyRedis()
        let duet = try Duet()
        defer { duet.finish() }
        let (theirs, ours) = (try RESPSide(unix: peer.socketPath), try RESPSide(unix: duet.respPath))
        for side in [theirs, ours] { _ = try side.ask(["SET", "a", "b"]) }
        let expected = try rows(theirs, name).filter { !Self.leftOut.contains($0) }
        #expect(try rows(ours, name).filter { !Self.ours.contains($0) } == expected)
    }

    @Test("the sections of INFO, and of INFO with arguments, come as redis-server's do, and ours behind them")
    func titles() throws {
        let peer = try Peer.emptyRedis()
        let duet = try Duet()
        defer { duet.finish() }
        let (theirs, ours) = (try RESPSide(unix: peer.socketPath), try RESPSide(unix: duet.respPath))
        func titles(_ side: RESPSide, _ words: [String]) throws -> [String] {
            let text = String(decoding: try side.ask(["INFO"] + words), as: UTF8.self)
            return text.split(whereSeparator: \.isNewline).filter { $0.hasPrefix("# ") && $0 != "# Memcached" }
                .map(String.init)
        }
        for words in [
            [], ["all"], ["everything"], ["default"], ["DEFAULT", "commandstats"], ["nosuch"], ["cpu", "Server"],
            ["clients", "all"],
        ] {
            #expect(try titles(ours, words) == titles(theirs, words), "\(words)")
        }
    }
}
