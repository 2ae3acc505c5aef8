// What a verb shows of an item to the front-end that asked: read-only, for the length of one call.

public import Base

/// An item under its shard's lock. Copy what you need; never block while you have it.
@safe
public struct ItemView: ~Escapable {
    private let item: Item
    private let now: Milliseconds
    private let access: AccessPolicy
    private let state: UnsafeMutablePointer<EngineState>

    /// Unbounded by the compiler: the engine shows a view only while it holds the item's shard, and to closures that
    /// cannot keep it.
    @inline(__always)
    @_lifetime(immortal)
    init(_ item: Item, now: Milliseconds, access: AccessPolicy, state: UnsafeMutablePointer<EngineState>) {
        self.item = item
        self.now = now
        self.access = access
        unsafe self.state = state
    }

    private var classes: SizeClasses { @inline(__always) get { unsafe state.pointee.sizeClasses } }

    public var kind: ValueKind { ValueKind(rawValue: item.kindByte)! }

    public var key: RawSpan {
        @inline(__always)
        @_lifetime(copy self) get { unsafe _overrideLifetime(item.key, copying: self) }  // SAFETY: self is shown under the lock.
    }

    /// The key's hash, computed anew.
    public var keyHash: KeyHash { unsafe state.pointee.hasher.hash(item.key) }

    /// The encoding of a collection, as clients are told. Source: Redis OBJECT ENCODING.
    public var encoding: CollectionEncoding {
        if let structure = item.structure { return unsafe structure.header.pointee.encoding }
        return CollectionEncoding(rawValue: value[0]) ?? .packed
    }

    /// The value of a string.
    public var value: RawSpan {
        @inline(__always)
        @_lifetime(copy self) get { unsafe _overrideLifetime(item.value, copying: self) }  // SAFETY: as `key`.
    }

    /// The value of a string with what else follows from where it lies, for readers that want more than one of them.
    public var string: StringView {
        @inline(__always)
        @_lifetime(copy self) get {
            if item.fields.contains(.shared) { return makeLargeString() }
            let offset = item.valueOffset
            let size = item.valueSize
            // SAFETY: the value lies behind the key in the item's slot; self is shown under the lock.
            let bytes = unsafe UnsafeRawBufferPointer(start: item.address + offset, count: size)
            let index = (unsafe state.pointee.sizeClasses.classIndex(for: offset &+ size)) &+ 1
            return unsafe StringView(
                value: _overrideLifetime(RawSpan(_unsafeBytes: bytes), copying: self), sizeClassIndex: index, isLarge: false)
        }
    }

    @inline(never)
    @_lifetime(copy self)
    private func makeLargeString() -> StringView {
        StringView(value: value, sizeClassIndex: sizeClassIndex, isLarge: true)
    }

    /// The value's block if it is a large one. Not retained: retain it to keep it beyond the call.
    public var shared: SharedBytes? { @inline(__always) get { item.shared } }

    public var flags: UInt32 { @inline(__always) get { item.flags } }

    /// The CAS number; 0 if the item has none and nobody asked for one.
    public var cas: UInt64 { @inline(__always) get { item.cas } }

    /// 0 is never.
    public var expiry: Milliseconds { @inline(__always) get { item.expiry } }

    /// Whether its time has run out. Only walks that say so show such items.
    public var isExpired: Bool { item.isExpired(at: now) }

    public var isFetched: Bool { item.marks.contains(.fetched) }
    public var isStale: Bool { item.marks.contains(.stale) }
    public var hasWinner: Bool { item.marks.contains(.won) }
    public var hasBinaryKey: Bool { item.marks.contains(.binaryKey) }

    /// Whether the string was built by appending or overwriting. Source: Redis OBJECT ENCODING, "raw".
    public var isRaw: Bool { item.marks.contains(.raw) }

    /// Whether the string was written by a sum of fractions. Source: Redis OBJECT ENCODING after INCRBYFLOAT, "embstr".
    public var isFraction: Bool { item.marks.contains(.fraction) }

    /// Milliseconds since the last access, to the nearest clock unit. Under an LFU policy minutes are all it knows.
    public var idleMilliseconds: Int64 { access.idleMilliseconds(item.access, now: now) }

    /// When it was last accessed, as exactly as `idleMilliseconds` knows.
    public var accessedAt: Milliseconds { Milliseconds(now.rawValue - idleMilliseconds) }

    /// The logarithmic access counter under an LFU policy, else nil. Source: Redis OBJECT FREQ.
    public var frequency: UInt8? { access.frequency(item.access, now: now) }

    /// Shows the collection to `body`, once.
    /// - Parameter type: what `kind` says.
    public func showCollection<V: CollectionValue & ~Escapable>(as type: V.Type, _ body: (borrowing V) -> Void) {
        precondition(kind == V.kind)
        var handle = unsafe EngineHandle(
            state: state, counters: state.pointee.idleCounters, journalMark: state.pointee.idleMark)
        unsafe withUnsafeMutablePointer(to: &handle) { handle in
            let value = unsafe V(site: CollectionSite(showing: item, handle, V.kind))
            body(value)
        }
    }

    /// The `SizeClassUse.classIndex` that the item is counted in.
    public var sizeClassIndex: Int {
        @inline(__always) get { item.fields.contains(.shared) ? classes.count &+ 1 : classes.classIndex(for: item.size) &+ 1 }
    }

    /// The bytes the item takes in memory, index share and allocator rounding included. Source: Redis MEMORY USAGE.
    public var footprint: Int {
        let outside = (item.shared?.footprint ?? 0) + (item.structure?.size ?? 0)
        return classes.footprint(of: item.size) + outside
            + (item.keyBlock?.footprint ?? 0) + HashTable.bytesPerItem
    }
}

/// A string as `ItemView.string` shows it.
public struct StringView: ~Escapable {
    public let value: RawSpan
    /// As `ItemView.sizeClassIndex`.
    public let sizeClassIndex: Int
    /// Whether the value is `ItemView.shared`.
    public let isLarge: Bool

    @inline(__always)
    @_lifetime(copy value)
    init(value: RawSpan, sizeClassIndex: Int, isLarge: Bool) {
        self.value = value
        self.sizeClassIndex = sizeClassIndex
        self.isLarge = isLarge
    }
}
