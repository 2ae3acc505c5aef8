// A copy from one end to the other: who reads, who writes, what came of it.

import Base
import RDB

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
        try openLogFirst()
        switch target {
        case .file(let path): return try read(into: try FileSink(path, isLog: false), .copy)
        case .log(let path):
            if target.hasSeveralFiles {
                throw MigrationFault(
                    "\(path): a log of several files is a server's own", advice: "Give FILE.aof, or FILE.rdb.")
            }
            return try read(into: try FileSink(path, isLog: true), .copy)
        case .server(let address):
            var link = try open(address)
            if link.server.door == .memcached {
                return try read(into: try MemcachedSink(link, replaces: options.replaces), .copy)
            }
            let isDuet = try link.isDuet()
            return try read(
                into: try RestoreSink(link, replaces: options.replaces, takesOwnFields: isDuet, database: 0), .copy)
        }
    }

    /// Reads all items and writes none.
    public func tryOut() throws(MigrationFault) -> CopySummary {
        let libraryObstacle = try targetIsMemcached() ? MemcachedSink.libraryObstacle : nil
        let sink = TrialSink(try obstacle(), libraryObstacle: libraryObstacle)
        return try read(into: sink, .trial) { sink, summary in
            summary.expiring = sink.expiring
            summary.flagged = sink.flagged
            summary.largest = sink.largest
        }
    }

    /// Compares what is at the target with the source, item by item. Of a file and a server, whichever is which, the
    /// file's items are looked up.
    /// - Parameter copied: what the copy before it came to. A source that was started anew since may have lost what was
    ///   copied: then there is nothing to compare with.
    public func compare(after copied: CopySummary? = nil) throws(MigrationFault) -> CopySummary {
        guard case .server(let address) = target else {
            guard source.isServer else {
                throw MigrationFault("two files are not compared", advice: "`duet check` tells what is in each.")
            }
            var back = options
            back.rate = 0
            return try CopyRun(from: target, to: source, back, progress: onProgress).compare()
        }
        try openLogFirst()
        let compared = try read(into: try ComparingSink(try open(address), try obstacle()), .comparison)
        if let before = copied?.sourceIdentity, let now = compared.sourceIdentity, before != now {
            throw MigrationFault(
                "\(source) was started anew after the copy: what it has now need not be what was copied",
                advice: "Copy again; what is there already costs little.")
        }
        return compared
    }

    /// A log takes its time: a server that has nothing to do meanwhile may close a connection, so this is over before
    /// the one that is used is opened. A target that is not there is told before, all the same.
    private func openLogFirst() throws(MigrationFault) {
        guard case .log(let path) = source, case .server(let address) = target else { return }
        _ = try open(address)
        _ = try options.openLog(path, onProgress)
    }

    /// Asks the target for keys that need not be read; nil if all are wanted, or if it has none.
    private func probe(_ purpose: CopySummary.Purpose) throws(MigrationFault) -> PresenceProbe? {
        guard purpose != .comparison, !options.replaces, case .server(let address) = target else { return nil }
        let probe = PresenceProbe(try open(address))
        return try probe.hasKeys() ? probe : nil
    }

    /// What the target has no place for.
    private func obstacle() throws(MigrationFault) -> (RawSpan, CopyFacts) -> String? {
        guard try targetIsMemcached() else { return { _, _ in nil } }
        return MemcachedSink.obstacle
    }

    private func targetIsMemcached() throws(MigrationFault) -> Bool {
        guard case .server(let address) = target else { return false }
        return try open(address).server.door == .memcached
    }

    private func open(_ address: ServerAddress) throws(MigrationFault) -> ServerLink {
        try ServerLink.open(address, options.link)
    }

    // MARK: Reading

    private func read<Sink: CopySink & ~Copyable>(
        into sink: consuming Sink, _ purpose: CopySummary.Purpose,
        _ note: (borrowing Sink, inout CopySummary) -> Void = { _, _ in }
    ) throws(MigrationFault) -> CopySummary {
        var meter = CopyMeter(stopped: options.isStopped, onProgress)
        switch source {
        case .file(let path):
            return try run(try FileSource(path, rate: options.rate, &meter.watch), &meter, &sink, purpose, note)
        case .log(let path):
            let source = KeyspaceSource(try options.openLog(path, onProgress), rate: options.rate)
            return try run(source, &meter, &sink, purpose, note)
        case .server(let address):
            var link = try open(address)
            let identity = try link.identity()
            let probe = try probe(purpose)
            var summary: CopySummary
            if link.server.door == .memcached {
                let source = try MemcachedSource(link, options.link, rate: options.rate, probe: probe)
                summary = try run(source, &meter, &sink, purpose, note)
            } else {
                let source = try RedisSource(link, rate: options.rate, probe: probe)
                summary = try run(source, &meter, &sink, purpose, note)
            }
            summary.sourceIdentity = identity
            return summary
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
            if !isLost(target, error) { breakOff(&sink) }
            sink.outcome.fault = error
        }
        var summary = CopySummary()
        summary.purpose = purpose
        summary.isToFile = !target.isServer
        summary.outcome = sink.outcome
        summary.gone = notes.gone
        summary.passedOver = notes.passedOver
        summary.warnings = notes.warnings
        summary.bytes = meter.bytes
        summary.seconds = meter.watch.secondsOfPhase
        note(sink, &summary)
        return summary
    }

    private func breakOff(_ sink: inout some CopySink & ~Copyable) {
        // The first fault tells more than one that follows from it.
        do throws(MigrationFault) { try sink.breakOff() } catch {}
    }

    /// Whether a fault is that `end` is not there any more.
    private func isLost(_ end: CopyEnd, _ fault: MigrationFault) -> Bool {
        guard case .server(let address) = end else { return false }
        return fault.lost?.address == address.address
    }
}
