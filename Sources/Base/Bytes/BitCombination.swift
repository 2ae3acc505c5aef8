// Strings of bytes combined bit by bit, the shorter ones as if zeros followed.

import Glibc

/// What is done to each bit.
public enum BitOperation: Sendable {
    case and, or, xor
    /// Turned over; of one string only.
    case not
}

/// The result of combining strings, made one after the other.
@safe
public struct BitCombination: ~Copyable {
    private var block: SharedBytes?
    private let operation: BitOperation
    private var isFirst = true

    /// - Parameter size: that of the longest string, in bytes.
    /// nil if there is no memory.
    public init?(_ operation: BitOperation, size: Int) {
        guard let block = SharedBytes(byteCount: size) else { return nil }
        self.block = block
        self.operation = operation
    }

    deinit { block?.release() }

    /// Adds the next string, of no more than the size.
    public mutating func add(_ bytes: RawSpan) {
        guard let block else { return }
        let target = unsafe block.bytes
        precondition(bytes.byteCount <= target.count)
        unsafe bytes.withUnsafeBytes { source in
            switch operation {
            case .not: unsafe Self.fold(source, target) { _, new in ~new }
            case _ where isFirst: unsafe Self.fold(source, target) { _, new in new }
            case .and: unsafe Self.fold(source, target) { $0 & $1 }
            case .or: unsafe Self.fold(source, target) { $0 | $1 }
            case .xor: unsafe Self.fold(source, target) { $0 ^ $1 }
            }
            // SAFETY: source is no longer than target. Zeros behind a string change what `or` and `xor` have by nothing.
            if (isFirst || operation == .and) && source.count < target.count {
                unsafe _ = memset(target.baseAddress! + source.count, 0, target.count - source.count)
            }
        }
        isFirst = false
    }

    /// Hands over the block with the result, and its hold; nil the second time.
    public mutating func take() -> SharedBytes? {
        defer { block = nil }
        return block
    }

    @inline(__always)
    private static func fold(
        _ source: UnsafeRawBufferPointer, _ target: UnsafeMutableRawBufferPointer,
        _ body: (_ old: UInt64, _ new: UInt64) -> UInt64
    ) {
        // SAFETY: the caller saw that target is as long as source; each step stays within source.
        guard let from = source.baseAddress, let into = target.baseAddress else { return }
        let wordCount = source.count >> 3
        for index in 0..<wordCount {
            let offset = index &<< 3
            let word = unsafe body(
                into.loadUnaligned(fromByteOffset: offset, as: UInt64.self),
                from.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
            unsafe into.storeBytes(of: word, toByteOffset: offset, as: UInt64.self)
        }
        for offset in wordCount << 3..<source.count {
            unsafe target[offset] = UInt8(truncatingIfNeeded: body(UInt64(target[offset]), UInt64(source[offset])))
        }
    }
}
