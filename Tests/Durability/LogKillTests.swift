// The append log and sudden death: what was acknowledged is there, whole, and nothing else is.

import Base
import Synchronization
import Testing

@Suite("Killed while logging", .serialized, .enabled(if: Victim.program != nil))
struct LogKillTests {
    private static let logged = ["--save", "", "--appendonly", "yes", "--auto-aof-rewrite-min-size", "64kb"]

    /// What one writer did to its own keys: how far each came that was acknowledged, and how far it may have come.
    private final class Writer: @unchecked Sendable {
        // Sendable: its thread's alone until that has ended.
        let number: Int
        let speaksMemcached: Bool
        private let done: Atomic<Int>
        private(set) var sent = 0

        var acknowledged: Int { done.load(ordering: .relaxed) }

        init(_ number: Int, _ speaksMemcached: Bool, from start: Int) {
            self.number = number
            self.speaksMemcached = speaksMemcached
            done = Atomic(start)
            sent = start
        }

        /// Until the server is gone.
        func run(_ victim: Victim) {
            do {
                let wire = try victim.connect(door: speaksMemcached ? "memcached" : "resp")
                while true {
                    sent += 1
                    if speaksMemcached { try store(wire) } else { try change(wire) }
                    done.store(sent, ordering: .relaxed)
                }
            } catch {}
        }

        private func store(_ wire: Wire) throws {
            let value = String(sent)
            _ = try wire.ask("set m\(number) \(sent & 0xFFFF) 0 \(value.utf8.count)\r\n\(value)")
        }

        /// Several keys at once; a list that holds what was last, a counter, a time.
        private func change(_ wire: Wire) throws {
            try wire.send("MULTI\r\nSET s\(number) \(sent)\r\nRPUSH l\(number) \(sent)\r\nLTRIM l\(number) -3 -1\r\n")
            try wire.send("HSET h\(number) f \(sent) g\(sent % 10) \(sent)\r\nZADD z\(number) \(sent) m\r\n")
            try wire.send("PEXPIREAT s\(number) \(4_102_444_800_000 + sent)\r\nEXEC\r\n")
            for _ in 0..<7 { _ = try wire.line() }
            guard try wire.line() == "*6" else { throw Wire.Closed() }
            for _ in 0..<6 { _ = try wire.line() }
        }

        /// - Returns: how far it is, as the server has it now.
        func check(_ wire: Wire, _ memcached: Wire, atLeast least: Int) throws -> Int {
            if speaksMemcached {
                let head = try memcached.ask("gets m\(number)").split(separator: " ")
                guard head.count == 5 else {
                    #expect(acknowledged == 0)
                    return 0
                }
                let found = Int(try memcached.line()) ?? -1
                _ = try memcached.line()
                #expect(found >= least && found <= sent, "m\(number): \(found), of \(least) to \(sent)")
                #expect(head[2] == "\(found & 0xFFFF)")
                #expect((UInt64(head[4]) ?? 0) > 0)
                return found
            }
            let found = Int(try wire.get("s\(number)") ?? "0") ?? -1
            #expect(found >= least && found <= sent, "s\(number): \(found), of \(least) to \(sent)")
            guard found > 0 else { return 0 }
            // All of one transaction, or nothing of it.
            #expect(try wire.ask("PEXPIRETIME s\(number)") == ":\(4_102_444_800_000 + found)")
            #expect(try wire.ask("LINDEX l\(number) -1").hasPrefix("$"))
            #expect(try wire.line() == "\(found)")
            #expect(try wire.ask("HGET h\(number) f").hasPrefix("$"))
            #expect(try wire.line() == "\(found)")
            #expect(try wire.ask("ZSCORE z\(number) m").hasPrefix("$"))
            #expect(try wire.line() == "\(found)")
            #expect(try wire.ask("LLEN l\(number)") == ":\(min(3, found))")
            return found
        }
    }

    @Test("with appendfsync always, whenever it is killed, all that was acknowledged is there, and only what was sent")
    func always() throws {
        let folder = TestFolder()
        let seed = UInt64.random(in: 0 ... .max)
        print("LogKillTests seed \(seed)")
        var random = SplitMix64(seed: seed)
        var reached = [Int](repeating: 0, count: 6)
        for round in 1...50 {
            let victim = try Victim(in: folder, Self.logged + ["--appendfsync", "always"])
            let wire = try victim.connect()
            try wire.waitUntilLoaded()
            let writers = (0..<6).map { Writer($0, $0 % 2 == 0, from: reached[$0]) }
            let threads = try writers.map { writer in try Thread(name: "writer") { writer.run(victim) } }
            if round % 5 == 0 { _ = try wire.ask("BGREWRITEAOF") }
            System.sleep(milliseconds: 5 + Int(random.next(below: 60)))
            victim.kill()
            for thread in threads { thread.join() }
            let next = try Victim(in: folder, Self.logged + ["--appendfsync", "always"])
            let (resp, memcached) = (try next.connect(), try next.connect(door: "memcached"))
            try resp.waitUntilLoaded()
            for writer in writers {
                reached[writer.number] = try writer.check(resp, memcached, atLeast: writer.acknowledged)
            }
            next.kill()
        }
        #expect(reached.allSatisfy { $0 > 50 })
    }

    @Test("with appendfsync everysec no more than the last two seconds are lost, and the rest is in its order")
    func everySecond() throws {
        let folder = TestFolder()
        let victim = try Victim(in: folder, Self.logged)
        let wire = try victim.connect()
        try wire.waitUntilLoaded()
        let writer = Writer(1, false, from: 0)
        let thread = try Thread(name: "writer") { writer.run(victim) }
        System.sleep(milliseconds: 2600)
        let early = writer.acknowledged
        System.sleep(milliseconds: 2000)
        victim.kill()
        thread.join()
        let next = try Victim(in: folder, Self.logged)
        let (resp, memcached) = (try next.connect(), try next.connect(door: "memcached"))
        try resp.waitUntilLoaded()
        let found = try writer.check(resp, memcached, atLeast: early)
        #expect(found > 100)
    }
}
