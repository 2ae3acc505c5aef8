// The log's thread: takes what was appended, writes it, and says how much of it is safe.

import Base
import Synchronization

/// When what is written must be on the disk. Source: redis.conf `appendfsync`.
public enum LogSyncPolicy: String, Sendable, CaseIterable {
    /// Before the reply.
    case always
    /// Once a second.
    case everysec
    /// When the system sees fit.
    case no
}

/// What is wrong with the log; nil is nothing.
enum LogTrouble: Sendable, Equatable {
    /// Writing fails, and is tried again each second.
    case write(String)
    /// A sync failed: nobody knows what of the file with this number is on the disk. Only a rewrite helps.
    case sync(String, file: Int)
}

/// Writes one log, from `start` to `close`.
final class LogWriter: Sendable {
    private struct State {
        var policy: LogSyncPolicy
        var hasTimestamps = false
        /// By their numbers in the queue: the present one, and one that will be.
        var files: [Int: LogFile] = [:]
        var trouble: LogTrouble?
        /// There is a base, so that what is written now is all that was ever promised.
        var hasBase = false
        var isClosing = false
        /// What was written, and is on the disk.
        var writtenPlace: UInt64 = 0
        var syncedPlace: UInt64 = 0
        /// The same, of a file behind one whose sync failed: it counts for nothing before there is a new base.
        var heldPlace: UInt64 = 0
        var releasedPlace: UInt64 = 0
        /// Who waits for a place to be on the disk.
        var waiters: [(place: UInt64, body: @Sendable () -> Void)] = []
        var currentSize = 0
        var delayedSyncs = 0
    }

    let queue: LogQueue
    private let log: PersistenceLog
    private let state: Monitor<State>
    private let release: @Sendable (UInt64) -> Void

    /// - Parameter release: told up to which place replies may leave, by any thread.
    init(
        _ queue: LogQueue, _ policy: LogSyncPolicy, hasTimestamps: Bool, log: PersistenceLog,
        release: @escaping @Sendable (UInt64) -> Void
    ) {
        self.queue = queue
        self.log = log
        self.release = release
        state = Monitor(State(policy: policy, hasTimestamps: hasTimestamps))
        queue.isStrict.store(policy == .always, ordering: .relaxed)
    }

    // MARK: Any thread

    func change(_ policy: LogSyncPolicy, hasTimestamps: Bool) {
        state.change { state in
            state.policy = policy
            state.hasTimestamps = hasTimestamps
        }
        queue.isStrict.store(policy == .always, ordering: .relaxed)
        queue.wake()
    }

    /// The file with this number of the queue's, before anything for it is appended.
    func add(_ file: LogFile, number: Int) {
        state.change { $0.files[number] = file }
    }

    func removeFile(_ number: Int) {
        state.change { $0.files[number] = nil }
    }

    /// A base is on the disk, and the manifest says so: with the file of this number, all is told.
    /// - Parameter place: where that file begins.
    func baseStands(file number: Int, from place: UInt64) {
        let isMended = state.change { state in
            state.hasBase = true
            // What is in the base is on the disk, whatever became of the file that had it first.
            state.syncedPlace = max(state.syncedPlace, place)
            guard case .sync(_, let file) = state.trouble, file < number else { return false }
            state.trouble = nil
            state.syncedPlace = max(state.syncedPlace, state.heldPlace)
            state.heldPlace = 0
            return true
        }
        if isMended {
            log.notice("The append only file was rewritten after a failed fsync: writes are accepted again.")
        }
        publish()
        queue.wake()
    }

    var trouble: LogTrouble? { state.look { $0.trouble } }

    /// Bytes of the present file, and fsyncs that took longer than a second.
    var facts: (size: Int, delayedSyncs: Int) { state.look { ($0.currentSize, $0.delayedSyncs) } }

    var syncedPlace: UInt64 { state.look { $0.syncedPlace } }

    func whenSynced(through place: UInt64, _ body: @escaping @Sendable () -> Void) {
        state.look { $0.waiters.append((place, body)) }
        queue.wake()
    }

    /// Ends the thread when all is written, or cannot be.
    func close() {
        state.change { $0.isClosing = true }
        queue.wake()
    }

    // MARK: The thread

    /// The thread's body.
    func run() {
        var spare = OutputBuffer(capacity: PersistenceLimits.logBufferSize)
        /// What a batch begins with: when it came, if that is another second.
        var head = OutputBuffer(capacity: 64)
        var lastSecond: Int64 = 0
        var lastSync = Milliseconds.readClock()
        var present: (number: Int, file: LogFile)?
        while true {
            queue.waitForWork(milliseconds: PersistenceLimits.logSleepMilliseconds)
            let (policy, hasTimestamps, isClosing) = state.look { ($0.policy, $0.hasTimestamps, $0.isClosing) }
            let now = Milliseconds.readClock()
            while var batch = queue.take(&spare) {
                if present?.number != batch.file {
                    if let present { self.end(present.file, present.number) }
                    present = file(batch.file).map { (batch.file, $0) }
                    if !isSyncInDoubt { present?.file.followsAll() }
                    lastSecond = 0
                }
                if let present, !batch.bytes.isEmpty {
                    head.removeAll()
                    let second = hasTimestamps ? Milliseconds.readClock().rawValue / 1000 : lastSecond
                    if second != lastSecond {
                        LogFormat.appendTimestamp(second, to: &head)
                        lastSecond = second
                    }
                    guard write(head.span, &batch.bytes, to: present.file) else { return }
                }
                let (end, size) = (batch.end, present?.file.size ?? 0)
                state.look { state in
                    state.writtenPlace = end
                    state.currentSize = size
                }
                swap(&spare, &batch.bytes)
                spare.removeAll()
                spare.shrink(to: PersistenceLimits.logBufferKept)
                if policy == .always, let present { sync(present.file, present.number, end) } else { publish() }
            }
            let (written, isAwaited) = state.look { ($0.writtenPlace, !$0.waiters.isEmpty) }
            if let present, isClosing || isAwaited || isDue(policy, lastSync, now) {
                lastSync = now
                sync(present.file, present.number, written)
            }
            if isClosing {
                if let present { finish(present.file, present.number) }
                return
            }
        }
    }

