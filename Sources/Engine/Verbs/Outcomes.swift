// What verbs take besides a key, and what they answer. In engine words: front-ends turn them into bytes.

public import Base

/// A value's kind. Raw values are stored in item headers; 0 marks free memory.
public enum ValueKind: UInt8, Sendable {
    case string = 1, list, set, sortedSet, hash, stream
}

/// Whether a stored item carries a CAS number, and which.
public enum CASField: Equatable, Sendable {
    /// No field: eight bytes saved. A number is assigned when somebody first asks for it.
    case none
    /// A number that no item had before.
    case fresh
    /// The caller's number.
    case exact(UInt64)
}

public enum ReadOutcome: Sendable {
    case hit
    case miss
    /// There was an item, and its time had run out; it is gone now.
    case expired
    /// There is an item, but not a string.
    case otherKind
}

public enum StoreMode: Sendable {
    case set, add, replace
}

public struct StoreOptions: Sendable {
    public var mode = StoreMode.set
    /// The client's flags, kept with the item.
    public var flags: UInt32 = 0
    /// When the item's time runs out; 0 is never. A time not after now stores an item that is already expired.
    public var expiry = Milliseconds(0)
    /// Keeps the expiry of the item that is replaced, if there is one.
    public var keepsExpiry = false
    public var casField = CASField.none
    /// Store only over an item with this CAS number.
    public var expectedCAS: UInt64?
    /// With `expectedCAS`: a number lower than the item's stores the value all the same, keeping the old
    /// expiry and marking the item stale.
    public var storesStaleIfOlder = false
    /// Remembered with the item: the client spelled its key in base64.
    public var hasBinaryKey: Bool {
        @inline(__always) get { marks.contains(.binaryKey) }
        @inline(__always) set { if newValue { marks.insert(.binaryKey) } else { marks.remove(.binaryKey) } }
    }
    /// The item is one that somebody should refill, as `InvalidateOptions.marksStale` makes it.
    public var isStale: Bool {
        get { marks.contains(.stale) }
        set { if newValue { marks.insert(.stale) } else { marks.remove(.stale) } }
    }
    /// Remembered with the item: its value was computed, not given, as `ItemView.isRaw` tells.
    public var isRaw: Bool {
        get { marks.contains(.raw) }
        set { if newValue { marks.insert(.raw) } else { marks.remove(.raw) } }
    }
    var marks: Item.Marks = []
    /// Refuses, as `.otherKind`, to replace a value that is not a string.
    public var requiresString = false

    public init() {}
}

public enum StoreOutcome: Sendable {
    case stored
    /// The mode's condition did not hold.
    case notStored
    /// `expectedCAS` was given, and the item's number is another.
    case exists
    /// `expectedCAS` was given, and there is no item.
    case notFound
    case otherKind
    /// The result would exceed the caller's `sizeMax`. The old value stays.
    case tooLarge
    /// Over the memory limit and nothing may be evicted. The old value stays.
    case outOfMemory
}

public enum Side: Sendable { case start, end }

public struct ExtendOptions: Sendable {
    public var side = Side.end
    /// Creates the item if there is none; otherwise a miss is `.notStored`.
    public var createsMissing = false
    /// Of an item that is created.
    public var createExpiry = Milliseconds(0)
    /// Of an item that is created.
    public var createFlags: UInt32 = 0
    public var casField = CASField.none
    public var expectedCAS: UInt64?
    public var storesStaleIfOlder = false
    public var hasBinaryKey = false
    /// The largest value that may come of it, in bytes.
    public var sizeMax = Int.max

    public init() {}
}

/// How numbers in strings behave.
public enum NumberRule: Sendable {
    /// 64-bit unsigned: addition wraps, subtraction stops at 0. A shorter result is padded with blanks on the
    /// right, so that the value's size never shrinks. Reading tolerates what strtoull does.
    case unsignedWrapping
    /// 64-bit signed in canonical spelling; overflow is refused.
    case signedChecked
}

