// One conversation for each classic command.

import Testing

@testable import Memcached

@Suite struct ClassicTranscripts {
    @Test("get and gets show what is there, in the order asked")
    func get() {
        check(
            """
            > get a
            < END
            > set a 5 0 3
            > abc
            < STORED
            > set b 0 0 0
            >
            < STORED
            > get a
            < VALUE a 5 3
            < abc
            < END
            > get  a   x b a\u{20}
            < VALUE a 5 3
            < abc
            < VALUE b 0 0
            <
            < VALUE a 5 3
            < abc
            < END
            > gets a b
            < VALUE a 5 3 {a}
            < abc
            < VALUE b 0 0 {b}
            <
            < END
            > gets a
            < VALUE a 5 3 {a}
            < abc
            < END
            > get
            < CLIENT_ERROR bad command line format
            > gets\u{20}
            < CLIENT_ERROR bad command line format
            > get c\td
            < END
            > GET a
            < ERROR
            """)
    }

    @Test("gat and gats read and give a new expiry")
    func gat() {
        check(
            """
            > set a 0 10 1
            > x
            < STORED
            > gat 100 a none
            < VALUE a 0 1
            < x
            < END
            @ 50
            > gats 0 a
            < VALUE a 0 1 {cas}
            < x
            < END
            @ 500
            > gat -1 a
            < VALUE a 0 1
            < x
            < END
            > get a
            < END
            > gat 10
            < CLIENT_ERROR bad command line format
            > gat
            < CLIENT_ERROR bad command line format
            > gat x a
            < CLIENT_ERROR invalid exptime argument
            """)
    }

    @Test("set, add and replace differ in what may be there")
    func storage() {
        check(
            """
            > replace k 1 0 1
            > a
            < NOT_STORED
            > add k 4294967295 0 1
            > b
            < STORED
            > add k 3 0 1
            > c
            < NOT_STORED
            > get k
            < VALUE k 4294967295 1
            < b
            < END
            > replace k 4 0 2
            > de
            < STORED
            > set k 5 0 4 noreply
            > f\\r\\ng
            > get k
            < VALUE k 5 4
            < f\\r\\ng
            < END
            > set k 0 -1 1
            > x
            < STORED
            > get k
            < END
            """)
    }

    @Test("append and prepend keep flags and expiry")
    func extend() {
        check(
            """
            > append k 0 0 1
            > x
            < NOT_STORED
            > prepend k 0 0 1
            > x
            < NOT_STORED
            > set k 7 100 2
            > bb
            < STORED
            > append k 1 5 2
            > cc
            < STORED
            > prepend k 1 5 2 noreply
            > aa
            @ 50
            > get k
            < VALUE k 7 6
            < aabbcc
            < END
            @ 51
            > get k
            < END
            """)
    }

    @Test("cas stores over the very value that was read")
    func cas() {
        check(
            """
            > cas k 0 0 1 5
            > x
            < NOT_FOUND
            > set k 0 0 1
            > a
            < STORED
            > gets k
            < VALUE k 0 1 {one}
            < a
            < END
            > cas k 1 0 1 {one}
            > b
            < STORED
            > cas k 2 0 1 {one}
            > c
            < EXISTS
            > cas k 2 0 1 0
            > c
            < EXISTS
            > gets k
            < VALUE k 1 1 {two}
            < b
            < END
            > cas k 2 0 1 {two} noreply
            > d
            > get k
            < VALUE k 2 1
            < d
            < END
            > cas k 0 0 1
            < CLIENT_ERROR bad command line format
            > cas k 0 0 1 x
            > y
            < CLIENT_ERROR bad command line format
            > version
            < VERSION 1.6.45
            """)
    }

    @Test("delete takes a key, a time of 0 and noreply, and nothing else")
    func delete() {
        check(
            """
            > delete k
            < NOT_FOUND
            > set k 0 0 1
            > x
            < STORED
            > delete k 0
            < DELETED
            > set k 0 0 1
            > x
            < STORED
            > delete k noreply
            > get k
            < END
            > delete k 0 noreply
            > delete k 1
            < CLIENT_ERROR bad command line format.  Usage: delete <key> [noreply]
            > delete k a b c d
            < CLIENT_ERROR bad command line format.  Usage: delete <key> [noreply]
            > delete k a noreply
            > delete
            < CLIENT_ERROR bad command line format
            """)
    }

    @Test("incr wraps, decr stops at 0, and a shorter number keeps the size")
    func arithmetic() {
        check(
            """
            > incr n 1
            < NOT_FOUND
            > set n 3 0 2
            > 10
            < STORED
            > incr n 5
            < 15
            > decr n 6
            < 9
            > get n
            < VALUE n 3 2
            < 9\u{20}
            < END
            > decr n 100
            < 0
            > incr n 18446744073709551615
            < 18446744073709551615
            > incr n 2
            < 1
            > get n
            < VALUE n 3 20
            < 1\(String(repeating: " ", count: 19))
            < END
            > incr n x
            < CLIENT_ERROR invalid numeric delta argument
            > incr n -1
            < CLIENT_ERROR invalid numeric delta argument
            > incr n 18446744073709551616
            < CLIENT_ERROR invalid numeric delta argument
            > incr n 1 noreply
            > incr n x noreply
            > incr n
            < CLIENT_ERROR bad command line format
            > incr
            < CLIENT_ERROR bad command line format
            > set n 0 0 3
            > abc
            < STORED
            > incr n 1
            < CLIENT_ERROR cannot increment or decrement non-numeric value
            > decr n 1 noreply
            > set n 0 0 0
            >
            < STORED
            > incr n 1
            < CLIENT_ERROR cannot increment or decrement non-numeric value
            > set n 0 0 5
            > 12 ab
            < STORED
            > incr n 1
            < 13
            > set n 0 0 2
            > -5
            < STORED
            > incr n 1
            < CLIENT_ERROR cannot increment or decrement non-numeric value
            """)
    }

    @Test("touch gives a new expiry and nothing else")
    func touch() {
        check(
            """
            > touch k 10
            < NOT_FOUND
            > set k 1 10 1
            > x
            < STORED
            > touch k 100
            < TOUCHED
            @ 50
            > get k
            < VALUE k 1 1
            < x
            < END
            > touch k 0
            < TOUCHED
            > touch k 0 noreply
            @ 1000000
            > get k
            < VALUE k 1 1
            < x
            < END
            > touch k -1
            < TOUCHED
            > get k
            < END
            > touch k x
            < CLIENT_ERROR invalid exptime argument
            > touch k
            < CLIENT_ERROR bad command line format
            """)
    }
}
