// The binary protocol: batches of requests, as with text, and the way of each request to what serves it.

import Base
import Engine
import Transport

extension MemcachedSession {
    /// Serves the complete requests at the front of `input`.
    func receiveBinary(_ input: RawSpan, _ output: inout OutputBuffer) -> Progress {
        var offset = swallow(input, from: 0)
        var batch = batch
        let isObserved = hub.observesCommands
        while offset < input.byteCount {
            scanBinary(input, from: offset, into: &batch)
            for index in 0..<batch.count {
                let found = batch[index]
                let request = BinaryRequest(input, at: Int(found.lineStart))
                if isPaused, waitsForPause(input, from: offset) { return Progress(consumed: offset, next: .wait) }
                if hasOrigin, !isLocked, waitsForOrigin(input, from: offset) {
                    return Progress(consumed: offset, next: .wait)
                }
                let served =
                    isObserved
                    ? serveBinaryObserved(request, found.hash, input, &output)
                    : serveBinary(request, found.hash, input, &output)
                if let progress = finish(served, input, &offset) { return progress }
                if output.isOverSoftLimit { return yielded(at: offset) }
            }
            if batch.isFull || offset >= input.byteCount { continue }
            let served = serveUnfinished(input, from: offset, &output)
            if let progress = finish(served, input, &offset) { return progress }
            if output.isOverSoftLimit { return yielded(at: offset) }
        }
        return Progress(consumed: offset)
    }

    /// Fills `batch` with the complete requests from `start` on, hashes their keys, and prefetches buckets, then
    /// items. Stops at the first that is unfinished, or so wrong that its end is not sure.
    private func scanBinary(_ input: RawSpan, from start: Int, into batch: inout Batch) {
        batch.removeAll()
        var offset = start
        while !batch.isFull && offset &+ BinaryRequest.headerSize <= input.byteCount {
            let request = BinaryRequest(input, at: offset)
            guard request.magic == BinaryRequest.magic, request.sizesAgree, request.end <= input.byteCount,
                request.keySize <= Self.keySizeMax
            else { break }
            var found = Request(.line, .unknown, line: Token(offset, offset), key: request.key, next: request.end)
            if request.keySize > 0 {
                found.hash = engine.hash(input.slice(request.key))
                engine.prefetchBucket(found.hash, in: database)
            }
            batch.append(found)
            offset = request.end
        }
        if batch.count < 2 { return }
        for index in 0..<batch.count where batch[index].keySize > 0 {
            engine.prefetchItem(batch[index].hash, in: database)
        }
    }

    /// Serves what the scan stopped at.
    @inline(never)
    private func serveUnfinished(_ input: RawSpan, from start: Int, _ output: inout OutputBuffer) -> Served {
        guard input[start] == BinaryRequest.magic else { return .closed(end: input.byteCount) }
        guard input.byteCount &- start >= BinaryRequest.headerSize else {
            return .incomplete(needed: BinaryRequest.headerSize)
        }
        let request = BinaryRequest(input, at: start)
        if let refused = refuse(request, &output) { return refused }
        guard request.key.end <= input.byteCount else { return .incomplete(needed: request.key.end &- start) }
        if isRestricted, let opcode = request.opcode,
            let refused = refuseForbidden(opcode, request, input, &output)
        {
            return refused
        }
        if let refused = refuseLogin(request, &output) ?? refuseLarge(request, input, &output) { return refused }
        guard request.end <= input.byteCount else { return .incomplete(needed: request.end &- start) }
        // The scan passes over no complete request but for what was refused above.
        return serveBinary(request, engine.hash(input.slice(request.key)), input, &output)
    }

    /// Turns down what memcached turns down by the header alone. Most of it ends the connection, since it cannot be
    /// known where the next request begins.
    @inline(__always)
    func refuse(_ request: BinaryRequest, _ output: inout OutputBuffer) -> Served? {
        guard request.sizesAgree else { return close(request, .unknownCommand, &output) }
        let opcode = request.opcode
        if isLocked && opcode?.isForEverybody != true { return close(request, .authenticationFailed, &output) }
        guard request.keySize <= Self.keySizeMax else { return close(request, .invalid, &output) }
        guard let opcode else {
            output.append(errorFor: request, .unknownCommand)
            return .refused(end: request.start &+ BinaryRequest.headerSize, blockSize: request.bodySize)
        }
        return request.isWellFormed(opcode) ? nil : close(request, .invalid, &output)
    }

