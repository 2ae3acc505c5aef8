// Up to which size clients are told that a collection is packed.

import Synchronization

/// A size at which the name of a collection's encoding changes, or its nodes end. Source: Redis configuration,
/// "hash-max-listpack-entries" and its like.
public enum CollectionLimit: Int, CaseIterable, Sendable {
    /// Elements of a packed collection, and bytes in the largest of them.
    case hashEntries, hashValue, setIntegers, setEntries, setValue, sortedSetEntries, sortedSetValue
    /// Positive: elements in a node; -1 ... -5: 4, 8, 16, 32, 64 KiB in one.
    case listNode
    /// Entries that a trim which need not be exact takes away at a time.
    case streamNode

    var initial: Int {
        switch self {
        case .hashEntries, .setEntries, .sortedSetEntries: 128
        case .hashValue, .setValue, .sortedSetValue: 64
        case .setIntegers: 512
        case .listNode: -2
        case .streamNode: 100
        }
    }
}

/// The limits in force. They may change while serving: what is there keeps its name.
@safe
struct CollectionLimits {
    private let cells: UnsafeMutablePointer<Atomic<Int>>

    init(_ values: CollectionLimitValues) {
        unsafe cells = .allocate(capacity: CollectionLimit.allCases.count)
        for limit in CollectionLimit.allCases { unsafe (cells + limit.rawValue).initialize(to: Atomic(values[limit])) }
    }

    /// Source: Redis quicklist.c, packed_threshold.
    static let loneElementSize = 1 << 30

    func destroy() { unsafe cells.deallocate() }

    subscript(limit: CollectionLimit) -> Int {
        get { unsafe cells[limit.rawValue].load(ordering: .relaxed) }
        nonmutating set { unsafe cells[limit.rawValue].store(newValue, ordering: .relaxed) }
    }
}

/// A value for each limit.
public struct CollectionLimitValues: Sendable, Equatable {
    private var values = CollectionLimit.allCases.map(\.initial)

    /// The values that Redis has when nothing is configured.
    public init() {}

    public subscript(limit: CollectionLimit) -> Int {
        get { values[limit.rawValue] }
        set { values[limit.rawValue] = newValue }
    }
}

extension Engine {
    /// The limits in force, for what is written from now on.
    public var limits: CollectionLimitValues {
        get {
            var values = CollectionLimitValues()
            for limit in CollectionLimit.allCases { values[limit] = collectionLimits[limit] }
            return values
        }
        set { for limit in CollectionLimit.allCases { collectionLimits[limit] = newValue[limit] } }
    }

    /// From how many bytes on an element of a list has a node of its own, where lists are written in nodes; for tests.
    /// nil is the size that holds unless somebody says otherwise. Source: Redis DEBUG QUICKLIST-PACKED-THRESHOLD.
    public var loneElementSize: Int? {
        get {
            let size = unsafe statePlace.pointee.loneElementSize.load(ordering: .relaxed)
            return size == CollectionLimits.loneElementSize ? nil : size
        }
        set {
            let size = newValue ?? CollectionLimits.loneElementSize
            unsafe statePlace.pointee.loneElementSize.store(size, ordering: .relaxed)
        }
    }
}

/// The encoding that a collection has in clients' eyes. Kept with the value, for it does not go back by itself.
public enum CollectionEncoding: UInt8, Sendable {
    /// Elements behind each other. Source: Redis "listpack".
    case packed
    /// Whole numbers only. Source: Redis "intset".
    case integers
    /// Source: Redis "hashtable".
    case table
    /// Source: Redis "skiplist".
    case ordered
    /// Source: Redis "quicklist".
    case nodes
    /// Source: Redis "stream".
    case stream
}
