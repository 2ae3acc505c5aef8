// One snapshot on its way to its file: items come in from the walk and from whoever is about to change them, chunks
// go out to the disk on a thread of their own.

import Base
import Engine
import RDB
import Synchronization

/// Why a snapshot did not come about, in words that a log can print.
struct SnapshotFailure: Error, Equatable {
    let reason: String
}

/// What a finished snapshot came to.
struct SnapshotResult: Sendable {
    var itemCount = 0
    /// Bytes of the file.
    var size = 0
}

/// What a snapshot's file is.
enum SnapshotForm {
    case snapshot
    /// The same, as the base of an append log.
    case base
    /// The commands that make the items, as the base of an append log.
    case commands
}

/// Makes one file. Used once.
///
/// The thread that calls `run` walks over the keyspace. Items of the snapshot's moment that a client is about to change
/// are handed over by that client's worker, under their shard's lock; so the file is one point in time, though nothing
/// stands still. There items are only copied, or retained if they are large: all else is the disk's thread's.
final class SnapshotJob: SnapshotSink {
    /// Where one thread at a time makes bytes of items.
    private struct Lane: ~Copyable {
        var writer: RDBFileWriter
        /// In the place of `writer`, for commands.
        var text = LogText(capacity: 64)
        var chunk = SnapshotChunk()
        var itemCount = 0
    }

    private let engine: Engine
    private let disk: any Disk
    private let path: String
    private let settings: SnapshotSettings
    private let lanes: [Monitor<Lane>]
    private let backlog: SnapshotBacklog
    private let progress: SnapshotProgress
    private let form: SnapshotForm
    private let libraries: LibraryDoor

    /// - Parameter path: of the file beside the one that it will replace.
    init(
        _ engine: Engine, _ disk: any Disk, path: String, _ settings: SnapshotSettings, _ libraries: LibraryDoor,
        _ progress: SnapshotProgress, _ form: SnapshotForm = .snapshot
    ) {
        self.libraries = libraries
        self.engine = engine
        self.disk = disk
        self.path = path
        self.settings = settings
        self.form = form
        self.progress = progress
        backlog = SnapshotBacklog(engine)
        let policy = engine.evictionPolicy
        lanes = (0..<PersistenceLimits.laneCount).map { _ in
            Monitor(Lane(writer: RDBFileWriter(settings.compresses ? .later : .none, policy: policy)))
        }
    }

    /// Gives up, from any thread: `run` then ends soon.
    func cancel() { backlog.fail("cancelled") }

    // MARK: Items come in

    func append(_ item: borrowing ItemView, in database: DatabaseIndex) {
        if backlog.isFailed { return }
        for lane in lanes {
            if lane.tryLook({ append(item, database, &$0) }) != nil { return wait() }
        }
        lanes[0].look { append(item, database, &$0) }
        wait()
    }

    private func append(_ item: borrowing ItemView, _ database: DatabaseIndex, _ lane: inout Lane) {
        lane.itemCount += 1
        switch form {
        case .snapshot, .base:
            lane.writer.append(item, in: database, to: &lane.chunk.bytes)
            if lane.chunk.bytes.totalCount >= PersistenceLimits.chunkSize { passOn(&lane) }
        case .commands: append(making: item, database, &lane)
        }
    }

    /// A collection's commands may go to several chunks.
    private func append(making item: borrowing ItemView, _ database: DatabaseIndex, _ lane: inout Lane) {
        var chunk = lane.chunk
        lane.text.append(making: item, database) { text in
            guard text.bytes.totalCount >= PersistenceLimits.chunkSize else { return }
            text.exchange(&chunk.bytes)
            chunk = backlog.pass(chunk)
            // Between this lane's chunks are others'.
            text.forgetDatabase()
        }
        guard chunk !== lane.chunk else { return }
        lane.chunk = chunk
        progress.items.wrappingAdd(lane.itemCount, ordering: .relaxed)
        lane.itemCount = 0
    }

    private func wait() {
        if backlog.isOverMax { backlog.waitForMax() }
    }

    func waitForRoom() { backlog.waitForRoom() }

    /// Lets the disk's thread have the lane's chunk.
    private func passOn(_ lane: inout Lane) {
        progress.items.wrappingAdd(lane.itemCount, ordering: .relaxed)
        lane.itemCount = 0
        switch form {
        case .snapshot, .base:
            lane.writer.takePlainStrings(&lane.chunk.strings)
            lane.writer.startChunk()
        case .commands:
            lane.text.exchange(&lane.chunk.bytes)
            lane.text.forgetDatabase()
        }
        lane.chunk = backlog.pass(lane.chunk)
    }

    // MARK: The walk

