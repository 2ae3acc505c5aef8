// While another server's keyspace is taken over: a request whose keys may still be there waits until they were fetched.

import Base
public import Engine
import Synchronization
import Transport

/// What keeps requests from the short ways: four bits, and behind them a number, another for each origin, 0 for none.
enum Detours {
    static var none: UInt64 { 0 }
    static var readOnly: UInt64 { 1 }
    static var busy: UInt64 { 2 }
    static var pausesWrites: UInt64 { 4 }
    static var pausesAll: UInt64 { 8 }
    static var bits: UInt64 { 15 }
}

extension MemcachedFrontEnd {
    /// Whether one of the `Detours` is taken. Any thread.
    subscript(detour bit: UInt64) -> Bool {
        get { detours.load(ordering: .relaxed) & bit != 0 }
        set {
            if newValue {
                detours.bitwiseOr(bit, ordering: .relaxed)
            } else {
                detours.bitwiseAnd(~bit, ordering: .relaxed)
            }
        }
    }

    /// Where keys of this door's database may be that are not here; nil is nowhere. Sessions look once a batch. Any
    /// thread.
    public var keyOrigin: (any KeyOrigin)? {
        get { originState.withLock { $0.origin } }
        set {
            originState.withLock { state in
                state.generation += 1
                state.origin = newValue
                detours.bitwiseAnd(Detours.bits, ordering: .relaxed)
                if newValue != nil { detours.bitwiseOr(state.generation << 4, ordering: .releasing) }
            }
        }
    }
}

/// A request as far as it matters who waits.
private struct KeyedRequest {
    /// Where the next one begins, perhaps beyond the input.
    var end: Int
    /// Nobody may bring its keys back once it was answered, even if it found none.
    var deletes = false
}

extension MemcachedSession {
    /// Requests behind the first whose keys are fetched with its own, so that a pipeline waits once.
    private static let lookaheadCountMax = 64
    /// Keys that are fetched at once. What a request names beyond is taken for missing.
    private static let fetchedKeyCountMax = 10_000

    /// Whether the request at `offset` has to wait; then its keys, and those of the complete requests behind it, are on
    /// their way here.
    @inline(never)
    func waitsForOrigin(_ input: RawSpan, from offset: Int) -> Bool {
        guard let origin else { return false }
        if offset < passedSize {
            pass(origin, input, from: offset)
            return false
        }
        var undecided: [UndecidedKey] = []
        var end = offset
        var count = 0
        while count < Self.lookaheadCountMax && undecided.count < Self.fetchedKeyCountMax && end < input.byteCount {
            let request = eachKey(input, from: end) { key in
                guard undecided.count < Self.fetchedKeyCountMax, origin.mayHave(key, &engine) else { return }
                undecided.append(UndecidedKey(key))
            }
            guard let request else { break }
            end = request.end
            count += 1
            // The first decides whether anybody waits.
            if undecided.isEmpty { return false }
        }
        if undecided.isEmpty { return false }
        let wait = OriginWait()
        let connection = connection
        originWait = wait
        let isAsked = origin.fetch(undecided, worker: connection?.worker.index ?? 0) {
            wait.end()
            connection?.wake()
        }
        if isAsked {
            waitingSize = end &- offset
            return true
        }
        originWait = nil
        passedSize = end
        pass(origin, input, from: offset)
        return false
    }

    /// Lets a request go on, whether its keys came or not. What it deletes is decided even if it finds nothing.
    private func pass(_ origin: any KeyOrigin, _ input: RawSpan, from offset: Int) {
        var keys: [UndecidedKey] = []
        let request = eachKey(input, from: offset) { key in
            if origin.mayHave(key, &engine) { keys.append(UndecidedKey(key)) }
        }
        guard request?.deletes == true else { return }
        for key in keys { origin.exclude(key.key) }
    }

    func wakeUp(from wait: OriginWait) -> Progress.Next {
        guard wait.isOver else { return .wait }
        originWait = nil
        passedSize = waitingSize
        return .yield
    }

