// Serving while somebody looks on: watchers of commands, or the log at -vv. One request at a time, each with a look
// at its key before and after. What is served, and how it is answered, is `serveLine`'s business as ever.

import Base
import Engine
import Transport

extension MemcachedSession {
    /// As `serveLine`, telling onlookers what it came to.
    @inline(never)
    func serveObserved(_ input: RawSpan, from start: Int, _ output: inout OutputBuffer) -> Served {
        // An interrupted command was told of when it began; an unfinished line is none yet.
        guard resumeOffset == 0, let (text, next) = findLine(input, from: start), next &- start >= 4 else {
            return serveLine(input, from: start, &output)
        }
        let nameEnd = input.firstBlank(from: start, to: text.end)
        let request = ObservedRequest(
            verb: Verb(input.slice(start, nameEnd)), line: Line(text: text, arguments: nameEnd, next: next))
        defer { hub.signal() }
        switch request.verb.keyPlaces {
        case .none: return serveKeyless(request, input, &output)
        case .all, .allButFirst: return serveFetches(request, input, &output)
        case .first: return serveKeyed(request, input, &output)
        }
    }

    private func serveKeyless(_ request: ObservedRequest, _ input: RawSpan, _ output: inout OutputBuffer) -> Served {
        let mark = output.count
        let served = serveLine(input, from: request.line.text.start, &output)
        logTraffic(request, found: "", ItemTraits(), input, output, from: mark, served)
        return served
    }

    /// Any get: its line is complete, so all of its keys are looked up now.
    private func serveFetches(_ request: ObservedRequest, _ input: RawSpan, _ output: inout OutputBuffer) -> Served {
        var cursor = request.line.cursor
        if request.verb.keyPlaces == .allButFirst { _ = cursor.next(input) }
        var found = ""
        while let token = cursor.next(input), token.count <= Self.keySizeMax {
            let bytes = input.slice(token)
            let traits = traits(of: engine.key(bytes, in: database))
            hub.write(.fetchers, type: "item_get", in: log) { $0.appendFetch(bytes, traits, fd: fd) }
            if hub.verbosity > 1 { found += sight(of: bytes, traits, isSent: true) }
        }
        let mark = output.count
        let served = serveLine(input, from: request.line.text.start, &output)
        logTraffic(request, found: found, ItemTraits(), input, output, from: mark, served)
        return served
    }

    private func serveKeyed(_ request: ObservedRequest, _ input: RawSpan, _ output: inout OutputBuffer) -> Served {
        var cursor = request.line.cursor
        guard let token = cursor.next(input), token.count <= Self.keySizeMax || request.verb.isMeta else {
            return serveKeyless(request, input, &output)
        }
        var flags = MetaFlags(input, TokenCursor(from: cursor.end, to: cursor.end), tokensBefore: 2)
        if request.verb.isMeta {
            if request.verb == .metaSet { _ = cursor.next(input) }
            flags = MetaFlags(input, cursor, tokensBefore: 2)
        }
        var served: Served?
        let isDecoded = withKey(token, flags, input) { key in
            guard key.bytes.byteCount <= Self.keySizeMax else { return }
            served = serveKeyed(key, request, flags, input, &output)
        }
        guard isDecoded, let served else { return serveKeyless(request, input, &output) }
        return served
    }

    private func serveKeyed(
        _ key: Key, _ request: ObservedRequest, _ flags: MetaFlags, _ input: RawSpan, _ output: inout OutputBuffer
    ) -> Served {
        let before = traits(of: key)
        let mark = output.count
        lastStore = nil
        let served = serveLine(input, from: request.line.text.start, &output)
        // It will be met again when its block is complete.
        if case .incomplete = served { return served }
        if request.verb.hasBlock { noteStored(request, served, input) }
        hub.write(.fetchers, type: "item_get", in: log) { $0.appendFetch(key.bytes, before, fd: fd) }
        if let outcome = lastStore, hub.isWatching(.mutations) {
            let traits = storedTraits(key, outcome, request, flags, input)
            hub.write(.mutations, type: "item_store", in: log) { line in
                line.appendStore(
                    key.bytes, outcome, command: request.verb.storeName(flags), traits, fd: fd)
            }
        }
        if request.verb == .delete || request.verb == .metaDelete, before.status == .found,
            traits(of: key).status == .notFound
        {
            hub.write(.deletions, type: "deleted", in: log) { line in
                line.appendDeletion(key.bytes, command: request.verb == .delete ? "delete" : "md", before)
            }
        }
        let found = hub.verbosity > 1 ? sight(of: key.bytes, before, isSent: false) : ""
        logTraffic(request, found: found, before, input, output, from: mark, served)
        return served
    }

