// XINFO. Source: Redis 7.2 command reference, group "stream".

import Base
import Engine

extension RESPSession {
    func xinfo(_ request: Request, _ output: inout OutputBuffer) {
        guard let subcommand: XInfoSubcommand = subcommand(.xinfo, request, &output) else { return }
        if subcommand == .help { return help(.xinfo, request, &output) }
        let version = version
        let now = engine.now.rawValue
        var fault: StreamInfoFault?
        let key = engine.key(request[2], in: database)
        let outcome = engine.read(key, as: StreamValue.self) { stream in
            switch subcommand {
            case .stream: fault = Self.describeStream(stream, request, version, &output)
            case .groups: Self.describeGroups(of: stream, version, &output)
            case .consumers:
                guard let group = stream.group(request[3]) else { return fault = .noGroup }
                Self.describeConsumers(of: group, stream, now, version, &output)
            case .help: break
            }
        }
        switch outcome {
        case .miss, .expired: fail("ERR no such key", &output)
        case .otherKind: failKind(&output)
        case .hit:
            switch fault {
            case nil: break
            case .noGroup: failNoGroup(named: request[3], ofKey: request[2], &output)
            case .arguments: failSubcommandArguments(request, "XINFO", &output)
            case .notInteger: failInteger(&output)
            }
        }
    }

    private enum StreamInfoFault { case noGroup, arguments, notInteger }

    // MARK: XINFO STREAM

    private static func describeStream(
        _ stream: borrowing StreamValue, _ request: Request, _ version: ProtocolVersion, _ output: inout OutputBuffer
    ) -> StreamInfoFault? {
        var countMax = 10
        if request.count > 3 {
            guard request.count == 4 || request.count == 6, request[3].equalsIgnoringCase("full") else {
                return .arguments
            }
            if request.count == 6 {
                guard request[4].equalsIgnoringCase("count") else { return .arguments }
                guard let count = request[5].integer else { return .notInteger }
                // 0 is all.
                countMax = count < 0 ? 10 : count == 0 ? .max : Int(count)
            }
        }
        let isFull = request.count > 3
        output.appendMap(isFull ? 9 : 10, version)
        output.appendBulk("length")
        output.appendInteger(stream.count)
        let shape = stream.shape
        output.appendBulk("radix-tree-keys")
        output.appendInteger(shape.blocks)
        output.appendBulk("radix-tree-nodes")
        output.appendInteger(shape.nodes)
        output.appendBulk("last-generated-id")
        output.appendStreamID(stream.lastID)
        output.appendBulk("max-deleted-entry-id")
        output.appendStreamID(stream.maxDeletedID)
        output.appendBulk("entries-added")
        output.appendInteger(stream.addedCount)
        output.appendBulk("recorded-first-entry-id")
        output.appendStreamID(stream.firstID ?? .zero)
        if isFull {
            describeFully(stream, countMax, version, &output)
        } else {
            output.appendBulk("groups")
            output.appendInteger(stream.groupCount)
            let positions = 0..<stream.count
            output.appendBulk("first-entry")
            if positions.isEmpty { output.appendNull(version) }
            stream.forEach(positions.prefix(1)) { output.appendEntry($0) }
            output.appendBulk("last-entry")
            if positions.isEmpty { output.appendNull(version) }
            stream.forEach(positions.suffix(1)) { output.appendEntry($0) }
        }
        return nil
    }

