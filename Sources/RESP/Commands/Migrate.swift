// MIGRATE: keys that go to another server. Source: Redis 7 command reference, MIGRATE.

import Base
import Engine
import RDB
import Transport

/// The arguments of MIGRATE.
private struct MigrateOptions {
    var copies = false
    var replaces = false
    /// Where the keys stand.
    var keys = 3..<4
    var usernamePlace: Int?
    var passwordPlace: Int?
    var database: Int64 = 0
    var timeoutMilliseconds: Int64 = 0
}

/// The keys of one MIGRATE on their way.
private struct Transfer: ~Copyable {
    /// In monotonic nanoseconds: when the engine's time was read, or soon after.
    let startedAt: UInt64
    var target: MigrationTarget
    var encoder = ValueEncoder(compresses: true)
    var requests = OutputBuffer(capacity: 1024)
    var sentCount = 0

    init(_ target: MigrationTarget, startedAt: UInt64) {
        self.target = target
        self.startedAt = startedAt
    }

    /// Appends the request that makes the key there. False if there is no such key, or its time ran out meanwhile.
    mutating func append(_ key: Key, replaces: Bool, _ engine: inout EngineHandle) -> Bool {
        var expiry: Int64 = 0
        _ = engine.look(key) { item in expiry = item.expiry.rawValue }
        var left: Int64 = 0
        if expiry != 0 {
            // Making the connection took time that the engine does not know of.
            let elapsed = Int64((monotonicNanoseconds() - startedAt) / 1_000_000)
            left = expiry &- engine.now.rawValue &- elapsed
            if left < 0 { return false }
            // 0 would be for ever.
            left = max(1, left)
        }
        var payload = OutputBuffer(capacity: 1024)
        guard encoder.append(key, of: &engine, to: &payload) else { return false }
        DumpPayload.seal(&payload)
        requests.appendArray(replaces ? 5 : 4)
        requests.appendBulk("RESTORE")
        requests.appendBulk(key.bytes)
        requests.appendBulk(DecimalText(left).span)
        requests.appendBulk(payload.span)
        if replaces { requests.appendBulk("REPLACE") }
        sentCount += 1
        return true
    }
}

extension RESPSession {
    func migrate(_ request: Request, _ output: inout OutputBuffer) {
        let startedAt = monotonicNanoseconds()
        guard let options = migrateOptions(request, &output) else { return }
        let shards = gatherKeys(request, from: options.keys.lowerBound, count: options.keys.count)
        guard holdsAny(request, options, shards) else { return output.append("+NOKEY\r\n") }
        var stage = StaticString("connecting to the client")
        var refusal: [UInt8]?
        do throws(PeerFault) {
            // Before any shard is taken: a server that is not there holds up nobody but this worker.
            var transfer = Transfer(try target(request, options), startedAt: startedAt)
            try transfer.target.enter(options.database)
            refusal = transfer.target.refusal
            if refusal == nil {
                let fault = send(request, options, shards, &transfer)
                refusal = transfer.target.refusal
                if refusal == nil, let fault { throw fault }
                if fault == nil { frontEnd.migrationTargets.keep(transfer.target, now: engine.now) }
                if transfer.sentCount == 0 { return output.append("+NOKEY\r\n") }
            }
        } catch {
            switch error {
            case .unknown: break
            // Redis learns only from its first write that nobody took the connection.
            case .refused, .sending: stage = "writing to target instance"
            case .receiving: stage = "reading to target instance"
            }
            countError("IOERR")
            output.append("-IOERR error or timeout ")
            output.append(stage)
            return output.append("\r\n")
        }
        guard let refusal else { return output.appendOK() }
        countError()
        output.append("-ERR Target instance replied with error: ")
        appendErrorText(refusal.span.rawBytes, .max, &output)
        output.append("\r\n")
    }

    /// Counts as many misses if there is none.
    private func holdsAny(_ request: Request, _ options: MigrateOptions, _ shards: ShardSet) -> Bool {
        let database = database
        return engine.section(shards) { engine in
            for place in options.keys where engine.look(engine.key(request[place], in: database), { _ in }) {
                return true
            }
            for place in options.keys { _ = engine.exists(engine.key(request[place], in: database)) }
            return false
        }
    }

    private func target(_ request: Request, _ options: MigrateOptions) throws(PeerFault) -> MigrationTarget {
        // What is no port is one where nobody listens.
        let port = request[2].leadingUnsignedDecimal().flatMap { UInt16(exactly: $0) } ?? 0
        var name = MigrationTarget.Name(host: request[1].copiedText(), port: port)
        name.username = options.usernamePlace.map { request[$0].copiedBytes() }
        name.password = options.passwordPlace.map { request[$0].copiedBytes() }
        let timeout = options.timeoutMilliseconds
        if let kept = frontEnd.migrationTargets.take(name, timeout: timeout) { return kept }
        return try MigrationTarget(name, timeout: timeout)
    }

    /// Sends the keys in batches, and removes those that have arrived. All shards are held until the last reply, so
    /// that no change to a key comes between its value's leaving and its going.
    private func send(
        _ request: Request, _ options: MigrateOptions, _ shards: ShardSet, _ transfer: inout Transfer
    ) -> PeerFault? {
        let database = database
        return engine.section(shards) { engine -> PeerFault? in
            do throws(PeerFault) {
                var next = options.keys.lowerBound
                var batch: [Int] = []
                while next < options.keys.upperBound {
                    batch.removeAll(keepingCapacity: true)
                    transfer.requests.removeAll()
                    while next < options.keys.upperBound && batch.count < RESPLimits.migrationBatchCountMax
                        && transfer.requests.count < RESPLimits.migrationBatchSizeMax
                    {
                        let key = engine.key(request[next], in: database)
                        if transfer.append(key, replaces: options.replaces, &engine) { batch.append(next) }
                        next += 1
                    }
                    try transfer.target.send(transfer.requests.span)
                    for place in batch {
                        let isDone = try transfer.target.isDone()
                        if isDone && !options.copies {
                            _ = engine.delete(engine.key(request[place], in: database))
                        }
                    }
                }
                return nil
            } catch {
                return error
            }
        }
    }

    private func migrateOptions(_ request: Request, _ output: inout OutputBuffer) -> MigrateOptions? {
        var options = MigrateOptions()
        var index = 6
        while index < request.count {
            let word = request[index]
            let left = request.count - index - 1
            if word.equalsIgnoringCase("copy") {
                options.copies = true
            } else if word.equalsIgnoringCase("replace") {
                options.replaces = true
            } else if word.equalsIgnoringCase("auth") && left >= 1 {
                options.passwordPlace = index + 1
                index += 1
            } else if word.equalsIgnoringCase("auth2") && left >= 2 {
                options.usernamePlace = index + 1
                options.passwordPlace = index + 2
                index += 2
            } else if word.equalsIgnoringCase("keys") {
                guard request[3].byteCount == 0 else {
                    fail(
                        "ERR When using MIGRATE KEYS option, the key argument must be set to the empty string",
                        &output)
                    return nil
                }
                options.keys = index + 1..<request.count
                break
            } else {
                failSyntax(&output)
                return nil
            }
            index += 1
        }
        guard let timeout = request[5].integer, let database = request[4].integer else {
            failInteger(&output)
            return nil
        }
        options.timeoutMilliseconds = timeout > 0 ? timeout : RESPLimits.migrationTimeoutMilliseconds
        options.database = database
        return options
    }
}
