// A place in memory that the engine laid out itself: the one primitive under pages, buckets and items.

import CIntrinsics
import Glibc

/// A raw address with loads and stores at byte offsets.
///
/// Marked safe so that the layouts built on it read as what they are; it checks nothing. The proof is the owner's:
/// `Arena` hands out slots that hold what was asked for, `HashTable` reaches only buckets of its own segments, and
/// both are touched only under their shard's lock. No other room can name this type.
@safe
struct Address: Equatable {
    let raw: UnsafeMutableRawPointer

    @inline(__always) init(_ raw: UnsafeMutableRawPointer) { unsafe self.raw = raw }
    @inline(__always) init?(bits: UInt) {
        guard let raw = unsafe UnsafeMutableRawPointer(bitPattern: bits) else { return nil }
        unsafe self.raw = raw
    }

    @inline(__always) var bits: UInt { unsafe UInt(bitPattern: raw) }
    @inline(__always) static func == (a: Address, b: Address) -> Bool { a.bits == b.bits }
    @inline(__always) static func + (a: Address, offset: Int) -> Address { unsafe Address(a.raw + offset) }

    @inline(__always) func load8(_ offset: Int) -> UInt8 { unsafe raw.load(fromByteOffset: offset, as: UInt8.self) }
    @inline(__always) func load16(_ offset: Int) -> UInt16 {
        unsafe raw.loadUnaligned(fromByteOffset: offset, as: UInt16.self)
    }
    @inline(__always) func load32(_ offset: Int) -> UInt32 {
        unsafe raw.loadUnaligned(fromByteOffset: offset, as: UInt32.self)
    }
    @inline(__always) func load64(_ offset: Int) -> UInt64 {
        unsafe raw.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
    }
    @inline(__always) func store8(_ value: UInt8, _ offset: Int) {
        unsafe raw.storeBytes(of: value, toByteOffset: offset, as: UInt8.self)
    }
    @inline(__always) func store16(_ value: UInt16, _ offset: Int) {
        unsafe raw.storeBytes(of: value, toByteOffset: offset, as: UInt16.self)
    }
    @inline(__always) func store32(_ value: UInt32, _ offset: Int) {
        unsafe raw.storeBytes(of: value, toByteOffset: offset, as: UInt32.self)
    }
    @inline(__always) func store64(_ value: UInt64, _ offset: Int) {
        unsafe raw.storeBytes(of: value, toByteOffset: offset, as: UInt64.self)
    }

    @inline(__always) func copy(from source: Address, count: Int) { unsafe _ = memcpy(raw, source.raw, count) }
    /// As `copy`, where both may overlap.
    @inline(__always) func move(from source: Address, count: Int) { unsafe _ = memmove(raw, source.raw, count) }
    /// Puts bytes here.
    @inline(__always) func write(_ bytes: RawSpan) {
        // SAFETY: an empty span may have no address, and is left alone.
        unsafe bytes.withUnsafeBytes { if $0.count > 0 { unsafe _ = memcpy(raw, $0.baseAddress!, $0.count) } }
    }
    @inline(__always) func zero(count: Int) { unsafe _ = memset(raw, 0, count) }
    /// The bytes from here on. Valid until whoever owns the memory changes it, which is the caller's to know.
    @inline(__always)
    @_lifetime(immortal)
    func bytes(_ count: Int) -> RawSpan {
        // SAFETY: as for all loads here: the owner's layout says that count bytes lie there.
        unsafe _overrideLifetime(RawSpan(_unsafeStart: raw, byteCount: count), copying: ())
    }
    @inline(__always) func prefetch() { unsafe duet_prefetch(raw) }
}
