// mg: read, and with flags: touch, create, take the right to refill.

import Base
import Engine

extension MemcachedSession {
    /// An mg as `serveLine` meets it.
    func metaGet(_ line: Line, _ input: RawSpan, _ output: inout OutputBuffer) {
        var cursor = line.cursor
        guard let token = cursor.next(input) else { return output.append(Reply.badLine) }
        metaGet(input, token, hash: engine.hash(input.slice(token)), line.text, &output)
    }

    /// - Parameter hash: of the key as it is written.
    @inline(__always)
    func metaGet(
        _ input: RawSpan, _ token: Token, hash: KeyHash, _ line: Token, _ output: inout OutputBuffer
    ) {
        counters.add(.cmdMeta)
        let cursor = TokenCursor(from: token.end, to: line.end)
        let flags = MetaFlags(input, cursor, tokensBefore: 2)
        let fault = Self.fault(flags, keySize: token.count)
        if fault != .none { return output.append(Self.text(of: fault)) }
        if flags.has("b") {
            guard let decoded = Base64Bytes(input.slice(token), sizeMax: Self.keySizeMax) else {
                return output.append(Reply.badKey)
            }
            return fetch(engine.key(decoded.span, in: database), token, flags, cursor, input, &output)
        }
        fetch(Key(input.slice(token), hash: hash, in: database), token, flags, cursor, input, &output)
    }

    @inline(__always)
    private func fetch(
        _ key: Key, _ token: Token, _ flags: MetaFlags, _ cursor: TokenCursor, _ input: RawSpan,
        _ output: inout OutputBuffer
    ) {
        var subject = 0
        let outcome = engine.fetch(key, fetchOptions(flags)) { item, notes in
            let value = item.string
            subject = value.classSubject
            let hidesValue = flags.has("C") && item.cas == flags.expectedCAS
            let showsValue = flags.has("v") && !hidesValue
            if showsValue {
                output.append("VA ")
                output.append(decimal: UInt64(truncatingIfNeeded: value.value.byteCount))
            } else {
                output.append("HD")
            }
            if flags.returnsSomething { appendReturned(item, notes, flags, cursor, input, &output) }
            if notes.winnerExists { output.append(" Z") }
            if notes.isStale { output.append(" X") }
            if notes.won { output.append(" W") }
            output.append("\r\n")
            if showsValue { Self.appendBlock(item, value, &output) }
        }
        if case .hit = outcome { classCounters.add(.getHits, of: subject) } else { countMiss(outcome.asRead) }
        if flags.has("T") { countTouch(outcome, subject) }
        if isDetailed { noteGet(key.bytes, outcome.asRead) }
        switch outcome {
        case .hit, .created: return
        case .outOfMemory: output.append("SERVER_ERROR Out of memory allocating new item\r\n")
        case .miss, .expired, .otherKind:
            if flags.has("q") { return }
            output.append("EN")
            appendIdentity(flags, cursor, key: token, input, &output)
            output.append("\r\n")
        }
    }

    @inline(__always)
    private func fetchOptions(_ flags: MetaFlags) -> FetchOptions {
        var options = FetchOptions()
        options.claimsRefill = true
        options.leavesAccess = flags.has("u")
        options.wantsCAS = isCASEnabled && (flags.has("c") || flags.has("C"))
        if flags.has("T") { options.newExpiry = Self.expiry(flags.timeToLive, now: now) }
        if flags.has("N") {
            options.vivifyExpiry = Self.expiry(flags.createdTime, now: now)
            options.casField = casField(flags)
            options.hasBinaryKey = flags.has("b")
        }
        if flags.has("R") {
            let mark = Self.expiry(flags.recacheTime, now: now)
            options.recacheBelow = mark.rawValue &- now.rawValue
            options.recachesAfterTouch = flags.recachesAfterTouch
        }
        return options
    }

    /// The flags that tell something of the item, in the order of the request.
    @inline(never)
    private func appendReturned(
        _ item: borrowing ItemView, _ notes: FetchNotes, _ flags: MetaFlags, _ cursor: TokenCursor,
        _ input: RawSpan, _ output: inout OutputBuffer
    ) {
        var cursor = cursor
        // T, and N on a miss, take effect where they stand.
        var expiry = flags.has("T") || flags.has("N") ? notes.expiryBefore : item.expiry
        while let token = cursor.next(input) {
            switch input[token.start] {
            case UInt8(ascii: "T"): expiry = Self.expiry(flags.timeToLive, now: now)
            case UInt8(ascii: "N"):
                if notes.isCreated { expiry = Self.expiry(flags.vivifyTime, now: now) }
            case UInt8(ascii: "c"):
                output.append(" c")
                output.append(decimal: item.cas)
            case UInt8(ascii: "f"):
                output.append(" f")
                output.append(decimal: UInt64(item.flags))
            case UInt8(ascii: "h"): output.append(notes.wasFetched ? " h1" : " h0")
            case UInt8(ascii: "k"): appendKey(of: item, &output)
            case UInt8(ascii: "l"):
                output.append(" l")
                output.append(decimal: notes.idleMilliseconds / 1000)
            case UInt8(ascii: "O"): appendToken(token, input, &output)
            case UInt8(ascii: "s"):
                output.append(" s")
                output.append(decimal: item.valueSize)
            case UInt8(ascii: "t"): appendTimeLeft(expiry, &output)
            default: continue
            }
        }
    }

    /// ` k` and the item's key as its owner spelled it.
    private func appendKey(of item: borrowing ItemView, _ output: inout OutputBuffer) {
        output.append(" k")
        if item.hasBinaryKey {
            output.append(base64: item.key)
            output.append(" b")
        } else {
            output.append(item.key)
        }
    }

    @inline(never)
    private func countTouch(_ outcome: FetchOutcome, _ subject: Int) {
        counters.add(.cmdTouch)
        switch outcome {
        case .hit, .created: classCounters.add(.touchHits, of: subject)
        case .miss, .expired, .otherKind, .outOfMemory: counters.add(.touchMisses)
        }
    }
}
