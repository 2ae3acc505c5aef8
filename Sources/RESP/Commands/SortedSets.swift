// Commands on the members of sorted sets. Source: Redis 7.2 command reference, group "sorted-set".

import Base
import Engine

/// What the commands that pop do to a sorted set, whether at once or after waiting.
enum SortedSetTaking {
    /// Takes up to `count` elements out of an end and writes them, in an array.
    static func pop(
        _ count: Int, from set: inout SortedSetValue, isHighest: Bool, inPairs: Bool, _ version: ProtocolVersion,
        _ output: inout OutputBuffer
    ) {
        let taken = min(count, set.count)
        let positions = isHighest ? set.count - taken..<set.count : 0..<taken
        output.appendArray(inPairs ? taken : taken * 2)
        set.forEach(positions, isReversed: isHighest) { member, score in
            if inPairs { output.appendArray(2) }
            output.appendBulk(member)
            output.appendDouble(score, version)
        }
        set.removeRange(positions)
    }

    /// Takes elements out of an end and replies with the key and them: one element with its score, or up to `countMax`
    /// in an array of pairs. In a section that holds the key.
    static func pop(
        _ key: Key, isHighest: Bool, countMax: Int?, _ version: ProtocolVersion, _ engine: inout EngineHandle,
        _ output: inout OutputBuffer
    ) -> EditOutcome {
        engine.edit(key, as: SortedSetValue.self, creates: false) { set in
            output.appendArray(countMax == nil ? 3 : 2)
            output.appendBulk(key.bytes)
            if let countMax {
                pop(countMax, from: &set, isHighest: isHighest, inPairs: true, version, &output)
            } else {
                let position = isHighest ? set.count - 1 : 0
                set.forEach(position..<position + 1) { member, score in
                    output.appendBulk(member)
                    output.appendDouble(score, version)
                }
                set.removeRange(position..<position + 1)
            }
        }
    }
}

extension RESPSession {
    func zadd(_ request: Request, _ output: inout OutputBuffer) {
        var rule: SortedSetRule = []
        var tellsChanges = false
        var start = 2
        while start < request.count {
            let word = request[start]
            if word.equalsIgnoringCase("nx") {
                rule.insert(.addsOnly)
            } else if word.equalsIgnoringCase("xx") {
                rule.insert(.updatesOnly)
            } else if word.equalsIgnoringCase("gt") {
                rule.insert(.raises)
            } else if word.equalsIgnoringCase("lt") {
                rule.insert(.lowers)
            } else if word.equalsIgnoringCase("ch") {
                tellsChanges = true
            } else if word.equalsIgnoringCase("incr") {
                rule.insert(.increments)
            } else {
                break
            }
            start += 1
        }
        let words = request.count - start
        guard words > 0 && words % 2 == 0 else { return failSyntax(&output) }
        if rule.isSuperset(of: [.addsOnly, .updatesOnly]) {
            return fail("ERR XX and NX options at the same time are not compatible", &output)
        }
        let restrictions = rule.intersection([.addsOnly, .raises, .lowers])
        if restrictions.rawValue.nonzeroBitCount > 1 {
            return fail("ERR GT, LT, and/or NX options at the same time are not compatible", &output)
        }
        if rule.contains(.increments) {
            guard words == 2 else {
                return fail("ERR INCR option supports a single increment-element pair", &output)
            }
            return increment(request, at: start, rule, &output)
        }
        // All scores are looked at before any counts.
        let scores = hashes
        scores.reserve(words / 2)
        for pair in 0..<words / 2 {
            guard let score = request[start + pair * 2].double() else { return failFloat(&output) }
            scores[pair] = score.bitPattern
        }
        var added = 0
        var updated = 0
        let isDone = edit(request, as: SortedSetValue.self, &output) { set in
            for pair in 0..<words / 2 {
                switch set.add(request[start + pair * 2 + 1], Double(bitPattern: scores[pair]), rule) {
                case .added: added &+= 1
                case .updated: updated &+= 1
                case .same, .skipped, .notANumber: break
                }
            }
        }
        if isDone { output.appendInteger(tellsChanges ? added + updated : added) }
    }

