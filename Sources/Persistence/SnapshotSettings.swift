// What snapshots are told, and what they tell.

public import Base
public import Engine
import Synchronization

/// Save when so many changes came in so many seconds. Source: redis.conf `save`.
public struct SavePoint: Sendable, Equatable {
    /// At least 1.
    public var seconds: Int
    /// At least 1 means anything; 0 saves every `seconds`.
    public var changes: Int

    public init(seconds: Int, changes: Int) {
        self.seconds = seconds
        self.changes = changes
    }
}

/// How and where snapshots are made.
public struct SnapshotSettings: Sendable {
    /// The file, in the folder that the process works in. Source: redis.conf `dbfilename`.
    public var fileName = "dump.rdb"
    /// The folder; `""` is the working one. Source: redis.conf `dir`.
    public var folder = ""
    /// None: nothing is saved unless somebody asks for it.
    public var savePoints: [SavePoint] = []
    /// Strings that become shorter by it. Source: redis.conf `rdbcompression`.
    public var compresses = true
    /// Source: redis.conf `rdbchecksum`.
    public var hasChecksum = true
    /// Facts for the file's head, by Redis' names: `redis-ver` and the like.
    public var facts: [(name: String, value: String)] = []

    public init() {}

    var path: String { folder.isEmpty ? fileName : folder + "/" + fileName }
}

/// Libraries of functions, which files keep beside the items: their code, as bytes. Their owner fills it in.
public struct LibraryDoor: Sendable {
    /// The code of each. Called at a snapshot's moment, all shards held: take no lock whose holder may want one.
    public var all: @Sendable () -> [[UInt8]]
    /// Takes over the libraries of a file, all or none of them, in the place of those of the same names.
    /// - Parameter dropsOthers: keeps no other ones.
    /// - Returns: nil, or why not.
    public var take: @Sendable (_ libraries: [[UInt8]], _ dropsOthers: Bool, inout EngineHandle) -> String?

    public init(
        all: @escaping @Sendable () -> [[UInt8]],
        take: @escaping @Sendable (_ libraries: [[UInt8]], _ dropsOthers: Bool, inout EngineHandle) -> String?
    ) {
        self.all = all
        self.take = take
    }

    /// Nobody keeps any.
    public static let none = LibraryDoor(
        all: { [] }, take: { libraries, _, _ in libraries.isEmpty ? nil : "nobody here keeps functions" })
}

/// How far a snapshot is. Any thread.
final class SnapshotProgress: Sendable {
    let items = Atomic<Int>(0)
    /// Items at the snapshot's moment.
    let expected = Atomic<Int>(0)
}

/// Where Persistence says what it does, in Redis' words where Redis has some.
public struct PersistenceLog: Sendable {
    public var notice: @Sendable (String) -> Void
    public var warning: @Sendable (String) -> Void

    public init(notice: @escaping @Sendable (String) -> Void, warning: @escaping @Sendable (String) -> Void) {
        self.notice = notice
        self.warning = warning
    }
}

/// What INFO tells of snapshots.
public struct SnapshotStatus: Sendable {
    /// When the last one was finished; at first, when the server started.
    public var lastSaveAt = Milliseconds(0)
    public var changesSinceLastSave = 0
    public var isRunning = false
    /// Of the one that runs.
    public var startedAt = Milliseconds(0)
    public var itemsDone = 0
    public var itemsExpected = 0
    public var lastSucceeded = true
    /// Nil if there was none.
    public var lastSeconds: Int?
    public var savesDone = 0
    /// Of what was loaded at start.
    public var loaded = LoadResult()

    public init() {}
}
