// Statistics that every worker counts for itself and that a reader sums up: no shared cache line is written.

import Synchronization

/// One thread's counters: a fixed row of numbers on cache lines of its own.
///
/// A trivial handle; the memory belongs to the `CounterBoard` and lives as long as the process.
@safe
public struct CounterRow: @unchecked Sendable {
    // Only the owning thread writes; readers load relaxed, so a sum may be a moment old.
    private let cells: UnsafeMutablePointer<Atomic<Int>>
    private let count: Int

    fileprivate init(count: Int) {
        self.count = count
        let size = (count * 8 + 127) / 128 * 128
        let memory = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: 128)
        unsafe cells = memory.bindMemory(to: Atomic<Int>.self, capacity: count)
        for index in 0..<count { unsafe (cells + index).initialize(to: Atomic(0)) }
    }

    @inline(__always)
    public func add(_ amount: Int, at index: Int) {
        assert(index >= 0 && index < count)
        // One writer: a plain load and store, not an atomic addition.
        unsafe cells[index].store(cells[index].load(ordering: .relaxed) &+ amount, ordering: .relaxed)
    }

    @inline(__always)
    public func value(at index: Int) -> Int {
        precondition(index >= 0 && index < count)
        return unsafe cells[index].load(ordering: .relaxed)
    }

    fileprivate func clear(except kept: Int? = nil) {
        for index in 0..<count where index != kept { unsafe cells[index].store(0, ordering: .relaxed) }
    }
}

/// The rows of all threads for one set of counters. `C`'s raw values are 0 ..< C.allCases.count.
public final class CounterBoard<C: RawRepresentable & CaseIterable & Sendable>: Sendable where C.RawValue == Int {
    private let rows = Mutex<[CounterRow]>([])

    public init() {}

    /// A new row for the calling worker. Rows are never taken back: workers live as long as the process.
    public func makeRow() -> Counters<C> {
        let row = CounterRow(count: C.allCases.count)
        rows.withLock { $0.append(row) }
        return Counters(row: row)
    }

    /// The sum over all rows.
    public func total(_ counter: C) -> Int {
        rows.withLock { rows in rows.reduce(0) { $0 &+ $1.value(at: counter.rawValue) } }
    }

    /// Sets all counters to 0 but one, if it is given. An addition made at the same moment may survive or be lost.
    public func reset(except kept: C? = nil) {
        rows.withLock { rows in for row in rows { row.clear(except: kept?.rawValue) } }
    }
}

/// Rows of `C` for each of a fixed number of subjects, such as size classes, kept as a `CounterBoard` keeps its rows.
public final class CounterGrid<C: RawRepresentable & CaseIterable & Sendable>: Sendable where C.RawValue == Int {
    /// Subjects: 0 ..< subjectCount.
    public let subjectCount: Int
    private let rows = Mutex<[CounterRow]>([])

    public init(subjectCount: Int) {
        precondition(C.allCases.count <= GridCounters<C>.stride)
        self.subjectCount = subjectCount
    }

    /// New rows for the calling worker, never taken back.
    public func makeRows() -> GridCounters<C> {
        let row = CounterRow(count: subjectCount * GridCounters<C>.stride)
        rows.withLock { $0.append(row) }
        return GridCounters(row: row)
    }

    /// The sum over all workers for one subject.
    public func total(_ counter: C, of subject: Int) -> Int {
        let index = subject * GridCounters<C>.stride + counter.rawValue
        return rows.withLock { rows in rows.reduce(0) { $0 &+ $1.value(at: index) } }
    }

    /// The sum over all workers and subjects.
    public func total(_ counter: C) -> Int {
        (0..<subjectCount).reduce(0) { $0 &+ total(counter, of: $1) }
    }

    /// Sets all counters to 0, as loosely as `CounterBoard.reset`.
    public func reset() {
        rows.withLock { rows in for row in rows { row.clear() } }
    }
}

/// One worker's rows of a `CounterGrid`. Trivial to copy; only its worker may add.
public struct GridCounters<C: RawRepresentable & Sendable>: Sendable where C.RawValue == Int {
    /// Counters a subject: together they fill one cache line.
    static var stride: Int { @inline(__always) get { 8 } }

    fileprivate let row: CounterRow

    @inline(__always)
    public func add(_ counter: C, of subject: Int) { row.add(1, at: subject &* Self.stride &+ counter.rawValue) }
}

/// One worker's row of `C`. Trivial to copy; only its worker may add.
public struct Counters<C: RawRepresentable & Sendable>: Sendable where C.RawValue == Int {
    fileprivate let row: CounterRow

    @inline(__always)
    public func add(_ counter: C, _ amount: Int = 1) { row.add(amount, at: counter.rawValue) }

    public func value(_ counter: C) -> Int { row.value(at: counter.rawValue) }
}
