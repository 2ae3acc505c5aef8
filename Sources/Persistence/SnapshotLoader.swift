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
    /// One that the engine has not: reading stopped there.
    var refusedDatabase: Int?
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
        let file: MappedFile
        do throws(SystemError) {
            guard let mapped = try MappedFile(path) else { return nil }
            file = mapped
        } catch {
            throw LoadFailure(description: "Can't open the RDB file \(path): \(error.reason)")
        }
        let result: LoadResult
        do throws(RDBFileFault) {
            result = try load(file, into: engine, &handle, progress)
        } catch {
            throw LoadFailure(
                description: "Bad file format reading the RDB file \(path): \(error). "
                    + "`duet check \(path)` tells more; move the file away to start empty.")
        }
        if let database = result.refusedDatabase {
            throw LoadFailure(
                description: "The RDB file \(path) has keys in database \(database), but `databases` is "
                    + "\(engine.databaseCount): start with a higher number.")
        }
        return result
    }

    private static func load(
        _ file: MappedFile, into engine: Engine, _ handle: inout EngineHandle, _ progress: (LoadProgress) -> Void
    ) throws(RDBFileFault) -> LoadResult {
        let start = Milliseconds.readClock()
        var lastTold = start
        handle.now = start
        // What is evicted goes by policy; where nothing may go, a file that was written is read whole.
        let mayOvershoot = handle.mayOvershoot
        handle.mayOvershoot = true
        defer { handle.mayOvershoot = mayOvershoot }
        var result = LoadResult()
        result.bytes = file.size
        var reader = try RDBFileReader(file.bytes, verifiesChecksum: true)
        var database = DatabaseIndex.first
        var casMax: UInt64 = 0
        while true {
            switch try reader.next() {
            case .end:
                handle.raiseCAS(above: casMax &+ PersistenceLimits.casJump)
                result.endPlace = reader.place
                result.milliseconds = Milliseconds.readClock().rawValue - start.rawValue
                return result
            case .database(let index):
                guard index < engine.databaseCount else {
                    result.refusedDatabase = index
                    return result
                }
                database = DatabaseIndex(index)
            case .field:
                guard reader.name.equals("duet-cas-max") else { continue }
                casMax = max(casMax, reader.string.unsignedDecimal() ?? 0)
            case .sizes: continue
            case .functions: result.librariesLeftOut += 1
            case .string:
                casMax = max(casMax, reader.facts.cas)
                if isOver(reader.facts, handle, &result) { continue }
                let key = handle.key(reader.name, in: database)
                count(handle.store(key, reader.string, reader.facts.storeOptions), &result)
                handle.noteUse(key, reader.facts)
            case .collection:
                casMax = max(casMax, reader.facts.cas)
                if isOver(reader.facts, handle, &result) { continue }
                guard let draft = try reader.draft(for: handle) else { continue }
                let key = handle.key(reader.name, in: database)
                count(handle.store(key, draft, reader.facts.storeOptions), &result)
                handle.noteUse(key, reader.facts)
            }
            guard (result.keysLoaded + result.keysExpired) & 1023 == 0 else { continue }
            handle.now = Milliseconds.readClock()
            guard handle.now.rawValue - lastTold.rawValue >= PersistenceLimits.progressMilliseconds else { continue }
            lastTold = handle.now
            progress(LoadProgress(bytesDone: reader.place, bytesTotal: file.size, keysDone: result.keysLoaded))
            file.forget(before: reader.place)
        }
    }

    private static func isOver(_ facts: RDBItemFacts, _ engine: EngineHandle, _ result: inout LoadResult) -> Bool {
        // What the log tells of it later must find it.
        if engine.isReplaying { return false }
        guard facts.expiry.rawValue != 0 && facts.expiry <= engine.now else { return false }
        result.keysExpired += 1
        return true
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
