// `duet migrate` between real servers of which something is wrong, from the start or in the middle of it.

import Base
import Glibc
import Migration
import Testing

@Suite("Copies with trouble", .serialized, .enabled(if: Copying.hasPeers))
struct CopyTroubleTests {
    // MARK: From the start

    @Test("who is not there, or speaks another protocol, is told at either end, and nothing is left behind")
    func protocols() throws {
        let (memcached, redis, folder) = (try Copying.memcached(), try Copying.redis(), CopyFolder())
        _ = try Wire(unix: memcached.socketPath)
        _ = try Wire(unix: redis.socketPath)
        let (cache, store) = (Copying.end(memcached: memcached.socketPath), Copying.end(redis: redis.socketPath))
        let file = CopyEnd(folder.path + "/all.rdb")!
        for nobody in [Copying.end(memcached: folder.path + "/none"), Copying.end(redis: folder.path + "/none")] {
            for (from, to) in [(nobody, store), (nobody, file), (cache, nobody)] {
                let said = Copying.failure(from, to)
                #expect(said.contains("cannot connect") && said.contains("Does the server run"), "\(said)")
            }
        }
        let (wrongRedis, wrongCache) = (
            Copying.end(redis: memcached.socketPath), Copying.end(memcached: redis.socketPath)
        )
        for (from, to) in [(wrongRedis, store), (wrongRedis, file), (store, wrongRedis)] {
            let said = Copying.failure(from, to)
            #expect(said.contains("does not speak RESP") && said.contains("This is memcached's protocol"), "\(said)")
        }
        for (from, to) in [(wrongCache, store), (wrongCache, file), (cache, wrongCache)] {
            let said = Copying.failure(from, to)
            #expect(said.contains("does not speak memcached's protocol"), "\(said)")
            #expect(said.contains("This is Redis' protocol: redis://"), "\(said)")
        }
        #expect(folder.names == [])
    }

    @Test("a password that is missing or wrong is told, the right one lets in")
    func passwords() throws {
        let folder = CopyFolder()
        let redis = try Copying.redis(["--requirepass", "ses@me"])
        let logins = try Files.create(folder.path + "/logins")
        try Files.write(Array("me:sesame\n".utf8).span.rawBytes, to: logins)
        Files.close(logins)
        let memcached = try Copying.memcached(["-Y", folder.path + "/logins"])
        _ = try Wire(unix: memcached.socketPath)
        _ = try Wire(unix: redis.socketPath)
        let file = CopyEnd(folder.path + "/all.rdb")!
        func end(_ scheme: String, _ login: String, _ peer: Peer) throws -> CopyEnd {
            try #require(CopyEnd("\(scheme)+unix://\(login)\(peer.socketPath)"))
        }
        // Also where nobody says what it speaks.
        for bare in [try end("redis", "", redis), CopyEnd(redis.socketPath)!] {
            let said = Copying.failure(bare, file)
            #expect(said.contains("NOAUTH") && said.contains("redis://:PASSWORD@HOST"), "\(said)")
        }
        #expect(Copying.failure(try end("redis", ":wrong@", redis), file).contains("WRONGPASS"))
        for bare in [try end("memcached", "", memcached), CopyEnd(memcached.socketPath)!] {
            let said = Copying.failure(bare, file)
            #expect(said.contains("unauthenticated") && said.contains("memcached://USER:PASSWORD@HOST"), "\(said)")
        }
        let said = Copying.failure(try end("memcached", "me:wrong@", memcached), file)
        #expect(said.contains("authentication failure") && said.contains("memcached://USER:PASSWORD"), "\(said)")
        #expect(folder.names == ["logins"])
        let copied = try Copying.copy(
            try end("redis", ":ses%40me@", redis), try end("memcached", "me:sesame@", memcached))
        #expect(copied.isComplete, "\(copied.text)")
        #expect(try Copying.copy(try end("memcached", "me:sesame@", memcached), file).isComplete)
    }

