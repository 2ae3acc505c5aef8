// A value that is built outside the keyspace, without a lock, and has its place there when it is whole.

import Base

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
    private let handle: UnsafeMutablePointer<EngineHandle>?
    private let memory: UnsafeMutableRawPointer?

    /// A string of these bytes; nil without memory for them.
    public init?(string: RawSpan) {
        guard let block = SharedBytes(byteCount: string.byteCount) else { return nil }
        // SAFETY: the block has as many bytes, and nobody else knows it yet.
        unsafe string.withUnsafeBytes { unsafe block.bytes.copyMemory(from: $0) }
        kind = .string
        self.block = block
        unsafe handle = nil
        unsafe memory = nil
    }

    /// A collection without elements yet.
    init(_ kind: ValueKind, _ owner: EngineHandle) {
        precondition(kind != .string)
        self.kind = kind
        let handle = UnsafeMutablePointer<EngineHandle>.allocate(capacity: 1)
        unsafe handle.initialize(to: owner)
        let memory = UnsafeMutableRawPointer.allocate(byteCount: CollectionSite.compactSizeMax, alignment: 16)
        site = unsafe CollectionSite(draft: Address(memory), handle, kind)
        unsafe self.handle = handle
        unsafe self.memory = memory
    }

    deinit {
        block?.release()
        if let structure = site?.structure {
            while !structure.free(blocks: Structure.sliceSize) { continue }
        }
        unsafe handle?.deallocate()
        unsafe memory?.deallocate()
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
        edit(SortedSetValue.self) { set in
            if case .added = set.add(member, score, [.addsOnly, .keepsSign]) { return true }
            return false
        }
    }

    /// Changes a stream, which `create` makes if it is to have no entries.
    public mutating func editStream<R>(_ body: (inout StreamValue) -> R) -> R { edit(StreamValue.self, body) }

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

// SAFETY: its handle and its memory are its own, and whoever has it is alone with it.
extension ValueDraft: @unchecked Sendable {}

extension EngineHandle {
    /// An empty collection outside the keyspace.
    /// - Parameter kind: not `.string`: `ValueDraft(string:)` makes that.
    public func makeDraft(_ kind: ValueKind) -> ValueDraft { ValueDraft(kind, self) }
}
