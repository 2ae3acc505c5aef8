// What clients may ask of the running server: settings, statistics, its end.

import Base
import Engine
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
            #expect(resp.ask("CONFIG SET appendonly yes")[0].hasPrefix("-ERR"))
            #expect(resp.ask("CONFIG SET appendonly no") == ["+OK"])
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

    @Test("SHUTDOWN stops the server")
    func shutdown() throws {
        let server = try TestServer()
        let client = try server.resp()
        #expect(client.ask("SHUTDOWN SAVE")[0].hasPrefix("-ERR"))
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
