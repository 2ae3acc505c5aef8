// MIGRATE, as far as it needs no other server.
// Recorded from redis-server 7.0.15.

extension Transcript {
    static let migrations: [Transcript] = [
        Transcript(
            "keys that are not there, arguments that are wrong",
            #"""
            > MIGRATE 127.0.0.1 1 k 0
            < -ERR wrong number of arguments for 'migrate' command
            > MIGRATE 127.0.0.1 1 k 0 10
            < +NOKEY
            > MIGRATE 127.0.0.1 1 "" 0 10
            < +NOKEY
            > MIGRATE 127.0.0.1 1 "" 0 10 KEYS
            < +NOKEY
            > MIGRATE 127.0.0.1 1 "" 0 10 copy replace KEYS a b
            < +NOKEY
            > MIGRATE 127.0.0.1 1 k x 10
            < -ERR value is not an integer or out of range
            > MIGRATE 127.0.0.1 1 k 0 x
            < -ERR value is not an integer or out of range
            > MIGRATE 127.0.0.1 1 k 0 1.5
            < -ERR value is not an integer or out of range
            > MIGRATE 127.0.0.1 1 k x y FOO
            < -ERR syntax error
            > MIGRATE 127.0.0.1 1 k 0 10 AUTH
            < -ERR syntax error
            > MIGRATE 127.0.0.1 1 k 0 10 AUTH2 u
            < -ERR syntax error
            > MIGRATE 127.0.0.1 1 k 0 10 AUTH p COPY AUTH2 u p REPLACE
            < +NOKEY
            > MIGRATE 127.0.0.1 1 k 0 10 KEYS a
            < -ERR When using MIGRATE KEYS option, the key argument must be set to the empty string
            > MIGRATE 127.0.0.1 1 k x 10 KEYS a
            < -ERR When using MIGRATE KEYS option, the key argument must be set to the empty string
            > MIGRATE 127.0.0.1 1 k 0 -10
            < +NOKEY
            > COMMAND GETKEYS migrate h 1 k 0 1 auth keys a
            < *1
            < $1
            < k
            > COMMAND GETKEYS migrate h 1 "" 0 1 KEYS a b
            < *2
            < $1
            < a
            < $1
            < b
            > COMMAND GETKEYS migrate h 1 k 0 1 KEYS a b
            < -ERR Invalid arguments specified for command
            > COMMAND GETKEYSANDFLAGS migrate h 1 "" 0 1 KEYS a
            < *1
            < *2
            < $1
            < a
            < *3
            < +RW
            < +access
            < +delete
            > COMMAND GETKEYS migrate h 1 k 0
            < -ERR Invalid number of arguments specified for command
            > COMMAND INFO migrate
            < *1
            < *10
            < $7
            < migrate
            < :-6
            < *2
            < +write
            < +movablekeys
            < :3
            < :3
            < :1
            < *4
            < +@keyspace
            < +@write
            < +@slow
            < +@dangerous
            < *1
            < $23
            < nondeterministic_output
            < *2
            < *6
            < $5
            < flags
            < *3
            < +RW
            < +access
            < +delete
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
            < :3
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
            < :0
            < $7
            < keystep
            < :1
            < $5
            < limit
            < :0
            < *6
            < $5
            < flags
            < *4
            < +RW
            < +access
            < +delete
            < +incomplete
            < $12
            < begin_search
            < *4
            < $4
            < type
            < $7
            < keyword
            < $4
            < spec
            < *4
            < $7
            < keyword
            < $4
            < KEYS
            < $9
            < startfrom
            < :-2
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
            """#),
        Transcript(
            "nobody to take the keys",
            #"""
            > SET k v
            < +OK
            > MIGRATE 127.0.0.1 1 k 0 1000
            < -IOERR error or timeout writing to target instance
            > MIGRATE 127.0.0.1 1 "" 0 1000 AUTH p KEYS none k
            < -IOERR error or timeout writing to target instance
            > MIGRATE "" 7000 k 0 1000
            < -IOERR error or timeout connecting to the client
            > MULTI
            < +OK
            > MIGRATE 127.0.0.1 1 k 0 1000 REPLACE
            < +QUEUED
            > MIGRATE 127.0.0.1 1 k
            < -ERR wrong number of arguments for 'migrate' command
            > DISCARD
            < +OK
            > MULTI
            < +OK
            > MIGRATE 127.0.0.1 1 k 0 1000 COPY
            < +QUEUED
            > GET k
            < +QUEUED
            > EXEC
            < *2
            < -IOERR error or timeout writing to target instance
            < $1
            < v
            > GET k
            < $1
            < v
            """#),
    ]
}
