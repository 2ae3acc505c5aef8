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

/// Makes one file. Used once.
///
/// The thread that calls `run` walks over the keyspace. Items of the snapshot's moment that a client is about to change
/// are handed over by that client's worker, under their shard's lock; so the file is one point in time, though nothing
/// stands still. What waits for the disk is bounded: first the walk waits, then whoever changes items.
final class SnapshotJob: SnapshotSink {
    private final class Chunk {
        var bytes = OutputBuffer(capacity: PersistenceLimits.chunkSize + 4096)
    }

    private struct State: ~Copyable {
        var writer: RDBFileWriter
        var chunk = Chunk()
        /// In the order in which they go to the file.
        var full: [Chunk] = []
        var spare: [Chunk] = []
        /// Bytes of `full`, and of what is being written.
        var backlog = 0
        var itemCount = 0
        /// Nothing more will come.
        var isComplete = false
        /// Nothing more is wanted.
        var failure: SnapshotFailure?
    }

    private let engine: Engine
    private let disk: any Disk
    private let path: String
    private let settings: SnapshotSettings
    private let state: Monitor<State>
    private let progress: SnapshotProgress
    private let isBase: Bool

    /// - Parameter path: of the file beside the one that it will replace.
    /// - Parameter isBase: the file is the base of an append log.
    init(
        _ engine: Engine, _ disk: any Disk, path: String, _ settings: SnapshotSettings, _ progress: SnapshotProgress,
        isBase: Bool = false
    ) {
        self.isBase = isBase
        self.engine = engine
        self.disk = disk
        self.path = path
        self.settings = settings
        self.progress = progress
        state = Monitor(
            State(writer: RDBFileWriter(compresses: settings.compresses, policy: engine.evictionPolicy)))
    }

    /// Gives up, from any thread: `run` then ends soon.
    func cancel() { fail("cancelled") }

    private func fail(_ reason: String) {
        state.change { state in
            if state.failure == nil { state.failure = SnapshotFailure(reason: reason) }
            state.full = []
            state.backlog = 0
        }
    }

    // MARK: Items come in

    func append(_ item: borrowing ItemView, in database: DatabaseIndex) {
        let isFull = state.look { state -> Bool in
            guard state.failure == nil else { return false }
            state.writer.append(item, in: database, to: &state.chunk.bytes)
            state.itemCount += 1
            return state.chunk.bytes.totalCount >= PersistenceLimits.chunkSize
        }
        if isFull { passOn() }
    }

    /// Lets the disk's thread have the chunk. Waits, under the item's shard, if far too much waits already: the writers
    /// then go at the disk's pace, rather than fill the memory.
    private func passOn() {
        state.change { state in Self.passOn(&state) }
        state.wait { state in state.backlog < PersistenceLimits.backlogMax || state.failure != nil ? () : nil }
    }

    private static func passOn(_ state: inout State) {
        guard state.chunk.bytes.totalCount > 0 else { return }
        state.backlog += state.chunk.bytes.totalCount
        state.full.append(state.chunk)
        state.chunk = state.spare.popLast() ?? Chunk()
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
        let output = SnapshotOutput(disk, descriptor, checksums: settings.hasChecksum)
        let drain: Thread
        do throws(SystemError) {
            drain = try Thread(name: "snapshot-disk") { [self] in writeChunks(output) }
        } catch {
            throw SnapshotFailure(reason: "no thread for the disk: \(error.reason)")
        }
        guard handle.beginSnapshot(to: self, atMoment: { handle in
            atMoment(&handle)
            begin(&handle)
        }) else {
            fail("another snapshot is under way")
            drain.join()
            throw SnapshotFailure(reason: "another snapshot is under way")
        }
        walk(&handle)
        drain.join()
        if let failure = state.look({ $0.failure }) { throw failure }
        do throws(SystemError) {
            try disk.sync(descriptor)
        } catch {
            throw SnapshotFailure(reason: "fsync of the RDB file \(path): \(error.reason)")
        }
        return SnapshotResult(itemCount: state.look { $0.itemCount }, size: output.size)
    }

