// Libraries of functions under `duet migrate` and `duet restore`: between servers, files and logs.

import Base
import Migration
import Server
import Testing

@Suite(
    "Copying libraries of functions", .serialized,
    .enabled(if: Copying.hasPeers, "apt-get install redis-server memcached"))
struct LibraryCopyTests {
    private static func library(_ name: String, _ function: String, _ result: Int) -> String {
        "#!lua name=\(name)\nredis.register_function('\(function)', function() return \(result) end)"
    }

    private func load(_ side: RESPSide, _ code: String) throws {
        let reply = try side.ask(["FUNCTION", "LOAD", code])
        #expect(reply.first == UInt8(ascii: "$"), "\(shown(reply))")
    }

    @Test("a library goes from server to server, through files and logs, and is compared; one of its name stays")
    func everywhere() throws {
        let (peer, back) = (try Copying.redis(), try Copying.redis())
        let (duet, folder) = (try Duet(), CopyFolder())
        defer { duet.finish() }
        let theirs = try Copying.side(peer)
        try load(theirs, Self.library("a", "one", 1))
        try load(theirs, Self.library("b", "two", 2))
        _ = try theirs.ask(["SET", "key", "v"])
        let (source, ours) = (Copying.end(redis: peer.socketPath), Copying.end(redis: duet.respPath))
        let tried = try CopyRun(from: source, to: ours, Copying.options()) { _ in }.tryOut()
        #expect(tried.text.contains("2 libraries of functions would be copied") && tried.isComplete, "\(tried.text)")

        let copied = try Copying.copy(source, ours)
        #expect(copied.isComplete && copied.outcome.stored == 1, "\(copied.text)")
        #expect(copied.outcome.libraries.stored == 2)
        let side = try RESPSide(unix: duet.respPath)
        #expect(try side.ask(["FCALL", "two", "0"]) == bytes(":2\r\n"))
        #expect(try Copying.compare(source, ours).outcome.libraries.stored == 2)

        // Another one of a name, and a function that is somebody else's.
        _ = try side.ask(["FUNCTION", "LOAD", "REPLACE", Self.library("a", "one", 7)])
        _ = try side.ask(["FUNCTION", "DELETE", "b"])
        try load(side, Self.library("c", "two", 3))
        let differing = try Copying.compare(source, ours)
        #expect(!differing.isComplete && differing.outcome.libraries.refused.count == 2, "\(differing.text)")
        let again = try Copying.copy(source, ours)
        let libraries = again.outcome.libraries
        #expect(!again.isComplete && libraries.present.count == 1 && libraries.refused.count == 1)
        #expect(again.text.contains("Function two already exists"), "\(again.text)")
        _ = try side.ask(["FUNCTION", "DELETE", "c"])
        let replaced = try Copying.copy(source, ours) { $0.replaces = true }
        #expect(replaced.isComplete && replaced.outcome.libraries.stored == 2, "\(replaced.text)")
        #expect(try side.ask(["FCALL", "one", "0"]) == bytes(":1\r\n"))

        for name in ["all.rdb", "all.aof"] {
            let file = CopyEnd(folder.path + "/" + name)!
            let saved = try Copying.copy(ours, file)
            #expect(saved.isComplete && saved.outcome.libraries.stored == 2, "\(saved.text)")
            let target = try Copying.side(back)
            _ = try target.ask(["FUNCTION", "FLUSH"])
            let loaded = try Copying.copy(file, Copying.end(redis: back.socketPath))
            #expect(loaded.isComplete && loaded.outcome.libraries.stored == 2, "\(loaded.text)")
            #expect(try target.ask(["FCALL", "one", "0"]) == bytes(":1\r\n"))
            #expect(try Copying.compare(source, Copying.end(redis: back.socketPath)).isComplete)
        }
        _ = try side.ask(["FUNCTION", "FLUSH"])
        let link = try ServerLink.open(ServerAddress("unix://" + duet.respPath)!, LinkOptions())
        let uploaded = try SnapshotUpload(to: link, UploadOptions()) { _ in }.run(folder.path + "/all.rdb")
        #expect(uploaded.isComplete && uploaded.outcome.libraries.stored == 2, "\(uploaded.text)")
        #expect(try side.ask(["FCALL", "two", "0"]) == bytes(":2\r\n"))
    }

    @Test("memcached has no place for functions, and who may not see them is told")
    func obstacles() throws {
        let (peer, target) = (try Copying.redis(), try Copying.memcached())
        let duet = try Duet { $0.accessUsers = [["default", "on", "nopass", "~*", "&*", "+@all", "-function"]] }
        defer { duet.finish() }
        try load(try Copying.side(peer), Self.library("a", "one", 1))
        _ = try Copying.side(peer).ask(["SET", "key", "v"])
        let toMemcached = (Copying.end(redis: peer.socketPath), Copying.end(memcached: target.socketPath))
        let tried = try CopyRun(from: toMemcached.0, to: toMemcached.1, Copying.options()) { _ in }.tryOut()
        #expect(!tried.isComplete && tried.outcome.libraries.refused.count == 1, "\(tried.text)")
        let copied = try Copying.copy(toMemcached.0, toMemcached.1)
        #expect(!copied.isComplete && copied.outcome.stored == 1, "\(copied.text)")
        #expect(copied.text.contains("memcached has no place for functions"), "\(copied.text)")

        let ours = Copying.end(redis: duet.respPath)
        let refused = try Copying.copy(toMemcached.0, ours)
        #expect(!refused.isComplete && refused.outcome.stored == 1, "\(refused.text)")
        #expect(refused.text.contains("NOPERM"))
        let silent = try Copying.copy(ours, Copying.end(redis: peer.socketPath))
        #expect(silent.isComplete && silent.text.contains("stayed behind"), "\(silent.text)")
    }
}
