// `duet migrate` as rooms: between memcached, redis-server, Duet and files, with everything that items have.

import Base
import Glibc
import Migration
import Testing

@Suite("Copying", .serialized)
struct CopyTests {
    private static let hasPeers = Peer.memcached != nil && Peer.redis != nil
    private static let far = 4_102_444_800_000

    /// A memcached with its crawler, which lists keys.
    private func memcached() throws -> Peer {
        try Peer(Peer.memcached!) { socket, _ in ["-s", socket, "-U", "0", "-t", "1", "-u", "root", "-m", "64"] }
    }

    private static func end(memcached path: String) -> CopyEnd { CopyEnd("memcached+unix://" + path)! }
    private static func end(redis path: String) -> CopyEnd { CopyEnd("redis+unix://" + path)! }

    private func copy(
        _ from: CopyEnd, _ to: CopyEnd, _ change: (inout CopyOptions) -> Void = { _ in }
    ) throws -> CopySummary {
        var options = CopyOptions()
        change(&options)
        return try CopyRun(from: from, to: to, options) { _ in }.copy()
    }

    private func compare(_ from: CopyEnd, _ to: CopyEnd) throws -> CopySummary {
        try CopyRun(from: from, to: to, CopyOptions()) { _ in }.compare()
    }

    private static let count = 3008

    /// Items of all sizes and kinds of keys; `count` of them.
    private func fill(_ wire: Wire) throws {
        var requests = "set plain 7 0 5\r\nhello\r\nset empty 0 0 0\r\n\r\nset timed 4294967295 1000 1\r\nx\r\n"
        requests += "ms AQIDIA== 3 b F9\r\nbin\r\nms Zm9v 2 b T500\r\nhi\r\nset 100%25 0 0 2\r\n25\r\n"
        requests += "set number 0 0 2\r\n12\r\n"
        requests += "set large 1 0 300000\r\n\(String(repeating: "0123456789", count: 30000))\r\n"
        for number in 0..<3000 {
            requests += "set key:\(number) \(number) \(number % 3 == 0 ? 5000 : 0) 100\r\n"
            requests += String(repeating: "\(number % 10)", count: 100) + "\r\n"
            guard number % 100 == 99 else { continue }
            _ = try wire.ask(bytes(requests), ending: "mn\r\n", "MN\r\n")
            requests = ""
        }
    }

    private func meta(_ wire: Wire, _ words: String) throws -> String {
        let answer = try wire.ask(bytes("mg \(words)\r\n"), ending: "mn\r\n", "MN\r\n")
        return String(decoding: answer, as: UTF8.self).replacingFirst("MN\r\n")
    }

    @Test(
        "from memcached to Duet by either door, and back: value, flags, time to live and binary keys",
        .enabled(if: hasPeers))
    func memcachedToDuet() throws {
        let (old, back) = (try memcached(), try memcached())
        let (first, second) = (try Duet(), try Duet())
        defer {
            first.finish()
            second.finish()
        }
        let wire = try Wire(unix: old.socketPath)
        try fill(wire)
        let source = Self.end(memcached: old.socketPath)
        // Nobody told what it speaks.
        let tried = try CopyRun(from: CopyEnd(old.socketPath)!, to: CopyEnd(first.respPath)!, CopyOptions()) { _ in }
            .tryOut()
        #expect(tried.isComplete && tried.outcome.stored == Self.count && tried.largest == 300_000, "\(tried.text)")
        #expect(tried.expiring == 1002 && tried.flagged == 3003)
        #expect(try RESPSide(unix: first.respPath).ask(["DBSIZE"]) == bytes(":0\r\n"))

        let copied = try copy(source, CopyEnd(first.respPath)!)
        #expect(copied.isComplete && copied.outcome.stored == Self.count && copied.gone == 0, "\(copied.text)")
        for target in [Self.end(redis: first.respPath), Self.end(memcached: first.memcachedPath)] {
            let compared = try compare(source, target)
            #expect(compared.isComplete && compared.outcome.stored == Self.count, "\(compared.text)")
        }
        let there = try Wire(unix: first.memcachedPath)
        for words in [
            "plain v f", "empty v f", "timed v f", "AQIDIA== v f b k", "Zm9v v f b k", "100%25 v", "number v f",
        ] {
            #expect(try meta(there, words) == (try meta(wire, words)), "\(words)")
        }
        // Again: what is there stays.
        _ = try there.ask(bytes("set plain 8 0 3\r\nnew\r\n"), ending: "mn\r\n", "MN\r\n")
        let again = try copy(source, Self.end(redis: first.respPath))
        #expect(again.isComplete && again.outcome.stored == 0 && again.outcome.present.count == Self.count)
        #expect(try meta(there, "plain v f").contains("new"))
        let replaced = try copy(source, Self.end(redis: first.respPath)) { $0.replaces = true }
        #expect(replaced.outcome.stored == Self.count)
        #expect(try meta(there, "plain v f").contains("hello"))

        // Out of Duet by its own protocols, with what a Redis would not tell.
        let between = try copy(Self.end(redis: first.respPath), Self.end(memcached: second.memcachedPath))
        #expect(between.isComplete && between.outcome.stored == Self.count, "\(between.text)")
        let out = try copy(Self.end(memcached: second.memcachedPath), Self.end(memcached: back.socketPath))
        #expect(out.isComplete && out.outcome.stored == Self.count, "\(out.text)")
        let compared = try compare(source, Self.end(memcached: back.socketPath))
        #expect(compared.isComplete && compared.outcome.stored == Self.count, "\(compared.text)")
    }

