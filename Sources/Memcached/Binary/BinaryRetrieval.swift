// get, getk, touch, gat, gatk and their quiet forms.

import Base
import Engine

extension MemcachedSession {
    /// - Parameter showsKey: with the key, so that the answers to many quiet gets can be told apart.
    @inline(__always)
    func binaryGet(
        _ key: Key, _ request: BinaryRequest, _ output: inout OutputBuffer, showsKey: Bool, isQuiet: Bool
    ) {
        let showsCAS = isCASEnabled
        let hits = classCounters
        let outcome = engine.get(key, wantsCAS: showsCAS) { item in
            let value = item.string
            hits.add(.getHits, of: value.classSubject)
            Self.append(item, value, to: request, showsKey: showsKey, showsCAS: showsCAS, &output)
        }
        if isDetailed { noteGet(key.bytes, outcome) }
        if case .hit = outcome { return }
        countMiss(outcome)
        if !isQuiet { miss(key, request, showsKey: showsKey, &output) }
    }

    /// The client's flags as extras, perhaps the key, and the value.
    @inline(__always)
    private static func append(
        _ item: borrowing ItemView, _ value: borrowing StringView, to request: BinaryRequest, showsKey: Bool,
        showsCAS: Bool, _ output: inout OutputBuffer
    ) {
        let valueSize = value.value.byteCount
        let keySize = showsKey ? request.keySize : 0
        output.append(
            headerFor: request, extrasSize: 4, keySize: keySize, bodySize: 4 &+ keySize &+ valueSize,
            cas: showsCAS ? item.cas : 0)
        output.append(halfWord: item.flags.byteSwapped)
        if showsKey { output.append(item.key) }
        if value.isLarge { appendShared(item, &output) } else { output.append(value.value) }
    }

    /// With the key in place of the sentence, where keys are shown.
    @inline(never)
    private func miss(
        _ key: Key, _ request: BinaryRequest, showsKey: Bool, _ output: inout OutputBuffer
    ) {
        guard showsKey else { return output.append(errorFor: request, .notFound) }
        output.append(
            headerFor: request, .notFound, keySize: key.bytes.byteCount, bodySize: key.bytes.byteCount)
        output.append(key.bytes)
    }

    func binaryGetAndTouch(
        _ key: Key, _ request: BinaryRequest, _ input: RawSpan, _ output: inout OutputBuffer, showsKey: Bool,
        isQuiet: Bool
    ) {
        let showsCAS = isCASEnabled
        let hits = classCounters
        let outcome = engine.fetch(key, touchOptions(request, input)) { item, _ in
            let value = item.string
            hits.add(.touchHits, of: value.classSubject)
            Self.append(item, value, to: request, showsKey: showsKey, showsCAS: showsCAS, &output)
        }
        if isDetailed { noteGet(key.bytes, outcome.asRead) }
        if !countTouch(outcome) && !isQuiet { miss(key, request, showsKey: showsKey, &output) }
    }

    /// Answered with the flags, but without the value.
    func binaryTouch(
        _ key: Key, _ request: BinaryRequest, _ input: RawSpan, _ output: inout OutputBuffer
    ) {
        let showsCAS = isCASEnabled
        let options = touchOptions(request, input)
        let hits = classCounters
        var outcome = engine.fetch(key, options) { item, _ in
            hits.add(.touchHits, of: item.classSubject)
            output.append(
                headerFor: request, extrasSize: 4, bodySize: 4, cas: showsCAS ? item.cas : 0)
            output.append(halfWord: item.flags.byteSwapped)
        }
        if case .otherKind = outcome, let expiry = options.newExpiry {
            // Not a string, so without flags; but its time can be set as with text.
            let found = engine.expire(
                key, at: expiry, before: { item in hits.add(.touchHits, of: item.classSubject) })
            if case .notFound = found {
                outcome = .miss
            } else {
                outcome = .hit
                output.append(headerFor: request, extrasSize: 4, bodySize: 4)
                output.append(halfWord: 0)
            }
        }
        if isDetailed { noteGet(key.bytes, outcome.asRead) }
        if !countTouch(outcome) { miss(key, request, showsKey: false, &output) }
    }

    private func touchOptions(_ request: BinaryRequest, _ input: RawSpan) -> FetchOptions {
        var options = FetchOptions()
        options.newExpiry = Self.expiry(unsigned: input.bigEndian32(at: request.extras), now: now)
        options.wantsCAS = isCASEnabled
        return options
    }

    /// Whether it was a hit. memcached counts these as touches alone, unlike the text forms.
    private func countTouch(_ outcome: FetchOutcome) -> Bool {
        counters.add(.cmdTouch)
        switch outcome {
        case .hit, .created:
            return true
        case .miss, .expired, .otherKind, .outOfMemory:
            counters.add(.touchMisses)
            return false
        }
    }
}
