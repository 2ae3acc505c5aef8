// Elements one behind the other: what small values are, and the leaves and blocks of large ones.

import Base

/// One entry of a packed run: where it lies and what it holds. Valid until the run changes.
///
///     near:  | count: 1 or 3 bytes | content | size: 1 or 3 bytes |
///     far:   | 254 | count: 4 | address: 8 | size: 1 |
///
/// A count up to 252 is one byte; 253 and two bytes are one up to `Packed.nearMax`. Longer content lies in a block of
/// the value's heap, which a run inside an item does not have. The size at the end is that of all before it, so that a
/// run is read from both ends: one byte, or two and a 253 behind them. Idea: Redis listpack.
@safe
struct PackedEntry {
    let start: Address
    /// Where the content is, near or far.
    let content: Address
    let count: Int
    /// Bytes of the entry in its run.
    let size: Int

    @inline(__always) var end: Address { start + size }
    @inline(__always) var isFar: Bool { start.load8(0) == Packed.farMark }

    @inline(__always)
    var bytes: RawSpan {
        @_lifetime(immortal)
        get {
            // SAFETY: the content has count bytes; entries are looked at under the shard's lock, before the run changes.
            unsafe _overrideLifetime(RawSpan(_unsafeStart: content.raw, byteCount: count), copying: ())
        }
    }
}

/// How entries are read and written.
enum Packed {
    /// Longer content goes to a block of its own.
    static let nearMax = 1024
    static let wideMark: UInt8 = 253
    static let farMark: UInt8 = 254
    private static let shortMax = 252
    private static let farSize = 14

    /// The bytes that an entry of `count` bytes takes in a run.
    @inline(__always)
    static func size(of count: Int) -> Int {
        if count > nearMax { return farSize }
        let front = count <= shortMax ? 1 &+ count : 3 &+ count
        return front <= shortMax ? front &+ 1 : front &+ 3
    }

    @inline(__always)
    static func entry(at start: Address) -> PackedEntry {
        let mark = start.load8(0)
        if mark <= shortMax {
            let front = 1 &+ Int(mark)
            return PackedEntry(
                start: start, content: start + 1, count: Int(mark), size: front <= shortMax ? front &+ 1 : front &+ 3)
        }
        return longEntry(at: start, mark)
    }

    @inline(never)
    private static func longEntry(at start: Address, _ mark: UInt8) -> PackedEntry {
        if mark == wideMark {
            let count = Int(start.load16(1))
            return PackedEntry(start: start, content: start + 3, count: count, size: count &+ 6)
        }
        // SAFETY-relevant: a far entry was written with the address of a block.
        let content = unsafe Address(bits: UInt(start.load64(5))).unsafelyUnwrapped
        return PackedEntry(start: start, content: content, count: Int(start.load32(1)), size: farSize)
    }

    /// The entry that ends at `end`.
    @inline(__always)
    static func entry(before end: Address) -> PackedEntry {
        let last = Int((end + -1).load8(0))
        if last <= shortMax { return entry(at: end + -(last &+ 1)) }
        return entry(at: end + -(Int((end + -3).load16(0)) &+ 3))
    }

    /// Writes an entry of `count` bytes at `start`, which has `size(of: count)` bytes of room.
    /// - Parameter heap: gives a block to content longer than `nearMax`.
    /// - Returns: where the content goes: `count` bytes, the caller's to fill.
    @inline(__always)
    static func write(_ count: Int, at start: Address, _ heap: inout Heap) -> Address {
        count > nearMax ? writeFar(count, at: start, &heap) : write(near: count, at: start)
    }

    /// As `write`, of at most `nearMax` bytes.
    @inline(__always)
    static func write(near count: Int, at start: Address) -> Address {
        let content: Address
        if count <= shortMax {
            start.store8(UInt8(truncatingIfNeeded: count), 0)
            content = start + 1
        } else {
            start.store8(wideMark, 0)
            start.store16(UInt16(truncatingIfNeeded: count), 1)
            content = start + 3
        }
        let front = content.bits &- start.bits &+ UInt(count)
        let end = content + count
        if front <= shortMax {
            end.store8(UInt8(truncatingIfNeeded: front), 0)
        } else {
            end.store16(UInt16(truncatingIfNeeded: front), 0)
            end.store8(wideMark, 2)
        }
        return content
    }

    @inline(never)
    private static func writeFar(_ count: Int, at start: Address, _ heap: inout Heap) -> Address {
        let block = heap.allocate(count)
        start.store8(farMark, 0)
        start.store32(UInt32(truncatingIfNeeded: count), 1)
        start.store64(UInt64(block.bits), 5)
        start.store8(UInt8(farSize - 1), farSize - 1)
        return block
    }

    /// Frees what an entry has outside its run. Call it before the entry is cut out.
    @inline(__always)
    static func release(_ entry: PackedEntry, _ heap: inout Heap) {
        if entry.isFar { heap.free(entry.content) }
    }
}
