// Both doors and the disk: what is saved, what a restart brings back, what clients hear meanwhile.

import Base
import Glibc
import Persistence
import Testing

@testable import Server

/// A folder of the test's own, removed at its end.
private final class Folder {
    let path: String

    init() {
        var template = Array("/tmp/duet-saving-XXXXXX".utf8CString)
        // SAFETY: the template is ours, terminated, and changed in place.
        path = unsafe template.withUnsafeMutableBufferPointer { unsafe String(cString: mkdtemp($0.baseAddress!)!) }
    }

    deinit {
        remove(path + "/appendonlydir")
        remove(path)
    }

    private func remove(_ path: String) {
        for file in Files.matching(path + "/*") where !file.hasSuffix("*") { unsafe _ = unlink(file) }
        unsafe _ = rmdir(path)
    }

    var files: [String] { Files.matching(path + "/*").filter { !$0.hasSuffix("*") } }
}

@Suite("Saving")
struct SavingTests {
    private func configure(_ folder: Folder, _ change: @escaping (inout Configuration) -> Void = { _ in }) -> (
        inout Configuration
    ) -> Void {
        { settings in
            settings.directory = folder.path
            settings.loadsSnapshot = true
            settings.debugAccess = .local
            change(&settings)
        }
    }

    @Test("what both doors stored is there after SAVE and a restart, flags, CAS numbers and times with it")
    func restart() throws {
        let folder = Folder()
        var token = ""
        try withLoadedDoors(configure(folder)) { memcached, resp, _ in
            #expect(memcached.ask("set m 77 1000 5\r\nhello") == ["STORED"])
            #expect(resp.ask("RPUSH l a b c") == [":3"])
            #expect(resp.ask("SELECT 3") == ["+OK"])
            #expect(resp.ask("SET far away") == ["+OK"])
            token = memcached.ask("gets m", until: "END")[0]
            #expect(resp.ask("SAVE") == ["+OK"])
            #expect(resp.ask("SET late no") == ["+OK"])
        }
        try withLoadedDoors(configure(folder)) { memcached, resp, _ in
            let lines = memcached.ask("gets m", until: "END")
            #expect(lines == [token, "hello", "END"])
            #expect(lines[0].hasPrefix("VALUE m 77 5 "))
            #expect(resp.ask("LRANGE l 0 -1", lines: 7) == ["*3", "$1", "a", "$1", "b", "$1", "c"])
            let left = Int(resp.ask("TTL m")[0].dropFirst()) ?? 0
            #expect(left > 900 && left <= 1000)
            #expect(resp.ask("SELECT 3") == ["+OK"])
            #expect(resp.ask("GET far", lines: 2) == ["$4", "away"])
            #expect(resp.ask("EXISTS late") == [":0"])
            let number = String(token.split(separator: " ").last ?? "")
            #expect(memcached.ask("cas m 0 0 1 \(number)\r\nx") == ["STORED"])
            #expect(memcached.ask("cas m 0 0 1 \(number)\r\nx") == ["EXISTS"])
        }
    }

