// Clients that choose what they are told of. Recorded from
// redis-server 7.0.15.

extension Transcript {
    static let trackingModes: [Transcript] = [
        Transcript(
            "OPTIN and OPTOUT",
            #"""
            > CLIENT REPLY off
            > HELLO 3
            > CLIENT REPLY on
            < +OK
            > CLIENT TRACKING on OPTIN
            < +OK
            > GET k
            < _
            % SET k 1
            > CLIENT CACHING yes
            < +OK
            > GET k
            < $1
            < 1
            > GET l
            < _
            % MSET l 1 k 1
            < >2
            < $10
            < invalidate
            < *1
            < $1
            < k
            > CLIENT CACHING yes
            < +OK
            > MULTI
            < +OK
            > GET k
            < +QUEUED
            > GET l
            < +QUEUED
            > EXEC
            < *2
            < $1
            < 1
            < $1
            < 1
            > GET m
            < _
            % MSET k 1 l 1 m 1
            < >2
            < $10
            < invalidate
            < *1
            < $1
            < k
            < >2
            < $10
            < invalidate
            < *1
            < $1
            < l
            > MULTI
            < +OK
            > CLIENT CACHING yes
            < +QUEUED
            > GET k
            < +QUEUED
            > EXEC
            < *2
            < +OK
            < $1
            < 1
            > GET m
            < $1
            < 1
            % MSET k 1 m 1
            < >2
            < $10
            < invalidate
            < *1
            < $1
            < k
            > CLIENT CACHING yes
            < +OK
            > GET
            < -ERR wrong number of arguments for 'get' command
            > GET k
            < $1
            < 1
            > CLIENT CACHING yes
            < +OK
            > CLIENT NOSUCH
            < -ERR unknown subcommand 'NOSUCH'. Try CLIENT HELP.
            > GET k
            < $1
            < 1
            % SET k 1
            > CLIENT CACHING yes
            < +OK
            > CLIENT GETNAME
            < _
            > GET k
            < $1
            < 1
            % SET k 1
            < >2
            < $10
            < invalidate
            < *1
            < $1
            < k
            > CLIENT CACHING yes
            < +OK
            > MULTI
            < +OK
            > DISCARD
            < +OK
            > GET k
            < $1
            < 1
            % SET k 1
            > CLIENT TRACKING off
            < +OK
            > CLIENT TRACKING on OPTOUT
            < +OK
            > GET k
            < $1
            < 1
            > CLIENT CACHING no
            < +OK
            > GET l
            < $1
            < 1
            % MSET l 1 k 1
            < >2
            < $10
            < invalidate
            < *1
            < $1
            < k
            """#),
        Transcript(
            "BCAST",
            #"""
            > CLIENT REPLY off
            > HELLO 3
            > CLIENT REPLY on
            < +OK
            > CLIENT TRACKING on BCAST PREFIX u: PREFIX v:
            < +OK
            % MSET u:2 1 u:1 1 w 1 v:1 1 u:2 2
            < >2
            < $10
            < invalidate
            < *2
            < $3
            < u:1
            < $3
            < u:2
            < >2
            < $10
            < invalidate
            < *1
            < $3
            < v:1
            > GET w
            < $1
            < 1
            % SET w 2
            > CLIENT TRACKING on BCAST
            < +OK
            % SET u:1 1
            < >2
            < $10
            < invalidate
            < *1
            < $3
            < u:1
            < >2
            < $10
            < invalidate
            < *1
            < $3
            < u:1
            > CLIENT TRACKING off
            < +OK
            > CLIENT TRACKING on
            < +OK
            > GET x
            < _
            > CLIENT TRACKING off
            < +OK
            > CLIENT TRACKING on BCAST PREFIX y
            < +OK
            % SET x 1
            % SET y 1
            < >2
            < $10
            < invalidate
            < *1
            < $1
            < y
            > CLIENT TRACKING off
            < +OK
            % SET y 1
            """#),
        Transcript(
            "replies that are not wanted, and protocol 2",
            #"""
            > CLIENT REPLY off
            > HELLO 3
            > CLIENT REPLY on
            < +OK
            > CLIENT TRACKING on
            < +OK
            > CLIENT REPLY off
            > GET k
            % SET k 1
            < >2
            < $10
            < invalidate
            < *1
            < $1
            < k
            > GET k
            > SET k 5
            < >2
            < $10
            < invalidate
            < *1
            < $1
            < k
            > CLIENT REPLY on
            < +OK
            > GET k
            < $1
            < 5
            > CLIENT REPLY skip
            > SET k 6
            < >2
            < $10
            < invalidate
            < *1
            < $1
            < k
            > PING
            < +PONG
            > CLIENT REPLY off
            > HELLO 2
            > CLIENT REPLY on
            < +OK
            > GET k
            < $1
            < 6
            % SET k 7
            > SUBSCRIBE __redis__:invalidate
            < *3
            < $9
            < subscribe
            < $20
            < __redis__:invalidate
            < :1
            > RESET
            < +RESET
            """#),
        Transcript(
            "tracking that a transaction turns on and off",
            #"""
            > CLIENT REPLY off
            > HELLO 3
            > CLIENT REPLY on
            < +OK
            > MULTI
            < +OK
            > CLIENT TRACKING on
            < +QUEUED
            > GET k
            < +QUEUED
            > EXEC
            < *2
            < +OK
            < _
            % SET k 1
            < >2
            < $10
            < invalidate
            < *1
            < $1
            < k
            > MULTI
            < +OK
            > GET k
            < +QUEUED
            > CLIENT TRACKING off
            < +QUEUED
            > SET k 2
            < +QUEUED
            > EXEC
            < *3
            < $1
            < 1
            < +OK
            < +OK
            % SET k 1
            """#),
    ]
}
