// What comes before a snapshot that is sent, as redis-server 7.0.15 answers; and what is refused here, where no
// stream of changes follows. The snapshot itself is SyncTests'.

extension Transcript {
    static let syncing: [Transcript] = [
        Transcript(
            "what a client says of itself before SYNC",
            #"""
            > REPLCONF
            < +OK
            > REPLCONF capa eof
            < +OK
            > REPLCONF capa xyz
            < +OK
            > REPLCONF capa eof capa psync2
            < +OK
            > REPLCONF capa
            < -ERR syntax error
            > REPLCONF RDB-ONLY 1
            < +OK
            > REPLCONF rdb-only x
            < -ERR value is not an integer or out of range
            > REPLCONF rdb-filter-only functions
            < +OK
            > REPLCONF rdb-filter-only ""
            < +OK
            > REPLCONF rdb-filter-only "Functions functions" rdb-only 1
            < +OK
            > REPLCONF rdb-filter-only foo
            < -ERR Unsupported rdb-filter-only option: foo
            > REPLCONF rdb-filter-only "functions foo"
            < -ERR Unsupported rdb-filter-only option: foo
            > REPLCONF rdb-filter-only "\"functions"
            < -ERR Missing rdb-filter-only values
            > REPLCONF foo bar
            < -ERR Unrecognized REPLCONF option: foo
            > REPLCONF foo
            < -ERR syntax error
            > SYNC x
            < -ERR wrong number of arguments for 'sync' command
            > MULTI
            < +OK
            > SYNC
            < -ERR Command not allowed inside a transaction
            > EXEC
            < -EXECABORT Transaction discarded because of previous errors.
            > MULTI
            < +OK
            > REPLCONF capa eof
            < +QUEUED
            > EXEC
            < *1
            < +OK
            """#),
        Transcript(
            "replicas are told that nothing follows",
            #"""
            > REPLCONF listening-port 6380
            < -ERR no replication here: SYNC sends one snapshot, and nothing follows it
            > SYNC
            < -ERR no replication here: SYNC sends one snapshot, and nothing follows it
            > RESET
            < +RESET
            > REPLCONF rdb-only 0
            < -ERR no replication here: SYNC sends one snapshot, and nothing follows it
            > REPLCONF ip-address 127.0.0.1
            < -ERR no replication here: SYNC sends one snapshot, and nothing follows it
            > PSYNC ? -1
            < -ERR no replication here: SYNC sends one snapshot, and nothing follows it
            """#),
    ]
}
