// One worker's connection to the old server: requests go out as they come, answers come back in their order.

import Base
import Engine
import Synchronization
import Transport

/// A key on its way.
struct FetchOrder: Sendable {
    let key: UndecidedKey
    let mark: UInt64
    let serial: UInt64
    /// Monotonic milliseconds.
    let sentAt: Int64
}

/// What a worker's front-ends and its connection have in common.
final class WorkerSide: Sendable {
    private struct State: Sendable {
        /// Nil while there is none.
        var connection: Connection?
        var isConnecting = false
        /// To be sent by the connection's session.
        var outbox: [FetchOrder] = []
    }

    let index: Int
    /// Copied by the sessions of this worker's thread, one after the other.
    let engine: EngineHandle
    private let state = Monitor(State())
    private let linked = Atomic<Bool>(false)
    private let reachable = Atomic<Bool>(false)
    /// When the oldest request was sent that has no answer yet, in monotonic milliseconds; 0 for none.
    let oldestSentAt = Atomic<Int64>(0)

    init(index: Int, engine: EngineHandle) {
        self.index = index
        self.engine = engine
    }

    var isLinked: Bool { linked.load(ordering: .acquiring) }
    /// Whether there is a connection, or will be in a moment.
    var isReachable: Bool { reachable.load(ordering: .acquiring) }

    /// Whether somebody should connect; a yes is given once, until `unlink`.
    func claimConnecting() -> Bool {
        state.look { state in
            if state.connection != nil || state.isConnecting { return false }
            state.isConnecting = true
            reachable.store(true, ordering: .releasing)
            return true
        }
    }

    func link(_ connection: Connection) {
        let hasOrders = state.look { state in
            state.connection = connection
            state.isConnecting = false
            return !state.outbox.isEmpty
        }
        linked.store(true, ordering: .releasing)
        if hasOrders { connection.wake() }
    }

    /// - Returns: what was not sent.
    func unlink() -> [FetchOrder] {
        linked.store(false, ordering: .releasing)
        oldestSentAt.store(0, ordering: .relaxed)
        return state.look { state in
            reachable.store(false, ordering: .releasing)
            state.connection = nil
            state.isConnecting = false
            let rest = state.outbox
            state.outbox = []
            return rest
        }
    }

    /// False without a connection, and without one in a moment.
    func send(_ orders: [FetchOrder]) -> Bool {
        let (isTaken, connection) = state.look { state -> (Bool, Connection?) in
            guard state.connection != nil || state.isConnecting else { return (false, nil) }
            state.outbox += orders
            return (true, state.connection)
        }
        connection?.wake()
        return isTaken
    }

    func takeOutbox() -> [FetchOrder] {
        state.look { state in
            let orders = state.outbox
            state.outbox = []
            return orders
        }
    }

    func closeLink() { state.look { $0.connection }?.close() }
}

/// The client's side of that connection. The worker's thread only.
final class OriginSession: Session {
    private enum Expected {
        /// Of a SELECT, or of a login.
        case status(DatabaseIndex?)
        case answer(FetchOrder)
    }

    private let cutover: Cutover
    private let side: WorkerSide
    private let connection: Connection
    private let wire: OriginWire
    private var engine: EngineHandle
    /// Where the old server has this connection.
    private var database = DatabaseIndex.first
    /// In the order of what was asked; those before `first` are done.
    private var expected: [Expected] = []
    private var first = 0
    /// Bytes of a value that is too large, yet to come.
    private var passedOver = 0
    private var reason: String?
    private var isOpen = false

    init(_ cutover: Cutover, _ side: WorkerSide, _ connection: Connection) {
        self.cutover = cutover
        self.side = side
        self.connection = connection
        wire = cutover.wire
        engine = side.engine
    }

