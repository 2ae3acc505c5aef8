// Commands on one list. Source: Redis 7 command reference, group "list".

import Base
import Engine

extension RESPSession {
    /// LPUSH, RPUSH.
    func push(_ request: Request, _ side: Side, _ output: inout OutputBuffer) {
        var count = 0
        let isDone = edit(request, as: ListValue.self, &output) { list in
            Self.push(request, side, &list)
            count = list.count
        }
        if isDone { output.appendInteger(count) }
    }

    /// LPUSHX, RPUSHX.
    func pushIfPresent(_ request: Request, _ side: Side, _ output: inout OutputBuffer) {
        guard engine.makeRoomToWrite() else { return failMemory(&output) }
        _ = editPresent(request, as: ListValue.self, &output, missing: { $0.appendInteger(0) }) { list, output in
            Self.push(request, side, &list)
            output.appendInteger(list.count)
        }
    }

    @inline(__always)
    private static func push(_ request: Request, _ side: Side, _ list: inout ListValue) {
        var byteCount = 0
        for index in 2..<request.count { byteCount &+= request[index].byteCount }
        list.prepareGrowth(byteCount: byteCount, count: request.count &- 2)
        for index in 2..<request.count { list.push(request[index], side) }
    }

    /// LPOP, RPOP.
    func pop(_ request: Request, _ side: Side, _ output: inout OutputBuffer) {
        let version = version
        guard request.count > 2 else {
            _ = editPresent(request, as: ListValue.self, &output, missing: { $0.appendNull(version) }) { list, output in
                list.pop(1, side) { output.appendBulk($0) }
            }
            return
        }
        guard request.count == 3 else {
            let name = side == .start ? "lpop" : "rpop"
            return fail(made: "ERR wrong number of arguments for '\(name)' command", &output)
        }
        guard let count = request[2].integer, count >= 0 else {
            return fail("ERR value is out of range, must be positive", &output)
        }
        let missing = { (output: inout OutputBuffer) in output.appendNullArray(version) }
        _ = editPresent(request, as: ListValue.self, &output, missing: missing) { list, output in
            let taken = min(Int(clamping: count), list.count)
            output.appendArray(taken)
            list.pop(taken, side) { output.appendBulk($0) }
        }
    }

    func llen(_ request: Request, _ output: inout OutputBuffer) {
        read(request, as: ListValue.self, &output, missing: { $0.appendInteger(0) }) { $1.appendInteger($0.count) }
    }

    func lrange(_ request: Request, _ output: inout OutputBuffer) {
        guard let start = request[2].integer, let stop = request[3].integer else { return failInteger(&output) }
        read(request, as: ListValue.self, &output, missing: { $0.appendArray(0) }) { list, output in
            let positions = Self.positions(start, stop, list.count)
            output.appendArray(positions.count)
            list.forEach(in: positions) { output.appendBulk($0) }
        }
    }

    /// From `start` to `stop`, either counted from the end if negative, what is outside of the list cut off.
    static func positions(_ start: Int64, _ stop: Int64, _ count: Int) -> Range<Int> {
        let size = Int64(count)
        let first = max(0, start < 0 ? start &+ size : start)
        let last = min(size &- 1, stop < 0 ? stop &+ size : stop)
        return first <= last ? Int(first)..<Int(last) + 1 : 0..<0
    }

    /// A position that is counted from the end if negative; nil if it is outside.
    private static func position(_ index: Int64, _ count: Int) -> Int? {
        let position = index < 0 ? index &+ Int64(count) : index
        return position >= 0 && position < Int64(count) ? Int(position) : nil
    }

    func lindex(_ request: Request, _ output: inout OutputBuffer) {
        let version = version
        let index = request[2].integer
        var isInteger = true
        read(request, as: ListValue.self, &output, missing: { $0.appendNull(version) }) { list, output in
            // A missing key answers before the number is looked at, as in Redis.
            guard let index else { return isInteger = false }
            guard let position = Self.position(index, list.count) else { return output.appendNull(version) }
            output.appendBulk(list.element(at: position))
        }
        if !isInteger { failInteger(&output) }
    }

    func lset(_ request: Request, _ output: inout OutputBuffer) {
        guard engine.makeRoomToWrite() else { return failMemory(&output) }
        var fault: StaticString?
        let missing = { (output: inout OutputBuffer) in self.fail("ERR no such key", &output) }
        let isDone = editPresent(request, as: ListValue.self, &output, missing: missing) { list, _ in
            guard let index = request[2].integer else {
                return fault = "ERR value is not an integer or out of range"
            }
            guard let position = Self.position(index, list.count) else { return fault = "ERR index out of range" }
            list.prepareGrowth(byteCount: request[3].byteCount, count: 1)
            list.replace(at: position, with: request[3])
        }
        guard isDone else { return }
        if let fault { fail(fault, &output) } else { output.appendOK() }
    }

