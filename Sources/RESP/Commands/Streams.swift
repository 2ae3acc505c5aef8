// Commands on the entries of one stream. Source: Redis 7.2 command reference, group "stream".

import Base
import Engine

extension RESPSession {
    private enum Addition {
        case added(StreamID)
        /// No ID is left above the last.
        case exhausted
        case tooSmall
        case tooLarge
    }

    func xadd(_ request: Request, _ output: inout OutputBuffer) {
        guard let options = trimOptions(request, adds: true, &output) else { return }
        let first = options.end + 1
        let words = request.count - first
        guard words >= 2 && words % 2 == 0 else { return refusePairs("xadd", &output) }
        if let given = options.id, given.hasSequence, given.id == .zero {
            return fail("ERR The ID specified in XADD must be greater than 0-0", &output)
        }
        guard engine.makeRoomToWrite() else { return failMemory(&output) }
        let now = UInt64(max(0, engine.now.rawValue))
        var addition = Addition.tooLarge
        var isTrimmed = true
        var trimmed = 0
        let outcome = engine.edit(request.key(in: database), as: StreamValue.self, creates: options.makesStream) {
            stream in
            addition = Self.add(request, from: first, options, now, &stream)
            if let trim = options.trim, case .added = addition {
                isTrimmed = trim.apply(to: &stream, &trimmed)
                if trimmed > 0 || !isTrimmed { reason.add(.xtrim) }
            }
        }
        if let trim = options.trim, !isTrimmed { reason.during(.nothing) { _ = finish(trim, request, &trimmed) } }
        switch outcome {
        case .done: tell(addition, &output)
        case .notFound: output.appendNull(version)
        case .otherKind: failKind(&output)
        }
    }

    private static func add(
        _ request: Request, from first: Int, _ options: StreamTrimOptions, _ now: UInt64, _ stream: inout StreamValue
    ) -> Addition {
        let last = stream.lastID
        guard let next = last.next else { return .exhausted }
        var id = now > last.milliseconds ? StreamID(now, 0) : next
        if let given = options.id {
            id = given.id
            if !given.hasSequence && id.milliseconds == last.milliseconds {
                guard last.sequence < .max else { return .tooSmall }
                id = next
            }
        }
        guard id > last else { return .tooSmall }
        var size = 0
        for index in first..<request.count { size &+= request[index].byteCount }
        guard size <= RESPLimits.streamEntrySizeMax else { return .tooLarge }
        stream.append(id, pairCount: (request.count - first) / 2) { visit in
            for index in first..<request.count { visit(request[index]) }
        }
        return .added(id)
    }

    private func tell(_ addition: Addition, _ output: inout OutputBuffer) {
        switch addition {
        case .added(let id): output.appendStreamID(id)
        case .exhausted:
            fail("ERR The stream has exhausted the last possible ID, unable to add more items", &output)
        case .tooSmall:
            fail("ERR The ID specified in XADD is equal or smaller than the target stream top item", &output)
        case .tooLarge: fail("ERR Elements are too large to be stored", &output)
        }
    }

    func xtrim(_ request: Request, _ output: inout OutputBuffer) {
        guard let options = trimOptions(request, adds: false, &output), let trim = options.trim else { return }
        var removed = 0
        switch finish(trim, request, &removed) {
        case .otherKind where removed == 0: failKind(&output)
        // Gone or replaced between two pieces of work, it counts what went before.
        case .done, .notFound, .otherKind: output.appendInteger(removed)
        }
    }

    func xlen(_ request: Request, _ output: inout OutputBuffer) {
        read(request, as: StreamValue.self, &output, missing: { $0.appendInteger(0) }) { $1.appendInteger($0.count) }
    }

    /// XRANGE, XREVRANGE.
    func xrange(_ request: Request, isReversed: Bool, _ output: inout OutputBuffer) {
        let (first, last) = isReversed ? (3, 2) : (2, 3)
        guard let interval = streamInterval(request, from: first, to: last, &output) else { return }
        var countMax = Int.max
        var index = 4
        while index < request.count {
            guard request[index].equalsIgnoringCase("count") && index + 1 < request.count else {
                return failSyntax(&output)
            }
            guard let value = request[index + 1].integer else { return failInteger(&output) }
            countMax = Int(max(0, value))
            index += 2
        }
        let version = version
        read(request, as: StreamValue.self, &output, missing: { $0.appendArray(0) }) { stream, output in
            if countMax == 0 { return output.appendNullArray(version) }
            let all = stream.positions(from: interval.first, through: interval.last)
            let positions = isReversed ? all.suffix(countMax) : all.prefix(countMax)
            output.appendArray(positions.count)
            stream.forEach(positions, isReversed: isReversed) { output.appendEntry($0) }
        }
    }

    func xdel(_ request: Request, _ output: inout OutputBuffer) {
        var isValid = true
        let isDone = editPresent(request, as: StreamValue.self, &output, missing: { $0.appendInteger(0) }) {
            stream, output in
            // All or nothing.
            for index in 2..<request.count where request[index].streamID() == nil { return isValid = false }
            var removed = 0
            for index in 2..<request.count {
                if let id = request[index].streamID(), stream.remove(id) { removed += 1 }
            }
            output.appendInteger(removed)
        }
        if isDone && !isValid { failID(&output) }
    }

    func xsetid(_ request: Request, _ output: inout OutputBuffer) {
        guard let id = streamID(request, 2, &output) else { return }
        var addedCount: Int64?
        var maxDeletedID = StreamID.zero
        var index = 3
        while index < request.count {
            let hasValue = index + 1 < request.count
            if hasValue && request[index].equalsIgnoringCase("entriesadded") {
                guard let value = request[index + 1].integer else { return failInteger(&output) }
                guard value >= 0 else { return fail("ERR entries_added must be positive", &output) }
                addedCount = value
            } else if hasValue && request[index].equalsIgnoringCase("maxdeletedid") {
                guard let value = streamID(request, index + 1, &output) else { return }
                guard id >= value else {
                    return fail(
                        "ERR The ID specified in XSETID is smaller than the provided max_deleted_entry_id", &output)
                }
                maxDeletedID = value
            } else {
                return failSyntax(&output)
            }
            index += 2
        }
        guard engine.makeRoomToWrite() else { return failMemory(&output) }
        var fault: StaticString?
        let missing = { (output: inout OutputBuffer) in self.fail("ERR no such key", &output) }
        let isDone = editPresent(request, as: StreamValue.self, &output, missing: missing) { stream, _ in
            if let top = stream.topID, id < top {
                return fault = "ERR The ID specified in XSETID is smaller than the target stream top item"
            }
            if id < stream.maxDeletedID {
                return fault = "ERR The ID specified in XSETID is smaller than current max_deleted_entry_id"
            }
            if let addedCount, Int64(stream.count) > addedCount {
                return fault = "ERR The entries_added specified in XSETID is smaller than the target stream length"
            }
            stream.set(lastID: id, addedCount: addedCount, maxDeletedID: maxDeletedID == .zero ? nil : maxDeletedID)
        }
        guard isDone else { return }
        if let fault { fail(fault, &output) } else { output.appendOK() }
    }
}
