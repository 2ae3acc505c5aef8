// One value, two protocols: what one door stores, the other reads, in both directions.

import Testing

@testable import Server

/// A server with a client at each door, for the time of `body`.
func withDoors(
    _ change: (inout Configuration) -> Void = { _ in },
    _ body: (_ memcached: TestClient, _ resp: TestClient, _ server: TestServer) throws -> Void
) throws {
    let server = try TestServer(change)
    defer { server.finish() }
    try body(try server.memcached(), try server.resp(), server)
}

@Suite("Two doors, one keyspace")
struct TwoDoorsTests {
    @Test("a value goes through both doors, either way")
    func values() throws {
        try withDoors { memcached, resp, _ in
            #expect(memcached.ask("set greeting 5 0 5\r\nhello") == ["STORED"])
            #expect(resp.ask("GET greeting", lines: 2) == ["$5", "hello"])
            #expect(resp.ask("SET answer 42") == ["+OK"])
            #expect(memcached.ask("get answer", until: "END") == ["VALUE answer 0 2", "42", "END"])
            #expect(resp.ask("SET empty \"\"") == ["+OK"])
            #expect(memcached.ask("get empty", until: "END") == ["VALUE empty 0 0", "", "END"])
        }
    }

    @Test("CLIENT PAUSE holds up memcached's clients as its own, until UNPAUSE or its time is up")
    func pause() throws {
        try withDoors { memcached, resp, server in
            #expect(memcached.ask("set k 0 0 1\r\n1") == ["STORED"])
            #expect(resp.ask("CLIENT PAUSE 100000 WRITE") == ["+OK"])
            #expect(memcached.ask("get k", until: "END") == ["VALUE k 0 1", "1", "END"])
            let writer = try server.memcached()
            writer.send("set k 0 0 1\r\n2\r\n")
            #expect(resp.ask("GET k", lines: 2) == ["$1", "1"])
            #expect(memcached.ask("get k", until: "END") == ["VALUE k 0 1", "1", "END"])
            // Who goes is not waited for.
            let gone = try server.memcached()
            gone.send("set k 0 0 1\r\n3\r\nquit\r\n")
            #expect(resp.ask("CLIENT UNPAUSE") == ["+OK"])
            #expect(writer.line() == "STORED")
            #expect(resp.ask("CLIENT PAUSE 200") == ["+OK"])
            #expect(memcached.ask("mn") == ["MN"])
        }
    }

    @Test("flags stay with the item while its identity stays, and a RESP SET makes them 0")
    func flags() throws {
        try withDoors { memcached, resp, _ in
            #expect(memcached.ask("set k 77 0 1\r\n1") == ["STORED"])
            #expect(resp.ask("EXPIRE k 100") == [":1"])
            #expect(resp.ask("INCR k") == [":2"])
            #expect(resp.ask("APPEND k 5") == [":2"])
            #expect(resp.ask("RENAME k l") == ["+OK"])
            #expect(memcached.ask("get l", until: "END") == ["VALUE l 77 2", "25", "END"])
            #expect(resp.ask("SET l new") == ["+OK"])
            #expect(memcached.ask("get l", until: "END") == ["VALUE l 0 3", "new", "END"])
        }
    }