    private static func describeFully(
        _ stream: borrowing StreamValue, _ countMax: Int, _ version: ProtocolVersion, _ output: inout OutputBuffer
    ) {
        let positions = (0..<stream.count).prefix(countMax)
        output.appendBulk("entries")
        output.appendArray(positions.count)
        stream.forEach(positions) { output.appendEntry($0) }
        output.appendBulk("groups")
        output.appendArray(stream.groupCount)
        stream.forEachGroup { group in
            output.appendMap(7, version)
            output.appendBulk("name")
            output.appendBulk(group.name)
            output.appendBulk("last-delivered-id")
            output.appendStreamID(group.lastID)
            output.appendBulk("entries-read")
            append(group.entriesRead, version, &output)
            output.appendBulk("lag")
            append(stream.lag(of: group), version, &output)
            output.appendBulk("pel-count")
            output.appendInteger(group.pendingCount)
            output.appendBulk("pending")
            let pending = stream.pendingPositions(of: group, from: .zero, through: .max).prefix(countMax)
            output.appendArray(pending.count)
            stream.forEachPending(pending) { entry in
                output.appendArray(4)
                output.appendStreamID(entry.id)
                output.appendBulk(entry.consumer.name)
                output.appendInteger(entry.deliveredAt)
                output.appendInteger(Int64(truncatingIfNeeded: entry.deliveryCount))
                return true
            }
            output.appendBulk("consumers")
            output.appendArray(group.consumerCount)
            stream.forEachConsumer(of: group) { describeFully($0, of: group, stream, countMax, version, &output) }
        }
    }

    private static func describeFully(
        _ consumer: StreamConsumer, of group: StreamGroup, _ stream: borrowing StreamValue, _ countMax: Int,
        _ version: ProtocolVersion, _ output: inout OutputBuffer
    ) {
        output.appendMap(5, version)
        output.appendBulk("name")
        output.appendBulk(consumer.name)
        output.appendBulk("seen-time")
        output.appendInteger(consumer.seenAt)
        output.appendBulk("active-time")
        output.appendInteger(consumer.activeAt ?? -1)
        output.appendBulk("pel-count")
        output.appendInteger(consumer.pendingCount)
        output.appendBulk("pending")
        let own = stream.ownPositions(of: consumer, from: .zero, through: .max).prefix(countMax)
        output.appendArray(own.count)
        stream.forEachOwn(own, of: consumer, group) { entry in
            output.appendArray(3)
            output.appendStreamID(entry.id)
            output.appendInteger(entry.deliveredAt)
            output.appendInteger(Int64(truncatingIfNeeded: entry.deliveryCount))
            return true
        }
    }

    private static func append(_ count: Int64?, _ version: ProtocolVersion, _ output: inout OutputBuffer) {
        if let count { output.appendInteger(count) } else { output.appendNull(version) }
    }

    // MARK: XINFO GROUPS, XINFO CONSUMERS

    private static func describeGroups(
        of stream: borrowing StreamValue, _ version: ProtocolVersion, _ output: inout OutputBuffer
    ) {
        output.appendArray(stream.groupCount)
        stream.forEachGroup { group in
            output.appendMap(6, version)
            output.appendBulk("name")
            output.appendBulk(group.name)
            output.appendBulk("consumers")
            output.appendInteger(group.consumerCount)
            output.appendBulk("pending")
            output.appendInteger(group.pendingCount)
            output.appendBulk("last-delivered-id")
            output.appendStreamID(group.lastID)
            output.appendBulk("entries-read")
            append(group.entriesRead, version, &output)
            output.appendBulk("lag")
            append(stream.lag(of: group), version, &output)
        }
    }

    private static func describeConsumers(
        of group: StreamGroup, _ stream: borrowing StreamValue, _ now: Int64, _ version: ProtocolVersion,
        _ output: inout OutputBuffer
    ) {
        output.appendArray(group.consumerCount)
        stream.forEachConsumer(of: group) { consumer in
            output.appendMap(4, version)
            output.appendBulk("name")
            output.appendBulk(consumer.name)
            output.appendBulk("pending")
            output.appendInteger(consumer.pendingCount)
            output.appendBulk("idle")
            output.appendInteger(max(0, now - consumer.seenAt))
            output.appendBulk("inactive")
            output.appendInteger(consumer.activeAt.map { max(0, now - $0) } ?? -1)
        }
    }
}
