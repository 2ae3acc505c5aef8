// `duet check` over files of commands: what it says by its exit status, and what it cuts.

import Base
import Testing

private struct Log {
    var bytes: [UInt8] = []
    private var summedFrom = 0

    mutating func command(_ words: String...) {
        bytes += Array("*\(words.count)\r\n".utf8)
        for word in words { bytes += Array("$\(word.utf8.count)\r\n\(word)\r\n".utf8) }
    }

    mutating func sum(synced: Int) {
        var sum = CRC64()
        sum.add(bytes.span.rawBytes.slice(summedFrom, bytes.count))
        let digits = String(sum.value, radix: 16)
        let padding = String(repeating: "0", count: 16 - digits.utf8.count)
        bytes += Array("#SUM:\(padding)\(digits):\(bytes.count - summedFrom):\(synced)\r\n".utf8)
        summedFrom = bytes.count
    }
}

@Suite("duet check", .enabled(if: Victim.program != nil))
struct CheckTests {
    private func check(_ words: String...) throws -> Int32 { try Victim.run([Victim.program!, "check"] + words) }

    private func write(_ bytes: [UInt8], _ path: String) throws {
        let descriptor = try Files.create(path)
        defer { Files.close(descriptor) }
        try Files.write(bytes.span.rawBytes, to: descriptor)
    }

    @Test("a torn end and damage are told by the status, cut on demand, and kept beside")
    func repairs() throws {
        let folder = TestFolder()
        let path = folder.path + "/appendonly.aof.1.incr.aof"
        var log = Log()
        log.command("SELECT", "0")
        log.command("MULTI")
        log.command("SET", "a", "1")
        log.command("INCR", "a")
        log.command("EXEC")
        log.sum(synced: 0)
        let good = log.bytes
        log.command("SET", "b", "2")
        log.sum(synced: good.count)
        log.command("SET", "c", "3")
        log.sum(synced: log.bytes.count)
        let whole = log.bytes
        try write(whole, path)
        #expect(try check(path) == 0)
        #expect(try check(path, "--fix", "--yes") == 0)
        #expect(Files.size(path + ".bak") == nil)

        // Its end is missing: the last sum.
        try write(Array(whole.dropLast(3)), path)
        #expect(try check(path) == 1)
        #expect(try check(path, "--fix") == 1)
        #expect(try Files.read(path) == Array(whole.dropLast(3)))
        #expect(try check(path, "--fix", "--yes", "--quiet") == 0)
        #expect(try Files.read(path + ".bak") == Array(whole.dropLast(3)))
        #expect(try check(path) == 0)
        let mended = try Files.read(path)
        #expect(mended.count > good.count && whole.starts(with: mended))

        // A byte of what was safe on the disk.
        var damaged = whole
        damaged[good.count + 5] ^= 1
        try write(damaged, path)
        #expect(try check(path, "--fix", "--yes") == 1)
        #expect(try Files.read(path) == damaged)
        Files.remove(path + ".bak")
        #expect(try check(path, "--fix", "--yes") == 0)
        #expect(try Files.read(path) == good)
        if let program = Victim.redisLogCheck { #expect(try Victim.run([program, path]) == 0) }
    }

    @Test("a log of several files: only its last one may be cut")
    func sets() throws {
        let folder = TestFolder()
        let names = ["a.aof.1.incr.aof", "a.aof.2.incr.aof"].map { folder.path + "/" + $0 }
        let lines = "file a.aof.1.incr.aof seq 1 type i\nfile a.aof.2.incr.aof seq 2 type i\n"
        let manifest = folder.path + "/a.aof.manifest"
        try write(Array(lines.utf8), manifest)
        #expect(try check(folder.path) == 1)
        var log = Log()
        log.command("SET", "a", "1")
        for name in names { try write(log.bytes, name) }
        #expect(try check(folder.path) == 0)
        #expect(try check(manifest, "--quiet") == 0)
        try write(Array(log.bytes.dropLast()), names[0])
        #expect(try check(folder.path, "--fix", "--yes") == 1)
        #expect(Files.size(names[0]) == log.bytes.count - 1)
        try write(log.bytes, names[0])
        try write(Array(log.bytes.dropLast()), names[1])
        #expect(try check(folder.path) == 1)
        #expect(try check(folder.path, "--fix", "--yes") == 0)
        #expect(Files.size(names[1]) == 0)
        if let program = Victim.redisLogCheck { #expect(try Victim.run([program, manifest]) == 0) }
        try write(Array("file ../a seq 1 type i\n".utf8), manifest)
        #expect(try check(manifest) == 1)
        #expect(try check(folder.path + "/nothing") == 2)
        // Where no log is.
        Files.remove(manifest)
        #expect(try check(folder.path) == 2)
    }
}
