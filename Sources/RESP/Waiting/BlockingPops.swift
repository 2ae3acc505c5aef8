// BLPOP, BRPOP, BLMPOP, BLMOVE, BRPOPLPUSH, BZPOPMIN, BZPOPMAX, BZMPOP: as the commands that do not wait, until there
// is something to take.

import Base
import Engine

extension RESPSession {
    /// BLPOP, BRPOP, BZPOPMIN, BZPOPMAX.
    func blockingPop(
        _ request: Request, _ command: Command, _ operation: KeyOperation, _ output: inout OutputBuffer
    ) {
        let last = request.count - 1
        let wanted = WaitingCommand(
            command: command, operation: operation, keysFrom: 1, keyCount: last - 1, timeoutPlace: last)
        performOrWait(request, wanted, &output)
    }

    func blmpop(_ request: Request, _ output: inout OutputBuffer) {
        guard let arguments = popArguments(request, from: 2, place: Self.side, &output) else { return }
        let wanted = WaitingCommand(
            command: .blmpop, operation: .pop(arguments.place, countMax: arguments.countMax), keysFrom: 3,
            keyCount: arguments.keyCount, timeoutPlace: 1)
        performOrWait(request, wanted, &output)
    }

    func bzmpop(_ request: Request, _ output: inout OutputBuffer) {
        guard let arguments = popArguments(request, from: 2, place: Self.isHighest, &output) else { return }
        let operation = KeyOperation.popSorted(
            isHighest: arguments.place, countMax: arguments.countMax, version)
        let wanted = WaitingCommand(
            command: .bzmpop, operation: operation, keysFrom: 3, keyCount: arguments.keyCount, timeoutPlace: 1)
        performOrWait(request, wanted, &output)
    }

    func blmove(_ request: Request, _ output: inout OutputBuffer) {
        guard let from = Self.side(request[3]), let to = Self.side(request[4]) else { return failSyntax(&output) }
        move(request, .blmove, from, to, timeoutPlace: 5, &output)
    }

    func brpoplpush(_ request: Request, _ output: inout OutputBuffer) {
        move(request, .brpoplpush, .end, .start, timeoutPlace: 3, &output)
    }

    private func move(
        _ request: Request, _ command: Command, _ from: Side, _ to: Side, timeoutPlace: Int,
        _ output: inout OutputBuffer
    ) {
        let wanted = WaitingCommand(
            command: command, operation: .move(from, to), keysFrom: 1, keyCount: 1, timeoutPlace: timeoutPlace)
        performOrWait(request, wanted, &output)
    }
}