    @Test("a server whose certificate nobody known has signed gets nothing and gives nothing")
    func certificates() throws {
        let folder = CopyFolder()
        let parts = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(2)
        let certificates = parts.joined(separator: "/") + "/Certificates/"
        let port = 15_000 + Int(getpid()) % 3000
        let redis = try Copying.redis([
            "--tls-port", "\(port)", "--tls-cert-file", certificates + "server.crt", "--tls-key-file",
            certificates + "server.key", "--tls-ca-cert-file", certificates + "authority.crt", "--tls-auth-clients",
            "no",
        ])
        try Copying.fill(redis: redis, count: 10)
        let source = try #require(CopyEnd("rediss://127.0.0.1:\(port)"))
        let file = CopyEnd(folder.path + "/all.rdb")!
        let wrong = Copying.failure(source, file) { $0.link.authorityFile = certificates + "stranger.crt" }
        #expect(wrong.contains("certificate verify failed") && wrong.contains("--cacert"), "\(wrong)")
        let none = Copying.failure(source, file) { $0.link.authorityFile = folder.path + "/none.crt" }
        #expect(none.contains("none.crt") && none.contains("No such file"), "\(none)")
        let plain = Copying.failure(CopyEnd("redis://127.0.0.1:\(port)")!, file)
        #expect(plain.contains("If it wants TLS: rediss://"), "\(plain)")
        let asPlain = Copying.failure(CopyEnd("rediss://127.0.0.1:\(port + 1)")!, file)
        #expect(asPlain.contains("cannot connect"), "\(asPlain)")
        #expect(folder.names == [])
        let copied = try Copying.copy(source, file) { $0.link.authorityFile = certificates + "authority.crt" }
        #expect(copied.isComplete && copied.outcome.stored == 10, "\(copied.text)")
    }

    // MARK: No room

    @Test("what is too large for a memcached is told with its words, and the rest arrives")
    func tooLarge() throws {
        let (old, new) = (try Copying.memcached(["-I", "4m"]), try Copying.memcached())
        try Copying.fill(memcached: old, count: 50)
        let wire = try Wire(unix: old.socketPath)
        let large = String(repeating: "0123456789", count: 200_000)
        _ = try wire.ask(bytes("set large 0 0 2000000\r\n\(large)\r\n"), ending: "mn\r\n", "MN\r\n")
        let copied = try Copying.copy(Copying.end(memcached: old.socketPath), Copying.end(memcached: new.socketPath))
        #expect(copied.outcome.stored == 50 && copied.outcome.refused.count == 1 && copied.outcome.fault == nil)
        let line = "\"large\": SERVER_ERROR object too large"
        #expect(!copied.isComplete && copied.text.contains(line), "\(copied.text)")
    }

    @Test("a full target that refuses is told, and so is one that makes room by letting go of what was copied")
    func full() throws {
        let source = try Copying.redis()
        // Values that do not shrink on their way.
        let side = try Copying.side(source)
        var random = SplitMix64(seed: 1)
        for start in stride(from: 0, to: 3000, by: 100) {
            _ = try side.ask(together: (start..<start + 100).map { number in
                ["SET", "key:\(number)", (0..<120).map { _ in String(random.next(), radix: 36) }.joined()]
            })
        }
        let from = Copying.end(redis: source.socketPath)
        let (refusing, forgetful) = (
            try Copying.redis(["--maxmemory", "3mb"]),
            try Copying.redis(["--maxmemory", "3mb", "--maxmemory-policy", "allkeys-lru"])
        )
        for peer in [refusing, forgetful] { _ = try Copying.side(peer) }
        let refused = try Copying.copy(from, Copying.end(redis: refusing.socketPath))
        #expect(refused.outcome.fault?.text.contains("OOM") == true && !refused.isComplete, "\(refused.text)")
        #expect(refused.text.contains("raise its maxmemory") && refused.text.contains("The same command goes on"))
        #expect(try Copying.size(try Copying.side(refusing)) == refused.outcome.stored)
        #expect(refused.outcome.stored > 0 && refused.outcome.stored < 3000)
        let forgot = try Copying.copy(from, Copying.end(redis: forgetful.socketPath))
        #expect(forgot.outcome.stored == 3000 && !forgot.isComplete, "\(forgot.text)")
        #expect(try Copying.size(try Copying.side(forgetful)) + forgot.outcome.evicted == 3000)
        #expect(forgot.text.contains("evicted by the target"), "\(forgot.text)")

        let (small, strict) = (
            try Copying.memcached(["-m", "2", "-I", "512k"]), try Copying.memcached(["-m", "2", "-I", "512k", "-M"])
        )
        for peer in [small, strict] { _ = try Wire(unix: peer.socketPath) }
        let lost = try Copying.copy(from, Copying.end(memcached: small.socketPath))
        #expect(!lost.isComplete && lost.outcome.evicted > 0 && lost.outcome.fault == nil, "\(lost.text)")
        let out = try Copying.copy(from, Copying.end(memcached: strict.socketPath))
        #expect(!out.isComplete && out.outcome.refused.count > 0, "\(out.text)")
        #expect(out.outcome.refused.count + out.outcome.stored == 3000 && out.outcome.evicted == 0)
        #expect(out.text.contains("out of memory"), "\(out.text)")
        #expect(try Copying.statistic(strict, "curr_items") == out.outcome.stored)
    }

    // MARK: In the middle

    private static let count = 2500

