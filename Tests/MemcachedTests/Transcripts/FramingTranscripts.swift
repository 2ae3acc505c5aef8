// Lines, blocks, limits, and everything that is wrong with them.

import Testing

@testable import Memcached

@Suite struct FramingTranscripts {
    private static let longKey = String(repeating: "k", count: 251)
    private static let longestKey = String(repeating: "k", count: 250)

    @Test("a line ends at LF, a block at CR LF")
    func terminators() {
        check(
            """
            >- version\\n
            < VERSION 1.6.45
            >- set k 0 0 1\\nx\\r\\n
            < STORED
            >- mg k v\\n
            < VA 1
            < x
            >- set k 0 0 1\\r\\nx\\n\\n
            < CLIENT_ERROR bad data chunk
            > get k
            < VALUE k 0 1
            < x
            < END
            """)
    }

    @Test("lines too short to be a command")
    func shortLines() {
        check(
            """
            >
            < CLIENT_ERROR bad command line format
            >- \\n
            < CLIENT_ERROR bad command line format
            >- mn\\n
            < CLIENT_ERROR bad command line format
            > x
            < CLIENT_ERROR bad command line format
            > xy
            < ERROR
            >  get a
            < ERROR
            >- mn \\n
            < MN
            """)
    }

    @Test("a bad block takes exactly its length and two more")
    func badBlocks() {
        check(
            """
            > set k 0 0 3
            > abcdversion
            < CLIENT_ERROR bad data chunk
            < VERSION 1.6.45
            > set k 0 0 3 noreply
            > abcdefversion
            < ERROR
            > get k
            < END
            """.replacing("abcdversion", with: "abcd!version").replacing("abcdefversion", with: "abcdefgh"))
    }

    @Test("an error behind the length skips the block, one before does not")
    func storageErrors() {
        check(
            """
            > set k 0 0
            < CLIENT_ERROR bad command line format
            > set k 0 0 -1
            < CLIENT_ERROR bad command line format
            > set k 0 0 2147483646
            < CLIENT_ERROR bad command line format
            > set k 0 0 99999999999999999999
            < CLIENT_ERROR bad command line format
            > set k 0 0 x
            < CLIENT_ERROR bad command line format
            > set k x 0 7
            > version
            < CLIENT_ERROR bad command line format
            > set k -1 0 7
            > version
            < CLIENT_ERROR bad command line format
            > set k 0 x 7
            > version
            < CLIENT_ERROR bad command line format
            > set k 0 x 7 noreply
            > version
            > set \(Self.longKey) 0 0 7
            > version
            < CLIENT_ERROR bad command line format
            > get k
            < END
            """)
    }

    @Test("keys have 1 to 250 bytes")
    func keys() {
        check(
            """
            > set \(Self.longestKey) 0 0 1
            > x
            < STORED
            > get \(Self.longestKey)
            < VALUE \(Self.longestKey) 0 1
            < x
            < END
            > get \(Self.longestKey) \(Self.longKey) b
            < CLIENT_ERROR bad command line format
            > mg \(Self.longKey)
            < CLIENT_ERROR bad command line format
            > delete \(Self.longKey)
            < CLIENT_ERROR bad command line format
            > touch \(Self.longKey) 0
            < CLIENT_ERROR bad command line format
            > incr \(Self.longKey) 1
            < CLIENT_ERROR bad command line format
            > ms \(Self.longKey) 2
            > hi
            < CLIENT_ERROR bad command line format
            > ma \(Self.longKey)
            < CLIENT_ERROR bad command line format
            > md \(Self.longKey)
            < CLIENT_ERROR bad command line format
            > gat 0 \(Self.longKey)
            < CLIENT_ERROR bad command line format
            """)
    }

    @Test("a value that is too large is skipped and takes the old one with it")
    func tooLarge() {
        var settings = MemcachedSettings()
        settings.itemSizeMax = 1024
        // 51 bytes of memcached's own, 8 of CAS, the key.
        let fits = String(repeating: "v", count: 1024 - 60)
        check(
            """
            > set k 0 0 \(fits.count)
            > \(fits)
            < STORED
            > set k 0 0 \(fits.count + 1)
            > \(fits)x
            < SERVER_ERROR object too large for cache
            > get k
            < END
            > ms k \(fits.count)
            > \(fits)
            < HD
            > append k 0 0 1
            > x
            < NOT_STORED
            > ms k 1 MA
            > x
            < NS
            > ms k \(fits.count + 1) ME q
            > \(fits)x
            < SERVER_ERROR object too large for cache
            > mg k
            < EN
            > set k 1 0 \(fits.count)
            > \(fits)
            < SERVER_ERROR object too large for cache
            > add k 0 0 \(fits.count + 1) noreply
            > \(fits)x
            > version
            < VERSION 1.6.45
            """, settings)
    }

    @Test("unknown commands, and those that a browser sends")
    func unknown() {
        check(
            """
            > foo
            < ERROR
            > foo bar baz
            < ERROR
            > foo noreply
            > gett a
            < ERROR
            > flush_allx
            < ERROR
            > POST / HTTP/1.1
            ! closed
            """)
    }

    @Test("classic and meta replies keep the order of the requests")
    func order() {
        check(
            """
            > set a 0 0 1
            > 1
            > mg a v
            > get a
            > ms b 1 q
            > 2
            > mn
            > gets x
            > incr a 1
            > get a b
            > delete a
            > md b
            > mn
            < STORED
            < VA 1
            < 1
            < VALUE a 0 1
            < 1
            < END
            < MN
            < END
            < 2
            < VALUE a 0 1
            < 2
            < VALUE b 0 1
            < 2
            < END
            < DELETED
            < HD
            < MN
            """)
    }
}
