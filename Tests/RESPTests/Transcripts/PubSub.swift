// Channels, patterns and shard channels: who subscribes, what he may say meanwhile, and what he hears.
// Recorded from redis-server 7.0.15, but for the place of a publisher's own message, which is 7.2's.

extension Transcript {
    static let pubsub: [Transcript] = [
        Transcript(
            "one reply for each channel, with how many there are",
            #"""
            > SUBSCRIBE a b a
            < *3
            < $9
            < subscribe
            < $1
            < a
            < :1
            < *3
            < $9
            < subscribe
            < $1
            < b
            < :2
            < *3
            < $9
            < subscribe
            < $1
            < a
            < :2
            > PSUBSCRIBE a*
            < *3
            < $10
            < psubscribe
            < $2
            < a*
            < :3
            > UNSUBSCRIBE b zz
            < *3
            < $11
            < unsubscribe
            < $1
            < b
            < :2
            < *3
            < $11
            < unsubscribe
            < $2
            < zz
            < :2
            > UNSUBSCRIBE
            < *3
            < $11
            < unsubscribe
            < $1
            < a
            < :1
            > UNSUBSCRIBE
            < *3
            < $11
            < unsubscribe
            < $-1
            < :1
            > PUNSUBSCRIBE
            < *3
            < $12
            < punsubscribe
            < $2
            < a*
            < :0
            > PUNSUBSCRIBE x
            < *3
            < $12
            < punsubscribe
            < $1
            < x
            < :0
            > PUNSUBSCRIBE
            < *3
            < $12
            < punsubscribe
            < $-1
            < :0
            > SSUBSCRIBE s t
            < *3
            < $10
            < ssubscribe
            < $1
            < s
            < :1
            < *3
            < $10
            < ssubscribe
            < $1
            < t
            < :2
            > SUNSUBSCRIBE
            < *3
            < $12
            < sunsubscribe
            < $1
            < s
            < :1
            < *3
            < $12
            < sunsubscribe
            < $1
            < t
            < :0
            > SUNSUBSCRIBE
            < *3
            < $12
            < sunsubscribe
            < $-1
            < :0
            """#),
        Transcript(
            "a subscriber of version 2 may say little else",
            #"""
            > SUBSCRIBE a
            < *3
            < $9
            < subscribe
            < $1
            < a
            < :1
            > PING
            < *2
            < $4
            < pong
            < $0
            < 
            > PING x
            < *2
            < $4
            < pong
            < $1
            < x
            > PING x y
            < -ERR wrong number of arguments for 'ping' command
            > GET a
            < -ERR Can't execute 'get': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET are allowed in this context
            > NOSUCH
            < -ERR unknown command 'NOSUCH', with args beginning with: 
            > CONFIG GET x
            < -ERR Can't execute 'config|get': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET are allowed in this context
            > CONFIG FOO
            < -ERR unknown subcommand 'FOO'. Try CONFIG HELP.
            > MULTI
            < -ERR Can't execute 'multi': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET are allowed in this context
            > HELLO 3
            < -ERR Can't execute 'hello': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET are allowed in this context
            > EXEC
            < -EXECABORT Transaction discarded because of: Can't execute 'exec': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET are allowed in this context
            > RESET
            < +RESET
            > GET a
            < $-1
            > PUBSUB CHANNELS
            < *0
            > PING
            < +PONG
            """#),
        Transcript(
            "a message comes by each way that one is subscribed",
            #"""
            > SUBSCRIBE a
            < *3
            < $9
            < subscribe
            < $1
            < a
            < :1
            > PSUBSCRIBE a* ?
            < *3
            < $10
            < psubscribe
            < $2
            < a*
            < :2
            < *3
            < $10
            < psubscribe
            < $1
            < ?
            < :3
            > SSUBSCRIBE a
            < *3
            < $10
            < ssubscribe
            < $1
            < a
            < :1
            % PUBLISH a hello
            < *3
            < $7
            < message
            < $1
            < a
            < $5
            < hello
            < *4
            < $8
            < pmessage
            < $2
            < a*
            < $1
            < a
            < $5
            < hello
            < *4
            < $8
            < pmessage
            < $1
            < ?
            < $1
            < a
            < $5
            < hello
            % SPUBLISH a ""
            < *3
            < $8
            < smessage
            < $1
            < a
            < $0
            < 
            % PUBLISH bb nobody
            > QUIT
            < +OK
            ! closed
            """#),
        Transcript(
            "a subscriber of version 3 may say everything, and hears himself behind the reply",
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
            > SUBSCRIBE a
            < >3
            < $9
            < subscribe
            < $1
            < a
            < :1
            > PING
            < +PONG
            > GET k
            < _
            > PUBLISH a 1
            < :1
            < >3
            < $7
            < message
            < $1
            < a
            < $1
            < 1
            > PING
            < +PONG
            > MULTI
            < +OK
            > PUBLISH a 2
            < +QUEUED
            > PUBLISH b 3
            < +QUEUED
            > EXEC
            < *2
            < :1
            < :0
            < >3
            < $7
            < message
            < $1
            < a
            < $1
            < 2
            > PSUBSCRIBE *
            < >3
            < $10
            < psubscribe
            < $1
            < *
            < :2
            > PUBLISH a z
            < :2
            < >3
            < $7
            < message
            < $1
            < a
            < $1
            < z
            < >4
            < $8
            < pmessage
            < $1
            < *
            < $1
            < a
            < $1
            < z
            > PUNSUBSCRIBE
            < >3
            < $12
            < punsubscribe
            < $1
            < *
            < :1
            > UNSUBSCRIBE
            < >3
            < $11
            < unsubscribe
            < $1
            < a
            < :0
            > UNSUBSCRIBE
            < >3
            < $11
            < unsubscribe
            < _
            < :0
            > PUBLISH a z
            < :0
            """#),
        Transcript(
            "in a transaction",
            #"""
            > MULTI
            < +OK
            > SUBSCRIBE m
            < +QUEUED
            > PUBLISH m x
            < +QUEUED
            > GET k
            < +QUEUED
            > UNSUBSCRIBE
            < +QUEUED
            > PSUBSCRIBE p*
            < +QUEUED
            > SUNSUBSCRIBE
            < +QUEUED
            > PUNSUBSCRIBE
            < +QUEUED
            > SSUBSCRIBE s
            < +QUEUED
            > EXEC
            < *8
            < *3
            < $9
            < subscribe
            < $1
            < m
            < :1
            < :1
            < $-1
            < *3
            < $11
            < unsubscribe
            < $1
            < m
            < :0
            < *3
            < $10
            < psubscribe
            < $2
            < p*
            < :1
            < *3
            < $12
            < sunsubscribe
            < $-1
            < :0
            < *3
            < $12
            < punsubscribe
            < $2
            < p*
            < :0
            < -ERR SSUBSCRIBE isn't allowed for a DENY BLOCKING client
            > MULTI
            < +OK
            > SUBSCRIBE x
            < +QUEUED
            > MULTI
            < -ERR MULTI calls can not be nested
            > PUBLISH x y
            < +QUEUED
            > EXEC
            < *2
            < *3
            < $9
            < subscribe
            < $1
            < x
            < :1
            < :1
            < *3
            < $7
            < message
            < $1
            < x
            < $1
            < y
            > GET x
            < -ERR Can't execute 'get': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET are allowed in this context
            > UNSUBSCRIBE
            < *3
            < $11
            < unsubscribe
            < $1
            < x
            < :0
            > MULTI
            < +OK
            > EXEC
            < *0
            """#),
        Transcript(
            "PUBSUB tells who listens",
            #"""
            % SUBSCRIBE a
            % PSUBSCRIBE b* c*
            % SSUBSCRIBE s
            > PUBSUB CHANNELS
            < *1
            < $1
            < a
            > PUBSUB CHANNELS b*
            < *0
            > PUBSUB NUMSUB a s x
            < *6
            < $1
            < a
            < :1
            < $1
            < s
            < :0
            < $1
            < x
            < :0
            > PUBSUB NUMSUB
            < *0
            > PUBSUB NUMPAT
            < :2
            > PUBSUB SHARDCHANNELS
            < *1
            < $1
            < s
            > PUBSUB SHARDCHANNELS x
            < *0
            > PUBSUB SHARDNUMSUB s a
            < *4
            < $1
            < s
            < :1
            < $1
            < a
            < :0
            > PUBLISH a x
            < :1
            > SPUBLISH s x
            < :1
            > PUBLISH bb x
            < :1
            > PUBSUB
            < -ERR wrong number of arguments for 'pubsub' command
            > PUBSUB FOO
            < -ERR unknown subcommand 'FOO'. Try PUBSUB HELP.
            > PUBSUB CHANNELS a b
            < -ERR unknown subcommand or wrong number of arguments for 'CHANNELS'. Try PUBSUB HELP.
            > PUBSUB SHARDCHANNELS a b
            < -ERR unknown subcommand or wrong number of arguments for 'SHARDCHANNELS'. Try PUBSUB HELP.
            > PUBSUB NUMPAT x
            < -ERR wrong number of arguments for 'pubsub|numpat' command
            > SUBSCRIBE
            < -ERR wrong number of arguments for 'subscribe' command
            > PUBLISH a
            < -ERR wrong number of arguments for 'publish' command
            > CLIENT KILL TYPE replica
            < :0
            > CLIENT LIST TYPE master
            < $0
            < 
            > CLIENT KILL TYPE pubsub
            < :1
            """#),
        Transcript(
            "the table tells of them",
            #"""
            > COMMAND INFO subscribe publish pubsub|numpat
            < *3
            < *10
            < $9
            < subscribe
            < :-2
            < *4
            < +pubsub
            < +noscript
            < +loading
            < +stale
            < :0
            < :0
            < :0
            < *2
            < +@pubsub
            < +@slow
            < *0
            < *0
            < *0
            < *10
            < $7
            < publish
            < :3
            < *4
            < +pubsub
            < +loading
            < +stale
            < +fast
            < :0
            < :0
            < :0
            < *2
            < +@pubsub
            < +@fast
            < *0
            < *0
            < *0
            < *10
            < $13
            < pubsub|numpat
            < :2
            < *3
            < +pubsub
            < +loading
            < +stale
            < :0
            < :0
            < :0
            < *2
            < +@pubsub
            < +@slow
            < *0
            < *0
            < *0
            """#),
    ]
}
