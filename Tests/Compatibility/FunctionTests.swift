// Functions beside redis-server, and libraries from one server to the other: in snapshots, logs and payloads.

import Base
import Glibc
import Persistence
import Server
import Testing

@Suite("Functions between servers", .serialized, .enabled(if: Peer.redis != nil, "apt-get install redis-server"))
struct FunctionTests {
    private static let first = """
        #!lua name=first
        local function add(keys, args)
            return redis.call('incrby', keys[1], args[1])
        end
        redis.register_function('add', add)
        """
    private static let second = """
        #!lua name=second
        redis.register_function{function_name='look', callback=function(keys) return redis.call('get', keys[1]) end,
            flags={'no-writes'}, description='Reads a counter, \(String(repeating: "slowly, ", count: 20))'}
        """
    private static let third = "#!lua name=third\nredis.register_function('one', function() return 1 end)"

    private func duet(_ folder: CopyFolder, logs: Bool, hasSnapshotBase: Bool = true) throws -> (Duet, RESPSide) {
        let duet = try Duet { settings in
            settings.directory = folder.path
            settings.isLogged = logs
            settings.loadsSnapshot = true
            settings.appendLog.hasSnapshotBase = hasSnapshotBase
            settings.debugAccess = .all
            settings.workerCount = 3
        }
        return (duet, try loaded(duet.respPath))
    }

    private func redis(_ folder: CopyFolder, logs: Bool) throws -> (Peer, RESPSide) {
        let peer = try Peer(Peer.redis!) { socket, _ in
            [
                "--port", "0", "--unixsocket", socket, "--save", "", "--dir", folder.path, "--appendonly",
                logs ? "yes" : "no",
            ]
        }
        return (peer, try loaded(peer.socketPath))
    }

    private func loaded(_ path: String) throws -> RESPSide {
        let side = try RESPSide(unix: path)
        while try text(side.ask(["DBSIZE"])).contains("LOADING") { usleep(2000) }
        return side
    }

    private func text(_ reply: [UInt8]) -> String { String(decoding: reply, as: UTF8.self) }

    private func fill(_ side: RESPSide) throws {
        #expect(text(try side.ask(["FUNCTION", "LOAD", Self.third])) == "$5\r\nthird\r\n")
        #expect(text(try side.ask(["FUNCTION", "LOAD", Self.first])) == "$5\r\nfirst\r\n")
        #expect(text(try side.ask(["FUNCTION", "LOAD", Self.second])) == "$6\r\nsecond\r\n")
        _ = try side.ask(["FUNCTION", "LOAD", "REPLACE", Self.first])
        _ = try side.ask(["FUNCTION", "DELETE", "third"])
        #expect(text(try side.ask(["FCALL", "add", "1", "n", "5"])) == ":5\r\n")
    }

    private func check(_ side: RESPSide, _ what: String) throws {
        for (name, code) in [("first", Self.first), ("second", Self.second)] {
            let reply = try side.ask(["FUNCTION", "LIST", "LIBRARYNAME", name, "WITHCODE"])
            #expect(RESPSide.bulks(reply).last == code, "\(what)")
        }
        #expect(text(try side.ask(["FCALL_RO", "look", "1", "n"])) == "$1\r\n5\r\n", "\(what)")
        #expect(text(try side.ask(["FCALL", "add", "1", "m", "2"])).hasPrefix(":"), "\(what)")
        #expect(text(try side.ask(["FCALL", "one", "0"])) == "-ERR Function not found\r\n", "\(what)")
    }

    private func rewrite(_ side: RESPSide) throws {
        _ = try side.ask(["BGREWRITEAOF"])
        let isDone = waitUntil {
            let facts = (try? side.ask(["INFO", "persistence"])).map(text) ?? ""
            return facts.contains("aof_rewrite_in_progress:0") && facts.contains("aof_rewrite_scheduled:0")
        }
        #expect(isDone)
    }

