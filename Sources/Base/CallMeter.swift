// How often things are done, and how long it takes: counted by each thread for itself, summed up by who asks.

import Synchronization

/// One thread's count of calls, for a fixed number of subjects such as commands. A subject has a cache line:
///
///     [calls 8][ticks 8][refusals 8][failures 8][histogram's address 8][unused 24]
///
/// A trivial handle; the memory belongs to the `CallBoard` and lives as long as the process.
@safe
public struct CallMeter: @unchecked Sendable {
    // Only the owning thread adds; readers load relaxed, so a sum may be a moment old.
    private let cells: UnsafeMutablePointer<Atomic<Int>>
    private let subjectCount: Int

    private static let stride = 8

    fileprivate init(subjectCount: Int) {
        self.subjectCount = subjectCount
        let count = subjectCount * Self.stride
        let memory = UnsafeMutableRawPointer.allocate(byteCount: count * 8, alignment: 128)
        unsafe cells = memory.bindMemory(to: Atomic<Int>.self, capacity: count)
        for index in 0..<count { unsafe (cells + index).initialize(to: Atomic(0)) }
    }

    /// One more call of `subject`, which took so many ticks; its histogram grows too.
    @inline(__always)
    public func add(_ subject: Int, ticks: UInt64) {
        assert(subject >= 0 && subject < subjectCount)
        // SAFETY: a subject's line lies within the cells.
        let line = unsafe cells + subject &* Self.stride
        unsafe Self.add(1, to: line)
        unsafe Self.add(Int(truncatingIfNeeded: ticks), to: line + 1)
        let address = unsafe line[4].load(ordering: .relaxed)
        guard let histogram = unsafe UnsafeMutablePointer<Atomic<Int>>(bitPattern: address) else {
            return addFirst(subject, ticks: ticks)
        }
        // SAFETY: the address is that of as many cells as there are buckets.
        unsafe Self.add(1, to: histogram + TickHistogram.bucket(ticks))
    }

    /// `count` more calls of `subject`, at least one, which took so many ticks together: the histogram has their mean.
    public func add(_ subject: Int, count: Int, ticks: UInt64) {
        precondition(subject >= 0 && subject < subjectCount && count > 0)
        let line = unsafe cells + subject &* Self.stride
        unsafe Self.add(count, to: line)
        unsafe Self.add(Int(truncatingIfNeeded: ticks), to: line + 1)
        if unsafe line[4].load(ordering: .relaxed) == 0 { unsafe _ = makeHistogram(subject) }
        let address = unsafe line[4].load(ordering: .relaxed)
        guard let histogram = unsafe UnsafeMutablePointer<Atomic<Int>>(bitPattern: address) else { return }
        unsafe Self.add(count, to: histogram + TickHistogram.bucket(ticks / UInt64(count)))
    }

    /// As above, without a histogram.
    public func addUntracked(_ subject: Int, ticks: UInt64) {
        precondition(subject >= 0 && subject < subjectCount)
        let line = unsafe cells + subject * Self.stride
        unsafe Self.add(1, to: line)
        unsafe Self.add(Int(truncatingIfNeeded: ticks), to: line + 1)
    }

    /// A call of `subject` that was refused before it began.
    public func addRefusal(_ subject: Int) { add(to: 2, of: subject) }

    /// A call of `subject` that ended in an error.
    public func addFailure(_ subject: Int) { add(to: 3, of: subject) }

    private func add(to place: Int, of subject: Int) {
        precondition(subject >= 0 && subject < subjectCount)
        unsafe Self.add(1, to: cells + subject * Self.stride + place)
    }

    /// One writer: a plain load and store, not an atomic addition.
    @inline(__always)
    private static func add(_ amount: Int, to cell: UnsafeMutablePointer<Atomic<Int>>) {
        unsafe cell.pointee.store(cell.pointee.load(ordering: .relaxed) &+ amount, ordering: .relaxed)
    }

    /// The histogram comes with the first call, so that commands that nobody uses have none.
    @inline(never)
    private func addFirst(_ subject: Int, ticks: UInt64) {
        let histogram = unsafe makeHistogram(subject)
        unsafe Self.add(1, to: histogram + TickHistogram.bucket(ticks))
    }

    @discardableResult
    private func makeHistogram(_ subject: Int) -> UnsafeMutablePointer<Atomic<Int>> {
        let histogram = UnsafeMutablePointer<Atomic<Int>>.allocate(capacity: TickHistogram.bucketCount)
        for index in 0..<TickHistogram.bucketCount { unsafe (histogram + index).initialize(to: Atomic(0)) }
        unsafe cells[subject * Self.stride + 4].store(Int(bitPattern: histogram), ordering: .releasing)
        return unsafe histogram
    }

    // MARK: Reading

    fileprivate func read(_ subject: Int, into totals: inout CallTotals) {
        precondition(subject >= 0 && subject < subjectCount)
        let line = unsafe cells + subject * Self.stride
        totals.calls &+= unsafe line[0].load(ordering: .relaxed)
        totals.ticks &+= UInt64(truncatingIfNeeded: unsafe line[1].load(ordering: .relaxed))
        totals.refusals &+= unsafe line[2].load(ordering: .relaxed)
        totals.failures &+= unsafe line[3].load(ordering: .relaxed)
    }

    fileprivate func read(_ subject: Int, into histogram: inout TickHistogram) {
        precondition(subject >= 0 && subject < subjectCount)
        let address = unsafe cells[subject * Self.stride + 4].load(ordering: .acquiring)
        guard let buckets = unsafe UnsafeMutablePointer<Atomic<Int>>(bitPattern: address) else { return }
        for index in 0..<TickHistogram.bucketCount {
            histogram.counts[index] &+= unsafe buckets[index].load(ordering: .relaxed)
        }
    }

    /// An addition made at the same moment may survive or be lost.
    fileprivate func clear() {
        for subject in 0..<subjectCount {
            let line = unsafe cells + subject * Self.stride
            for place in 0..<4 { unsafe line[place].store(0, ordering: .relaxed) }
            let address = unsafe line[4].load(ordering: .relaxed)
            guard let buckets = unsafe UnsafeMutablePointer<Atomic<Int>>(bitPattern: address) else { continue }
            for index in 0..<TickHistogram.bucketCount { unsafe buckets[index].store(0, ordering: .relaxed) }
        }
    }
}

/// The meters of all threads.
public final class CallBoard: Sendable {
    public let subjectCount: Int
    private let meters = Mutex<[CallMeter]>([])

    public init(subjectCount: Int) { self.subjectCount = subjectCount }

    /// A meter for the calling worker. Meters are never taken back: workers live as long as the process.
    public func makeMeter() -> CallMeter {
        let meter = CallMeter(subjectCount: subjectCount)
        meters.withLock { $0.append(meter) }
        return meter
    }

    /// What all threads counted of `subject`.
    public func totals(of subject: Int) -> CallTotals {
        var totals = CallTotals()
        for meter in meters.withLock({ $0 }) { meter.read(subject, into: &totals) }
        return totals
    }

    public func histogram(of subject: Int) -> TickHistogram {
        var histogram = TickHistogram()
        for meter in meters.withLock({ $0 }) { meter.read(subject, into: &histogram) }
        return histogram
    }

    /// Sets everything to 0.
    public func reset() {
        for meter in meters.withLock({ $0 }) { meter.clear() }
    }
}

public struct CallTotals: Sendable {
    public var calls = 0
    public var ticks: UInt64 = 0
    public var refusals = 0
    public var failures = 0
}
