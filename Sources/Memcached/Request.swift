// What the scan of a batch leaves for its execution: where each request lies, and the hash of its key.

import Base

/// One complete request, found and hashed but not yet served.
struct Request {
    enum Kind: UInt8 {
        /// get or gets with one key of legal size.
        case get, gets
        /// A valid storage line whose block is complete and small enough.
        case store
        /// mg with a key of legal size.
        case metaGet
        /// Any other single line: served by `serveLine`.
        case line
    }

    var hash = KeyHash(rawValue: 0)
    var lineStart: UInt32 = 0
    var keyStart: UInt32 = 0
    /// Where the line's text ends, without its terminator.
    var lineEnd: UInt32 = 0
    /// Where the request ends and the next one begins.
    var next: UInt32 = 0
    /// Of `store`.
    var flags: UInt32 = 0
    var exptime: Int32 = 0
    var valueSize: UInt32 = 0
    var keySize: UInt8 = 0
    var kind = Kind.line
    var verb = Verb.unknown
    /// Of `store`: noreply.
    var isQuiet = false

    @inline(__always)
    init() {}

    @inline(__always)
    init(_ kind: Kind, _ verb: Verb, line: Token, key: Token, next: Int) {
        // Offsets fit 32 bits: `receive` looks at no more input than that.
        self.kind = kind
        self.verb = verb
        lineStart = UInt32(truncatingIfNeeded: line.start)
        lineEnd = UInt32(truncatingIfNeeded: line.end)
        keyStart = UInt32(truncatingIfNeeded: key.start)
        keySize = UInt8(truncatingIfNeeded: key.count)
        self.next = UInt32(truncatingIfNeeded: next)
    }

    var key: Token {
        @inline(__always) get { Token(Int(keyStart), Int(keyStart) &+ Int(keySize)) }
    }
}

/// The requests found ahead of the one that is served. Its slots belong to the worker, whose sessions take
/// turns.
struct Batch {
    /// Enough to have as many cache misses under way as a core can, and small enough to stay in the first
    /// level.
    static let capacity = 64

    private let requests = Scratch<Request>(capacity: Self.capacity)
    private(set) var count = 0

    var isFull: Bool { @inline(__always) get { count == Self.capacity } }

    @inline(__always)
    subscript(index: Int) -> Request { requests[index] }

    @inline(__always)
    mutating func append(_ request: Request) {
        requests[count] = request
        count &+= 1
    }

    @inline(__always)
    mutating func removeAll() { count = 0 }
}
