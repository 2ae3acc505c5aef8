// Snapshots and sudden death: what a restart finds is a whole snapshot, the last one that was finished or a later one.

import Base
import Synchronization
import Testing

@Suite("Killed while saving", .serialized, .enabled(if: Victim.program != nil))
struct SnapshotKillTests {
    @Test("whenever it is killed, the file is one moment of the data, no older than the last save that was reported")
    func killed() throws {
        let folder = TestFolder()
        let seed = UInt64.random(in: 0 ... .max)
        print("SnapshotKillTests seed \(seed)")
        var random = SplitMix64(seed: seed)
        let pairCount = 500
        var least = 0
        for round in 1...10 {
            let victim = try Victim(in: folder, ["--save", ""])
            let wire = try victim.connect()
            try wire.waitUntilLoaded()
            try check(wire, pairCount, atLeast: least)
            let writer = try victim.connect(door: "memcached")
            let start = round * 1_000_000
            // Written by one client in order, through the other door: a moment is a number, or two that follow.
            func write(_ number: Int) throws {
                var request = ""
                for pair in 0..<pairCount {
                    for name in ["a", "b"] {
                        let value = String(number)
                        request += "set \(name):\(pair) \(pair) 0 \(value.utf8.count)\r\n\(value)\r\n"
                    }
                }
                try writer.send(request)
                for _ in 0..<(pairCount * 2) { _ = try writer.line() }
            }
            try write(start)
            _ = try wire.ask("SAVE")
            least = start
            let killedAfter = Int(random.next(below: 40))
            let killer = try Thread(name: "killer") {
                System.sleep(milliseconds: killedAfter)
                victim.kill()
            }
            do {
                for number in 1... {
                    _ = try wire.ask("BGSAVE")
                    try write(start + number)
                }
            } catch is Wire.Closed {}
            killer.join()
        }
        let last = try Victim(in: folder, ["--save", ""])
        let wire = try last.connect()
        try wire.waitUntilLoaded()
        try check(wire, pairCount, atLeast: least)
    }

    private func check(_ wire: Wire, _ pairCount: Int, atLeast least: Int) throws {
        if least == 0 { return }
        var values: [Int] = []
        for pair in 0..<pairCount {
            for name in ["a", "b"] { values.append(try wire.get("\(name):\(pair)").flatMap { Int($0) } ?? 0) }
        }
        let first = try #require(values.first)
        #expect(first >= least)
        #expect(values.allSatisfy { $0 == first || $0 == first - 1 })
        #expect(zip(values, values.dropFirst()).allSatisfy { $0 >= $1 })
    }

    @Test("an orderly end with a save point loses nothing, through either door")
    func stopped() throws {
        let folder = TestFolder()
        let points = ["--save", "3600 1"]
        for round in 0..<3 {
            let victim = try Victim(in: folder, points)
            let resp = try victim.connect()
            try resp.waitUntilLoaded()
            if round > 0 {
                #expect(try resp.get("resp") == String(round - 1))
                #expect(try resp.get("memcached") == String(round - 1))
            }
            let memcached = try victim.connect(door: "memcached")
            #expect(try memcached.ask("set memcached 7 0 1\r\n\(round)") == "STORED")
            #expect(try resp.ask("SET resp \(round)") == "+OK")
            #expect(victim.stop() == 0)
        }
    }

    @Test(
        "redis-server loads our file, and we load its",
        .enabled(if: Victim.redisServer != nil && Victim.redisCheck != nil))
    func exchange() throws {
        let folder = TestFolder()
        let fill = [
            "SET s hello", "SET n 12345", "RPUSH l a b c", "HSET h f v g w", "SADD i 1 2 3", "SADD t x y z",
            "ZADD z 1.5 a 2 b", "XADD x 1-1 f v", "XGROUP CREATE x g 0", "PFADD p a b c", "EXPIRE s 1000", "SELECT 5",
            "SET other db", "SELECT 0",
        ]
        // A short list and a set of a few words (l, t) are told as listpacks since 7.2, and otherwise before; that a
        // string was built by commands (p) no file remembers.
        let keys = ["s", "n", "h", "i", "z", "x"]
        func dumps(_ wire: Wire) throws -> [String] {
            try keys.map { key in
                // A payload holds any byte; its digest is enough: the servers restore it and compare.
                "\(key) \(try wire.ask("TYPE \(key)")) \(try wire.ask("OBJECT ENCODING \(key)")) \(try wire.line())"
            } + ["DBSIZE", "XLEN x", "PFCOUNT p", "LLEN l", "SCARD t"].map { "\($0) \(try wire.ask($0))" }
        }
        let ours = try Victim(in: folder, ["--save", ""])
        var wire = try ours.connect()
        try wire.waitUntilLoaded()
        for request in fill {
            #expect(try !wire.ask(request).hasPrefix("-"))
            if request.hasPrefix("XADD") { _ = try wire.line() }
        }
        #expect(try wire.ask("SAVE") == "+OK")
        let expected = try dumps(wire)
        ours.stop()
        #expect(try Victim.run([Victim.redisCheck!, folder.path + "/dump.rdb"]) == 0)

        let theirs = try Victim(in: folder, program: Victim.redisServer, ["--save", ""])
        wire = try theirs.connect()
        try wire.waitUntilLoaded()
        for (found, wanted) in zip(try dumps(wire), expected) { #expect(found == wanted) }
        #expect(try wire.ask("SAVE") == "+OK")
        theirs.stop()

        let again = try Victim(in: folder, ["--save", ""])
        wire = try again.connect()
        try wire.waitUntilLoaded()
        for (found, wanted) in zip(try dumps(wire), expected) { #expect(found == wanted) }
        let left = Int(try wire.ask("TTL s").dropFirst()) ?? 0
        #expect(left > 900 && left <= 1000)
        #expect(try wire.ask("SELECT 5") == "+OK")
        #expect(try wire.get("other") == "db")
    }
}
