// What a connection keeps of its input between events: half a request, or requests behind a bounded batch.

import Base
import Glibc

/// Bytes that arrived and were not consumed. Owns memory only while it holds any.
///
///     base      start           start + count      capacity
///     |---------|===============|------------------|
///      consumed,  held            room for a read
///      headroom
///
/// In front of what is held there are always `SharedBytes.headerSize` bytes, so that the block can become one.
@safe
struct InputStash: ~Copyable {
    private var base: UnsafeMutableRawPointer?
    private var capacity = 0
    private var start = 0
    private(set) var count = 0

    init() { unsafe base = nil }

    deinit { unsafe Glibc.free(base) }

    @inline(__always) var isEmpty: Bool { count == 0 }

    /// The held bytes; valid until the next change.
    var bytes: UnsafeRawBufferPointer {
        guard let base = unsafe base else { return unsafe UnsafeRawBufferPointer(start: nil, count: 0) }
        return unsafe UnsafeRawBufferPointer(start: base + start, count: count)
    }

    mutating func free() {
        unsafe Glibc.free(base)
        unsafe base = nil
        capacity = 0
        start = 0
        count = 0
    }

    /// Gives the block away with all that is held: somebody else frees it.
    mutating func forget() {
        unsafe base = nil
        free()
    }

    /// Lets the request that is held be kept as it is.
    func offer(through offer: OfferedInput) {
        guard let base = unsafe base, count > TransportLimits.stashedInputMax else { return }
        unsafe offer.offer(base, upTo: base + start + count)
    }

    /// Appends a copy of `more`.
    /// - Parameter expecting: what will be held in the end, if known: up to `expectedInputMax` its room is made at
    ///   once, untouched.
    mutating func append(_ more: UnsafeRawBufferPointer, expecting needed: Int = 0) {
        guard let source = more.baseAddress, more.count > 0 else { return }
        if capacity - start - count < more.count {
            let isLarge = needed > TransportLimits.stashedInputMax && needed <= TransportLimits.expectedInputMax
            move(toCapacity: isLarge ? max(needed, count + more.count) : count + more.count)
        }
        // SAFETY: the room was made just above.
        unsafe _ = memcpy(base! + start + count, source, more.count)
        count += more.count
    }

    /// The free end, grown if short, for a read of at most `TransportLimits.directReadMax`, and not beyond the request
    /// at the front.
    ///
    /// Never more than twice what has arrived, or `inputAheadMax` beyond it, whatever `needed` claims.
    /// - Parameter needed: the size of the request at the front if known, else 0.
    mutating func room(needed: Int) -> UnsafeMutableRawBufferPointer {
        let missing = needed > count ? needed - count : Int.max
        if capacity - start - count < min(TransportLimits.inputRoomMin, missing) {
            let ahead = max(count, TransportLimits.inputAheadMax)
            move(toCapacity: count + min(ahead, missing))
        }
        let size = min(capacity - start - count, missing, TransportLimits.directReadMax)
        // SAFETY: within the block, behind the held bytes; it exists, as room was just made.
        return unsafe UnsafeMutableRawBufferPointer(start: base! + start + count, count: size)
    }

    /// `size` bytes were read into `room`.
    mutating func didRead(_ size: Int) {
        assert(size >= 0 && start + count + size <= capacity)
        count += size
    }

    mutating func consume(_ size: Int) {
        precondition(size >= 0 && size <= count)
        start += size
        count -= size
        if count == 0 {
            free()
        } else if size > 0 && capacity > TransportLimits.stashedInputMax && count < capacity / 4 {
            move(toCapacity: count)  // A large request is done: keep what follows it, not its buffer.
        }
    }

    /// Makes room for `size` bytes, held ones included.
    private mutating func move(toCapacity size: Int) {
        assert(size >= count && size > 0)
        let headroom = SharedBytes.headerSize
        if start == headroom && count > 0 {
            guard let larger = unsafe realloc(base, headroom + size) else { fatalError("out of memory: input") }
            unsafe base = larger
        } else {
            guard let larger = unsafe malloc(headroom + size) else { fatalError("out of memory: input") }
            // SAFETY: size is at least count; an empty stash may have no block to copy from.
            if count > 0 { unsafe _ = memcpy(larger + headroom, base! + start, count) }
            unsafe Glibc.free(base)
            unsafe base = larger
        }
        capacity = headroom + size
        start = headroom
    }
}
