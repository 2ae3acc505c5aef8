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
    /// Libraries of functions, which this server cannot keep yet.
    public var librariesLeftOut = 0
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
        _ path: String, into engine: Engine, _ handle: inout EngineHandle, _ progress: (LoadProgress) -> Void
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

    static func load(
        _ file: MappedFile, _ path: String, into engine: Engine, _ handle: inout EngineHandle,
        _ progress: (LoadProgress) -> Void
    ) throws(LoadFailure) -> LoadResult {
        let start = Milliseconds.readClock()
        var lastTold = start
        handle.now = start
        // What is evicted goes by policy; where nothing may go, a file that was written is read whole.
        let mayOvershoot = handle.mayOvershoot
        handle.mayOvershoot = true
        defer { handle.mayOvershoot = mayOvershoot }
        var result = LoadResult()
        result.bytes = file.size
        let channel = LoadChannel()
        // What a log tells of an item later must find it.
        let dropsExpired = !handle.isReplaying
        let reading: Thread
        do throws(SystemError) {
            reading = try Thread(name: "load") {
                channel.end(LoadReader.read(file, for: engine, dropsExpired: dropsExpired, to: channel))
            }
        } catch {
            throw LoadFailure(description: "no thread to load with: \(error.reason)")
        }
        defer {
            channel.cancel()
            reading.join()
        }
        var builder = RDBValueBuilder(file.bytes)
        while let batch = channel.next() {
            do throws(RDBFileFault) {
                try batch.build(&builder, for: handle)
            } catch {
                throw failure(file, path, error)
            }
            store(batch, of: file.bytes, &handle, &result)
            let place = batch.place
            channel.recycle(batch)
            handle.now = Milliseconds.readClock()
            guard handle.now.rawValue - lastTold.rawValue >= PersistenceLimits.progressMilliseconds else { continue }
            lastTold = handle.now
            progress(LoadProgress(bytesDone: place, bytesTotal: file.size, keysDone: result.keysLoaded))
            file.forget(before: place)
        }
        if let fault = file.fault { throw unreadable(fault) }
        switch channel.result {
        case .fault(let fault): throw failure(file, path, fault)
        case .refused(let database):
            throw LoadFailure(
                description: "The RDB file \(path) has keys in database \(database), but `databases` is "
                    + "\(engine.databaseCount): start with a higher number.")
        case .whole(let casMax, let librariesLeftOut, let place):
            result.endPlace = place
            handle.raiseCAS(above: casMax &+ PersistenceLimits.casJump)
            result.librariesLeftOut = librariesLeftOut
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

    /// Puts items in their places: their buckets are asked for before the first is stored.
    private static func store(
        _ batch: LoadBatch, of file: RawSpan, _ handle: inout EngineHandle, _ result: inout LoadResult
    ) {
        result.keysExpired += batch.expiredCount
        // On the stack, since spans of an object's property do not last.
        var bytes = OutputBuffer(capacity: 64)
        swap(&bytes, &batch.bytes)
        defer { swap(&bytes, &batch.bytes) }
        let step = PersistenceLimits.prefetchCount
        var hashes = InlineArray<16, KeyHash>(repeating: KeyHash(rawValue: 0))
        for start in stride(from: 0, to: batch.items.count, by: step) {
            let indices = start..<min(start + step, batch.items.count)
            for index in indices {
                let item = batch.items[index]
                hashes[index - start] = handle.hash(bytes.span.extracting(item.name))
                handle.prefetchBucket(hashes[index - start], in: item.database)
            }
            for index in indices {
                let item = batch.items[index]
                let key = Key(bytes.span.extracting(item.name), hash: hashes[index - start], in: item.database)
                let options = item.facts.storeOptions
                switch item.value {
                case .inFile(let place): count(handle.store(key, file.extracting(place), options), &result)
                case .copied(let place): count(handle.store(key, bytes.span.extracting(place), options), &result)
                case .built(let draft):
                    guard let draft, let content = batch.drafts[draft].content.take() else { continue }
                    count(handle.store(key, content, options), &result)
                case .unbuilt: preconditionFailure("a value that was not built")
                }
                handle.noteUse(key, item.facts)
            }
        }
    }

    private static func count(_ outcome: StoreOutcome, _ result: inout LoadResult) {
        if case .stored = outcome { result.keysLoaded += 1 } else { result.keysWithoutRoom += 1 }
    }
}

extension EngineHandle {
    /// Has an item look as little used as it was.
    fileprivate mutating func noteUse(_ key: Key, _ facts: RDBItemFacts) {
        if facts.idleSeconds == nil && facts.frequency == nil { return }
        setAccess(key, idleMilliseconds: facts.idleSeconds.map { $0 * 1000 }, frequency: facts.frequency)
    }
}
