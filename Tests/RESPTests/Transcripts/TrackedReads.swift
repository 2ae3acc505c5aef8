// Clients that are told of changes to keys that they have read. Recorded from
// redis-server 7.0.15.

extension Transcript {
    static let trackedReads: [Transcript] = [
        Transcript(
            "what was read is told of when it changes, once",
            #"""
            > CLIENT REPLY off
            > HELLO 3
            > CLIENT REPLY on
            < +OK
            > CLIENT TRACKING on
            < +OK
            > GET k
            < _
            % SET k 1
            < >2
            < $10
            < invalidate
            < *1
            < $1
            < k
            % SET k 2
            > GET k
            < $1
            < 2
            > SET k 3
            < +OK
            < >2
            < $10
            < invalidate
            < *1
            < $1
            < k
            > GET k
            < $1
            < 3
            > MULTI
            < +OK
            > GET k
            < +QUEUED
            > SET k 5
            < +QUEUED
            > GET k
            < +QUEUED
            > EXEC
            < *3
            < $1
            < 3
            < +OK
            < $1
            < 5
            < >2
            < $10
            < invalidate
            < *1
            < $1
            < k
            > PING
            < +PONG
            % SET k 6
            < >2
            < $10
            < invalidate
            < *1
            < $1
            < k
            > EVAL "redis.call('get',KEYS[1]) redis.call('set',KEYS[1],'x') return redis.call('get',KEYS[1])" 1 k
            < $1
            < x
            < >2
            < $10
            < invalidate
            < *1
            < $1
            < k
            > PING
            < +PONG
            % DEL k
            < >2
            < $10
            < invalidate
            < *1
            < $1
            < k
            > EVAL_RO "return 1" 1 k
            < :1
            % SET k 1
            > GET k
            < $1
            < 1
            % SELECT 3
            % SET k 1
            < >2
            < $10
            < invalidate
            < *1
            < $1
            < k
            % SELECT 0
            > MGET a b
            < *2
            < _
            < _
            % EVAL "redis.call('set','a',1) redis.call('set','b',1)" 2 a b
            < >2
            < $10
            < invalidate
            < *1
            < $1
            < a
            < >2
            < $10
            < invalidate
            < *1
            < $1
            < b
            > GETEX a
            < $1
            < 1
            % SET a 2
            > GET a
            < $1
            < 2
            % EXPIRE a 100
            < >2
            < $10
            < invalidate
            < *1
            < $1
            < a
            > GET a
            < $1
            < 2
            % RENAME a b
            < >2
            < $10
            < invalidate
            < *1
            < $1
            < a
            > EXISTS b
            < :1
            > SINTERCARD 2 b2 b3
            < :0
            % EVAL "redis.call('set','b',1) redis.call('set','b3',1)" 2 b b3
            < >2
            < $10
            < invalidate
            < *1
            < $1
            < b
            < >2
            < $10
            < invalidate
            < *1
            < $2
            < b3
            > XREAD STREAMS s 0
            < _
            > OBJECT ENCODING o
            < _
            > SORT_RO l
            < *0
            > SCAN 0 MATCH nothing
            < *2
            < $1
            < 0
            < *0
            % EVAL "redis.call('xadd','s','1-1','f','v') redis.call('set','o',1) redis.call('rpush','l',1)" 3 s o l
            < >2
            < $10
            < invalidate
            < *1
            < $1
            < s
            < >2
            < $10
            < invalidate
            < *1
            < $1
            < o
            < >2
            < $10
            < invalidate
            < *1
            < $1
            < l
            > PFADD h a
            < :1
            > PFCOUNT h
            < :1
            > PFCOUNT h
            < :1
            % PFADD h b
            < >2
            < $10
            < invalidate
            < *1
            < $1
            < h
            % PFADD h b
            """#),
        Transcript(
            "a flush is told of as nothing",
            #"""
            > CLIENT REPLY off
            > HELLO 3
            > CLIENT REPLY on
            < +OK
            > CLIENT TRACKING on NOLOOP
            < +OK
            % FLUSHDB
            < >2
            < $10
            < invalidate
            < _
            > FLUSHALL
            < +OK
            < >2
            < $10
            < invalidate
            < _
            > MULTI
            < +OK
            > FLUSHALL
            < +QUEUED
            > PING
            < +QUEUED
            > EXEC
            < *2
            < +OK
            < +PONG
            < >2
            < $10
            < invalidate
            < _
            > PING
            < +PONG
            > CLIENT TRACKING off
            < +OK
            % FLUSHALL
            > CLIENT TRACKING on BCAST PREFIX x
            < +OK
            % FLUSHALL
            < >2
            < $10
            < invalidate
            < _
            """#),
        Transcript(
            "NOLOOP",
            #"""
            > CLIENT REPLY off
            > HELLO 3
            > CLIENT REPLY on
            < +OK
            > CLIENT TRACKING on NOLOOP
            < +OK
            > GET k
            < _
            > SET k 1
            < +OK
            % SET k 2
            > GET k
            < $1
            < 2
            % SET k 3
            < >2
            < $10
            < invalidate
            < *1
            < $1
            < k
            > CLIENT TRACKING off
            < +OK
            > CLIENT TRACKING on BCAST NOLOOP
            < +OK
            > SET k 4
            < +OK
            % SET k 5
            < >2
            < $10
            < invalidate
            < *1
            < $1
            < k
            """#),
    ]
}
