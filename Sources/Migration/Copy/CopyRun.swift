// A copy from one end to the other: who reads, who writes, what came of it.

import Base
import RDB

/// Where items come from or go to.
public enum CopyEnd: Sendable, Equatable, CustomStringConvertible {
    case server(ServerAddress)
    /// An RDB file.
    case file(String)
    /// The append log of one file, as redis-server finds it.
    case log(String)

    /// A file by its ending, `.rdb` or `.aof`; else a server, as `ServerAddress` reads it. nil for anything else.
    public init?(_ text: String) {
        if text.hasSuffix(".rdb") {
            self = .file(text)
        } else if text.hasSuffix(".aof") {
            self = .log(text)
        } else {
            guard let server = ServerAddress(text, door: nil) else { return nil }
            self = .server(server)
        }
    }

    public var description: String {
        switch self {
        case .server(let server): server.description
        case .file(let path), .log(let path): path
        }
    }
}

/// How to copy.
public struct CopyOptions: Sendable {
    /// Takes the place of keys that are there.
    public var replaces = false
    /// Items a second that the source is asked for; 0 is as many as go.
    public var rate = 0
    public var link = LinkOptions()

    public init() {}
}

/// What a copy, a trial or a comparison came to.
public struct CopySummary: Sendable, Equatable {
    public enum Purpose: Sendable { case copy, trial, comparison }

    public var purpose = Purpose.copy
    public var outcome = CopyOutcome()
    /// Listed, and gone when it was asked for: deleted, evicted or expired meanwhile.
    public var gone = 0
    public var passedOver = 0
    public var warnings: [String] = []
    public var bytes = 0
    public var seconds = 0.0
    /// Of a trial.
    public var expiring = 0
    public var flagged = 0
    public var largest = 0

    public init() {}

    /// Whether every item of the source is at the target, and is the same.
    public var isComplete: Bool { outcome.fault == nil && outcome.refused.count == 0 && passedOver == 0 }

    /// Lines for people, each with its end.
    public var text: String {
        var lines = [headline]
        switch purpose {
        case .copy: lines += outcome.linesOfRest
        case .trial:
            lines.append(
                "\(expiring.keys) with a time to live, \(flagged.keys) with flags, the largest value "
                    + String(byteCount: largest))
            if outcome.refused.count > 0 {
                lines.append("\(outcome.refused.count.keys) that the target has no place for:")
                lines += outcome.refused.lines
            }
        case .comparison:
            if outcome.refused.count > 0 {
                lines.append("\(outcome.refused.count.keys) not the same:")
                lines += outcome.refused.lines
            }
        }
        if gone > 0 { lines.append("\(gone.keys) gone from the source before they were read") }
        lines += warnings
        if let fault = outcome.fault { lines.append("Broken off: \(fault.description)") }
        return lines.joined(separator: "\n") + "\n"
    }

    private var headline: String {
        let stored = outcome.stored.keys
        let rate = seconds > 0.2 ? " (\(Int(Double(outcome.stored) / seconds))/s)" : ""
        let time = "\(String(byteCount: bytes)) in \(TransferProgress.time(seconds))\(rate)"
        switch purpose {
        case .copy: return "\(stored) copied, \(time)"
        case .trial: return "\(stored) would be copied, \(time) read; nothing was written"
        case .comparison: return "\(stored) the same, \(time)"
        }
    }
}

/// Copies, tries and compares.
public struct CopyRun {
    private let source: CopyEnd
    private let target: CopyEnd
    private let options: CopyOptions
    private let onProgress: (TransferProgress) -> Void

    /// - Parameter progress: called ten times a second at most.
    public init(
        from source: CopyEnd, to target: CopyEnd, _ options: CopyOptions,
        progress: @escaping (TransferProgress) -> Void
    ) {
        self.source = source
        self.target = target
        self.options = options
        onProgress = progress
    }