    /// The file's beginning, in the snapshot's moment.
    private func begin(_ engine: inout EngineHandle) {
        var facts = settings.facts
        let memory = self.engine.memory(through: &engine)
        facts.append(("ctime", String(engine.now.rawValue / 1000)))
        facts.append(("used-mem", String(memory.used)))
        facts.append(("aof-base", isBase ? "1" : "0"))
        // Numbers of items that are gone count too: nobody must get them again.
        facts.append(("duet-cas-max", String(engine.highestCAS())))
        var counts: [(database: Int, keys: Int, expiring: Int)] = []
        for database in 0..<self.engine.databaseCount {
            let keys = engine.itemCount(in: DatabaseIndex(database))
            if keys > 0 { counts.append((database, keys, engine.expiringCount(in: DatabaseIndex(database)))) }
        }
        progress.expected.store(counts.reduce(0) { $0 + $1.keys }, ordering: .relaxed)
        state.look { state in
            state.writer.begin(facts, to: &state.chunk.bytes)
            for count in counts {
                state.writer.beginDatabase(
                    count.database, keys: count.keys, expiring: count.expiring, to: &state.chunk.bytes)
            }
        }
    }

    private func walk(_ engine: inout EngineHandle) {
        var hasGivenUp = false
        while true {
            let (mayGoOn, itemCount) = state.wait { state -> (Bool, Int)? in
                if state.failure != nil { return (false, 0) }
                return state.backlog < PersistenceLimits.backlogForWalk ? (true, state.itemCount) : nil
            }
            progress.items.store(itemCount, ordering: .relaxed)
            if !mayGoOn && !hasGivenUp {
                engine.abandonSnapshot()
                hasGivenUp = true
            }
            switch engine.continueSnapshot(count: PersistenceLimits.walkStep) {
            case .more: continue
            // Only after `abandonSnapshot`: the failure is known.
            case .abandoned: return
            case .complete:
                return state.change { state in
                    state.writer.end(to: &state.chunk.bytes)
                    Self.passOn(&state)
                    state.isComplete = true
                }
            }
        }
    }

    // MARK: Chunks go out

    private func writeChunks(_ output: SnapshotOutput) {
        // Large values come as they are; what may become shorter does so here, under no lock.
        var compressor = RDBFileWriter(compresses: settings.compresses)
        var compressed = OutputBuffer(capacity: 4096)
        while true {
            let next = state.wait { state -> Chunk?? in
                if state.failure != nil { return .some(nil) }
                if !state.full.isEmpty { return state.full.removeFirst() }
                return state.isComplete ? .some(nil) : nil
            }
            guard let chunk = next else { break }
            let size = chunk.bytes.totalCount
            do throws(SystemError) {
                if settings.compresses && !chunk.bytes.splices.isEmpty {
                    compressor.compressLarge(chunk.bytes, to: &compressed)
                    try output.write(compressed)
                    compressed.removeAll()
                    compressed.shrink(to: PersistenceLimits.chunkSize)
                } else {
                    try output.write(chunk.bytes)
                }
            } catch {
                return fail("Write error saving DB on disk: \(error.reason)")
            }
            chunk.bytes.removeAll()
            state.change { state in
                state.backlog = max(0, state.backlog - size)
                if state.spare.count < PersistenceLimits.spareChunks { state.spare.append(chunk) }
            }
        }
        guard state.look({ $0.failure == nil }) else { return }
        do throws(SystemError) { try output.finish() } catch { fail("Write error saving DB on disk: \(error.reason)") }
    }
}

/// The file's end of it. Used by one thread.
private final class SnapshotOutput: @unchecked Sendable {
    // Sendable: handed to the disk's thread, and asked for the size when that has ended.
    private let disk: any Disk
    private let descriptor: Int32
    private let checksums: Bool
    private var sum = CRC64()
    private(set) var size = 0
    private var startedSize = 0

    init(_ disk: any Disk, _ descriptor: Int32, checksums: Bool) {
        self.disk = disk
        self.descriptor = descriptor
        self.checksums = checksums
    }

    func write(_ buffer: borrowing OutputBuffer) throws(SystemError) {
        try buffer.forEachPiece { piece throws(SystemError) in try write(piece) }
        // The kernel begins early, so that the last fsync has little left to do and others are not held up by a flood.
        if size - startedSize >= PersistenceLimits.earlyWriteSize {
            disk.startWriting(descriptor, from: startedSize, count: size - startedSize)
            startedSize = size
        }
    }

    /// The checksum; 0 says that there is none.
    func finish() throws(SystemError) {
        let sum = checksums ? sum.value : 0
        let bytes = InlineArray<8, UInt8> { UInt8(truncatingIfNeeded: sum >> UInt64($0 * 8)) }
        try write(bytes.span.rawBytes)
    }

    private func write(_ bytes: RawSpan) throws(SystemError) {
        guard bytes.byteCount > 0 else { return }
        if checksums { sum.add(bytes) }
        try disk.write(bytes, to: descriptor)
        size += bytes.byteCount
    }
}