    func linsert(_ request: Request, _ output: inout OutputBuffer) {
        let isAfter = request[2].equalsIgnoringCase("after")
        guard isAfter || request[2].equalsIgnoringCase("before") else { return failSyntax(&output) }
        guard engine.makeRoomToWrite() else { return failMemory(&output) }
        _ = editPresent(request, as: ListValue.self, &output, missing: { $0.appendInteger(0) }) { list, output in
            var pivot: Int?
            list.positions(of: request[3], backwards: false) { position in
                pivot = position
                return false
            }
            guard let pivot else { return output.appendInteger(-1) }
            list.prepareGrowth(byteCount: request[4].byteCount, count: 1)
            list.insert(request[4], isAfter ? .end : .start, of: request[3], at: pivot)
            output.appendInteger(list.count)
        }
    }

    func lrem(_ request: Request, _ output: inout OutputBuffer) {
        guard let wanted = request[2].integer else { return failInteger(&output) }
        guard wanted > Int64.min else { return failMagnitude(&output) }
        _ = editPresent(request, as: ListValue.self, &output, missing: { $0.appendInteger(0) }) { list, output in
            let countMax = wanted == 0 ? Int.max : Int(abs(wanted))
            output.appendInteger(list.remove(request[3], countMax: countMax, backwards: wanted < 0))
        }
    }

    func ltrim(_ request: Request, _ output: inout OutputBuffer) {
        guard let start = request[2].integer, let stop = request[3].integer else { return failInteger(&output) }
        _ = editPresent(request, as: ListValue.self, &output, missing: { $0.appendOK() }) { list, output in
            let kept = Self.positions(start, stop, list.count)
            // A change or not, it is told.
            if kept.count == list.count { frontEnd.notifier.hear(.ltrim, request[1], database) }
            list.keep(kept)
            output.appendOK()
        }
    }

    // MARK: LPOS

    private struct SearchOptions {
        var rank: Int64 = 1
        /// nil: the reply is one position, not an array.
        var count: Int64?
        var comparisonCountMax: Int64 = 0
    }

    func lpos(_ request: Request, _ output: inout OutputBuffer) {
        guard let options = searchOptions(request, &output) else { return }
        let version = version
        let missing = { (output: inout OutputBuffer) in
            if options.count != nil { output.appendArray(0) } else { output.appendNull(version) }
        }
        read(request, as: ListValue.self, &output, missing: missing) { list, output in
            var found = OutputBuffer(capacity: 64)
            var foundCount: Int64 = 0
            var left = abs(options.rank)
            let comparisons = options.comparisonCountMax == 0 ? Int.max : Int(options.comparisonCountMax)
            list.positions(of: request[2], backwards: options.rank < 0, comparisonCountMax: comparisons) { position in
                left -= 1
                if left > 0 { return true }
                found.appendInteger(position)
                foundCount += 1
                return options.count == 0 || foundCount < options.count ?? 1
            }
            if options.count == nil && foundCount == 0 { return output.appendNull(version) }
            if options.count != nil { output.appendArray(Int(foundCount)) }
            output.append(found.span)
        }
    }

    private func searchOptions(_ request: Request, _ output: inout OutputBuffer) -> SearchOptions? {
        var options = SearchOptions()
        var index = 3
        while index < request.count {
            let hasValue = index + 1 < request.count
            let number = hasValue ? request[index + 1].integer : nil
            if hasValue && request[index].equalsIgnoringCase("rank") {
                guard let number else {
                    failInteger(&output)
                    return nil
                }
                guard number > Int64.min else {
                    failMagnitude(&output)
                    return nil
                }
                guard number != 0 else {
                    countError()
                    output.append("-ERR RANK can't be zero: use 1 to start from the first match, 2 from the second ")
                    output.append("... or use negative to start from the end of the list\r\n")
                    return nil
                }
                options.rank = number
            } else if hasValue && request[index].equalsIgnoringCase("count") {
                guard let number, number >= 0 else {
                    fail("ERR COUNT can't be negative", &output)
                    return nil
                }
                options.count = number
            } else if hasValue && request[index].equalsIgnoringCase("maxlen") {
                guard let number, number >= 0 else {
                    fail("ERR MAXLEN can't be negative", &output)
                    return nil
                }
                options.comparisonCountMax = number
            } else {
                failSyntax(&output)
                return nil
            }
            index += 2
        }
        return options
    }
}
