// Commands that take the first or last members out of sorted sets.
// Source: Redis 7.2 command reference, group "sorted-set".

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
        engine.reason.occasion = Occasion(isHighest ? .zpopmax : .zpopmin)
        return engine.edit(key, as: SortedSetValue.self, creates: false) { set in
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
        guard let arguments = popArguments(request, from: 1, place: Self.isHighest, &output) else { return }
        let version = version
        takeFromFirst(request, arguments.keyCount, &output) { key, engine, output in
            SortedSetTaking.pop(
                key, isHighest: arguments.place, countMax: arguments.countMax, version, &engine, &output)
        }
    }

    /// MIN or MAX.
    static func isHighest(_ word: RawSpan) -> Bool? {
        if word.equalsIgnoringCase("max") { return true }
        return word.equalsIgnoringCase("min") ? false : nil
    }
}
