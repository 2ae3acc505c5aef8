// set, add, replace, append, prepend and their quiet forms. A CAS number in the header makes each a comparison.

import Base
import Engine

extension MemcachedSession {
    @inline(__always)
    func binaryStore(
        _ key: Key, _ request: BinaryRequest, _ input: RawSpan, _ output: inout OutputBuffer, _ mode: StoreMode,
        isQuiet: Bool
    ) -> Served {
        if let refused = refuseLarge(request, input, &output) { return refused }
        var options = StoreOptions()
        options.mode = mode
        options.flags = input.bigEndian32(at: request.extras)
        options.expiry = Self.expiry(unsigned: input.bigEndian32(at: request.extras &+ 4), now: now)
        options.casField = casField
        if isDetailed { note(.set, key.bytes) }
        countSet(
            keySize: request.keySize, valueSize: request.value.count, options.flags,
            Int32(truncatingIfNeeded: input.bigEndian32(at: request.extras &+ 4)))
        var cas: UInt64 = 0
        let outcome: StoreOutcome
        if request.cas != 0 && isCASEnabled {
            outcome = compareAndStore(key, input.slice(request.value), options, expected: request.cas, &cas)
        } else {
            outcome = engine.store(key, input.slice(request.value), options, after: { item in cas = item.cas })
        }
        if case .stored = outcome {
            if !isQuiet { output.append(headerFor: request, cas: cas) }
        } else {
            refuse(outcome, key, request, mode, isQuiet: isQuiet, &output)
        }
        return .served(end: request.end)
    }

    /// memcached forgets what it was: add and replace with a number are cas.
    /// - Parameter cas: becomes the item's new number.
    @inline(never)
    private func compareAndStore(
        _ key: Key, _ value: RawSpan, _ options: StoreOptions, expected: UInt64, _ cas: inout UInt64
    ) -> StoreOutcome {
        var options = options
        options.mode = .set
        options.expectedCAS = expected
        var metSubject: Int?
        let outcome = engine.store(
            key, value, options, before: { item in metSubject = item.classSubject },
            after: { item in cas = item.cas })
        countCAS(outcome, metSubject)
        return outcome
    }

    func binaryExtend(
        _ key: Key, _ request: BinaryRequest, _ input: RawSpan, _ output: inout OutputBuffer, _ side: Side,
        isQuiet: Bool
    ) -> Served {
        if let refused = refuseLarge(request, input, &output) { return refused }
        var options = ExtendOptions()
        options.side = side
        options.casField = casField
        options.sizeMax = valueSizeMax(keySize: request.keySize)
        if request.cas != 0 && isCASEnabled { options.expectedCAS = request.cas }
        if isDetailed { note(.set, key.bytes) }
        countSet(keySize: request.keySize, valueSize: request.value.count, 0, 0)
        var cas: UInt64 = 0
        let outcome = engine.extend(key, with: input.slice(request.value), options) { item in cas = item.cas }
        if case .stored = outcome {
            if !isQuiet { output.append(headerFor: request, cas: isCASEnabled ? cas : 0) }
        } else {
            refuse(outcome, key, request, nil, isQuiet: isQuiet, &output)
        }
        return .served(end: request.end)
    }

    /// Anything but success, told to quiet requests too; only that there was no room they are not told.
    /// - Parameter mode: nil for append and prepend.
    @inline(never)
    private func refuse(
        _ outcome: StoreOutcome, _ key: Key, _ request: BinaryRequest, _ mode: StoreMode?, isQuiet: Bool,
        _ output: inout OutputBuffer
    ) {
        switch outcome {
        case .stored: break
        case .exists: output.append(errorFor: request, .exists)
        case .outOfMemory:
            lost(key, isSet: mode == .set)
            if !isQuiet { output.append(replyTo: request, .outOfMemory, "Out of memory allocating item") }
        case .notFound where mode != nil: output.append(errorFor: request, .notFound)
        case .notFound, .notStored, .tooLarge, .otherKind:
            switch mode {
            case .add: output.append(errorFor: request, .exists)
            case .replace: output.append(errorFor: request, .notFound)
            case .set, nil: output.append(errorFor: request, .notStored)
            }
        }
    }

    /// Refuses a storage request whose value memcached would not take, and has the value skipped as it comes.
    /// - Parameter request: complete up to its key.
    @inline(__always)
    func refuseLarge(_ request: BinaryRequest, _ input: RawSpan, _ output: inout OutputBuffer) -> Served? {
        let value = request.value
        // Flags cost four bytes at most: where there is room for them anyway, nothing needs to be looked up.
        if fits(keySize: request.keySize, valueSize: value.count, flags: 1) { return nil }
        return judgeLarge(request, input, &output)
    }

    @inline(never)
    private func judgeLarge(
        _ request: BinaryRequest, _ input: RawSpan, _ output: inout OutputBuffer
    ) -> Served? {
        var flags: UInt32 = 0
        var isSet = false
        switch request.opcode {
        case .set, .setQ:
            isSet = true
            flags = input.bigEndian32(at: request.extras)
        case .add, .addQ, .replace, .replaceQ:
            flags = input.bigEndian32(at: request.extras)
        case .append, .appendQ, .prepend, .prependQ: break
        // Others have no value, or one that was judged already.
        default: return nil
        }
        if fits(keySize: request.keySize, valueSize: request.value.count, flags: flags) { return nil }
        output.append(errorFor: request, .tooLarge)
        refuseLarge(engine.key(input.slice(request.key), in: database), isSet: isSet)
        return .refused(end: request.key.end, blockSize: request.value.count)
    }
}
