// The append log between servers: what random commands leave is there after a restart, and redis-server reads the same
// from our log as from our snapshot.

import Base
import Glibc
import Persistence
import Server
import Testing

@Suite("Logs between servers", .serialized)
struct LogTests {
    /// Commands that would lead away, or end what the test goes on with.
    private static let kept: Set<String> = [
        "RESET", "HELLO", "AUTH", "CLIENT", "MULTI", "EXEC", "DISCARD", "WATCH", "SELECT",
    ]
    private static let far = 4_102_444_800_000

    /// A folder with one of the log in it, removed with the object.
    private final class Folder {
        let path: String
        init() { path = Running.makeFolder() }

        func remove(_ path: String) {
            for file in Files.matching(path + "/*") where !file.hasSuffix("*") { unsafe _ = unlink(file) }
            unsafe _ = rmdir(path)
        }

        deinit {
            remove(path + "/appendonlydir")
            remove(path)
        }
    }

    private func start(_ folder: Folder, _ change: (inout Configuration) -> Void = { _ in }) throws -> Duet {
        let duet = try Duet { settings in
            settings.directory = folder.path
            settings.isLogged = true
            settings.debugAccess = .all
            settings.appendLog.policy = .no
            settings.appendLog.rewritePercentage = 0
            change(&settings)
        }
        let side = try RESPSide(unix: duet.respPath)
        while try whole(side.ask(["DBSIZE"])).contains("LOADING") { usleep(2000) }
        return duet
    }

