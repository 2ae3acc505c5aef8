// Groups of consumers of streams.
// Recorded from redis-server 7.0.15, but for what 7.2 tells more.

extension Transcript {
    static let streamGroups: [Transcript] = [
        Transcript(
            "XGROUP and XREADGROUP",
            #"""
            > XGROUP CREATE s g $
            < -ERR The XGROUP subcommand requires the key to exist. Note that for CREATE you may want to use the MKSTREAM option to create an empty stream automatically.
            > XGROUP CREATE s g $ MKSTREAM
            < +OK
            > XGROUP CREATE s g 0
            < -BUSYGROUP Consumer Group name already exists
            > XGROUP CREATE s h 0 ENTRIESREAD 2
            < +OK
            > XGROUP CREATE s i x
            < -ERR Invalid stream ID specified as stream command argument
            > XGROUP CREATE s i 0 ENTRIESREAD -2
            < -ERR value for ENTRIESREAD must be positive or -1
            > XGROUP CREATE s i 0 ENTRIESREAD x
            < -ERR value is not an integer or out of range
            > XGROUP CREATE s i 0 foo
            < -ERR unknown subcommand or wrong number of arguments for 'CREATE'. Try XGROUP HELP.
            > XGROUP SETID s g 0 MKSTREAM
            < -ERR unknown subcommand or wrong number of arguments for 'SETID'. Try XGROUP HELP.
            > XGROUP CREATE s
            < -ERR wrong number of arguments for 'xgroup|create' command
            > XGROUP foo
            < -ERR unknown subcommand 'foo'. Try XGROUP HELP.
            > XGROUP CREATECONSUMER s g c
            < :1
            > XGROUP CREATECONSUMER s g c
            < :0
            > XGROUP CREATECONSUMER s nosuch c
            < -NOGROUP No such consumer group 'nosuch' for key name 's'
            > XADD s 1-1 a 1
            < $3
            < 1-1
            > XADD s 1-2 a 2
            < $3
            < 1-2
            > XADD s 1-3 a 3
            < $3
            < 1-3
            > XREADGROUP GROUP g c COUNT 2 STREAMS s >
            < *1
            < *2
            < $1
            < s
            < *2
            < *2
            < $3
            < 1-1
            < *2
            < $1
            < a
            < $1
            < 1
            < *2
            < $3
            < 1-2
            < *2
            < $1
            < a
            < $1
            < 2
            > XREADGROUP GROUP g d NOACK STREAMS s >
            < *1
            < *2
            < $1
            < s
            < *1
            < *2
            < $3
            < 1-3
            < *2
            < $1
            < a
            < $1
            < 3
            > XREADGROUP GROUP g d STREAMS s >
            < *-1
            > XREADGROUP GROUP g c STREAMS s 0
            < *1
            < *2
            < $1
            < s
            < *2
            < *2
            < $3
            < 1-1
            < *2
            < $1
            < a
            < $1
            < 1
            < *2
            < $3
            < 1-2
            < *2
            < $1
            < a
            < $1
            < 2
            > XREADGROUP GROUP g c STREAMS s 1-1
            < *1
            < *2
            < $1
            < s
            < *1
            < *2
            < $3
            < 1-2
            < *2
            < $1
            < a
            < $1
            < 2
            > XREADGROUP GROUP g d STREAMS s 0
            < *1
            < *2
            < $1
            < s
            < *0
            > XINFO GROUPS s
            < *2
            < *12
            < $4
            < name
            < $1
            < g
            < $9
            < consumers
            < :2
            < $7
            < pending
            < :2
            < $17
            < last-delivered-id
            < $3
            < 1-3
            < $12
            < entries-read
            < :3
            < $3
            < lag
            < :0
            < *12
            < $4
            < name
            < $1
            < h
            < $9
            < consumers
            < :0
            < $7
            < pending
            < :0
            < $17
            < last-delivered-id
            < $3
            < 0-0
            < $12
            < entries-read
            < :2
            < $3
            < lag
            < :1
            > XGROUP SETID s g 1-1
            < +OK
            > XGROUP SETID s g 1-1 ENTRIESREAD 1
            < +OK
            > XINFO GROUPS s
            < *2
            < *12
            < $4
            < name
            < $1
            < g
            < $9
            < consumers
            < :2
            < $7
            < pending
            < :2
            < $17
            < last-delivered-id
            < $3
            < 1-1
            < $12
            < entries-read
            < :1
            < $3
            < lag
            < :2
            < *12
            < $4
            < name
            < $1
            < h
            < $9
            < consumers
            < :0
            < $7
            < pending
            < :0
            < $17
            < last-delivered-id
            < $3
            < 0-0
            < $12
            < entries-read
            < :2
            < $3
            < lag
            < :1
            > XREADGROUP GROUP g d STREAMS s >
            < *1
            < *2
            < $1
            < s
            < *2
            < *2
            < $3
            < 1-2
            < *2
            < $1
            < a
            < $1
            < 2
            < *2
            < $3
            < 1-3
            < *2
            < $1
            < a
            < $1
            < 3
            > XGROUP DELCONSUMER s g c
            < :1
            > XGROUP DELCONSUMER s g c
            < :0
            > XGROUP DELCONSUMER s nosuch c
            < -NOGROUP No such consumer group 'nosuch' for key name 's'
            > XGROUP DESTROY s g
            < :1
            > XGROUP DESTROY s g
            < :0
            > XGROUP DESTROY nosuch g
            < -ERR The XGROUP subcommand requires the key to exist. Note that for CREATE you may want to use the MKSTREAM option to create an empty stream automatically.
            > XGROUP SETID s g $
            < -NOGROUP No such consumer group 'g' for key name 's'
            > XGROUP SETID s h $
            < +OK
            > XINFO GROUPS s
            < *1
            < *12
            < $4
            < name
            < $1
            < h
            < $9
            < consumers
            < :0
            < $7
            < pending
            < :0
            < $17
            < last-delivered-id
            < $3
            < 1-3
            < $12
            < entries-read
            < $-1
            < $3
            < lag
            < :0
            > XREADGROUP GROUP g c STREAMS s >
            < -NOGROUP No such key 's' or consumer group 'g' in XREADGROUP with GROUP option
            > XREADGROUP GROUP g c STREAMS nosuch >
            < -NOGROUP No such key 'nosuch' or consumer group 'g' in XREADGROUP with GROUP option
            > XREADGROUP GROUP h c STREAMS s $
            < -ERR The $ ID is meaningless in the context of XREADGROUP: you want to read the history of this consumer by specifying a proper ID, or use the > ID to get new messages. The $ ID would just return an empty result set.
            > XREADGROUP GROUP h c STREAMS s x
            < -ERR Invalid stream ID specified as stream command argument
            > XREADGROUP GROUP h c STREAMS s h >
            < -ERR Unbalanced XREAD list of streams: for each stream key an ID or '$' must be specified.
            > XREADGROUP COUNT 1 NOACK STREAMS s >
            < -ERR Missing GROUP option for XREADGROUP
            > XREADGROUP GROUP h c COUNT 1 STREAMS s
            < -ERR Unbalanced XREAD list of streams: for each stream key an ID or '$' must be specified.
            > SET string v
            < +OK
            > XGROUP CREATE string g 0 MKSTREAM
            < -WRONGTYPE Operation against a key holding the wrong kind of value
            > XREADGROUP GROUP h c STREAMS string >
            < -WRONGTYPE Operation against a key holding the wrong kind of value
            """#),
        Transcript(
            "XPENDING and XACK",
            #"""
            > XADD s 1-1 a 1
            < $3
            < 1-1
            > XADD s 1-2 a 2
            < $3
            < 1-2
            > XADD s 1-3 a 3
            < $3
            < 1-3
            > XGROUP CREATE s g 0
            < +OK
            > XPENDING s g
            < *4
            < :0
            < $-1
            < $-1
            < *-1
            > XREADGROUP GROUP g c COUNT 2 STREAMS s >
            < *1
            < *2
            < $1
            < s
            < *2
            < *2
            < $3
            < 1-1
            < *2
            < $1
            < a
            < $1
            < 1
            < *2
            < $3
            < 1-2
            < *2
            < $1
            < a
            < $1
            < 2
            > XREADGROUP GROUP g d STREAMS s >
            < *1
            < *2
            < $1
            < s
            < *1
            < *2
            < $3
            < 1-3
            < *2
            < $1
            < a
            < $1
            < 3
            > XPENDING s g
            < *4
            < :3
            < $3
            < 1-1
            < $3
            < 1-3
            < *2
            < *2
            < $1
            < c
            < $1
            < 2
            < *2
            < $1
            < d
            < $1
            < 1
            > XPENDING s g - + 10
            < *3
            < *4
            < $3
            < 1-1
            < $1
            < c
            < :0
            < :1
            < *4
            < $3
            < 1-2
            < $1
            < c
            < :0
            < :1
            < *4
            < $3
            < 1-3
            < $1
            < d
            < :0
            < :1
            > XPENDING s g (1-1 + 10 c
            < *1
            < *4
            < $3
            < 1-2
            < $1
            < c
            < :0
            < :1
            > XPENDING s g IDLE 100000 - + 10
            < *0
            > XPENDING s g - + 0
            < *0
            > XPENDING s g - + 10 nosuch
            < *0
            > XPENDING s g -
            < -ERR syntax error
            > XPENDING s g IDLE 5 - +
            < -ERR syntax error
            > XPENDING s g IDLE x - + 5
            < -ERR value is not an integer or out of range
            > XPENDING s g - + x
            < -ERR value is not an integer or out of range
            > XPENDING s g x + 5
            < -ERR Invalid stream ID specified as stream command argument
            > XPENDING s nosuch
            < -NOGROUP No such key 's' or consumer group 'nosuch'
            > XPENDING nosuch g - + 10
            < -NOGROUP No such key 'nosuch' or consumer group 'g'
            > XACK s g 1-1 1-1 9-9
            < :1
            > XACK s g 1-2 x
            < -ERR Invalid stream ID specified as stream command argument
            > XACK s nosuch 1-2
            < :0
            > XACK nosuch g x
            < :0
            > XPENDING s g
            < *4
            < :2
            < $3
            < 1-2
            < $3
            < 1-3
            < *2
            < *2
            < $1
            < c
            < $1
            < 1
            < *2
            < $1
            < d
            < $1
            < 1
            """#),
        Transcript(
            "XCLAIM and XAUTOCLAIM",
            #"""
            > XADD s 1-1 a 1
            < $3
            < 1-1
            > XADD s 1-2 a 2
            < $3
            < 1-2
            > XADD s 1-3 a 3
            < $3
            < 1-3
            > XGROUP CREATE s g 0
            < +OK
            > XREADGROUP GROUP g c COUNT 2 STREAMS s >
            < *1
            < *2
            < $1
            < s
            < *2
            < *2
            < $3
            < 1-1
            < *2
            < $1
            < a
            < $1
            < 1
            < *2
            < $3
            < 1-2
            < *2
            < $1
            < a
            < $1
            < 2
            > XCLAIM s g d 0 1-1 1-3
            < *1
            < *2
            < $3
            < 1-1
            < *2
            < $1
            < a
            < $1
            < 1
            > XCLAIM s g d 0 1-3 FORCE JUSTID
            < *1
            < $3
            < 1-3
            > XCLAIM s g d 100000 1-2
            < *0
            > XCLAIM s g e 0 1-2 RETRYCOUNT 7 IDLE 0 LASTID 1-3
            < *1
            < *2
            < $3
            < 1-2
            < *2
            < $1
            < a
            < $1
            < 2
            > XPENDING s g
            < *4
            < :3
            < $3
            < 1-1
            < $3
            < 1-3
            < *2
            < *2
            < $1
            < d
            < $1
            < 2
            < *2
            < $1
            < e
            < $1
            < 1
            > XDEL s 1-2
            < :1
            > XCLAIM s g c 0 1-2
            < *0
            > XPENDING s g
            < *4
            < :2
            < $3
            < 1-1
            < $3
            < 1-3
            < *1
            < *2
            < $1
            < d
            < $1
            < 2
            > XCLAIM s g c 0 x
            < -ERR Unrecognized XCLAIM option 'x'
            > XCLAIM s g c x 1-1
            < -ERR Invalid min-idle-time argument for XCLAIM
            > XCLAIM s g c 0 1-1 IDLE x
            < -ERR Invalid IDLE option argument for XCLAIM
            > XCLAIM s g c 0 1-1 TIME x
            < -ERR Invalid TIME option argument for XCLAIM
            > XCLAIM s g c 0 1-1 RETRYCOUNT x
            < -ERR Invalid RETRYCOUNT option argument for XCLAIM
            > XCLAIM s g c 0 1-1 LASTID x
            < -ERR Invalid stream ID specified as stream command argument
            > XCLAIM s g c 0 1-1 IDLE
            < -ERR Unrecognized XCLAIM option 'IDLE'
            > XCLAIM s nosuch c 0 1-1
            < -NOGROUP No such key 's' or consumer group 'nosuch'
            > XCLAIM nosuch g c x 1-1
            < -NOGROUP No such key 'nosuch' or consumer group 'g'
            > XAUTOCLAIM s g c 0 - COUNT 1
            < *3
            < $3
            < 1-3
            < *1
            < *2
            < $3
            < 1-1
            < *2
            < $1
            < a
            < $1
            < 1
            < *0
            > XAUTOCLAIM s g c 0 1-2 JUSTID
            < *3
            < $3
            < 0-0
            < *1
            < $3
            < 1-3
            < *0
            > XAUTOCLAIM s g c 100000 0
            < *3
            < $3
            < 0-0
            < *0
            < *0
            > XDEL s 1-1 1-3
            < :2
            > XAUTOCLAIM s g c 0 (0-5
            < *3
            < $3
            < 0-0
            < *0
            < *2
            < $3
            < 1-1
            < $3
            < 1-3
            > XAUTOCLAIM s g c x 0
            < -ERR Invalid min-idle-time argument for XAUTOCLAIM
            > XAUTOCLAIM s g c 0 x
            < -ERR Invalid stream ID specified as stream command argument
            > XAUTOCLAIM s g c 0 0 COUNT 0
            < -ERR COUNT must be > 0
            > XAUTOCLAIM s g c 0 0 foo
            < -ERR syntax error
            > XAUTOCLAIM s nosuch c 0 0
            < -NOGROUP No such key 's' or consumer group 'nosuch'
            """#),
        Transcript(
            "XINFO",
            #"""
            > XINFO STREAM nosuch
            < -ERR no such key
            > XADD s 1-1 a 1
            < $3
            < 1-1
            > XADD s 1-2 a 2
            < $3
            < 1-2
            > XADD s 1-3 a 3
            < $3
            < 1-3
            > XGROUP CREATE s g 0
            < +OK
            > XREADGROUP GROUP g c COUNT 1 STREAMS s >
            < *1
            < *2
            < $1
            < s
            < *1
            < *2
            < $3
            < 1-1
            < *2
            < $1
            < a
            < $1
            < 1
            > XINFO GROUPS s
            < *1
            < *12
            < $4
            < name
            < $1
            < g
            < $9
            < consumers
            < :1
            < $7
            < pending
            < :1
            < $17
            < last-delivered-id
            < $3
            < 1-1
            < $12
            < entries-read
            < :1
            < $3
            < lag
            < :2
            > XDEL s 1-2
            < :1
            > XINFO GROUPS s
            < *1
            < *12
            < $4
            < name
            < $1
            < g
            < $9
            < consumers
            < :1
            < $7
            < pending
            < :1
            < $17
            < last-delivered-id
            < $3
            < 1-1
            < $12
            < entries-read
            < :1
            < $3
            < lag
            < $-1
            > XREADGROUP GROUP g c STREAMS s >
            < *1
            < *2
            < $1
            < s
            < *1
            < *2
            < $3
            < 1-3
            < *2
            < $1
            < a
            < $1
            < 3
            > XINFO GROUPS s
            < *1
            < *12
            < $4
            < name
            < $1
            < g
            < $9
            < consumers
            < :1
            < $7
            < pending
            < :2
            < $17
            < last-delivered-id
            < $3
            < 1-3
            < $12
            < entries-read
            < :2
            < $3
            < lag
            < :1
            > XGROUP CREATE s h 1-2
            < +OK
            > XGROUP CREATE s i 9
            < +OK
            > XGROUP SETID s g 0
            < +OK
            > XINFO GROUPS s
            < *3
            < *12
            < $4
            < name
            < $1
            < g
            < $9
            < consumers
            < :1
            < $7
            < pending
            < :2
            < $17
            < last-delivered-id
            < $3
            < 0-0
            < $12
            < entries-read
            < $-1
            < $3
            < lag
            < $-1
            < *12
            < $4
            < name
            < $1
            < h
            < $9
            < consumers
            < :0
            < $7
            < pending
            < :0
            < $17
            < last-delivered-id
            < $3
            < 1-2
            < $12
            < entries-read
            < $-1
            < $3
            < lag
            < $-1
            < *12
            < $4
            < name
            < $1
            < i
            < $9
            < consumers
            < :0
            < $7
            < pending
            < :0
            < $17
            < last-delivered-id
            < $3
            < 9-0
            < $12
            < entries-read
            < $-1
            < $3
            < lag
            < $-1
            > XINFO STREAM s
            < *20
            < $6
            < length
            < :2
            < $15
            < radix-tree-keys
            < :1
            < $16
            < radix-tree-nodes
            < :2
            < $17
            < last-generated-id
            < $3
            < 1-3
            < $20
            < max-deleted-entry-id
            < $3
            < 1-2
            < $13
            < entries-added
            < :3
            < $23
            < recorded-first-entry-id
            < $3
            < 1-1
            < $6
            < groups
            < :3
            < $11
            < first-entry
            < *2
            < $3
            < 1-1
            < *2
            < $1
            < a
            < $1
            < 1
            < $10
            < last-entry
            < *2
            < $3
            < 1-3
            < *2
            < $1
            < a
            < $1
            < 3
            > XINFO STREAM s foo
            < -ERR unknown subcommand or wrong number of arguments for 'STREAM'. Try XINFO HELP.
            > XINFO STREAM s FULL COUNT
            < -ERR unknown subcommand or wrong number of arguments for 'STREAM'. Try XINFO HELP.
            > XINFO STREAM s FULL COUNT x
            < -ERR value is not an integer or out of range
            > XINFO STREAM s FULL foo 3
            < -ERR unknown subcommand or wrong number of arguments for 'STREAM'. Try XINFO HELP.
            > XINFO GROUPS s x
            < -ERR wrong number of arguments for 'xinfo|groups' command
            > XINFO foo s
            < -ERR unknown subcommand 'foo'. Try XINFO HELP.
            > XINFO CONSUMERS s nosuch
            < -NOGROUP No such consumer group 'nosuch' for key name 's'
            > XINFO CONSUMERS nosuch g
            < -ERR no such key
            > XINFO STREAM
            < -ERR wrong number of arguments for 'xinfo|stream' command
            """#),
        Transcript(
            "XINFO CONSUMERS and XINFO STREAM FULL, as of Redis 7.2",
            #"""
            > XADD s 1-1 a 1
            < $3
            < 1-1
            > XADD s 1-2 a 2
            < $3
            < 1-2
            > XGROUP CREATE s g 0
            < +OK
            > XGROUP CREATECONSUMER s g b
            < :1
            > XREADGROUP GROUP g a COUNT 1 STREAMS s >
            < *1
            < *2
            < $1
            < s
            < *1
            < *2
            < $3
            < 1-1
            < *2
            < $1
            < a
            < $1
            < 1
            @ 2500
            > XREADGROUP GROUP g b NOACK STREAMS s >
            < *1
            < *2
            < $1
            < s
            < *1
            < *2
            < $3
            < 1-2
            < *2
            < $1
            < a
            < $1
            < 2
            > XINFO CONSUMERS s g
            < *2
            < *8
            < $4
            < name
            < $1
            < a
            < $7
            < pending
            < :1
            < $4
            < idle
            < :2500
            < $8
            < inactive
            < :2500
            < *8
            < $4
            < name
            < $1
            < b
            < $7
            < pending
            < :0
            < $4
            < idle
            < :0
            < $8
            < inactive
            < :-1
            > XPENDING s g IDLE 2500 - + 5
            < *1
            < *4
            < $3
            < 1-1
            < $1
            < a
            < :2500
            < :1
            > XPENDING s g IDLE 2501 - + 5
            < *0
            > XCLAIM s g b 2501 1-1 JUSTID
            < *0
            > XCLAIM s g b 2500 1-1 TIME 1700000001000 JUSTID
            < *1
            < $3
            < 1-1
            > XAUTOCLAIM s g a 1501 0 JUSTID
            < *3
            < $3
            < 0-0
            < *0
            < *0
            > XINFO STREAM s FULL COUNT 1
            < *18
            < $6
            < length
            < :2
            < $15
            < radix-tree-keys
            < :1
            < $16
            < radix-tree-nodes
            < :2
            < $17
            < last-generated-id
            < $3
            < 1-2
            < $20
            < max-deleted-entry-id
            < $3
            < 0-0
            < $13
            < entries-added
            < :2
            < $23
            < recorded-first-entry-id
            < $3
            < 1-1
            < $7
            < entries
            < *1
            < *2
            < $3
            < 1-1
            < *2
            < $1
            < a
            < $1
            < 1
            < $6
            < groups
            < *1
            < *14
            < $4
            < name
            < $1
            < g
            < $17
            < last-delivered-id
            < $3
            < 1-2
            < $12
            < entries-read
            < :2
            < $3
            < lag
            < :0
            < $9
            < pel-count
            < :1
            < $7
            < pending
            < *1
            < *4
            < $3
            < 1-1
            < $1
            < b
            < :1700000001000
            < :1
            < $9
            < consumers
            < *2
            < *10
            < $4
            < name
            < $1
            < a
            < $9
            < seen-time
            < :1700000002500
            < $11
            < active-time
            < :1700000000000
            < $9
            < pel-count
            < :0
            < $7
            < pending
            < *0
            < *10
            < $4
            < name
            < $1
            < b
            < $9
            < seen-time
            < :1700000002500
            < $11
            < active-time
            < :1700000002500
            < $9
            < pel-count
            < :1
            < $7
            < pending
            < *1
            < *3
            < $3
            < 1-1
            < :1700000001000
            < :1
            """#),
    ]
}
