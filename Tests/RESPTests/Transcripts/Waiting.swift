// Commands that wait, where they need not, and CLIENT UNBLOCK for nobody.
// Recorded from redis-server 7.0.15; "out of range" is Redis 7.2's.

extension Transcript {
    static let waiting: [Transcript] = [
        Transcript(
            "WAIT does not wait for no replicas, nor in a transaction",
            #"""
            > WAIT 0 0
            < :0
            > WAIT 0 10
            < :0
            > WAIT x 0
            < -ERR value is not an integer or out of range
            > WAIT 0 x
            < -ERR timeout is not an integer or out of range
            > WAIT 0 -1
            < -ERR timeout is negative
            > WAIT -1 0
            < :0
            > WAIT 1 -5
            < -ERR timeout is negative
            > WAIT 1
            < -ERR wrong number of arguments for 'wait' command
            > WAIT 0 9223372036854775807
            < -ERR timeout is out of range
            > WAIT 0 9223372036854775808
            < -ERR timeout is not an integer or out of range
            > WAIT 0 1.5
            < -ERR timeout is not an integer or out of range
            > WAIT 9223372036854775808 10
            < -ERR value is not an integer or out of range
            > MULTI
            < +OK
            > WAIT 1 0
            < +QUEUED
            > EXEC
            < *1
            < :0
            """#),
        Transcript(
            "CLIENT UNBLOCK finds nobody",
            #"""
            > CLIENT UNBLOCK 99
            < :0
            > CLIENT UNBLOCK 7
            < :0
            > CLIENT UNBLOCK x
            < -ERR value is not an integer or out of range
            > CLIENT UNBLOCK 99 foo
            < -ERR CLIENT UNBLOCK reason should be TIMEOUT or ERROR
            > CLIENT UNBLOCK 99 error
            < :0
            > CLIENT UNBLOCK 99 TIMEOUT x
            < -ERR unknown subcommand or wrong number of arguments for 'UNBLOCK'. Try CLIENT HELP.
            > CLIENT UNBLOCK
            < -ERR wrong number of arguments for 'client|unblock' command
            > CLIENT UNBLOCK -1
            < :0
            > CLIENT UNBLOCK 99999999999999999999
            < -ERR value is not an integer or out of range
            """#),
    ]
}
