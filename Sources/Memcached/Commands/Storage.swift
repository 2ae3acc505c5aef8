// set, add, replace, append, prepend, cas.

import Base
import Engine

extension MemcachedSession {
    /// A storage request that the scan found valid and complete.
    @inline(__always)
    func store(_ request: Request, _ input: RawSpan, _ output: inout OutputBuffer) {
        let end = Int(request.next)
        let valueEnd = end &- 2
        guard input[valueEnd] == 13 && input[valueEnd &+ 1] == 10 else {
            if !request.isQuiet { output.append(Reply.badBlock) }
            return
        }
        let key = Key(input.slice(request.key), hash: request.hash, in: database)
        let value = input.slice(valueEnd &- Int(request.valueSize), valueEnd)
        countSet(
            keySize: Int(request.keySize), valueSize: Int(request.valueSize), request.flags, request.exptime)
        let outcome =
            if request.verb == .set {
                put(key, value, request, .set)
            } else if request.verb == .add {
                put(key, value, request, .add)
            } else if request.verb == .replace {
                put(key, value, request, .replace)
            } else {
                extend(key, value, request.verb)
            }
        if case .stored = outcome {
            if !request.isQuiet { output.append(Reply.stored) }
        } else {
            answer(outcome, key, isSet: request.verb == .set, isQuiet: request.isQuiet, &output)
        }
    }

    /// Counts a storage command with the class of the item that it brings, whatever will come of it.
    @inline(__always)
    func countSet(keySize: Int, valueSize: Int, _ flags: UInt32, _ exptime: Int32) {
        let index = engine.sizeClassIndex(
            keySize: keySize, valueSize: valueSize, hasFlags: flags != 0, hasExpiry: exptime != 0, hasCAS: isCASEnabled)
        classCounters.add(.cmdSet, of: index &- 1)
    }

    @inline(__always)
    private func put(_ key: Key, _ value: RawSpan, _ request: Request, _ mode: StoreMode) -> StoreOutcome {
        var options = StoreOptions()
        options.mode = mode
        options.flags = request.flags
        options.expiry = Self.expiry(request.exptime, now: now)
        options.casField = casField
        return engine.store(key, value, options)
    }

    @inline(never)
    private func extend(_ key: Key, _ value: RawSpan, _ verb: Verb) -> StoreOutcome {
        var options = ExtendOptions()
        options.side = verb == .prepend ? .start : .end
        options.casField = casField
        options.sizeMax = valueSizeMax(keySize: key.bytes.byteCount)
        return engine.extend(key, with: value, options)
    }

    /// Anything but success.
    @inline(never)
    private func answer(
        _ outcome: StoreOutcome, _ key: Key, isSet: Bool, isQuiet: Bool, _ output: inout OutputBuffer
    ) {
        lastStore = outcome
        if case .outOfMemory = outcome { lost(key, isSet: isSet) }
        if isQuiet { return }
        switch outcome {
        case .stored: output.append(Reply.stored)
        case .exists: output.append(Reply.exists)
        case .notFound: output.append(Reply.notFound)
        case .outOfMemory: output.append(Reply.outOfMemory)
        // An append that grows too large, or finds no string, is an append that found nothing.
        case .notStored, .tooLarge, .otherKind: output.append(Reply.notStored)
        }
    }

    /// The new value found no room: better no value than the old one.
    func lost(_ key: Key, isSet: Bool) {
        counters.add(.storeNoMemory)
        if isSet { forget(key) }
    }

    /// A storage line as `serveLine` meets it: with errors, with a casid, or with a block still on its way.
    func storage(_ verb: Verb, _ line: Line, _ input: RawSpan, _ output: inout OutputBuffer) -> Served {
        let storage = StorageLine(input, line.cursor, hasCAS: verb == .cas)
        let end = line.next &+ storage.valueSize &+ 2
        switch storage.verdict {
        case .malformed:
            output.append(Reply.badLine)
            return .served(end: line.next)
        case .invalid:
            if !storage.isQuiet { output.append(Reply.badLine) }
            return .refused(end: line.next, blockSize: storage.valueSize &+ 2)
        case .valid:
            break
        }
        let bytes = input.slice(storage.key)
        guard fits(storage) else {
            if !storage.isQuiet { output.append(Reply.tooLarge) }
            refuseLarge(engine.key(bytes, in: database), isSet: verb == .set)
            return .refused(end: line.next, blockSize: storage.valueSize &+ 2)
        }
        guard end <= input.byteCount else { return .incomplete(needed: end &- line.text.start) }
        var request = Request(.store, verb, line: line.text, key: storage.key, next: end)
        request.hash = engine.hash(bytes)
        request.flags = storage.flags
        request.exptime = storage.exptime
        request.valueSize = UInt32(truncatingIfNeeded: storage.valueSize)
        request.isQuiet = storage.isQuiet
        if isDetailed { note(.set, bytes) }
        if verb == .cas {
            compareAndSwap(request, storage.casToken, input, &output)
        } else {
            store(request, input, &output)
        }
        return .served(end: end)
    }

    private func compareAndSwap(
        _ request: Request, _ token: UInt64, _ input: RawSpan, _ output: inout OutputBuffer
    ) {
        let valueEnd = Int(request.next) &- 2
        guard input.slice(valueEnd, valueEnd &+ 2).equals("\r\n") else {
            if !request.isQuiet { output.append(Reply.badBlock) }
            return
        }
        let key = Key(input.slice(request.key), hash: request.hash, in: database)
        var options = StoreOptions()
        options.flags = request.flags
        options.expiry = Self.expiry(request.exptime, now: now)
        options.casField = casField
        options.expectedCAS = token
        let value = input.slice(valueEnd &- Int(request.valueSize), valueEnd)
        countSet(keySize: Int(request.keySize), valueSize: value.byteCount, request.flags, request.exptime)
        var metSubject: Int?
        let outcome = engine.store(key, value, options, before: { item in metSubject = item.classSubject })
        countCAS(outcome, metSubject)
        answer(outcome, key, isSet: false, isQuiet: request.isQuiet, &output)
    }

    /// - Parameter subject: the class of the item that was there.
    func countCAS(_ outcome: StoreOutcome, _ subject: Int?) {
        switch outcome {
        case .stored: classCounters.add(.casHits, of: subject ?? 0)
        case .exists, .otherKind: classCounters.add(.casBadValue, of: subject ?? 0)
        case .notFound, .notStored: counters.add(.casMisses)
        case .tooLarge, .outOfMemory: break
        }
    }

    /// Too large is not stored, and what was there is not what the client wants any more.
    func refuseLarge(_ key: Key, isSet: Bool) {
        counters.add(.storeTooLarge)
        lastStore = .tooLarge
        if isSet { forget(key) }
    }

    /// What is there, or may be elsewhere, is not what the client wants any more.
    private func forget(_ key: Key) {
        _ = engine.delete(key)
        origin?.exclude(key)
    }

    @inline(__always)
    func fits(_ storage: StorageLine) -> Bool {
        fits(keySize: storage.key.count, valueSize: storage.valueSize, flags: storage.flags)
    }

    /// Whether memcached would take the item under `-I`: its own overhead counts.
    @inline(__always)
    func fits(keySize: Int, valueSize: Int, flags: UInt32) -> Bool {
        valueSize &+ (flags == 0 ? 0 : Self.itemOverheadOfFlags) <= valueSizeMax(keySize: keySize)
    }

    @inline(__always)
    func valueSizeMax(keySize: Int) -> Int {
        itemSizeMax &- Self.itemOverhead &- (isCASEnabled ? Self.itemOverheadOfCAS : 0) &- keySize
    }
}
