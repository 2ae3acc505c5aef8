// DEBUG LOADAOF while clients of both doors go on: nothing that was acknowledged is lost, and nothing is done twice.

import Base
import Glibc
import Persistence
import Server
import Synchronization
import Testing

@Suite("Loading the log again", .serialized)
struct LogReloadTests {
    /// A folder with one of the log in it, removed with the object.
    private final class Folder {
        let path = Running.makeFolder()

        deinit {
            for folder in [path + "/appendonlydir", path] {
                for file in Files.matching(folder + "/*") where !file.hasSuffix("*") { unsafe _ = unlink(file) }
                unsafe _ = rmdir(folder)
            }
        }
    }

    private static let isOK = "+OK\r\n"
    private static let library = "#!lua name=one\nredis.register_function('one', function() return 1 end)"

    private func text(_ reply: [UInt8]) -> String { String(decoding: reply, as: UTF8.self) }

    private func start(_ folder: Folder, _ change: (inout Configuration) -> Void = { _ in }) throws -> Duet {
        let duet = try Duet { settings in
            settings.directory = folder.path
            settings.isLogged = true
            settings.debugAccess = .all
            settings.appendLog.rewritePercentage = 0
            settings.appendLog.policy = .everysec
            change(&settings)
        }
        let side = try RESPSide(unix: duet.respPath)
        while try text(side.ask(["DBSIZE"])).contains("LOADING") { usleep(2000) }
        // Before the first base there is nothing to load.
        while try !text(side.ask(["INFO", "persistence"])).contains("aof_rewrite_in_progress:0") { usleep(2000) }
        return duet
    }

