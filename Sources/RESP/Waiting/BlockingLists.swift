// BLPOP, BRPOP, BLMPOP, BLMOVE, BRPOPLPUSH: as the commands that do not wait, until there is something to take.

import Base
import Engine

extension RESPSession {
    /// What one of these commands wants, and where its arguments stand.
    private struct Wanted {
        enum Operation {
            case pop(Side, countMax: Int?)
            /// To the list at argument 2.
            case move(Side, Side)
        }

        var command: Command
        var operation: Operation
        var keysFrom: Int
        var keyCount: Int
        var timeout: Int
        var targetHash = KeyHash(rawValue: 0)

        var isMove: Bool {
            if case .move = operation { true } else { false }
        }
    }

    /// BLPOP, BRPOP.
    func blockingPop(_ request: Request, _ command: Command, _ side: Side, _ output: inout OutputBuffer) {
        let last = request.count - 1
        let wanted = Wanted(
            command: command, operation: .pop(side, countMax: nil), keysFrom: 1, keyCount: last - 1, timeout: last)
        takeOrWait(request, wanted, &output)
    }

    func blmpop(_ request: Request, _ output: inout OutputBuffer) {
        guard let arguments = popArguments(request, from: 2, &output) else { return }
        let wanted = Wanted(
            command: .blmpop, operation: .pop(arguments.side, countMax: arguments.countMax), keysFrom: 3,
            keyCount: arguments.keyCount, timeout: 1)
        takeOrWait(request, wanted, &output)
    }

    func blmove(_ request: Request, _ output: inout OutputBuffer) {
        guard let from = Self.side(request[3]), let to = Self.side(request[4]) else { return failSyntax(&output) }
        let wanted = Wanted(command: .blmove, operation: .move(from, to), keysFrom: 1, keyCount: 1, timeout: 5)
        takeOrWait(request, wanted, &output)
    }

    func brpoplpush(_ request: Request, _ output: inout OutputBuffer) {
        let wanted = Wanted(
            command: .brpoplpush, operation: .move(.end, .start), keysFrom: 1, keyCount: 1, timeout: 3)
        takeOrWait(request, wanted, &output)
    }

    // MARK: At once, or later

    private enum Attempt {
        case outcome(EditOutcome)
        /// There is something, but others have waited for it longer: the key's index.
        case isBehind(Int)
    }

    private func takeOrWait(_ request: Request, _ wanted: Wanted, _ output: inout OutputBuffer) {
        if wakeReason == .timedOut { return output.appendNullArray(version) }
        guard let deadline = deadline(request[wanted.timeout], &output) else { return }
        if wanted.isMove && !engine.makeRoomToWrite() { return failMemory(&output) }
        var wanted = wanted
        var shards = gatherKeys(request, from: wanted.keysFrom, count: wanted.keyCount)
        if wanted.isMove {
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

    /// Takes from the first key that has something. In a section of all keys.
    private func attempt(
        _ request: Request, _ wanted: Wanted, _ engine: inout EngineHandle, _ output: inout OutputBuffer
    ) -> Attempt {
        for index in 0..<wanted.keyCount {
            let bytes = request[wanted.keysFrom &+ index]
            let key = Key(bytes, hash: KeyHash(rawValue: hashes[index]), in: database)
            if mayPark && frontEnd.waitedKeys.isWaitedFor(key) {
                var isList = false
                if engine.look(key, { isList = $0.kind == .list }), isList { return .isBehind(index) }
            }
            let outcome: EditOutcome
            switch wanted.operation {
            case .pop(let side, let countMax):
                outcome = ListTaking.pop(key, side, countMax: countMax, &engine, &output)
            case .move(let from, let to):
                let target = Key(request[2], hash: wanted.targetHash, in: database)
                outcome = ListTaking.move(key, from, to: target, to, &engine, &output)
            }
            if outcome != .notFound { return .outcome(outcome) }
        }
        return .outcome(.notFound)
    }

    /// Replies if there is nothing to wait for, or no way to wait.
    private func finish(_ outcome: EditOutcome, _ wanted: Wanted, _ output: inout OutputBuffer) -> Bool {
        switch outcome {
        case .done: return true
        case .otherKind: failKind(&output)
        case .notFound:
            if mayPark { return false }
            wanted.isMove ? output.appendNull(version) : output.appendNullArray(version)
        }
        return true
    }

    /// Queues up behind who waits for the same keys. In a section of all of them.
    private func wait(_ request: Request, _ wanted: Wanted, _ deadline: Deadline, behind index: Int?) {
        var keys: [WatchedKey] = []
        for index in 0..<wanted.keyCount {
            let bytes = request[wanted.keysFrom &+ index].copiedBytes()
            keys.append(WatchedKey(bytes: bytes, hash: KeyHash(rawValue: hashes[index]), database: database))
        }
        let operation: KeyWaiter.Operation
        switch wanted.operation {
        case .pop(let side, let countMax): operation = .pop(side, countMax: countMax)
        case .move(let from, let to):
            let bytes = request[2].copiedBytes()
            let target = WatchedKey(bytes: bytes, hash: wanted.targetHash, database: database)
            operation = .move(from, to: target, to)
        }
        let ticket = park(request, wanted.command, until: deadline.time)
        let waiter = KeyWaiter(record, ticket, keys, operation)
        frontEnd.waitedKeys.add(waiter)
        self.waiter = waiter
        // Those before may have gone since they were seen, and with them who would have served this one too.
        if let index { frontEnd.waitedKeys.signal(keys[index]) }
    }

    // MARK: Timeouts

    private struct Deadline {
        /// nil is never.
        var time: Milliseconds?
    }

    /// Source: Redis 7.2 getTimeoutFromObjectOrReply.
    private func deadline(_ text: RawSpan, _ output: inout OutputBuffer) -> Deadline? {
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
        return Deadline(time: amount == 0 ? nil : Milliseconds(engine.now.rawValue + amount))
    }
}
