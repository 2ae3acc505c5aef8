// One item: a header of twelve bytes, only the fields it has, its key, its value.

import Base
import Glibc

/// A handle on an item in arena memory. Valid while the shard's lock is held and until the item is freed or moved.
///
///      0         4           8         9      10       11      12
///     +---------+-----------+---------+------+--------+-------+--------+-----+-------+----------+-----+-------+
///     | access  | valueSize | keySize | kind | fields | marks | expiry | cas | flags | longSize | key | value |
///     | 4       | 4         | 1       | 1    | 1      | 1     | 0 / 8  | 0/8 | 0 / 4 | 0 / 4    |     |       |
///     +---------+-----------+---------+------+--------+-------+--------+-----+-------+----------+-----+-------+
///
/// `access` is the LRU clock or the LFU counter (see Eviction). `keySize` 255 says that `longSize` holds the key's
/// size; a key above `inlineKeySizeMax` lies in a block of its own, and its place holds the block's address. With the
/// field `.shared` the value is the eight-byte address of a `SharedBytes`; `valueSize` is still the size of the value
/// itself. With `.structure` the value is the address of a large collection, and `valueSize` is 8. A free slot has kind
/// 0.
@safe
struct Item: Equatable {
    let address: UnsafeMutableRawPointer

    static let headerSize = 12
    static let longKeySizeMin = 255
    /// A longer key would not leave a small page's slot room for a value.
    static let inlineKeySizeMax = 1024

    /// The bytes that a key takes inside its item.
    @inline(__always)
    static func storedKeySize(_ keySize: Int) -> Int { keySize <= inlineKeySizeMax ? keySize : 8 }

    @inline(__always)
    init(_ place: Address) { unsafe address = place.raw }

    var place: Address { unsafe Address(address) }
    var bits: UInt { @inline(__always) get { unsafe UInt(bitPattern: address) } }

    static func == (a: Item, b: Item) -> Bool { a.bits == b.bits }

    /// Which optional fields follow the header, in this order.
    struct Fields: OptionSet {
        let rawValue: UInt8
        static let expiry = Fields(rawValue: 1)
        static let cas = Fields(rawValue: 2)
        static let flags = Fields(rawValue: 4)
        static let longKey = Fields(rawValue: 8)
        static let shared = Fields(rawValue: 16)
        static let structure = Fields(rawValue: 32)
        /// No field but a mark that takes no room: which of two epochs the item is of. See `Shard.epoch`.
        static let epoch = Fields(rawValue: 64)
        /// What the item owns outside its slot.
        static let outside: Fields = [.shared, .structure]

        /// The bytes that these fields take. A table in a word: one byte for each combination of the first four.
        @inline(__always)
        var size: Int {
            Int((rawValue & 1) << 3) &+ Int((rawValue & 2) << 2) &+ Int(rawValue & 4) &+ Int((rawValue & 8) >> 1)
        }
    }

    struct Marks: OptionSet {
        let rawValue: UInt8
        /// Read at least once since it was stored.
        static let fetched = Marks(rawValue: 1)
        /// Kept for readers although a newer value is on its way.
        static let stale = Marks(rawValue: 2)
        /// Somebody was told to refill it.
        static let won = Marks(rawValue: 4)
        static let binaryKey = Marks(rawValue: 8)
        /// Grown by an append or an overwrite: Redis calls such a string raw, however short.
        static let raw = Marks(rawValue: 16)
        /// Read again after it was read: worth more to LRU than what was read once.
        static let active = Marks(rawValue: 32)
        /// Written by a sum of fractions: Redis keeps such a number as text, even a whole one.
        static let fraction = Marks(rawValue: 64)
    }

    // MARK: Header

    var access: UInt32 {
        @inline(__always) get { unsafe address.load(as: UInt32.self) }
        @inline(__always) nonmutating set { unsafe address.storeBytes(of: newValue, as: UInt32.self) }
    }

    var valueSize: Int {
        @inline(__always) get { Int(unsafe address.load(fromByteOffset: 4, as: UInt32.self)) }
        @inline(__always) nonmutating set {
            unsafe address.storeBytes(of: UInt32(truncatingIfNeeded: newValue), toByteOffset: 4, as: UInt32.self)
        }
    }

    private var shortKeySize: UInt8 {
        @inline(__always) get { unsafe address.load(fromByteOffset: 8, as: UInt8.self) }
    }

    var kindByte: UInt8 {
        @inline(__always) get { unsafe address.load(fromByteOffset: 9, as: UInt8.self) }
        @inline(__always) nonmutating set { unsafe address.storeBytes(of: newValue, toByteOffset: 9, as: UInt8.self) }
    }

