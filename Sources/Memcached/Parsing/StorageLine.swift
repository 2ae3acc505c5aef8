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

    /// The line as nearly every client writes it: `key flags exptime bytes` with one blank between, digits only, at
    /// most
    /// nine of them, and nothing else. Nil for any other, which the full reading below then judges.
    /// - Parameter start: where the key begins.
    @inline(__always)
    init?(usual input: RawSpan, from start: Int, to end: Int) {
        let keyEnd = input.firstBlank(from: start, to: end)
        guard keyEnd > start && keyEnd &- start <= MemcachedSession.keySizeMax else { return nil }
        var offset = keyEnd
        guard let flags = input.fewDigits(after: &offset, to: end),
            let exptime = input.fewDigits(after: &offset, to: end),
            let size = input.fewDigits(after: &offset, to: end), offset == end
        else { return nil }
        key = Token(start, keyEnd)
        self.flags = UInt32(truncatingIfNeeded: flags)
        self.exptime = Int32(truncatingIfNeeded: exptime)
        valueSize = size
        verdict = .valid
    }

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
        guard let flags = input.unsigned(flagsToken), let exptime = input.exptime(exptimeToken),
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

extension RawSpan {
    /// The number behind the blank at `offset`: one to nine digits that end at a blank or at `end`, where `offset`
    /// then is.
    @inline(__always)
    fileprivate func fewDigits(after offset: inout Int, to end: Int) -> Int? {
        guard offset &+ 1 < end && end <= byteCount else { return nil }
        let start = offset &+ 1
        var index = start
        var number = 0
        while index < end {
            let digit = self[index] &- 48
            if digit > 9 { break }
            number = number &* 10 &+ Int(digit)
            index &+= 1
        }
        guard index > start && index &- start <= 9 && (index == end || self[index] == 32) else { return nil }
        offset = index
        return number
    }
}
