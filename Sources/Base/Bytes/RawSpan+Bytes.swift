// Bounds-checked reads of borrowed bytes, so that parsers above this room need no unsafe code.

import CIntrinsics
import Glibc

extension RawSpan {
    /// The byte at `offset`, 0 ..< byteCount.
    public subscript(offset: Int) -> UInt8 {
        @inline(__always) get {
            unsafe unsafeLoad(fromByteOffset: offset, as: UInt8.self)  // SAFETY: bounds are checked by the load.
        }
    }

    /// Eight bytes at `offset`, unaligned, in memory order (little endian on every machine we run on).
    @inline(__always)
    public func word(at offset: Int) -> UInt64 {
        unsafe unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self)  // SAFETY: bounds are checked by the load.
    }

    /// Four bytes at `offset`, as `word(at:)`.
    @inline(__always)
    public func halfWord(at offset: Int) -> UInt32 {
        unsafe unsafeLoadUnaligned(fromByteOffset: offset, as: UInt32.self)  // SAFETY: bounds are checked by the load.
    }

    /// The first eight bytes as `word(at:)`, with zeros for what is not there.
    @inline(__always)
    public var head: UInt64 {
        if byteCount >= 8 { return word(at: 0) }
        if byteCount >= 4 {
            // What the two have in common is the same in both.
            return UInt64(halfWord(at: 0)) | UInt64(halfWord(at: byteCount &- 4)) &<< UInt64(8 &* (byteCount &- 4))
        }
        var head: UInt64 = 0
        for index in 0..<byteCount { head |= UInt64(self[index]) &<< UInt64(8 &* index) }
        return head
    }

    /// The bytes `start ..< end`; both within 0...byteCount.
    @inline(__always)
    @_lifetime(copy self)
    public func slice(_ start: Int, _ end: Int) -> RawSpan {
        extracting(start..<end)
    }

    /// Whether both spans hold the same bytes.
    @inline(__always)
    public func equals(_ other: RawSpan) -> Bool {
        guard byteCount == other.byteCount else { return false }
        return unsafe withUnsafeBytes { mine in
            unsafe other.withUnsafeBytes { theirs in
                // SAFETY: both hold byteCount bytes; an empty span may have no address, and is equal.
                unsafe mine.count == 0 || memcmp(mine.baseAddress!, theirs.baseAddress!, mine.count) == 0
            }
        }
    }

    /// Whether the span holds exactly the bytes of `text`.
    @inline(__always)
    public func equals(_ text: StaticString) -> Bool {
        guard byteCount == text.utf8CodeUnitCount else { return false }
        return unsafe withUnsafeBytes { mine in
            unsafe mine.count == 0 || memcmp(mine.baseAddress!, text.utf8Start, mine.count) == 0
        }
    }

    public func starts(with text: StaticString) -> Bool {
        byteCount >= text.utf8CodeUnitCount && slice(0, text.utf8CodeUnitCount).equals(text)
    }

    /// Less than, equal to or more than 0, as the span comes before `other` byte by byte; a beginning comes before what
    /// it begins.
    @inline(__always)
    public func compare(_ other: RawSpan) -> Int {
        let common = min(byteCount, other.byteCount)
        let difference = unsafe withUnsafeBytes { mine in
            unsafe other.withUnsafeBytes { other in
                // SAFETY: both have `common` bytes; of none the addresses are not looked at.
                common == 0 ? 0 : unsafe Int(memcmp(mine.baseAddress!, other.baseAddress!, common))
            }
        }
        return difference != 0 ? difference : byteCount &- other.byteCount
    }

    /// Whether the span holds the bytes of `text`, ASCII letters compared without case.
    /// - Parameter text: lower-case ASCII.
    public func equalsIgnoringCase(_ text: StaticString) -> Bool {
        guard byteCount == text.utf8CodeUnitCount else { return false }
        for index in 0..<byteCount {
            let byte = self[index]
            let lower = byte &- 65 < 26 ? byte | 0x20 : byte
            // SAFETY: index is below the text's count.
            if unsafe lower != text.utf8Start[index] { return false }
        }
        return true
    }

    /// As above, of text in lower case.
    public func equalsIgnoringCase(_ text: [UInt8]) -> Bool {
        guard byteCount == text.count else { return false }
        for index in 0..<byteCount {
            let byte = self[index]
            if byte &- 65 < 26 ? byte | 0x20 != text[index] : byte != text[index] { return false }
        }
        return true
    }

    /// As above, of text in lower case.
    public func equalsIgnoringCase(_ text: RawSpan) -> Bool {
        guard byteCount == text.byteCount else { return false }
        for index in 0..<byteCount {
            let byte = self[index]
            if byte &- 65 < 26 ? byte | 0x20 != text[index] : byte != text[index] { return false }
        }
        return true
    }

    /// The offset of the first `byte` at or after `start`, or nil.
    @inline(__always)
    public func firstIndex(of byte: UInt8, from start: Int = 0) -> Int? {
        precondition(start >= 0 && start <= byteCount)
        return unsafe withUnsafeBytes { bytes in
            // SAFETY: start is within the span, and memchr reads no further than its end.
            guard let base = bytes.baseAddress,
                let found = unsafe memchr(base + start, Int32(byte), bytes.count - start)
            else { return nil }
            return unsafe UnsafeRawPointer(found) - base
        }
    }

    /// A copy, for what outlives the borrow. Off the request path only.
    public func copiedBytes() -> [UInt8] {
        unsafe withUnsafeBytes { bytes in unsafe [UInt8](bytes) }
    }

    /// A copy as text; bytes that are not UTF-8 are replaced. Off the request path only.
    public func copiedText() -> String {
        unsafe withUnsafeBytes { bytes in unsafe String(decoding: bytes, as: UTF8.self) }
    }
}

extension RawSpan {
    /// Whether both spans hold the same bytes, in a time that depends on `candidate`'s size alone: for secrets, so
    /// that a stranger who measures learns nothing about where a guess is wrong or how long the secret is.
    /// - Parameter candidate: what somebody claims; this span is the secret.
    public func equalsInConstantTime(_ candidate: RawSpan) -> Bool {
        // An empty secret is compared with the candidate itself; the sizes then decide.
        let count = byteCount
        var difference: UInt64 = UInt64(truncatingIfNeeded: count ^ candidate.byteCount)
        var index = 0
        for offset in 0..<candidate.byteCount {
            let byte = count > 0 ? self[index] : candidate[offset]
            difference |= UInt64(byte ^ candidate[offset])
            index &+= 1
            if index >= count { index = 0 }
        }
        return difference == 0
    }
}
