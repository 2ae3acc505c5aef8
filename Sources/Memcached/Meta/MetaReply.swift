// What meta replies have in common: errors, and the flags that are given back in the order they came.

import Base
import Engine

extension MemcachedSession {
    /// The error line of `fault`.
    static func text(of fault: MetaFlags.Fault) -> StaticString {
        switch fault {
        case .none, .badLine: Reply.badLine
        case .tooMany: Reply.tooManyFlags
        case .duplicate: Reply.duplicateFlag
        case .invalid: Reply.invalidFlag
        case .badToken: Reply.badToken
        case .opaqueTooLong: Reply.opaqueTooLong
        case .modeSize: Reply.badModeSize
        case .badKey: Reply.badKey
        }
    }

    /// What is wrong with a meta command before its key is looked at.
    @inline(__always)
    static func fault(_ flags: MetaFlags, keySize: Int) -> MetaFlags.Fault {
        if keySize > keySizeMax && !flags.has("b") { return .badLine }
        return flags.fault
    }

    /// The key and flags of a meta command without a block; nil and an error if there is no key.
    func metaArguments(
        _ line: Line, _ input: RawSpan, _ output: inout OutputBuffer
    ) -> (key: Token, flags: MetaFlags, flagsStart: Int)? {
        var cursor = line.cursor
        guard let key = cursor.next(input) else {
            output.append(Reply.badLine)
            return nil
        }
        return (key, MetaFlags(input, cursor, tokensBefore: 2), cursor.offset)
    }

    /// O and k in the order of the request, `k` spelled as the request did, for replies that show no item.
    func appendIdentity(
        _ flags: MetaFlags, _ cursor: TokenCursor, key: Token, _ input: RawSpan, _ output: inout OutputBuffer
    ) {
        guard flags.identifies else { return }
        var cursor = cursor
        while let token = cursor.next(input) {
            switch input[token.start] {
            case UInt8(ascii: "O"): appendToken(token, input, &output)
            case UInt8(ascii: "k"): appendKey(key, isBinary: flags.has("b"), input, &output)
            default: continue
            }
        }
    }

    func appendToken(_ token: Token, _ input: RawSpan, _ output: inout OutputBuffer) {
        output.append(UInt8(ascii: " "))
        output.append(input.slice(token))
    }

    func appendKey(_ key: Token, isBinary: Bool, _ input: RawSpan, _ output: inout OutputBuffer) {
        output.append(" k")
        output.append(input.slice(key))
        if isBinary { output.append(" b") }
    }

    /// ` t` with the seconds left until `expiry`, -1 for never.
    func appendTimeLeft(_ expiry: Milliseconds, _ output: inout OutputBuffer) {
        output.append(" t")
        if expiry.rawValue == 0 {
            output.append("-1")
        } else {
            output.append(decimal: Self.secondsLeft(until: expiry, now: now))
        }
    }

    /// The CAS field of what a meta command stores: E names one.
    func casField(_ flags: MetaFlags) -> CASField {
        guard isCASEnabled else { return .none }
        return flags.has("E") ? .exact(flags.newCAS) : .fresh
    }

    /// The key of a meta command as bytes, and what its flags say of it.
    /// - Returns: false if the key is base64 that cannot be decoded.
    @inline(__always)
    func withKey(_ token: Token, _ flags: MetaFlags, _ input: RawSpan, _ body: (Key) -> Void) -> Bool {
        guard flags.has("b") else {
            body(engine.key(input.slice(token), in: database))
            return true
        }
        guard let decoded = Base64Bytes(input.slice(token), sizeMax: Self.keySizeMax) else { return false }
        body(engine.key(decoded.span, in: database))
        return true
    }
}

extension ItemView {
    /// The size of the value, wherever it lies.
    var valueSize: Int {
        @inline(__always) get { shared?.byteCount ?? value.byteCount }
    }
}