    /// The end of a file that nothing more comes for.
    private func finish(_ file: LogFile, _ number: Int) {
        if state.look({ $0.trouble != nil }) { return }
        do throws(SystemError) {
            try file.finish()
        } catch {
            let reason = "\(file.path): \(error.reason)"
            // What follows in the next file must not be vouched for: a start would find a torn end before it.
            state.change { $0.trouble = .sync(reason, file: number) }
            log.warning("The end of the AOF file \(reason): it could not be written, and the log is rewritten.")
        }
    }

    /// Whether something that was told may not be on the disk, and will not come there but by a rewrite.
    private var isSyncInDoubt: Bool {
        if case .sync = state.look({ $0.trouble }) { true } else { false }
    }

    private func file(_ number: Int) -> LogFile? { state.look { $0.files[number] } }

    /// A file is complete: nothing more comes for it.
    private func end(_ file: LogFile, _ number: Int) {
        sync(file, number, state.look { $0.writtenPlace })
        finish(file, number)
        removeFile(number)
    }

    /// Writes, again and again if it fails.
    /// - Returns: false if it failed and the log is to be closed.
    private func write(_ head: RawSpan, _ bytes: inout OutputBuffer, to file: LogFile) -> Bool {
        while true {
            do throws(SystemError) {
                try file.write(head, &bytes)
                let isMended = state.change { state in
                    guard case .write = state.trouble else { return false }
                    state.trouble = nil
                    return true
                }
                if isMended { log.notice("AOF write error looks solved. The server can write again.") }
                return true
            } catch {
                let reason = "\(file.path): \(error.reason)"
                let isNew = state.change { state in
                    guard state.trouble == nil else { return false }
                    state.trouble = .write(reason)
                    return true
                }
                if isNew {
                    log.warning("Error writing to the AOF file \(reason). Writes are refused until that works.")
                }
                let isClosing = state.wait(milliseconds: PersistenceLimits.diskRetryMilliseconds) {
                    $0.isClosing ? true : nil
                }
                if isClosing == true {
                    log.warning("The end of the AOF could not be written: \(reason)")
                    return false
                }
            }
        }
    }

    private func sync(_ file: LogFile, _ number: Int, _ place: UInt64) {
        // Asked again after a failure, the system says yes without having written anything.
        var isBehindTrouble = false
        if case .sync(_, let sick) = state.look({ $0.trouble }) {
            if sick == number { return }
            isBehindTrouble = true
        }
        let start = monotonicNanoseconds()
        do throws(SystemError) {
            try file.sync(vouches: !isBehindTrouble)
        } catch {
            let reason = "\(file.path): \(error.reason)"
            state.change { state in
                state.trouble = .sync(reason, file: number)
                state.heldPlace = 0
            }
            return log.warning(
                "Can't persist AOF for fsync error: \(reason). It is rewritten before writes are accepted.")
        }
        let isLate = monotonicNanoseconds() - start > 1_000_000_000
        state.look { state in
            // Only this thread makes such trouble; the end of it may have come meanwhile.
            if case .sync = state.trouble {
                state.heldPlace = max(state.heldPlace, place)
            } else {
                state.syncedPlace = max(state.syncedPlace, place)
            }
            if isLate { state.delayedSyncs += 1 }
        }
        publish()
    }

    /// Lets replies leave.
    private func publish() {
        let place = state.look { state -> UInt64 in
            guard state.hasBase else { return 0 }
            let place = state.policy == .always ? state.syncedPlace : max(state.syncedPlace, state.writtenPlace)
            guard place > state.releasedPlace else { return 0 }
            state.releasedPlace = place
            return place
        }
        if place > 0 { release(place) }
        let met = state.look { state in
            let synced = state.hasBase ? state.syncedPlace : 0
            let met = state.waiters.filter { $0.place <= synced }
            state.waiters.removeAll { $0.place <= synced }
            return met
        }
        for waiter in met { waiter.body() }
    }

    private func isDue(_ policy: LogSyncPolicy, _ last: Milliseconds, _ now: Milliseconds) -> Bool {
        switch policy {
        case .always: true
        case .everysec: now.rawValue - last.rawValue >= PersistenceLimits.syncMilliseconds
        case .no: false
        }
    }
}
