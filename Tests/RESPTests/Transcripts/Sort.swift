// SORT and SORT_RO.
// Recorded from redis-server 7.0.15.

extension Transcript {
    static let sort: [Transcript] = [
        Transcript(
            "SORT by the elements themselves",
            #"""
            > RPUSH l 10 9 2.5 -3 1e2 9
            < :6
            > SORT l
            < *6
            < $2
            < -3
            < $3
            < 2.5
            < $1
            < 9
            < $1
            < 9
            < $2
            < 10
            < $3
            < 1e2
            > SORT l DESC LIMIT 1 3
            < *3
            < $2
            < 10
            < $1
            < 9
            < $1
            < 9
            > SORT l ALPHA
            < *6
            < $2
            < -3
            < $2
            < 10
            < $3
            < 1e2
            < $3
            < 2.5
            < $1
            < 9
            < $1
            < 9
            > SORT l LIMIT 4 -1
            < *2
            < $2
            < 10
            < $3
            < 1e2
            > SORT l LIMIT -2 2
            < *2
            < $2
            < -3
            < $3
            < 2.5
            > SORT l LIMIT 9 1
            < *0
            > SORT l LIMIT 0 0
            < *0
            > sort_ro l desc limit 0 1
            < *1
            < $3
            < 1e2
            > SORT l BY nosort
            < *6
            < $2
            < 10
            < $1
            < 9
            < $3
            < 2.5
            < $2
            < -3
            < $3
            < 1e2
            < $1
            < 9
            > SORT l BY nosort DESC LIMIT 1 2
            < *2
            < $3
            < 1e2
            < $2
            < -3
            > SADD s 3 1 2
            < :3
            > SORT s DESC
            < *3
            < $1
            < 3
            < $1
            < 2
            < $1
            < 1
            > SORT s BY nosort STORE t
            < :3
            > LRANGE t 0 -1
            < *3
            < $1
            < 1
            < $1
            < 2
            < $1
            < 3
            > ZADD z 3 a 1 b 2 c
            < :3
            > SORT z ALPHA
            < *3
            < $1
            < a
            < $1
            < b
            < $1
            < c
            > SORT z BY nosort DESC LIMIT 0 2
            < *2
            < $1
            < a
            < $1
            < c
            > SORT z BY x LIMIT 1 1
            < *1
            < $1
            < c
            > SORT nokey
            < *0
            > SORT nokey STORE t
            < :0
            > EXISTS t
            < :0
            """#),
        Transcript(
            "SORT by other keys, and what they hold",
            #"""
            > RPUSH l a b c d
            < :4
            > MSET w_a 3 w_b 1 w_c 2 o_a A o_c C
            < +OK
            > HSET h_a f 9 g G
            < :2
            > HSET h_b f 8
            < :1
            > SORT l BY w_*
            < *4
            < $1
            < d
            < $1
            < b
            < $1
            < c
            < $1
            < a
            > SORT l BY w_* DESC GET # GET o_* GET h_*->g
            < *12
            < $1
            < a
            < $1
            < A
            < $1
            < G
            < $1
            < c
            < $1
            < C
            < $-1
            < $1
            < b
            < $-1
            < $-1
            < $1
            < d
            < $-1
            < $-1
            > SORT l BY h_*->f GET # LIMIT 2 2
            < *2
            < $1
            < b
            < $1
            < a
            > SORT l BY o_* ALPHA
            < *4
            < $1
            < b
            < $1
            < d
            < $1
            < a
            < $1
            < c
            > SORT l BY w_* GET nostar GET h_* GET o_*->f LIMIT 1 1
            < *3
            < $-1
            < $-1
            < $-1
            > SORT l BY nosort GET o_* STORE l
            < :4
            > LRANGE l 0 -1
            < *4
            < $1
            < A
            < $0
            <
            < $1
            < C
            < $0
            <
            > RPUSH m b a
            < :2
            > SORT m BY w_*->f GET # GET w_* STORE t
            < :4
            > LRANGE t 0 -1
            < *4
            < $1
            < a
            < $1
            < 3
            < $1
            < b
            < $1
            < 1
            > SORT m ALPHA STORE m
            < :2
            > LRANGE m 0 -1
            < *2
            < $1
            < a
            < $1
            < b
            > SORT m BY nosort LIMIT 5 1 STORE t
            < :0
            > EXISTS t
            < :0
            """#),
        Transcript(
            "SORT with wrong arguments, other kinds and no numbers",
            #"""
            > RPUSH l 1 x
            < :2
            > SORT l
            < -ERR One or more scores can't be converted into double
            > SORT l LIMIT 0 1 STORE t
            < -ERR One or more scores can't be converted into double
            > SORT l BY w_*
            < *2
            < $1
            < 1
            < $1
            < x
            > SET w_1 abc
            < +OK
            > SORT l BY w_*
            < -ERR One or more scores can't be converted into double
            > SORT l foo
            < -ERR syntax error
            > SORT l LIMIT 1
            < -ERR syntax error
            > SORT l LIMIT x 1
            < -ERR value is not an integer or out of range
            > SORT l BY
            < -ERR syntax error
            > SORT l GET
            < -ERR syntax error
            > SORT_RO l STORE t
            < -ERR syntax error
            > SORT
            < -ERR wrong number of arguments for 'sort' command
            > SET s v
            < +OK
            > SORT s
            < -WRONGTYPE Operation against a key holding the wrong kind of value
            > SORT s foo
            < -ERR syntax error
            > SORT s BY nosort STORE t
            < -WRONGTYPE Operation against a key holding the wrong kind of value
            > RPUSH n "" " 5" 3
            < :3
            > SORT n
            < *3
            < $0
            <
            < $1
            < 3
            < $2
            <  5
            > RPUSH n 1e400
            < :4
            > SORT n
            < -ERR One or more scores can't be converted into double
            > COMMAND GETKEYS SORT l BY w_* GET STORE STORE t
            < *2
            < $1
            < l
            < $1
            < t
            > COMMAND GETKEYS SORT_RO l BY w_*
            < *1
            < $1
            < l
            > MULTI
            < +OK
            > SORT l ALPHA GET w_*
            < +QUEUED
            > SORT l ALPHA DESC STORE t
            < +QUEUED
            > EXEC
            < *2
            < *2
            < $3
            < abc
            < $-1
            < :2
            > LRANGE t 0 -1
            < *2
            < $1
            < x
            < $1
            < 1
            """#),
        Transcript(
            "SORT in version 3",
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
            > RPUSH l 2 1
            < :2
            > SET o_1 v
            < +OK
            > SORT l GET o_* GET #
            < *4
            < $1
            < v
            < $1
            < 1
            < _
            < $1
            < 2
            > SORT nokey
            < *0
            """#),
    ]
}
