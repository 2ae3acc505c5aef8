// A row of plain values that one thread uses again and again: what an Array would cost in retains, it does not.

/// A trivial handle on a growing row of `Element`s. Its memory belongs to whoever made it, until `deallocate()`.
///
/// One thread only. Elements keep what was last written to them; a fresh row holds garbage, so write before you read.
@safe
public struct Scratch<Element: BitwiseCopyable>: @unchecked Sendable {
    @unsafe private struct Head {
        var base: UnsafeMutablePointer<Element>
        var capacity: Int
    }

    // Sendable for being handed over to the thread that uses it; never used by two at a time.
    private let head: UnsafeMutablePointer<Head>

    /// - Parameter capacity: elements at hand from the start, at least 1.
    public init(capacity: Int) {
        precondition(capacity >= 1)
        unsafe head = UnsafeMutablePointer<Head>.allocate(capacity: 1)
        let base = UnsafeMutablePointer<Element>.allocate(capacity: capacity)
        unsafe head.initialize(to: Head(base: base, capacity: capacity))
    }

    /// Gives the memory back. No copy of the handle may be used afterwards.
    public func deallocate() {
        unsafe head.pointee.base.deallocate()
        unsafe head.deallocate()
    }

    @inline(__always)
    public var capacity: Int { unsafe head.pointee.capacity }

    /// The element at `index`, 0 ..< capacity.
    @inline(__always)
    public subscript(index: Int) -> Element {
        get {
            precondition(index >= 0 && index < capacity)
            return unsafe head.pointee.base[index]  // SAFETY: the index was checked; elements are plain values.
        }
        nonmutating set {
            precondition(index >= 0 && index < capacity)
            unsafe head.pointee.base[index] = newValue  // SAFETY: as above.
        }
    }

    /// Makes sure of at least `count` elements; those that were there stay.
    @inline(__always)
    public func reserve(_ count: Int) {
        if count > capacity { resize(to: max(count, capacity * 2)) }
    }

    /// Gives back what exceeds `count` elements, after an unusually large use.
    @inline(__always)
    public func shrink(to count: Int) {
        if capacity > count { resize(to: count) }
    }

    /// Exchanges the memory of two rows: what spans of either point at stays where it is.
    public func exchange(with other: Scratch) {
        let head = unsafe head.pointee
        unsafe self.head.pointee = other.head.pointee
        unsafe other.head.pointee = head
    }

    @inline(never)
    private func resize(to count: Int) {
        precondition(count >= 1)
        let larger = UnsafeMutablePointer<Element>.allocate(capacity: count)
        unsafe larger.update(from: head.pointee.base, count: min(count, capacity))
        unsafe head.pointee.base.deallocate()
        unsafe head.pointee = Head(base: larger, capacity: count)
    }
}

extension Scratch where Element == UInt8 {
    /// The `size` bytes from `start` on, as long as nothing is added to the row.
    @inline(__always)
    @_lifetime(borrow self)
    public func bytes(_ start: Int, _ size: Int) -> RawSpan {
        precondition(start >= 0 && size >= 0 && start <= capacity && size <= capacity - start)
        // SAFETY: the place was checked; whoever holds the row keeps its memory and its size.
        let bytes = unsafe RawSpan(_unsafeStart: head.pointee.base + start, byteCount: size)
        return unsafe _overrideLifetime(bytes, borrowing: self)
    }
}
