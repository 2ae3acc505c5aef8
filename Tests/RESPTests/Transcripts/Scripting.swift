// Scripts: how they are run, what they find, what becomes of their values.
// Recorded from redis-server 7.0.15.

extension Transcript {
    static let scripting: [Transcript] = [
        Transcript(
            "a script has keys and arguments, and returns values",
            #"""
            > EVAL "return {KEYS[1],KEYS[2],ARGV[1],#KEYS,#ARGV}" 2 a b c
            < *5
            < $1
            < a
            < $1
            < b
            < $1
            < c
            < :2
            < :1
            > eval "return redis.call('set', KEYS[1], ARGV[1])" 1 k v
            < +OK
            > GET k
            < $1
            < v
            > EVAL "return redis.call('get', KEYS[1])" 1 k
            < $1
            < v
            > EVAL "return redis.call('get', KEYS[1])" 1 nokey
            < $-1
            > EVAL "return {redis.call('incr', KEYS[1]), redis.call('incrby', KEYS[1], 5), redis.call('mget', KEYS[1], KEYS[2])}" 2 n nokey
            < *3
            < :1
            < :6
            < *2
            < $1
            < 6
            < $-1
            > EVAL "redis.call('rpush', KEYS[1], unpack(ARGV)) return redis.call('lrange', KEYS[1], 0, -1)" 1 l a b c
            < *3
            < $1
            < a
            < $1
            < b
            < $1
            < c
            > EVAL "redis.call('set', KEYS[1], 0.1) return redis.call('get', KEYS[1])" 1 d
            < $19
            < 0.10000000000000001
            > EVAL "redis.call('select', 3) redis.call('set', KEYS[1], 'in 3') return redis.call('get', KEYS[1])" 1 k
            < $4
            < in 3
            > GET k
            < $1
            < v
            """#),
        Transcript(
            "requests that name no script, or no number of keys",
            #"""
            > EVAL "return 1"
            < -ERR wrong number of arguments for 'eval' command
            > EVAL "return 1" x
            < -ERR value is not an integer or out of range
            > EVAL "return 1" -1
            < -ERR Number of keys can't be negative
            > EVAL "return 1" 1
            < -ERR Number of keys can't be greater than number of args
            > EVALSHA x 0
            < -NOSCRIPT No matching script. Please use EVAL.
            > EVALSHA ffffffffffffffffffffffffffffffffffffffff 0
            < -NOSCRIPT No matching script. Please use EVAL.
            > EVALSHA_RO ffffffffffffffffffffffffffffffffffffffff 0
            < -NOSCRIPT No matching script. Please use EVAL.
            > EVAL "return (" 0
            < -ERR Error compiling script (new function): user_script:1: unexpected symbol near '<eof>'
            > EVAL #!lua 0
            < -ERR Invalid script shebang
            > EVAL "#!js\nreturn 1" 0
            < -ERR Unexpected engine in script shebang: #!js
            > EVAL "#!lua flags=foo\nreturn 1" 0
            < -ERR Unexpected flag in script shebang: foo
            > EVAL "#!lua name=x\nreturn 1" 0
            < -ERR Unknown lua shebang option: name=x
            > EVAL "#!lua flags=no-writes,allow-oom\nreturn 1" 0
            < :1
            > EVAL "#!lua flags=no-writes\nreturn redis.call('set','a',1)" 0
            < -ERR Write commands are not allowed from read-only scripts. script: 36dfcf40eac5d9221c568698818560e04c0903bd, on @user_script:2.
            > EVAL_RO "return redis.call('set', KEYS[1], 1)" 1 a
            < -ERR Write commands are not allowed from read-only scripts. script: 2b58b113dac432e64a65f3ae35a5bac7217348a6, on @user_script:1.
            > EVAL_RO "return redis.call('get', KEYS[1])" 1 a
            < $-1
            > EVAL_RO "#!lua\nreturn 1" 0
            < -ERR Can not execute a script with write flag using *_ro command.
            """#),
        Transcript(
            "the cache of scripts",
            #"""
            > SCRIPT LOAD "return ARGV[1]"
            < $40
            < 098e0f0d1448c0a81dafe820f66d460eb09263da
            > EVALSHA 098e0f0d1448c0a81dafe820f66d460eb09263da 0 x
            < $1
            < x
            > EVALSHA 098E0F0D1448C0A81DAFE820F66D460EB09263DA 0 y
            < $1
            < y
            > EVALSHA_RO 098e0f0d1448c0a81dafe820f66d460eb09263da 0 z
            < $1
            < z
            > SCRIPT EXISTS 098e0f0d1448c0a81dafe820f66d460eb09263da x
            < *2
            < :1
            < :0
            > SCRIPT LOAD "return ("
            < -ERR Error compiling script (new function): user_script:1: unexpected symbol near '<eof>'
            > SCRIPT LOAD "#!lua flags=zz\nreturn 1"
            < -ERR Unexpected flag in script shebang: zz
            > SCRIPT FLUSH x
            < -ERR SCRIPT FLUSH only support SYNC|ASYNC option
            > SCRIPT FLUSH
            < +OK
            > SCRIPT FLUSH ASYNC
            < +OK
            > SCRIPT FLUSH sync
            < +OK
            > SCRIPT EXISTS 098e0f0d1448c0a81dafe820f66d460eb09263da
            < *1
            < :0
            > EVALSHA 098e0f0d1448c0a81dafe820f66d460eb09263da 0 x
            < -NOSCRIPT No matching script. Please use EVAL.
            > SCRIPT KILL
            < -NOTBUSY No scripts in execution right now.
            > SCRIPT DEBUG NO
            < +OK
            > SCRIPT DEBUG maybe
            < -ERR Use SCRIPT DEBUG YES/SYNC/NO
            > SCRIPT NOPE
            < -ERR unknown subcommand 'NOPE'. Try SCRIPT HELP.
            > SCRIPT
            < -ERR wrong number of arguments for 'script' command
            > SCRIPT LOAD
            < -ERR wrong number of arguments for 'script|load' command
            """#),
        Transcript(
            "what values become in version 2",
            #"""
            > EVAL "return 3.99" 0
            < :3
            > EVAL "return -3.99" 0
            < :-3
            > EVAL "return 1e300" 0
            < :-9223372036854775808
            > EVAL "return 0/0" 0
            < :-9223372036854775808
            > EVAL "return true" 0
            < :1
            > EVAL "return false" 0
            < $-1
            > EVAL "return nil" 0
            < $-1
            > EVAL "return {1,2,nil,4}" 0
            < *2
            < :1
            < :2
            > EVAL "return {}" 0
            < *0
            > EVAL "return function() end" 0
            < $-1
            > EVAL "return {1,{2,{3,'x',true,false}}}" 0
            < *2
            < :1
            < *2
            < :2
            < *4
            < :3
            < $1
            < x
            < :1
            < $-1
            > EVAL "return {ok='fine'}" 0
            < +fine
            > EVAL "return {err='foo'}" 0
            < -foo
            > EVAL "return {err='a\\r\\nb'}" 0
            < -a  b
            > EVAL "return {ok=5}" 0
            < *0
            > EVAL "return {double=3.5}" 0
            < $3
            < 3.5
            > EVAL "return {map={a=1}}" 0
            < *2
            < $1
            < a
            < :1
            > EVAL "return {set={a=true}}" 0
            < *1
            < $1
            < a
            > EVAL "return {big_number='123'}" 0
            < $3
            < 123
            > EVAL "return {verbatim_string={format='txt',string='abc'}}" 0
            < $3
            < abc
            > EVAL "return {verbatim_string={format='txt'}}" 0
            < *0
            > EVAL "return redis.error_reply('foo')" 0
            < -ERR foo
            > EVAL "return redis.error_reply('-FOO bar')" 0
            < -FOO bar
            > EVAL "return redis.error_reply()" 0
            < -ERR wrong number or type of arguments
            > EVAL "return redis.status_reply('x')" 0
            < +x
            > EVAL "redis.setresp(3) return {true,false}" 0
            < *2
            < :1
            < :0
            > EVAL "redis.setresp(3) return {map={a=true,b={set={x=true}}}}" 0
            < *4
            < $1
            < a
            < :1
            < $1
            < b
            < *1
            < $1
            < x
            > EVAL redis.setresp(4) 0
            < -ERR RESP version must be 2 or 3. script: 68e72e4d8a428b9f599dce492315f2455a425a82, on @user_script:1.
            > EVAL redis.setresp() 0
            < -ERR redis.setresp() requires one argument. script: 42aacaf580759e59c97e8b1974d08a62f960014f, on @user_script:1.
            """#),
        Transcript(
            "what values become in version 3",
            #"""
            > EVAL "return redis.call('hset','h','f','v') + redis.call('sadd','s','m') + redis.call('zadd','z',1.5,'m')" 0
            < :3
            > EVAL "redis.setresp(3) return redis.call('hgetall','h')" 0
            < *2
            < $1
            < f
            < $1
            < v
            > EVAL "redis.setresp(3) return redis.call('hgetall','h').map.f" 0
            < $1
            < v
            > EVAL "redis.setresp(3) return redis.call('smembers','s').set.m" 0
            < :1
            > EVAL "redis.setresp(3) return redis.call('zscore','z','m')" 0
            < $3
            < 1.5
            > EVAL "redis.setresp(3) return redis.call('get','nokey') == nil" 0
            < :1
            > EVAL "return redis.call('get','nokey') == false" 0
            < :1
            > EVAL "return redis.call('hgetall','h')" 0
            < *2
            < $1
            < f
            < $1
            < v
            > EVAL "return redis.call('zscore','z','m')" 0
            < $3
            < 1.5
            > EVAL "return redis.call('ping').ok" 0
            < $4
            < PONG
            """#),
        Transcript(
            "errors of commands, and errors of scripts",
            #"""
            > EVAL "return redis.call()" 0
            < -ERR Please specify at least one argument for this redis lib call script: 0a907e1429221a4d85516cab7fd219a82a9439d8, on @user_script:1.
            > EVAL "return redis.call('nope')" 0
            < -ERR Unknown Redis command called from script script: f01f0776df71cc5b400c2268135aa7f30dce2e53, on @user_script:1.
            > EVAL "return redis.call('get')" 0
            < -ERR Wrong number of args calling Redis command from script script: f187dee77f607f7cff00bbabc9df38507582c78d, on @user_script:1.
            > EVAL "return redis.call('get',{})" 0
            < -ERR Lua redis lib command arguments must be strings or integers script: 4deb073a545207f215b56dcef5ca825f9f406808, on @user_script:1.
            > EVAL "return redis.call('get','a',true)" 0
            < -ERR Lua redis lib command arguments must be strings or integers script: a04cf53b94f88e8ffbd99f29adf9da3fb3b22234, on @user_script:1.
            > EVAL "return redis.pcall('nope')" 0
            < -ERR Unknown Redis command called from script
            > EVAL "return redis.pcall('nope').err" 0
            < $44
            < ERR Unknown Redis command called from script
            > EVAL "return redis.call('subscribe','a')" 0
            < -ERR This Redis command is not allowed from script script: fd4a0444fc6d87da49683765d56f05403bc78066, on @user_script:1.
            > EVAL "return redis.call('eval','return 1','0')" 0
            < -ERR This Redis command is not allowed from script script: 1e5046f3a9119d3dc9cf5824428b6d9fedd305d2, on @user_script:1.
            > EVAL "redis.call('set','a','x') redis.call('incr','a')" 0
            < -ERR value is not an integer or out of range script: 14648024ddd19ad594bd91ecd5f51dd9a79ae549, on @user_script:1.
            > EVAL "return redis.pcall('incr','a')" 0
            < -ERR value is not an integer or out of range
            > EVAL "return redis.pcall('hget','a','f').err" 0
            < $65
            < WRONGTYPE Operation against a key holding the wrong kind of value
            > EVAL "local _, e = pcall(redis.call, 'nope') return e" 0
            < $44
            < ERR Unknown Redis command called from script
            > EVAL "error('boo')" 0
            < -ERR user_script:1: boo script: 4c4072b2b44689260a81bb26a459f4463cfbb09e, on @user_script:1.
            > EVAL "error('boo', 0)" 0
            < -ERR boo script: e2e0608d564c19b987b4861949271cf337ec214b, on @user_script:1.
            > EVAL "error({err='MINE boo'})" 0
            < -MINE boo script: 1597f4f9e1d8f920de4e487a070a642348a8fa06, on @user_script:1.
            > EVAL "error({err='a\\r\\nb'})" 0
            < -a  b script: 395169d0f7980ab3a9b6c9c08f3f3ef78d1f7caf, on @user_script:1.
            > EVAL error(nil) 0
            < -ERR nil script: c402aa49952c86c38f35fb311d54977d08f3bf01, on @user_script:1.
            > EVAL error(5) 0
            < -ERR user_script:1: 5 script: 007feaf5de074afe3398416376e34525ad911752, on @user_script:1.
            > EVAL "local a = 1\nlocal b = nil + a" 0
            < -ERR user_script:2: attempt to perform arithmetic on a nil value script: eec29a479c2c798ac492c895c8dc5d82d079c032, on @user_script:2.
            > EVAL "return x" 0
            < -ERR user_script:1: Script attempted to access nonexistent global variable 'x' script: 03c387736bb5cc009ff35151572cee04677aa374, on @user_script:1.
            > EVAL "x = 1" 0
            < -ERR user_script:1: Attempt to modify a readonly table script: 34bce5f775de97f557a34088509c8bfe1ea17e52, on @user_script:1.
            > EVAL "redis.call = 1" 0
            < -ERR user_script:1: Attempt to modify a readonly table script: 69f883616b1814e2dc95cf801f324e38c5cc5ed2, on @user_script:1.
            > EVAL "rawset(redis, 'call', 1)" 0
            < -ERR Attempt to modify a readonly table script: 5fe6a8883340d7b98ed047026ea0c11e1cd0fa4e, on @user_script:1.
            > EVAL "return redis.sha1hex()" 0
            < -ERR wrong number of arguments script: 3c7ce947ae74a835cc575b6ee87fb27503cb7ba4, on @user_script:1.
            > EVAL "return redis.log()" 0
            < -ERR redis.log() requires two arguments or more. script: 28e28bf25123668ac541f5eec91bf7ad3d2fe0bd, on @user_script:1.
            > EVAL "return redis.log(5, 'x')" 0
            < -ERR Invalid debug level. script: d37e616b80c6ce5ad768e20e19e745658d366bc2, on @user_script:1.
            > EVAL "return redis.log('x', 'y')" 0
            < -ERR First argument must be a number (log level). script: abaa422549b33ecc9a0466b3166971ce5a4734f0, on @user_script:1.
            > EVAL "return redis.set_repl(9)" 0
            < -ERR Invalid replication flags. Use REPL_AOF, REPL_REPLICA, REPL_ALL or REPL_NONE. script: f43d522179aeb2c4dadb59b026d11ed249ca02e0, on @user_script:1.
            > EVAL "return redis.acl_check_cmd('nope')" 0
            < -ERR Invalid command passed to redis.acl_check_cmd() script: 77c8b6c32d6c843f504d60c41ae0922f76f44378, on @user_script:1.
            > EVAL "return redis.acl_check_cmd('get', 'x')" 0
            < :1
            > EVAL "return {redis.replicate_commands(), redis.breakpoint(), redis.set_repl(redis.REPL_ALL)}" 0
            < *2
            < :1
            < $-1
            > EVAL "return redis.call('config', 'nope')" 0
            < -ERR Unknown Redis command called from script script: 99bc02de318f307a39a45217a53b8dfa6cf97296, on @user_script:1.
            > EVAL "return redis.call('xread', 'block', 0, 'streams', 'x', '$')" 0
            < -ERR xread command is not allowed with BLOCK option from scripts script: 61c8b7a1da5a24fddb71c4b16cb3f92720d7175b, on @user_script:1.
            > EVAL "return unpack({}, 1, 1e7)" 0
            < -ERR user_script:1: too many results to unpack script: 356217fdde0d2a944fdd969d9d54c10d06db610d, on @user_script:1.
            > EVAL "return ('x') + 1" 0
            < -ERR user_script:1: attempt to perform arithmetic on a string value script: d2006a496019151ea3dec61b9fb568258abc0445, on @user_script:1.
            """#),
        Transcript(
            "scripts inside of a transaction",
            #"""
            > MULTI
            < +OK
            > SET a 1
            < +QUEUED
            > EVAL "return redis.call('incr', KEYS[1])" 1 a
            < +QUEUED
            > EVALSHA ffffffffffffffffffffffffffffffffffffffff 0
            < +QUEUED
            > EXEC
            < *3
            < +OK
            < :2
            < -NOSCRIPT No matching script. Please use EVAL.
            > GET a
            < $1
            < 2
            """#),
    ]
}