    var fields: Fields {
        @inline(__always) get { Fields(rawValue: unsafe address.load(fromByteOffset: 10, as: UInt8.self)) }
    }

    private func setFields(_ fields: Fields) {
        unsafe address.storeBytes(of: fields.rawValue, toByteOffset: 10, as: UInt8.self)
    }

    /// Whether the item is not of this epoch, given as one bit or none.
    @inline(__always)
    func isOfOther(_ epoch: Fields) -> Bool { (fields.rawValue ^ epoch.rawValue) & Fields.epoch.rawValue != 0 }

    /// Makes the item one of the other epoch.
    @inline(__always)
    func changeEpoch() { setFields(fields.symmetricDifference(.epoch)) }

    var marks: Marks {
        @inline(__always) get { Marks(rawValue: unsafe address.load(fromByteOffset: 11, as: UInt8.self)) }
        @inline(__always) nonmutating set {
            unsafe address.storeBytes(of: newValue.rawValue, toByteOffset: 11, as: UInt8.self)
        }
    }

    var isFree: Bool { @inline(__always) get { kindByte == 0 } }
    var isString: Bool { @inline(__always) get { kindByte == ValueKind.string.rawValue } }

    // MARK: Optional fields

    /// When the item's time runs out, in milliseconds since 1970; 0 is never.
    var expiry: Milliseconds {
        @inline(__always) get {
            guard fields.contains(.expiry) else { return Milliseconds(0) }
            return Milliseconds(unsafe address.loadUnaligned(fromByteOffset: Self.headerSize, as: Int64.self))
        }
        @inline(__always) nonmutating set {
            assert(fields.contains(.expiry))
            unsafe address.storeBytes(of: newValue.rawValue, toByteOffset: Self.headerSize, as: Int64.self)
        }
    }

    @inline(__always)
    func isExpired(at now: Milliseconds) -> Bool {
        fields.contains(.expiry) && expiry <= now
    }

    private var casOffset: Int { Self.headerSize + (fields.contains(.expiry) ? 8 : 0) }

    /// The CAS number; 0 if the item has no such field.
    var cas: UInt64 {
        @inline(__always) get {
            guard fields.contains(.cas) else { return 0 }
            return unsafe address.loadUnaligned(fromByteOffset: casOffset, as: UInt64.self)
        }
        nonmutating set {
            assert(fields.contains(.cas))
            unsafe address.storeBytes(of: newValue, toByteOffset: casOffset, as: UInt64.self)
        }
    }

    private var flagsOffset: Int { casOffset + (fields.contains(.cas) ? 8 : 0) }

    /// The client's flags; an item whose flags are 0 has no such field.
    var flags: UInt32 {
        @inline(__always) get {
            guard fields.contains(.flags) else { return 0 }
            return unsafe address.loadUnaligned(fromByteOffset: flagsOffset, as: UInt32.self)
        }
        nonmutating set {
            assert(fields.contains(.flags))
            unsafe address.storeBytes(of: newValue, toByteOffset: flagsOffset, as: UInt32.self)
        }
    }

    // MARK: Key and value

    var keySize: Int {
        @inline(__always) get {
            let short = shortKeySize
            if short != UInt8(Self.longKeySizeMin) { return Int(short) }
            return Int(unsafe address.loadUnaligned(fromByteOffset: keyOffset - 4, as: UInt32.self))
        }
    }

    private var keyOffset: Int { @inline(__always) get { Self.headerSize &+ fields.size } }

    @inline(__always)
    var keyBytes: UnsafeRawBufferPointer {
        let short = shortKeySize
        if short != UInt8(Self.longKeySizeMin) {
            return unsafe UnsafeRawBufferPointer(start: address + keyOffset, count: Int(short))
        }
        return unsafe longKeyBytes
    }

    @inline(never)
    private var longKeyBytes: UnsafeRawBufferPointer {
        if let block = keyBlock { return unsafe UnsafeRawBufferPointer(block.bytes) }
        return unsafe UnsafeRawBufferPointer(start: address + keyOffset, count: keySize)
    }

    /// The block of a very long key. The item holds it.
    var keyBlock: SharedBytes? {
        @inline(__always) get {
            guard fields.contains(.longKey), keySize > Self.inlineKeySizeMax else { return nil }
            return SharedBytes(address: unsafe address.loadUnaligned(fromByteOffset: keyOffset, as: UInt.self))
        }
    }

    @inline(__always)
    var key: RawSpan {
        @_lifetime(borrow self) get {
            // SAFETY: an item's key lies inside its slot. The slot outlives the caller's hold on the shard's lock.
            unsafe _overrideLifetime(RawSpan(_unsafeBytes: keyBytes), borrowing: self)
        }
    }

