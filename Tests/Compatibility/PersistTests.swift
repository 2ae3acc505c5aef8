// `duet persist` as a room: a running server's log, turned on, waited for and turned off.

import Glibc
import Migration
import Server
import Testing

@Suite("Switching persistence")
struct PersistTests {
    private func check(_ path: String, _ folder: String) throws {
        let side = try RESPSide(unix: path)
        for number in 0..<2000 { _ = try side.ask(["SET", "key:\(number)", "value"]) }
        var link = PersistenceSwitch(try ServerLink.open(try #require(ServerAddress(path)), LinkOptions()))
        let before = try link.facts()
        #expect(!before.isLogOn && before.savePoints.isEmpty && before.folder == folder)
        try link.turnOn(syncPolicy: "always", savePoints: "3600 1")
        let facts = try link.waitForBase { _, _ in }
        #expect(facts.isLogOn && facts.syncPolicy == "always" && facts.savePoints == "3600 1")
        #expect(facts.baseSize > 2000 * 12 && exists(facts.manifestPath))
        #expect(facts.text.contains("append log   on, fsync always"))
        #expect(throws: MigrationFault.self) { try link.turnOn(syncPolicy: "sometimes", savePoints: "") }
        try link.turnOff()
        #expect(waitUntil { (try? link.facts().isLogOn) == false })
        #expect(try link.facts().text.contains("append log   off\nsnapshots    off"))
    }

    private func clear(_ folder: String) {
        let program = try? Program("/bin/rm", ["rm", "-r", folder + "/appendonlydir"])
        #expect(program?.code == 0)
    }

    @Test("of Duet")
    func ours() throws {
        let folder = Running.makeFolder()
        let duet = try Duet { $0.directory = folder }
        defer {
            duet.finish()
            clear(folder)
            unsafe _ = rmdir(folder)
        }
        try check(duet.respPath, folder)
    }

    @Test("of redis-server", .enabled(if: Peer.redis != nil))
    func theirs() throws {
        let peer = try Peer.emptyRedis()
        defer { clear(peer.folder) }
        try check(peer.socketPath, peer.folder)
    }
}
