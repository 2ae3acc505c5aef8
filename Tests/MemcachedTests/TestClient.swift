// A client without a socket: it keeps the transport's promises to a session, in pieces of any size.

import Base
import Engine
import Synchronization
import Transport

@testable import Memcached

/// What a server says of itself in tests, and what it was told.
final class TestControl: MemcachedControl {
    func facts() -> MemcachedFacts {
        var facts = MemcachedFacts()
        facts.processID = 4711
        facts.userMicroseconds = 1_000_042
        facts.idleTimeoutSeconds = 5
        return facts
    }

    func connections() -> [MemcachedConnection] {
        [
            MemcachedConnection(
                id: 0, fd: 6, address: "tcp:127.0.0.1:11211", listenAddress: nil, state: "conn_listening",
                secondsSinceLastCommand: 100),
            MemcachedConnection(
                id: 9, fd: 7, address: "tcp:127.0.0.1:40000", listenAddress: "tcp:127.0.0.1:11211",
                state: "conn_read", secondsSinceLastCommand: 3),
            MemcachedConnection(
                id: 1, fd: 8, address: "tcp:127.0.0.1:40001", listenAddress: "tcp:127.0.0.1:11211",
                state: "conn_read", secondsSinceLastCommand: 0),
        ]
    }

    func logTraffic(_ text: String) { traffic.withLock { $0.append(text) } }

    /// What was logged of connections and commands.
    let traffic = Mutex<[String]>([])

    func setVerbosity(_ level: Int) {}
    func setMemoryLimit(_ bytes: Int) -> Bool { bytes <= 1 << 40 }
    func refreshCertificates() -> String? { "Error TLS not enabled" }
    func resetStatistics() {}
    func shutdown(isGraceful: Bool) { shutdowns.withLock { $0.append(isGraceful) } }
    let shutdowns = Mutex<[Bool]>([])
}

/// A front-end with an engine of its own.
struct TestServer {
    let engine: Engine
    let frontEnd: MemcachedFrontEnd
    let control = TestControl()

    init(
        _ settings: MemcachedSettings = MemcachedSettings(), memoryLimit: Int = 0, policy: EvictionPolicy = .noEviction
    ) {
        var options = EngineOptions()
        options.shardCount = 1
        options.memoryLimit = memoryLimit
        options.evictionPolicy = policy
        options.databaseCount = 2
        engine = Engine(options)
        frontEnd = MemcachedFrontEnd(engine: engine, settings: settings, control: control)
    }

    func connect(_ offered: MemcachedProtocol? = nil) -> TestClient {
        TestClient(frontEnd.makeSession(workerIndex: 0, connectionID: 1, protocol: offered))
    }
}

final class TestClient {
    static let start = Milliseconds(1_800_000_000_500)

    let session: MemcachedSession
    var now = start
    private(set) var isClosed = false
    /// What the session left of its input.
    private(set) var pending: [UInt8] = []
    private(set) var yieldCount = 0
    private var received: [UInt8] = []
    private var output = OutputBuffer(capacity: 64)
    /// Whether input is held back until there is as much as the session said it needs.
    var honoursNeed = false
    private var needed = 0

    /// The session reads nothing until it is woken.
    private(set) var isWaiting = false

    init(_ session: MemcachedSession) { self.session = session }

    /// The worker has got a message that somebody woke the session. Returns what came back.
    func wake() -> String {
        let next = session.connectionWoken(&output, now: now)
        collect()
        isWaiting = next == .wait
        if !isWaiting { serve() }
        return takeReplies()
    }

    /// Hands `bytes` over, `size` at a time, as far as the connection stands.
    func send(_ bytes: [UInt8], piecesOf size: Int = .max) {
        var rest = bytes[...]
        while !rest.isEmpty && !isClosed {
            pending += rest.prefix(size)
            rest = rest.dropFirst(size)
            serve()
        }
    }

    func send(_ text: String, piecesOf size: Int = .max) { send(Array(text.utf8), piecesOf: size) }

    private func serve() {
        if isWaiting || honoursNeed && pending.count < needed { return }
        while !pending.isEmpty && !isClosed {
            let progress = session.receive(unsafe pending.span.bytes, &output, now: now)
            precondition(progress.consumed >= 0 && progress.consumed <= pending.count)
            collect()
            pending.removeFirst(progress.consumed)
            needed = progress.bytesNeeded
            switch progress.next {
            case .wait: return isWaiting = true
            case .read: return
            case .yield: yieldCount += 1
            case .close, .abort: isClosed = true
            }
        }
    }

    private func collect() {
        let bytes = output.span.copiedBytes()
        var offset = 0
        for splice in output.splices {
            received += bytes[offset..<splice.offset]
            received += unsafe [UInt8](UnsafeRawBufferPointer(splice.value.bytes))
            offset = splice.offset
        }
        received += bytes[offset...]
        output.removeAll()
    }

    /// All replies since the last call.
    func takeReplies() -> String { String(decoding: takeBytes(), as: UTF8.self) }

    func takeBytes() -> [UInt8] {
        defer { received = [] }
        return received
    }

    func ask(_ text: String) -> String {
        send(text)
        return takeReplies()
    }
}