    /// Writes the snapshot's file. Blocks until it is on the disk, under its own name still.
    /// - Parameter handle: walks; it may hold all shards, and then nothing changes meanwhile.
    /// - Parameter atMoment: runs in the snapshot's moment, all shards held.
    func run(
        _ handle: inout EngineHandle, atMoment: (inout EngineHandle) -> Void = { _ in }
    ) throws(SnapshotFailure) -> SnapshotResult {
        handle.now = Milliseconds.readClock()
        let descriptor: Int32
        do throws(SystemError) {
            descriptor = try disk.create(path)
        } catch {
            throw SnapshotFailure(reason: "Failed opening the temp RDB file \(path) for saving: \(error.reason)")
        }
        defer { disk.close(descriptor) }
        let pace = SnapshotPace(
            engine, workMicroseconds: PersistenceLimits.diskMicroseconds,
            restPercent: PersistenceLimits.diskRestPercent)
        let output = SnapshotOutput(disk, descriptor, checksums: settings.hasChecksum && form != .commands, pace)
        let drain: Thread
        do throws(SystemError) {
            drain = try Thread(name: "snapshot-disk", stepsAside: true) { [self] in writeChunks(output) }
        } catch {
            throw SnapshotFailure(reason: "no thread for the disk: \(error.reason)")
        }
        let hasBegun = handle.beginSnapshot(to: self) { handle in
            atMoment(&handle)
            begin(&handle)
        }
        guard hasBegun else {
            backlog.fail("another snapshot is under way")
            drain.join()
            throw SnapshotFailure(reason: "another snapshot is under way")
        }
        walk(&handle)
        drain.join()
        if let failure = backlog.failure { throw failure }
        do throws(SystemError) {
            try disk.sync(descriptor)
        } catch {
            throw SnapshotFailure(reason: "fsync of the RDB file \(path): \(error.reason)")
        }
        return SnapshotResult(itemCount: progress.items.load(ordering: .relaxed), size: output.size)
    }

    /// The file's beginning, in the snapshot's moment: nobody hands anything over yet.
    private func begin(_ engine: inout EngineHandle) {
        let chunk = SnapshotChunk()
        var expected = 0
        for database in 0..<self.engine.databaseCount { expected += engine.itemCount(in: DatabaseIndex(database)) }
        progress.expected.store(expected, ordering: .relaxed)
        // Numbers of items that are gone count too: nobody must get them again.
        let highestCAS = engine.highestCAS()
        switch form {
        case .snapshot, .base: begin(&chunk.bytes, highestCAS, &engine)
        case .commands:
            LogFormat.appendHighestCAS(highestCAS, to: &chunk.bytes)
            var text = LogText(capacity: 64)
            for code in libraries.all() { text.append(library: code.span.rawBytes) }
            chunk.bytes.append(contentsOf: text.bytes)
        }
        _ = backlog.pass(chunk)
    }

    private func begin(_ output: inout OutputBuffer, _ highestCAS: UInt64, _ engine: inout EngineHandle) {
        var facts = settings.facts
        let memory = self.engine.memory(through: &engine)
        facts.append(("ctime", String(engine.now.rawValue / 1000)))
        facts.append(("used-mem", String(memory.used)))
        facts.append(("aof-base", form == .base ? "1" : "0"))
        facts.append(("duet-cas-max", String(highestCAS)))
        var writer = RDBFileWriter(.none)
        writer.begin(facts, to: &output)
        for code in libraries.all() { writer.append(library: code.span.rawBytes, to: &output) }
        for database in 0..<self.engine.databaseCount {
            let keys = engine.itemCount(in: DatabaseIndex(database))
            guard keys > 0 else { continue }
            let expiring = engine.expiringCount(in: DatabaseIndex(database))
            writer.beginDatabase(database, keys: keys, expiring: expiring, to: &output)
        }
    }

    private func walk(_ engine: inout EngineHandle) {
        var pace = SnapshotPace(
            self.engine, workMicroseconds: PersistenceLimits.walkMicroseconds,
            restPercent: PersistenceLimits.walkRestPercent)
        var hasGivenUp = false
        while true {
            backlog.waitForWalk()
            if backlog.isFailed && !hasGivenUp {
                engine.abandonSnapshot()
                hasGivenUp = true
            }
            switch engine.continueSnapshot(count: PersistenceLimits.walkStep) {
            case .more: pace.rest()
            // Only after `abandonSnapshot`: the failure is known.
            case .abandoned: return
            case .complete: return end()
            }
        }
    }

    private func end() {
        for lane in lanes { lane.look { passOn(&$0) } }
        let chunk = SnapshotChunk()
        switch form {
        case .snapshot, .base:
            var writer = RDBFileWriter(.none)
            writer.end(to: &chunk.bytes)
        case .commands: break
        }
        backlog.end(with: chunk)
    }

    // MARK: Chunks go out

    private func writeChunks(_ output: SnapshotOutput) {
        do throws(SystemError) {
            switch form {
            case .snapshot, .base: try writeSnapshot(output)
            case .commands: try writeCommands(output)
            }
        } catch {
            backlog.fail("Write error saving DB on disk: \(error.reason)")
        }
    }

    private func writeSnapshot(_ output: SnapshotOutput) throws(SystemError) {
        var compressor = RDBFileWriter(compresses: settings.compresses)
        var compressed = OutputBuffer(capacity: PersistenceLimits.chunkCapacity)
        while let chunk = backlog.next() {
            // With writers waiting, speed is worth more than a short file.
            if settings.compresses && !engine.writersWait {
                compressor.compress(chunk.bytes, chunk.strings, to: &compressed)
                try output.write(compressed)
                compressed.removeAll()
                compressed.shrink(to: PersistenceLimits.chunkCapacity)
            } else {
                try output.write(chunk.bytes)
            }
            backlog.recycle(chunk)
        }
        if !backlog.isFailed { try output.finish() }
    }

    /// Behind each chunk its sum. The last one vouches for all: whoever finds the file by its name finds it on the
    /// disk.
    private func writeCommands(_ output: SnapshotOutput) throws(SystemError) {
        while let chunk = backlog.next() {
            let size = chunk.bytes.totalCount
            if size > 0 {
                LogFormat.appendSum(ofAll: &chunk.bytes, synced: 0)
                try output.write(chunk.bytes)
            }
            backlog.recycle(chunk, size)
        }
        if backlog.isFailed { return }
        var end = OutputBuffer(capacity: 64)
        LogFormat.appendSum(0, count: 0, synced: output.size, to: &end)
        try output.write(end)
    }
}
