// The storing side of a load: from a batch of a file's items to the keyspace.

import Base
import Engine
import RDB

/// What became of items.
struct LoadTally {
    var loaded = 0
    var expired = 0
    var withoutRoom = 0

    static func += (sum: inout LoadTally, more: LoadTally) {
        sum.loaded += more.loaded
        sum.expired += more.expired
        sum.withoutRoom += more.withoutRoom
    }
}

/// One thread's hand in a load.
struct LoadStore: ~Copyable, ~Escapable {
    private let file: RawSpan
    private var builder: RDBValueBuilder
    private var handle: EngineHandle
    private(set) var tally = LoadTally()

    /// - Parameter handle: what is evicted for the items goes by policy; where nothing may go, a file that was written
    ///   is read whole.
    @_lifetime(copy file)
    init(_ file: RawSpan, _ handle: EngineHandle) {
        self.file = file
        builder = RDBValueBuilder(file)
        self.handle = handle
        self.handle.mayOvershoot = true
    }

    /// Puts items in their places: their buckets are asked for before the first is stored.
    mutating func store(_ batch: LoadBatch) throws(RDBFileFault) {
        handle.now = Milliseconds.readClock()
        tally.expired += batch.expiredCount
        // On the stack, since spans of an object's property do not last.
        var bytes = OutputBuffer(capacity: 64)
        swap(&bytes, &batch.bytes)
        defer { swap(&bytes, &batch.bytes) }
        let step = PersistenceLimits.prefetchCount
        var hashes = InlineArray<16, KeyHash>(repeating: KeyHash(rawValue: 0))
        for start in stride(from: 0, to: batch.items.count, by: step) {
            let indices = start..<min(start + step, batch.items.count)
            for index in indices {
                let item = batch.items[index]
                hashes[index - start] = handle.hash(span(item.name, bytes))
                handle.prefetchBucket(hashes[index - start], in: item.database)
            }
            for index in indices { try store(batch.items[index], hashes[index - start], bytes) }
        }
    }

    private mutating func store(
        _ item: LoadBatch.Item, _ hash: KeyHash, _ bytes: borrowing OutputBuffer
    ) throws(RDBFileFault) {
        let key = Key(span(item.name, bytes), hash: hash, in: item.database)
        let options = item.facts.storeOptions
        switch item.value {
        case .string(let text): count(handle.store(key, span(text, bytes), options))
        case .collection(let collection):
            do throws(RDBFileFault) {
                // Nothing without elements is kept.
                guard let draft = try builder.draft(collection, for: handle) else { return }
                count(handle.store(key, draft, options))
            } catch {
                throw error.naming(span(item.name, bytes))
            }
        }
        let facts = item.facts
        guard facts.idleSeconds != nil || facts.frequency != nil else { return }
        // It looks as little used as it was.
        handle.setAccess(key, idleMilliseconds: facts.idleSeconds.map { $0 * 1000 }, frequency: facts.frequency)
    }

    @inline(__always)
    @_lifetime(copy self, borrow bytes)
    private func span(_ text: LoadBatch.Text, _ bytes: borrowing OutputBuffer) -> RawSpan {
        (text.isInFile ? file : bytes.span).extracting(text.place)
    }

    private mutating func count(_ outcome: StoreOutcome) {
        if case .stored = outcome { tally.loaded += 1 } else { tally.withoutRoom += 1 }
    }
}
