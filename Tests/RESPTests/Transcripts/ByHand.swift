// Conversations that no Redis can dictate: where time passes, bytes are wrong, or this server has its own answer.

extension Transcript {
    static let byHand: [Transcript] = [
        Transcript(
            "keys expire to the millisecond",
            #"""
            > SET k v PX 100
            < +OK
            > PTTL k
            < :100
            > PEXPIRETIME k
            < :1700000000100
            @ 99
            > PTTL k
            < :1
            > TTL k
            < :0
            > GET k
            < $1
            < v
            @ 1
            > GET k
            < $-1
            > PTTL k
            < :-2
            > EXISTS k
            < :0
            > SETEX e 1 v
            < +OK
            > APPEND e w
            < :2
            > PTTL e
            < :1000
            @ 1000
            > APPEND e x
            < :1
            > TTL e
            < :-1
            """#),
        // Redis 7.0 looks at the arguments only if there is a string; 7.2 looks at them first.
        Transcript(
            "BITCOUNT and BITPOS refuse wrong arguments for a key that holds nothing",
            #"""
            > BITCOUNT missing x 1
            < -ERR value is not an integer or out of range
            > BITCOUNT missing -1 -2 foo
            < -ERR syntax error
            > BITCOUNT missing 1
            < -ERR syntax error
            > BITPOS missing 0 x
            < -ERR value is not an integer or out of range
            > BITPOS missing 0 0 1 foo
            < -ERR syntax error
            """#),
        Transcript(
            "INFO answers by section",
            #"""
            > INFO cluster
            < $30
            < # Cluster
            < cluster_enabled:0
            <
            > INFO KEYSPACE
            < $12
            < # Keyspace
            <
            > SETEX a 100 1
            < +OK
            > INFO keyspace nosuch
            < $44
            < # Keyspace
            < db0:keys=1,expires=1,avg_ttl=0
            <
            > INFO memcached
            < $39
            < # Memcached
            < memcached_version:1.6.45
            <
            > INFO persistence
            < $728
            < # Persistence
            < loading:0
            < async_loading:0
            < current_cow_peak:0
            < current_cow_size:0
            < current_cow_size_age:0
            < current_fork_perc:0.00
            < current_save_keys_processed:0
            < current_save_keys_total:0
            < rdb_changes_since_last_save:0
            < rdb_bgsave_in_progress:0
            < rdb_last_save_time:0
            < rdb_last_bgsave_status:ok
            < rdb_last_bgsave_time_sec:-1
            < rdb_current_bgsave_time_sec:-1
            < rdb_saves:0
            < rdb_last_cow_size:0
            < rdb_last_load_keys_expired:0
            < rdb_last_load_keys_loaded:0
            < aof_enabled:0
            < aof_rewrite_in_progress:0
            < aof_rewrite_scheduled:0
            < aof_last_rewrite_time_sec:-1
            < aof_current_rewrite_time_sec:-1
            < aof_last_bgrewrite_status:ok
            < aof_rewrites:0
            < aof_last_write_status:ok
            < aof_last_cow_size:0
            < module_fork_in_progress:0
            < module_fork_last_cow_size:0
            <
            """#),
        Transcript(
            "CLIENT tells who is there",
            #"""
            > CLIENT ID
            < :7
            > CLIENT SETINFO LIB-NAME duet-test
            < +OK
            > client setinfo lib-ver 1.0
            < +OK
            > CLIENT SETINFO LIB-NAME "a b"
            < -ERR lib-name cannot contain spaces, newlines or special characters.
            > CLIENT SETINFO FOO x
            < -ERR Unrecognized option 'FOO'
            > SELECT 2
            < +OK
            > CLIENT INFO
            < $219
            < id=7 addr=127.0.0.1:40007 laddr=127.0.0.1:6379 fd=-1 name= age=0 idle=0 flags=N db=2 sub=0 psub=0 ssub=0 multi=-1 watch=0 multi-mem=0 events=r cmd=client|info user=default redir=-1 resp=2 lib-name=duet-test lib-ver=1.0\x0a
            > CLIENT LIST ID 7
            < $219
            < id=7 addr=127.0.0.1:40007 laddr=127.0.0.1:6379 fd=-1 name= age=0 idle=0 flags=N db=2 sub=0 psub=0 ssub=0 multi=-1 watch=0 multi-mem=0 events=r cmd=client|list user=default redir=-1 resp=2 lib-name=duet-test lib-ver=1.0\x0a
            > CLIENT KILL TYPE normal SKIPME yes ADDR 127.0.0.1:40007
            < :0
            > CLIENT KILL ID 7 SKIPME no
            < :1
            ! closed
            """#),
        Transcript(
            "QUIT ends it, whatever is behind",
            #"""
            > QUIT now
            < +OK
            ! closed
            > PING
            """#),
        Transcript(
            "SHUTDOWN says nothing and closes",
            #"""
            > shutdown nosave now force
            ! closed
            > PING
            """#),
        Transcript(
            "inline requests",
            #"""
            >> PING\r\n
            < +PONG
            >> ping\n
            < +PONG
            >> \r\n\r\n   \r\nPING\r\n
            < +PONG
            >> SET k "a\\x41\\n\\t\\"b"\r\n
            < +OK
            >> GET k\r\n
            < $6
            < aA\n\x09"b
            >> ECHO 'it\\'s'\r\n
            < $4
            < it's
            > PING
            < +PONG
            >> *0\r\n*-1\r\nPING\r\n
            < +PONG
            """#),
        Transcript(
            "a browser is shown the door",
            #"""
            >> GET /\r\n
            < $-1
            >> POST / HTTP/1.1\r\nHost: x\r\n\r\n
            ! closed
            """#),
        Transcript(
            "and so is one whose header gives it away",
            #"""
            >> host: x\r\n
            ! closed
            """#),
    ]

    /// Each ends the conversation with its own words.
    static let faults: [Transcript] = [
        (#"*x\r\n"#, "invalid multibulk length"), (#"*\r\n"#, "invalid multibulk length"),
        (#"*2147483648\r\n"#, "invalid multibulk length"),
        (#"*99999999999999999999\r\n"#, "invalid multibulk length"), (#"*1\n$4\nPING\r\n"#, "invalid multibulk length"),
        (#"*+1\r\n"#, "invalid multibulk length"), (#"*01\r\n"#, "invalid multibulk length"),
        (#"*1\r\nxPING\r\n"#, "expected '$', got 'x'"), (#"*1\r\n\r\n"#, "expected '$', got ' '"),
        (#"*1\r\n$-1\r\n"#, "invalid bulk length"), (#"*1\r\n$536870913\r\n"#, "invalid bulk length"),
        (#"*1\r\n$4x\r\nPING\r\n"#, "invalid bulk length"), (#"*1\r\n$+4\r\n"#, "invalid bulk length"),
        (#"*1\r\n$04\r\n"#, "invalid bulk length"), (#"*1\r\n$9223372036854775808\r\n"#, "invalid bulk length"),
        (#"ECHO "abc\r\n"#, "unbalanced quotes in request"), (#"ECHO "a"b\r\n"#, "unbalanced quotes in request"),
    ].map { bytes, reason in
        Transcript(
            "\(bytes) is no request", "> PING\n< +PONG\n>> \(bytes)\n< -ERR Protocol error: \(reason)\n! closed")
    }
}
