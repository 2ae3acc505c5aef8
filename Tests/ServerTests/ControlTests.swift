// What clients may ask of the running server: settings, statistics, its end.

import Base
import Engine
import Glibc
import Testing
import Transport

@testable import Server

@Suite("The running server")
struct ControlTests {
    @Test("CONFIG SET takes effect in every room, all or nothing")
    func configuration() throws {
        try withDoors { memcached, resp, server in
            #expect(resp.ask("CONFIG GET databases", lines: 5) == ["*2", "$9", "databases", "$2", "16"])
            #expect(resp.ask("CONFIG SET maxmemory 64mb maxmemory-policy allkeys-lru") == ["+OK"])
            #expect(resp.ask("CONFIG GET maxmemory", lines: 5).last == "67108864")
            #expect(server.assembly.control.engine.memoryLimit == 64 << 20)
            #expect(memcached.ask("stats", until: "END").contains("STAT limit_maxbytes 67108864"))
            #expect(resp.ask("CONFIG SET port 1")[0].contains("can't set immutable config"))
            #expect(
                resp.ask("CONFIG SET maxmemory 1mb maxmemory-policy foo")[0].hasPrefix(
                    "-ERR CONFIG SET failed"))
            #expect(server.assembly.control.engine.memoryLimit == 64 << 20)
            #expect(resp.ask("CONFIG SET timeout 77") == ["+OK"])
            #expect(server.assembly.control.workers.idleTimeoutSeconds == 77)
            #expect(resp.ask("CONFIG SET cluster-enabled yes")[0].hasPrefix("-ERR"))
            #expect(resp.ask("CONFIG SET cluster-enabled no") == ["+OK"])
            #expect(resp.ask("CONFIG RESETSTAT") == ["+OK"])
        }
    }

    @Test("requirepass guards the RESP door from the moment it is set")
    func password() throws {
        try withDoors { _, resp, server in
            #expect(resp.ask("CONFIG SET requirepass secret") == ["+OK"])
            let late = try server.resp()
            #expect(late.ask("GET k")[0].hasPrefix("-NOAUTH"))
            #expect(late.ask("AUTH wrong")[0].hasPrefix("-WRONGPASS"))
            #expect(late.ask("AUTH secret") == ["+OK"])
            #expect(late.ask("GET k") == ["$-1"])
        }
    }

    @Test("one connection too many is told so and closed")
    func connectionLimit() throws {
        try withDoors({ $0.connectionCountMax = 2 }) { memcached, resp, server in
            // Both clients have been served, so both count.
            #expect(memcached.ask("version")[0].hasPrefix("VERSION"))
            #expect(resp.ask("PING") == ["+PONG"])
            let late = try server.resp()
            #expect(late.line() == "-ERR max number of clients reached")
            #expect(late.isClosedByPeer)
        }
    }

    @Test("statistics and INFO tell of the same server")
    func statistics() throws {
        try withDoors { memcached, resp, server in
            #expect(resp.ask("PING") == ["+PONG"])
            let stats = memcached.ask("stats", until: "END")
            #expect(stats.contains("STAT curr_connections 2"))
            #expect(stats.contains("STAT threads 2"))
            resp.send("INFO\r\n")
            let size = Int(resp.line().dropFirst()) ?? 0
            var rows: [String] = []
            var read = 0
            while read < size {
                let row = resp.line()
                read += row.utf8.count + 2
                rows.append(row)
            }
            #expect(rows.contains("redis_version:7.2.0"))
            #expect(rows.contains("tcp_port:\(server.assembly.respListeners[0].port)"))
            #expect(rows.contains("# Memcached"))
        }
    }

    @Test("shutdown stops the server if it may", arguments: ["shutdown", "shutdown graceful"])
    func memcachedShutdown(_ command: String) throws {
        let server = try TestServer { $0.isShutdownEnabled = true }
        let client = try server.memcached()
        #expect(client.ask("shutdown now") == ["CLIENT_ERROR invalid shutdown mode"])
        client.send(command + "\r\n")
        #expect(client.isClosedByPeer)
        server.finish()
        try withDoors { memcached, _, _ in
            #expect(memcached.ask("shutdown") == ["SERVER_ERROR: shutdown not enabled"])
        }
    }

    @Test("stats conns shows the listeners and the connection that asks")
    func statisticsOfConnections() throws {
        try withDoors { memcached, _, server in
            let rows = memcached.ask("stats conns", until: "END")
            let port = server.assembly.memcachedListeners[0].port
            let listener = rows.first { $0.hasSuffix(":addr tcp:127.0.0.1:\(port)") }
            let fd = listener?.split(separator: " ")[1].split(separator: ":")[0] ?? "?"
            #expect(rows.contains("STAT \(fd):state conn_listening"))
            #expect(rows.filter { $0.hasSuffix(":state conn_parse_cmd") }.count == 1)
            let other = try server.memcached()
            other.send("set k 0 0 100000\r\n" + String(repeating: "v", count: 5000))
            var turns = 0
            func isReading() -> Bool {
                memcached.ask("stats conns", until: "END").contains { $0.hasSuffix(":state conn_nread") }
            }
            while !isReading() && turns < 2000 {
                turns += 1
                usleep(5000)
            }
            #expect(isReading())
            #expect(rows.filter { $0.hasSuffix(":listen_addr tcp:127.0.0.1:\(port)") }.count == 1)
        }
    }

    @Test("cache_memlimit is reached in the background")
    func memoryLimit() throws {
        let change: (inout Configuration) -> Void = {
            $0.memoryLimit = 64 << 20
            $0.evictionPolicy = .allKeysLRU
            $0.hz = 100
        }
        try withDoors(change) { memcached, _, server in
            let value = String(repeating: "v", count: 100_000)
            for index in 0..<300 { memcached.send("set k\(index) 0 0 100000 noreply\r\n\(value)\r\n") }
            #expect(memcached.ask("version")[0].hasPrefix("VERSION"))
            let engine = server.assembly.control.engine
            #expect(engine.memory().used > 24 << 20)
            #expect(memcached.ask("cache_memlimit 8") == ["OK"])
            var turns = 0
            while engine.memory().used > 8 << 20 && turns < 2000 {
                turns += 1
                _ = memcached.ask("version")
                usleep(5000)
            }
            #expect(engine.memory().used <= 8 << 20)
            #expect(memcached.ask("stats", until: "END").contains("STAT limit_maxbytes 8388608"))
        }
    }

    @Test("SHUTDOWN stops the server")
    func shutdown() throws {
        let server = try TestServer()
        let client = try server.resp()
        client.send("SHUTDOWN NOSAVE\r\n")
        #expect(client.isClosedByPeer)
        server.finish()
    }

    @Test("a server without doors does not start")
    func closedDoors() {
        #expect(throws: StartError.self) {
            _ = try TestServer {
                $0.memcachedPort = 0
                $0.respPort = 0
            }
        }
    }
}
