// A value that is built outside the keyspace, without a lock, and has its place there when it is whole.

public import Base

/// A value of any kind in the making. Whoever has it owns its memory; `EngineHandle.store` hands that to an item. What
/// is not stored goes with the draft.
///
/// Independent of the handle that made it: it may be filled by another thread. Must not outlive its engine.
@safe
public struct ValueDraft: ~Copyable {
    public let kind: ValueKind
    /// The bytes of a string, held once.
    private var block: SharedBytes?
    /// A collection's site, and the memory that it works with.
    private var site: CollectionSite?
    /// What the site works with.
    private let space: DraftSpace?

    /// A string of these bytes; nil without memory for them.
    public init?(string: RawSpan) {
        guard let block = SharedBytes(byteCount: string.byteCount) else { return nil }
        // SAFETY: the block has as many bytes, and nobody else knows it yet.
        unsafe string.withUnsafeBytes { unsafe block.bytes.copyMemory(from: $0) }
        kind = .string
        self.block = block
        space = nil
    }

    /// A collection without elements yet.
    /// - Parameter space: no other draft's.
    public init(_ kind: ValueKind, in space: DraftSpace) {
        precondition(kind != .string)
        self.kind = kind
        site = unsafe CollectionSite(draft: Address(space.memory), space.handle, kind)
        self.space = space
    }

    deinit {
        block?.release()
        if let structure = site?.structure {
            while !structure.free(blocks: Structure.sliceSize) { continue }
        }
    }

    /// Whether a collection has no elements yet.
    public var isEmpty: Bool { block == nil && site?.value == nil && site?.structure == nil }

    // MARK: Filling

    /// Adds an element to a list.
    public mutating func append(_ element: RawSpan) {
        edit(ListValue.self) { $0.push(element, .end) }
    }

    /// Adds a member to a set. False if it is there already.
    public mutating func insert(_ member: RawSpan) -> Bool {
        edit(SetValue.self) { $0.insert(member) }
    }

    /// Adds a field to a hash. False if it was there already; it then has the new value.
    public mutating func set(_ field: RawSpan, to value: RawSpan) -> Bool {
        edit(HashValue.self) { $0.set(field, to: value) }
    }

    /// Adds a member to a sorted set. False if it is there already; it keeps its score.
    /// - Parameter score: not NaN.
    public mutating func add(_ member: RawSpan, _ score: Double) -> Bool {
        edit(SortedSetValue.self) { $0.addNew(member, score) }
    }

    /// Changes a stream, which `create` makes if it is to have no entries.
    public mutating func editStream<R>(_ body: (inout StreamValue) -> R) -> R { edit(StreamValue.self, body) }

    /// A collection's site, for many changes on end by a value of its kind. `close` takes back what came of it, also
    /// when the caller gives up.
    public mutating func open() -> CollectionSite { site! }

    /// Takes back what `open` gave.
    public mutating func close(_ site: CollectionSite) { self.site = site }

    @inline(__always)
    private mutating func edit<V: CollectionValue & ~Escapable, R>(_ type: V.Type, _ body: (inout V) -> R) -> R {
        precondition(kind == V.kind, "a draft of another kind")
        var value = V(site: site!)
        let result = body(&value)
        site = value.site
        return result
    }

    // MARK: The end

    /// What an item takes over.
    enum Content {
        case string(SharedBytes)
        /// The value's bytes, `size` of them, to be copied.
        case compact(Address, size: Int)
        case structure(Structure)
    }

    /// The whole value, still owned by the draft.
    mutating func finish() -> Content {
        if let block { return .string(block) }
        // What is decided by all elements together.
        if kind == .list { edit(ListValue.self) { $0.noteEncoding() } }
        if kind == .sortedSet { edit(SortedSetValue.self) { $0.dropSigns() } }
        if let structure = site?.structure { return .structure(structure) }
        guard let site, let value = site.value else { preconditionFailure("a collection without elements") }
        return .compact(value, size: site.size)
    }

    /// Somebody else owns the content now.
    mutating func handOver() {
        block = nil
        site = nil
    }
}

// SAFETY: its space is its own, and whoever has it is alone with it.
extension ValueDraft: @unchecked Sendable {}

/// Where a draft is made: one at a time, and another when that is stored or gone. Must not outlive its engine.
@safe
public final class DraftSpace: @unchecked Sendable {
    // Sendable: whoever has the draft is alone with it.
    fileprivate let handle: UnsafeMutablePointer<EngineHandle>
    fileprivate let memory: UnsafeMutableRawPointer

    /// - Parameter owner: of the engine where the drafts will be stored.
    public init(_ owner: EngineHandle) {
        unsafe handle = .allocate(capacity: 1)
        unsafe handle.initialize(to: owner)
        unsafe memory = .allocate(byteCount: CollectionSite.compactSizeMax, alignment: 16)
    }

    deinit {
        unsafe handle.deallocate()
        unsafe memory.deallocate()
    }
}

extension EngineHandle {
    /// An empty collection outside the keyspace, in a space of its own.
    /// - Parameter kind: not `.string`: `ValueDraft(string:)` makes that.
    public func makeDraft(_ kind: ValueKind) -> ValueDraft { ValueDraft(kind, in: DraftSpace(self)) }
}

/// Tells names that were not seen before from those that may have been: so that whoever fills a collection need not
/// search for each. A Bloom filter of one function; says "maybe" to all when it has seen thousands.
public struct NameFilter: ~Copyable {
    private var bits = InlineArray<64, UInt64>(repeating: 0)

    public init() {}

    /// Whether the name of this hash is certainly new. From now on it is not.
    @inline(__always)
    public mutating func isNew(_ name: KeyHash) -> Bool {
        let hash = name.rawValue
        let word = Int(truncatingIfNeeded: hash &>> 6 & 63)
        let bit: UInt64 = 1 &<< (hash & 63)
        let isNew = bits[word] & bit == 0
        bits[word] |= bit
        return isNew
    }
}
