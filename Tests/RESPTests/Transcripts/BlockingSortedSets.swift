// Commands that wait for sorted sets, where they need not.
// Recorded from redis-server 7.0.15.

extension Transcript {
    static let blockingSortedSets: [Transcript] = [
        Transcript(
            "sorted sets that need no waiting",
            #"""
            > ZADD z 1 a 2.5 b 3 c 4 d inf e
            < :5
            > BZPOPMIN nokey z 0
            < *3
            < $1
            < z
            < $1
            < a
            < $1
            < 1
            > BZPOPMAX z z 0
            < *3
            < $1
            < z
            < $1
            < e
            < $3
            < inf
            > BZMPOP 0 2 nokey z MIN
            < *2
            < $1
            < z
            < *1
            < *2
            < $1
            < b
            < $3
            < 2.5
            > BZMPOP 0 1 z max COUNT 2
            < *2
            < $1
            < z
            < *2
            < *2
            < $1
            < d
            < $1
            < 4
            < *2
            < $1
            < c
            < $1
            < 3
            > ZCARD z
            < :0
            > ZADD z 1 b
            < :1
            > BZMPOP 1 1 z MIN COUNT 10
            < *2
            < $1
            < z
            < *1
            < *2
            < $1
            < b
            < $1
            < 1
            > ZADD z 1 a
            < :1
            > bzpopmin z 0
            < *3
            < $1
            < z
            < $1
            < a
            < $1
            < 1
            > EXISTS z
            < :0
            > SET s v
            < +OK
            > BZPOPMIN s 0
            < -WRONGTYPE Operation against a key holding the wrong kind of value
            > BZPOPMAX nokey s 0
            < -WRONGTYPE Operation against a key holding the wrong kind of value
            > BZMPOP 0 2 nokey s MIN
            < -WRONGTYPE Operation against a key holding the wrong kind of value
            > COMMAND GETKEYS BZPOPMIN a b 0
            < *2
            < $1
            < a
            < $1
            < b
            > COMMAND GETKEYS BZMPOP 0 2 a b MIN
            < *2
            < $1
            < a
            < $1
            < b
            """#),
        Transcript(
            "commands that might wait for sorted sets, with wrong arguments and in transactions",
            #"""
            > BZPOPMIN z x
            < -ERR timeout is not a float or out of range
            > BZPOPMIN z -1
            < -ERR timeout is negative
            > BZPOPMAX z nan
            < -ERR timeout is not a float or out of range
            > BZPOPMIN z
            < -ERR wrong number of arguments for 'bzpopmin' command
            > BZMPOP x 1 z MIN
            < -ERR timeout is not a float or out of range
            > BZMPOP -1 1 z MIN
            < -ERR timeout is negative
            > BZMPOP 0 0 z MIN
            < -ERR numkeys should be greater than 0
            > BZMPOP 0 x z MIN
            < -ERR numkeys should be greater than 0
            > BZMPOP 0 2 z MIN
            < -ERR syntax error
            > BZMPOP 0 1 z foo
            < -ERR syntax error
            > BZMPOP 0 1 z MIN foo
            < -ERR syntax error
            > BZMPOP 0 1 z MIN COUNT 0
            < -ERR count should be greater than 0
            > BZMPOP 0 1 z MIN COUNT
            < -ERR syntax error
            > BZMPOP 0 1 z MIN COUNT 1 COUNT 1
            < -ERR syntax error
            > BZMPOP x 1 z foo
            < -ERR syntax error
            > MULTI
            < +OK
            > BZPOPMIN z 0
            < +QUEUED
            > BZPOPMAX z y 1
            < +QUEUED
            > BZMPOP 0 1 z MIN
            < +QUEUED
            > BZPOPMIN z x
            < +QUEUED
            > ZADD z 1 a
            < +QUEUED
            > BZPOPMIN z 0
            < +QUEUED
            > EXEC
            < *6
            < *-1
            < *-1
            < *-1
            < -ERR timeout is not a float or out of range
            < :1
            < *3
            < $1
            < z
            < $1
            < a
            < $1
            < 1
            """#),
        Transcript(
            "sorted sets that need no waiting, in version 3",
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
            > ZADD z 1 a 2.5 b 3 c 4 d
            < :4
            > BZPOPMIN nokey z 0
            < *3
            < $1
            < z
            < $1
            < a
            < ,1
            > BZPOPMAX z 0
            < *3
            < $1
            < z
            < $1
            < d
            < ,4
            > BZMPOP 0 1 z MIN COUNT 2
            < *2
            < $1
            < z
            < *2
            < *2
            < $1
            < b
            < ,2.5
            < *2
            < $1
            < c
            < ,3
            > MULTI
            < +OK
            > BZPOPMIN z 0
            < +QUEUED
            > BZMPOP 0 1 z MIN
            < +QUEUED
            > EXEC
            < *2
            < _
            < _
            """#),
    ]
}
