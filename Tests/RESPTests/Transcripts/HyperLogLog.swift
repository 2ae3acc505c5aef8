// Commands on HyperLogLogs.
// Recorded from redis-server 7.0.15.

extension Transcript {
    static let hyperLogLogs: [Transcript] = [
        Transcript(
            "a HyperLogLog, sparse",
            #"""
            > PFADD h
            < :1
            > GET h
            < $18
            < HYLL\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x80\x7f\xff
            > PFADD h
            < :0
            > PFADD h a
            < :1
            > PFADD h a
            < :0
            > PFADD h a b c d e f g
            < :1
            > PFADD h a
            < :0
            > PFCOUNT h
            < :7
            > GET h
            < $38
            < HYLL\x01\x00\x00\x00\x07\x00\x00\x00\x00\x00\x00\x00Fm\x80V\x0c\x80D<\x848\x80P\xb1\x84I\x8c\x80Bm\x80BZ
            > PFCOUNT h
            < :7
            > PFCOUNT missing
            < :0
            > OBJECT ENCODING h
            < $3
            < raw
            > TYPE h
            < +string
            > STRLEN h
            < :38
            > EXPIRE h 1000
            < :1
            > PFADD h x y z
            < :1
            > TTL h
            < :1000
            > PFDEBUG ENCODING h
            < +sparse
            > PFDEBUG DECODE h
            < $127
            < Z:1646 v:1,1 Z:5645 v:1,1 Z:1085 v:2,1 z:57 v:1,1 Z:144 v:1,1 Z:4129 v:2,1 Z:2220 v:3,1 Z:224 v:1,1 Z:622 v:1,1 Z:593 v:2,1 z:9
            """#),
        Transcript(
            "HyperLogLogs together",
            #"""
            > PFADD a 1 2 3 4
            < :1
            > PFADD b 3 4 5
            < :1
            > PFCOUNT a b
            < :5
            > PFCOUNT a b missing
            < :5
            > PFCOUNT missing gone
            < :0
            > PFMERGE d a b
            < +OK
            > GET d
            < $33
            < HYLL\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x80A\xee\x84H#\x80SQ\x80Mt\x80Q,\x8cC\xf3
            > PFCOUNT d
            < :5
            > PFMERGE d
            < +OK
            > PFMERGE e
            < +OK
            > GET e
            < $18
            < HYLL\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x80\x7f\xff
            > PFMERGE a b
            < +OK
            > PFCOUNT a
            < :5
            > EXPIRE a 1000
            < :1
            > PFMERGE a missing
            < +OK
            > TTL a
            < :1000
            > OBJECT ENCODING d
            < $3
            < raw
            """#),
        Transcript(
            "a dense one",
            #"""
            > PFADD h a b c
            < :1
            > PFDEBUG TODENSE h
            < :1
            > PFDEBUG TODENSE h
            < :0
            > PFDEBUG ENCODING h
            < +dense
            > PFDEBUG DECODE h
            < -ERR HLL encoding is not sparse
            > STRLEN h
            < :12304
            > GETRANGE h 0 20
            < $21
            < HYLL\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x80\x00\x00\x00\x00\x00
            > PFADD h a
            < :0
            > PFADD h d
            < :1
            > PFCOUNT h
            < :4
            > GETRANGE h 0 15
            < $16
            < HYLL\x00\x00\x00\x00\x04\x00\x00\x00\x00\x00\x00\x00
            > PFADD s x
            < :1
            > PFMERGE s h
            < +OK
            > STRLEN s
            < :12304
            > PFCOUNT s h
            < :5
            """#),
        Transcript(
            "what is no HyperLogLog",
            #"""
            > SET s foo
            < +OK
            > PFADD s a
            < -WRONGTYPE Key is not a valid HyperLogLog string value.
            > PFCOUNT s
            < -WRONGTYPE Key is not a valid HyperLogLog string value.
            > PFCOUNT missing s
            < -WRONGTYPE Key is not a valid HyperLogLog string value.
            > PFMERGE d s
            < -WRONGTYPE Key is not a valid HyperLogLog string value.
            > PFMERGE s missing
            < -WRONGTYPE Key is not a valid HyperLogLog string value.
            > PFDEBUG ENCODING s
            < -WRONGTYPE Key is not a valid HyperLogLog string value.
            > PFDEBUG foo missing
            < -ERR The specified key does not exist
            > PFADD h a
            < :1
            > PFDEBUG foo h
            < -ERR Unknown PFDEBUG subcommand 'foo'
            > SET n 12345678901234567
            < +OK
            > PFADD n a
            < -WRONGTYPE Key is not a valid HyperLogLog string value.
            > SET s "HYLL\x02\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"
            < +OK
            > PFCOUNT s
            < -WRONGTYPE Key is not a valid HyperLogLog string value.
            > SET s "HYLL\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"
            < +OK
            > PFADD s a
            < -WRONGTYPE Key is not a valid HyperLogLog string value.
            > SET s "HYLL\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"
            < +OK
            > PFADD s a
            < -WRONGTYPE Key is not a valid HyperLogLog string value.
            """#),
        Transcript(
            "a corrupted one",
            #"""
            > SET s "HYLL\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x80"
            < +OK
            > PFCOUNT s
            < -INVALIDOBJ Corrupted HLL object detected
            > PFADD s a
            < -INVALIDOBJ Corrupted HLL object detected
            > PFCOUNT s missing
            < -INVALIDOBJ Corrupted HLL object detected
            > PFMERGE d s
            < -INVALIDOBJ Corrupted HLL object detected
            > PFMERGE s
            < -INVALIDOBJ Corrupted HLL object detected
            > PFDEBUG GETREG s
            < -INVALIDOBJ Corrupted HLL object detected
            > PFDEBUG TODENSE s
            < -INVALIDOBJ Corrupted HLL object detected
            > SET s "HYLL\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x80\x7f\xfe"
            < +OK
            > PFCOUNT s
            < -INVALIDOBJ Corrupted HLL object detected
            > PFCOUNT s s
            < -INVALIDOBJ Corrupted HLL object detected
            > SET s "HYLL\x01\x00\x00\x00\x05\x00\x00\x00\x00\x00\x00\x00\x01"
            < +OK
            > PFCOUNT s
            < :5
            > PFADD s
            < :0
            > PFADD s a
            < -INVALIDOBJ Corrupted HLL object detected
            > PFADD
            < -ERR wrong number of arguments for 'pfadd' command
            > PFCOUNT
            < -ERR wrong number of arguments for 'pfcount' command
            > PFMERGE
            < -ERR wrong number of arguments for 'pfmerge' command
            > PFDEBUG ENCODING
            < -ERR wrong number of arguments for 'pfdebug' command
            > PFDEBUG GETREG s x
            < -ERR wrong number of arguments for 'pfdebug' command
            """#),
    ]
}
