// `duet migrate` out of append logs: redis-server's and Duet's, of one file and of several, whole and torn.

import Base
import Glibc
import Migration
import Persistence
import Server
import Testing

@Suite("Copying out of logs", .serialized)
struct LogCopyTests {
    private static let far = 4_102_444_800_000
    private static let base: [[String]] = [
        ["SET", "string", "a value"], ["SET", "timed", "v", "PXAT", "\(far)"],
        ["SET", "large", String(repeating: "0123456789abcdef", count: 20_000)],
        ["RPUSH", "list"] + (0..<3000).map { "element \($0)" }, ["SADD", "set"] + (0..<600).map { "m\($0)" },
        ["XADD", "stream", "1-1", "f", "v"], ["XGROUP", "CREATE", "stream", "readers", "0"],
    ]
    private static let later: [[String]] = [
        ["APPEND", "string", ", and more"], ["LREM", "list", "1", "element 7"], ["HSET", "hash", "f", "v", "n", "2"],
        ["ZADD", "zset", "1.5", "a", "-inf", "b"], ["SPOP", "set", "100"], ["XADD", "stream", "2-1", "f", "w"],
        ["SET", "gone", "v"], ["DEL", "gone"], ["SET", "expired", "v", "PX", "1"], ["INCRBY", "number", "41"],
        ["MULTI"], ["INCR", "number"], ["SET", "with number", "v"], ["EXEC"],
        ["SELECT", "9"], ["SET", "string", "another"], ["SELECT", "0"],
    ]
    private static let keyCount = 11

