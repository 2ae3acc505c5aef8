// Items out of an engine: what an append log leaves is known when all its commands were done.

import Base
public import Engine
import RDB

/// A log that was read.
public struct LoadedLog: Sendable {
    /// Nobody else uses it.
    public let engine: Engine
    /// The code of libraries of functions.
    public let libraries: [[UInt8]]
    public let warnings: [String]

    public init(engine: Engine, libraries: [[UInt8]], warnings: [String]) {
        self.engine = engine
        self.libraries = libraries
        self.warnings = warnings
    }
}

struct KeyspaceSource: CopySource, ~Copyable {
    private let log: LoadedLog
    private var handle: EngineHandle
    private var pace: CopyPace
    private var bytes = OutputBuffer(capacity: 4096)

    init(_ log: LoadedLog, rate: Int) {
        self.log = log
        handle = log.engine.makeHandle()
        handle.now = Milliseconds.readClock()
        pace = CopyPace(rate)
    }

    mutating func count() -> Int? {
        var count = 0
        for database in 0..<log.engine.databaseCount { count += handle.itemCount(in: DatabaseIndex(database)) }
        return count
    }

    mutating func run(
        into sink: inout some CopySink & ~Copyable, _ notes: inout SourceNotes, _ meter: inout CopyMeter
    ) throws(MigrationFault) {
        notes.warnings += log.warnings
        for code in log.libraries { try sink.put(library: code.span.rawBytes) }
        let batch = ItemBatch()
        guard handle.beginSnapshot(to: batch) else { preconditionFailure("somebody else uses the engine") }
        var fault: MigrationFault?
        walk: while true {
            let step = handle.continueSnapshot(count: MigrationLimits.walkCount)
            if fault == nil {
                do throws(MigrationFault) { try pass(batch, &sink, &meter) } catch {
                    fault = error
                    handle.abandonSnapshot()
                }
            }
            batch.removeAll()
            switch step {
            case .more: continue
            case .complete, .abandoned: break walk
            }
        }
        if let fault { throw fault }
    }

    private mutating func pass(
        _ batch: ItemBatch, _ sink: inout some CopySink & ~Copyable, _ meter: inout CopyMeter
    ) throws(MigrationFault) {
        batch.exchange(&bytes)
        pace.wait(for: batch.entries.count)
        for entry in batch.entries {
            let value = bytes.span.slice(entry.valueStart, entry.end)
            try sink.put(bytes.span.slice(entry.start, entry.keyEnd), value, entry.item)
            try meter.count(value.byteCount)
        }
    }
}

/// Copies of the items that a step of the walk hands over.
private final class ItemBatch: SnapshotSink, @unchecked Sendable {
    // Sendable: whoever walks is the only one who uses the engine, so one thread calls all of this.

    struct Entry {
        let start: Int
        let keyEnd: Int
        let valueStart: Int
        let end: Int
        let item: CopyFacts
    }

    private var bytes = OutputBuffer(capacity: 4096)
    private(set) var entries: [Entry] = []
    private var encoder = ValueEncoder(compresses: false)

    func append(_ item: borrowing ItemView, in database: DatabaseIndex) {
        if item.isExpired { return }
        var facts = CopyFacts()
        facts.database = Int(database.rawValue)
        facts.facts.expiry = item.expiry
        facts.facts.flags = item.flags
        facts.facts.cas = item.cas
        facts.facts.isStale = item.isStale
        facts.facts.hasBinaryKey = item.hasBinaryKey
        let start = bytes.count
        bytes.append(item.key)
        let keyEnd = bytes.count
        var valueStart = keyEnd
        if item.kind == .string {
            bytes.append(item.value)
        } else {
            encoder.append(item, to: &bytes)
            facts.type = bytes.span[keyEnd]
            valueStart += 1
        }
        entries.append(
            Entry(start: start, keyEnd: keyEnd, valueStart: valueStart, end: bytes.count, item: facts))
    }

    func waitForRoom() {}

    /// Gives away the bytes that `entries` speak of, for a buffer that is used from now on.
    func exchange(_ other: inout OutputBuffer) { swap(&bytes, &other) }

    func removeAll() {
        bytes.removeAll()
        bytes.shrink(to: MigrationLimits.requestsSize)
        entries.removeAll(keepingCapacity: true)
    }
}
