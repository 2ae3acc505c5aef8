// Commands on lists.
// Recorded from redis-server 7.0.15; encodings and numbers that are "out of range" are told as by Redis 7.2.

extension Transcript {
    static let lists: [Transcript] = [
        Transcript(
            "LPUSH, RPUSH and LRANGE",
            #"""
            > RPUSH l a b c
            < :3
            > LPUSH l x y
            < :5
            > LRANGE l 0 -1
            < *5
            < $1
            < y
            < $1
            < x
            < $1
            < a
            < $1
            < b
            < $1
            < c
            > LRANGE l 1 2
            < *2
            < $1
            < x
            < $1
            < a
            > LRANGE l -2 -1
            < *2
            < $1
            < b
            < $1
            < c
            > LRANGE l -100 100
            < *5
            < $1
            < y
            < $1
            < x
            < $1
            < a
            < $1
            < b
            < $1
            < c
            > LRANGE l 3 1
            < *0
            > LRANGE l 5 10
            < *0
            > LRANGE l 0 -6
            < *0
            > LRANGE nokey 0 -1
            < *0
            > LRANGE l x 1
            < -ERR value is not an integer or out of range
            > LRANGE nokey 0 x
            < -ERR value is not an integer or out of range
            > LRANGE l 9223372036854775807 -9223372036854775808
            < *0
            > LRANGE l -9223372036854775808 9223372036854775807
            < *5
            < $1
            < y
            < $1
            < x
            < $1
            < a
            < $1
            < b
            < $1
            < c
            """#),
        Transcript(
            "LINDEX, LLEN, and pushing to a list that exists",
            #"""
            > RPUSH l y x a b c
            < :5
            > LLEN l
            < :5
            > LLEN nokey
            < :0
            > LINDEX l 0
            < $1
            < y
            > LINDEX l -1
            < $1
            < c
            > LINDEX l 5
            < $-1
            > LINDEX l -6
            < $-1
            > LINDEX l x
            < -ERR value is not an integer or out of range
            > LINDEX nokey x
            < $-1
            > LPUSHX l z
            < :6
            > RPUSHX l d e
            < :8
            > LPUSHX nokey z
            < :0
            > RPUSHX nokey z
            < :0
            > EXISTS nokey
            < :0
            > LRANGE l 0 -1
            < *8
            < $1
            < z
            < $1
            < y
            < $1
            < x
            < $1
            < a
            < $1
            < b
            < $1
            < c
            < $1
            < d
            < $1
            < e
            > TYPE l
            < +list
            > OBJECT ENCODING l
            < $8
            < listpack
            """#),
        Transcript(
            "lists and other kinds, and too few arguments",
            #"""
            > RPUSH l z y x a b c d e
            < :8
            > SET s v
            < +OK
            > LPUSH s a
            < -WRONGTYPE Operation against a key holding the wrong kind of value
            > RPUSHX s a
            < -WRONGTYPE Operation against a key holding the wrong kind of value
            > LLEN s
            < -WRONGTYPE Operation against a key holding the wrong kind of value
            > LRANGE s 0 -1
            < -WRONGTYPE Operation against a key holding the wrong kind of value
            > LINDEX s 0
            < -WRONGTYPE Operation against a key holding the wrong kind of value
            > LPOP s
            < -WRONGTYPE Operation against a key holding the wrong kind of value
            > LPOP s 2
            < -WRONGTYPE Operation against a key holding the wrong kind of value
            > GET l
            < -WRONGTYPE Operation against a key holding the wrong kind of value
            > LPUSH l
            < -ERR wrong number of arguments for 'lpush' command
            > LLEN
            < -ERR wrong number of arguments for 'llen' command
            > LRANGE l 0
            < -ERR wrong number of arguments for 'lrange' command
            > LINDEX l
            < -ERR wrong number of arguments for 'lindex' command
            """#),
        Transcript(
            "LPOP and RPOP",
            #"""
            > RPUSH l z y x a b c d e
            < :8
            > RPUSH l ""
            < :9
            > LINDEX l -1
            < $0
            <
            > LPOP l
            < $1
            < z
            > RPOP l
            < $0
            <
            > LPOP nokey
            < $-1
            > RPOP nokey
            < $-1
            > LPOP nokey 1
            < *-1
            > LPOP nokey 0
            < *-1
            > LPOP l 0
            < *0
            > LPOP l 2
            < *2
            < $1
            < y
            < $1
            < x
            > RPOP l 2
            < *2
            < $1
            < e
            < $1
            < d
            > LPOP l -1
            < -ERR value is out of range, must be positive
            > LPOP l x
            < -ERR value is out of range, must be positive
            > LPOP nokey -1
            < -ERR value is out of range, must be positive
            > LPOP l 1 2
            < -ERR wrong number of arguments for 'lpop' command
            > RPOP l 1 2
            < -ERR wrong number of arguments for 'rpop' command
            > RPOP l 100
            < *3
            < $1
            < c
            < $1
            < b
            < $1
            < a
            > EXISTS l
            < :0
            > RPUSH l a
            < :1
            > LPOP l
            < $1
            < a
            > TYPE l
            < +none
            """#),
        Transcript(
            "LSET",
            #"""
            > RPUSH l a b c b a
            < :5
            > LSET l 0 A
            < +OK
            > LSET l -1 Z
            < +OK
            > LSET l 5 x
            < -ERR index out of range
            > LSET l -6 x
            < -ERR index out of range
            > LSET l x y
            < -ERR value is not an integer or out of range
            > LSET nokey 0 v
            < -ERR no such key
            > LSET nokey x v
            < -ERR no such key
            > LRANGE l 0 -1
            < *5
            < $1
            < A
            < $1
            < b
            < $1
            < c
            < $1
            < b
            < $1
            < Z
            """#),
        Transcript(
            "LINSERT",
            #"""
            > RPUSH l A b c b Z
            < :5
            > LINSERT l BEFORE b 1
            < :6
            > LINSERT l after b 2
            < :7
            > LINSERT l AFTER nope 2
            < :-1
            > LINSERT nokey BEFORE a b
            < :0
            > LINSERT l foo b 2
            < -ERR syntax error
            > LINSERT nokey foo b 2
            < -ERR syntax error
            > LINSERT l BEFORE A first
            < :8
            > LINSERT l AFTER Z last
            < :9
            > LRANGE l 0 -1
            < *9
            < $5
            < first
            < $1
            < A
            < $1
            < 1
            < $1
            < b
            < $1
            < 2
            < $1
            < c
            < $1
            < b
            < $1
            < Z
            < $4
            < last
            """#),
        Transcript(
            "LREM",
            #"""
            > RPUSH l b 1 b b c
            < :5
            > LREM l 0 b
            < :3
            > LRANGE l 0 -1
            < *2
            < $1
            < 1
            < $1
            < c
            > LREM l x b
            < -ERR value is not an integer or out of range
            > LREM nokey 1 b
            < :0
            > LREM nokey x b
            < -ERR value is not an integer or out of range
            > LREM l -9223372036854775808 b
            < -ERR value is out of range, value must between -9223372036854775807 and 9223372036854775807
            > LREM l 9223372036854775808 b
            < -ERR value is not an integer or out of range
            > RPUSH r a b a b a b a
            < :7
            > LREM r 2 a
            < :2
            > LRANGE r 0 -1
            < *5
            < $1
            < b
            < $1
            < b
            < $1
            < a
            < $1
            < b
            < $1
            < a
            > LREM r -1 b
            < :1
            > LRANGE r 0 -1
            < *4
            < $1
            < b
            < $1
            < b
            < $1
            < a
            < $1
            < a
            > LREM r -9223372036854775807 a
            < :2
            > LRANGE r 0 -1
            < *2
            < $1
            < b
            < $1
            < b
            > LREM r 0 b
            < :2
            > EXISTS r
            < :0
            """#),
        Transcript(
            "LTRIM",
            #"""
            > RPUSH t 1 2 3 4 5 6 7
            < :7
            > LTRIM t 1 -2
            < +OK
            > LRANGE t 0 -1
            < *5
            < $1
            < 2
            < $1
            < 3
            < $1
            < 4
            < $1
            < 5
            < $1
            < 6
            > LTRIM t 1 1000
            < +OK
            > LTRIM t x 1
            < -ERR value is not an integer or out of range
            > LTRIM nokey 0 1
            < +OK
            > LTRIM nokey 0 x
            < -ERR value is not an integer or out of range
            > LRANGE t 0 -1
            < *4
            < $1
            < 3
            < $1
            < 4
            < $1
            < 5
            < $1
            < 6
            > LTRIM t 2 1
            < +OK
            > EXISTS t
            < :0
            > RPUSH t 1 2 3
            < :3
            > LTRIM t 5 9
            < +OK
            > EXISTS t
            < :0
            """#),
        Transcript(
            "what changes lists, and other kinds",
            #"""
            > RPUSH l a
            < :1
            > SET s v
            < +OK
            > LSET s 0 v
            < -WRONGTYPE Operation against a key holding the wrong kind of value
            > LSET s x v
            < -WRONGTYPE Operation against a key holding the wrong kind of value
            > LINSERT s BEFORE a b
            < -WRONGTYPE Operation against a key holding the wrong kind of value
            > LREM s 0 a
            < -WRONGTYPE Operation against a key holding the wrong kind of value
            > LTRIM s 0 1
            < -WRONGTYPE Operation against a key holding the wrong kind of value
            > LSET l 0
            < -ERR wrong number of arguments for 'lset' command
            > LINSERT l BEFORE a
            < -ERR wrong number of arguments for 'linsert' command
            > LREM l 0
            < -ERR wrong number of arguments for 'lrem' command
            > LTRIM l 0
            < -ERR wrong number of arguments for 'ltrim' command
            """#),
        Transcript(
            "LPOS",
            #"""
            > RPUSH l a b c 1 2 3 c c
            < :8
            > LPOS l c
            < :2
            > LPOS l nope
            < $-1
            > LPOS nokey c
            < $-1
            > LPOS l c RANK 2
            < :6
            > LPOS l c RANK -1
            < :7
            > LPOS l c RANK -3
            < :2
            > LPOS l c RANK 4
            < $-1
            > LPOS l c COUNT 2
            < *2
            < :2
            < :6
            > LPOS l c COUNT 0
            < *3
            < :2
            < :6
            < :7
            > LPOS l c RANK -1 COUNT 2
            < *2
            < :7
            < :6
            > LPOS l c RANK 2 COUNT 0
            < *2
            < :6
            < :7
            """#),
        Transcript(
            "LPOS with all options",
            #"""
            > RPUSH l a b c 1 2 3 c c
            < :8
            > LPOS l nope COUNT 0
            < *0
            > LPOS nokey c COUNT 0
            < *0
            > LPOS l c COUNT 0 MAXLEN 3
            < *1
            < :2
            > LPOS l c COUNT 0 MAXLEN 2
            < *0
            > LPOS l c MAXLEN 2
            < $-1
            > LPOS l c RANK -1 COUNT 0 MAXLEN 7
            < *3
            < :7
            < :6
            < :2
            > LPOS l c rank 1 count 1 maxlen 0
            < *1
            < :2
            > LPOS l c COUNT -1
            < -ERR COUNT can't be negative
            > LPOS l c MAXLEN -1
            < -ERR MAXLEN can't be negative
            """#),
        Transcript(
            "LPOS with wrong arguments",
            #"""
            > RPUSH l a b c 1 2 3 c c
            < :8
            > LPOS l c RANK x
            < -ERR value is not an integer or out of range
            > LPOS l c COUNT x
            < -ERR COUNT can't be negative
            > LPOS l c MAXLEN x
            < -ERR MAXLEN can't be negative
            > LPOS l c RANK -9223372036854775808
            < -ERR value is out of range, value must between -9223372036854775807 and 9223372036854775807
            > LPOS l c RANK 0
            < -ERR RANK can't be zero: use 1 to start from the first match, 2 from the second ... or use negative to start from the end of the list
            > LPOS l c RANK 9223372036854775807
            < $-1
            > LPOS l c RANK
            < -ERR syntax error
            > LPOS l c FOO 1
            < -ERR syntax error
            > LPOS l c COUNT 1 FOO
            < -ERR syntax error
            > LPOS l
            < -ERR wrong number of arguments for 'lpos' command
            > LPOS l 2
            < :4
            > SET s v
            < +OK
            > LPOS s a
            < -WRONGTYPE Operation against a key holding the wrong kind of value
            > LPOS s a COUNT -1
            < -ERR COUNT can't be negative
            > LPOS l c COUNT 1 COUNT 2
            < *2
            < :2
            < :6
            """#),
        Transcript(
            "LMOVE",
            #"""
            > RPUSH a 1 2 3
            < :3
            > LMOVE a b LEFT RIGHT
            < $1
            < 1
            > LMOVE a b RIGHT LEFT
            < $1
            < 3
            > LRANGE a 0 -1
            < *1
            < $1
            < 2
            > LRANGE b 0 -1
            < *2
            < $1
            < 3
            < $1
            < 1
            > LMOVE a a LEFT LEFT
            < $1
            < 2
            > LMOVE b b LEFT RIGHT
            < $1
            < 3
            > LRANGE b 0 -1
            < *2
            < $1
            < 1
            < $1
            < 3
            > LMOVE b b right left
            < $1
            < 3
            > LRANGE b 0 -1
            < *2
            < $1
            < 3
            < $1
            < 1
            > LMOVE a b LEFT LEFT
            < $1
            < 2
            > EXISTS a
            < :0
            > LMOVE a b LEFT LEFT
            < $-1
            """#),
        Transcript(
            "LMOVE and RPOPLPUSH",
            #"""
            > RPUSH b 2 3 1
            < :3
            > LMOVE a b LEFT foo
            < -ERR syntax error
            > LMOVE a b foo LEFT
            < -ERR syntax error
            > LMOVE a b LEFT
            < -ERR wrong number of arguments for 'lmove' command
            > SET s v
            < +OK
            > LMOVE s b LEFT LEFT
            < -WRONGTYPE Operation against a key holding the wrong kind of value
            > LMOVE b s LEFT LEFT
            < -WRONGTYPE Operation against a key holding the wrong kind of value
            > LMOVE nokey s LEFT LEFT
            < $-1
            > LRANGE b 0 -1
            < *3
            < $1
            < 2
            < $1
            < 3
            < $1
            < 1
            > RPOPLPUSH b c
            < $1
            < 1
            > RPOPLPUSH b b
            < $1
            < 3
            > RPOPLPUSH nokey b
            < $-1
            > RPOPLPUSH b s
            < -WRONGTYPE Operation against a key holding the wrong kind of value
            > RPOPLPUSH s b
            < -WRONGTYPE Operation against a key holding the wrong kind of value
            > RPOPLPUSH b
            < -ERR wrong number of arguments for 'rpoplpush' command
            > LRANGE b 0 -1
            < *2
            < $1
            < 3
            < $1
            < 2
            > LRANGE c 0 -1
            < *1
            < $1
            < 1
            > EXPIRE c 1000
            < :1
            > RPOPLPUSH c c
            < $1
            < 1
            > TTL c
            < :1000
            """#),
        Transcript(
            "LMPOP",
            #"""
            > SET s v
            < +OK
            > RPUSH m 1 2 3 4 5
            < :5
            > LMPOP 1 m LEFT
            < *2
            < $1
            < m
            < *1
            < $1
            < 1
            > LMPOP 2 nokey m RIGHT COUNT 2
            < *2
            < $1
            < m
            < *2
            < $1
            < 5
            < $1
            < 4
            > LMPOP 2 nokey m RIGHT count 10
            < *2
            < $1
            < m
            < *2
            < $1
            < 3
            < $1
            < 2
            > LMPOP 2 nokey m RIGHT
            < *-1
            > LMPOP 1 s LEFT
            < -WRONGTYPE Operation against a key holding the wrong kind of value
            > LMPOP 2 nokey s LEFT
            < -WRONGTYPE Operation against a key holding the wrong kind of value
            > RPUSH m 1
            < :1
            > LMPOP 2 m s LEFT
            < *2
            < $1
            < m
            < *1
            < $1
            < 1
            """#),
        Transcript(
            "LMPOP with wrong arguments",
            #"""
            > RPUSH m 1
            < :1
            > LMPOP 0 m LEFT
            < -ERR numkeys should be greater than 0
            > LMPOP -1 m LEFT
            < -ERR numkeys should be greater than 0
            > LMPOP x m LEFT
            < -ERR numkeys should be greater than 0
            > LMPOP 1 m
            < -ERR wrong number of arguments for 'lmpop' command
            > LMPOP 1 m foo
            < -ERR syntax error
            > LMPOP 2 m LEFT
            < -ERR syntax error
            > LMPOP 3 m LEFT
            < -ERR syntax error
            > LMPOP 9223372036854775807 m LEFT
            < -ERR syntax error
            > LMPOP 9223372036854775808 m LEFT
            < -ERR numkeys should be greater than 0
            > LMPOP 1 m LEFT COUNT
            < -ERR syntax error
            > LMPOP 1 m LEFT COUNT 0
            < -ERR count should be greater than 0
            > LMPOP 1 m LEFT COUNT x
            < -ERR count should be greater than 0
            > LMPOP 1 m LEFT COUNT -1
            < -ERR count should be greater than 0
            > LMPOP 1 m LEFT COUNT 1 COUNT 2
            < -ERR syntax error
            > LMPOP 1 m LEFT FOO 2
            < -ERR syntax error
            > COMMAND GETKEYS LMPOP 2 a b LEFT
            < *2
            < $1
            < a
            < $1
            < b
            > COMMAND GETKEYS BLMPOP 0 2 a b LEFT
            < *2
            < $1
            < a
            < $1
            < b
            > COMMAND GETKEYS BLPOP a b 0
            < *2
            < $1
            < a
            < $1
            < b
            """#),
        Transcript(
            "commands that need not wait",
            #"""
            > RPUSH l 1 2 3 4 5 6 7 8 9
            < :9
            > BLPOP l 0
            < *2
            < $1
            < l
            < $1
            < 1
            > BRPOP nokey l 0
            < *2
            < $1
            < l
            < $1
            < 9
            > BLMOVE l l LEFT RIGHT 0
            < $1
            < 2
            > BRPOPLPUSH l k 0
            < $1
            < 2
            > BLMPOP 0 2 nokey l LEFT
            < *2
            < $1
            < l
            < *1
            < $1
            < 3
            > BLMPOP 0 2 nokey l RIGHT COUNT 2
            < *2
            < $1
            < l
            < *2
            < $1
            < 8
            < $1
            < 7
            > LRANGE l 0 -1
            < *3
            < $1
            < 4
            < $1
            < 5
            < $1
            < 6
            """#),
        Transcript(
            "timeouts that are none",
            #"""
            > RPUSH l 4 5 6
            < :3
            > BLPOP l x
            < -ERR timeout is not a float or out of range
            > BLPOP l -1
            < -ERR timeout is negative
            > BLPOP l 9223372036854775
            < -ERR timeout is out of range
            > BLPOP l inf
            < -ERR timeout is out of range
            > BLPOP l -inf
            < -ERR timeout is negative
            > BLPOP l nan
            < -ERR timeout is not a float or out of range
            > BLPOP l 1e400
            < -ERR timeout is out of range
            > BLPOP l 9223372036854775807
            < -ERR timeout is out of range
            > BLPOP l 1.5.
            < -ERR timeout is not a float or out of range
            > BLPOP l ""
            < -ERR timeout is not a float or out of range
            > BLPOP l
            < -ERR wrong number of arguments for 'blpop' command
            """#),
        Transcript(
            "commands that might wait, with wrong arguments",
            #"""
            > RPUSH l 4
            < :1
            > BLMOVE l k LEFT foo 0
            < -ERR syntax error
            > BLMOVE l k foo LEFT 0
            < -ERR syntax error
            > BLMOVE l k LEFT LEFT x
            < -ERR timeout is not a float or out of range
            > BLMOVE l k LEFT LEFT -0.5
            < -ERR timeout is negative
            > BLMOVE l k LEFT foo x
            < -ERR syntax error
            > BLMOVE l k LEFT LEFT
            < -ERR wrong number of arguments for 'blmove' command
            > BRPOPLPUSH l k x
            < -ERR timeout is not a float or out of range
            > BRPOPLPUSH l k -1
            < -ERR timeout is negative
            > BLMPOP x 1 l LEFT
            < -ERR timeout is not a float or out of range
            > BLMPOP x 0 l LEFT
            < -ERR numkeys should be greater than 0
            > BLMPOP -1 1 l LEFT
            < -ERR timeout is negative
            > BLMPOP 0 0 l LEFT
            < -ERR numkeys should be greater than 0
            > BLMPOP 0 2 l LEFT
            < -ERR syntax error
            > BLMPOP 0 1 l LEFT COUNT 0
            < -ERR count should be greater than 0
            > BLMPOP 0 1 l foo
            < -ERR syntax error
            > BLMPOP 0 1 l
            < -ERR wrong number of arguments for 'blmpop' command
            """#),
        Transcript(
            "commands that might wait, and other kinds",
            #"""
            > RPUSH l 6
            < :1
            > SET s v
            < +OK
            > BLPOP s 0
            < -WRONGTYPE Operation against a key holding the wrong kind of value
            > BLPOP nokey s 0
            < -WRONGTYPE Operation against a key holding the wrong kind of value
            > BLPOP s l 0
            < -WRONGTYPE Operation against a key holding the wrong kind of value
            > BRPOP l s 0
            < *2
            < $1
            < l
            < $1
            < 6
            > BLMOVE s k LEFT LEFT 0
            < -WRONGTYPE Operation against a key holding the wrong kind of value
            > RPUSH l x
            < :1
            > BLMOVE l s LEFT LEFT 0
            < -WRONGTYPE Operation against a key holding the wrong kind of value
            > BLMPOP 0 1 s LEFT
            < -WRONGTYPE Operation against a key holding the wrong kind of value
            > LRANGE l 0 -1
            < *1
            < $1
            < x
            > MULTI
            < +OK
            > BLPOP nokey 0
            < +QUEUED
            > BRPOP nokey nokey2 1
            < +QUEUED
            > BLMOVE nokey k LEFT LEFT 0
            < +QUEUED
            > BRPOPLPUSH nokey k 0
            < +QUEUED
            > BLMPOP 0 1 nokey LEFT
            < +QUEUED
            > BLPOP l 0
            < +QUEUED
            > BLPOP nokey x
            < +QUEUED
            > EXEC
            < *7
            < *-1
            < *-1
            < $-1
            < $-1
            < *-1
            < *2
            < $1
            < l
            < $1
            < x
            < -ERR timeout is not a float or out of range
            """#),
        Transcript(
            "lists in version 3",
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
            > RPUSH l a b c
            < :3
            > LRANGE l 0 -1
            < *3
            < $1
            < a
            < $1
            < b
            < $1
            < c
            > LINDEX l 9
            < _
            > LPOP nokey
            < _
            > LPOP nokey 1
            < _
            > LPOP l 2
            < *2
            < $1
            < a
            < $1
            < b
            > LPOS l nope
            < _
            > LPOS l c COUNT 0
            < *1
            < :0
            > LPOS nokey a COUNT 0
            < *0
            > LMPOP 1 nokey LEFT
            < _
            > LMPOP 1 l LEFT COUNT 5
            < *2
            < $1
            < l
            < *1
            < $1
            < c
            > LMOVE nokey l LEFT LEFT
            < _
            > RPOPLPUSH nokey l
            < _
            > LRANGE nokey 0 -1
            < *0
            > MULTI
            < +OK
            > BLPOP nokey 0
            < +QUEUED
            > BLMOVE nokey l LEFT LEFT 0
            < +QUEUED
            > BLMPOP 0 1 nokey LEFT
            < +QUEUED
            > EXEC
            < *3
            < _
            < _
            < _
            """#),
    ]
}
