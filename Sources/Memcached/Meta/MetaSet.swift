// ms: store in any mode, with everything the flags can say about it.

import Base
import Engine

extension MemcachedSession {
    func metaSet(_ line: Line, _ input: RawSpan, _ output: inout OutputBuffer) -> Served {
        var cursor = line.cursor
        guard let token = cursor.next(input), let sizeToken = cursor.next(input),
            let size = input.unsigned(sizeToken),
            size <= UInt64(Self.valueSizeMax)
        else {
            output.append(Reply.badLine)
            return .served(end: line.next)
        }
        let valueSize = Int(size)
        let flags = MetaFlags(input, cursor, tokensBefore: 3)
        if let refusal = metaSetRefusal(flags, token, valueSize: valueSize, input) {
            output.append(refusal)
            return .refused(end: line.next, blockSize: valueSize &+ 2)
        }
        let end = line.next &+ valueSize &+ 2
        guard end <= input.byteCount else { return .incomplete(needed: end &- line.text.start) }
        counters.add(.cmdMeta)
        guard input[end &- 2] == 13 && input[end &- 1] == 10 else {
            output.append(Reply.badBlock)
            return .served(end: end)
        }
        let value = input.slice(line.next, end &- 2)
        if flags.has("b") {
            guard let decoded = Base64Bytes(input.slice(token), sizeMax: Self.keySizeMax) else {
                return .served(end: end)  // Not reached: the refusal has tried.
            }
            metaStore(engine.key(decoded.span, in: database), value, flags, token, cursor, input, &output)
        } else {
            metaStore(
                engine.key(input.slice(token), in: database), value, flags, token, cursor, input, &output)
        }
        return .served(end: end)
    }

    /// Why this ms is not served, or nil.
    private func metaSetRefusal(
        _ flags: MetaFlags, _ token: Token, valueSize: Int, _ input: RawSpan
    ) -> StaticString? {
        let fault = Self.fault(flags, keySize: token.count)
        if fault != .none {
            counters.add(.cmdMeta)
            return Self.text(of: fault)
        }
        var refusal: StaticString?
        let isDecoded = withKey(token, flags, input) { key in
            if flags.has("M") && Mode(rawValue: flags.mode) == nil {
                refusal = Reply.badSetMode
            } else if !fits(keySize: key.bytes.byteCount, valueSize: valueSize, flags: flags.clientFlags) {
                refuseLarge(key, isSet: true)
                refusal = Reply.tooLarge
            }
        }
        if !isDecoded { refusal = Reply.badKey }
        if refusal != nil { counters.add(.cmdMeta) }
        return refusal
    }

    private enum Mode: UInt8 {
        case set = 0x53
        case add = 0x45
        case append = 0x41
        case prepend = 0x50
        case replace = 0x52
    }

    private func metaStore(
        _ key: Key, _ value: RawSpan, _ flags: MetaFlags, _ token: Token, _ cursor: TokenCursor,
        _ input: RawSpan,
        _ output: inout OutputBuffer
    ) {
        // Of a refused value the CAS is 0 and the size is its own.
        var cas: UInt64 = 0
        var size = value.byteCount
        let mode = flags.has("M") ? Mode(rawValue: flags.mode) ?? .set : .set
        if isDetailed { note(.set, key.bytes) }
        countSet(
            keySize: key.bytes.byteCount, valueSize: value.byteCount, flags.clientFlags, flags.timeToLive)
        var metSubject: Int?
        let outcome: StoreOutcome
        switch mode {
        case .set, .add, .replace:
            let options = storeOptions(flags, mode)
            outcome = engine.store(
                key, value, options, before: { item in metSubject = item.classSubject },
                after: { item in cas = item.cas })
        case .append, .prepend:
            let options = extendOptions(flags, mode, keySize: key.bytes.byteCount)
            outcome = engine.extend(key, with: value, options) { item in
                cas = item.cas
                size = item.valueSize
                metSubject = item.classSubject
            }
        }
        if flags.has("C") { countCAS(outcome, metSubject) }
        lastStore = outcome
        switch outcome {
        case .stored:
            if flags.has("q") { return }
            output.append("HD")
        case .notStored, .otherKind, .tooLarge: output.append("NS")
        case .exists: output.append("EX")
        // An append to nothing is not stored, whatever CAS it names.
        case .notFound: output.append(mode == .append || mode == .prepend ? "NS" as StaticString : "NF")
        case .outOfMemory:
            lost(key, isSet: true)
            return output.append(Reply.outOfMemory)
        }
        appendStored(cas: cas, size: size, flags, token, cursor, input, &output)
    }

    private func storeOptions(_ flags: MetaFlags, _ mode: Mode) -> StoreOptions {
        var options = StoreOptions()
        options.mode = mode == .add ? .add : mode == .replace ? .replace : .set
        options.flags = flags.clientFlags
        options.expiry = Self.expiry(flags.timeToLive, now: now)
        options.casField = casField(flags)
        options.hasBinaryKey = flags.has("b")
        if flags.has("C") && mode != .add {
            // 0 is nobody's number, and not an old one either.
            options.expectedCAS = flags.expectedCAS
            options.storesStaleIfOlder = flags.has("I") && flags.expectedCAS != 0
        }
        return options
    }

    private func extendOptions(_ flags: MetaFlags, _ mode: Mode, keySize: Int) -> ExtendOptions {
        var options = ExtendOptions()
        options.side = mode == .prepend ? .start : .end
        options.createsMissing = flags.has("N")
        options.createExpiry = Self.expiry(flags.vivifyTime, now: now)
        options.createFlags = flags.clientFlags
        options.casField = casField(flags)
        options.hasBinaryKey = flags.has("b")
        options.sizeMax = valueSizeMax(keySize: keySize)
        // An older CAS is EX here also with I: what would be appended to is not what the client knows.
        // C0 compares nothing.
        if flags.expectedCAS != 0 { options.expectedCAS = flags.expectedCAS }
        return options
    }

    private func appendStored(
        cas: UInt64, size: Int, _ flags: MetaFlags, _ key: Token, _ cursor: TokenCursor, _ input: RawSpan,
        _ output: inout OutputBuffer
    ) {
        var cursor = cursor
        while let token = cursor.next(input) {
            switch input[token.start] {
            case UInt8(ascii: "O"): appendToken(token, input, &output)
            case UInt8(ascii: "k"): appendKey(key, isBinary: flags.has("b"), input, &output)
            case UInt8(ascii: "c"):
                output.append(" c")
                output.append(decimal: cas)
            case UInt8(ascii: "s"):
                output.append(" s")
                output.append(decimal: size)
            default: continue
            }
        }
        output.append("\r\n")
    }
}
