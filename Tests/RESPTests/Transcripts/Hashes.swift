// Commands on hashes.
// Recorded from redis-server 7.0.15.

extension Transcript {
    static let hashes: [Transcript] = [
        Transcript(
            "HSET and its readers",
            #"""
            > HSET h a 1 b 2
            < :2
            > HSET h a 3 c 4
            < :1
            > HGET h a
            < $1
            < 3
            > HGET h nope
            < $-1
            > HGET nokey a
            < $-1
            > HMSET h d 5
            < +OK
            > HMSET h d
            < -ERR wrong number of arguments for 'hmset' command
            > HSET h d
            < -ERR wrong number of arguments for 'hset' command
            > HSET h d 1 e
            < -ERR wrong number of arguments for 'hset' command
            > HSETNX h a 9
            < :0
            > HSETNX h n 9
            < :1
            > HSETNX new f v
            < :1
            > HMGET h a nope n
            < *3
            < $1
            < 3
            < $-1
            < $1
            < 9
            > HMGET nokey a b
            < *2
            < $-1
            < $-1
            > HLEN h
            < :5
            > HLEN nokey
            < :0
            > HSTRLEN h a
            < :1
            > HSTRLEN h nope
            < :0
            > HSTRLEN nokey a
            < :0
            > HEXISTS h a
            < :1
            > HEXISTS h nope
            < :0
            > HEXISTS nokey a
            < :0
            > HKEYS new
            < *1
            < $1
            < f
            > HVALS new
            < *1
            < $1
            < v
            > HGETALL new
            < *2
            < $1
            < f
            < $1
            < v
            > HKEYS nokey
            < *0
            > HVALS nokey
            < *0
            > HGETALL nokey
            < *0
            > HDEL h a nope b
            < :2
            > HDEL h c d
            < :2
            > HGETALL h
            < *2
            < $1
            < n
            < $1
            < 9
            > HDEL h n
            < :1
            > EXISTS h
            < :0
            > HDEL h n
            < :0
            > TYPE h
            < +none
            > HSET "b\x00\r\n" "f\x00\xff" "\r\n"
            < :1
            > HGETALL "b\x00\r\n"
            < *2
            < $3
            < f\x00\xff
            < $2
            <
            <
            > HSET e "" ""
            < :1
            > HGETALL e
            < *2
            < $0
            <
            < $0
            <
            > HSTRLEN e ""
            < :0
            """#),
        Transcript(
            "numbers in hashes",
            #"""
            > HINCRBY h n 5
            < :5
            > HINCRBY h n -7
            < :-2
            > HGET h n
            < $2
            < -2
            > HINCRBY h n x
            < -ERR value is not an integer or out of range
            > HINCRBY h n 9223372036854775807
            < :9223372036854775805
            > HINCRBY h n 9223372036854775807
            < -ERR increment or decrement would overflow
            > HSET h t text
            < :1
            > HINCRBY h t 1
            < -ERR hash value is not an integer
            > HSET h sp " 3"
            < :1
            > HINCRBY h sp 1
            < -ERR hash value is not an integer
            > HINCRBYFLOAT h f 0.1
            < $3
            < 0.1
            > HINCRBYFLOAT h f 1e2
            < $5
            < 100.1
            > HINCRBYFLOAT h f -100.1
            < $1
            < 0
            > HINCRBYFLOAT h t 1
            < -ERR hash value is not a float
            > HINCRBYFLOAT h f abc
            < -ERR value is not a valid float
            > HINCRBYFLOAT h n 1.5
            < $21
            < 9223372036854775806.5
            > HINCRBYFLOAT h f 1e17
            < $18
            < 100000000000000000
            > HINCRBYFLOAT h big 1e400
            < $401
            < 10000000000000000000281880683947586514586453433629052038625910693539685534008629862039363994848324160522094053927317616200295822777259255734023828976593340661017797447434546173917862448116674971723778943824391593338047470675026246684401359237513603830343735485505244955964979021825038280091068414947402456898653040951017512658092615827588920183472511643316591362664138176309734806343732497430221946880
            > HINCRBYFLOAT h f ""
            < -ERR value is not a valid float
            > HLEN h
            < :5
            > HINCRBY fresh n x
            < -ERR value is not an integer or out of range
            > EXISTS fresh
            < :0
            """#),
        Transcript(
            "hashes among other kinds, and their scans",
            #"""
            > SET s x
            < +OK
            > HSET s a 1
            < -WRONGTYPE Operation against a key holding the wrong kind of value
            > HSETNX s a 1
            < -WRONGTYPE Operation against a key holding the wrong kind of value
            > HGET s a
            < -WRONGTYPE Operation against a key holding the wrong kind of value
            > HMGET s a
            < -WRONGTYPE Operation against a key holding the wrong kind of value
            > HGETALL s
            < -WRONGTYPE Operation against a key holding the wrong kind of value
            > HKEYS s
            < -WRONGTYPE Operation against a key holding the wrong kind of value
            > HVALS s
            < -WRONGTYPE Operation against a key holding the wrong kind of value
            > HLEN s
            < -WRONGTYPE Operation against a key holding the wrong kind of value
            > HSTRLEN s a
            < -WRONGTYPE Operation against a key holding the wrong kind of value
            > HEXISTS s a
            < -WRONGTYPE Operation against a key holding the wrong kind of value
            > HDEL s a
            < -WRONGTYPE Operation against a key holding the wrong kind of value
            > HINCRBY s a 1
            < -WRONGTYPE Operation against a key holding the wrong kind of value
            > HINCRBYFLOAT s a 1
            < -WRONGTYPE Operation against a key holding the wrong kind of value
            > HRANDFIELD s
            < -WRONGTYPE Operation against a key holding the wrong kind of value
            > HSCAN s 0
            < -WRONGTYPE Operation against a key holding the wrong kind of value
            > HSCAN s x
            < -ERR invalid cursor
            > HSCAN nokey x
            < -ERR invalid cursor
            > HSCAN nokey 0
            < *2
            < $1
            < 0
            < *0
            > HSCAN nokey 0 foo
            < *2
            < $1
            < 0
            < *0
            > HSET h a 1
            < :1
            > GET h
            < -WRONGTYPE Operation against a key holding the wrong kind of value
            > INCR h
            < -WRONGTYPE Operation against a key holding the wrong kind of value
            > APPEND h x
            < -WRONGTYPE Operation against a key holding the wrong kind of value
            > STRLEN h
            < -WRONGTYPE Operation against a key holding the wrong kind of value
            > HSET h a
            < -ERR wrong number of arguments for 'hset' command
            > HGET h
            < -ERR wrong number of arguments for 'hget' command
            > SET h x NX
            < $-1
            > SET h x
            < +OK
            > TYPE h
            < +string
            > DEL h
            < :1
            > HSET h a 1
            < :1
            > MGET h s
            < *2
            < $-1
            < $1
            < x
            > HSCAN h 0
            < *2
            < $1
            < 0
            < *2
            < $1
            < a
            < $1
            < 1
            > HSCAN h 0 MATCH b*
            < *2
            < $1
            < 0
            < *0
            > HSCAN h 0 MATCH a COUNT 100
            < *2
            < $1
            < 0
            < *2
            < $1
            < a
            < $1
            < 1
            > HSCAN h 0 COUNT 0
            < -ERR syntax error
            > HSCAN h 0 COUNT x
            < -ERR value is not an integer or out of range
            > HSCAN h 0 COUNT
            < -ERR syntax error
            > HSCAN h 0 foo 1
            < -ERR syntax error
            > HSCAN h 0 NOVALUES x
            < -ERR syntax error
            """#),
        Transcript(
            "random fields",
            #"""
            > HRANDFIELD nokey
            < $-1
            > HRANDFIELD nokey 3
            < *0
            > HRANDFIELD nokey 3 WITHVALUES
            < *0
            > HSET h a 1
            < :1
            > HRANDFIELD h
            < $1
            < a
            > HRANDFIELD h 5
            < *1
            < $1
            < a
            > HRANDFIELD h 0
            < *0
            > HRANDFIELD h -3
            < *3
            < $1
            < a
            < $1
            < a
            < $1
            < a
            > HRANDFIELD h 5 WITHVALUES
            < *2
            < $1
            < a
            < $1
            < 1
            > HRANDFIELD h -2 withvalues
            < *4
            < $1
            < a
            < $1
            < 1
            < $1
            < a
            < $1
            < 1
            > HRANDFIELD h x
            < -ERR value is not an integer or out of range
            > HRANDFIELD h 1 foo
            < -ERR syntax error
            > HRANDFIELD h 1 WITHVALUES x
            < -ERR syntax error
            > HRANDFIELD h 9223372036854775807
            < *1
            < $1
            < a
            > HRANDFIELD h -9223372036854775808
            < -ERR value is out of range, value must between -9223372036854775807 and 9223372036854775807
            > HRANDFIELD h 9223372036854775807 WITHVALUES
            < -ERR value is out of range
            """#),
        Transcript(
            "hashes as keys, and their encodings",
            #"""
            > HSET h a 1 b 2
            < :2
            > OBJECT ENCODING h
            < $8
            < listpack
            > HSET h c "0123456789012345678901234567890123456789012345678901234567890123"
            < :1
            > OBJECT ENCODING h
            < $8
            < listpack
            > HSET h c "01234567890123456789012345678901234567890123456789012345678901234"
            < :0
            > OBJECT ENCODING h
            < $9
            < hashtable
            > HDEL h c
            < :1
            > OBJECT ENCODING h
            < $9
            < hashtable
            > COPY h h2
            < :1
            > HLEN h2
            < :2
            > OBJECT ENCODING h2
            < $9
            < hashtable
            > RENAME h2 h3
            < +OK
            > HGET h3 b
            < $1
            < 2
            > EXPIRE h3 100
            < :1
            > HGET h3 b
            < $1
            < 2
            > TTL h3
            < :100
            > PERSIST h3
            < :1
            > HGET h3 b
            < $1
            < 2
            > MOVE h3 1
            < :1
            > HGET h3 b
            < $-1
            > SELECT 1
            < +OK
            > HGET h3 b
            < $1
            < 2
            > DEL h3
            < :1
            > EXISTS h3
            < :0
            """#),
        Transcript(
            "hashes in version 3",
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
            > HSET h a 1
            < :1
            > HGETALL h
            < %1
            < $1
            < a
            < $1
            < 1
            > HGETALL nokey
            < %0
            > HGET nokey a
            < _
            > HMGET h a nope
            < *2
            < $1
            < 1
            < _
            > HRANDFIELD h 2 WITHVALUES
            < *1
            < *2
            < $1
            < a
            < $1
            < 1
            > HRANDFIELD h -2 WITHVALUES
            < *2
            < *2
            < $1
            < a
            < $1
            < 1
            < *2
            < $1
            < a
            < $1
            < 1
            > HRANDFIELD nokey
            < _
            > HRANDFIELD nokey 2 WITHVALUES
            < *0
            > HKEYS h
            < *1
            < $1
            < a
            > HVALS h
            < *1
            < $1
            < 1
            > HSCAN h 0
            < *2
            < $1
            < 0
            < *2
            < $1
            < a
            < $1
            < 1
            > HINCRBYFLOAT h a 0.5
            < $3
            < 1.5
            """#),
    ]
}
