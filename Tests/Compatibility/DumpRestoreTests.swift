// `duet dump` and `duet restore` as rooms: from and to Duet and the real server, with everything that keys have.

import Base
import Glibc
import Migration
import RDB
import Server
import Testing

@Suite("Dumping and restoring", .serialized)
struct DumpRestoreTests {
    /// A folder for files, removed with the object.
    private final class Folder {
        let path: String
        init() { path = Running.makeFolder() }
        var file: String { path + "/all.rdb" }
        var names: [String] {
            Files.matching(path + "/*").map { String($0.split(separator: "/").last!) }.filter { $0 != "*" }.sorted()
        }
        deinit {
            for name in names { unsafe _ = unlink(path + "/" + name) }
            unsafe _ = rmdir(path)
        }
    }

    private static let far = 4_102_444_800_000
    private static let large = String(repeating: "0123456789abcdef", count: 20_000)

    /// One of each type and size class, in three databases.
    private static let requests: [[String]] =
        [
            ["SET", "string", "a value"], ["SET", "number", "-12"], ["SET", "large", large],
            ["SET", "", "of the empty key"], ["SET", "timed", "v", "PXAT", "\(far)"],
            ["RPUSH", "list", "a", "b", "1", ""], ["RPUSH", "long"] + (0..<3000).map { "element \($0)" },
            ["HSET", "hash", "f", "v", "n", "2"], ["HSET", "wide"] + (0..<600).flatMap { ["f\($0)", "v\($0)"] },
            ["SADD", "numbers", "3", "1", "2"], ["SADD", "set", "x", "y"],
            ["SADD", "many"] + (0..<600).map { "m\($0)" }, ["ZADD", "zset", "1.5", "a", "-inf", "b"],
            ["ZADD", "scores"] + (0..<600).flatMap { ["\($0).5", "m\($0)"] },
            ["XADD", "stream", "1-1", "f", "v"], ["XADD", "stream", "2-1", "f", "w", "g", "x"],
            ["XGROUP", "CREATE", "stream", "readers", "0"],
            ["XREADGROUP", "GROUP", "readers", "me", "COUNT", "1", "STREAMS", "stream", ">"],
            ["PEXPIREAT", "hash", "\(far)"], ["SELECT", "3"], ["SET", "string", "another value"],
            ["SELECT", "15"], ["RPUSH", "list", "z"], ["SELECT", "0"],
        ] + (0..<3000).map { ["SET", "many keys \($0)", "value \($0)"] }

    private func fill(_ side: RESPSide) throws {
        for request in Self.requests { _ = try side.ask(request) }
    }

    /// All keys with their expiries and their values, as DUMP tells them if that is the same on both sides.
    private func state(_ side: RESPSide) throws -> [String] {
        var lines: [String] = []
        for database in [0, 3, 15] {
            _ = try side.ask(["SELECT", "\(database)"])
            for key in RESPSide.bulks(try side.ask(["KEYS", "*"])).sorted() {
                let type = shown(try side.ask(["TYPE", key])).filter(\.isLetter)
                let look =
                    switch type {
                    case let type where type.contains("string"): ["GET", key]
                    case let type where type.contains("list"): ["LRANGE", key, "0", "-1"]
                    case let type where type.contains("zset"): ["ZRANGE", key, "0", "-1", "WITHSCORES"]
                    case let type where type.contains("set"): ["SORT", key, "ALPHA"]
                    case let type where type.contains("stream"): ["XRANGE", key, "-", "+"]
                    default: ["HGETALL", key]
                    }
                var value = shown(try side.ask(look))
                if type.contains("hash") { value = "\(RESPSide.bulks(try side.ask(look)).sorted())" }
                if type.contains("stream") { value += shown(try side.ask(["XPENDING", key, "readers"])) }
                lines.append("\(database) \(key) \(shown(try side.ask(["PEXPIRETIME", key]))) \(value)")
            }
        }
        _ = try side.ask(["SELECT", "0"])
        return lines
    }

    private func expectSame(_ ours: [String], _ theirs: [String]) {
        #expect(ours.count == theirs.count)
        for (our, their) in zip(ours, theirs) where our != their {
            Issue.record("\(our.prefix(200)) is not \(their.prefix(200))")
        }
    }