    @Test("save points save at the end, and SHUTDOWN NOSAVE does not")
    func atTheEnd() throws {
        let folder = Folder()
        let points = configure(folder) { $0.savePoints = [SavePoint(seconds: 3600, changes: 1)] }
        try withLoadedDoors(points) { memcached, _, _ in #expect(memcached.ask("set k 0 0 1\r\n1") == ["STORED"]) }
        try withLoadedDoors(points) { memcached, resp, _ in
            #expect(resp.ask("GET k", lines: 2) == ["$1", "1"])
            #expect(resp.ask("SET k 2") == ["+OK"])
            resp.send("SHUTDOWN NOSAVE\r\n")
            _ = memcached.line()
        }
        try withLoadedDoors(points) { _, resp, _ in #expect(resp.ask("GET k", lines: 2) == ["$1", "1"]) }
    }

    @Test("CONFIG SET appendonly yes makes a cache a store: what both doors had and get is there after a restart")
    func log() throws {
        let folder = Folder()
        var token = ""
        try withLoadedDoors(configure(folder)) { memcached, resp, _ in
            #expect(memcached.ask("set m 77 1000 5\r\nhello") == ["STORED"])
            #expect(resp.ask("RPUSH l a b c") == [":3"])
            #expect(resp.ask("WAITAOF 1 0 100")[0].hasPrefix("-ERR WAITAOF cannot be used"))
            #expect(resp.ask("BGREWRITEAOF")[0].hasPrefix("-ERR "))
            #expect(resp.ask("CONFIG SET appendonly yes appendfsync always") == ["+OK"])
            waitFor { waitForLog(resp) == ["*2", ":1", ":0"] }
            #expect(memcached.ask("set late 5 0 1\r\n1") == ["STORED"])
            #expect(memcached.ask("touch late 2000") == ["TOUCHED"])
            #expect(resp.ask("LPOP l", lines: 2) == ["$1", "a"])
            #expect(resp.ask("SELECT 3") == ["+OK"])
            #expect(resp.ask("SET far away") == ["+OK"])
            // The first one may be a moment from its end still.
            waitFor { resp.ask("BGREWRITEAOF") == ["+Background append only file rewriting started"] }
            token = memcached.ask("gets m", until: "END")[0]
        }
        let logged = configure(folder) { $0.isLogged = true }
        try withLoadedDoors(logged) { memcached, resp, _ in
            #expect(memcached.ask("gets m", until: "END") == [token, "hello", "END"])
            #expect(memcached.ask("get late", until: "END") == ["VALUE late 5 1", "1", "END"])
            #expect(resp.ask("LRANGE l 0 -1", lines: 5) == ["*2", "$1", "b", "$1", "c"])
            let left = Int(resp.ask("TTL late")[0].dropFirst()) ?? 0
            #expect(left > 1900 && left <= 2000)
            #expect(resp.ask("SELECT 3") == ["+OK"])
            #expect(resp.ask("GET far", lines: 2) == ["$4", "away"])
            let number = UInt64(token.split(separator: " ").last ?? "") ?? 0
            #expect(memcached.ask("set m 0 0 1\r\nx") == ["STORED"])
            let next = UInt64(memcached.ask("gets m", until: "END")[0].split(separator: " ").last ?? "") ?? 0
            #expect(next > number)
            #expect(resp.ask("CONFIG SET appendonly no") == ["+OK"])
            waitFor { waitForLog(resp)[0].hasPrefix("-ERR ") }
            #expect(resp.ask("SET forgotten 1") == ["+OK"])
        }
        try withLoadedDoors(logged) { memcached, resp, _ in
            #expect(memcached.ask("get m", until: "END") == ["VALUE m 0 1", "x", "END"])
            #expect(resp.ask("SELECT 3") == ["+OK"])
            #expect(resp.ask("EXISTS forgotten") == [":0"])
        }
    }

    @Test("clients that wait for an element get it when the log has what took it")
    func waiting() throws {
        let folder = Folder()
        let logged = configure(folder) { settings in
            settings.isLogged = true
            settings.appendLog.policy = .always
        }
        try withLoadedDoors(logged) { _, resp, server in
            let waiter = try server.resp()
            waiter.send("BLPOP q 0\r\n")
            waitFor { resp.ask("CLIENT LIST TYPE normal", until: "").joined().contains("cmd=blpop") }
            #expect(resp.ask("RPUSH q one two") == [":2"])
            #expect((0..<5).map { _ in waiter.line() } == ["*2", "$1", "q", "$3", "one"])
        }
        try withLoadedDoors(logged) { _, resp, _ in
            #expect(resp.ask("LRANGE q 0 -1", lines: 3) == ["*1", "$3", "two"])
        }
    }

    @Test("DEBUG RELOAD brings everything back")
    func reload() throws {
        let folder = Folder()
        try withLoadedDoors(configure(folder)) { memcached, resp, server in
            #expect(memcached.ask("set m 5 0 1\r\n1") == ["STORED"])
            #expect(resp.ask("HSET h a 1 b 2") == [":2"])
            let hearer = try server.resp()
            #expect(hearer.ask("PSUBSCRIBE *", lines: 6).last == ":1")
            #expect(resp.ask("CONFIG SET notify-keyspace-events KAn") == ["+OK"])
            #expect(resp.ask("DEBUG RELOAD") == ["+OK"])
            #expect(resp.ask("HGET h b", lines: 2) == ["$1", "2"])
            #expect(memcached.ask("get m", until: "END") == ["VALUE m 5 1", "1", "END"])
            #expect(resp.ask("DBSIZE") == [":2"])
            #expect(resp.ask("SET new 1") == ["+OK"])
            #expect(resp.ask("DEBUG RELOAD NOSAVE NOFLUSH") == ["+OK"])
            #expect(resp.ask("DBSIZE") == [":3"])
            #expect(resp.ask("DEBUG RELOAD NOSAVE") == ["+OK"])
            // What comes back is no news.
            #expect(resp.ask("PUBLISH end over") == [":1"])
            var heard: [String] = []
            while heard.last != "over" && heard.count < 100 { heard.append(hearer.line()) }
            #expect(heard.filter { ["new", "set", "hset", "del", "over"].contains($0) } == ["new", "set", "over"])
            #expect(resp.ask("DBSIZE") == [":2"])
        }
    }

    @Test("a folder that is gone refuses writes at both doors once a save point has failed, until one succeeds")
    func diskTrouble() throws {
        let folder = Folder()
        let inner = folder.path + "/inner"
        #expect(unsafe mkdir(inner, 0o700) == 0)
        try withDoors({ settings in
            settings.directory = inner
            settings.savePoints = [SavePoint(seconds: 3600, changes: 1)]
        }) { memcached, resp, _ in
            #expect(memcached.ask("set k 0 0 1\r\n1") == ["STORED"])
            unsafe _ = rmdir(inner)
            #expect(resp.ask("SAVE")[0].hasPrefix("-ERR "))
            waitFor { memcached.ask("set probe 0 0 1\r\n2") == ["SERVER_ERROR out of disk"] }
            #expect(resp.ask("SET k 2")[0].hasPrefix("-MISCONF "))
            #expect(resp.ask("GET k", lines: 2) == ["$1", "1"])
            #expect(memcached.ask("get k", until: "END") == ["VALUE k 0 1", "1", "END"])
            #expect(resp.ask("SHUTDOWN SAVE") == ["-ERR Errors trying to SHUTDOWN. Check logs."])
            #expect(unsafe mkdir(inner, 0o700) == 0)
            #expect(resp.ask("SAVE") == ["+OK"])
            waitFor { memcached.ask("set probe 0 0 1\r\n3") == ["STORED"] }
            #expect(resp.ask("SET k 2") == ["+OK"])
        }
        for file in Files.matching(inner + "/*") { unsafe _ = unlink(file) }
        unsafe _ = rmdir(inner)
    }

    @Test("a damaged file stops the start, naming place and reason; without a file it starts empty")
    func damaged() throws {
        let folder = Folder()
        try withLoadedDoors(configure(folder)) { _, resp, _ in
            #expect(resp.ask("SET k v") == ["+OK"])
            #expect(resp.ask("SAVE") == ["+OK"])
        }
        let path = folder.files[0]
        #expect(path.hasSuffix("/dump.rdb"))
        var bytes = try Files.read(path)
        bytes[bytes.count - 12] ^= 1
        try Files.replace(path, with: "")
        let descriptor = try Files.openForAppending(path)
        unsafe bytes.withUnsafeBytes { unsafe _ = write(descriptor, $0.baseAddress!, $0.count) }
        close(descriptor)
        var settings = Configuration()
        settings.memcachedPort = -1
        settings.respPort = -1
        configure(folder)(&settings)
        let assembly = try Assembly(settings, log: Log(style: .redis, level: .nothing))
        var failure: StartError?
        do throws(StartError) { try assembly.run() } catch { failure = error }
        let text = try #require(failure).description
        #expect(text.contains(path) && text.contains("at byte") && text.contains("duet check"))
    }
}

/// As `withDoors`, once the data is there.
private func withLoadedDoors(
    _ change: (inout Configuration) -> Void,
    _ body: (_ memcached: TestClient, _ resp: TestClient, _ server: TestServer) throws -> Void
) throws {
    try withDoors(change) { memcached, resp, server in
        waitFor { !resp.ask("EXISTS x")[0].hasPrefix("-LOADING") }
        try body(memcached, resp, server)
    }
}

/// The reply to WAITAOF, which is an error while there is no log.
private func waitForLog(_ resp: TestClient) -> [String] {
    let first = resp.ask("WAITAOF 1 0 100")
    return first == ["*2"] ? first + [resp.line(), resp.line()] : first
}

/// Asks until the answer is yes; gives up after 20 seconds.
private func waitFor(_ location: SourceLocation = #_sourceLocation, _ isDone: () -> Bool) {
    let end = monotonicNanoseconds() + 20_000_000_000
    while !isDone() {
        if monotonicNanoseconds() > end {
            Issue.record("waited in vain", sourceLocation: location)
            return
        }
        System.sleep(milliseconds: 10)
    }
}
