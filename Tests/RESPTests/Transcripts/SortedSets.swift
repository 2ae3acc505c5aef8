// Commands on sorted sets.
// Recorded from redis-server 7.0.15; ZRANK with WITHSCORE and numbers with 17 digits as Redis 7.2 has them.

extension Transcript {
    static let sortedSets: [Transcript] = [
        Transcript(
            "ZADD",
            #"""
            > ZADD z 1 a 2 b
            < :2
            > ZADD z 1 a 3 b 4 c
            < :1
            > ZADD z CH 5 a 3 b 6 d
            < :2
            > ZADD z NX 9 a 9 e
            < :1
            > ZADD z XX 7 e 7 f
            < :0
            > ZADD z XX CH 8 e 8 f
            < :1
            > ZADD z GT CH 1 a 9 e
            < :1
            > ZADD z LT CH 1 a 99 e
            < :1
            > ZADD z gt xx ch 2 a
            < :1
            """#),
        Transcript(
            "ZADD INCR and what is refused",
            #"""
            > ZADD z 1 a 2 b
            < :2
            > ZADD z INCR 1.5 a
            < $3
            < 2.5
            > ZADD z INCR 3 new
            < $1
            < 3
            > ZADD z NX INCR 3 new
            < $-1
            > ZADD z XX INCR 3 nope
            < $-1
            > ZADD z GT INCR -1 a
            < $-1
            > ZADD z LT INCR -1 a
            < $3
            < 1.5
            > ZADD z INCR 1 a 2 b
            < -ERR INCR option supports a single increment-element pair
            > ZADD z NX XX 1 a
            < -ERR XX and NX options at the same time are not compatible
            > ZADD z NX GT 1 a
            < -ERR GT, LT, and/or NX options at the same time are not compatible
            > ZADD z GT LT 1 a
            < -ERR GT, LT, and/or NX options at the same time are not compatible
            > ZADD z 1
            < -ERR wrong number of arguments for 'zadd' command
            > ZADD z 1 a 2
            < -ERR syntax error
            > ZADD z NX CH
            < -ERR syntax error
            > ZADD z x a
            < -ERR value is not a valid float
            > ZADD z 1 a nan b
            < -ERR value is not a valid float
            > ZADD z "" a
            < -ERR value is not a valid float
            > ZADD z " 1" a
            < -ERR value is not a valid float
            > ZADD z 1e400 a
            < -ERR value is not a valid float
            """#),
        Transcript(
            "Scores",
            #"""
            > ZADD z 1 a 2 b
            < :2
            > ZADD z inf i -inf j +inf k
            < :3
            > ZADD z INCR -inf i
            < -ERR resulting score is not a number (NaN)
            > ZADD nokey XX 1 a
            < :0
            > EXISTS nokey
            < :0
            > ZCARD z
            < :5
            > ZCARD nokey
            < :0
            > ZSCORE z i
            < $3
            < inf
            > ZSCORE z j
            < $4
            < -inf
            > ZSCORE z nope
            < $-1
            > ZSCORE nokey a
            < $-1
            > ZADD zero -0 m 0 k -0.0 n
            < :3
            > ZADD zero 0 m
            < :0
            > ZRANGE zero 0 -1 WITHSCORES
            < *6
            < $1
            < k
            < $1
            < 0
            < $1
            < m
            < $1
            < 0
            < $1
            < n
            < $1
            < 0
            > ZMSCORE z a nope b
            < *3
            < $1
            < 1
            < $-1
            < $1
            < 2
            > ZMSCORE nokey a b
            < *2
            < $-1
            < $-1
            > ZINCRBY z 2.25 a
            < $4
            < 3.25
            > ZINCRBY z -1 fresh
            < $2
            < -1
            > ZINCRBY z x a
            < -ERR value is not a valid float
            > ZINCRBY z -inf i
            < -ERR resulting score is not a number (NaN)
            """#),
        Transcript(
            "Sorted sets that go, other kinds, spellings of scores",
            #"""
            > ZADD z 1 a 2 b 3 c
            < :3
            > ZREM z a nope b
            < :2
            > ZREM nokey a
            < :0
            > ZADD one 1 a
            < :1
            > ZREM one a
            < :1
            > EXISTS one
            < :0
            > TYPE z
            < +zset
            > OBJECT ENCODING z
            < $8
            < listpack
            > ZADD long 1 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
            < :1
            > OBJECT ENCODING long
            < $8
            < skiplist
            > SET s x
            < +OK
            > ZADD s 1 a
            < -WRONGTYPE Operation against a key holding the wrong kind of value
            > ZSCORE s a
            < -WRONGTYPE Operation against a key holding the wrong kind of value
            > ZCARD s
            < -WRONGTYPE Operation against a key holding the wrong kind of value
            > ZREM s a
            < -WRONGTYPE Operation against a key holding the wrong kind of value
            > ZINCRBY s 1 a
            < -WRONGTYPE Operation against a key holding the wrong kind of value
            > ZMSCORE s a
            < -WRONGTYPE Operation against a key holding the wrong kind of value
            > GET z
            < -WRONGTYPE Operation against a key holding the wrong kind of value
            > ZADD f 0x10 a 1e3 b .5 c 5. d 1e-7 e 1.5e-7 f 1e17 g -3.5 h 100 i
            < :9
            > ZRANGE f 0 -1 WITHSCORES
            < *18
            < $1
            < h
            < $4
            < -3.5
            < $1
            < e
            < $4
            < 1e-7
            < $1
            < f
            < $6
            < 1.5e-7
            < $1
            < c
            < $3
            < 0.5
            < $1
            < d
            < $1
            < 5
            < $1
            < a
            < $2
            < 16
            < $1
            < i
            < $3
            < 100
            < $1
            < b
            < $4
            < 1000
            < $1
            < g
            < $18
            < 100000000000000000
            """#),
        Transcript(
            "Ranks and ranges of scores counted",
            #"""
            > ZADD z 1 a 2 b 2 c 3 d
            < :4
            > ZRANK z a
            < :0
            > ZRANK z c
            < :2
            > ZRANK z nope
            < $-1
            > ZRANK nokey a
            < $-1
            > ZREVRANK z a
            < :3
            > ZREVRANK z d
            < :0
            > ZREVRANK z nope
            < $-1
            > ZRANK z c WITHSCORE
            < *2
            < :2
            < $1
            < 2
            > ZREVRANK z a withscore
            < *2
            < :3
            < $1
            < 1
            > ZRANK z nope WITHSCORE
            < *-1
            > ZRANK nokey a WITHSCORE
            < *-1
            > ZRANK z a FOO
            < -ERR syntax error
            > ZRANK z a WITHSCORE x
            < -ERR wrong number of arguments for 'zrank' command
            > ZREVRANK nokey a
            < $-1
            > ZCOUNT z 1 2
            < :3
            > ZCOUNT z (1 3
            < :3
            > ZCOUNT z (1 (3
            < :2
            > ZCOUNT z -inf +inf
            < :4
            > ZCOUNT z 3 1
            < :0
            > ZCOUNT z 5 9
            < :0
            > ZCOUNT z x 1
            < -ERR min or max is not a float
            > ZCOUNT z 1 (
            < :0
            > ZCOUNT z "" 1
            < :1
            > ZCOUNT z nan 1
            < -ERR min or max is not a float
            > ZCOUNT nokey 1 2
            < :0
            """#),
        Transcript(
            "Ranges of members counted",
            #"""
            > ZADD l 0 a 0 b 0 bb 0 c 0 d
            < :5
            > ZLEXCOUNT l - +
            < :5
            > ZLEXCOUNT l [b [c
            < :3
            > ZLEXCOUNT l (b [c
            < :2
            > ZLEXCOUNT l [b (c
            < :2
            > ZLEXCOUNT l + -
            < :0
            > ZLEXCOUNT l (b (b
            < :0
            > ZLEXCOUNT l b c
            < -ERR min or max not valid string range item
            > ZLEXCOUNT l - x
            < -ERR min or max not valid string range item
            > ZLEXCOUNT l -x +
            < -ERR min or max not valid string range item
            > ZLEXCOUNT nokey - +
            < :0
            """#),
        Transcript(
            "ZPOPMIN, ZPOPMAX",
            #"""
            > ZADD z 1 a 2 b 2 c 3 d
            < :4
            > ZPOPMIN z
            < *2
            < $1
            < a
            < $1
            < 1
            > ZPOPMAX z
            < *2
            < $1
            < d
            < $1
            < 3
            > ZPOPMIN z 0
            < *0
            > ZPOPMAX z 5
            < *4
            < $1
            < c
            < $1
            < 2
            < $1
            < b
            < $1
            < 2
            > EXISTS z
            < :0
            > ZPOPMIN z
            < *0
            > ZPOPMIN z -1
            < -ERR value is out of range, must be positive
            > ZPOPMIN z x
            < -ERR value is out of range, must be positive
            > ZPOPMIN z 1 2
            < -ERR syntax error
            """#),
        Transcript(
            "ZMPOP",
            #"""
            > ZADD z 1 a 2 b 3 c
            < :3
            > ZPOPMIN z 2
            < *4
            < $1
            < a
            < $1
            < 1
            < $1
            < b
            < $1
            < 2
            > ZADD z 1 a 2 b
            < :2
            > ZMPOP 2 nokey z MIN
            < *2
            < $1
            < z
            < *1
            < *2
            < $1
            < a
            < $1
            < 1
            > ZMPOP 1 z MAX COUNT 5
            < *2
            < $1
            < z
            < *2
            < *2
            < $1
            < c
            < $1
            < 3
            < *2
            < $1
            < b
            < $1
            < 2
            > ZMPOP 1 z MIN
            < *-1
            > ZMPOP 0 z MIN
            < -ERR numkeys should be greater than 0
            > ZMPOP x z MIN
            < -ERR numkeys should be greater than 0
            > ZMPOP 2 z MIN
            < -ERR syntax error
            > ZMPOP 1 z FOO
            < -ERR syntax error
            > ZMPOP 1 z MIN COUNT 0
            < -ERR count should be greater than 0
            > ZMPOP 1 z MIN COUNT
            < -ERR syntax error
            > ZMPOP 1 z MIN COUNT 1 COUNT 2
            < -ERR syntax error
            > SET s x
            < +OK
            > ZMPOP 2 s z MIN
            < -WRONGTYPE Operation against a key holding the wrong kind of value
            > ZPOPMIN s
            < -WRONGTYPE Operation against a key holding the wrong kind of value
            > ZRANK s a
            < -WRONGTYPE Operation against a key holding the wrong kind of value
            > ZCOUNT s 1 2
            < -WRONGTYPE Operation against a key holding the wrong kind of value
            """#),
        Transcript(
            "Members by chance, ZSCAN",
            #"""
            > SET s x
            < +OK
            > ZADD r 1 a
            < :1
            > ZRANDMEMBER r
            < $1
            < a
            > ZRANDMEMBER r 2
            < *1
            < $1
            < a
            > ZRANDMEMBER r -3
            < *3
            < $1
            < a
            < $1
            < a
            < $1
            < a
            > ZRANDMEMBER r 0
            < *0
            > ZRANDMEMBER r 1 WITHSCORES
            < *2
            < $1
            < a
            < $1
            < 1
            > ZRANDMEMBER r -2 WITHSCORES
            < *4
            < $1
            < a
            < $1
            < 1
            < $1
            < a
            < $1
            < 1
            > ZRANDMEMBER r x
            < -ERR value is not an integer or out of range
            > ZRANDMEMBER r 1 foo
            < -ERR syntax error
            > ZRANDMEMBER r -9223372036854775808
            < -ERR value is out of range, value must between -9223372036854775807 and 9223372036854775807
            > ZRANDMEMBER r 9223372036854775807 WITHSCORES
            < -ERR value is out of range
            > ZRANDMEMBER nokey
            < $-1
            > ZRANDMEMBER nokey 2
            < *0
            > ZADD scan 1 a 2.5 b
            < :2
            > ZSCAN scan 0
            < *2
            < $1
            < 0
            < *4
            < $1
            < a
            < $1
            < 1
            < $1
            < b
            < $3
            < 2.5
            > ZSCAN scan 0 MATCH b*
            < *2
            < $1
            < 0
            < *2
            < $1
            < b
            < $3
            < 2.5
            > ZSCAN scan x
            < -ERR invalid cursor
            > ZSCAN nokey 0
            < *2
            < $1
            < 0
            < *0
            > ZSCAN s 0
            < -WRONGTYPE Operation against a key holding the wrong kind of value
            """#),
        Transcript(
            "ZRANGE by position",
            #"""
            > ZADD z 1 a 2 b 2 c 3 d
            < :4
            > ZRANGE z 0 -1
            < *4
            < $1
            < a
            < $1
            < b
            < $1
            < c
            < $1
            < d
            > ZRANGE z 1 2 WITHSCORES
            < *4
            < $1
            < b
            < $1
            < 2
            < $1
            < c
            < $1
            < 2
            > ZRANGE z -2 -1
            < *2
            < $1
            < c
            < $1
            < d
            > ZRANGE z 3 9
            < *1
            < $1
            < d
            > ZRANGE z 9 10
            < *0
            > ZRANGE z 2 1
            < *0
            > ZRANGE z -9 1
            < *2
            < $1
            < a
            < $1
            < b
            > ZRANGE z 0 1 REV WITHSCORES
            < *4
            < $1
            < d
            < $1
            < 3
            < $1
            < c
            < $1
            < 2
            > ZRANGE z x 1
            < -ERR value is not an integer or out of range
            > ZRANGE z 0 1 FOO
            < -ERR syntax error
            > ZRANGE z 0 1 LIMIT 0 1
            < -ERR syntax error, LIMIT is only supported in combination with either BYSCORE or BYLEX
            > ZRANGE z 0 1 LIMIT 0 -1
            < *2
            < $1
            < a
            < $1
            < b
            > ZRANGE z 0 1 LIMIT 0
            < -ERR syntax error
            > ZRANGE z 0 1 LIMIT x 1
            < -ERR value is not an integer or out of range
            """#),
        Transcript(
            "ZRANGE by score",
            #"""
            > ZADD z 1 a 2 b 2 c 3 d
            < :4
            > ZRANGE z 1 (3 BYSCORE
            < *3
            < $1
            < a
            < $1
            < b
            < $1
            < c
            > ZRANGE z (3 1 BYSCORE REV WITHSCORES
            < *6
            < $1
            < c
            < $1
            < 2
            < $1
            < b
            < $1
            < 2
            < $1
            < a
            < $1
            < 1
            > ZRANGE z -inf +inf BYSCORE LIMIT 1 2
            < *2
            < $1
            < b
            < $1
            < c
            > ZRANGE z +inf -inf BYSCORE REV LIMIT 1 2
            < *2
            < $1
            < c
            < $1
            < b
            > ZRANGE z -inf +inf BYSCORE LIMIT -1 2
            < *0
            > ZRANGE z -inf +inf BYSCORE LIMIT 1 -1
            < *3
            < $1
            < b
            < $1
            < c
            < $1
            < d
            > ZRANGE z -inf +inf BYSCORE LIMIT 9 1
            < *0
            > ZRANGE z -inf +inf BYSCORE LIMIT 0 0
            < *0
            > ZRANGE z x y BYSCORE
            < -ERR min or max is not a float
            > ZRANGE z - + BYLEX WITHSCORES
            < -ERR syntax error, WITHSCORES not supported in combination with BYLEX
            > ZRANGE z - + BYLEX BYSCORE
            < -ERR syntax error
            > ZRANGE nokey 0 -1
            < *0
            > ZRANGE nokey x y
            < -ERR value is not an integer or out of range
            """#),
        Transcript(
            "The older commands on ranges",
            #"""
            > ZADD z 1 a 2 b 2 c 3 d
            < :4
            > ZREVRANGE z 0 1
            < *2
            < $1
            < d
            < $1
            < c
            > ZREVRANGE z 0 -1 WITHSCORES
            < *8
            < $1
            < d
            < $1
            < 3
            < $1
            < c
            < $1
            < 2
            < $1
            < b
            < $1
            < 2
            < $1
            < a
            < $1
            < 1
            > ZREVRANGE z 0 1 REV
            < -ERR syntax error
            > ZRANGEBYSCORE z 2 3
            < *3
            < $1
            < b
            < $1
            < c
            < $1
            < d
            > ZRANGEBYSCORE z (2 +inf WITHSCORES
            < *2
            < $1
            < d
            < $1
            < 3
            > ZRANGEBYSCORE z -inf inf WITHSCORES LIMIT 1 2
            < *4
            < $1
            < b
            < $1
            < 2
            < $1
            < c
            < $1
            < 2
            > ZRANGEBYSCORE z 1 2 BYSCORE
            < -ERR syntax error
            > ZRANGEBYSCORE z a b
            < -ERR min or max is not a float
            > ZRANGEBYSCORE nokey 1 2
            < *0
            > ZREVRANGEBYSCORE z 3 2
            < *3
            < $1
            < d
            < $1
            < c
            < $1
            < b
            > ZREVRANGEBYSCORE z +inf -inf WITHSCORES LIMIT 1 2
            < *4
            < $1
            < c
            < $1
            < 2
            < $1
            < b
            < $1
            < 2
            > ZREVRANGEBYSCORE z 1 2
            < *0
            """#),
        Transcript(
            "Ranges of members",
            #"""
            > ZADD l 0 a 0 b 0 bb 0 c 0 d
            < :5
            > ZRANGEBYLEX l - +
            < *5
            < $1
            < a
            < $1
            < b
            < $2
            < bb
            < $1
            < c
            < $1
            < d
            > ZRANGEBYLEX l [b (d
            < *3
            < $1
            < b
            < $2
            < bb
            < $1
            < c
            > ZRANGEBYLEX l - + LIMIT 1 2
            < *2
            < $1
            < b
            < $2
            < bb
            > ZRANGEBYLEX l b c
            < -ERR min or max not valid string range item
            > ZRANGEBYLEX l - + WITHSCORES
            < -ERR syntax error, WITHSCORES not supported in combination with BYLEX
            > ZREVRANGEBYLEX l + -
            < *5
            < $1
            < d
            < $1
            < c
            < $2
            < bb
            < $1
            < b
            < $1
            < a
            > ZREVRANGEBYLEX l (c [b
            < *2
            < $2
            < bb
            < $1
            < b
            > ZREVRANGEBYLEX l + - LIMIT 1 2
            < *2
            < $1
            < c
            < $2
            < bb
            > ZRANGE l [d [b BYLEX REV
            < *4
            < $1
            < d
            < $1
            < c
            < $2
            < bb
            < $1
            < b
            > ZRANGE l [d [b BYLEX REV LIMIT 1 1
            < *1
            < $1
            < c
            """#),
        Transcript(
            "ZRANGESTORE",
            #"""
            > ZADD z 1 a 2 b 2 c 3 d
            < :4
            > ZADD l 0 a 0 b 0 bb 0 c 0 d
            < :5
            > ZRANGESTORE t z 1 2
            < :2
            > ZRANGE t 0 -1 WITHSCORES
            < *4
            < $1
            < b
            < $1
            < 2
            < $1
            < c
            < $1
            < 2
            > ZRANGESTORE t z 0 1 REV
            < :2
            > ZRANGE t 0 -1 WITHSCORES
            < *4
            < $1
            < c
            < $1
            < 2
            < $1
            < d
            < $1
            < 3
            > ZRANGESTORE t z (1 +inf BYSCORE LIMIT 0 2
            < :2
            > ZRANGE t 0 -1
            < *2
            < $1
            < b
            < $1
            < c
            > ZRANGESTORE t l [b [c BYLEX
            < :3
            > ZRANGE t 0 -1
            < *3
            < $1
            < b
            < $2
            < bb
            < $1
            < c
            > ZRANGESTORE t nokey 0 -1
            < :0
            > EXISTS t
            < :0
            > ZRANGESTORE z z 0 -1
            < :4
            > ZRANGESTORE t z 0 -1 WITHSCORES
            < -ERR syntax error
            > ZRANGESTORE t z x y
            < -ERR value is not an integer or out of range
            > SET s x
            < +OK
            > ZRANGESTORE t s 0 -1
            < -WRONGTYPE Operation against a key holding the wrong kind of value
            > ZRANGESTORE s z 0 0
            < :1
            > ZRANGE s 0 -1
            < *1
            < $1
            < a
            > SET s x
            < +OK
            > ZRANGE s 0 -1
            < -WRONGTYPE Operation against a key holding the wrong kind of value
            """#),
        Transcript(
            "Ranges removed",
            #"""
            > ZADD z 1 a 2 b 2 c 3 d
            < :4
            > ZADD l 0 a 0 b 0 bb 0 c 0 d
            < :5
            > SET s x
            < +OK
            > ZREMRANGEBYRANK z 0 0
            < :1
            > ZREMRANGEBYRANK z -1 -1
            < :1
            > ZREMRANGEBYRANK z 5 6
            < :0
            > ZREMRANGEBYRANK z x 1
            < -ERR value is not an integer or out of range
            > ZREMRANGEBYRANK nokey 0 1
            < :0
            > ZRANGE z 0 -1
            < *2
            < $1
            < b
            < $1
            < c
            > ZREMRANGEBYSCORE z (2 3
            < :0
            > ZREMRANGEBYSCORE z 2 2
            < :2
            > ZREMRANGEBYSCORE z a 1
            < -ERR min or max is not a float
            > ZREMRANGEBYSCORE nokey 1 2
            < :0
            > EXISTS z
            < :0
            > ZREMRANGEBYLEX l [b [c
            < :3
            > ZREMRANGEBYLEX l b c
            < -ERR min or max not valid string range item
            > ZREMRANGEBYLEX nokey - +
            < :0
            > ZRANGE l 0 -1
            < *2
            < $1
            < a
            < $1
            < d
            > ZREMRANGEBYLEX l - +
            < :2
            > EXISTS l
            < :0
            > ZREMRANGEBYRANK s 0 1
            < -WRONGTYPE Operation against a key holding the wrong kind of value
            """#),
        Transcript(
            "ZUNION",
            #"""
            > ZADD a 1 x 2 y 3 z
            < :3
            > ZADD b 10 y 20 z 30 w
            < :3
            > SADD c y q
            < :2
            > ZUNION 2 a b
            < *4
            < $1
            < x
            < $1
            < y
            < $1
            < z
            < $1
            < w
            > ZUNION 2 a b WITHSCORES
            < *8
            < $1
            < x
            < $1
            < 1
            < $1
            < y
            < $2
            < 12
            < $1
            < z
            < $2
            < 23
            < $1
            < w
            < $2
            < 30
            > ZUNION 2 a b WEIGHTS 2 0.5 WITHSCORES
            < *8
            < $1
            < x
            < $1
            < 2
            < $1
            < y
            < $1
            < 9
            < $1
            < w
            < $2
            < 15
            < $1
            < z
            < $2
            < 16
            > ZUNION 2 a b AGGREGATE MIN WITHSCORES
            < *8
            < $1
            < x
            < $1
            < 1
            < $1
            < y
            < $1
            < 2
            < $1
            < z
            < $1
            < 3
            < $1
            < w
            < $2
            < 30
            > ZUNION 2 a b AGGREGATE MAX WEIGHTS 100 1 WITHSCORES
            < *8
            < $1
            < w
            < $2
            < 30
            < $1
            < x
            < $3
            < 100
            < $1
            < y
            < $3
            < 200
            < $1
            < z
            < $3
            < 300
            > ZUNION 3 a c nokey WITHSCORES
            < *8
            < $1
            < q
            < $1
            < 1
            < $1
            < x
            < $1
            < 1
            < $1
            < y
            < $1
            < 3
            < $1
            < z
            < $1
            < 3
            > ZUNION 1 nokey
            < *0
            """#),
        Transcript(
            "ZINTER, ZDIFF",
            #"""
            > ZADD a 1 x 2 y 3 z
            < :3
            > ZADD b 10 y 20 z 30 w
            < :3
            > SADD c y q
            < :2
            > ZINTER 2 a b
            < *2
            < $1
            < y
            < $1
            < z
            > ZINTER 2 a b WITHSCORES
            < *4
            < $1
            < y
            < $2
            < 12
            < $1
            < z
            < $2
            < 23
            > ZINTER 2 a c WEIGHTS 1 5 WITHSCORES
            < *2
            < $1
            < y
            < $1
            < 7
            > ZINTER 2 a b AGGREGATE MAX WITHSCORES
            < *4
            < $1
            < y
            < $2
            < 10
            < $1
            < z
            < $2
            < 20
            > ZINTER 2 a nokey
            < *0
            > ZDIFF 2 a b WITHSCORES
            < *2
            < $1
            < x
            < $1
            < 1
            > ZDIFF 3 b c nokey
            < *2
            < $1
            < z
            < $1
            < w
            > ZDIFF 2 nokey a
            < *0
            > ZDIFF 2 a b WEIGHTS 1 1
            < -ERR syntax error
            """#),
        Transcript(
            "Combinations stored",
            #"""
            > ZADD a 1 x 2 y 3 z
            < :3
            > ZADD b 10 y 20 z 30 w
            < :3
            > SADD c y q
            < :2
            > ZUNIONSTORE t 2 a b
            < :4
            > ZRANGE t 0 -1 WITHSCORES
            < *8
            < $1
            < x
            < $1
            < 1
            < $1
            < y
            < $2
            < 12
            < $1
            < z
            < $2
            < 23
            < $1
            < w
            < $2
            < 30
            > ZUNIONSTORE t 2 a b WITHSCORES
            < -ERR syntax error
            > ZINTERSTORE t 2 a b AGGREGATE SUM
            < :2
            > ZRANGE t 0 -1 WITHSCORES
            < *4
            < $1
            < y
            < $2
            < 12
            < $1
            < z
            < $2
            < 23
            > ZDIFFSTORE t 2 a b
            < :1
            > ZRANGE t 0 -1 WITHSCORES
            < *2
            < $1
            < x
            < $1
            < 1
            > ZDIFFSTORE t 2 a a
            < :0
            > EXISTS t
            < :0
            > ZINTERSTORE a 2 a b
            < :2
            > ZRANGE a 0 -1 WITHSCORES
            < *4
            < $1
            < y
            < $2
            < 12
            < $1
            < z
            < $2
            < 23
            """#),
        Transcript(
            "ZINTERCARD",
            #"""
            > ZADD a 1 x 2 y 3 z
            < :3
            > ZADD b 10 y 20 z 30 w
            < :3
            > ZINTERCARD 2 a b
            < :2
            > ZINTERCARD 2 a b LIMIT 1
            < :1
            > ZINTERCARD 2 a b LIMIT 0
            < :2
            > ZINTERCARD 2 a b LIMIT -1
            < -ERR LIMIT can't be negative
            > ZINTERCARD 2 a b LIMIT
            < -ERR syntax error
            > ZINTERCARD 2 a nokey
            < :0
            > ZINTERCARD 0 a
            < -ERR at least 1 input key is needed for 'zintercard' command
            > ZINTERCARD x a
            < -ERR value is not an integer or out of range
            > ZINTERCARD 3 a b
            < -ERR syntax error
            """#),
        Transcript(
            "Combinations refused",
            #"""
            > ZADD a 1 x 2 y 3 z
            < :3
            > ZADD b 10 y 20 z 30 w
            < :3
            > SADD c y q
            < :2
            > ZUNION 0 a
            < -ERR at least 1 input key is needed for 'zunion' command
            > ZUNION x a
            < -ERR value is not an integer or out of range
            > ZUNION 3 a b
            < -ERR syntax error
            > ZUNION 2 a b FOO
            < -ERR syntax error
            > ZUNION 2 a b WEIGHTS 1
            < -ERR syntax error
            > ZUNION 2 a b WEIGHTS 1 x
            < -ERR weight value is not a float
            > ZUNION 2 a b AGGREGATE
            < -ERR syntax error
            > ZUNION 2 a b AGGREGATE FOO
            < -ERR syntax error
            > ZUNIONSTORE t 0 a
            < -ERR at least 1 input key is needed for 'zunionstore' command
            > ZADD i inf m
            < :1
            > ZADD j -inf m
            < :1
            > ZUNION 2 i j WITHSCORES
            < *2
            < $1
            < m
            < $1
            < 0
            > ZUNION 1 i WEIGHTS 0 WITHSCORES
            < *2
            < $1
            < m
            < $1
            < 0
            > ZUNION 1 i WEIGHTS -1 WITHSCORES
            < *2
            < $1
            < m
            < $4
            < -inf
            > SET s x
            < +OK
            > ZUNION 2 a s
            < -WRONGTYPE Operation against a key holding the wrong kind of value
            > ZUNIONSTORE t 2 a s
            < -WRONGTYPE Operation against a key holding the wrong kind of value
            > ZINTERCARD 2 a s
            < -WRONGTYPE Operation against a key holding the wrong kind of value
            > ZDIFF 1 s
            < -WRONGTYPE Operation against a key holding the wrong kind of value
            """#),
        Transcript(
            "Sorted sets in version 3",
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
            > ZADD z 1 a 2.5 b inf c
            < :3
            > ZADD z INCR 1 a
            < ,2
            > ZADD z NX INCR 1 a
            < _
            > ZINCRBY z 0.5 a
            < ,2.5
            > ZSCORE z b
            < ,2.5
            > ZSCORE z nope
            < _
            > ZMSCORE z a nope c
            < *3
            < ,2.5
            < _
            < ,inf
            > ZRANGE z 0 -1
            < *3
            < $1
            < a
            < $1
            < b
            < $1
            < c
            > ZRANGE z 0 -1 WITHSCORES
            < *3
            < *2
            < $1
            < a
            < ,2.5
            < *2
            < $1
            < b
            < ,2.5
            < *2
            < $1
            < c
            < ,inf
            > ZREVRANGEBYSCORE z +inf 0 WITHSCORES LIMIT 0 1
            < *1
            < *2
            < $1
            < c
            < ,inf
            > ZUNION 1 z WITHSCORES
            < *3
            < *2
            < $1
            < a
            < ,2.5
            < *2
            < $1
            < b
            < ,2.5
            < *2
            < $1
            < c
            < ,inf
            > ZRANK z nope
            < _
            > ZRANK z nope WITHSCORE
            < _
            > ZRANK z b WITHSCORE
            < *2
            < :1
            < ,2.5
            > ZRANDMEMBER nokey
            < _
            > ZADD r 1 a
            < :1
            > ZRANDMEMBER r -2 WITHSCORES
            < *2
            < *2
            < $1
            < a
            < ,1
            < *2
            < $1
            < a
            < ,1
            > ZPOPMIN z
            < *2
            < $1
            < a
            < ,2.5
            > ZPOPMAX z 1
            < *1
            < *2
            < $1
            < c
            < ,inf
            > ZMPOP 1 z MIN
            < *2
            < $1
            < z
            < *1
            < *2
            < $1
            < b
            < ,2.5
            > ZMPOP 1 z MIN
            < _
            > ZPOPMIN z 1
            < *0
            > ZSCAN r 0
            < *2
            < $1
            < 0
            < *2
            < $1
            < a
            < $1
            < 1
            """#),
        Transcript(
            "a stored set keeps the sign of its zeros, but for those that were packed",
            #"""
            > ZADD z 5 xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx -0 zero
            < :2
            > ZSCORE z zero
            < $2
            < -0
            > ZRANGESTORE a z 0 -1
            < :2
            > ZSCORE a zero
            < $1
            < 0
            > ZRANGESTORE b z 0 -1 REV
            < :2
            > ZSCORE b zero
            < $2
            < -0
            > ZRANGESTORE c z 9 -9 BYSCORE REV
            < :2
            > ZSCORE c zero
            < $2
            < -0
            > ZUNIONSTORE d 1 z
            < :2
            > ZSCORE d zero
            < $2
            < -0
            > ZRANGESTORE e z 0 0
            < :1
            > ZSCORE e zero
            < $1
            < 0
            > ZREM z xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx
            < :1
            > ZUNIONSTORE f 1 z
            < :1
            > ZSCORE z zero
            < $2
            < -0
            > ZSCORE f zero
            < $1
            < 0
            """#),
    ]
}
