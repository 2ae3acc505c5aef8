// stats: every row that a dashboard may ask for, in memcached's order, and counters that count.

import Base
import Engine
import Testing

@testable import Memcached

@Suite struct StatisticsTests {
    private func rows(_ client: TestClient, _ request: String = "stats") -> [(name: String, value: String)] {
        let reply = client.ask(request + "\r\n")
        #expect(reply.hasSuffix("END\r\n"))
        return reply.split(separator: "\r\n").dropLast().map { line in
            let words = line.split(separator: " ", maxSplits: 2)
            #expect(words.count == 3 && words[0] == "STAT", "\(line)")
            return (String(words[1]), String(words[2]))
        }
    }

    private static let general = """
        pid uptime time version libevent pointer_size rusage_user rusage_system max_connections
        curr_connections total_connections rejected_connections connection_structures
        response_obj_oom response_obj_count response_obj_bytes read_buf_count read_buf_bytes
        read_buf_bytes_free read_buf_oom reserved_fds cmd_get cmd_set cmd_flush cmd_touch cmd_meta
        get_hits get_misses get_expired get_flushed delete_misses delete_hits incr_misses incr_hits
        decr_misses decr_hits cas_misses cas_hits cas_badval touch_hits touch_misses store_too_large
        store_no_memory auth_cmds auth_errors idle_kicks bytes_read bytes_written limit_maxbytes
        accepting_conns listen_disabled_num time_in_listen_disabled_us threads conn_yields
        hash_power_level hash_bytes hash_is_expanding slab_reassign_rescues
        slab_reassign_chunk_rescues slab_reassign_inline_reclaim slab_reassign_busy_items
        slab_reassign_busy_deletes slab_reassign_busy_nomem slab_reassign_last_busy_status
        slab_reassign_running slabs_moved lru_crawler_running lru_crawler_starts
        lru_maintainer_juggles malloc_fails log_worker_dropped log_worker_written
        log_watcher_skipped log_watcher_sent log_watchers unexpected_napi_ids round_robin_fallback
        bytes curr_items total_items slab_global_page_pool expired_unfetched evicted_unfetched
        evicted_active evictions reclaimed crawler_reclaimed crawler_items_checked lrutail_reflocked
        moves_to_cold moves_to_warm moves_within_lru direct_reclaims lru_bumps_dropped
        """

    @Test("stats has memcached's rows in memcached's order, numbers where numbers are due")
    func generalRows() {
        let found = rows(TestServer().connect())
        #expect(found.map(\.name) == Self.general.split(whereSeparator: \.isWhitespace).map(String.init))
        for (name, value) in found where !["version", "libevent"].contains(name) {
            #expect(Double(value) != nil, "\(name) \(value)")
        }
        #expect(found.first { $0.name == "rusage_user" }?.value == "1.000042")
        #expect(found.first { $0.name == "version" }?.value == "1.6.45")
    }

    @Test("each outcome is counted where memcached counts it, and reset forgets")
    func counting() {
        let client = TestServer().connect()
        client.send(
            """
            set a 0 0 1\r\n1\r\nget a b\r\nincr a 1\r\nincr b 1\r\ndecr a 1\r\ndecr b 1\r\ndelete b\r\ntouch a 0\r
            touch b 0\r\ncas a 0 0 1 0\r\nx\r\ncas b 0 0 1 1\r\nx\r\ngat 0 a b\r\nmg a v\r\nmg b v\r\nms c 1\r\nx\r
            delete c\r\nflush_all 1000\r\nset d 0 -1 1\r\nx\r\nget d\r\nset e 0 0 9999999\r\n
            """)
        client.send([UInt8](repeating: 0x20, count: 9_999_999) + [13, 10])
        _ = client.takeReplies()
        let found = Dictionary(rows(client).map { ($0.name, $0.value) }, uniquingKeysWith: { $1 })
        let expected = [
            "cmd_get": 7, "get_hits": 3, "get_misses": 4, "get_expired": 1, "cmd_set": 5, "cmd_meta": 3,
            "incr_hits": 1, "incr_misses": 1, "decr_hits": 1, "decr_misses": 1, "delete_hits": 1,
            "delete_misses": 1, "touch_hits": 2, "touch_misses": 2, "cmd_touch": 4, "cas_badval": 1,
            "cas_misses": 1, "cas_hits": 0, "cmd_flush": 1, "store_too_large": 1, "curr_items": 1,
        ]
        for (name, count) in expected { #expect(found[name] == String(count), "\(name)") }
        #expect(client.ask("stats reset\r\n") == "RESET\r\n")
        #expect(rows(client).first { $0.name == "get_hits" }?.value == "0")
    }

    @Test("stats settings has memcached's rows in memcached's order, and the server's own words replace ours")
    func settings() {
        var settings = MemcachedSettings()
        settings.reportedRows["growth_factor"] = "1.07"
        settings.itemSizeMax = 2 << 20
        settings.domainSocket = "/run/x"
        let found = rows(TestServer(settings).connect(), "stats settings")
        #expect(found.first?.name == "maxbytes")
        #expect(found.last?.name == "client_flags_size")
        #expect(found.count == 55)
        let values = Dictionary(found.map { ($0.name, $0.value) }, uniquingKeysWith: { $1 })
        #expect(values["growth_factor"] == "1.07")
        #expect(values["item_size_max"] == "2097152")
        #expect(values["domain_socket"] == "/run/x")
        #expect(values["umask"] == "700")
        #expect(values["inter"] == "NULL")
        #expect(values["evictions"] == "off")
    }

    @Test("stats items and slabs tell of the classes that hold something")
    func sizeClasses() {
        let client = TestServer().connect()
        #expect(client.ask("stats items\r\n") == "END\r\n")
        let large = String(repeating: "v", count: 20_000)
        client.send("set a 0 0 1 noreply\r\nx\r\nset b 0 0 20000 noreply\r\n\(large)\r\n")
        let items = rows(client, "stats items")
        #expect(items.filter { $0.name.hasSuffix(":number") }.count == 2 || items.count > 27)
        for (name, value) in items { #expect(name.hasPrefix("items:") && Int(value) != nil) }
        let slabs = rows(client, "stats slabs")
        #expect(slabs.last?.name == "total_malloced")
        #expect(slabs.contains { $0.name.hasSuffix(":chunk_size") })
    }

    @Test("sub-commands are told apart as memcached does it")
    func subcommands() {
        let client = TestServer().connect()
        #expect(client.ask("stats r\r\n") == "RESET\r\n")
        #expect(client.ask("stats s\r\n").hasPrefix("STAT maxbytes"))
        #expect(
            client.ask("stats con\r\n").hasPrefix("STAT 7:addr tcp:127.0.0.1:40000\r\nSTAT 7:listen_addr"))
        #expect(client.ask("stats sizes\r\n") == "STAT sizes_status disabled\r\nEND\r\n")
        for unknown in ["item", "foo", "detail", "d", "cachedump 1 1", "resets", "size", "extstore"] {
            #expect(client.ask("stats \(unknown)\r\n") == "ERROR\r\n")
        }
    }
}
