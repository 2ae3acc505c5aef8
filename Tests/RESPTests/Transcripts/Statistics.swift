// What is noted of commands. Recorded from redis-server 7.0.15.

extension Transcript {
    static let statistics = [
        Transcript(
            "SLOWLOG",
            #"""
            > SLOWLOG RESET
            < +OK
            > SLOWLOG LEN
            < :0
            > SLOWLOG GET
            < *0
            > SLOWLOG GET 0
            < *0
            > SLOWLOG GET -1
            < *0
            > SLOWLOG GET -2
            < -ERR count should be greater than or equal to -1
            > SLOWLOG GET x
            < -ERR count should be greater than or equal to -1
            > SLOWLOG get 1 2
            < -ERR unknown subcommand or wrong number of arguments for 'get'. Try SLOWLOG HELP.
            > SLOWLOG RESET 1
            < -ERR wrong number of arguments for 'slowlog|reset' command
            > SLOWLOG
            < -ERR wrong number of arguments for 'slowlog' command
            """#),
        Transcript(
            "LATENCY without events",
            #"""
            > LATENCY LATEST
            < *0
            > LATENCY HISTORY x
            < *0
            > LATENCY GRAPH x
            < -ERR No samples available for event 'x'
            > LATENCY GRAPH
            < -ERR wrong number of arguments for 'latency|graph' command
            > LATENCY RESET
            < :0
            > LATENCY RESET a b
            < :0
            > LATENCY HISTOGRAM nosuch
            < *0
            > LATENCY DOCTOR
            < $92
            < Latency monitoring is off. CONFIG SET latency-monitor-threshold <milliseconds> turns it on.\n
            """#),
        Transcript(
            "MONITOR",
            #"""
            > MONITOR x
            < -ERR wrong number of arguments for 'monitor' command
            > MULTI
            < +OK
            > MONITOR
            < +QUEUED
            > EXEC
            < *1
            < -ERR MONITOR isn't allowed for DENY BLOCKING client
            > MONITOR
            < +OK
            > GET a
            < -ERR Replica can't interact with the keyspace
            > PING
            < +PONG
            > RESET
            < +RESET
            > GET a
            < $-1
            """#),
    ]
}