    /// Copies all items. What is thrown left the target as it was; a fault after that is in the summary.
    public func copy() throws(MigrationFault) -> CopySummary {
        switch target {
        case .file(let path): return try read(into: try FileSink(path, isLog: false), .copy)
        case .log(let path): return try read(into: try FileSink(path, isLog: true), .copy)
        case .server(let address):
            var link = try open(address)
            if link.server.door == .memcached {
                return try read(into: try MemcachedSink(link, replaces: options.replaces), .copy)
            }
            let isDuet = try link.isDuet()
            return try read(
                into: RestoreSink(link, replaces: options.replaces, takesOwnFields: isDuet, database: 0), .copy)
        }
    }

    /// Reads all items and writes none.
    public func tryOut() throws(MigrationFault) -> CopySummary {
        try read(into: TrialSink(try obstacle()), .trial) { sink, summary in
            summary.expiring = sink.expiring
            summary.flagged = sink.flagged
            summary.largest = sink.largest
        }
    }

    /// Compares what is at the target with the source, item by item. Of a file and a server, whichever is which, the
    /// file's items are looked up.
    public func compare() throws(MigrationFault) -> CopySummary {
        guard case .server(let address) = target else {
            guard case .server = source else {
                throw MigrationFault("two files are not compared", advice: "`duet check` tells what is in each.")
            }
            var back = options
            back.rate = 0
            return try CopyRun(from: target, to: source, back, progress: onProgress).compare()
        }
        return try read(into: try ComparingSink(try open(address), try obstacle()), .comparison)
    }

    /// What the target has no place for.
    private func obstacle() throws(MigrationFault) -> (RawSpan, CopyFacts) -> String? {
        guard case .server(let address) = target, try open(address).server.door == .memcached else {
            return { _, _ in nil }
        }
        return MemcachedSink.obstacle
    }

    private func open(_ address: ServerAddress) throws(MigrationFault) -> ServerLink {
        try ServerLink.open(address, options.link)
    }

    // MARK: Reading

    private func read<Sink: CopySink & ~Copyable>(
        into sink: consuming Sink, _ purpose: CopySummary.Purpose,
        _ note: (borrowing Sink, inout CopySummary) -> Void = { _, _ in }
    ) throws(MigrationFault) -> CopySummary {
        var meter = CopyMeter(onProgress)
        switch source {
        case .file(let path):
            return try run(try FileSource(path, rate: options.rate, &meter.watch), &meter, &sink, purpose, note)
        case .log(let path):
            throw MigrationFault(
                "\(path): an append log is not read yet", advice: "Start a server with it, and copy from that.")
        case .server(let address):
            let link = try open(address)
            if link.server.door == .memcached {
                let source = try MemcachedSource(link, options.link, rate: options.rate)
                return try run(source, &meter, &sink, purpose, note)
            }
            return try run(try RedisSource(link, rate: options.rate), &meter, &sink, purpose, note)
        }
    }

    private func run<Source: CopySource & ~Copyable, Sink: CopySink & ~Copyable>(
        _ source: consuming Source, _ meter: inout CopyMeter, _ sink: inout Sink, _ purpose: CopySummary.Purpose,
        _ note: (borrowing Sink, inout CopySummary) -> Void
    ) throws(MigrationFault) -> CopySummary {
        var source = source
        var notes = SourceNotes()
        let total = try source.count()
        meter.watch.begin(purpose == .comparison ? .comparing : .copying, total: total)
        do throws(MigrationFault) {
            try source.run(into: &sink, &notes, &meter)
            try sink.finish()
        } catch {
            if sink.outcome.answeredCount == 0 && meter.items == 0 { throw error }
            sink.outcome.fault = error
        }
        var summary = CopySummary()
        summary.purpose = purpose
        summary.outcome = sink.outcome
        summary.gone = notes.gone
        summary.passedOver = notes.passedOver
        summary.warnings = notes.warnings
        summary.bytes = meter.bytes
        summary.seconds = meter.watch.secondsOfPhase
        note(sink, &summary)
        return summary
    }
}
