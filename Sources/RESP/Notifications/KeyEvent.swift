// What keyspace notifications tell of keys. Source: Redis 7.2 documentation, "Redis keyspace notifications".

/// One event, by the name that subscribers know.
enum KeyEvent: UInt8, CaseIterable {
    /// The command does not say: the engine's verb tells enough.
    case unsaid
    /// Nothing is told of it.
    case nothing
    case del, expire, persist, renameFrom, renameTo, moveFrom, moveTo, copyTo, restore
    case set, setrange, append, incrby, incrbyfloat, setbit, pfadd
    case lpush, rpush, lpop, rpop, linsert, lset, lrem, ltrim, sortstore
    case sadd, srem, spop, sinterstore, sunionstore, sdiffstore
    case hset, hincrby, hincrbyfloat, hdel
    case zadd, zincr, zrem, zremrangebyrank, zremrangebyscore, zremrangebylex, zpopmin, zpopmax
    case zunionstore, zinterstore, zdiffstore, zrangestore, geosearchstore, georadiusstore
    case xadd, xtrim, xdel, xsetid
    case groupCreate, groupSetid, groupDestroy, groupCreateconsumer, groupDelconsumer
    case expired, evicted, new, keymiss

    var eventClass: KeyEventClasses {
        switch self {
        case .unsaid, .nothing: []
        case .del, .expire, .persist, .renameFrom, .renameTo, .moveFrom, .moveTo, .copyTo, .restore: .generic
        case .set, .setrange, .append, .incrby, .incrbyfloat, .setbit, .pfadd: .string
        case .lpush, .rpush, .lpop, .rpop, .linsert, .lset, .lrem, .ltrim, .sortstore: .list
        case .sadd, .srem, .spop, .sinterstore, .sunionstore, .sdiffstore: .set
        case .hset, .hincrby, .hincrbyfloat, .hdel: .hash
        case .zadd, .zincr, .zrem, .zremrangebyrank, .zremrangebyscore, .zremrangebylex, .zpopmin, .zpopmax,
            .zunionstore, .zinterstore, .zdiffstore, .zrangestore, .geosearchstore, .georadiusstore:
            .sortedSet
        case .xadd, .xtrim, .xdel, .xsetid, .groupCreate, .groupSetid, .groupDestroy, .groupCreateconsumer,
            .groupDelconsumer:
            .stream
        case .expired: .expired
        case .evicted: .evicted
        case .new: .new
        case .keymiss: .missed
        }
    }

    var name: StaticString {
        switch self {
        case .unsaid, .nothing: ""
        case .del: "del"
        case .expire: "expire"
        case .persist: "persist"
        case .renameFrom: "rename_from"
        case .renameTo: "rename_to"
        case .moveFrom: "move_from"
        case .moveTo: "move_to"
        case .copyTo: "copy_to"
        case .restore: "restore"
        case .set: "set"
        case .setrange: "setrange"
        case .append: "append"
        case .incrby: "incrby"
        case .incrbyfloat: "incrbyfloat"
        case .setbit: "setbit"
        case .pfadd: "pfadd"
        case .lpush: "lpush"
        case .rpush: "rpush"
        case .lpop: "lpop"
        case .rpop: "rpop"
        case .linsert: "linsert"
        case .lset: "lset"
        case .lrem: "lrem"
        case .ltrim: "ltrim"
        case .sortstore: "sortstore"
        case .sadd: "sadd"
        case .srem: "srem"
        case .spop: "spop"
        case .sinterstore: "sinterstore"
        case .sunionstore: "sunionstore"
        case .sdiffstore: "sdiffstore"
        case .hset: "hset"
        case .hincrby: "hincrby"
        case .hincrbyfloat: "hincrbyfloat"
        case .hdel: "hdel"
        case .zadd: "zadd"
        case .zincr: "zincr"
        case .zrem: "zrem"
        case .zremrangebyrank: "zremrangebyrank"
        case .zremrangebyscore: "zremrangebyscore"
        case .zremrangebylex: "zremrangebylex"
        case .zpopmin: "zpopmin"
        case .zpopmax: "zpopmax"
        case .zunionstore: "zunionstore"
        case .zinterstore: "zinterstore"
        case .zdiffstore: "zdiffstore"
        case .zrangestore: "zrangestore"
        case .geosearchstore: "geosearchstore"
        case .georadiusstore: "georadiusstore"
        case .xadd: "xadd"
        case .xtrim: "xtrim"
        case .xdel: "xdel"
        case .xsetid: "xsetid"
        case .groupCreate: "xgroup-create"
        case .groupSetid: "xgroup-setid"
        case .groupDestroy: "xgroup-destroy"
        case .groupCreateconsumer: "xgroup-createconsumer"
        case .groupDelconsumer: "xgroup-delconsumer"
        case .expired: "expired"
        case .evicted: "evicted"
        case .new: "new"
        case .keymiss: "keymiss"
        }
    }
}
