// From a parsed request to the function that serves it, and the ways in which a request is refused.

import Base
import Engine

extension RESPSession {
    @inline(__always)
    func execute(_ queued: QueuedRequest, _ input: RawSpan, _ output: inout OutputBuffer) {
        counters.add(.commands)
        let request = Request(input, slots, queued)
        guard let command = queued.row.command else { return refuseUnknown(request, &output) }
        guard queued.row.accepts(count: request.count) else { return refuseCount(command, &output) }
        if needsAdmission && !admits(command, queued, request, &output) { return }
        lastCommand = Int(command.rawValue)
        if command == .get { return get(request, &output) }
        if command == .set { return set(request, &output) }
        serve(command, request, &output)
        // Before this client is answered anything else, as if the waiting ones had been served at once.
        if frontEnd.waitedKeys.hasReady { frontEnd.waitedKeys.serveReady(&engine) }
    }

    /// One line a command: complete, or it does not compile.
    @inline(never)
    func serve(_ command: Command, _ request: Request, _ output: inout OutputBuffer) {
        switch command {
        case .get: get(request, &output)
        case .set: set(request, &output)
        case .setnx: setnx(request, &output)
        case .setex: storeExpiring(request, .seconds, "setex", &output)
        case .psetex: storeExpiring(request, .milliseconds, "psetex", &output)
        case .getset: getset(request, &output)
        case .getdel: getdel(request, &output)
        case .getex: getex(request, &output)
        case .mget: mget(request, &output)
        case .mset: mset(request, &output)
        case .msetnx: msetnx(request, &output)
        case .append: append(request, &output)
        case .strlen: strlen(request, &output)
        case .getrange, .substr: getrange(request, &output)
        case .setrange: setrange(request, &output)
        case .incr: add(1, request, &output)
        case .decr: add(-1, request, &output)
        case .incrby: incrby(request, &output)
        case .decrby: decrby(request, &output)
        case .incrbyfloat: incrbyfloat(request, &output)
        case .lcs: lcs(request, &output)
        case .setbit: setbit(request, &output)
        case .getbit: getbit(request, &output)
        case .bitcount: bitcount(request, &output)
        case .bitpos: bitpos(request, &output)
        case .bitop: bitop(request, &output)
        case .bitfield: bitfield(request, readsOnly: false, &output)
        case .bitfieldRO: bitfield(request, readsOnly: true, &output)
        case .pfadd: pfadd(request, &output)
        case .pfcount: pfcount(request, &output)
        case .pfmerge: pfmerge(request, &output)
        case .pfdebug: pfdebug(request, &output)
        case .del, .unlink: delete(request, &output)
        case .exists: exists(request, touches: false, &output)
        case .touch: exists(request, touches: true, &output)
        case .type: type(request, &output)
        case .expire: expire(request, .seconds, isAbsolute: false, "expire", &output)
        case .pexpire: expire(request, .milliseconds, isAbsolute: false, "pexpire", &output)
        case .expireat: expire(request, .seconds, isAbsolute: true, "expireat", &output)
        case .pexpireat: expire(request, .milliseconds, isAbsolute: true, "pexpireat", &output)
        case .ttl: tellExpiry(request, .seconds, isAbsolute: false, &output)
        case .pttl: tellExpiry(request, .milliseconds, isAbsolute: false, &output)
        case .expiretime: tellExpiry(request, .seconds, isAbsolute: true, &output)
        case .pexpiretime: tellExpiry(request, .milliseconds, isAbsolute: true, &output)
        case .persist: persist(request, &output)
        case .rename: rename(request, replaces: true, &output)
        case .renamenx: rename(request, replaces: false, &output)
        case .copy: copy(request, &output)
        case .move: move(request, &output)
        case .sort: sort(request, readsOnly: false, &output)
        case .sortRO: sort(request, readsOnly: true, &output)
        case .dump: dump(request, &output)
        case .restore: restore(request, &output)
        case .migrate: migrate(request, &output)
        case .keys: keys(request, &output)
        case .scan: scan(request, &output)
        case .randomkey: randomkey(&output)
        case .dbsize: output.appendInteger(engine.itemCount(in: database))
        case .flushdb: flush(request, all: false, &output)
        case .flushall: flush(request, all: true, &output)
        case .swapdb: swapdb(request, &output)
        case .hello: hello(request, &output)
        case .ping: ping(request, &output)
        case .echo: output.appendBulk(request[1])
        case .quit: quit(&output)
        case .reset: reset(&output)
        case .select: select(request, &output)
        case .auth: auth(request, &output)
        case .multi: multi(&output)
        case .exec: exec(&output)
        case .discard: discard(&output)
        case .watch: watch(request, &output)
        case .unwatch: unwatch(&output)
        case .client: client(request, &output)
        case .wait: waitForReplicas(request, &output)
        case .waitaof: waitForLogs(request, &output)
        case .save: save(request, &output)
        case .bgsave: bgsave(request, &output)
        case .bgrewriteaof: bgrewriteaof(&output)
        case .lastsave: output.appendInteger(frontEnd.control.saving().lastSaveAt.rawValue / 1000)
        case .debug: debug(request, &output)
        case .sync: sync(request, &output)
        case .replconf: replconf(request, &output)
        case .info: info(request, &output)
        case .config: config(request, &output)
        case .command: self.command(request, &output)
        case .time: time(&output)
        case .memory: memory(request, &output)
        case .object: object(request, &output)
        case .role: role(&output)
        case .module: module(request, &output)
        case .shutdown: shutdown(request, &output)
        case .sadd: sadd(request, &output)
        case .srem: srem(request, &output)
        case .scard: scard(request, &output)
        case .sismember: sismember(request, &output)
        case .smismember: smismember(request, &output)
        case .smembers: smembers(request, &output)
        case .sscan: sscan(request, &output)
        case .smove: smove(request, &output)
        case .spop: spop(request, &output)
        case .srandmember: srandmember(request, &output)
        case .sinter: combine(.intersection, request, &output)
        case .sunion: combine(.union, request, &output)
        case .sdiff: combine(.difference, request, &output)
        case .sinterstore: combineAndStore(.intersection, request, &output)
        case .sunionstore: combineAndStore(.union, request, &output)
        case .sdiffstore: combineAndStore(.difference, request, &output)
        case .sintercard: sintercard(request, &output)
        case .zadd: zadd(request, &output)
        case .zincrby: zincrby(request, &output)
        case .zrem: zrem(request, &output)
        case .zcard: zcard(request, &output)
        case .zscore: zscore(request, &output)
        case .zmscore: zmscore(request, &output)
        case .zrank: zrank(request, isReversed: false, &output)
        case .zrevrank: zrank(request, isReversed: true, &output)
        case .zcount: zcount(request, .scores, &output)
        case .zlexcount: zcount(request, .members, &output)
        case .zrange: zrange(request, nil, isReversed: nil, &output)
        case .zrangebyscore: zrange(request, .scores, isReversed: false, &output)
        case .zrevrangebyscore: zrange(request, .scores, isReversed: true, &output)
        case .zrangebylex: zrange(request, .members, isReversed: false, &output)
        case .zrevrangebylex: zrange(request, .members, isReversed: true, &output)
        case .zrevrange: zrange(request, .positions, isReversed: true, &output)
        case .zrangestore: zrangestore(request, &output)
        case .zremrangebyrank: zremrange(request, .positions, &output)
        case .zremrangebyscore: zremrange(request, .scores, &output)
        case .zremrangebylex: zremrange(request, .members, &output)
        case .zpopmin: zpop(request, isHighest: false, &output)
        case .zpopmax: zpop(request, isHighest: true, &output)
        case .zmpop: zmpop(request, &output)
        case .bzpopmin:
            blockingPop(request, .bzpopmin, .popSorted(isHighest: false, countMax: nil, version), &output)
        case .bzpopmax:
            blockingPop(request, .bzpopmax, .popSorted(isHighest: true, countMax: nil, version), &output)
        case .bzmpop: bzmpop(request, &output)
        case .zrandmember: zrandmember(request, &output)
        case .zscan: zscan(request, &output)
        case .zunion: combineSorted(.union, command, stores: false, request, &output)
        case .zinter: combineSorted(.intersection, command, stores: false, request, &output)
        case .zdiff: combineSorted(.difference, command, stores: false, request, &output)
        case .zunionstore: combineSorted(.union, command, stores: true, request, &output)
        case .zinterstore: combineSorted(.intersection, command, stores: true, request, &output)
        case .zdiffstore: combineSorted(.difference, command, stores: true, request, &output)
        case .zintercard: zintercard(request, &output)
        case .geoadd: geoadd(request, &output)
        case .geodist: geodist(request, &output)
        case .geohash: geohash(request, &output)
        case .geopos: geopos(request, &output)
        case .geosearch: geosearch(request, .geosearch, &output)
        case .geosearchstore: geosearch(request, .geosearchstore, &output)
        case .georadius: geosearch(request, .georadius, &output)
        case .georadiusRO: geosearch(request, .georadiusReadOnly, &output)
        case .georadiusbymember: geosearch(request, .georadiusbymember, &output)
        case .georadiusbymemberRO: geosearch(request, .georadiusbymemberReadOnly, &output)
        case .hset, .hmset: hset(request, command, &output)
        case .hsetnx: hsetnx(request, &output)
        case .hget: hget(request, &output)
        case .hmget: hmget(request, &output)
        case .hgetall: hgetall(request, &output)
        case .hkeys: hashParts(request, fields: true, &output)
        case .hvals: hashParts(request, fields: false, &output)
        case .hlen: hlen(request, &output)
        case .hstrlen: hstrlen(request, &output)
        case .hexists: hexists(request, &output)
        case .hdel: hdel(request, &output)
        case .hincrby: hincrby(request, &output)
        case .hincrbyfloat: hincrbyfloat(request, &output)
        case .hrandfield: hrandfield(request, &output)
        case .hscan: hscan(request, &output)
        case .lpush: push(request, .start, &output)
        case .rpush: push(request, .end, &output)
        case .lpushx: pushIfPresent(request, .start, &output)
        case .rpushx: pushIfPresent(request, .end, &output)
        case .lpop: pop(request, .start, &output)
        case .rpop: pop(request, .end, &output)
        case .llen: llen(request, &output)
        case .lrange: lrange(request, &output)
        case .lindex: lindex(request, &output)
        case .lset: lset(request, &output)
        case .linsert: linsert(request, &output)
        case .lrem: lrem(request, &output)
        case .ltrim: ltrim(request, &output)
        case .lpos: lpos(request, &output)
        case .lmove: lmove(request, &output)
        case .rpoplpush: move(request, .end, .start, &output)
        case .lmpop: lmpop(request, &output)
        case .blpop: blockingPop(request, .blpop, .pop(.start, countMax: nil), &output)
        case .brpop: blockingPop(request, .brpop, .pop(.end, countMax: nil), &output)
        case .blmpop: blmpop(request, &output)
        case .blmove: blmove(request, &output)
        case .brpoplpush: brpoplpush(request, &output)
        case .xadd: xadd(request, &output)
        case .xlen: xlen(request, &output)
        case .xrange: xrange(request, isReversed: false, &output)
        case .xrevrange: xrange(request, isReversed: true, &output)
        case .xdel: xdel(request, &output)
        case .xtrim: xtrim(request, &output)
        case .xsetid: xsetid(request, &output)
        case .xread: readStreams(request, inGroup: false, &output)
        case .xreadgroup: readStreams(request, inGroup: true, &output)
        case .xgroup: xgroup(request, &output)
        case .xack: xack(request, &output)
        case .xpending: xpending(request, &output)
        case .xclaim: xclaim(request, &output)
        case .xautoclaim: xautoclaim(request, &output)
        case .xinfo: xinfo(request, &output)
        case .cluster: fail("ERR This instance has cluster support disabled", &output)
        }
    }

