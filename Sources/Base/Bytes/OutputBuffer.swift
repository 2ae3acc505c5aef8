// Where front-ends write replies: one growing buffer a worker, plus references to large values in between.

import Glibc

/// Reply bytes in order: copied bytes, with shared values spliced in at offsets.
///
///     bytes    [ "VALUE k 0 20000\r\n" | "\r\nEND\r\n" ]
///     shared     at offset 17: SharedBytes (20,000 bytes, held until sent)
///
/// Not copyable; the worker owns it, and front-ends borrow it for one batch.
@safe
public struct OutputBuffer: ~Copyable {
    /// A large value that belongs between the bytes before and from `offset`.
    public struct Splice: Sendable {
        public let offset: Int
        public let value: SharedBytes
    }

    private var base: UnsafeMutableRawPointer
    private var capacity: Int

    /// Bytes copied so far, without those of `splices`.
    public private(set) var count = 0

    /// Shared values, by ascending offset; each is held by this buffer.
    public private(set) var splices: [Splice] = []

    /// All bytes to send: copied and shared.
    public private(set) var totalCount = 0

    /// What is written may not leave before so much of a log is on the disk; 0 if it may leave at once. Whoever sends
    /// takes it back.
    public var heldUntil: UInt64 = 0

    public init(capacity: Int) {
        precondition(capacity >= 64)
        unsafe base = UnsafeMutableRawPointer.allocate(byteCount: capacity, alignment: 64)
        self.capacity = capacity
    }

    deinit {
        for splice in splices { splice.value.release() }
        unsafe base.deallocate()
    }

    public var isEmpty: Bool { totalCount == 0 }

    /// Whether the batch should stop here so that what is written can leave.
    @inline(__always)
    public var isOverSoftLimit: Bool { totalCount >= Limits.outputSoftSize }

    /// The copied bytes, for the transport. Valid until the next append.
    public var bytes: UnsafeRawBufferPointer { unsafe UnsafeRawBufferPointer(start: base, count: count) }

    /// The copied bytes as a span, for tests and for front-ends that look back.
    public var span: RawSpan {
        @_lifetime(borrow self) borrowing get {
            // SAFETY: base holds count initialised bytes for as long as self is borrowed.
            unsafe _overrideLifetime(RawSpan(_unsafeStart: base, byteCount: count), borrowing: self)
        }
    }

    /// The copied bytes `start ..< end` in a block of their own with one hold, the caller's; nil if there is no memory.
    public func copy(_ start: Int, _ end: Int) -> SharedBytes? {
        SharedBytes(span.slice(start, end), RawSpan(), RawSpan())
    }

    /// Shows all bytes in order, those of shared values at their places.
    public func forEachPiece<E: Error>(_ visit: (RawSpan) throws(E) -> Void) throws(E) {
        var start = 0
        for splice in splices {
            try visit(span.slice(start, splice.offset))
            try splice.value.show(visit)
            start = splice.offset
        }
        try visit(span.slice(start, count))
    }

    /// Forgets everything, releasing the shared values.
    @inline(__always)
    public mutating func removeAll() {
        if !splices.isEmpty { removeSplices() }
        count = 0
        totalCount = 0
    }

    /// Forgets what was appended after `mark`, a former `count` with no splice behind it.
    public mutating func truncate(to mark: Int) {
        precondition(mark >= 0 && mark <= count)
        while let last = splices.last, last.offset > mark {
            totalCount &-= last.value.byteCount
            last.value.release()
            splices.removeLast()
        }
        totalCount &-= count &- mark
        count = mark
    }

    @inline(never)
    private mutating func removeSplices() {
        for splice in splices { splice.value.release() }
        splices.removeAll(keepingCapacity: true)
    }

    @inline(__always)
    private mutating func makeRoom(_ size: Int) {
        if capacity &- count < size { grow(size) }
    }

    @inline(never)
    private mutating func grow(_ size: Int) {
        let larger = max(capacity * 2, count + size)
        let memory = UnsafeMutableRawPointer.allocate(byteCount: larger, alignment: 64)
        unsafe memory.copyMemory(from: base, byteCount: count)
        unsafe base.deallocate()
        unsafe base = memory
        capacity = larger
    }

