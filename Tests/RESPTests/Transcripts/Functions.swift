// Libraries of functions: how they are called, listed, replaced and taken elsewhere.
// Recorded from redis-server 7.0.15, but for HELP and HELLO's version.

extension Transcript {
    static let functions: [Transcript] = [
        Transcript(
            "a library is loaded, and its functions are called with keys and arguments",
            #"""
            > FUNCTION LOAD "#!lua name=mylib\nlocal n = 0\nredis.register_function('put', function(keys, args) redis.call('set', keys[1], args[1]) n = n + 1 return n end)"
            < $5
            < mylib
            > FUNCTION LOAD "#!lua name=other\nredis.register_function{function_name='get', callback=function(k) return redis.call('get', k[1]) end, flags={'no-writes'}, description='Reads'}"
            < $5
            < other
            > FCALL put 1 k v
            < :1
            > FCALL put 1 k w
            < :2
            > FCALL get 1 k
            < $1
            < w
            > FCALL GET 1 k
            < $1
            < w
            > FCALL_RO get 1 k
            < $1
            < w
            > FCALL_RO put 1 k v
            < -ERR Can not execute a script with write flag using *_ro command.
            > FCALL get 0
            < -ERR Lua redis lib command arguments must be strings or integers script: get, on @user_function:2.
            > FCALL nosuch 0
            < -ERR Function not found
            > FCALL put x
            < -ERR Bad number of keys provided
            > FCALL put 3 k
            < -ERR Number of keys can't be greater than number of args
            > FCALL put -1 k
            < -ERR Number of keys can't be negative
            > FCALL put
            < -ERR wrong number of arguments for 'fcall' command
            > FUNCTION LIST LIBRARYNAME mylib
            < *1
            < *6
            < $12
            < library_name
            < $5
            < mylib
            < $6
            < engine
            < $3
            < LUA
            < $9
            < functions
            < *1
            < *6
            < $4
            < name
            < $3
            < put
            < $11
            < description
            < $-1
            < $5
            < flags
            < *0
            > FUNCTION LIST LIBRARYNAME OTH* WITHCODE
            < *1
            < *8
            < $12
            < library_name
            < $5
            < other
            < $6
            < engine
            < $3
            < LUA
            < $9
            < functions
            < *1
            < *6
            < $4
            < name
            < $3
            < get
            < $11
            < description
            < $5
            < Reads
            < $5
            < flags
            < *1
            < +no-writes
            < $12
            < library_code
            < $160
            < #!lua name=other\nredis.register_function{function_name='get', callback=function(k) return redis.call('get', k[1]) end, flags={'no-writes'}, description='Reads'}
            > FUNCTION LIST LIBRARYNAME none
            < *0
            > FUNCTION LIST LIBRARYNAME
            < -ERR library name argument was not given
            > FUNCTION LIST WITHCODE WITHCODE
            < -ERR Unknown argument WITHCODE
            > FUNCTION STATS
            < *4
            < $14
            < running_script
            < $-1
            < $7
            < engines
            < *2
            < $3
            < LUA
            < *4
            < $15
            < libraries_count
            < :2
            < $15
            < functions_count
            < :2
            > FUNCTION KILL
            < -NOTBUSY No scripts in execution right now.
            > FUNCTION DELETE nosuch
            < -ERR Library not found
            > FUNCTION DELETE mylib
            < +OK
            > FCALL put 1 k v
            < -ERR Function not found
            > FUNCTION DELETE other
            < +OK
            > FCALL get 1 k
            < -ERR Function not found
            > FUNCTION LIST
            < *0
            """#),
        Transcript(
            "in version 3 libraries are maps, flags a set",
            #"""
            > HELLO 3 SETNAME x
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
            > FUNCTION LOAD "#!lua name=l\nredis.register_function{function_name='f', callback=function(k, a) return {map={a=1}} end, flags={'no-writes','allow-stale'}}"
            < $1
            < l
            > FUNCTION LIST
            < *1
            < %3
            < $12
            < library_name
            < $1
            < l
            < $6
            < engine
            < $3
            < LUA
            < $9
            < functions
            < *1
            < %3
            < $4
            < name
            < $1
            < f
            < $11
            < description
            < _
            < $5
            < flags
            < ~2
            < +no-writes
            < +allow-stale
            > FUNCTION STATS
            < %2
            < $14
            < running_script
            < _
            < $7
            < engines
            < %1
            < $3
            < LUA
            < %2
            < $15
            < libraries_count
            < :1
            < $15
            < functions_count
            < :1
            > FCALL f 0
            < %1
            < $1
            < a
            < :1
            """#),
        Transcript(
            "names are taken, and a library that does not load changes nothing",
            #"""
            > FUNCTION LOAD "#!lua name=a\nredis.register_function('f', function() return 1 end)"
            < $1
            < a
            > FUNCTION LOAD "#!lua name=a\nredis.register_function('g', function() return 2 end)"
            < -ERR Library 'a' already exists
            > FUNCTION LOAD "#!lua name=b\nredis.register_function('F', function() return 2 end)"
            < -ERR Function F already exists
            > FUNCTION LOAD "#!lua name=b\nredis.register_function('g', function() return 2 end)"
            < $1
            < b
            > FUNCTION LOAD REPLACE "#!lua name=b\nredis.register_function('f', function() return 3 end)"
            < -ERR Function f already exists
            > FUNCTION LOAD REPLACE "#!lua name=b\nreturn x"
            < -ERR Error registering functions: ERR user_function:2: Script attempted to access nonexistent global variable 'x'
            > FUNCTION LOAD REPLACE "#!lua name=b\n"
            < -ERR No functions registered
            > FCALL f 0
            < :1
            > FCALL g 0
            < :2
            > FUNCTION LOAD REPLACE "#!lua name=b\nredis.register_function('h', function() return 4 end)"
            < $1
            < b
            > FCALL g 0
            < -ERR Function not found
            > FCALL h 0
            < :4
            > FLUSHALL
            < +OK
            > FCALL h 0
            < :4
            > FUNCTION FLUSH SOON
            < -ERR FUNCTION FLUSH only supports SYNC|ASYNC option
            > FUNCTION FLUSH ASYNC SYNC
            < -ERR unknown subcommand or wrong number of arguments for 'FLUSH'. Try FUNCTION HELP.
            > FUNCTION FLUSH ASYNC
            < +OK
            > FCALL h 0
            < -ERR Function not found
            > FUNCTION STATS
            < *4
            < $14
            < running_script
            < $-1
            < $7
            < engines
            < *2
            < $3
            < LUA
            < *4
            < $15
            < libraries_count
            < :0
            < $15
            < functions_count
            < :0
            """#),
        Transcript(
            "libraries as bytes",
            #"""
            > FUNCTION DUMP
            < $10
            < \n\x00]\x9b\\@\x0f\x7f\xa2\xda
            > FUNCTION RESTORE "\n\x00]\x9b\\@\x0f\x7f\xa2\xda"
            < +OK
            > FUNCTION LOAD "#!lua name=a\nredis.register_function('f',print)"
            < -ERR Error registering functions: ERR user_function:2: Script attempted to access nonexistent global variable 'print'
            > FUNCTION LOAD "#!lua name=a\nlocal f=function() return 1 end redis.register_function('f',f)"
            < $1
            < a
            > FUNCTION DUMP
            < $88
            < \xf5@K#!lua name=a\nlocal f=function() return 1 end redis.register_function('f',f)\n\x00\x9c\xbcP\xebbsC*
            > FUNCTION RESTORE x
            < -ERR DUMP payload version or checksum are wrong
            > FUNCTION RESTORE x NEVER
            < -ERR Wrong restore policy given, value should be either FLUSH, APPEND or REPLACE.
            > FUNCTION RESTORE x APPEND y
            < -ERR unknown subcommand or wrong number of arguments for 'RESTORE'. Try FUNCTION HELP.
            > FUNCTION DELETE a
            < +OK
            > FUNCTION RESTORE "\xf5@K#!lua name=a\nlocal f=function() return 1 end redis.register_function('f',f)\n\x00\x9c\xbcP\xebbsC*"
            < +OK
            > FCALL f 0
            < :1
            > FUNCTION RESTORE "\xf5@K#!lua name=a\nlocal f=function() return 1 end redis.register_function('f',f)\n\x00\x9c\xbcP\xebbsC*"
            < -ERR Library a already exists
            > FUNCTION RESTORE "\xf5@K#!lua name=a\nlocal f=function() return 1 end redis.register_function('f',f)\n\x00\x9c\xbcP\xebbsC*" APPEND
            < -ERR Library a already exists
            > FUNCTION RESTORE "\xf5@K#!lua name=a\nlocal f=function() return 1 end redis.register_function('f',f)\n\x00\x9c\xbcP\xebbsC*" REPLACE
            < +OK
            > FUNCTION RESTORE "\xf5@K#!lua name=a\nlocal f=function() return 1 end redis.register_function('f',f)\n\x00\x9c\xbcP\xebbsC*" FLUSH
            < +OK
            > FUNCTION RESTORE "\n\x00]\x9b\\@\x0f\x7f\xa2\xda" FLUSH
            < +OK
            > FCALL f 0
            < -ERR Function not found
            """#),
        Transcript(
            "inside a transaction",
            #"""
            > MULTI
            < +OK
            > FUNCTION LOAD "#!lua name=a\nredis.register_function('f',function(k) return redis.call('incr',k[1]) end)"
            < +QUEUED
            > FCALL f 1 n
            < +QUEUED
            > FUNCTION DELETE a
            < +QUEUED
            > FCALL f 1 n
            < +QUEUED
            > EXEC
            < *4
            < $1
            < a
            < :1
            < +OK
            < -ERR Function not found
            > GET n
            < $1
            < 1
            """#),
        Transcript(
            "what FUNCTION can do",
            #"""
            > FUNCTION HELP
            < *19
            < +FUNCTION <subcommand> [<arg> [value] [opt] ...]. Subcommands are:
            < +FLUSH [ASYNC|SYNC]
            < +    Deletes all libraries.
            < +KILL
            < +    Ends the functions that are running, unless they have written.
            < +STATS
            < +    Tells which function is running, and how many there are.
            < +DUMP
            < +    Returns all libraries as bytes.
            < +DELETE library-name
            < +    Deletes a library and its functions.
            < +LOAD [REPLACE] function-code
            < +    Makes a library of functions.
            < +LIST [LIBRARYNAME library-name-pattern] [WITHCODE]
            < +    Describes libraries and their functions.
            < +HELP
            < +    Prints this help.
            < +RESTORE serialized-value [FLUSH|APPEND|REPLACE]
            < +    Makes the libraries of a payload that FUNCTION DUMP returned.
            """#),
    ]
}
