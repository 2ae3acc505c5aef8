// Input that whoever keeps a value of it may keep as it is, so that a large value is not copied on its way in.

import Glibc

/// One thread's offer: the bytes of a request that arrived in a block of their own. Whoever stores a large value asks
/// `take` first, and copies it only if that answers nil.
///
///     0                16                                    end
///     +----------------+-----------------------+-------+-----+
///     | room for       | request up to         | value | two |
///     | SharedBytes    | its value             |       |     |
///     +----------------+-----------------------+-------+-----+
///
/// A trivial handle on a cell that its maker frees; all calls by one thread. Nothing is offered outside of `offer` and
/// `withdraw`.
@safe
public struct OfferedInput: @unchecked Sendable {
    @safe
    private struct Cell {
        var block: UnsafeMutableRawPointer?
        var end: UnsafeMutableRawPointer?
        var taken: SharedBytes?

        init(block: UnsafeMutableRawPointer? = nil, end: UnsafeMutableRawPointer? = nil) {
            unsafe self.block = block
            unsafe self.end = end
        }
    }

    private let cell: UnsafeMutablePointer<Cell>

    public init() {
        unsafe cell = .allocate(capacity: 1)
        unsafe cell.initialize(to: Cell())
    }

    /// No copy of the handle may be used after this.
    public func deallocate() { unsafe cell.deallocate() }

    /// - Parameter block: from malloc, with `SharedBytes.headerSize` bytes in front of the request that are nobody's.
    /// - Parameter end: behind the request; nothing of another one is in the block.
    public func offer(_ block: UnsafeMutableRawPointer, upTo end: UnsafeMutableRawPointer) {
        unsafe cell.pointee = Cell(block: block, end: end)
    }

    /// The block if `value` lies at the end of what is offered, with a hold for the caller; else nil. The bytes of the
    /// whole request stay where they are until `withdraw`.
    public func take(_ value: RawSpan) -> SharedBytes? {
        unsafe value.withUnsafeBytes { bytes in
            guard let block = unsafe cell.pointee.block, let end = unsafe cell.pointee.end,
                let start = bytes.baseAddress, unsafe cell.pointee.taken == nil
            else { return nil }
            let offset = unsafe start - UnsafeRawPointer(block) - SharedBytes.headerSize
            // Behind it comes a line's end, or nothing.
            let rest = unsafe UnsafeRawPointer(end) - start - bytes.count
            guard offset >= 0, offset <= SharedBytes.offsetMax, rest >= 0, rest <= 2 else { return nil }
            let shared = unsafe SharedBytes(in: block, offset: offset, byteCount: bytes.count)
            shared.retain()
            unsafe cell.pointee.taken = shared
            return shared
        }
    }

    /// Ends the offer. Returns the block if it was taken: it is no longer the offerer's to free, but for the hold
    /// that is returned.
    public func withdraw() -> SharedBytes? {
        let taken = unsafe cell.pointee.taken
        unsafe cell.pointee = Cell()
        return taken
    }
}
