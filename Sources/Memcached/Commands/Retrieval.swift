// get, gets, gat, gats: one key on the short way, many in chunks whose memory is prefetched.

import Base
import Engine

extension MemcachedSession {
    /// get or gets with one key.
    @inline(__always)
    func get(_ request: Request, _ input: RawSpan, _ output: inout OutputBuffer, wantsCAS: Bool) {
        let bytes = input.slice(request.key)
        let key = Key(bytes, hash: request.hash, in: database)
        let hits = classCounters
        let outcome = engine.get(key, wantsCAS: wantsCAS) { item in
            let value = item.string
            hits.add(.getHits, of: value.classSubject)
            Self.appendValue(bytes, item, value, showsCAS: request.kind == .gets, &output)
        }
        if case .hit = outcome {} else { countMiss(outcome) }
        output.append(Reply.end)
    }

    /// `VALUE key flags size [cas]` and the block.
    @inline(__always)
    private static func appendValue(
        _ key: RawSpan, _ item: borrowing ItemView, _ value: borrowing StringView, showsCAS: Bool,
        _ output: inout OutputBuffer
    ) {
        output.append("VALUE ")
        output.append(key)
        output.append(UInt8(ascii: " "))
        output.append(decimal: UInt64(item.flags))
        output.append(UInt8(ascii: " "))
        output.append(decimal: UInt64(truncatingIfNeeded: value.value.byteCount))
        if showsCAS {
            output.append(UInt8(ascii: " "))
            output.append(decimal: item.cas)
        }
        output.append("\r\n")
        Self.appendBlock(item, value, &output)
    }

    /// The value and its CR LF: copied if small, else held until it is sent.
    @inline(__always)
    static func appendBlock(
        _ item: borrowing ItemView, _ value: borrowing StringView, _ output: inout OutputBuffer
    ) {
        if value.isLarge { appendShared(item, &output) } else { output.append(value.value) }
        output.append("\r\n")
    }

    @inline(never)
    static func appendShared(_ item: borrowing ItemView, _ output: inout OutputBuffer) {
        guard let shared = item.shared else { return }
        shared.retain()
        output.append(shared: shared)
    }

    @inline(__always)
    func countMiss(_ outcome: ReadOutcome) {
        switch outcome {
        case .hit: break
        case .miss, .expired: counters.add(.getMisses)
        case .otherKind:
            counters.add(.getMisses)
            counters.add(.getOtherKind)
        }
    }

    /// Any get: with many keys, with strange ones, with an expiry.
    func getMany(_ verb: Verb, _ line: Line, _ input: RawSpan, _ output: inout OutputBuffer) -> Served {
        var cursor = line.cursor
        var expiry: Milliseconds?
        if verb == .gat || verb == .gats {
            guard let token = cursor.next(input), cursor.hasMore(input) else {
                output.append(Reply.badLine)
                return .served(end: line.next)
            }
            guard let exptime = input.exptime(token) else {
                output.append(Reply.badExptime)
                return .served(end: line.next)
            }
            expiry = Self.expiry(exptime, now: now)
        } else if !cursor.hasMore(input) {
            output.append(Reply.badLine)
            return .served(end: line.next)
        }
        if resumeOffset > 0 { cursor = TokenCursor(from: line.text.start &+ resumeOffset, to: line.text.end) }
        let showsCAS = verb == .gets || verb == .gats
        return getKeys(cursor, line, input, &output, expiry: expiry, showsCAS: showsCAS)
    }

