// One conversation for each meta command, and those of the stale-while-refilling protocol.

import Testing

@testable import Memcached

@Suite struct MetaTranscripts {
    @Test("mg returns what its flags ask for, in their order")
    func metaGet() {
        check(
            """
            > mg k
            < EN
            > mg k v k Oab
            < EN kk Oab
            > mg k v q
            > mg k v q k O1
            > set k 9 100 3
            > abc
            < STORED
            > mg k
            < HD
            > mg k v
            < VA 3
            < abc
            > mg k s v f t
            < VA 3 s3 f9 t100
            < abc
            > mg k t k O123 c u
            < HD t100 kk O123 c{cas}
            > mg k q
            < HD
            > mg k P/x Ly v
            < VA 3
            < abc
            > mg k v C{cas} s
            < HD s3
            > mg k v C1
            < VA 3
            < abc
            """)
    }

    @Test("h and l tell the state before the access, u leaves no trace")
    func metaGetAccess() {
        check(
            """
            > set k 0 0 1
            > x
            < STORED
            > mg k h u
            < HD h0
            > mg k h
            < HD h0
            > mg k h
            < HD h1
            @ 20
            > mg k l u
            < HD l20
            > mg k l
            < HD l20
            > mg k l
            < HD l0
            """)
    }

    @Test("T applies where it stands among the flags")
    func metaGetTouch() {
        check(
            """
            > set k 0 100 1
            > x
            < STORED
            > mg k t T30
            < HD t100
            > mg k T40 t
            < HD t40
            > mg k T0 t
            < HD t-1
            > mg k T-1
            < HD
            > mg k
            < EN
            """)
    }

    @Test("N makes one reader the one who fills a missing item")
    func metaGetVivify() {
        check(
            """
            > mg k N30 t v
            < VA 0 t30 W
            <
            > mg k N30 t v
            < VA 0 t30 Z
            <
            > mg k
            < HD Z
            > ms k 2 T60
            > hi
            < HD
            > mg k v t
            < VA 2 t60
            < hi
            > mg n N30 E77 c
            < HD c77 W
            > mg p N30 T40 t
            < HD t40 W
            > mg r T40 N30 t
            < HD t30 W
            > mg o t N30
            < HD t-1 W
            > mg o t N40
            < HD t30 Z
            """)
    }

    @Test("R makes one reader the one who refills an item in time")
    func metaGetRecache() {
        check(
            """
            > set k 0 100 1
            > x
            < STORED
            > mg k R30 t
            < HD t100
            > mg k R101 t
            < HD t100 W
            > mg k R101 t
            < HD t100 Z
            > set k 0 0 1
            > x
            < STORED
            > mg k R30 t
            < HD t-1
            > mg k R30 T20 t
            < HD t20
            > mg k T25 R30 t
            < HD t25 W
            """)
    }

    @Test("a touch is an access, and C0 is nobody's number")
    func oddities() {
        check(
            """
            > set k 0 100 1
            > 5
            < STORED
            > touch k 200
            < TOUCHED
            > mg k h t
            < HD h1 t200
            > ma k C0 v
            < VA 1
            < 6
            > ms k 1 C0 I
            > x
            < EX
            > ms k 1 MA C0
            > 0
            < HD
            > md k C0
            < EX
            > set k 0 0 0
            >
            < STORED
            > ma k C1
            < CLIENT_ERROR cannot increment or decrement non-numeric value
            """)
    }

    @Test("a stale item is served, and the first reader refills it")
    func stale() {
        check(
            """
            > set k 0 100 2
            > hi
            < STORED
            > mg k c
            < HD c{old}
            > md k I T30
            < HD
            > gat 30 k
            < VALUE k 0 2
            < hi
            < END
            > mg k v t c
            < VA 2 t30 c{new} X W
            < hi
            > mg k v
            < VA 2 Z X
            < hi
            > ms k 3 C{old}
            > abc
            < EX
            > ms k 3 C{old} I T90
            > abc
            < HD
            > mg k v t
            < VA 3 t30 Z X
            < abc
            > mg k c
            < HD c{newer} Z X
            > ms k 1 C{newer} T90
            > z
            < HD
            > mg k v t
            < VA 1 t90
            < z
            """)
    }

    @Test("ms stores in every mode")
    func metaSet() {
        check(
            """
            > ms k 2 F5 T100
            > hi
            < HD
            > mg k f t v
            < VA 2 f5 t100
            < hi
            > ms k 2 ME q
            > xx
            < NS
            > ms k 2 q MR
            > yy
            > ms k 2 MA k O9 s
            > zz
            < HD kk O9 s4
            > ms k 1 MP c
            > x
            < HD c{cas}
            > mg k v c
            < VA 5 c{cas}
            < xyyzz
            > ms k 1 MA C1 I
            > x
            < EX
            > ms new 1 MA
            > x
            < NS
            > ms new 1 MA C5
            > x
            < NS
            > ms new 1 MR c
            > x
            < NS c0
            > ms new 1 MA N30
            > x
            < HD
            > mg new t v
            < VA 1 t30
            < x
            > ms k 1 MS C{cas}
            > x
            < HD
            > ms k 1 C{cas} k
            > x
            < EX kk
            > ms none 1 C{cas} Ox
            > x
            < NF Ox
            > ms k 1 E123 c
            > x
            < HD c123
            > mg k c
            < HD c123
            """)
    }

    @Test("what is wrong with an ms is said, and its block is skipped")
    func metaSetErrors() {
        check(
            """
            > ms k
            < CLIENT_ERROR bad command line format
            > ms k x
            < CLIENT_ERROR bad command line format
            > ms k -1
            < CLIENT_ERROR bad command line format
            > ms k 2 MZ q
            > hi
            < CLIENT_ERROR invalid mode for ms M token
            > ms k 2 Z
            > hi
            < CLIENT_ERROR invalid flag
            > ms k 2 T1 T2
            > hi
            < CLIENT_ERROR duplicate flag
            > ms k 2 Tx
            > hi
            < CLIENT_ERROR bad token in command line format
            > ms k 2 MSET
            > hi
            < CLIENT_ERROR incorrect length for M token
            > ms k 2 b
            > hi
            < CLIENT_ERROR error decoding key
            > ms k 2 q
            >- hi
            >- \\nx
            < CLIENT_ERROR bad data chunk
            > mn
            < MN
            """)
    }
}
