// Commands on the entries of streams.
// Recorded from redis-server 7.0.15.

extension Transcript {
    static let streams: [Transcript] = [
        Transcript(
            "XADD",
            #"""
            > XADD s 1-1 a 1 b 2
            < $3
            < 1-1
            > XADD s 1-* a 3 b 4
            < $3
            < 1-2
            > XADD s 2-* a 5 b 6
            < $3
            < 2-0
            > XADD s 5 c 7
            < $3
            < 5-0
            > XLEN s
            < :4
            > XRANGE s - +
            < *4
            < *2
            < $3
            < 1-1
            < *4
            < $1
            < a
            < $1
            < 1
            < $1
            < b
            < $1
            < 2
            < *2
            < $3
            < 1-2
            < *4
            < $1
            < a
            < $1
            < 3
            < $1
            < b
            < $1
            < 4
            < *2
            < $3
            < 2-0
            < *4
            < $1
            < a
            < $1
            < 5
            < $1
            < b
            < $1
            < 6
            < *2
            < $3
            < 5-0
            < *2
            < $1
            < c
            < $1
            < 7
            > XADD s 5 x y
            < -ERR The ID specified in XADD is equal or smaller than the target stream top item
            > XADD s 4-9 x y
            < -ERR The ID specified in XADD is equal or smaller than the target stream top item
            > XADD s 0-0 x y
            < -ERR The ID specified in XADD must be greater than 0-0
            > XADD s 0-* x y
            < -ERR The ID specified in XADD is equal or smaller than the target stream top item
            > XADD s 1-1-1 x y
            < -ERR Invalid stream ID specified as stream command argument
            > XADD s + x y
            < -ERR Invalid stream ID specified as stream command argument
            > XADD s " 7" x y
            < $3
            < 7-0
            > XADD s x x y
            < -ERR Invalid stream ID specified as stream command argument
            > XADD s * x
            < -ERR wrong number of arguments for 'xadd' command
            > XADD s * x y z
            < -ERR wrong number of arguments for 'xadd' command
            > XADD nosuch NOMKSTREAM 1-1 a b
            < $-1
            > XADD fresh 0-* a b
            < $3
            < 0-1
            > TYPE fresh
            < +stream
            > OBJECT ENCODING fresh
            < $6
            < stream
            > XADD s 18446744073709551615-18446744073709551614 a b
            < $41
            < 18446744073709551615-18446744073709551614
            > XADD s 18446744073709551615-* a b
            < $41
            < 18446744073709551615-18446744073709551615
            > XADD s * a b
            < -ERR The stream has exhausted the last possible ID, unable to add more items
            > SET string v
            < +OK
            > XADD string 1-1 a b
            < -WRONGTYPE Operation against a key holding the wrong kind of value
            > XLEN string
            < -WRONGTYPE Operation against a key holding the wrong kind of value
            > XLEN nosuch
            < :0
            > XADD s
            < -ERR wrong number of arguments for 'xadd' command
            """#),
        Transcript(
            "MAXLEN, MINID and XTRIM",
            #"""
            > XADD s 1-1 a 1
            < $3
            < 1-1
            > XADD s MAXLEN 2 1-2 a 2
            < $3
            < 1-2
            > XADD s MAXLEN = 2 1-3 a 3
            < $3
            < 1-3
            > XRANGE s - +
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
            > XADD s MAXLEN ~ 1 1-4 a 4
            < $3
            < 1-4
            > XLEN s
            < :3
            > XADD s MINID 1-4 1-5 a 5
            < $3
            < 1-5
            > XRANGE s - + COUNT 1
            < *1
            < *2
            < $3
            < 1-4
            < *2
            < $1
            < a
            < $1
            < 4
            > XADD s MINID ~ 9 LIMIT 0 1-6 a 6
            < $3
            < 1-6
            > XTRIM s MAXLEN 2
            < :0
            > XTRIM s MAXLEN ~ 0
            < :0
            > XTRIM s MINID = 1-6
            < :0
            > XTRIM s MAXLEN 0
            < :0
            > EXISTS s
            < :1
            > XTRIM nosuch MAXLEN 0
            < :0
            > XTRIM s MAXLEN 1 MINID 2
            < -ERR syntax error, MAXLEN and MINID options at the same time are not compatible
            > XTRIM s MAXLEN -1
            < -ERR The MAXLEN argument must be >= 0.
            > XTRIM s MAXLEN x
            < -ERR value is not an integer or out of range
            > XTRIM s MINID x
            < -ERR Invalid stream ID specified as stream command argument
            > XTRIM s MAXLEN ~ 5 LIMIT -1
            < -ERR The LIMIT argument must be >= 0.
            > XTRIM s MAXLEN 5 LIMIT 1
            < -ERR syntax error, LIMIT cannot be used without the special ~ option
            > XTRIM s LIMIT 5
            < -ERR syntax error, LIMIT cannot be used without specifying a trimming strategy
            > XTRIM s LIMIT 0
            < -ERR syntax error, XTRIM must be called with a trimming strategy
            > XTRIM s foo 5
            < -ERR syntax error
            > XADD s LIMIT 5 9-1 a b
            < -ERR syntax error, LIMIT cannot be used without specifying a trimming strategy
            > XADD s LIMIT 0 9-1 a b
            < -ERR syntax error, LIMIT cannot be used without the special ~ option
            > XADD s MAXLEN 5 LIMIT 5 9-1 a b
            < -ERR syntax error, LIMIT cannot be used without the special ~ option
            > XTRIM string MAXLEN
            < -ERR wrong number of arguments for 'xtrim' command
            """#),
        Transcript(
            "XRANGE and XREVRANGE",
            #"""
            > XADD s 1-1 a 1
            < $3
            < 1-1
            > XADD s 1-2 a 2
            < $3
            < 1-2
            > XADD s 2-1 b 3
            < $3
            < 2-1
            > XADD s 3-1 a 4
            < $3
            < 3-1
            > XRANGE s 1 1
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
            > XRANGE s (1-1 (3-1
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
            < 2-1
            < *2
            < $1
            < b
            < $1
            < 3
            > XREVRANGE s 2 1-2
            < *2
            < *2
            < $3
            < 2-1
            < *2
            < $1
            < b
            < $1
            < 3
            < *2
            < $3
            < 1-2
            < *2
            < $1
            < a
            < $1
            < 2
            > XREVRANGE s + - COUNT 1
            < *1
            < *2
            < $3
            < 3-1
            < *2
            < $1
            < a
            < $1
            < 4
            > XRANGE s 2-1 2-1
            < *1
            < *2
            < $3
            < 2-1
            < *2
            < $1
            < b
            < $1
            < 3
            > XRANGE s 3 1
            < *0
            > XRANGE s - + COUNT 0
            < *-1
            > XRANGE s - + COUNT -1
            < *-1
            > XRANGE s - + COUNT x
            < -ERR value is not an integer or out of range
            > XRANGE s - + COUNT
            < -ERR syntax error
            > XRANGE s - + foo 1
            < -ERR syntax error
            > XRANGE s ( +
            < -ERR Invalid stream ID specified as stream command argument
            > XRANGE s (- +
            < -ERR Invalid stream ID specified as stream command argument
            > XRANGE s x +
            < -ERR Invalid stream ID specified as stream command argument
            > XRANGE s (18446744073709551615-18446744073709551615 +
            < -ERR invalid start ID for the interval
            > XRANGE s - (0-0
            < -ERR invalid end ID for the interval
            > XRANGE nosuch - +
            < *0
            > XREVRANGE nosuch x -
            < -ERR Invalid stream ID specified as stream command argument
            """#),
        Transcript(
            "XDEL and XSETID",
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
            > XDEL s 1-2 1-2 7-7
            < :1
            > XDEL s 1-1 x
            < -ERR Invalid stream ID specified as stream command argument
            > XRANGE s - +
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
            < 1-3
            < *2
            < $1
            < a
            < $1
            < 3
            > XDEL nosuch x
            < :0
            > XDEL s 1-1 1-3
            < :2
            > EXISTS s
            < :1
            > XINFO STREAM s
            < *20
            < $6
            < length
            < :0
            < $15
            < radix-tree-keys
            < :0
            < $16
            < radix-tree-nodes
            < :1
            < $17
            < last-generated-id
            < $3
            < 1-3
            < $20
            < max-deleted-entry-id
            < $3
            < 1-3
            < $13
            < entries-added
            < :3
            < $23
            < recorded-first-entry-id
            < $3
            < 0-0
            < $6
            < groups
            < :0
            < $11
            < first-entry
            < $-1
            < $10
            < last-entry
            < $-1
            > XSETID s 5-5
            < +OK
            > XADD s 5-5 a b
            < -ERR The ID specified in XADD is equal or smaller than the target stream top item
            > XADD s 5-6 a b
            < $3
            < 5-6
            > XSETID s 5-4
            < -ERR The ID specified in XSETID is smaller than the target stream top item
            > XSETID s 9 ENTRIESADDED 0
            < -ERR The entries_added specified in XSETID is smaller than the target stream length
            > XSETID s 9 ENTRIESADDED -1
            < -ERR entries_added must be positive
            > XSETID s 9 ENTRIESADDED x
            < -ERR value is not an integer or out of range
            > XSETID s 9 MAXDELETEDID 10
            < -ERR The ID specified in XSETID is smaller than the provided max_deleted_entry_id
            > XSETID s 9 ENTRIESADDED 7 MAXDELETEDID 8-1
            < +OK
            > XSETID s 9 foo
            < -ERR syntax error
            > XSETID s x
            < -ERR Invalid stream ID specified as stream command argument
            > XSETID nosuch 1
            < -ERR no such key
            > XINFO STREAM s
            < *20
            < $6
            < length
            < :1
            < $15
            < radix-tree-keys
            < :1
            < $16
            < radix-tree-nodes
            < :2
            < $17
            < last-generated-id
            < $3
            < 9-0
            < $20
            < max-deleted-entry-id
            < $3
            < 8-1
            < $13
            < entries-added
            < :7
            < $23
            < recorded-first-entry-id
            < $3
            < 5-6
            < $6
            < groups
            < :0
            < $11
            < first-entry
            < *2
            < $3
            < 5-6
            < *2
            < $1
            < a
            < $1
            < b
            < $10
            < last-entry
            < *2
            < $3
            < 5-6
            < *2
            < $1
            < a
            < $1
            < b
            > COPY s t
            < :1
            > XRANGE t - +
            < *1
            < *2
            < $3
            < 5-6
            < *2
            < $1
            < a
            < $1
            < b
            > XADD t 10-1 c d
            < $4
            < 10-1
            > XLEN s
            < :1
            """#),
        Transcript(
            "XREAD",
            #"""
            > XADD s 1-1 a 1
            < $3
            < 1-1
            > XADD s 1-2 a 2
            < $3
            < 1-2
            > XADD t 5-1 b 3
            < $3
            < 5-1
            > XREAD STREAMS s 0
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
            > XREAD COUNT 1 STREAMS s t 1-1 0
            < *2
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
            < *2
            < $1
            < t
            < *1
            < *2
            < $3
            < 5-1
            < *2
            < $1
            < b
            < $1
            < 3
            > XREAD COUNT 0 STREAMS t 4
            < *1
            < *2
            < $1
            < t
            < *1
            < *2
            < $3
            < 5-1
            < *2
            < $1
            < b
            < $1
            < 3
            > XREAD STREAMS s t nosuch $ 5-1 0
            < *-1
            > XREAD STREAMS s 18446744073709551615-18446744073709551615
            < *-1
            > XREAD STREAMS s
            < -ERR wrong number of arguments for 'xread' command
            > XREAD STREAMS s t 0
            < -ERR Unbalanced XREAD list of streams: for each stream key an ID or '$' must be specified.
            > XREAD COUNT x STREAMS s 0
            < -ERR value is not an integer or out of range
            > XREAD COUNT 1 s 0
            < -ERR syntax error
            > XREAD STREAMS s x
            < -ERR Invalid stream ID specified as stream command argument
            > XREAD STREAMS s >
            < -ERR The > ID can be specified only when calling XREADGROUP using the GROUP <group> <consumer> option.
            > XREAD STREAMS s -
            < -ERR Invalid stream ID specified as stream command argument
            > XREAD GROUP g c STREAMS s 0
            < -ERR The GROUP option is only supported by XREADGROUP. You called XREAD instead.
            > XREAD NOACK STREAMS s 0
            < -ERR The NOACK option is only supported by XREADGROUP. You called XREAD instead.
            > XREAD COUNT 5 NOACK
            < -ERR The NOACK option is only supported by XREADGROUP. You called XREAD instead.
            > SET string v
            < +OK
            > XREAD STREAMS s string 0 0
            < -WRONGTYPE Operation against a key holding the wrong kind of value
            """#),
        Transcript(
            "streams in version 3",
            #"""
            > HELLO 3
            < %7
            < $6
            < server
            < $5
            < redis
            < $7
            < version
            < $5
            < 7.2.0
            < $5
            < proto
            < :3
            < $2
            < id
            < :7
            < $4
            < mode
            < $10
            < standalone
            < $4
            < role
            < $6
            < master
            < $7
            < modules
            < *0
            > XADD s 1-1 a 1
            < $3
            < 1-1
            > XRANGE s - +
            < *1
            < *2
            < $3
            < 1-1
            < *2
            < $1
            < a
            < $1
            < 1
            > XRANGE s - + COUNT 0
            < _
            > XREAD STREAMS s t 0 0
            < %1
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
            > XREAD STREAMS s 1-1
            < _
            > XGROUP CREATE s g 0
            < +OK
            > XREADGROUP GROUP g c STREAMS s >
            < %1
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
            > XDEL s 1-1
            < :1
            > XREADGROUP GROUP g c STREAMS s 0
            < %1
            < $1
            < s
            < *1
            < *2
            < $3
            < 1-1
            < _
            > XPENDING s g - + 1 c
            < *1
            < *4
            < $3
            < 1-1
            < $1
            < c
            < :0
            < :1
            > XACK s g 1-1
            < :1
            > XPENDING s g
            < *4
            < :0
            < _
            < _
            < _
            > XINFO GROUPS s
            < *1
            < %6
            < $4
            < name
            < $1
            < g
            < $9
            < consumers
            < :1
            < $7
            < pending
            < :0
            < $17
            < last-delivered-id
            < $3
            < 1-1
            < $12
            < entries-read
            < :1
            < $3
            < lag
            < :0
            """#),
    ]
}
