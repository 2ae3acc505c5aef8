// XGROUP, XACK and XPENDING. Source: Redis 7.2 command reference, group "stream".

import Base
import Engine

extension RESPSession {
    func xgroup(_ request: Request, _ output: inout OutputBuffer) {
        guard let subcommand: XGroupSubcommand = subcommand(.xgroup, request, &output) else { return }
        switch subcommand {
        case .create: reason.during(.groupCreate) { createGroup(request, &output) }
        case .setid: reason.during(.groupSetid) { setGroupID(request, &output) }
        case .destroy: reason.during(.groupDestroy) { destroyGroup(request, &output) }
        case .createconsumer: reason.during(.groupCreateconsumer) { createConsumer(request, &output) }
        case .delconsumer: deleteConsumer(request, &output)
        case .help: help(.xgroup, request, &output)
        }
    }

    // MARK: XGROUP

    /// How many entries a group has read, if the option says so.
    private struct GroupOptions {
        var makesStream = false
        var entriesRead: Int64?
    }

    /// The options from argument 5 on; nil after an error.
    private func groupOptions(_ request: Request, creates: Bool, _ output: inout OutputBuffer) -> GroupOptions? {
        var options = GroupOptions()
        var index = 5
        while index < request.count {
            if creates && request[index].equalsIgnoringCase("mkstream") {
                options.makesStream = true
                index += 1
            } else if request[index].equalsIgnoringCase("entriesread") && index + 1 < request.count {
                guard let value = request[index + 1].integer else {
                    failInteger(&output)
                    return nil
                }
                guard value >= -1 else {
                    fail("ERR value for ENTRIESREAD must be positive or -1", &output)
                    return nil
                }
                options.entriesRead = value < 0 ? nil : value
                index += 2
            } else {
                failSubcommandArguments(request, "XGROUP", &output)
                return nil
            }
        }
        return options
    }

    @_lifetime(copy request)
    private func streamKey(_ request: Request) -> Key { engine.key(request[2], in: database) }

    private func failWithoutStream(_ output: inout OutputBuffer) {
        fail(
            """
            ERR The XGROUP subcommand requires the key to exist. Note that for CREATE you may want to use the MKSTREAM \
            option to create an empty stream automatically.
            """, &output)
    }

    private func createGroup(_ request: Request, _ output: inout OutputBuffer) {
        guard let options = groupOptions(request, creates: true, &output) else { return }
        let isFromEnd = request[4].equals("$")
        let id = request[4].streamID()
        guard engine.makeRoomToWrite() else { return failMemory(&output) }
        var isKnown = false
        var isCreated = false
        let outcome = engine.edit(streamKey(request), as: StreamValue.self, creates: options.makesStream) { stream in
            guard let start = isFromEnd ? stream.lastID : id else { return }
            isKnown = true
            isCreated = stream.createGroup(request[3], lastID: start, entriesRead: options.entriesRead)
        }
        switch outcome {
        case .otherKind: failKind(&output)
        case .notFound: failWithoutStream(&output)
        case .done:
            if !isKnown { return failID(&output) }
            if isCreated { return output.appendOK() }
            fail("BUSYGROUP Consumer Group name already exists", &output)
        }
    }

    private func setGroupID(_ request: Request, _ output: inout OutputBuffer) {
        guard let options = groupOptions(request, creates: false, &output) else { return }
        let isToEnd = request[4].equals("$")
        let id = request[4].streamEnd(missing: 0)
        var isKnown = true
        let isDone = editGroup(request, &output) { stream, group in
            guard let last = isToEnd ? stream.lastID : id else { return isKnown = false }
            stream.set(group, lastID: last, entriesRead: options.entriesRead)
        }
        guard isDone else { return }
        if isKnown { output.appendOK() } else { failID(&output) }
    }

    private func destroyGroup(_ request: Request, _ output: inout OutputBuffer) {
        var isDestroyed = false
        switch engine.edit(
            streamKey(request), as: StreamValue.self, creates: false,
            { stream in
                guard let group = stream.group(request[3]) else { return }
                stream.remove(group)
                isDestroyed = true
            })
        {
        case .done: output.appendInteger(isDestroyed ? 1 : 0)
        case .notFound: failWithoutStream(&output)
        case .otherKind: failKind(&output)
        }
    }

    private func createConsumer(_ request: Request, _ output: inout OutputBuffer) {
        guard engine.makeRoomToWrite() else { return failMemory(&output) }
        var isNew = false
        let isDone = editGroup(request, &output) { stream, group in
            isNew = stream.consumer(request[4], of: group) == nil
            if isNew { stream.createConsumer(request[4], of: group) }
        }
        if isDone { output.appendInteger(isNew ? 1 : 0) }
    }

    /// What it has pending goes in pieces, others getting to the stream in between.
    private func deleteConsumer(_ request: Request, _ output: inout OutputBuffer) {
        var pendingCount = 0
        var isOver = false
        while !isOver {
            let isDone = editGroup(request, &output) { stream, group in
                guard let consumer = stream.consumer(request[4], of: group) else { return isOver = true }
                isOver = consumer.pendingCount <= RESPLimits.droppedAtOnceMax
                reason.occasion = isOver ? Occasion(.groupDelconsumer) : .quiet
                let amount = min(consumer.pendingCount, RESPLimits.droppedAtOnceMax)
                pendingCount += amount
                if isOver { stream.remove(consumer, of: group) } else { stream.drop(amount, of: consumer, group) }
            }
            guard isDone else { return }
        }
        output.appendInteger(pendingCount)
    }

