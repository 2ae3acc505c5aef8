// Random command streams, answered by Duet and by the real server, byte for byte.

import Glibc
import Testing

@Suite("Beside the real servers", .serialized)
struct StreamTests {
    /// More than the usual few with `DUET_SEEDS=100 swift test --filter Compatibility`.
    private var seeds: Range<UInt64> {
        let wanted = unsafe getenv("DUET_SEEDS").flatMap { unsafe UInt64(String(cString: $0)) }
        return 1..<(1 + (wanted ?? 4))
    }

    private var start: Int { Glibc.time(nil) }

    @Test(
        "memcached's text commands are answered as memcached answers them",
        .enabled(if: Peer.memcached != nil, "apt-get install memcached"))
    func memcachedStreams() throws {
        let peer = try Peer.quietMemcached()
        let duet = try Duet()
        defer { duet.finish() }
        let theirs = try MemcachedSide(unix: peer.socketPath)
        let ours = try MemcachedSide(unix: duet.memcachedPath)
        /// Plays the requests on empty servers up to the first that is answered differently.
        func difference(_ requests: [MemcachedRequest]) throws -> (index: Int, message: String)? {
            try theirs.reset()
            try ours.reset()
            for (index, request) in requests.enumerated() {
                let expected = try theirs.ask(request)
                let reply = try ours.ask(request)
                if reply == expected { continue }
                if MemcachedDifference.isKnown(request.text, theirs: expected, ours: reply) { continue }
                return (index, "\(shown(reply)), memcached \(shown(expected))")
            }
            return nil
        }
        for seed in seeds {
            print("memcached stream seed \(seed)")
            var drawer = MemcachedDrawer(seed: seed, start: start)
            let requests = (0..<1500).map { _ in drawer.next() }
            guard let (index, message) = try difference(requests) else { continue }
            let few = try shrunk(Array(requests[...index])) { try difference($0) != nil }
            Issue.record("seed \(seed): \(try difference(few)?.message ?? message) after \(few)")
            return
        }
    }

    @Test("a pipeline in random pieces is answered as memcached answers it", .enabled(if: Peer.memcached != nil))
    func memcachedPipelines() throws {
        let peer = try Peer.quietMemcached()
        let duet = try Duet()
        defer { duet.finish() }
        for seed in seeds.lowerBound..<seeds.upperBound * 5 {
            var drawer = MemcachedDrawer(seed: seed, start: start)
            var cutter = Drawer(seed: seed)
            let requests = (0..<cutter.pick([2, 10, 100])).compactMap { _ in pipelined(drawer.next()) }
            var rest = bytes(requests.joined())[...]
            var pieces: [[UInt8]] = []
            while !rest.isEmpty {
                pieces.append(Array(rest.prefix(1 + cutter.below(cutter.pick([10, 1000, 100_000])))))
                rest = rest.dropFirst(pieces[pieces.count - 1].count)
            }
            var replies: [[UInt8]] = []
            for path in [peer.socketPath, duet.memcachedPath] {
                _ = try Wire.burst(unix: path, [bytes("flush_all\r\n")])
                var numbers = ServersNumbers()
                replies.append(numbers.comparable(try Wire.burst(unix: path, pieces), ""))
            }
            guard replies[0] != replies[1] else { continue }
            let place = zip(replies[0], replies[1]).prefix { $0 == $1 }.count
            Issue.record(
                """
                seed \(seed), \(requests.map { $0.prefix(60) }): from byte \(place) \(shown(replies[1][place...])), \
                memcached \(shown(replies[0][place...]))
                """)
            return
        }
    }

    /// The request as it may stand in a pipeline. No counting: while a reply still holds the item, memcached puts a new
    /// one, without padding, in its place. md names its errors as since 1.6.19.
    private func pipelined(_ request: MemcachedRequest) -> String? {
        if ["incr ", "decr ", "ma ", "md "].contains(where: request.text.hasPrefix) { return nil }
        return request.text.replacing("{1}", with: "1").replacing("{2}", with: "2")
    }

    @Test(
        "Redis' commands are answered as redis-server answers them, in RESP2 and RESP3",
        .enabled(if: Peer.redis != nil, "apt-get install redis-server"), arguments: [2, 3])
    func redisStreams(_ version: Int) throws {
        let peer = try Peer.emptyRedis()
        let duet = try Duet()
        defer { duet.finish() }
        let theirs = try RESPSide(unix: peer.socketPath)
        let ours = try RESPSide(unix: duet.respPath)
        func difference(_ requests: [[String]]) throws -> (index: Int, message: String)? {
            try theirs.reset(version)
            try ours.reset(version)
            for (index, request) in requests.enumerated() {
                let expected = try theirs.ask(request)
                let reply = try ours.ask(request)
                if RESPDrawer.agree([request], reply, expected) { continue }
                return (index, "\(shown(reply)), redis-server \(shown(expected))")
            }
            return nil
        }
        for seed in seeds {
            print("RESP\(version) stream seed \(seed)")
            var drawer = RESPDrawer(seed: seed, start: start)
            let requests = (0..<1500).map { _ in drawer.next() }
            guard let (index, message) = try difference(requests) else { continue }
            let few = try shrunk(Array(requests[...index])) { try difference($0) != nil }
            let told = few.map { words in words.map { String($0.prefix(60)) } }
            Issue.record("seed \(seed): \(try difference(few)?.message ?? message) after \(told)")
            return
        }
    }

    @Test("SCAN shows every key exactly once, at both servers, whatever the count", .enabled(if: Peer.redis != nil))
    func scanning() throws {
        let peer = try Peer.emptyRedis()
        let duet = try Duet()
        defer { duet.finish() }
        let keys = Set((0..<500).map { "key:\($0)" } + ["", "k\u{0}\u{ff}\r\n"])
        for path in [peer.socketPath, duet.respPath] {
            let side = try RESPSide(unix: path)
            for key in keys { _ = try side.ask(["SET", key, "v"]) }
            for count in ["1", "10", "333", "100000"] {
                var found: [String] = []
                var cursor = "0"
                repeat {
                    let elements = RESPSide.bulks(try side.ask(["SCAN", cursor, "COUNT", count]))
                    cursor = elements[0]
                    found += elements.dropFirst()
                } while cursor != "0"
                #expect(Set(found) == keys, "\(path), count \(count)")
                // Redis may show a key twice while its table grows.
                if path == duet.respPath { #expect(found.count == keys.count, "count \(count)") }
            }
            // No cursor that a client makes up may do harm.
            for cursor in ["", "-1", "-0", "+5", "1", "18446744073709551615", "281474976710655"] {
                #expect(try side.ask(["SCAN", cursor, "COUNT", "5"]).starts(with: "*2\r\n".utf8), "\(cursor)")
            }
        }
    }
}
