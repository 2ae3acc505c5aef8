// slabs, lru, shutdown, stats detail: what is obeyed, what is refused and in which words.

import Synchronization
import Testing

@testable import Memcached

@Suite struct TuningTranscripts {
    @Test("slabs automove takes a level, and refuses what has no counterpart here")
    func automove() {
        check(
            """
            > slabs automove 0
            < OK
            > slabs automove 2
            < OK
            > slabs automove 1 noreply
            > slabs automove 1
            < OK
            > slabs automove 3
            < ERROR
            > slabs automove x
            < CLIENT_ERROR bad command line format
            > slabs automove
            < ERROR
            > slabs automove ratio
            < ERROR
            > slabs automove ratio x
            < ERROR
            > slabs automove ratio 0.5
            < CLIENT_ERROR this server's automove has a level only
            > slabs automove window 10
            < CLIENT_ERROR this server's automove has a level only
            > slabs automove freeratio 0.1
            < CLIENT_ERROR this server's automove has a level only
            > slabs foo bar
            < ERROR
            > slabs
            < ERROR
            """)
    }

    @Test("slabs reassign judges its classes as memcached does")
    func reassign() {
        check(
            """
            > slabs reassign 1 1
            < SAME src and dst class are identical
            > slabs reassign 1 2
            < NOSPARE source class has no spare pages
            > slabs reassign -1 5
            < BADCLASS invalid src or dst class id
            > slabs reassign 1000 1
            < BADCLASS invalid src or dst class id
            > slabs reassign 1 -2
            < BADCLASS invalid src or dst class id
            > slabs reassign x y
            < CLIENT_ERROR bad command line format
            > slabs reassign 1
            < ERROR
            > slabs reassign 1 2 3
            < ERROR
            """)
        var settings = MemcachedSettings()
        settings.isPageMoveEnabled = false
        check(
            """
            > slabs reassign 1 2
            < CLIENT_ERROR slab reassignment disabled
            """, settings)
    }

