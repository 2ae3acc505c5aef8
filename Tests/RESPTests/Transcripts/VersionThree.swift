// The third version of the protocol.
// Recorded from redis-server 7.0.15.

extension Transcript {
    static let versionThree: [Transcript] = [
        Transcript(
            "nulls, maps and sets of version 3",
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
            > GET k
            < _
            > MGET k k
            < *2
            < _
            < _
            > SET k v GET
            < _
            > RANDOMKEY
            < $1
            < k
            > GETDEL missing
            < _
            > CLIENT GETNAME
            < _
            > CONFIG GET databases
            < %1
            < $9
            < databases
            < $2
            < 16
            > CONFIG GET nosuch
            < %0
            > INFO cluster
            < =34
            < txt:# Cluster
            < cluster_enabled:0
            <
            > INCRBYFLOAT f 1.5
            < $3
            < 1.5
            > OBJECT ENCODING missing
            < _
            > MEMORY USAGE missing
            < _
            > COMMAND INFO get mset nosuch
            < *3
            < *10
            < $3
            < get
            < :2
            < ~2
            < +readonly
            < +fast
            < :1
            < :1
            < :1
            < ~3
            < +@read
            < +@string
            < +@fast
            < ~0
            < ~1
            < %3
            < $5
            < flags
            < ~2
            < +RO
            < +access
            < $12
            < begin_search
            < %2
            < $4
            < type
            < $5
            < index
            < $4
            < spec
            < %1
            < $5
            < index
            < :1
            < $9
            < find_keys
            < %2
            < $4
            < type
            < $5
            < range
            < $4
            < spec
            < %3
            < $7
            < lastkey
            < :0
            < $7
            < keystep
            < :1
            < $5
            < limit
            < :0
            < ~0
            < *10
            < $4
            < mset
            < :-3
            < ~2
            < +write
            < +denyoom
            < :1
            < :-1
            < :2
            < ~3
            < +@write
            < +@string
            < +@slow
            < ~2
            < $26
            < request_policy:multi_shard
            < $29
            < response_policy:all_succeeded
            < ~1
            < %3
            < $5
            < flags
            < ~2
            < +OW
            < +update
            < $12
            < begin_search
            < %2
            < $4
            < type
            < $5
            < index
            < $4
            < spec
            < %1
            < $5
            < index
            < :1
            < $9
            < find_keys
            < %2
            < $4
            < type
            < $5
            < range
            < $4
            < spec
            < %3
            < $7
            < lastkey
            < :-1
            < $7
            < keystep
            < :2
            < $5
            < limit
            < :0
            < ~0
            < _
            > COMMAND GETKEYSANDFLAGS get a
            < *1
            < *2
            < $1
            < a
            < ~2
            < +RO
            < +access
            > COMMAND LIST FILTERBY PATTERN ttl
            < *1
            < $3
            < ttl
            > SET k v NX
            < _
            > ROLE
            < *3
            < $6
            < master
            < :0
            < *0
            """#),
    ]
}