    /// Gives back memory beyond `capacity` bytes, after an unusually large reply. Only while empty.
    public mutating func shrink(to size: Int) {
        precondition(isEmpty && size >= 64)
        guard capacity > size else { return }
        unsafe base.deallocate()
        unsafe base = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: 64)
        capacity = size
    }

    @inline(__always)
    public mutating func append(_ byte: UInt8) {
        makeRoom(1)
        unsafe base.storeBytes(of: byte, toByteOffset: count, as: UInt8.self)  // SAFETY: room was made.
        count &+= 1
        totalCount &+= 1
    }

    /// Writes over a byte that was copied, 0 ..< count.
    public mutating func replace(at offset: Int, with byte: UInt8) {
        precondition(offset >= 0 && offset < count)
        unsafe base.storeBytes(of: byte, toByteOffset: offset, as: UInt8.self)  // SAFETY: the offset was checked.
    }

    /// Appends eight bytes in memory order (little endian on every machine we run on).
    @inline(__always)
    public mutating func append(word: UInt64) {
        makeRoom(8)
        unsafe base.storeBytes(of: word, toByteOffset: count, as: UInt64.self)  // SAFETY: room was made.
        count &+= 8
        totalCount &+= 8
    }

    /// Appends four bytes, as `append(word:)`.
    @inline(__always)
    public mutating func append(halfWord: UInt32) {
        makeRoom(4)
        unsafe base.storeBytes(of: halfWord, toByteOffset: count, as: UInt32.self)  // SAFETY: room was made.
        count &+= 4
        totalCount &+= 4
    }

    @inline(__always)
    public mutating func append(_ bytes: RawSpan) {
        let size = bytes.byteCount
        makeRoom(size)
        unsafe bytes.withUnsafeBytes { source in
            // SAFETY: room for size bytes was made; an empty span may have no address.
            if size > 0 { unsafe _ = memcpy(base + count, source.baseAddress!, size) }
        }
        count &+= size
        totalCount &+= size
    }

    @inline(__always)
    public mutating func append(_ text: StaticString) {
        let size = text.utf8CodeUnitCount
        makeRoom(size)
        unsafe _ = memcpy(base + count, text.utf8Start, size)  // SAFETY: room was made.
        count &+= size
        totalCount &+= size
    }

    /// Off the request path: text made for one reply, such as statistics.
    @_disfavoredOverload  // A literal is meant as a StaticString, which costs nothing.
    public mutating func append(_ text: String) {
        var text = text
        text.withUTF8 { utf8 in append(unsafe RawSpan(_unsafeBytes: UnsafeRawBufferPointer(utf8))) }
    }

    /// Appends `value` in decimal.
    @inline(__always)
    public mutating func append(decimal value: UInt64) {
        makeRoom(20)
        var rest = value
        let size = Self.digitCount(value)
        var offset = count &+ size
        repeat {
            let (quotient, digit) = rest.quotientAndRemainder(dividingBy: 10)
            offset &-= 1
            // SAFETY: room for 20 digits was made, and no UInt64 has more.
            unsafe base.storeBytes(of: 48 &+ UInt8(truncatingIfNeeded: digit), toByteOffset: offset, as: UInt8.self)
            rest = quotient
        } while rest != 0
        count &+= size
        totalCount &+= size
    }

    /// Appends `mark`, an ASCII character, then `number`, which is not negative, then a line's end, as in `$100\r\n`.
    /// Source: Redis serialization protocol, lengths.
    @inline(__always)
    public mutating func appendLine(_ mark: Unicode.Scalar, _ number: Int) {
        guard number < 1000 else { return appendLongLine(mark, number) }
        // All in one word, from the end on: most lengths are short.
        let number = UInt32(truncatingIfNeeded: number)
        var word = UInt64(0x0A0D) &<< 8 | UInt64(48 &+ number % 10)
        var size = 4
        if number >= 10 {
            word = word &<< 8 | UInt64(48 &+ number / 10 % 10)
            size = 5
        }
        if number >= 100 {
            word = word &<< 8 | UInt64(48 &+ number / 100)
            size = 6
        }
        makeRoom(8)
        // SAFETY: room for eight bytes was made, of which only `size` count.
        unsafe base.storeBytes(of: word &<< 8 | UInt64(mark.value), toByteOffset: count, as: UInt64.self)
        count &+= size
        totalCount &+= size
    }

    @inline(never)
    private mutating func appendLongLine(_ mark: Unicode.Scalar, _ number: Int) {
        append(UInt8(truncatingIfNeeded: mark.value))
        append(decimal: UInt64(truncatingIfNeeded: number))
        append("\r\n")
    }

    /// Appends `value` in decimal, with a minus sign if negative.
    @inline(__always)
    public mutating func append(decimal value: Int64) {
        if value < 0 { append(UInt8(ascii: "-")) }
        append(decimal: value.magnitude)
    }

    @inline(__always)
    public mutating func append(decimal value: Int) { append(decimal: Int64(value)) }

    @inline(__always)
    private static func digitCount(_ value: UInt64) -> Int {
        if value < 10 { return 1 }
        if value < 100 { return 2 }
        if value < 1000 { return 3 }
        if value < 10000 { return 4 }
        var rest = value / 10000
        var digits = 4
        while rest > 0 {
            rest /= 10
            digits &+= 1
        }
        return digits
    }

    /// Appends what `fill` writes over a place of at most `size` bytes, and returns how many it says they are.
    mutating func append(atMost size: Int, _ fill: (UnsafeMutableRawPointer) -> Int) -> Int {
        makeRoom(size)
        let written = unsafe fill(base + count)
        precondition(written >= 0 && written <= size)
        count &+= written
        totalCount &+= written
        return written
    }

    /// Appends all of another buffer, which keeps what it has.
    public mutating func append(contentsOf other: borrowing OutputBuffer) {
        var start = 0
        for splice in other.splices {
            append(other.span.slice(start, splice.offset))
            splice.value.retain()
            append(shared: splice.value)
            start = splice.offset
        }
        append(other.span.slice(start, other.count))
    }

    /// Splices `value` in at this place, taking over one hold.
    public mutating func append(shared value: SharedBytes) {
        splices.append(Splice(offset: count, value: value))
        totalCount &+= value.byteCount
    }
}

// SAFETY: the only owner of its memory, so it may go to another thread; shared values are counted atomically.
extension OutputBuffer: @unchecked Sendable {}
