// The commands. A new one is a case and a row here, a function under Commands, and a transcript.

/// Every command of the RESP door, the busiest first. A case without row or function does not compile.
enum Command: UInt8, CaseIterable {
    case get, set
    case setnx, setex, psetex, getset, getdel, getex, mget, mset, msetnx, append, strlen, getrange, substr, setrange
    case incr, decr, incrby, decrby, incrbyfloat, lcs
    case setbit, getbit, bitcount, bitpos, bitop, bitfield, bitfieldRO
    case pfadd, pfcount, pfmerge, pfdebug
    case del, unlink, exists, type, touch
    case expire, pexpire, expireat, pexpireat, ttl, pttl, expiretime, pexpiretime, persist
    case rename, renamenx, copy, move, sort, sortRO, dump, restore, migrate
    case keys, scan, randomkey, dbsize, flushdb, flushall, swapdb
    case sadd, srem, scard, sismember, smismember, smembers, sscan, smove, spop, srandmember
    case sinter, sunion, sdiff, sinterstore, sunionstore, sdiffstore, sintercard
    case lpush, rpush, lpushx, rpushx, lpop, rpop, llen, lrange, lindex, lset, linsert, lrem, ltrim, lpos
    case lmove, rpoplpush, lmpop, blpop, brpop, blmpop, blmove, brpoplpush
    case zadd, zincrby, zrem, zcard, zscore, zmscore, zrank, zrevrank, zcount, zlexcount, zrange, zrangebyscore
    case zrevrangebyscore, zrangebylex, zrevrangebylex, zrevrange, zrangestore, zremrangebyrank, zremrangebyscore
    case zremrangebylex, zpopmin, zpopmax, zmpop, zrandmember, zscan, zunion, zinter, zdiff, zunionstore, zinterstore
    case zdiffstore, zintercard, bzpopmin, bzpopmax, bzmpop
    case geoadd, geodist, geohash, geopos, geosearch, geosearchstore
    case georadius, georadiusRO, georadiusbymember, georadiusbymemberRO
    case hset, hmset, hsetnx, hget, hmget, hgetall, hkeys, hvals, hlen, hstrlen, hexists, hdel
    case hincrby, hincrbyfloat, hrandfield, hscan
    case xadd, xlen, xrange, xrevrange, xdel, xtrim, xsetid, xread, xreadgroup, xgroup, xack, xpending, xclaim
    case xautoclaim, xinfo
    case hello, ping, echo, quit, reset, select, auth, acl, client
    case multi, exec, discard, watch, unwatch, wait, waitaof
    case subscribe, psubscribe, ssubscribe, unsubscribe, punsubscribe, sunsubscribe, publish, spublish, pubsub
    case eval, evalsha, evalRO, evalshaRO, script, fcall, fcallRO, function
    case info, config, command, time, memory, object, role, module, shutdown, cluster
    case asking, readonly, readwrite, restoreAsking, failover, replicaof, slaveof, psync
    case slowlog, latency, monitor, lolwut
    case save, bgsave, bgrewriteaof, lastsave, debug, sync, replconf

