// Reading a file to the end without keeping it: is it whole, and what is in it?

public import Base
public import Engine
import RDB

/// What a snapshot's file holds, as far as it could be read.
public struct SnapshotSummary: Sendable {
    /// Keys and bytes in the file, by type.
    public struct Share: Sendable {
        public var keys = 0
        public var bytes = 0
    }

    public struct LargeKey: Sendable {
        public var key: [UInt8]
        public var database: Int
        public var kind: ValueKind
        public var bytes: Int
    }

    /// Of the format.
    public var version = 0
    public var size = 0
    /// What the file says of itself, in its order.
    public var fields: [(name: String, value: String)] = []
    public var shares: [ValueKind: Share] = [:]
    public var keysByDatabase: [Int: Int] = [:]
    public var expiringCount = 0
    /// Of those, whose time has run out.
    public var expiredCount = 0
    /// Keys with memcached's flags.
    public var flaggedCount = 0
    public var libraryCount = 0
    /// The largest first, ten at most.
    public var largest: [LargeKey] = []
    /// Whether the bytes are those that the checksum was made of; false if the file has none.
    public var isVerified = false
    /// Where and why reading ended too early; nil for a whole file.
    public var fault: String?
    /// Bytes behind the end, which belong to nothing.
    public var excess = 0

    public init() {}

    public var keyCount: Int { shares.values.reduce(0) { $0 + $1.keys } }
}

public enum SnapshotCheck {
    private static let largestMax = 10

    /// Reads the whole file, each value as a start of the server would.
    /// - Parameter progress: called with bytes done and in all, about twice a second.
    public static func run(
        _ path: String, progress: (Int, Int) -> Void = { _, _ in }
    ) throws(SystemError) -> SnapshotSummary {
        guard let file = try MappedFile(path) else { throw SystemError(call: path, code: SystemError.noSuchFile) }
        var summary = SnapshotSummary()
        summary.size = file.size
        do throws(RDBFileFault) {
            try read(file, &summary, progress)
        } catch {
            summary.fault = error.description
        }
        if let fault = file.fault { throw fault }
        return summary
    }

    private static func read(
        _ file: MappedFile, _ summary: inout SnapshotSummary, _ progress: (Int, Int) -> Void
    ) throws(RDBFileFault) {
        var options = EngineOptions()
        options.shardCount = 1
        options.databaseCount = 1
        // Values are built as if to be stored, which is the whole of their check.
        let engine = Engine(options)
        let handle = engine.makeHandle()
        var reader = try RDBFileReader(file.bytes, verifiesChecksum: true)
        summary.version = reader.version
        let now = Milliseconds.readClock()
        var toldAt = now
        var database = 0
        var start = reader.place
        var count = 0
        while true {
            let event = try reader.next()
            switch event {
            case .end:
                summary.isVerified = reader.isVerified
                summary.excess = file.size - reader.place
                return
            case .database(let index): database = index
            case .sizes: break
            case .functions: summary.libraryCount += 1
            case .module: preconditionFailure("a fault, for whoever does not pass over modules")
            case .field: summary.fields.append((reader.name.copiedText(), reader.string.copiedText()))
            case .string, .collection:
                var kind = ValueKind.string
                if case .collection(let collection) = event {
                    kind = collection
                    _ = try reader.draft(for: handle)
                }
                summary.note(reader.facts, now)
                summary.note(reader.name, kind, database, bytes: reader.place - start, max: largestMax)
                count += 1
                if count & 4095 == 0 {
                    if file.hasFault { return }
                    let now = Milliseconds.readClock()
                    if now.rawValue - toldAt.rawValue >= 500 {
                        toldAt = now
                        progress(reader.place, file.size)
                        file.forget(before: reader.place)
                    }
                }
            }
            start = reader.place
        }
    }
}

extension SnapshotSummary {
    fileprivate mutating func note(_ facts: RDBItemFacts, _ now: Milliseconds) {
        if facts.flags != 0 { flaggedCount += 1 }
        guard facts.expiry.rawValue != 0 else { return }
        expiringCount += 1
        if facts.expiry <= now { expiredCount += 1 }
    }

    fileprivate mutating func note(_ key: RawSpan, _ kind: ValueKind, _ database: Int, bytes: Int, max: Int) {
        shares[kind, default: Share()].keys += 1
        shares[kind, default: Share()].bytes += bytes
        keysByDatabase[database, default: 0] += 1
        if largest.count == max {
            guard bytes > largest[max - 1].bytes else { return }
            largest.removeLast()
        }
        let place = largest.firstIndex { $0.bytes < bytes } ?? largest.count
        let shown = key.slice(0, min(key.byteCount, 128)).copiedBytes()
        largest.insert(LargeKey(key: shown, database: database, kind: kind, bytes: bytes), at: place)
    }
}