    func zincrby(_ request: Request, _ output: inout OutputBuffer) {
        increment(request, at: 2, .increments, &output)
    }

    /// Adds the number at argument `place` to the score of the member behind it.
    private func increment(_ request: Request, at place: Int, _ rule: SortedSetRule, _ output: inout OutputBuffer) {
        guard let increment = request[place].double() else { return failFloat(&output) }
        var outcome = SortedSetOutcome.skipped
        let isDone = edit(request, as: SortedSetValue.self, &output) { set in
            outcome = set.add(request[place + 1], increment, rule)
        }
        guard isDone else { return }
        switch outcome {
        case .added(let score), .updated(let score), .same(let score): output.appendDouble(score, version)
        case .skipped: output.appendNull(version)
        case .notANumber: fail("ERR resulting score is not a number (NaN)", &output)
        }
    }

    func failFloat(_ output: inout OutputBuffer) { fail("ERR value is not a valid float", &output) }

    func zrem(_ request: Request, _ output: inout OutputBuffer) {
        var removed = 0
        let isDone = editPresent(request, as: SortedSetValue.self, &output, missing: { $0.appendInteger(0) }) {
            set, _ in
            for index in 2..<request.count where set.remove(request[index]) { removed &+= 1 }
        }
        if isDone { output.appendInteger(removed) }
    }

    func zcard(_ request: Request, _ output: inout OutputBuffer) {
        read(request, as: SortedSetValue.self, &output, missing: { $0.appendInteger(0) }) {
            $1.appendInteger($0.count)
        }
    }

    func zscore(_ request: Request, _ output: inout OutputBuffer) {
        let version = version
        read(request, as: SortedSetValue.self, &output, missing: { $0.appendNull(version) }) { set, output in
            Self.append(set.score(of: request[2]), version, &output)
        }
    }

    func zmscore(_ request: Request, _ output: inout OutputBuffer) {
        let version = version
        let count = request.count - 2
        let missing = { (output: inout OutputBuffer) in
            output.appendArray(count)
            for _ in 0..<count { output.appendNull(version) }
        }
        read(request, as: SortedSetValue.self, &output, missing: missing) { set, output in
            output.appendArray(count)
            for index in 2..<request.count { Self.append(set.score(of: request[index]), version, &output) }
        }
    }

    private static func append(_ score: Double?, _ version: ProtocolVersion, _ output: inout OutputBuffer) {
        if let score { output.appendDouble(score, version) } else { output.appendNull(version) }
    }

    /// ZRANK, ZREVRANK.
    func zrank(_ request: Request, isReversed: Bool, _ output: inout OutputBuffer) {
        guard request.count <= 4 else {
            return fail(
                isReversed
                    ? "ERR wrong number of arguments for 'zrevrank' command"
                    : "ERR wrong number of arguments for 'zrank' command", &output)
        }
        let withScore = request.count == 4
        if withScore && !request[3].equalsIgnoringCase("withscore") { return failSyntax(&output) }
        let version = version
        let missing = { (output: inout OutputBuffer) in
            withScore ? output.appendNullArray(version) : output.appendNull(version)
        }
        read(request, as: SortedSetValue.self, &output, missing: missing) { set, output in
            guard let (position, score) = set.position(of: request[2]) else { return missing(&output) }
            if withScore { output.appendArray(2) }
            output.appendInteger(isReversed ? set.count - 1 - position : position)
            if withScore { output.appendDouble(score, version) }
        }
    }

    func zscan(_ request: Request, _ output: inout OutputBuffer) {
        scanElements(request, as: SortedSetValue.self, &output) { set, cursor, show in
            set.scan(cursor) { member, score in
                show(member) { found in
                    found.appendBulk(member)
                    found.appendBulk(DoubleText(score).span)
                    return 2
                }
            }
        }
    }

