// A snapshot's file, back into the keyspace.

import Base
import Engine
import RDB

/// How far a load is.
public struct LoadProgress: Sendable {
    public var bytesDone = 0
    public var bytesTotal = 0
    public var keysDone = 0

    public init() {}

    init(bytesDone: Int, bytesTotal: Int, keysDone: Int) {
        self.bytesDone = bytesDone
        self.bytesTotal = bytesTotal
        self.keysDone = keysDone
    }
}

/// What a load came to.
public struct LoadResult: Sendable {
    public var keysLoaded = 0
    /// Left out, since their time had run out.
    public var keysExpired = 0
    /// Left out, since there was no room for them and nothing that might go.
    public var keysWithoutRoom = 0
    /// The code of libraries of functions, for whoever keeps them.
    var libraries: [[UInt8]] = []
    public var bytes = 0
    /// Where the snapshot ends in its file.
    var endPlace = 0
    public var milliseconds: Int64 = 0

    public init() {}

    /// As in `0.013`.
    public var secondsText: String {
        let rest = String(milliseconds % 1000)
        return "\(milliseconds / 1000)." + String(repeating: "0", count: 3 - rest.utf8.count) + rest
    }
}

/// Why a file could not be loaded, for whoever starts the server.
public struct LoadFailure: Error, Equatable, CustomStringConvertible {
    public let description: String

    public init(description: String) { self.description = description }
}

enum SnapshotLoader {
    /// - Parameter progress: called about every two seconds.
    /// - Returns: nil if there is no file.
    static func load(
        _ path: String, into engine: Engine, _ handle: inout EngineHandle,
        _ progress: (LoadProgress) throws(LoadFailure) -> Void
    ) throws(LoadFailure) -> LoadResult? {
        let file: MappedFile?
        do throws(SystemError) {
            file = try MappedFile(path)
        } catch {
            throw LoadFailure(description: "Can't open the RDB file \(path): \(error.reason)")
        }
        guard let file else { return nil }
        return try load(file, path, into: engine, &handle, progress)
    }

    /// - Parameter progress: called each `progressMilliseconds`; ends the load by throwing.
    static func load(
        _ file: MappedFile, _ path: String, into engine: Engine, _ handle: inout EngineHandle,
        progressMilliseconds: Int64 = PersistenceLimits.progressMilliseconds,
        _ progress: (LoadProgress) throws(LoadFailure) -> Void
    ) throws(LoadFailure) -> LoadResult {
        let start = Milliseconds.readClock()
        var lastTold = start
        handle.now = start
        var result = LoadResult()
        result.bytes = file.size
        let channel = LoadChannel()
        let reader = LoadReader(
            file: file, engine: engine, handle: engine.makeHandle(like: handle),
            // What a log tells of an item later must find it.
            dropsExpired: !handle.isReplaying,
            // In a section the shards are this thread's alone.
            mayStore: !handle.isInSection, channel: channel)
        let reading: Thread
        do throws(SystemError) {
            reading = try Thread(name: "load") { channel.end(reader.read()) }
        } catch {
            throw LoadFailure(description: "no thread to load with: \(error.reason)")
        }
        defer {
            channel.cancel()
            reading.join()
        }
        var store = LoadStore(file.bytes, handle)
        while let batch = channel.next() {
            do throws(RDBFileFault) { try store.store(batch) } catch { throw failure(file, path, error) }
            let progressMade = LoadProgress(
                bytesDone: batch.place, bytesTotal: file.size, keysDone: batch.readCount)
            channel.recycle(batch)
            handle.now = Milliseconds.readClock()
            guard handle.now.rawValue - lastTold.rawValue >= progressMilliseconds else { continue }
            lastTold = handle.now
            try progress(progressMade)
            file.forget(before: progressMade.bytesDone)
        }
        if let fault = file.fault { throw unreadable(fault) }
        switch channel.result {
        case .fault(let fault): throw failure(file, path, fault)
        case .refused(let database):
            throw LoadFailure(
                description: "The RDB file \(path) has keys in database \(database), but `databases` is "
                    + "\(engine.databaseCount): start with a higher number.")
        case .whole(let casMax, let libraries, let place, let otherTally):
            var tally = store.tally
            tally += otherTally
            result.keysLoaded = tally.loaded
            result.keysExpired = tally.expired
            result.keysWithoutRoom = tally.withoutRoom
            result.endPlace = place
            handle.raiseCAS(above: casMax &+ PersistenceLimits.casJump)
            result.libraries = libraries
            result.milliseconds = Milliseconds.readClock().rawValue - start.rawValue
            return result
        }
    }

    private static func unreadable(_ fault: SystemError) -> LoadFailure {
        LoadFailure(description: "Can't read the RDB file \(fault)")
    }

    private static func failure(_ file: MappedFile, _ path: String, _ fault: RDBFileFault) -> LoadFailure {
        // What could not be read is not what the file has.
        if let fault = file.fault { return unreadable(fault) }
        return LoadFailure(
            description: "Bad file format reading the RDB file \(path): \(fault). "
                + "`duet check \(path)` tells more; move the file away to start empty.")
    }
}
