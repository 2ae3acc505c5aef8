// A counted block of bytes: a large value that the keyspace and any number of unsent replies share.

import CIntrinsics
import Glibc
import Synchronization

/// A handle on a heap block that is freed by its last `release()`.
///
///     0         8        16       16 + offset        16 + offset + byteCount
///     +---------+--------+--------+------------------+
///     | holders | size,  |        | bytes            |
///     |         | offset |        |                  |
///     +---------+--------+--------+------------------+
///
/// The offset is 0 but in a block that was the input of a request (`OfferedInput`): bytes need no alignment.
/// A trivial value: copying it counts nothing. Each owner calls `retain()` or takes over a hold, and
/// calls `release()` once. Bytes are written before the block is shared and never after.
@safe
public struct SharedBytes: Equatable, @unchecked Sendable {
    // The holder count is atomic and the bytes are constant once shared, so handles may cross threads.
    private let block: UnsafeMutableRawPointer

    static let offsetMax = 0xffff
    private static let offsetShift: UInt64 = 48
    private static let sizeMask: UInt64 = 1 << offsetShift - 1

    /// What lies in front of the bytes at least.
    public static let headerSize = 16

    /// A block of `byteCount` uninitialised bytes with one hold, the caller's; nil if there is no memory.
    public init?(byteCount: Int) {
        precondition(byteCount >= 0)
        guard let block = unsafe malloc(Self.headerSize + byteCount) else { return nil }
        unsafe self.init(in: block, offset: 0, byteCount: byteCount)
    }

    /// Makes a block of memory from malloc that holds the bytes already, with one hold, the caller's.
    /// - Parameter offset: of the bytes behind the header, up to `offsetMax`.
    init(in block: UnsafeMutableRawPointer, offset: Int, byteCount: Int) {
        unsafe self.block = block
        unsafe block.initializeMemory(as: Atomic<Int>.self, to: Atomic(1))
        setSize(byteCount, offset: offset)
    }

    /// A block of the bytes of three spans in a row, with one hold, the caller's; nil if there is no memory.
    public init?(_ first: RawSpan, _ second: RawSpan, _ third: RawSpan) {
        self.init(byteCount: first.byteCount + second.byteCount + third.byteCount)
        let place = unsafe bytes.baseAddress!
        var size = 0
        func add(_ span: RawSpan) {
            // An empty span may have no address.
            if span.byteCount == 0 { return }
            // SAFETY: the block has room for all three.
            unsafe span.withUnsafeBytes { source in unsafe _ = memcpy(place + size, source.baseAddress!, source.count) }
            size += span.byteCount
        }
        add(first)
        add(second)
        add(third)
    }

    private func setSize(_ byteCount: Int, offset: Int) {
        unsafe block.storeBytes(
            of: UInt64(byteCount) | UInt64(offset) << Self.offsetShift, toByteOffset: 8, as: UInt64.self)
    }

    private var sizeAndOffset: UInt64 { unsafe block.load(fromByteOffset: 8, as: UInt64.self) }

    /// Rebuilds a handle from `address`, which came from the same field of a handle that is still held.
    public init(address: UInt) {
        unsafe block = UnsafeMutableRawPointer(bitPattern: address)!
    }

    /// The handle as a number, for packed memory.
    public var address: UInt { unsafe UInt(bitPattern: block) }

    public var byteCount: Int { Int(sizeAndOffset & Self.sizeMask) }

    private var offset: Int { Int(sizeAndOffset >> Self.offsetShift) }

    /// What the block costs the process, allocator rounding included.
    public var footprint: Int { unsafe duet_usable_size(block) + 8 }

    public static func == (a: SharedBytes, b: SharedBytes) -> Bool { a.address == b.address }

    /// The block's bytes. Read them while holding; write them only before the handle is shared.
    public var bytes: UnsafeMutableRawBufferPointer {
        unsafe UnsafeMutableRawBufferPointer(start: block + Self.headerSize + offset, count: byteCount)
    }

    /// Shows the bytes. The caller holds the block.
    public func show<R, E: Error>(_ body: (RawSpan) throws(E) -> R) throws(E) -> R {
        // SAFETY: the block is held for the call.
        try body(unsafe RawSpan(_unsafeBytes: UnsafeRawBufferPointer(bytes)))
    }

    /// The same bytes in a block of `newCount`, grown or cut; what is new is uninitialised. Needs to be the only
    /// holder,
    /// and uses up that hold; nil, and nothing changed, if there is no memory. Grows with slack, so that
    /// appending again and again copies each byte a bounded number of times.
    public func resized(to newCount: Int) -> SharedBytes? {
        precondition(isUnique && newCount >= 0)
        var result = self
        let offset = offset
        let usable = unsafe duet_usable_size(block) - Self.headerSize - offset
        if newCount > usable || newCount < usable / 2 {
            let slack = newCount > byteCount ? min(newCount / 2, 1 << 20) : 0
            guard let moved = unsafe realloc(block, Self.headerSize + offset + newCount + slack) else { return nil }
            result = SharedBytes(address: UInt(bitPattern: moved))
        }
        result.setSize(newCount, offset: offset)
        return result
    }

    private var holders: UnsafeMutablePointer<Atomic<Int>> {
        unsafe block.assumingMemoryBound(to: Atomic<Int>.self)
    }

    public func retain() {
        unsafe _ = holders.pointee.wrappingAdd(1, ordering: .relaxed)
    }

    public func release() {
        // acquiring-and-releasing: the last holder sees every write made before the others let go.
        if unsafe holders.pointee.wrappingSubtract(1, ordering: .acquiringAndReleasing).newValue == 0 {
            unsafe free(block)
        }
    }

    /// Whether the caller's hold is the only one.
    public var isUnique: Bool { unsafe holders.pointee.load(ordering: .acquiring) == 1 }
}
