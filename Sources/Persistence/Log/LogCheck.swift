// Reading files of commands to their end without doing what they say: are they whole, and what is in them?

public import Base

/// What is wrong with a file of commands.
public struct LogDamage: Sendable, Equatable {
    /// Whether it is what a crash leaves behind, which a server cuts off by itself where the log ends so.
    public let isTorn: Bool
    /// Where and why.
    public let description: String
    /// What the file would be cut at.
    public let goodSize: Int
    /// Bytes that would go.
    public let lostSize: Int
    /// Whole units among them, as far as they can be made out.
    public let lostUnits: Int
}

/// What a file of commands holds, as far as it could be read.
public struct LogSummary: Sendable {
    public struct Share: Sendable {
        public var count = 0
        public var bytes = 0

        mutating func add(_ size: Int) {
            count += 1
            bytes += size
        }
    }

    /// Bytes of the file, a snapshot in front included.
    public var size = 0
    /// Bytes of the commands that could be read, and of the annotations about them.
    public var commandsSize = 0
    /// Commands outside of transactions, and transactions.
    public var unitCount = 0
    public var transactionCount = 0
    /// By name in capitals. MULTI and EXEC are counted as transactions.
    public var commands: [String: Share] = [:]
    public var databases: Set<Int> = []
    /// Different keys that simple commands name first; counted no further than `keyCountMax`.
    public var keyCount = 0
    public var itemAnnotationCount = 0
    public var sumCount = 0
    /// Bytes that sums speak for.
    public var verifiedSize = 0
    /// What the first and the last time annotation say, in seconds.
    public var firstTime: Int64?
    public var lastTime: Int64?
    public var damage: LogDamage?

    public static let keyCountMax = 1 << 20

    public init() {}

    public var commandCount: Int { commands.values.reduce(0) { $0 + $1.count } }

    /// Adds what another file of the same log holds. Keys that both name are counted twice.
    public mutating func add(_ other: LogSummary) {
        size += other.size
        commandsSize += other.commandsSize
        unitCount += other.unitCount
        transactionCount += other.transactionCount
        for (name, share) in other.commands {
            commands[name, default: Share()].count += share.count
            commands[name, default: Share()].bytes += share.bytes
        }
        databases.formUnion(other.databases)
        keyCount += other.keyCount
        itemAnnotationCount += other.itemAnnotationCount
        sumCount += other.sumCount
        verifiedSize += other.verifiedSize
        firstTime = firstTime ?? other.firstTime
        lastTime = other.lastTime ?? lastTime
    }
}

public enum LogCheck {
    /// Reads the whole file.
    /// - Parameter start: behind a snapshot that the file begins with.
    /// - Parameter progress: called with bytes done and in all, about twice a second.
    public static func run(
        _ path: String, from start: Int = 0, progress: (Int, Int) -> Void = { _, _ in }
    ) throws(SystemError) -> LogSummary {
        guard let file = try MappedFile(path) else { throw SystemError(call: path, code: SystemError.noSuchFile) }
        var summary = LogSummary()
        summary.size = file.size
        var reader = LogReader(file.bytes, from: start)
        var tally = LogTally(file.bytes)
        var toldAt = Milliseconds.readClock()
        do throws(LogFault) {
            while let unit = try reader.nextUnit() {
                tally.add(unit, to: &summary)
                guard summary.unitCount & 1023 == 0 else { continue }
                let now = Milliseconds.readClock()
                if now.rawValue - toldAt.rawValue >= 500 {
                    toldAt = now
                    progress(unit.end, file.size)
                    file.forget(before: unit.start)
                }
            }
        } catch {
            summary.damage = LogDamage(
                isTorn: error.kind == .tornTail, description: error.description, goodSize: error.goodSize,
                lostSize: file.size - error.goodSize, lostUnits: reader.countUnits(behind: error.goodSize))
        }
        // Neither a torn end nor damage, and nothing to cut.
        if let fault = file.fault { throw fault }
        tally.finish(&summary)
        summary.sumCount = reader.sumCount
        summary.verifiedSize = reader.verifiedSize
        return summary
    }
}
