// Commands on keys and databases.
// Recorded from redis-server 7.0.15.

extension Transcript {
    static let keyspace: [Transcript] = [
        Transcript(
            "DEL, UNLINK, EXISTS, TOUCH",
            #"""
            > MSET a 1 b 2 c 3
            < +OK
            > EXISTS a
            < :1
            > EXISTS a a missing c
            < :3
            > TOUCH a
            < :1
            > TOUCH a missing b
            < :2
            > DEL a
            < :1
            > DEL a
            < :0
            > DEL a b b
            < :1
            > UNLINK c
            < :1
            > UNLINK c x y
            < :0
            > DEL
            < -ERR wrong number of arguments for 'del' command
            """#),
        Transcript(
            "TYPE",
            #"""
            > SET a 1
            < +OK
            > TYPE a
            < +string
            > TYPE missing
            < +none
            """#),
        Transcript(
            "EXPIRE and its conditions",
            #"""
            > EXPIRE missing 10
            < :0
            > SET k v
            < +OK
            > EXPIRE k 100 XX
            < :0
            > EXPIRE k 100 GT
            < :0
            > EXPIRE k 100 NX
            < :1
            > EXPIRE k 200 NX
            < :0
            > TTL k
            < :100
            > EXPIRE k 50 GT
            < :0
            > EXPIRE k 150 gt
            < :1
            > TTL k
            < :150
            > EXPIRE k 200 LT
            < :0
            > EXPIRE k 50 LT
            < :1
            > TTL k
            < :50
            > EXPIRE k 60 XX
            < :1
            > EXPIRE k 70 XX GT
            < :1
            > EXPIRE k 40 XX LT
            < :1
            > TTL k
            < :40
            > PERSIST k
            < :1
            > EXPIRE k 40 XX LT
            < :0
            > EXPIRE k 40 XX GT
            < :0
            > EXPIRE k 40 LT
            < :1
            > EXPIRE k 1 NX XX
            < -ERR NX and XX, GT or LT options at the same time are not compatible
            > EXPIRE k 1 GT LT
            < -ERR GT and LT options at the same time are not compatible
            > EXPIRE k 1 NX GT
            < -ERR NX and XX, GT or LT options at the same time are not compatible
            > EXPIRE k 1 FOO
            < -ERR Unsupported option FOO
            > EXPIRE k a FOO
            < -ERR Unsupported option FOO
            > EXPIRE k a
            < -ERR value is not an integer or out of range
            > EXPIRE missing a
            < -ERR value is not an integer or out of range
            > EXPIRE k 9223372036854775807
            < -ERR invalid expire time in 'expire' command
            > EXPIRE k -9223372036854775808
            < -ERR invalid expire time in 'expire' command
            > EXPIRE k -1
            < :1
            > GET k
            < $-1
            """#),
        Transcript(
            "PEXPIRE, EXPIREAT, PEXPIREAT",
            #"""
            > SET k v
            < +OK
            > PEXPIRE k 100000
            < :1
            > TTL k
            < :100
            > PEXPIRE k 9223372036854775807
            < -ERR invalid expire time in 'pexpire' command
            > EXPIREAT k 4000000000
            < :1
            > EXPIRETIME k
            < :4000000000
            > PEXPIRETIME k
            < :4000000000000
            > PEXPIREAT k 4000000000500
            < :1
            > PEXPIRETIME k
            < :4000000000500
            > EXPIRETIME k
            < :4000000001
            > PEXPIREAT k 9223372036854775807
            < :1
            > EXPIRETIME k
            < :9223372036854776
            > EXPIREAT k 9223372036854775807
            < -ERR invalid expire time in 'expireat' command
            > PEXPIREAT k 0 GT
            < :0
            > PEXPIREAT k 0
            < :1
            > EXISTS k
            < :0
            > SET k v
            < +OK
            > EXPIREAT k 1
            < :1
            > EXISTS k
            < :0
            """#),
        Transcript(
            "TTL, PTTL, EXPIRETIME, PEXPIRETIME, PERSIST",
            #"""
            > TTL k
            < :-2
            > PTTL k
            < :-2
            > EXPIRETIME k
            < :-2
            > PEXPIRETIME k
            < :-2
            > PERSIST k
            < :0
            > SET k v
            < +OK
            > TTL k
            < :-1
            > PTTL k
            < :-1
            > EXPIRETIME k
            < :-1
            > PEXPIRETIME k
            < :-1
            > PERSIST k
            < :0
            > EXPIRE k 10
            < :1
            > TTL k
            < :10
            > PERSIST k
            < :1
            > TTL k
            < :-1
            """#),
        Transcript(
            "RENAME, RENAMENX",
            #"""
            > RENAME a b
            < -ERR no such key
            > RENAMENX a b
            < -ERR no such key
            > SET a 1 EX 1000
            < +OK
            > RENAME a a
            < +OK
            > RENAMENX a a
            < :0
            > RENAME a b
            < +OK
            > TTL b
            < :1000
            > EXISTS a
            < :0
            > SET c 1
            < +OK
            > RENAMENX b c
            < :0
            > RENAMENX b d
            < :1
            > RENAME d c
            < +OK
            > TTL c
            < :1000
            > RENAME c
            < -ERR wrong number of arguments for 'rename' command
            """#),
        Transcript(
            "COPY",
            #"""
            > COPY a b
            < :0
            > SET a 1 EX 1000
            < +OK
            > COPY a b
            < :1
            > TTL b
            < :1000
            > COPY a b
            < :0
            > SET a 2
            < +OK
            > COPY a b REPLACE
            < :1
            > GET b
            < $1
            < 2
            > TTL b
            < :-1
            > COPY a a
            < -ERR source and destination objects are the same
            > COPY a a DB 0
            < -ERR source and destination objects are the same
            > COPY a a DB 1
            < :1
            > COPY a a DB 1
            < :0
            > COPY a a DB 1 REPLACE
            < :1
            > COPY a b DB 99
            < -ERR DB index is out of range
            > COPY a b DB a
            < -ERR value is not an integer or out of range
            > COPY a b DB
            < -ERR syntax error
            > COPY a b FOO
            < -ERR syntax error
            """#),
        Transcript(
            "MOVE, SELECT, SWAPDB",
            #"""
            > SET k v
            < +OK
            > MOVE k 1
            < :1
            > MOVE k 1
            < :0
            > SELECT 1
            < +OK
            > GET k
            < $1
            < v
            > SET a 1
            < +OK
            > SELECT 0
            < +OK
            > SET a 0
            < +OK
            > MOVE a 1
            < :0
            > MOVE a 0
            < -ERR source and destination objects are the same
            > MOVE a 99
            < -ERR DB index is out of range
            > MOVE a x
            < -ERR value is not an integer or out of range
            > MOVE a 9999999999999
            < -ERR value is out of range, value must between -2147483648 and 2147483647
            > SWAPDB 0 1
            < +OK
            > GET k
            < $1
            < v
            > GET a
            < $1
            < 1
            > SWAPDB 0 0
            < +OK
            > SWAPDB 0 99
            < -ERR DB index is out of range
            > SWAPDB a 0
            < -ERR invalid first DB index
            > SWAPDB 0 a
            < -ERR invalid second DB index
            > SWAPDB 0 -1
            < -ERR DB index is out of range
            > SELECT 16
            < -ERR DB index is out of range
            > SELECT -1
            < -ERR DB index is out of range
            > SELECT a
            < -ERR value is not an integer or out of range
            > SELECT 99999999999
            < -ERR value is out of range, value must between -2147483648 and 2147483647
            """#),
        Transcript(
            "KEYS, SCAN, RANDOMKEY, DBSIZE",
            #"""
            > DBSIZE
            < :0
            > KEYS *
            < *0
            > RANDOMKEY
            < $-1
            > SET hello 1
            < +OK
            > KEYS *
            < *1
            < $5
            < hello
            > KEYS h?llo
            < *1
            < $5
            < hello
            > KEYS h[^a]llo
            < *1
            < $5
            < hello
            > KEYS x*
            < *0
            > RANDOMKEY
            < $5
            < hello
            > SCAN 0 COUNT 1000
            < *2
            < $1
            < 0
            < *1
            < $5
            < hello
            > SCAN 0 MATCH x* COUNT 1000
            < *2
            < $1
            < 0
            < *0
            > SCAN 0 MATCH h* COUNT 1000
            < *2
            < $1
            < 0
            < *1
            < $5
            < hello
            > SCAN 0 COUNT 1000 TYPE string
            < *2
            < $1
            < 0
            < *1
            < $5
            < hello
            > SCAN 0 COUNT 1000 TYPE list
            < *2
            < $1
            < 0
            < *0
            > SCAN 0 COUNT 0
            < -ERR syntax error
            > SCAN 0 COUNT a
            < -ERR value is not an integer or out of range
            > SCAN 0 FOO
            < -ERR syntax error
            > SCAN 0 COUNT
            < -ERR syntax error
            > SCAN a
            < -ERR invalid cursor
            > SCAN 18446744073709551616
            < -ERR invalid cursor
            > SCAN " 0"
            < -ERR invalid cursor
            > SCAN -
            < -ERR invalid cursor
            > SCAN "" MATCH nothing COUNT 1000
            < *2
            < $1
            < 0
            < *0
            > SCAN -1 COUNT 1000 MATCH nothing
            < *2
            < $1
            < 0
            < *0
            > DBSIZE
            < :1
            """#),
        Transcript(
            "FLUSHDB, FLUSHALL",
            #"""
            > SET a 1
            < +OK
            > SELECT 1
            < +OK
            > SET b 2
            < +OK
            > FLUSHDB
            < +OK
            > DBSIZE
            < :0
            > SELECT 0
            < +OK
            > DBSIZE
            < :1
            > FLUSHDB ASYNC
            < +OK
            > FLUSHDB sync
            < +OK
            > FLUSHDB FOO
            < -ERR syntax error
            > FLUSHDB SYNC FOO
            < -ERR syntax error
            > SET a 1
            < +OK
            > FLUSHALL ASYNC
            < +OK
            > FLUSHALL SYNC
            < +OK
            > FLUSHALL FOO
            < -ERR syntax error
            > DBSIZE
            < :0
            """#),
        Transcript(
            "OBJECT, MEMORY",
            #"""
            > SET a 123
            < +OK
            > OBJECT ENCODING a
            < $3
            < int
            > SET a 01
            < +OK
            > OBJECT ENCODING a
            < $6
            < embstr
            > SET a -9223372036854775808
            < +OK
            > OBJECT ENCODING a
            < $3
            < int
            > SET a 9223372036854775808
            < +OK
            > OBJECT ENCODING a
            < $6
            < embstr
            > SET a 12345678901234567890123456789012345678901234
            < +OK
            > OBJECT ENCODING a
            < $6
            < embstr
            > SET a 123456789012345678901234567890123456789012345
            < +OK
            > OBJECT ENCODING a
            < $3
            < raw
            > SET a x
            < +OK
            > APPEND a y
            < :2
            > OBJECT ENCODING a
            < $3
            < raw
            > SET n 5
            < +OK
            > INCR n
            < :6
            > OBJECT ENCODING n
            < $3
            < int
            > INCRBYFLOAT n 1
            < $1
            < 7
            > OBJECT ENCODING n
            < $6
            < embstr
            > INCRBYFLOAT new 3
            < $1
            < 3
            > OBJECT ENCODING new
            < $6
            < embstr
            > INCR n
            < :8
            > OBJECT ENCODING n
            < $3
            < int
            > OBJECT ENCODING missing
            < $-1
            > OBJECT FREQ missing
            < $-1
            > OBJECT FREQ a
            < -ERR An LFU maxmemory policy is not selected, access frequency not tracked. Please note that when switching between policies at runtime LRU and LFU data will take some time to adjust.
            > OBJECT IDLETIME a
            < :0
            > OBJECT IDLETIME missing
            < $-1
            > OBJECT REFCOUNT a
            < :1
            > OBJECT REFCOUNT missing
            < $-1
            > OBJECT FOO a
            < -ERR unknown subcommand 'FOO'. Try OBJECT HELP.
            > OBJECT ENCODING
            < -ERR wrong number of arguments for 'object|encoding' command
            > OBJECT
            < -ERR wrong number of arguments for 'object' command
            > MEMORY USAGE missing
            < $-1
            > MEMORY USAGE
            < -ERR wrong number of arguments for 'memory|usage' command
            > MEMORY USAGE a SAMPLES
            < -ERR syntax error
            > MEMORY USAGE a SAMPLES x
            < -ERR value is not an integer or out of range
            > MEMORY USAGE a SAMPLES -1
            < -ERR syntax error
            > MEMORY USAGE a FOO 1
            < -ERR syntax error
            > MEMORY FOO
            < -ERR unknown subcommand 'FOO'. Try MEMORY HELP.
            """#),
        Transcript(
            "ROLE, MODULE, CLUSTER, SHUTDOWN",
            #"""
            > ROLE
            < *3
            < $6
            < master
            < :0
            < *0
            > MODULE LIST
            < *0
            > MODULE FOO
            < -ERR unknown subcommand 'FOO'. Try MODULE HELP.
            > CLUSTER INFO
            < -ERR This instance has cluster support disabled
            > CLUSTER SLOTS
            < -ERR This instance has cluster support disabled
            > CLUSTER
            < -ERR wrong number of arguments for 'cluster' command
            > SHUTDOWN FOO
            < -ERR syntax error
            > SHUTDOWN NOSAVE SAVE
            < -ERR syntax error
            > SHUTDOWN ABORT
            < -ERR No shutdown in progress.
            """#),
    ]
}