    @inline(never)
    private func close(
        _ request: BinaryRequest, _ status: BinaryStatus, _ output: inout OutputBuffer
    ) -> Served {
        output.append(errorFor: request, status)
        return .closed(end: request.start &+ BinaryRequest.headerSize)
    }

    /// Serves a complete request.
    /// - Parameter hash: of its key, if it has one.
    @inline(__always)
    func serveBinary(
        _ request: BinaryRequest, _ hash: KeyHash, _ input: RawSpan, _ output: inout OutputBuffer
    ) -> Served {
        if let refused = refuse(request, &output) { return refused }
        guard let opcode = request.opcode else { return .served(end: request.end) }
        if isRestricted, let refused = refuseForbidden(opcode, request, input, &output) { return refused }
        if isReadOnly, let refused = refuseWrite(opcode, request, &output) { return refused }
        let key = Key(input.slice(request.key), hash: hash, in: database)
        switch opcode {
        case .get: binaryGet(key, request, &output, showsKey: false, isQuiet: false)
        case .getQ: binaryGet(key, request, &output, showsKey: false, isQuiet: true)
        case .getK: binaryGet(key, request, &output, showsKey: true, isQuiet: false)
        case .getKQ: binaryGet(key, request, &output, showsKey: true, isQuiet: true)
        case .set: return binaryStore(key, request, input, &output, .set, isQuiet: false)
        case .setQ: return binaryStore(key, request, input, &output, .set, isQuiet: true)
        case .add: return binaryStore(key, request, input, &output, .add, isQuiet: false)
        case .addQ: return binaryStore(key, request, input, &output, .add, isQuiet: true)
        case .replace: return binaryStore(key, request, input, &output, .replace, isQuiet: false)
        case .replaceQ: return binaryStore(key, request, input, &output, .replace, isQuiet: true)
        case .append: return binaryExtend(key, request, input, &output, .end, isQuiet: false)
        case .appendQ: return binaryExtend(key, request, input, &output, .end, isQuiet: true)
        case .prepend: return binaryExtend(key, request, input, &output, .start, isQuiet: false)
        case .prependQ: return binaryExtend(key, request, input, &output, .start, isQuiet: true)
        case .delete: binaryDelete(key, request, &output, isQuiet: false)
        case .deleteQ: binaryDelete(key, request, &output, isQuiet: true)
        case .increment: binaryAdd(key, request, input, &output, isDecrement: false, isQuiet: false)
        case .incrementQ: binaryAdd(key, request, input, &output, isDecrement: false, isQuiet: true)
        case .decrement: binaryAdd(key, request, input, &output, isDecrement: true, isQuiet: false)
        case .decrementQ: binaryAdd(key, request, input, &output, isDecrement: true, isQuiet: true)
        case .touch: binaryTouch(key, request, input, &output)
        case .gat: binaryGetAndTouch(key, request, input, &output, showsKey: false, isQuiet: false)
        case .gatQ: binaryGetAndTouch(key, request, input, &output, showsKey: false, isQuiet: true)
        case .gatK: binaryGetAndTouch(key, request, input, &output, showsKey: true, isQuiet: false)
        case .gatKQ: binaryGetAndTouch(key, request, input, &output, showsKey: true, isQuiet: true)
        case .noop: output.append(headerFor: request)
        case .version: output.append(replyTo: request, .success, MemcachedFrontEnd.emulatedVersion)
        case .flush: binaryFlush(request, input, &output, isQuiet: false)
        case .flushQ: binaryFlush(request, input, &output, isQuiet: true)
        case .verbosity: binaryVerbosity(request, input, &output)
        case .stat: binaryStatistics(request, input, &output)
        case .saslMechanisms: listMechanisms(request, &output)
        case .saslStart, .saslStep:
            if let refused = refuseLogin(request, &output) { return refused }
            authenticate(opcode, request, input, &output)
        case .quit:
            output.append(headerFor: request)
            return .closed(end: request.end)
        case .quitQ:
            return .closed(end: request.end)
        }
        return .served(end: request.end)
    }
}
