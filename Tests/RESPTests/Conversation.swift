// A client and a session in one thread, with the transport's part played by hand: buffering, consuming, closing.

import Base
import Engine
import Synchronization
import Transport

@testable import RESP

/// A server that has settings and remembers what it was asked to do.
final class FakeControl: ServerControl {
    private let entries = Mutex([
        ConfigurationEntry(name: "databases", value: "16"), ConfigurationEntry(name: "port", value: "6379"),
        ConfigurationEntry(name: "maxmemory", value: "0"), ConfigurationEntry(name: "maxmemory-policy", value: "noeviction"),
    ])
    let shutdowns = Mutex<[ShutdownOrder]>([])
    let resets = Mutex(0)
    let refusesShutdown = Mutex(false)
    /// What saving answers. What starts is done at once.
    let savingStart = Mutex(SavingStart.started)
    let savingFailure = Mutex<String?>(nil)
    let savingFacts = Mutex(SavingFacts())
    let reloads = Mutex<[ReloadOrder]>([])

    func configuration() -> [ConfigurationEntry] { entries.withLock { $0 } }

    /// Asks somebody else first; the test calls it when that is answered.
    let pendingSetting = Mutex<(@Sendable (ConfigurationRefusal?) -> Void)?>(nil)
    let isSettingSlow = Mutex(false)

    func setConfiguration(
        _ changes: [ConfigurationEntry], completion: (@Sendable (ConfigurationRefusal?) -> Void)?
    ) -> ConfigurationOutcome {
        if let completion, isSettingSlow.withLock({ $0 }) {
            pendingSetting.withLock { $0 = completion }
            return .begun
        }
        return entries.withLock { entries in
            var changed = entries
            for change in changes {
                func refuse(_ reason: ConfigurationRefusal.Reason) -> ConfigurationOutcome {
                    .refused(ConfigurationRefusal(name: change.name, reason: reason))
                }
                guard let index = changed.firstIndex(where: { $0.name == change.name }) else { return refuse(.unknown) }
                if change.name == "databases" { return refuse(.immutable) }
                if change.name == "maxmemory" && Int(change.value) == nil {
                    return refuse(.invalid("argument must be a memory value"))
                }
                changed[index] = change
            }
            entries = changed
            return .done
        }
    }

    func rewriteConfiguration() -> String? { "The server is running without a config file" }

    func serverFacts() -> ServerFacts {
        var facts = ServerFacts()
        facts.startedAt = Milliseconds(Fixture.start.rawValue - 5000)
        facts.port = 6379
        facts.connectionCount = 1
        facts.residentSize = 10 << 20
        facts.networkBytesIn = 1000
        facts.networkBytesOut = 2000
        facts.cpuUserSeconds = 1.25
        facts.sections = [InfoSection(title: "Memcached", rows: [("memcached_version", "1.6.45")])]
        return facts
    }

    func resetStatistics() { resets.withLock { $0 += 1 } }

    func startSaving(completion: @escaping @Sendable (String?) -> Void) -> SavingStart {
        let start = savingStart.withLock { $0 }
        if start == .started { completion(savingFailure.withLock { $0 }) }
        return start
    }

    /// What SYNC sends; nil is a snapshot that never comes.
    let export = Mutex<SnapshotExport?>(.failed("no disk"))
    let exportedParts = Mutex<[SnapshotParts]>([])
    func startExport(of parts: SnapshotParts, completion: @escaping @Sendable (SnapshotExport) -> Void) {
        exportedParts.withLock { $0.append(parts) }
        if let export = export.withLock({ $0 }) { completion(export) }
    }

    func logPlaces() -> (end: UInt64, synced: UInt64)? { nil }
    func whenLogSynced(through place: UInt64, _ body: @escaping @Sendable () -> Void) {}
    func startRewriting() -> RewritingStart { .started }

    func startReload(_ order: ReloadOrder, completion: @escaping @Sendable (String?) -> Void) -> SavingStart {
        reloads.withLock { $0.append(order) }
        return startSaving(completion: completion)
    }

    let allowsDebugging = Mutex(false)
    func allowsDebug(_ connection: Connection?) -> Bool { allowsDebugging.withLock { $0 } }

    func saving() -> SavingFacts { savingFacts.withLock { $0 } }