    @Test("what is no string reads as a miss through memcached, and may be replaced and deleted")
    func collections() throws {
        try withDoors { memcached, resp, _ in
            // One of each form: in its item, and too large for it.
            for fields in [2, 400] {
                func fill() {
                    for field in 0..<fields { _ = resp.ask("HSET h field\(field) value") }
                }
                fill()
                for request in ["get h", "gets h", "gat 100 h"] { #expect(memcached.ask(request) == ["END"]) }
                #expect(memcached.ask("mg h v") == ["EN"])
                #expect(memcached.ask("add h 0 0 1\r\na") == ["NOT_STORED"])
                #expect(memcached.ask("append h 0 0 1\r\na") == ["NOT_STORED"])
                #expect(memcached.ask("incr h 1") == ["CLIENT_ERROR cannot increment or decrement non-numeric value"])
                #expect(memcached.ask("touch h 100") == ["TOUCHED"])
                #expect(resp.ask("HLEN h") == [":\(fields)"])
                #expect(memcached.ask("md h I T30") == ["HD"])
                #expect(resp.ask("HLEN h") == [":\(fields)"])
                #expect(memcached.ask("md h x") == ["HD"])
                #expect(resp.ask("STRLEN h") == [":0"])
                #expect(memcached.ask("delete h") == ["DELETED"])
                fill()
                #expect(memcached.ask("set h 0 0 3\r\nnew") == ["STORED"])
                #expect(resp.ask("GET h", lines: 2) == ["$3", "new"])
                #expect(memcached.ask("delete h") == ["DELETED"])
                fill()
                #expect(memcached.ask("delete h") == ["DELETED"])
                #expect(resp.ask("EXISTS h") == [":0"])
            }
        }
    }

    private func cas(of key: String, _ memcached: TestClient) -> String {
        memcached.ask("gets \(key)", until: "END")[0].split(separator: " ").last.map(String.init) ?? ""
    }

    @Test("a change through RESP spoils a CAS taken through memcached")
    func cas() throws {
        try withDoors { memcached, resp, _ in
            #expect(memcached.ask("set k 0 0 1\r\na") == ["STORED"])
            let before = cas(of: "k", memcached)
            #expect(resp.ask("SET k b") == ["+OK"])
            #expect(memcached.ask("cas k 0 0 1 \(before)\r\nc") == ["EXISTS"])
            let after = cas(of: "k", memcached)
            #expect(after != before)
            #expect(memcached.ask("cas k 0 0 1 \(after)\r\nc") == ["STORED"])
            #expect(resp.ask("GET k", lines: 2) == ["$1", "c"])
        }
    }

    @Test("time to live is one thing")
    func expiry() throws {
        try withDoors { memcached, resp, _ in
            #expect(memcached.ask("set k 0 1000 1\r\na") == ["STORED"])
            #expect((990...1000).contains(Int(resp.ask("TTL k")[0].dropFirst()) ?? 0))
            #expect(resp.ask("PERSIST k") == [":1"])
            #expect(memcached.ask("mg k t") == ["HD t-1"])
            #expect(resp.ask("SET k b EX 500") == ["+OK"])
            #expect((490...500).contains(Int(memcached.ask("mg k t")[0].dropFirst(4)) ?? 0))
            #expect(memcached.ask("touch k -1") == ["TOUCHED"])
            #expect(resp.ask("EXISTS k") == [":0"])
        }
    }

    @Test("counters count together, each door by its own rule")
    func counters() throws {
        try withDoors { memcached, resp, _ in
            #expect(resp.ask("SET n 10") == ["+OK"])
            #expect(memcached.ask("incr n 5") == ["15"])
            #expect(resp.ask("DECRBY n 20") == [":-5"])
            #expect(
                memcached.ask("incr n 1") == ["CLIENT_ERROR cannot increment or decrement non-numeric value"])
            #expect(memcached.ask("set n 0 0 20\r\n18446744073709551615") == ["STORED"])
            #expect(resp.ask("INCR n") == ["-ERR value is not an integer or out of range"])
            #expect(memcached.ask("incr n 2") == ["1"])
        }
    }

    @Test("deletes and flushes reach across")
    func deletes() throws {
        try withDoors { memcached, resp, _ in
            #expect(memcached.ask("set k 0 0 1\r\na") == ["STORED"])
            #expect(resp.ask("DEL k") == [":1"])
            #expect(memcached.ask("get k", until: "END") == ["END"])
            #expect(resp.ask("SET k b") == ["+OK"])
            #expect(memcached.ask("delete k") == ["DELETED"])
            #expect(resp.ask("EXISTS k") == [":0"])
            #expect(resp.ask("MSET a 1 b 2") == ["+OK"])
            #expect(memcached.ask("flush_all") == ["OK"])
            #expect(resp.ask("DBSIZE") == [":0"])
        }
    }

    @Test("memcached serves the database it was given")
    func databases() throws {
        try withDoors({ $0.memcachedDatabase = 3 }) { memcached, resp, _ in
            #expect(memcached.ask("set k 0 0 1\r\na") == ["STORED"])
            #expect(resp.ask("EXISTS k") == [":0"])
            #expect(resp.ask("SELECT 3") == ["+OK"])
            #expect(resp.ask("GET k", lines: 2) == ["$1", "a"])
        }
    }
}
