// DEBUG, MEMORY and LOLWUT as far as they tell no facts of the moment. Recorded from redis-server 7.0.15.

extension Transcript {
    static let debugging = [
        Transcript(
            "MEMORY and its errors",
            #"""
            > MEMORY PURGE
            < +OK
            > MEMORY PURGE x
            < -ERR wrong number of arguments for 'memory|purge' command
            > MEMORY MALLOC-STATS x
            < -ERR wrong number of arguments for 'memory|malloc-stats' command
            > MEMORY DOCTOR
            < $61
            < There is next to nothing in memory: nothing to say about it.\n
            > MEMORY USAGE nokey
            < $-1
            > MEMORY USAGE a SAMPLES
            < -ERR syntax error
            > MEMORY USAGE a SAMPLES x
            < -ERR value is not an integer or out of range
            > MEMORY USAGE a SAMPLES -1
            < -ERR syntax error
            > MEMORY USAGE a FOO 1
            < -ERR syntax error
            """#),
        Transcript(
            "LOLWUT and its errors",
            #"""
            > LOLWUT VERSION x
            < -ERR value is not an integer or out of range
            """#),
    ]
}
