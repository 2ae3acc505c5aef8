// What a front-end notes about the commands that it serves, of all its workers.

import Base
import Synchronization

/// Each command is timed by itself: one read of the time stamp counter ends it and begins the next of its batch. GETs
/// or SETs that follow each other in a pipeline are timed together, unless a millisecond is unusual already. Counts and
/// histograms belong to a worker, on cache lines of its own, and are added up when somebody asks; a histogram of
/// 7 KiB is made at a command's first call, so that all together are bounded by commands times workers. A command that
/// waits is noted when it is done, and what EXEC executes by itself.
final class Metering: Sendable {
    let board = CallBoard(subjectCount: CallSubject.count)
    let slowLog = SlowLog()
    let latency = LatencyMonitor()
    let monitors = MonitorList()
    private let errors = Spinning<[ErrorCounts]>([])
    private let state: Spinning<MeteringSettings>

    /// A command that takes so many ticks is looked at again, off the request path: everything that is not in use by
    /// default costs no branch but this comparison. 0 is every command.
    let unusualTicks = Atomic<UInt64>(0)

    /// Where so many are unusual or fewer, each command is timed by itself.
    let exactTicks = UInt64(1000 * TickClock.perMicrosecond)

    init(_ settings: MeteringSettings) {
        state = Spinning(settings)
        judge()
    }

    var settings: MeteringSettings { state.withLock { $0 } }

    func change(to settings: MeteringSettings) {
        state.withLock { $0 = settings }
        slowLog.trim(to: settings.slowLogCountMax)
        judge()
    }

    /// Call it when somebody begins or ends to monitor, too.
    func judge() {
        let settings = settings
        var microseconds = Double.infinity
        if settings.slowLogMicroseconds >= 0 { microseconds = Double(settings.slowLogMicroseconds) }
        if settings.latencyMilliseconds > 0 {
            microseconds = min(microseconds, Double(settings.latencyMilliseconds) * 1000)
        }
        // Somewhat earlier than meant: whoever looks again compares microseconds.
        let ticks = max(0, (microseconds - 1) * TickClock.perMicrosecond)
        let isEveryOne = !settings.tracksLatency || monitors.isNeeded
        unusualTicks.store(isEveryOne ? 0 : ticks < 0x1p62 ? UInt64(ticks) : 1 << 62, ordering: .relaxed)
    }

    /// For a new worker.
    func makeErrorCounts() -> ErrorCounts {
        let counts = ErrorCounts()
        errors.withLock { $0.append(counts) }
        return counts
    }

    /// How often each kind of error was replied, by name.
    func errorCounts() -> [(name: String, count: Int)] {
        var sums: [String: Int] = [:]
        for counts in errors.withLock({ $0 }) {
            for (word, count) in counts.all { sums[word.text, default: 0] += count }
        }
        return sums.sorted { $0.key < $1.key }.map { (name: $0.key, count: $0.value) }
    }

    /// Source: Redis CONFIG RESETSTAT.
    func reset() {
        board.reset()
        for counts in errors.withLock({ $0 }) { counts.reset() }
    }
}

/// The kinds of error that one worker replied.
final class ErrorCounts: Sendable {
    private let counts = Spinning<[(word: FirstWord, count: Int)]>([])

    /// Kinds beyond the bound are counted with the first: a script may make up as many as it likes.
    func add(_ word: FirstWord) {
        counts.withLock { counts in
            for index in counts.indices where counts[index].word == word {
                counts[index].count &+= 1
                return
            }
            if counts.count < RESPLimits.errorKindsMax { counts.append((word, 1)) } else { counts[0].count &+= 1 }
        }
    }

    var all: [(word: FirstWord, count: Int)] { counts.withLock { $0 } }

    func reset() { counts.withLock { $0 = [] } }
}
