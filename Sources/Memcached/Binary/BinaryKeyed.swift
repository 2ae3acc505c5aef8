// delete, increment, decrement and their quiet forms.

import Base
import Engine

extension MemcachedSession {
    func binaryDelete(_ key: Key, _ request: BinaryRequest, _ output: inout OutputBuffer, isQuiet: Bool) {
        if isDetailed { note(.delete, key.bytes) }
        let hits = classCounters
        let outcome = engine.delete(
            key, expectedCAS: request.cas == 0 ? nil : request.cas,
            before: { item in hits.add(.deleteHits, of: item.classSubject) })
        switch outcome {
        case .deleted: if !isQuiet { output.append(headerFor: request) }
        case .notFound:
            counters.add(.deleteMisses)
            output.append(errorFor: request, .notFound)
        // Counted as nothing, unlike meta's.
        case .exists: output.append(errorFor: request, .exists)
        }
    }

    /// The extras are the amount (8 bytes), the number that a missing item begins with (8), and its exptime (4),
    /// where all ones mean that none is to be made.
    func binaryAdd(
        _ key: Key, _ request: BinaryRequest, _ input: RawSpan, _ output: inout OutputBuffer, isDecrement: Bool,
        isQuiet: Bool
    ) {
        let exptime = input.bigEndian32(at: request.extras &+ 16)
        var options = AddOptions(rule: .unsignedWrapping, delta: input.bigEndian64(at: request.extras))
        options.isDecrement = isDecrement
        options.createsMissing = exptime != .max
        options.initial = input.bigEndian64(at: request.extras &+ 8)
        options.createExpiry = Self.expiry(unsigned: exptime, now: now)
        options.casField = casField
        if request.cas != 0 { options.expectedCAS = request.cas }
        var cas: UInt64 = 0
        var subject = 0
        let outcome = engine.add(
            key, options,
            after: { item in
                cas = item.cas
                subject = item.classSubject
            })
        switch outcome {
        case .number(let value), .created(let value):
            // Created is neither hit nor miss.
            if case .number = outcome { classCounters.add(isDecrement ? .decrHits : .incrHits, of: subject) }
            if isQuiet { return }
            output.append(headerFor: request, bodySize: 8, cas: isCASEnabled ? cas : 0)
            output.append(word: value.byteSwapped)
        case .notFound:
            countAdd(outcome, isDecrement: isDecrement)
            output.append(errorFor: request, .notFound)
        case .notANumber, .otherKind, .overflow: output.append(errorFor: request, .notANumber)
        case .exists: output.append(errorFor: request, .exists)
        case .outOfMemory:
            if !isQuiet { output.append(replyTo: request, .outOfMemory, "Out of memory incrementing value") }
        }
    }
}

extension RawSpan {
    /// The number of four bytes at `offset`, the high byte first.
    @inline(__always)
    func bigEndian32(at offset: Int) -> UInt32 { halfWord(at: offset).byteSwapped }

    /// The number of eight bytes at `offset`, the high byte first.
    @inline(__always)
    func bigEndian64(at offset: Int) -> UInt64 { word(at: offset).byteSwapped }
}