    /// Has `body` change the group at argument 3 of the stream at argument 2. False after an error.
    private func editGroup(
        _ request: Request, _ output: inout OutputBuffer, _ body: (inout StreamValue, StreamGroup) -> Void
    ) -> Bool {
        var hasGroup = false
        let outcome = engine.edit(streamKey(request), as: StreamValue.self, creates: false) { stream in
            guard let group = stream.group(request[3]) else { return }
            hasGroup = true
            body(&stream, group)
        }
        switch outcome {
        case .done where hasGroup: return true
        case .done: failNoGroup(named: request[3], ofKey: request[2], &output)
        case .notFound: failWithoutStream(&output)
        case .otherKind: failKind(&output)
        }
        return false
    }

    // MARK: XACK

    func xack(_ request: Request, _ output: inout OutputBuffer) {
        var isValid = true
        let isDone = editPresent(request, as: StreamValue.self, &output, missing: { $0.appendInteger(0) }) {
            stream, output in
            guard let group = stream.group(request[2]) else { return output.appendInteger(0) }
            // All or nothing.
            for index in 3..<request.count where request[index].streamID() == nil { return isValid = false }
            var acknowledged = 0
            for index in 3..<request.count {
                if let id = request[index].streamID(), stream.acknowledge(id, of: group) { acknowledged += 1 }
            }
            output.appendInteger(acknowledged)
        }
        if isDone && !isValid { failID(&output) }
    }

    // MARK: XPENDING

    /// Which pending entries are wanted.
    private struct PendingRange {
        var idleMin: Int64 = 0
        var first = StreamID.zero
        var last = StreamID.max
        var countMax = 0
        /// Where the consumer's name stands; 0 if all are wanted.
        var consumer = 0
    }

    func xpending(_ request: Request, _ output: inout OutputBuffer) {
        guard request.count == 3 || (6...9).contains(request.count) else { return failSyntax(&output) }
        var range = PendingRange()
        if request.count > 3 {
            guard let read = pendingRange(request, &output) else { return }
            range = read
        }
        let version = version
        let now = engine.now.rawValue
        var hasGroup = false
        let outcome = engine.read(request.key(in: database), as: StreamValue.self) { stream in
            guard let group = stream.group(request[2]) else { return }
            hasGroup = true
            if request.count == 3 {
                Self.summarise(group, of: stream, version, &output)
            } else {
                Self.list(range, request, group, of: stream, now, &output)
            }
        }
        switch outcome {
        case .hit where hasGroup: break
        case .hit, .miss, .expired: failNoGroup(request[1], request[2], &output)
        case .otherKind: failKind(&output)
        }
    }

    private func pendingRange(_ request: Request, _ output: inout OutputBuffer) -> PendingRange? {
        var range = PendingRange()
        var index = 3
        if request[3].equalsIgnoringCase("idle") {
            guard let idle = request[4].integer else {
                failInteger(&output)
                return nil
            }
            guard request.count >= 8 else {
                failSyntax(&output)
                return nil
            }
            range.idleMin = idle
            index = 5
        }
        guard let count = request[index + 2].integer else {
            failInteger(&output)
            return nil
        }
        guard let interval = streamInterval(request, from: index, to: index + 1, &output) else { return nil }
        range.first = interval.first
        range.last = interval.last
        range.countMax = Int(max(0, count))
        if index + 3 < request.count { range.consumer = index + 3 }
        return range
    }

    private static func summarise(
        _ group: StreamGroup, of stream: borrowing StreamValue, _ version: ProtocolVersion,
        _ output: inout OutputBuffer
    ) {
        output.appendArray(4)
        output.appendInteger(group.pendingCount)
        let positions = stream.pendingPositions(of: group, from: .zero, through: .max)
        guard !positions.isEmpty else {
            output.appendNull(version)
            output.appendNull(version)
            return output.appendNullArray(version)
        }
        for positions in [positions.prefix(1), positions.suffix(1)] {
            stream.forEachPending(positions) { entry in
                output.appendStreamID(entry.id)
                return true
            }
        }
        var count = 0
        stream.forEachConsumer(of: group) { if $0.pendingCount > 0 { count += 1 } }
        output.appendArray(count)
        stream.forEachConsumer(of: group) { consumer in
            guard consumer.pendingCount > 0 else { return }
            output.appendArray(2)
            output.appendBulk(consumer.name)
            output.appendBulk(DecimalText(Int64(consumer.pendingCount)).span)
        }
    }

    private static func list(
        _ range: PendingRange, _ request: Request, _ group: StreamGroup, of stream: borrowing StreamValue,
        _ now: Int64, _ output: inout OutputBuffer
    ) {
        var found = OutputBuffer(capacity: 1024)
        var count = 0
        func show(_ entry: PendingEntry) -> Bool {
            if count >= range.countMax { return false }
            let idle = max(0, now - entry.deliveredAt)
            if range.idleMin != 0 && idle < range.idleMin { return true }
            count += 1
            found.appendArray(4)
            found.appendStreamID(entry.id)
            found.appendBulk(entry.consumer.name)
            found.appendInteger(idle)
            found.appendInteger(Int64(truncatingIfNeeded: entry.deliveryCount))
            return true
        }
        if range.consumer > 0 {
            if let consumer = stream.consumer(request[range.consumer], of: group) {
                let positions = stream.ownPositions(of: consumer, from: range.first, through: range.last)
                stream.forEachOwn(positions, of: consumer, group, show)
            }
        } else {
            stream.forEachPending(stream.pendingPositions(of: group, from: range.first, through: range.last), show)
        }
        output.appendArray(count)
        output.append(found.span)
    }
}
