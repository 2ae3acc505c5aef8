// The step from typed spans of bytes to raw ones, so that rooms without unsafe code can prepare text in
// arrays.

extension Span<UInt8> {
    /// The same bytes, untyped.
    public var rawBytes: RawSpan {
        @inline(__always)
        @_lifetime(copy self)
        get {
            unsafe bytes  // SAFETY: UInt8 has no padding, so every byte is initialised.
        }
    }
}

extension MutableSpan<UInt8> {
    /// Writes eight bytes at `offset`, in memory order, 0 ... count - 8.
    @inline(__always)
    @_lifetime(self: copy self)
    public mutating func storeWord(_ word: UInt64, at offset: Int) {
        precondition(offset >= 0 && offset &+ 8 <= count)
        // SAFETY: the place was checked, and any byte pattern is a UInt8.
        unsafe withUnsafeMutableBytes {
            unsafe $0.storeBytes(of: word, toByteOffset: offset, as: UInt64.self)
        }
    }
}
