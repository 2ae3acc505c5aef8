// DEBUG DIGEST and DIGEST-VALUE: sums over what keys hold, the same that redis-server tells of the same data.
// Source: Redis 7.0 debug.c, computeDatasetDigest and xorObjectDigest.

import Base
import Engine

extension SHA1Digest {
    /// Adds what may come in any order.
    fileprivate mutating func add(_ bytes: RawSpan) { self ^= SHA1Digest(of: bytes) }

    /// Adds what has its place in an order.
    fileprivate mutating func mix(_ bytes: RawSpan) { mix(digested: SHA1Digest(of: bytes)) }

    /// Adds another sum as what may come in any order.
    fileprivate mutating func add(_ digest: SHA1Digest) { self ^= SHA1Digest(of: digest) }

    /// Adds what has its place in an order and this digest.
    fileprivate mutating func mix(digested digest: SHA1Digest) {
        self ^= digest
        self = SHA1Digest(of: self)
    }

    /// Of a number of four bytes, the highest first.
    fileprivate init(of number: Int) {
        let bytes = [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: number >> $0) }
        self.init(of: bytes.span.rawBytes)
    }
}

/// Adds values up. Keeps its working memory: have one for many.
struct DatasetDigester: ~Copyable {
    private var text = OutputBuffer(capacity: 64)
    private let types = (0...6).map { SHA1Digest(of: $0) }
    private let expiry = SHA1Digest(of: Array("!!expire!!".utf8).span.rawBytes)

    /// Adds the type and the value of an item to `digest`, and whether it has an expiry; when that is, how the value is
    /// encoded, and what memcached keeps of it besides (flags, CAS number) make no difference.
    mutating func add(_ item: borrowing ItemView, to digest: inout SHA1Digest) {
        digest.mix(digested: types[Self.type(of: item.kind)])
        switch item.kind {
        case .string: digest.mix(item.value)
        case .list:
            item.showCollection(as: ListValue.self) { list in
                list.forEach(in: 0..<list.count) { digest.mix($0) }
            }
        case .set:
            item.showCollection(as: SetValue.self) { set in
                set.forEach { digest.add($0) }
            }
        case .sortedSet:
            item.showCollection(as: SortedSetValue.self) { set in
                set.forEach(0..<set.count) { member, score in
                    text.removeAll()
                    text.append(seventeenDigits: score)
                    digest.add(Self.pair(member, text.span))
                }
            }
        case .hash:
            item.showCollection(as: HashValue.self) { hash in
                hash.forEach { field, value in digest.add(Self.pair(field, value)) }
            }
        case .stream:
            item.showCollection(as: StreamValue.self) { stream in
                stream.forEach(0..<stream.count) { entry in
                    text.removeAll()
                    text.append(decimal: entry.id.milliseconds)
                    text.append(UInt8(ascii: "."))
                    text.append(decimal: entry.id.sequence)
                    digest.mix(text.span)
                    entry.forEachPart { digest.mix($0) }
                }
            }
        }
        if item.expiry.rawValue != 0 { digest ^= expiry }
    }

    private static func pair(_ first: RawSpan, _ second: RawSpan) -> SHA1Digest {
        var digest = SHA1Digest.zero
        digest.mix(first)
        digest.mix(second)
        return digest
    }

    /// Source: Redis server.h, OBJ_STRING and its like.
    private static func type(of kind: ValueKind) -> Int {
        switch kind {
        case .string: 0
        case .list: 1
        case .set: 2
        case .sortedSet: 3
        case .hash: 4
        case .stream: 6
        }
    }

    /// Of everything in all databases; of nothing it is zero. Items of the memcached door are strings like others, in
    /// the database of that door. Items whose time has run out are not there.
    ///
    /// All shards are held, so that it is one moment's.
    mutating func digest(_ engine: inout EngineHandle, databaseCount: Int) -> SHA1Digest {
        var digest = SHA1Digest.zero
        engine.section(.all) { engine in
            for number in 0..<databaseCount {
                var sum = SHA1Digest.zero
                var isEmpty = true
                var cursor: UInt64 = 0
                repeat {
                    cursor = engine.scan(DatabaseIndex(number), from: cursor, count: 1024) { item in
                        isEmpty = false
                        var own = SHA1Digest.zero
                        own.mix(item.key)
                        add(item, to: &own)
                        sum.add(own)
                    }
                } while cursor != 0
                guard !isEmpty else { continue }
                digest.mix(digested: SHA1Digest(of: number))
                digest ^= sum
            }
        }
        return digest
    }
}

extension RESPSession {
    func debugDigest(_ output: inout OutputBuffer) {
        var digester = DatasetDigester()
        output.appendSimple(digester.digest(&engine, databaseCount: frontEnd.engine.databaseCount).hexadecimal)
    }

    /// Of the values alone, one for each key, all at one moment; zero for a key that is not there.
    func debugDigestValues(_ request: Request, _ output: inout OutputBuffer) {
        let (shards, count) = gatherKeys(request, from: 2, step: 1)
        output.appendArray(count)
        guard count > 0 else { return }
        let (hashes, database) = (hashes, database)
        var digester = DatasetDigester()
        engine.section(shards) { engine in
            for index in 0..<count {
                let key = Key(request[2 &+ index], hash: KeyHash(rawValue: hashes[index]), in: database)
                var digest = SHA1Digest.zero
                _ = engine.look(key, tellsMiss: false) { digester.add($0, to: &digest) }
                output.appendSimple(digest.hexadecimal)
            }
        }
    }
}
