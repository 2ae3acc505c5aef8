// What others may know of a connection: CLIENT LIST and KILL read it from any thread.

import Base
import Synchronization
import Transport

/// Where a client comes from: a connection, or a conversation in a test.
enum ClientPeer: Sendable {
    case connection(Connection)
    case conversation(id: UInt64, address: String, openedAt: Milliseconds)

    var connection: Connection? {
        switch self {
        case .connection(let connection): connection
        case .conversation: nil
        }
    }

    var id: UInt64 {
        switch self {
        case .connection(let connection): connection.id
        case .conversation(let id, _, _): id
        }
    }

    var address: String {
        switch self {
        case .connection(let connection): connection.remoteAddress
        case .conversation(_, let address, _): address
        }
    }

    var localAddress: String {
        switch self {
        case .connection(let connection): connection.localAddress
        case .conversation: "127.0.0.1:6379"
        }
    }

    var openedAt: Milliseconds {
        switch self {
        case .connection(let connection): connection.openedAt
        case .conversation(_, _, let openedAt): openedAt
        }
    }
}

/// What CLIENT LIST, CLIENT KILL and the limits of unread output tell apart.
enum ClientKind: Sendable { case normal, replica, pubsub }

/// One client as the registry knows it. Its session writes the atomics once a batch, relaxed: a reader may see a
/// moment's old state, never a torn one. Names change rarely and are under a lock.
final class ClientRecord: Sendable {
    struct Names: Sendable {
        var name = ""
        var libraryName = ""
        var libraryVersion = ""
        var user = "default"
    }

    let peer: ClientPeer
    /// Its worker's.
    let inbox: InvalidationInbox
    let names = Mutex(Names())
    let database = Atomic<Int>(0)
    let protocolVersion = Atomic<Int>(2)
    /// The last command's raw value, and its subcommand's index plus one in the upper half; -1 before the first.
    let lastCommand = Atomic<Int>(-1)
    let lastActiveAt: Atomic<Int64>
    /// Commands queued since MULTI, -1 outside of a transaction.
    let queuedCount = Atomic<Int>(-1)
    /// Bytes held for queued commands and watched keys.
    let queuedSize = Atomic<Int>(0)
    let watchedCount = Atomic<Int>(0)
    /// Whom it is logged in as: `AccessGrant.id`.
    let userID = Atomic<UInt64>(0)
    /// Its command waits for keys.
    let waitsForKeys = Atomic<Bool>(false)
    /// A watched key changed: EXEC will do nothing. Set by whoever changes it, under the key's shard.
    let isWatchBroken = Atomic<Bool>(false)

    /// Subscriptions by `ChannelKind`.
    let subscriptionCounts = InlineArray<3, Atomic<Int>> { _ in Atomic(0) }
    /// It was sent a snapshot, as a replica is.
    let isReplica = Atomic<Bool>(false)
    /// Since when it has left more unread than it may for long, 0 if it has not. `OutputLimiter`'s.
    let overSoftLimitSince = Atomic<Int64>(0)
    let isMonitor = Atomic<Bool>(false)
    /// It is not closed for what it holds. Source: Redis CLIENT NO-EVICT.
    let isKept = Atomic<Bool>(false)
    /// What it does counts as no use. Source: Redis CLIENT NO-TOUCH.
    let leavesAccess = Atomic<Bool>(false)

    /// `TrackingOptions`.
    let tracking = Atomic<UInt8>(0)
    /// Who is told of changes instead of it: 0 nobody, -1 if tracking is off.
    let redirectID = Atomic<Int64>(-1)
    let isGone = Atomic<Bool>(false)

    let parking = Parking()
    /// The reply to a command that waited, from whoever brought what it waited for.
    private let delivered = Mutex<(bytes: [UInt8], place: UInt64)>(([], 0))

    init(_ peer: ClientPeer, _ inbox: InvalidationInbox) {
        self.peer = peer
        self.inbox = inbox
        lastActiveAt = Atomic(peer.openedAt.rawValue)
    }

    /// Source: Redis getClientType.
    var kind: ClientKind {
        if isReplica.load(ordering: .relaxed) { return .replica }
        for index in 0..<subscriptionCounts.count where subscriptionCounts[index].load(ordering: .relaxed) > 0 {
            return .pubsub
        }
        return .normal
    }

