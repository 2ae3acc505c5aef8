// The lines of MemcachedLineTests.

enum MemcachedLines {
    typealias Line = MemcachedLineTests.Line

    private static let long = String(repeating: "k", count: 251)
    private static let longest = String(repeating: "k", count: 250)

    static let alike = [
        // Framing.
        "mn\r\n", "mn x\r\n", "abc\nmn\r\n", "foo\r\n", "GET k\r\n", "noreply\r\nmn\r\n", "get  k  a \r\n",
        "get k\tb\r\n", "get k\nget k\r\n", "\tget k\r\n", "get k\r\n\u{80}\u{80}\r\nmn\r\n", "foo HTTP/1.1\r\nmn\r\n",
        "GET / HTTP/1.1\r\nmn\r\n", "get / HTTP/1.1\r\nmn\r\n", "quit\r\nmn\r\n", "quit x\r\nmn\r\n", "version\r\n",
        "version x\r\n", "get \(longest)\r\n", "get \(long)\r\n", "get k \(long) k\r\n",
        "mg \(long)\r\n", "ma \(long)\r\n", "incr \(long) 1\r\n", "touch \(long) 1\r\n", "delete \(long)\r\n",
        "gat 0 \(long)\r\n", "set k\u{1} 0 0 1\r\n1\r\nget k\u{1}\r\n", "set k\u{ff} 0 0 1\r\n1\r\nmg k\u{ff} k\r\n",
        "get" + String(repeating: " k", count: 5000) + "\r\n", "gets" + String(repeating: " k", count: 60) + "\r\n",
        String(repeating: "x", count: 3000), "mg " + String(repeating: "k", count: 3000),
        // Storage.
        "set k 0 0 1 foo\r\n1\r\n", "set k 4294967296 0 1\r\n1\r\nget k\r\n", "set  k  0  0  1 \r\na\r\nget k\r\n",
        "set k 0 0 1  noreply \r\na\r\nmn\r\n", "set k 0 0 1 NOREPLY\r\na\r\nmn\r\n", "set k 0 0 +1\r\n1\r\nmn\r\n",
        "set k +0 +0 01\r\n1\r\nget k\r\n", "set k 0 0 1\n1\r\nget k\n", "set k 0 0 1\r\n1\nget k\r\n",
        "set k 0 0 0\r\n\r\nget k\r\n", "cas k 0 0 1 1 noreply\r\n1\r\nmn\r\n", "append k 0 0 1\r\na\r\n",
        "set k 5 0 1\r\na\r\nreplace k 6 0 1\r\nb\r\nappend k 7 0 1\r\nc\r\nprepend k 8 0 1\r\nd\r\nget k\r\n",
        "set k 5 0 1\r\na\r\ncas k 0 0 1 0\r\nb\r\nget k\r\n", "cas k 0 0 1 0\r\nb\r\nget k\r\n",
        // A length that no block can have: nothing is skipped.
        "set k 0 0 x\r\nmn\r\n", "set k 0 0 -1\r\nmn\r\n", "set k 0 0 2147483647\r\nmn\r\n",
        "set k 0 0 2147483646\r\nmn\r\n", "set k 0 0 18446744073709551615\r\nmn\r\n", "ms k 2147483646\r\nmn\r\n",
        // Expiry.
        "set k 5 0 1\r\na\r\ntouch k -1\r\nget k\r\n", "set k 5 0 1\r\na\r\ngat -1 k\r\nget k\r\n",
        "set k 5 -1 1\r\na\r\nget k\r\n", "set k 5 2592001 1\r\na\r\nget k\r\n", "touch k x\r\n", "touch k 0 0\r\n",
        "gat x k\r\n", "set k 0 -1 1\r\na\r\nadd k 0 0 1\r\nb\r\nget k\r\n",
        // Beyond 32 bits: libmemcached sends -1 as 4294967295.
        "set k 5 4294967295 1\r\na\r\nget k\r\n", "set k 0 4294967296 1\r\n1\r\nget k\r\n", "gat 4294967295 k\r\n",
        "set k 5 0 1\r\na\r\ntouch k 4294967295\r\nget k\r\n", "set k 5 0 1\r\na\r\ngat 4294967295 k\r\nget k\r\n",
        "set k 0 2147483648 1\r\na\r\nget k\r\n", "set k 0 9223372036854775807 1\r\na\r\nget k\r\n",
        "set k 0 -99999999999 1\r\na\r\nget k\r\n", "ms k 1 T4294967295\r\na\r\nmg k t\r\n",
        "ms k 1 T4294967296\r\na\r\nmg k t\r\n",
        // Numbers.
        "incr k x\r\n", "incr k 1 \r\n", "incr k 18446744073709551616\r\n",
        "set k 0 0 2\r\n10\r\ndecr k 1\r\nget k\r\n", "set k 0 0 2\r\n10\r\nincr k 18446744073709551615\r\n",
        "set k 0 0 20\r\n18446744073709551615\r\nincr k 1\r\n", "set k 0 0 1\r\n5\r\ndecr k 9\r\n",
        "set k 0 0 21\r\n018446744073709551615\r\nincr k 1\r\n",
        "set k 0 0 3\r\n1\u{0}\u{0}\r\nincr k 1\r\nget k\r\n", "set k 0 0 3\r\n1\t2\r\nincr k 1\r\n",
        "set k 0 0 2\r\n1\n\r\nincr k 1\r\n", "set k 0 0 3\r\n\t12\r\nincr k 1\r\n",
        "set k 0 0 3\r\n-12\r\nincr k 1\r\n", "set k 0 0 2\r\n+ \r\nincr k 1\r\n", "set k 0 0 0\r\n\r\nincr k 1\r\n",
        "set k 0 0 30\r\n                             1\r\nincr k 1\r\n", "set k 0 0 2\r\n1x\r\nincr k 1\r\n",
        // delete, flush_all, verbosity.
        "delete k 1\r\n", "delete k noreply x\r\n", "delete k x noreply\r\nmn\r\n", "delete k 0 0\r\n",
        "delete k 0\r\n", "delete k 0 noreply\r\nmn\r\n", "delete k noreply\r\nmn\r\n", "flush_all x\r\n",
        "flush_all 0 0\r\n", "flush_all 0 noreply\r\nmn\r\n", "flush_all noreply noreply\r\nmn\r\n",
        "flush_all -5\r\n", "verbosity 0\r\n", "verbosity x\r\n", "verbosity 0 1\r\n",
        "verbosity 0 noreply\r\nmn\r\n", "verbosity noreply\r\nmn\r\n", "cache_memlimit 7\r\n",
        "cache_memlimit 1000000001\r\n", "cache_memlimit x\r\n", "cache_memlimit 64 noreply\r\nmn\r\n",
        "stats nosuch\r\n", "stats reset\r\n",
        // Meta.
        "me k\r\n", "me\r\n", "me YQ== b\r\n", "ms k\r\n", "ms k x\r\n", "ms k -1\r\n", "mg k O\r\n", "mg k 1\r\n",
        "mg k v1\r\n", "mg k k1\r\n", "mg k q\r\nmn\r\n", "mg k a\r\n", "mg k v v\r\n", "mg k [\r\n", "mg k \\\r\n",
        "mg k `\r\n", "ms k 1 MSET\r\na\r\nget k\r\n", "ms k 1 M\r\na\r\n", "ms k 1 MX\r\na\r\nget k\r\n",
        "ma k MX\r\n", "ma k MINC N0\r\n", "ms k 1 T\r\na\r\n", "ms k 1 C\r\na\r\n", "ms k 1 T0 T1\r\n1\r\nmn\r\n",
        "ms k +1\r\n1\r\nmn\r\n", "ma k N\r\n", "ma k D\r\n",
        "mg k S\r\nmg k G\r\nmg k H\r\nmg k K\r\nmg k Q\r\nmg k U\r\n",
        "mg k V\r\nmg k W\r\nmg k X\r\nmg k Y\r\nmg k Z\r\nmg k B\r\n",
        "mg k b\r\n", "mg YQ b\r\n", "ms !!!! 1 b\r\na\r\nmn\r\n", "mg = b k\r\n",
        "mg k O\(String(repeating: "1", count: 31))\r\n", "mg k P L Px Ly\r\n",
        "ms YQ== 1 b\r\na\r\nget a\r\nmg YQ== k b v\r\nmg a k v\r\nms YQ== 1 b k Oz\r\n9\r\n",
        "ms a 1\r\n9\r\nmg YQ== b k v\r\nmd YQ== b k\r\nmd YQ== b k\r\n",
        "ms k 2 T100 F5\r\nhi\r\nmg k s v f t k h O1\r\nmg k h l t u\r\n",
        "mg k N30 v s f t k\r\nmg k v\r\nadd k 0 0 1\r\na\r\n", "mg k N30 q v\r\nmg k q v\r\nmn\r\n",
        "ma k N0 J13 v\r\nmg k v\r\nma k MD D5 v\r\nma k MD D50 v\r\n",
        "set k 5 0 1\r\na\r\nmd k I\r\nmg k v\r\nmg k v\r\nget k\r\nms k 1\r\nb\r\nmg k v\r\n",
        "set k 5 0 1\r\na\r\nmd k I T30\r\nmg k v t\r\nmg k v t s f\r\n",
        "set k 5 100 1\r\na\r\nmg k R200\r\nmg k R200\r\n", "set k 5 0 1\r\na\r\nmg k T2592001 R30\r\n",
        "set k 5 0 1\r\na\r\nmg k R30 T2592001\r\n", "mg k T5000 N1000 t\r\nmg k t\r\n",
        "mg k N1000 T5000 t\r\nmg k t\r\n", "ma k T5000 t N1000\r\nmg k t\r\n", "ma k N1000 t T5000\r\nmg k t\r\n",
        "set k 0 0 1\r\n1\r\nma k t T1000\r\nmg k t\r\n",
        "set k 0 0 1\r\n1\r\nma k C0 v\r\nms k 1 MA C0\r\n1\r\nms k 1 C0 I\r\n1\r\n",
        "set k 0 0 0\r\n\r\nma k C777\r\n", "set k 0 0 1\r\n1\r\ntouch k 0\r\nmg k h\r\n",
        "set k 0 0 1\r\n1\r\nmd k C0\r\nmd k C777\r\n",
        // q hides what is expected and tells what is not.
        "ms k 1 q\r\na\r\nms k 1 ME q\r\na\r\nmd k q\r\nmd k q\r\nmn\r\n",
        "ms k 1 MR q\r\na\r\nms k 1 C5 q\r\na\r\nma k q\r\nmn\r\n",
        "ma k q N0 v\r\nma k q\r\nmg k q v\r\nmd k q\r\nmg k q\r\nmn\r\n", "mg k q Ox k\r\nmd k q Ox k\r\nmn\r\n",
        "ms k 2 q\r\nabXYmn\r\n",
    ].map { Line($0) }

