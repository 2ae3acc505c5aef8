// Commands on strings, counters and several keys.
// Recorded from redis-server 7.0.15.

extension Transcript {
    static let strings: [Transcript] = [
        Transcript(
            "GET and SET",
            #"""
            > GET k
            < $-1
            > SET k v
            < +OK
            > GET k
            < $1
            < v
            > set k ""
            < +OK
            > GeT k
            < $0
            <
            > SET "a\x00b\r\n" "\xff\r\n$5"
            < +OK
            > GET "a\x00b\r\n"
            < $5
            < \xff
            < $5
            > GET
            < -ERR wrong number of arguments for 'get' command
            > GET a b
            < -ERR wrong number of arguments for 'get' command
            > SET k
            < -ERR wrong number of arguments for 'set' command
            """#),
        Transcript(
            "SET with conditions",
            #"""
            > SET k v NX
            < +OK
            > SET k v2 NX
            < $-1
            > SET k v3 XX GET
            < $1
            < v
            > SET k v4 nx get
            < $2
            < v3
            > SET k2 v NX GET
            < $-1
            > GET k2
            < $1
            < v
            > SET k v NX XX
            < -ERR syntax error
            > SET k v XX NX
            < -ERR syntax error
            > SET missing v XX
            < $-1
            > SET missing v XX GET
            < $-1
            """#),
        Transcript(
            "SET with expiry",
            #"""
            > SET k v EX 100
            < +OK
            > TTL k
            < :100
            > SET k v PX 100000
            < +OK
            > TTL k
            < :100
            > SET k v KEEPTTL
            < +OK
            > TTL k
            < :100
            > SET k v
            < +OK
            > TTL k
            < :-1
            > SET k v EXAT 4000000000
            < +OK
            > EXPIRETIME k
            < :4000000000
            > SET k v PXAT 4000000000123
            < +OK
            > PEXPIRETIME k
            < :4000000000123
            > SET k v EXAT 1
            < +OK
            > GET k
            < $-1
            > SET k v EX
            < -ERR syntax error
            > SET k v EX 0
            < -ERR invalid expire time in 'set' command
            > SET k v EX -1
            < -ERR invalid expire time in 'set' command
            > SET k v EX a
            < -ERR value is not an integer or out of range
            > SET k v EX a FOO
            < -ERR syntax error
            > SET k v EX 1 PX 1
            < -ERR syntax error
            > SET k v EX 1 KEEPTTL
            < -ERR syntax error
            > SET k v KEEPTTL EX 1
            < -ERR syntax error
            > SET k v FOO
            < -ERR syntax error
            > SET k v EX 9223372036854775807
            < -ERR invalid expire time in 'set' command
            > SET k v EX 9223372036854775
            < -ERR invalid expire time in 'set' command
            > SET k v PXAT 0
            < -ERR invalid expire time in 'set' command
            > SET k v PX 9223372036854775807
            < -ERR invalid expire time in 'set' command
            """#),
        Transcript(
            "SETNX, SETEX, PSETEX",
            #"""
            > SETNX k v
            < :1
            > SETNX k v2
            < :0
            > GET k
            < $1
            < v
            > SETEX k 10 v
            < +OK
            > TTL k
            < :10
            > PSETEX k 20000 w
            < +OK
            > TTL k
            < :20
            > SETEX k 0 v
            < -ERR invalid expire time in 'setex' command
            > SETEX k a v
            < -ERR value is not an integer or out of range
            > PSETEX k -1 v
            < -ERR invalid expire time in 'psetex' command
            > SETEX k 10
            < -ERR wrong number of arguments for 'setex' command
            """#),
        Transcript(
            "GETSET, GETDEL, GETEX",
            #"""
            > GETSET k a
            < $-1
            > GETSET k b
            < $1
            < a
            > SETEX k 100 c
            < +OK
            > GETSET k d
            < $1
            < c
            > TTL k
            < :-1
            > GETDEL k
            < $1
            < d
            > GETDEL k
            < $-1
            > GETEX k EX 10
            < $-1
            > SET k v
            < +OK
            > GETEX k
            < $1
            < v
            > GETEX k EX 100
            < $1
            < v
            > TTL k
            < :100
            > GETEX k PX 200000
            < $1
            < v
            > TTL k
            < :200
            > GETEX k PERSIST
            < $1
            < v
            > TTL k
            < :-1
            > GETEX k EXAT 4000000000
            < $1
            < v
            > EXPIRETIME k
            < :4000000000
            > GETEX k PXAT 4000000000000
            < $1
            < v
            > PEXPIRETIME k
            < :4000000000000
            > GETEX k EX 0
            < -ERR invalid expire time in 'getex' command
            > GETEX k EX a
            < -ERR value is not an integer or out of range
            > GETEX missing EX a
            < $-1
            > GETEX k EX 10 PERSIST
            < -ERR syntax error
            > GETEX k FOO
            < -ERR syntax error
            > GETEX k EX
            < -ERR syntax error
            > GETEX k EXAT 1
            < $1
            < v
            > GET k
            < $-1
            """#),
        Transcript(
            "MGET, MSET, MSETNX",
            #"""
            > MSET a 1 b 2
            < +OK
            > MGET a missing b a
            < *4
            < $1
            < 1
            < $-1
            < $1
            < 2
            < $1
            < 1
            > MSET a 1 b
            < -ERR wrong number of arguments for 'mset' command
            > MSETNX a 9 c 3
            < :0
            > MGET a c
            < *2
            < $1
            < 1
            < $-1
            > MSETNX c 3 d 4
            < :1
            > MGET c d
            < *2
            < $1
            < 3
            < $1
            < 4
            > MSETNX a
            < -ERR wrong number of arguments for 'msetnx' command
            > MSETNX a 1 b
            < -ERR wrong number of arguments for 'msetnx' command
            > MSET a first a last
            < +OK
            > GET a
            < $4
            < last
            """#),
        Transcript(
            "APPEND, STRLEN, GETRANGE, SUBSTR",
            #"""
            > APPEND s hello
            < :5
            > APPEND s " world"
            < :11
            > STRLEN s
            < :11
            > STRLEN missing
            < :0
            > GETRANGE s 0 -1
            < $11
            < hello world
            > GETRANGE s 1 3
            < $3
            < ell
            > GETRANGE s -3 -1
            < $3
            < rld
            > GETRANGE s 11 20
            < $0
            <
            > GETRANGE s -100 1
            < $2
            < he
            > GETRANGE s 3 1
            < $0
            <
            > GETRANGE s -1 -3
            < $0
            <
            > GETRANGE s 0 9223372036854775807
            < $11
            < hello world
            > GETRANGE s -9223372036854775808 0
            < $1
            < h
            > GETRANGE s a 1
            < -ERR value is not an integer or out of range
            > GETRANGE missing 0 1
            < $0
            <
            > SUBSTR s 0 1
            < $2
            < he
            """#),
        Transcript(
            "SETRANGE",
            #"""
            > SET s hello
            < +OK
            > SETRANGE s 1 ELL
            < :5
            > GET s
            < $5
            < hELLo
            > SETRANGE s 8 x
            < :9
            > GET s
            < $9
            < hELLo\x00\x00\x00x
            > SETRANGE s -1 x
            < -ERR offset is out of range
            > SETRANGE s a x
            < -ERR value is not an integer or out of range
            > SETRANGE s 536870912 x
            < -ERR string exceeds maximum allowed size (proto-max-bulk-len)
            > SETRANGE s 9223372036854775807 x
            < -ERR string exceeds maximum allowed size (proto-max-bulk-len)
            > SETRANGE missing 5 ""
            < :0
            > EXISTS missing
            < :0
            > SETRANGE s 0 ""
            < :9
            > SETRANGE new 2 x
            < :3
            > GET new
            < $3
            < \x00\x00x
            """#),
        Transcript(
            "INCR, DECR, INCRBY, DECRBY",
            #"""
            > INCR n
            < :1
            > INCR n
            < :2
            > DECR n
            < :1
            > INCRBY n 41
            < :42
            > DECRBY n 2
            < :40
            > GET n
            < $2
            < 40
            > DECR m
            < :-1
            > DECRBY o 7
            < :-7
            > INCRBY n a
            < -ERR value is not an integer or out of range
            > INCRBY n 9223372036854775807
            < -ERR increment or decrement would overflow
            > DECRBY n -9223372036854775808
            < -ERR decrement would overflow
            > DECRBY n 9223372036854775807
            < :-9223372036854775767
            > SET n 9223372036854775807
            < +OK
            > INCR n
            < -ERR increment or decrement would overflow
            > SET n -9223372036854775808
            < +OK
            > DECR n
            < -ERR increment or decrement would overflow
            > SET n " 1"
            < +OK
            > INCR n
            < -ERR value is not an integer or out of range
            > SET n 01
            < +OK
            > INCR n
            < -ERR value is not an integer or out of range
            > SET n ""
            < +OK
            > INCR n
            < -ERR value is not an integer or out of range
            > SET n +1
            < +OK
            > INCR n
            < -ERR value is not an integer or out of range
            > SET n 18446744073709551615
            < +OK
            > INCR n
            < -ERR value is not an integer or out of range
            """#),
        Transcript(
            "INCRBYFLOAT",
            #"""
            > INCRBYFLOAT f 3
            < $1
            < 3
            > INCRBYFLOAT f 0.1
            < $3
            < 3.1
            > INCRBYFLOAT f -5
            < $4
            < -1.9
            > GET f
            < $4
            < -1.9
            > SET f 5.0e3
            < +OK
            > INCRBYFLOAT f 2.0e2
            < $4
            < 5200
            > INCRBYFLOAT f a
            < -ERR value is not a valid float
            > INCRBYFLOAT f ""
            < -ERR value is not a valid float
            > INCRBYFLOAT f " 1"
            < -ERR value is not a valid float
            > INCRBYFLOAT f "1 "
            < -ERR value is not a valid float
            > SET f abc
            < +OK
            > INCRBYFLOAT f 1
            < -ERR value is not a valid float
            > SET f 4
            < +OK
            > INCRBYFLOAT f 1.123456789012345678
            < $19
            < 5.12345678901234568
            > INCRBYFLOAT f inf
            < -ERR increment would produce NaN or Infinity
            > INCRBYFLOAT f -inf
            < -ERR increment would produce NaN or Infinity
            > INCRBYFLOAT f nan
            < -ERR value is not a valid float
            > INCRBYFLOAT f 0x10
            < $20
            < 21.12345678901234568
            > INCRBYFLOAT f 1e17
            < $22
            < 100000000000000021.125
            > SET z 3
            < +OK
            > INCRBYFLOAT z -3
            < $1
            < 0
            > INCRBYFLOAT z -0.0
            < $1
            < 0
            > INCRBYFLOAT z -1e-30
            < $1
            < 0
            > INCRBYFLOAT z 1e-5
            < $7
            < 0.00001
            > SET g 1e4931
            < +OK
            > INCRBYFLOAT g 1.18e4932
            < -ERR increment would produce NaN or Infinity
            > INCRBYFLOAT g 1e5000
            < -ERR value is not a valid float
            > INCRBYFLOAT g "1\x00"
            < -ERR value is not a valid float
            """#),
    ]
}