    /// The client's line in CLIENT LIST, without its end. Rows that would not be true of this server are left out.
    /// Source: Redis CLIENT LIST.
    func line(now: Milliseconds) -> String {
        let names = names.withLock { $0 }
        let age = max(0, (now.rawValue - peer.openedAt.rawValue) / 1000)
        let idle = max(0, (now.rawValue - lastActiveAt.load(ordering: .relaxed)) / 1000)
        var text = "id=\(peer.id) addr=\(peer.address) laddr=\(peer.localAddress)"
        text += " fd=\(peer.connection?.fd ?? -1) name=\(names.name)"
        text += " age=\(age) idle=\(idle) flags=\(flags) db=\(database.load(ordering: .relaxed))"
        for kind in ChannelKind.allCases {
            text += " \(kind.label)=\(subscriptionCounts[kind.rawValue].load(ordering: .relaxed))"
        }
        text += " multi=\(queuedCount.load(ordering: .relaxed))"
        // Once one of them changed, the others are not looked at any more.
        let isBroken = isWatchBroken.load(ordering: .relaxed)
        text += " watch=\(isBroken ? 0 : watchedCount.load(ordering: .relaxed))"
        if let connection = peer.connection { text += " qbuf=\(connection.pendingByteCount)" }
        text += " multi-mem=\(queuedSize.load(ordering: .relaxed))"
        if let connection = peer.connection {
            text += " omem=\(connection.unsentByteCount) tot-mem=\(memorySize)"
            text += " tot-net-in=\(connection.bytesRead) tot-net-out=\(connection.bytesWritten)"
        }
        text += " events=r cmd=\(commandName) user=\(names.user) redir=\(redirectID.load(ordering: .relaxed))"
        text += " resp=\(protocolVersion.load(ordering: .relaxed))"
        text += " lib-name=\(names.libraryName) lib-ver=\(names.libraryVersion)"
        return text
    }

    /// Bytes held for it: what arrived and waits, what is unsent, what it keeps here.
    var heldSize: Int {
        let connected = peer.connection.map { $0.pendingByteCount + $0.unsentByteCount } ?? 0
        return connected + queuedSize.load(ordering: .relaxed)
    }

    /// Lets the client's command go on that waits. Any thread, also under shards.
    /// - Returns: false if none waits, or somebody else woke it.
    func wake(_ reason: WakeReason) -> Bool {
        guard parking.wake(reason) else { return false }
        peer.connection?.wake()
        return true
    }

    /// As above, if it still waits with this ticket.
    func wake(_ reason: WakeReason, _ ticket: UInt64) -> Bool {
        guard parking.wake(reason, ticket) else { return false }
        peer.connection?.wake()
        return true
    }

    /// Answers the client's waiting command, which was claimed. Any thread.
    /// - Parameter place: what the journal must have on the disk first; 0 for nothing.
    func deliver(_ reply: RawSpan, _ ticket: UInt64, heldUntil place: UInt64 = 0) {
        let bytes = reply.copiedBytes()
        delivered.withLock { $0 = (bytes, place) }
        if parking.serve(ticket) { peer.connection?.wake() }
    }

    func takeDelivered(_ output: inout OutputBuffer) {
        let (bytes, place) = delivered.withLock { delivered in
            let reply = delivered
            delivered = ([], 0)
            return reply
        }
        output.append(bytes.span.rawBytes)
        if place != 0 { output.heldUntil = place }
    }

    private var flags: String {
        var flags = isMonitor.load(ordering: .relaxed) ? "O" : kind == .pubsub ? "P" : ""
        if queuedCount.load(ordering: .relaxed) >= 0 { flags += "x" }
        if parking.isWaiting { flags += "b" }
        let tracking = TrackingOptions(rawValue: tracking.load(ordering: .relaxed))
        if tracking.contains(.on) { flags += "t" }
        if tracking.contains(.brokenRedirect) { flags += "R" }
        if tracking.contains(.broadcast) { flags += "B" }
        if isWatchBroken.load(ordering: .relaxed) { flags += "d" }
        if isKept.load(ordering: .relaxed) { flags += "e" }
        if leavesAccess.load(ordering: .relaxed) { flags += "T" }
        return flags.isEmpty ? "N" : flags
    }

    private var commandName: String {
        let last = lastCommand.load(ordering: .relaxed)
        guard last >= 0, let command = Command(rawValue: UInt8(truncatingIfNeeded: last)) else { return "NULL" }
        let spec = command.spec
        let subcommand = (last >> 8) - 1
        guard subcommand >= 0 && subcommand < spec.subcommands.count else { return spec.name }
        return "\(spec.name)|\(spec.subcommands[subcommand].name)"
    }
}

/// All clients of a front-end, by id. Touched when a connection comes and goes, and by the CLIENT command.
final class ClientRegistry: Sendable {
    private let records = Mutex<[UInt64: ClientRecord]>([:])

    func add(_ record: ClientRecord) { records.withLock { $0[record.peer.id] = record } }
    func remove(_ record: ClientRecord) { records.withLock { _ = $0.removeValue(forKey: record.peer.id) } }
    var count: Int { records.withLock { $0.count } }
    func find(_ id: UInt64) -> ClientRecord? { records.withLock { $0[id] } }

    func each(_ body: (ClientRecord) -> Void) { records.withLock { $0.values.forEach(body) } }

    /// By ascending id: the order in which they came.
    func all() -> [ClientRecord] {
        records.withLock { $0.values.sorted { $0.peer.id < $1.peer.id } }
    }
}

extension ChannelKind {
    /// In CLIENT LIST.
    fileprivate var label: String {
        switch self {
        case .channel: "sub"
        case .pattern: "psub"
        case .shard: "ssub"
        }
    }
}