    private static let base64Long = String(repeating: "YWFh", count: 84)
    private static let badLine = "CLIENT_ERROR bad command line format\r\n"

    private static let tooFew = [
        "get\r\n", "get \r\n", "gets\r\n", "gat\r\n", "incr\r\n", "incr k\r\n", "set\r\n", "set k 0 0\r\n",
        "delete\r\n", "touch\r\n", "touch k\r\n", "verbosity\r\n", "mg\r\n", "ms\r\n", "md\r\n", "ma\r\n", "\r\n",
        "\n", "a\r\n", "ab\n",
    ].map { Line($0, theirs: "ERROR\r\n", ours: badLine, .release) }

    static let different: [Line] = tooFew + [
            Line("mn\n", theirs: "MN\r\n", ours: badLine, .release),
            Line(" get k\r\n", theirs: "END\r\n", ours: "ERROR\r\n", .release),
            Line("gat 0\r\n", theirs: "END\r\n", ours: badLine, .release),
            Line("gat k\r\n", theirs: "CLIENT_ERROR invalid exptime argument\r\n", ours: badLine, .release),
            Line("foo noreply\r\nmn\r\n", theirs: "ERROR\r\nMN\r\n", ours: "MN\r\n", .release),
            Line("incr k 1 2 3 4\r\n", theirs: "ERROR\r\n", ours: "NOT_FOUND\r\n", .release),
            Line("flush_all 1 2 3\r\n", theirs: "ERROR\r\n", ours: "OK\r\n", .release),
            Line("mg k ~\r\n", theirs: "CLIENT_ERROR invalid flag\r\n", ours: badLine, .release),
            Line("mg k @\r\n", theirs: "CLIENT_ERROR invalid flag\r\n", ours: badLine, .release),
            Line(
                "md k v v\r\n", theirs: "CLIENT_ERROR invalid or duplicate flag\r\n",
                ours: "CLIENT_ERROR duplicate flag\r\n", .release),
            Line(
                "ma k O\(String(repeating: "x", count: 32))\r\n", theirs: "CLIENT_ERROR opaque token too long\r\n",
                ours: "CLIENT_ERROR invalid or duplicate flag\r\n", .release),
            Line(
                "ms k 1 F\r\na\r\n", theirs: badLine, ours: "CLIENT_ERROR bad token in command line format\r\n",
                .release),
            Line(
                "ms k 1 MA N0\r\na\r\nget k\r\n", theirs: "NS\r\nEND\r\n",
                ours: "HD\r\nVALUE k 0 1\r\na\r\nEND\r\n", .release),
            Line(
                "set k 0 0 1\r\na\r\nmg k E5\r\n", theirs: "STORED\r\nCLIENT_ERROR invalid flag\r\n",
                ours: "STORED\r\nHD\r\n", .release),
            Line(
                "set k x 0 1\r\n1\r\nmn\r\n", theirs: badLine + "ERROR\r\nMN\r\n", ours: badLine + "MN\r\n", .inStep),
            Line(
                "set k 0 x 1\r\n1\r\nmn\r\n", theirs: badLine + "ERROR\r\nMN\r\n", ours: badLine + "MN\r\n", .inStep),
            Line(
                "cas k 0 0 1 x\r\n1\r\nmn\r\n", theirs: badLine + "ERROR\r\nMN\r\n", ours: badLine + "MN\r\n", .inStep),
            Line(
                "set \(long) 0 0 1\r\n1\r\nmn\r\n", theirs: badLine + "ERROR\r\nMN\r\n", ours: badLine + "MN\r\n",
                .inStep),
            Line(
                "mg \(base64Long) b\r\n", theirs: badLine, ours: "CLIENT_ERROR error decoding key\r\n", .release),
            Line(
                "set k 0 0 2147483645\r\n1\r\n", theirs: "", ours: "SERVER_ERROR object too large for cache\r\n",
                .sooner),
            Line(
                "set k 0 0 3\r\n-0 \r\nincr k 1\r\n", theirs: "STORED\r\n1\r\n",
                ours: "STORED\r\nCLIENT_ERROR cannot increment or decrement non-numeric value\r\n", .wholeNumbers),
            Line(
                "ms YQ== 1 b\r\na\r\nms YQ== 1 MA b\r\nb\r\nmg a k v\r\n", theirs: "HD\r\nHD\r\nVA 2 ka\r\nab\r\n",
                ours: "HD\r\nHD\r\nVA 2 kYQ== b\r\nab\r\n", .binary),
        ]
}
