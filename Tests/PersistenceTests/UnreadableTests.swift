// Files that cannot be read to their ends: by a failing disk, or since somebody shortens them. To whoever has the file
// mapped the kernel tells both in the same way.

import Base
import Engine
import Glibc
import RDB
import Testing

@testable import Persistence

/// Cuts its file at the first command.
private struct CuttingReplay: LogReplay {
    let path: String
    let size: Int
    var count = 0

    mutating func perform(_ command: RawSpan) -> ReplayOutcome {
        count += 1
        if count == 1 { unsafe _ = truncate(path, size) }
        return .done
    }
}

@Suite("Files that cannot be read")
struct UnreadableTests {
    @Test("what cannot be read looks like zeros, and the file says where they begin")
    func mapping() throws {
        let folder = Folder()
        try folder.write([UInt8](repeating: 7, count: 100_000), to: "file")
        let file = try #require(try MappedFile(folder.path + "/file"))
        #expect(file.bytes[99_999] == 7 && file.fault == nil && !file.hasFault)
        unsafe _ = truncate(folder.path + "/file", 20_000)
        #expect(file.bytes[90_000] == 0 && file.bytes[50_000] == 0 && file.bytes[99_999] == 0)
        #expect(file.bytes[0] == 7 && file.bytes[19_999] == 7)
        #expect(file.hasFault)
        #expect(file.fault?.call == "\(folder.path)/file, at byte 20000: it became shorter while it was read")
        // Within a page nobody is told but by the file's size.
        try folder.write([UInt8](repeating: 7, count: 4000), to: "other")
        let other = try #require(try MappedFile(folder.path + "/other"))
        unsafe _ = truncate(folder.path + "/other", 100)
        #expect(!other.hasFault && other.fault?.call.contains("at byte 100") == true)
        // Another file by the name is nobody's business.
        let third = try #require(try MappedFile(folder.path + "/other"))
        try folder.write([1], to: "third")
        try SystemDisk().rename(folder.path + "/third", to: folder.path + "/other")
        #expect(third.fault == nil)
    }

    @Test("many threads may come to the same hole")
    func threads() throws {
        let folder = Folder()
        try folder.write([UInt8](repeating: 7, count: 400_000), to: "file")
        for _ in 0..<20 {
            let file = try #require(try MappedFile(folder.path + "/file"))
            unsafe _ = truncate(folder.path + "/file", 40_000)
            let threads = try (0..<4).map { index throws(SystemError) in
                try Thread(name: "reader") {
                    for place in stride(from: index * 100_000, to: 400_000, by: 4096) { _ = file.bytes[place] }
                }
            }
            for thread in threads { thread.join() }
            #expect(file.hasFault)
            unsafe _ = truncate(folder.path + "/file", 400_000)
        }
    }

    private func snapshot(_ folder: Folder) throws -> String {
        let subject = Logged(folder.path, SystemDisk())
        var handle = subject.engine.makeHandle()
        for number in 0..<2000 {
            let key = Array("key:\(number)".utf8)
            let value = [UInt8](repeating: UInt8(number & 255), count: 200)
            _ = handle.store(handle.key(key.span.rawBytes, in: .first), value.span.rawBytes, StoreOptions())
        }
        #expect(subject.log.snapshots.saveAndWait() == nil)
        return folder.path + "/dump.rdb"
    }

    @Test("a snapshot that cannot be read on stops the load with its name and the place")
    func snapshot() throws {
        let folder = Folder()
        let path = try snapshot(folder)
        for size in [4096, 10_000, 0] {
            let whole = try folder.read("dump.rdb")
            let file = try #require(try MappedFile(path))
            unsafe _ = truncate(path, size)
            let next = Logged(folder.path, SystemDisk())
            var handle = next.engine.makeHandle()
            #expect {
                _ = try SnapshotLoader.load(file, path, into: next.engine, &handle) { _ in }
            } throws: { error in
                "\(error)" == "Can't read the RDB file \(path), at byte \(size): it became shorter while it was read: "
                    + "Input/output error"
            }
            try folder.write(whole, to: "dump.rdb")
        }
    }

    @Test("an increment that cannot be read on stops the load, and nothing is cut off it", arguments: [true, false])
    func increment(_ isWithinPage: Bool) throws {
        let folder = Folder()
        defer { clear(folder) }
        var file = LogBuilder(seed: 1)
        for number in 0..<2000 {
            file.command("SELECT", "0")
            file.command("SET", "key:\(number)", "\(number)")
            if number % 100 == 0 { file.sum(synced: file.size) }
        }
        file.sum(synced: 0)
        try SystemDisk().makeFolder(logFolder(folder))
        try folder.write(file.bytes, to: "appendonlydir/a.aof")
        try folder.write(Array("file a.aof seq 1 type i\n".utf8), to: "appendonlydir/appendonly.aof.manifest")
        let size = isWithinPage ? file.size - 40 : 20_480
        let path = logFolder(folder) + "/a.aof"
        let subject = Logged(folder.path, SystemDisk())
        var replay = CuttingReplay(path: path, size: size)
        #expect {
            _ = try subject.log.load(&replay)
        } throws: { error in
            "\(error)".hasPrefix("Can't read the append only file \(path), at byte \(size): it became shorter")
        }
        #expect(try folder.read("appendonlydir/a.aof").count == size)
        #expect(!subject.log.isOn)
    }

    @Test("a folder in a file's place is an error that is told")
    func folders() throws {
        let folder = Folder()
        defer { clear(folder) }
        let disk = SystemDisk()
        try disk.makeFolder(folder.path + "/dump.rdb")
        defer { unsafe _ = rmdir(folder.path + "/dump.rdb") }
        let subject = Logged(folder.path, disk)
        #expect {
            try subject.log.snapshots.load()
        } throws: { "\($0)".contains("Can't open the RDB file \(folder.path)") }
        try disk.makeFolder(logFolder(folder))
        let manifest = logFolder(folder) + "/appendonly.aof.manifest"
        try disk.makeFolder(manifest)
        #expect { try subject.load() } throws: { "\($0)" == "Can't read the AOF: \(manifest): Is a directory" }
        unsafe _ = rmdir(manifest)
        try folder.write(Array("file a.aof seq 1 type i\n".utf8), to: "appendonlydir/appendonly.aof.manifest")
        #expect { try subject.load() } throws: { "\($0)".contains("a.aof: No such file") }
        try disk.makeFolder(logFolder(folder) + "/a.aof")
        defer { unsafe _ = rmdir(logFolder(folder) + "/a.aof") }
        #expect { try subject.load() } throws: { "\($0)".contains("a.aof: Is a directory") }
    }
}
