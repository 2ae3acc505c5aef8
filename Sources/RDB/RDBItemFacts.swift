// What a file says of an item besides its key and its value.

public import Base
public import Engine

public struct RDBItemFacts: Equatable, Sendable {
    /// When its time runs out; 0 is never.
    public var expiry = Milliseconds(0)
    /// How long it had not been used; known of files that a server with an LRU policy wrote.
    public var idleSeconds: Int64?
    /// Its access counter; known of files that a server with an LFU policy wrote.
    public var frequency: UInt8?
    /// The client's flags.
    public var flags: UInt32 = 0
    /// 0 is none.
    public var cas: UInt64 = 0
    public var isStale = false
    public var hasBinaryKey = false

    public init() {}

    /// Whether there is something that Redis has no place for, its CAS number aside.
    public var needsOwnFields: Bool { flags != 0 || isStale || hasBinaryKey }

    /// Takes over what a field says. False if it cannot say that.
    mutating func take(_ field: OwnField, _ text: RawSpan) -> Bool {
        guard let number = text.unsignedDecimal() else { return false }
        switch field {
        case .flags:
            guard let flags = UInt32(exactly: number) else { return false }
            self.flags = flags
        case .cas: cas = number
        case .stale: isStale = number != 0
        case .binaryKey: hasBinaryKey = number != 0
        }
        return true
    }

    /// Options that store an item as it was. Its use is `EngineHandle.setAccess`'s.
    public var storeOptions: StoreOptions {
        var options = StoreOptions()
        options.expiry = expiry
        options.flags = flags
        options.casField = cas == 0 ? .none : .exact(cas)
        options.isStale = isStale
        options.hasBinaryKey = hasBinaryKey
        return options
    }
}
