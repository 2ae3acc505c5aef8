// Commands on sets. Source: Redis 7 command reference, group "set".

import Base
import Engine

extension RESPSession {
    func sadd(_ request: Request, _ output: inout OutputBuffer) {
        var added = 0
        let isDone = edit(request, as: SetValue.self, &output) { set in
            for index in 2..<request.count where set.insert(request[index]) { added &+= 1 }
        }
        if isDone { output.appendInteger(added) }
    }

    func srem(_ request: Request, _ output: inout OutputBuffer) {
        var removed = 0
        let isDone = editPresent(request, as: SetValue.self, &output, missing: { $0.appendInteger(0) }) { set, _ in
            for index in 2..<request.count where set.remove(request[index]) { removed &+= 1 }
        }
        if isDone { output.appendInteger(removed) }
    }

    func scard(_ request: Request, _ output: inout OutputBuffer) {
        read(request, as: SetValue.self, &output, missing: { $0.appendInteger(0) }) { $1.appendInteger($0.count) }
    }

    func sismember(_ request: Request, _ output: inout OutputBuffer) {
        read(request, as: SetValue.self, &output, missing: { $0.appendInteger(0) }) { set, output in
            output.appendInteger(set.contains(request[2]) ? 1 : 0)
        }
    }

    func smismember(_ request: Request, _ output: inout OutputBuffer) {
        let count = request.count - 2
        let missing = { (output: inout OutputBuffer) in
            output.appendArray(count)
            for _ in 0..<count { output.appendInteger(0) }
        }
        read(request, as: SetValue.self, &output, missing: missing) { set, output in
            output.appendArray(count)
            for index in 2..<request.count { output.appendInteger(set.contains(request[index]) ? 1 : 0) }
        }
    }

    func smembers(_ request: Request, _ output: inout OutputBuffer) {
        let version = version
        read(request, as: SetValue.self, &output, missing: { $0.appendSet(0, version) }) { set, output in
            output.appendSet(set.count, version)
            set.forEach { output.appendBulk($0) }
        }
    }

    func sscan(_ request: Request, _ output: inout OutputBuffer) {
        scanElements(request, as: SetValue.self, &output) { set, cursor, show in
            set.scan(cursor) { member in
                show(member) { found in
                    found.appendBulk(member)
                    return 1
                }
            }
        }
    }

    func smove(_ request: Request, _ output: inout OutputBuffer) {
        let target = engine.key(request[2], in: database)
        let source = request.key(in: database)
        var shards = ShardSet()
        engine.insert(source.hash, into: &shards)
        engine.insert(target.hash, into: &shards)
        var moved: Int?
        guard engine.makeRoomToWrite() else { return failMemory(&output) }
        engine.section(shards) { engine in
            var isMember = false
            switch engine.read(source, as: SetValue.self, { isMember = $0.contains(request[3]) }) {
            case .miss, .expired: return moved = 0
            case .otherKind: return
            case .hit: break
            }
            var isThere = false
            let found = engine.read(target, as: SetValue.self) { isThere = $0.contains(request[3]) }
            if case .otherKind = found { return }
            moved = isMember ? 1 : 0
            if !isMember || (isThere && request[1].equals(request[2])) { return }
            _ = engine.edit(source, as: SetValue.self, creates: false) { _ = $0.remove(request[3]) }
            engine.reason.occasion = Occasion(.sadd)
            if !isThere { _ = engine.edit(target, as: SetValue.self) { _ = $0.insert(request[3]) } }
        }
        if let moved { output.appendInteger(moved) } else { failKind(&output) }
    }

    // MARK: At random

    func spop(_ request: Request, _ output: inout OutputBuffer) {
        let version = version
        guard request.count > 2 else {
            _ = editPresent(request, as: SetValue.self, &output, missing: { $0.appendNull(version) }) { set, output in
                _ = set.removeRandom { output.appendBulk($0) }
            }
            return
        }
        guard request.count == 3 else { return failSyntax(&output) }
        guard let count = request[2].integer, count >= 0 else {
            return fail("ERR value is out of range, must be positive", &output)
        }
        _ = editPresent(request, as: SetValue.self, &output, missing: { $0.appendSet(0, version) }) { set, output in
            let taken = min(Int(clamping: count), set.count)
            output.appendSet(taken, version)
            for _ in 0..<taken { _ = set.removeRandom { output.appendBulk($0) } }
        }
    }

