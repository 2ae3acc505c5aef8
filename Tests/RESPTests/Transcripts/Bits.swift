// Commands on bits, and LCS.
// Recorded from redis-server 7.0.15.

extension Transcript {
    static let bits: [Transcript] = [
        Transcript(
            "SETBIT and GETBIT",
            #"""
            > SETBIT k 7 1
            < :0
            > SETBIT k 7 1
            < :1
            > SETBIT k 7 0
            < :1
            > OBJECT ENCODING k
            < $3
            < raw
            > SETBIT k 0 1
            < :0
            > GET k
            < $1
            < \x80
            > SETBIT k 100 1
            < :0
            > STRLEN k
            < :13
            > GETBIT k 100
            < :1
            > GETBIT k 99
            < :0
            > GETBIT k 4294967295
            < :0
            > GETBIT missing 0
            < :0
            > SETBIT zero 20 0
            < :0
            > GET zero
            < $3
            < \x00\x00\x00
            > SET n 5
            < +OK
            > SETBIT n 2 1
            < :1
            > OBJECT ENCODING n
            < $3
            < raw
            > GET n
            < $1
            < 5
            > SET n 5
            < +OK
            > SETBIT n 2 0
            < :1
            > SETBIT n 7 0
            < :1
            > GET n
            < $1
            < \x14
            > SETEX e 1000 abc
            < +OK
            > SETBIT e 0 1
            < :0
            > TTL e
            < :1000
            """#),
        Transcript(
            "bits at places that there are not",
            #"""
            > SETBIT k -1 1
            < -ERR bit offset is not an integer or out of range
            > SETBIT k x 1
            < -ERR bit offset is not an integer or out of range
            > SETBIT k 4294967296 1
            < -ERR bit offset is not an integer or out of range
            > SETBIT k 9223372036854775808 1
            < -ERR bit offset is not an integer or out of range
            > SETBIT k 1 2
            < -ERR bit is not an integer or out of range
            > SETBIT k 1 -1
            < -ERR bit is not an integer or out of range
            > SETBIT k 1 x
            < -ERR bit is not an integer or out of range
            > SETBIT k x x
            < -ERR bit offset is not an integer or out of range
            > GETBIT k -1
            < -ERR bit offset is not an integer or out of range
            > GETBIT k x
            < -ERR bit offset is not an integer or out of range
            > GETBIT k 4294967296
            < -ERR bit offset is not an integer or out of range
            > SETBIT k 1
            < -ERR wrong number of arguments for 'setbit' command
            > GETBIT k
            < -ERR wrong number of arguments for 'getbit' command
            """#),
        Transcript(
            "BITCOUNT",
            #"""
            > SET k foobar
            < +OK
            > BITCOUNT k
            < :26
            > BITCOUNT k 0 0
            < :4
            > BITCOUNT k 1 1
            < :6
            > BITCOUNT k 1 1 BYTE
            < :6
            > BITCOUNT k 5 30 BIT
            < :17
            > BITCOUNT k 5 5 bit
            < :1
            > BITCOUNT k 0 -1
            < :26
            > BITCOUNT k -2 -1
            < :7
            > BITCOUNT k -1 -2
            < :0
            > BITCOUNT k -100 100
            < :26
            > BITCOUNT k -100 -90
            < :4
            """#),
        Transcript(
            "BITCOUNT at the edges",
            #"""
            > SET k foobar
            < +OK
            > BITCOUNT k 10 20
            < :0
            > BITCOUNT k -9 -1 BIT
            < :5
            > BITCOUNT k 0 9223372036854775807
            < :26
            > BITCOUNT k -9223372036854775808 9223372036854775807 BIT
            < :26
            > BITCOUNT missing
            < :0
            > BITCOUNT missing 0 -1
            < :0
            > SET empty ""
            < +OK
            > BITCOUNT empty
            < :0
            > BITCOUNT empty 0 -1
            < :0
            > BITCOUNT empty 0 0 BIT
            < :0
            > BITCOUNT k 1
            < -ERR syntax error
            > BITCOUNT k 0 1 foo
            < -ERR syntax error
            > BITCOUNT k 0 1 BIT x
            < -ERR syntax error
            > BITCOUNT k x 1
            < -ERR value is not an integer or out of range
            > BITCOUNT k 1 x
            < -ERR value is not an integer or out of range
            > BITCOUNT
            < -ERR wrong number of arguments for 'bitcount' command
            > SET long "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"
            < +OK
            > BITCOUNT long
            < :153
            > BITCOUNT long 1 158 BIT
            < :151
            > BITCOUNT long 1 17
            < :136
            """#),
        Transcript(
            "BITPOS",
            #"""
            > SET k "\xff\xf0\x00"
            < +OK
            > BITPOS k 0
            < :12
            > BITPOS k 1
            < :0
            > BITPOS k 1 2
            < :-1
            > BITPOS k 0 2
            < :16
            > BITPOS k 0 0 0
            < :-1
            > BITPOS k 0 0 1
            < :12
            > BITPOS k 0 1 1 BYTE
            < :12
            > BITPOS k 0 7 15 BIT
            < :12
            > BITPOS k 1 7 15 bit
            < :7
            > BITPOS k 1 12 -1 BIT
            < :-1
            > BITPOS k 0 -1
            < :16
            > BITPOS k 1 -2 -1
            < :8
            > BITPOS k 1 5 3
            < :-1
            > BITPOS k 1 30
            < :-1
            > SET f "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"
            < +OK
            > BITPOS f 0
            < :80
            > BITPOS f 0 3
            < :80
            > BITPOS f 0 0 -1
            < :-1
            > BITPOS f 0 3 79 BIT
            < :-1
            > BITPOS f 0 20
            < :-1
            > BITPOS f 1 9
            < :72
            > SET z "\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"
            < +OK
            > BITPOS z 1
            < :-1
            > BITPOS z 0 4
            < :32
            """#),
        Transcript(
            "BITPOS at the edges",
            #"""
            > SET k "\xff\xf0\x00"
            < +OK
            > BITPOS missing 0
            < :0
            > BITPOS missing 1
            < :-1
            > BITPOS missing 0 5 10
            < :0
            > SET empty ""
            < +OK
            > BITPOS empty 0
            < :-1
            > BITPOS empty 1
            < :-1
            > BITPOS empty 0 0
            < :-1
            > BITPOS empty 0 0 -1
            < :-1
            > BITPOS k 2
            < -ERR The bit argument must be 1 or 0.
            > BITPOS k -1
            < -ERR The bit argument must be 1 or 0.
            > BITPOS k x
            < -ERR value is not an integer or out of range
            > BITPOS k 0 x
            < -ERR value is not an integer or out of range
            > BITPOS k 0 0 x
            < -ERR value is not an integer or out of range
            > BITPOS k 0 0 1 foo
            < -ERR syntax error
            > BITPOS k 0 0 1 BIT x
            < -ERR syntax error
            > BITPOS k
            < -ERR wrong number of arguments for 'bitpos' command
            """#),
        Transcript(
            "BITOP",
            #"""
            > MSET a "abc\xff" b "ab" c "\x0f"
            < +OK
            > BITOP AND d a b
            < :4
            > GET d
            < $4
            < ab\x00\x00
            > BITOP OR d a b c
            < :4
            > GET d
            < $4
            < obc\xff
            > BITOP XOR d a b c
            < :4
            > GET d
            < $4
            < \x0f\x00c\xff
            > BITOP NOT d a
            < :4
            > GET d
            < $4
            < \x9e\x9d\x9c\x00
            > OBJECT ENCODING d
            < $3
            < raw
            > BITOP and a a c
            < :4
            > GET a
            < $4
            < \x01\x00\x00\x00
            > BITOP AND d a missing
            < :4
            > GET d
            < $4
            < \x00\x00\x00\x00
            > BITOP OR d missing c
            < :1
            > GET d
            < $1
            < \x0f
            > BITOP NOT d missing
            < :0
            > EXISTS d
            < :0
            > SETEX e 1000 x
            < +OK
            > BITOP OR e b
            < :2
            > TTL e
            < :-1
            > SET empty ""
            < +OK
            > BITOP XOR d empty empty
            < :0
            > EXISTS d
            < :0
            """#),
        Transcript(
            "BITOP by words, and refused",
            #"""
            > SET l1 "\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d\x0e\x0f\x10\x11"
            < +OK
            > SET l2 "\xff\xff\xff\xff\xff\xff\xff\xff\xf0\x0f"
            < +OK
            > BITOP AND d l1 l2
            < :17
            > GET d
            < $17
            < \x01\x02\x03\x04\x05\x06\x07\x08\x00\n\x00\x00\x00\x00\x00\x00\x00
            > BITOP XOR d l2 l1
            < :17
            > GET d
            < $17
            < \xfe\xfd\xfc\xfb\xfa\xf9\xf8\xf7\xf9\x05\x0b\x0c\r\x0e\x0f\x10\x11
            > BITOP OR l2 l2 l1
            < :17
            > GET l2
            < $17
            < \xff\xff\xff\xff\xff\xff\xff\xff\xf9\x0f\x0b\x0c\r\x0e\x0f\x10\x11
            > BITOP NOT d a b
            < -ERR BITOP NOT must be called with a single source key.
            > BITOP foo d a
            < -ERR syntax error
            > BITOP AND d
            < -ERR wrong number of arguments for 'bitop' command
            """#),
        Transcript(
            "BITFIELD",
            #"""
            > BITFIELD k
            < *0
            > EXISTS k
            < :0
            > BITFIELD k SET u8 0 255 GET u8 0 GET i8 0 GET u4 2 INCRBY i5 3 4
            < *5
            < :0
            < :255
            < :-1
            < :15
            < :3
            > GET k
            < $1
            < \xe3
            > BITFIELD k SET i8 #1 -2 GET u8 #1 GET i8 8 GET u16 0
            < *4
            < :0
            < :254
            < :-2
            < :58366
            > BITFIELD k INCRBY u8 0 1 INCRBY u8 0 10 OVERFLOW SAT INCRBY u8 0 250 OVERFLOW FAIL INCRBY u8 0 1 GET u8 0
            < *5
            < :228
            < :238
            < :255
            < $-1
            < :255
            """#),
        Transcript(
            "BITFIELD beyond its fields",
            #"""
            > BITFIELD k OVERFLOW SAT SET i4 #5 100 SET i4 #5 -100 GET i4 #5 OVERFLOW WRAP SET i4 #5 100 GET i4 #5
            < *5
            < :0
            < :7
            < :-8
            < :-8
            < :4
            > BITFIELD k OVERFLOW FAIL SET u4 0 16 SET u4 0 -1 OVERFLOW SAT SET u4 0 -1 GET u4 0
            < *4
            < $-1
            < $-1
            < :0
            < :15
            > BITFIELD k OVERFLOW SAT INCRBY u4 0 -100 INCRBY u63 100 9223372036854775807 INCRBY u63 100 1 INCRBY u63 100 -9223372036854775808
            < *4
            < :0
            < :9223372036854775807
            < :9223372036854775807
            < :0
            > BITFIELD k SET i64 3 -9223372036854775808 INCRBY i64 3 -1 OVERFLOW SAT INCRBY i64 3 1 OVERFLOW FAIL INCRBY i64 3 9223372036854775807 INCRBY i64 3 1
            < *5
            < :35184372088832
            < :9223372036854775807
            < :9223372036854775807
            < $-1
            < $-1
            > BITFIELD k SET i64 200 9223372036854775807 OVERFLOW SAT INCRBY i64 200 1 OVERFLOW FAIL INCRBY i64 200 1 OVERFLOW WRAP INCRBY i64 200 1
            < *4
            < :0
            < :9223372036854775807
            < $-1
            < :-9223372036854775808
            > GET k
            < $33
            < \x0f\xff\xff\xff\xff\xff\xff\xff\xe0\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x80\x00\x00\x00\x00\x00\x00\x00
            > STRLEN k
            < :33
            > OBJECT ENCODING k
            < $3
            < raw
            """#),
        Transcript(
            "BITFIELD that only reads",
            #"""
            > SET k "\x0f\xff\x01"
            < +OK
            > BITFIELD g GET u8 0 GET i64 1000
            < *2
            < :0
            < :0
            > EXISTS g
            < :0
            > BITFIELD f OVERFLOW FAIL SET u1 0 2
            < *1
            < $-1
            > GET f
            < $1
            < \x00
            > BITFIELD f GET u1 #0 OVERFLOW FAIL
            < *1
            < :0
            > BITFIELD_RO k GET u8 0 GET i5 7
            < *2
            < :15
            < :-1
            > BITFIELD_RO missing GET u8 0
            < *1
            < :0
            > BITFIELD_RO missing
            < *0
            > BITFIELD_RO k SET u8 0 1
            < -ERR BITFIELD_RO only supports the GET subcommand
            > BITFIELD_RO k GET u8 0 INCRBY u8 0 1
            < -ERR BITFIELD_RO only supports the GET subcommand
            """#),
        Transcript(
            "BITFIELD refused",
            #"""
            > BITFIELD k SET u8 4294967295 1 GET x 0
            < -ERR Invalid bitfield type. Use something like i16 u8. Note that u64 is not supported but i64 is.
            > BITFIELD k GET u64 0
            < -ERR Invalid bitfield type. Use something like i16 u8. Note that u64 is not supported but i64 is.
            > BITFIELD k GET i65 0
            < -ERR Invalid bitfield type. Use something like i16 u8. Note that u64 is not supported but i64 is.
            > BITFIELD k GET u0 0
            < -ERR Invalid bitfield type. Use something like i16 u8. Note that u64 is not supported but i64 is.
            > BITFIELD k GET i 0
            < -ERR Invalid bitfield type. Use something like i16 u8. Note that u64 is not supported but i64 is.
            > BITFIELD k GET x8 0
            < -ERR Invalid bitfield type. Use something like i16 u8. Note that u64 is not supported but i64 is.
            > BITFIELD k GET "" 0
            < -ERR Invalid bitfield type. Use something like i16 u8. Note that u64 is not supported but i64 is.
            > BITFIELD k GET u8 -1
            < -ERR bit offset is not an integer or out of range
            > BITFIELD k GET u8 x
            < -ERR bit offset is not an integer or out of range
            > BITFIELD k GET u8 "#x"
            < -ERR bit offset is not an integer or out of range
            > BITFIELD k GET u8 "#"
            < -ERR bit offset is not an integer or out of range
            > BITFIELD k GET u8 4294967296
            < -ERR bit offset is not an integer or out of range
            > BITFIELD k GET u8 #536870912
            < -ERR bit offset is not an integer or out of range
            > BITFIELD k GET u8 4294967295
            < *1
            < :0
            > BITFIELD k SET u8 0 x
            < -ERR value is not an integer or out of range
            > BITFIELD k SET u8 0
            < -ERR syntax error
            > BITFIELD k SET u8
            < -ERR syntax error
            > BITFIELD k GET u8
            < -ERR syntax error
            > BITFIELD k foo
            < -ERR syntax error
            > BITFIELD k OVERFLOW
            < -ERR syntax error
            > BITFIELD k OVERFLOW foo
            < -ERR Invalid OVERFLOW type specified
            > BITFIELD k OVERFLOW foo GET u8 0
            < -ERR Invalid OVERFLOW type specified
            > BITFIELD k get u8 0 overflow sat incrby u8 0 1
            < *2
            < :0
            < :1
            > BITFIELD
            < -ERR wrong number of arguments for 'bitfield' command
            """#),
        Transcript(
            "LCS",
            #"""
            > MSET a ohmytext b mynewtext e ""
            < +OK
            > LCS a b
            < $6
            < mytext
            > LCS a b LEN
            < :6
            > LCS a b IDX
            < *4
            < $7
            < matches
            < *2
            < *2
            < *2
            < :4
            < :7
            < *2
            < :5
            < :8
            < *2
            < *2
            < :2
            < :3
            < *2
            < :0
            < :1
            < $3
            < len
            < :6
            > LCS a b IDX MINMATCHLEN 4
            < *4
            < $7
            < matches
            < *1
            < *2
            < *2
            < :4
            < :7
            < *2
            < :5
            < :8
            < $3
            < len
            < :6
            > LCS a b IDX MINMATCHLEN 4 WITHMATCHLEN
            < *4
            < $7
            < matches
            < *1
            < *3
            < *2
            < :4
            < :7
            < *2
            < :5
            < :8
            < :4
            < $3
            < len
            < :6
            > LCS a b IDX WITHMATCHLEN MINMATCHLEN -5
            < *4
            < $7
            < matches
            < *2
            < *3
            < *2
            < :4
            < :7
            < *2
            < :5
            < :8
            < :4
            < *3
            < *2
            < :2
            < :3
            < *2
            < :0
            < :1
            < :2
            < $3
            < len
            < :6
            > LCS a b len minmatchlen 9 withmatchlen
            < :6
            > LCS a b MINMATCHLEN 100
            < $6
            < mytext
            > LCS a a IDX WITHMATCHLEN
            < *4
            < $7
            < matches
            < *1
            < *3
            < *2
            < :0
            < :7
            < *2
            < :0
            < :7
            < :8
            < $3
            < len
            < :8
            """#),
        Transcript(
            "LCS of little, and refused",
            #"""
            > MSET a ohmytext b mynewtext e ""
            < +OK
            > LCS a e
            < $0
            <
            > LCS a missing LEN
            < :0
            > LCS missing missing IDX
            < *4
            < $7
            < matches
            < *0
            < $3
            < len
            < :0
            > LCS a b IDX LEN
            < -ERR If you want both the length and indexes, please just use IDX.
            > LCS a b FOO
            < -ERR syntax error
            > LCS a b MINMATCHLEN
            < -ERR syntax error
            > LCS a b MINMATCHLEN x
            < -ERR value is not an integer or out of range
            > LCS a
            < -ERR wrong number of arguments for 'lcs' command
            > SET x AABACBDABCABB
            < +OK
            > SET y BDCABAABBACBD
            < +OK
            > LCS x y IDX WITHMATCHLEN
            < *4
            < $7
            < matches
            < *5
            < *3
            < *2
            < :12
            < :12
            < *2
            < :11
            < :11
            < :1
            < *3
            < *2
            < :11
            < :11
            < *2
            < :8
            < :8
            < :1
            < *3
            < *2
            < :10
            < :10
            < *2
            < :6
            < :6
            < :1
            < *3
            < *2
            < :7
            < :8
            < *2
            < :3
            < :4
            < :2
            < *3
            < *2
            < :5
            < :6
            < *2
            < :0
            < :1
            < :2
            < $3
            < len
            < :7
            > LCS x y
            < $7
            < BDABABB
            """#),
        Transcript(
            "bits in version 3",
            #"""
            > HELLO 3
            < %7
            < $6
            < server
            < $5
            < redis
            < $7
            < version
            < $5
            < 7.2.0
            < $5
            < proto
            < :3
            < $2
            < id
            < :7
            < $4
            < mode
            < $10
            < standalone
            < $4
            < role
            < $6
            < master
            < $7
            < modules
            < *0
            > MSET a ohmytext b mynewtext
            < +OK
            > LCS a b IDX WITHMATCHLEN MINMATCHLEN 2
            < %2
            < $7
            < matches
            < *2
            < *3
            < *2
            < :4
            < :7
            < *2
            < :5
            < :8
            < :4
            < *3
            < *2
            < :2
            < :3
            < *2
            < :0
            < :1
            < :2
            < $3
            < len
            < :6
            > BITFIELD k OVERFLOW FAIL INCRBY u2 0 9 GET u2 0
            < *2
            < _
            < :0
            """#),
    ]
}
