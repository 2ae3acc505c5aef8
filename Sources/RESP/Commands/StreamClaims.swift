// XCLAIM and XAUTOCLAIM: pending entries change hands. Source: Redis 7.2 command reference, group "stream".

import Base
import Engine

extension RESPSession {
    private struct ClaimOptions {
        /// The argument of the first option.
        var idsEnd = 5
        var deliveredAt: Int64 = 0
        var deliveryCount: UInt64?
        var isForced = false
        var tellsIDsOnly = false
        var lastID = StreamID.zero
    }

    func xclaim(_ request: Request, _ output: inout OutputBuffer) {
        let now = engine.now.rawValue
        var hasGroup = false
        let outcome = engine.read(request.key(in: database), as: StreamValue.self) { stream in
            hasGroup = stream.group(request[2]) != nil
        }
        // Before the arguments are looked at, as in Redis.
        if case .otherKind = outcome { return failKind(&output) }
        guard hasGroup else { return failNoGroup(request[1], request[2], &output) }
        guard let idleMin = request[4].integer else {
            return fail("ERR Invalid min-idle-time argument for XCLAIM", &output)
        }
        guard let options = claimOptions(request, now, &output) else { return }
        _ = editPresent(
            request, as: StreamValue.self, &output, missing: { failNoGroup(request[1], request[2], &$0) }
        ) { stream, output in
            guard let group = stream.group(request[2]) else { return failNoGroup(request[1], request[2], &output) }
            stream.raise(group, to: options.lastID)
            reason.note(request[3], of: group, stream)
            let consumer = stream.seenConsumer(request[3], of: group)
            var found = OutputBuffer(capacity: 1024)
            var count = 0
            for index in 5..<options.idsEnd {
                guard let id = request[index].streamID() else { continue }
                let present = stream.pending(id, of: group)
                guard stream.contains(id) else {
                    // It is gone, and with it what was pending.
                    _ = stream.acknowledge(id, of: group)
                    continue
                }
                guard present != nil || options.isForced else { continue }
                if let present, idleMin > 0, now - present.deliveredAt < idleMin { continue }
                let times = present?.deliveryCount ?? 1
                stream.claim(
                    id, for: consumer, of: group, deliveredAt: options.deliveredAt,
                    deliveryCount: options.deliveryCount ?? (options.tellsIDsOnly ? times : times &+ 1))
                Self.show(id, of: stream, idsOnly: options.tellsIDsOnly, &found)
                count += 1
            }
            output.appendArray(count)
            output.append(found.span)
        }
    }

    private static func show(
        _ id: StreamID, of stream: borrowing StreamValue, idsOnly: Bool, _ output: inout OutputBuffer
    ) {
        if idsOnly { return output.appendStreamID(id) }
        _ = stream.show(id) { output.appendEntry($0) }
    }

    /// The IDs from argument 5 on and the options behind them; nil after an error.
    private func claimOptions(_ request: Request, _ now: Int64, _ output: inout OutputBuffer) -> ClaimOptions? {
        var options = ClaimOptions()
        while options.idsEnd < request.count && request[options.idsEnd].streamID() != nil { options.idsEnd += 1 }
        var deliveredAt: Int64?
        var index = options.idsEnd
        while index < request.count {
            let word = request[index]
            let hasValue = index + 1 < request.count
            if word.equalsIgnoringCase("force") {
                options.isForced = true
            } else if word.equalsIgnoringCase("justid") {
                options.tellsIDsOnly = true
            } else if hasValue && word.equalsIgnoringCase("idle") {
                index += 1
                guard let idle = request[index].integer else {
                    fail("ERR Invalid IDLE option argument for XCLAIM", &output)
                    return nil
                }
                deliveredAt = now &- idle
            } else if hasValue && word.equalsIgnoringCase("time") {
                index += 1
                guard let time = request[index].integer else {
                    fail("ERR Invalid TIME option argument for XCLAIM", &output)
                    return nil
                }
                deliveredAt = time
            } else if hasValue && word.equalsIgnoringCase("retrycount") {
                index += 1
                guard let count = request[index].integer else {
                    fail("ERR Invalid RETRYCOUNT option argument for XCLAIM", &output)
                    return nil
                }
                options.deliveryCount = count < 0 ? nil : UInt64(count)
            } else if hasValue && word.equalsIgnoringCase("lastid") {
                index += 1
                guard let id = streamID(request, index, &output) else { return nil }
                options.lastID = id
            } else {
                countError()
                output.append("-ERR Unrecognized XCLAIM option '")
                output.appendErrorText(word)
                output.append("'\r\n")
                return nil
            }
            index += 1
        }
        // A clock that is ahead of ours is not worth an error.
        options.deliveredAt = deliveredAt.map { $0 < 0 || $0 > now ? now : $0 } ?? now
        return options
    }