    @Test("a source that is killed, or started anew, in the middle never looks like a whole copy")
    func sourceGone() throws {
        for isMemcached in [true, false] {
            for isRestarted in [true, false] {
                let (target, folder) = (try Copying.redis(), CopyFolder())
                let there = try Copying.side(target)
                for to in [Copying.end(redis: target.socketPath), CopyEnd(folder.path + "/all.rdb")!] {
                    let source = try isMemcached ? Copying.memcached() : Copying.redis()
                    let from: CopyEnd
                    if isMemcached {
                        from = Copying.end(memcached: source.socketPath)
                        try Copying.fill(memcached: source, count: Self.count, size: 500)
                    } else {
                        from = Copying.end(redis: source.socketPath)
                        try Copying.fill(redis: source, count: Self.count, size: 500)
                    }
                    var successor: Peer?
                    let summary = try Copying.copy(from, to, at: 300) {
                        source.signal(SIGKILL)
                        guard isRestarted else { return }
                        unsafe _ = unlink(source.socketPath)
                        let path = source.socketPath
                        successor = try? Peer(isMemcached ? Peer.memcached! : Peer.redis!) { _, folder in
                            isMemcached
                                ? ["-s", path, "-U", "0", "-u", "root"]
                                : ["--port", "0", "--unixsocket", path, "--save", "", "--dir", folder]
                        }
                        _ = try? Wire(unix: path)
                    }
                    withExtendedLifetime(successor) {}
                    #expect(!summary.isComplete && summary.outcome.stored < Self.count, "\(summary.text)")
                    #expect(summary.text.contains("Broken off: \(source.socketPath)"), "\(summary.text)")
                    if to.isServer {
                        #expect(summary.outcome.stored >= 300 - 128, "\(summary.text)")
                        #expect(try Copying.size(there) == summary.outcome.stored)
                    } else {
                        #expect(summary.outcome.stored == 0 && folder.names == [], "\(summary.text)")
                        #expect(summary.text.contains("No file was written"))
                    }
                }
            }
        }
    }

    @Test("a source that was started anew before the comparison is nothing to compare with")
    func restartedBeforeComparison() throws {
        for isMemcached in [true, false] {
            let target = try Copying.redis()
            let to = Copying.end(redis: target.socketPath)
            let source = try isMemcached ? Copying.memcached() : Copying.redis()
            let path = source.socketPath
            let from = isMemcached ? Copying.end(memcached: path) : Copying.end(redis: path)
            try isMemcached
                ? Copying.fill(memcached: source, count: 20) : Copying.fill(redis: source, count: 20)
            let copied = try Copying.copy(from, to)
            #expect(try Copying.compare(from, to, after: copied).outcome.stored == 20)
            source.signal(SIGKILL)
            unsafe _ = unlink(path)
            let successor = try Peer(isMemcached ? Peer.memcached! : Peer.redis!) { _, folder in
                isMemcached
                    ? ["-s", path, "-U", "0", "-u", "root"]
                    : ["--port", "0", "--unixsocket", path, "--save", "", "--dir", folder]
            }
            _ = try Wire(unix: path)
            #expect { _ = try Copying.compare(from, to, after: copied) } throws: { "\($0)".contains("started anew") }
            withExtendedLifetime(successor) {}
        }
    }

    @Test("a target that is killed in the middle ends the copy, and what it had acknowledged is counted")
    func targetGone() throws {
        let source = try Copying.redis()
        try Copying.fill(redis: source, count: Self.count, size: 500)
        for isMemcached in [true, false] {
            let target = try isMemcached ? Copying.memcached() : Copying.redis()
            let to = isMemcached ? Copying.end(memcached: target.socketPath) : Copying.end(redis: target.socketPath)
            _ = try Wire(unix: target.socketPath)
            let summary = try Copying.copy(Copying.end(redis: source.socketPath), to, at: 2000) {
                target.signal(SIGKILL)
            }
            #expect(!summary.isComplete && summary.outcome.stored <= 2000, "\(summary.text)")
            #expect(summary.text.contains("Broken off: \(target.socketPath)"), "\(summary.text)")
            #expect(summary.text.contains("The same command goes on"), "\(summary.text)")
        }
    }

    // MARK: Going on

