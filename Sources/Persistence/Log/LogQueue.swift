// Between those who change the keyspace and the thread that writes the log: the journal, and what waits for the disk.

import Base
import Engine
import RDB
import Synchronization

/// The journal of an append log. Whoever changes an item appends the command to one buffer, under the item's shard; the
/// log's thread takes the buffer away.
final class LogQueue: Journal, @unchecked Sendable {
    // Sendable: stages are used under the shards that their section holds, everything else is locked or atomic.

    /// What the log's thread takes.
    struct Batch: ~Copyable {
        var bytes: OutputBuffer
        /// The place behind it.
        var end: UInt64
        /// The file that it belongs to: counted up by `startFile`.
        var file: Int
    }

    private struct Front: ~Copyable {
        var text = LogText(capacity: PersistenceLimits.logBufferSize)
        /// The place where `text` begins.
        var start: UInt64
        var file = 0
        /// What is complete of files that were the last one before.
        var sealed: [SealedBatch] = []

        init(start: UInt64) { self.start = start }

        var end: UInt64 { start + UInt64(text.bytes.totalCount) }
    }

    private final class SealedBatch {
        var bytes: OutputBuffer
        let end: UInt64
        let file: Int

        init(_ bytes: consuming OutputBuffer, end: UInt64, file: Int) {
            self.bytes = bytes
            self.end = end
            self.file = file
        }
    }

    private final class Stage {
        var text = LogText(capacity: 512, isPart: true)
    }

    private let front: Spinning<Front>
    /// The changes of sections, by the number of the unit, until they end.
    private let stages: [Stage]
    private let encoder = Monitor(ValueEncoder(compresses: true))

    /// Replies wait until the disk has what they tell of.
    let isStrict = Atomic<Bool>(false)
    /// The log's thread sleeps here.
    private struct Sleep { var isCalled = false }
    private let sleep = Monitor(Sleep())
    private let isAsleep = Atomic<Bool>(false)

    /// - Parameter start: the first place: above all that were ever told to anybody.
    init(from start: UInt64) {
        // Nobody has synced the first place before there is a base: 0 is on the disk from the beginning.
        front = Spinning(Front(start: max(1, start)))
        stages = (0..<64).map { _ in Stage() }
        super.init()
    }

    // MARK: The journal

    override func itemChanged(
        _ kind: ChangeKind, _ database: DatabaseIndex, _ item: borrowing ItemView, steps: borrowing Steps, unit: Int?
    ) -> UInt64 {
        switch kind {
        case .stored, .marked:
            // What nobody can tell of a collection but its value has changed in a way that commands do not know.
            if steps.isEmpty && item.kind != .string {
                return kind == .marked ? 0 : wholeChanged(database, item, unit)
            }
        case .expirySet, .deleted, .expired, .evicted: break
        }
        if let unit {
            stages[unit].text.append(kind, database, item, steps, isPart: true)
            return 0
        }
        return append { $0.append(kind, database, item, steps, isPart: false) }
    }

    private func wholeChanged(_ database: DatabaseIndex, _ item: borrowing ItemView, _ unit: Int?) -> UInt64 {
        var payload = OutputBuffer(capacity: 1024)
        encoder.look { $0.append(item, to: &payload) }
        DumpPayload.seal(&payload)
        if let unit {
            stages[unit].text.append(whole: item, database, payload)
            return 0
        }
        return append { $0.append(whole: item, database, payload) }
    }

    override func itemTransferred(from source: Key, to target: Key, isMove: Bool, unit: Int?) -> UInt64 {
        append(unit) { $0.appendTransfer(from: source, to: target, isMove: isMove) }
    }

    override func flushed(_ database: DatabaseIndex?, unit: Int?) -> UInt64 {
        append(unit) { $0.appendFlush(database) }
    }

    override func swapped(_ a: DatabaseIndex, _ b: DatabaseIndex, unit: Int?) -> UInt64 {
        append(unit) { $0.appendSwap(a, b) }
    }

    override func noted(_ text: RawSpan, unit: Int?) -> UInt64 {
        append(unit) { $0.append(command: text) }
    }

    override func endUnit(_ unit: Int) -> UInt64 {
        let stage = stages[unit]
        let place = append { $0.append(unit: stage.text) }
        stage.text.removeAll(keeping: PersistenceLimits.logStageKept)
        return place
    }