    @Test("a listing that is longer than what lies between the two ends stops nobody", .enabled(if: hasPeers))
    func longListing() throws {
        let old = try memcached()
        let duet = try Duet()
        defer { duet.finish() }
        let wire = try Wire(unix: old.socketPath)
        for start in stride(from: 0, to: 40_000, by: 500) {
            let sets = (start..<start + 500).map { "ms a_key_of_some_length_\($0) 1 q\r\nv\r\n" }
            _ = try wire.ask(bytes(sets.joined()), ending: "mn\r\n", "MN\r\n")
        }
        let copied = try copy(Self.end(memcached: old.socketPath), Self.end(memcached: duet.memcachedPath))
        #expect(copied.isComplete && copied.outcome.stored == 40_000, "\(copied.text)")
    }

    @Test("CAS numbers come along to a memcached that takes them", .enabled(if: hasPeers))
    func casNumbers() throws {
        let old = try memcached()
        let duet = try Duet()
        defer { duet.finish() }
        let wire = try Wire(unix: old.socketPath)
        try fill(wire)
        _ = try copy(Self.end(memcached: old.socketPath), Self.end(memcached: duet.memcachedPath))
        let there = try Wire(unix: duet.memcachedPath)
        for key in ["plain", "timed", "key:77"] {
            #expect(try meta(there, "\(key) c") == (try meta(wire, "\(key) c")))
        }
    }

    private static let requests: [[String]] =
        [
            ["SET", "string", "a value"], ["SET", "number", "-12"], ["SET", "timed", "v", "PXAT", "\(far)"],
            ["SET", "large", String(repeating: "0123456789abcdef", count: 20_000)],
            ["RPUSH", "list", "a", "b", "1", ""], ["RPUSH", "long"] + (0..<3000).map { "element \($0)" },
            ["HSET", "hash", "f", "v", "n", "2"], ["HSET", "wide"] + (0..<600).flatMap { ["f\($0)", "v\($0)"] },
            ["SADD", "numbers", "3", "1", "2"], ["SADD", "many"] + (0..<600).map { "m\($0)" },
            ["ZADD", "zset", "1.5", "a", "-inf", "b"],
            ["ZADD", "scores"] + (0..<600).flatMap { ["\($0).5", "m\($0)"] },
            ["XADD", "stream", "1-1", "f", "v"], ["XGROUP", "CREATE", "stream", "readers", "0"],
            ["PEXPIREAT", "hash", "\(far)"], ["SELECT", "3"], ["SET", "string", "another value"], ["SELECT", "0"],
        ] + (0..<2000).map { ["SET", "many keys \($0)", "value \($0)"] }

    private static let keyCount = 2014

    private func fill(_ side: RESPSide) throws {
        for request in Self.requests { _ = try side.ask(request) }
    }

    @Test(
        "between redis-server and Duet all types come along, and a comparison tells each difference",
        .enabled(if: hasPeers))
    func redis() throws {
        let (old, back) = (try Peer.emptyRedis(), try Peer.emptyRedis())
        let duet = try Duet()
        defer { duet.finish() }
        try fill(try RESPSide(unix: old.socketPath))
        let (source, target) = (Self.end(redis: old.socketPath), Self.end(redis: duet.respPath))
        let copied = try copy(source, target)
        #expect(copied.isComplete && copied.outcome.stored == Self.keyCount, "\(copied.text)")
        let out = try copy(target, Self.end(redis: back.socketPath))
        #expect(out.isComplete && out.outcome.stored == Self.keyCount, "\(out.text)")
        for (from, to) in [(source, target), (target, source), (source, Self.end(redis: back.socketPath))] {
            let compared = try compare(from, to)
            #expect(compared.isComplete && compared.outcome.stored == Self.keyCount, "\(compared.text)")
        }
        let ours = try RESPSide(unix: duet.respPath)
        for change in [
            ["APPEND", "string", "!"], ["LSET", "list", "1", "c"], ["HSET", "hash", "f", "w"], ["SREM", "many", "m5"],
            ["ZADD", "zset", "1.25", "a"], ["XADD", "stream", "2-1", "f", "v"], ["PERSIST", "timed"], ["DEL", "wide"],
            ["SET", "numbers", "3"], ["PEXPIREAT", "large", "\(Self.far)"], ["RPOPLPUSH", "long", "long"],
        ] {
            _ = try ours.ask(change)
        }
        let compared = try compare(source, target)
        #expect(!compared.isComplete && compared.outcome.refused.count == 11, "\(compared.text)")
        #expect(compared.outcome.stored == Self.keyCount - 11)
    }