    @inline(__always)
    func hasKey(_ other: RawSpan) -> Bool { key.equals(other) }

    var valueOffset: Int { @inline(__always) get { keyOffset &+ Self.storedKeySize(keySize) } }

    /// The shared block of a large value. Not retained for the caller.
    var shared: SharedBytes? {
        @inline(__always) get {
            guard fields.contains(.shared) else { return nil }
            return SharedBytes(address: unsafe address.loadUnaligned(fromByteOffset: valueOffset, as: UInt.self))
        }
    }

    /// The large form of a collection (see `Structure`); the item owns it.
    var structure: Structure? {
        @inline(__always) get {
            guard fields.contains(.structure) else { return nil }
            // SAFETY-relevant: an item with this field was placed with a structure's address.
            let bits = unsafe address.loadUnaligned(fromByteOffset: valueOffset, as: UInt.self)
            return Structure(unsafe Address(bits: bits).unsafelyUnwrapped)
        }
    }

    /// Leaves the structure to whoever took its address over.
    func forgetStructure() { setFields(fields.subtracting(.structure)) }

    /// Where the value's bytes are, wherever that is.
    var valueBytes: UnsafeMutableRawBufferPointer {
        @inline(__always) get {
            if let shared { return unsafe shared.bytes }
            return unsafe UnsafeMutableRawBufferPointer(start: address + valueOffset, count: valueSize)
        }
    }

    var value: RawSpan {
        @inline(__always)
        @_lifetime(borrow self) get {
            // SAFETY: as for the key; a shared block is held by the item.
            unsafe _overrideLifetime(
                RawSpan(_unsafeBytes: UnsafeRawBufferPointer(valueBytes)), borrowing: self)
        }
    }

    // MARK: Size and making

    /// The bytes that an item of this shape takes in the arena.
    @inline(__always)
    static func size(fields: Fields, keySize: Int, valueSize: Int) -> Int {
        headerSize &+ fields.size &+ storedKeySize(keySize) &+ (fields.contains(.shared) ? 8 : valueSize)
    }

    /// The bytes of this item in the arena, without those of a shared block.
    var size: Int {
        @inline(__always) get { Self.size(fields: fields, keySize: keySize, valueSize: valueSize) }
    }

    /// Writes header and key over a fresh slot. The optional fields and the value are the caller's to fill.
    /// - Parameter fields: with `.longKey` exactly if the key has 255 bytes or more.
    /// - Parameter keyBlock: holds the key if it is longer than `inlineKeySizeMax`.
    @inline(__always)
    func initialize(
        kind: ValueKind, fields: Fields, marks: Marks, access: UInt32, key: RawSpan, keyBlock: SharedBytes?,
        valueSize: Int
    ) {
        let keySize = key.byteCount
        assert(fields.contains(.longKey) == (keySize >= Self.longKeySizeMin))
        unsafe address.storeBytes(of: access, as: UInt32.self)
        unsafe address.storeBytes(of: UInt32(truncatingIfNeeded: valueSize), toByteOffset: 4, as: UInt32.self)
        let short = UInt8(truncatingIfNeeded: min(keySize, Self.longKeySizeMin))
        let word =
            UInt32(short) | UInt32(kind.rawValue) << 8 | UInt32(fields.rawValue) << 16 | UInt32(marks.rawValue) << 24
        unsafe address.storeBytes(of: word, toByteOffset: 8, as: UInt32.self)
        let offset = Self.headerSize &+ fields.size
        if fields.contains(.longKey) {
            unsafe address.storeBytes(of: UInt32(keySize), toByteOffset: offset - 4, as: UInt32.self)
        }
        if let keyBlock {
            unsafe address.storeBytes(of: keyBlock.address, toByteOffset: offset, as: UInt.self)
            return
        }
        unsafe key.withUnsafeBytes { source in
            // SAFETY: the slot was allocated for this shape; memmove, since an item may be rewritten from itself.
            if keySize > 0 { unsafe _ = memmove(address + offset, source.baseAddress!, keySize) }
        }
    }

    /// Where a shared block's address goes.
    func setShared(_ block: SharedBytes) {
        assert(fields.contains(.shared))
        unsafe address.storeBytes(of: block.address, toByteOffset: valueOffset, as: UInt.self)
    }

    /// Where a large collection's address goes.
    func setStructure(_ structure: Structure) {
        assert(fields.contains(.structure))
        unsafe address.storeBytes(of: structure.place.bits, toByteOffset: valueOffset, as: UInt.self)
    }
}
