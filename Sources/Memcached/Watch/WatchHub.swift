// Where log lines and watchers meet.
//
// A line is written into the log of the thread it happened on. The first watcher's connection is the pump: it is
// woken when lines wait, takes all logs, hands each line to the watchers that want it, and wakes them. So no request
// is held up by a watcher's socket, and there is no thread of its own.

import Base
import Engine
import Synchronization

/// All watchers of one front-end, and the logs that feed them. Any thread.
final class WatchHub: Sendable {
    /// Streams with a watcher, and the verbosity above: what is looked at before a line is made. Relaxed: a line more
    /// or less is no matter.
    private let onlookers = Atomic<UInt32>(0)
    /// Lines wait in some log; somebody was told so.
    private let hasLines = Atomic<Bool>(false)
    private let isSignalled = Atomic<Bool>(false)
    private let nextID = Atomic<UInt64>(1)

    private let sent = Atomic<Int>(0)
    private let skipped = Atomic<Int>(0)

    private let watchers = Mutex<[Watcher]>([])
    private static let verbosityShift: UInt32 = 16
    private let logs = Mutex<[WorkerLog]>([])
    /// What the pump works on. Held while lines are handed out, so that they keep their order.
    private let pumped = Mutex(OutputBuffer(capacity: 256))

    private let workerLogSize: Int
    private let watcherLogSize: Int
    /// For what happens on no worker of ours: evictions, crawls.
    let commonLog: WorkerLog

    init(_ settings: MemcachedSettings) {
        workerLogSize = settings.workerLogSize
        watcherLogSize = settings.watcherLogSize
        commonLog = WorkerLog(sizeMax: workerLogSize)
        logs.withLock { $0.append(commonLog) }
    }

    // MARK: For those who write

    /// A log for one more worker.
    func makeLog() -> WorkerLog {
        let log = WorkerLog(sizeMax: workerLogSize)
        logs.withLock { $0.append(log) }
        return log
    }

    /// Whether commands have to be served one by one, with a look at each: the only question of an unobserved server.
    @inline(__always)
    var observesCommands: Bool {
        let verbose = UInt32(2) << Self.verbosityShift
        return onlookers.load(ordering: .relaxed) & (UInt32(WatchStreams.ofCommands.rawValue) | verbose) != 0
    }

    func isWatching(_ streams: WatchStreams) -> Bool {
        onlookers.load(ordering: .relaxed) & UInt32(streams.rawValue) != 0
    }

    /// 0 ... 3; of these 2 and 3 log commands, and both have that bit.
    var verbosity: Int { Int(onlookers.load(ordering: .relaxed) >> Self.verbosityShift) }

    func setVerbosity(_ level: Int) {
        watchers.withLock { watchers in update(watchers, verbosity: max(0, min(level, 3))) }
    }

    /// Under the watchers' lock.
    private func update(_ watchers: [Watcher], verbosity: Int) {
        let streams = watchers.reduce(0) { $0 | UInt32($1.streams.rawValue) }
        onlookers.store(streams | UInt32(verbosity) << Self.verbosityShift, ordering: .relaxed)
    }

    /// Writes `ts=… gid=… type=…` and what `body` adds.
    func write(
        _ streams: WatchStreams, type: StaticString, in log: WorkerLog, _ body: (inout OutputBuffer) -> Void
    ) {
        guard isWatching(streams) else { return }
        let time = realTimeMicroseconds()
        let id = nextID.wrappingAdd(1, ordering: .relaxed).oldValue
        log.write(streams) { line in
            line.append("ts=")
            line.append(decimal: time / 1_000_000)
            line.append(UInt8(ascii: "."))
            // Not filled up with zeros: memcached's own way.
            line.append(decimal: time % 1_000_000)
            line.append(" gid=")
            line.append(decimal: id)
            line.append(" type=")
            line.append(type)
            body(&line)
        }
        hasLines.store(true, ordering: .releasing)
    }

    /// Wakes the pump if lines wait. Not under a shard's lock: it may be a system call.
    func signal() {
        guard hasLines.load(ordering: .acquiring), !isSignalled.load(ordering: .relaxed),
            !isSignalled.exchange(true, ordering: .acquiringAndReleasing)
        else { return }
        if let pump = watchers.withLock({ $0.first }) {
            pump.wake()
        } else {
            isSignalled.store(false, ordering: .releasing)
        }
    }

    // MARK: For those who watch

    /// - Returns: nil if there are as many watchers as may be.
    func add(_ streams: WatchStreams, wake: @escaping @Sendable () -> Void) -> Watcher? {
        let watcher = Watcher(streams, sizeMax: watcherLogSize, wake: wake)
        let isAdded = watchers.withLock { watchers in
            if watchers.count >= WatchLimits.watcherCountMax { return false }
            watchers.append(watcher)
            update(watchers, verbosity: verbosity)
            return true
        }
        return isAdded ? watcher : nil
    }

    func remove(_ watcher: Watcher) {
        watchers.withLock { watchers in
            watchers.removeAll { $0 === watcher }
            update(watchers, verbosity: verbosity)
        }
        // It may have been the pump, with work to do.
        isSignalled.store(false, ordering: .releasing)
        if counts.watchers == 0 { forgetLines() }
        signal()
    }

    /// Nobody is there to read them, and who comes next did not watch yet when they were written.
    private func forgetLines() {
        pumped.withLock { entries in
            for log in logs.withLock({ $0 }) {
                log.take(into: &entries)
                entries.removeAll()
            }
        }
    }

    /// Hands all lines out. Called by any watcher's connection when it is woken.
    func pump(for caller: Watcher) {
        guard hasLines.load(ordering: .acquiring) else { return }
        pumped.withLock { entries in
            isSignalled.store(false, ordering: .releasing)
            hasLines.store(false, ordering: .releasing)
            let watchers = self.watchers.withLock { $0 }
            for log in logs.withLock({ $0 }) {
                log.take(into: &entries)
                if entries.isEmpty { continue }
                for watcher in watchers {
                    let (sent, skipped) = watcher.append(entries.span)
                    self.sent.wrappingAdd(sent, ordering: .relaxed)
                    self.skipped.wrappingAdd(skipped, ordering: .relaxed)
                    if sent > 0 && watcher !== caller { watcher.wake() }
                }
                entries.removeAll()
            }
        }
    }

    // MARK: For stats

    struct Counts {
        var watchers = 0
        var sent = 0
        var skipped = 0
        var written = 0
        var dropped = 0
    }

    var counts: Counts {
        var counts = Counts()
        counts.watchers = watchers.withLock { $0.count }
        counts.sent = sent.load(ordering: .relaxed)
        counts.skipped = skipped.load(ordering: .relaxed)
        for log in logs.withLock({ $0 }) {
            let (written, dropped) = log.counts
            counts.written += written
            counts.dropped += dropped
        }
        return counts
    }

    func resetCounts() {
        sent.store(0, ordering: .relaxed)
        skipped.store(0, ordering: .relaxed)
        for log in logs.withLock({ $0 }) { log.resetCounts() }
    }
}

enum WatchLimits {
    /// Source: memcached, WATCHER_LIMIT.
    static let watcherCountMax = 20
}
