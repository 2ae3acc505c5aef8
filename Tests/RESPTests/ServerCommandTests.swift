// Commands whose replies are facts of the moment, and what only several clients or a password can show.

import Base
import Engine
import Synchronization
import Testing

@testable import RESP

@Suite("Server commands")
struct ServerCommandTests {
    /// The number of an integer reply. The line end is one Character.
    private func number(_ reply: String) -> Int { Int(reply.dropFirst().dropLast()) ?? -1 }

    @Test("TIME is the Unix time in two parts")
    func time() {
        let lines = Fixture().connect().ask("TIME").split(separator: "\r\n")
        #expect(lines.count == 5 && lines[0] == "*2")
        #expect(abs(Int64(lines[2])! - Milliseconds.readClock().seconds) < 60)
        #expect((0..<1_000_000).contains(Int(lines[4])!))
    }

    @Test("COMMAND tells as many entries as COMMAND COUNT says, in both versions")
    func command() {
        let client = Fixture().connect()
        #expect(client.ask("COMMAND", "COUNT") == ":\(Command.allCases.count)\r\n")
        #expect(client.ask("COMMAND").hasPrefix("*\(Command.allCases.count)\r\n*10\r\n$3\r\nget\r\n:2\r\n*2\r\n+readonly"))
        #expect(client.ask("COMMAND", "LIST").hasPrefix("*\(Command.allCases.count)\r\n"))
        #expect(client.ask("COMMAND", "DOCS").hasPrefix("*\(2 * Command.allCases.count)\r\n$3\r\nget\r\n*10\r\n"))
        #expect(client.ask("COMMAND", "INFO", "client|list").hasPrefix("*1\r\n*10\r\n$11\r\nclient|list\r\n:-2\r\n"))
        client.ask("HELLO", "3")
        #expect(client.ask("COMMAND", "DOCS", "set").hasPrefix("%1\r\n$3\r\nset\r\n%5\r\n$7\r\nsummary\r\n"))
    }

    @Test("HELP is printed from the table, and says as many lines as it announces")
    func help() {
        let client = Fixture().connect()
        for spec in CommandTable.specs where !spec.subcommands.isEmpty {
            let reply = client.ask(spec.name, "help")
            let lines = reply.split(separator: "\r\n")
            if spec.name == "cluster" { continue }
            #expect(lines[0] == "*\(lines.count - 1)")
            #expect(lines[1].hasPrefix("+\(spec.name.uppercased()) <subcommand>"))
            #expect(reply.contains("+HELP\r\n"))
        }
    }

    @Test("OBJECT IDLETIME grows with time and TOUCH sets it back")
    func idleTime() {
        let client = Fixture().connect()
        client.ask("SET", "k", "v")
        client.now = Milliseconds(client.now.rawValue + 100_000)
        let idle = number(client.ask("OBJECT", "IDLETIME", "k"))
        #expect((98...102).contains(idle))
        client.ask("TOUCH", "k")
        #expect(client.ask("OBJECT", "IDLETIME", "k") == ":0\r\n")
    }

    @Test("MEMORY USAGE is at least the bytes of key and value")
    func memoryUsage() {
        let client = Fixture().connect()
        client.ask("SET", "key", String(repeating: "x", count: 1000))
        let usage = number(client.ask("MEMORY", "USAGE", "key"))
        #expect((1003...2000).contains(usage))
        #expect(client.ask("MEMORY", "USAGE", "key", "SAMPLES", "5") == ":\(usage)\r\n")
    }

    @Test("under an LFU policy OBJECT FREQ answers and OBJECT IDLETIME does not")
    func frequency() {
        var options = EngineOptions()
        options.evictionPolicy = .allKeysLFU
        let client = Fixture(options).connect()
        client.ask("SET", "k", "v")
        #expect(client.ask("OBJECT", "FREQ", "k").hasPrefix(":"))
        #expect(client.ask("OBJECT", "IDLETIME", "k").hasPrefix("-ERR An LFU maxmemory policy is selected"))
    }