    var spec: CommandSpec {
        switch self {
        case .get: .get
        case .set: .set
        case .setnx: .setnx
        case .setex: .setex
        case .psetex: .psetex
        case .getset: .getset
        case .getdel: .getdel
        case .getex: .getex
        case .mget: .mget
        case .mset: .mset
        case .msetnx: .msetnx
        case .append: .append
        case .strlen: .strlen
        case .getrange: .getrange
        case .substr: .substr
        case .setrange: .setrange
        case .incr: .incr
        case .decr: .decr
        case .incrby: .incrby
        case .decrby: .decrby
        case .incrbyfloat: .incrbyfloat
        case .lcs: .lcs
        case .setbit: .setbit
        case .getbit: .getbit
        case .bitcount: .bitcount
        case .bitpos: .bitpos
        case .bitop: .bitop
        case .bitfield: .bitfield
        case .bitfieldRO: .bitfieldRO
        case .pfadd: .pfadd
        case .pfcount: .pfcount
        case .pfmerge: .pfmerge
        case .pfdebug: .pfdebug
        case .del: .del
        case .unlink: .unlink
        case .exists: .exists
        case .type: .type
        case .touch: .touch
        case .expire: .expire
        case .pexpire: .pexpire
        case .expireat: .expireat
        case .pexpireat: .pexpireat
        case .ttl: .ttl
        case .pttl: .pttl
        case .expiretime: .expiretime
        case .pexpiretime: .pexpiretime
        case .persist: .persist
        case .rename: .rename
        case .renamenx: .renamenx
        case .copy: .copy
        case .move: .move
        case .sort: .sort
        case .sortRO: .sortRO
        case .dump: .dump
        case .restore: .restore
        case .migrate: .migrate
        case .keys: .keys
        case .scan: .scan
        case .randomkey: .randomkey
        case .dbsize: .dbsize
        case .flushdb: .flushdb
        case .flushall: .flushall
        case .swapdb: .swapdb
        case .sadd: .sadd
        case .srem: .srem
        case .scard: .scard
        case .sismember: .sismember
        case .smismember: .smismember
        case .smembers: .smembers
        case .sscan: .sscan
        case .smove: .smove
        case .spop: .spop
        case .srandmember: .srandmember
        case .sinter: .sinter
        case .sunion: .sunion
        case .sdiff: .sdiff
        case .sinterstore: .sinterstore
        case .sunionstore: .sunionstore
        case .sdiffstore: .sdiffstore
        case .sintercard: .sintercard
        case .lpush: .lpush
        case .rpush: .rpush
        case .lpushx: .lpushx
        case .rpushx: .rpushx
        case .lpop: .lpop
        case .rpop: .rpop
        case .llen: .llen
        case .lrange: .lrange
        case .lindex: .lindex
        case .lset: .lset
        case .linsert: .linsert
        case .lrem: .lrem
        case .ltrim: .ltrim
        case .lpos: .lpos
        case .lmove: .lmove
        case .rpoplpush: .rpoplpush
        case .lmpop: .lmpop
        case .blpop: .blpop
        case .brpop: .brpop
        case .blmpop: .blmpop
        case .blmove: .blmove
        case .brpoplpush: .brpoplpush
        case .zadd: .zadd
        case .zincrby: .zincrby
        case .zrem: .zrem
        case .zcard: .zcard
        case .zscore: .zscore
        case .zmscore: .zmscore
        case .zrank: .zrank
        case .zrevrank: .zrevrank
        case .zcount: .zcount
        case .zlexcount: .zlexcount
        case .zrange: .zrange
        case .zrangebyscore: .zrangebyscore
        case .zrevrangebyscore: .zrevrangebyscore
        case .zrangebylex: .zrangebylex
        case .zrevrangebylex: .zrevrangebylex
        case .zrevrange: .zrevrange
        case .zrangestore: .zrangestore
        case .zremrangebyrank: .zremrangebyrank
        case .zremrangebyscore: .zremrangebyscore
        case .zremrangebylex: .zremrangebylex
        case .zpopmin: .zpopmin
        case .zpopmax: .zpopmax
        case .zmpop: .zmpop
        case .zrandmember: .zrandmember
        case .zscan: .zscan
        case .zunion: .zunion
        case .zinter: .zinter
        case .zdiff: .zdiff
        case .zunionstore: .zunionstore
        case .zinterstore: .zinterstore
        case .zdiffstore: .zdiffstore
        case .zintercard: .zintercard
        case .bzpopmin: .bzpopmin
        case .bzpopmax: .bzpopmax
        case .bzmpop: .bzmpop
        case .geoadd: .geoadd
        case .geodist: .geodist
        case .geohash: .geohash
        case .geopos: .geopos
        case .geosearch: .geosearch
        case .geosearchstore: .geosearchstore
        case .georadius: .georadius
        case .georadiusRO: .georadiusRO
        case .georadiusbymember: .georadiusbymember
        case .georadiusbymemberRO: .georadiusbymemberRO
        case .hset: .hset
        case .hmset: .hmset
        case .hsetnx: .hsetnx
        case .hget: .hget
        case .hmget: .hmget
        case .hgetall: .hgetall
        case .hkeys: .hkeys
        case .hvals: .hvals
        case .hlen: .hlen
        case .hstrlen: .hstrlen
        case .hexists: .hexists
        case .hdel: .hdel
        case .hincrby: .hincrby
        case .hincrbyfloat: .hincrbyfloat
        case .hrandfield: .hrandfield
        case .hscan: .hscan
        case .xadd: .xadd
        case .xlen: .xlen
        case .xrange: .xrange
        case .xrevrange: .xrevrange
        case .xdel: .xdel
        case .xtrim: .xtrim
        case .xsetid: .xsetid
        case .xread: .xread
        case .xreadgroup: .xreadgroup
        case .xgroup: .xgroup
        case .xack: .xack
        case .xpending: .xpending
        case .xclaim: .xclaim
        case .xautoclaim: .xautoclaim
        case .xinfo: .xinfo
        case .hello: .hello
        case .ping: .ping
        case .echo: .echo
        case .quit: .quit
        case .reset: .reset
        case .select: .select
        case .auth: .auth
        case .acl: .acl
        case .client: .client
        case .multi: .multi
        case .exec: .exec
        case .discard: .discard
        case .watch: .watch
        case .unwatch: .unwatch
        case .wait: .wait
        case .waitaof: .waitaof
        case .subscribe: .subscribe
        case .psubscribe: .psubscribe
        case .ssubscribe: .ssubscribe
        case .unsubscribe: .unsubscribe
        case .punsubscribe: .punsubscribe
        case .sunsubscribe: .sunsubscribe
        case .publish: .publish
        case .spublish: .spublish
        case .pubsub: .pubsub
        case .save: .save
        case .bgsave: .bgsave
        case .bgrewriteaof: .bgrewriteaof
        case .lastsave: .lastsave
        case .debug: .debug
        case .sync: .sync
        case .replconf: .replconf
        case .eval: .eval
        case .evalsha: .evalsha
        case .evalRO: .evalRO
        case .evalshaRO: .evalshaRO
        case .script: .script
        case .fcall: .fcall
        case .fcallRO: .fcallRO
        case .function: .function
        case .info: .info
        case .config: .config
        case .command: .command
        case .time: .time
        case .memory: .memory
        case .object: .object
        case .role: .role
        case .module: .module
        case .shutdown: .shutdown
        case .slowlog: .slowlog
        case .latency: .latency
        case .monitor: .monitor
        case .lolwut: .lolwut
        case .cluster: .cluster
        case .asking: .asking
        case .readonly: .readonly
        case .readwrite: .readwrite
        case .restoreAsking: .restoreAsking
        case .failover: .failover
        case .replicaof: .replicaof
        case .slaveof: .slaveof
        case .psync: .psync
        }
    }
}
