// Patterns of names: * ? [a-z] [^a] \x. Source: Redis stringmatchlen, whose answers these are.

import Base

/// A pattern, borrowed from whoever wrote it.
struct Glob: ~Escapable {
    private let pattern: RawSpan
    private let ignoresCase: Bool

    @_lifetime(copy pattern)
    init(_ pattern: RawSpan, ignoresCase: Bool = false) {
        self.pattern = pattern
        self.ignoresCase = ignoresCase
    }

    /// Whether `text` matches the whole pattern.
    /// - Complexity: O(pattern * text) in the worst case: on a mismatch only the last star is given another length,
    ///   since an earlier one could do no better. `RESPLimits.globStepsPerByte` bounds it; beyond, the answer is no.
    func matches(_ text: RawSpan) -> Bool {
        var steps = (pattern.byteCount + text.byteCount + 1) * RESPLimits.globStepsPerByte
        var place = 0
        var offset = 0
        // Where to go on if what follows the last star does not fit.
        var starPlace = -1
        var starOffset = 0
        while true {
            steps &-= 1
            if steps < 0 { return false }
            if place < pattern.byteCount && pattern[place] == UInt8(ascii: "*") {
                place += 1
                if place == pattern.byteCount { return true }
                starPlace = place
                starOffset = offset
                continue
            }
            if offset == text.byteCount {
                // Only a star matches nothing.
                return place == pattern.byteCount
            }
            if place < pattern.byteCount, let next = matchOne(text[offset], at: place) {
                place = next
                offset += 1
                continue
            }
            if starPlace < 0 { return false }
            starOffset += 1
            offset = starOffset
            place = starPlace
        }
    }

    @inline(__always)
    private func fold(_ byte: UInt8) -> UInt8 {
        ignoresCase && byte &- 65 < 26 ? byte | 0x20 : byte
    }

    /// Where the pattern goes on if its element at `place` takes `byte`; nil if it does not.
    private func matchOne(_ byte: UInt8, at place: Int) -> Int? {
        switch pattern[place] {
        case UInt8(ascii: "?"): return place + 1
        case UInt8(ascii: "["): return matchSet(byte, at: place + 1)
        case UInt8(ascii: "\\") where place + 1 < pattern.byteCount:
            return fold(pattern[place + 1]) == fold(byte) ? place + 2 : nil
        case let other: return fold(other) == fold(byte) ? place + 1 : nil
        }
    }

    /// A set behind its opening bracket. An unclosed one reaches to the pattern's end.
    private func matchSet(_ byte: UInt8, at start: Int) -> Int? {
        var place = start
        let isNegated = place < pattern.byteCount && pattern[place] == UInt8(ascii: "^")
        if isNegated { place += 1 }
        var isFound = false
        while true {
            if place >= pattern.byteCount { break }
            let element = pattern[place]
            if element == UInt8(ascii: "\\") && place + 1 < pattern.byteCount {
                place += 1
                if pattern[place] == byte { isFound = true }
            } else if element == UInt8(ascii: "]") {
                place += 1
                break
            } else if place + 2 < pattern.byteCount && pattern[place + 1] == UInt8(ascii: "-") {
                let low = fold(min(element, pattern[place + 2]))
                let high = fold(max(element, pattern[place + 2]))
                if fold(byte) >= low && fold(byte) <= high { isFound = true }
                place += 2
            } else if fold(element) == fold(byte) {
                isFound = true
            }
            place += 1
        }
        return isFound != isNegated ? place : nil
    }
}
