// An engine full of items, with keys drawn uniformly: what the benchmarks work on.

import Base
import Engine

/// An engine of `count` items of 16-byte keys and 100-byte values.
///
/// Made once for each benchmark; a thread takes its own handle.
final class Keyspace: Sendable {
    static let keySize = 16
    static let valueSize = 100
    /// Verbs in a batch, as in a pipeline.
    static let batchSize = 32

    let engine: Engine
    let count: Int
    private let value = [UInt8](repeating: UInt8(ascii: "v"), count: valueSize)

    init(count: Int, memoryLimit: Int = 0, policy: EvictionPolicy = .noEviction) {
        var options = EngineOptions()
        options.memoryLimit = memoryLimit
        options.evictionPolicy = policy
        engine = Engine(options)
        self.count = count
        var reader = Reader(self, seed: 1)
        for number in 0..<count { reader.store(number) }
    }

    /// A thread's way to the keyspace: its handle, its random numbers, its batch.
    struct Reader {
        private var handle: EngineHandle
        private var random: SplitMix64
        private let keyspace: Keyspace
        private var keys = [UInt8](repeating: UInt8(ascii: "0"), count: batchSize * keySize)
        private var hashes: [KeyHash] = []

        init(_ keyspace: Keyspace, seed: UInt64) {
            self.keyspace = keyspace
            random = SplitMix64(seed: seed)
            handle = keyspace.engine.makeHandle()
            handle.now = Milliseconds(1_000_000)
            hashes.reserveCapacity(batchSize)
        }

        /// `number` in decimal, with leading zeros, at the place of key `index`.
        private mutating func writeKey(_ number: Int, at index: Int) {
            var rest = number
            var place = (index + 1) * keySize
            while place > index * keySize {
                place -= 1
                keys[place] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
                rest /= 10
            }
        }

        mutating func store(_ number: Int) {
            writeKey(number, at: 0)
            Self.store(&handle, keys, keyspace.value)
        }

        private static func store(_ handle: inout EngineHandle, _ keys: [UInt8], _ value: [UInt8]) {
            let key = handle.key(keys.span.bytes.extracting(0..<keySize), in: DatabaseIndex(0))
            let outcome = handle.store(key, value.span.bytes, StoreOptions())
            precondition(outcome == .stored)
        }

        mutating func get(_ number: Int) -> Int {
            writeKey(number, at: 0)
            return Self.get(&handle, keys, at: 0, handle.hash(keys.span.bytes.extracting(0..<keySize)))
        }

        private static func get(
            _ handle: inout EngineHandle, _ keys: [UInt8], at index: Int, _ hash: KeyHash
        ) -> Int {
            let range = index * keySize..<(index + 1) * keySize
            let key = Key(keys.span.bytes.extracting(range), hash: hash, in: DatabaseIndex(0))
            var size = 0
            _ = handle.get(key) { size = $0.value.byteCount }
            return size
        }

        mutating func randomNumber() -> Int { Int(random.next() % UInt64(keyspace.count)) }

        /// `batchSize` gets of keys drawn uniformly, as a front-end does them: all hashes, all buckets, all items.
        mutating func getBatch() -> Int {
            hashes.removeAll(keepingCapacity: true)
            for index in 0..<batchSize {
                writeKey(randomNumber(), at: index)
                let range = index * keySize..<(index + 1) * keySize
                hashes.append(handle.hash(keys.span.bytes.extracting(range)))
            }
            for hash in hashes { handle.prefetchBucket(hash, in: DatabaseIndex(0)) }
            for hash in hashes { handle.prefetchItem(hash, in: DatabaseIndex(0)) }
            var size = 0
            for index in 0..<batchSize { size += Self.get(&handle, keys, at: index, hashes[index]) }
            return size
        }
    }
}
