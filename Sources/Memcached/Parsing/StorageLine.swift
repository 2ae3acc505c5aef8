// The line of a storage command: what the block's length is, and what to do with the block.

import Base

/// set, add, replace, append, prepend, cas: `<verb> key flags exptime bytes [casid] [noreply]`.
struct StorageLine {
    enum Verdict {
        case valid
        /// The block's length is not known: nothing is swallowed.
        case malformed
        /// Something else is wrong; the block is swallowed.
        case invalid
    }

    var verdict = Verdict.malformed
    var key = Token(0, 0)
    var flags: UInt32 = 0
    var exptime: Int32 = 0
    /// The value's size, without the CR LF behind it.
    var valueSize = 0
    var casToken: UInt64 = 0
    var isQuiet = false

    /// - Parameter cursor: behind the verb.
    @inline(__always)
    init(_ input: RawSpan, _ cursor: TokenCursor, hasCAS: Bool) {
        var cursor = cursor
        guard let key = cursor.next(input), let flagsToken = cursor.next(input),
            let exptimeToken = cursor.next(input), let sizeToken = cursor.next(input)
        else { return }
        guard let size = input.unsigned(sizeToken), size <= UInt64(MemcachedSession.valueSizeMax) else {
            return
        }
        var casToken: UInt64? = 0
        if hasCAS {
            guard let token = cursor.next(input) else { return }
            casToken = input.unsigned(token)
        }
        self.key = key
        valueSize = Int(size)
        verdict = .invalid
        if let last = cursor.last(input) { isQuiet = input.holds("noreply", at: last) }
        guard let flags = input.unsigned(flagsToken), let exptime = input.signed32(exptimeToken),
            let casToken,
            key.count <= MemcachedSession.keySizeMax
        else { return }
        // memcached cuts larger numbers down to 32 bits too.
        self.flags = UInt32(truncatingIfNeeded: flags)
        self.exptime = exptime
        self.casToken = casToken
        verdict = .valid
    }
}
