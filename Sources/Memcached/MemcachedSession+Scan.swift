// The first phase of a batch: find requests, hash their keys, ask the memory for what they will touch.

import Base
import Engine

extension MemcachedSession {
    /// Fills `batch` with the complete and ordinary requests from `start` on, and prefetches their buckets
    /// and items.
    /// Stops at the first that is neither, and behind `countMax`.
    func scan(_ input: RawSpan, from start: Int, into batch: inout Batch, countMax: Int) {
        batch.removeAll()
        var offset = start
        let countMax = min(countMax, Batch.capacity)
        while batch.count < countMax && offset &+ 4 <= input.byteCount {
            guard let request = scanRequest(input, from: offset) else { break }
            if request.keySize > 0 { engine.prefetchBucket(request.hash, in: database) }
            offset = Int(request.next)
            batch.append(request)
        }
        // A single request gains nothing: its execution would wait for the same line.
        if batch.count < 2 { return }
        for index in 0..<batch.count where batch[index].keySize > 0 {
            engine.prefetchItem(batch[index].hash, in: database)
        }
    }

    @inline(__always)
    private func scanRequest(_ input: RawSpan, from start: Int) -> Request? {
        let word = input.halfWord(at: start)
        if word == HalfWords.get { return scanGet(input, from: start, .get, .get, keyFrom: start &+ 4) }
        if word == HalfWords.set { return scanStorage(input, from: start, .set, argumentsFrom: start &+ 4) }
        if word & 0xFF_FFFF == HalfWords.mg {
            return scanGet(input, from: start, .metaGet, .metaGet, keyFrom: start &+ 3)
        }
        return scanOther(input, from: start)
    }

    /// `get key`, `gets key`, `mg key flag*` with one key of legal size; other gets become `.line`.
    @inline(__always)
    private func scanGet(
        _ input: RawSpan, from start: Int, _ kind: Request.Kind, _ verb: Verb, keyFrom: Int
    ) -> Request? {
        let keyEnd = input.firstBlankOrControl(from: keyFrom)
        let key = Token(keyFrom, keyEnd)
        let isLegal = key.count > 0 && key.count <= Self.keySizeMax
        // The usual end, found without another search.
        if isLegal && keyEnd &+ 1 < input.byteCount && input[keyEnd] == 13 && input[keyEnd &+ 1] == 10 {
            return hashed(Request(kind, verb, line: Token(start, keyEnd), key: key, next: keyEnd &+ 2), input)
        }
        guard let line = findLine(input, from: start) else { return nil }
        if kind == .metaGet && isLegal && keyEnd < line.text.end && input[keyEnd] == 32 {
            return hashed(Request(kind, verb, line: line.text, key: key, next: line.next), input)
        }
        return Request(.line, verb, line: line.text, key: Token(start, start), next: line.next)
    }

    /// A storage line that is valid, small enough, and has its block.
    @inline(__always)
    private func scanStorage(_ input: RawSpan, from start: Int, _ verb: Verb, argumentsFrom: Int) -> Request?
    {
        guard let line = findLine(input, from: start) else { return nil }
        let storage =
            StorageLine(usual: input, from: argumentsFrom, to: line.text.end)
            ?? StorageLine(input, TokenCursor(from: argumentsFrom, to: line.text.end), hasCAS: false)
        let end = line.next &+ storage.valueSize &+ 2
        guard storage.verdict == .valid && end <= input.byteCount && fits(storage) else { return nil }
        var request = Request(.store, verb, line: line.text, key: storage.key, next: end)
        request.flags = storage.flags
        request.exptime = storage.exptime
        request.valueSize = UInt32(truncatingIfNeeded: storage.valueSize)
        request.isQuiet = storage.isQuiet
        return hashed(request, input)
    }

    /// The rest of the commands: those of one line are taken as they are, with their key's hash.
    private func scanOther(_ input: RawSpan, from start: Int) -> Request? {
        let nameEnd = input.firstBlankOrControl(from: start)
        guard nameEnd < input.byteCount && nameEnd > start else { return nil }
        let verb = Verb(input.slice(start, nameEnd))
        switch verb {
        case .gets:
            return scanGet(input, from: start, .gets, .gets, keyFrom: nameEnd &+ 1)
        case .add, .replace, .append, .prepend:
            return scanStorage(input, from: start, verb, argumentsFrom: nameEnd)
        case .metaSet:
            return scanMetaSet(input, from: start, argumentsFrom: nameEnd)
        // `stats detail on`, watch and a dump change how what follows is served.
        case .cas, .stats, .lruCrawler, .watch, .unknown:
            return nil
        case .delete, .incr, .decr, .touch, .metaDelete, .metaArithmetic, .metaDebug:
            guard let line = findLine(input, from: start) else { return nil }
            var cursor = TokenCursor(from: nameEnd, to: line.text.end)
            guard let key = cursor.next(input), key.count <= Self.keySizeMax else { return nil }
            return hashed(Request(.line, verb, line: line.text, key: key, next: line.next), input)
        case .get, .set, .metaGet, .gat, .gats, .metaNoop, .flushAll, .version, .verbosity, .quit, .cacheMemoryLimit,
            .slabs, .lru, .shutdown, .refreshCertificates:
            guard let line = findLine(input, from: start) else { return nil }
            return Request(.line, verb, line: line.text, key: Token(start, start), next: line.next)
        }
    }

    /// An ms whose block is complete; its flags are for `serveLine` to judge.
    private func scanMetaSet(_ input: RawSpan, from start: Int, argumentsFrom: Int) -> Request? {
        guard let line = findLine(input, from: start) else { return nil }
        var cursor = TokenCursor(from: argumentsFrom, to: line.text.end)
        guard let key = cursor.next(input), key.count <= Self.keySizeMax, let sizeToken = cursor.next(input),
            let size = input.unsigned(sizeToken), size <= UInt64(input.byteCount),
            line.next &+ Int(size) &+ 2 <= input.byteCount
        else { return nil }
        return hashed(
            Request(.line, .metaSet, line: line.text, key: key, next: line.next &+ Int(size) &+ 2), input)
    }

    @inline(__always)
    private func hashed(_ request: Request, _ input: RawSpan) -> Request {
        var request = request
        request.hash = engine.hash(input.slice(request.key))
        return request
    }

    /// The line that begins at `start`: its text without CR LF or LF, and where the next one begins.
    @inline(__always)
    func findLine(_ input: RawSpan, from start: Int) -> (text: Token, next: Int)? {
        guard let feed = input.firstIndex(of: 10, from: start) else { return nil }
        let end = feed > start && input[feed &- 1] == 13 ? feed &- 1 : feed
        return (Token(start, end), feed &+ 1)
    }
}

/// The first four bytes of the commonest requests.
private enum HalfWords {
    static var get: UInt32 { 0x2074_6567 }
    static var set: UInt32 { 0x2074_6573 }
    /// Three bytes.
    static var mg: UInt32 { 0x20_676D }
}
