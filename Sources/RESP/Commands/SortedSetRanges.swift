// Ranges of sorted sets: by position, by score, by member; to be shown, counted, stored or removed.
// Source: Redis 7.2 command reference, group "sorted-set".

import Base
import Engine

/// What a range is told by.
enum SortedSetRangeKind { case positions, scores, members }

/// A range of a sorted set, as read from the arguments. Bounds of members stay there.
struct SortedSetRange {
    var kind = SortedSetRangeKind.positions
    var isReversed = false
    var withScores = false
    var offset: Int64 = 0
    /// Negative is no limit.
    var limit: Int64 = -1
    /// For positions, the last included; negative ones count from the end.
    var start: Int64 = 0
    var stop: Int64 = 0
    var scores = ScoreBounds(0, 0)
    /// Which arguments the bounds of members are.
    var leastPlace = 0
    var mostPlace = 0

    /// The positions that the range has in a set.
    func positions(in set: borrowing SortedSetValue, _ request: Request) -> Range<Int> {
        switch kind {
        case .positions: return positions(count: set.count)
        case .scores: return limited(set.positions(scores))
        case .members:
            guard let least = request[leastPlace].memberBound, let most = request[mostPlace].memberBound else {
                preconditionFailure("read before")
            }
            return limited(set.positions(MemberBounds(least, most)))
        }
    }

    private func positions(count: Int) -> Range<Int> {
        let size = Int64(count)
        let first = max(0, start < 0 ? start + size : start)
        let last = min(size - 1, stop < 0 ? stop + size : stop)
        guard first <= last else { return 0..<0 }
        return isReversed ? Int(size - 1 - last)..<Int(size - first) : Int(first)..<Int(last + 1)
    }

    private func limited(_ positions: Range<Int>) -> Range<Int> {
        guard offset >= 0 && offset < positions.count else { return 0..<0 }
        let skipped = Int(offset)
        let rest = positions.count - skipped
        let taken = limit < 0 ? rest : Int(min(limit, Int64(rest)))
        let lower = isReversed ? positions.upperBound - skipped - taken : positions.lowerBound + skipped
        return lower..<lower + taken
    }
}

extension RawSpan {
    /// One end of a range of scores: a number, excluded itself behind an opening parenthesis.
    fileprivate var scoreBound: (score: Double, isExcluded: Bool)? {
        let isExcluded = byteCount > 0 && self[0] == UInt8(ascii: "(")
        guard let score = (isExcluded ? slice(1, byteCount) : self).lenientDouble() else { return nil }
        return (score, isExcluded)
    }

    /// One end of a range of members.
    fileprivate var memberBound: MemberBound? {
        @_lifetime(copy self) get {
            guard byteCount > 0 else { return nil }
            let isAlone = byteCount == 1 || self[1] == 0
            switch self[0] {
            case UInt8(ascii: "-"): return isAlone ? MemberBound(.lowest, self) : nil
            case UInt8(ascii: "+"): return isAlone ? MemberBound(.highest, self) : nil
            case UInt8(ascii: "["): return MemberBound(.including, slice(1, byteCount))
            case UInt8(ascii: "("): return MemberBound(.excluding, slice(1, byteCount))
            default: return nil
            }
        }
    }
}

extension RESPSession {
    /// ZRANGE and the older commands for one kind of range: `kind` and `isReversed` are what the command's name says,
    /// nil if options may.
    func zrange(
        _ request: Request, _ kind: SortedSetRangeKind?, isReversed: Bool?, _ output: inout OutputBuffer
    ) {
        guard let range = readRange(request, from: 2, kind, isReversed: isReversed, stores: false, &output) else {
            return
        }
        let version = version
        read(request, as: SortedSetValue.self, &output, missing: { $0.appendArray(0) }) { set, output in
            let positions = range.positions(in: set, request)
            output.appendMembers(positions.count, withScores: range.withScores, version)
            if range.withScores {
                set.forEach(positions, isReversed: range.isReversed) { output.appendMember($0, $1, version) }
            } else {
                set.forEach(positions, isReversed: range.isReversed) { member, _ in output.appendBulk(member) }
            }
        }
    }

    func zrangestore(_ request: Request, _ output: inout OutputBuffer) {
        guard let range = readRange(request, from: 3, nil, isReversed: nil, stores: true, &output) else { return }
        guard engine.makeRoomToWrite() else { return failMemory(&output) }
        let target = request.key(in: database)
        let source = engine.key(request[2], in: database)
        var shards = ShardSet()
        engine.insert(source.hash, into: &shards)
        engine.insert(target.hash, into: &shards)
        let packedMax = frontEnd.engine.limits[.sortedSetEntries]
        let count: Int? = engine.section(shards) { engine in
            var found = SortedMembers()
            let outcome = engine.read(source, as: SortedSetValue.self) { set in
                set.forEach(range.positions(in: set, request)) { found.insert($0, $1) }
            }
            if case .otherKind = outcome { return nil }
            // Redis knows at once how many there are by rank: too many for its packed form never are in it.
            let isPackedFirst = range.kind != .positions || found.count <= packedMax
            Self.store(found, at: target, &engine, inTurn: isPackedFirst, isReversed: range.isReversed)
            return found.count
        }
        if let count { output.appendInteger(count) } else { failKind(&output) }
    }

