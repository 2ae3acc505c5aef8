// Commands on sets.
// Recorded from redis-server 7.0.15.

extension Transcript {
    static let sets: [Transcript] = [
        Transcript(
            "members of sets",
            #"""
            > SADD s a b a
            < :2
            > SADD s b c
            < :1
            > SCARD s
            < :3
            > SCARD nokey
            < :0
            > SISMEMBER s a
            < :1
            > SISMEMBER s z
            < :0
            > SISMEMBER nokey a
            < :0
            > SMISMEMBER s a z c
            < *3
            < :1
            < :0
            < :1
            > SMISMEMBER nokey a b
            < *2
            < :0
            < :0
            > SREM s a z
            < :1
            > SREM s b c
            < :2
            > EXISTS s
            < :0
            > SREM s b
            < :0
            > SADD one x
            < :1
            > SMEMBERS one
            < *1
            < $1
            < x
            > SMEMBERS nokey
            < *0
            > SSCAN one 0
            < *2
            < $1
            < 0
            < *1
            < $1
            < x
            > SSCAN nokey 0
            < *2
            < $1
            < 0
            < *0
            > SSCAN one 0 MATCH y*
            < *2
            < $1
            < 0
            < *0
            > SSCAN one 0 COUNT 0
            < -ERR syntax error
            > SSCAN one x
            < -ERR invalid cursor
            > SSCAN one 0 foo
            < -ERR syntax error
            > SRANDMEMBER one
            < $1
            < x
            > SRANDMEMBER one 3
            < *1
            < $1
            < x
            > SRANDMEMBER one -3
            < *3
            < $1
            < x
            < $1
            < x
            < $1
            < x
            > SRANDMEMBER one 0
            < *0
            > SRANDMEMBER one x
            < -ERR value is not an integer or out of range
            > SRANDMEMBER one 1 2
            < -ERR syntax error
            > SRANDMEMBER nokey
            < $-1
            > SRANDMEMBER nokey 2
            < *0
            > SRANDMEMBER one -9223372036854775808
            < -ERR value is out of range, value must between -9223372036854775807 and 9223372036854775807
            > SPOP nokey
            < $-1
            > SPOP nokey 2
            < *0
            > SPOP one -1
            < -ERR value is out of range, must be positive
            > SPOP one x
            < -ERR value is out of range, must be positive
            > SPOP one 1 2
            < -ERR syntax error
            > SPOP one 0
            < *0
            > SPOP one
            < $1
            < x
            > EXISTS one
            < :0
            > SADD two p
            < :1
            > SPOP two 5
            < *1
            < $1
            < p
            > EXISTS two
            < :0
            > SADD "b\x00\r\n" "\r\n" ""
            < :2
            > SISMEMBER "b\x00\r\n" ""
            < :1
            > TYPE "b\x00\r\n"
            < +set
            """#),
        Transcript(
            "sets with each other",
            #"""
            > SADD a 1 2 3 x
            < :4
            > SADD b 3
            < :1
            > SADD c 3 y
            < :2
            > SINTER a b
            < *1
            < $1
            < 3
            > SINTER a nokey
            < *0
            > SINTER nokey
            < *0
            > SINTER a b c
            < *1
            < $1
            < 3
            > SDIFF b nokey
            < *1
            < $1
            < 3
            > SDIFF b c
            < *0
            > SDIFF nokey a
            < *0
            > SUNION b nokey
            < *1
            < $1
            < 3
            > SUNION nokey
            < *0
            > SINTERCARD 2 a b
            < :1
            > SINTERCARD 1 a
            < :4
            > SINTERCARD 1 a LIMIT 2
            < :2
            > SINTERCARD 2 a b LIMIT 0
            < :1
            > SINTERCARD 2 a
            < -ERR Number of keys can't be greater than number of args
            > SINTERCARD 0 a
            < -ERR numkeys should be greater than 0
            > SINTERCARD x a
            < -ERR numkeys should be greater than 0
            > SINTERCARD 1 a LIMIT -1
            < -ERR LIMIT can't be negative
            > SINTERCARD 1 a LIMIT x
            < -ERR LIMIT can't be negative
            > SINTERCARD 1 a LIMIT
            < -ERR syntax error
            > SINTERCARD 1 a foo 1
            < -ERR syntax error
            > SINTERSTORE d a b
            < :1
            > SMEMBERS d
            < *1
            < $1
            < 3
            > SINTERSTORE d a nokey
            < :0
            > EXISTS d
            < :0
            > SUNIONSTORE d a b c
            < :5
            > SCARD d
            < :5
            > SDIFFSTORE a a b
            < :3
            > SCARD a
            < :3
            > SISMEMBER a 3
            < :0
            > SUNIONSTORE b b
            < :1
            > SMEMBERS b
            < *1
            < $1
            < 3
            > SET str x
            < +OK
            > SINTER a str
            < -WRONGTYPE Operation against a key holding the wrong kind of value
            > SINTER str a
            < -WRONGTYPE Operation against a key holding the wrong kind of value
            > SINTER nokey str
            < -WRONGTYPE Operation against a key holding the wrong kind of value
            > SUNION a str
            < -WRONGTYPE Operation against a key holding the wrong kind of value
            > SDIFF a str
            < -WRONGTYPE Operation against a key holding the wrong kind of value
            > SDIFF nokey str
            < -WRONGTYPE Operation against a key holding the wrong kind of value
            > SINTERCARD 2 a str
            < -WRONGTYPE Operation against a key holding the wrong kind of value
            > SINTERSTORE d a str
            < -WRONGTYPE Operation against a key holding the wrong kind of value
            > SUNIONSTORE str a
            < :3
            > SCARD str
            < :3
            > COMMAND GETKEYS SINTERCARD 2 a b LIMIT 3
            < *2
            < $1
            < a
            < $1
            < b
            > COMMAND GETKEYS SUNIONSTORE a b c
            < *3
            < $1
            < a
            < $1
            < b
            < $1
            < c
            > COMMAND GETKEYS SMOVE a b c
            < *2
            < $1
            < a
            < $1
            < b
            """#),
        Transcript(
            "moving members, and sets among other kinds",
            #"""
            > SADD a 1 2
            < :2
            > SADD b 3
            < :1
            > SMOVE a b 1
            < :1
            > SMOVE a b 9
            < :0
            > SMOVE nokey b 1
            < :0
            > SMOVE a a 2
            < :1
            > SMOVE a new 2
            < :1
            > EXISTS a
            < :0
            > SMEMBERS new
            < *1
            < $1
            < 2
            > SISMEMBER b 1
            < :1
            > SET str x
            < +OK
            > SMOVE b str 1
            < -WRONGTYPE Operation against a key holding the wrong kind of value
            > SMOVE str b 1
            < -WRONGTYPE Operation against a key holding the wrong kind of value
            > SMOVE nokey str 1
            < :0
            > SADD str 1
            < -WRONGTYPE Operation against a key holding the wrong kind of value
            > SREM str 1
            < -WRONGTYPE Operation against a key holding the wrong kind of value
            > SCARD str
            < -WRONGTYPE Operation against a key holding the wrong kind of value
            > SISMEMBER str 1
            < -WRONGTYPE Operation against a key holding the wrong kind of value
            > SMISMEMBER str 1
            < -WRONGTYPE Operation against a key holding the wrong kind of value
            > SMEMBERS str
            < -WRONGTYPE Operation against a key holding the wrong kind of value
            > SPOP str
            < -WRONGTYPE Operation against a key holding the wrong kind of value
            > SPOP str 1
            < -WRONGTYPE Operation against a key holding the wrong kind of value
            > SRANDMEMBER str
            < -WRONGTYPE Operation against a key holding the wrong kind of value
            > SRANDMEMBER str 1
            < -WRONGTYPE Operation against a key holding the wrong kind of value
            > SSCAN str 0
            < -WRONGTYPE Operation against a key holding the wrong kind of value
            > GET b
            < -WRONGTYPE Operation against a key holding the wrong kind of value
            > HGET b f
            < -WRONGTYPE Operation against a key holding the wrong kind of value
            > SADD h
            < -ERR wrong number of arguments for 'sadd' command
            > SADD e 1 2 3
            < :3
            > OBJECT ENCODING e
            < $6
            < intset
            > COPY e f
            < :1
            > SCARD f
            < :3
            > OBJECT ENCODING f
            < $6
            < intset
            > RENAME f g
            < +OK
            > SISMEMBER g 2
            < :1
            > EXPIRE g 100
            < :1
            > SISMEMBER g 3
            < :1
            > TTL g
            < :100
            """#),
        Transcript(
            "sets in version 3",
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
            > SADD s a
            < :1
            > SMEMBERS s
            < ~1
            < $1
            < a
            > SMEMBERS nokey
            < ~0
            > SINTER s s
            < ~1
            < $1
            < a
            > SUNION s
            < ~1
            < $1
            < a
            > SDIFF s nokey
            < ~1
            < $1
            < a
            > SRANDMEMBER s
            < $1
            < a
            > SRANDMEMBER s 2
            < *1
            < $1
            < a
            > SRANDMEMBER nokey
            < _
            > SSCAN s 0
            < *2
            < $1
            < 0
            < *1
            < $1
            < a
            > SPOP nokey
            < _
            > SPOP nokey 1
            < ~0
            > SISMEMBER s a
            < :1
            > SMISMEMBER s a b
            < *2
            < :1
            < :0
            > SPOP s 3
            < ~1
            < $1
            < a
            """#),
    ]
}
