// Items of a file between the thread that reads it and the one that stores them.

import Base
import Engine
import RDB

/// Some items, in the file's order.
final class LoadBatch: @unchecked Sendable {
    // Sendable: has one owner at a time, the reader, the channel or whoever stores.

    struct Item {
        let database: DatabaseIndex
        let name: Text
        let value: Value
        let facts: RDBItemFacts
    }

    /// Bytes that stand in the file, or else in `bytes`.
    struct Text {
        let place: Range<Int>
        let isInFile: Bool
    }

    enum Value {
        case string(Text)
        case collection(RDBCollection)
    }

    private(set) var items: [Item] = []
    var bytes = OutputBuffer(capacity: 4096)
    /// Items that were left out.
    var expiredCount = 0
    /// How far the file was read, and how many items of it.
    var place = 0
    var readCount = 0

    init() { items.reserveCapacity(PersistenceLimits.batchCountMax) }

    var isFull: Bool {
        items.count >= PersistenceLimits.batchCountMax || bytes.count >= PersistenceLimits.batchSizeMax
    }

    /// Takes the item that a reader has come to.
    func append(_ reader: borrowing RDBFileReader, in database: DatabaseIndex, isString: Bool) {
        let name = text(reader.namePlace, reader.name)
        let value =
            isString ? Value.string(text(reader.stringPlace, reader.string)) : Value.collection(reader.collection)
        items.append(Item(database: database, name: name, value: value, facts: reader.facts))
    }

    private func text(_ place: Range<Int>?, _ bytes: RawSpan) -> Text {
        if let place { return Text(place: place, isInFile: true) }
        let start = self.bytes.count
        self.bytes.append(bytes)
        return Text(place: start..<self.bytes.count, isInFile: false)
    }

    /// Forgets everything.
    func removeAll() {
        items.removeAll(keepingCapacity: true)
        bytes.removeAll()
        bytes.shrink(to: PersistenceLimits.batchSizeMax)
        expiredCount = 0
    }
}

/// Where batches wait, a few at most.
final class LoadChannel: Sendable {
    private struct State: ~Copyable {
        var batches: [LoadBatch] = []
        var spare: [LoadBatch] = []
        var end: LoadEnd?
        var isCancelled = false
    }

    private let state = Monitor(State())

    /// Takes a batch, when there is room for it, and gives an empty one; nil if no more are wanted.
    func pass(_ batch: LoadBatch) -> LoadBatch? {
        let next = state.wait { state -> LoadBatch?? in
            if state.isCancelled { return .some(nil) }
            guard state.batches.count < PersistenceLimits.batchesMax else { return nil }
            state.batches.append(batch)
            return state.spare.popLast() ?? LoadBatch()
        }
        state.change { _ in }
        return next
    }

    /// Whether whoever stores is behind, and had better be helped.
    var isBehind: Bool { state.look { $0.batches.count >= PersistenceLimits.batchesMax / 2 } }

    /// Whether no more is wanted.
    var isCancelled: Bool { state.look { $0.isCancelled } }

    /// Nothing comes behind the batches that wait.
    func end(_ end: LoadEnd) { state.change { $0.end = end } }

    /// The next batch; nil if the file is at its end.
    func next() -> LoadBatch? {
        let batch = state.wait { state -> LoadBatch?? in
            if !state.batches.isEmpty { return state.batches.removeFirst() }
            return state.end == nil ? nil : .some(nil)
        }
        state.change { _ in }
        return batch
    }

    /// Takes back a batch from `next`.
    func recycle(_ batch: LoadBatch) {
        batch.removeAll()
        state.look { $0.spare.append(batch) }
    }

    /// How the file ended. When `next` has said nil.
    var result: LoadEnd { state.look { $0.end! } }

    /// No more is wanted.
    func cancel() { state.change { $0.isCancelled = true } }
}

/// How the reading of a file ended.
enum LoadEnd {
    /// All was read.
    /// - Parameter casMax: the highest number that any item had.
    /// - Parameter libraries: of functions: their code.
    /// - Parameter place: where the snapshot ends in its file.
    /// - Parameter tally: of what the reading thread stored.
    case whole(casMax: UInt64, libraries: [[UInt8]], place: Int, tally: LoadTally)
    /// Items of a database that the engine has not.
    case refused(database: Int)
    case fault(RDBFileFault)
}
