// The flags of a meta command, read once into a trivial value; what they return is replayed from the line
// later.

import Base

/// Which flags a meta command has, and their tokens.
struct MetaFlags {
    enum Fault: UInt8 {
        case none, badLine, tooMany, duplicate, invalid, badToken, opaqueTooLong, modeSize, badKey
    }

    /// One bit a letter, `A` lowest.
    private var seen: UInt64 = 0
    private(set) var fault = Fault.none

    private(set) var expectedCAS: UInt64 = 0
    /// E: the CAS number to give.
    private(set) var newCAS: UInt64 = 0
    private(set) var clientFlags: UInt32 = 0
    private(set) var timeToLive: Int32 = 0
    private(set) var vivifyTime: Int32 = 0
    /// The time to live of an item that is created: N's, or T's where T stands behind N.
    private(set) var createdTime: Int32 = 0
    private(set) var recacheTime: Int32 = 0
    /// R stands behind T and so looks at the time that T gives.
    private(set) var recachesAfterTouch = false
    private(set) var delta: UInt64 = 1
    private(set) var initial: UInt64 = 0
    /// M: its letter, 0 without.
    private(set) var mode: UInt8 = 0

    /// - Parameter cursor: behind the key, or behind the length of an ms.
    /// - Parameter tokensBefore: those that the cursor has passed, the name included.
    @inline(__always)
    init(_ input: RawSpan, _ cursor: TokenCursor, tokensBefore: Int) {
        var cursor = cursor
        var count = tokensBefore
        while let token = cursor.next(input) {
            count &+= 1
            let letter = input[token.start]
            guard letter >= 65 && letter <= 122 else {
                rejectLetter(letter)
                continue
            }
            if fault == .duplicate || fault == .invalid || fault == .badLine { continue }
            let bit = UInt64(1) << UInt64(letter &- 65)
            if seen & bit != 0 {
                fault = .duplicate
                continue
            }
            seen |= bit
            // The commonest flags have no token.
            if bit & Self.bare != 0 { continue }
            take(letter, Token(token.start &+ 1, token.end), input)
        }
        if count > MemcachedSession.metaTokenCountMax && fault != .badLine { fault = .tooMany }
    }

    private mutating func rejectLetter(_ letter: UInt8) {
        if letter &- 48 > 9 {
            fault = .badLine
        } else if fault != .badLine && fault != .duplicate {
            fault = .invalid
        }
    }

    /// b c f h I k l L P q s t u v x: flags without a token, or with one that nobody reads.
    private static var bare: UInt64 { 0x00BD_0CA6_0000_8900 }

    /// c f h k l O s t: what a reply to mg may have to repeat.
    private static var returned: UInt64 { 0x000C_0CA4_0000_4000 }

    /// k O: what even a miss repeats.
    private static var identifying: UInt64 { 0x0000_0400_0000_4000 }

    var returnsSomething: Bool { @inline(__always) get { seen & Self.returned != 0 } }
    var identifies: Bool { @inline(__always) get { seen & Self.identifying != 0 } }

    @inline(never)
    private mutating func take(_ letter: UInt8, _ token: Token, _ input: RawSpan) {
        switch letter {
        case UInt8(ascii: "C"): expectedCAS = number(token, input)
        case UInt8(ascii: "E"): newCAS = number(token, input)
        case UInt8(ascii: "F"): clientFlags = UInt32(truncatingIfNeeded: number(token, input))
        case UInt8(ascii: "D"): delta = number(token, input)
        case UInt8(ascii: "J"): initial = number(token, input)
        case UInt8(ascii: "T"):
            timeToLive = seconds(token, input)
            if has("N") { createdTime = timeToLive }
        case UInt8(ascii: "N"):
            vivifyTime = seconds(token, input)
            createdTime = vivifyTime
        case UInt8(ascii: "R"):
            recacheTime = seconds(token, input)
            recachesAfterTouch = has("T")
        case UInt8(ascii: "M"):
            if token.count == 1 { mode = input[token.start] } else { fault = .modeSize }
        case UInt8(ascii: "O"):
            if token.count >= MemcachedSession.opaqueTokenSizeMax { fault = .opaqueTooLong }
        default:
            fault = .invalid
        }
    }

    private mutating func number(_ token: Token, _ input: RawSpan) -> UInt64 {
        if let number = input.unsigned(token) { return number }
        fault = .badToken
        return 0
    }

    private mutating func seconds(_ token: Token, _ input: RawSpan) -> Int32 {
        if let number = input.exptime(token) { return number }
        fault = .badToken
        return 0
    }

    @inline(__always)
    func has(_ letter: Unicode.Scalar) -> Bool {
        seen & (1 << UInt64(UInt8(truncatingIfNeeded: letter.value) &- 65)) != 0
    }
}
