// A number that tells values apart, whatever their encoding and the order in which their hash tables have them.

import Base
import Engine

/// Digests values that come from different servers: two that clients cannot tell apart have the same digest, two others
/// as good as never.
///
/// A value of many elements is built in an engine of the digest's own for the time. Keeps its working memory.
public struct ValueDigest: ~Copyable {
    private let hasher: Hasher64
    private let engine: Engine
    private var handle: EngineHandle
    private var encoder = ValueEncoder(compresses: false)
    private var bytes = OutputBuffer(capacity: 1024)
    private static let name = Array("value".utf8)

    /// - Parameter seed: digests of the same seed may be compared.
    public init(seed: UInt64) {
        hasher = Hasher64(seed: seed)
        var options = EngineOptions()
        options.shardCount = 1
        options.memoryLimit = 0
        engine = Engine(options)
        handle = engine.makeHandle()
    }

    /// Of a string.
    public func digest(string: RawSpan) -> UInt64 { hasher.hash(string).rawValue }

    /// Of a value as it stands in a file, behind its type byte.
    public mutating func digest(type: UInt8, _ value: RawSpan) throws(RDBFault) -> UInt64 {
        if type == ValueType.string.rawValue {
            var reader = RDBReader(value, sizeMax: .max)
            return try reader.showString { hasher.hash($0).rawValue }
        }
        bytes.removeAll()
        bytes.append(type)
        bytes.append(value)
        var reader = RDBReader(bytes.span, sizeMax: .max)
        let draft = try reader.value(for: handle)
        let key = handle.key(Self.name.span.rawBytes, in: .first)
        _ = handle.store(key, draft, StoreOptions())
        var handle = handle
        var digest: UInt64 = 0
        _ = handle.look(key) { item in digest = self.digest(item) }
        _ = handle.delete(key)
        return digest
    }

    private mutating func digest(_ item: borrowing ItemView) -> UInt64 {
        var digest = UInt64(item.kind.rawValue) &* 0x9E37_79B9_7F4A_7C15
        let hasher = hasher
        switch item.kind {
        case .string: digest &+= hasher.hash(item.value).rawValue
        case .list:
            item.showCollection(as: ListValue.self) { list in
                list.forEach(in: 0..<list.count) { digest = Self.mixed(digest) ^ hasher.hash($0).rawValue }
            }
        case .set:
            item.showCollection(as: SetValue.self) { set in
                set.forEach { digest &+= Self.mixed(hasher.hash($0).rawValue) }
            }
        case .hash:
            item.showCollection(as: HashValue.self) { hash in
                hash.forEach { digest &+= Self.mixed(Self.mixed(hasher.hash($0).rawValue) ^ hasher.hash($1).rawValue) }
            }
        case .sortedSet:
            item.showCollection(as: SortedSetValue.self) { set in
                set.forEach(0..<set.count) { member, score in
                    digest &+= Self.mixed(Self.mixed(hasher.hash(member).rawValue) ^ score.bitPattern)
                }
            }
        case .stream:
            var encoded = OutputBuffer(capacity: 1024)
            encoder.append(item, to: &encoded)
            digest &+= hasher.hash(encoded.span).rawValue
        }
        return digest
    }

    /// Source: SplitMix64's finalizer.
    private static func mixed(_ number: UInt64) -> UInt64 {
        var number = number &+ 0x9E37_79B9_7F4A_7C15
        number = (number ^ number >> 30) &* 0xBF58_476D_1CE4_E5B9
        number = (number ^ number >> 27) &* 0x94D0_49BB_1331_11EB
        return number ^ number >> 31
    }
}