    // MARK: Errors

    func fail(_ text: StaticString, _ output: inout OutputBuffer) {
        counters.add(.errors)
        output.append("-")
        output.append(text)
        output.append("\r\n")
    }

    /// As `fail`, with text made for the occasion. Line ends in it become blanks, or the reply would be torn.
    func fail(made text: String, _ output: inout OutputBuffer) {
        counters.add(.errors)
        output.append("-" as StaticString)
        for byte in text.utf8 { output.append(byte == 13 || byte == 10 ? 32 : byte) }
        output.append("\r\n")
    }

    func failSyntax(_ output: inout OutputBuffer) { fail("ERR syntax error", &output) }

    func failInteger(_ output: inout OutputBuffer) {
        fail("ERR value is not an integer or out of range", &output)
    }

    func failMagnitude(_ output: inout OutputBuffer) {
        fail("ERR value is out of range, value must between -9223372036854775807 and 9223372036854775807", &output)
    }

    func failKind(_ output: inout OutputBuffer) {
        fail("WRONGTYPE Operation against a key holding the wrong kind of value", &output)
    }

    func failMemory(_ output: inout OutputBuffer) {
        fail("OOM command not allowed when used memory > 'maxmemory'.", &output)
    }

    func failSize(_ output: inout OutputBuffer) {
        fail("ERR string exceeds maximum allowed size (proto-max-bulk-len)", &output)
    }

