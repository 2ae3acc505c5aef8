// Scripts that do not end: everybody is told, anybody may end them, with one worker and with several.

import Glibc
import RESP
import Synchronization
import Testing

@testable import Server

@Suite("Busy scripts", .serialized)
struct BusyScriptTests {
    private static let busy = "-BUSY Redis is busy running a script. You can only call SCRIPT KILL or SHUTDOWN NOSAVE."
    private static let loop = "EVAL \"while true do end\" 0"
    private static let killed = "-ERR Script killed by user with SCRIPT KILL... script: "

    /// Sends `script` and waits until clients are told of it.
    private func withScript(
        _ script: String, workers: Int, _ change: (inout Configuration) -> Void = { _ in },
        _ body: (_ runner: TestClient, _ server: TestServer) throws -> Void
    ) throws {
        let server = try TestServer { settings in
            settings.workerCount = workers
            settings.scriptMilliseconds = 50
            change(&settings)
        }
        defer { server.finish() }
        let runner = try server.resp()
        _ = runner.ask("PING")
        runner.send(script + "\r\n")
        try untilBusy(server)
        try body(runner, server)
    }

    private func untilBusy(_ server: TestServer) throws {
        while try server.resp().ask("PING") != [Self.busy] {}
    }

    @Test("clients old and new are told BUSY wherever they are, and any of them may end it", arguments: [1, 2, 4])
    func told(workers: Int) throws {
        let server = try TestServer { settings in
            settings.workerCount = workers
            settings.scriptMilliseconds = 50
        }
        defer { server.finish() }
        let old = try (0..<9).map { _ in try server.resp() }
        for client in old { #expect(client.ask("SET k v") == ["+OK"]) }
        let early = try (0..<8).map { _ in try server.resp() }
        for client in early { #expect(client.ask("PING") == ["+PONG"]) }
        let runner = try server.resp()
        runner.send(Self.loop + "\r\n")
        // Before anybody is told, whoever comes waits for the script's shards: one request a worker at most, for good.
        for client in early { client.send("GET k\r\nPING\r\n") }
        try untilBusy(server)
        for client in old { #expect(client.ask("PING") == [Self.busy]) }
        for _ in 0..<9 { try #expect(server.resp().ask("GET k") == [Self.busy]) }
        try #expect(server.resp().ask("SCRIPT KILL") == ["+OK"])
        #expect(runner.line().hasPrefix(Self.killed))
        #expect(runner.ask("GET k", lines: 2) == ["$1", "v"])
        for client in early {
            let first = client.line()
            #expect(first == Self.busy || first == "$1" && client.line() == "v")
            let second = client.line()
            #expect(second == Self.busy || second == "+PONG")
        }
        try #expect(server.resp().ask("SCRIPT KILL") == ["-NOTBUSY No scripts in execution right now."])
    }

    @Test("what Redis allows meanwhile is answered as by Redis", arguments: [1, 3])
    func allowed(workers: Int) throws {
        try withScript(Self.loop, workers: workers) { runner, server in
            let exec = "-EXECABORT Transaction discarded because of: \(Self.busy.dropFirst())"
            for _ in 0..<workers {
                let client = try server.resp()
                let talk: [(String, [String])] = [
                    ("GET a", [Self.busy]), ("EXEC", [exec]), ("MULTI", ["+OK"]), ("SET a 1", [Self.busy]),
                    ("EXEC", [exec]), ("DISCARD", ["-ERR DISCARD without MULTI"]), ("MULTI", ["+OK"]),
                    ("GET", ["-ERR wrong number of arguments for 'get' command"]),
                    ("WATCH q", ["-ERR WATCH inside MULTI is not allowed"]), ("EXEC", [exec]), ("UNWATCH", ["+OK"]),
                    ("MULTI", ["+OK"]), ("SCRIPT KILL", ["+QUEUED"]), ("DISCARD", ["+OK"]),
                    ("CLIENT LIST", [Self.busy]), ("RESET", ["+RESET"]), 
                    ("AUTH default x", ["+OK"]), ("SELECT 1", [Self.busy]), ("SCRIPT FLUSH", [Self.busy]),
                    ("SHUTDOWN", [Self.busy]), ("SHUTDOWN SAVE", [Self.busy]),
                    ("SHUTDOWN ABORT", ["-ERR No shutdown in progress."]),
                    ("SHUTDOWN NOSAVE ABORT", ["-ERR syntax error"]), ("SUBSCRIBE x", [Self.busy]),
                    ("WATCH a", ["+OK"]), ("QUIT", ["+OK"]),
                ]
                for (request, answer) in talk { #expect(client.ask(request) == answer, "\(request)") }
                #expect(client.isClosedByPeer)
            }
            try #expect(server.resp().ask("SCRIPT KILL") == ["+OK"])
            _ = runner.line()
        }
    }

    @Test("requests in pieces and in pipelines are refused, and go on afterwards", arguments: [1, 2])
    func pieces(workers: Int) throws {
        try withScript(Self.loop, workers: workers) { runner, server in
            let clients = try (0..<4).map { _ in try server.resp() }
            let large = String(repeating: "x", count: 300_000)
            for client in clients {
                client.send("GET a\r\nPING\r\n*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$300000\r\n\(large.dropLast(7))")
                #expect(client.line() == Self.busy)
                #expect(client.line() == Self.busy)
            }
            clients[0].send("xxxxxxx\r\n")
            #expect(clients[0].line() == Self.busy)
            try #expect(server.resp().ask("SCRIPT KILL") == ["+OK"])
            #expect(runner.line().hasPrefix(Self.killed))
            clients[1].send("xxxxxxx\r\nSTRLEN k\r\n")
            #expect([clients[1].line(), clients[1].line()] == ["+OK", ":300000"])
        }
    }

    @Test("a function is told of by its own name, and ended by its own command", arguments: [1, 2])
    func functions(workers: Int) throws {
        let busy = Self.busy.replacing("SCRIPT", with: "FUNCTION")
        let server = try TestServer { settings in
            settings.workerCount = workers
            settings.scriptMilliseconds = 50
        }
        defer { server.finish() }
        let runner = try server.resp()
        let library = "#!lua name=l\nredis.register_function('f', function() while true do end end)"
        runner.send("*3\r\n$8\r\nFUNCTION\r\n$4\r\nLOAD\r\n$\(library.utf8.count)\r\n\(library)\r\n")
        #expect([runner.line(), runner.line()] == ["$1", "l"])
        runner.send("FCALL f 0\r\n")
        while try server.resp().ask("PING") != [busy] {}
        for _ in 0..<workers {
            let client = try server.resp()
            #expect(client.ask("SCRIPT KILL") == [busy])
            #expect(client.ask("FUNCTION LIST") == [busy])
            let facts = client.ask("FUNCTION STATS", lines: 23)
            #expect(facts[..<13] == [
                "*4", "$14", "running_script", "*6", "$4", "name", "$1", "f", "$7", "command", "*3", "$5", "FCALL",
            ])
        }
        try #expect(server.resp().ask("FUNCTION KILL") == ["+OK"])
        #expect(runner.line().hasPrefix(Self.killed + "f, on @user_function:"))
    }

    @Test("a script cannot catch its end", arguments: [
        "while true do pcall(function() while true do end end) end",
        "while true do pcall(redis.call, 'get', 'a') end",
        "local function f() return pcall(f) end while true do f() end",
        "local function f() local x = f() return x end while true do pcall(f) end",
        "while true do coroutine.resume(coroutine.create(function() while true do end end)) end",
        "while true do pcall(error, 'x') end",
        "while true do local s = string.rep('a', 100) string.find(s, '.-b') end",
        "while true do local t = {} for i = 1, 1000 do t[i] = i end table.sort(t, function(a, b) return a > b end) end",
        "while true do setmetatable({}, {__index = function() while true do end end}).x = nil end",
    ])
    func caught(script: String) throws {
        try withScript("EVAL \"\(script)\" 0", workers: 1) { runner, server in
            try #expect(server.resp().ask("SCRIPT KILL") == ["+OK"])
            #expect(runner.line().hasPrefix(Self.killed))
            #expect(runner.ask("EVAL \"return 1\" 0") == [":1"])
        }
    }

    @Test("a script that has written cannot be killed, and ends by itself", arguments: [1, 2])
    func unkillable(workers: Int) throws {
        let script = """
            EVAL "redis.call('set', 'x', 1) local t = redis.call('time')[1] + 1 \
            while redis.call('time')[1] + 0 <= t do end return redis.call('get', 'x')" 1 x
            """
        try withScript(script, workers: workers) { runner, server in
            let reply = try server.resp().ask("SCRIPT KILL")
            #expect(reply[0].hasPrefix("-UNKILLABLE Sorry the script already executed write commands against the"))
            #expect([runner.line(), runner.line()] == ["$1", "1"])
            try #expect(server.resp().ask("GET x", lines: 2) == ["$1", "1"])
        }
    }

    @Test("two scripts on two workers are both told of, and both end")
    func two() throws {
        try withScript(Self.loop, workers: 2) { runner, server in
            let others = try (0..<2).map { _ in try server.resp() }
            for other in others { #expect(other.ask(Self.loop) == [Self.busy]) }
            try #expect(server.resp().ask("SCRIPT KILL") == ["+OK"])
            #expect(runner.line().hasPrefix(Self.killed))
            // Those that hold their declared keys alone run beside each other.
            for key in ["a", "b"] { #expect(runner.ask("EVAL \"return #KEYS\" 1 \(key)") == [":1"]) }
            let declared = "EVAL \"if ARGV[1] then while true do end end\" 1 "
            #expect(runner.ask(declared + "a") == ["$-1"])
            others[0].send(declared + "a 1\r\n")
            others[1].send(declared + "b 1\r\n")
            try untilBusy(server)
            var ended = 0
            while ended < 2 {
                let answer = try server.resp().ask("SCRIPT KILL")
                if answer == ["-NOTBUSY No scripts in execution right now."] { break }
                ended += 1
            }
            for other in others {
                let answer = other.line()
                #expect(answer.hasPrefix(Self.killed) || answer == Self.busy)
            }
        }
    }

    @Test("whoever ran it may be gone or closed by others, and its connection is closed in the end", arguments: [1, 2])
    func gone(workers: Int) throws {
        let server = try TestServer { settings in
            settings.workerCount = workers
            settings.scriptMilliseconds = 50
        }
        defer { server.finish() }
        do {
            let runner = try server.resp()
            runner.send(Self.loop + "\r\n")
            try untilBusy(server)
        }
        try #expect(server.resp().ask("SCRIPT KILL") == ["+OK"])
        try #expect(server.resp().ask("SET a 1") == ["+OK"])
        // Told to close before the threshold, from a worker that is free.
        let runner = try server.resp()
        let id = runner.ask("CLIENT ID")[0].dropFirst()
        runner.send(Self.loop + "\r\n")
        let answer = try server.resp().ask("CLIENT KILL ID \(id)")
        #expect(answer == [Self.busy] || answer == [":1"])
        try untilBusy(server)
        let killer = try server.resp()
        #expect(killer.ask("SCRIPT KILL") == ["+OK"])
        #expect(runner.line().hasPrefix(Self.killed))
        if answer == [":1"] { #expect(runner.isClosedByPeer) }
        #expect(killer.ask("GET a", lines: 2) == ["$1", "1"])
    }

    @Test("memcached's clients are told too, in text, meta and binary", arguments: [1, 2])
    func memcached(workers: Int) throws {
        let server = try TestServer { settings in
            settings.workerCount = workers
            settings.scriptMilliseconds = 50
        }
        defer { server.finish() }
        let old = try (0..<4).map { _ in try server.memcached() }
        for client in old { #expect(client.ask("set k 0 0 1\r\nv") == ["STORED"]) }
        let runner = try server.resp()
        runner.send(Self.loop + "\r\n")
        try untilBusy(server)
        let new = try (0..<4).map { _ in try server.memcached() }
        for client in old + new {
            #expect(client.ask("get k") == ["SERVER_ERROR busy"])
            #expect(client.ask("set k 0 0 5\r\nget k") == ["SERVER_ERROR busy"])
            client.send("set k 0 0 1 noreply\r\nx\r\nmg k v\r\nms k 2\r\nab\r\nmn\r\nversion\r\nnonsense\r\n")
            let lines = (0..<5).map { _ in client.line() }
            #expect(lines == ["SERVER_ERROR busy", "SERVER_ERROR busy", "MN", "VERSION 1.6.45", "ERROR"])
        }
        let binary = try server.memcached()
        func request(_ opcode: UInt8, _ key: String) -> [UInt8] {
            [0x80, opcode, 0, UInt8(key.utf8.count), 0, 0, 0, 0, 0, 0, 0, UInt8(key.utf8.count)]
                + [UInt8](repeating: 0, count: 12) + Array(key.utf8)
        }
        // A get, a quiet get, which is told too, and a noop.
        binary.send(request(0, "k") + request(9, "k") + request(10, ""))
        let refusal = { (opcode: UInt8) in
            [0x81, opcode, 0, 0, 0, 0, 0, 0x85, 0, 0, 0, 4] + [UInt8](repeating: 0, count: 12) + Array("Busy".utf8)
        }
        let noop = [0x81, 10] + [UInt8](repeating: 0, count: 22)
        #expect(binary.bytes(80) == refusal(0) + refusal(9) + noop)
        try #expect(server.resp().ask("SCRIPT KILL") == ["+OK"])
        _ = runner.line()
        for client in old + new { #expect(client.ask("get k", until: "END") == ["VALUE k 0 1", "v", "END"]) }
    }

    @Test("clients that wait for keys wait on, and get what the script gave them", arguments: [1, 2])
    func waiting(workers: Int) throws {
        let server = try TestServer { settings in
            settings.workerCount = workers
            settings.scriptMilliseconds = 50
        }
        defer { server.finish() }
        let waiters = try (0..<3).map { _ in try server.resp() }
        for waiter in waiters { waiter.send("BLPOP l 0\r\n") }
        let door = try #require(server.assembly.control.state.withLock { $0.respFrontEnd })
        while door.waitingCount < 3 { sched_yield() }
        let runner = try server.resp()
        runner.send(
            """
            EVAL "redis.call('set', 'x', 1) local t = redis.call('time')[1] + 1 \
            while redis.call('time')[1] + 0 <= t do end redis.call('rpush', 'l', 1, 2, 3) return 1" 1 l\r\n
            """)
        try untilBusy(server)
        try #expect(server.resp().ask("SCRIPT KILL")[0].hasPrefix("-UNKILLABLE"))
        #expect(runner.line() == ":1")
        let got = waiters.map { waiter in (0..<5).map { _ in waiter.line() } }
        #expect(Set(got.map { $0[4] }) == ["1", "2", "3"])
    }

    @Test("a transaction over keys watched meanwhile does nothing", arguments: [1, 2])
    func watching(workers: Int) throws {
        try withScript(Self.loop, workers: workers) { runner, server in
            let client = try server.resp()
            #expect(client.ask("WATCH a") == ["+OK"])
            try #expect(server.resp().ask("SCRIPT KILL") == ["+OK"])
            _ = runner.line()
            #expect(client.ask("MULTI") == ["+OK"])
            #expect(client.ask("SET a 1") == ["+QUEUED"])
            #expect(client.ask("EXEC") == ["*-1"])
            #expect(client.ask("MULTI") == ["+OK"])
            #expect(client.ask("SET a 1") == ["+QUEUED"])
            #expect(client.ask("EXEC", lines: 2) == ["*1", "+OK"])
        }
    }

    @Test("stopping ends a script that has written nothing, and waits for one that has", arguments: [1, 2])
    func stopping(workers: Int) throws {
        try withScript(Self.loop, workers: workers) { runner, server in
            server.finish()
            #expect(runner.line().hasPrefix(Self.killed))
        }
        let script = """
            EVAL "redis.call('set', 'x', 1) local t = redis.call('time')[1] + 1 \
            while redis.call('time')[1] + 0 <= t do end return 7" 1 x
            """
        try withScript(script, workers: workers) { runner, server in
            server.assembly.stop()
            try #expect(server.resp().ask("GET a") == [Self.busy])
            server.finish()
            #expect(runner.line() == ":7")
        }
    }
}
