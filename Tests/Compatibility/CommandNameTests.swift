// Commands under other names, or none, beside redis-server with the same lines in its configuration.

import RESP
import Server
import Testing

@Suite(
    "Renamed commands beside redis-server", .serialized,
    .enabled(if: Peer.redis != nil, "apt-get install redis-server"))
struct CommandNameTests {
    private static let names = [
        ("FLUSHALL", ""), ("GET", "PGET"), ("CONFIG", "Hush"), ("EVAL", "ev"), ("MULTI", "mul"), ("AUTH", "login"),
        ("SET", "put key"), ("INCR", "SET"), ("GEORADIUSBYMEMBER_RO", ""), ("LPUSH", "a name of many more letters"),
    ]

    private static let requests: [[String]] = [
        ["flushall"], ["get", "a"], ["put KEY", "a", "1"], ["pget", "a"], ["PGET", "a"], ["pget"], ["set", "a"],
        ["SET", "a", "b"], ["a name of MANY more letters", "l", "1"], ["lpush", "l", "1"], ["lrange", "l", "0", "-1"],
        ["hush", "get", "maxmemory"], ["hush"], ["hush", "foo"], ["hush", "get"], ["config", "get", "maxmemory"],
        ["ev", "return redis.call('get', KEYS[1])", "1", "a"], ["ev", "return redis.call('pget', KEYS[1])", "1", "a"],
        ["ev", "return {redis.call('set', KEYS[1]), redis.acl_check_cmd('pget', 'a')}", "1", "a"],
        ["eval", "return 1", "0"], ["login", "x"], ["auth", "x"],
        ["acl", "setuser", "x", "+get", "-flushall", "~*"], ["acl", "setuser", "x", "+pget"],
        ["acl", "dryrun", "x", "get", "a"], ["acl", "dryrun", "x", "pget", "a"],
        ["acl", "dryrun", "x", "hush", "get", "a"],
        ["command", "info", "get", "pget", "flushall"], ["command", "getkeys", "pget", "a"],
        ["command", "info", "config", "eval", "hush|nothing"],
        ["command", "getkeys", "get", "a"], ["command", "getkeysandflags", "put key", "a", "b"],
        ["command", "list", "filterby", "pattern", "flush*"], ["georadiusbymember_ro", "a", "b", "1", "m"],
    ]

    private static let transactions: [[[String]]] = [
        [["mul"], ["get", "a"], ["exec"]], [["multi"], ["pget", "a"]],
        [["mul"], ["pget", "a"], ["set", "a"], ["hush", "foo"], ["exec"]],
        [["mul"], ["pget", "a"], ["set", "b"], ["exec"]],
    ]

    @Test("requests, plain lines, scripts and transactions find commands by their names now, and by no other")
    func alike() throws {
        let peer = try Peer(Peer.redis!) { socket, folder in
            ["--port", "0", "--unixsocket", socket, "--save", "", "--dir", folder]
                + Self.names.flatMap { ["--rename-command", $0.0, $0.1] }
        }
        let duet = try Duet { settings in
            for (name, newName) in Self.names { try? settings.commandNames.rename(name, to: newName) }
        }
        defer { duet.finish() }
        let (theirs, ours) = (try RESPSide(unix: peer.socketPath), try RESPSide(unix: duet.respPath))
        for requests in Self.requests.map({ [$0] }) + Self.transactions {
            let (reply, expected) = (try ours.ask(together: requests), try theirs.ask(together: requests))
            #expect(reply == expected, "\(requests): \(shown(reply)) instead of \(shown(expected))")
        }
        let lines = bytes("\"put key\" b 2\r\npget b\r\nget b\r\nset n\r\nhush nothing\r\n\"PUT KEY\"\r\n")
        #expect(try Wire.burst(unix: duet.respPath, [lines]) == Wire.burst(unix: peer.socketPath, [lines]))
    }

    @Test("a log is read back whatever commands are called now, by whomever it was written")
    func log() throws {
        let (folder, stock) = (CopyFolder(), CopyFolder())
        func serve(_ folder: CopyFolder, _ names: [(String, String)], _ body: (RESPSide) throws -> Void) throws {
            let duet = try Duet { settings in
                settings.directory = folder.path
                settings.isLogged = true
                for (name, newName) in names { try? settings.commandNames.rename(name, to: newName) }
            }
            defer { duet.finish() }
            let side = try RESPSide(unix: duet.respPath)
            _ = waitUntil { (try? side.ask(["DBSIZE"]).first == UInt8(ascii: ":")) == true }
            try body(side)
        }
        func isThere(_ side: RESPSide) throws {
            #expect(try side.ask(["GET", "a"]) == bytes("$1\r\n1\r\n"))
            #expect(try side.ask(["LRANGE", "l", "0", "-1"]) == bytes("*1\r\n$1\r\nx\r\n"))
        }
        func fill(_ side: RESPSide) throws {
            #expect(try side.ask(["get", "a", "1"]) == bytes("+OK\r\n"))
            #expect(try side.ask(["push", "l", "x"]) == bytes(":1\r\n"))
            #expect(try side.ask(["set", "a"]) == bytes("$1\r\n1\r\n"))
        }
        try serve(folder, [("SET", "s"), ("GET", "set"), ("s", "get"), ("LPUSH", ""), ("RPUSH", "push")], fill)
        try serve(folder, [("SET", ""), ("RPUSH", "")], isThere)

        let names = [("SET", "put"), ("RPUSH", "push")]
        do {
            let peer = try Peer(Peer.redis!) { socket, _ in
                let files = ["--dir", stock.path, "--appendonly", "yes", "--appendfsync", "always"]
                let renames = names.flatMap { ["--rename-command", $0.0, $0.1] }
                return ["--port", "0", "--unixsocket", socket] + files + renames
            }
            let side = try RESPSide(unix: peer.socketPath)
            #expect(try side.ask(["put", "a", "1"]) == bytes("+OK\r\n"))
            #expect(try side.ask(["push", "l", "x"]) == bytes(":1\r\n"))
        }
        try serve(stock, names, isThere)
    }
}