    private func open(_ path: String) throws -> ServerLink {
        try ServerLink.open(try #require(ServerAddress(path)), LinkOptions())
    }

    private func dump(_ path: String, to file: String) throws -> DownloadSummary {
        try SnapshotDownload.run(from: try open(path), to: file) { _ in }
    }

    private func restore(_ file: String, to path: String, replaces: Bool = false) throws -> UploadSummary {
        var options = UploadOptions()
        options.replaces = replaces
        return try SnapshotUpload(to: try open(path), options) { _ in }.run(file)
    }

    /// A server that sends a snapshot without making anybody wait for others first.
    private func redis(diskless: Bool = true) throws -> Peer {
        try Peer(Peer.redis!) { socket, folder in
            [
                "--port", "0", "--unixsocket", socket, "--save", "", "--dir", folder, "--repl-diskless-sync-delay", "0",
                "--repl-diskless-sync", diskless ? "yes" : "no",
            ]
        }
    }

    // MARK: Ours

    @Test("from Duet to Duet everything comes along, memcached's flags included")
    func betweenDuets() throws {
        let (first, second, folder) = (try Duet(), try Duet(), Folder())
        defer {
            first.finish()
            second.finish()
        }
        let (from, to) = (try RESPSide(unix: first.respPath), try RESPSide(unix: second.respPath))
        try fill(from)
        let memcached = try Wire(unix: first.memcachedPath)
        _ = try memcached.ask(bytes("set flagged 4000000000 0 5\r\nhello\r\n"), ending: "mn\r\n", "MN\r\n")
        _ = try memcached.ask(bytes("ms Zm9v 3 b F7\r\nbar\r\nmd Zm9v b I\r\n"), ending: "mn\r\n", "MN\r\n")
        let downloaded = try dump(first.respPath, to: folder.file)
        #expect(downloaded.isVerified && downloaded.size == Files.size(folder.file))
        #expect(folder.names == ["all.rdb"])
        let uploaded = try restore(folder.file, to: second.respPath)
        #expect(uploaded.isComplete && uploaded.isToDuet && uploaded.outcome.flagsLost == 0, "\(uploaded.text)")
        expectSame(try state(to), try state(from))
        let there = try Wire(unix: second.memcachedPath)
        for probe in ["get flagged\r\n", "mg Zm9v b f k v\r\n"] {
            let before = try memcached.ask(bytes(probe), ending: "mn\r\n", "MN\r\n")
            #expect(try there.ask(bytes(probe), ending: "mn\r\n", "MN\r\n") == before)
            #expect(before.count > 10)
        }
        // Once more: all are there, and stay.
        _ = try to.ask(["SET", "string", "changed"])
        let again = try restore(folder.file, to: second.respPath)
        #expect(again.outcome.stored == 0 && again.outcome.present.count == uploaded.outcome.stored && again.isComplete)
        #expect(try to.ask(["GET", "string"]) == bytes("$7\r\nchanged\r\n"))
        let replaced = try restore(folder.file, to: second.respPath, replaces: true)
        #expect(replaced.outcome.stored == uploaded.outcome.stored && replaced.outcome.present.count == 0)
        expectSame(try state(to), try state(from))
    }

    @Test("what changes meanwhile is not in the file, or is in it as a whole")
    func underLoad() throws {
        let (duet, folder) = (try Duet(), Folder())
        defer { duet.finish() }
        let side = try RESPSide(unix: duet.respPath)
        // Pairs that are always equal, changed in one step each.
        for index in 0..<5000 { _ = try side.ask(["MSET", "{\(index)}a", "0", "{\(index)}b", "0"]) }
        let path = duet.respPath
        let writer = try Thread(name: "writer") {
            do {
                let other = try RESPSide(unix: path)
                for round in 1...4000 {
                    _ = try other.ask(["MSET", "{\(round % 5000)}a", "\(round)", "{\(round % 5000)}b", "\(round)"])
                }
            } catch { Issue.record("\(error)") }
        }
        for _ in 1...5 {
            _ = try dump(duet.respPath, to: folder.file)
            let file = try #require(try MappedFile(folder.file))
            var values: [String: String] = [:]
            var reader = try RDBFileReader(file.bytes, verifiesChecksum: true)
            var event = RDBFileEvent.field
            while event != .end {
                event = try reader.next()
                if event == .string { values[reader.name.copiedText()] = reader.string.copiedText() }
            }
            #expect(values.count == 10_000)
            let torn = (0..<5000).filter { values["{\($0)}a"] != values["{\($0)}b"] }
            #expect(torn == [])
        }
        writer.join()
    }

    @Test("a key that cannot be read ends nothing, a full server ends all, and both are told")
    func refusals() throws {
        let (first, folder) = (try Duet(), Folder())
        let second = try Duet { settings in settings.memoryLimit = 3 << 20 }
        defer {
            first.finish()
            second.finish()
        }
        let from = try RESPSide(unix: first.respPath)
        for index in 0..<200 { _ = try from.ask(["SET", "k\(index)", String(repeating: "\(index)", count: 30_000)]) }
        _ = try dump(first.respPath, to: folder.file)
        let summary = try restore(folder.file, to: second.respPath)
        #expect(!summary.isComplete && summary.outcome.stored < 200 && summary.outcome.stored > 0)
        #expect(summary.outcome.fault?.text.contains("OOM") == true)
        #expect(summary.outcome.fault?.advice?.contains("maxmemory") == true)
        let to = try RESPSide(unix: second.respPath)
        #expect(try to.ask(["DBSIZE"]) == bytes(":\(summary.outcome.stored)\r\n"))
    }

    @Test("a damaged file, and one with too many databases, leave the server as it was")
    func nothingSent() throws {
        let folder = Folder()
        let (first, second) = (try Duet(), try Duet { $0.databaseCount = 10 })
        defer {
            first.finish()
            second.finish()
        }
        try fill(try RESPSide(unix: first.respPath))
        _ = try dump(first.respPath, to: folder.file)
        let to = try RESPSide(unix: second.respPath)
        #expect {
            _ = try restore(folder.file, to: second.respPath)
        } throws: { "\($0)".contains("database 15") && "\($0)".contains("Nothing was sent") }
        var content = try Files.read(folder.file)
        content[content.count / 2] ^= 1
        let descriptor = try Files.create(folder.file)
        try Files.write(content.span.rawBytes, to: descriptor)
        Files.close(descriptor)
        #expect {
            _ = try restore(folder.file, to: first.respPath)
        } throws: { "\($0)".contains("is damaged at byte") }
        #expect(try to.ask(["DBSIZE"]) == bytes(":0\r\n"))
    }

    @Test("logins are made, and asked for")
    func logins() throws {
        let (duet, folder) = (try Duet { $0.password = "sesame" }, Folder())
        defer { duet.finish() }
        #expect {
            _ = try dump(duet.respPath, to: folder.file)
        } throws: { "\($0)".contains("NOAUTH") && "\($0)".contains("--password") }
        var server = try #require(ServerAddress(duet.respPath))
        server.password = "wrong"
        #expect { _ = try ServerLink.open(server, LinkOptions()).server } throws: { "\($0)".contains("WRONGPASS") }
        server.password = "sesame"
        let link = try ServerLink.open(server, LinkOptions())
        let summary = try SnapshotDownload.run(from: link, to: folder.file) { _ in }
        #expect(summary.isVerified)
        #expect {
            _ = try dump(duet.memcachedPath, to: folder.file)
        } throws: { "\($0)".contains("does not speak RESP") && "\($0)".contains("--resp-port") }
    }

    @Test("a server that ends in the middle leaves no file, and the one that was there stays")
    func killed() throws {
        let (duet, folder) = (try Duet(), Folder())
        let side = try RESPSide(unix: duet.respPath)
        _ = try side.ask(["CONFIG", "SET", "rdbcompression", "no"])
        // More than lies between the two ends.
        for index in 0..<300 { _ = try side.ask(["SET", "k\(index)", Self.large]) }
        let descriptor = try Files.create(folder.file)
        try Files.write(Array("old".utf8).span.rawBytes, to: descriptor)
        Files.close(descriptor)
        var hasEnded = false
        #expect {
            _ = try SnapshotDownload.run(from: try open(duet.respPath), to: folder.file) { progress in
                if hasEnded || progress.phase != .receiving { return }
                hasEnded = true
                duet.finish()
            }
        } throws: { "\($0)".contains("was closed") && "\($0)".contains("receiving the snapshot") }
        #expect(hasEnded)
        #expect(folder.names == ["all.rdb"])
        #expect(try Files.read(folder.file) == Array("old".utf8))
    }

    // MARK: Theirs

    @Test(
        "from the real server and back, its end told by a mark or by size", .enabled(if: Peer.redis != nil),
        arguments: [true, false])
    func redisAndBack(diskless: Bool) throws {
        let (peer, target, duet, folder) = (try redis(diskless: diskless), try redis(), try Duet(), Folder())
        defer { duet.finish() }
        let (theirs, ours) = (try RESPSide(unix: peer.socketPath), try RESPSide(unix: duet.respPath))
        try fill(theirs)
        let code = "#!lua name=lib\nredis.register_function('f', function() return 1 end)"
        _ = try theirs.ask(["FUNCTION", "LOAD", code])
        let downloaded = try dump(peer.socketPath, to: folder.file)
        #expect(downloaded.isVerified && downloaded.size == Files.size(folder.file))
        let check = try Program("/usr/bin/redis-check-rdb", ["redis-check-rdb", folder.file])
        #expect(check.code == 0, "\(check.output)")
        let uploaded = try restore(folder.file, to: duet.respPath)
        #expect(uploaded.isComplete && uploaded.contents.libraryCount == 1, "\(uploaded.text)")
        expectSame(try state(ours), try state(theirs))
        // Flags do not come along to them.
        let memcached = try Wire(unix: duet.memcachedPath)
        _ = try memcached.ask(bytes("set flagged 7 0 5\r\nhello\r\n"), ending: "mn\r\n", "MN\r\n")
        _ = try dump(duet.respPath, to: folder.file)
        let there = try RESPSide(unix: target.socketPath)
        let back = try restore(folder.file, to: target.socketPath)
        #expect(back.isComplete && !back.isToDuet && back.outcome.flagsLost == 1, "\(back.text)")
        expectSame(try state(there), try state(ours))
        // What Redis wrote goes to Redis as it is.
        _ = try dump(peer.socketPath, to: folder.file)
        let replaced = try restore(folder.file, to: target.socketPath, replaces: true)
        #expect(replaced.isComplete && replaced.outcome.stored == uploaded.outcome.stored, "\(replaced.text)")
        _ = try there.ask(["DEL", "flagged"])
        for key in ["string", "list", "long", "hash", "numbers", "zset", "scores", "stream", "large"] {
            #expect(try there.ask(["DUMP", key]) == (try theirs.ask(["DUMP", key])), "\(key)")
        }
    }

    @Test("redis-cli --rdb takes a snapshot of ours, and --functions-rdb functions", .enabled(if: Peer.redis != nil))
    func redisCLI() throws {
        let (duet, folder) = (try Duet(), Folder())
        defer { duet.finish() }
        try fill(try RESPSide(unix: duet.respPath))
        let run = try Program("/usr/bin/redis-cli", ["redis-cli", "-s", duet.respPath, "--rdb", folder.file])
        #expect(run.code == 0, "\(run.error)")
        #expect(run.error.contains("Transfer finished with success"))
        let check = try Program("/usr/bin/redis-check-rdb", ["redis-check-rdb", folder.file])
        #expect(check.code == 0, "\(check.output)")
        #expect(check.output.contains("\(Self.requests.count { $0[0] != "SELECT" } - 4) keys read"))
        let code = "#!lua name=lib\nredis.register_function('f', function() return 1 end)"
        _ = try RESPSide(unix: duet.respPath).ask(["FUNCTION", "LOAD", code])
        let functions = try Program(
            "/usr/bin/redis-cli", ["redis-cli", "-s", duet.respPath, "--functions-rdb", folder.file])
        #expect(functions.code == 0, "\(functions.error)")
        let target = try redis()
        _ = try RESPSide(unix: target.socketPath)
        let uploaded = try restore(folder.file, to: target.socketPath)
        #expect(uploaded.outcome.libraries.stored == 1 && uploaded.contents.keyCount == 0, "\(uploaded.text)")
    }

    @Test("a replica is told that there is no replication, and keeps what it has", .enabled(if: Peer.redis != nil))
    func replica() throws {
        let (peer, duet) = (try redis(), try Duet { $0.respPort = -1 })
        defer { duet.finish() }
        let (replica, ours) = (try RESPSide(unix: peer.socketPath), try RESPSide(unix: duet.respPath))
        _ = try replica.ask(["SET", "own", "value"])
        _ = try ours.ask(["SET", "other", "value"])
        let port = RESPSide.bulks(try ours.ask(["CONFIG", "GET", "port"]))[1]
        _ = try replica.ask(["REPLICAOF", "127.0.0.1", port])
        // It tries again and again.
        var connections = 0
        for _ in 0..<2000 where connections < 4 {
            let facts = String(decoding: try ours.ask(["INFO", "stats"]), as: UTF8.self)
            let line = facts.split(separator: "\r\n").first { $0.hasPrefix("total_connections_received:") }
            connections = line.flatMap { Int($0.drop { $0 != ":" }.dropFirst()) } ?? 0
            usleep(5000)
        }
        #expect(connections >= 4)
        #expect(try replica.ask(["GET", "own"]) == bytes("$5\r\nvalue\r\n"))
        #expect(shown(try replica.ask(["INFO", "replication"])).contains("master_link_status:down"))
    }
}