    func zrandmember(_ request: Request, _ output: inout OutputBuffer) {
        let version = version
        guard request.count > 2 else {
            let missing = { (output: inout OutputBuffer) in output.appendNull(version) }
            return read(request, as: SortedSetValue.self, &output, missing: missing) { set, output in
                set.random { member, _ in output.appendBulk(member) }
            }
        }
        if request.count > 4 || (request.count == 4 && !request[3].equalsIgnoringCase("withscores")) {
            // A count that is none is told first.
            guard randomCount(request[2], inPairs: false, &output) != nil else { return }
            return failSyntax(&output)
        }
        let withScores = request.count == 4
        guard let (count, repeats) = randomCount(request[2], inPairs: withScores, &output) else { return }
        read(request, as: SortedSetValue.self, &output, missing: { $0.appendArray(0) }) { set, output in
            let shown = repeats ? count : min(count, set.count)
            output.appendMembers(shown, withScores: withScores, version)
            if repeats {
                for _ in 0..<shown {
                    set.random { output.appendMember($0, withScores ? $1 : nil, version) }
                }
            } else {
                set.randomSample(shown) { output.appendMember($0, withScores ? $1 : nil, version) }
            }
        }
    }

    // MARK: Pops

    /// ZPOPMIN, ZPOPMAX.
    func zpop(_ request: Request, isHighest: Bool, _ output: inout OutputBuffer) {
        guard request.count <= 3 else { return failSyntax(&output) }
        var count = 1
        // A single one is not in an array of its own, whatever the version.
        let inPairs = version == .three && request.count == 3
        if request.count == 3 {
            guard let value = request[2].integer, value >= 0 else {
                return fail("ERR value is out of range, must be positive", &output)
            }
            count = Int(value)
        }
        let version = version
        _ = editPresent(request, as: SortedSetValue.self, &output, missing: { $0.appendArray(0) }) { set, output in
            SortedSetTaking.pop(count, from: &set, isHighest: isHighest, inPairs: inPairs, version, &output)
        }
    }

    func zmpop(_ request: Request, _ output: inout OutputBuffer) {
        guard let arguments = poppingArguments(request, from: 1, &output) else { return }
        let shards = gatherKeys(request, from: 2, count: arguments.keyCount)
        let hashes = hashes
        let database = database
        let version = version
        let outcome = engine.section(shards) { engine in
            for index in 0..<arguments.keyCount {
                let key = Key(request[2 &+ index], hash: KeyHash(rawValue: hashes[index]), in: database)
                let outcome = SortedSetTaking.pop(
                    key, isHighest: arguments.isHighest, countMax: arguments.count, version, &engine, &output)
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

    struct PoppingArguments {
        var keyCount: Int
        var isHighest: Bool
        var count: Int
    }

    /// Number of keys, keys, MIN or MAX, COUNT: from argument `place` on. nil after an error.
    func poppingArguments(_ request: Request, from place: Int, _ output: inout OutputBuffer) -> PoppingArguments? {
        guard let keyCount = request[place].integer, keyCount > 0 else {
            fail("ERR numkeys should be greater than 0", &output)
            return nil
        }
        guard keyCount < request.count - place - 1 else {
            failSyntax(&output)
            return nil
        }
        var index = place + 1 + Int(keyCount)
        let isHighest = request[index].equalsIgnoringCase("max")
        guard isHighest || request[index].equalsIgnoringCase("min") else {
            failSyntax(&output)
            return nil
        }
        var count: Int64?
        index += 1
        while index < request.count {
            guard count == nil, request[index].equalsIgnoringCase("count"), index + 1 < request.count else {
                failSyntax(&output)
                return nil
            }
            guard let value = request[index + 1].integer, value > 0 else {
                fail("ERR count should be greater than 0", &output)
                return nil
            }
            count = value
            index += 2
        }
        return PoppingArguments(keyCount: Int(keyCount), isHighest: isHighest, count: Int(count ?? 1))
    }
}

extension OutputBuffer {
    /// The header of `count` members: with scores these are flat in version 2, pairs in version 3.
    mutating func appendMembers(_ count: Int, withScores: Bool, _ version: ProtocolVersion) {
        appendArray(withScores && version == .two ? count * 2 : count)
    }

    /// A member, with its score if there is one.
    @inline(__always)
    mutating func appendMember(_ member: RawSpan, _ score: Double?, _ version: ProtocolVersion) {
        guard let score else { return appendBulk(member) }
        if version == .three { appendArray(2) }
        appendBulk(member)
        appendDouble(score, version)
    }
}
