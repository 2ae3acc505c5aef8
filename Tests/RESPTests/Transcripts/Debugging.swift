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
        Transcript(
            "DEBUG DIGEST and DIGEST-VALUE are Redis' sums",
            #"""
            > DEBUG DIGEST
            < +0000000000000000000000000000000000000000
            > DEBUG DIGEST-VALUE
            < *0
            > DEBUG DIGEST-VALUE nokey
            < *1
            < +0000000000000000000000000000000000000000
            > DEBUG DIGEST x
            < -ERR unknown subcommand or wrong number of arguments for 'DIGEST'. Try DEBUG HELP.
            > SET s "a value"
            < +OK
            > DEBUG DIGEST
            < +c1e7ad3cc8ce5f73f4b7b50fab90d5dcbdd2bb8b
            > DEBUG DIGEST-VALUE s
            < *1
            < +99cedce491956f5045b9c3721d0ec05f68976e68
            > SET s -12 EX 1000
            < +OK
            > DEBUG DIGEST-VALUE s
            < *1
            < +50eac9ef95982f2d9befcca21f79ebc8c22277ca
            > SET "" ""
            < +OK
            > RPUSH l a 1 ""
            < :3
            > SADD i 3 -1 200
            < :3
            > SADD m b a 3
            < :3
            > HSET h f v 2 -7
            < :2
            > ZADD z 1.5 a -inf b 0.1 c 1e300 d 3 e -0 f 100000000000000000 g 10000000000000000 h
            < :8
            > XADD x 1-2 f v g w
            < $3
            < 1-2
            > XADD x 5-0 f v
            < $3
            < 5-0
            > XADD x 6-1 f v h w
            < $3
            < 6-1
            > XDEL x 5-0
            < :1
            > PEXPIRE h 100000000
            < :1
            > DEBUG DIGEST-VALUE "" l i m h z x nokey s
            < *9
            < +8b3447c33a834b810e3e181b6fd6a2ee1020921c
            < +7736d67ea0f4464c2ae9cbe1f5e7598c4395e6d3
            < +2379e1aa2b1ccc9a80f8b9dadf9afb9bd5c85452
            < +aa475a4a8f122ca5936aa41d911aacf8c93b827d
            < +fe6107fad0c8a0721251387ea4aff437aaa87c50
            < +c3ed159c440b19516bb695170a91f0f6ed9b9e31
            < +02db7c0fe7672a8de113df96dcfaac9968205a23
            < +0000000000000000000000000000000000000000
            < +50eac9ef95982f2d9befcca21f79ebc8c22277ca
            > DEBUG DIGEST
            < +5a31d290d5feb8640987a8e29b189289252e42ec
            > SELECT 9
            < +OK
            > SET s "a value"
            < +OK
            > DEBUG DIGEST
            < +1ec82bf0be36d75944c20df749b13708d3586415
            > MULTI
            < +OK
            > DEBUG DIGEST
            < +QUEUED
            > debug digest-value s
            < +QUEUED
            > EXEC
            < *2
            < +1ec82bf0be36d75944c20df749b13708d3586415
            < *1
            < +99cedce491956f5045b9c3721d0ec05f68976e68
            > SELECT 0
            < +OK
            > DEBUG DIGEST-VALUE s
            < *1
            < +50eac9ef95982f2d9befcca21f79ebc8c22277ca
            > SWAPDB 0 9
            < +OK
            > DEBUG DIGEST
            < +e6fc50c4fe2c96f5f4df5417ead3aec13e99df36
            """#, debugs: true),
        Transcript(
            "DEBUG POPULATE makes Redis' keys and values",
            #"""
            > DEBUG POPULATE
            < -ERR unknown subcommand or wrong number of arguments for 'POPULATE'. Try DEBUG HELP.
            > DEBUG POPULATE x
            < -ERR value is out of range, must be positive
            > DEBUG POPULATE -1
            < -ERR value is out of range, must be positive
            > DEBUG POPULATE 1.5
            < -ERR value is out of range, must be positive
            > DEBUG POPULATE 3 p -1
            < -ERR value is out of range, must be positive
            > DEBUG POPULATE 3 p x
            < -ERR value is out of range, must be positive
            > DEBUG POPULATE 1 p 2 3
            < -ERR unknown subcommand or wrong number of arguments for 'POPULATE'. Try DEBUG HELP.
            > SET key:1 mine
            < +OK
            > DEBUG POPULATE 3
            < +OK
            > MGET key:0 key:1 key:2 key:3
            < *4
            < $7
            < value:0
            < $4
            < mine
            < $7
            < value:2
            < $-1
            > DEBUG POPULATE 2 "" 3
            < +OK
            > MGET :0 :1
            < *2
            < $3
            < val
            < $3
            < val
            > DEBUG POPULATE 11 q 7
            < +OK
            > MGET q:9 q:10
            < *2
            < $7
            < value:9
            < $7
            < value:1
            > DEBUG POPULATE 11 r 12
            < +OK
            > MGET r:9 r:10
            < *2
            < $12
            < value:9\x00\x00\x00\x00\x00
            < $12
            < value:10\x00\x00\x00\x00
            > DEBUG POPULATE 1 z 0
            < +OK
            > GET z:0
            < $7
            < value:0
            > DEBUG POPULATE 0
            < +OK
            > DBSIZE
            < :28
            > DEBUG DIGEST
            < +fb2828ff70182c3684e1258b57663b7a6468e37d
            """#, debugs: true),
        Transcript(
            "DEBUG tells of packed values, and sets the size of nodes",
            #"""
            > DEBUG LISTPACK
            < -ERR unknown subcommand or wrong number of arguments for 'LISTPACK'. Try DEBUG HELP.
            > DEBUG LISTPACK nokey
            < -ERR no such key
            > DEBUG QUICKLIST nokey 1
            < -ERR no such key
            > DEBUG QUICKLIST a 1 2
            < -ERR unknown subcommand or wrong number of arguments for 'QUICKLIST'. Try DEBUG HELP.
            > SET s v
            < +OK
            > SADD i 1 2
            < :2
            > DEBUG LISTPACK s
            < -ERR Not a listpack encoded object.
            > DEBUG LISTPACK i
            < -ERR Not a listpack encoded object.
            > DEBUG QUICKLIST s
            < -ERR Not a quicklist encoded object.
            > DEBUG QUICKLIST-PACKED-THRESHOLD
            < -ERR unknown subcommand or wrong number of arguments for 'QUICKLIST-PACKED-THRESHOLD'. Try DEBUG HELP.
            > DEBUG QUICKLIST-PACKED-THRESHOLD 4293918721
            < -ERR argument must be a memory value bigger than 1 and smaller than 4gb
            > DEBUG QUICKLIST-PACKED-THRESHOLD 4gb
            < -ERR argument must be a memory value bigger than 1 and smaller than 4gb
            > DEBUG QUICKLIST-PACKED-THRESHOLD -1
            < -ERR argument must be a memory value bigger than 1 and smaller than 4gb
            > DEBUG QUICKLIST-PACKED-THRESHOLD 1.5
            < -ERR argument must be a memory value bigger than 1 and smaller than 4gb
            > DEBUG QUICKLIST-PACKED-THRESHOLD 1t
            < -ERR argument must be a memory value bigger than 1 and smaller than 4gb
            > DEBUG QUICKLIST-PACKED-THRESHOLD +5
            < -ERR argument must be a memory value bigger than 1 and smaller than 4gb
            > DEBUG QUICKLIST-PACKED-THRESHOLD 4293918720
            < +OK
            > DEBUG QUICKLIST-PACKED-THRESHOLD 1Kb
            < +OK
            > DEBUG QUICKLIST-PACKED-THRESHOLD gb
            < +OK
            > DEBUG QUICKLIST-PACKED-THRESHOLD 10
            < +OK
            > RPUSH l short elements 12345678901 aaaaaaaaa bbbbbbbbbb ccccccccccccc d e
            < :8
            > DUMP l
            < $113
            < \x12\x06\x02\x18\x18\x00\x00\x00\x02\x00\x85short\x06\x88elements\x09\xff\x01\x0b12345678901\x02\x12\x12\x00\x00\x00\x01\x00\x89aaaaaaaaa\n\xff\x01\nbbbbbbbbbb\x01\rccccccccccccc\x02\r\r\x00\x00\x00\x02\x00\x81d\x02\x81e\x02\xff\n\x00\xf7\x1c\xb9\x0c\xb9\x1b:S
            > DEBUG QUICKLIST-PACKED-THRESHOLD 0
            < +OK
            > DEL l
            < :1
            > RPUSH l short elements 12345678901 aaaaaaaaa bbbbbbbbbb ccccccccccccc d e
            < :8
            > DUMP l
            < $78
            < \x12\x01\x02\xc3=@N\x1cN\x00\x00\x00\x08\x00\x85short\x06\x88elements\x09\xf45\x1c\xdc\xdf\x02 \x1b\x02\x09\x89a\xc0\x00\x02\n\x8ab\xe0\x00\x00\x02\x0b\x8dc\xe0\x03\x00\x07\x0e\x81d\x02\x81e\x02\xff\n\x00\x88\xc0\xe6\xfa\xdc\xd3a\xc0
            > DEBUG CHANGE-REPL-ID
            < +OK
            > DEBUG CHANGE-REPL-ID x
            < -ERR unknown subcommand or wrong number of arguments for 'CHANGE-REPL-ID'. Try DEBUG HELP.
            > DEBUG STRINGMATCH-TEST x
            < -ERR unknown subcommand or wrong number of arguments for 'STRINGMATCH-TEST'. Try DEBUG HELP.
            > DEBUG STRINGMATCH-LEN 10 a*
            < -ERR unknown subcommand or wrong number of arguments for 'STRINGMATCH-LEN'. Try DEBUG HELP.
            > DEBUG JMAP
            < -ERR unknown subcommand or wrong number of arguments for 'JMAP'. Try DEBUG HELP.
            > DEBUG ZIPLIST s
            < -ERR unknown subcommand or wrong number of arguments for 'ZIPLIST'. Try DEBUG HELP.
            > DEBUG nosuch
            < -ERR unknown subcommand or wrong number of arguments for 'nosuch'. Try DEBUG HELP.
            """#, debugs: true),
    ]
}