    @Test("INFO has its sections in Redis' order, and tools find each row first where they look for it")
    func info() {
        let fixture = Fixture()
        let client = fixture.connect()
        client.ask("SET", "k", "v")
        client.ask("GET", "k")
        client.ask("GET", "x")
        fixture.frontEnd.tick(now: Milliseconds(1000))
        fixture.frontEnd.tick(now: Milliseconds(1100))
        let reply = client.ask("INFO")
        var last = reply.startIndex
        for title in [
            "Server", "Clients", "Memory", "Persistence", "Stats", "Replication", "CPU", "Modules", "Cluster",
            "Keyspace", "Memcached",
        ] {
            let place = reply.firstRange(of: "# \(title)\r\n")
            #expect(place != nil && place!.lowerBound > last, "\(title)")
            last = place?.lowerBound ?? last
        }
        for (word, row) in [
            ("used_memory", "used_memory:"), ("loading", "loading:0"), ("connected_clients", "connected_clients:1"),
            ("blocked_clients", "blocked_clients:0"), ("total_commands_processed", "total_commands_processed:"),
        ] {
            let found = reply.firstRange(of: word)
            #expect(found != nil && reply[found!.lowerBound...].hasPrefix(row), "\(word)")
        }
        for row in [
            "redis_version:7.2.0", "uptime_in_seconds:5", "keyspace_hits:1", "keyspace_misses:1", "role:master",
            "db0:keys=1,expires=0,avg_ttl=0", "instantaneous_ops_per_sec:0", "used_cpu_user:1.250000",
            "maxmemory_policy:noeviction", "tcp_port:6379",
        ] { #expect(reply.contains("\r\n\(row)\r\n"), "\(row)") }
        #expect(client.ask("INFO", "stats", "CPU").contains("# CPU") && !client.ask("INFO", "stats").contains("# CPU"))
    }

    @Test("CONFIG SET that asks somebody else has its client wait, and nobody else")
    func slowSetting() {
        let fixture = Fixture()
        let (client, other) = (fixture.connect(), fixture.connect())
        fixture.control.isSettingSlow.withLock { $0 = true }
        func answer(_ refusal: ConfigurationRefusal?) {
            fixture.control.pendingSetting.withLock { $0.take() }?(refusal)
        }
        #expect(client.ask("CONFIG", "SET", "port", "1") == "" && client.isWaiting)
        #expect(client.ask("PING") == "" && other.ask("PING") == "+PONG\r\n")
        answer(nil)
        #expect(client.wake() == "+OK\r\n+PONG\r\n")
        client.ask("CONFIG", "SET", "port", "1")
        answer(ConfigurationRefusal(name: "port", reason: .invalid("not\r\nthere")))
        let refusal = "-ERR CONFIG SET failed (possibly related to argument 'port') - not  there\r\n"
        #expect(client.wake() == refusal)
        // Inside a transaction nobody may wait.
        client.ask("MULTI")
        client.ask("CONFIG", "SET", "port", "1")
        #expect(client.ask("EXEC") == "*1\r\n+OK\r\n")
        // Whoever waits no longer is not answered twice.
        client.ask("CONFIG", "SET", "port", "1")
        #expect(other.ask("CLIENT", "UNBLOCK", "7") == ":1\r\n")
        #expect(client.wake() == "-UNBLOCKED client unblocked via CLIENT UNBLOCK\r\n")
        answer(nil)
        #expect(client.wake() == "" && client.ask("PING") == "+PONG\r\n")
    }

    @Test("CONFIG RESETSTAT sets the counters back and tells the server")
    func resetStatistics() {
        let fixture = Fixture()
        let client = fixture.connect()
        client.ask("GET", "x")
        client.ask("NOSUCH")
        #expect(client.ask("CONFIG", "RESETSTAT") == "+OK\r\n")
        let stats = client.ask("INFO", "stats")
        #expect(stats.contains("keyspace_misses:0\r\n") && stats.contains("total_error_replies:0\r\n"))
        #expect(fixture.control.resets.withLock { $0 } == 1)
    }

    @Test("SHUTDOWN hands its options on; a refusal is told to the client")
    func shutdown() {
        let fixture = Fixture()
        let client = fixture.connect()
        fixture.control.refusesShutdown.withLock { $0 = true }
        #expect(client.ask("SHUTDOWN", "SAVE").hasPrefix("-ERR Errors"))
        fixture.control.refusesShutdown.withLock { $0 = false }
        #expect(client.ask("SHUTDOWN", "NOSAVE", "FORCE") == "" && client.isClosed)
        let order = fixture.control.shutdowns.withLock { $0[0] }
        #expect(order.saves == false && order.isForced && !order.isNow)
    }

    @Test("CLIENT LIST shows all clients with what they last did, and forgets those that left")
    func clients() {
        let fixture = Fixture()
        let a = fixture.connect()
        let b = fixture.connect()
        b.ask("CLIENT", "SETNAME", "bee")
        b.ask("HELLO", "3")
        b.ask("SELECT", "4")
        b.ask("GET", "k")
        a.now = Milliseconds(a.now.rawValue + 7000)
        let list = a.ask("CLIENT", "LIST")
        #expect(list.contains("id=7 addr=127.0.0.1:40007"))
        #expect(list.contains("id=8 ") && list.contains("name=bee age=7 idle=7 flags=N db=4"))
        #expect(list.contains("cmd=get user=default redir=-1 resp=3"))
        b.ask("QUIT")
        #expect(!a.ask("CLIENT", "LIST").contains("id=8 "))
        #expect(a.ask("CLIENT", "KILL", "127.0.0.1:40007") == "+OK\r\n" && a.isClosed)
    }
}

@Suite("Authentication")
struct AuthenticationTests {
    private func fixture() -> Fixture {
        var settings = RESPSettings()
        settings.password = Array("pw".utf8)
        return Fixture(EngineOptions(), settings)
    }

