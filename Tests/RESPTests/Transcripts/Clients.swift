// What holds for a connection, or for all. Recorded from redis-server 7.0.15; NO-TOUCH from the reference of 7.2.

extension Transcript {
    static let clients = [
        Transcript(
            "CLIENT PAUSE and UNPAUSE",
            #"""
            > CLIENT PAUSE
            < -ERR wrong number of arguments for 'client|pause' command
            > CLIENT PAUSE x
            < -ERR timeout is not an integer or out of range
            > CLIENT PAUSE -1
            < -ERR timeout is negative
            > CLIENT PAUSE 10 foo
            < -ERR CLIENT PAUSE mode must be WRITE or ALL
            > CLIENT PAUSE 1000 WRITE
            < +OK
            > GET a
            < $-1
            > CLIENT UNPAUSE
            < +OK
            > SET a b
            < +OK
            > CLIENT UNPAUSE x
            < -ERR wrong number of arguments for 'client|unpause' command
            """#),
        Transcript(
            "CLIENT REPLY",
            #"""
            > CLIENT REPLY foo
            < -ERR syntax error
            > CLIENT REPLY SKIP
            > PING
            > PING
            < +PONG
            > CLIENT REPLY SKIP
            > NOSUCH
            > CLIENT REPLY SKIP
            > GET
            > SET a b
            < +OK
            > CLIENT REPLY OFF
            > PING
            > NOSUCH
            > GET a
            > GET
            > CLIENT REPLY SKIP
            > CLIENT REPLY ON
            < +OK
            > PING
            < +PONG
            > CLIENT REPLY ON
            < +OK
            > MULTI
            < +OK
            > CLIENT REPLY OFF
            < +QUEUED
            > PING
            < +QUEUED
            > EXEC
            < *2
            > PING
            > CLIENT REPLY ON
            < +OK
            > GET a
            < $1
            < b
            """#),
        Transcript(
            "CLIENT NO-EVICT and NO-TOUCH",
            #"""
            > CLIENT NO-EVICT
            < -ERR wrong number of arguments for 'client|no-evict' command
            > CLIENT NO-EVICT x
            < -ERR syntax error
            > CLIENT NO-EVICT on
            < +OK
            > CLIENT NO-EVICT OFF
            < +OK
            > CLIENT NO-TOUCH x
            < -ERR syntax error
            > CLIENT NO-TOUCH ON
            < +OK
            > CLIENT NO-TOUCH off
            < +OK
            """#),
        Transcript(
            "CLIENT TRACKINGINFO, GETREDIR and CACHING without tracking",
            #"""
            > CLIENT GETREDIR
            < :-1
            > CLIENT TRACKINGINFO
            < *6
            < $5
            < flags
            < *1
            < $3
            < off
            < $8
            < redirect
            < :-1
            < $8
            < prefixes
            < *0
            > CLIENT CACHING yes
            < -ERR CLIENT CACHING can be called only when the client is in tracking mode with OPTIN or OPTOUT mode enabled
            > CLIENT CACHING x
            < -ERR CLIENT CACHING can be called only when the client is in tracking mode with OPTIN or OPTOUT mode enabled
            """#),
    ]
}
