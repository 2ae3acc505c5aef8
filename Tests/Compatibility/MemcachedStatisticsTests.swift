// Rows of stats beside memcached 1.6.18: the same names in the same order, and the same counts after the same requests.

import Server
import Testing

@Suite("Statistics beside memcached", .enabled(if: Peer.memcached != nil, "apt-get install memcached"))
struct MemcachedStatisticsTests {
    private typealias Row = (name: String, value: String)

    private func rows(_ wire: Wire, _ request: String) throws -> [Row] {
        let reply = try wire.ask(Array((request + "\r\n").utf8), ending: "mn\r\n", "END\r\nMN\r\n")
        return String(decoding: reply, as: UTF8.self).split(separator: "\r\n").map { line in
            let words = line.split(separator: " ", maxSplits: 2)
            return (String(words[1]), words.count > 2 ? String(words[2]) : "")
        }
    }

    /// Runs `body` with a connection to memcached and one to Duet.
    private func besides(_ body: (_ theirs: Wire, _ ours: Wire) throws -> Void) throws {
        let peer = try Peer(Peer.memcached!) { socket, _ in ["-s", socket, "-U", "0", "-t", "1", "-u", "root"] }
        let duet = try Duet()
        defer { duet.finish() }
        try body(try Wire(unix: peer.socketPath), try Wire(unix: duet.memcachedPath))
    }

    /// What both have is in one order; `theirs` and `ours` are what only one has.
    private func expectOrder(
        _ theirs: [String], _ ours: [String], onlyTheirs: (String) -> Bool, onlyOurs: Set<String>
    ) {
        let common = Set(theirs).intersection(ours)
        #expect(theirs.filter(common.contains) == ours.filter(common.contains))
        #expect(theirs.filter { !common.contains($0) && !onlyTheirs($0) } == [])
        #expect(Set(ours).subtracting(common).subtracting(onlyOurs) == [])
    }

    @Test("rows have memcached's names and order")
    func names() throws {
        try besides { theirs, ours in
            for wire in [theirs, ours] {
                _ = try wire.ask(Array("set k 0 0 1\r\nx\r\n".utf8), ending: "mn\r\n", "MN\r\n")
            }
            func names(_ request: String) throws -> (theirs: [String], ours: [String]) {
                (try rows(theirs, request).map(\.name), try rows(ours, request).map(\.name))
            }
            // 1.6.45 renamed one row and has two more.
            let general = try names("stats")
            expectOrder(
                general.theirs, general.ours, onlyTheirs: { $0 == "slab_reassign_evictions_nomem" },
                onlyOurs: ["slab_reassign_busy_nomem", "slab_reassign_last_busy_status"])
            // Debian's build has external storage and TLS.
            let settings = try names("stats settings")
            expectOrder(
                settings.theirs, settings.ours,
                onlyTheirs: { $0.hasPrefix("ext_") || $0.hasPrefix("ssl_") || $0 == "slab_automove_freeratio" },
                onlyOurs: ["client_flags_size"])
            for request in ["stats items", "stats slabs"] {
                // Classes have other numbers.
                let found = try names(request)
                func bare(_ names: [String]) -> [String] { names.map { String($0.split(separator: ":").last!) } }
                #expect(bare(found.theirs) == bare(found.ours))
            }
        }
    }

    /// gat and mg with T are left out: 1.6.18 counts them as touches only.
    private static let requests = """
        set a 0 0 1|1|add a 0 0 1|1|replace zz 0 0 1|1|append a 0 0 1|1|append zz 0 0 1|1|touch a 0|touch zz 0
        cas a 0 0 1 99|1|cas zz 0 0 1 99|1|incr a 1|decr a 1|incr zz 1|decr zz 1|incr a x|mg a v|mg zz v|mg zz q
        ms a 1|x|ms a 1 C1|x|ms zz 1 C1|x|ms b 1 MA|x|ms b 1 MR|x|md zz|md a C99|md a I|md a x|md a|ma zz|ma n N0|ma n
        ma n MD|get n zz n|gets n|delete n|delete n|delete zz noreply|set big 0 0 2000000|*|ms big 2000000|*
        flush_all 1000|flush_all -1000 noreply|incr n 1
        """

    private static let counters = [
        "cmd_get", "cmd_set", "cmd_flush", "cmd_touch", "get_hits", "get_misses", "delete_misses", "delete_hits",
        "incr_misses", "incr_hits", "decr_misses", "decr_hits", "cas_misses", "cas_hits", "cas_badval", "touch_hits",
        "touch_misses", "store_too_large", "store_no_memory", "curr_items", "evictions", "auth_cmds",
    ]

    @Test("the same requests are counted alike, and stats reset leaves the same")
    func counts() throws {
        try besides { theirs, ours in
            let large = String(repeating: "v", count: 2_000_000)
            var text = ""
            for line in Self.requests.split(whereSeparator: { $0 == "|" || $0 == "\n" }) {
                text += (line == "*" ? large : String(line)) + "\r\n"
            }
            for wire in [theirs, ours] { _ = try wire.ask(Array(text.utf8), ending: "mn\r\n", "MN\r\n") }
            func compare(_ stage: Comment) throws {
                let expected = Dictionary(try rows(theirs, "stats"), uniquingKeysWith: { $1 })
                let found = Dictionary(try rows(ours, "stats"), uniquingKeysWith: { $1 })
                for name in Self.counters { #expect(found[name] == expected[name], "\(name), \(stage)") }
            }
            try compare("after the requests")
            for wire in [theirs, ours] { _ = try wire.ask(Array("stats reset\r\n".utf8), ending: "mn\r\n", "MN\r\n") }
            try compare("after the reset")
        }
    }

    @Test("counts by prefix are alike")
    func prefixes() throws {
        try besides { theirs, ours in
            let requests =
                "stats detail on\r\nset foo:a 0 0 1\r\nx\r\nget foo:a foo:c nop bar:x :z\r\ndelete foo:a\r\n"
                + "delete foo:zz\r\ngat 0 foo:a\r\nappend foo:n 0 0 1\r\nx\r\nincr foo:b 1\r\nstats detail off\r\n"
                + "get foo:a\r\nstats detail\r\nstats detail x\r\nstats detail dump\r\n"
            // The order is each server's own.
            let replies = try [theirs, ours].map { wire in
                String(decoding: try wire.ask(Array(requests.utf8), ending: "mn\r\n", "MN\r\n"), as: UTF8.self)
                    .split(separator: "\r\n").sorted()
            }
            #expect(replies[0] == replies[1])
        }
    }
}