    @Test("a copy that is gone on with costs the source its listing and the values that are missing, no more")
    func resumed() throws {
        let (memcached, redis) = (try Copying.memcached(), try Copying.redis())
        let (there, cache) = (try Copying.redis(), try Copying.memcached())
        try Copying.fill(memcached: memcached, count: Self.count)
        try Copying.fill(redis: redis, count: Self.count)
        _ = try RESPSide(unix: redis.socketPath).ask(["LPUSH", "list", "x"])
        _ = try RESPSide(unix: redis.socketPath).ask(["SET", "a key of two", "words"])
        let side = try Copying.side(redis)
        func fetched(_ isMemcached: Bool) throws -> Int {
            if isMemcached { return try Copying.statistic(memcached, "get_hits") }
            let text = String(decoding: try side.ask(["INFO", "commandstats"]), as: UTF8.self)
            let row = text.split(whereSeparator: \.isNewline).first { $0.hasPrefix("cmdstat_dump:calls=") }
            return row.flatMap { Int($0.dropFirst(19).prefix(while: \.isNumber)) } ?? 0
        }
        for isMemcached in [true, false] {
            let from = isMemcached
                ? Copying.end(memcached: memcached.socketPath) : Copying.end(redis: redis.socketPath)
            for to in [Copying.end(redis: there.socketPath), Copying.end(memcached: cache.socketPath)] {
                _ = try Copying.side(there).ask(["FLUSHALL"])
                _ = try Wire(unix: cache.socketPath).ask(bytes("flush_all\r\n"), ending: "mn\r\n", "MN\r\n")
                let total = Self.count + (isMemcached ? 0 : 2)
                var count = 0
                let broken = try Copying.copy(from, to) { options in
                    options.isStopped = {
                        count += 1
                        return count == 1000
                    }
                }
                #expect(broken.outcome.fault == .interrupted && !broken.isComplete, "\(broken.text)")
                #expect(broken.outcome.stored + broken.outcome.refused.count == 1000, "\(broken.text)")
                let before = try fetched(isMemcached)
                let rest = try Copying.copy(from, to)
                #expect(rest.outcome.present.count == broken.outcome.stored, "\(rest.text)")
                #expect(
                    rest.outcome.stored + rest.outcome.present.count + rest.outcome.refused.count == total,
                    "\(rest.text)")
                #expect(rest.text.contains("keys there already"), "\(rest.text)")
                #expect(try fetched(isMemcached) - before == total - broken.outcome.stored)
                let again = try Copying.copy(from, to)
                #expect(again.outcome.stored == 0, "\(again.text)")
                // What the target has no place for is looked at again.
                #expect(try fetched(isMemcached) - before == total - broken.outcome.stored + rest.outcome.refused.count)
                let replaced = try Copying.copy(from, to) { $0.replaces = true }
                #expect(replaced.outcome.stored == rest.outcome.stored + rest.outcome.present.count, "\(replaced.text)")
            }
        }
    }

    @Test("the command: its exit codes, and Ctrl-C in the middle, after which the same command goes on")
    func command() throws {
        let (source, target, folder) = (try Copying.redis(), try Copying.redis(), CopyFolder())
        try Copying.fill(redis: source, count: 2000)
        let there = try Copying.side(target)
        let (from, to) = ("redis+unix://" + source.socketPath, "redis+unix://" + target.socketPath)
        func run(
            _ from: String, _ to: String, _ more: [String] = [], _ body: (pid_t) -> Void = { _ in }
        ) throws -> Program {
            try Program(
                Program.duet!, ["duet", "migrate", "--from", from, "--to", to] + more, whileRunning: body)
        }
        let missing = try run(from, "redis+unix://" + folder.path + "/none")
        #expect(missing.code == 2 && missing.error.contains("cannot connect"), "\(missing.error)")

        let interrupted = try run(from, to, ["--rate", "2000"]) { pid in
            #expect(waitUntil { (try? Copying.size(there)) ?? 0 > 0 })
            kill(pid, SIGINT)
        }
        #expect(interrupted.code == 130, "\(interrupted.error)")
        #expect(interrupted.error.contains("Broken off: interrupted\nThe same command goes on"), "\(interrupted.error)")
        let arrived = try Copying.size(there)
        #expect(arrived > 0 && arrived < 2000)
        #expect(interrupted.error.contains("\(arrived) keys copied"), "\(arrived): \(interrupted.error)")

        let rest = try run(from, to, ["--verify"])
        #expect(rest.code == 0 && rest.output.contains("\(arrived) keys there already"), "\(rest.output)\(rest.error)")
        #expect(rest.output.contains("2000 keys the same"), "\(rest.output)")

        _ = try there.ask(["SET", "key:7", "another"])
        let differing = try run(from, to, ["--verify", "--quiet"])
        #expect(differing.code == 1 && differing.error.contains("has another value"), "\(differing.error)")

        let file = folder.path + "/all.rdb"
        let stopped = try run(from, file, ["--rate", "2000"]) { pid in
            #expect(waitUntil { !folder.names.isEmpty })
            kill(pid, SIGINT)
        }
        #expect(stopped.code == 130 && folder.names == [], "\(stopped.error)")

        let killed = try run(from, to, ["--rate", "2000", "--replace"]) { pid in
            _ = try? there.ask(["FLUSHALL"])
            #expect(waitUntil { (try? Copying.size(there)) ?? 0 > 0 })
            target.signal(SIGKILL)
        }
        #expect(killed.code == 3 && killed.error.contains("Broken off: \(target.socketPath)"), "\(killed.error)")
    }
}