    @Test("what memcached keeps of items, expiries and functions are there again", arguments: [true, false])
    func everything(hasSnapshotBase: Bool) throws {
        let folder = Folder()
        let duet = try start(folder) { $0.appendLog.hasSnapshotBase = hasSnapshotBase }
        defer { duet.finish() }
        let side = try RESPSide(unix: duet.respPath)
        let memcached = try Wire(unix: duet.memcachedPath)
        _ = try memcached.ask(bytes("set flagged 77 3000000000 5\r\nhello\r\n"), ending: "mn\r\n", "MN\r\n")
        for request in ["ms Zm9v 3 b F7 T3000\r\nbar\r\nmd Zm9v b I\r\n", "ms numbered 3 E77\r\nbar\r\n"] {
            _ = try memcached.ask(bytes(request), ending: "mn\r\n", "MN\r\n")
        }
        _ = try side.ask(["SET", "large", String(repeating: "0123456789", count: 100_000), "PX", "3000000"])
        _ = try side.ask(["RPUSH", "long"] + (0..<3000).map { "element \($0)" })
        _ = try side.ask(["FUNCTION", "LOAD", Self.library])
        _ = try side.ask(["XADD", "stream", "1-1", "f", "v"])
        _ = try side.ask(["XGROUP", "CREATE", "stream", "readers", "0"])
        _ = try side.ask(["XREADGROUP", "GROUP", "readers", "me", "STREAMS", "stream", ">"])
        _ = try side.ask(["SET", "short", "v", "PX", "1"])
        func look() throws -> [String] {
            let probes = [
                ["DEBUG", "DIGEST"], ["PEXPIRETIME", "flagged"], ["PEXPIRETIME", "large"], ["FUNCTION", "LIST"],
                ["XPENDING", "stream", "readers"], ["DBSIZE"],
            ]
            // A number that was only asked for is no change, and so not in the log.
            let lines = ["get flagged\r\n", "mg Zm9v b f s v\r\n", "gets numbered\r\n"]
            return try probes.map { text(try side.ask($0)) }
                + lines.map { text(try memcached.ask(bytes($0), ending: "mn\r\n", "MN\r\n")) }
        }
        usleep(5000)
        let before = try look()
        for round in 1...3 {
            #expect(text(try side.ask(["DEBUG", "LOADAOF"])) == Self.isOK)
            for (old, new) in zip(before, try look()) { #expect(old == new, "round \(round)") }
        }
        #expect(text(try side.ask(["FCALL", "one", "0"])) == ":1\r\n")
    }

    @Test("what clients write meanwhile is neither lost nor done twice", arguments: [LogSyncPolicy.always, .everysec])
    func writers(sync: LogSyncPolicy) throws {
        let folder = Folder()
        var duet = try start(folder) { settings in
            settings.appendLog.policy = sync
            settings.workerCount = 3
        }
        let side = try RESPSide(unix: duet.respPath)
        let (respPath, memcachedPath) = (duet.respPath, duet.memcachedPath)
        let shared = Shared()
        let threads = try (0..<4).map { number in
            try Thread(name: "writer") { shared.write(number, respPath, memcachedPath) }
        }
        for _ in 0..<12 {
            #expect(text(try side.ask(["DEBUG", "LOADAOF"])) == Self.isOK)
            usleep(2000)
        }
        shared.isOver.store(true, ordering: .relaxed)
        for thread in threads { thread.join() }
        for round in 0..<2 {
            for number in 0..<4 {
                let count = shared.counts.withLock { $0[number] ?? 0 }
                #expect(count > 0)
                let list = RESPSide.bulks(try side.ask(["LRANGE", "list \(number)", "0", "-1"]))
                #expect(list == (0..<count).map { "\($0)" }, "writer \(number), round \(round)")
                #expect(text(try side.ask(["GET", "m\(number)"])).contains("\r\n\(count)\r\n"))
            }
            if round == 0 { #expect(text(try side.ask(["DEBUG", "LOADAOF"])) == Self.isOK) }
        }
        let digest = text(try side.ask(["DEBUG", "DIGEST"]))
        duet.finish()
        duet = try start(folder)
        #expect(text(try RESPSide(unix: duet.respPath).ask(["DEBUG", "DIGEST"])) == digest)
        duet.finish()
    }

    /// What the writers of a test share.
    private final class Shared: Sendable {
        let isOver = Atomic<Bool>(false)
        let counts = Mutex<[Int: Int]>([:])

        /// Each number once to a list, and as often to a counter of the memcached door.
        func write(_ number: Int, _ respPath: String, _ memcachedPath: String) {
            do {
                let side = try RESPSide(unix: respPath)
                let memcached = try Wire(unix: memcachedPath)
                _ = try memcached.ask(bytes("set m\(number) 5 0 1\r\n0\r\n"), ending: "mn\r\n", "MN\r\n")
                var count = 0
                // What is written is read again by each load.
                while !isOver.load(ordering: .relaxed) && count < 1000 {
                    _ = try side.ask(["RPUSH", "list \(number)", "\(count)"])
                    _ = try memcached.ask(bytes("incr m\(number) 1\r\n"), ending: "mn\r\n", "MN\r\n")
                    count += 1
                }
                counts.withLock { $0[number] = count }
            } catch {
                Issue.record("writer \(number): \(error)")
            }
        }
    }

    @Test("who waits for a key is not given what was there once")
    func waiting() throws {
        let folder = Folder()
        let duet = try start(folder)
        defer { duet.finish() }
        let side = try RESPSide(unix: duet.respPath)
        _ = try side.ask(["RPUSH", "queue", "a", "b"])
        _ = try side.ask(["LPOP", "queue", "2"])
        let waiter = try Wire(unix: duet.respPath)
        try waiter.tell(RESPSide.request(["BLPOP", "queue", "0"]))
        let isBlocked = waitUntil {
            (try? side.ask(["INFO", "clients"])).map { text($0).contains("blocked_clients:1") } ?? false
        }
        #expect(isBlocked)
        #expect(text(try side.ask(["DEBUG", "LOADAOF"])) == Self.isOK)
        #expect(text(try side.ask(["INFO", "clients"])).contains("blocked_clients:1"))
        _ = try side.ask(["RPUSH", "queue", "c"])
        #expect(text(try waiter.read()) == "*2\r\n$5\r\nqueue\r\n$1\r\nc\r\n")
        #expect(text(try side.ask(["EXISTS", "queue"])) == ":0\r\n")
    }

    @Test("without a log, or with a damaged one, nothing is emptied")
    func refusals() throws {
        let folder = Folder()
        let duet = try start(folder)
        defer { duet.finish() }
        let side = try RESPSide(unix: duet.respPath)
        for number in 0..<100 { _ = try side.ask(["SET", "key \(number)", "value \(number)"]) }
        let digest = text(try side.ask(["DEBUG", "DIGEST"]))
        #expect(text(try side.ask(["DEBUG", "LOADAOF"])) == Self.isOK)
        let increment = try #require(
            Files.matching(folder.path + "/appendonlydir/*.incr.aof").first { !$0.hasSuffix("*.incr.aof") })
        let file = unsafe open(increment, O_RDWR)
        unsafe _ = pwrite(file, "?", 1, 500)
        close(file)
        #expect(text(try side.ask(["DEBUG", "LOADAOF"])).contains("-ERR \(increment) is damaged "))
        #expect(text(try side.ask(["DEBUG", "DIGEST"])) == digest)
        _ = try side.ask(["CONFIG", "SET", "appendonly", "no"])
        let isRefused = waitUntil {
            (try? side.ask(["DEBUG", "LOADAOF"])).map { text($0).contains("appendonly is no") } ?? false
        }
        #expect(isRefused)
        #expect(text(try side.ask(["DEBUG", "DIGEST"])) == digest)
    }
}
