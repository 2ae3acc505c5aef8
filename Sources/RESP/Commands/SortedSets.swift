// Commands on the members of sorted sets. Source: Redis 7.2 command reference, group "sorted-set".

import Base
import Engine

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
        add(request, firstMember: start + 1, step: 2, count: words / 2, rule, tellsChanges: tellsChanges, &output)
    }

    /// Gives members the scores whose bits are in `hashes`, and replies with how many were added.
    func add(
        _ request: Request, firstMember: Int, step: Int, count: Int, _ rule: SortedSetRule, tellsChanges: Bool,
        _ output: inout OutputBuffer
    ) {
        let scores = hashes
        var added = 0
        var updated = 0
        let isDone = edit(request, as: SortedSetValue.self, creates: !rule.contains(.updatesOnly), &output) { set in
            for index in 0..<count {
                let score = Double(bitPattern: scores[index])
                switch set.add(request[firstMember &+ index &* step], score, rule) {
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
        reason.occasion = Occasion(.zincr)
        var outcome = SortedSetOutcome.skipped
        let isDone = edit(request, as: SortedSetValue.self, creates: !rule.contains(.updatesOnly), &output) { set in
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
        guard let (count, repeats, withScores) = randomArguments(request, pairs: "withscores", &output) else { return }
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
