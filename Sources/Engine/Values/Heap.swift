// Memory of values that do not fit their item: taken from malloc, counted to the byte.

import CIntrinsics
import Glibc

/// Blocks of memory of one value, and what they take in all.
///
/// A trivial value: its owner frees each block. Counted against the memory limit by whoever changes the value: by the
/// difference of `size` before and after.
@safe
struct Heap {
    /// Bytes of all blocks, with malloc's rounding and its header of eight bytes each.
    private(set) var size = 0

    private static let headerSize = 8

    /// The bytes that `block` may be filled with, at least those it was asked for.
    @inline(__always)
    static func capacity(of block: Address) -> Int { Int(unsafe duet_usable_size(block.raw)) }

    /// A block of at least `count` bytes, aligned to 16. Its content is undefined.
    @inline(__always)
    mutating func allocate(_ count: Int) -> Address {
        // A value that cannot grow has lost an element; without memory there is nothing sensible to do.
        guard let memory = unsafe malloc(max(count, 1)) else { fatalError("out of memory") }
        let block = unsafe Address(memory)
        size &+= Self.capacity(of: block) &+ Self.headerSize
        return block
    }

    /// Changes a block's size; the content stays as far as it fits. The block may move.
    @inline(__always)
    mutating func resize(_ block: Address, to count: Int) -> Address {
        let before = Self.capacity(of: block)
        guard let memory = unsafe realloc(block.raw, max(count, 1)) else { fatalError("out of memory") }
        let moved = unsafe Address(memory)
        size &+= Self.capacity(of: moved) &- before
        return moved
    }

    @inline(__always)
    mutating func free(_ block: Address) {
        size &-= Self.capacity(of: block) &+ Self.headerSize
        unsafe Glibc.free(block.raw)
    }
}
