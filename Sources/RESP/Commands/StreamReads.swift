// XREAD and XREADGROUP. Source: Redis 7.2 command reference, group "stream".

import Base
import Engine

/// The arguments of XREAD and XREADGROUP, up to the IDs.
struct StreamReadArguments {
    var countMax = Int.max
    /// Where the group's name stands, and behind it the consumer's; 0 in XREAD.
    var group = 0
    var isAcknowledged = false
    var keysFrom = 0
    var keyCount = 0
    var waits = false
}

extension RESPSession {
    /// XREAD, XREADGROUP.
    func readStreams(_ request: Request, inGroup: Bool, _ output: inout OutputBuffer) {
        if wakeReason == .timedOut { return output.appendNullArray(version) }
        // It waited, and was let go to find out what has become of its keys.
        if let waiter { frontEnd.waitedKeys.remove(waiter) }
        waiter = nil
        var deadline = WaitingDeadline()
        guard let arguments = streamReadArguments(request, inGroup: inGroup, &deadline, &output) else { return }
        let shards = gatherKeys(request, from: arguments.keysFrom, count: arguments.keyCount)
        let isDone = engine.section(shards) { engine in readOnce(request, arguments, &engine, &output) }
        if isDone { return }
        guard arguments.waits && mayPark else { return output.appendNullArray(version) }
        // Nobody follows the keys yet: look again when that is sure.
        frontEnd.waitedKeys.begin()
        engine.section(shards) { engine in
            if !readOnce(request, arguments, &engine, &output) {
                wait(request, inGroup ? .xreadgroup : .xread, arguments, deadline)
            }
        }
        if waiter == nil { frontEnd.waitedKeys.end() }
    }

    /// True if there is a reply, which may be an error. In a section of all keys.
    private func readOnce(
        _ request: Request, _ arguments: StreamReadArguments, _ engine: inout EngineHandle,
        _ output: inout OutputBuffer
    ) -> Bool {
        guard resolveStreams(request, arguments, &engine, &output) else { return true }
        return serveStreams(request, arguments, &engine, &output)
    }

    /// Queues up behind who waits for the same keys. In a section of all of them.
    private func wait(
        _ request: Request, _ command: Command, _ arguments: StreamReadArguments, _ deadline: WaitingDeadline
    ) {
        var keys: [WatchedKey] = []
        var ids: [StreamID] = []
        for index in 0..<arguments.keyCount {
            let bytes = request[arguments.keysFrom &+ index].copiedBytes()
            keys.append(WatchedKey(bytes: bytes, hash: KeyHash(rawValue: hashes[index]), database: database))
            ids.append(streamID(index, arguments))
        }
        var reader: StreamWait.Reader?
        if arguments.group > 0 {
            reader = StreamWait.Reader(
                group: request[arguments.group].copiedBytes(), consumer: request[arguments.group &+ 1].copiedBytes(),
                isAcknowledged: arguments.isAcknowledged)
        }
        let operation = KeyOperation.readStreams(
            StreamWait(keys: keys, ids: ids, countMax: arguments.countMax, version: version, reader: reader))
        let ticket = park(request, command, until: deadline.time)
        let arrival = frontEnd.waitedKeys.nextArrival()
        let waiter = KeyWaiter(record, ticket, arrival: arrival, keys, target: nil, operation)
        frontEnd.waitedKeys.add(waiter)
        self.waiter = waiter
    }

    /// Source: Redis xreadCommand.
    private func streamReadArguments(
        _ request: Request, inGroup: Bool, _ deadline: inout WaitingDeadline, _ output: inout OutputBuffer
    ) -> StreamReadArguments? {
        var arguments = StreamReadArguments()
        var index = 1
        while index < request.count && arguments.keysFrom == 0 {
            let word = request[index]
            let rest = request.count - 1 - index
            if rest > 0 && word.equalsIgnoringCase("block") {
                if scripts.run != nil {
                    fail(
                        made: "ERR \(request[0].copiedText()) command is not allowed with BLOCK option from scripts",
                        &output)
                    return nil
                }
                guard let read = self.deadline(milliseconds: request[index + 1], &output) else { return nil }
                deadline = read
                arguments.waits = true
                index += 2
            } else if rest > 0 && word.equalsIgnoringCase("count") {
                guard let count = request[index + 1].integer else {
                    failInteger(&output)
                    return nil
                }
                arguments.countMax = count > 0 ? Int(count) : .max
                index += 2
            } else if rest > 0 && word.equalsIgnoringCase("streams") {
                guard rest % 2 == 0 else {
                    fail(
                        """
                        ERR Unbalanced XREAD list of streams: for each stream key an ID or '$' must be specified.
                        """, &output)
                    return nil
                }
                arguments.keysFrom = index + 1
                arguments.keyCount = rest / 2
            } else if rest > 1 && word.equalsIgnoringCase("group") {
                guard inGroup else {
                    fail("ERR The GROUP option is only supported by XREADGROUP. You called XREAD instead.", &output)
                    return nil
                }
                arguments.group = index + 1
                index += 3
            } else if word.equalsIgnoringCase("noack") {
                guard inGroup else {
                    fail("ERR The NOACK option is only supported by XREADGROUP. You called XREAD instead.", &output)
                    return nil
                }
                arguments.isAcknowledged = true
                index += 1
            } else {
                failSyntax(&output)
                return nil
            }
        }
        guard arguments.keysFrom > 0 else {
            failSyntax(&output)
            return nil
        }
        guard !inGroup || arguments.group > 0 else {
            fail("ERR Missing GROUP option for XREADGROUP", &output)
            return nil
        }
        return arguments
    }