    /// Whoever has sent all that he will is still owed what waits here.
    func inputEndedWhileWaiting() -> Progress.Next {
        originWait == nil && !isHeldByPause ? .close : .wait
    }

    /// Shows the keys that the request at `start` goes by, if they are absent; nil if it is not there yet.
    private func eachKey(_ input: RawSpan, from start: Int, _ body: (Key) -> Void) -> KeyedRequest? {
        stage == .binary ? eachBinaryKey(input, from: start, body) : eachTextKey(input, from: start, body)
    }

    private func eachTextKey(_ input: RawSpan, from start: Int, _ body: (Key) -> Void) -> KeyedRequest? {
        guard let line = findLine(input, from: start) else { return nil }
        let nameEnd = input.firstBlank(from: start, to: line.text.end)
        let verb = Verb(input.slice(start, nameEnd))
        var cursor = TokenCursor(from: nameEnd, to: line.text.end)
        var request = KeyedRequest(end: line.next)
        func show(_ token: Token?) {
            guard let token, token.count <= Self.keySizeMax else { return }
            body(engine.key(input.slice(token), in: database))
        }
        switch verb {
        case .get, .gets:
            while let token = cursor.next(input) { show(token) }
        case .gat, .gats:
            _ = cursor.next(input)
            while let token = cursor.next(input) { show(token) }
        case .delete, .incr, .decr, .touch:
            show(cursor.next(input))
            request.deletes = verb == .delete
        case .set, .add, .replace, .append, .prepend, .cas:
            let storage = StorageLine(input, cursor, hasCAS: verb == .cas)
            guard storage.verdict != .malformed else { break }
            request.end += storage.valueSize + 2
            if verb != .set && storage.verdict == .valid { show(storage.key) }
        case .metaGet, .metaDelete, .metaArithmetic, .metaDebug:
            guard let token = cursor.next(input), token.count <= Self.keySizeMax else { break }
            _ = withKey(token, MetaFlags(input, cursor, tokensBefore: 2), input, body)
            request.deletes = verb == .metaDelete
        case .metaSet:
            guard let token = cursor.next(input), let sizeToken = cursor.next(input),
                let size = input.unsigned(sizeToken), size <= UInt64(Self.valueSizeMax)
            else { break }
            request.end += Int(size) + 2
            let flags = MetaFlags(input, cursor, tokensBefore: 3)
            let overwrites = !flags.has("C") && (!flags.has("M") || flags.mode == UInt8(ascii: "S"))
            if !overwrites && token.count <= Self.keySizeMax { _ = withKey(token, flags, input, body) }
        case .metaNoop, .flushAll, .version, .verbosity, .quit, .stats, .cacheMemoryLimit, .slabs, .lru, .shutdown,
            .refreshCertificates, .lruCrawler, .watch, .unknown:
            break
        }
        return request
    }

    private func eachBinaryKey(_ input: RawSpan, from start: Int, _ body: (Key) -> Void) -> KeyedRequest? {
        guard start &+ BinaryRequest.headerSize <= input.byteCount else { return nil }
        let request = BinaryRequest(input, at: start)
        guard request.magic == BinaryRequest.magic, request.sizesAgree, request.end <= input.byteCount,
            request.keySize <= Self.keySizeMax, let opcode = request.opcode
        else { return nil }
        var found = KeyedRequest(end: request.end)
        switch opcode {
        case .get, .getQ, .getK, .getKQ, .add, .addQ, .replace, .replaceQ, .append, .appendQ, .prepend, .prependQ,
            .increment, .incrementQ, .decrement, .decrementQ, .touch, .gat, .gatQ, .gatK, .gatKQ:
            break
        case .delete, .deleteQ: found.deletes = true
        case .set, .setQ: if request.cas == 0 { return found }
        case .flush, .flushQ, .noop, .version, .verbosity, .stat, .quit, .quitQ, .saslMechanisms, .saslStart, .saslStep:
            return found
        }
        if request.keySize > 0 { body(engine.key(input.slice(request.key), in: database)) }
        return found
    }
}
