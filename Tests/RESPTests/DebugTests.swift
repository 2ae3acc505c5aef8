// DEBUG, where it is allowed, and the commands on memory. Replies of PROTOCOL recorded from redis-server 7.0.15.

import Base
import Engine
import Synchronization
import Testing

@testable import RESP

@Suite("DEBUG and MEMORY")
struct DebugTests {
    private func fixture() -> Fixture {
        let fixture = Fixture()
        fixture.control.allowsDebugging.withLock { $0 = true }
        return fixture
    }

    @Test("DEBUG PROTOCOL shows every type in both versions")
    func types() {
        let client = fixture().connect()
        let examples: [(String, String, String)] = [
            ("string", "$11\r\nHello World\r\n", "$11\r\nHello World\r\n"), ("integer", ":12345\r\n", ":12345\r\n"),
            ("double", "$5\r\n3.141\r\n", ",3.141\r\n"), ("null", "$-1\r\n", "_\r\n"),
            ("array", "*3\r\n:0\r\n:1\r\n:2\r\n", "*3\r\n:0\r\n:1\r\n:2\r\n"),
            ("set", "*3\r\n:0\r\n:1\r\n:2\r\n", "~3\r\n:0\r\n:1\r\n:2\r\n"),
            ("map", "*6\r\n:0\r\n:0\r\n:1\r\n:1\r\n:2\r\n:0\r\n", "%3\r\n:0\r\n#f\r\n:1\r\n#t\r\n:2\r\n#f\r\n"),
            (
                "attrib", "$39\r\nSome real reply following the attribute\r\n",
                "|1\r\n$14\r\nkey-popularity\r\n*2\r\n$7\r\nkey:123\r\n:90\r\n$39\r\nSome real reply following the attribute\r\n"
            ),
            (
                "push", "-ERR RESP2 is not supported by this command\r\n",
                ">2\r\n$16\r\nserver-cpu-usage\r\n:42\r\n$40\r\nSome real reply following the push reply\r\n"
            ),
            ("verbatim", "$25\r\nThis is a verbatim\nstring\r\n", "=29\r\ntxt:This is a verbatim\nstring\r\n"),
            ("TRUE", ":1\r\n", "#t\r\n"), ("false", ":0\r\n", "#f\r\n"),
            (
                "bignum", "$37\r\n1234567999999999999999999999999999999\r\n", "(1234567999999999999999999999999999999\r\n"
            ),
        ]
        for (type, two, _) in examples { #expect(client.ask("DEBUG", "PROTOCOL", type) == two) }
        client.ask("HELLO", "3")
        for (type, _, three) in examples { #expect(client.ask("DEBUG", "PROTOCOL", type) == three) }
        #expect(client.ask("DEBUG", "PROTOCOL", "x").hasPrefix("-ERR Wrong protocol type name. Please use one of"))
        #expect(
            client.ask("DEBUG", "protocol")
                == "-ERR unknown subcommand or wrong number of arguments for 'protocol'. Try DEBUG HELP.\r\n")
    }

    @Test("DEBUG's other words")
    func words() {
        let fixture = fixture()
        let client = fixture.connect()
        client.ask("SET", "k", "b")
        client.now = Milliseconds(client.now.rawValue + 5000)
        let line = client.ask("DEBUG", "OBJECT", "k")
        #expect(line.hasPrefix("+Value at:0x0 refcount:1 encoding:embstr serializedlength:2 lru:"))
        #expect(line.contains("lru_seconds_idle:5") || line.contains("lru_seconds_idle:4"))
        #expect(client.ask("DEBUG", "OBJECT", "nokey") == "-ERR no such key\r\n")
        #expect(client.ask("DEBUG", "ERROR", "MINE is\r\nthis") == "-MINE is  this\r\n")
        #expect(client.ask("DEBUG", "LOG", "hello") == "+OK\r\n")
        #expect(fixture.control.logged.withLock { $0 } == ["3 DEBUG LOG: hello"])
        #expect(client.ask("DEBUG", "SLEEP", "0") == "+OK\r\n")
        #expect(client.ask("DEBUG", "SET-ACTIVE-EXPIRE", "0") == "+OK\r\n")
        #expect(client.ask("DEBUG", "SET-ACTIVE-EXPIRE", "1") == "+OK\r\n")
        #expect(client.ask("DEBUG", "JMAP").hasPrefix("-ERR unknown subcommand"))
        let help = client.ask("DEBUG", "HELP").split(separator: "\r\n")
        #expect(help[0] == "*\(help.count - 1)")
    }

    @Test("DEBUG LISTPACK and QUICKLIST write to the log what values have")
    func portraits() {
        let fixture = fixture()
        let client = fixture.connect()
        func logged() -> [String] { fixture.control.logged.withLock { $0 } }
        client.ask("HSET", "h", "f", "a value", "g", String(repeating: "x", count: 50))
        #expect(client.ask("DEBUG", "LISTPACK", "h") == "+Listpack structure printed to the log\r\n")
        let lines = logged()
        #expect(lines.count == 5)
        #expect(lines[0].hasPrefix("3 DEBUG LISTPACK h: 2 members, 4 elements of 59 bytes, "))
        #expect(lines[2] == #"3 1: 7 bytes, "a value""#)
        #expect(lines[4] == "3 3: 50 bytes, \(String(repeating: "x", count: 40))...")
        client.ask("ZADD", "z", "1.5", "m")
        client.ask("DEBUG", "LISTPACK", "z")
        #expect(logged().suffix(2) == ["3 0: 1 bytes, m", "3 1: 3 bytes, 1.5"])
        client.ask(["RPUSH", "l"] + (0..<3000).map { "element \($0)" })
        #expect(client.ask("DEBUG", "QUICKLIST", "l") == "+Quicklist structure printed to the log\r\n")
        #expect(logged().count == 9)
        #expect(logged()[8].hasPrefix("3 DEBUG QUICKLIST l: 3000 members, 3000 elements of "))
        client.ask("DEBUG", "QUICKLIST", "l", "1")
        #expect(logged().count == 9 + 1 + 512 + 1)
        #expect(logged().last == "3 ... and 2488 more")
        #expect(client.ask("DEBUG", "LISTPACK", "l") == "-ERR Not a listpack encoded object.\r\n")
        client.ask("RPUSH", "few", "a")
        #expect(client.ask("DEBUG", "QUICKLIST", "few") == "-ERR Not a quicklist encoded object.\r\n")
    }

    @Test("DEBUG CHANGE-REPL-ID gives INFO another replication ID")
    func replicationID() {
        let client = fixture().connect()
        func id() -> String {
            let lines = client.ask("INFO", "replication").split(separator: "\r\n")
            return String(lines.first { $0.hasPrefix("master_replid:") } ?? "")
        }
        let before = id()
        #expect(before.utf8.count == "master_replid:".utf8.count + 40)
        #expect(id() == before)
        #expect(client.ask("DEBUG", "CHANGE-REPL-ID") == "+OK\r\n")
        #expect(id() != before)
    }

    @Test("DEBUG STRINGMATCH-TEST passes")
    func patterns() {
        let reply = fixture().connect().ask("DEBUG", "STRINGMATCH-TEST")
        #expect(reply == "+Apparently Redis did not crash: test passed\r\n")
    }

    @Test("DEBUG POPULATE keeps to its bounds, to maxmemory and to the gate")
    func populating() {
        var options = EngineOptions()
        options.memoryLimit = 16 << 20
        let fixture = Fixture(options)
        fixture.control.allowsDebugging.withLock { $0 = true }
        let client = fixture.connect()
        #expect(
            client.ask("DEBUG", "POPULATE", "1000000000000")
                == "-ERR value is out of range, must be between 0 and 134217728\r\n")
        #expect(client.ask("DEBUG", "POPULATE", "1", "k", "1000000000000").hasPrefix("-ERR value is out of range"))
        #expect(client.ask("DEBUG", "POPULATE", "10000000").hasPrefix("-OOM "))
        fixture.engine.evictionPolicy = .allKeysLRU
        #expect(client.ask("DEBUG", "POPULATE", "300000") == "+OK\r\n")
        client.ask("FLUSHALL")
        fixture.frontEnd.gateState = .loading
        #expect(client.ask("DEBUG", "POPULATE", "1").hasPrefix("-LOADING "))
        fixture.frontEnd.gateState = .logFails
        #expect(client.ask("DEBUG", "POPULATE", "1").hasPrefix("-MISCONF "))
        fixture.frontEnd.gateState = .open
        #expect(client.ask("DBSIZE") == ":0\r\n")
    }