    private func append(_ unit: Int?, _ body: (inout LogText) -> Void) -> UInt64 {
        guard let unit else { return append(body) }
        body(&stages[unit].text)
        return 0
    }

    /// Appends to the front.
    /// - Returns: the place that the reply waits for; 0 if for none.
    @inline(__always)
    private func append(_ body: (inout LogText) -> Void) -> UInt64 {
        let (end, size) = front.withLock { front in
            body(&front.text)
            return (front.end, front.text.bytes.totalCount)
        }
        if isStrict.load(ordering: .relaxed) { return end }
        guard size >= PersistenceLimits.logWakeSize else { return 0 }
        call()
        // The disk is slower than the clients: they go at its pace.
        return size >= PersistenceLimits.logBacklogMax ? end : 0
    }

    override func hurry() {
        call()
        waitForRoom()
    }

    /// Requests without replies know no pace: their worker stops.
    private func waitForRoom() {
        while true {
            let size = front.withLock { $0.text.bytes.totalCount }
            guard size >= PersistenceLimits.logBacklogEnd && !isClosed.load(ordering: .relaxed) else { return }
            System.sleep(milliseconds: 1)
        }
    }

    /// Nobody takes anything away any more.
    private let isClosed = Atomic<Bool>(false)

    /// The end: the engine knows it no more, and may keep it for long.
    func close() {
        isClosed.store(true, ordering: .relaxed)
        front.withLock { front in
            var none = OutputBuffer(capacity: 64)
            front.start = front.end
            front.text.exchange(&none)
            front.sealed = []
        }
    }

    // MARK: The log's thread

    /// Wakes the log's thread, if it sleeps.
    @inline(__always)
    func call() {
        if isAsleep.load(ordering: .sequentiallyConsistent) { wake() }
    }

    @inline(never)
    func wake() {
        isAsleep.store(false, ordering: .sequentiallyConsistent)
        sleep.change { $0.isCalled = true }
    }

    /// Waits until there is something to do, or so long.
    func waitForWork(milliseconds: Int) {
        isAsleep.store(true, ordering: .sequentiallyConsistent)
        let isUrgent = front.withLock { front in
            let size = front.text.bytes.totalCount
            return !front.sealed.isEmpty || size >= PersistenceLimits.logWakeSize
                || (size > 0 && isStrict.load(ordering: .relaxed))
        }
        if !isUrgent {
            _ = sleep.wait(milliseconds: milliseconds) { $0.isCalled ? () : nil }
        }
        isAsleep.store(false, ordering: .sequentiallyConsistent)
        sleep.look { $0.isCalled = false }
    }

    /// Takes what there is, in its order.
    /// - Parameter spare: empty; goes on in the place of what is taken.
    /// - Returns: nil if there is nothing.
    func take(_ spare: inout OutputBuffer) -> Batch? {
        front.withLock { front -> Batch? in
            if !front.sealed.isEmpty {
                let first = front.sealed.removeFirst()
                var bytes = OutputBuffer(capacity: 64)
                swap(&bytes, &first.bytes)
                return Batch(bytes: bytes, end: first.end, file: first.file)
            }
            if front.text.bytes.isEmpty { return nil }
            let end = front.end
            var bytes = OutputBuffer(capacity: 64)
            swap(&bytes, &spare)
            front.text.exchange(&bytes)
            front.start = end
            return Batch(bytes: bytes, end: end, file: front.file)
        }
    }

    /// What comes from now on belongs to the next file. At a snapshot's moment, under all shards.
    /// - Returns: the place where that file begins.
    func startFile() -> UInt64 {
        let place = front.withLock { front in
            let end = front.end
            var bytes = OutputBuffer(capacity: PersistenceLimits.logBufferSize)
            front.text.exchange(&bytes)
            front.sealed.append(SealedBatch(bytes, end: end, file: front.file))
            front.text.forgetDatabase()
            front.start = end
            front.file += 1
            return end
        }
        wake()
        return place
    }

    /// The number that the next file will have.
    var nextFile: Int { front.withLock { $0.file + 1 } }

    /// The place behind everything that was appended.
    var end: UInt64 { front.withLock { $0.end } }

    /// Bytes that wait for the log's thread.
    var backlog: Int { front.withLock { $0.text.bytes.totalCount + $0.sealed.reduce(0) { $0 + $1.bytes.totalCount } } }
}
