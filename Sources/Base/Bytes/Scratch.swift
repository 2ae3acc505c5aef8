// A row of slots that a worker allocates once and uses in every batch.

/// A fixed number of trivial elements on the heap, reached without reference counting.
///
/// A trivial handle, like a pointer with bounds. The memory lives as long as the process, so only what exists once a
/// worker makes one. An `InlineArray` in its place would be copied whole on each access through an accessor.
@safe
public struct Scratch<Element: BitwiseCopyable>: @unchecked Sendable {
    // The worker that made it is the only one to use it.
    private let base: UnsafeMutablePointer<Element>
    public let capacity: Int

    public init(repeating element: Element, capacity: Int) {
        precondition(capacity > 0)
        self.capacity = capacity
        unsafe base = .allocate(capacity: capacity)
        unsafe base.initialize(repeating: element, count: capacity)
    }

    /// The element at `index`, 0 ..< capacity.
    @inline(__always)
    public subscript(index: Int) -> Element {
        get {
            precondition(index >= 0 && index < capacity)
            return unsafe base[index]  // SAFETY: in bounds, and initialised in `init`.
        }
        nonmutating set {
            precondition(index >= 0 && index < capacity)
            unsafe base[index] = newValue  // SAFETY: as above.
        }
    }
}
