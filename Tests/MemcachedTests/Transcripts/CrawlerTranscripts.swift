// lru_crawler and stats cachedump, as 1.6.45 answers them.

import Testing

@testable import Memcached

@Suite struct CrawlerTranscripts {
    @Test("the crawler's settings, and what is wrong with them")
    func settings() {
        check(
            """
            > lru_crawler
            < ERROR
            > lru_crawler x
            < ERROR
            > lru_crawler enable
            < ERROR failed to start lru crawler thread
            > lru_crawler enable x
            < ERROR
            > lru_crawler disable
            < OK
            > lru_crawler disable
            < OK
            > lru_crawler crawl all
            < CLIENT_ERROR lru crawler disabled
            > lru_crawler metadump all
            < CLIENT_ERROR lru crawler disabled
            > lru_crawler mgdump all
            < CLIENT_ERROR lru crawler disabled
            > lru_crawler enable
            < OK
            > lru_crawler sleep
            < ERROR
            > lru_crawler sleep x
            < CLIENT_ERROR bad command line format
            > lru_crawler sleep -1
            < CLIENT_ERROR bad command line format
            > lru_crawler sleep 1000000
            < OK
            > lru_crawler sleep 1000001
            < CLIENT_ERROR sleep must be one second or less
            > lru_crawler sleep 100
            < OK
            > lru_crawler sleep 100 noreply
            < ERROR
            > lru_crawler tocrawl
            < ERROR
            > lru_crawler tocrawl x
            < CLIENT_ERROR bad command line format
            > lru_crawler tocrawl 4294967296
            < CLIENT_ERROR bad command line format
            > lru_crawler tocrawl 5
            < OK
            > lru_crawler tocrawl 0
            < OK
            > lru_crawler tocrawl 0 x
            < ERROR
            """)
    }

    @Test("a crawl names its classes, and only one runs at a time")
    func crawl() {
        check(
            """
            > lru_crawler crawl
            < ERROR
            > lru_crawler crawl x
            < BADCLASS invalid class id
            > lru_crawler crawl 1,x
            < BADCLASS invalid class id
            > lru_crawler crawl 0
            < BADCLASS invalid class id
            > lru_crawler crawl 128
            < BADCLASS invalid class id
            > lru_crawler crawl 18446744073709551615
            < BADCLASS invalid class id
            > lru_crawler crawl ,
            < NOTSTARTED no items to crawl
            > lru_crawler crawl hash
            < ERROR an unknown error happened
            > lru_crawler crawl all noreply
            < ERROR
            > lru_crawler crawl 1,,63
            < OK
            > lru_crawler crawl all
            < BUSY currently processing crawler request
            > lru_crawler disable
            < OK
            > lru_crawler enable
            < OK
            > lru_crawler crawl all
            < OK
            > lru_crawler disable
            < OK
            > lru_crawler enable
            < OK
            """)
    }

    @Test("metadump tells of an item, key encoded, in one line that ends in a blank and a line feed")
    func metadump() {
        check(
            """
            > lru_crawler metadump
            < ERROR
            > mn
            < MN
            > lru_crawler metadump all
            < END
            > mn
            < MN
            > lru_crawler metadump hash
            < END
            > set f,o%o:_ 7 100 3
            > bar
            < STORED
            > mn
            < MN
            > lru_crawler metadump all
            <- key=f%2Co%25o%3A_ exp=1800000101 la=1800000000 cas={a} fetch=no cls={b} size={c} flags=7 \\n
            < END
            > touch f,o%o:_ 0
            < TOUCHED
            > get f,o%o:_
            < VALUE f,o%o:_ 7 3
            < bar
            < END
            > mn
            < MN
            > lru_crawler metadump 1,2,3,4,5,6,7,8,9,10
            <- key=f%2Co%25o%3A_ exp=-1 la=1800000000 cas={a} fetch=yes cls={d} size={e} flags=7 \\n
            < END
            > mn
            < MN
            > lru_crawler metadump 63
            < END
            > mn
            < MN
            > lru_crawler metadump 1,x
            < BADCLASS invalid class id
            > mn
            < MN
            > lru_crawler metadump ,
            < NOTSTARTED no items to crawl
            """)
    }

    @Test("mgdump writes commands, binary keys in base64")
    func mgdump() {
        check(
            """
            > lru_crawler mgdump
            < ERROR
            > mn
            < MN
            > lru_crawler mgdump hash
            < EN
            > set plain 0 0 1
            > x
            < STORED
            > mn
            < MN
            > lru_crawler mgdump all
            < mg plain
            < EN
            > delete plain
            < DELETED
            > ms Zm9vYmFy 1 b
            > x
            < HD
            > mn
            < MN
            > lru_crawler mgdump hash
            < mg Zm9vYmFy b
            < EN
            """)
    }

    @Test("expired items are in no dump")
    func expired() {
        check(
            """
            > set a 0 10 1
            > x
            < STORED
            > set b 0 0 1
            > x
            < STORED
            @ 10
            > lru_crawler mgdump all
            < mg b
            < EN
            """)
    }

    @Test("a dump must be the first of its pipeline, and others may follow")
    func pipelining() {
        check(
            """
            >- set a 0 0 1\\r\\nx\\r\\nlru_crawler metadump all\\r\\nmn\\r\\n
            < STORED
            < ERROR cannot pipeline other commands before metadump
            < MN
            >- set a 0 0 1 noreply\\r\\nx\\r\\nlru_crawler mgdump all\\r\\n
            < ERROR cannot pipeline other commands before mgdump
            >- mn\\r\\nlru_crawler mgdump all\\r\\nget a\\r\\n
            < MN
            < mg a
            < EN
            < VALUE a 0 1
            < x
            < END
            """, cuts: false)
    }

    @Test("-X forbids dumps and leaves crawls alone")
    func forbidden() {
        var settings = MemcachedSettings()
        settings.isDumpEnabled = false
        check(
            """
            > lru_crawler metadump all
            < ERROR metadump not allowed
            > lru_crawler mgdump all
            < ERROR key dump not allowed
            > lru_crawler metadump
            < ERROR
            > stats cachedump 1 1
            < CLIENT_ERROR stats cachedump not allowed
            > lru_crawler crawl all
            < OK
            > lru_crawler disable
            < OK
            > lru_crawler enable
            < OK
            """, settings)
    }

    @Test("stats cachedump shows a class, up to a limit")
    func cachedump() {
        check(
            """
            > stats cachedump
            < CLIENT_ERROR bad command line
            > stats c 1
            < CLIENT_ERROR bad command line
            > stats cachedump x 0
            < CLIENT_ERROR bad command line format
            > stats cachedump 1 x
            < CLIENT_ERROR bad command line format
            > stats cachedump 128 1
            < CLIENT_ERROR Illegal slab id
            > stats cachedump 0 1
            < END
            > stats cachedump 1 0
            < END
            > set 1 0 100 3
            > bar
            < STORED
            > set 2 0 100 3
            > bar
            < STORED
            > stats cachedump 3 1
            < ITEM {l} [3 b; 1800000101 s]
            < END
            > stats cachedump 63 0
            < END
            """)
    }
}
