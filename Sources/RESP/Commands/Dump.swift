// Values as bytes that another server takes, and back. Source: Redis 7 command reference, DUMP and RESTORE.

import Base
import Engine
import RDB

/// RESTORE key ttl value [REPLACE] [ABSTTL] [IDLETIME seconds] [FREQ frequency], options in any order.
private struct RestoreOptions {
    var replaces = false
    var isAbsolute = false
    var idleSeconds: Int64?
    var frequency: UInt8?
}

extension RESPSession {
    func dump(_ request: Request, _ output: inout OutputBuffer) {
        var encoder = ValueEncoder(compresses: true)
        var payload = OutputBuffer(capacity: 1024)
        let key = request.key(in: database)
        let takesOwnFields = takesOwnFields
        var shards = ShardSet()
        engine.insert(key.hash, into: &shards)
        let isThere = engine.section(shards) { engine in
            engine.exists(key, touches: true)
                && engine.look(key) { item in
                    if takesOwnFields { DumpPayload.appendOwnFields(of: item, to: &payload) }
                    encoder.append(item, to: &payload)
                }
        }
        guard isThere else { return output.appendNull(version) }
        DumpPayload.seal(&payload)
        output.appendBulk(payload.span)
    }

    func restore(_ request: Request, _ output: inout OutputBuffer) {
        guard engine.makeRoomToWrite() else { return failMemory(&output) }
        guard let options = restoreOptions(request, &output) else { return }
        if !options.replaces && engine.look(request.key(in: database), { _ in }) { return failBusy(&output) }
        guard let time = request[2].integer else { return failInteger(&output) }
        guard time >= 0 else { return fail("ERR Invalid TTL value, must be >= 0", &output) }
        do throws(RDBFault) {
            // More than fits the keyspace is not even begun.
            let limit = frontEnd.engine.memoryLimit
            var reader = RDBReader(try DumpPayload.open(request[3]), sizeMax: limit > 0 ? limit : .max)
            // From another server of ours.
            let facts = try reader.facts()
            let draft = try reader.value(for: engine)
            place(draft, request, time, options, facts, &output)
        } catch {
            switch error {
            case .wrongFooter: fail("ERR DUMP payload version or checksum are wrong", &output)
            case .tooLarge: failMemory(&output)
            case .truncated, .corrupt, .empty, .unknownType, .module: fail("ERR Bad data format", &output)
            }
        }
    }

    private func place(
        _ draft: consuming ValueDraft, _ request: Request, _ time: Int64, _ options: RestoreOptions,
        _ facts: RDBItemFacts, _ output: inout OutputBuffer
    ) {
        let expiry = time == 0 ? Milliseconds(0) : self.time(time, .milliseconds, isAbsolute: options.isAbsolute)
        // A time that has passed, or one beyond all clocks, as in Redis: the old value goes, and nothing comes.
        guard let expiry, expiry.rawValue == 0 || expiry > engine.now else {
            if options.replaces { _ = engine.delete(request.key(in: database)) }
            return output.appendOK()
        }
        var storing = StoreOptions()
        storing.mode = options.replaces ? .set : .add
        storing.expiry = expiry
        storing.flags = facts.flags
        storing.isStale = facts.isStale
        storing.hasBinaryKey = facts.hasBinaryKey
        switch engine.store(request.key(in: database), draft, storing) {
        case .stored:
            if options.idleSeconds != nil || options.frequency != nil {
                engine.setAccess(
                    request.key(in: database), idleMilliseconds: options.idleSeconds.map { min($0, 1 << 40) * 1000 },
                    frequency: options.frequency)
            }
            output.appendOK()
        case .notStored: failBusy(&output)
        case .outOfMemory: failMemory(&output)
        case .tooLarge, .exists, .notFound, .otherKind: preconditionFailure("no condition was given")
        }
    }

    private func failBusy(_ output: inout OutputBuffer) { fail("BUSYKEY Target key name already exists.", &output) }

    private func restoreOptions(_ request: Request, _ output: inout OutputBuffer) -> RestoreOptions? {
        var options = RestoreOptions()
        var index = 4
        while index < request.count {
            let word = request[index]
            let hasMore = index + 1 < request.count
            if word.equalsIgnoringCase("replace") {
                options.replaces = true
            } else if word.equalsIgnoringCase("absttl") {
                options.isAbsolute = true
            } else if word.equalsIgnoringCase("idletime") && hasMore && options.frequency == nil {
                index += 1
                guard let seconds = request[index].integer else {
                    failInteger(&output)
                    return nil
                }
                guard seconds >= 0 else {
                    fail("ERR Invalid IDLETIME value, must be >= 0", &output)
                    return nil
                }
                options.idleSeconds = seconds
            } else if word.equalsIgnoringCase("freq") && hasMore && options.idleSeconds == nil {
                index += 1
                guard let frequency = request[index].integer else {
                    failInteger(&output)
                    return nil
                }
                guard let frequency = UInt8(exactly: frequency) else {
                    fail("ERR Invalid FREQ value, must be >= 0 and <= 255", &output)
                    return nil
                }
                options.frequency = frequency
            } else {
                failSyntax(&output)
                return nil
            }
            index += 1
        }
        return options
    }
}