    /// Puts members in the place of whatever `target` holds.
    /// - Parameter inTurn: -0 becomes 0 for those that come before the set is too large to be packed; else for all of a
    ///   set that is packed in the end.
    static func store(
        _ members: borrowing SortedMembers, at target: Key, _ engine: inout EngineHandle, inTurn: Bool = false,
        isReversed: Bool = false
    ) {
        engine.clear(target, isLast: members.count == 0)
        guard members.count > 0 else { return }
        _ = engine.edit(target, as: SortedSetValue.self) { set in
            if inTurn { return members.forEach(isReversed: isReversed) { _ = set.add($0, $1) } }
            members.forEach { _ = set.addNew($0, $1) }
            set.dropSigns()
        }
    }

    /// ZCOUNT, ZLEXCOUNT.
    func zcount(_ request: Request, _ kind: SortedSetRangeKind, _ output: inout OutputBuffer) {
        var range = SortedSetRange()
        range.kind = kind
        guard readBounds(&range, request, from: 2, &output) else { return }
        read(request, as: SortedSetValue.self, &output, missing: { $0.appendInteger(0) }) { set, output in
            output.appendInteger(range.positions(in: set, request).count)
        }
    }

    /// ZREMRANGEBYRANK, ZREMRANGEBYSCORE, ZREMRANGEBYLEX.
    func zremrange(_ request: Request, _ kind: SortedSetRangeKind, _ output: inout OutputBuffer) {
        var range = SortedSetRange()
        range.kind = kind
        guard readBounds(&range, request, from: 2, &output) else { return }
        _ = editPresent(request, as: SortedSetValue.self, &output, missing: { $0.appendInteger(0) }) { set, output in
            let positions = range.positions(in: set, request)
            set.removeRange(positions)
            output.appendInteger(positions.count)
        }
    }

    // MARK: Arguments

    /// The range at arguments `place` and the next, with its options behind. nil after an error.
    private func readRange(
        _ request: Request, from place: Int, _ kind: SortedSetRangeKind?, isReversed: Bool?, stores: Bool,
        _ output: inout OutputBuffer
    ) -> SortedSetRange? {
        var range = SortedSetRange()
        var kind = kind
        var isReversed = isReversed
        var index = place + 2
        while index < request.count {
            let word = request[index]
            if !stores && word.equalsIgnoringCase("withscores") {
                range.withScores = true
            } else if index + 2 < request.count && word.equalsIgnoringCase("limit") {
                guard let offset = request[index + 1].integer, let limit = request[index + 2].integer else {
                    failInteger(&output)
                    return nil
                }
                range.offset = offset
                range.limit = limit
                index += 2
            } else if isReversed == nil && word.equalsIgnoringCase("rev") {
                isReversed = true
            } else if kind == nil && word.equalsIgnoringCase("bylex") {
                kind = .members
            } else if kind == nil && word.equalsIgnoringCase("byscore") {
                kind = .scores
            } else {
                failSyntax(&output)
                return nil
            }
            index += 1
        }
        range.kind = kind ?? .positions
        range.isReversed = isReversed ?? false
        if range.limit != -1 && range.kind == .positions {
            fail(
                "ERR syntax error, LIMIT is only supported in combination with either BYSCORE or BYLEX", &output)
            return nil
        }
        if range.withScores && range.kind == .members {
            fail("ERR syntax error, WITHSCORES not supported in combination with BYLEX", &output)
            return nil
        }
        return readBounds(&range, request, from: place, &output) ? range : nil
    }

    /// Reads the two ends at arguments `place` and the next. False after an error.
    private func readBounds(
        _ range: inout SortedSetRange, _ request: Request, from place: Int, _ output: inout OutputBuffer
    ) -> Bool {
        // By score and by member a reversed range begins with its upper end.
        let isSwapped = range.isReversed && range.kind != .positions
        let least = isSwapped ? place + 1 : place
        let most = isSwapped ? place : place + 1
        switch range.kind {
        case .positions:
            guard let start = request[least].integer, let stop = request[most].integer else {
                failInteger(&output)
                return false
            }
            range.start = start
            range.stop = stop
        case .scores:
            guard let lower = request[least].scoreBound, let upper = request[most].scoreBound else {
                fail("ERR min or max is not a float", &output)
                return false
            }
            range.scores = ScoreBounds(
                lower.score, upper.score, excludesLeast: lower.isExcluded, excludesMost: upper.isExcluded)
        case .members:
            guard request[least].memberBound != nil, request[most].memberBound != nil else {
                fail("ERR min or max not valid string range item", &output)
                return false
            }
            range.leastPlace = least
            range.mostPlace = most
        }
        return true
    }
}