    @Test("what the memcached door keeps of a string beside its value changes no digest")
    func digests() {
        let fixture = fixture()
        let client = fixture.connect()
        client.ask("SET", "k", "v")
        let plain = client.ask("DEBUG", "DIGEST")
        var handle = fixture.engine.makeHandle()
        handle.now = Fixture.start
        var options = StoreOptions()
        options.flags = 7
        options.casField = .fresh
        _ = handle.store(handle.key(Array("k".utf8).span.rawBytes, in: .first), Array("v".utf8).span.rawBytes, options)
        #expect(client.ask("DEBUG", "DIGEST") == plain)
        client.ask("PEXPIRE", "k", "1000")
        #expect(client.ask("DEBUG", "DIGEST") != plain)
        client.now = Milliseconds(client.now.rawValue + 1001)
        #expect(client.ask("DEBUG", "DIGEST") == "+\(String(repeating: "0", count: 40))\r\n")
    }

    @Test("MEMORY STATS tells as many rows as it announces, and what is true")
    func stats() {
        let fixture = fixture()
        let client = fixture.connect()
        client.ask("SET", "k", String(repeating: "x", count: 1000))
        client.ask("HELLO", "3")
        fixture.frontEnd.tick(now: Fixture.start)
        let reply = client.ask("MEMORY", "STATS")
        let lines = reply.split(separator: "\r\n").map(String.init)
        let names = lines.indices.filter { lines[$0].hasPrefix("$") }
        // The one row of the one database's own map.
        #expect(lines[0] == "%\(names.count - 1)")
        for name in ["peak.allocated", "db.0", "keys.count", "dataset.percentage", "fragmentation.bytes"] {
            #expect(lines.contains(name))
        }
        #expect(client.ask("MEMORY", "MALLOC-STATS").contains("bytes in use: "))
        #expect(client.ask("INFO", "memory").contains("\r\nused_memory_peak:"))
    }

    @Test("LOLWUT draws what it is asked to and tells the version")
    func picture() {
        let client = Fixture().connect()
        let reply = client.ask("LOLWUT", "VERSION", "5", "20", "4")
        let lines = reply.split(separator: "\r\n")[1].split(separator: "\n", omittingEmptySubsequences: false)
        #expect(lines.prefix(4).allSatisfy { $0.count == 20 })
        #expect(reply.contains("\nRedis ver. 7.2.0\n"))
        #expect(client.ask("LOLWUT", "foo").contains("Redis ver."))
    }
}