public struct AddOptions: Sendable {
    public var rule: NumberRule
    /// The amount: with `.signedChecked` the bits of an Int64, may be negative.
    public var delta: UInt64
    /// Subtracts instead. Only with `.unsignedWrapping`.
    public var isDecrement = false
    /// Creates a missing item with `initial`; the delta is not applied to it.
    public var createsMissing = false
    public var initial: UInt64 = 0
    /// Of an item that is created.
    public var createExpiry = Milliseconds(0)
    /// Replaces the item's expiry on success.
    public var newExpiry: Milliseconds?
    public var casField = CASField.none
    public var expectedCAS: UInt64?
    public var hasBinaryKey = false

    public init(rule: NumberRule, delta: UInt64) {
        self.rule = rule
        self.delta = delta
    }
}

public enum AddOutcome: Sendable {
    /// The new number; with `.signedChecked` the bits of an Int64.
    case number(UInt64)
    /// `createsMissing`, and the item was created with this number.
    case created(UInt64)
    case notFound
    case notANumber
    case overflow
    case exists
    case otherKind
    case outOfMemory
}

public enum ExpireCondition: Sendable {
    case always, ifNone, ifSome, ifGreater, ifLess
}

public enum ExpireOutcome: Sendable {
    case changed
    /// The condition did not hold, or there was no expiry to remove.
    case unchanged
    case notFound
    /// The new time is not after now: the item was deleted.
    case deleted
}

public enum DeleteOutcome: Sendable {
    case deleted, notFound, exists
}

/// Options of `fetch`: a read that may also change the item, atomically.
public struct FetchOptions: Sendable {
    /// Replaces the expiry of an item that is found; 0 removes it.
    public var newExpiry: Milliseconds?
    /// Creates an empty item with this expiry on a miss, and hands the caller the right to fill it.
    public var vivifyExpiry: Milliseconds?
    /// Takes the right to refill an item that is stale or, with `recacheBelow`, about to run out, if nobody has it yet.
    public var claimsRefill = false
    /// Extends `claimsRefill` to an item that has less than this many milliseconds left.
    public var recacheBelow: Int64?
    /// `recacheBelow` is held against `newExpiry`, not against the expiry that was found.
    public var recachesAfterTouch = false
    /// Leaves access time and the fetched mark alone.
    public var leavesAccess = false
    /// Gives the item a CAS number if it has none yet.
    public var wantsCAS = false
    /// Of an item that is created.
    public var casField = CASField.none
    public var hasBinaryKey = false

    public init() {}
}

public enum FetchOutcome: Sendable {
    case hit
    /// There was none, and an empty item was created.
    case created
    case miss
    case expired
    case otherKind
    case outOfMemory
}

/// What a fetch found out besides the item.
public struct FetchNotes: Sendable {
    /// The caller is the one who should refill the item.
    public var won = false
    /// Somebody else was told so before.
    public var winnerExists = false
    public var isStale = false
    /// The state before this access.
    public var wasFetched = false
    public var idleMilliseconds: Int64 = 0
    /// The item was created by this fetch.
    public var isCreated = false
    /// The expiry before `newExpiry` was applied; 0 of an item that was created.
    public var expiryBefore = Milliseconds(0)

    public init() {}
}

public struct InvalidateOptions: Sendable {
    /// Marks the item stale, renews its CAS number and lets the next reader win.
    public var marksStale = false
    /// Replaces the value by nothing and the client flags by 0.
    public var dropsValue = false
    /// Replaces the expiry.
    public var newExpiry: Milliseconds?
    public var expectedCAS: UInt64?
    public var casField = CASField.fresh

    public init() {}
}

public enum EvictionPolicy: String, Sendable, CaseIterable {
    case noEviction = "noeviction"
    case allKeysLRU = "allkeys-lru"
    case allKeysLFU = "allkeys-lfu"
    case allKeysRandom = "allkeys-random"
    case volatileLRU = "volatile-lru"
    case volatileLFU = "volatile-lfu"
    case volatileRandom = "volatile-random"
    case volatileTTL = "volatile-ttl"
}
