// What the commands on collections have in common: finding one or creating it, and the arguments of a scan.

import Base
import Engine

extension RESPSession {
    /// Has `body` change the collection at argument 1. False, with an error written, if the key holds another kind or
    /// memory is full; a missing one is created, or left missing, without a call, if not `creates`.
    func edit<V: CollectionValue & ~Escapable>(
        _ request: Request, as type: V.Type, creates: Bool = true, _ output: inout OutputBuffer,
        _ body: (inout V) -> Void
    ) -> Bool {
        // Collections go over the limit rather than fail halfway: room is made before.
        guard engine.makeRoomToWrite() else {
            failMemory(&output)
            return false
        }
        switch engine.edit(request.key(in: database), as: type, creates: creates, body) {
        case .done, .notFound: return true
        case .otherKind:
            failKind(&output)
            return false
        }
    }

    /// Has `body` take something out of the collection at argument 1. False if there is none, with an error written if
    /// the key holds another kind.
    func editPresent<V: CollectionValue & ~Escapable>(
        _ request: Request, as type: V.Type, _ output: inout OutputBuffer, missing: (inout OutputBuffer) -> Void,
        _ body: (inout V, inout OutputBuffer) -> Void
    ) -> Bool {
        switch engine.edit(request.key(in: database), as: type, creates: false, { value in body(&value, &output) }) {
        case .done: return true
        case .notFound: missing(&output)
        case .otherKind: failKind(&output)
        }
        return false
    }

    /// Shows the collection at argument 1 to `body`, or writes what a missing one answers, or an error.
    func read<V: CollectionValue & ~Escapable>(
        _ request: Request, as type: V.Type, _ output: inout OutputBuffer, missing: (inout OutputBuffer) -> Void,
        _ body: (borrowing V, inout OutputBuffer) -> Void
    ) {
        switch engine.read(request.key(in: database), as: type, { value in body(value, &output) }) {
        case .hit: break
        case .miss, .expired: missing(&output)
        case .otherKind: failKind(&output)
        }
    }

    // MARK: Scans of one collection

    /// HSCAN and its like: the cursor at argument 2, options behind. `step` shows some elements and returns the next
    /// cursor; `show` is to be called for each, and matches the element's name.
    func scanElements<V: CollectionValue & ~Escapable>(
        _ request: Request, as type: V.Type, _ output: inout OutputBuffer,
        step: (borrowing V, _ cursor: UInt64, _ show: (_ name: RawSpan, _ write: (inout OutputBuffer) -> Int) -> Void)
            -> UInt64
    ) {
        guard let cursor = Self.cursor(request[2]) else { return fail("ERR invalid cursor", &output) }
        // A missing key answers before the options are looked at, as in Redis.
        switch engine.read(request.key(in: database), as: type, { _ in }) {
        case .hit: break
        case .miss, .expired:
            output.appendArray(2)
            output.appendBulk("0")
            return output.appendArray(0)
        case .otherKind: return failKind(&output)
        }
        guard let options = scanOptions(request, from: 3, &output) else { return }
        let glob = Glob(request[options.pattern ?? 0])
        var found = OutputBuffer(capacity: 1024)
        var foundCount = 0
        var next = cursor
        _ = engine.read(request.key(in: database), as: type) { value in
            var seen = 0
            var rounds = 0
            repeat {
                next = step(value, next) { name, write in
                    seen &+= 1
                    if options.pattern == nil || glob.matches(name) { foundCount &+= write(&found) }
                }
                rounds &+= 1
                // Empty places count too, so that a call ends. Source: Redis scanGenericCommand.
            } while next != 0 && seen < options.count && rounds < options.count &* 10
        }
        output.appendArray(2)
        output.appendBulk(DecimalText(next).span)
        output.appendArray(foundCount)
        output.append(found.span)
    }

    /// MATCH and COUNT, or nil after an error.
    private func scanOptions(
        _ request: Request, from start: Int, _ output: inout OutputBuffer
    ) -> (pattern: Int?, count: Int)? {
        var pattern: Int?
        var count: Int64 = 10
        var index = start
        while index < request.count {
            if index + 1 < request.count && request[index].equalsIgnoringCase("count") {
                guard let value = request[index + 1].integer else {
                    failInteger(&output)
                    return nil
                }
                guard value >= 1 else {
                    failSyntax(&output)
                    return nil
                }
                count = value
            } else if index + 1 < request.count && request[index].equalsIgnoringCase("match") {
                pattern = index + 1
            } else {
                failSyntax(&output)
                return nil
            }
            index += 2
        }
        return (pattern, Int(min(count, 1 << 40)))
    }