    func connectionOpened(_ output: inout OutputBuffer, now: Milliseconds) {
        isOpen = true
        for _ in 0..<wire.appendLogin(cutover.origin, to: &output) { expected.append(.status(nil)) }
        side.link(connection)
        // It ended while this was on its way.
        if cutover.isOver { connection.close() }
    }

    func connectionWoken(_ output: inout OutputBuffer, now: Milliseconds) -> Progress.Next {
        if cutover.isOver { return .close }
        for order in side.takeOutbox() {
            let statusCount = wire.append(order.key, at: &database, to: &output)
            for _ in 0..<statusCount { expected.append(.status(database)) }
            expected.append(.answer(order))
        }
        if expected.count - first > CutoverLimits.unansweredMax {
            reason = "it owes too many answers"
            return .abort
        }
        noteOldest()
        return .read
    }

    func receive(_ input: RawSpan, _ output: inout OutputBuffer, now: Milliseconds) -> Progress {
        engine.now = now
        var offset = 0
        while true {
            let passed = min(passedOver, input.byteCount - offset)
            offset += passed
            passedOver -= passed
            if passedOver > 0 { return goOn(offset) }
            guard first < expected.count else { break }
            switch expected[first] {
            case .status(let selected):
                guard let problem = wire.readStatus(input, at: &offset) else { return goOn(offset) }
                if !problem.isEmpty {
                    // It has fewer of them, or shows fewer; what was asked behind would come of another one.
                    if let selected, problem.hasPrefix("-ERR") || problem.hasPrefix("-NOPERM") {
                        cutover.close(selected, because: "refused: \(problem.debugDescription)")
                    }
                    return giveUp(offset, "it answers \(problem.debugDescription)")
                }
            case .answer(let order):
                let answer = wire.read(input, at: &offset, of: order.key)
                switch answer {
                case .incomplete(let needed): return goOn(offset, needed: needed)
                case .broken(let problem): return giveUp(offset, problem)
                case .missing, .string, .payload, .refused, .oversized:
                    if case .oversized(let size) = answer { passedOver = size + 2 }
                    cutover.count(cutover.place(answer, for: order.key, &engine), of: order.key, bySweep: false)
                    if cutover.fetches.finish(order.mark, order.serial) {
                        cutover.breaker.succeeded()
                        cutover.linkAnswered()
                    }
                }
            }
            first += 1
        }
        expected.removeAll(keepingCapacity: expected.count < 4096)
        first = 0
        // What it says unasked is the reason why it is about to close.
        if offset < input.byteCount {
            return giveUp(offset, "it says \(OriginWire.shown(input.slice(offset, input.byteCount)))")
        }
        return goOn(offset)
    }

    private func goOn(_ consumed: Int, needed: Int = 0) -> Progress {
        if first > 4096 && first * 2 > expected.count {
            expected.removeFirst(first)
            first = 0
        }
        noteOldest()
        return Progress(consumed: consumed, next: .read, bytesNeeded: needed)
    }

    private func giveUp(_ consumed: Int, _ problem: String) -> Progress {
        reason = problem
        return Progress(consumed: consumed, next: .abort)
    }

    private func noteOldest() {
        var oldest: Int64 = 0
        for index in first..<expected.count {
            if case .answer(let order) = expected[index] {
                oldest = order.sentAt
                break
            }
        }
        side.oldestSentAt.store(oldest, ordering: .relaxed)
    }

    func connectionClosed() {
        let unsent = side.unlink()
        var waiting: [FetchOrder] = []
        for index in first..<expected.count {
            if case .answer(let order) = expected[index] { waiting.append(order) }
        }
        for order in waiting + unsent { cutover.fetches.finish(order.mark, order.serial) }
        switch connection.endReason {
        // `timeout` holds for all connections. The next one is on its way.
        case .idleTimeout, .shutdown: cutover.hurryConnector()
        case .normal, .error:
            cutover.linkLost(reason ?? (isOpen ? "it closed the connection" : "no TLS handshake with it"))
        }
    }
}