    @Test("without the password only a few commands are served, and each request has its reply")
    func refusal() {
        let transcript = Transcript(
            "no password yet",
            #"""
            > PING
            < -NOAUTH Authentication required.
            > FOO
            < -ERR unknown command 'FOO', with args beginning with:\x20
            > GET
            < -ERR wrong number of arguments for 'get' command
            > AUTH x
            < -WRONGPASS invalid username-password pair or user is disabled.
            > GET a
            < -NOAUTH Authentication required.
            > HELLO 3
            < -NOAUTH HELLO must be called with the client already authenticated, otherwise the HELLO AUTH <user> <pass> option can be used to authenticate the client and select the RESP protocol version at the same time
            > AUTH foo pw
            < -WRONGPASS invalid username-password pair or user is disabled.
            > AUTH ""
            < -WRONGPASS invalid username-password pair or user is disabled.
            > AUTH pw
            < +OK
            > PING
            < +PONG
            > RESET
            < +RESET
            > PING
            < -NOAUTH Authentication required.
            > HELLO 2 AUTH default bad
            < -WRONGPASS invalid username-password pair or user is disabled.
            > HELLO 3 AUTH default pw SETNAME me
            < %7
            < $6
            < server
            < $5
            < redis
            < $7
            < version
            < $5
            < 7.2.0
            < $5
            < proto
            < :3
            < $2
            < id
            < :7
            < $4
            < mode
            < $10
            < standalone
            < $4
            < role
            < $6
            < master
            < $7
            < modules
            < *0
            > CLIENT GETNAME
            < $2
            < me
            > QUIT
            < +OK
            ! closed
            """#)
        transcript.check(fixture())
    }

    @Test("before authentication large requests are refused, afterwards served, even in one pipeline")
    func limits() {
        let fixture = fixture()
        let many = fixture.connect()
        many.send("*11\r\n".utf8)
        #expect(String(decoding: many.replies, as: UTF8.self).contains("unauthenticated multibulk length"))
        #expect(many.isClosed)
        let large = fixture.connect()
        large.send("*1\r\n$16385\r\n".utf8)
        #expect(String(decoding: large.replies, as: UTF8.self).contains("unauthenticated bulk length"))
        let good = fixture.connect()
        good.send(
            Conversation.request([Array("AUTH".utf8), Array("pw".utf8)])
                + Conversation.request([Array("MGET".utf8)] + (0..<20).map { Array("\($0)".utf8) }))
        #expect(String(decoding: good.replies, as: UTF8.self) == "+OK\r\n*20\r\n" + String(repeating: "$-1\r\n", count: 20))
    }

    @Test("a password set while serving binds new connections only")
    func change() {
        let fixture = Fixture()
        let old = fixture.connect()
        fixture.frontEnd.change { $0.password = Array("new".utf8) }
        #expect(old.ask("PING") == "+PONG\r\n")
        let client = fixture.connect()
        #expect(client.ask("PING").hasPrefix("-NOAUTH"))
        #expect(client.ask("AUTH", "new") == "+OK\r\n")
    }
}