    @inline(never)
    private func refuseCount(_ command: Command, _ output: inout OutputBuffer) {
        if command == .exec {
            return abortExec(&output) { $0.append("wrong number of arguments for 'exec' command") }
        }
        flawTransaction()
        fail(made: "ERR wrong number of arguments for '\(command.spec.name)' command", &output)
    }

    /// Source: Redis 7 processCommand: 128 bytes of the name, and about as many of the arguments, each up to a NUL.
    @inline(never)
    private func refuseUnknown(_ request: Request, _ output: inout OutputBuffer) {
        let name = request[0]
        // A browser was led here by another site: HTTP's verb and header end the conversation at once.
        if name.equalsIgnoringCase("post") || name.equalsIgnoringCase("host:") {
            ending = .abort
            return
        }
        flawTransaction()
        counters.add(.errors)
        output.append("-ERR unknown command '")
        appendErrorText(name, RESPLimits.errorTextSizeMax, &output)
        output.append("', with args beginning with: ")
        var size = 0
        var index = 1
        while index < request.count && size < RESPLimits.errorTextSizeMax {
            output.append("'")
            size += 3 + appendErrorText(request[index], RESPLimits.errorTextSizeMax - size, &output)
            output.append("' ")
            index += 1
        }
        output.append("\r\n")
    }