    @Test("libraries are in snapshots, ours and theirs, after a reload and whatever is flushed")
    func snapshots() throws {
        let folder = CopyFolder()
        var (ours, side) = try duet(folder, logs: false)
        try fill(side)
        #expect(text(try side.ask(["DEBUG", "RELOAD"])) == "+OK\r\n")
        try check(side, "reloaded")
        _ = try side.ask(["FUNCTION", "LOAD", Self.third])
        #expect(text(try side.ask(["DEBUG", "RELOAD", "NOSAVE"])) == "+OK\r\n")
        try check(side, "reloaded as it was saved")
        _ = try side.ask(["FLUSHALL"])
        _ = try side.ask(["SET", "n", "5"])
        #expect(text(try side.ask(["SAVE"])) == "+OK\r\n")
        ours.finish()
        do {
            let (theirsPeer, theirs) = try redis(folder, logs: false)
            defer { withExtendedLifetime(theirsPeer) {} }
            try check(theirs, "from ours")
            #expect(text(try theirs.ask(["SAVE"])) == "+OK\r\n")
        }
        (ours, side) = try duet(folder, logs: false)
        try check(side, "from theirs")
        ours.finish()
    }

    @Test("libraries are in logs, ours and theirs, rewritten or not", arguments: [true, false])
    func logs(hasSnapshotBase: Bool) throws {
        let folder = CopyFolder()
        var (ours, side) = try duet(folder, logs: true, hasSnapshotBase: hasSnapshotBase)
        try fill(side)
        for round in 1...2 {
            ours.finish()
            (ours, side) = try duet(folder, logs: true, hasSnapshotBase: hasSnapshotBase)
            try check(side, "restarted, \(round)")
            if round == 1 { try rewrite(side) }
        }
        ours.finish()
        do {
            let (theirsPeer, theirs) = try redis(folder, logs: true)
            defer { withExtendedLifetime(theirsPeer) {} }
            try check(theirs, "from ours")
            _ = try theirs.ask(["FUNCTION", "FLUSH"])
            _ = try theirs.ask(["FUNCTION", "LOAD", Self.second])
            try rewrite(theirs)
            _ = try theirs.ask(["FUNCTION", "LOAD", Self.first])
        }
        (ours, side) = try duet(folder, logs: true, hasSnapshotBase: hasSnapshotBase)
        try check(side, "from theirs")
        // What is flushed in a transaction or restored is written down too.
        let payload = RESPSide.bulks(try side.ask(["FUNCTION", "DUMP"]))[0]
        _ = try side.ask(together: [["MULTI"], ["FUNCTION", "FLUSH"], ["SET", "n", "5"], ["EXEC"]])
        #expect(text(try side.ask(["FUNCTION", "RESTORE", payload])) == "+OK\r\n")
        ours.finish()
        do {
            let (theirsPeer, theirs) = try redis(folder, logs: true)
            defer { withExtendedLifetime(theirsPeer) {} }
            try check(theirs, "from ours, restored")
        }
        (ours, side) = try duet(folder, logs: true)
        try check(side, "restored")
        _ = try side.ask(["FUNCTION", "FLUSH"])
        ours.finish()
        (ours, side) = try duet(folder, logs: true)
        #expect(text(try side.ask(["FUNCTION", "LIST"])) == "*0\r\n")
        ours.finish()
    }

    @Test("FUNCTION DUMP and RESTORE are understood on both sides, and SYNC sends libraries along")
    func payloads() throws {
        let (one, other) = (CopyFolder(), CopyFolder())
        let (ours, side) = try duet(one, logs: false)
        let (theirsPeer, theirs) = try redis(other, logs: false)
        defer { withExtendedLifetime(theirsPeer) {} }
        try fill(side)
        let payload = RESPSide.bulks(try side.ask(["FUNCTION", "DUMP"]))[0]
        _ = try theirs.ask(["SET", "n", "5"])
        #expect(text(try theirs.ask(["FUNCTION", "RESTORE", payload])) == "+OK\r\n")
        try check(theirs, "from ours")
        let back = RESPSide.bulks(try theirs.ask(["FUNCTION", "DUMP"]))[0]
        for policy in ["REPLACE", "FLUSH"] {
            #expect(text(try side.ask(["FUNCTION", "RESTORE", back, policy])) == "+OK\r\n")
            try check(side, policy)
        }
        if let tool = Peer.program("redis-cli") {
            let file = other.path + "/dump.rdb"
            let run = try Program(tool, ["redis-cli", "-s", ours.respPath, "--rdb", file])
            #expect(run.code == 0, "\(run.output)")
            let (readerPeer, reader) = try redis(other, logs: false)
            defer { withExtendedLifetime(readerPeer) {} }
            try check(reader, "from SYNC")
        }
        ours.finish()
    }
}