    /// A redis-server with a log of a base and an increment.
    private func redis(_ folder: CopyFolder, preamble: Bool) throws -> Peer {
        let peer = try Peer(Peer.redis!) { socket, _ in
            [
                "--port", "0", "--unixsocket", socket, "--save", "", "--dir", folder.path, "--appendonly", "yes",
                "--appendfsync", "no", "--aof-use-rdb-preamble", preamble ? "yes" : "no",
            ]
        }
        let side = try Copying.side(peer)
        for request in Self.base { _ = try side.ask(request) }
        _ = try side.ask(["BGREWRITEAOF"])
        #expect(
            waitUntil {
                let text = (try? side.ask(["INFO", "persistence"])).map { String(decoding: $0, as: UTF8.self) } ?? ""
                return text.contains("aof_rewrite_in_progress:0") && text.contains("aof_last_bgrewrite_status:ok")
                    && text.contains("aof_rewrite_scheduled:0") && exists(folder.path + Self.increment)
            })
        _ = try side.ask(together: Self.later)
        usleep(2000)
        #expect(try side.ask(["EXISTS", "expired"]) == bytes(":0\r\n"))
        return peer
    }

    private static let increment = "/appendonlydir/appendonly.aof.2.incr.aof"

    private func content(_ folder: String) throws -> [[UInt8]] {
        try Files.names(inFolder: folder).map { try Files.read(folder + "/" + $0) }
    }

    private func write(_ bytes: [UInt8], to path: String) throws {
        let descriptor = try Files.create(path)
        try Files.write(bytes.span.rawBytes, to: descriptor)
        Files.close(descriptor)
    }

    @Test(
        "redis-server's log, as a folder, as a manifest and as one file, leaves what the server has",
        .enabled(if: Copying.hasPeers), arguments: [true, false])
    func redisLog(preamble: Bool) throws {
        let folder = CopyFolder()
        let old = try redis(folder, preamble: preamble)
        let (duet, back) = (try Duet(), try Copying.redis())
        defer { duet.finish() }
        let log = folder.path + "/appendonlydir"
        let before = try content(log)
        let (source, target) = (Copying.end(redis: old.socketPath), Copying.end(redis: duet.respPath))
        let side = try RESPSide(unix: duet.respPath)
        // As Redis had it before version 7: one file, with or without a snapshot in front.
        let single = folder.path + "/single.aof"
        let kind = preamble ? "rdb" : "aof"
        try write(
            try Files.read(log + "/appendonly.aof.2.base.\(kind)") + (try Files.read(folder.path + Self.increment)),
            to: single)
        for path in [log, log + "/appendonly.aof.manifest", single] {
            _ = try side.ask(["FLUSHALL"])
            let end = try #require(CopyEnd(path))
            let copied = try Copying.copy(end, target)
            #expect(copied.isComplete && copied.warnings == [], "\(copied.text)")
            #expect(copied.outcome.stored == Self.keyCount, "\(copied.text)")
            for from in [source, end] {
                let compared = try Copying.compare(from, target)
                #expect(compared.isComplete && compared.outcome.stored == Self.keyCount, "\(compared.text)")
            }
        }
        // To the real server, and by way of a snapshot.
        let direct = try Copying.copy(CopyEnd(log)!, Copying.end(redis: back.socketPath))
        #expect(direct.isComplete && direct.outcome.stored == Self.keyCount, "\(direct.text)")
        #expect(try Copying.compare(source, Copying.end(redis: back.socketPath)).outcome.stored == Self.keyCount)
        let file = CopyEnd(folder.path + "/all.rdb")!
        #expect(try Copying.copy(CopyEnd(single)!, file).isComplete)
        let check = try Program("/usr/bin/redis-check-rdb", ["redis-check-rdb", file.description])
        #expect(check.code == 0, "\(check.output)")
        #expect(try Copying.compare(file, target).outcome.stored == Self.keyCount)
        #expect(try content(log) == before)
    }

    @Test("Duet's log brings flags, CAS numbers, binary keys and times to live to a memcached's clients")
    func duetLog() throws {
        let folder = CopyFolder()
        var old: Duet? = try Duet { settings in
            settings.directory = folder.path
            settings.isLogged = true
            settings.appendLog.policy = .no
        }
        let target = try Duet()
        defer { target.finish() }
        let wire = try Wire(unix: old!.memcachedPath)
        let sets = "set a 7 0 5\r\nhello\r\nset timed 4294967295 1000 1\r\nx\r\nms AQIDIA== 3 b F9\r\nbin\r\n"
        _ = try wire.ask(bytes(sets), ending: "mn\r\n", "MN\r\n")
        let side = try RESPSide(unix: old!.respPath)
        _ = try side.ask(["BGREWRITEAOF"])
        let changes = "append a 0 0 1\r\n!\r\nset late 3 0 2\r\n12\r\nincr late 5\r\n"
        _ = try wire.ask(bytes(changes), ending: "mn\r\n", "MN\r\n")
        let probes = ["mg a v f t c", "mg timed v f c", "mg AQIDIA== v f c b k", "mg late v f t c"]
        let before = try probes.map { try wire.ask(bytes($0 + "\r\n"), ending: "mn\r\n", "MN\r\n") }
        old?.finish()
        old = nil
        let log = folder.path + "/appendonlydir"
        let files = try content(log)
        let copied = try Copying.copy(CopyEnd(log)!, Copying.end(memcached: target.memcachedPath))
        #expect(copied.isComplete && copied.outcome.stored == 4 && copied.warnings == [], "\(copied.text)")
        let there = try Wire(unix: target.memcachedPath)
        for (probe, expected) in zip(probes, before) {
            let found = try there.ask(bytes(probe + "\r\n"), ending: "mn\r\n", "MN\r\n")
            #expect(found == expected, "\(probe): \(String(decoding: found, as: UTF8.self))")
            #expect(found.count > 10)
        }
        let compared = try Copying.compare(CopyEnd(log)!, Copying.end(memcached: target.memcachedPath))
        #expect(compared.isComplete && compared.outcome.stored == 4, "\(compared.text)")
        #expect(try content(log) == files)
    }

    @Test("of a torn log what is whole arrives and the rest is told; a damaged one is refused; no file is touched")
    func damage() throws {
        let folder = CopyFolder()
        let duet = try Duet()
        defer { duet.finish() }
        func request(_ words: [String]) -> [UInt8] { RESPSide.request(words) }
        let whole = request(["SELECT", "0"]) + request(["SET", "a", "1"]) + request(["SET", "b", "2"])
        let torn = whole + request(["SET", "c", "3"]).dropLast(4)
        let path = folder.path + "/torn.aof"
        try write(torn, to: path)
        let target = Copying.end(redis: duet.respPath)
        let copied = try Copying.copy(CopyEnd(path)!, target)
        #expect(copied.isComplete && copied.outcome.stored == 2, "\(copied.text)")
        #expect(copied.text.contains("ends too early") && copied.text.contains("left out"), "\(copied.text)")
        #expect(try Files.read(path) == torn)

        let damaged = folder.path + "/damaged.aof"
        try write(whole + bytes("*x\r\n") + whole, to: damaged)
        #expect(Copying.failure(CopyEnd(damaged)!, target).contains("Bad file format"))
        let foreign = folder.path + "/foreign.aof"
        try write(whole + request(["NOSUCH", "x"]), to: foreign)
        #expect(Copying.failure(CopyEnd(foreign)!, target).contains("Unknown command 'NOSUCH'"))
        let refused = folder.path + "/refused.aof"
        try write(whole + request(["RPUSH", "a", "x"]), to: refused)
        let rest = try Copying.copy(CopyEnd(refused)!, target)
        #expect(rest.text.contains("1 commands of the AOF were refused"), "\(rest.text)")
        // As a server: what is behind a snapshot is no snapshot.
        let snapshot = folder.path + "/all.rdb"
        #expect(try Copying.copy(CopyEnd(path)!, CopyEnd(snapshot)!).isComplete)
        try write(try Files.read(snapshot) + whole, to: folder.path + "/log.rdb")
        #expect(Copying.failure(CopyEnd(folder.path + "/log.rdb")!, target).contains("is an append log"))

        unsafe _ = mkdir(folder.path + "/logs", 0o700)
        #expect(Copying.failure(CopyEnd(folder.path + "/logs")!, target).contains("no manifest"))
        try write(bytes("file x.1.incr.aof seq 1 type i\n"), to: folder.path + "/logs/x.manifest")
        #expect(Copying.failure(CopyEnd(folder.path + "/logs")!, target).contains("can't be opened"))
        try write(whole, to: folder.path + "/logs/x.1.incr.aof")
        let part = CopyEnd(folder.path + "/logs/x.1.incr.aof")!
        #expect(Copying.failure(part, target).contains("is one file of the log"))
        #expect(Copying.failure(target, CopyEnd(folder.path + "/logs")!).contains("a server's own"))
        #expect(Copying.failure(CopyEnd(folder.path + "/none.aof")!, target).contains("No such file"))
        #expect(try Copying.copy(CopyEnd(folder.path + "/logs")!, target).outcome.present.count == 2)
    }
}