    /// Success leaves no note in `lastStore`, so that it costs nothing when nobody looks on: what was served with a
    /// proper block and without a note was stored.
    private func noteStored(_ request: ObservedRequest, _ served: Served, _ input: RawSpan) {
        guard lastStore == nil, request.verb != .metaSet, case .served(let end) = served, end > request.line.next,
            input.slice(end &- 2, end).equals("\r\n")
        else { return }
        lastStore = .stored
    }

    /// What there is at `key`, whatever its time; nothing is counted or touched.
    func traits(of key: Key) -> ItemTraits {
        var traits = ItemTraits()
        engine.peek(key) { item in traits = ItemTraits(item, now: now) }
        return traits
    }

    /// The item as it is stored now, or as it would have been.
    private func storedTraits(
        _ key: Key, _ outcome: StoreOutcome, _ request: ObservedRequest, _ flags: MetaFlags, _ input: RawSpan
    ) -> ItemTraits {
        if case .stored = outcome { return traits(of: key) }
        var traits = ItemTraits()
        var options = StoreOptions()
        options.casField = casField
        if request.verb == .metaSet {
            var cursor = request.line.cursor
            _ = cursor.next(input)
            if let token = cursor.next(input) { traits.size = Int(input.unsigned(token) ?? 0) }
            options.flags = flags.clientFlags
            traits.timeToLive = flags.has("T") ? Int64(flags.timeToLive) : 0
        } else {
            let storage = StorageLine(input, request.line.cursor, hasCAS: request.verb == .cas)
            traits.size = storage.valueSize
            options.flags = storage.flags
            traits.timeToLive = Int64(storage.exptime)
        }
        options.expiry = Milliseconds(traits.timeToLive)
        traits.classIndex = engine.sizeClassIndex(
            keySize: key.bytes.byteCount, valueSize: traits.size, options)
        return traits
    }

    var fd: Int32 { connection?.fd ?? 0 }
}

/// A complete line and what it begins with.
struct ObservedRequest {
    let verb: Verb
    let line: Line
}

extension Verb {
    enum KeyPlaces { case none, first, all, allButFirst }

    /// Which tokens behind the name are keys.
    var keyPlaces: KeyPlaces {
        switch self {
        case .get, .gets: .all
        case .gat, .gats: .allButFirst
        case .set, .add, .replace, .append, .prepend, .cas, .metaGet, .metaSet, .metaDelete, .metaArithmetic,
            .metaDebug, .delete, .incr, .decr, .touch:
            .first
        default: .none
        }
    }

    var isMeta: Bool {
        switch self {
        case .metaGet, .metaSet, .metaDelete, .metaArithmetic, .metaDebug: true
        default: false
        }
    }

    /// The command's name in an item_store line.
    fileprivate func storeName(_ flags: MetaFlags) -> StaticString {
        switch self {
        case .add, .metaArithmetic: "add"
        case .replace: "replace"
        case .append: "append"
        case .prepend: "prepend"
        case .cas: "cas"
        case .metaSet where flags.has("M") && flags.mode == UInt8(ascii: "E"): "add"
        case .metaSet where flags.has("M") && flags.mode == UInt8(ascii: "A"): "append"
        case .metaSet where flags.has("M") && flags.mode == UInt8(ascii: "P"): "prepend"
        case .metaSet where flags.has("C"): "cas"
        case .metaSet where flags.has("M") && flags.mode == UInt8(ascii: "R"): "replace"
        default: "set"
        }
    }
}
