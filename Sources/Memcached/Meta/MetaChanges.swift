// md and ma: delete or invalidate, count up or down.

import Base
import Engine

extension MemcachedSession {
    func metaDelete(_ line: Line, _ input: RawSpan, _ output: inout OutputBuffer) {
        guard let (token, flags, start) = metaArguments(line, input, &output) else { return }
        counters.add(.cmdMeta)
        let fault = Self.fault(flags, keySize: token.count)
        if fault != .none { return output.append(Self.text(of: fault)) }
        let cursor = TokenCursor(from: start, to: line.text.end)
        let isDecoded = withKey(token, flags, input) { key in
            if isDetailed { note(.delete, key.bytes) }
            let outcome = invalidate(key, flags)
            countDelete(outcome)
            switch outcome {
            case .deleted:
                if flags.has("q") { return }
                output.append("HD")
            case .notFound: output.append("NF")
            case .exists: output.append("EX")
            }
            appendIdentity(flags, cursor, key: token, input, &output)
            output.append("\r\n")
        }
        if !isDecoded { output.append(Reply.badKey) }
    }

    private func invalidate(_ key: Key, _ flags: MetaFlags) -> DeleteOutcome {
        let expectedCAS = flags.has("C") ? flags.expectedCAS : nil
        let hits = classCounters
        guard flags.has("I") || flags.has("x") else {
            return engine.delete(
                key, expectedCAS: expectedCAS, before: { item in hits.add(.deleteHits, of: item.classSubject) })
        }
        var options = InvalidateOptions()
        options.marksStale = flags.has("I")
        options.dropsValue = flags.has("x")
        options.expectedCAS = expectedCAS
        options.casField = casField(flags)
        if flags.has("I") && flags.has("T") {
            options.newExpiry = Self.expiry(flags.timeToLive, now: now)
        }
        return engine.invalidate(key, options)
    }

    func metaArithmetic(_ line: Line, _ input: RawSpan, _ output: inout OutputBuffer) {
        guard let (token, flags, start) = metaArguments(line, input, &output) else { return }
        counters.add(.cmdMeta)
        switch Self.fault(flags, keySize: token.count) {
        case .none: break
        case .badLine: return output.append(Reply.badLine)
        case .tooMany: return output.append(Reply.tooManyFlags)
        case .duplicate, .invalid, .badToken, .opaqueTooLong, .modeSize, .badKey:
            return output.append(Reply.invalidOrDuplicateFlag)
        }
        let cursor = TokenCursor(from: start, to: line.text.end)
        let isDecoded = withKey(token, flags, input) { key in
            switch flags.mode {
            case UInt8(ascii: "D"), UInt8(ascii: "-"):
                metaAdd(key, flags, isDecrement: true, token, cursor, input, &output)
            case 0, UInt8(ascii: "I"), UInt8(ascii: "+"):
                metaAdd(key, flags, isDecrement: false, token, cursor, input, &output)
            default: output.append(Reply.badArithmeticMode)
            }
        }
        if !isDecoded { output.append(Reply.invalidOrDuplicateFlag) }
    }

    private func metaAdd(
        _ key: Key, _ flags: MetaFlags, isDecrement: Bool, _ token: Token, _ cursor: TokenCursor,
        _ input: RawSpan, _ output: inout OutputBuffer
    ) {
        var cas: UInt64 = 0
        var expiryBefore = Milliseconds(0)
        var subject = 0
        let outcome = engine.add(
            key, addOptions(flags, isDecrement: isDecrement),
            after: { item in
                cas = item.cas
                subject = item.classSubject
            }, before: { item in expiryBefore = item.expiry })
        if case .number = outcome { classCounters.add(isDecrement ? .decrHits : .incrHits, of: subject) }
        countAdd(outcome, isDecrement: isDecrement)
        if case .created = outcome { lastStore = .stored }
        switch outcome {
        case .number(let value):
            if flags.has("q") { return }
            var number = ChangedNumber(value, cas: cas)
            number.expiry = expiryBefore
            return appendNumber(number, flags, token, cursor, input, &output)
        case .created(let value):
            // memcached tells of a created number even with q.
            var number = ChangedNumber(value, cas: cas)
            number.isCreated = true
            return appendNumber(number, flags, token, cursor, input, &output)
        case .notFound: output.append("NF")
        case .exists: output.append("EX")
        case .notANumber, .otherKind, .overflow: return output.append(Reply.notANumber)
        case .outOfMemory: return output.append(Reply.outOfMemoryAdding)
        }
        appendIdentity(flags, cursor, key: token, input, &output)
        output.append("\r\n")
    }

    private func addOptions(_ flags: MetaFlags, isDecrement: Bool) -> AddOptions {
        var options = AddOptions(rule: .unsignedWrapping, delta: flags.delta)
        options.isDecrement = isDecrement
        options.createsMissing = flags.has("N")
        options.initial = flags.initial
        options.createExpiry = Self.expiry(flags.createdTime, now: now)
        options.casField = casField(flags)
        options.hasBinaryKey = flags.has("b")
        // C0 compares nothing.
        if flags.expectedCAS != 0 { options.expectedCAS = flags.expectedCAS }
        if flags.has("T") { options.newExpiry = Self.expiry(flags.timeToLive, now: now) }
        return options
    }

    private func appendNumber(
        _ number: ChangedNumber, _ flags: MetaFlags, _ key: Token, _ cursor: TokenCursor, _ input: RawSpan,
        _ output: inout OutputBuffer
    ) {
        let text = DecimalText(number.value)
        if flags.has("v") {
            output.append("VA ")
            output.append(decimal: text.byteCount)
        } else {
            output.append("HD")
        }
        var cursor = cursor
        var expiry = number.expiry
        while let token = cursor.next(input) {
            switch input[token.start] {
            case UInt8(ascii: "N"):
                if number.isCreated { expiry = Self.expiry(flags.vivifyTime, now: now) }
            case UInt8(ascii: "T"): expiry = Self.expiry(flags.timeToLive, now: now)
            case UInt8(ascii: "O"): appendToken(token, input, &output)
            case UInt8(ascii: "k"): appendKey(key, isBinary: flags.has("b"), input, &output)
            case UInt8(ascii: "t"): appendTimeLeft(expiry, &output)
            case UInt8(ascii: "c"):
                output.append(" c")
                output.append(decimal: number.cas)
            default: continue
            }
        }
        output.append("\r\n")
        if flags.has("v") {
            output.append(text.span)
            output.append("\r\n")
        }
    }
}

/// What ma made of a number, and when the item ran out before T and N: they take effect where they stand.
private struct ChangedNumber {
    let value: UInt64
    let cas: UInt64
    var expiry = Milliseconds(0)
    var isCreated = false

    init(_ value: UInt64, cas: UInt64) {
        self.value = value
        self.cas = cas
    }
}