    // MARK: Random elements

    /// The count of HRANDFIELD and its like: how many, and whether one may come twice.
    /// - Parameter inPairs: each of them has two parts in the reply.
    func randomCount(
        _ text: RawSpan, inPairs: Bool, _ output: inout OutputBuffer
    ) -> (count: Int, repeats: Bool)? {
        guard let value = text.integer else {
            failInteger(&output)
            return nil
        }
        guard value > Int64.min else {
            failMagnitude(&output)
            return nil
        }
        guard !inPairs || abs(value) <= Int64.max / 2 else {
            fail("ERR value is out of range", &output)
            return nil
        }
        return (Int(abs(value)), value < 0)
    }

    /// The arguments of HRANDFIELD and ZRANDMEMBER behind the key: the count, and `word` for pairs. nil after an error.
    func randomArguments(
        _ request: Request, pairs word: StaticString, _ output: inout OutputBuffer
    ) -> (count: Int, repeats: Bool, inPairs: Bool)? {
        let inPairs = request.count == 4 && request[3].equalsIgnoringCase(word)
        // A count that is none is told first.
        guard let (count, repeats) = randomCount(request[2], inPairs: inPairs, &output) else { return nil }
        guard request.count == 3 || inPairs else {
            failSyntax(&output)
            return nil
        }
        return (count, repeats, inPairs)
    }

    /// LIMIT of SINTERCARD and ZINTERCARD, from argument `first` on; 0 is none. nil after an error.
    func intersectionLimit(_ request: Request, from first: Int, _ output: inout OutputBuffer) -> Int64? {
        var limit: Int64 = 0
        var index = first
        while index < request.count {
            guard request[index].equalsIgnoringCase("limit"), index + 1 < request.count else {
                failSyntax(&output)
                return nil
            }
            guard let value = request[index + 1].integer, value >= 0 else {
                fail("ERR LIMIT can't be negative", &output)
                return nil
            }
            limit = value
            index += 2
        }
        return limit
    }

    // MARK: From the first of several keys

    /// The arguments of LMPOP, ZMPOP and their like from the number of keys on.
    struct PopArguments<Place> {
        var keyCount: Int
        /// Which end.
        var place: Place
        var countMax: Int
    }

    /// Number of keys, keys, a word that says from which end, COUNT: from argument `start` on. nil after an error.
    func popArguments<Place>(
        _ request: Request, from start: Int, place: (RawSpan) -> Place?, _ output: inout OutputBuffer
    ) -> PopArguments<Place>? {
        guard let keyCount = request[start].integer, keyCount > 0 else {
            fail("ERR numkeys should be greater than 0", &output)
            return nil
        }
        let wordPlace = Int(min(keyCount, Int64(request.count))) + start + 1
        guard wordPlace < request.count, let place = place(request[wordPlace]) else {
            failSyntax(&output)
            return nil
        }
        var arguments = PopArguments(keyCount: Int(keyCount), place: place, countMax: 1)
        if request.count == wordPlace + 1 { return arguments }
        guard request.count >= wordPlace + 3, request[wordPlace + 1].equalsIgnoringCase("count") else {
            failSyntax(&output)
            return nil
        }
        guard let count = request[wordPlace + 2].integer, count > 0 else {
            fail("ERR count should be greater than 0", &output)
            return nil
        }
        guard request.count == wordPlace + 3 else {
            failSyntax(&output)
            return nil
        }
        arguments.countMax = Int(count)
        return arguments
    }

    /// Does `take` with the keys from argument 2 on, in one section, until one has something.
    func takeFromFirst(
        _ request: Request, _ keyCount: Int, _ output: inout OutputBuffer,
        _ take: (Key, inout EngineHandle, inout OutputBuffer) -> EditOutcome
    ) {
        let shards = gatherKeys(request, from: 2, count: keyCount)
        let hashes = hashes
        let database = database
        let outcome = engine.section(shards) { engine in
            for index in 0..<keyCount {
                let key = Key(request[2 &+ index], hash: KeyHash(rawValue: hashes[index]), in: database)
                let outcome = take(key, &engine, &output)
                if outcome != .notFound { return outcome }
            }
            return EditOutcome.notFound
        }
        switch outcome {
        case .done: break
        case .notFound: output.appendNullArray(version)
        case .otherKind: failKind(&output)
        }
    }
}