    let logged = Mutex<[String]>([])
    func log(level: Int, _ text: String) { logged.withLock { $0.append("\(level) \(text)") } }

    func shutdown(_ order: ShutdownOrder) -> String? {
        if refusesShutdown.withLock({ $0 }) { return "Errors trying to SHUTDOWN. Check logs." }
        shutdowns.withLock { $0.append(order) }
        return nil
    }
}

/// An engine with a front-end, and as many clients as a test wants.
final class Fixture {
    static let start = Milliseconds(1_700_000_000_000)

    let engine: Engine
    let frontEnd: RESPFrontEnd
    let control = FakeControl()
    private var lastID: UInt64 = 6

    init(_ options: EngineOptions = EngineOptions(), _ settings: RESPSettings = RESPSettings()) {
        engine = Engine(options)
        frontEnd = RESPFrontEnd(engine: engine, settings: settings, control: control)
    }

    /// Ids ascend from 7.
    func connect() -> Conversation {
        lastID += 1
        return connect(id: lastID)
    }

    func connect(id: UInt64) -> Conversation {
        let peer = ClientPeer.conversation(id: id, address: "127.0.0.1:\(40000 + id)", openedAt: Self.start)
        return Conversation(frontEnd.makeSession(peer, worker: 0))
    }
}

final class Conversation {
    let session: RESPSession
    var now = Fixture.start
    /// All reply bytes so far.
    private(set) var replies: [UInt8] = []
    private(set) var isClosed = false
    /// What the session said of the request that it waits for.
    private(set) var bytesNeeded = 0
    /// Bytes handed to the session over all calls.
    private(set) var bytesOffered = 0

    private var pending: [UInt8] = []
    /// The session reads nothing until it is woken.
    private(set) var isWaiting = false

    init(_ session: RESPSession) { self.session = session }

    func send(_ bytes: some Sequence<UInt8>) {
        pending.append(contentsOf: bytes)
        serve()
    }

    /// What its subscriptions brought since it was last served comes before anything else.
    func listen() {
        replies.append(contentsOf: session.listening.invalidations.takeHeard(session.record))
        guard let heard = session.subscriptions?.heard, !heard.isEmpty else { return }
        session.subscriptions?.heard = []
        replies.append(contentsOf: heard)
    }

    /// The worker has got a message that somebody woke the session. Returns what came back, as text.
    @discardableResult
    func wake() -> String {
        let before = replies.count
        var output = OutputBuffer(capacity: 64)
        let next = session.connectionWoken(&output, now: now)
        collect(output)
        isWaiting = next == .wait
        if next == .close || next == .abort {
            isClosed = true
            session.connectionClosed()
        }
        serve()
        return String(decoding: replies[before...], as: UTF8.self)
    }

    private func serve() {
        while !pending.isEmpty && !isClosed && !isWaiting {
            var input = OutputBuffer(capacity: max(64, pending.count))
            for byte in pending { input.append(byte) }
            var output = OutputBuffer(capacity: 64)
            bytesOffered += pending.count
            let progress = session.receive(input.span, &output, now: now)
            collect(output)
            pending.removeFirst(progress.consumed)
            bytesNeeded = progress.bytesNeeded
            switch progress.next {
            case .read: return
            case .wait: isWaiting = true
            case .yield: continue
            case .close, .abort:
                isClosed = true
                session.connectionClosed()
            }
        }
    }

    private func collect(_ output: borrowing OutputBuffer) {
        let copied = output.span.copiedBytes()
        var place = 0
        for splice in output.splices {
            replies.append(contentsOf: copied[place..<splice.offset])
            unsafe replies.append(contentsOf: splice.value.bytes)
            place = splice.offset
        }
        replies.append(contentsOf: copied[place...])
    }

    /// Sends one command and returns what came back, as text.
    @discardableResult
    func ask(_ words: String...) -> String { ask(words) }

    /// As above.
    @discardableResult
    func ask(_ words: [String]) -> String {
        let before = replies.count
        send(Self.request(words.map { Array($0.utf8) }))
        return String(decoding: replies[before...], as: UTF8.self)
    }

    static func request(_ words: [[UInt8]]) -> [UInt8] {
        var bytes = Array("*\(words.count)\r\n".utf8)
        for word in words { bytes += Array("$\(word.count)\r\n".utf8) + word + [13, 10] }
        return bytes
    }
}
