// delete, incr, decr, touch: one key, one number at most.

import Base
import Engine

extension MemcachedSession {
    /// `delete key [0] [noreply]`.
    func delete(_ line: Line, _ input: RawSpan, _ output: inout OutputBuffer) {
        var cursor = line.cursor
        guard let token = cursor.next(input), token.count <= Self.keySizeMax else {
            return output.append(Reply.badLine)
        }
        guard isDelete(cursor, input) else {
            if !isQuiet(line, input) { output.append(Reply.badDelete) }
            return
        }
        let bytes = input.slice(token)
        if isDetailed { note(.delete, bytes) }
        let hits = classCounters
        let outcome = engine.delete(
            engine.key(bytes, in: database), before: { item in hits.add(.deleteHits, of: item.classSubject) })
        countDelete(outcome)
        if isQuiet(line, input) { return }
        switch outcome {
        case .deleted: output.append(Reply.deleted)
        case .notFound, .exists: output.append(Reply.notFound)
        }
    }

    /// Whether nothing but a time of 0, which old clients send, and `noreply` stand behind the key. 1.6.45 ignores
    /// other words; libmemcached's memcapable wants them refused, as memcached did before.
    private func isDelete(_ cursor: TokenCursor, _ input: RawSpan) -> Bool {
        var cursor = cursor
        guard var token = cursor.next(input) else { return true }
        if input.holds("0", at: token) {
            guard let next = cursor.next(input) else { return true }
            token = next
        }
        return input.holds("noreply", at: token) && cursor.next(input) == nil
    }

    func countDelete(_ outcome: DeleteOutcome) {
        switch outcome {
        case .deleted: break
        case .notFound, .exists: counters.add(.deleteMisses)
        }
    }

    /// `incr key delta [noreply]`.
    func add(_ line: Line, _ input: RawSpan, _ output: inout OutputBuffer, isDecrement: Bool) {
        var cursor = line.cursor
        guard let token = cursor.next(input), let deltaToken = cursor.next(input),
            token.count <= Self.keySizeMax
        else { return output.append(Reply.badLine) }
        let quiet = isQuiet(line, input)
        guard let delta = input.unsigned(deltaToken) else {
            if !quiet { output.append(Reply.badDelta) }
            return
        }
        var options = AddOptions(rule: .unsignedWrapping, delta: delta)
        options.isDecrement = isDecrement
        options.casField = casField
        let hits = classCounters
        let outcome = engine.add(engine.key(input.slice(token), in: database), options) { item in
            hits.add(isDecrement ? .decrHits : .incrHits, of: item.classSubject)
        }
        countAdd(outcome, isDecrement: isDecrement)
        if quiet { return }
        switch outcome {
        case .number(let value), .created(let value):
            output.append(decimal: value)
            output.append("\r\n")
        case .notFound: output.append(Reply.notFound)
        case .notANumber, .otherKind, .overflow: output.append(Reply.notANumber)
        case .exists: output.append(Reply.exists)
        case .outOfMemory: output.append(Reply.outOfMemoryAdding)
        }
    }

    func countAdd(_ outcome: AddOutcome, isDecrement: Bool) {
        switch outcome {
        case .notFound: counters.add(isDecrement ? .decrMisses : .incrMisses)
        // Created is neither, to memcached.
        case .number, .created, .notANumber, .overflow, .exists, .otherKind, .outOfMemory: break
        }
    }

    /// `touch key exptime [noreply]`.
    func touch(_ line: Line, _ input: RawSpan, _ output: inout OutputBuffer) {
        var cursor = line.cursor
        guard let token = cursor.next(input), let exptimeToken = cursor.next(input),
            token.count <= Self.keySizeMax
        else { return output.append(Reply.badLine) }
        let quiet = isQuiet(line, input)
        guard let exptime = input.exptime(exptimeToken) else {
            if !quiet { output.append(Reply.badExptime) }
            return
        }
        counters.add(.cmdTouch)
        let key = engine.key(input.slice(token), in: database)
        let hits = classCounters
        let outcome = engine.expire(
            key, at: Self.expiry(exptime, now: now), touches: true,
            before: { item in hits.add(.touchHits, of: item.classSubject) })
        switch outcome {
        case .changed, .unchanged, .deleted:
            if !quiet { output.append(Reply.touched) }
        case .notFound:
            counters.add(.touchMisses)
            if !quiet { output.append(Reply.notFound) }
        }
    }
}
