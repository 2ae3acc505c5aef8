// Snapshots for others to take away.

import Base
import Engine
import Persistence
import RDB
import Synchronization
import Testing

@Suite("Snapshots to take away")
struct ExportTests {
    private let folder = Folder()
    private let engine = Engine(EngineOptions())

    private func snapshots(_ disk: any Disk = SystemDisk()) -> Snapshots {
        var settings = SnapshotSettings()
        settings.folder = folder.path
        return Snapshots(engine, settings, log: PersistenceLog(notice: { _ in }, warning: { _ in }), disk: disk)
    }

    private func store(_ count: Int, from first: Int = 0) {
        var handle = engine.makeHandle()
        handle.now = Milliseconds.readClock()
        for index in first..<first + count {
            let text = Array("key:\(index)".utf8)
            _ = handle.store(handle.key(text.span.rawBytes, in: .first), text.span.rawBytes, StoreOptions())
        }
    }

    private static func export(_ snapshots: Snapshots) -> SnapshotExport {
        let result = Monitor<SnapshotExport?>(nil)
        snapshots.export { export in result.change { $0 = export } }
        return result.wait { $0 }
    }

    private static func keyCount(_ file: SharedFile) throws -> Int {
        let block = try file.read(at: 0, count: file.size)
        defer { block.release() }
        let bytes = block.show { $0.copiedBytes() }
        var reader = try RDBFileReader(bytes.span.rawBytes, verifiesChecksum: true)
        var count = 0
        var event = RDBFileEvent.field
        while event != .end {
            event = try reader.next()
            if event == .string { count += 1 }
        }
        let isVerified = reader.isVerified
        #expect(isVerified)
        return count
    }

    @Test("a file without items has the libraries, or not even those, whatever else is under way")
    func withoutItems() throws {
        var settings = SnapshotSettings()
        settings.folder = folder.path
        let code = Array("#!lua name=a".utf8)
        let door = LibraryDoor(all: { [code] }, take: { _, _, _ in nil })
        let snapshots = Snapshots(engine, settings, door, log: PersistenceLog(notice: { _ in }, warning: { _ in }))
        store(10)
        for hasLibraries in [true, false] {
            let result = Monitor<SnapshotExport?>(nil)
            snapshots.exportWithoutItems(hasLibraries: hasLibraries) { export in result.change { $0 = export } }
            guard case .file(let file) = result.wait({ $0 }) else { throw Failure() }
            let block = try file.read(at: 0, count: file.size)
            defer { block.release() }
            let bytes = block.show { $0.copiedBytes() }
            var reader = try RDBFileReader(bytes.span.rawBytes, verifiesChecksum: true)
            var found: [RDBFileEvent] = []
            repeat { found.append(try reader.next()) } while found.last != .end
            let isVerified = reader.isVerified
            #expect(isVerified && found.filter { $0 != .field } == (hasLibraries ? [.functions, .end] : [.end]))
        }
        #expect(folder.names == [])
    }

    @Test("the file is whole, has no name, and nothing counts as saved")
    func whole() throws {
        let snapshots = snapshots()
        store(1000)
        let before = snapshots.status
        guard case .file(let file) = Self.export(snapshots) else { throw Failure() }
        #expect(try Self.keyCount(file) == 1000)
        #expect(folder.names == [])
        let after = snapshots.status
        #expect(after.savesDone == 0 && after.lastSaveAt == before.lastSaveAt && !after.isRunning)
        #expect(after.changesSinceLastSave == before.changesSinceLastSave)
        #expect(snapshots.saveAndWait() == nil)
        #expect(folder.names == ["dump.rdb"])
    }

    @Test("many who ask get snapshots that begin after they asked")
    func many() throws {
        let snapshots = snapshots()
        store(5000)
        let counts = Mutex<[Int]>([])
        let threads = try (0..<8).map { _ in
            try Thread(name: "taker") {
                if case .file(let file) = Self.export(snapshots) {
                    do {
                        let count = try Self.keyCount(file)
                        counts.withLock { $0.append(count) }
                    } catch { Issue.record("\(error)") }
                }
            }
        }
        store(100, from: 5000)
        guard case .file(let last) = Self.export(snapshots) else { throw Failure() }
        #expect(try Self.keyCount(last) == 5100)
        for thread in threads { thread.join() }
        #expect(counts.withLock { $0.count } == 8)
        #expect(counts.withLock { $0.allSatisfy { (5000...5100).contains($0) } })
    }

    @Test("a full disk is told, and the next one may succeed")
    func fullDisk() throws {
        let disk = FaultyDisk(.write(afterBytes: 1000))
        let snapshots = snapshots(disk)
        store(1000)
        guard case .failed(let reason) = Self.export(snapshots) else { throw Failure() }
        #expect(reason == "Write error saving DB on disk: No space left on device")
        #expect(folder.names == [])
        #expect(snapshots.status.lastSucceeded)
        disk.begin(.create)
        guard case .failed(let other) = Self.export(snapshots) else { throw Failure() }
        #expect(other.hasPrefix("Failed opening the temp RDB file "))
        disk.recover()
        guard case .file(let file) = Self.export(snapshots) else { throw Failure() }
        #expect(try Self.keyCount(file) == 1000)
    }

    @Test("who asks while the server stops is refused")
    func closing() throws {
        let snapshots = snapshots()
        snapshots.close()
        guard case .failed(let reason) = Self.export(snapshots) else { throw Failure() }
        #expect(reason == "the server is stopping")
    }

    private struct Failure: Error {}
}