    @Test("by way of files, which the real tools take", .enabled(if: hasPeers))
    func files() throws {
        let (old, redis) = (try memcached(), try Peer.emptyRedis())
        let duet = try Duet()
        defer { duet.finish() }
        try fill(try Wire(unix: old.socketPath))
        try fill(try RESPSide(unix: redis.socketPath))
        let folder = Running.makeFolder()
        let (file, log) = (folder + "/all.rdb", folder + "/appendonly.aof")
        defer {
            for path in [file, log] { unsafe _ = unlink(path) }
            unsafe _ = rmdir(folder)
        }
        let source = Self.end(memcached: old.socketPath)
        let saved = try copy(source, CopyEnd(file)!)
        #expect(saved.isComplete && saved.outcome.stored == Self.count, "\(saved.text)")
        let check = try Program("/usr/bin/redis-check-rdb", ["redis-check-rdb", file])
        #expect(check.code == 0, "\(check.output)")
        #expect(try compare(source, CopyEnd(file)!).outcome.stored == Self.count)
        let loaded = try copy(CopyEnd(file)!, Self.end(memcached: duet.memcachedPath))
        #expect(loaded.isComplete && loaded.outcome.stored == Self.count, "\(loaded.text)")
        #expect(try compare(source, Self.end(memcached: duet.memcachedPath)).isComplete)

        let logged = try copy(Self.end(redis: redis.socketPath), CopyEnd(log)!)
        #expect(logged.isComplete && logged.outcome.stored == Self.keyCount, "\(logged.text)")
        let reader = try Peer(Peer.redis!) { socket, _ in
            ["--port", "0", "--unixsocket", socket, "--save", "", "--dir", folder, "--appendonly", "yes"]
        }
        let side = try RESPSide(unix: reader.socketPath)
        #expect(waitUntil { (try? side.ask(["PING"])) == bytes("+PONG\r\n") })
        let compared = try compare(Self.end(redis: redis.socketPath), Self.end(redis: reader.socketPath))
        #expect(compared.isComplete && compared.outcome.stored == Self.keyCount, "\(compared.text)")
        for path in Files.matching(folder + "/appendonlydir/*") { unsafe _ = unlink(path) }
        unsafe _ = rmdir(folder + "/appendonlydir")
    }

    @Test("what memcached has no place for is told, and the rest arrives", .enabled(if: hasPeers))
    func obstacles() throws {
        let (redis, target) = (try Peer.emptyRedis(), try memcached())
        let side = try RESPSide(unix: redis.socketPath)
        try fill(side)
        _ = try side.ask(["SET", String(repeating: "k", count: 251), "v"])
        _ = try side.ask(["SET", "too large", String(repeating: "0123456789", count: 200_000)])
        let (from, to) = (Self.end(redis: redis.socketPath), Self.end(memcached: target.socketPath))
        let tried = try CopyRun(from: from, to: to, CopyOptions()) { _ in }.tryOut()
        #expect(tried.outcome.refused.count == 11, "\(tried.text)")
        let copied = try copy(from, to)
        #expect(!copied.isComplete && copied.outcome.refused.count == 12, "\(copied.text)")
        #expect(copied.outcome.stored == Self.keyCount + 2 - 12 && copied.outcome.fault == nil)
        #expect(copied.text.contains("memcached has strings only"), "\(copied.text)")
    }

    @Test("who does not answer, or not so, is told with what to do")
    func badEnds() throws {
        let duet = try Duet()
        defer { duet.finish() }
        let folder = Running.makeFolder()
        defer { unsafe _ = rmdir(folder) }
        func failure(_ from: CopyEnd, _ to: CopyEnd) -> String {
            do { return try copy(from, to).text } catch { return "\(error)" }
        }
        let there = Self.end(redis: duet.respPath)
        #expect(failure(Self.end(memcached: folder + "/none"), there).contains("cannot connect"))
        #expect(failure(Self.end(memcached: duet.respPath), there).contains("does not speak memcached"))
        #expect(failure(Self.end(redis: duet.memcachedPath), there).contains("does not speak RESP"))
        #expect(failure(CopyEnd(folder + "/none.rdb")!, there).contains("No such file"))
        #expect(failure(CopyEnd(folder + "/none.aof")!, there).contains("nobody here reads append logs"))
        #expect(failure(there, CopyEnd(folder + "/none/file.rdb")!).contains("cannot write"))
        #expect(CopyEnd("http://x") == nil && CopyEnd("") == nil)
    }
}

extension String {
    fileprivate func replacingFirst(_ text: String) -> String {
        guard let range = firstRange(of: text) else { return self }
        return String(self[..<range.lowerBound] + self[range.upperBound...])
    }
}
