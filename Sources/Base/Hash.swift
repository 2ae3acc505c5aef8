// The keyed hash of keys: short inputs, a few nanoseconds, seeded per process so that nobody can
// prepare keys that collide.

/// A key's hash under the process' seed.
public struct KeyHash: Equatable, Sendable, BitwiseCopyable {
    public let rawValue: UInt64
    @inline(__always) public init(rawValue: UInt64) { self.rawValue = rawValue }
}

/// Folded 64 x 64 -> 128 bit multiplication over the input, 16 bytes a step.
/// Source: the construction of wyhash and its descendants (Wang Yi), with own secrets from the seed.
public struct Hasher64: Sendable {
    private let seed: UInt64
    private let secret0: UInt64
    private let secret1: UInt64

    /// - Parameter seed: any number; the same seed gives the same hashes.
    public init(seed: UInt64) {
        var generator = SplitMix64(seed: seed)
        self.seed = generator.next()
        // Odd secrets: a product with zero bits at its end mixes badly.
        secret0 = generator.next() | 1
        secret1 = generator.next() | 1
    }

    @inline(__always)
    private static func fold(_ a: UInt64, _ b: UInt64) -> UInt64 {
        let product = a.multipliedFullWidth(by: b)
        return product.high ^ product.low
    }

    /// The hash of `key`. O(byteCount), no allocation.
    @inline(__always)
    public func hash(_ key: RawSpan) -> KeyHash {
        let count = key.byteCount
        var state = seed
        var a: UInt64 = 0
        var b: UInt64 = 0
        if count <= 16 {
            if count >= 8 {
                a = key.word(at: 0)
                b = key.word(at: count &- 8)
            } else if count >= 4 {
                a = UInt64(key.halfWord(at: 0))
                b = UInt64(key.halfWord(at: count &- 4))
            } else if count > 0 {
                a = UInt64(key[0]) << 16 | UInt64(key[count >> 1]) << 8 | UInt64(key[count &- 1])
            }
        } else {
            var offset = 0
            while offset &+ 16 < count {
                state = Self.fold(
                    key.word(at: offset) ^ secret0 ^ state, key.word(at: offset &+ 8) ^ secret1)
                offset &+= 16
            }
            a = key.word(at: count &- 16)
            b = key.word(at: count &- 8)
        }
        let mixed = Self.fold(a ^ secret0, b ^ secret1 ^ state)
        return KeyHash(rawValue: Self.fold(mixed ^ secret1, state ^ UInt64(truncatingIfNeeded: count) ^ secret0))
    }
}

/// A small generator for sampling and seeds. Source: Steele, Lea, Flood, "Fast Splittable
/// Pseudorandom Number Generators", OOPSLA 2014.
public struct SplitMix64: RandomNumberGenerator, Sendable {
    private var state: UInt64

    public init(seed: UInt64) { state = seed }

    @inline(__always)
    public mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    /// A number in 0 ..< bound. Slightly biased for huge bounds, which sampling does not mind.
    @inline(__always)
    public mutating func next(below bound: Int) -> Int {
        Int(truncatingIfNeeded: next().multipliedFullWidth(by: UInt64(truncatingIfNeeded: bound)).high)
    }
}
