// DUMP and RESTORE.
// Recorded from redis-server 7.0.15.

extension Transcript {
    static let dumps: [Transcript] = [
        Transcript(
            "strings there and back",
            #"""
            > DUMP missing
            < $-1
            > SET k hello
            < +OK
            > DUMP k
            < $17
            < \x00\x05hello\n\x00cr\xdfve4 \n
            > RESTORE k 0 "\x00\x05hello\n\x00cr\xdfve4 \n"
            < -BUSYKEY Target key name already exists.
            > RESTORE k2 0 "\x00\x05hello\n\x00cr\xdfve4 \n"
            < +OK
            > GET k2
            < $5
            < hello
            > TTL k2
            < :-1
            > RESTORE k2 0 "\x00\x05hello\n\x00cr\xdfve4 \n"
            < -BUSYKEY Target key name already exists.
            > RESTORE k2 100000 "\x00\x05hello\n\x00cr\xdfve4 \n" REPLACE
            < +OK
            > TTL k2
            < :100
            > RESTORE k2 0 "\x00\x05hello\n\x00cr\xdfve4 \n" replace
            < +OK
            > TTL k2
            < :-1
            > RESTORE k2 4102444800000 "\x00\x05hello\n\x00cr\xdfve4 \n" REPLACE ABSTTL
            < +OK
            > PEXPIRETIME k2
            < :4102444800000
            > RESTORE k2 1 "\x00\x05hello\n\x00cr\xdfve4 \n" REPLACE ABSTTL
            < +OK
            > EXISTS k2
            < :0
            > RESTORE k2 9223372036854775807 "\x00\x05hello\n\x00cr\xdfve4 \n" ABSTTL
            < +OK
            > PEXPIRETIME k2
            < :9223372036854775807
            > DEL k2
            < :1
            > RESTORE k2 0 "\x00\x05hello\n\x00cr\xdfve4 \n" IDLETIME 1000
            < +OK
            > OBJECT IDLETIME k2
            < :1000
            > RESTORE k2 0 "\x00\x05hello\n\x00cr\xdfve4 \n" REPLACE FREQ 100
            < +OK
            > OBJECT ENCODING k2
            < $6
            < embstr
            > APPEND k2 !
            < :6
            > DUMP k2
            < $18
            < \x00\x06hello!\n\x00\x82\xb3\xf6J\xad\xef{\xfd
            > SET n -300
            < +OK
            > DUMP n
            < $14
            < \x00\xc1\xd4\xfe\n\x00\xc6\xc4\x86#\xfe\xbe\xde.
            > SET n 70000
            < +OK
            > DUMP n
            < $16
            < \x00\xc2p\x11\x01\x00\n\x00\x01\xa4\x08\xfe\x950\x95\xa5
            > RESTORE m 0 "\x00\xc2p\x11\x01\x00\n\x00\x01\xa4\b\xfe\x950\x95\xa5"
            < +OK
            > INCR m
            < :70001
            > OBJECT ENCODING m
            < $3
            < int
            > SET e ""
            < +OK
            > DUMP e
            < $12
            < \x00\x00\n\x00]\x9b\\@\x0f\x7f\xa2\xda
            > RESTORE e 0 "\x00\x00\n\x00]\x9b\\@\x0f\x7f\xa2\xda" REPLACE
            < +OK
            > STRLEN e
            < :0
            """#),
        Transcript(
            "what RESTORE refuses",
            #"""
            > DUMP
            < -ERR wrong number of arguments for 'dump' command
            > DUMP a b
            < -ERR wrong number of arguments for 'dump' command
            > RESTORE k 0
            < -ERR wrong number of arguments for 'restore' command
            > RESTORE k x "\x00\x05hello\n\x00cr\xdfve4 \n"
            < -ERR value is not an integer or out of range
            > RESTORE k -1 "\x00\x05hello\n\x00cr\xdfve4 \n"
            < -ERR Invalid TTL value, must be >= 0
            > RESTORE k -1 nonsense
            < -ERR Invalid TTL value, must be >= 0
            > RESTORE k 0 nonsense
            < -ERR DUMP payload version or checksum are wrong
            > RESTORE k 0 ""
            < -ERR DUMP payload version or checksum are wrong
            > RESTORE k 0 "\x00\x05hallo\n\x00cr\xdfve4 \n"
            < -ERR DUMP payload version or checksum are wrong
            > RESTORE k 0 "\x00\x05hello\x0c\x00cr\xdfve4 \n"
            < -ERR DUMP payload version or checksum are wrong
            > RESTORE k 0 "\x00\x05hello\n\x00cr\xdfve4 \n" FREQ
            < -ERR syntax error
            > RESTORE k 0 "\x00\x05hello\n\x00cr\xdfve4 \n" FREQ x
            < -ERR value is not an integer or out of range
            > RESTORE k 0 "\x00\x05hello\n\x00cr\xdfve4 \n" FREQ 256
            < -ERR Invalid FREQ value, must be >= 0 and <= 255
            > RESTORE k 0 "\x00\x05hello\n\x00cr\xdfve4 \n" FREQ -1
            < -ERR Invalid FREQ value, must be >= 0 and <= 255
            > RESTORE k 0 "\x00\x05hello\n\x00cr\xdfve4 \n" IDLETIME -1
            < -ERR Invalid IDLETIME value, must be >= 0
            > RESTORE k 0 "\x00\x05hello\n\x00cr\xdfve4 \n" IDLETIME x
            < -ERR value is not an integer or out of range
            > RESTORE k 0 "\x00\x05hello\n\x00cr\xdfve4 \n" IDLETIME 1 FREQ 1
            < -ERR syntax error
            > RESTORE k 0 "\x00\x05hello\n\x00cr\xdfve4 \n" FREQ 1 IDLETIME 1
            < -ERR syntax error
            > RESTORE k 0 "\x00\x05hello\n\x00cr\xdfve4 \n" XX
            < -ERR syntax error
            > EXISTS k
            < :0
            > SET k v
            < +OK
            > RESTORE k x nonsense
            < -BUSYKEY Target key name already exists.
            > RESTORE k 0 nonsense REPLACE
            < -ERR DUMP payload version or checksum are wrong
            > RESTORE k -1 nonsense REPLACE
            < -ERR Invalid TTL value, must be >= 0
            > RESTORE k 0 nonsense FREQ 256
            < -ERR Invalid FREQ value, must be >= 0 and <= 255
            > GET k
            < $1
            < v
            > RESTORE bad 0 "\x02\x00\x0a\x00:\xce9\x00\x9b\x899\xe8"
            < -ERR Bad data format
            > RESTORE bad 0 "\x02\x02\x01a\x01a\x0a\x00W\xbev/\xc2\xd6R:"
            < -ERR Bad data format
            > RESTORE bad 0 "c\x0a\x00\xae\x7f\x81\xd3\xec\xda\xe1\xfb"
            < -ERR Bad data format
            > RESTORE bad 0 "\x04\x01\x01f\x0a\x00\xa0Vp\x7f\xac\x0c+\xe8"
            < -ERR Bad data format
            > RESTORE bad 0 "\x10\x07\x08\x00\x00\x00\x00\x00\xff\x0a\x00\x86x\x11\xf0kc\xed\x9f"
            < -ERR Bad data format
            > RESTORE bad 0 "\x05\x01\x01a\x00\x00\x00\x00\x00\x00\xf8\x7f\x0a\x00\xf0\xf9)\xa9\x06TY'"
            < -ERR Bad data format
            > EXISTS bad
            < :0
            """#),
        Transcript(
            "collections there and back",
            #"""
            > RPUSH l a 1 -5
            < :3
            > DUMP l
            < $29
            < \x12\x01\x02\x0f\x0f\x00\x00\x00\x03\x00\x81a\x02\x01\x01\xdf\xfb\x02\xff\n\x00\xaf7@;\x85\xfeU9
            > SADD i 1 -2 300
            < :3
            > DUMP i
            < $26
            < \x0b\x0e\x02\x00\x00\x00\x03\x00\x00\x00\xfe\xff\x01\x00,\x01\n\x00[\n\xa8b\xf7\x94`\n
            > SADD s a
            < :1
            > DUMP s
            < $14
            < \x02\x01\x01a\n\x00b\x96\xe9~D\xd2\x1am
            > HSET h f v
            < :1
            > DUMP h
            < $25
            < \x10\r\r\x00\x00\x00\x02\x00\x81f\x02\x81v\x02\xff\n\x00 \xf1=D#T\x08\x9d
            > ZADD z 1 a -2 b
            < :2
            > DUMP z
            < $30
            < \x11\x12\x12\x00\x00\x00\x04\x00\x81b\x02\xdf\xfe\x02\x81a\x02\x01\x01\xff\n\x00\x04]I\xd6\xacsTY
            > MULTI
            < +OK
            > DUMP l
            < +QUEUED
            > RENAME l l2
            < +QUEUED
            > DUMP l2
            < +QUEUED
            > EXEC
            < *3
            < $29
            < \x12\x01\x02\x0f\x0f\x00\x00\x00\x03\x00\x81a\x02\x01\x01\xdf\xfb\x02\xff\n\x00\xaf7@;\x85\xfeU9
            < +OK
            < $29
            < \x12\x01\x02\x0f\x0f\x00\x00\x00\x03\x00\x81a\x02\x01\x01\xdf\xfb\x02\xff\n\x00\xaf7@;\x85\xfeU9
            > RESTORE x 0 "\x12\x01\x02\x0f\x0f\x00\x00\x00\x03\x00\x81a\x02\x01\x01\xdf\xfb\x02\xff\x0a\x00\xaf7@;\x85\xfeU9" REPLACE
            < +OK
            > LRANGE x 0 -1
            < *3
            < $1
            < a
            < $1
            < 1
            < $2
            < -5
            > LPUSH x y
            < :4
            > TYPE x
            < +list
            > RESTORE x 0 "\x0b\x0e\x02\x00\x00\x00\x03\x00\x00\x00\xfe\xff\x01\x00,\x01\x0a\x00[\x0a\xa8b\xf7\x94`\x0a" REPLACE
            < +OK
            > OBJECT ENCODING x
            < $6
            < intset
            > SADD x 7
            < :1
            > SCARD x
            < :4
            > RESTORE x 0 "\x02\x01\x01a\x0a\x00b\x96\xe9~D\xd2\x1am" REPLACE
            < +OK
            > SMEMBERS x
            < *1
            < $1
            < a
            > RESTORE x 0 "\x10\x0d\x0d\x00\x00\x00\x02\x00\x81f\x02\x81v\x02\xff\x0a\x00 \xf1=D#T\x08\x9d" REPLACE
            < +OK
            > HGETALL x
            < *2
            < $1
            < f
            < $1
            < v
            > OBJECT ENCODING x
            < $8
            < listpack
            > RESTORE x 0 "\x11\x12\x12\x00\x00\x00\x04\x00\x81b\x02\xdf\xfe\x02\x81a\x02\x01\x01\xff\x0a\x00\x04]I\xd6\xacsTY" REPLACE
            < +OK
            > ZRANGE x 0 -1 WITHSCORES
            < *4
            < $1
            < b
            < $2
            < -2
            < $1
            < a
            < $1
            < 1
            > OBJECT ENCODING x
            < $8
            < listpack
            > RESTORE x 0 "\x05\x01\xc3\x09@A\x01aa\xe04\x00\x01aa\x00\x00\x00\x00\x00\x00\xf0?\x0a\x00\xb81\x8b7\xfd\xa5(o" REPLACE
            < +OK
            > OBJECT ENCODING x
            < $8
            < skiplist
            > ZSCORE x aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
            < $1
            < 1
            > RESTORE x 0 "\x04\x01\x01f\xc3\x09@A\x01vv\xe04\x00\x01vv\x0a\x00=q\xbeR7\x86\xcfE" REPLACE
            < +OK
            > OBJECT ENCODING x
            < $9
            < hashtable
            > HSTRLEN x f
            < :65
            """#),
        Transcript(
            "streams there and back",
            #"""
            > RESTORE x 0 "\x13\x01\x10\x00\x00\x00\x00\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x01??\x00\x00\x00\x18\x00\x03\x01\x00\x01\x01\x01\x81a\x02\x00\x01\x02\x01\x00\x01\x00\x01\x81b\x02\x04\x01\x02\x01\x00\x01\x01\x01\x81c\x02\x04\x01\x00\x01\x04\x01\xdf\xff\x02\x02\x01\x81q\x02\x81r\x02\x81s\x02\x81t\x02\x08\x01\xff\x03\x05\x00\x01\x01\x00\x00\x03\x01\x01g\x05\x00\x03\x00\x00\x0a\x00A'\xb2.\xb1\xa8\xf6j"
            < +OK
            > TYPE x
            < +stream
            > OBJECT ENCODING x
            < $6
            < stream
            > DUMP x
            < $109
            < \x13\x01\x10\x00\x00\x00\x00\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x01??\x00\x00\x00\x18\x00\x03\x01\x00\x01\x01\x01\x81a\x02\x00\x01\x02\x01\x00\x01\x00\x01\x81b\x02\x04\x01\x02\x01\x00\x01\x01\x01\x81c\x02\x04\x01\x00\x01\x04\x01\xdf\xff\x02\x02\x01\x81q\x02\x81r\x02\x81s\x02\x81t\x02\x08\x01\xff\x03\x05\x00\x01\x01\x00\x00\x03\x01\x01g\x05\x00\x03\x00\x00\n\x00A'\xb2.\xb1\xa8\xf6j
            > COPY x y
            < :1
            > DUMP y
            < $109
            < \x13\x01\x10\x00\x00\x00\x00\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x01??\x00\x00\x00\x18\x00\x03\x01\x00\x01\x01\x01\x81a\x02\x00\x01\x02\x01\x00\x01\x00\x01\x81b\x02\x04\x01\x02\x01\x00\x01\x01\x01\x81c\x02\x04\x01\x00\x01\x04\x01\xdf\xff\x02\x02\x01\x81q\x02\x81r\x02\x81s\x02\x81t\x02\x08\x01\xff\x03\x05\x00\x01\x01\x00\x00\x03\x01\x01g\x05\x00\x03\x00\x00\n\x00A'\xb2.\xb1\xa8\xf6j
            > DEL x y
            < :2
            > RESTORE x 1000 "\x13\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01\x01g\x00\x00\x81\xff\xff\xff\xff\xff\xff\xff\xff\x00\x00\x0a\x00\xa0\x1a\x95=\xfb\x9c\xdd\xde"
            < +OK
            > TTL x
            < :1
            > DUMP x
            < $36
            < \x13\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01\x01g\x00\x00\x81\xff\xff\xff\xff\xff\xff\xff\xff\x00\x00\n\x00\xa0\x1a\x95=\xfb\x9c\xdd\xde
            > RESTORE bad 0 "\x13\x01\x10\x00\x00\x00\x00\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x01??\x00\x00\x00\x18\x00\x03\x01\x00\x01\x01\x01\x81a\x02\x00\x01\x02\x01\x00\x01\x00\x01\x81b\x02\x04\x01\x02\x01\x00\x01\x01\x01\x81c\x02\x04\x01\x00\x01\x04\x01\xdf\xff\x02\x02\x01\x81q\x02\x81r\x02\x81s\x02\x81t\x02\x08\x01\xff\x03\x05\x00\x01\x01\x00\x00\x03\x01\x01g\x05\x00\x03\x00\x01\x0a\x00\xff\x1f\xf2\xe0\x98\xf9\xe4\x9e"
            < -ERR Bad data format
            > EXISTS bad
            < :0
            > SADD x a
            < -WRONGTYPE Operation against a key holding the wrong kind of value
            """#),
    ]
}