    /// The keys from `cursor` on. Only the first key that is too long spoils them all, so that nothing may
    /// leave
    /// before all are known to be good.
    private func getKeys(
        _ cursor: TokenCursor, _ line: Line, _ input: RawSpan, _ output: inout OutputBuffer,
        expiry: Milliseconds?, showsCAS: Bool
    ) -> Served {
        var cursor = cursor
        let mark = output.count
        var keys = keys
        while keys.fill(from: &cursor, input, engine, database) {
            for index in 0..<keys.count {
                getKey(keys[index], input, &output, expiry: expiry, showsCAS: showsCAS)
            }
            if output.isOverSoftLimit && !keys.hasLongKey && cursor.hasMore(input) {
                if resumeOffset == 0 {
                    var rest = cursor
                    while let key = rest.next(input) {
                        if key.count > Self.keySizeMax { keys.hasLongKey = true }
                    }
                    if keys.hasLongKey { break }
                }
                resumeOffset = cursor.offset &- line.text.start
                return .interrupted
            }
        }
        resumeOffset = 0
        if keys.hasLongKey {
            output.truncate(to: mark)
            output.append(Reply.badLine)
        } else {
            output.append(Reply.end)
        }
        return .served(end: line.next)
    }

    @inline(__always)
    private func getKey(
        _ place: KeyPlace, _ input: RawSpan, _ output: inout OutputBuffer, expiry: Milliseconds?,
        showsCAS: Bool
    ) {
        let bytes = input.slice(place.token)
        let key = Key(bytes, hash: place.hash, in: database)
        let wantsCAS = showsCAS && isCASEnabled
        let hits = classCounters
        guard let expiry else {
            let outcome = engine.get(key, wantsCAS: wantsCAS) { item in
                let value = item.string
                hits.add(.getHits, of: value.classSubject)
                Self.appendValue(bytes, item, value, showsCAS: showsCAS, &output)
            }
            if isDetailed { noteGet(bytes, outcome) }
            return countMiss(outcome)
        }
        var options = FetchOptions()
        options.newExpiry = expiry
        options.wantsCAS = wantsCAS
        let outcome = engine.fetch(key, options) { item, _ in
            let value = item.string
            hits.add(.getHits, of: value.classSubject)
            hits.add(.touchHits, of: value.classSubject)
            Self.appendValue(bytes, item, value, showsCAS: showsCAS, &output)
        }
        if isDetailed { noteGet(bytes, outcome.asRead) }
        countMiss(outcome.asRead)
        counters.add(.cmdTouch)
        if case .hit = outcome {} else { counters.add(.touchMisses) }
    }

}

extension FetchOutcome {
    /// As a get would have it: what was created was missed.
    var asRead: ReadOutcome {
        @inline(__always) get {
            switch self {
            case .hit: .hit
            case .created, .miss, .outOfMemory: .miss
            case .expired: .expired
            case .otherKind: .otherKind
            }
        }
    }
}

/// A key of a get with many, found and hashed.
struct KeyPlace {
    var token = Token(0, 0)
    var hash = KeyHash(rawValue: 0)
}

/// The keys that are served next, their memory on its way. Its slots belong to the worker.
struct KeyChunk {
    private static let capacity = 64

    private let places = Scratch<KeyPlace>(capacity: Self.capacity)
    private(set) var count = 0
    /// A key was too long; those before it are in the chunk.
    var hasLongKey = false

    subscript(index: Int) -> KeyPlace {
        @inline(__always) get { places[index] }
    }

    /// Takes the next keys; false if there is none.
    @inline(__always)
    mutating func fill(
        from cursor: inout TokenCursor, _ input: RawSpan, _ engine: borrowing EngineHandle,
        _ database: DatabaseIndex
    ) -> Bool {
        count = 0
        while count < Self.capacity && !hasLongKey, let token = cursor.next(input) {
            guard token.count <= MemcachedSession.keySizeMax else {
                hasLongKey = true
                break
            }
            let hash = engine.hash(input.slice(token))
            places[count] = KeyPlace(token: token, hash: hash)
            engine.prefetchBucket(hash, in: database)
            count &+= 1
        }
        if count > 1 {
            for index in 0..<count { engine.prefetchItem(places[index].hash, in: database) }
        }
        return count > 0
    }
}
