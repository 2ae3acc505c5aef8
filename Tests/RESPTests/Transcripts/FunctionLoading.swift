// Libraries of functions: what is none, and what one finds when it is loaded and when it is called.
// Recorded from redis-server 7.0.15.

extension Transcript {
    static let functionLoading: [Transcript] = [
        Transcript(
            "texts that are no libraries",
            #"""
            > FUNCTION LOAD ""
            < -ERR Missing library metadata
            > FUNCTION LOAD "#!lua"
            < -ERR Invalid library metadata
            > FUNCTION LOAD "#!lua\n"
            < -ERR Library name was not given
            > FUNCTION LOAD "#!lua name\n"
            < -ERR Invalid metadata value given: name
            > FUNCTION LOAD "#!lua name=\n"
            < -ERR Library names can only contain letters, numbers, or underscores(_) and must be at least one character long
            > FUNCTION LOAD "#!lua name=a-b\n"
            < -ERR Library names can only contain letters, numbers, or underscores(_) and must be at least one character long
            > FUNCTION LOAD "#!lua name=a name=b\n"
            < -ERR Invalid metadata value, name argument was given multiple times
            > FUNCTION LOAD "#!lua name=a flags=no-writes\n"
            < -ERR Invalid metadata value given: flags=no-writes
            > FUNCTION LOAD "#!js name=a\n"
            < -ERR Engine 'js' not found
            > FUNCTION LOAD "#!LUA NAME=a\n"
            < -ERR No functions registered
            > FUNCTION LOAD "#!lua name=a\nreturn ("
            < -ERR Error compiling function: user_function:2: unexpected symbol near '<eof>'
            > FUNCTION LOAD "#!lua name=a\nreturn 1"
            < -ERR No functions registered
            > FUNCTION LOAD
            < -ERR wrong number of arguments for 'function|load' command
            > FUNCTION LOAD REPLACE
            < -ERR Missing library metadata
            > FUNCTION LOAD TWICE "#!lua name=a\n"
            < -ERR Unknown option given: TWICE
            > FUNCTION nosuch
            < -ERR unknown subcommand 'nosuch'. Try FUNCTION HELP.
            > FUNCTION
            < -ERR wrong number of arguments for 'function' command
            """#),
        Transcript(
            "what a library finds while it is loaded",
            #"""
            > FUNCTION LOAD "#!lua name=a\nredis.call('ping')"
            < -ERR Error registering functions: ERR user_function:2: Script attempted to access nonexistent global variable 'call'
            > FUNCTION LOAD "#!lua name=a\nreturn math.pi"
            < -ERR Error registering functions: ERR user_function:2: Script attempted to access nonexistent global variable 'math'
            > FUNCTION LOAD "#!lua name=a\nx = 1"
            < -ERR Error registering functions: ERR user_function:2: Attempt to modify a readonly table
            > FUNCTION LOAD "#!lua name=a\nredis.x = 1"
            < -ERR Error registering functions: ERR user_function:2: Attempt to modify a readonly table
            > FUNCTION LOAD "#!lua name=a\nredis.register_function()"
            < -ERR Error registering functions: ERR wrong number of arguments to redis.register_function
            > FUNCTION LOAD "#!lua name=a\nredis.register_function('f')"
            < -ERR Error registering functions: ERR calling redis.register_function with a single argument is only applicable to Lua table (representing named arguments).
            > FUNCTION LOAD "#!lua name=a\nredis.register_function('f', 1)"
            < -ERR Error registering functions: ERR second argument to redis.register_function must be a function
            > FUNCTION LOAD "#!lua name=a\nredis.register_function({}, function() end)"
            < -ERR Error registering functions: ERR first argument to redis.register_function must be a string
            > FUNCTION LOAD "#!lua name=a\nredis.register_function('f-g', function() end)"
            < -ERR Error registering functions: ERR Library names can only contain letters, numbers, or underscores(_) and must be at least one character long
            > FUNCTION LOAD "#!lua name=a\nredis.register_function('f', function() end) redis.register_function('f', function() end)"
            < -ERR Error registering functions: ERR Function already exists in the library
            > FUNCTION LOAD "#!lua name=a\nredis.register_function{}"
            < -ERR Error registering functions: ERR redis.register_function must get a function name argument
            > FUNCTION LOAD "#!lua name=a\nredis.register_function{function_name='f'}"
            < -ERR Error registering functions: ERR redis.register_function must get a callback argument
            > FUNCTION LOAD "#!lua name=a\nredis.register_function{function_name={}}"
            < -ERR Error registering functions: ERR function_name argument given to redis.register_function must be a string
            > FUNCTION LOAD "#!lua name=a\nredis.register_function{function_name='f', callback=1}"
            < -ERR Error registering functions: ERR callback argument given to redis.register_function must be a function
            > FUNCTION LOAD "#!lua name=a\nredis.register_function{function_name='f', callback=function() end, flags=1}"
            < -ERR Error registering functions: ERR flags argument to redis.register_function must be a table representing function flags
            > FUNCTION LOAD "#!lua name=a\nredis.register_function{function_name='f', callback=function() end, flags={'x'}}"
            < -ERR Error registering functions: ERR unknown flag given
            > FUNCTION LOAD "#!lua name=a\nredis.register_function{function_name='f', callback=function() end, description={}}"
            < -ERR Error registering functions: ERR description argument given to redis.register_function must be a string
            > FUNCTION LOAD "#!lua name=a\nredis.register_function{function_name='f', callback=function() end, other=1}"
            < -ERR Error registering functions: ERR unknown argument given to redis.register_function
            > FUNCTION LOAD "#!lua name=a\nredis.register_function{[1]='f'}"
            < -ERR Error registering functions: ERR unknown argument given to redis.register_function
            > FUNCTION LOAD "#!lua name=a\nredis.register_function{[{}]='f'}"
            < -ERR Error registering functions: ERR named argument key given to redis.register_function is not a string
            > FUNCTION LIST
            < *0
            """#),
        Transcript(
            "what a function finds",
            #"""
            > FUNCTION LOAD "#!lua name=a\nlocal early = redis\nredis.register_function('late', function() return early.register_function('x', function() end) end)"
            < $1
            < a
            > FUNCTION LOAD "#!lua name=b\nredis.register_function('none', function() return redis.register_function('x', function() end) end)\nredis.register_function('keys', function() return KEYS end)"
            < $1
            < b
            > FUNCTION LOAD "#!lua name=c\nredis.register_function('write', function() x = 1 end)\nredis.register_function('nest', function() return redis.call('fcall', 'keys', '0') end)"
            < $1
            < c
            > FUNCTION LOAD "#!lua name=d\nredis.register_function('fail', function() return error({err='X y'}) end)\nredis.register_function('wrong', function() return redis.call('get') end)"
            < $1
            < d
            > FUNCTION LOAD "#!lua name=e\nredis.register_function('math', function() return math.floor(2.5) end)"
            < $1
            < e
            > FCALL late 0
            < -ERR redis.register_function can only be called on FUNCTION LOAD command script: late, on @user_function:3.
            > FCALL none 0
            < -ERR user_function:2: attempt to call field 'register_function' (a nil value) script: none, on @user_function:2.
            > FCALL keys 0
            < -ERR user_function:3: Script attempted to access nonexistent global variable 'KEYS' script: keys, on @user_function:3.
            > FCALL write 0
            < -ERR user_function:2: Attempt to modify a readonly table script: write, on @user_function:2.
            > FCALL nest 0
            < -ERR This Redis command is not allowed from script script: nest, on @user_function:3.
            > FCALL fail 0
            < -X y script: fail, on @user_function:2.
            > FCALL wrong 0
            < -ERR Wrong number of args calling Redis command from script script: wrong, on @user_function:3.
            > FCALL math 0
            < :2
            > EVAL "return redis.call('fcall', 'math', '0')" 0
            < -ERR This Redis command is not allowed from script script: 29fc1de5e5fd28bdf76f951c470d72a9c89850b6, on @user_script:1.
            """#),
    ]
}