    // MARK: XAUTOCLAIM

    private struct AutoclaimOptions {
        var idleMin: Int64 = 0
        var start = StreamID.zero
        var countMax = 100
        var tellsIDsOnly = false
    }

    func xautoclaim(_ request: Request, _ output: inout OutputBuffer) {
        guard let options = autoclaimOptions(request, &output) else { return }
        let now = engine.now.rawValue
        _ = editPresent(
            request, as: StreamValue.self, &output, missing: { failNoGroup(request[1], request[2], &$0) }
        ) { stream, output in
            guard let group = stream.group(request[2]) else { return failNoGroup(request[1], request[2], &output) }
            reason.note(request[3], of: group, stream)
            let consumer = stream.seenConsumer(request[3], of: group)
            var found = OutputBuffer(capacity: 1024)
            var gone = OutputBuffer(capacity: 64)
            var foundCount = 0
            var goneCount = 0
            // Entries that are not idle for long enough are passed over, but not without end.
            var attempts = options.countMax * RESPLimits.claimAttempts
            var next: StreamID? = options.start
            var cursor = StreamID.zero
            while let from = next {
                guard let entry = stream.firstPending(from: from, of: group) else { break }
                if attempts == 0 || foundCount + goneCount == options.countMax {
                    cursor = entry.id
                    break
                }
                attempts -= 1
                next = entry.id.next
                guard stream.contains(entry.id) else {
                    _ = stream.acknowledge(entry.id, of: group)
                    gone.appendStreamID(entry.id)
                    goneCount += 1
                    continue
                }
                if options.idleMin > 0 && now - entry.deliveredAt < options.idleMin { continue }
                let times = entry.deliveryCount
                stream.claim(
                    entry.id, for: consumer, of: group, deliveredAt: now,
                    deliveryCount: options.tellsIDsOnly ? times : times &+ 1)
                Self.show(entry.id, of: stream, idsOnly: options.tellsIDsOnly, &found)
                foundCount += 1
            }
            output.appendArray(3)
            output.appendStreamID(cursor)
            output.appendArray(foundCount)
            output.append(found.span)
            output.appendArray(goneCount)
            output.append(gone.span)
        }
    }

    private func autoclaimOptions(_ request: Request, _ output: inout OutputBuffer) -> AutoclaimOptions? {
        var options = AutoclaimOptions()
        guard let idle = request[4].integer else {
            fail("ERR Invalid min-idle-time argument for XAUTOCLAIM", &output)
            return nil
        }
        options.idleMin = idle
        guard let start = streamStart(request, 5, &output) else { return nil }
        options.start = start
        var index = 6
        while index < request.count {
            if request[index].equalsIgnoringCase("count") && index + 1 < request.count {
                guard let count = request[index + 1].integer, count > 0, count <= Int64.max / 16 else {
                    fail("ERR COUNT must be > 0", &output)
                    return nil
                }
                options.countMax = Int(count)
                index += 2
            } else if request[index].equalsIgnoringCase("justid") {
                options.tellsIDsOnly = true
                index += 1
            } else {
                failSyntax(&output)
                return nil
            }
        }
        return options
    }
}
