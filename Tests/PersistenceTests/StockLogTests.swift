// Logs that redis-server wrote.

import Base
import Glibc
import Testing

@testable import Persistence

private let isInstalled = unsafe access("/usr/bin/redis-server", X_OK) == 0

/// Runs a line of the shell.
private func shell(_ line: String) -> Int32 { unsafe system(line) }

@Suite("Logs of redis-server", .enabled(if: isInstalled))
struct StockLogTests {
    /// What a redis-server leaves that is told `commands`, one on a line.
    private func write(_ commands: String, in folder: Folder) throws {
        let door = folder.path + "/door"
        let client = "redis-cli -s \(door)"
        try folder.write(Array(commands.utf8), to: "commands")
        let server =
            "redis-server --port 0 --unixsocket \(door) --dir \(folder.path) --appendonly yes --save '' --daemonize yes"
            + " --aof-timestamp-enabled yes --logfile \(folder.path)/log --pidfile \(folder.path)/pid"
        #expect(shell(server) == 0)
        #expect(shell("for i in $(seq 100); do \(client) ping > /dev/null 2>&1 && break; sleep 0.05; done") == 0)
        #expect(shell("\(client) < \(folder.path)/commands > /dev/null 2>&1") == 0)
        #expect(shell("\(client) shutdown nosave > /dev/null 2>&1") == 0)
        // It hangs up before its end.
        #expect(shell("while [ -e \(folder.path)/pid ]; do sleep 0.02; done") == 0)
    }

    @Test("every type, transactions and databases: manifest and files are read to their ends")
    func everything() throws {
        let folder = Folder()
        defer { _ = shell("rm -r \(folder.path)/appendonlydir") }
        try write(
            """
            set before rewrite
            bgrewriteaof
            set s v
            setex t 1000 v
            append s w
            incrbyfloat f 1.5
            rpush l a b c
            lpop l
            sadd set a b c
            spop set
            zadd z 1 a 2 b
            hset h f v g w
            xadd x * f v
            xgroup create x grp 0
            xreadgroup group grp me streams x >
            setbit bits 100 1
            pfadd hll a b
            geoadd geo 1 2 p
            multi
            incr n
            expire n 1000
            exec
            eval "redis.call('set', KEYS[1], '1') redis.call('incr', KEYS[1])" 1 script
            select 3
            mset a 1 b 2
            del a b
            swapdb 0 3
            set last one

            """, in: folder)
        let path = folder.path + "/appendonlydir/appendonly.aof.manifest"
        let text = try Files.read(path)
        let manifest = try LogManifest(parsing: text.span.rawBytes)
        #expect(manifest.lines == String(decoding: text, as: UTF8.self))
        #expect(manifest.base != nil && !manifest.increments.isEmpty)
        let (set, fault) = try LogSet.read(path)
        #expect(fault == nil && set?.strangers == [])
        var total = LogSummary()
        for file in set?.files ?? [] where file.role == .increment {
            let summary = try LogCheck.run(file.path)
            #expect(summary.damage == nil && summary.commandsSize == summary.size)
            total.add(summary)
        }
        #expect(total.transactionCount >= 2 && total.databases == [0, 3] && total.firstTime != nil)
        for name in ["SET", "RPUSH", "ZADD", "HSET", "XADD", "SETBIT", "PFADD", "MSET", "DEL", "SWAPDB"] {
            #expect(total.commands[name] != nil, "\(name)")
        }
    }

    @Test("cut anywhere, such a file ends torn, and what comes before is whole")
    func cuts() throws {
        let folder = Folder()
        defer { _ = shell("rm -r \(folder.path)/appendonlydir") }
        let lines = (0..<20).map { "set key:\($0) \($0)\nmulti\nincr n\nrpush l \($0)\nexec\n" }
        try write(lines.joined(), in: folder)
        let bytes = try Files.read(folder.path + "/appendonlydir/appendonly.aof.1.incr.aof")
        let whole = Reading(bytes)
        #expect(whole.fault == nil && whole.units.count == 41)
        for size in 0..<bytes.count {
            let reading = Reading(Array(bytes[..<size]))
            #expect(reading.units == whole.units.filter { $0.end <= size })
            if let fault = reading.fault { #expect(fault.kind == .tornTail) }
        }
    }
}
