// Several commands made one, and keys that are watched meanwhile.
// Recorded from redis-server 7.0.15.

extension Transcript {
    static let transactions: [Transcript] = [
        Transcript(
            "a transaction is queued, then executed",
            #"""
            > MULTI
            < +OK
            > SET a 1
            < +QUEUED
            > INCR a
            < +QUEUED
            > get a
            < +QUEUED
            > PING hello
            < +QUEUED
            > MGET a b
            < +QUEUED
            > MSET b 2 c 3
            < +QUEUED
            > RENAME c d
            < +QUEUED
            > DEL a nokey
            < +QUEUED
            > KEYS b
            < +QUEUED
            > EXEC
            < *9
            < +OK
            < :2
            < $1
            < 2
            < $5
            < hello
            < *2
            < $1
            < 2
            < $-1
            < +OK
            < +OK
            < :1
            < *1
            < $1
            < b
            > GET b
            < $1
            < 2
            > GET d
            < $1
            < 3
            > multi
            < +OK
            > exec
            < *0
            """#),
        Transcript(
            "without MULTI there is nothing to execute or to discard",
            #"""
            > EXEC
            < -ERR EXEC without MULTI
            > DISCARD
            < -ERR DISCARD without MULTI
            > EXEC now
            < -EXECABORT Transaction discarded because of: wrong number of arguments for 'exec' command
            > DISCARD now
            < -ERR wrong number of arguments for 'discard' command
            > UNWATCH
            < +OK
            > UNWATCH now
            < -ERR wrong number of arguments for 'unwatch' command
            > MULTI now
            < -ERR wrong number of arguments for 'multi' command
            > WATCH
            < -ERR wrong number of arguments for 'watch' command
            """#),
        Transcript(
            "what is discarded is not executed, and its keys are not watched any more",
            #"""
            > WATCH a
            < +OK
            > MULTI
            < +OK
            > SET a 1
            < +QUEUED
            > DISCARD
            < +OK
            > DISCARD
            < -ERR DISCARD without MULTI
            % SET a 2
            > MULTI
            < +OK
            > GET a
            < +QUEUED
            > EXEC
            < *1
            < $1
            < 2
            """#),
        Transcript(
            "an error at run time does not keep the others from being executed",
            #"""
            > MULTI
            < +OK
            > SET a word
            < +QUEUED
            > INCR a
            < +QUEUED
            > SELECT 99
            < +QUEUED
            > SET a x EX 0
            < +QUEUED
            > GET a
            < +QUEUED
            > EXEC
            < *5
            < +OK
            < -ERR value is not an integer or out of range
            < -ERR DB index is out of range
            < -ERR invalid expire time in 'set' command
            < $4
            < word
            """#),
        Transcript(
            "an unknown command spoils the transaction",
            #"""
            > MULTI
            < +OK
            > SET a 1
            < +QUEUED
            > NOSUCH x y
            < -ERR unknown command 'NOSUCH', with args beginning with: 'x' 'y' 
            > SET a 2
            < +QUEUED
            > EXEC
            < -EXECABORT Transaction discarded because of previous errors.
            > GET a
            < $-1
            > EXEC
            < -ERR EXEC without MULTI
            """#),
        Transcript(
            "so does a wrong number of arguments",
            #"""
            > MULTI
            < +OK
            > GET
            < -ERR wrong number of arguments for 'get' command
            > EXEC
            < -EXECABORT Transaction discarded because of previous errors.
            > MULTI
            < +OK
            > SET a 1
            < +QUEUED
            > MULTI now
            < -ERR wrong number of arguments for 'multi' command
            > EXEC
            < -EXECABORT Transaction discarded because of previous errors.
            > MULTI
            < +OK
            > MSET a
            < -ERR wrong number of arguments for 'mset' command
            > EXEC x
            < -EXECABORT Transaction discarded because of: wrong number of arguments for 'exec' command
            > EXEC
            < -ERR EXEC without MULTI
            """#),
        Transcript(
            "and an unknown subcommand, or a wrong number of its arguments",
            #"""
            > MULTI
            < +OK
            > CLIENT FOO
            < -ERR unknown subcommand 'FOO'. Try CLIENT HELP.
            > CLIENT GETNAME
            < +QUEUED
            > EXEC
            < -EXECABORT Transaction discarded because of previous errors.
            > MULTI
            < +OK
            > CONFIG GET
            < -ERR wrong number of arguments for 'config|get' command
            > EXEC
            < -EXECABORT Transaction discarded because of previous errors.
            > MULTI
            < +OK
            > OBJECT
            < -ERR wrong number of arguments for 'object' command
            > EXEC
            < -EXECABORT Transaction discarded because of previous errors.
            > MULTI
            < +OK
            > CLIENT GETNAME
            < +QUEUED
            > OBJECT ENCODING a
            < +QUEUED
            > CLIENT SETNAME "a b"
            < +QUEUED
            > EXEC
            < *3
            < $-1
            < $-1
            < -ERR Client names cannot contain spaces, newlines or special characters.
            """#),
        Transcript(
            "what is checked later is an error of its own among the replies",
            #"""
            > MULTI
            < +OK
            > MSET a b c
            < +QUEUED
            > SET a
            < -ERR wrong number of arguments for 'set' command
            > DISCARD
            < +OK
            > MULTI
            < +OK
            > MSET a b c
            < +QUEUED
            > SET a b foo
            < +QUEUED
            > PING a b
            < +QUEUED
            > EXEC
            < *3
            < -ERR wrong number of arguments for 'mset' command
            < -ERR syntax error
            < -ERR wrong number of arguments for 'ping' command
            """#),
        Transcript(
            "MULTI and WATCH inside a transaction are refused and spoil nothing",
            #"""
            > MULTI
            < +OK
            > MULTI
            < -ERR MULTI calls can not be nested
            > WATCH a
            < -ERR WATCH inside MULTI is not allowed
            > SET a 1
            < +QUEUED
            > EXEC
            < *1
            < +OK
            > GET a
            < $1
            < 1
            """#),
        Transcript(
            "some commands are not for transactions",
            #"""
            > MULTI
            < +OK
            > SHUTDOWN NOSAVE
            < -ERR Command not allowed inside a transaction
            > EXEC
            < -EXECABORT Transaction discarded because of previous errors.
            > MULTI
            < +OK
            > SHUTDOWN x
            < -ERR Command not allowed inside a transaction
            > DISCARD
            < +OK
            """#),
        Transcript(
            "a watched key that changed makes EXEC do nothing",
            #"""
            > SET a 1
            < +OK
            > WATCH a
            < +OK
            % SET a 2
            > MULTI
            < +OK
            > SET a 3
            < +QUEUED
            > EXEC
            < *-1
            > GET a
            < $1
            < 2
            > MULTI
            < +OK
            > GET a
            < +QUEUED
            > EXEC
            < *1
            < $1
            < 2
            > WATCH a b c
            < +OK
            > MULTI
            < +OK
            % SET c 1
            > GET a
            < +QUEUED
            > EXEC
            < *-1
            > WATCH a
            < +OK
            % SET b 1
            > MULTI
            < +OK
            > GET a
            < +QUEUED
            > EXEC
            < *1
            < $1
            < 2
            """#),
        Transcript(
            "in version 3 the answer that nothing was done is a null",
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
            > WATCH a
            < +OK
            % SET a 1
            > MULTI
            < +OK
            > GET a
            < +QUEUED
            > EXEC
            < _
            > MULTI
            < +OK
            > GET nokey
            < +QUEUED
            > EXEC
            < *1
            < _
            """#),
        Transcript(
            "one's own changes count as well",
            #"""
            > WATCH a
            < +OK
            > SET a 1
            < +OK
            > MULTI
            < +OK
            > GET a
            < +QUEUED
            > EXEC
            < *-1
            > WATCH a
            < +OK
            > MULTI
            < +OK
            > SET a 2
            < +QUEUED
            > EXEC
            < *1
            < +OK
            > WATCH a
            < +OK
            > WATCH a
            < +OK
            > DEL a
            < :1
            > MULTI
            < +OK
            > EXEC
            < *-1
            """#),
        Transcript(
            "UNWATCH forgets the keys, but not if it is queued",
            #"""
            > SET a 1
            < +OK
            > WATCH a
            < +OK
            > UNWATCH
            < +OK
            % SET a 2
            > MULTI
            < +OK
            > GET a
            < +QUEUED
            > EXEC
            < *1
            < $1
            < 2
            > WATCH a
            < +OK
            % SET a 3
            > UNWATCH
            < +OK
            > MULTI
            < +OK
            > GET a
            < +QUEUED
            > EXEC
            < *1
            < $1
            < 3
            > WATCH a
            < +OK
            > MULTI
            < +OK
            > UNWATCH
            < +QUEUED
            % SET a 4
            > EXEC
            < *-1
            > WATCH a
            < +OK
            % SET a 5
            > WATCH b
            < +OK
            > MULTI
            < +OK
            > EXEC
            < *-1
            """#),
        Transcript(
            "changes of every kind are seen",
            #"""
            > SET a 1
            < +OK
            > WATCH a
            < +OK
            % EXPIRE a 100
            > MULTI
            < +OK
            > EXEC
            < *-1
            > WATCH a
            < +OK
            % PERSIST a
            > MULTI
            < +OK
            > EXEC
            < *-1
            > WATCH a
            < +OK
            % PERSIST a
            > MULTI
            < +OK
            > EXEC
            < *0
            > WATCH a
            < +OK
            % APPEND a x
            > MULTI
            < +OK
            > EXEC
            < *-1
            > WATCH a
            < +OK
            % SETRANGE a 0 y
            > MULTI
            < +OK
            > EXEC
            < *-1
            > WATCH a
            < +OK
            % GETEX a EX 100
            > MULTI
            < +OK
            > EXEC
            < *-1
            > WATCH a
            < +OK
            % GETDEL a
            > MULTI
            < +OK
            > EXEC
            < *-1
            > WATCH a
            < +OK
            % INCR a
            > MULTI
            < +OK
            > EXEC
            < *-1
            > WATCH a
            < +OK
            % INCRBYFLOAT a 1.5
            > MULTI
            < +OK
            > EXEC
            < *-1
            > WATCH a
            < +OK
            % GETSET a v
            > MULTI
            < +OK
            > EXEC
            < *-1
            > WATCH a
            < +OK
            % RENAME a b
            > MULTI
            < +OK
            > EXEC
            < *-1
            > WATCH a
            < +OK
            % RENAME b a
            > MULTI
            < +OK
            > EXEC
            < *-1
            > WATCH b
            < +OK
            % COPY a b
            > MULTI
            < +OK
            > EXEC
            < *-1
            > WATCH a
            < +OK
            % MSET b 1 a 2
            > MULTI
            < +OK
            > EXEC
            < *-1
            > WATCH a
            < +OK
            % MOVE a 1
            > MULTI
            < +OK
            > EXEC
            < *-1
            > SELECT 1
            < +OK
            > WATCH a
            < +OK
            % SELECT 1
            % MOVE a 0
            > MULTI
            < +OK
            > EXEC
            < *-1
            """#),
        Transcript(
            "what changes nothing is not seen",
            #"""
            > SET a 1
            < +OK
            > WATCH a b
            < +OK
            % GET a
            % TOUCH a
            % DEL nokey b
            % COPY a c
            % RENAME a a
            % SETNX a 2
            % SET a 2 NX
            % SET b 2 XX
            % SETRANGE a 0 ""
            % EXPIRE b 10
            % PERSIST a
            % MSETNX a 1 b 2
            % INCRBYFLOAT a x
            % APPEND
            % SELECT 1
            % SET a 1
            % DEL a
            > MULTI
            < +OK
            > GET a
            < +QUEUED
            > EXEC
            < *1
            < $1
            < 1
            """#),
        Transcript(
            "emptied databases: only keys that were there have changed",
            #"""
            > SET a 1
            < +OK
            > WATCH a
            < +OK
            % FLUSHDB
            > MULTI
            < +OK
            > EXEC
            < *-1
            > WATCH a
            < +OK
            % FLUSHALL
            > MULTI
            < +OK
            > EXEC
            < *0
            > SET a 1
            < +OK
            > WATCH a
            < +OK
            % SELECT 1
            % FLUSHDB
            > MULTI
            < +OK
            > EXEC
            < *0
            > WATCH b a
            < +OK
            % FLUSHALL
            > MULTI
            < +OK
            > EXEC
            < *-1
            """#),
        Transcript(
            "exchanged databases: only keys that are in one of them have changed",
            #"""
            > WATCH k
            < +OK
            % SWAPDB 0 1
            > MULTI
            < +OK
            > EXEC
            < *0
            % SELECT 1
            % SET k 1
            > WATCH k
            < +OK
            % SWAPDB 1 0
            > MULTI
            < +OK
            > EXEC
            < *-1
            > WATCH k
            < +OK
            % SWAPDB 0 1
            > MULTI
            < +OK
            > EXEC
            < *-1
            > WATCH k
            < +OK
            % SWAPDB 2 3
            % SWAPDB 0 0
            > MULTI
            < +OK
            > EXEC
            < *0
            > WATCH k
            < +OK
            % SWAPDB 0 1
            > MULTI
            < +OK
            > EXEC
            < *-1
            """#),
        Transcript(
            "a key whose time has run out when it is watched is no key",
            #"""
            > SET a 1 PX 30
            < +OK
            @ 60
            > WATCH a
            < +OK
            > MULTI
            < +OK
            > EXEC
            < *0
            > SET a 1 PX 30
            < +OK
            @ 60
            > WATCH a
            < +OK
            % GET a
            > MULTI
            < +OK
            > EXEC
            < *0
            """#),
        Transcript(
            "a key whose time runs out while it is watched has changed",
            #"""
            > SET a 1 PX 100
            < +OK
            > WATCH a
            < +OK
            @ 150
            > MULTI
            < +OK
            > EXEC
            < *-1
            > SET a 1 PX 100
            < +OK
            > WATCH a
            < +OK
            @ 150
            % EXISTS a
            > MULTI
            < +OK
            > EXEC
            < *-1
            > SET a 1 PX 100
            < +OK
            > WATCH b
            < +OK
            @ 150
            > MULTI
            < +OK
            > EXEC
            < *0
            """#),
        Transcript(
            "a key whose time ran out comes by an exchange of databases",
            #"""
            % SELECT 1
            % SET k v PX 30
            > WATCH k
            < +OK
            @ 60
            % SWAPDB 0 1
            % SELECT 0
            > MULTI
            < +OK
            > EXEC
            < *0
            """#),
        Transcript(
            "a command inside goes by the database and the version of the protocol that one before it chose",
            #"""
            > SET a zero
            < +OK
            > MULTI
            < +OK
            > SELECT 1
            < +QUEUED
            > SET a one
            < +QUEUED
            > GET a
            < +QUEUED
            > SELECT 0
            < +QUEUED
            > GET a
            < +QUEUED
            > EXEC
            < *5
            < +OK
            < +OK
            < $3
            < one
            < +OK
            < $4
            < zero
            > GET a
            < $4
            < zero
            > MULTI
            < +OK
            > SELECT 1
            < +QUEUED
            > DISCARD
            < +OK
            > GET a
            < $4
            < zero
            > SWAPDB 0 1
            < +OK
            > MULTI
            < +OK
            > SWAPDB 0 1
            < +QUEUED
            > GET a
            < +QUEUED
            > FLUSHDB
            < +QUEUED
            > DBSIZE
            < +QUEUED
            > SWAPDB 0 1
            < +QUEUED
            > GET a
            < +QUEUED
            > FLUSHALL
            < +QUEUED
            > EXEC
            < *7
            < +OK
            < $4
            < zero
            < +OK
            < :0
            < +OK
            < $3
            < one
            < +OK
            > DBSIZE
            < :0
            """#),
        Transcript(
            "RESET ends a transaction",
            #"""
            > WATCH a
            < +OK
            > MULTI
            < +OK
            > SET a 1
            < +QUEUED
            > RESET
            < +RESET
            > EXEC
            < -ERR EXEC without MULTI
            > GET a
            < $-1
            % SET a 2
            > MULTI
            < +OK
            > GET a
            < +QUEUED
            > EXEC
            < *1
            < $1
            < 2
            """#),
        Transcript(
            "QUIT inside a transaction ends the conversation",
            #"""
            > MULTI
            < +OK
            > SET a 1
            < +QUEUED
            > QUIT
            < +OK
            ! closed
            """#),
        Transcript(
            "authentication is tried when its turn comes",
            #"""
            > MULTI
            < +OK
            > AUTH x
            < +QUEUED
            > AUTH a b
            < +QUEUED
            > PING
            < +QUEUED
            > EXEC
            < *3
            < -ERR AUTH <password> called without any password configured for the default user. Are you sure your configuration is correct?
            < -WRONGPASS invalid username-password pair or user is disabled.
            < +PONG
            """#),
        Transcript(
            "the table tells of them",
            #"""
            > COMMAND INFO multi exec discard watch unwatch
            < *5
            < *10
            < $5
            < multi
            < :1
            < *5
            < +noscript
            < +loading
            < +stale
            < +fast
            < +allow_busy
            < :0
            < :0
            < :0
            < *2
            < +@fast
            < +@transaction
            < *0
            < *0
            < *0
            < *10
            < $4
            < exec
            < :1
            < *4
            < +noscript
            < +loading
            < +stale
            < +skip_slowlog
            < :0
            < :0
            < :0
            < *2
            < +@slow
            < +@transaction
            < *0
            < *0
            < *0
            < *10
            < $7
            < discard
            < :1
            < *5
            < +noscript
            < +loading
            < +stale
            < +fast
            < +allow_busy
            < :0
            < :0
            < :0
            < *2
            < +@fast
            < +@transaction
            < *0
            < *0
            < *0
            < *10
            < $5
            < watch
            < :-2
            < *5
            < +noscript
            < +loading
            < +stale
            < +fast
            < +allow_busy
            < :1
            < :-1
            < :1
            < *2
            < +@fast
            < +@transaction
            < *0
            < *1
            < *6
            < $5
            < flags
            < *1
            < +RO
            < $12
            < begin_search
            < *4
            < $4
            < type
            < $5
            < index
            < $4
            < spec
            < *2
            < $5
            < index
            < :1
            < $9
            < find_keys
            < *4
            < $4
            < type
            < $5
            < range
            < $4
            < spec
            < *6
            < $7
            < lastkey
            < :-1
            < $7
            < keystep
            < :1
            < $5
            < limit
            < :0
            < *0
            < *10
            < $7
            < unwatch
            < :1
            < *5
            < +noscript
            < +loading
            < +stale
            < +fast
            < +allow_busy
            < :0
            < :0
            < :0
            < *2
            < +@fast
            < +@transaction
            < *0
            < *0
            < *0
            > COMMAND GETKEYS WATCH a b
            < *2
            < $1
            < a
            < $1
            < b
            """#),
    ]
}
