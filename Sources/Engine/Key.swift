// A place in the keyspace, as front-ends name it.

public import Base

/// A database's number, 0 ..< EngineOptions.databaseCount.
public struct DatabaseIndex: Equatable, Hashable, Sendable {
    public let rawValue: Int32
    @inline(__always) public init(_ rawValue: Int) { self.rawValue = Int32(truncatingIfNeeded: rawValue) }
    public static let first = DatabaseIndex(0)
}

/// A key with its hash and its database: what every one-key verb takes. Borrows the key's bytes.
public struct Key: ~Escapable {
    public let bytes: RawSpan
    public let hash: KeyHash
    public let database: DatabaseIndex

    /// - Parameter hash: `EngineHandle.hash(bytes)`, usually computed while parsing.
    @inline(__always)
    @_lifetime(copy bytes)
    public init(_ bytes: RawSpan, hash: KeyHash, in database: DatabaseIndex) {
        self.bytes = bytes
        self.hash = hash
        self.database = database
    }
}