    @Test("slabs reassign moves a page")
    func pageMoves() {
        let client = TestServer().connect()
        let value = String(repeating: "v", count: 900)
        for index in 0..<200 { client.send("set k\(index) 0 0 900 noreply\r\n\(value)\r\n") }
        func pages() -> [String: Int] {
            let rows = client.ask("stats slabs\r\n").split(separator: "\r\n").map { $0.split(separator: " ") }
            let pages = rows.filter { $0.count == 3 && $0[1].hasSuffix(":total_pages") }
            return Dictionary(
                pages.map { (String($0[1].prefix { $0 != ":" }), Int($0[2])!) }, uniquingKeysWith: { $1 })
        }
        let before = pages()
        let source = before.keys.first!
        #expect(before.count == 1 && before[source]! > 2)
        for index in 0..<100 { client.send("delete k\(index * 2) noreply\r\n") }
        client.send("slabs automove 0\r\n")
        #expect(client.ask("slabs reassign \(source) 3\r\n") == "OK\r\nOK\r\n")
        let after = pages()
        #expect(after["3"] == 1 && after[source]! < before[source]!)
        for index in 0..<100 { #expect(client.ask("get k\(index * 2 + 1)\r\n").contains(value)) }
    }

    @Test("lru mode is obeyed; segments that are not there cannot be tuned")
    func lru() {
        check(
            """
            > lru mode flat
            < OK
            > lru mode segmented
            < OK
            > lru mode segmented noreply
            > lru mode x
            < ERROR
            > lru mode
            < ERROR
            > lru temp_ttl -1
            < OK
            > lru temp_ttl 60
            < ERROR this server's lru has no temporary segment
            > lru temp_ttl x
            < ERROR
            > lru tune 50 40 0.1 2
            < ERROR hot and warm pcts must not exceed 80
            > lru tune 10 20 0 2
            < ERROR hot/warm age factors must be greater than 0
            > lru tune 10 20 0.2 2.0
            < ERROR this server's lru has no segments to size
            > lru tune 10 20
            < ERROR
            > lru tune a 20 1 2
            < ERROR
            > lru foo 1
            < ERROR
            > lru
            < ERROR
            """)
        let client = TestServer().connect()
        client.send("lru mode flat\r\nslabs automove 2\r\n")
        let settings = client.ask("stats settings\r\n")
        #expect(settings.contains("STAT lru_segmented no\r\n") && settings.contains("STAT slab_automove 2\r\n"))
    }

    @Test("shutdown is obeyed only where it is enabled")
    func shutdown() {
        check(
            """
            > shutdown
            < SERVER_ERROR: shutdown not enabled
            > shutdown x
            < SERVER_ERROR: shutdown not enabled
            """)
        var settings = MemcachedSettings()
        settings.isShutdownEnabled = true
        check(
            """
            > shutdown x
            < CLIENT_ERROR invalid shutdown mode
            > shutdown graceful x
            < CLIENT_ERROR invalid shutdown mode
            > shutdown graceful
            ! closed
            """, settings)
        let server = TestServer(settings)
        #expect(server.connect().ask("shutdown graceful\r\n") == "")
        #expect(server.connect().ask("shutdown\r\nget a\r\n") == "")
        #expect(server.control.shutdowns.withLock { $0 } == [true, false])
    }

    @Test("stats detail counts what is asked for, stored and deleted by prefix")
    func detail() {
        check(
            """
            > stats reset
            < RESET
            > stats detail dump
            < END
            > stats detail on
            < OK
            > set foo:a 0 0 1
            > x
            < STORED
            > set foo:b 0 0 1 noreply
            > x
            > set plain 0 0 1
            > x
            < STORED
            > get foo:a foo:c plain bar:x :z
            < VALUE foo:a 0 1
            < x
            < VALUE plain 0 1
            < x
            < END
            > get foo:b:c
            < END
            > gat 0 foo:b
            < VALUE foo:b 0 1
            < x
            < END
            > delete foo:a
            < DELETED
            > delete foo:zz
            < NOT_FOUND
            > append foo:nn 0 0 1
            > x
            < NOT_STORED
            > mg bar:x v
            < EN
            > ms bar:x 1
            > x
            < HD
            > md bar:x
            < HD
            > incr foo:b 1
            < CLIENT_ERROR cannot increment or decrement non-numeric value
            > stats detail dump
            < PREFIX foo get 4 hit 2 set 3 del 2
            < PREFIX bar get 2 hit 0 set 1 del 1
            < PREFIX  get 1 hit 0 set 0 del 0
            < END
            > stats detail off
            < OK
            > get foo:a
            < END
            > stats d dump
            < PREFIX foo get 4 hit 2 set 3 del 2
            < PREFIX bar get 2 hit 0 set 1 del 1
            < PREFIX  get 1 hit 0 set 0 del 0
            < END
            > stats detail
            < CLIENT_ERROR usage: stats detail on|off|dump
            > stats detail foo
            < CLIENT_ERROR usage: stats detail on|off|dump
            """)
    }

    @Test("stats detail has its own delimiter, is forbidden with the dumps, and its memory is bounded")
    func detailSettings() {
        var settings = MemcachedSettings()
        settings.prefixDelimiter = UInt8(ascii: "/")
        settings.isDetailEnabled = true
        let client = TestServer(settings).connect()
        client.send("get a/b a:b c\r\n")
        #expect(client.ask("stats detail dump\r\n").hasSuffix("PREFIX a get 1 hit 0 set 0 del 0\r\nEND\r\n"))
        let rows = client.ask("stats settings\r\n")
        #expect(rows.contains("STAT stat_key_prefix /\r\nSTAT detail_enabled yes\r\n"))
        for index in 0..<PrefixStatistics.prefixCountMax + 10 { client.send("delete p\(index)/x noreply\r\n") }
        let dump = client.ask("stats detail dump\r\n")
        #expect(dump.hasSuffix("PREFIX (others) get 0 hit 0 set 0 del 11\r\nEND\r\n"))
        settings.isDumpEnabled = false
        #expect(
            TestServer(settings).connect().ask("stats detail dump\r\n")
                == "CLIENT_ERROR stats detail not allowed\r\n")
    }
}
