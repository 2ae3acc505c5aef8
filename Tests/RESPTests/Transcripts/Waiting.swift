// Commands that wait, where they need not, and CLIENT UNBLOCK for nobody.
// Recorded from redis-server 7.0.15; "out of range" and WAITAOF are Redis 7.2's.

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
            "WAITAOF where there are no append logs",
            #"""
            > WAITAOF 0 0 0
            < *2
            < :0
            < :0
            > WAITAOF 1 0 0
            < -ERR WAITAOF cannot be used when numlocal is set but appendonly is disabled.
            > WAITAOF 2 0 0
            < -ERR value is out of range, value must between 0 and 1
            > WAITAOF x 0 0
            < -ERR value is not an integer or out of range
            > WAITAOF 0 -1 0
            < -ERR value is out of range, must be positive
            > WAITAOF 0 x 0
            < -ERR value is not an integer or out of range
            > WAITAOF 1 0 -1
            < -ERR timeout is negative
            > WAITAOF 0 0 x
            < -ERR timeout is not an integer or out of range
            > WAITAOF 0 0
            < -ERR wrong number of arguments for 'waitaof' command
            > MULTI
            < +OK
            > WAITAOF 0 1 0
            < +QUEUED
            > EXEC
            < *1
            < *2
            < :0
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