    /// Repeats a client's bytes in an error, up to a NUL and to `sizeMax`, line ends as blanks. Returns how many.
    @discardableResult
    func appendErrorText(_ text: RawSpan, _ sizeMax: Int, _ output: inout OutputBuffer) -> Int {
        var count = 0
        while count < min(text.byteCount, sizeMax) && text[count] != 0 {
            let byte = text[count]
            output.append(byte == 13 || byte == 10 ? 32 : byte)
            count += 1
        }
        return count
    }

    /// Finds the subcommand that argument 1 names, or refuses the request.
    func subcommand<S: Subcommand>(
        _ container: Command, _ request: Request, _ output: inout OutputBuffer
    ) -> S? {
        guard let index = subcommandIndex(container, request, &output) else { return nil }
        if !isExecuting { lastCommand = Int(container.rawValue) | (index + 1) << 8 }
        return S(rawValue: index)
    }

    /// As `subcommand`, by position in the container's row.
    func subcommandIndex(_ container: Command, _ request: Request, _ output: inout OutputBuffer) -> Int? {
        let spec = CommandTable.specs[Int(container.rawValue)]
        let name = request[1].copiedText().lowercased()
        guard let index = spec.subcommands.firstIndex(where: { $0.name == name }) else {
            counters.add(.errors)
            output.append("-ERR unknown subcommand '")
            appendErrorText(request[1], RESPLimits.errorTextSizeMax, &output)
            output.append("'. Try \(spec.name.uppercased()) HELP.\r\n")
            return nil
        }
        let arity = spec.subcommands[index].arity
        guard arity >= 0 ? request.count == arity : request.count >= -arity else {
            fail(made: "ERR wrong number of arguments for '\(spec.name)|\(name)' command", &output)
            return nil
        }
        return index
    }

    /// What HELP answers, printed from the table.
    func help(_ container: Command, _ output: inout OutputBuffer) {
        let spec = CommandTable.specs[Int(container.rawValue)]
        output.appendArray(1 + spec.subcommands.count * 2)
        output.appendSimple("\(spec.name.uppercased()) <subcommand> [<arg> [value] [opt] ...]. Subcommands are:")
        for subcommand in spec.subcommands {
            let syntax = subcommand.syntax.isEmpty ? "" : " \(subcommand.syntax)"
            output.appendSimple(subcommand.name.uppercased() + syntax)
            output.appendSimple("    \(subcommand.summary)")
        }
    }
}

extension Command {
    @inline(__always)
    var isAllowedUnauthenticated: Bool {
        self == .auth || self == .hello || self == .quit || self == .reset
    }
}

extension RawSpan {
    /// Without CR and LF behind it, as Redis trims an error that ends in a client's bytes.
    var withoutLineEnds: RawSpan {
        @_lifetime(copy self) get {
            var end = byteCount
            while end > 0 && (self[end - 1] == 13 || self[end - 1] == 10) { end -= 1 }
            return slice(0, end)
        }
    }
}
