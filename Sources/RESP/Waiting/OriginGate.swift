// While another server's keyspace is taken over: a request whose keys may still be there waits until they were fetched.

import Base
import Engine
import Synchronization
import Transport

extension RESPSession {
    /// Keys that are fetched at once. What requests name beyond is taken for missing.
    private static var fetchedKeyCountMax: Int { 10_000 }

    /// How many of the queued requests may be served; the keys of the others are on their way here then.
    /// - Parameter start: where the first begins.
    @inline(never)
    func countReady(_ count: Int, _ input: RawSpan, from start: Int) -> Int {
        // Whatever needs a key is refused.
        if isBusy { return count }
        let unpaused = countUnpaused(count, input)
        if unpaused < count && waitForPause() { return countReady(unpaused, input, from: start) }
        guard let origin = gatingOrigin else { return count }
        var undecided: [UndecidedKey] = []
        var ready = count
        var begin = start
        var waitingFrom = start
        for index in 0..<count {
            let queued = queue[index]
            if begin < passedSize {
                pass(origin, queued, input)
            } else {
                let before = undecided.count
                gatherUndecided(origin, queued, input, &undecided)
                if before == 0 && !undecided.isEmpty {
                    ready = index
                    waitingFrom = begin
                }
            }
            begin = queued.end
        }
        if undecided.isEmpty || begins(to: undecided, origin, size: begin - waitingFrom) { return ready }
        passedSize = begin
        for index in ready..<count { pass(origin, queue[index], input) }
        return count
    }

    /// Whether a request by itself has to wait, as above.
    @inline(never)
    func waits(for queued: QueuedRequest, _ text: RawSpan, at start: Int, end: Int) -> Bool {
        if isBusy { return false }
        if isPaused(queued, text, frontEnd.pause.kind) && waitForPause() { return true }
        guard let origin = gatingOrigin else { return false }
        if start >= passedSize {
            var undecided: [UndecidedKey] = []
            gatherUndecided(origin, queued, text, &undecided)
            if undecided.isEmpty { return false }
            if begins(to: undecided, origin, size: end - start) { return true }
            passedSize = end
        }
        pass(origin, queued, text)
        return false
    }

    /// Nobody waits before he is known, or for what a log says.
    private var gatingOrigin: (any KeyOrigin)? {
        isAuthenticated && !isReplaying && frontEnd.gateState == .open ? frontEnd.keyOrigin : nil
    }

    private func begins(to undecided: [UndecidedKey], _ origin: any KeyOrigin, size: Int) -> Bool {
        let wait = OriginWait()
        let connection = record.peer.connection
        originWait = wait
        waitingSize = size
        let isAsked = origin.fetch(undecided, worker: connection?.worker.index ?? 0) {
            wait.end()
            connection?.wake()
        }
        if !isAsked { originWait = nil }
        return isAsked
    }

    private func gatherUndecided(
        _ origin: any KeyOrigin, _ queued: QueuedRequest, _ input: RawSpan, _ undecided: inout [UndecidedKey]
    ) {
        let request = Request(input, slots, queued)
        guard let command = queued.row.command, queued.row.accepts(count: request.count),
            !command.overwrites(request), let spec = command.spec(of: request),
            let places = spec.keys.places(count: request.count, word: { request[$0].copiedText() })
        else { return }
        for (place, _) in places where undecided.count < Self.fetchedKeyCountMax {
            let key = engine.key(request[place], in: database)
            if origin.mayHave(key, &engine) { undecided.append(UndecidedKey(key)) }
        }
    }

    /// Lets a request go on, whether its keys came or not. What it may change is decided from here on, even if it finds
    /// nothing: a key that it deletes does not come back.
    private func pass(_ origin: any KeyOrigin, _ queued: QueuedRequest, _ input: RawSpan) {
        guard let command = queued.row.command, let spec = command.spec(of: Request(input, slots, queued)),
            spec.flags.contains(.write)
        else { return }
        var undecided: [UndecidedKey] = []
        gatherUndecided(origin, queued, input, &undecided)
        for key in undecided { origin.exclude(key.key) }
    }

    func wakeUp(from wait: OriginWait) -> Progress.Next {
        guard wait.isOver else { return .wait }
        originWait = nil
        passedSize = waitingSize
        ending = .none
        return .yield
    }

    /// Whoever has sent all that he will is still owed what waits here.
    func inputEndedWhileWaiting() -> Progress.Next { originWait == nil ? .close : .wait }
}

extension Command {
    /// The row that says where the keys stand: its subcommand's if it has any; nil if there is none such.
    func spec(of request: Request) -> CommandSpec? {
        let spec = CommandTable.specs[Int(rawValue)]
        guard !spec.subcommands.isEmpty else { return spec }
        guard request.count > 1 else { return nil }
        let name = request[1].copiedText().lowercased()
        return spec.subcommands.first { $0.name == name }
    }

    /// Whether what was there does not matter to anything that the request does or answers.
    fileprivate func overwrites(_ request: Request) -> Bool {
        switch self {
        case .mset, .setex, .psetex: return true
        case .set:
            for index in stride(from: 3, to: request.count, by: 1) {
                let word = request[index]
                for option: StaticString in ["nx", "xx", "get", "keepttl"] where word.equalsIgnoringCase(option) {
                    return false
                }
            }
            return true
        default: return false
        }
    }
}
