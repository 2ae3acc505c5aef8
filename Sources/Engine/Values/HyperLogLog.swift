// The string that holds a HyperLogLog: how its bytes are read, whoever wrote them.
//
//     0      4          5        8             16
//     +------+----------+--------+-------------+-----------+
//     | HYLL | encoding | unused | cardinality | registers |
//     +------+----------+--------+-------------+-----------+
//
// The cardinality is a little-endian number, not valid while its highest bit is set. Registers are dense (encoding 0:
// 16384 numbers of six bits, lowest bit first) or sparse (1: runs of them).
//
//     00llllll            l + 1 registers of 0
//     01llllll llllllll   l + 1 registers of 0, the high byte first
//     1vvvvvll            l + 1 registers of v + 1
//
// Source: Redis 7 hyperloglog.c; Philippe Flajolet et al., HyperLogLog (2007); Otmar Ertl, arXiv:1702.01284.

import Base

/// What all HyperLogLogs have in common.
public enum HyperLogLog {
    /// An element's part in a HyperLogLog: the register that it may raise, and to what.
    public struct Register: BitwiseCopyable, Sendable {
        public var index: Int
        public var value: UInt8

        public init(index: Int, value: UInt8) {
            self.index = index
            self.value = value
        }

        /// The register that `element` falls to.
        public init(of element: RawSpan) {
            let hash = element.murmurHash64A(seed: 0xADC8_3B19)
            index = Int(hash & UInt64(registerCount - 1))
            // The bit above all others ends the row of zeros that is counted.
            value = UInt8((hash >> UInt64(indexWidth) | 1 << UInt64(64 - indexWidth)).trailingZeroBitCount + 1)
        }
    }

    static let indexWidth = 14
    public static let registerCount = 1 << indexWidth
    static let headerSize = 16
    static let denseSize = headerSize + registerCount * 6 / 8
    /// No sequence of runs that covers all registers is longer.
    static let sparseSizeMax = headerSize + 2 * registerCount
    private static let magic: UInt32 = 0x4C4C_5948

    /// Whether `bytes` begin like a HyperLogLog. What follows may be wrong all the same.
    public static func isOne(_ bytes: RawSpan) -> Bool {
        guard bytes.byteCount >= headerSize, bytes.halfWord(at: 0) == magic, bytes[4] <= 1 else { return false }
        return bytes[4] == 1 || bytes.byteCount == denseSize
    }

    /// - Parameter bytes: a HyperLogLog, as are all parameters of this name below.
    public static func isDense(_ bytes: RawSpan) -> Bool { bytes[4] == 0 }

    /// The cardinality that was counted last, unless a register has changed since.
    static func cachedCardinality(_ bytes: RawSpan) -> UInt64? {
        let word = bytes.word(at: 8)
        return word >> 63 == 0 ? word : nil
    }

    static func invalidateCardinality(_ bytes: inout MutableSpan<UInt8>) { bytes[15] |= 0x80 }

    // MARK: Dense

    @inline(__always)
    static func denseValue(_ bytes: RawSpan, _ index: Int) -> UInt8 {
        let bit = index &* 6
        let offset = headerSize &+ bit >> 3
        // The last register ends with the last byte.
        let high = offset &+ 1 < denseSize ? bytes[offset &+ 1] : 0
        return UInt8(truncatingIfNeeded: (UInt16(high) << 8 | UInt16(bytes[offset])) >> UInt16(bit & 7)) & 63
    }

    /// Raises a register, if it is lower. Returns whether it was.
    static func raiseDense(_ bytes: inout MutableSpan<UInt8>, _ register: Register) -> Bool {
        guard register.value > denseValue(bytes.span.rawBytes, register.index) else { return false }
        let bit = register.index * 6
        let offset = headerSize + bit >> 3
        let shift = UInt16(bit & 7)
        let mask: UInt16 = 63 << shift
        let value = UInt16(register.value) << shift
        bytes[offset] = bytes[offset] & UInt8(truncatingIfNeeded: ~mask) | UInt8(truncatingIfNeeded: value)
        if shift > 2 {
            let high = UInt8(truncatingIfNeeded: ~mask >> 8)
            bytes[offset + 1] = bytes[offset + 1] & high | UInt8(truncatingIfNeeded: value >> 8)
        }
        return true
    }

