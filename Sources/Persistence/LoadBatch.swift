// Items of a file between the thread that reads it and the one that stores them.

import Base
import Engine
import RDB

/// Some items, in the file's order.
final class LoadBatch: @unchecked Sendable {
    // Sendable: has one owner at a time, the reader, the channel or whoever stores.

    struct Item {
        let database: DatabaseIndex
        /// In `bytes`.
        let name: Range<Int>
        var value: Value
        let facts: RDBItemFacts
    }

    enum Value {
        /// A string that stands in the file.
        case inFile(Range<Int>)
        /// A string in `bytes`.
        case copied(Range<Int>)
        case unbuilt(RDBCollection)
        /// One of `drafts`; nil is a collection without elements.
        case built(Int?)
    }

    /// Something to move a draft out of.
    final class Draft {
        var content: ValueDraft?
        init(_ content: consuming ValueDraft) { self.content = consume content }
    }

    private(set) var items: [Item] = []
    var bytes = OutputBuffer(capacity: 4096)
    private(set) var drafts: [Draft] = []
    private var hasUnbuilt = false
    /// Items that were left out.
    var expiredCount = 0
    /// How far the file was read.
    var place = 0

    init() { items.reserveCapacity(PersistenceLimits.batchCountMax) }

    var isFull: Bool {
        items.count >= PersistenceLimits.batchCountMax || bytes.count >= PersistenceLimits.batchSizeMax
    }

    /// Takes the item that a reader has come to.
    func append(_ reader: borrowing RDBFileReader, in database: DatabaseIndex, isString: Bool) {
        let name = copy(reader.name)
        let value: Value
        if !isString {
            value = .unbuilt(reader.collection)
            hasUnbuilt = true
        } else if let place = reader.stringPlace {
            value = .inFile(place)
        } else {
            value = .copied(copy(reader.string))
        }
        items.append(Item(database: database, name: name, value: value, facts: reader.facts))
    }

    private func copy(_ bytes: RawSpan) -> Range<Int> {
        let start = self.bytes.count
        self.bytes.append(bytes)
        return start..<self.bytes.count
    }

    /// Builds the values that are not yet.
    func build(_ builder: inout RDBValueBuilder, for engine: EngineHandle) throws(RDBFileFault) {
        guard hasUnbuilt else { return }
        hasUnbuilt = false
        for index in items.indices {
            guard case .unbuilt(let collection) = items[index].value else { continue }
            do throws(RDBFileFault) {
                guard let draft = try builder.draft(collection, for: engine) else {
                    items[index].value = .built(nil)
                    continue
                }
                items[index].value = .built(drafts.count)
                drafts.append(Draft(draft))
            } catch {
                throw Self.naming(items[index].name, of: bytes, in: error)
            }
        }
    }

    private static func naming(
        _ name: Range<Int>, of bytes: borrowing OutputBuffer, in fault: RDBFileFault
    ) -> RDBFileFault {
        fault.naming(bytes.span.extracting(name))
    }

    /// Forgets everything.
    func removeAll() {
        items.removeAll(keepingCapacity: true)
        drafts.removeAll(keepingCapacity: true)
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
    var isBehind: Bool { state.look { $0.batches.count >= 2 } }

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
    /// - Parameter place: where the snapshot ends in its file.
    case whole(casMax: UInt64, librariesLeftOut: Int, place: Int)
    /// Items of a database that the engine has not.
    case refused(database: Int)
    case fault(RDBFileFault)
}
