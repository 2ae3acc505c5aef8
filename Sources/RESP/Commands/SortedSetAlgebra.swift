// Sorted sets with each other, and with sets. Source: Redis 7.2 command reference, group "sorted-set".

import Base
import Engine

extension RESPSession {
    /// ZUNION, ZINTER, ZDIFF, and with a target the commands that store.
    func combineSorted(
        _ combination: SetCombination, _ command: Command, stores: Bool, _ request: Request,
        _ output: inout OutputBuffer
    ) {
        let place = stores ? 2 : 1
        guard let keyCount = sourceCount(request, at: place, command, &output) else { return }
        if stores {
            guard engine.makeRoomToWrite() else { return failMemory(&output) }
        }
        var shards = gatherKeys(request, from: place + 1, count: keyCount)
        if stores { engine.insert(request.hash, into: &shards) }
        let version = version
        section(request, from: place + 1, count: keyCount, shards, &output) { engine, sources, output in
            let optionsPlace = place + 1 + keyCount
            let options = readOptions(
                request, from: optionsPlace, keyCount, combines: combination != .difference, stores: stores, &sources,
                &output)
            guard let (aggregate, withScores) = options else { return }
            let members =
                switch combination {
                case .union: sources.union(aggregate)
                case .intersection: sources.intersection(aggregate)
                case .difference: sources.difference()
                }
            if stores {
                // The target may be one of the sources: all is gathered by now.
                Self.store(members, at: request.key(in: self.database), &engine)
                output.appendInteger(members.count)
            } else {
                output.appendMembers(members.count, withScores: withScores, version)
                members.forEach { output.appendMember($0, withScores ? $1 : nil, version) }
            }
        }
    }

    func zintercard(_ request: Request, _ output: inout OutputBuffer) {
        guard let keyCount = sourceCount(request, at: 1, .zintercard, &output) else { return }
        let shards = gatherKeys(request, from: 2, count: keyCount)
        section(request, from: 2, count: keyCount, shards, &output) { _, sources, output in
            guard let limit = intersectionLimit(request, from: 2 + keyCount, &output) else { return }
            var count: Int64 = 0
            sources.intersection(.sum) { _, _ in
                count += 1
                return limit == 0 || count < limit
            }
            output.appendInteger(count)
        }
    }

    /// How many keys follow argument `place`, or nil after an error.
    private func sourceCount(
        _ request: Request, at place: Int, _ command: Command, _ output: inout OutputBuffer
    ) -> Int? {
        guard let count = request[place].integer else {
            failInteger(&output)
            return nil
        }
        guard count > 0 else {
            fail(made: "ERR at least 1 input key is needed for '\(command.spec.name)' command", &output)
            return nil
        }
        guard count <= request.count - place - 1 else {
            failSyntax(&output)
            return nil
        }
        return Int(count)
    }

    /// Shows the sources to `body`, all shards held, or writes an error.
    private func section(
        _ request: Request, from place: Int, count: Int, _ shards: ShardSet, _ output: inout OutputBuffer,
        _ body: (inout EngineHandle, inout SortedSetOperands, inout OutputBuffer) -> Void
    ) {
        let hashes = hashes
        let database = database
        engine.section(shards) { engine in
            var sources = engine.makeSortedSetOperands()
            for index in 0..<count {
                let key = Key(request[place &+ index], hash: KeyHash(rawValue: hashes[index]), in: database)
                if case .otherKind = engine.append(key, to: &sources) { return failKind(&output) }
            }
            body(&engine, &sources, &output)
        }
    }

    /// WEIGHTS, AGGREGATE and WITHSCORES. nil after an error.
    private func readOptions(
        _ request: Request, from place: Int, _ keyCount: Int, combines: Bool, stores: Bool,
        _ sources: inout SortedSetOperands, _ output: inout OutputBuffer
    ) -> (aggregate: ScoreAggregate, withScores: Bool)? {
        var aggregate = ScoreAggregate.sum
        var withScores = false
        var index = place
        while index < request.count {
            let word = request[index]
            let rest = request.count - index
            if combines && rest > keyCount && word.equalsIgnoringCase("weights") {
                for source in 0..<keyCount {
                    guard let weight = request[index + 1 + source].double() else {
                        fail("ERR weight value is not a float", &output)
                        return nil
                    }
                    sources.setWeight(weight, at: source)
                }
                index += keyCount
            } else if combines && rest > 1 && word.equalsIgnoringCase("aggregate") {
                index += 1
                if request[index].equalsIgnoringCase("sum") {
                    aggregate = .sum
                } else if request[index].equalsIgnoringCase("min") {
                    aggregate = .least
                } else if request[index].equalsIgnoringCase("max") {
                    aggregate = .most
                } else {
                    failSyntax(&output)
                    return nil
                }
            } else if !stores && word.equalsIgnoringCase("withscores") {
                withScores = true
            } else {
                failSyntax(&output)
                return nil
            }
            index += 1
        }
        return (aggregate, withScores)
    }
}
