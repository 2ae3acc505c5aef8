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

    @Test("whatever finds an expired item counts it; a number changed where it lies is no new item")
    func expiredAndStored() {
        let client = TestServer().connect()
        func count(_ name: String) -> String? { rows(client).first { $0.name == name }?.value }
        client.send("set n 0 0 1\r\n5\r\nincr n 1\r\nincr n 1\r\nappend n 0 0 1\r\n1\r\nincr n 50\r\n")
        _ = client.takeReplies()
        #expect(count("total_items") == "3")
        let requests = [
            "touch e 10", "delete e", "incr e 1", "append e 0 0 1\r\n1", "get e", "gat 10 e", "mg e v", "md e", "me e",
        ]
        for (index, request) in requests.enumerated() {
            client.send("set e 0 -1 1\r\n1\r\n\(request)\r\n")
            _ = client.takeReplies()
            #expect(count("get_expired") == String(index + 1), "\(request)")
        }
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
        #expect(found.count == 66)
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
        #expect(client.ask("stats con\r\n").hasPrefix("STAT 6:addr tcp:127.0.0.1:11211\r\nSTAT 6:state"))
        #expect(client.ask("stats d\r\n") == "CLIENT_ERROR usage: stats detail on|off|dump\r\n")
        for unknown in ["item", "foo", "resets", "size", "extstore"] {
            #expect(client.ask("stats \(unknown)\r\n") == "ERROR\r\n")
        }
    }

    @Test("stats conns lists listeners and connections, and knows who asks")
    func connections() {
        #expect(
            TestServer().connect().ask("stats conns\r\n") == """
                STAT 6:addr tcp:127.0.0.1:11211\r
                STAT 6:state conn_listening\r
                STAT 6:secs_since_last_cmd 100\r
                STAT 7:addr tcp:127.0.0.1:40000\r
                STAT 7:listen_addr tcp:127.0.0.1:11211\r
                STAT 7:state conn_read\r
                STAT 7:secs_since_last_cmd 3\r
                STAT 8:addr tcp:127.0.0.1:40001\r
                STAT 8:listen_addr tcp:127.0.0.1:11211\r
                STAT 8:state conn_parse_cmd\r
                STAT 8:secs_since_last_cmd 0\r
                END\r\n
                """)
    }

    private static let items = """
        number number_hot number_warm number_cold age_hot age_warm age mem_requested evicted evicted_nonzero
        evicted_time outofmemory tailrepairs reclaimed expired_unfetched evicted_unfetched evicted_active
        crawler_reclaimed crawler_items_checked lrutail_reflocked moves_to_cold moves_to_warm
        moves_within_lru direct_reclaims hits_to_hot hits_to_warm hits_to_cold hits_to_temp
        """

    private static let slabs = """
        chunk_size chunks_per_page total_pages total_chunks used_chunks free_chunks free_chunks_end
        get_hits cmd_set delete_hits incr_hits decr_hits cas_hits cas_badval touch_hits
        """

    private func words(_ text: String) -> [String] { text.split(whereSeparator: \.isWhitespace).map(String.init) }

    @Test("stats items tells what lies in a class, how it was read and how old it is")
    func items() {
        let client = TestServer().connect()
        let value = String(repeating: "v", count: 100)
        for index in 0..<10 { client.send("set key\(index) 0 0 100 noreply\r\n\(value)\r\n") }
        client.now.rawValue += 20_000
        client.send("get key1 key2 key3\r\n")
        client.now.rawValue += 10_000
        client.send("get key3\r\n")
        client.now.rawValue += 5_000
        _ = client.takeReplies()
        let found = rows(client, "stats items")
        let prefix = found[0].name.dropLast("number".count)
        #expect(found.map(\.name) == words(Self.items).map { prefix + $0 })
        let numbers = found.map { (String($0.name.dropFirst(prefix.count)), Int($0.value)) }
        let values = Dictionary(numbers, uniquingKeysWith: { $1 })
        #expect(values["number"] == 10 && values["number_hot"] == 2 && values["number_warm"] == 1)
        #expect(values["number_cold"] == 7 && values["hits_to_cold"] == 4)
        // The engine's access clock ticks every 64 ms.
        #expect((14...15).contains(values["age_hot"]!!) && (4...5).contains(values["age_warm"]!!))
        #expect((34...35).contains(values["age"]!!))
        #expect(values["mem_requested"]!! > 10 * 104 && values["mem_requested"]!! < 10 * 140)
    }

    @Test("stats slabs counts hits and stores with the class of the item")
    func classCounters() {
        let client = TestServer().connect()
        let value = String(repeating: "7", count: 300)
        client.send(
            """
            set small 0 0 1\r\n1\r\nset large 0 0 300\r\n\(value)\r\nadd small 0 0 1\r\n1\r\nget small large none\r
            gets small\r\nmg large v\r\nincr small 1\r\ndecr small 1\r\ntouch large 0\r\ngat 0 large\r
            cas small 0 0 1 0\r\n1\r\nms large 300 MS\r\n\(value)\r\nma small\r\nma new N0\r\ndelete large\r
            md small\r\n
            """)
        _ = client.takeReplies()
        let found = rows(client, "stats slabs")
        #expect(found.suffix(2).map(\.name) == ["active_slabs", "total_malloced"])
        let prefixes = found.filter { $0.name.hasSuffix(":chunk_size") }.map { $0.name.dropLast("chunk_size".count) }
        #expect(found.dropLast(2).map(\.name) == prefixes.flatMap { prefix in words(Self.slabs).map { prefix + $0 } })
        let values = Dictionary(found.map { ($0.name, Int($0.value)) }, uniquingKeysWith: { $1 })
        func count(_ name: String) -> [Int] {
            prefixes.compactMap { values["\($0)\(name)"].flatMap(\.self) }.filter { $0 > 0 }
        }
        #expect(count("get_hits") == [2, 3] && count("cmd_set") == [3, 2] && count("delete_hits") == [1, 1])
        #expect(count("incr_hits") == [2] && count("decr_hits") == [1] && count("touch_hits") == [2])
        #expect(count("cas_badval") == [1] && count("cas_hits") == [])
        let general = Dictionary(rows(client).map { ($0.name, $0.value) }, uniquingKeysWith: { $1 })
        #expect(general["get_hits"] == "5" && general["cmd_set"] == "5" && general["touch_hits"] == "2")
        #expect(general["incr_misses"] == "0", "a number that was created is neither hit nor miss")
    }

    @Test("stats sizes counts items by size while it is asked to")
    func sizes() {
        let server = TestServer()
        let client = server.connect()
        #expect(client.ask("stats sizes\r\n") == "STAT sizes_status disabled\r\nEND\r\n")
        let large = String(repeating: "v", count: 40_000)
        client.send("set a 0 0 1 noreply\r\nx\r\nset b 0 0 40000 noreply\r\n\(large)\r\n")
        #expect(client.ask("stats sizes_enable\r\n") == "STAT sizes_status enabled\r\n")
        client.send("set c 0 0 200 noreply\r\n\(large.prefix(200))\r\nset d 0 0 1 noreply\r\nx\r\n")
        #expect(client.ask("stats sizes\r\n") == "STAT 32 2\r\nSTAT 224 1\r\nSTAT 40032 1\r\nEND\r\n")
        client.send("delete b noreply\r\nappend d 0 0 30 noreply\r\n\(String(repeating: "v", count: 30))\r\n")
        #expect(client.ask("stats sizes\r\n") == "STAT 32 1\r\nSTAT 64 1\r\nSTAT 224 1\r\nEND\r\n")
        #expect(client.ask("stats sizes_disable\r\n") == "STAT sizes_status disabled\r\n")
        #expect(client.ask("stats sizes\r\n") == "STAT sizes_status disabled\r\nEND\r\n")
        server.engine.checkInvariants { Issue.record("\($0)") }
    }

    @Test("stats settings tells of the last flush")
    func oldest() {
        let client = TestServer().connect()
        #expect(client.ask("stats settings\r\n").contains("STAT oldest 0\r\n"))
        #expect(client.ask("flush_all 10\r\n") == "OK\r\n")
        #expect(client.ask("stats settings\r\n").contains("STAT oldest 71\r\n"))
    }

    @Test("stats reset forgets events and keeps what is")
    func reset() {
        var settings = MemcachedSettings()
        settings.isDetailEnabled = true
        let client = TestServer(settings).connect()
        client.send("set a:b 0 -1 1\r\nx\r\nget a:b\r\nset c 0 0 1\r\nx\r\nget c\r\n")
        _ = client.takeReplies()
        #expect(client.ask("stats reset\r\n") == "RESET\r\n")
        #expect(client.ask("stats detail dump\r\n") == "END\r\n")
        let found = Dictionary(rows(client).map { ($0.name, $0.value) }, uniquingKeysWith: { $1 })
        for name in ["cmd_get", "cmd_set", "get_hits", "total_items", "reclaimed", "expired_unfetched", "get_expired"] {
            #expect(found[name] == "0", "\(name)")
        }
        #expect(found["curr_items"] == "1")
        #expect(rows(client, "stats items").allSatisfy { !$0.name.hasSuffix(":reclaimed") || $0.value == "0" })
    }
}
