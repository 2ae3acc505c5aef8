// md, ma, me, mn, keys in base64, and faulty flags.

import Testing

@testable import Memcached

@Suite struct MetaChangeTranscripts {
    @Test("md deletes, marks stale, or leaves a tombstone")
    func metaDelete() {
        check(
            """
            > md k
            < NF
            > md k q k Ox
            < NF kk Ox
            > set k 5 0 2
            > hi
            < STORED
            > md k C1
            < EX
            > md k q O1
            > mg k
            < EN
            > set k 5 0 2
            > hi
            < STORED
            > md k x
            < HD
            > mg k v f s
            < VA 0 f0 s0
            <
            > set k 5 0 2
            > hi
            < STORED
            > md k x I T30 k
            < HD kk
            > mg k v f t
            < VA 0 f0 t30 X W
            <
            > md k I E99
            < HD
            > mg k c
            < HD c99 X W
            > md k C99
            < HD
            > mg k
            < EN
            """)
    }

    @Test("ma counts, creates, and tells the number")
    func metaArithmetic() {
        check(
            """
            > ma n
            < NF
            > ma n q k
            < NF kn
            > ma n N30 J5 v t
            < VA 1 t30
            < 5
            > ma m q N30 t
            < HD t30
            > ma l t N30
            < HD t-1
            > ma n
            < HD
            > ma n D10 v
            < VA 2
            < 16
            > ma n MD D7 v k O1
            < VA 1 kn O1
            < 9
            > ma n M- D100 v
            < VA 1
            < 0
            > ma n M+ q
            > ma n MI v T60 t c
            < VA 1 t60 c{cas}
            < 2
            > ma n C1 v
            < EX
            > ma n C{cas} v
            < VA 1
            < 3
            > ma n t T90
            < HD t60
            > ma n T100 t N7
            < HD t100
            > ma = b MX
            < CLIENT_ERROR invalid or duplicate flag
            > ma n MX
            < CLIENT_ERROR invalid mode for ma M token
            > ma n Dx
            < CLIENT_ERROR invalid or duplicate flag
            > ma n v v
            < CLIENT_ERROR invalid or duplicate flag
            > set n 0 0 1
            > x
            < STORED
            > ma n
            < CLIENT_ERROR cannot increment or decrement non-numeric value
            > ma
            < CLIENT_ERROR bad command line format
            """)
    }

    @Test("keys in base64 are kept decoded, and shown as they came")
    func binaryKeys() {
        check(
            """
            > ms YQBi 1 b k
            > x
            < HD kYQBi b
            > mg YQBi b k v
            < VA 1 kYQBi b
            < x
            > mg YQBi k
            < EN kYQBi
            > get a\\0b
            < VALUE a\\0b 0 1
            < x
            < END
            > ms YQ== 1 b
            > 7
            < HD
            > get a
            < VALUE a 0 1
            < 7
            < END
            > mg a k
            < HD kYQ== b
            > ma YQ== b v k
            < VA 1 kYQ== b
            < 8
            > md YQ== b k
            < HD kYQ== b
            > mg YQ b
            < CLIENT_ERROR error decoding key
            """)
    }

    @Test("me describes an item")
    func metaDebug() {
        check(
            """
            > me k
            < EN
            > set k 0 100 1
            > x
            < STORED
            > me k
            < ME k exp=100 la=0 cas={cas} fetch=no cls={cls} size={size}
            > get k
            < VALUE k 0 1
            < x
            < END
            @ 10
            > me k
            < ME k exp=90 la=10 cas={cas} fetch=yes cls={cls} size={size}
            > me
            < CLIENT_ERROR bad command line format
            """)
    }

    @Test("mn closes a batch, and flags are checked on every command")
    func metaNoop() {
        check(
            """
            > mg a q
            > mg b q
            > mn
            < MN
            > mn x
            < MN
            > mg a S
            < CLIENT_ERROR invalid flag
            > mg a v v q
            < CLIENT_ERROR duplicate flag
            > mg a !
            < CLIENT_ERROR bad command line format
            > mg a O12345678901234567890123456789012
            < CLIENT_ERROR opaque token too long
            > mg a b c f h k l s t u v q x I P L O1 T0 N0 R0
            < CLIENT_ERROR options flags are too long
            > mg
            < CLIENT_ERROR bad command line format
            > md a Q
            < CLIENT_ERROR invalid flag
            """)
    }
}
