// Commands on the connection and the server.
// Recorded from redis-server 7.0.15.

extension Transcript {
    static let connection: [Transcript] = [
        Transcript(
            "PING, ECHO, RESET",
            #"""
            > PING
            < +PONG
            > PING hello
            < $5
            < hello
            > PING a b
            < -ERR wrong number of arguments for 'ping' command
            > ECHO hello
            < $5
            < hello
            > ECHO ""
            < $0
            <
            > ECHO
            < -ERR wrong number of arguments for 'echo' command
            > SELECT 3
            < +OK
            > CLIENT SETNAME me
            < +OK
            > RESET
            < +RESET
            > CLIENT GETNAME
            < $-1
            > RESET 1
            < -ERR wrong number of arguments for 'reset' command
            """#),
        Transcript(
            "AUTH without a password",
            #"""
            > AUTH x
            < -ERR AUTH <password> called without any password configured for the default user. Are you sure your configuration is correct?
            > AUTH default x
            < +OK
            > AUTH foo x
            < -WRONGPASS invalid username-password pair or user is disabled.
            > AUTH a b c
            < -ERR syntax error
            > AUTH
            < -ERR wrong number of arguments for 'auth' command
            """#),
        Transcript(
            "unknown commands",
            #"""
            > foo
            < -ERR unknown command 'foo', with args beginning with: 
            > foo a "b\r\nc"
            < -ERR unknown command 'foo', with args beginning with: 'a' 'b  c' 
            > "fo\x00o" "a\x00b"
            < -ERR unknown command 'fo', with args beginning with: 'a' 
            > "" x
            < -ERR unknown command '', with args beginning with: 'x' 
            > FOO ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff g
            < -ERR unknown command 'FOO', with args beginning with: 'ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff' 
            > FOO ab0 ab1 ab2 ab3 ab4 ab5 ab6 ab7 ab8 ab9 ab10 ab11 ab12 ab13 ab14 ab15 ab16 ab17 ab18 ab19 ab20 ab21
            < -ERR unknown command 'FOO', with args beginning with: 'ab0' 'ab1' 'ab2' 'ab3' 'ab4' 'ab5' 'ab6' 'ab7' 'ab8' 'ab9' 'ab10' 'ab11' 'ab12' 'ab13' 'ab14' 'ab15' 'ab16' 'ab17' 'ab18' 'ab19' 
            """#),
        Transcript(
            "CLIENT",
            #"""
            > CLIENT GETNAME
            < $-1
            > CLIENT SETNAME me
            < +OK
            > CLIENT GETNAME
            < $2
            < me
            > CLIENT SETNAME "a b"
            < -ERR Client names cannot contain spaces, newlines or special characters.
            > CLIENT SETNAME ""
            < +OK
            > CLIENT GETNAME
            < $-1
            > CLIENT LIST ID a
            < -ERR Invalid client ID
            > CLIENT LIST TYPE foo
            < -ERR Unknown client type 'foo'
            > CLIENT LIST FOO
            < -ERR syntax error
            > CLIENT LIST TYPE pubsub
            < $0
            <
            > CLIENT LIST ID 999999
            < $0
            <
            > CLIENT KILL 1.2.3.4:5
            < -ERR No such client
            > CLIENT KILL ID 999999
            < :0
            > CLIENT KILL ID a
            < -ERR client-id should be greater than 0
            > CLIENT KILL ID 0
            < -ERR client-id should be greater than 0
            > CLIENT KILL TYPE foo
            < -ERR Unknown client type 'foo'
            > CLIENT KILL FOO bar
            < -ERR syntax error
            > CLIENT KILL ADDR 1.1.1.1:1 SKIPME x
            < -ERR syntax error
            > CLIENT KILL USER foo
            < -ERR No such user 'foo'
            > CLIENT KILL TYPE pubsub SKIPME no
            < :0
            > CLIENT KILL LADDR 1.1.1.1:1
            < :0
            > CLIENT KILL
            < -ERR wrong number of arguments for 'client|kill' command
            > CLIENT FOO
            < -ERR unknown subcommand 'FOO'. Try CLIENT HELP.
            > CLIENT
            < -ERR wrong number of arguments for 'client' command
            """#),
        Transcript(
            "CONFIG",
            #"""
            > CONFIG GET databases
            < *2
            < $9
            < databases
            < $2
            < 16
            > CONFIG GET nosuch
            < *0
            > CONFIG GET data*s DATABASES
            < *2
            < $9
            < databases
            < $2
            < 16
            > CONFIG GET
            < -ERR wrong number of arguments for 'config|get' command
            > CONFIG SET foo
            < -ERR wrong number of arguments for 'config|set' command
            > CONFIG SET foo bar
            < -ERR Unknown option or number of arguments for CONFIG SET - 'foo'
            > CONFIG SET maxmemory 1 maxmemory 2
            < -ERR CONFIG SET failed (possibly related to argument 'maxmemory') - duplicate parameter
            > CONFIG SET maxmemory abc
            < -ERR CONFIG SET failed (possibly related to argument 'maxmemory') - argument must be a memory value
            > CONFIG SET databases 3
            < -ERR CONFIG SET failed (possibly related to argument 'databases') - can't set immutable config
            > CONFIG SET MAXMEMORY-POLICY allkeys-lru
            < +OK
            > CONFIG GET maxmemory-policy
            < *2
            < $16
            < maxmemory-policy
            < $11
            < allkeys-lru
            > CONFIG SET a b c
            < -ERR syntax error
            > CONFIG RESETSTAT
            < +OK
            > CONFIG RESETSTAT X
            < -ERR wrong number of arguments for 'config|resetstat' command
            > CONFIG REWRITE
            < -ERR The server is running without a config file
            > CONFIG FOO
            < -ERR unknown subcommand 'FOO'. Try CONFIG HELP.
            """#),
        Transcript(
            "COMMAND about its keys",
            #"""
            > COMMAND GETKEYS get a
            < *1
            < $1
            < a
            > COMMAND GETKEYS mset a 1 b 2
            < *2
            < $1
            < a
            < $1
            < b
            > COMMAND GETKEYS foo x
            < -ERR Invalid command specified
            > COMMAND GETKEYS object encoding x
            < *1
            < $1
            < x
            > COMMAND GETKEYS object foo x
            < -ERR Invalid command specified
            > COMMAND GETKEYSANDFLAGS set k v
            < *1
            < *2
            < $1
            < k
            < *2
            < +OW
            < +update
            > COMMAND GETKEYSANDFLAGS set k v ex 1 GET
            < *1
            < *2
            < $1
            < k
            < *3
            < +RW
            < +access
            < +update
            > COMMAND GETKEYSANDFLAGS bitfield k get u4 0
            < *1
            < *2
            < $1
            < k
            < *2
            < +RO
            < +access
            > COMMAND GETKEYSANDFLAGS bitfield k set u4 0 1
            < *1
            < *2
            < $1
            < k
            < *3
            < +RW
            < +access
            < +update
            > COMMAND GETKEYSANDFLAGS rename a b
            < *2
            < *2
            < $1
            < a
            < *3
            < +RW
            < +access
            < +delete
            < *2
            < $1
            < b
            < *2
            < +OW
            < +update
            > COMMAND INFO nosuch
            < *1
            < $-1
            > COMMAND DOCS nosuch
            < *0
            > COMMAND LIST FILTERBY MODULE x
            < *0
            > COMMAND LIST FILTERBY ACLCAT nosuch
            < *0
            > COMMAND LIST FILTERBY PATTERN ttl
            < *1
            < $3
            < ttl
            > COMMAND LIST FILTERBY FOO x
            < -ERR syntax error
            > COMMAND LIST FOO
            < -ERR syntax error
            > COMMAND INFO get mset rename
            < *3
            < *10
            < $3
            < get
            < :2
            < *2
            < +readonly
            < +fast
            < :1
            < :1
            < :1
            < *3
            < +@read
            < +@string
            < +@fast
            < *0
            < *1
            < *6
            < $5
            < flags
            < *2
            < +RO
            < +access
            < $12
            < begin_search
            < *4
            < $4
            < type
            < $5
            < index
            < $4
            < spec
            < *2
            < $5
            < index
            < :1
            < $9
            < find_keys
            < *4
            < $4
            < type
            < $5
            < range
            < $4
            < spec
            < *6
            < $7
            < lastkey
            < :0
            < $7
            < keystep
            < :1
            < $5
            < limit
            < :0
            < *0
            < *10
            < $4
            < mset
            < :-3
            < *2
            < +write
            < +denyoom
            < :1
            < :-1
            < :2
            < *3
            < +@write
            < +@string
            < +@slow
            < *2
            < $26
            < request_policy:multi_shard
            < $29
            < response_policy:all_succeeded
            < *1
            < *6
            < $5
            < flags
            < *2
            < +OW
            < +update
            < $12
            < begin_search
            < *4
            < $4
            < type
            < $5
            < index
            < $4
            < spec
            < *2
            < $5
            < index
            < :1
            < $9
            < find_keys
            < *4
            < $4
            < type
            < $5
            < range
            < $4
            < spec
            < *6
            < $7
            < lastkey
            < :-1
            < $7
            < keystep
            < :2
            < $5
            < limit
            < :0
            < *0
            < *10
            < $6
            < rename
            < :3
            < *1
            < +write
            < :1
            < :2
            < :1
            < *3
            < +@keyspace
            < +@write
            < +@slow
            < *0
            < *2
            < *6
            < $5
            < flags
            < *3
            < +RW
            < +access
            < +delete
            < $12
            < begin_search
            < *4
            < $4
            < type
            < $5
            < index
            < $4
            < spec
            < *2
            < $5
            < index
            < :1
            < $9
            < find_keys
            < *4
            < $4
            < type
            < $5
            < range
            < $4
            < spec
            < *6
            < $7
            < lastkey
            < :0
            < $7
            < keystep
            < :1
            < $5
            < limit
            < :0
            < *6
            < $5
            < flags
            < *2
            < +OW
            < +update
            < $12
            < begin_search
            < *4
            < $4
            < type
            < $5
            < index
            < $4
            < spec
            < *2
            < $5
            < index
            < :2
            < $9
            < find_keys
            < *4
            < $4
            < type
            < $5
            < range
            < $4
            < spec
            < *6
            < $7
            < lastkey
            < :0
            < $7
            < keystep
            < :1
            < $5
            < limit
            < :0
            < *0
            > COMMAND FOO
            < -ERR unknown subcommand 'FOO'. Try COMMAND HELP.
            """#),
        Transcript(
            "HELLO and its errors",
            #"""
            > HELLO 4
            < -NOPROTO unsupported protocol version
            > HELLO x
            < -ERR Protocol version is not an integer or out of range
            > HELLO 1
            < -NOPROTO unsupported protocol version
            > HELLO 3 AUTH a
            < -ERR Syntax error in HELLO option 'AUTH'
            > HELLO 3 AUTH a b
            < -WRONGPASS invalid username-password pair or user is disabled.
            > HELLO 3 SETNAME "a b"
            < -ERR Client names cannot contain spaces, newlines or special characters.
            > HELLO 3 foo
            < -ERR Syntax error in HELLO option 'foo'
            > HELLO 2 SETNAME
            < -ERR Syntax error in HELLO option 'SETNAME'
            > INFO nosuch
            < $0
            <
            """#),
    ]
}