    // MARK: Sparse

    /// Registers of the same value, side by side.
    public struct Run {
        /// How many bytes stand for it.
        public var size: Int
        public var value: UInt8
        public var count: Int

        static let shortZerosMax = 64
        static let valueMax: UInt8 = 32
        static let valuesMax = 4
    }

    /// The run at `offset`; nil if the bytes end within it.
    @inline(__always)
    public static func run(_ bytes: RawSpan, at offset: Int) -> Run? {
        let byte = bytes[offset]
        if byte & 0x80 != 0 { return Run(size: 1, value: (byte >> 2) & 31 + 1, count: Int(byte & 3) + 1) }
        if byte & 0x40 == 0 { return Run(size: 1, value: 0, count: Int(byte & 63) + 1) }
        guard offset + 1 < bytes.byteCount else { return nil }
        return Run(size: 2, value: 0, count: (Int(byte & 63) << 8 | Int(bytes[offset + 1])) + 1)
    }

    /// Where the runs of a sparse one begin.
    public static let runsOffset = headerSize

    /// Shows the runs in order. False if they are not as many registers as there must be.
    @inline(__always)
    static func walk(_ bytes: RawSpan, _ body: (_ index: Int, Run) -> Void) -> Bool {
        var offset = headerSize
        var index = 0
        while offset < bytes.byteCount {
            guard let run = run(bytes, at: offset), index + run.count <= registerCount else { return false }
            body(index, run)
            offset += run.size
            index += run.count
        }
        return index == registerCount
    }

    // MARK: Counting

    /// How many registers have each value.
    typealias Histogram = InlineArray<64, Int>

    /// The cardinality; nil if the registers are corrupted.
    static func cardinality(_ bytes: RawSpan) -> UInt64? {
        var histogram = Histogram(repeating: 0)
        if isDense(bytes) {
            for index in 0..<registerCount { histogram[Int(denseValue(bytes, index))] &+= 1 }
        } else {
            guard walk(bytes, { _, run in histogram[Int(run.value)] += run.count }) else { return nil }
        }
        return estimate(histogram)
    }

    /// Ertl's improved estimator. The sums are in the order in which Redis makes them, so that both round alike.
    static func estimate(_ histogram: Histogram) -> UInt64 {
        let count = Double(registerCount)
        let valueMax = 64 - indexWidth
        var z = count * tau((count - Double(histogram[valueMax + 1])) / count)
        for value in stride(from: valueMax, through: 1, by: -1) {
            z += Double(histogram[value])
            z *= 0.5
        }
        z += count * sigma(Double(histogram[0]) / count)
        let estimate = (0.721347520444481703680 * count * count / z).rounded(.toNearestOrAwayFromZero)
        // Only registers that no element can have made lead to more: then it is what the conversion in C comes to.
        return estimate < 0x1p63 ? UInt64(estimate) : 1 << 63
    }

    private static func sigma(_ start: Double) -> Double {
        if start == 1 { return .infinity }
        var x = start
        var y = 1.0
        var z = x
        var before: Double
        repeat {
            x *= x
            before = z
            z += x * y
            y += y
        } while before != z
        return z
    }

    private static func tau(_ start: Double) -> Double {
        if start == 0 || start == 1 { return 0 }
        var x = start
        var y = 1.0
        var z = 1 - x
        var before: Double
        repeat {
            x = x.squareRoot()
            before = z
            y *= 0.5
            z -= (1 - x) * (1 - x) * y
        } while before != z
        return z / 3
    }
}