    // MARK: IDs

    /// The place in `hashes` of the first half of a key's ID.
    private static func idPlace(_ index: Int, _ arguments: StreamReadArguments) -> Int {
        arguments.keyCount &+ index &* 2
    }

    private func streamID(_ index: Int, _ arguments: StreamReadArguments) -> StreamID {
        let place = Self.idPlace(index, arguments)
        return StreamID(hashes[place], hashes[place &+ 1])
    }

    @_lifetime(copy request)
    private func streamKey(_ request: Request, _ index: Int, _ arguments: StreamReadArguments) -> Key {
        Key(request[arguments.keysFrom &+ index], hash: KeyHash(rawValue: hashes[index]), in: database)
    }

    /// Reads all IDs, into `hashes` behind the keys'; sees to it that keys are streams, and have the group. False after
    /// an error. In a section of all keys.
    private func resolveStreams(
        _ request: Request, _ arguments: StreamReadArguments, _ engine: inout EngineHandle,
        _ output: inout OutputBuffer
    ) -> Bool {
        hashes.reserve(arguments.keyCount &* 3)
        for index in 0..<arguments.keyCount {
            let key = streamKey(request, index, arguments)
            var lastID = StreamID.zero
            var hasGroup = false
            let outcome = engine.read(key, as: StreamValue.self) { stream in
                lastID = stream.lastID
                if arguments.group > 0 { hasGroup = stream.group(request[arguments.group]) != nil }
            }
            if case .otherKind = outcome {
                failKind(&output)
                return false
            }
            if arguments.group > 0 && !hasGroup {
                countError("NOGROUP")
                output.appendNoGroup(key.bytes, request[arguments.group])
                output.append(" in XREADGROUP with GROUP option\r\n")
                return false
            }
            let text = request[arguments.keysFrom &+ arguments.keyCount &+ index]
            guard let id = readID(text, lastID, inGroup: arguments.group > 0, &output) else { return false }
            let place = Self.idPlace(index, arguments)
            hashes[place] = id.milliseconds
            hashes[place &+ 1] = id.sequence
        }
        return true
    }

    private func readID(
        _ text: RawSpan, _ lastID: StreamID, inGroup: Bool, _ output: inout OutputBuffer
    ) -> StreamID? {
        if text.equals("$") {
            if !inGroup { return lastID }
            fail(
                """
                ERR The $ ID is meaningless in the context of XREADGROUP: you want to read the history of this \
                consumer by specifying a proper ID, or use the > ID to get new messages. The $ ID would just return \
                an empty result set.
                """, &output)
            return nil
        }
        if text.equals(">") {
            if inGroup { return StreamReading.newEntries }
            fail(
                """
                ERR The > ID can be specified only when calling XREADGROUP using the GROUP <group> <consumer> option.
                """, &output)
            return nil
        }
        guard let id = text.streamID() else {
            failID(&output)
            return nil
        }
        return id
    }

    // MARK: Entries

    /// Writes what all keys have. False, and nothing is written, if that is nothing. In a section of all keys.
    private func serveStreams(
        _ request: Request, _ arguments: StreamReadArguments, _ engine: inout EngineHandle,
        _ output: inout OutputBuffer
    ) -> Bool {
        if arguments.keyCount == 1 {
            let mark = output.count
            output.appendStreamCount(1, version)
            if serveStream(request, 0, arguments, &engine, &output) { return true }
            output.truncate(to: mark)
            return false
        }
        var found = OutputBuffer(capacity: 1024)
        var count = 0
        for index in 0..<arguments.keyCount where serveStream(request, index, arguments, &engine, &found) {
            count &+= 1
        }
        if count == 0 { return false }
        output.appendStreamCount(count, version)
        output.append(found.span)
        return true
    }

    private func serveStream(
        _ request: Request, _ index: Int, _ arguments: StreamReadArguments, _ engine: inout EngineHandle,
        _ output: inout OutputBuffer
    ) -> Bool {
        let key = streamKey(request, index, arguments)
        let id = streamID(index, arguments)
        let countMax = arguments.countMax
        guard arguments.group > 0 else {
            return StreamReading.read(key, after: id, countMax: countMax, version, &engine, &output)
        }
        let reader = StreamReader(
            group: request[arguments.group], consumer: request[arguments.group &+ 1],
            isAcknowledged: arguments.isAcknowledged)
        return StreamReading.deliver(key, to: reader, after: id, countMax: countMax, version, &engine, &output)
    }
}

extension OutputBuffer {
    /// The header of so many streams with their entries.
    mutating func appendStreamCount(_ count: Int, _ version: ProtocolVersion) {
        version == .three ? appendMap(count, version) : appendArray(count)
    }
}