    @Test("after a restart every key is as random commands left it, rewritten or not", arguments: [1, 2, 3, 4])
    func restart(seed: Int) throws {
        print("logs seed \(seed)")
        let folder = Folder()
        // Both kinds of bases.
        func start() throws -> Duet { try self.start(folder) { $0.appendLog.hasSnapshotBase = seed < 3 } }
        var duet = try start()
        var side = try RESPSide(unix: duet.respPath)
        try fill(side, UInt64(seed), rewrites: seed % 2 == 0)
        for round in 1...2 {
            let before = try state(side)
            let digest = whole(try side.ask(["DEBUG", "DIGEST"]))
            #expect(whole(try side.ask(["DEBUG", "LOADAOF"])) == #""+OK\r\n""#)
            #expect(whole(try side.ask(["DEBUG", "DIGEST"])) == digest)
            for (old, new) in zip(before, try state(side)) { #expect(old == new, "seed \(seed), load \(round)") }
            duet.finish()
            duet = try start()
            side = try RESPSide(unix: duet.respPath)
            let after = try state(side)
            for (old, new) in zip(before, after) { #expect(old == new, "seed \(seed), restart \(round)") }
            #expect(before.count == after.count && before.count > 20)
            // What the log begins with now is what was read.
            if round == 1 { try rewrite(side) }
        }
        duet.finish()
    }

    @Test(
        "redis-server reads from our log what it reads from our snapshot, and redis-check-aof finds nothing wrong",
        .enabled(if: Peer.redis != nil), arguments: [11, 12, 13, 14, 15])
    func redis(seed: Int) throws {
        print("logs seed \(seed)")
        let folder = Folder()
        let hasTimestamps = seed > 12
        let hasSnapshotBase = seed < 14
        let duet = try start(folder) { settings in
            settings.appendLog.hasTimestamps = hasTimestamps
            settings.appendLog.hasSnapshotBase = hasSnapshotBase || seed == 15
        }
        let side = try RESPSide(unix: duet.respPath)
        try fill(side, UInt64(seed), rewrites: seed > 12)
        if seed == 15 {
            // While it serves.
            #expect(whole(try side.ask(["CONFIG", "SET", "aof-use-rdb-preamble", "no"])) == #""+OK\r\n""#)
            #expect(RESPSide.bulks(try side.ask(["CONFIG", "GET", "aof-use-rdb-preamble"])).last == "no")
            try rewrite(side)
        }
        #expect(whole(try side.ask(["SAVE"])) == #""+OK\r\n""#)
        duet.finish()
        try check(folder, hasTimestamps: hasTimestamps, hasSnapshotBase: hasSnapshotBase)
        let fromSnapshot = try redisState(folder, ["--appendonly", "no"])
        let fromLog = try redisState(folder, ["--appendonly", "yes"])
        for (one, other) in zip(fromSnapshot, fromLog) { #expect(one == other, "seed \(seed)") }
        #expect(fromSnapshot.count == fromLog.count && fromLog.count > 20)
    }

    /// Has Redis' tool and our own look at the files.
    private func check(_ folder: Folder, hasTimestamps: Bool, hasSnapshotBase: Bool) throws {
        let manifest = folder.path + "/appendonlydir/appendonly.aof.manifest"
        if let tool = Peer.program("redis-check-aof") {
            let run = try Program(tool, ["redis-check-aof", manifest])
            #expect(run.code == 0, "\(run.output)")
        }
        let set = try #require(try LogSet.read(manifest).set)
        #expect(set.files.first?.role == .base)
        #expect(set.files.first?.name.hasSuffix(hasSnapshotBase ? ".base.rdb" : ".base.aof") == true)
        for file in set.files where !file.name.hasSuffix(".rdb") {
            let summary = try LogCheck.run(file.path)
            #expect(summary.damage == nil && summary.verifiedSize >= summary.commandsSize)
            #expect((summary.firstTime != nil) == (hasTimestamps && file.role == .increment && summary.unitCount > 0))
        }
    }

    private func redisState(_ folder: Folder, _ more: [String]) throws -> [String] {
        let peer = try Peer(Peer.redis!) { socket, _ in
            ["--port", "0", "--unixsocket", socket, "--save", "", "--dir", folder.path] + more
        }
        let side = try RESPSide(unix: peer.socketPath)
        while try whole(side.ask(["DBSIZE"])).contains("LOADING") { usleep(2000) }
        return try state(side)
    }

    /// All of a reply.
    private func whole(_ reply: [UInt8]) -> String {
        var text = String.UnicodeScalarView()
        for byte in reply { text.append(Unicode.Scalar(byte)) }
        return String(text).debugDescription
    }

    // MARK: Commands

    private func rewrite(_ side: RESPSide) throws {
        _ = try side.ask(["BGREWRITEAOF"])
        let isDone = waitUntil {
            let facts = (try? side.ask(["INFO", "persistence"])).map { whole($0) } ?? ""
            return facts.contains("aof_rewrite_in_progress:0") && facts.contains("aof_rewrite_scheduled:0")
        }
        #expect(isDone)
    }

    private func fill(_ side: RESPSide, _ seed: UInt64, rewrites: Bool) throws {
        var random = SplitMix64(seed: seed)
        for database in [0, 3] {
            _ = try side.ask(["SELECT", "\(database)"])
            var drawer = RESPDrawer(seed: seed + UInt64(database), start: Glibc.time(nil))
            for round in 1...3000 {
                let isUnit = random.next(below: 20) == 0
                var requests: [[String]] = []
                for _ in 0..<(isUnit ? 1 + random.next(below: 5) : 1) {
                    let request = drawer.next()
                    let name = request[0].uppercased()
                    let flushes = name.hasPrefix("FLUSH") || name == "SWAPDB"
                    if Self.kept.contains(name) || (flushes && random.next(below: 8) > 0) { continue }
                    requests.append(request)
                }
                if isUnit { requests = [["MULTI"]] + requests + [["EXEC"]] }
                if !requests.isEmpty { _ = try side.ask(together: requests) }
                if rewrites && round == 1500 { try rewrite(side) }
                guard round % 100 == 0 else { continue }
                // There are few keys: what they hold now and then is kept.
                for key in RESPSide.bulks(try side.ask(["KEYS", "k?"])) {
                    _ = try side.ask(["COPY", key, "\(round) \(key)"])
                }
            }
            let many = (0..<1200).map { "element \($0)" }
            _ = try side.ask(["RPUSH", "many elements"] + many)
            _ = try side.ask(["SADD", "many members"] + many)
            _ = try side.ask(["HSET", "many fields"] + many)
            _ = try side.ask(["ZADD", "many scores"] + many.enumerated().flatMap { ["\($0.offset).5", $0.element] })
            _ = try side.ask(["LREM", "many elements", "-1", "element 700"])
            _ = try side.ask(["SPOP", "many members", "300"])
            _ = try side.ask(["ZREMRANGEBYRANK", "many scores", "3", "40"])
            _ = try side.ask(["APPEND", "long", String(repeating: "0123456789", count: 10_000)])
            _ = try side.ask(["APPEND", "long", "the end"])
            _ = try side.ask(["SETRANGE", "long", "70", "in the middle"])
            // What would run out on the way does not.
            for key in RESPSide.bulks(try side.ask(["KEYS", "*"])) {
                let time = whole(try side.ask(["PTTL", key]))
                if time != #"":-1\r\n""# { _ = try side.ask(["PEXPIREAT", key, "\(Self.far + key.utf8.count)"]) }
            }
        }
    }

    /// All that there is to know of each key, but when a consumer was seen last.
    private func state(_ side: RESPSide) throws -> [String] {
        var lines: [String] = []
        for database in 0..<16 {
            _ = try side.ask(["SELECT", "\(database)"])
            for key in RESPSide.bulks(try side.ask(["KEYS", "*"])).sorted() {
                let type = whole(try side.ask(["TYPE", key]))
                lines.append("\(database) \(key.debugDescription) \(type) \(whole(try side.ask(["PEXPIRETIME", key])))")
                lines.append(try content(side, key, type))
            }
        }
        return lines
    }

    private func content(_ side: RESPSide, _ key: String, _ type: String) throws -> String {
        func ask(_ words: String...) throws -> String { whole(try side.ask(words)) }
        switch type {
        case #""+string\r\n""#: return try ask("GET", key)
        case #""+list\r\n""#: return try ask("LRANGE", key, "0", "-1")
        case #""+set\r\n""#: return RESPSide.bulks(try side.ask(["SMEMBERS", key])).sorted().joined(separator: "|")
        case #""+zset\r\n""#: return try ask("ZRANGE", key, "0", "-1", "WITHSCORES")
        case #""+hash\r\n""#:
            let all = RESPSide.bulks(try side.ask(["HGETALL", key]))
            let pairs = stride(from: 0, to: all.count, by: 2).map { all[$0] + "=" + all[$0 + 1] }
            return pairs.sorted().joined(separator: "|")
        default:
            var facts = [try ask("XRANGE", key, "-", "+"), try ask("XINFO", "GROUPS", key)]
            let stream = whole(try side.ask(["XINFO", "STREAM", key])).split(separator: "$")
            let start = stream.firstIndex { $0.contains("last-generated-id") } ?? 0
            facts.append(stream[start..<min(stream.count, start + 7)].joined())
            let groups = RESPSide.bulks(try side.ask(["XINFO", "GROUPS", key]))
            for index in groups.indices where groups[index] == "name" {
                let pending = whole(try side.ask(["XPENDING", key, groups[index + 1], "-", "+", "1000"]))
                // Each has its idle time as its third part.
                facts.append(pending.replacing(/:[0-9]+\\r\\n:/, with: ":"))
            }
            return facts.joined(separator: "\n")
        }
    }
}
