// A command that needs something in one of its keys: done at once if it is there, else its client waits.

import Base
import Engine

/// What such a command wants, and where its arguments stand. A target is argument 2.
struct WaitingCommand {
    var command: Command
    var operation: KeyOperation
    var keysFrom: Int
    var keyCount: Int
    var timeoutPlace: Int
    fileprivate var targetHash = KeyHash(rawValue: 0)

    init(command: Command, operation: KeyOperation, keysFrom: Int, keyCount: Int, timeoutPlace: Int) {
        self.command = command
        self.operation = operation
        self.keysFrom = keysFrom
        self.keyCount = keyCount
        self.timeoutPlace = timeoutPlace
    }
}

/// When waiting ends by itself.
struct WaitingDeadline {
    /// nil is never.
    var time: Milliseconds?
}

extension RESPSession {
    private enum Attempt {
        case outcome(EditOutcome)
        /// There is something, but others have waited for it longer: the key's index.
        case isBehind(Int)
    }

    func performOrWait(_ request: Request, _ wanted: WaitingCommand, _ output: inout OutputBuffer) {
        if wakeReason == .timedOut { return output.appendNullArray(version) }
        guard let deadline = deadline(request[wanted.timeoutPlace], &output) else { return }
        let hasTarget = wanted.operation.hasTarget
        if hasTarget && !engine.makeRoomToWrite() { return failMemory(&output) }
        var wanted = wanted
        var shards = gatherKeys(request, from: wanted.keysFrom, count: wanted.keyCount)
        if hasTarget {
            wanted.targetHash = engine.hash(request[2])
            engine.insert(wanted.targetHash, into: &shards)
        }
        let first = engine.section(shards) { engine in attempt(request, wanted, &engine, &output) }
        if case .outcome(let outcome) = first, finish(outcome, wanted, &output) { return }
        // Nobody follows the keys yet: look again when that is sure.
        frontEnd.waitedKeys.begin()
        let second = engine.section(shards) { engine in
            let tried = attempt(request, wanted, &engine, &output)
            switch tried {
            case .outcome(.done), .outcome(.otherKind): break
            case .outcome(.notFound): wait(request, wanted, deadline, behind: nil)
            case .isBehind(let index): wait(request, wanted, deadline, behind: index)
            }
            return tried
        }
        guard waiter == nil, case .outcome(let outcome) = second else { return }
        frontEnd.waitedKeys.end()
        _ = finish(outcome, wanted, &output)
    }

    /// Does it to the first key that has something. In a section of all keys.
    private func attempt(
        _ request: Request, _ wanted: WaitingCommand, _ engine: inout EngineHandle, _ output: inout OutputBuffer
    ) -> Attempt {
        let operation = wanted.operation
        for index in 0..<wanted.keyCount {
            let bytes = request[wanted.keysFrom &+ index]
            let key = Key(bytes, hash: KeyHash(rawValue: hashes[index]), in: database)
            if mayPark && frontEnd.waitedKeys.isWaitedFor(key, operation.kind) {
                if engine.kind(of: key) == operation.kind { return .isBehind(index) }
            }
            let outcome: EditOutcome
            if operation.hasTarget {
                let target = Key(request[2], hash: wanted.targetHash, in: database)
                outcome = operation.perform(key, target: target, &engine, &output)
            } else {
                outcome = operation.perform(key, target: key, &engine, &output)
            }
            if outcome != .notFound { return .outcome(outcome) }
        }
        return .outcome(.notFound)
    }

    /// Replies if there is nothing to wait for, or no way to wait.
    private func finish(_ outcome: EditOutcome, _ wanted: WaitingCommand, _ output: inout OutputBuffer) -> Bool {
        switch outcome {
        case .done: return true
        case .otherKind: failKind(&output)
        case .notFound:
            if mayPark { return false }
            wanted.operation.hasTarget ? output.appendNull(version) : output.appendNullArray(version)
        }
        return true
    }

    /// Queues up behind who waits for the same keys. In a section of all of them.
    private func wait(_ request: Request, _ wanted: WaitingCommand, _ deadline: WaitingDeadline, behind index: Int?) {
        var keys: [WatchedKey] = []
        for index in 0..<wanted.keyCount {
            keys.append(kept(request[wanted.keysFrom &+ index], KeyHash(rawValue: hashes[index])))
        }
        let target = wanted.operation.hasTarget ? kept(request[2], wanted.targetHash) : nil
        let ticket = park(request, wanted.command, until: deadline.time)
        let arrival = frontEnd.waitedKeys.nextArrival()
        let waiter = KeyWaiter(record, ticket, arrival: arrival, keys, target: target, wanted.operation)
        frontEnd.waitedKeys.add(waiter)
        self.waiter = waiter
        // Those before may have gone since they were seen, and with them who would have served this one too.
        if let index { frontEnd.waitedKeys.signal(keys[index]) }
    }

    private func kept(_ key: RawSpan, _ hash: KeyHash) -> WatchedKey {
        WatchedKey(bytes: key.copiedBytes(), hash: hash, database: database)
    }

    /// A timeout in seconds, 0 being none. nil after an error. Source: Redis 7.2 getTimeoutFromObjectOrReply.
    func deadline(_ text: RawSpan, _ output: inout OutputBuffer) -> WaitingDeadline? {
        guard let seconds = text.wideFloat(), !seconds.isNaN else {
            fail("ERR timeout is not a float or out of range", &output)
            return nil
        }
        let milliseconds = (seconds * 1000).rounded(.up)
        guard milliseconds < 0x1p63 else {
            fail("ERR timeout is out of range", &output)
            return nil
        }
        guard milliseconds >= 0 else {
            fail("ERR timeout is negative", &output)
            return nil
        }
        let amount = Int64(milliseconds)
        guard amount <= Int64.max - engine.now.rawValue else {
            fail("ERR timeout is out of range", &output)
            return nil
        }
        return WaitingDeadline(time: amount == 0 ? nil : Milliseconds(engine.now.rawValue + amount))
    }
}

extension EngineHandle {
    /// What `key` holds, nil if there is no such item.
    mutating func kind(of key: Key) -> ValueKind? {
        var kind: ValueKind?
        _ = look(key) { kind = $0.kind }
        return kind
    }
}
