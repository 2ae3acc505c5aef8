// The crawler: a walk over the whole database that somebody asked for, done in slices from a timer, which drops
// items whose time has run out.

import Base
import Engine
import Synchronization

/// What a crawl did to one size class.
struct CrawlCount: Sendable {
    var examined = 0
    var reclaimed = 0
}

/// Runs one crawl at a time and keeps the crawler's settings. Any thread, except `slice`, which is the timer's.
///
/// Enabled also means that the engine's own background walk for expired items goes on. There is one keyspace: for
/// the other door's keys too.
final class Crawler: Sendable {
    enum Start { case started, busy }

    /// A crawl that is over.
    struct Report: Sendable {
        /// By size class, those without an item left out.
        let counts: [(classIndex: Int, count: CrawlCount)]
        let seconds: Int64
        let secondsSinceLast: Int64
    }

    private struct Run {
        let classes: SizeClassSet
        let itemsPerClassMax: Int
        let startedAt: Milliseconds
        var cursor: UInt64 = 0
        var counts = [CrawlCount](repeating: CrawlCount(), count: SizeClassSet.classCountMax)
    }

    private struct State {
        var isEnabled: Bool
        var sleepMicroseconds: Int
        var itemsPerClassMax: Int
        var isRunning = false
        /// Nil while a slice works on it, too.
        var run: Run?
        var startCount = 0
        var lastSlice = Milliseconds(0)
        var lastStart: Milliseconds?
        var totals = [CrawlCount](repeating: CrawlCount(), count: SizeClassSet.classCountMax)
    }

    private let engine: Engine
    private let handle: EngineHandle
    private let database: DatabaseIndex
    private let state: Mutex<State>

    init(_ engine: Engine, _ settings: MemcachedSettings) {
        self.engine = engine
        handle = engine.makeHandle()
        database = settings.database
        state = Mutex(
            State(
                isEnabled: settings.isCrawlerEnabled, sleepMicroseconds: settings.crawlerSleepMicroseconds,
                itemsPerClassMax: settings.crawlItemsMax))
        if !settings.isCrawlerEnabled { engine.isExpiryWalkEnabled = false }
    }

    // MARK: Settings

    var isEnabled: Bool { state.withLock { $0.isEnabled } }
    var isRunning: Bool { state.withLock { $0.isRunning } }
    var startCount: Int { state.withLock { $0.startCount } }

    /// Microseconds to sleep after each `itemsPerSleep` items, 0 ... 1,000,000.
    var sleepMicroseconds: Int {
        get { state.withLock { $0.sleepMicroseconds } }
        set { state.withLock { $0.sleepMicroseconds = newValue } }
    }

    /// Items of a class that one crawl looks at, 0 for all.
    var itemsPerClassMax: Int {
        get { state.withLock { $0.itemsPerClassMax } }
        set { state.withLock { $0.itemsPerClassMax = newValue } }
    }

    /// What crawls since the start did to each class, by class number.
    var totals: [CrawlCount] { state.withLock { $0.totals } }

    /// - Returns: false if it is on already.
    func enable() -> Bool {
        let wasEnabled = state.withLock { state in
            defer { state.isEnabled = true }
            return state.isEnabled
        }
        engine.isExpiryWalkEnabled = true
        return !wasEnabled
    }

    /// Also ends a crawl that is under way.
    func disable() {
        state.withLock { state in
            state.isEnabled = false
            state.isRunning = false
            state.run = nil
        }
        engine.isExpiryWalkEnabled = false
    }

    /// Begins a crawl; the timer does it.
    func start(_ classes: SizeClassSet, now: Milliseconds) -> Start {
        state.withLock { state in
            if state.isRunning { return .busy }
            state.isRunning = true
            state.startCount += 1
            state.run = Run(classes: classes, itemsPerClassMax: state.itemsPerClassMax, startedAt: now)
            return .started
        }
    }

    // MARK: Working

    /// Goes on with the crawl, if there is one, for a small share of the time since the last call.
    /// - Returns: what the crawl did, once it is over.
    func slice(now: Milliseconds) -> Report? {
        let (taken, elapsed, sleep) = state.withLock { state in
            let elapsed = min(max(1, now.rawValue - state.lastSlice.rawValue), 1000)
            state.lastSlice = now
            let run = state.run
            state.run = nil
            return (run, Int(elapsed) * 1000, state.sleepMicroseconds)
        }
        guard var run = taken else { return nil }
        let allowance = sleep == 0 ? Int.max : max(1, elapsed * CrawlLimits.itemsPerSleep / sleep)
        let end = monotonicNanoseconds() + UInt64(elapsed * 1000 / CrawlLimits.timeShare)
        let isOver = work(&run, items: allowance, until: end, now: now)
        return state.withLock { state in
            // Disabled meanwhile, or even begun anew.
            guard state.isRunning && state.run == nil else { return nil }
            guard isOver else {
                state.run = run
                return nil
            }
            state.isRunning = false
            return Self.finish(run, &state, now)
        }
    }

    private func work(_ run: inout Run, items allowance: Int, until end: UInt64, now: Milliseconds) -> Bool {
        // The timer's thread alone uses it; a copy, since the handle's time changes.
        var engine = handle
        engine.now = now
        var left = allowance
        repeat {
            var seen = 0
            let limit = run.itemsPerClassMax
            let classes = run.classes
            // Moved, not copied.
            var counts: [CrawlCount] = []
            swap(&counts, &run.counts)
            run.cursor = engine.reclaimExpired(
                in: database, from: run.cursor, count: min(left, CrawlLimits.stepItemCount)
            ) { item in
                seen += 1
                let index = item.sizeClassIndex
                guard classes.contains(index), limit == 0 || counts[index].examined < limit else { return false }
                counts[index].examined += 1
                if item.isExpired { counts[index].reclaimed += 1 }
                return true
            }
            swap(&counts, &run.counts)
            if run.cursor == 0 { return true }
            left -= max(1, seen)
        } while left > 0 && monotonicNanoseconds() < end
        return false
    }

    private static func finish(_ run: Run, _ state: inout State, _ now: Milliseconds) -> Report {
        var counts: [(classIndex: Int, count: CrawlCount)] = []
        for (index, count) in run.counts.enumerated() where count.examined > 0 {
            state.totals[index].examined += count.examined
            state.totals[index].reclaimed += count.reclaimed
            counts.append((index, count))
        }
        let last = state.lastStart ?? run.startedAt
        state.lastStart = run.startedAt
        return Report(
            counts: counts, seconds: (now.rawValue - run.startedAt.rawValue) / 1000,
            secondsSinceLast: (run.startedAt.rawValue - last.rawValue) / 1000)
    }
}

enum CrawlLimits {
    /// Items between two of the sleeps that `lru_crawler sleep` sets. Source: memcached, `crawls_persleep`.
    static let itemsPerSleep = 1000

    /// Items looked at under one hold of a shard's lock.
    static let stepItemCount = 64

    /// A crawl takes one twentieth of its worker's time at most.
    static let timeShare = 20
}