    func srandmember(_ request: Request, _ output: inout OutputBuffer) {
        let version = version
        guard request.count > 2 else {
            return read(request, as: SetValue.self, &output, missing: { $0.appendNull(version) }) { set, output in
                set.random { output.appendBulk($0) }
            }
        }
        guard request.count == 3 else { return failSyntax(&output) }
        guard let (count, repeats) = randomCount(request[2], inPairs: false, &output) else { return }
        read(request, as: SetValue.self, &output, missing: { $0.appendArray(0) }) { set, output in
            let shown = repeats ? count : min(count, set.count)
            output.appendArray(shown)
            if repeats {
                for _ in 0..<shown { set.random { output.appendBulk($0) } }
            } else {
                set.randomSample(shown) { output.appendBulk($0) }
            }
        }
    }

    // MARK: With each other

    enum SetCombination { case intersection, union, difference }

    /// SINTER, SUNION, SDIFF.
    func combine(_ combination: SetCombination, _ request: Request, _ output: inout OutputBuffer) {
        var found = OutputBuffer(capacity: 1024)
        var count = 0
        let isDone = withOperands(request, from: 1, count: request.count - 1) { _, sets in
            Self.combine(combination, sets) { member in
                found.appendBulk(member)
                count &+= 1
            }
        }
        guard isDone else { return failKind(&output) }
        output.appendSet(count, version)
        output.append(found.span)
    }

    /// SINTERSTORE, SUNIONSTORE, SDIFFSTORE: the target's shard is held with the others'.
    func combineAndStore(_ combination: SetCombination, _ request: Request, _ output: inout OutputBuffer) {
        guard engine.makeRoomToWrite() else { return failMemory(&output) }
        let target = request.key(in: database)
        var count = 0
        let isDone = withOperands(request, from: 2, count: request.count - 2, and: target.hash) { engine, sets in
            // The target may be one of the sources: it is replaced when all is gathered.
            var members = MemberBuffer()
            Self.combine(combination, sets) { members.append($0) }
            count = members.count
            engine.clear(target, isLast: count == 0)
            guard count > 0 else { return }
            _ = engine.edit(target, as: SetValue.self) { set in members.forEach { _ = set.insert($0) } }
        }
        if isDone { output.appendInteger(count) } else { failKind(&output) }
    }

    func sintercard(_ request: Request, _ output: inout OutputBuffer) {
        guard let keyCount = request[1].integer, keyCount > 0 else {
            return fail("ERR numkeys should be greater than 0", &output)
        }
        guard keyCount <= request.count - 2 else {
            return fail("ERR Number of keys can't be greater than number of args", &output)
        }
        guard let limit = intersectionLimit(request, from: 2 + Int(keyCount), &output) else { return }
        var count: Int64 = 0
        let isDone = withOperands(request, from: 2, count: Int(keyCount)) { _, sets in
            sets.intersection { _ in
                count += 1
                return limit == 0 || count < limit
            }
        }
        if isDone { output.appendInteger(count) } else { failKind(&output) }
    }

    /// Gathers the sets at `count` arguments from `first` on, with their shards and that of `other` held, for `body`.
    /// False if one of the keys holds another kind.
    private func withOperands(
        _ request: Request, from first: Int, count: Int, and other: KeyHash? = nil,
        _ body: (inout EngineHandle, SetOperands) -> Void
    ) -> Bool {
        var shards = gatherKeys(request, from: first, count: count)
        if let other { engine.insert(other, into: &shards) }
        let hashes = hashes
        let database = database
        return engine.section(shards) { engine in
            var sets = engine.makeSetOperands()
            for index in 0..<count {
                let key = Key(request[first &+ index], hash: KeyHash(rawValue: hashes[index]), in: database)
                if case .otherKind = engine.append(key, to: &sets) { return false }
            }
            body(&engine, sets)
            return true
        }
    }

    private static func combine(_ combination: SetCombination, _ sets: SetOperands, _ visit: (RawSpan) -> Void) {
        switch combination {
        case .union: sets.union(visit)
        case .difference: sets.difference(visit)
        case .intersection:
            sets.intersection { member in
                visit(member)
                return true
            }
        }
    }
}

/// Members on their way from one set to another.
struct MemberBuffer: ~Copyable {
    private var bytes = OutputBuffer(capacity: 1024)
    private var ends: [Int] = []

    var count: Int { ends.count }

    mutating func append(_ member: RawSpan) {
        bytes.append(member)
        ends.append(bytes.count)
    }

    func forEach(_ visit: (RawSpan) -> Void) {
        var start = 0
        for end in ends {
            visit(bytes.span.slice(start, end))
            start = end
        }
    }
}
